"""JSON Lines: one finding a line, in the shape of the JSON report, for tools that read streams."""

import json

from pllint.finding import Report
from pllint.report import RenderOptions
from pllint.report.escape import for_json
from pllint.report.rows import finding_row


def render(report: Report, _options: RenderOptions) -> str:
    """Give every finding, waived ones included, as `schemas/report.json` describes a finding."""
    encoder = json.JSONEncoder(ensure_ascii=False)
    return "".join([for_json(encoder.encode(finding_row(finding))) + "\n" for finding in report.findings])
