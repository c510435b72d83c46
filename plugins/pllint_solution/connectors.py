"""SOL201-SOL207: what the catalogue and the definitions here know of the connectors that are used."""

import re
from collections.abc import Iterator, Sequence

from pllint.model.component import Component, ComponentKind, ConnectorUse, DeclaredReference, Endpoint, Evidence, Step
from pllint.model.connector_id import ConnectorKey
from pllint.model.custom_connector import CustomConnector, Operation
from pllint.model.environment import EnvironmentType
from pllint.plugin import CatalogueConnector, Confidence, Context, Finding, Related, Severity, check
from pllint_solution.wording import in_steps, listed, name_of, others

_LIST = "https://learn.microsoft.com/connectors/connector-reference/"
_NO_CONNECTORS = frozenset({"shared_logicflows", "aibuilder"})


@check(
    id="SOL201",
    name="connector-unknown",
    severity=Severity.WARNING,
    since="0.1",
    source=_LIST,
    on=Component,
)
def connector_unknown(component: Component, context: Context) -> Iterator[Finding]:
    """A connector is used that is neither in the catalogue nor a custom connector."""
    if context.workspace.is_copied(component):
        return
    for use in component.uses:
        if not _is_unknown(use, context):
            continue
        yield Finding(
            at=use.at,
            message=f"'{component.name}' uses the connector '{use.connector}'{_where(use)}, which is not among those"
            f" Microsoft listed by {context.catalogue.as_of} and has no form of a custom connector's id",
            remedy="Check the spelling of the id, or refresh the catalogue if the connector is newer (maker)",
            confidence=Confidence.LIKELY,
            component=component.ref,
            connectors=(use.connector,),
        )


def _is_unknown(use: ConnectorUse, context: Context) -> bool:
    key = use.connector
    if use.custom or key.startswith("DesktopFlow.") or key in _NO_CONNECTORS or context.catalogue.find(key):
        return False
    # A label proves nothing about the connector's id.
    if use.steps and all(step.evidence is Evidence.LABEL for step in use.steps):
        return False
    return context.workspace.custom_connector(key) is None


@check(
    id="SOL202",
    name="connector-deprecated",
    severity=Severity.WARNING,
    since="0.1",
    source=_LIST,
    on=Component,
)
def connector_deprecated(component: Component, context: Context) -> Iterator[Finding]:
    """A connector is used that its publisher has deprecated."""
    if context.workspace.is_copied(component):
        return
    for use, row in _rows(component, context):
        if not (row.deprecated or row.release == "deprecated"):
            continue
        successor = name_of(ConnectorKey(row.replaced_by), context) if row.replaced_by else None
        known = f"deprecated in the list of {context.catalogue.as_of}"
        yield Finding(
            at=use.at,
            message=f"'{component.name}' uses {name_of(use.connector, context)}{_where(use)}, {known}; "
            + (f"its successor is {successor}" if successor else "no successor is known"),
            remedy=f"Move the steps to {successor} (maker)"
            if successor
            else "Find another connector for this service before this one is withdrawn (maker)",
            component=component.ref,
            connectors=(use.connector,),
            related=others((f"the step '{step.name}'", step.at) for step in use.steps),
        )


@check(
    id="SOL203",
    name="operation-deprecated",
    severity=Severity.WARNING,
    since="0.1",
    source="https://learn.microsoft.com/connectors/custom-connectors/openapi-extensions",
    on=Component,
)
def operation_deprecated(component: Component, context: Context) -> Iterator[Finding]:
    """A step uses an operation that the connector's definition marks as deprecated."""
    if context.workspace.is_copied(component):
        return
    for use in component.uses:
        definition = context.workspace.definition_of(use)
        if definition is None:
            continue
        deprecated = {one.id.lower(): one for one in definition.operations if one.deprecated and one.id}
        by_operation: dict[str, list[Step]] = {}
        for step in use.steps:
            if step.operation and step.operation.lower() in deprecated:
                by_operation.setdefault(step.operation.lower(), []).append(step)
        for name, steps in by_operation.items():
            yield _deprecated(component, use, definition, deprecated[name], steps)


def _deprecated(
    component: Component, use: ConnectorUse, definition: CustomConnector, operation: Operation, steps: Sequence[Step]
) -> Finding:
    newer = _newer(operation, definition)
    return Finding(
        at=steps[0].at,
        message=f"'{component.name}' uses the operation '{operation.id}' of {definition.display_name}"
        f" {in_steps([step.name for step in steps])}, which its definition marks as deprecated; "
        + (f"the newer one is '{newer}'" if newer else "it names no newer one"),
        remedy=f"Use '{newer}' in its place (maker)"
        if newer
        else "Ask the owner of the connector which operation takes its place (maker)",
        component=component.ref,
        connectors=(use.connector,),
        cause=operation.id,
        related=(
            Related("the operation is deprecated here", operation.at),
            *others((f"the step '{step.name}'", step.at) for step in steps),
        ),
    )


def _newer(operation: Operation, definition: CustomConnector) -> str | None:
    """Give the newest revision of the operation's family that is not deprecated itself."""
    alive = [one for one in definition.operations if not one.deprecated and one.id]
    if operation.family:
        family = [
            one for one in alive if one.family == operation.family and (one.revision or 0) > (operation.revision or 0)
        ]
        if family:
            return max(family, key=lambda one: one.revision or 0).id
    stem, number = _numbered(operation.id)
    later = [(one_number, one.id) for one in alive for one_stem, one_number in [_numbered(one.id)] if one_stem == stem]
    later = [one for one in later if one[0] > number]
    return max(later)[1] if later else None


def _numbered(name: str) -> tuple[str, int]:
    match = re.match(r"(.+?)_?[vV](\d+)$", name)
    return (match[1].lower(), int(match[2])) if match else (name.lower(), 1)


@check(
    id="SOL204",
    name="connector-preview",
    severity=Severity.INFO,
    since="0.1",
    source="https://learn.microsoft.com/power-platform/admin/preview-features",
    on=Component,
)
def connector_preview(component: Component, context: Context) -> Iterator[Finding]:
    """A preview connector is on its way to production."""
    if context.workspace.is_copied(component):
        return
    for use, row in _rows(component, context):
        # Independent publishers' connectors stay in preview for good: `connector-independent-publisher`.
        if row.release != "preview" or row.deprecated or row.kind == "independent-publisher":
            continue
        targets = context.targets(component)
        production = [one.name for one in targets if one.type is EnvironmentType.PRODUCTION]
        unsaid = any(one.any_other for one in targets)
        if not production and not unsaid:
            continue
        where = f" on its way to {listed(production)}" if production and not unsaid else ""
        yield Finding(
            at=use.at,
            message=f"'{component.name}' uses {name_of(use.connector, context)}{_where(use)}, a preview connector in"
            f" the list of {context.catalogue.as_of}{where}",
            remedy="Agree with the owner of the process that previews may change and have no full support, or wait for"
            " the release (maker)",
            confidence=Confidence.LIKELY,
            component=component.ref,
            connectors=(use.connector,),
            related=others((f"the step '{step.name}'", step.at) for step in use.steps),
        )


@check(
    id="SOL205",
    name="connector-independent-publisher",
    severity=Severity.INFO,
    since="0.1",
    source="https://learn.microsoft.com/connectors/custom-connectors/certification-submission-ip",
    on=Component,
)
def connector_independent_publisher(component: Component, context: Context) -> Iterator[Finding]:
    """A connector is used that the owner of the service neither made nor supports."""
    if context.workspace.is_copied(component):
        return
    for use, row in _rows(component, context):
        if row.kind != "independent-publisher":
            continue
        by = f" by {row.publisher}" if row.publisher else ""
        yield Finding(
            at=use.at,
            message=f"'{component.name}' uses {name_of(use.connector, context)}{_where(use)}, a connector of an"
            f" independent publisher{by}: the owner of the service does not support it",
            remedy="Agree who keeps the flow running when the service changes, or use a custom connector of your own"
            " (maker)",
            component=component.ref,
            connectors=(use.connector,),
            related=others((f"the step '{step.name}'", step.at) for step in use.steps),
        )


@check(
    id="SOL206",
    name="connector-declared-not-used",
    severity=Severity.INFO,
    since="0.1",
    source="https://learn.microsoft.com/power-platform/admin/dlp-connector-classification",
    on=Component,
)
def connector_declared_not_used(flow: Component, context: Context) -> Iterator[Finding]:
    """A premium or blocked connector is referenced, and no step uses it."""
    if flow.kind is not ComponentKind.CLOUD_FLOW or context.workspace.is_copied(flow):
        return
    used = {use.connector for use in flow.uses}
    for entry in flow.declared:
        if entry.used or entry.connector is None or entry.connector in used:
            continue
        reasons = [*_premium(entry, context), *_blocked(entry, flow, context)]
        if reasons:
            yield Finding(
                at=entry.at,
                message=f"'{flow.name}' references {name_of(entry.connector, context)}, which is {listed(reasons)}, and"
                " no step uses it",
                remedy="Remove the connection from the flow, so that nobody has to license or unblock it (maker)",
                component=flow.ref,
                connectors=(entry.connector,),
            )


def _premium(entry: DeclaredReference, context: Context) -> Iterator[str]:
    row = context.catalogue.find(entry.connector) if entry.connector else None
    if entry.custom or (row is not None and row.tier == "Premium"):
        yield "premium"


def _blocked(entry: DeclaredReference, flow: Component, context: Context) -> Iterator[str]:
    if entry.connector is None or entry.custom or not context.workspace.policies:
        return
    known = [one for one in context.targets(flow) if not one.any_other]
    blocked = [one.name for one in known if context.policies.effect(entry.connector, one).blocked]
    if blocked:
        yield f"blocked in {listed(blocked)}"


_GRAPH = r"graph\.microsoft\.com"
_GRAPH_HOME = r"/(?:v1\.0|beta)(?:/me|/users/[^/]*)?"
_SERVICES = (
    (_GRAPH, rf"{_GRAPH_HOME}/(?:messages|sendMail|mailFolders|events|calendar)", "shared_office365"),
    (_GRAPH, rf"{_GRAPH_HOME}/planner/", "shared_planner"),
    (_GRAPH, rf"{_GRAPH_HOME}/todo/", "shared_todo"),
    (_GRAPH, rf"{_GRAPH_HOME}/(?:teams|chats|joinedTeams)\b", "shared_teams"),
    (_GRAPH, rf"{_GRAPH_HOME}/drive/", "shared_onedriveforbusiness"),
    (_GRAPH, r"/(?:v1\.0|beta)/sites\b", "shared_sharepointonline"),
    (_GRAPH, r"/(?:v1\.0|beta)/groups\b", "shared_office365groups"),
    (_GRAPH, r"/(?:v1\.0|beta)/(?:me|users)\b", "shared_office365users"),
    (r"[\w-]+\.sharepoint\.(?:com|us)", "/", "shared_sharepointonline"),
    (r"(?:[\w-]+\.webhook|outlook)\.office\.com", "/webhook", "shared_teams"),
    (r"api\.powerbi\.com", "/v1\\.0/", "shared_powerbi"),
    (r"api\.github\.com", "/", "shared_github"),
    (r"(?:hooks\.|api\.)?slack\.com", "/(?:api|services)/", "shared_slack"),
    (r"api\.trello\.com", "/", "shared_trello"),
    (r"(?:content\.)?api\.dropboxapi\.com|content\.dropboxapi\.com", "/", "shared_dropbox"),
    (r"(?:api|upload)\.box\.com", "/", "shared_box"),
    (r"www\.googleapis\.com", "/(?:upload/)?drive/", "shared_googledrive"),
    (r"www\.googleapis\.com", "/calendar/", "shared_googlecalendar"),
    (r"sheets\.googleapis\.com", "/", "shared_googlesheet"),
    (r"gmail\.googleapis\.com", "/", "shared_gmail"),
    (r"api\.(?:twitter|x)\.com", "/2/", "shared_twitter"),
)
"""(whole host, how the path begins, connector), from the API reference of each service."""


@check(
    id="SOL207",
    name="http-instead-of-connector",
    severity=Severity.INFO,
    since="0.1",
    source=_LIST,
    on=Component,
)
def http_instead_of_connector(flow: Component, context: Context) -> Iterator[Finding]:
    """An HTTP step calls a service that has a standard connector."""
    if context.workspace.is_copied(flow):
        return
    by_connector: dict[str, list[Step]] = {}
    for use in flow.uses:
        if use.connector not in {"Http", "HttpWebhook"}:
            continue
        for step in use.steps:
            found = _standard(step.endpoint, context)
            if found:
                by_connector.setdefault(found, []).append(step)
    for key, steps in by_connector.items():
        first = steps[0]
        host = _parts(first.endpoint)[0]
        yield Finding(
            at=first.endpoint.at if first.endpoint else first.at,
            message=f"'{flow.name}' calls {host} over HTTP, which is premium,"
            f" {in_steps([step.name for step in steps])}; the standard connector"
            f" {name_of(ConnectorKey(key), context)} reaches that service",
            remedy=f"Use {context.catalogue.name_of(key)} if it has the operation you need: it needs no premium licence"
            " and no approval of HTTP (maker)",
            confidence=Confidence.LIKELY,
            component=flow.ref,
            connectors=(key,),
            related=others((f"the step '{step.name}'", step.at) for step in steps),
        )


def _standard(endpoint: Endpoint | None, context: Context) -> str | None:
    host, path = _parts(endpoint)
    for wanted_host, wanted_path, connector in _SERVICES:
        if re.fullmatch(wanted_host, host) and re.match(wanted_path, path, re.IGNORECASE):
            row = context.catalogue.find(connector)
            return connector if row is not None and row.tier == "Standard" else None
    return None


def _parts(endpoint: Endpoint | None) -> tuple[str, str]:
    address = (endpoint.resolved or endpoint.prefix) if endpoint else ""
    scheme, separator, rest = address.partition("://")
    host, slash, path = rest.partition("/")
    # A host that is cut off by an expression is not known.
    return (host.lower(), slash + path) if separator and slash and scheme.lower().startswith("http") else ("", "")


def _rows(component: Component, context: Context) -> Iterator[tuple[ConnectorUse, CatalogueConnector]]:
    for use in component.uses:
        row = None if use.custom else context.catalogue.find(use.connector)
        if row is not None:
            yield use, row


def _where(use: ConnectorUse) -> str:
    return f" {in_steps([step.name for step in use.steps])}" if use.steps else ""
