"""DLP112, DLP113: custom connectors that nobody classified."""

from collections.abc import Iterator

from pllint.model.component import Component
from pllint.model.connector_id import ConnectorKey, custom_names
from pllint.model.custom_connector import CustomConnector, Host
from pllint.model.environment import Environment
from pllint.model.policy import DataGroup, DlpPolicy
from pllint.model.verdict import Opinion, Posture, PostureKind, Rule
from pllint.model.workspace import Workspace
from pllint.plugin import (
    Anchor,
    ComponentRef,
    Context,
    CouldNotRun,
    Finding,
    Need,
    Outcome,
    Severity,
    check,
)
from pllint_dlp.wording import listed, opinions_as_related

_SOURCE = "https://learn.microsoft.com/power-platform/admin/dlp-custom-connector-parity"


class _Connector:
    """A custom connector of the repository, defined there or only used."""

    def __init__(self, definition: CustomConnector, users: tuple[Component, ...]) -> None:
        self.definition = definition
        """Of one that is only used: its name, the first step that uses it, and no host."""
        self.users = users

    def within(self, environment: Environment, workspace: Workspace) -> "_Connector":
        """Give it with the host it has in an environment."""
        return _Connector(workspace.connector_in(self.definition, environment), self.users)

    @property
    def name(self) -> str:
        return self.definition.display_name

    @property
    def ref(self) -> ComponentRef:
        definition = self.definition
        return ComponentRef(
            kind="custom-connector", name=definition.display_name, id=definition.name, solution=definition.solution
        )

    @property
    def patterns(self) -> str:
        """Propose the URL patterns that take this connector and no other host."""
        host = self.definition.host
        if host.name is None:
            return "a URL pattern for its host"
        address = f"{host.scheme}://{host.name}"
        return f"the URL patterns {address} and {address}/*"


@check(
    id="DLP112",
    name="unclassified-custom-connector",
    severity=Severity.ERROR,
    since="0.1",
    source=_SOURCE,
    on=Workspace,
    needs=[Need.POLICIES],
)
def unclassified_custom_connector(workspace: Workspace, context: Context) -> Outcome:
    """A custom connector is open in an environment it goes to: no policy there says which data group it is in."""
    for connector in _connectors(workspace):
        unknown: dict[str, list[str]] = {}
        for environment in context.connector_targets(connector.definition, connector.users):
            there = connector.within(environment, workspace)
            posture = context.policies.custom_posture(there.definition, environment)
            if posture.kind is PostureKind.UNKNOWN:
                unknown.setdefault(posture.reason, []).append(environment.name)
            if posture.kind is PostureKind.OPEN:
                yield _open(there, environment, posture, context)
        yield from _not_known(connector, unknown)


@check(
    id="DLP113",
    name="custom-connector-caught-by-default",
    severity=Severity.WARNING,
    since="0.1",
    source=_SOURCE,
    on=Workspace,
    needs=[Need.POLICIES],
)
def custom_connector_caught_by_default(workspace: Workspace, context: Context) -> Outcome:
    """A custom connector is classified by the URL pattern `*` or a default group alone: nobody decided on it."""
    for connector in _connectors(workspace):
        unknown: dict[str, list[str]] = {}
        for environment in context.connector_targets(connector.definition, connector.users):
            there = connector.within(environment, workspace)
            posture = context.policies.custom_posture(there.definition, environment)
            if posture.kind is PostureKind.UNKNOWN:
                unknown.setdefault(posture.reason, []).append(environment.name)
            if posture.kind is PostureKind.CAUGHT:
                yield _caught(there, environment, posture)
        yield from _not_known(connector, unknown)


def _open(connector: _Connector, environment: Environment, posture: Posture, context: Context) -> Finding:
    place = environment.name
    missing = [o.policy for o in posture.opinions if o.classification.rule is Rule.PATTERNS_MISSING]
    advanced = context.policies.advanced(environment)
    if advanced is not None and advanced.only:
        reason = f"the advanced policy '{advanced.name}' switches data policies off there and says nothing on it"
    elif not posture.opinions:
        reason = "no data policy reaches that environment" if not environment.any_other else "no data policy reaches it"
    elif missing:
        names = listed(f"'{policy.name}'" for policy in missing)
        reason = f"the export of {names} lacks URL patterns, and their documented default is Ignore"
    else:
        reason = f"it {_silence(posture)}"
    return Finding(
        at=connector.definition.at,
        message=f"custom connector {connector.name} is open in {place}: {reason}, so it may be combined there with"
        " Business as well as with Non-Business connectors",
        remedy=_remedy_open(connector, environment, posture, missing),
        confidence=posture.confidence,
        component=connector.ref,
        environment=environment.name,
        policy=_only_policy(posture),
        connectors=(connector.definition.name,),
        related=opinions_as_related(posture.opinions),
    )


def _silence(posture: Posture) -> str:
    by_words: dict[str, list[str]] = {}
    for policy, classification in posture.opinions:
        by_words.setdefault(classification.words, []).append(f"'{policy.name}'")
    return listed(f"{words} of {listed(names)}" for words, names in by_words.items())


def _remedy_open(connector: _Connector, environment: Environment, posture: Posture, missing: list[DlpPolicy]) -> str:
    if missing:
        names = listed(policy.name for policy in missing)
        return f"Commit the output of Get-PowerAppPolicyUrlPatterns beside the export of {names}"
    where = (
        listed((f"'{opinion.policy.name}'" for opinion in posture.opinions), "or")
        if posture.opinions
        else "a tenant policy"
    )
    by_pattern = f"add {connector.patterns} above all others in {where}"
    if not posture.opinions:
        by_pattern = f"add {connector.patterns} to a tenant policy that reaches {environment.name}"
    return f"Ask a Power Platform admin to {by_pattern}{_by_name(environment)}"


def _by_name(environment: Environment) -> str:
    if environment.any_other:
        return ""
    return f", or to classify the connector by name in an environment-level policy of {environment.name}"


def _caught(connector: _Connector, environment: Environment, posture: Posture) -> Finding:
    catching = [opinion for opinion in posture.opinions if opinion.classification.rule in {Rule.STAR, Rule.DEFAULT}]
    because = listed(f"{_catch(opinion)} of '{opinion.policy.name}'" for opinion in catching)
    effect = {
        DataGroup.BLOCKED: ", and whatever uses it there is stopped",
        DataGroup.BUSINESS: ", and it may carry business data to any host",
    }.get(posture.group or DataGroup.NON_BUSINESS, ", so it does not combine with Business connectors")
    return Finding(
        at=connector.definition.at,
        message=f"custom connector {connector.name} is {posture.group} in {environment.name} only through"
        f" {because}: nobody decided on it{effect}",
        remedy=_remedy_caught(connector, environment, catching),
        severity=Severity.WARNING if posture.group is DataGroup.BUSINESS else Severity.INFO,
        confidence=posture.confidence,
        component=connector.ref,
        environment=environment.name,
        policy=catching[0].policy.name if len(catching) == 1 else None,
        connectors=(connector.definition.name,),
        related=opinions_as_related(catching),
    )


def _catch(opinion: Opinion) -> str:
    return "the URL pattern *" if opinion.classification.rule is Rule.STAR else "the default group"


def _remedy_caught(connector: _Connector, environment: Environment, catching: list[Opinion]) -> str:
    tenant = [opinion for opinion in catching if opinion.policy.tenant_level]
    own = [opinion for opinion in catching if not opinion.policy.tenant_level]
    if own and not tenant:
        names = listed(f"'{opinion.policy.name}'" for opinion in own)
        return f"Ask an admin of {environment.name} to put the connector into a data group of {names} by name"
    names = listed(f"'{opinion.policy.name}'" for opinion in tenant)
    by_pattern = f"Ask a Power Platform admin to add {connector.patterns} above * in {names}"
    if any(opinion.classification.group is DataGroup.BLOCKED for opinion in tenant):
        # Blocked is final: a name in an environment-level policy would not lift it.
        return f"{by_pattern}; a name in an environment-level policy does not lift that block"
    return f"{by_pattern}{_by_name(environment)}"


def _only_policy(posture: Posture) -> str | None:
    return posture.opinions[0].policy.name if len(posture.opinions) == 1 else None


def _not_known(connector: _Connector, unknown: dict[str, list[str]]) -> Iterator[CouldNotRun]:
    for reason, environments in unknown.items():
        where = listed(environments)
        yield CouldNotRun(
            reason=f"whether custom connector {connector.name} is classified in {where} cannot be told: {reason}",
            remedy="commit the connector's definition with its host, or the complete export of the policy",
            component=connector.ref,
        )


def _connectors(workspace: Workspace) -> list[_Connector]:
    names = _Names(workspace)
    definitions: dict[str, CustomConnector] = {}
    for definition in workspace.custom_connectors:
        name = names.of(definition.name)
        known = definitions.get(name)
        # The same connector as source and inside a solution: the copy that knows its host speaks for both.
        if known is None or (known.host.name is None and definition.host.name is not None):
            definitions[name] = definition
    users: dict[str, dict[int, Component]] = {}
    for component in workspace.components:
        for use in component.uses:
            if not use.custom:
                continue
            found = workspace.definition_of(use)
            name = custom_names(use.connector)[0] if found is None else names.of(found.name)
            users.setdefault(name, {})[id(component)] = component
            if name not in definitions:
                definitions[name] = _undefined(use.connector, use.display_name, use.at)
    return [_Connector(definitions[name], tuple(users.get(name, {}).values())) for name in sorted(definitions)]


class _Names:
    """The one name of a connector that is defined with a publisher prefix in a solution and without one as source."""

    def __init__(self, workspace: Workspace) -> None:
        self._prefixed: dict[str, set[str]] = {}
        for definition in workspace.custom_connectors:
            full, short = custom_names(definition.name)
            if full != short:
                self._prefixed.setdefault(short, set()).add(full)

    def of(self, name: str) -> str:
        """Give a definition's name, with the prefix if only one connector bears that name with a prefix."""
        full, _ = custom_names(name)
        prefixed = self._prefixed.get(full, set())
        return next(iter(prefixed)) if len(prefixed) == 1 else full


def _undefined(key: ConnectorKey, display_name: str | None, at: Anchor) -> CustomConnector:
    return CustomConnector(name=key, display_name=display_name or custom_names(key)[0], at=at, host=Host(name=None))
