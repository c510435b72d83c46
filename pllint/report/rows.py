"""Findings as plain rows, the one shape that all machine formats write."""

from pllint.finding import ComponentRef, CouldNotRun, Place, Report, ReportedFinding, Severity
from pllint.report.layout import counted

Row = dict[str, object]


def finding_row(finding: ReportedFinding) -> Row:
    """Give one finding with the keys of the report schema; keys that do not apply are absent."""
    row: Row = {
        "check": finding.check,
        "name": finding.name,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "message": finding.message,
    }
    if finding.remedy:
        row["remedy"] = finding.remedy
    row.update(place_row(finding.place))
    if finding.component:
        row["component"] = component_row(finding.component)
    if finding.environment is not None:
        row["environment"] = finding.environment
    if finding.policy is not None:
        row["policy"] = finding.policy
    if finding.connectors:
        row["connectors"] = list(finding.connectors)
    if finding.related:
        row["related"] = [{"message": related.message, **place_row(related.place)} for related in finding.related]
    if finding.source:
        row["source"] = finding.source
    row["fingerprint"] = finding.fingerprint
    row["waived"] = bool(finding.waived)
    if finding.waived:
        row["waived-because"] = finding.waived
    return row


def place_row(place: Place) -> Row:
    """Give a place with the keys of the report schema."""
    span = place.span
    row: Row = {
        "path": place.path,
        "line": span.line,
        "column": span.column,
        "end-line": span.end_line,
        "end-column": span.end_column,
    }
    if span.pointer:
        row["pointer"] = span.pointer
    return row


def component_row(component: ComponentRef) -> Row:
    """Give a component with the keys of the report schema."""
    row: Row = {"kind": str(component.kind), "name": component.name, "id": component.id}
    if component.solution is not None:
        row["solution"] = component.solution
    return row


def could_not_run_row(gap: CouldNotRun) -> Row:
    """Give a check that lacks a fact with the keys of the report schema."""
    row: Row = {"check": gap.check, "reason": gap.reason}
    if gap.remedy:
        row["remedy"] = gap.remedy
    if gap.component:
        row["component"] = component_row(gap.component)
    return row


def summary_of(report: Report) -> dict[str, int]:
    """Count the findings that nobody waived, by severity, the worst first."""
    counts = {severity.value: 0 for severity in Severity}
    for finding in report.findings:
        if not finding.waived:
            counts[finding.severity.value] += 1
    return counts


def findings_in_words(report: Report) -> str:
    """Say how many findings count, such as `1 error, 2 notes`."""
    counts = summary_of(report)
    nouns = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
    told = [counted(counts[severity.value], noun) for severity, noun in nouns.items() if counts[severity.value]]
    return ", ".join(told) or "no findings"
