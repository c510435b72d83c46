"""The governance manifest: YAML files that people write beside the source, merged into one picture."""

from __future__ import annotations

from pllint.discover import matches
from pllint.finding import Finding, Related
from pllint.model.governance import (
    AgentRecord,
    AppRecord,
    ConnectorRecord,
    DeclaredEnvironment,
    FlowRecord,
    Governance,
    LicenceRecord,
    Population,
    WebsiteRecord,
)
from pllint.read.governance_records import Records
from pllint.read.governance_values import given

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pllint.read.document import Notes
    from pllint.read.governance_values import Record
    from pllint.source import Anchor
    from pllint.text.node import Node

    _Identity = tuple[str, str, Anchor]
    """What a record is called, where it lies (empty when it does not say), and where that is written."""

_SCHEMA = "governance"

_NAMING_KEYS = {
    "environments": {"name"},
    "populations": {"name"},
    "apps": {"name"},
    "flows": {"name"},
    "connectors": {"name"},
    "licences": {"plan"},
    "agents": {"name"},
    "websites": {"name"},
    "approvals": {"of", "flow"},
    "retirements": {"app", "flow", "connector"},
    "waivers": {"check", "for"},
}
"""The lists of the manifest; every record of one bears one of these keys."""
_MAPPING_KEYS = {
    "tenant": {"name", "cloud", "sector", "currency", "price-list", "licences-as-of", "agreement"},
    "capacity": {"dataverse", "ai-credits", "desktop-flows"},
}


def recognises(value: object, path: str, settings_globs: Sequence[str] = ()) -> bool:
    """Tell whether a parsed YAML file is a governance file: by its folder, or by what its top-level keys hold."""
    if not isinstance(value, dict) or not value:
        return False
    if matches(path, settings_globs):
        return True
    return 2 * sum(_is_of_manifest(key, member) for key, member in value.items()) > len(value)


def _is_of_manifest(key: object, value: object) -> bool:
    # Words such as `environments` head many a YAML file, so what stands under them has to fit as well.
    if isinstance(value, dict):
        return bool(_MAPPING_KEYS.get(str(key), set()) & value.keys())
    if isinstance(value, list) and value:
        naming = _NAMING_KEYS.get(str(key), set())
        return all(isinstance(record, dict) and naming & record.keys() for record in value)
    return isinstance(value, list) and str(key) in _NAMING_KEYS


def governance_files(nodes: Sequence[Node], notes: Notes) -> Governance | None:
    """Merge the governance files of a project; None when there are none.

    Each file is held against its schema here, so it is to be opened without one.
    """
    if not nodes:
        return None
    for node in nodes:
        _check(node, notes)
    read = Records(notes)
    tenant = _merged(nodes, "tenant", notes)
    capacity = _merged(nodes, "capacity", notes)
    return Governance(
        at=nodes[0].at,
        tenant=read.tenant(tenant) if tenant else None,
        environments=_distinct("environment", map(read.environment, _records(nodes, "environments")), _by_name, notes),
        populations=_distinct("population", map(read.population, _records(nodes, "populations")), _by_name, notes),
        apps=_distinct("app", map(read.app, _records(nodes, "apps")), _by_name_and_environment, notes),
        flows=_distinct("flow", map(read.flow, _records(nodes, "flows")), _by_name_and_environment, notes),
        connectors=_distinct("connector", map(read.connector, _records(nodes, "connectors")), _by_name, notes),
        licences=_distinct("licence record", map(read.licence, _records(nodes, "licences")), _by_plan_and_end, notes),
        agents=_distinct("agent", map(read.agent, _records(nodes, "agents")), _by_name_and_environment, notes),
        websites=_distinct("website", map(read.website, _records(nodes, "websites")), _by_name_and_environment, notes),
        dataverse=read.dataverse(capacity["dataverse"]) if "dataverse" in capacity else None,
        ai_credits=read.ai_credits(capacity["ai-credits"]) if "ai-credits" in capacity else None,
        desktop_flows=read.desktop_flows(capacity["desktop-flows"]) if "desktop-flows" in capacity else None,
        approvals=tuple(map(read.approval, _records(nodes, "approvals"))),
        retirements=tuple(map(read.retirement, _records(nodes, "retirements"))),
        waivers=given(map(read.waiver, _records(nodes, "waivers"))),
    )


def _check(node: Node, notes: Notes) -> None:
    from pllint.read.document import check_schema
    from pllint.schema import unknown_keys
    from pllint.text.yaml_text import typed

    value = typed(node.value)
    check_schema(node, notes, _SCHEMA, value)
    for unknown in unknown_keys(_SCHEMA, value):
        at = node.at
        for key in unknown.path:
            at /= key
        message = f"pllint does not know the key '{at.path[-1]}'"
        nearest = f"Write '{unknown.nearest}'" if unknown.nearest else "Remove the key"
        notes.find("SRC010", at, message, f"{nearest}, or correct where it stands")


def _records(nodes: Sequence[Node], key: str) -> Iterator[Node]:
    for node in nodes:
        yield from (record for record in node[key].elements() if record.is_mapping)


def _merged(nodes: Sequence[Node], key: str, notes: Notes) -> dict[str, Node]:
    """Put one mapping together from what each file holds of it; the first place of a key wins."""
    found: dict[str, Node] = {}
    for node in nodes:
        for name, member in node[key].items():
            if name in found:
                _defined_twice(f"'{key}.{name}'", member.at, found[name].at, notes)
            else:
                found[name] = member
    return found


def _distinct(
    kind: str, records: Iterable[Record | None], identity: Callable[[Record], _Identity], notes: Notes
) -> tuple[Record, ...]:
    """Keep the first of the records that mean the same thing, and report the others."""
    kept: list[Record] = []
    seen: dict[str, list[tuple[str, Anchor]]] = {}
    for record in given(records):
        name, place, at = identity(record)
        others = seen.setdefault(name.lower(), [])
        first = next((a for other, a in others if not other or not place or other == place.lower()), None)
        if first is None:
            others.append((place.lower(), at))
            kept.append(record)
        else:
            _defined_twice(f"the {kind} '{name}'", at, first, notes)
    return tuple(kept)


def _defined_twice(what: str, at: Anchor, first: Anchor, notes: Notes) -> None:
    elsewhere = "above" if first.source == at.source else f"in {first.source.path}"
    notes.findings.append(
        Finding(
            at=at,
            message=f"{what} is defined here and {elsewhere}; the first definition counts",
            remedy="Merge the two definitions, or give one of them another name",
            check="SRC011",
            related=(Related("first defined here", first),),
        )
    )


def _by_name(record: DeclaredEnvironment | Population | ConnectorRecord) -> _Identity:
    return record.name, "", record.at / "name"


def _by_name_and_environment(record: AppRecord | FlowRecord | AgentRecord | WebsiteRecord) -> _Identity:
    # One flow in two environments is two flows to licensing, each with a record of its own.
    return record.name, record.environment.text if record.environment else "", record.at / "name"


def _by_plan_and_end(record: LicenceRecord) -> _Identity:
    # One plan bought on two agreements is two records, told apart by their ends.
    return record.plan, record.ends or "", record.at / "plan"
