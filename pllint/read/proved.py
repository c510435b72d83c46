"""What exports prove, laid beside what the manifest says: silence is filled, contradictions are told.

Counts belong to a day. Where manifest and export each name theirs and the days differ, both may be right, and the
newer one counts; on one day they cannot both be. Where a day is missing only the bought number, which seldom changes,
is told; assigned numbers change daily.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from pllint.catalogue.plans import Plans
from pllint.finding import Finding, Related, Severity
from pllint.model.component import APPS
from pllint.model.environment import Environment
from pllint.model.governance import AppRecord, DataverseUse, FlowRecord, Governance, LicenceRecord, Name
from pllint.model.inventory import (
    BillingMember,
    Currency,
    Inventory,
    LicenceSku,
    ListedResource,
    PrincipalKind,
    RoleAssignment,
)
from pllint.read.document import Notes
from pllint.record import NamedTuple
from pllint.source import Anchor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    _Listing = TypeVar("_Listing")

# Units that are licences one for one; messages, credits and logins are not.
_CURRENCY_PLANS = {
    "apppass": "power-apps-per-app",
    "perflowplan": "power-automate-per-flow",
    "powerautomateperprocess": "power-automate-process",
    "pahostedrpa": "power-automate-hosted-process",
    "paunattendedrpa": "power-automate-unattended-rpa",
}
_MB_PER_GB = 1024
_UNDATED = "the day of one of them is not known"


class Places:
    """Environments by every name they go by."""

    def __init__(self, environments: Sequence[Environment]) -> None:
        self.environments = environments
        self._by_name: dict[str, Environment] = {}
        for one in environments:
            for name in (one.name, one.id or one.name, *one.aliases):
                self._by_name.setdefault(name.strip().lower(), one)

    def find(self, name: str) -> Environment | None:
        """Find the environment that a file means by a name or an id."""
        return self._by_name.get(name.strip().lower())


class _Count(NamedTuple):
    """What exports together say of one plan."""

    at: Anchor
    purchased: int | None
    assigned: int | None
    as_of: str | None
    allocated: tuple[tuple[Name, int], ...] = ()
    assigned_on: str | None = None
    """The day of that count; None: nobody says."""
    allocated_on: str | None = None


def united(inventory: Inventory) -> Inventory:
    """Give every listed thing once, and apps and flows their shares: those counted, else those of the assignments."""
    resources = _once(inventory.resources, lambda one: (one.kind, one.id or one.name, one.environment or ""))
    connections = _once(inventory.connections, lambda one: (one.connector, one.name, one.environment or ""))
    connectors = _once(inventory.connectors, lambda one: (one.connector, one.environment or ""))
    inventory = inventory._replace(resources=resources, connections=connections, connectors=connectors)
    if not inventory.roles:
        return inventory
    by_resource: dict[str, list[RoleAssignment]] = {}
    for role in inventory.roles:
        by_resource.setdefault(role.resource, []).append(role)

    def shared(resource: ListedResource) -> ListedResource:
        names = {(resource.id or "").lower(), *resource.aliases} - {""}
        roles = [role for name in names for role in by_resource.get(name, ())]
        if not roles:
            return resource
        others = {
            (role.principal.kind, role.principal.id or role.principal.shown.lower())
            for role in roles
            if role.role.lower() != "owner"
        }
        kinds = [kind for kind, _ in others]
        users, groups = kinds.count(PrincipalKind.USER), kinds.count(PrincipalKind.GROUP)
        return resource._replace(
            shared_users=users if resource.shared_users is None else resource.shared_users,
            shared_groups=groups if resource.shared_groups is None else resource.shared_groups,
            shared_with_everyone=PrincipalKind.TENANT in kinds or resource.shared_with_everyone or False,
        )

    return inventory._replace(resources=tuple(map(shared, inventory.resources)))


def _once(listed: Iterable[_Listing], key: Callable[[_Listing], tuple[str, ...]]) -> tuple[_Listing, ...]:
    distinct: dict[tuple[str, ...], _Listing] = {}
    for one in listed:
        distinct.setdefault(tuple(part.lower() for part in key(one)), one)
    return tuple(distinct.values())


# Licences


def licences(
    governance: Governance | None, inventory: Inventory, places: Places, notes: Notes, plans: Plans
) -> tuple[LicenceRecord, ...]:
    """Give one list of licence records out of manifest and exports."""
    counts = _counts(inventory, places, notes)
    declared = governance.licences if governance else ()
    of_plan: dict[str, list[LicenceRecord]] = {}
    for record in declared:
        of_plan.setdefault(plans.id_of(record.plan), []).append(record)
    told = governance.tenant.licences_as_of if governance and governance.tenant else None
    found: list[LicenceRecord] = []
    for record in declared:
        plan = plans.id_of(record.plan)
        count, records = counts.get(plan), of_plan[plan]
        if count is not None and record is records[0]:
            named = plans.named(record.plan)
            _compare(named.name if named else record.plan, records, count, told, notes)
        if count is not None:
            _compare_passes(record, count, record.as_of or told, places, notes)
        # What one of several purchases of a plan holds, no export tells.
        found.append(_filled(record, count, told) if count is not None and len(records) == 1 else record)
    found += [
        LicenceRecord(
            plan=plan,
            at=count.at,
            purchased=count.purchased,
            assigned=count.assigned,
            allocated=count.allocated,
            as_of=count.as_of,
            counted=(("assigned", count.assigned_on), ("allocated", count.allocated_on)),
        )
        for plan, count in sorted(counts.items())
        if plan not in of_plan
    ]
    return tuple(found)


def _filled(record: LicenceRecord, count: _Count, told: str | None) -> LicenceRecord:
    day = record.as_of or told
    older = day is not None and count.as_of is not None and count.as_of < day
    first, second = (record, count) if older else (count, record)
    assigned = second if first.assigned is None else first
    return record._replace(
        purchased=second.purchased if first.purchased is None else first.purchased,
        assigned=assigned.assigned,
        allocated=record.allocated or count.allocated,
        as_of=record.as_of if older else count.as_of or record.as_of,
        counted=(
            ("assigned", count.assigned_on if assigned is count else day),
            ("allocated", day if record.allocated else count.allocated_on),
        ),
    )


def _compare(name: str, records: Sequence[LicenceRecord], count: _Count, told: str | None, notes: Notes) -> None:
    days = {record.as_of or told for record in records}
    day = next(iter(days)) if len(days) == 1 else None
    undated = day is None or count.as_of is None
    if not undated and day != count.as_of:
        return
    for fact in ("purchased",) if undated else ("purchased", "assigned"):
        said = [getattr(record, fact) for record in records]
        proved = getattr(count, fact)
        if proved is None or None in said or sum(said) == proved:
            continue
        when = f", and {_UNDATED}" if undated else f" on {day}"
        _contradiction(
            notes,
            records[0].at / fact,
            f"'{name}' is recorded as {sum(said):,} {fact}, but {count.at.source.path} lists {proved:,}{when}",
            "Correct the count, or write under as-of the day it was true",
            Related(f"listed as {proved:,}", count.at),
            severity=Severity.WARNING if undated else None,
        )


def _compare_passes(record: LicenceRecord, count: _Count, day: str | None, places: Places, notes: Notes) -> None:
    undated = day is None or count.as_of is None
    listed = {name.text.lower(): (name, passes) for name, passes in count.allocated}
    for name, passes in record.allocated:
        known = places.find(name.text)
        found = listed.get((known.name if known else name.text).lower())
        if found is None or found[1] == passes or not (undated or day == count.as_of):
            continue
        when = f", and {_UNDATED}" if undated else f" on {day}"
        _contradiction(
            notes,
            name.at,
            f"{passes:,} passes are recorded as allocated to {name.text}, but {found[0].at.source.path} lists"
            f" {found[1]:,}{when}",
            "Correct the count, or write under as-of the day it was true",
            Related(f"listed as {found[1]:,}", found[0].at),
            severity=Severity.WARNING if undated else None,
            environment=name.text,
        )


def _counts(inventory: Inventory, places: Places, notes: Notes) -> dict[str, _Count]:
    """Add the products of each plan up; of two exports that list one plan the newer counts."""
    identified = _current([one for one in inventory.skus if one.plan and one.counts and one.id])
    loose: dict[tuple[str, str], list[LicenceSku]] = {}
    for one in inventory.skus:
        if one.plan and one.counts and not one.id:
            loose.setdefault((one.plan, one.at.source.path), []).append(one)
    offers: dict[str, list[_Count]] = {}
    by_plan: dict[str, dict[str, LicenceSku]] = {}
    for one in identified:
        known = by_plan.setdefault(str(one.plan), {})
        other = known.setdefault(str(one.id), one)
        if other is one:
            continue
        if other.at.source == one.at.source:  # two purchases of one product
            known[str(one.id)] = other._replace(
                purchased=_sum([other.purchased, one.purchased]), assigned=_sum([other.assigned, one.assigned])
            )
        else:
            _told_twice(other, one, notes)
    for plan, products in by_plan.items():
        offers.setdefault(plan, []).append(_total(list(products.values())))
    for (plan, _), rows in sorted(loose.items()):
        offers.setdefault(plan, []).append(_total(rows))
    for currency in inventory.currencies:
        plan_id = _CURRENCY_PLANS.get(currency.kind.lower())
        if plan_id and currency.environment is None and currency.purchased is not None:
            offers.setdefault(plan_id, []).append(_Count(currency.at, currency.purchased, None, currency.as_of))
    allocated = _allocated(inventory.currencies, places)
    return {
        plan: _newest(found)._replace(
            allocated=tuple((name, passes) for name, passes, _ in allocated.get(plan, ())),
            allocated_on=_one_day(day for _, _, day in allocated.get(plan, ())),
        )
        for plan, found in offers.items()
    }


def _current(skus: Sequence[LicenceSku]) -> list[LicenceSku]:
    """Leave out what a newer export of the same list replaces, so that a product no longer held is not counted."""
    newest = max((one.as_of for one in skus if one.as_of), default=None)
    rows = Counter(one.at.source.path for one in skus)
    recent = {one.id for one in skus if one.as_of == newest}
    return [
        one for one in skus if one.as_of in {newest, None} or (rows[one.at.source.path] == 1 and one.id not in recent)
    ]


def _told_twice(first: LicenceSku, second: LicenceSku, notes: Notes) -> None:
    if (
        first.as_of != second.as_of
        or first.purchased == second.purchased
        or None in {first.purchased, second.purchased}
    ):
        return
    _contradiction(
        notes,
        second.at,
        f"'{second.name}' is listed with {second.purchased:,} bought, but {first.at.source.path} lists"
        f" {first.purchased:,}, and neither tells a later day",
        "Keep the newer export, or name the day of each under licence-exports in pllint.yaml",
        Related("the other one", first.at),
        severity=Severity.WARNING,
    )


def _total(rows: Sequence[LicenceSku]) -> _Count:
    return _Count(
        at=rows[0].at,
        purchased=_sum(one.purchased for one in rows),
        assigned=_sum(one.assigned for one in rows),
        as_of=max((one.as_of for one in rows if one.as_of), default=None),
        assigned_on=_one_day(one.as_of for one in rows if one.assigned is not None),
    )


def _newest(found: Sequence[_Count]) -> _Count:
    best = max(found, key=lambda count: (count.as_of or "", -found.index(count)))
    counted = next((count for count in (best, *found) if count.assigned is not None), best)
    purchased = next((count.purchased for count in (best, *found) if count.purchased is not None), None)
    return best._replace(purchased=purchased, assigned=counted.assigned, assigned_on=counted.assigned_on)


def _one_day(days: Iterable[str | None]) -> str | None:
    """Give the day of all of some counts; None where they differ, or one of them has none."""
    distinct = set(days)
    return distinct.pop() if len(distinct) == 1 else None


def _allocated(currencies: Iterable[Currency], places: Places) -> dict[str, tuple[tuple[Name, int, str | None], ...]]:
    """Give where the passes of each plan lie, how many there are, and the day of that count."""
    found: dict[str, dict[str, tuple[Name, int, str | None]]] = {}
    for one in currencies:
        plan = _CURRENCY_PLANS.get(one.kind.lower())
        if plan and one.environment and one.allocated is not None:
            known = places.find(one.environment)
            named = known.name if known else one.environment
            found.setdefault(plan, {}).setdefault(named.lower(), (Name(named, one.at), one.allocated, one.as_of))
    return {plan: tuple(places.values()) for plan, places in found.items()}


# Storage


def dataverse(inventory: Inventory) -> DataverseUse | None:
    """Give the storage that the capacity report says is used; None without one."""
    used = {one.kind.lower(): one for one in inventory.capacities if one.used_mb is not None}
    kept = [one for kind in ("database", "file", "log") if (one := used.get(kind))]
    if not kept:
        return None
    database, file, log = (
        f"{one.used_mb / _MB_PER_GB:.3f}" if (one := used.get(kind)) and one.used_mb is not None else None
        for kind in ("database", "file", "log")
    )
    days = [one.as_of for one in kept if one.as_of]
    return DataverseUse(at=kept[0].at, database_gb=database, file_gb=file, log_gb=log, date=min(days) if days else None)


# Environments on pay-as-you-go plans


def metered(
    places: Places, governance: Governance | None, inventory: Inventory, notes: Notes
) -> tuple[Environment, ...]:
    """Mark the environments that a pay-as-you-go plan is linked to."""
    off = {policy.id for policy in inventory.billing_policies if policy.enabled is False}
    members: dict[str, BillingMember] = {}
    for one in inventory.billing_members:
        known = places.find(one.environment)
        if known is not None and one.policy not in off:
            members.setdefault(known.name, one)
    declarations = [(places.find(one.name), one) for one in (governance.environments if governance else ())]
    declared_as = {known.name: one for known, one in reversed(declarations) if known is not None}

    def marked(environment: Environment) -> Environment:
        declared = declared_as.get(environment.name)
        said = declared.pay_as_you_go if declared else None
        member = members.get(environment.name)
        if declared and said is False and member:
            _contradiction(
                notes,
                declared.at / "pay-as-you-go",
                f"'{environment.name}' is declared without pay-as-you-go, but {member.at.source.path} lists it as"
                f" linked to a billing policy",
                "Correct the declaration, or export the members of the billing policies again if they are older",
                Related("listed as linked", member.at),
                environment=environment.name,
            )
        proved = True if member else environment.pay_as_you_go
        return environment._replace(pay_as_you_go=said if proved is None else proved)

    return tuple(map(marked, places.environments))


# Apps and flows


def records(governance: Governance, inventory: Inventory, places: Places, notes: Notes) -> Governance:
    """Fill in what the manifest leaves out about apps and flows that an export lists."""
    if not inventory.resources:
        return governance
    index = _Listed(inventory.resources)
    apps = [_app(record, index.of(record), places, notes) for record in governance.apps]
    flows = [_flow(record, index.of(record), places, notes) for record in governance.flows]
    return governance._replace(apps=tuple(apps), flows=tuple(flows))


class _Listed:
    """Listed apps and flows, found by id, else by a name."""

    def __init__(self, resources: Iterable[ListedResource]) -> None:
        self._by_id: dict[str, list[ListedResource]] = {}
        self._by_name: dict[tuple[bool, str], list[ListedResource]] = {}
        for one in resources:
            for name in {(one.id or "").lower(), *one.aliases} - {""}:
                self._by_id.setdefault(name, []).append(one)
            self._by_name.setdefault((one.kind in APPS, one.name.strip().lower()), []).append(one)

    def of(self, record: AppRecord | FlowRecord) -> tuple[list[ListedResource], bool]:
        """Give what is listed of a record, and whether its id says so."""
        found = self._by_id.get(record.id.lower()) if record.id else None
        if found:
            return found, True
        return self._by_name.get((isinstance(record, AppRecord), record.name.strip().lower()), []), False


def _app(record: AppRecord, listed: tuple[list[ListedResource], bool], places: Places, notes: Notes) -> AppRecord:
    one = _the_one(record, listed, places, notes)
    if one is None:
        return record
    return record._replace(
        owner=record.owner or _owner(one),
        created=record.created or one.created,
        environment=record.environment or _environment(one, places),
        groups=one.shared_groups if record.groups is None else record.groups,
    )


def _flow(record: FlowRecord, listed: tuple[list[ListedResource], bool], places: Places, notes: Notes) -> FlowRecord:
    one = _the_one(record, listed, places, notes)
    if one is None:
        return record
    return record._replace(
        owner=record.owner or _owner(one),
        created=record.created or one.created,
        environment=record.environment or _environment(one, places),
    )


def _the_one(
    record: AppRecord | FlowRecord,
    listed: tuple[list[ListedResource], bool],
    places: Places,
    notes: Notes,
) -> ListedResource | None:
    """Give the listed app or flow that a record means; None where several may be meant."""
    found, by_id = listed
    if record.environment is not None:
        wanted = places.find(record.environment.text)
        here = [one for one in found if wanted and one.environment and wanted.goes_by(one.environment)]
        # A name alone may be borne by another app elsewhere.
        if not here and by_id and wanted:
            _elsewhere(record, record.environment, found, places, notes)
        found = here or [one for one in found if one.environment is None]
    if len(found) != 1:
        return None
    owner = found[0].owner
    told = (record.owner or "").strip().lower()
    if owner and owner.kind is PrincipalKind.USER and "@" in told and "@" in (owner.email or ""):
        shown = str(owner.email)
        if shown.strip().lower() != told:
            _contradiction(
                notes,
                record.at / "owner",
                f"'{record.name}' is recorded as owned by {record.owner}, but {found[0].at.source.path} lists {shown}",
                "Correct the record, or hand the ownership over on the platform",
                Related(f"owned by {shown}", found[0].at),
                severity=Severity.WARNING,
            )
    return found[0]


def _elsewhere(
    record: AppRecord | FlowRecord,
    said: Name,
    found: Sequence[ListedResource],
    places: Places,
    notes: Notes,
) -> None:
    elsewhere = {known.name for one in found if one.environment and (known := places.find(one.environment))}
    if not elsewhere:
        return
    names = ", ".join(sorted(elsewhere))
    _contradiction(
        notes,
        said.at,
        f"'{record.name}' is recorded in {said.text}, but {found[0].at.source.path} lists it in {names} only",
        "Correct the record, or export the list of that environment too",
        Related(f"listed in {names}", found[0].at),
        severity=Severity.WARNING,
    )


def _environment(one: ListedResource, places: Places) -> Name | None:
    if not one.environment:
        return None
    known = places.find(one.environment)
    return Name(known.name if known else one.environment, one.at)


def _owner(one: ListedResource) -> str | None:
    return one.owner.shown or None if one.owner else None


def _sum(counts: Iterable[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _contradiction(
    notes: Notes,
    at: Anchor,
    message: str,
    remedy: str,
    other: Related,
    *,
    severity: Severity | None = None,
    environment: str | None = None,
) -> None:
    notes.findings.append(
        Finding(
            at=at,
            message=message,
            remedy=remedy,
            check="SRC011",
            severity=severity,
            related=(other,),
            environment=environment,
        )
    )
