"""SARIF 2.1.0 as GitHub code scanning accepts it.

Every result has a physical location in a file of the repository, because GitHub refuses results without one. A place
inside an archive is therefore line 1 of the archive, with the place inside as a logical location.
"""

from urllib.parse import quote

from pllint.finding import Confidence, CouldNotRun, Place, Report, ReportedFinding, ReportedRelated, Severity
from pllint.report import RenderOptions
from pllint.report.escape import for_sarif, for_terminal
from pllint.report.json_report import document
from pllint.report.rows import Row

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_PROBLEMS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "recommendation"}
_PRECISIONS = {Confidence.CERTAIN: "very-high", Confidence.LIKELY: "high", Confidence.INFERRED: "medium"}
_FAILURES = {2, 4}


def render(report: Report, options: RenderOptions) -> str:
    """Give the run as a SARIF log; its rules are those of its results."""
    examples: dict[str, ReportedFinding] = {}
    for finding in report.findings:
        examples.setdefault(finding.check, finding)
    rules = sorted(examples)
    index = {check: number for number, check in enumerate(rules)}
    driver: Row = {
        "name": "pllint",
        "version": report.version,
        "semanticVersion": report.version,
        "rules": [_rule(examples[check], options) for check in rules],
    }
    run: Row = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": report.exit_status not in _FAILURES,
                "exitCode": report.exit_status,
                "toolExecutionNotifications": [
                    *(_skipped(skipped.path, skipped.reason, options) for skipped in report.skipped),
                    *(_gap(gap) for gap in report.could_not_run),
                ],
            }
        ],
        "results": [_result(finding, index, options) for finding in report.findings],
        "properties": {"as-of": report.as_of, "data": dict(report.data), "read": dict(report.read)},
    }
    head = '{"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": ['
    return f"{head}{document(run).rstrip()}]}}\n"


def _rule(example: ReportedFinding, options: RenderOptions) -> Row:
    described = options.describe(example.check)
    summary = described.summary if described else example.name.replace("-", " ").capitalize()
    page = described.markdown if described else f"{summary}\n\nRun `pllint explain {example.check}`.\n"
    rule: Row = {
        "id": example.check,
        "name": example.name,
        "shortDescription": {"text": summary},
        "fullDescription": {"text": summary},
        "help": {"text": page, "markdown": page},
        "defaultConfiguration": {"level": _LEVELS[example.severity]},
        "properties": {
            "tags": ["power-platform", example.check[:3].lower()],
            "precision": _PRECISIONS[example.confidence],
            "problem.severity": _PROBLEMS[example.severity],
        },
    }
    if example.source.startswith("https://"):
        rule["helpUri"] = example.source
    return rule


def _result(finding: ReportedFinding, index: dict[str, int], options: RenderOptions) -> Row:
    text = f"{finding.message}\n\n{finding.remedy}" if finding.remedy else finding.message
    here = _location(finding.place, options)
    if finding.component:
        logical = {"fullyQualifiedName": finding.component.id, "name": finding.component.name, "kind": "resource"}
        here["logicalLocations"] = [*_listed(here.get("logicalLocations")), logical]
    result: Row = {
        "ruleId": finding.check,
        "ruleIndex": index[finding.check],
        "level": _LEVELS[finding.severity],
        "message": {"text": for_sarif(text)},
        "locations": [here],
        "partialFingerprints": {"pllint/v1": finding.fingerprint},
    }
    if finding.related:
        related = [
            {**_location(one.place, options), "id": number, "message": {"text": for_sarif(one.message)}}
            for number, one in enumerate(finding.related, 1)
        ]
        result["relatedLocations"] = related
    if chain := _chain(finding):
        steps = [
            {**_location(one.place, options), "id": number, "message": {"text": for_sarif(one.message)}}
            for number, one in enumerate(chain)
        ]
        result["codeFlows"] = [{"threadFlows": [{"locations": [{"location": step} for step in steps]}]}]
    if finding.waived:
        result["suppressions"] = [{"kind": "external", "justification": finding.waived}]
    result["properties"] = _properties(finding)
    return result


def _chain(finding: ReportedFinding) -> tuple[ReportedRelated, ...]:
    """Give the places that lead to a finding, and to its message as the last of them; empty when it has but one."""
    here = ReportedRelated(message=finding.message, place=finding.place)
    if finding.chain:
        return (*finding.chain, here)
    return (here, *finding.related) if finding.related else ()


def _properties(finding: ReportedFinding) -> Row:
    properties: Row = {"confidence": finding.confidence.value}
    if finding.component:
        properties["component"] = finding.component.id
        properties["component-kind"] = str(finding.component.kind)
        if finding.component.solution is not None:
            properties["solution"] = finding.component.solution
    if finding.environment is not None:
        properties["environment"] = finding.environment
    if finding.policy is not None:
        properties["policy"] = finding.policy
    if finding.connectors:
        properties["connectors"] = list(finding.connectors)
    return properties


def _location(place: Place, options: RenderOptions) -> Row:
    file, _, inside = place.path.partition("!")
    span = place.span
    physical: Row = {"artifactLocation": {"uri": _uri(file, options)}, "region": {"startLine": 1}}
    location: Row = {"physicalLocation": physical}
    if inside:
        name = f"{inside}#{span.pointer}" if span.pointer else inside
        location["logicalLocations"] = [
            {"fullyQualifiedName": f"{name} line {span.line} column {span.column}", "name": name, "kind": "member"}
        ]
        return location
    region: Row = {"startLine": span.line, "startColumn": span.column}
    if (span.end_line, span.end_column) > (span.line, span.column):
        region |= {"endLine": span.end_line, "endColumn": span.end_column}
    physical["region"] = region
    if span.pointer:
        location["logicalLocations"] = [{"fullyQualifiedName": span.pointer, "kind": "member"}]
    return location


def _uri(path: str, options: RenderOptions) -> str:
    # A file outside the project has its absolute path, which as a reference would be taken for a scheme or a host.
    if path.startswith("/") or path[1:3] == ":/":
        return "file:///" + quote(path.lstrip("/").encode("utf-8", "surrogatepass"), safe="/:")
    return quote((options.prefix + path).encode("utf-8", "surrogatepass"), safe="/")


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _skipped(path: str, reason: str, options: RenderOptions) -> Row:
    return {
        "level": "note",
        "message": {"text": f"Not read: {for_terminal(path)}: {reason}"},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": _uri(path.partition("!")[0], options)}}}],
    }


def _gap(gap: CouldNotRun) -> Row:
    about = f" for {gap.component.name}" if gap.component else ""
    remedy = f": {gap.remedy}" if gap.remedy else ""
    return {
        "level": "note",
        "message": {"text": f"{gap.check} could not run{about}: {gap.reason}{remedy}"},
        "descriptor": {"id": gap.check},
    }
