"""LIC114: who writes to tables of Dataverse that Power Apps and Power Automate plans only read."""

from collections.abc import Iterator, Sequence

from pllint.model.component import Component
from pllint.model.licence_facts import Remark
from pllint.model.licensing import Licensed, RestrictedWrite
from pllint.plugin import Confidence, Context, CouldNotRun, Finding, Need, Related, Severity, check
from pllint_licensing.words import groups, list_of, people, place_of

_TABLES = "https://learn.microsoft.com/power-apps/maker/data-platform/data-platform-restricted-entities"


@check(id="LIC114", name="restricted-table-write", severity=Severity.ERROR, since="0.1", source=_TABLES, on=Component,
       needs=(Need.GOVERNANCE,))  # fmt: skip
def restricted_table_write(component: Component, context: Context) -> Iterator[Finding | CouldNotRun]:
    """People write to a table that Power Apps and Power Automate plans only read, and hold no Dynamics 365 licence."""
    licensed = context.licensing.judged(component)
    if licensed is None or context.workspace.is_copied(component):
        return
    if licensed.judgement.writers is None:
        if not licensed.writes and any(write.table is None for write in component.table_writes):
            yield CouldNotRun(
                reason=f"'{component.name}' writes to a table of Dataverse whose name is computed when it runs",
                remedy="if it is a table of Dynamics 365, name under `writes-restricted` who writes to it",
                component=component.ref,
            )
    elif missing := _not_known(licensed):
        yield CouldNotRun(
            reason=f"'{component.name}' {_writes(licensed.writes)}, and {missing[0]}",
            remedy=missing[1],
            component=component.ref,
        )
    elif remark := licensed.judgement.remark("restricted-table-write"):
        yield _finding(licensed, remark)


def _finding(licensed: Licensed, remark: Remark) -> Finding:
    component, judged, writes = licensed.component, licensed.judgement, licensed.writes
    own_rows = bool(writes) and all(write.own_rows_free for write in writes)
    named = groups(judged.writers or ())
    total = sum(group.number or 0 for group in judged.writers or ())
    do_so = "who write" if licensed.record and licensed.record.writes_restricted else "on whose licence it does so"
    if judged.writers_at_most:
        who = f"none of the {people(remark.number)} it is for{named} holds a Dynamics 365 licence"
    elif len(remark.who) == 1 and total == 1:
        who = f"{remark.who[0]}, {do_so.replace('write', 'writes')}, holds no Dynamics 365 licence"
    else:
        holds = "holds" if remark.number == 1 else "hold"
        who = f"{remark.number:,} of the {people(total)}{named} {do_so} {holds} no Dynamics 365 licence"
    except_own = "; other plans cover only rows that the same person made" if own_rows else ""
    name_them = " and name under `writes-restricted` who does" if judged.writers_at_most else ""
    return Finding(
        at=place_of(licensed),
        message=f"'{component.name}' {_writes(writes)}, and {who}{except_own}",
        remedy=f"Ask the licence administrator for {_licences(writes)} for whoever writes{name_them}, or keep what it"
        " writes in a table of your own (maker)",
        confidence=Confidence.LIKELY if judged.writers_at_most or own_rows else Confidence.CERTAIN,
        component=component.ref,
        environment=licensed.environment.name if licensed.environment else None,
        related=tuple(Related(f"writes to {write.name}", write.at) for write in writes),
        source=writes[0].source if writes else "",
    )


def _not_known(licensed: Licensed) -> tuple[str, str] | None:
    """Say which fact is missing about who writes, and how to write it down."""
    judged = licensed.judgement
    writers = judged.writers or ()
    name_them = "name under `writes-restricted` the populations that write"
    if not writers:
        return "nobody has written on whose licence it does so", f"write its owner or who runs it, or {name_them}"
    uncounted = [group.name or "them" for group in writers if group.number is None]
    if uncounted:
        return f"nobody has counted {list_of(uncounted, 'and')}", "write `people` and `counted` of the population"
    if not licensed.writers_counted:
        hold = "write what they hold under `holds` of the population, or under `licences` what is bought, even when 0"
        return "nobody has written which Dynamics 365 licences the people hold who do so", hold
    if judged.writers_at_most and judged.remark("restricted-table-write") is None:
        return "nobody has written which of the people it is for do so", name_them
    return None


def _writes(writes: Sequence[RestrictedWrite]) -> str:
    if not writes:
        return "is said to write to tables that only a Dynamics 365 licence may write"
    tables = list_of([f"{write.name} ({write.table})" for write in writes], "and")
    plans = "which Power Apps and Power Automate plans only read"
    return f"writes to the table{'s' if len(writes) > 1 else ''} {tables}, {plans}"


def _licences(writes: Sequence[RestrictedWrite]) -> str:
    named = [list_of([f"Dynamics 365 {one}" for one in write.licences], "or") for write in writes if write.licences]
    return list_of(list(dict.fromkeys(named)), "and") or "the Dynamics 365 licence of these tables"
