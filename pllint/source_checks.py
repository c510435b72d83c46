"""The checks of the family SRC: what reading itself finds. Their facts only; the readers are what judges."""

from pllint.check import Check, Outcome, Status
from pllint.finding import Severity

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
    return tuple(
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


def _found_by_reading(_element: object, _context: object) -> Outcome:
    return ()
