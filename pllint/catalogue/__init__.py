"""Dated, sourced facts about connectors, shipped as data and read one row at a time.

A run asks for a handful of the 1,667 rows. The file holds one row a line, so a row is found by its id in the bytes and
only that line is parsed.
"""

import json
import os
from collections.abc import Mapping

from pllint.model.connector_id import ConnectorKey
from pllint.record import NamedTuple

_FILE = os.path.join(os.path.dirname(__file__), "connectors.json")


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


class Catalogue:
    """Look-ups by connector key. A connector that is not here is unknown: it has no tier, and none is guessed."""

    def __init__(self, path: str = _FILE) -> None:
        self._path = path
        self._content: bytes | None = None
        self._found: dict[str, CatalogueConnector | None] = {}
        self._unblockable: frozenset[ConnectorKey] | None = None

    @property
    def as_of(self) -> str:
        """The date of the newest list the rows were checked against."""
        head = self._bytes()[:200].decode()
        return head.partition('"as-of": "')[2][:10]

    def find(self, key: str) -> CatalogueConnector | None:
        """Give the row of a connector key, or None when no list has it."""
        if key not in self._found:
            self._found[key] = self._read_row(key)
        return self._found[key]

    def name_of(self, key: str) -> str:
        """Give the display name people know, or the key itself."""
        row = self.find(key)
        return row.name if row else key

    def rows(self) -> tuple[CatalogueConnector, ...]:
        """Parse every row, for listings and searches."""
        return tuple(_connector(row) for row in json.loads(self._bytes())["connectors"])

    def unblockable(self) -> frozenset[ConnectorKey]:
        """Give the connectors that no data policy can block."""
        if self._unblockable is None:
            lines = (line for line in self._bytes().splitlines() if b'"unblockable": true' in line)
            rows = (_connector(json.loads(line.rstrip(b","))) for line in lines)
            self._unblockable = frozenset(row.key for row in rows if row.unblockable)
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

    def _read_row(self, key: str) -> CatalogueConnector | None:
        content = self._bytes()
        start = content.find(b'\n{"id": ' + json.dumps(key, ensure_ascii=False).encode() + b",")
        if start < 0:
            return None
        line = content[start + 1 : content.index(b"\n", start + 1)]
        return _connector(json.loads(line.rstrip(b",")))


def _connector(row: dict[str, str | bool | None]) -> CatalogueConnector:
    def text(name: str) -> str | None:
        value = row[name]
        return value if isinstance(value, str) else None

    def answer(name: str) -> bool | None:
        value = row[name]
        return value if isinstance(value, bool) else None

    return CatalogueConnector(
        key=ConnectorKey(str(row["id"])),
        name=str(row["name"]),
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
    )
