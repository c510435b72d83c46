"""What all forms of data policies share: words, wrappings, and how they name connectors and environments."""

from collections.abc import Iterator, Mapping

from pllint.model.connector_id import parse_connector_id
from pllint.model.environment import EnvironmentRef
from pllint.model.policy import Behaviour, ClassifiedConnector, DataGroup, Scope
from pllint.read.document import Notes
from pllint.text.node import Node

GROUPS: Mapping[str, DataGroup] = {
    "confidential": DataGroup.BUSINESS,
    "business": DataGroup.BUSINESS,
    "hbi": DataGroup.BUSINESS,
    "businessdatagroup": DataGroup.BUSINESS,
    "general": DataGroup.NON_BUSINESS,
    "nonbusiness": DataGroup.NON_BUSINESS,
    "non-business": DataGroup.NON_BUSINESS,
    "lbi": DataGroup.NON_BUSINESS,
    "nonbusinessdatagroup": DataGroup.NON_BUSINESS,
    "blocked": DataGroup.BLOCKED,
    "blockedgroup": DataGroup.BLOCKED,
    "ignore": DataGroup.IGNORE,
}
"""The words of every file form for a data group, in lower case."""

SCOPES = {scope.value.lower(): scope for scope in Scope}
BEHAVIOURS = {behaviour.value.lower(): behaviour for behaviour in Behaviour}

# The export's own object, and what ScubaGear's files wrap it in.
WRAPPERS = ("dlp_policies", "Raw")
FIRST = 20
"""How many items of a list decide what the list is."""
CUT_OFF = "cut off in the export"
MIXED_UP = "mixed up by version"
REWRITE = "Correct the value, or export the file again"


def candidates(value: object, depth: int = 6) -> Iterator[object]:
    """Unwrap as the readers do, looking at the first items of a list only."""
    if isinstance(value, list) and depth:
        for item in value[:FIRST]:
            yield from candidates(item, depth - 1)
        return
    if isinstance(value, dict) and depth:
        for name in (*WRAPPERS, "value"):
            inner = member(value, name)
            if isinstance(inner, list | dict) or (name == "dlp_policies" and inner is not None):
                yield from candidates(inner, depth - 1)
                return
    yield value


def member(value: Mapping[object, object], name: str) -> object:
    """Give a member by name, ignoring case."""
    if name in value:
        return value[name]
    lowered = name.lower()
    return next((inner for key, inner in value.items() if isinstance(key, str) and key.lower() == lowered), None)


def environment_ref(entry: Node) -> EnvironmentRef | None:
    """Read one environment of a policy; None for the placeholder of a template."""
    if entry.text is not None:
        text = entry.text.strip()
        return EnvironmentRef(name=text, at=entry.at) if text else None
    path, name = entry.get("id"), entry.get("name")
    segment = (path.text or "").rpartition("/")[2].strip()
    written = (name.text or "").strip()
    if path.present and not segment and written.lower() in {"", "default"}:
        return None
    text = segment or written
    if not text:
        return None
    differs = bool(written) and written.lower() != text.lower()
    return EnvironmentRef(name=text, at=(path if segment else name).at, display_name=written if differs else None)


def classified_connector(entry: Node, group: DataGroup, notes: Notes) -> ClassifiedConnector | None:
    spelled = entry if entry.text is not None else entry.get("id")
    parsed = parse_connector_id(spelled.text or "")
    if parsed is None:
        if spelled.text is not None:
            notes.find("SRC002", spelled.at, f'"{spelled.text}" is no connector id', REWRITE)
        return None
    return ClassifiedConnector(
        connector=parsed.key,
        group=group,
        at=spelled.at,
        spelling=parsed.spelling,
        custom=parsed.custom,
        environment=parsed.environment,
    )


def group_of(node: Node) -> DataGroup | None:
    """Read a word for a data group; None for one that nobody knows."""
    return GROUPS.get((node.text or "").strip().lower())
