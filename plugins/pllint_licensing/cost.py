"""LIC5xx: what licences cost, and what would cost less.

Every figure is of the tenant's own price list, its own prices laid over the shipped ones; currencies are never mixed.
"""

from collections.abc import Iterator
from decimal import Decimal

from pllint.model.component import APPS, Component
from pllint.model.governance import Governance
from pllint.model.licensing import Verdict
from pllint.plugin import Context, Finding, Need, Severity, check
from pllint_licensing.apps import told_of_app
from pllint_licensing.words import counted, list_of, people, place_of

_PRICING = "https://learn.microsoft.com/power-platform/admin/pricing-billing-skus"
_FAQ = "https://learn.microsoft.com/power-platform/admin/powerapps-flow-licensing-faq"
_METERED = "https://learn.microsoft.com/power-platform/admin/pay-as-you-go-meters"
_AUTOMATE = "https://learn.microsoft.com/power-platform/admin/power-automate-licensing/types"
_PASS = "power-apps-per-app"  # noqa: S105 - the id of a plan


@check(id="LIC501", name="plan-dearer-than-alternative", severity=Severity.WARNING, since="0.1", source=_PRICING,
       on=Component, needs=(Need.GOVERNANCE,))  # fmt: skip
def plan_dearer_than_alternative(component: Component, context: Context) -> Iterator[Finding]:
    """The intended plan of an app costs over 5% more than the other way to license its people."""
    advice = context.licensing.advice
    licensed = context.licensing.judged(component)
    if advice is None or licensed is None or (found := advice.dearer(licensed)) is None:
        return
    names, currency = context.licensing.plans, advice.currency
    even = f"; Premium is cheaper from {found.premium_from_apps} apps a person" if found.premium_from_apps else ""
    yield Finding(
        at=place_of(licensed),
        message=f"'{component.name}' by {names.name(found.intended)} costs {_sum(currency, found.yearly)} a year, by"
        f" {names.name(found.cheaper)} {_sum(currency, found.cheaper_yearly)}:"
        f" {_sum(currency, found.yearly - found.cheaper_yearly)} more{even}",
        remedy=f"Plan {names.name(found.cheaper)}, unless the other gives its people something they need (app owner,"
        " with the licence administrator)",
        component=component.ref,
    )


@check(id="LIC502", name="per-user-advised", severity=Severity.INFO, since="0.1", source=_PRICING,
       on=Governance, needs=(Need.GOVERNANCE,))  # fmt: skip
def per_user_advised(governance: Governance, context: Context) -> Iterator[Finding]:
    """A population uses three or more premium apps."""
    advice = context.licensing.advice
    if advice is None:
        return
    threshold = context.licensing.readings.per_user_from_apps
    for population in governance.populations:
        number, apps = advice.populations.get(population.name.strip().lower(), (0, 0))
        if apps < threshold:
            continue
        one, all_apps = advice.price(_PASS), advice.price("power-apps-premium")
        figures = ""
        if one and all_apps:
            figures = (
                f"; a month that is {_sum(advice.currency, one.middle * apps)} a person by pass and"
                f" {_sum(advice.currency, all_apps.middle)} by Premium"
            )
        yield Finding(
            at=population.at,
            message=f"The {people(number)} of '{population.name}' use {apps} premium apps{figures}",
            remedy="Consider Power Apps Premium for them: it costs more below the break-even, and covers every further"
            " app (licence administrator)",
            cause=population.name,
        )


@check(id="LIC503", name="capacity-licence-cheaper", severity=Severity.INFO, since="0.1", source=_AUTOMATE,
       on=Component, needs=(Need.GOVERNANCE,))  # fmt: skip
def capacity_licence_cheaper(component: Component, context: Context) -> Iterator[Finding]:
    """A flow has so many runners that one Process licence costs less than a plan for each."""
    advice = context.licensing.advice
    licensed = context.licensing.judged(component)
    if advice is None or licensed is None:
        return
    runners = sum(row.number for row in licensed.judgement.needs if row.who == "runners" and row.level == "required")
    if not runners or (found := advice.process_saves(runners)) is None:
        return
    yield Finding(
        at=place_of(licensed),
        message=f"'{component.name}' has {people(runners)} who run it: Power Automate Premium for each costs"
        f" {_sum(advice.currency, found[1])} a month, one Power Automate Process licence"
        f" {_sum(advice.currency, found[0])}",
        remedy="Put 1 Power Automate Process licence on the flow, unless those people hold Premium for other flows"
        " anyway (licence administrator)",
        component=component.ref,
    )


@check(id="LIC505", name="metered-cheaper", severity=Severity.INFO, since="0.1", source=_METERED,
       on=Component, needs=(Need.GOVERNANCE,))  # fmt: skip
def metered_cheaper(component: Component, context: Context) -> Iterator[Finding]:
    """Pay-as-you-go would cost less than plans at the activity on record."""
    advice = context.licensing.advice
    licensed = context.licensing.judged(component)
    if advice is None or licensed is None or (found := advice.metered(licensed)) is None:
        return
    metered = licensed.app is not None and licensed.app.place.pay_as_you_go
    if metered or found.cheapest != "metered":
        return
    yield Finding(
        at=place_of(licensed),
        message=f"'{component.name}' by the pay-as-you-go meter costs {_sum(advice.currency, found.metered.middle)} a"
        f" month at the activity on record, passes for everybody {_sum(advice.currency, found.passes.middle)} and"
        f" Premium {_sum(advice.currency, found.premium.middle)}",
        remedy="Consider linking the environment to a billing policy, if few people will go on using it (Power Platform"
        " admin)",
        component=component.ref,
    )


@check(id="LIC506", name="metered-dearer", severity=Severity.INFO, since="0.1", source=_METERED,
       on=Component, needs=(Need.GOVERNANCE,))  # fmt: skip
def metered_dearer(component: Component, context: Context) -> Iterator[Finding]:
    """Plans would cost less than pay-as-you-go at the activity on record."""
    advice = context.licensing.advice
    licensed = context.licensing.judged(component)
    if advice is None or licensed is None or (found := advice.metered(licensed)) is None:
        return
    metered = licensed.app is not None and licensed.app.place.pay_as_you_go
    plans = {_PASS: found.passes.middle, "power-apps-premium": found.premium.middle}
    cheaper = min(plans, key=lambda plan: plans[plan])
    if not metered or found.metered.middle <= plans[cheaper]:
        return
    yield Finding(
        at=place_of(licensed),
        message=f"'{component.name}' is metered and costs {_sum(advice.currency, found.metered.middle)} a month at the"
        f" activity on record; {context.licensing.plans.name(cheaper)} for everybody costs"
        f" {_sum(advice.currency, plans[cheaper])}",
        remedy=f"Consider {context.licensing.plans.name(cheaper)} and taking the environment off its billing policy"
        " (Power Platform admin, with the licence administrator)",
        component=component.ref,
    )


@check(id="LIC507", name="volume-price-available", severity=Severity.INFO, since="0.1", source=_FAQ,
       on=Governance, needs=(Need.GOVERNANCE,))  # fmt: skip
def volume_price_available(governance: Governance, context: Context) -> Iterator[Finding]:
    """Power Apps Premium is needed or bought for 2,000 people or more, and has a volume price."""
    advice = context.licensing.advice
    if advice is None or (found := advice.volume_price()) is None:
        return
    number, listed, tier = found
    yield Finding(
        at=governance.tenant.at if governance.tenant else governance.at,
        message=f"Power Apps Premium for {people(number)} costs {_sum(advice.currency, listed * number * 12)} a year at"
        f" {_sum(advice.currency, listed)} each, and {_sum(advice.currency, tier * number * 12)} at the volume price of"
        f" {_sum(advice.currency, tier)} from 2,000 on",
        remedy="Ask for the volume price (licence administrator)",
    )


@check(id="LIC508", name="user-doubly-licensed", severity=Severity.WARNING, since="0.1", source=_PRICING,
       on=Component, needs=(Need.GOVERNANCE,))  # fmt: skip
def user_doubly_licensed(component: Component, context: Context) -> Iterator[Finding]:
    """An app has Power Apps Premium and passes for more people than it is shared with."""
    advice = context.licensing.advice
    found = told_of_app(component, context, "user-doubly-licensed")
    if advice is None or found is None:
        return
    licensed, remark = found
    price = advice.price(_PASS)
    cost = f", {_sum(advice.currency, price.middle * remark.number * 12)} a year" if price else ""
    yield Finding(
        at=place_of(licensed),
        message=f"People of '{component.name}' hold Power Apps Premium, and with the passes of its environment there"
        f" {'is' if remark.number == 1 else 'are'} {counted(remark.number, 'licence')} more than people{cost}",
        remedy=f"Give {counted(remark.number, 'pass', 'passes')} to another environment, or take them back (Power"
        " Platform admin)",
        component=component.ref,
    )


@check(id="LIC509", name="licence-unused", severity=Severity.WARNING, since="0.1", source=_PRICING,
       on=Governance, needs=(Need.GOVERNANCE,))  # fmt: skip
def licence_unused(governance: Governance, context: Context) -> Iterator[Finding]:
    """More licences of a plan are bought than are needed or given out."""
    advice = context.licensing.advice
    if advice is None:
        return
    for count, over in advice.unused():
        price, name = advice.price(count.plan), context.licensing.plans.name(count.plan)
        cost = f", {_sum(advice.currency, price.middle * over * 12)} a year" if price else ""
        record = next(one for one in governance.licences if context.licensing.is_of(one, count.plan))
        yield Finding(
            at=record.at,
            message=f"{name}: {count.purchased or 0:,} are bought, {count.required:,} needed here and"
            f" {count.assigned or 0:,} given out; {over:,} {'lies' if over == 1 else 'lie'} unused{cost}",
            remedy=f"Give {over:,} back when the agreement allows it, or use them where licences are short (licence"
            " administrator)",
            cause=count.plan,
        )


@check(id="LIC510", name="paid-plan-not-needed", severity=Severity.INFO, since="0.1", source=_PRICING,
       on=Governance, needs=(Need.GOVERNANCE,))  # fmt: skip
def paid_plan_not_needed(governance: Governance, context: Context) -> Iterator[Finding]:
    """People hold a premium plan for Power Apps, and all the apps shared with them are standard."""
    advice = context.licensing.advice
    if advice is None:
        return
    for population in governance.populations:
        name = population.name.strip().lower()
        paid = sum(number for plan, number in population.holds if context.licensing.opens_premium_apps(plan))
        apps = [
            one
            for one in advice.licensed
            if one.app and any((group.name or "").strip().lower() == name for group in one.app.people)
        ]
        metered = any(one.app.place.pay_as_you_go or one.app.place.managed for one in apps if one.app)
        if not paid or not apps or metered or any(one.premium.verdict is not Verdict.NO for one in apps):
            continue
        names = list_of([f"'{one.component.name}'" for one in apps], "and")
        yield Finding(
            at=population.at,
            message=f"{people(paid)} of '{population.name}' {'holds' if paid == 1 else 'hold'} a premium plan for Power"
            f" Apps, and what is shared with them here is standard ({names})",
            remedy="Take the plans back, unless those people use premium apps that are not in this project (licence"
            " administrator)",
            cause=population.name,
        )


@check(id="LIC511", name="budget-exceeded", severity=Severity.ERROR, since="0.1", source=_PRICING,
       on=Component, needs=(Need.GOVERNANCE,))  # fmt: skip
def budget_exceeded(component: Component, context: Context) -> Iterator[Finding]:
    """The licences of an app cost more than its budget."""
    advice = context.licensing.advice
    licensed = context.licensing.judged(component)
    if advice is None or licensed is None or (found := advice.over_budget(licensed)) is None:
        return
    cost, budget = found
    yield Finding(
        at=place_of(licensed),
        message=f"The licences of '{component.name}' cost {_sum(advice.currency, cost)} a year, and its budget is"
        f" {_sum(advice.currency, budget)}: {_sum(advice.currency, cost - budget)} over",
        remedy="Raise the budget, share it with fewer people, or plan a cheaper licence (app owner)",
        component=component.ref,
    )


@check(id="LIC512", name="price-missing", severity=Severity.WARNING, since="0.1", source=_PRICING,
       on=Governance, needs=(Need.GOVERNANCE,))  # fmt: skip
def price_missing(governance: Governance, context: Context) -> Iterator[Finding]:
    """A plan is needed, and there is no price of it in the tenant's currency."""
    advice = context.licensing.advice
    if advice is None or advice.cost is None:
        return
    for plan in advice.cost.missing:
        name = context.licensing.plans.name(plan)
        yield Finding(
            at=governance.tenant.at if governance.tenant else governance.at,
            message=f"{name} is needed, and there is no price of it in {advice.currency}, so what licences cost cannot"
            " be added up",
            remedy=f"Write what you pay under `price` of a licence record for {plan} (licence administrator)",
            cause=plan,
        )


@check(id="LIC513", name="price-outside-range", severity=Severity.WARNING, since="0.1", source=_PRICING,
       on=Governance, needs=(Need.GOVERNANCE,))  # fmt: skip
def price_outside_range(governance: Governance, context: Context) -> Iterator[Finding]:
    """A price in the manifest is below a quarter of the list price, or above four times it."""
    advice = context.licensing.advice
    if advice is None:
        return
    for record in governance.licences:
        if (listed := advice.outside_range(record)) is None:
            continue
        figure = f"{listed.low:,.2f}-{listed.high:,.2f}" if listed.is_range else f"{listed.middle:,.2f}"
        yield Finding(
            at=record.at,
            message=f"{record.plan} has the price {_sum(advice.currency, Decimal(record.price or 0))}, and the list"
            f" price is {advice.currency} {figure} for one a month",
            remedy="Check that the price is of one licence a month, and not of a year or of all of them (licence"
            " administrator)",
            cause=record.plan,
        )


@check(id="LIC514", name="ea-lines-not-bundled", severity=Severity.INFO, since="0.1", source=_PRICING,
       on=Governance, needs=(Need.GOVERNANCE,))  # fmt: skip
def ea_lines_not_bundled(governance: Governance, context: Context) -> Iterator[Finding]:
    """App passes are bought app by app, and one line for all of them costs less."""
    advice = context.licensing.advice
    agreement = governance.tenant.agreement if governance.tenant else None
    if advice is None or agreement is None or agreement.per_app_lines != "per-app":
        return
    found = advice.bundle()
    figures = ""
    if found:
        passes, yearly, least, most = found
        figures = (
            f"; {counted(passes, 'pass', 'passes')} cost {_sum(advice.currency, yearly)} a year; one line would"
            f" save {_sum(advice.currency, least)} to {_sum(advice.currency, most)}"
        )
    yield Finding(
        at=agreement.at,
        message=f"The agreement has a line of Power Apps per app passes for each app{figures}",
        remedy="Ask for one line for all passes at the next renewal (licence administrator)",
    )


@check(id="LIC515", name="ea-no-count-reduction", severity=Severity.WARNING, since="0.1", source=_PRICING,
       on=Governance, needs=(Need.GOVERNANCE,))  # fmt: skip
def ea_no_count_reduction(governance: Governance, context: Context) -> Iterator[Finding]:
    """The agreement gives no right to reduce counts before it ends."""
    advice = context.licensing.advice
    agreement = governance.tenant.agreement if governance.tenant else None
    if advice is None or agreement is None or agreement.count_reduction is not False:
        return
    until = f" before it ends on {agreement.ends}" if agreement.ends else ""
    yield Finding(
        at=agreement.at,
        message=f"The agreement gives no right to reduce the number of licences{until}: passes of a retired app are"
        " paid to the end",
        remedy="Negotiate a count-reduction right for the anniversary (licence administrator)",
    )


@check(id="LIC516", name="retired-still-paid", severity=Severity.WARNING, since="0.1", source=_PRICING,
       on=Governance, needs=(Need.GOVERNANCE,))  # fmt: skip
def retired_still_paid(governance: Governance, context: Context) -> Iterator[Finding]:
    """Passes of a retired app are still paid."""
    advice = context.licensing.advice
    agreement = governance.tenant.agreement if governance.tenant else None
    if advice is None or agreement is None:
        return
    for retirement in governance.retirements:
        if (found := advice.still_paid(retirement, agreement)) is None:
            continue
        yield Finding(
            at=retirement.at,
            message=f"'{retirement.app}' is retired since {retirement.date}, and its passes are paid for"
            f" {counted(found.months, 'more month')} after that: {_sum(advice.currency, found.amount)}",
            remedy="Give the passes back at the next anniversary, or use them for another app until then (licence"
            " administrator)",
            cause=retirement.app or "",
        )


@check(id="LIC517", name="retroactive-exposure", severity=Severity.WARNING, since="0.1", source=_PRICING,
       on=Component, needs=(Need.GOVERNANCE,))  # fmt: skip
def retroactive_exposure(component: Component, context: Context) -> Iterator[Finding]:
    """People have used an app without a licence since it was made; found, that is charged at list price."""
    advice = context.licensing.advice
    licensed = context.licensing.judged(component)
    if advice is None or licensed is None or component.kind not in APPS or (found := advice.exposure(licensed)) is None:
        return
    months, amount = found
    short = licensed.judgement.short
    yield Finding(
        at=place_of(licensed),
        message=f"{people(short)} of '{component.name}' {'has' if short == 1 else 'have'} no licence, and it is"
        f" {counted(months, 'month')} old: at list price that is {_sum(advice.currency, amount)}",
        remedy="License them now; an audit charges list price for the whole time (licence administrator)",
        component=component.ref,
    )


@check(id="LIC518", name="negotiation-leverage", severity=Severity.INFO, since="0.1", source=_PRICING,
       on=Governance, needs=(Need.GOVERNANCE,))  # fmt: skip
def negotiation_leverage(governance: Governance, context: Context) -> Iterator[Finding]:
    """So many custom-connector apps and people that they are worth naming in the next negotiation."""
    advice = context.licensing.advice
    agreement = governance.tenant.agreement if governance.tenant else None
    if advice is None or agreement is None or (found := advice.leverage()) is None:
        return
    apps, number = found
    yield Finding(
        at=agreement.at,
        message=f"{apps} apps use custom connectors, for {people(number)}",
        remedy="Name them in the next renewal: they are a commitment worth a better price (licence administrator)",
    )


def _sum(currency: str, amount: Decimal) -> str:
    """Write a sum: `GBP 24,000`, `USD 4.50`."""
    return f"{currency} {amount:,.0f}" if amount == amount.to_integral_value() else f"{currency} {amount:,.2f}"
