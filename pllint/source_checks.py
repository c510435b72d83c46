"""The checks of the family SRC: what reading itself finds. Their facts only; the readers are what judges.

One judges here: what data a verdict rests on is known only after reading.
"""

from __future__ import annotations

from pllint.check import Check, Context, Outcome, Status
from pllint.finding import Finding, Related, Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pllint.model.component import Component, ConnectorUse

ALWAYS_ON = frozenset({"SRC001", "SRC002", "SRC003", "SRC004", "SRC012"})
"""No setting and no waiver turns these off: without them a file could be left out in silence."""

_FORMATS = "https://learn.microsoft.com/power-platform/alm/solution-concepts-alm"
_JSON = "https://www.rfc-editor.org/rfc/rfc8259"
_POWERSHELL = "https://learn.microsoft.com/powershell/module/microsoft.powershell.utility/convertto-json"
_BOMB = "https://cwe.mitre.org/data/definitions/409.html"
_TRAVERSAL = "https://cwe.mitre.org/data/definitions/22.html"
_NONE = ""


def source_checks() -> tuple[Check, ...]:
    """Give the facts of every SRC check."""
    error, warning, info = Severity.ERROR, Severity.WARNING, Severity.INFO
    rows = (
        ("SRC001", "unreadable", error, "A file is not what it claims to be and cannot be read.", _JSON),
        ("SRC002", "schema-violation", error, "A recognised file does not match its JSON Schema.", _FORMATS),
        ("SRC003", "limit-exceeded", error, "A file is larger or deeper than the limits allow.", _BOMB),
        ("SRC004", "unsafe-content", error, "A file holds what only an attack or an accident puts there.", _TRAVERSAL),
        ("SRC005", "not-strict-json", warning, "A file can be read, but other readers may see something else.", _JSON),
        ("SRC006", "unexpected-encoding", warning, "A file is not UTF-8 where UTF-8 is expected.", _JSON),
        ("SRC007", "truncated-export", error, "A PowerShell export was cut off at its depth limit.", _POWERSHELL),
        ("SRC008", "ambiguous-form", warning, "A file fits two forms, or lacks what decides its form.", _FORMATS),
        ("SRC009", "unresolved-expression", info, "A value computed elsewhere leaves a verdict open.", _FORMATS),
        ("SRC010", "unknown-key", warning, "The settings or a governance file have a key pllint does not know.", _NONE),
        ("SRC011", "duplicate-definition", error, "One thing is defined twice in different ways.", _NONE),
        ("SRC012", "check-crashed", error, "A check raised an exception; every other check still ran.", _NONE),
    )
    found_by_reading = (
        Check(
            id=id_,
            name=name,
            summary=summary,
            severity=severity,
            since="0.1",
            source=source,
            on="",
            judge=_found_by_reading,
            module=__name__,
            function=_found_by_reading.__name__,
            status=Status.STABLE,
        )
        for id_, name, severity, summary, source in rows
    )
    stale = Check(
        id="SRC013",
        name="catalogue-stale",
        summary="Data on connectors older than the settings allow decided a verdict.",
        severity=info,
        since="0.1",
        source="https://learn.microsoft.com/connectors/connector-reference/",
        on="pllint.model.workspace.Workspace",
        judge=_catalogue_stale,
        module=__name__,
        function=_catalogue_stale.__name__,
        status=Status.STABLE,
    )
    return (*found_by_reading, stale)


def _found_by_reading(_element: object, _context: object) -> Outcome:
    return ()


def _catalogue_stale(_workspace: object, context: Context) -> Outcome:
    import datetime

    oldest = (context.as_of - datetime.timedelta(days=context.settings.catalogue_age_days)).isoformat()
    old: list[tuple[Component, ConnectorUse, str]] = []
    for component in context.workspace.components:
        for use in component.uses:
            row = None if use.custom else context.catalogue.find(use.connector)
            # A date of the year or the month alone is given its last day.
            if row is not None and row.tier and row.dated and row.dated < oldest[: len(row.dated)]:
                old.append((component, use, row.dated))
    if old:
        yield from _told(old, context)


def _told(old: Sequence[tuple[Component, ConnectorUse, str]], context: Context) -> Iterator[Finding]:
    from pllint.engine.licensing import BY_RULE
    from pllint.model.policy_ids import CONTENT_CONVERSION

    deciding: dict[str, tuple[ConnectorUse, str]] = {}
    for component, use, dated in old:
        # Content Conversion is in no list that a tenant can export, so nothing newer is to be had.
        if use.connector in deciding or use.connector in BY_RULE or use.connector == CONTENT_CONVERSION:
            continue
        found = context.licensing.premium(component)
        reasons = {reason.connector for reason in found.reasons}
        if use.connector in reasons or found.verdict.value != "yes":
            deciding[use.connector] = (use, dated)
    if not deciding:
        return
    named = sorted(deciding.items())
    use, _ = named[0][1]
    words = ", ".join(f"{context.catalogue.name_of(key)} ({key}, {dated})" for key, (_, dated) in named)
    subject, verb = ("the tier", "is") if len(named) == 1 else ("the tiers", "are")
    yield Finding(
        at=use.at,
        message=f"{subject} of {words} {verb} from lists older than {context.settings.catalogue_age_days} days",
        remedy="Export the tenant's own list of connectors and run `pllint catalogue refresh`",
        connectors=tuple(key for key, _ in named),
        related=tuple(Related(f"{key} is used here", one_use.at) for key, (one_use, _) in named[1:]),
    )
