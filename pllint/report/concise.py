"""One line a finding, as compilers print them, for editors, grep and small screens."""

from pllint.finding import Report
from pllint.report import RenderOptions
from pllint.report.escape import for_terminal


def render(report: Report, _options: RenderOptions) -> str:
    """Give `path:line:column: severity CHECK message` for every finding that counts."""
    return "".join(
        for_terminal(
            f"{one.place.path}:{one.place.span.line}:{one.place.span.column}: {one.severity} {one.check} {one.message}"
        )
        + "\n"
        for one in report.findings
        if not one.waived
    )
