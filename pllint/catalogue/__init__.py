"""Dated, sourced facts about connectors, shipped as data and read one row at a time.

A run asks for a handful of the 1,667 rows. The file holds one row a line, so a row is found by its id in the bytes and
only that line is parsed. Over it may lie what a tenant's own export says; fact by fact, the newer one counts.
"""

from __future__ import annotations

import json
import os

from pllint.model.connector_id import ConnectorKey
from pllint.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from pllint.catalogue.tenant import Row, TenantCatalogue

_FILE = os.path.join(os.path.dirname(__file__), "connectors.json")
_TIER_SOURCES: Mapping[str, tuple[str, ...]] = {
    "export": ("exp",),
    "docs": ("learnpage", "httpdocs"),
    "community": ("mcp", "capture", "exp"),
}


class CatalogueConnector(NamedTuple):
    """A connector as Microsoft's lists and tenant exports describe it; None where no source says."""

    key: ConnectorKey
    name: str
    tier: str | None
    """Standard or Premium."""
    tier_basis: str | None
    """export, docs, rule, community or inferred."""
    publisher: str | None
    release: str | None
    """ga, preview or deprecated."""
    kind: str | None
    """microsoft, certified, independent-publisher or virtual."""
    unblockable: bool | None
    deprecated: bool | None
    replaced_by: str | None
    endpoint_filtering: bool | None
    last_seen: str | None
    dated: str | None = None
    """The day of the list that the tier is from, sometimes only its month or year."""
    tenant: bool = False
    """The tenant's own export decided some of this."""


class Catalogue:
    """Look-ups by connector key. A connector that is not here is unknown: it has no tier, and none is guessed."""

    def __init__(self, path: str = _FILE, overlay: str | None = None) -> None:
        """Take the shipped list and, as `overlay`, the path of a catalogue refreshed from a tenant.

        Raises SettingsError when the overlay cannot be used.
        """
        self._path = path
        self._content: bytes | None = None
        self._found: dict[str, CatalogueConnector | None] = {}
        self.overlay = overlay
        self._own = _opened(overlay) if overlay else None
        self._dates: dict[str, str | None] | None = None
        self._unblockable: frozenset[ConnectorKey] | None = None

    @property
    def as_of(self) -> str:
        """The date of the newest list the rows were checked against."""
        head = self._bytes()[:200].decode()
        return head.partition('"as-of": "')[2][:10]

    @property
    def tenant_as_of(self) -> str | None:
        """The day of the tenant's own export; None when the settings name none."""
        return self._own.as_of if self._own else None

    @property
    def sources(self) -> Mapping[str, str | None]:
        """The shipped list's sources, each with its date; None for an undated page."""
        if self._dates is None:
            content = self._bytes()
            start = content.index(b'"sources": ') + len(b'"sources": ')
            self._dates = json.loads(content[start : content.index(b"\n", start)].rstrip(b","))
        return self._dates

    def find(self, key: str) -> CatalogueConnector | None:
        """Give the row of a connector key, or None when no list has it."""
        if key not in self._found:
            shipped = self._read_row(key)
            own = self._own.rows.get(key) if self._own else None
            self._found[key] = self._connector(shipped, own) if shipped or own else None
        return self._found[key]

    def name_of(self, key: str) -> str:
        """Give the display name people know, or the key itself."""
        row = self.find(key)
        return row.name if row else key

    def rows(self) -> tuple[CatalogueConnector, ...]:
        """Parse every row, for listings and searches, sorted by id."""
        shipped: dict[str, Row] = {row["id"]: row for row in json.loads(self._bytes())["connectors"]}
        own = self._own.rows if self._own else {}
        return tuple(self._connector(shipped.get(key), own.get(key)) for key in sorted({*shipped, *own}))

    def unblockable(self) -> frozenset[ConnectorKey]:
        """Give the connectors that no data policy can block."""
        if self._unblockable is None:
            lines = (line for line in self._bytes().splitlines() if b'"unblockable": true' in line)
            keys = {str(json.loads(line.rstrip(b","))["id"]) for line in lines}
            keys |= self._own.rows.keys() if self._own else set()
            rows = (self.find(key) for key in keys)
            self._unblockable = frozenset(row.key for row in rows if row and row.unblockable)
        return self._unblockable

    def consumer_service(self, key: str) -> str | None:
        """Say why a connector does not belong among business data: `publishes to a social network`; None if it may."""
        from pllint.catalogue.facts import CONSUMER

        return CONSUMER.get(key.lower())

    def generic_http(self) -> Mapping[ConnectorKey, str]:
        """Give the connectors that cannot be blocked and call any address of their service, with the operation."""
        from pllint.catalogue.facts import GENERIC_HTTP

        return GENERIC_HTTP

    def has_siblings(self, key: str) -> bool:
        """Tell whether a connector stands for one thing with others, so that policies are right to list it."""
        from pllint.catalogue.facts import FAMILIES

        return any(key == member for family in FAMILIES for member in family.members)

    def _bytes(self) -> bytes:
        if self._content is None:
            with open(self._path, "rb") as file:
                self._content = file.read()
        return self._content

    def _read_row(self, key: str) -> Row | None:
        content = self._bytes()
        start = content.find(b'\n{"id": ' + json.dumps(key, ensure_ascii=False).encode() + b",")
        if start < 0:
            return None
        line = content[start + 1 : content.index(b"\n", start + 1)]
        row: Row = json.loads(line.rstrip(b","))
        return row

    def _connector(self, shipped: Row | None, own: Row | None) -> CatalogueConnector:
        dated = self._tier_date(shipped) if shipped else None
        if own is None:
            return _record(shipped or {}, dated, tenant=False)
        from pllint.catalogue.tenant import joined

        row, dated, taken = joined(shipped or {}, own, dated)
        return _record(row, dated, tenant=taken)

    def _tier_date(self, row: Row) -> str | None:
        """Give the date of the newest list that states a tier; where a rule made the tier, that of the row."""
        listed = row.get("sources")
        named = [str(one) for one in listed] if isinstance(listed, list) else []
        stating = _TIER_SOURCES.get(str(row.get("tier_basis")), ())
        dates = [self.sources.get(one) for one in named if one.startswith(stating)]
        known = [date for date in dates if date]
        last_seen = row.get("last_seen")
        return max(known) if known else last_seen if isinstance(last_seen, str) else None


def _opened(path: str) -> TenantCatalogue:
    from pllint.catalogue.tenant import opened

    return opened(path)


def _record(row: Row, dated: str | None, *, tenant: bool) -> CatalogueConnector:
    def text(name: str) -> str | None:
        value = row.get(name)
        return value if isinstance(value, str) else None

    def answer(name: str) -> bool | None:
        value = row.get(name)
        return value if isinstance(value, bool) else None

    return CatalogueConnector(
        key=ConnectorKey(str(row["id"])),
        name=text("name") or str(row["id"]),
        tier=text("tier"),
        tier_basis=text("tier_basis"),
        publisher=text("publisher"),
        release=text("release"),
        kind=text("kind"),
        unblockable=answer("unblockable"),
        deprecated=answer("deprecated"),
        replaced_by=text("replaced_by"),
        endpoint_filtering=answer("endpoint_filtering"),
        last_seen=text("last_seen"),
        dated=dated if row.get("tier") else None,
        tenant=tenant,
    )
