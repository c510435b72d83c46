"""Licence exports: subscribed products, currency reports, capacity, pay-as-you-go plans, tables of the portals."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pllint.catalogue.plans import Plans
from pllint.catalogue.skus import sku
from pllint.model.inventory import BillingMember, BillingPolicy, Capacity, Currency, LicenceSku
from pllint.read.document import Notes
from pllint.read.powershell import Cuts, samples, unwrapped
from pllint.record import NamedTuple
from pllint.source import Anchor
from pllint.text.node import Node

COLUMNS = ("name", "id", "purchased", "assigned", "warning", "as-of")
"""What a column of a portal's table may be mapped to."""

_WRAPPERS = ("license_information", "data")
# The two tables under Licences in the Power Platform admin centre, per user and per app, and the one under Billing in
# the Microsoft 365 admin centre, all in English; then what Export-Csv makes of Get-MgSubscribedSku,
# Get-AzureADSubscribedSku and Get-MsolAccountSku, whose names no language changes.
_KNOWN_COLUMNS = (
    {"name": "License name", "purchased": "Purchased licenses", "assigned": "Assigned licenses"},
    {"name": "License name", "purchased": "Purchased", "assigned": "Allocated"},
    {
        "name": "Product title", "purchased": "Total licenses", "expired": "Expired licenses",
        "assigned": "Assigned licenses",
    },
    {
        "name": "SkuPartNumber", "id": "SkuId", "account": "AccountSkuId", "purchased": "ActiveUnits",
        "warning": "WarningUnits", "assigned": "ConsumedUnits", "units": "PrepaidUnits",
    },
)  # fmt: skip
_PEOPLE = frozenset({"user principal name", "userprincipalname"})
_UNITS = re.compile(r"\b(enabled|warning)\s*[:=]\s*([0-9]+)", re.IGNORECASE)
_PRODUCT_COLUMNS = frozenset({"product_display_name", "string_id", "guid"})
_DAY_IN_NAME = re.compile(r"(?<!\d)(20\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)")
_GROUPED = re.compile(r"^\d{1,3}(?:([.,'\u2019])\d{3})(?:\1\d{3})*$")
_SPACES = re.compile(r"[\s\u00a0\u202f]+")


class Product(NamedTuple):
    """A line of Microsoft's table of product names."""

    id: str
    name: str
    title: str


class LicenceFacts(NamedTuple):
    """What one licence export says."""

    skus: tuple[LicenceSku, ...] = ()
    currencies: tuple[Currency, ...] = ()
    billing_policies: tuple[BillingPolicy, ...] = ()
    billing_members: tuple[BillingMember, ...] = ()
    capacities: tuple[Capacity, ...] = ()

    @property
    def empty(self) -> bool:
        """Tell that the export says nothing."""
        return not any(self)


def recognises(value: object) -> bool:
    """Tell whether a document is a licence export of some form."""
    return any(_form(item) for item in samples(value, *_WRAPPERS))


def licences(node: Node, notes: Notes, as_of: str | None = None) -> LicenceFacts:
    """Read every record of a licence export; what PowerShell cut off is noted once and stays unknown."""
    cuts = Cuts()
    skus: list[LicenceSku] = []
    currencies: list[Currency] = []
    policies: list[BillingPolicy] = []
    members: list[BillingMember] = []
    capacities: list[Capacity] = []
    for item in unwrapped(node, *_WRAPPERS):
        match _form(item.value):
            case "sku":
                skus.append(_sku(item, cuts, as_of))
            case "account-sku":
                skus.append(_account_sku(item, as_of))
            case "currency":
                currencies.append(_currency(item, None, as_of))
            case "allocations":
                environment = item.get("environmentId").text
                allocations = item.get("currencyAllocations").elements()
                currencies += [_currency(one, environment, as_of) for one in allocations if one.is_mapping]
            case "capacity":
                capacities += _capacities(item)
            case "billing-policy":
                policies.append(_billing_policy(item))
            case "billing-member":
                members.append(_billing_member(item))
            case _:
                pass
    cuts.note(notes, "how many licences were bought is")
    return LicenceFacts(tuple(skus), tuple(currencies), tuple(policies), tuple(members), tuple(capacities))


def is_product_names(columns: Sequence[str]) -> bool:
    """Tell whether a table is Microsoft's list of product names, by its columns."""
    return {column.lower() for column in columns} >= _PRODUCT_COLUMNS


def products(node: Node) -> dict[str, Product]:
    """Give Microsoft's product names by skuId and by display name, both in lower case."""
    found: dict[str, Product] = {}
    for row in node.elements():
        identity = (row.get("GUID").text or "").strip().lower()
        name = (row.get("String_Id").text or "").strip()
        title = (row.get("Product_Display_Name").text or "").strip()
        if identity and name:
            product = Product(id=identity, name=name, title=title)
            found.setdefault(identity, product)
            found.setdefault(title.lower(), product)
    return found


def columns_for(columns: Sequence[str], mapping: Sequence[tuple[str, str]]) -> dict[str, str] | None:
    """Give the column of each fact: as the settings map them, else by the names the admin centre is known to write.

    None when the table has no column for the name of a licence or none for a count.
    """
    lowered = {column.lower(): column for column in columns}
    for known in (dict(mapping), *_KNOWN_COLUMNS):
        found = {fact: lowered[name.lower()] for fact, name in known.items() if name.lower() in lowered}
        if {"name", "id", "account"} & found.keys() and {"purchased", "assigned"} & found.keys():
            return found
    return None


def lists_people(columns: Sequence[str]) -> bool:
    """Tell whether a table lists people with the licences each has, by its columns."""
    names = {column.strip().lower() for column in columns}
    return bool(_PEOPLE & names and {"licenses", "assignedlicenses"} & names)


def of_table(node: Node, columns: Mapping[str, str], notes: Notes, as_of: str | None = None) -> LicenceFacts:
    """Read the licences of a table, whose columns are known by now; numbers that a cmdlet left out are noted once."""
    cuts = Cuts()
    expired: list[str] = []

    def cell(row: Node, fact: str) -> str:
        return " ".join((row[columns[fact]].text or "").split()) if fact in columns else ""

    def bought(row: Node) -> int | None:
        if count_of(cell(row, "expired")):
            # Whether the total counts them is written nowhere.
            expired.append(cell(row, "name"))
            return None
        if "units" not in columns or "purchased" in columns:
            return _sum(count_of(cell(row, "purchased")), count_of(cell(row, "warning")))
        units = [int(number) for _, number in _UNITS.findall(cell(row, "units"))]
        if not units:
            cuts.places.append(row.at / columns["units"])
        return sum(units) if units else None

    skus = []
    for row in node.elements():
        name = cell(row, "name") or cell(row, "account").rpartition(":")[2]
        if name or cell(row, "id"):
            sku_ = _known(
                name,
                cell(row, "id"),
                row.at,
                purchased=bought(row),
                assigned=count_of(cell(row, "assigned")),
                as_of=day_of(cell(row, "as-of")) or as_of,
            )
            skus.append(sku_)
    cuts.note(notes, "how many licences were bought is")
    if expired:
        words = f"in part: whether expired licences are among the total of {', '.join(expired)} is not known"
        notes.skip(node.at.source.path, f"{words}, so how many are bought is not either")
    return LicenceFacts(skus=tuple(skus))


def named_by(found: Iterable[LicenceSku], names: Mapping[str, Product]) -> tuple[LicenceSku, ...]:
    """Fill in what Microsoft's table of product names knows of the products that pllint does not."""

    def named(one: LicenceSku) -> LicenceSku:
        product = None if one.known else names.get(one.id or "") or names.get(one.name.lower())
        if product is None:
            return one
        known = sku(product.id, product.name, product.title)
        name = product.name if one.name in {one.id, product.title} else one.name
        if known is None:
            return one._replace(name=name, id=one.id or product.id)
        return one._replace(
            name=name, id=one.id or product.id, plan=known.plan, known=True, counts=one.counts and known.counts
        )

    return tuple(map(named, found))


def of_own_plans(found: Iterable[LicenceSku], plans: Plans) -> tuple[LicenceSku, ...]:
    """Give products the plans that a user's own plan data names them for; what it adds wins over what is shipped."""

    def named(one: LicenceSku) -> LicenceSku:
        plan = plans.named(one.name)
        if plan is None or (one.known and plan.id not in plans.own):
            return one
        return one._replace(plan=plan.id, known=True, counts=True)

    return tuple(map(named, found))


def day_in(path: str) -> str | None:
    """Give the day that a file's name tells, such as `skus-2026-11-02.json`; the last one of several."""
    found = _DAY_IN_NAME.findall(path.rpartition("/")[2])
    return "-".join(found[-1]) if found else None


def day_of(text: str | None) -> str | None:
    """Give the day of an ISO date or time; None for anything else, since other orders of day and month are guesses."""
    match = re.match(r"^(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))(?:[T ]|$)", text or "")
    return match[1] if match else None


def count_of(text: str | None) -> int | None:
    """Read a count as a portal of any language writes it: `1,200`, `1.200`, `1 200`; None for what is no count."""
    plain = _SPACES.sub("", text or "")
    if match := _GROUPED.match(plain):
        plain = plain.replace(match[1], "")
    return int(plain) if plain.isascii() and plain.isdecimal() else None


def _form(value: object) -> str | None:
    if not isinstance(value, dict):
        return None
    keys = {key.lower() for key in value if isinstance(key, str)}
    return next((name for name, needed in _FORMS if needed <= keys), None)


_FORMS = (
    ("sku", {"skuid", "prepaidunits"}),
    ("account-sku", {"accountskuid", "activeunits"}),
    ("capacity", {"tenantcapacities"}),
    ("allocations", {"environmentid", "currencyallocations"}),
    ("currency", {"currencytype", "purchased"}),
    ("billing-policy", {"id", "billinginstrument"}),
    ("billing-member", {"billingpolicyid", "environmentid"}),
)


def _sku(item: Node, cuts: Cuts, as_of: str | None) -> LicenceSku:
    units = cuts.mapping(item.get("prepaidUnits"))
    # Units in warning are in their grace period, and still work.
    bought = _sum(units.get("enabled").integer, units.get("warning").integer) if units else None
    assigned = item.get("consumedUnits").integer
    if not assigned and (item.get("appliesTo").text or "").lower() == "company":
        assigned = None  # nobody is assigned a licence that the whole company has
    identity = item.get("skuId").text or ""
    return _known(
        item.get("skuPartNumber").text or "", identity, item.at, purchased=bought, assigned=assigned, as_of=as_of
    )


def _account_sku(item: Node, as_of: str | None) -> LicenceSku:
    return _known(
        item.get("SkuPartNumber").text or (item.get("AccountSkuId").text or "").rpartition(":")[2],
        item.get("SkuId").text or "",
        item.at,
        purchased=_sum(item.get("ActiveUnits").integer, item.get("WarningUnits").integer),
        assigned=item.get("ConsumedUnits").integer,
        as_of=as_of,
    )


def _known(
    name: str, identity: str, at: Anchor, *, purchased: int | None, assigned: int | None, as_of: str | None
) -> LicenceSku:
    known = sku(identity, name)
    return LicenceSku(
        name=name.strip() or (known.name if known else identity.strip().lower()),
        at=at,
        id=identity.strip().lower() or None,
        plan=known.plan if known else None,
        known=known is not None,
        purchased=purchased,
        assigned=assigned,
        counts=known.counts if known else "viral" not in name.lower(),
        as_of=as_of,
    )


def _currency(item: Node, environment: str | None, as_of: str | None) -> Currency:
    return Currency(
        kind=item.get("currencyType").text or "",
        at=item.at,
        purchased=item.get("purchased").integer,
        allocated=item.get("allocated").integer,
        environment=environment,
        as_of=as_of,
    )


def _capacities(item: Node) -> Iterator[Capacity]:
    for one in item.get("tenantCapacities").elements():
        consumption = one.get("consumption")
        yield Capacity(
            kind=one.get("capacityType").text or "",
            at=one.at,
            total_mb=_number(one.get("totalCapacity")),
            used_mb=_number(consumption.get("rated", "actual")),
            as_of=day_of(consumption.get("ratedUpdatedOn", "actualUpdatedOn").text),
        )


def _billing_policy(item: Node) -> BillingPolicy:
    status = (item.get("status").text or "").lower()
    return BillingPolicy(
        id=(item.get("id").text or "").lower(),
        at=item.at,
        name=item.get("name").text,
        enabled=status == "enabled" if status else None,
    )


def _billing_member(item: Node) -> BillingMember:
    return BillingMember(
        policy=(item.get("billingPolicyId").text or "").lower(),
        environment=item.get("environmentId").text or "",
        at=item.at,
    )


def _number(node: Node) -> float | None:
    value = node.value
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _sum(*counts: int | None) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None
