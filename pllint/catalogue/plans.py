"""Dated facts about licence plans: names, stock-keeping names, what each entitles to, what it costs, when it was sold.

Beside them stand the tables of Dataverse that some of these plans only read.

The facts are in `plans.json`, with the shape that `schemas/plans.json` describes. A file of a user (`plan_file.py`) is
laid over it key by key. Days are ISO text, amounts of money and gigabytes are decimal text.
"""

from __future__ import annotations

import json
import os
from functools import cache, cached_property

from pllint.record import NamedTuple
from pllint.source import Anchor

TYPE_CHECKING = False
if TYPE_CHECKING:  # a name is looked up in many runs, an amount in few
    from collections.abc import Iterator, Mapping, Sequence
    from decimal import Decimal

    from pllint.catalogue.groups import PlanGroups
    from pllint.finding import Finding

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


class StatedPrice(NamedTuple):
    """A price that the user's file states."""

    plan: str
    currency: str
    kind: str | None
    """None: it counts on every list of the currency."""
    quantity: int
    """The number it holds from."""
    per: str | None
    """What it is the price of, where that is no unit a month."""
    starts: str
    until: str
    price: Price
    at: Anchor


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

    def is_open_on(self, day: str) -> bool:
        """Tell whether the plan is sold to somebody on a day, as far as dates are known."""
        return (self.starts or "") <= day <= (self.until or "9999")


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
    """The plan data of all days: what is shipped, and what a user lays over it."""

    def __init__(
        self,
        document: Mapping[str, object] | None = None,
        *,
        path: str | None = None,
        findings: Sequence[Finding] = (),
        stated: Sequence[StatedPrice] = (),
    ) -> None:
        """Take a document to lay over the shipped one: where it is from, what is wrong with it, its prices."""
        shipped = _document()
        self._document = _merged(shipped, document) if document else shipped
        self._rows = _by_id(self._document)
        self._priced = [_by_id(layer) for layer in (document, shipped) if layer]
        self._known = {**_by_name(), **dict(_names_of(_mappings((document or {}).get("plans")), self._rows))}
        self._groups: dict[str, PlanGroups] = {}
        self.own = tuple(plan for plan in self._rows if plan not in self._priced[-1])
        """The plans that are in the user's file alone."""
        self.path = path
        """The user's file; None: the shipped data alone."""
        self.findings = tuple(findings)
        self.stated = tuple(stated)
        """The prices of the user's file, each with its place."""
        day = (document or {}).get("as-of")
        self.own_as_of = str(day) if day is not None else None
        """The day of the user's file; None where it does not say."""

    @property
    def as_of(self) -> str:
        """The day the shipped data was last held against its sources."""
        return as_of()

    @property
    def ids(self) -> tuple[str, ...]:
        """Every plan, in the order of the data."""
        return tuple(self._rows)

    def named(self, text: str) -> LicencePlan | None:
        """Find the plan that an id, a name of any time or a stock-keeping name means, ignoring case and spaces."""
        return self._known.get(_plain(text)) or self._of_product(text)

    def _of_product(self, text: str) -> LicencePlan | None:
        """Find the plan of a product that only tenant exports name, such as one of a government cloud."""
        from pllint.catalogue.skus import sku

        product = sku(None, text)
        return self._known.get(product.plan) if product and product.plan else None

    def id_of(self, text: str) -> str:
        """Give the id of a plan by any of its names; an unknown name stays what it is."""
        found = self.named(text)
        return found.id if found else text

    def name(self, plan: str, on: str) -> str:
        """Give what a plan is called on a day, or its id if it is not known."""
        row = self._rows.get(plan)
        return _name_on(row, on) if row else plan

    def names(self, plan: str) -> tuple[str, ...]:
        """Give the id and all names of a plan, the stock-keeping ones among them."""
        row = self._rows.get(plan)
        return (plan, *_names(row), *_skus(row)) if row else (plan,)

    def groups(self, on: str) -> PlanGroups:
        """Give the groups of plans of which any one meets a need, on a day."""
        if on not in self._groups:
            from pllint.catalogue.groups import PlanGroups

            self._groups[on] = PlanGroups(self, on)
        return self._groups[on]

    def value(self, plan: str, key: str, on: str) -> Value | None:
        """Give a fact of a plan in force on a day, such as `requests`; None when it does not apply or is not known."""
        row = self._rows.get(plan)
        values = row.get("entitles") if row else None
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

    def fact(self, key: str, on: str) -> Decimal:
        """Give a figure of no single plan in force on a day, such as `grace-days`; 0 when there is none."""
        from decimal import Decimal

        found = self._fact(key).get("is")
        if isinstance(found, list):
            found = next((dated["is"] for dated in _mappings(found) if _holds(dated, on)), None)
        return Decimal(found) if isinstance(found, str | int) else Decimal(0)

    def rate(self, key: str, on: str) -> tuple[int, int]:
        """Give what is charged, and for how many: 13 credits for each 100 begun."""
        return int(self.fact(key, on)), _whole(self._fact(key).get("per")) or 1

    def _fact(self, key: str) -> Mapping[str, object]:
        facts = self._document.get("facts")
        found = facts.get(key) if isinstance(facts, dict) else None
        return found if isinstance(found, dict) else {}

    def counts(self, plan: str) -> str | None:
        """Say what one unit is given to: person, app-pass, flow, machine, meter or pool."""
        row = self._rows.get(plan)
        return str(row.get("counts", "person")) if row else None

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

    def price(self, plan: str, price_list: str, on: str, quantity: int = 1, *, per: str | None = None) -> Price | None:
        """Give the price of one unit a month by a list on a day, for a quantity; None when the list lacks it.

        A price of the user's file wins over the shipped ones of its currency on every day that it holds. `per` asks for
        the price of something else than a unit, such as `unattended-run`.
        """
        found = (self._price_in(layer.get(plan, {}), price_list, on, quantity, per) for layer in self._priced)
        return next((price for price in found if price is not None), None)

    def shipped_price(
        self, plan: str, price_list: str, on: str, quantity: int = 1, *, per: str | None = None
    ) -> Price | None:
        """Give the price that is shipped, whatever the user's file says."""
        return self._price_in(self._priced[-1].get(plan, {}), price_list, on, quantity, per)

    def _price_in(
        self, row: Mapping[str, object], price_list: str, on: str, quantity: int, per: str | None
    ) -> Price | None:
        lists = self._document.get("price-lists")
        wanted = lists.get(price_list) if isinstance(lists, dict) else None
        if not isinstance(wanted, dict):
            return None
        fitting = [
            price
            for price in _mappings(row.get("price"))
            if price["currency"] == wanted["currency"]
            and price.get("kind") in {wanted["kind"], None}
            and price.get("per") == per
            and _holds(price, on)
            and _whole(price.get("from-quantity")) <= quantity
        ]
        return priced(max(fitting, key=lambda price: _whole(price.get("from-quantity")))) if fitting else None

    @property
    def lists(self) -> tuple[tuple[str, str, str], ...]:
        """Every price list, with its currency and the kind of its prices."""
        lists = self._document.get("price-lists")
        named = lists.items() if isinstance(lists, dict) else ()
        return tuple((str(name), str(row["currency"]), str(row["kind"])) for name, row in named)

    def has_list(self, currency: str, kind: str | None = None) -> bool:
        """Tell whether any price list is in a currency, and of a kind if one is asked for."""
        return any(currency == known and kind in {of_kind, None} for _, known, of_kind in self.lists)

    def list_in(self, currency: str) -> str | None:
        """Give the price list that counts for a currency where none is named."""
        return next((name for name, known, _ in self.lists if known == currency), None)

    def currency(self, price_list: str) -> str | None:
        """Give the currency of a price list."""
        lists = self._document.get("price-lists")
        found = lists.get(price_list) if isinstance(lists, dict) else None
        return str(found["currency"]) if isinstance(found, dict) else None

    @property
    def sources(self) -> tuple[PlanSource, ...]:
        """Where the facts come from, each with its day."""
        sources = self._document.get("sources")
        found = (self.source(str(tag)) for tag in (sources if isinstance(sources, dict) else ()))
        return tuple(one for one in found if one is not None)

    def source(self, tag: str) -> PlanSource | None:
        """Give the address and the day of a source."""
        sources = self._document.get("sources")
        found = sources.get(tag) if isinstance(sources, dict) else None
        return PlanSource(tag, str(found["url"]), str(found["dated"])) if isinstance(found, dict) else None


def as_of() -> str:
    """Give the day the shipped data was last held against its sources, without reading all of it."""
    with open(_FILE, encoding="utf-8") as file:
        return file.read(40).partition('"as-of": "')[2][:10]


def price_of(low: Decimal, high: Decimal | None = None, middle: Decimal | None = None) -> Price:
    """Make a price of a figure, or of a range whose middle is its mean unless it is given."""
    top = low if high is None else high
    return Price(low=low, high=top, middle=(low + top) / 2 if middle is None else middle)


def plan_named(text: str) -> LicencePlan | None:
    """Find the plan of the Power Platform that an id, a name or a stock-keeping name means, ignoring case."""
    return _by_name().get(_plain(text))


@cache
def _document() -> dict[str, object]:
    with open(_FILE, encoding="utf-8") as file:
        document: dict[str, object] = json.load(file)
    return document


@cache
def _by_name() -> dict[str, LicencePlan]:
    rows = _mappings(_document()["plans"])
    return dict(_names_of(rows, {str(row["id"]): row for row in rows}))


def _names_of(
    rows: Sequence[Mapping[str, object]], merged: Mapping[str, Mapping[str, object]]
) -> Iterator[tuple[str, LicencePlan]]:
    """Give every name that rows state, in small letters, ids last, each with its plan as it is with all layers."""
    plans = []
    for row in rows:
        whole = merged[str(row["id"])]
        names = _names(whole)
        plan = LicencePlan(id=str(row["id"]), name=names[-1], aliases=(*names[:-1], *_skus(whole)))
        plans.append(plan)
        yield from ((_plain(name), plan) for name in (*_names(row), *_skus(row)))
    yield from ((_plain(plan.id), plan) for plan in plans)


_KEYED = {"plans": "id", "restricted-tables": "table"}
"""Lists whose rows are laid over each other, and the key that tells them apart."""


def _merged(under: object, over: object) -> dict[str, object]:
    """Lay one document over another: mappings key by key, rows by what names them, anything else as a whole."""
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
        else:
            merged[key] = value
    return merged


def _by_id(document: Mapping[str, object]) -> dict[str, dict[str, object]]:
    return {str(row["id"]): row for row in _mappings(document.get("plans"))}


def _mappings(value: object) -> Sequence[dict[str, object]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()


def _names(row: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(str(name["name"]) for name in _mappings(row.get("names"))) or (str(row["id"]),)


def _skus(row: Mapping[str, object]) -> tuple[str, ...]:
    skus = row.get("skus")
    return tuple(map(str, skus)) if isinstance(skus, list) else ()


def _name_on(row: Mapping[str, object], on: str) -> str:
    """Give the name in use on a day: of those in use after it, the first to go, of several the last."""
    names = [(str(name.get("until", "9999")), str(name["name"])) for name in _mappings(row.get("names"))]
    until = min((end for end, _ in names if end >= on), default=None)
    current = [name for end, name in names if end == until]
    return current[-1] if current else _names(row)[-1]


def _plain(name: str) -> str:
    return " ".join(name.lower().split())


def _holds(dated: Mapping[str, object], on: str) -> bool:
    return str(dated.get("from", "")) <= on <= str(dated.get("until", "9999"))


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def priced(row: Mapping[str, object]) -> Price:
    """Make a price of a row of the data: a figure, or the ends of a range."""
    from decimal import Decimal

    if "is" in row:
        return price_of(Decimal(str(row["is"])))
    middle = Decimal(str(row["mid"])) if "mid" in row else None
    return price_of(Decimal(str(row["low"])), Decimal(str(row["high"])), middle)
