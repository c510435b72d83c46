"""A run: discover, read, check, suppress, and work out the places of what is reported."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pllint import __version__
from pllint.check import Check, Context, Need
from pllint.discover import Discovery
from pllint.finding import (
    CouldNotRun,
    Finding,
    Place,
    Report,
    ReportedFinding,
    ReportedRelated,
)
from pllint.model.component import Component
from pllint.model.workspace import Workspace
from pllint.profiles import falls_short, held_back_by, profile_met
from pllint.record import NamedTuple
from pllint.settings import Settings
from pllint.source import WHOLE_FILE, Anchor, KeyPath, Source, Span
from pllint.suppress import UNUSED, Suppression, severity_set, weight
from pllint.text.problem import MalformedError

_NOTHING_LINTED = 3
_CHECK_CRASHED = 4


class Judgement(NamedTuple):
    """What all checks said of a workspace."""

    findings: tuple[Finding, ...]
    could_not_run: tuple[CouldNotRun, ...]
    crashed: bool


def judge(checks: Sequence[Check], context: Context) -> Judgement:
    """Run every check on every element it looks at; a check that raises is one finding, and the others go on."""
    findings: list[Finding] = []
    could_not_run: list[CouldNotRun] = []
    crashed = False
    lacking = {need for need in Need if context.lacks(need)}
    for check in checks:
        missing = next((need for need in check.needs if need in lacking), None) if lacking else None
        if missing is not None:
            could_not_run.append(CouldNotRun(reason=missing.value, remedy=missing.remedy, check=check.id))
            continue
        if check.given and not any(map(context.workspace.holds, check.given)):
            continue
        for element in context.workspace.elements(check.on):
            try:
                outcomes = list(check.judge(element, context))
            except Exception as error:  # noqa: BLE001 - a check is plugin code: whatever it raises is reported, named
                crashed = True
                findings.append(_crash(check, element, context.workspace, error))
                continue
            for outcome in outcomes:
                if isinstance(outcome, CouldNotRun):
                    could_not_run.append(outcome._replace(check=check.id))
                else:
                    findings.append(outcome._replace(check=outcome.check or check.id))
    return Judgement(findings=tuple(findings), could_not_run=tuple(could_not_run), crashed=crashed)


def report(context: Context, checks: Sequence[Check], discovery: Discovery) -> Report:
    """Judge a workspace and give the finished report, sorted and with places."""
    workspace, settings = context.workspace, context.settings
    suppression = Suppression(settings, checks, workspace, context.as_of)
    judgement = judge([check for check in checks if suppression.runs(check)], context)
    # Decided over everything: a waiver is not unused because its finding lies outside what was asked for.
    laid_over = context.plans.findings if context.plans else ()
    found = (*settings.findings, *laid_over, *workspace.findings, *judgement.findings)
    decided = [
        (finding, waiver)
        for finding, waiver in suppression.decide(found, judgement.could_not_run)
        if _asked_for(finding, workspace, discovery) and _in_environments(finding, context)
        if finding.check != UNUSED or not _is_for_the_gate(finding, context, checks)
    ]
    facts = {check.id: check for check in checks}
    secrets = [*workspace.secrets, *(finding.at for finding in found if finding.secret)]
    findings = _placed([(finding, facts[finding.check], waiver) for finding, waiver in decided], secrets)
    findings = tuple(sorted(findings, key=_order))
    could_not_run = tuple(sorted(set(judgement.could_not_run), key=_order_of_unknowns))
    exit_status = _exit_status(findings, workspace, settings, crashed=judgement.crashed)
    met: str | None = None
    held_back: tuple[str, ...] = ()
    if exit_status not in {_NOTHING_LINTED, _CHECK_CRASHED} and _judges_all(settings, checks):
        severities = {check.id: severity_set(check, settings.checks) or check.severity for check in checks}
        met = profile_met(findings, could_not_run, severities)
        held_back = held_back_by(met, findings, could_not_run, severities)
    if exit_status == 0 and falls_short(met, settings.profile) and _judges_all(settings, checks):
        exit_status = 1
    return Report(
        version=__version__,
        as_of=context.as_of.isoformat(),
        data=_data(context),
        read=workspace.counts,
        skipped=tuple(sorted(set(workspace.skipped))),
        could_not_run=could_not_run,
        findings=findings,
        exit_status=exit_status,
        profile_met=met,
        profile_asked=settings.profile,
        held_back_by=held_back,
    )


def _is_for_the_gate(finding: Finding, context: Context, checks: Sequence[Check]) -> bool:
    """Tell whether a waiver that silences nothing accepts what no stage asks for yet, but the production gate does."""
    governance = context.workspace.governance
    waiver = next((one for one in governance.waivers if one.at == finding.at), None) if governance else None
    if waiver is None:
        return False
    stages = context.lifecycle.stages
    record = stages.record_of(waiver.target)
    word = waiver.check.strip().lower()
    names = {check.name for check in checks if word in {check.id.lower(), check.name.lower()}}
    return record is not None and any(
        one.requirement.check in names and not one.asked and one.state != "met" for one in stages.evidence(record)
    )


def _judges_all(settings: Settings, checks: Sequence[Check]) -> bool:
    selected = settings.checks.select
    return "ALL" in selected or all(any(weight(entry, check) for entry in selected) for check in checks)


def _data(context: Context) -> tuple[tuple[str, str], ...]:
    """Give the dates of the data that decided: shipped, and the tenant's own over it."""
    dates = [("connectors", context.catalogue.as_of)]
    if context.catalogue.tenant_as_of:
        dates.append(("tenant-connectors", context.catalogue.tenant_as_of))
    if context.workspace.lists_licences:
        from pllint.catalogue import skus

        dates.append(("licence-products", skus.as_of()))
    from pllint.catalogue import plans

    dates.append(("plans", plans.as_of()))
    if context.plans and context.plans.own_as_of:
        dates.append(("own-plans", context.plans.own_as_of))
    return tuple(dates)


def _order_of_unknowns(one: CouldNotRun) -> tuple[str, str, str, str]:
    component = one.component
    return (one.check, component.solution or "" if component else "", component.id if component else "", one.reason)


def _asked_for(finding: Finding, workspace: Workspace, discovery: Discovery) -> bool:
    if discovery.asks_for(finding.at.source.path):
        return True
    if finding.component is None:
        return False
    component = workspace.component(finding.component.id)
    return component is not None and discovery.asks_for(component.at.source.path)


def _in_environments(finding: Finding, context: Context) -> bool:
    if not context.environments or finding.environment is None:
        return True
    return any(environment.goes_by(finding.environment) for environment in context.environments)


def _crash(check: Check, element: object, workspace: Workspace, error: Exception) -> Finding:
    from pllint.model.custom_connector import CustomConnector

    subject = f" on '{element.name}'" if isinstance(element, Component | CustomConnector) else ""
    at = getattr(element, "at", None)
    if not isinstance(at, Anchor):
        at = _first_place(workspace)
    return Finding(
        at=at,
        message=f"check {check.id} {check.name} of {check.module} raised {type(error).__name__}: {error}{subject}",
        remedy=f"Report this to the author of {check.module.partition('.')[0]}",
        check="SRC012",
        component=element.ref if isinstance(element, Component) else None,
    )


def _first_place(workspace: Workspace) -> Anchor:
    elements: Iterable[Anchor] = (
        *(one.at for one in workspace.solutions),
        *(one.at for one in workspace.components),
        *(one.at for one in workspace.policies),
    )
    return next(iter(elements), Anchor(Source(".", bytes)))


def _placed(found: Sequence[tuple[Finding, Check, str]], secrets: Sequence[Anchor]) -> tuple[ReportedFinding, ...]:
    """Work out every place, one pass over the text of each file; what stands at a secret is never shown."""
    if not found:
        return ()
    shown = {finding.at.source for finding, _, _ in found}
    hidden = [at for at in secrets if at.source in shown]
    from functools import cache

    from pllint.read.literals import blotted

    harmless = cache(blotted)  # thousands of findings share a few remedies
    told = (at for finding, _, _ in found for at in (finding.at, *_beside(finding)))
    places = places_of((*told, *hidden))
    numbers: dict[Source, set[int]] = {}
    for finding, _, _ in found:
        numbers.setdefault(finding.at.source, set()).add(places[finding.at].span.line)
    secret_spans: dict[Source, list[Span]] = {}
    for at in hidden:
        secret_spans.setdefault(at.source, []).append(places[at].span)
    excerpts = {source: _excerpts(source, lines, secret_spans.get(source, ())) for source, lines in numbers.items()}
    seen: dict[str, int] = {}
    reported = []
    for finding, check, waiver in found:
        where = places[finding.at]
        key = _fingerprint(finding, where)
        seen[key] = seen.get(key, 0) + 1
        reported.append(
            ReportedFinding(
                check=check.id,
                name=check.name,
                severity=finding.severity or check.severity,
                confidence=finding.confidence,
                message=harmless(finding.message),
                remedy=harmless(finding.remedy),
                place=where,
                component=finding.component,
                environment=finding.environment,
                policy=finding.policy,
                connectors=finding.connectors,
                related=tuple(ReportedRelated(harmless(one.message), places[one.at]) for one in finding.related),
                chain=tuple(ReportedRelated(harmless(one.message), places[one.at]) for one in finding.chain),
                source=finding.source or check.source,
                fingerprint=key if seen[key] == 1 else f"{key}-{seen[key]}",
                waived=waiver,
                excerpt=excerpts[finding.at.source].get(where.span.line, ()),
                edits=finding.edits,
                left_to_people=finding.left_to_people,
            )
        )
    return tuple(reported)


def _beside(finding: Finding) -> Iterator[Anchor]:
    yield from (related.at for related in finding.related)
    yield from (link.at for link in finding.chain)


def places_of(anchors: Iterable[Anchor]) -> Mapping[Anchor, Place]:
    """Work out the places of anchors, one pass over the text of each file."""
    asked = dict.fromkeys(anchors)
    wanted: dict[Source, dict[KeyPath, Span]] = {}
    for at in asked:
        if at.known is None:
            wanted.setdefault(at.source, {})[at.path] = WHOLE_FILE
    for source, spans in wanted.items():
        paths = list(spans)
        for path, span in zip(paths, _spans(source, paths), strict=True):
            spans[path] = span
    return {at: Place(path=at.source.path, span=at.known or wanted[at.source][at.path]) for at in asked}


def _spans(source: Source, paths: Sequence[KeyPath]) -> Sequence[Span]:
    try:
        return source.spans(paths)
    except (MalformedError, OSError):  # it is damaged, or went away while it was linted
        return [WHOLE_FILE] * len(paths)


def _excerpts(source: Source, numbers: Iterable[int], secrets: Iterable[Span]) -> dict[int, tuple[str, ...]]:
    """Give the lines of a file that findings point at, secrets blotted out; none for one that is blank or not there."""
    from pllint.read.literals import blotted
    from pllint.text.encoding import decode

    try:
        text = decode(source.read())[0]
    except (MalformedError, OSError):
        return {}
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    asked = sorted(numbers)
    lines = text.split("\n", asked[-1])  # what follows the last one asked for is one piece
    for span in secrets:
        if span == WHOLE_FILE:  # nobody knows where in the file it stands
            return {}
        _blot(lines, span)
    return {
        number: (blotted(lines[number - 1]),)
        for number in asked
        if 0 < number <= len(lines) and lines[number - 1].strip()
    }


def _blot(lines: list[str], span: Span) -> None:
    for number in range(span.line, min(span.end_line, len(lines)) + 1):
        line = lines[number - 1]
        start = span.column - 1 if number == span.line else 0
        end = span.end_column - 1 if number == span.end_line else len(line)
        lines[number - 1] = line[:start] + "*" * (min(end, len(line)) - start) + line[end:]


def _fingerprint(finding: Finding, place: Place) -> str:
    """Name a finding by what it is about, so that moved lines and renamed files keep it.

    Findings about a component are told apart by their facts; others by where they are.
    """
    from hashlib import sha256

    subject = finding.component.id if finding.component else f"{place.path}{place.span.pointer}"
    parts = (finding.check, subject, finding.environment or "", finding.policy or "", *finding.connectors)
    if finding.cause:
        parts = (*parts, finding.cause)
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _order(finding: ReportedFinding) -> tuple[str, int, int, str, str, str]:
    span = finding.place.span
    return (finding.place.path, span.line, span.column, finding.check, finding.environment or "", finding.message)


def _exit_status(
    findings: Sequence[ReportedFinding], workspace: Workspace, settings: Settings, *, crashed: bool
) -> int:
    if crashed:
        return _CHECK_CRASHED
    counting = [finding for finding in findings if not finding.waived]
    if not findings and not workspace.counts:
        return _NOTHING_LINTED
    threshold = settings.fail_on
    return int(threshold is not None and any(finding.severity.rank >= threshold.rank for finding in counting))
