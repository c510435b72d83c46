"""What was read, as rows of `schemas/show.json` and as a list for people."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol, TypeVar

from pllint.catalogue import Catalogue
from pllint.model.component import Component, ConnectorUse, Trigger
from pllint.model.custom_connector import CustomConnector
from pllint.model.environment import Environment
from pllint.model.inventory import LicenceSku
from pllint.model.policy import DlpPolicy
from pllint.model.solution import Solution
from pllint.model.workspace import Workspace
from pllint.record import NamedTuple
from pllint.report.escape import for_terminal
from pllint.report.layout import counted, folded
from pllint.source import Anchor, KeyPath, Source

Row = dict[str, object]
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


def inventory(workspace: Workspace, premium_of: PremiumOf, catalogue: Catalogue) -> dict[str, object]:
    """Give everything that was read with the keys of `schemas/show.json`, sorted by path."""
    pointers = _Pointers(workspace.components)
    components = sorted(workspace.components, key=lambda one: (one.at.source.path, one.kind, one.id))
    licences = sorted(workspace.inventory.skus, key=lambda one: (one.at.source.path, one.name.lower(), one.id or ""))
    return {
        "solutions": [_solution(one) for one in _sorted(workspace.solutions)],
        "components": [_component(one, premium_of(one), catalogue, pointers) for one in components],
        "custom-connectors": [_custom_connector(one) for one in _sorted(workspace.custom_connectors)],
        "policies": [_policy(one) for one in _sorted(workspace.policies)],
        "environments": [
            _environment(one)
            for one in sorted(workspace.environments, key=lambda one: (one.name.lower(), one.id or ""))
        ],
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
        ("environments", _told_environment),
        ("licences", _told_licence),
        ("skipped", _told_skipped),
    )
    for key, describe in describers:
        listed = _rows(rows.get(key))
        if not listed:
            continue
        yield paint(f"{key.replace('-', ' ').capitalize()} ({len(listed)})", "1")
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
    return row


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


def _custom_connector(connector: CustomConnector) -> Row:
    row: Row = {"name": connector.display_name, "id": connector.name, "path": connector.at.source.path}
    _add(row, "solution", connector.solution)
    _add(row, "host", connector.host.name)
    row["authentication"] = connector.authentication
    row["operations"] = len(connector.operations)
    return row


def _policy(policy: DlpPolicy) -> Row:
    row: Row = {"name": policy.name, "id": policy.id, "path": policy.at.source.path}
    row["scope"] = policy.unknown_scope or policy.scope.value
    if policy.environments_known:
        row["environments"] = [one.display_name or one.name for one in policy.environments]
    _add(row, "default-group", policy.default.lower() if policy.default else None)
    if policy.classified is not None:
        row["connectors"] = len(policy.classified)
    return row


def _environment(environment: Environment) -> Row:
    row: Row = {"name": environment.name}
    _add(row, "id", environment.id)
    _add(row, "type", environment.type.value if environment.type else None)
    if environment.managed is not None:
        row["managed"] = environment.managed
    _add(row, "path", environment.at.source.path if environment.at else None)
    return row


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


def _told_policy(row: Row) -> Iterator[str]:
    yield f"{row['name']}"
    yield f"{row['path']}"
    environments = row.get("environments")
    names = ": " + ", ".join(environments) if isinstance(environments, list) and environments else ""
    number = row.get("connectors")
    listed = counted(number, "connector") if isinstance(number, int) else "exported without its connectors"
    yield f"{row['scope']}{names}; default group {row.get('default-group', 'not named')}; {listed}"


def _told_environment(row: Row) -> Iterator[str]:
    kind = row.get("type", "type unknown")
    managed = {True: ", managed", False: ", not managed"}.get(bool(row["managed"])) if "managed" in row else ""
    yield f"{row['name']} ({kind}{managed})"


def _told_licence(row: Row) -> Iterator[str]:
    yield f"{row['name']} ({row.get('plan', 'no plan that pllint knows')})"
    counts = [f"{row[fact]:,} {fact}" for fact in ("purchased", "assigned") if fact in row] or ["not counted"]
    free = "" if row["counts"] else "; free or a trial, so not counted as bought"
    day = f" on {row['as-of']}" if "as-of" in row else ""
    yield f"{row['path']}"
    yield f"{', '.join(counts)}{day}{free}"


def _told_skipped(row: Row) -> Iterator[str]:
    yield f"{row['path']}: {row['reason']}"
