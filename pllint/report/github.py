"""Workflow commands of GitHub Actions: findings become annotations of the files in a pull request."""

from pllint.finding import Report, ReportedFinding, Severity
from pllint.report import RenderOptions
from pllint.report.escape import for_github_message, for_github_property

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(report: Report, options: RenderOptions) -> str:
    """Give a command a line for every finding that counts.

    An annotation needs a file of the repository: of a place inside an archive it names the archive, and the message
    says where inside.
    """
    return "".join(_command(finding, options.prefix) + "\n" for finding in report.findings if not finding.waived)


def _command(finding: ReportedFinding, prefix: str) -> str:
    span = finding.place.span
    file, _, inside = finding.place.path.partition("!")
    properties = {"file": prefix + file}
    message = [finding.message]
    if inside:
        message.append(f"In {inside}, line {span.line}, column {span.column} {span.pointer}".rstrip())
    else:
        properties["line"] = str(span.line)
        if span.end_line > span.line:
            properties["endLine"] = str(span.end_line)
        else:  # GitHub takes columns only within one line
            properties["col"] = str(span.column)
            properties["endColumn"] = str(max(span.column, span.end_column - 1))
    properties["title"] = f"{finding.check} {finding.name}"
    if finding.remedy:
        message.append(finding.remedy)
    listed = ",".join(f"{name}={for_github_property(value)}" for name, value in properties.items())
    return f"::{_COMMANDS[finding.severity]} {listed}::{for_github_message(chr(10).join(message))}"
