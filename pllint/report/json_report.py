"""The documented JSON report: one object, a finding a line, so that two runs can be compared by lines."""

import json

from pllint.finding import Report
from pllint.report import RenderOptions
from pllint.report.escape import for_json
from pllint.report.rows import could_not_run_row, finding_row, summary_of

_ENCODER = json.JSONEncoder(ensure_ascii=False)


def render(report: Report, _options: RenderOptions) -> str:
    """Give the report as `schemas/report.json` describes it."""
    members: dict[str, object] = {
        "pllint": report.version,
        "as-of": report.as_of,
        "data": dict(report.data),
        "read": dict(report.read),
        "skipped": [{"path": skipped.path, "reason": skipped.reason} for skipped in report.skipped],
        "could-not-run": [could_not_run_row(gap) for gap in report.could_not_run],
        "findings": [finding_row(finding) for finding in report.findings],
        "summary": summary_of(report),
    }
    if report.profile_met is not None:
        members["profile-met"] = report.profile_met
    if report.held_back_by:
        members["held-back-by"] = list(report.held_back_by)
    members["exit"] = report.exit_status
    return document(members)


def document(members: dict[str, object]) -> str:
    """Write an object with each member, and each item of its lists, on a line."""
    lines = [f"{_text(name)}: {_member(value)}" for name, value in members.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def array(items: list[object]) -> str:
    """Write a list with each item on a line."""
    return _member(items) + "\n"


def _member(value: object) -> str:
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(_text(item) for item in value) + "\n]"
    return _text(value)


def _text(value: object) -> str:
    return for_json(_ENCODER.encode(value))
