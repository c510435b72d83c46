"""LIC5xx: what licences cost, and what would cost less."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from pllint.model.component import APPS, Component, ComponentKind
from pllint.model.estate import Budgeted, Pack, Standing, Sum
from pllint.model.governance import Governance
from pllint.plugin import Context, CouldNotRun, Finding, Need, Related, Severity, check
from pllint_licensing.apps import told_of_app
from pllint_licensing.money import amount, money
from pllint_licensing.words import (
    app_plan,
    counted,
    gone_in_words,
    list_of,
    on_flow,
    people,
    place_of,
    reviews,
    taken_out,
    where,
)
from pllint_licensing.words import passes as app_passes

_PRICING = "https://learn.microsoft.com/power-platform/admin/pricing-billing-skus"
_FAQ = "https://learn.microsoft.com/power-platform/admin/powerapps-flow-licensing-faq"
_PASSES = "https://learn.microsoft.com/power-platform/admin/about-powerapps-perapp"
_FLOWS = "https://learn.microsoft.com/power-platform/admin/power-automate-licensing/types"
_METERED = "https://learn.microsoft.com/power-platform/admin/pay-as-you-go-meters"

_SHOWN = 5
_DONE = frozenset({Standing.LOWERED, Standing.SHOWN})


def _unpriced(context: Context, *plans: str) -> CouldNotRun | None:
    """Say which prices are missing; None when there are all of them."""
    cost = context.estate.cost
    if cost.basis is None:
        return CouldNotRun(
            reason="neither a price list nor a currency is on record",
            remedy="name one under `tenant: price-list`, or write the price beside each count under `licences`",
        )
    missing = cost.lacks(*plans)
    if not missing:
        return None
    return CouldNotRun(
        reason=f"there is no price of {list_of(missing, 'or')} ({cost.basis.words})",
        remedy="write the price beside its count under `licences`",
    )


def _basis(context: Context) -> str:
    basis = context.estate.cost.basis
    return f" ({basis.words})" if basis else ""


def _money(context: Context, total: Sum) -> str:
    basis = context.estate.cost.basis
    return money(total, basis.currency if basis else None)


def _amount(context: Context, total: Decimal) -> str:
    basis = context.estate.cost.basis
    return amount(total, basis.currency if basis else None)


@check(id="LIC501", name="plan-dearer-than-alternative", severity=Severity.WARNING, since="0.1", source=_PRICING,
       on=Governance, needs=(Need.GOVERNANCE,), given=("components",))  # fmt: skip
def plan_dearer_than_alternative(_: Governance, context: Context) -> Iterator[Finding | CouldNotRun]:
    """The plan an app is to run on costs over 5% more than the cheapest for the same people."""
    cost = context.estate.cost
    plans = ("power-apps-per-app", "power-apps-premium")
    if any(cost.needs.needed(plan) for plan in plans) and (missing := _unpriced(context, *plans)):
        yield missing
        return
    for plan in cost.dearer_plans():
        several = f" who use up to {plan.apps} premium apps" if plan.apps > 1 else ""
        yield Finding(
            at=plan.at,
            message=f"'{plan.component.name}' is to run on {plan.name} for {people(plan.people)}{several}:"
            f" {_money(context, plan.intended)} a year; {plan.cheaper_name} would be"
            f" {_money(context, plan.cheaper)}{_basis(context)}",
            remedy=f"Plan {plan.cheaper_name} for these people (app owner, with procurement)",
            component=plan.component.ref,
            related=tuple(Related(f"{one.words} is for the same people", one.at) for one in plan.places),
        )


@check(id="LIC502", name="per-user-advised", severity=Severity.INFO, since="0.1", source=_PRICING, on=Governance,
       needs=(Need.GOVERNANCE,), given=("components",))  # fmt: skip
def per_user_advised(_: Governance, context: Context) -> Iterator[Finding]:
    """People are to use so many premium apps that a plan for each person is worth a thought."""
    for one in context.estate.cost.many_apps():
        even = (
            "from how many apps on it costs less than passes is not known, because a price is missing"
            if one.break_even is None
            else f"it costs less than passes from {one.break_even} apps on{_basis(context)}"
        )
        yield Finding(
            at=one.population.at,
            message=f"The people of {one.population.name} are to use {len(one.apps)} premium apps"
            f" ({_some(one.apps)}); {app_plan(context)} covers any number of apps, and {even}",
            remedy=f"Consider {app_plan(context)} for them at the next renewal (app owners, with procurement)",
            cause=one.population.name.lower(),
        )


@check(id="LIC503", name="capacity-licence-cheaper", severity=Severity.INFO, since="0.1", source=_FLOWS, on=Component,
       needs=(Need.GOVERNANCE,))  # fmt: skip
def capacity_licence_cheaper(component: Component, context: Context) -> Iterator[Finding | CouldNotRun]:
    """So many people need a plan for a flow that one licence on the flow costs less."""
    if component.kind is not ComponentKind.CLOUD_FLOW or (found := context.estate.flow_cost.of_flow(component)) is None:
        return
    licensed = context.licensing.judged(component)
    if missing := _unpriced(context, *context.estate.flow_cost.flow_ways):
        yield missing._replace(component=component.ref)
    elif found.first and found.second and found.cheaper == "first" and licensed:
        yield Finding(
            at=place_of(licensed),
            message=f"'{component.name}' takes {found.second_name} for {people(found.people)}:"
            f" {_money(context, found.second)} a month; {found.first_name} on the flow would be"
            f" {_money(context, found.first)}{_basis(context)}",
            remedy=f"Ask the licence administrator for {on_flow(context)} on the flow",
            component=component.ref,
        )


@check(id="LIC504", name="flow-pack-minimum", severity=Severity.INFO, since="0.1", source=_FLOWS, on=Governance,
       needs=(Need.GOVERNANCE,), given=("governance.flows",))  # fmt: skip
def flow_pack_minimum(_: Governance, context: Context) -> Iterator[Finding]:
    """Fewer than five flows use the legacy flow licence, and five are paid."""
    if (found := context.estate.flow_cost.pack()) is None:
        return
    number, (first, *others) = found.flows, found.places
    price = ""
    if found.monthly is not None:
        price = f", {_amount(context, found.monthly)} a month{_cheaper_than_pack(found, context)}{_basis(context)}"
    yield Finding(
        at=first.at,
        message=f"{counted(number, 'flow')} {'uses' if number == 1 else 'use'} the Power Automate per flow licence,"
        f" which was sold from five: five are paid{price}",
        remedy="Compare with a Power Automate Process licence for each flow, or a plan for each person, before the next"
        " renewal (licence owner)",
        related=tuple(Related(one.words, one.at) for one in others),
    )


def _cheaper_than_pack(pack: Pack, context: Context) -> str:
    """Name the ways to license these flows today that cost less, with their sums."""
    ways = []
    if pack.on_flow:
        each = "it" if pack.flows == 1 else "each of them"
        ways.append((pack.on_flow, f"{pack.on_flow_name} for {each}"))
    if pack.by_person and pack.people:
        whose = "the one person on whose plan" if pack.people == 1 else f"the {pack.people:,} people on whose plans"
        they = "it" if pack.flows == 1 else "they"
        ways.append((pack.by_person, f"{pack.by_person_name} for {whose} {they} would run"))
    told = [
        f"{words} would be {_money(context, total)}"
        for total, words in ways
        if pack.monthly is not None and total.middle < pack.monthly
    ]
    return f"; {', and '.join(told)}" if told else ""


@check(id="LIC505", name="metered-cheaper", severity=Severity.INFO, since="0.1", source=_METERED, on=Component,
       needs=(Need.GOVERNANCE,))  # fmt: skip
def metered_cheaper(component: Component, context: Context) -> Iterator[Finding | CouldNotRun]:
    """So few people use an app in a month, or so seldom does a flow run, that the pay-as-you-go meter costs less."""
    yield from _meter(component, context, metered=False)
    yield from _meter_of_runs(component, context, metered=False)


@check(id="LIC506", name="metered-dearer", severity=Severity.INFO, since="0.1", source=_METERED, on=Component,
       needs=(Need.GOVERNANCE,))  # fmt: skip
def metered_dearer(component: Component, context: Context) -> Iterator[Finding | CouldNotRun]:
    """So many people use an app, or so often does a flow run, in a pay-as-you-go environment that plans cost less."""
    yield from _meter(component, context, metered=True)
    yield from _meter_of_runs(component, context, metered=True)


def _meter(component: Component, context: Context, *, metered: bool) -> Iterator[Finding | CouldNotRun]:
    found = context.estate.cost.of_meter(component) if component.kind in APPS else None
    if found is None:
        return
    if missing := _unpriced(context, "power-apps-per-app", "power-apps-premium", "power-apps-payg"):
        yield missing._replace(component=component.ref)
        return
    licensed = context.licensing.judged(component)
    wanted = "second" if metered else "first"
    if found.first is None or found.second is None or licensed is None:
        return
    if found.metered is not metered or found.cheaper != wanted:
        return
    by_meter = (
        f"{found.active:,} of the {people(found.people)} of '{component.name}' use it in a month, which the"
        f" pay-as-you-go meter {'bills' if metered else 'would bill'} with {_money(context, found.first)}"
    )
    by_plan = f"{found.second_name} for all of them {'would be' if metered else 'is'} {_money(context, found.second)}"
    yield Finding(
        at=place_of(licensed),
        message=f"{by_meter}; {by_plan}{_basis(context)}",
        remedy=f"Ask procurement for {found.second_name}, and a Power Platform admin to unlink {where(licensed)} from"
        " its billing policy"
        if metered
        else f"Ask a Power Platform admin to link {where(licensed)} to a billing policy, after a look at everything"
        " else in it",
        component=component.ref,
        environment=licensed.environment.name if licensed.environment else None,
    )


def _meter_of_runs(component: Component, context: Context, *, metered: bool) -> Iterator[Finding | CouldNotRun]:
    costs = context.estate.flow_cost
    found = costs.of_runs(component) if component.kind is ComponentKind.CLOUD_FLOW else None
    if found is None or found.metered is not metered:
        return
    if missing := _unpriced(context, *costs.flow_ways, "power-automate-payg"):
        yield missing._replace(component=component.ref)
        return
    licensed = context.licensing.judged(component)
    if found.by_meter is None or found.by_plan is None or licensed is None:
        return
    if found.cheaper != ("plan" if metered else "meter"):
        return
    often = "once" if found.a_day == 1 else f"{found.a_day:,} times"
    paid = "bills" if metered else "would bill"
    plan = (
        counted(found.on_flow, f"{found.plan} licence") if found.on_flow else f"{found.plan} for {people(found.people)}"
    )
    on_it = " on the flow" if found.on_flow else ""
    yield Finding(
        at=place_of(licensed),
        message=f"'{component.name}' runs {often} a day, which the pay-as-you-go meter {paid} with"
        f" {_money(context, found.by_meter)} in 30 days; {plan}{on_it} {'would be' if metered else 'is'}"
        f" {_money(context, found.by_plan)} a month{_basis(context)}",
        remedy=f"Ask the licence administrator for {plan}{on_it}: the meter does not bill runs that a licence pays for"
        if metered
        else f"Ask a Power Platform admin to link {where(licensed)} to a billing policy, after a look at everything"
        " else in it",
        component=component.ref,
        environment=licensed.environment.name if licensed.environment else None,
    )


@check(id="LIC507", name="volume-price-available", severity=Severity.INFO, since="0.1", source=_FAQ, on=Governance,
       needs=(Need.GOVERNANCE,), given=("components", "licences"))  # fmt: skip
def volume_price_available(_: Governance, context: Context) -> Iterator[Finding]:
    """2,000 or more Power Apps Premium licences, for which there is a volume price."""
    if (found := context.estate.cost.volume()) is None:
        return
    each = "; no price list on record says what it is"
    if found.each and found.paid:
        each = (
            f": {_money(context, found.each)} in place of {_money(context, found.paid)} each a month{_basis(context)}"
        )
    yield Finding(
        at=found.at,
        message=f"{found.number:,} {context.licensing.name_of('power-apps-premium')} licences reach the volume price"
        f" from 2,000 on{each}",
        remedy="Ask procurement to ask for the volume price",
    )


@check(id="LIC508", name="user-doubly-licensed", severity=Severity.WARNING, since="0.1", source=_PASSES, on=Component,
       needs=(Need.GOVERNANCE,))  # fmt: skip
def user_doubly_licensed(component: Component, context: Context) -> Iterator[Finding]:
    """People of an app hold Power Apps Premium, and passes for them lie in its environment."""
    if (found := told_of_app(component, context, "user-doubly-licensed")) is None:
        return
    licensed, remark = found
    total = sum(group.number or 0 for group in licensed.app.people) if licensed.app else 0
    passes, gone = licensed.app.passes if licensed.app else 0, taken_out(licensed, context)
    yield Finding(
        at=place_of(licensed),
        message=f"'{component.name}' has {people(total)}, of whom {total + remark.number - passes:,} hold a plan, and"
        f" {app_passes(context, passes)} in {where(licensed)}:"
        f" {remark.number:,} more than it takes{f', although {gone_in_words(gone)}' if gone else ''}",
        remedy=f"Ask the licence administrator to take"
        f" {counted(remark.number, 'pass', 'passes')} out of {where(licensed)}, if no other app there needs them",
        component=component.ref,
        environment=licensed.environment.name if licensed.environment else None,
        related=reviews(gone),
    )


@check(id="LIC509", name="licence-unused", severity=Severity.WARNING, since="0.1", source=_PRICING, on=Governance,
       needs=(Need.GOVERNANCE,), given=("components",))  # fmt: skip
def licence_unused(_: Governance, context: Context) -> Iterator[Finding]:
    """More licences of a plan are bought than the apps and flows on it need."""
    cost = context.estate.cost
    for needed, purchased in cost.needs.unused():
        over = purchased - needed.number
        price = cost.prices.get(needed.plan)
        paid = ""
        if price:
            yearly = Sum(*(one * over * 12 for one in price))
            paid = f", {_money(context, yearly)} a year{_basis(context)}"
        records = [one.record for one in context.estate.stocks if one.plan == needed.plan]
        gone = [one for one in context.estate.given_back if one.plan == needed.plan and one.standing in _DONE]
        yield Finding(
            at=records[0].at,
            message=f"{purchased:,} {needed.name} licences are bought, and the apps and flows on record need"
            f" {needed.number:,}: {over:,} {'is' if over == 1 else 'are'} not used{paid}"
            f"{f'; {gone_in_words(gone)}' if gone else ''}",
            remedy=f"Ask the licence administrator to give {over:,} back at the next renewal, or say under `apps` and"
            " `flows` what else needs them",
            related=(*(Related(f"{one.words} needs it", one.at) for one in needed.places), *reviews(gone)),
            cause=needed.plan,
        )


@check(id="LIC510", name="paid-plan-not-needed", severity=Severity.INFO, since="0.1", source=_PRICING, on=Governance,
       needs=(Need.GOVERNANCE,), given=("components",))  # fmt: skip
def paid_plan_not_needed(_: Governance, context: Context) -> Iterator[Finding]:
    """A paid plan is held or planned for apps and flows that are all standard."""
    for one in context.estate.cost.not_needed():
        things = list_of([f"'{thing}'" for thing in one.things], "and")
        plural = len(one.things) > 1
        carried = (
            f"{'all that' if plural else 'what'} is shared with them, {things}, is standard"
            if one.number
            else "nothing in it is premium, so Microsoft 365 carries it"
        )
        yield Finding(
            at=one.at,
            message=f"{one.words} {list_of(one.plans, 'and')}, and {carried}",
            remedy="Ask the licence administrator to reclaim these licences, unless something outside this project"
            " needs them"
            if one.number
            else "Plan Microsoft 365 for it (owner)",
            component=one.component.ref if one.component else None,
            cause=one.words,
        )


@check(id="LIC511", name="budget-exceeded", severity=Severity.ERROR, since="0.1", source=_PRICING, on=Governance,
       needs=(Need.GOVERNANCE,), given=("components",))  # fmt: skip
def budget_exceeded(_: Governance, context: Context) -> Iterator[Finding | CouldNotRun]:
    """The licences of an app or flow cost more than its budget."""
    for one in context.estate.cost.budgets():
        if one.yearly is None:
            yield CouldNotRun(
                reason=f"whether '{one.component.name}' keeps to its budget is not known: {one.missing}",
                remedy="write the price beside its count under `licences`, and count its people",
                component=one.component.ref,
            )
        elif one.yearly.middle > one.budget:
            yield _over_budget(one, one.yearly, context)


def _over_budget(one: Budgeted, yearly: Sum, context: Context) -> Finding:
    over = yearly.middle - one.budget
    middle = f", in the middle {_amount(context, yearly.middle)}" if yearly.low != yearly.high else ""
    return Finding(
        at=one.at,
        message=f"{counted(one.number, f'{one.plan} licence')} for '{one.component.name}'"
        f" {'costs' if one.number == 1 else 'cost'} {_money(context, yearly)} a year{middle}"
        f"{_basis(context)}: {_amount(context, over)} over its budget of {_amount(context, one.budget)}",
        remedy="Raise the budget, share it with fewer people, or take out what makes it premium (app owner)",
        component=one.component.ref,
    )


@check(id="LIC512", name="price-missing", severity=Severity.WARNING, since="0.1", source=_PRICING, on=Governance,
       needs=(Need.GOVERNANCE,), given=("components",))  # fmt: skip
def price_missing(_: Governance, context: Context) -> Iterator[Finding | CouldNotRun]:
    """A price list is named, and a plan that apps or flows need has no price."""
    cost = context.estate.cost
    needed = [one for one in cost.needs.required if one.number and one.plan not in cost.prices]
    if cost.basis is None:
        if needed:
            yield CouldNotRun(
                reason="neither a price list nor a currency is on record",
                remedy="name one under `tenant: price-list`, or write the price beside each count under `licences`",
            )
        return
    for one in needed:
        records = [stock.record.at for stock in context.estate.stocks if stock.plan == one.plan]
        currency = f" in {cost.basis.currency}" if cost.basis.currency else ""
        yield Finding(
            at=records[0] if records else cost.basis.at,
            message=f"{counted(one.number, f'{one.name} licence')} {'is' if one.number == 1 else 'are'} needed, and"
            f" there is no price{currency} for it ({cost.basis.words}), so no sum counts it",
            remedy="Write the `price` of one licence a month beside its count under `licences` (procurement)",
            related=tuple(Related(f"{place.words} needs it", place.at) for place in one.places),
            cause=one.plan,
        )


@check(id="LIC513", name="price-outside-range", severity=Severity.WARNING, since="0.1", source=_PRICING,
       on=Governance, needs=(Need.GOVERNANCE,), given=("licences",))  # fmt: skip
def price_outside_range(_: Governance, context: Context) -> Iterator[Finding]:
    """A price on record is below a quarter of the list price or above four times it."""
    for one in context.estate.cost.odd_prices():
        yield Finding(
            at=one.at,
            message=f"The price of {one.name} on record, {amount(one.amount, one.currency)}, is"
            f" {'below a quarter of' if one.amount < one.listed.low else 'above four times'} the list price"
            f" {money(one.listed, one.currency)} a month ({one.basis})",
            remedy="Check that it is the price of one licence for one month in this currency (procurement)",
            cause=one.name,
        )


@check(id="LIC514", name="ea-lines-not-bundled", severity=Severity.INFO, since="0.1", source=_PASSES, on=Governance,
       needs=(Need.GOVERNANCE,), given=("governance.tenant",))  # fmt: skip
def ea_lines_not_bundled(_: Governance, context: Context) -> Iterator[Finding]:
    """App passes are bought app by app, and one agreement line for all costs less."""
    if (found := context.estate.cost.pass_lines()) is None:
        return
    saving = "; one line for all of them is 20-35% cheaper"
    if found.yearly and found.saving:
        saving = (
            f" for {_money(context, found.yearly)} a year; one line for all of them would save"
            f" {_money(context, found.saving)}{_basis(context)}"
        )
    yield Finding(
        at=found.at,
        message=f"App passes are bought app by app, for {found.apps} apps{saving}",
        remedy="Ask procurement to join them in one agreement line at the next renewal",
    )


@check(id="LIC515", name="ea-no-count-reduction", severity=Severity.WARNING, since="0.1", source=_PASSES,
       on=Governance, needs=(Need.GOVERNANCE,), given=("governance.tenant",))  # fmt: skip
def ea_no_count_reduction(_: Governance, context: Context) -> Iterator[Finding]:
    """The agreement commits to licence counts for its whole term."""
    agreement = context.estate.cost.agreement
    if agreement is None or agreement.count_reduction is not False or agreement.kind not in {"ea", "mpsa", None}:
        return
    if agreement.ends and agreement.ends < context.as_of.isoformat():
        return
    passes, yearly = context.estate.cost.committed()
    until = f" until {agreement.ends}" if agreement.ends else " to the end of its term"
    cost = f" for {_money(context, yearly)} a year{_basis(context)}" if yearly else ""
    paid = f": {counted(passes, 'app pass', 'app passes')}{cost}, those of retired apps too" if passes else ""
    yield Finding(
        at=agreement.at / "count-reduction",
        message=f"The agreement has no right to lower counts at its anniversary, so all of it is paid{until}{paid}",
        remedy="Ask procurement to negotiate a right to lower counts at each anniversary",
    )


@check(id="LIC516", name="retired-still-paid", severity=Severity.WARNING, since="0.1", source=_PASSES, on=Governance,
       needs=(Need.GOVERNANCE,), given=("governance.retirements",))  # fmt: skip
def retired_still_paid(_: Governance, context: Context) -> Iterator[Finding | CouldNotRun]:
    """Licences that a retirement left behind are paid on, and nothing else needs them."""
    exits = context.estate.exits
    for one in exits.left_behind:
        if one.why and not one.is_told:
            yield CouldNotRun(
                reason=f"what the licences of {one.retirement.subject} cost until they can be given up is not known:"
                f" {one.why}",
                remedy=one.remedy,
            )
    for one in exits.still_bought():
        retirement = one.retirement
        subject = f"'{retirement.app}'" if retirement.app else retirement.subject
        cost = f", {_money(context, one.amount)}{_basis(context)}" if one.amount is not None else ""
        yield Finding(
            at=retirement.at,
            message=f"{subject} was retired on {retirement.date}, and {one.what} of it"
            f" {'is' if one.licences == 1 else 'are'} paid until {one.exit.last_paid_day},"
            f" {counted(one.months, 'month')} after{cost}",
            remedy="Ask the licence administrator to reassign them, and procurement to give them back on that day",
            cause=(retirement.app or subject).lower(),
        )


@check(id="LIC517", name="retroactive-exposure", severity=Severity.WARNING, since="0.1", source=_PRICING, on=Governance,
       needs=(Need.GOVERNANCE,), given=("components",))  # fmt: skip
def retroactive_exposure(_: Governance, context: Context) -> Iterator[Finding | CouldNotRun]:
    """People have used a premium app or flow without a licence; discovered use is charged at list price."""
    undated = []
    for component in context.workspace.components:
        found = context.estate.cost.exposed(component)
        if found is None:
            continue
        if found.amount is None or found.at is None:
            undated.append(f"'{component.name}'")
            continue
        yield Finding(
            at=found.at,
            message=f"'{component.name}' was made on {found.since}, {counted(found.months, 'month')} ago, and"
            f" {counted(found.people, 'licence')} {'is' if found.people == 1 else 'are'} missing; discovered use is"
            f" charged at list price, {list_of(found.plans, 'or')}: {money(found.amount, found.currency)}"
            f" ({found.basis})",
            remedy=f"Ask procurement for {counted(found.people, 'licence')} now",
            component=component.ref,
        )
    if undated:
        yield CouldNotRun(
            reason=f"nobody says since when {_some(undated)} {'is' if len(undated) == 1 else 'are'} in use, so what"
            " missing licences may cost afterwards is not known",
            remedy="write `created` beside each under `apps` or `flows`",
        )


def _some(names: Sequence[str]) -> str:
    """List a few names, and how many more there are."""
    if len(names) <= _SHOWN:
        return list_of(names, "and")
    return f"{', '.join(names[:_SHOWN])} and {len(names) - _SHOWN} more"


@check(id="LIC518", name="negotiation-leverage", severity=Severity.INFO, since="0.1", source=_PRICING, on=Governance,
       needs=(Need.GOVERNANCE,), given=("components",))  # fmt: skip
def negotiation_leverage(_: Governance, context: Context) -> Iterator[Finding]:
    """So many apps use custom connectors, for so many people, that the estate counts in a negotiation."""
    if found := context.estate.cost.leverage():
        yield Finding(
            at=found.at,
            message=f"{found.apps} apps use custom connectors, for {people(found.people)}: a volume worth naming when"
            " the agreement is renewed",
            remedy="Tell procurement these numbers before the renewal (licence owner)",
        )
