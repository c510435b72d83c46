"""A catalogue of the tenant's own, made by `pllint catalogue refresh`, and how it counts beside the shipped one."""

import json
from collections.abc import Mapping

from pllint.errors import SettingsError
from pllint.record import NamedTuple

Row = Mapping[str, object]
_FACTS = ("name", "tier", "publisher", "release", "kind", "unblockable")
# Where no list states the tier, it follows from a rule or from what others say; a tenant's own answer beats both.
_WEAK = frozenset({"inferred", "rule", "community"})


class TenantCatalogue(NamedTuple):
    """The rows of a tenant's own catalogue."""

    as_of: str
    rows: dict[str, Row]


def opened(path: str) -> TenantCatalogue:
    """Read a catalogue. Raises SettingsError, since the settings name it."""
    from pllint.schema import violations

    try:
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
    except OSError as error:
        raise SettingsError(f"{path}: the catalogue cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{path}: the catalogue is not JSON: {error}") from error
    found = violations("catalogue", content)
    if found:
        place = "/".join(map(str, found[0].path))
        raise SettingsError(f"{path}: {f'at {place}: ' if place else ''}{found[0].message}")
    return TenantCatalogue(as_of=content["as-of"], rows={row["id"]: row for row in content["connectors"]})


def joined(shipped: Row, own: Row, dated: str | None) -> tuple[Row, str | None, bool]:
    """Join what both lists say of one connector, fact by fact, the newer counting.

    `dated` is the day of the shipped tier. Gives the row, the day of its tier, and whether the tenant's list decided
    anything.
    """
    row = dict(shipped)
    day = str(own["last_seen"])
    taken = False
    for fact in _FACTS:
        value, held = own.get(fact), row.get(fact)
        before = dated if fact == "tier" else shipped.get("last_seen")
        weak = fact == "tier" and shipped.get("tier_basis") in _WEAK
        if value is None or not (held is None or weak or before is None or day >= str(before)):
            continue
        row[fact] = value
        taken = True
        if fact == "tier":
            row["tier_basis"], dated = "export", day
    row["last_seen"] = max(day, str(shipped.get("last_seen") or ""))
    row.setdefault("id", own["id"])
    return row, dated, taken
