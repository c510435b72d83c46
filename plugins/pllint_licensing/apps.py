"""LIC1xx: who needs a licence to use an app, and what is wrong with the plan for it."""

from __future__ import annotations

from pllint.model.component import APPS, Component
from pllint.model.governance import ConnectorRecord, DeclaredEnvironment, Governance
from pllint.plugin import ComponentRef, Context, CouldNotRun, Finding, Need, Related, Severity, check
from pllint_licensing.words import (
    app_plan,
    because,
    because_of,
    counted,
    gone_in_words,
    groups,
    list_of,
    passes,
    people,
    place_of,
    reviews,
    taken_out,
    where,
)

TYPE_CHECKING = False
if TYPE_CHECKING:  # many a manifest has no premium app to be judged
    from collections.abc import Iterator, Sequence

    from pllint.model.inventory import ListedResource
    from pllint.model.licence_facts import Remark
    from pllint.model.licensing import Licensed

_PRICING = "https://learn.microsoft.com/power-platform/admin/pricing-billing-skus"
_FAQ = "https://learn.microsoft.com/power-platform/admin/powerapps-flow-licensing-faq"
_PASSES = "https://learn.microsoft.com/power-platform/admin/about-powerapps-perapp"
_DEVELOPER = "https://learn.microsoft.com/power-platform/developer/plan"
_MANAGED = "https://learn.microsoft.com/power-platform/admin/managed-environment-licensing"
_METERED = "https://learn.microsoft.com/power-platform/admin/pay-as-you-go-meters"
_PASS = "power-apps-per-app"  # noqa: S105 - the id of a plan
_DEVELOPER_PLAN = "power-apps-developer"


def told(component: Component, context: Context, name: str) -> tuple[Licensed, Remark] | None:
    """Give what the rules say of a component under the name of a check."""
    licensed = context.licensing.judged(component)
    remark = licensed.judgement.remark(name) if licensed else None
    return (licensed, remark) if licensed and remark else None


def told_of_app(component: Component, context: Context, name: str) -> tuple[Licensed, Remark] | None:
    """Give the same of an app alone."""
    return told(component, context, name) if component.kind in APPS else None


@check(
    id="LIC101",
    name="app-users-unlicensed",
    severity=Severity.ERROR,
    since="0.1",
    source=_FAQ,
    on=Governance,
    needs=(Need.GOVERNANCE,),
    given=("components", "governance.connectors"),
)
def app_users_unlicensed(governance: Governance, context: Context) -> Iterator[Finding | CouldNotRun]:
    """Some of the people a premium app is shared with have no licence that covers it."""
    for component in context.workspace.components:
        yield from _in_doubt(component, context)
        found = told(component, context, "app-users-unlicensed")
        if found is None or context.workspace.is_copied(component) or not found[0].counted:
            continue
        licensed, remark = found
        users = licensed.app.people if licensed.app else licensed.flow.people if licensed.flow else ()
        total = sum(row.number for row in licensed.judgement.needs if row.who in {"users", "app-users"})
        shared = "shared with" if licensed.app else "for"
        gone = taken_out(licensed, context) if licensed.app else ()
        is_told = licensed.judgement.remark("app-passes-short") is not None
        yield Finding(
            at=place_of(licensed),
            message=f"'{component.name}' is premium because of {because_of(licensed, context)} and is {shared}"
            f" {people(total)}{groups(users)}: {remark.number:,} of them {_have(remark.number)} no licence that covers"
            f" it{f'; of the passes there {gone_in_words(gone)}' if gone and not is_told else ''}",
            remedy=f"Ask the licence administrator to allocate {passes(context, remark.number)} to {where(licensed)}"
            f" or to assign {counted(remark.number, f'{app_plan(context, _intended(licensed))} licence')}, or share it"
            " with fewer people",
            component=component.ref,
            environment=licensed.environment.name if licensed.environment else None,
            related=(*because(licensed, context), *reviews(gone)),
        )
    # About a connector without a stage nothing is judged but that it is not registered.
    for connector in governance.connectors:
        yield from _counted_short(connector) if connector.stage else ()


def _in_doubt(component: Component, context: Context) -> Iterator[CouldNotRun]:
    """Say that passes were given back, and nobody can tell whether the counts show it."""
    licensed = context.licensing.judged(component)
    if licensed is None or not licensed.doubtful or context.workspace.is_copied(component):
        return
    first = licensed.doubts[0]
    what = list_of([f"{one.what} in {where(licensed)} were given back by {one.by}" for one in licensed.doubts], "and")
    yield CouldNotRun(
        reason=f"whether {counted(licensed.doubtful, 'person', 'people')} of '{component.name}'"
        f" {_have(licensed.doubtful)} a licence is not known: {what}, and {first.told}",
        remedy=first.remedy,
        component=component.ref,
    )


def _counted_short(connector: ConnectorRecord) -> Iterator[Finding]:
    count = connector.deployment.licences if connector.deployment else None
    if count is None or count.people is None or count.available is None or count.available >= count.people:
        return
    short = count.people - count.available
    yield Finding(
        at=count.at,
        message=f"The licence count of the custom connector '{connector.name}' has {count.available:,} licences for"
        f" {people(count.people)}: {short:,} {_have(short)} none",
        remedy=f"Ask the licence administrator for {counted(short, 'more licence')}, and record the new count",
        component=ComponentRef(kind="custom-connector", name=connector.name, id=connector.id or connector.name),
    )


@check(id="LIC102", name="app-users-unknown", severity=Severity.ERROR, since="0.1", source=_PRICING, on=Component,
       needs=(Need.GOVERNANCE,))  # fmt: skip
def app_users_unknown(component: Component, context: Context) -> Iterator[Finding]:
    """A premium app of which nobody has said whom it is shared with."""
    if context.workspace.governance is None or (found := told_of_app(component, context, "app-users-unknown")) is None:
        return
    licensed, _ = found
    listed = context.licensing.listed(component)
    shares = f"; {_listed(listed)}" if listed and _listed(listed) else ""
    yield Finding(
        at=component.at,
        message=f"'{component.name}' is premium because of {because_of(licensed, context)}, and nobody has written down"
        f" whom it is shared with, so its licences can be neither counted nor budgeted{shares}",
        remedy="List under `shared-with` of the app every population it is shared with, each with `people` and"
        " `counted` (app owner)",
        component=component.ref,
        related=(*because(licensed, context), *([Related("listed here", listed.at)] if listed and shares else ())),
    )


def _listed(listed: ListedResource) -> str:
    """Say whom an inventory lists an app as shared with: a group of 4,000 is one group there."""
    parts = ["everyone in the organisation"] if listed.shared_with_everyone else []
    parts += [people(listed.shared_users)] if listed.shared_users is not None else []
    parts += [counted(listed.shared_groups, "group")] if listed.shared_groups else []
    return f"{listed.at.source.path} lists it as shared with {list_of(parts, 'and')}" if parts else ""


@check(id="LIC103", name="app-group-size-unknown", severity=Severity.WARNING, since="0.1", source=_PRICING,
       on=Component, needs=(Need.GOVERNANCE,))  # fmt: skip
def app_group_size_unknown(component: Component, context: Context) -> Iterator[Finding]:
    """A premium app is shared with a group that nobody has counted."""
    if (found := told_of_app(component, context, "app-group-size-unknown")) is None:
        return
    licensed, remark = found
    known = sum(group.number or 0 for group in licensed.app.people) if licensed.app else 0
    names = list_of([f"'{name}'" for name in remark.who], "and")
    yield Finding(
        at=place_of(licensed),
        message=f"'{component.name}' is shared with {names}, which nobody has counted; the {people(known)} counted so"
        " far are not all who need a licence",
        remedy=f"Count the members of {names} and write the number under `people` of the population, with the day"
        " under `counted`",
        component=component.ref,
        cause=" ".join(sorted(remark.who)),
    )


@check(id="LIC104", name="app-counts-active-only", severity=Severity.ERROR, since="0.1", source=_FAQ, on=Component,
       needs=(Need.GOVERNANCE,))  # fmt: skip
def app_counts_active_only(component: Component, context: Context) -> Iterator[Finding]:
    """The only head count of a premium app is that of its active users."""
    if (found := told_of_app(component, context, "app-counts-active-only")) is None:
        return
    licensed, remark = found
    yield Finding(
        at=place_of(licensed),
        message=f"'{component.name}' is premium and has only its {people(remark.number)} active in a month on record,"
        " but everybody it is shared with needs a licence",
        remedy="Count everybody the app is shared with, members of groups included, and write that under `people` or"
        " `shared-with` (app owner)",
        component=component.ref,
        related=because(licensed, context),
    )


@check(id="LIC105", name="app-users-understated", severity=Severity.ERROR, since="0.1", source=_FAQ, on=Component,
       needs=(Need.GOVERNANCE,))  # fmt: skip
def app_users_understated(component: Component, context: Context) -> Iterator[Finding]:
    """An app is stated to have fewer people than it is shared with."""
    if (found := told_of_app(component, context, "app-users-understated")) is None:
        yield from _fewer_than_listed(component, context)
        return
    licensed, remark = found
    app = licensed.app
    stated = (app.stated_users if app else None) or 0
    yield Finding(
        at=place_of(licensed),
        message=f"'{component.name}' is stated to have {people(stated)}, but it is shared with"
        f" {stated + remark.number:,}{groups(app.people if app else ())}: {remark.number:,} are left out",
        remedy=f"Plan and budget for {people(stated + remark.number)}, or share the app with fewer (app owner)",
        component=component.ref,
    )


def _fewer_than_listed(component: Component, context: Context) -> Iterator[Finding]:
    """Hold the people on record against those an inventory lists one by one; members of groups are not among them."""
    licensed = context.licensing.judged(component)
    app = licensed.app if licensed else None
    listed = context.licensing.listed(component) if licensed and app and app.premium and app.people else None
    if licensed is None or app is None or listed is None or listed.shared_users is None:
        return
    if any(group.number is None for group in app.people):
        return
    known = sum(group.number or 0 for group in app.people)
    # The owner may be among those listed and not be counted as one it is shared with.
    if listed.shared_users <= known + 1:
        return
    yield Finding(
        at=place_of(licensed),
        message=f"'{component.name}' has {people(known)} on record{groups(app.people)}, but {_listed(listed)}",
        remedy="Count everybody it is shared with, members of groups too, and plan and budget for them (app owner)",
        component=component.ref,
        related=(Related("listed here", listed.at),),
    )


@check(id="LIC106", name="app-passes-short", severity=Severity.ERROR, since="0.1", source=_PASSES, on=Component,
       needs=(Need.GOVERNANCE,))  # fmt: skip
def app_passes_short(component: Component, context: Context) -> Iterator[Finding]:
    """An app is to run on app passes, and its environment has fewer than its people need."""
    found = told_of_app(component, context, "app-passes-short")
    if found is None or found[0].app is None or not found[0].counted:
        return
    licensed, remark = found
    here, gone = found[0].app.passes, taken_out(licensed, context)
    plan = context.licensing.name_of(found[0].app.plan or _PASS)
    yield Finding(
        at=place_of(licensed),
        message=f"'{component.name}' is to run on {plan} passes, and {where(licensed)} has"
        f" {here:,} of the {here + remark.number:,} it takes: {remark.number:,} short"
        f"{f'; {gone_in_words(gone)}' if gone else ''}",
        remedy=f"Ask the licence administrator to allocate another"
        f" {counted(remark.number, f'{plan} pass', f'{plan} passes')} to {where(licensed)}, or to move people to"
        f" {app_plan(context)}",
        component=component.ref,
        environment=licensed.environment.name if licensed.environment else None,
        related=reviews(gone),
    )


@check(id="LIC107", name="app-passes-elsewhere", severity=Severity.WARNING, since="0.1", source=_PASSES, on=Component,
       needs=(Need.GOVERNANCE,))  # fmt: skip
def app_passes_elsewhere(component: Component, context: Context) -> Iterator[Finding]:
    """An app lacks passes while passes lie in other environments."""
    if (found := told_of_app(component, context, "app-passes-elsewhere")) is None:
        return
    licensed, remark = found
    yield Finding(
        at=place_of(licensed),
        message=f"'{component.name}' is {counted(licensed.judgement.short, 'licence')} short in {where(licensed)},"
        f" and {passes(context, remark.number)} {'lies' if remark.number == 1 else 'lie'} in other environments, where"
        " they do not help it",
        remedy="Ask a Power Platform admin to move up to"
        f" {passes(context, min(remark.number, licensed.judgement.short))} to {where(licensed)}, if the apps there can"
        " do without",
        component=component.ref,
        environment=licensed.environment.name if licensed.environment else None,
        related=reviews((*taken_out(licensed, context), *taken_out(licensed, context, elsewhere=True))),
    )


@check(id="LIC108", name="app-passes-ignored", severity=Severity.WARNING, since="0.1", source=_METERED, on=Component,
       needs=(Need.GOVERNANCE,))  # fmt: skip
def app_passes_ignored(component: Component, context: Context) -> Iterator[Finding]:
    """App passes lie in a pay-as-you-go environment, which meters use and ignores them."""
    if (found := told_of_app(component, context, "app-passes-ignored")) is None:
        return
    licensed, remark = found
    billed = licensed.judgement.metered_users or 0
    yield Finding(
        at=place_of(licensed),
        message=f"{where(licensed)} is a pay-as-you-go environment, so the {passes(context, remark.number)} allocated"
        f" to it are not used, and '{component.name}' is billed for {people(billed)}",
        remedy="Ask a Power Platform admin to move the passes to an environment that is not metered, or to unlink the"
        " billing policy",
        component=component.ref,
        environment=licensed.environment.name if licensed.environment else None,
    )


@check(id="LIC109", name="app-premium-not-declared", severity=Severity.ERROR, since="0.1", source=_PRICING,
       on=Component, needs=(Need.GOVERNANCE,))  # fmt: skip
def app_premium_not_declared(component: Component, context: Context) -> Iterator[Finding]:
    """An app is to run on Microsoft 365, and it is premium."""
    if (found := told_of_app(component, context, "app-premium-not-declared")) is None:
        return
    licensed, remark = found
    yield Finding(
        at=place_of(licensed),
        message=f"'{component.name}' is to run on {context.licensing.name_of(remark.who[0])}, which carries standard"
        f" connectors only, and it is premium because of {because_of(licensed, context)}",
        remedy=f"Plan {context.licensing.name_of(_PASS)} or {app_plan(context)} for it, or take out what makes it"
        " premium (maker)",
        component=component.ref,
        related=because(licensed, context),
    )


@check(id="LIC110", name="app-premium-through-flow", severity=Severity.WARNING, since="0.1", source=_PRICING,
       on=Component, needs=(Need.GOVERNANCE,))  # fmt: skip
def app_premium_through_flow(component: Component, context: Context) -> Iterator[Finding]:
    """Nothing but a flow, AI Builder or a code component makes an app premium."""
    if (found := told_of_app(component, context, "app-premium-through-flow")) is None:
        return
    licensed, _ = found
    users = sum(group.number or 0 for group in licensed.app.people) if licensed.app else 0
    needed = f", so {people(users)} {_need(users)} a premium licence" if users else ""
    yield Finding(
        at=component.at,
        message=f"'{component.name}' is premium only because of {because_of(licensed, context)}{needed}",
        remedy="Replace that part, or accept it and license the people (maker, with the app owner)",
        component=component.ref,
        related=because(licensed, context),
    )


@check(id="LIC111", name="custom-connector-claimed-standard", severity=Severity.ERROR, since="0.1", source=_PRICING,
       on=Component, needs=(Need.GOVERNANCE,))  # fmt: skip
def custom_connector_claimed_standard(component: Component, context: Context) -> Iterator[Finding]:
    """The licences for a custom connector were counted as Microsoft 365, and no custom connector is standard."""
    if (found := told_of_app(component, context, "custom-connector-claimed-standard")) is None:
        return
    licensed, remark = found
    yield Finding(
        at=place_of(licensed),
        message=f"'{component.name}' uses the custom connector '{remark.who[0]}', whose licences were counted as"
        " Microsoft 365, but every custom connector is premium, one behind API Management too",
        remedy="Correct `plan` of its licence count to a premium plan, and count again (licence administrator)",
        component=component.ref,
        related=because(licensed, context),
    )


@check(id="LIC112", name="standard-connector-available", severity=Severity.INFO, since="0.1", source=_PRICING,
       on=Component, needs=(Need.GOVERNANCE,))  # fmt: skip
def standard_connector_available(component: Component, context: Context) -> Iterator[Finding]:
    """A custom connector reaches a service that a standard connector reaches too."""
    if (found := told_of_app(component, context, "standard-connector-available")) is None:
        return
    licensed, remark = found
    hosts = dict(licensed.app.hosts) if licensed.app else {}
    host = hosts.get(remark.who[0], "")
    standard = "SharePoint" if host.endswith(".sharepoint.com") else "the standard connectors of Microsoft 365"
    yield Finding(
        at=component.at,
        message=f"'{component.name}' reaches {host} through the custom connector '{remark.who[0]}', which makes it"
        f" premium; {standard} reaches the same service"
        if standard == "SharePoint"
        else f"'{component.name}' reaches {host} through the custom connector '{remark.who[0]}', which makes it"
        f" premium; {standard} may reach the same data",
        remedy="Use the standard connector where it has the operations needed (maker)",
        component=component.ref,
    )


@check(id="LIC113", name="maker-unlicensed", severity=Severity.ERROR, since="0.1", source=_PRICING, on=Component,
       needs=(Need.GOVERNANCE,))  # fmt: skip
def maker_unlicensed(component: Component, context: Context) -> Iterator[Finding]:
    """The maker of a premium app in a shared environment holds no premium plan."""
    if (found := told_of_app(component, context, "maker-unlicensed")) is None:
        return
    licensed, remark = found
    yield Finding(
        at=place_of(licensed),
        message=f"{list_of(remark.who, 'and')} builds '{component.name}' in {where(licensed)} with premium connectors"
        f" ({because_of(licensed, context)}) and holds no premium licence",
        remedy=f"Ask the licence administrator for {counted(remark.number, f'{app_plan(context)} licence')}, or build"
        " and test it in a developer environment",
        component=component.ref,
        related=because(licensed, context),
    )


@check(id="LIC115", name="developer-environment-shared", severity=Severity.ERROR, since="0.1", source=_DEVELOPER,
       on=Component, needs=(Need.GOVERNANCE,))  # fmt: skip
def developer_environment_shared(component: Component, context: Context) -> Iterator[Finding]:
    """An app or flow serves people from a developer environment."""
    if (found := told(component, context, "developer-environment-shared")) is None:
        return
    licensed, remark = found
    facts = licensed.app or licensed.flow
    serves = f"serves {people(remark.number)}{groups(facts.people if facts else ())}" if remark.number else "is in use"
    yield Finding(
        at=place_of(licensed),
        message=f"'{component.name}' {serves} from {where(licensed)}, a developer environment, which is for development"
        " and test only",
        remedy="Deploy it to a production environment with licences, or write `purpose: test` if those people only"
        " test it (maker)",
        component=component.ref,
        environment=licensed.environment.name if licensed.environment else None,
    )


@check(id="LIC116", name="developer-plan-outside-developer-environment", severity=Severity.ERROR, since="0.1",
       source=_DEVELOPER, on=Component, needs=(Need.GOVERNANCE,))  # fmt: skip
def developer_plan_outside_developer_environment(component: Component, context: Context) -> Iterator[Finding]:
    """People rely on the Developer Plan in an environment that is not a developer's."""
    if (found := told(component, context, "developer-plan-outside-developer-environment")) is None:
        return
    licensed, remark = found
    held = "holds" if remark.number == 1 else "hold"
    relying = (
        f"{people(remark.number)} of '{component.name}' in {where(licensed)} {held} the Power Apps Developer Plan alone"
        if remark.number
        else f"'{component.name}' in {where(licensed)} is to run on the Power Apps Developer Plan"
    )
    yield Finding(
        at=place_of(licensed),
        message=f"{relying}, which counts in developer environments only",
        remedy=f"Ask the licence administrator for {counted(remark.number, 'premium licence')}"
        if remark.number
        else "Plan a premium licence for it (owner)",
        component=component.ref,
        environment=licensed.environment.name if licensed.environment else None,
    )


@check(id="LIC117", name="developer-environment-limits", severity=Severity.WARNING, since="0.1", source=_DEVELOPER,
       on=Governance, needs=(Need.GOVERNANCE,), given=("governance.developer_environments",))  # fmt: skip
def developer_environment_limits(governance: Governance, context: Context) -> Iterator[Finding]:
    """A developer environment beyond 750 runs a month or 2 GB, or an owner with more than three of them."""
    from decimal import Decimal

    plans, day = context.licensing.plans, context.licensing.as_of
    most_runs = plans.number(_DEVELOPER_PLAN, "runs-per-month", day)
    most = plans.number(_DEVELOPER_PLAN, "environments", day)
    gigabytes = plans.amount(_DEVELOPER_PLAN, "database-gb", day)
    owned: dict[str, list[DeclaredEnvironment]] = {}
    for environment in governance.environments:
        if environment.type != "developer":
            continue
        if environment.owner:
            owned.setdefault(environment.owner.strip().lower(), []).append(environment)
        over = []
        if (runs := environment.runs_per_month) is not None and runs > most_runs:
            over.append(f"{runs:,} flow runs a month of {most_runs:,}")
        if environment.database_gb is not None and Decimal(environment.database_gb) > gigabytes:
            over.append(f"{environment.database_gb} GB of {gigabytes}")
        if over:
            yield Finding(
                at=environment.at,
                message=f"The developer environment {environment.name} is over the limits of the Power Apps Developer"
                f" Plan: {list_of(over, 'and')}",
                remedy="Move what is in use to an environment with paid licences (owner of the environment)",
                environment=environment.name,
            )
    yield from (_too_many(environments, most) for environments in owned.values() if len(environments) > most)


def _too_many(environments: Sequence[DeclaredEnvironment], most: int) -> Finding:
    names = [environment.name for environment in environments]
    return Finding(
        at=environments[most].at,
        message=f"{environments[0].owner} owns {len(environments)} developer environments ({', '.join(names)}); the"
        f" Power Apps Developer Plan has {most}",
        remedy="Delete the developer environments that are not needed (owner of the environments)",
        related=tuple(Related(f"owned by {one.owner}", one.at) for one in environments[:most]),
    )


@check(id="LIC118", name="managed-environment-unlicensed", severity=Severity.ERROR, since="0.1", source=_MANAGED,
       on=Component, needs=(Need.GOVERNANCE,))  # fmt: skip
def managed_environment_unlicensed(component: Component, context: Context) -> Iterator[Finding]:
    """People use something in a managed environment and hold no premium plan of any kind."""
    found = told(component, context, "managed-environment-unlicensed")
    if found is None or not found[0].counted:
        return
    licensed, remark = found
    total = sum(row.number for row in licensed.judgement.needs)
    yield Finding(
        at=place_of(licensed),
        message=f"{where(licensed)} is a managed environment, and {remark.number:,} of the {people(total)} who"
        f" {'uses or runs' if total == 1 else 'use or run'} '{component.name}' {_have(remark.number)} no premium"
        " licence",
        remedy=f"Ask the licence administrator for {counted(remark.number, 'premium licence')} of any kind, or a Power"
        " Platform admin to take the environment out of management",
        component=component.ref,
        environment=licensed.environment.name if licensed.environment else None,
    )


@check(id="LIC119", name="teams-environment-premium", severity=Severity.WARNING, since="0.1", source=_FAQ,
       on=Component, needs=(Need.GOVERNANCE,))  # fmt: skip
def teams_environment_premium(component: Component, context: Context) -> Iterator[Finding]:
    """A premium app or flow in a Dataverse for Teams environment."""
    if (found := told(component, context, "teams-environment-premium")) is None:
        return
    licensed, _ = found
    yield Finding(
        at=component.at,
        message=f"{where(licensed)} is a Dataverse for Teams environment: its tables are included in Microsoft 365, but"
        f" '{component.name}' is premium because of {because_of(licensed, context)}",
        remedy="License its people as in any other environment, or take out what makes it premium (maker)",
        component=component.ref,
        environment=licensed.environment.name if licensed.environment else None,
        related=because(licensed, context),
    )


def _intended(licensed: Licensed) -> str | None:
    return licensed.app.plan if licensed.app else None


def _have(number: int) -> str:
    return "has" if number == 1 else "have"


def _need(number: int) -> str:
    return "needs" if number == 1 else "need"
