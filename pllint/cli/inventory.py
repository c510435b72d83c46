"""What was read, as rows of `schemas/show.json` and as a list for people."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol, TypeVar

from pllint.catalogue import Catalogue
from pllint.model.advanced_policy import AdvancedPolicy
from pllint.model.component import Component, ConnectorUse, Trigger
from pllint.model.custom_connector import CustomConnector
from pllint.model.environment import Environment, EnvironmentRef
from pllint.model.inventory import LicenceSku, ListedConnection, ListedResource
from pllint.model.policy import DlpPolicy, PolicyPart
from pllint.model.policy_ids import AgentParts
from pllint.model.solution import Solution
from pllint.model.workspace import Workspace
from pllint.record import NamedTuple
from pllint.report.escape import for_terminal
from pllint.report.layout import counted, folded
from pllint.source import Anchor, KeyPath, Source

Row = dict[str, object]
_TITLES = {"listed": "Listed by inventories"}
_TIERS = {"standard", "premium"}


class PremiumAnswer(NamedTuple):
    """Whether a component is premium, in the words of the licensing engine."""

    verdict: str
    """yes, no or unknown."""
    reasons: tuple[str, ...] = ()


class _Placed(Protocol):
    @property
    def at(self) -> Anchor: ...


_Element = TypeVar("_Element", bound=_Placed)
PremiumOf = Callable[[Component], PremiumAnswer]
PoliciesOf = Callable[[Environment], Sequence[str]]
"""The names of the policies that reach an environment."""


def inventory(
    workspace: Workspace, premium_of: PremiumOf, catalogue: Catalogue, policies_of: PoliciesOf = lambda _environment: ()
) -> dict[str, object]:
    """Give everything that was read with the keys of `schemas/show.json`, sorted by path."""
    pointers = _Pointers(workspace.components)
    components = sorted(workspace.components, key=lambda one: (one.at.source.path, one.kind, one.id))
    licences = sorted(workspace.inventory.skus, key=lambda one: (one.at.source.path, one.name.lower(), one.id or ""))
    advanced = [_advanced_policy(one, workspace) for one in _sorted(workspace.advanced_policies)]
    known = workspace.inventory
    listed = [_listed(one, workspace) for one in _sorted(known.resources)]
    connections = [_connection(one, workspace) for one in _sorted(known.connections)]
    return {
        "solutions": [_solution(one) for one in _sorted(workspace.solutions)],
        "components": [_component(one, premium_of(one), catalogue, pointers) for one in components],
        "custom-connectors": [_custom_connector(one, workspace) for one in _sorted(workspace.custom_connectors)],
        "policies": [_policy(one, workspace) for one in _sorted(workspace.policies)],
        **({"advanced-policies": advanced} if advanced else {}),
        "environments": [
            _environment(one, policies_of(one))
            for one in sorted(workspace.environments, key=lambda one: (one.name.lower(), one.id or ""))
        ],
        **({"listed": listed} if listed else {}),
        **({"connections": connections} if connections else {}),
        **({"licences": [_licence(one) for one in licences]} if licences else {}),
        "skipped": [{"path": path, "reason": reason} for path, reason in sorted(set(workspace.skipped))],
    }


def tier_of(use: ConnectorUse, catalogue: Catalogue) -> str | None:
    """Give standard or premium; None when neither the catalogue nor, for what it lacks, the file says."""
    if use.custom:
        return "premium"
    row = catalogue.find(use.connector)
    tier = ((row.tier if row else use.stated_tier) or "").lower()
    return tier if tier in _TIERS else None


def listing(rows: dict[str, object], width: int, *, colour: bool) -> Iterator[str]:
    """Lay an inventory out for people, one thing after another."""

    def paint(text: str, style: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if colour else text

    describers: tuple[tuple[str, Callable[[Row], Iterator[str]]], ...] = (
        ("solutions", _told_solution),
        ("components", _told_component),
        ("custom-connectors", _told_connector),
        ("policies", _told_policy),
        ("advanced-policies", _told_advanced_policy),
        ("environments", _told_environment),
        ("listed", _told_listed),
        ("connections", _told_connection),
        ("licences", _told_licence),
        ("skipped", _told_skipped),
    )
    for key, describe in describers:
        listed = _rows(rows.get(key))
        if not listed:
            continue
        yield paint(f"{_TITLES.get(key) or key.replace('-', ' ').capitalize()} ({len(listed)})", "1")
        for row in listed:
            head, *details = describe(row)
            yield f"  {for_terminal(head)}"
            for detail in details:
                for number, line in enumerate(folded(for_terminal(detail), width - 8)):
                    yield f"    {'' if number == 0 else '    '}{paint(line, '2')}"
        yield ""
    if not any(_rows(rows.get(key)) for key, _ in describers):
        yield "Read nothing that pllint knows, and skipped nothing."


def _solution(solution: Solution) -> Row:
    row: Row = {"name": solution.unique_name}
    _add(row, "display-name", solution.display_name)
    _add(row, "version", solution.version)
    # Read from a package, an absent answer means that it was unpacked for both.
    row["managed"] = {True: "managed", False: "unmanaged", None: "both"}[solution.managed]
    _add(row, "publisher", solution.publisher)
    _add(row, "prefix", solution.prefix)
    return {**row, "path": solution.at.source.path}


def _component(component: Component, premium: PremiumAnswer, catalogue: Catalogue, pointers: "_Pointers") -> Row:
    row: Row = {"kind": component.kind.value, "name": component.name, "id": component.id}
    _add(row, "solution", component.solution)
    row["path"] = component.at.source.path
    if component.trigger and component.trigger.trigger_class:
        row["trigger"] = _trigger(component.trigger)
    row["connectors"] = [_use(use, catalogue, pointers) for use in component.uses]
    if component.ai_builder:
        row["ai-builder"] = True
    used = {use.connector for use in component.uses}
    declared = {one.connector for one in component.declared if one.connector and not one.used}
    row["declared-not-used"] = sorted(declared - used)
    row["premium"] = premium.verdict
    row["premium-reasons"] = list(premium.reasons)
    row["calls"] = {
        "flows": [call.id for call in component.calls_flows],
        "desktop-flows": [call.id for call in component.calls_desktop_flows],
    }
    if component.agent is not None:
        row["agent"] = _agent(component.agent)
    return row


def _agent(parts: AgentParts) -> Row:
    row: Row = {}
    _add(row, "authentication", parts.authentication)
    lists = {"channels": parts.channels, "knowledge": parts.knowledge, "connected-agents": parts.connected}
    return {**row, **{key: list(names) for key, names in lists.items() if names}}


def _trigger(trigger: Trigger) -> Row:
    row: Row = {"class": (trigger.trigger_class or "").lower(), "type": trigger.type}
    _add(row, "kind", trigger.kind)
    _add(row, "starts-from", trigger.starts_from.value if trigger.starts_from else None)
    return row


def _use(use: ConnectorUse, catalogue: Catalogue, pointers: "_Pointers") -> Row:
    row: Row = {"id": use.connector, "custom": use.custom}
    _add(row, "tier", tier_of(use, catalogue))
    row["steps"] = [pointers.of(step.at) for step in use.steps]
    if any(step.ai_builder for step in use.steps):
        row["ai-builder"] = True
    return row


def _custom_connector(connector: CustomConnector, workspace: Workspace) -> Row:
    row: Row = {"name": connector.display_name, "id": connector.name, "path": connector.at.source.path}
    _add(row, "solution", connector.solution)
    _add(row, "host", connector.host.name)
    hosts = ((one.name, workspace.connector_in(connector, one).host.name) for one in workspace.environments)
    elsewhere = [{"environment": name, "host": host} for name, host in hosts if host and host != connector.host.name]
    if elsewhere:
        row["hosts"] = sorted(elsewhere, key=lambda one: one["environment"])
    row["authentication"] = connector.authentication
    row["operations"] = len(connector.operations)
    return row


def _policy(policy: DlpPolicy, workspace: Workspace) -> Row:
    row: Row = {"name": policy.name, "id": policy.id, "path": policy.at.source.path}
    row["scope"] = policy.unknown_scope or policy.scope.value
    if policy.environments_known:
        row["environments"] = _names(policy.environments, workspace)
    _add(row, "default-group", policy.default.lower() if policy.default else None)
    if policy.classified is not None:
        row["connectors"] = len(policy.classified)
    open_ = list(dict.fromkeys(_open_parts(policy)))
    if open_:
        row["open"] = open_
    return row


def _open_parts(policy: DlpPolicy) -> Iterator[str]:
    for part in policy.open_parts:
        yield f"{part.part.value}{f' of {part.connector}' if part.connector else ''}: {part.how}"
    told = {part.part for part in policy.open_parts}
    if policy.unknown_scope is not None:
        yield f"{PolicyPart.SCOPE.value}: no scope that pllint knows"
    if not policy.environments_known and PolicyPart.ENVIRONMENTS not in told:
        yield f"{PolicyPart.ENVIRONMENTS.value}: not in the file"
    if policy.tenant_level and policy.patterns is None and PolicyPart.PATTERNS not in told:
        yield f"{PolicyPart.PATTERNS.value}: not in the export"
    if not policy.rules_known and PolicyPart.RULES not in told:
        yield f"{PolicyPart.RULES.value}: cut off in the export"


def _advanced_policy(policy: AdvancedPolicy, workspace: Workspace) -> Row:
    row: Row = {"name": policy.name, "id": policy.id, "path": policy.at.source.path}
    row["environments"] = _names(policy.environments, workspace)
    if policy.groups:
        row["groups"] = list(policy.groups)
    row["connectors"] = len(policy.allowed)
    row["complete"] = policy.targets_known and policy.allowed_known
    return row


def _names(environments: Iterable[EnvironmentRef], workspace: Workspace) -> list[str]:
    """Give the names that people know, where a file tells them."""
    found = ((one, workspace.environment(one.name)) for one in environments)
    return [known.name if known else one.display_name or one.name for one, known in found]


def _environment(environment: Environment, policies: Sequence[str]) -> Row:
    row: Row = {"name": environment.name}
    _add(row, "id", environment.id)
    _add(row, "type", environment.type.value if environment.type else None)
    if environment.managed is not None:
        row["managed"] = environment.managed
    if policies:
        row["policies"] = list(policies)
    _add(row, "path", environment.at.source.path if environment.at else None)
    return row


def _listed(resource: ListedResource, workspace: Workspace) -> Row:
    row: Row = {"kind": resource.kind.value, "name": resource.name}
    _add(row, "id", resource.id)
    _add(row, "environment", _name_of(resource.environment, workspace))
    _add(row, "state", resource.state)
    if resource.connectors:
        row["connectors"] = list(resource.connectors)
    return {**row, "path": resource.at.source.path}


def _connection(connection: ListedConnection, workspace: Workspace) -> Row:
    row: Row = {"name": connection.display_name or connection.name, "connector": connection.connector}
    _add(row, "environment", _name_of(connection.environment, workspace))
    _add(row, "status", connection.status)
    return {**row, "path": connection.at.source.path}


def _name_of(environment: str | None, workspace: Workspace) -> str | None:
    known = workspace.environment(environment) if environment else None
    return known.name if known else environment


def _licence(sku: LicenceSku) -> Row:
    row: Row = {"name": sku.name}
    _add(row, "id", sku.id)
    _add(row, "plan", sku.plan)
    if sku.purchased is not None:
        row["purchased"] = sku.purchased
    if sku.assigned is not None:
        row["assigned"] = sku.assigned
    row["counts"] = sku.counts
    _add(row, "as-of", sku.as_of)
    return {**row, "path": sku.at.source.path}


def _add(row: Row, key: str, value: str | None) -> None:
    if value is not None:
        row[key] = value


def _sorted(elements: Iterable[_Element]) -> list[_Element]:
    return sorted(elements, key=lambda one: (one.at.source.path, [str(key) for key in one.at.path]))


class _Pointers:
    """The places of all steps as pointers, one pass over the text of each file."""

    def __init__(self, components: Sequence[Component]) -> None:
        wanted: dict[Source, list[KeyPath]] = {}
        for component in components:
            for use in component.uses:
                for step in use.steps:
                    if step.at.known is None:
                        wanted.setdefault(step.at.source, []).append(step.at.path)
        self._pointers: dict[tuple[Source, KeyPath], str] = {}
        for source, paths in wanted.items():
            try:
                spans = source.spans(paths)
            except OSError:  # the file went away while it was read
                continue
            self._pointers |= {(source, path): span.pointer for path, span in zip(paths, spans, strict=True)}

    def of(self, at: Anchor) -> str:
        return at.known.pointer if at.known else self._pointers.get((at.source, at.path), "")


def _rows(value: object) -> list[Row]:
    return value if isinstance(value, list) else []


def _told_solution(row: Row) -> Iterator[str]:
    managed = "managed and unmanaged" if row["managed"] == "both" else row["managed"]
    version = f" {row['version']}" if "version" in row else ""
    yield f"{row['name']}{version}, {managed}"
    yield f"{row['path']}"


def _told_component(row: Row) -> Iterator[str]:
    solution = f" of {row['solution']}" if "solution" in row else ""
    yield f"{row['name']} ({str(row['kind']).replace('-', ' ')}{solution})"
    yield f"{row['path']}"
    trigger = row.get("trigger")
    if isinstance(trigger, dict):
        starts = f" from {str(trigger['starts-from']).replace('-', ' ')}" if "starts-from" in trigger else ""
        yield f"starts: {trigger['class']}{starts} ({trigger['type']})"
    uses = [_told_use(use) for use in _rows(row["connectors"])]
    yield f"connectors: {', '.join(uses) or 'none'}"
    declared = row["declared-not-used"]
    if isinstance(declared, list) and declared:
        yield f"declared, not used: {', '.join(declared)}"
    reasons = row["premium-reasons"]
    because = ", ".join(str(reason).replace("-", " ") for reason in reasons) if isinstance(reasons, list) else ""
    yield f"premium: {row['premium']}{f' ({because})' if because else ''}"
    calls = row["calls"]
    if isinstance(calls, dict):
        called = [
            counted(len(ids), kind)
            for kind, ids in (("flow", calls["flows"]), ("desktop flow", calls["desktop-flows"]))
            if ids
        ]
        if called:
            yield f"calls: {' and '.join(called)}"
    agent = row.get("agent")
    if isinstance(agent, dict):
        for key, names in agent.items():
            told = ", ".join(names) if isinstance(names, list) else str(names)
            yield f"{key.replace('-', ' ')}: {told.replace('_', ' ') if key != 'connected-agents' else told}"


def _told_use(use: Row) -> str:
    steps = use["steps"]
    number = len(steps) if isinstance(steps, list) else 0
    custom = "custom " if use["custom"] else ""
    told = f"{use['id']} ({custom}{use.get('tier', 'tier unknown')}"
    return f"{told}, {counted(number, 'step')})" if number else f"{told})"


def _told_connector(row: Row) -> Iterator[str]:
    yield f"{row['name']} ({row['id']})"
    yield f"{row['path']}"
    number = row["operations"] if isinstance(row["operations"], int) else 0
    host = row.get("host", "host not known from the files")
    yield f"{host}, {counted(number, 'operation')}, authentication {row['authentication']}"
    for other in _rows(row.get("hosts")):
        yield f"in {other['environment']}: {other['host']}"


def _told_policy(row: Row) -> Iterator[str]:
    yield f"{row['name']}"
    yield f"{row['path']}"
    environments = row.get("environments")
    names = ": " + ", ".join(environments) if isinstance(environments, list) and environments else ""
    number = row.get("connectors")
    listed = counted(number, "connector") if isinstance(number, int) else "exported without its connectors"
    yield f"{row['scope']}{names}; default group {row.get('default-group', 'not named')}; {listed}"
    open_ = row.get("open")
    if isinstance(open_, list):
        yield f"open: {'; '.join(open_)}"


def _told_advanced_policy(row: Row) -> Iterator[str]:
    yield f"{row['name']}"
    yield f"{row['path']}"
    places = [name for key in ("environments", "groups") if isinstance(names := row.get(key), list) for name in names]
    number = row["connectors"] if isinstance(row["connectors"], int) else 0
    rest = "" if row["complete"] else "; the files do not hold all of it"
    yield f"{', '.join(map(str, places)) or 'assigned to nothing'}; {counted(number, 'connector')} allowed{rest}"


def _told_listed(row: Row) -> Iterator[str]:
    where = f" in {row['environment']}" if "environment" in row else ""
    state = f", {row['state']}" if "state" in row else ""
    yield f"{row['name']} ({str(row['kind']).replace('-', ' ')}{where}{state})"
    connectors = row.get("connectors")
    if isinstance(connectors, list):
        yield f"connectors: {', '.join(connectors)}"


def _told_connection(row: Row) -> Iterator[str]:
    where = f" in {row['environment']}" if "environment" in row else ""
    status = f", {row['status']}" if "status" in row else ""
    yield f"{row['name']} ({row['connector']}{where}{status})"


def _told_environment(row: Row) -> Iterator[str]:
    kind = row.get("type", "type unknown")
    managed = {True: ", managed", False: ", not managed"}.get(bool(row["managed"])) if "managed" in row else ""
    yield f"{row['name']} ({kind}{managed})"
    policies = row.get("policies")
    if isinstance(policies, list):
        yield f"policies: {', '.join(policies)}"


def _told_licence(row: Row) -> Iterator[str]:
    yield f"{row['name']} ({row.get('plan', 'no plan that pllint knows')})"
    counts = [f"{row[fact]:,} {fact}" for fact in ("purchased", "assigned") if fact in row] or ["not counted"]
    free = "" if row["counts"] else "; free or a trial, so not counted as bought"
    day = f" on {row['as-of']}" if "as-of" in row else ""
    yield f"{row['path']}"
    yield f"{', '.join(counts)}{day}{free}"


def _told_skipped(row: Row) -> Iterator[str]:
    yield f"{row['path']}: {row['reason']}"
