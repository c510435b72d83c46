"""Dated facts about licence plans: names, stock-keeping names, what each entitles to, what it costs, when it was sold.

Beside them stand the tables of Dataverse that some of these plans only read.

The facts are in `plans.json`, with the shape that `schemas/plans.json` describes. A file of a user has the same shape
and is laid over it key by key. Days are ISO text, amounts of money and gigabytes are decimal text.
"""

from __future__ import annotations

import json
import os
from functools import cache, cached_property

from pllint.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:  # a name is looked up in many runs, an amount in few
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

_FILE = os.path.join(os.path.dirname(__file__), "plans.json")

Scalar = str | int | bool
Value = Scalar | tuple[str, ...]


class LicencePlan(NamedTuple):
    """A licence plan; its id never changes, its names do."""

    id: str
    name: str
    """What it is called today."""
    aliases: tuple[str, ...] = ()
    """Earlier names, names of suites that hold it, and the names of tenant licence exports."""


class Price(NamedTuple):
    """What one unit costs a month: a figure, or a range with the figure to work with."""

    low: Decimal
    high: Decimal
    middle: Decimal

    @property
    def is_range(self) -> bool:
        """Tell a range from a figure."""
        return self.low != self.high


class PlanSource(NamedTuple):
    """Where a fact comes from and of which day it is."""

    tag: str
    url: str
    dated: str


class Sale(NamedTuple):
    """When a plan was sold; None where no date is known."""

    starts: str | None = None
    until: str | None = None
    """The last day it was sold."""
    successor: str | None = None
    ended_for_new: str | None = None
    """From this day new customers under `agreements` cannot buy it."""
    agreements: tuple[str, ...] = ()
    not_in_sectors: tuple[str, ...] = ()
    not_in_clouds: tuple[tuple[str, str], ...] = ()
    """(cloud, the tag of the source that says so)."""


class RestrictedTable(NamedTuple):
    """A table of Dataverse that Power Apps and Power Automate plans only read."""

    table: str
    """The logical name."""
    name: str
    licences: tuple[str, ...]
    """Dynamics 365 products any one of which licenses writing it."""
    source: PlanSource | None
    any_licence: tuple[str, ...] = ()
    """create, update or delete: what those plans cover all the same."""
    own_rows: tuple[str, ...] = ()
    """The same, in rows that the same person made."""


class Plans:
    """The plan data in force on one day, and the prices of one list."""

    def __init__(self, document: Mapping[str, object] | None = None) -> None:
        shipped = _document()
        self._document = _merged(shipped, document) if document else shipped
        self._rows = {str(row["id"]): row for row in _mappings(self._document.get("plans"))}

    @property
    def as_of(self) -> str:
        """The day the data was last held against its sources."""
        return str(self._document.get("as-of"))

    @property
    def ids(self) -> tuple[str, ...]:
        """Every plan, in the order of the data."""
        return tuple(self._rows)

    def name(self, plan: str) -> str:
        """Give what a plan is called today, or its id if it is not known."""
        row = self._rows.get(plan)
        return _names(row)[-1] if row else plan

    def value(self, plan: str, key: str, on: str) -> Value | None:
        """Give a fact of a plan in force on a day, such as `requests`; None when it does not apply or is not known."""
        row = self._rows.get(plan)
        values = row.get("values") if row else None
        found = values.get(key) if isinstance(values, dict) else None
        if isinstance(found, list) and found and isinstance(found[0], dict):
            found = next((dated["is"] for dated in found if _holds(dated, on)), None)
        if isinstance(found, list):
            return tuple(str(item) for item in found)
        return found if isinstance(found, str | int) else None

    def number(self, plan: str, key: str, on: str) -> int:
        """Give a whole number of a plan on a day; 0 when there is none."""
        found = self.value(plan, key, on)
        return found if isinstance(found, int) else 0

    def amount(self, plan: str, key: str, on: str) -> Decimal:
        """Give a number of gigabytes on a day; 0 when there is none."""
        from decimal import Decimal

        found = self.value(plan, key, on)
        return Decimal(found) if isinstance(found, str | int) else Decimal(0)

    def counts(self, plan: str) -> str | None:
        """Say what one unit is given to: person, app-pass, flow, machine, meter or pool."""
        row = self._rows.get(plan)
        return str(row["counts"]) if row else None

    def request_line(self, plan: str) -> str | None:
        """Give the product line whose request limits do not add up with each other."""
        row = self._rows.get(plan)
        line = row.get("request-line") if row else None
        return line if isinstance(line, str) else None

    def sale(self, plan: str) -> Sale:
        """Say when a plan was sold."""
        row = self._rows.get(plan)
        sold = row.get("sold") if row else None
        if not isinstance(sold, dict):
            return Sale()

        def day(key: str) -> str | None:
            found = sold.get(key)
            return str(found) if found is not None else None

        return Sale(
            starts=day("from"),
            until=day("until"),
            successor=day("successor"),
            ended_for_new=day("ended-for-new"),
            agreements=tuple(map(str, sold.get("agreements", ()))),
            not_in_sectors=tuple(map(str, sold.get("not-in-sectors", ()))),
            not_in_clouds=tuple(
                (str(row["cloud"]), str(row["source"])) for row in _mappings(sold.get("not-in-clouds"))
            ),
        )

    def restricted_table(self, name: str, on: str) -> RestrictedTable | None:
        """Find the restricted table that a logical name or the name of an entity set means, ignoring case."""
        row = self._restricted.get(name.strip().lower())
        if row is None or not _holds(row, on):
            return None
        tags = _texts(row.get("source"))
        sources = [found for tag in tags if (found := self.source(tag))]
        return RestrictedTable(
            table=str(row["table"]),
            name=str(row.get("name") or row["table"]),
            licences=_texts(row.get("licences")),
            source=max(sources, key=lambda one: one.dated) if sources else None,
            any_licence=_texts(row.get("any-licence")),
            own_rows=_texts(row.get("any-licence-own-rows")),
        )

    @cached_property
    def _restricted(self) -> dict[str, dict[str, object]]:
        found: dict[str, dict[str, object]] = {}
        for row in _mappings(self._document.get("restricted-tables")):
            for name in (row["table"], row.get("set")):
                if name:
                    found[str(name).lower()] = row
        return found

    def price(self, plan: str, price_list: str, on: str, quantity: int = 1) -> Price | None:
        """Give the price of one unit a month by a list on a day, for a quantity; None when the list lacks it."""
        lists = self._document.get("price-lists")
        wanted = lists.get(price_list) if isinstance(lists, dict) else None
        row = self._rows.get(plan)
        if not isinstance(wanted, dict) or row is None:
            return None
        fitting = [
            price
            for price in _mappings(row.get("price"))
            if price["currency"] == wanted["currency"]
            and price["kind"] == wanted["kind"]
            and _holds(price, on)
            and _whole(price.get("from-quantity")) <= quantity
        ]
        return _price(max(fitting, key=lambda price: _whole(price.get("from-quantity")))) if fitting else None

    def currency(self, price_list: str) -> str | None:
        """Give the currency of a price list."""
        lists = self._document.get("price-lists")
        found = lists.get(price_list) if isinstance(lists, dict) else None
        return str(found["currency"]) if isinstance(found, dict) else None

    def source(self, tag: str) -> PlanSource | None:
        """Give the address and the day of a source."""
        sources = self._document.get("sources")
        found = sources.get(tag) if isinstance(sources, dict) else None
        return PlanSource(tag, str(found["url"]), str(found["dated"])) if isinstance(found, dict) else None


def opened(path: str) -> Plans:
    """Lay a file over the shipped data. Raises SettingsError, since the settings name it."""
    from pllint.errors import SettingsError
    from pllint.schema import violations

    try:
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
    except OSError as error:
        raise SettingsError(f"{path}: the plan data cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{path}: the plan data is not JSON: {error}") from error
    found = violations("plans", content)
    if found:
        place = "/".join(map(str, found[0].path))
        raise SettingsError(f"{path}: {f'at {place}: ' if place else ''}{found[0].message}")
    return Plans(content)


def price_of(low: Decimal, high: Decimal | None = None, middle: Decimal | None = None) -> Price:
    """Make a price of a figure, or of a range whose middle is its mean unless it is given."""
    top = low if high is None else high
    return Price(low=low, high=top, middle=(low + top) / 2 if middle is None else middle)


def plan_named(text: str) -> LicencePlan | None:
    """Find the plan of the Power Platform that an id, a name or a stock-keeping name means, ignoring case."""
    return _by_name().get(" ".join(text.lower().split()))


@cache
def _document() -> dict[str, object]:
    with open(_FILE, encoding="utf-8") as file:
        document: dict[str, object] = json.load(file)
    return document


@cache
def _by_name() -> dict[str, LicencePlan]:
    plans = []
    for row in _mappings(_document()["plans"]):
        names = _names(row)
        skus = row.get("skus")
        exported = tuple(map(str, skus)) if isinstance(skus, list) else ()
        plans.append(LicencePlan(id=str(row["id"]), name=names[-1], aliases=(*names[:-1], *exported)))
    named = {alias.lower(): plan for plan in plans for alias in (*plan.aliases, plan.name)}
    return named | {plan.id: plan for plan in plans}


_KEYED = {"plans": "id", "restricted-tables": "table"}
"""Lists whose rows are laid over each other, and the key that tells them apart."""


def _merged(under: object, over: object) -> dict[str, object]:
    """Lay one document over another: mappings key by key, rows by what names them, prices by list, else as a whole."""
    merged = dict(under) if isinstance(under, dict) else {}
    for key, value in over.items() if isinstance(over, dict) else ():
        below = merged.get(key)
        if isinstance(value, dict) and isinstance(below, dict):
            merged[key] = _merged(below, value)
        elif key in _KEYED:
            by = _KEYED[key]
            rows = {row[by]: row for row in _mappings(below)}
            for row in _mappings(value):
                rows[row[by]] = _merged(rows.get(row[by], {}), row)
            merged[key] = list(rows.values())
        elif key == "price":
            own = _mappings(value)
            lists = {(price.get("currency"), price.get("kind")) for price in own}
            kept = [price for price in _mappings(below) if (price.get("currency"), price.get("kind")) not in lists]
            merged[key] = [*own, *kept]
        else:
            merged[key] = value
    return merged


def _mappings(value: object) -> Sequence[dict[str, object]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()


def _names(row: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(str(name["name"]) for name in _mappings(row.get("names"))) or (str(row["id"]),)


def _holds(dated: Mapping[str, object], on: str) -> bool:
    return str(dated.get("from", "")) <= on <= str(dated.get("until", "9999"))


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def _price(row: Mapping[str, object]) -> Price:
    from decimal import Decimal

    if "is" in row:
        return price_of(Decimal(str(row["is"])))
    middle = Decimal(str(row["mid"])) if "mid" in row else None
    return price_of(Decimal(str(row["low"])), Decimal(str(row["high"])), middle)
