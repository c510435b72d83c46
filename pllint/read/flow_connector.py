"""Which connector a step of a cloud flow uses: every source that names one, the strongest first."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pllint.model.component import Evidence
from pllint.model.connector_id import ConnectorKey, custom_name, custom_names, parse_connector_id
from pllint.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pllint.model.solution import ConnectionReference

Raw = Mapping[str, object]

_NOTHING: Raw = {}
_LABEL = r"\$connections'[)\]]+\??\['([^']+)'\]\??\['connectionId'\]"
_COPY_NUMBER = r"[-_]\d{1,3}$"
_RUNTIME_URL = r"(?i)/apim/([^/?]+)"
_DATAVERSE = ConnectorKey("shared_commondataserviceforapps")


class NamedConnector(NamedTuple):
    """A connector as one source names it."""

    key: ConnectorKey
    custom: bool
    spelling: str
    guid: str | None = None


class Entry(NamedTuple):
    """One entry of the flow's map of connections, resolved as far as it goes."""

    label: str
    sources: tuple[tuple[Evidence, NamedConnector], ...]
    logical_name: str | None
    runs_as: str | None
    connection: str | None


def entries_of(properties: Raw, references: Mapping[str, ConnectionReference]) -> dict[str, Entry]:
    """Give the entries of a flow's map of connections by their labels."""
    found: dict[str, Entry] = {}
    for label, value in mapping_of(properties.get("connectionReferences")).items():
        raw = mapping_of(value)
        connection = mapping_of(raw.get("connection"))
        api = mapping_of(raw.get("api"))
        logical_name = text_of(connection.get("connectionReferenceLogicalName")) or None
        runs_as = text_of(raw.get("runtimeSource")) or text_of(raw.get("source"))
        custom = text_of(api.get("logicalName"))
        sources: list[tuple[Evidence, NamedConnector]] = []
        reference = references.get(logical_name.lower()) if logical_name else None
        if reference and reference.connector:
            sources.append((Evidence.CONNECTION_REFERENCE, _referenced(reference, reference.connector, custom)))
        if named := _named(text_of(api.get("name")) or custom, custom):
            sources.append((Evidence.API_NAME, named))
        if named := _named(text_of(raw.get("id")), None):
            sources.append((Evidence.MAP_ID, named))
        found[label] = Entry(
            label=label,
            sources=tuple(sources),
            logical_name=logical_name,
            runs_as=runs_as.lower() if runs_as else None,
            connection=text_of(raw.get("connectionName"))
            or text_of(connection.get("name"))
            or text_of(connection.get("id")),
        )
    return found


def label_of(host: Raw) -> str:
    """Give the label by which a step's host names an entry of the map; empty when it names none."""
    for key in ("connectionName", "connectionReferenceName"):
        if name := text_of(host.get(key)):
            match = re.search(_LABEL, name)
            return match[1] if match else name
    connection = host.get("connection")
    expression = text_of(connection.get("name") if isinstance(connection, dict) else connection)
    match = re.search(_LABEL, expression) if expression else None
    return match[1] if match else ""


def own_sources(host: Raw) -> tuple[tuple[Evidence, NamedConnector], ...]:
    """Give the connectors that a step's host names by itself."""
    sources: list[tuple[Evidence, NamedConnector]] = []
    api_id = text_of(host.get("apiId"))
    if api_id and (parsed := parse_connector_id(api_id)):
        if parsed.key == "aibuilder":
            sources.append((Evidence.API_ID, NamedConnector(_DATAVERSE, custom=False, spelling=api_id)))
        else:
            sources.append((Evidence.API_ID, NamedConnector(parsed.key, parsed.custom, api_id)))
    url = text_of(mapping_of(host.get("api")).get("runtimeUrl"))
    match = re.search(_RUNTIME_URL, url) if url else None
    if match and (named := _named("shared_" + match[1].removeprefix("shared_"), None)):
        sources.append((Evidence.RUNTIME_URL, named))
    return tuple(sources)


def from_label(label: str) -> NamedConnector | None:
    """Guess a connector from a label that nothing else explains."""
    # A label that does not look like a connector's name is a maker's or a designer's own word, and proves nothing.
    if not label.lower().startswith("shared_"):
        return None
    return _named(re.sub(_COPY_NUMBER, "", label), None)


def is_ai_builder(host: Raw, metadata: Raw, sources: tuple[tuple[Evidence, NamedConnector], ...]) -> bool:
    """Tell whether a step asks AI Builder, which goes through Dataverse."""
    api_id = (text_of(host.get("apiId")) or "").lower()
    if api_id.endswith("operationgroups/aibuilder"):
        return True
    operation = (text_of(host.get("operationId")) or "").lower()
    group = (text_of(metadata.get("portalOperationGroup")) or "").lower()
    return (operation.startswith("aibuilder") or group == "aibuilder") and any(
        connector.key == _DATAVERSE for _, connector in sources
    )


def contradiction(sources: tuple[tuple[Evidence, NamedConnector], ...]) -> tuple[str, ...]:
    """Give the connectors named, if they differ by more than hashes, casing and a publisher's prefix."""
    if len(sources) < 2:  # noqa: PLR2004 - one witness cannot contradict itself
        return ()
    first = sources[0][1]
    if all(_same(first, other) for _, other in sources[1:]):
        return ()
    return tuple(dict.fromkeys(connector.key for _, connector in sources))


def _referenced(reference: ConnectionReference, key: ConnectorKey, logical_name: str | None) -> NamedConnector:
    # Only custom connectors have a logical name; the reference may not say that its connector is one.
    if logical_name and not reference.custom:
        return NamedConnector(custom_name(logical_name), custom=True, spelling=reference.spelling)
    return NamedConnector(key, reference.custom, reference.spelling, reference.custom_guid)


def _named(spelling: str | None, logical_name: str | None) -> NamedConnector | None:
    if not spelling or not (parsed := parse_connector_id(spelling)):
        return None
    if logical_name:
        return NamedConnector(custom_name(logical_name), custom=True, spelling=spelling)
    return NamedConnector(parsed.key, parsed.custom, spelling)


def _same(one: NamedConnector, other: NamedConnector) -> bool:
    if one.key == other.key:
        return True
    if not (one.custom or other.custom):
        return False
    return bool({*custom_names(one.key)} & {*custom_names(other.key)})


def mapping_of(value: object) -> Raw:
    """Give an object, or an empty one for anything else."""
    return value if isinstance(value, dict) else _NOTHING


def text_of(value: object) -> str | None:
    """Give a text, or None for anything else."""
    return value if isinstance(value, str) else None
