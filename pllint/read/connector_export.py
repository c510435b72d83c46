"""A tenant's own list of connectors: Terraform output, REST answers, cmdlets; what `catalogue refresh` reads."""

from collections.abc import Iterator, Mapping

from pllint.model.connector_id import ConnectorKey, is_custom, parse_connector_id
from pllint.read.licences import day_of
from pllint.record import NamedTuple

_DEPTH = 12
_TIERS = {"standard": "Standard", "premium": "Premium"}
_RELEASES = {"production": "ga", "ga": "ga", "preview": "preview", "deprecated": "deprecated"}
_MARKS = ("unblockable", "virtualConnector")


class ExportedConnector(NamedTuple):
    """What an export states of one connector; None where it is silent."""

    key: ConnectorKey
    name: str | None = None
    tier: str | None = None
    publisher: str | None = None
    release: str | None = None
    kind: str | None = None
    unblockable: bool | None = None


class ConnectorExport(NamedTuple):
    """One export."""

    connectors: tuple[ExportedConnector, ...]
    custom: int
    """Custom connectors it lists, which are no part of a catalogue."""
    day: str | None
    """The day it was made, where it tells."""


def recognises(value: object) -> bool:
    """Tell whether a document lists connectors with facts that a catalogue keeps."""
    return next(_rows(value, _DEPTH), None) is not None


def connector_export(value: object) -> ConnectorExport:
    """Read an export; facts about one connector in several places are joined, the first one counting."""
    found: dict[str, ExportedConnector] = {}
    custom: set[str] = set()
    for row in _rows(value, _DEPTH):
        read = _connector(row)
        if read is None:
            custom.add(str(row.get("id") or row.get("name") or row.get("ConnectorName")))
        else:
            found[read.key] = joined(found[read.key], read) if read.key in found else read
    return ConnectorExport(tuple(found[key] for key in sorted(found)), len(custom), _day(value))


def joined(first: ExportedConnector, second: ExportedConnector) -> ExportedConnector:
    """Fill what the first of two rows about one connector leaves out."""
    pairs = zip(first, second, strict=True)
    return ExportedConnector(*(two if one is None else one for one, two in pairs))  # type: ignore[arg-type]


def _rows(value: object, depth: int) -> Iterator[Mapping[str, object]]:
    """Find the rows wherever outputs and wrappers keep them."""
    if not depth:
        return
    if isinstance(value, list):
        for item in value:
            yield from _rows(item, depth - 1)
    elif isinstance(value, dict):
        if _is_row(value):
            yield value
        else:
            for inner in value.values():
                if isinstance(inner, list | dict):
                    yield from _rows(inner, depth - 1)


def _is_row(value: Mapping[str, object]) -> bool:
    if {"id", "display_name", "tier"} <= value.keys():
        return True
    if "ConnectorName" in value and "ConnectorId" in value and "ConnectionName" not in value:
        return True
    facts, metadata = value.get("properties"), value.get("metadata")
    if isinstance(facts, dict) and str(value.get("type")).lower().endswith("microsoft.powerapps/apis"):
        return "displayName" in facts
    return isinstance(metadata, dict) and isinstance(value.get("id"), str) and any(mark in metadata for mark in _MARKS)


def _connector(row: Mapping[str, object]) -> ExportedConnector | None:
    """Read one row; None for a custom connector."""
    properties, metadata = _inner(row, "properties"), _inner(row, "metadata")
    source = _inner(properties, "metadata")
    spelled = _text(row, "id") or _text(row, "name") or ""
    identity = parse_connector_id(spelled)
    if identity is None or identity.custom or is_custom(spelled) or "ConnectorName" in row:
        return None
    if properties.get("isCustomApi") is True:
        return None
    tier = (_text(row, "tier") or _text(properties, "tier") or "").lower()
    publisher = _text(row, "publisher") or _text(properties, "publisher")
    virtual = tier == "built-in" or metadata.get("virtualConnector") is True
    unblockable = next((one for one in (row.get("unblockable"), metadata.get("unblockable")) if one is not None), None)
    return ExportedConnector(
        key=identity.key,
        name=_text(row, "display_name") or _text(properties, "displayName") or _text(metadata, "displayName"),
        # "Built-in" is what Terraform's provider writes for want of a tier.
        tier=_TIERS.get(tier),
        publisher=publisher,
        release=_RELEASES.get((_text(properties, "releaseTag") or "").lower()),
        kind="virtual" if virtual else _kind(_text(source, "source"), publisher),
        unblockable=unblockable if isinstance(unblockable, bool) else None,
    )


def _kind(source: str | None, publisher: str | None) -> str | None:
    if (source or "").lower() == "independentpublisher":
        return "independent-publisher"
    if (source or "").lower() == "marketplace":
        return "microsoft" if (publisher or "").lower() == "microsoft" else "certified"
    return None


def _day(value: object) -> str | None:
    """Give the day that a wrapper round a Terraform output tells."""
    metadata = value.get("metadata") if isinstance(value, dict) else None
    made = metadata.get("generated_at") if isinstance(metadata, dict) else None
    return day_of(made) if isinstance(made, str) else None


def _inner(row: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = row.get(name)
    return value if isinstance(value, dict) else {}


def _text(row: Mapping[str, object], name: str) -> str | None:
    value = row.get(name)
    return value.strip() or None if isinstance(value, str) else None
