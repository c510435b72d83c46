"""Which findings count: checks chosen and ignored, severities set, waivers and comments that accept findings.

A waiver accepts one check for one component until a day. JSON and exported XML carry no comments and designers
rewrite files, so waivers live in the governance manifest; YAML files also take `# pllint: allow CHECK reason`.
"""

from __future__ import annotations

import re

from pllint.discover import matches
from pllint.finding import ComponentRef, CouldNotRun, Finding, Related, Severity
from pllint.model.connector_id import custom_names
from pllint.record import NamedTuple
from pllint.settings import CheckSelection
from pllint.source import Anchor, Source, Span
from pllint.source_checks import ALWAYS_ON

TYPE_CHECKING = False
if TYPE_CHECKING:
    import datetime
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from pllint.check import Check
    from pllint.model.environment import Environment
    from pllint.model.governance import Waiver
    from pllint.model.workspace import Workspace
    from pllint.settings import EnvironmentIgnore, PathIgnore, Settings

UNUSED = "LIF304"
_EXACT = 1_000
_CUSTOM_CONNECTOR = "custom-connector"
_COMMENT = r"pllint:\s*allow\s+([\w-]+(?:\s*,\s*[\w-]+)*)\s*(.*)"
_YAML = (".yaml", ".yml")
_EVERY_CHECK = CheckSelection()

Decision = tuple[Finding, str]
"""A finding that is reported, and the reason why it does not count; empty when it counts."""


class Comment(NamedTuple):
    """An accepted check, as a comment of a YAML file states it."""

    line: int
    checks: tuple[str, ...]
    reason: str


class Suppression:
    """Decides about findings, for one run."""

    def __init__(self, settings: Settings, checks: Sequence[Check], workspace: Workspace, as_of: datetime.date) -> None:
        self._settings = settings
        self._checks = {check.id: check for check in checks}
        self._workspace = workspace
        governance = workspace.governance
        self._waivers = live(governance.waivers if governance else (), as_of.isoformat())
        self._running = {check.id for check in checks if is_chosen(check, settings.checks)}

    def runs(self, check: Check) -> bool:
        """Tell whether the settings let a check run."""
        return check.id in self._running

    def decide(self, found: Iterable[Finding], could_not_run: Iterable[CouldNotRun] = ()) -> list[Decision]:
        """Give the findings to report, each with the reason that accepts it, and those about waivers that do nothing.

        A waiver of a check that could not run for its component is not called unused.
        """
        kept = [self._graded(finding) for finding in found if self._is_kept(finding)]
        mandatory, gaps = self._settings.mandatory, tuple(could_not_run)
        judged = self._running - {gap.check for gap in gaps}
        waived = waive(
            kept, self._waivers, self._checks, self._workspace, mandatory=mandatory, judged=self._running, gaps=gaps
        )
        comments = {source: read for source in _yaml_sources(kept, self._workspace) if (read := _comments(source))}
        allowed = allow(waived.decisions, comments, self._checks, mandatory=mandatory, judged=judged)
        unused = [
            (self._graded(finding), "")
            for finding in (*waived.unused, *allowed.unused)
            if UNUSED in self._checks and self._is_kept(finding)
        ]
        return [*allowed.decisions, *unused]

    def _is_kept(self, finding: Finding) -> bool:
        check = self._checks[finding.check]
        if check.id in ALWAYS_ON:
            return True
        environment = self._workspace.environment(finding.environment) if finding.environment else None
        return (
            self.runs(check)
            and not is_ignored_at(check, finding.at.source.path, self._settings.per_path)
            and not is_ignored_in(check, finding.environment, environment, self._settings.per_environment)
        )

    def _graded(self, finding: Finding) -> Finding:
        severity = severity_set(self._checks[finding.check], self._settings.checks)
        return finding if severity is None else finding._replace(severity=severity)


class Waived(NamedTuple):
    """Findings with the reasons that accept them, and findings about waivers or comments that accept nothing."""

    decisions: list[Decision]
    unused: list[Finding]


def is_chosen(check: Check, selection: CheckSelection) -> bool:
    """Tell whether a check is selected and not ignored; of both, the entry that says more wins, then `ignore`."""
    if check.id in ALWAYS_ON or selection == _EVERY_CHECK:
        return True
    selected = max((weight(entry, check) for entry in selection.select), default=0)
    ignored = max((weight(entry, check) for entry in selection.ignore), default=0)
    return selected > ignored and _setting(check, selection) != (None,)


def severity_set(check: Check, selection: CheckSelection) -> Severity | None:
    """Give the severity that the settings give a check, or None when they leave it alone."""
    setting = _setting(check, selection)
    return setting[0] if setting else None


def weight(entry: str, check: Check) -> int:
    """Say how much of a check an entry of the settings names: 0 not at all, the most for its id or name."""
    lowered = entry.strip().lower()
    if lowered in {check.id.lower(), check.name.lower()}:
        return _EXACT
    if lowered == "all":
        return 1
    return 1 + len(lowered) if lowered and check.id.lower().startswith(lowered) else 0


def is_ignored_at(check: Check, path: str, rules: Iterable[PathIgnore]) -> bool:
    """Tell whether a check is ignored for a file; a pattern that fits an archive fits all that is in it."""
    return any(
        _names(check, rule.ignore) and (matches(path, rule.paths) or matches(path.partition("!")[0], rule.paths))
        for rule in rules
    )


def is_ignored_in(
    check: Check, name: str | None, environment: Environment | None, rules: Sequence[EnvironmentIgnore]
) -> bool:
    """Tell whether a check is ignored for an environment, by its type or by any name it goes by."""
    if name is None or not rules:
        return False
    kind: str = (environment.type or "") if environment else ""
    if environment and environment.is_default:
        kind = "default"
    return any(
        _names(check, rule.ignore) and (kind in rule.types or any(_same(name, environment, n) for n in rule.names))
        for rule in rules
    )


def live(waivers: Iterable[Waiver], as_of: str) -> tuple[Waiver, ...]:
    """Leave out waivers past their last day."""
    return tuple(waiver for waiver in waivers if waiver.ends is None or waiver.ends >= as_of)


def waive(
    findings: Sequence[Finding],
    waivers: Sequence[Waiver],
    checks: Mapping[str, Check],
    workspace: Workspace,
    *,
    mandatory: Collection[str] = (),
    judged: Collection[str] | None = None,
    gaps: Iterable[CouldNotRun] = (),
) -> Waived:
    """Apply waivers that are live.

    A finding of a mandatory check stays, and says that its waiver does not count. `judged` are the ids of the checks
    that ran, `gaps` what they could not judge; waivers of other checks and of a component with a gap are not called
    unused.
    """
    bearers = _Bearers(workspace, findings)
    by_word: dict[str, list[tuple[int, Waiver]]] = {}
    for number, waiver in enumerate(waivers):
        by_word.setdefault(waiver.check.strip().lower(), []).append((number, waiver))
    used: set[int] = set()
    decisions: list[Decision] = []
    for finding in findings:
        check = checks[finding.check]
        reason = ""
        for number, waiver in (*by_word.get(check.id.lower(), ()), *by_word.get(check.name.lower(), ())):
            if _covers(waiver, finding, bearers, workspace):
                used.add(number)
                if _is_binding(check, mandatory):
                    finding = _unwaivable(finding, waiver.at)  # noqa: PLW2901 - the same finding with one line more
                else:
                    reason = reason or waiver.reason or "no reason given"
        decisions.append((finding, reason))
    open_for: dict[str, list[ComponentRef | None]] = {}
    for gap in gaps:
        open_for.setdefault(gap.check, []).append(gap.component)

    def is_open(waiver: Waiver) -> bool:
        meant = (check.id for check in checks.values() if _is_word_of(waiver.check, check))
        refs = (ref for check in meant for ref in open_for.get(check, ()))
        return any(ref is None or bearers.is_meant(ref, waiver.target) for ref in refs)

    unused = [
        _unused(waiver, checks, bearers)
        for number, waiver in enumerate(waivers)
        if number not in used and _was_judged(waiver.check, checks, judged) and not is_open(waiver)
    ]
    return Waived(decisions, unused)


def allow(
    decisions: Sequence[Decision],
    comments: Mapping[Source, Sequence[Comment]],
    checks: Mapping[str, Check],
    *,
    mandatory: Collection[str] = (),
    judged: Collection[str] | None = None,
) -> Waived:
    """Apply comments of YAML files to findings on their line or the line below."""
    used: set[tuple[Source, int]] = set()
    decided: list[Decision] = []
    for finding, waived in decisions:
        source, check, reason = finding.at.source, checks[finding.check], waived
        for comment in _above(comments.get(source, ()), finding):
            if comment.reason and any(_is_word_of(word, check) for word in comment.checks):
                used.add((source, comment.line))
                if _is_binding(check, mandatory):
                    finding = _unwaivable(finding, _line(source, comment.line))  # noqa: PLW2901 - as above
                else:
                    reason = reason or comment.reason
        decided.append((finding, reason))
    unused = [
        _unused_comment(source, comment)
        for source, listed in comments.items()
        for comment in listed
        if (source, comment.line) not in used and all(_was_judged(word, checks, judged) for word in comment.checks)
    ]
    return Waived(decided, unused)


def parse_comment(line: int, text: str) -> Comment | None:
    """Read `# pllint: allow CHECK[, CHECK…] reason`; None when the comment says something else."""
    match = re.search(_COMMENT, text)
    if match is None:
        return None
    return Comment(line=line, checks=tuple(re.split(r"\s*,\s*", match[1])), reason=match[2].strip())


class _Bearers:
    """Who bears which display name: a waiver may use it only when one component does."""

    def __init__(self, workspace: Workspace, findings: Iterable[Finding]) -> None:
        refs = {component.ref for component in workspace.components}
        refs |= {
            ComponentRef(kind=_CUSTOM_CONNECTOR, name=connector.display_name, id=connector.name)
            for connector in workspace.custom_connectors
        }
        refs |= {finding.component for finding in findings if finding.component}
        self._ids: dict[str, set[str]] = {}
        for ref in refs:
            # A record of the manifest has its name for an id until its component is found in the source.
            if _plain(ref.id) != _plain(ref.name):
                self._ids.setdefault(_plain(ref.name), set()).add(_plain(ref.id))

    def number(self, name: str) -> int:
        return len(self._ids.get(_plain(name), ()))

    def is_meant(self, component: ComponentRef, name: str) -> bool:
        if _plain(name) == _plain(component.id):
            return True
        if component.kind == _CUSTOM_CONNECTOR and custom_names(name)[0] == custom_names(component.id)[0]:
            return True
        return _plain(name) == _plain(component.name) and self.number(name) <= 1


def _covers(waiver: Waiver, finding: Finding, bearers: _Bearers, workspace: Workspace) -> bool:
    if waiver.environment is not None:
        if finding.environment is None:
            return False
        if not _same(finding.environment, workspace.environment(finding.environment), waiver.environment):
            return False
    if finding.component:
        return bearers.is_meant(finding.component, waiver.target)
    # Findings about the policy set or an environment are about no component.
    subjects = (finding.policy, finding.environment, *finding.connectors)
    return any(_plain(waiver.target) == _plain(subject) for subject in subjects if subject)


def _unused(waiver: Waiver, checks: Mapping[str, Check], bearers: _Bearers) -> Finding:
    what = f"the waiver of {waiver.check} for '{waiver.target}' silences nothing"
    if not any(_is_word_of(waiver.check, check) for check in checks.values()):
        from pllint.nearest import nearest

        meant = nearest(waiver.check, (word for check in checks.values() for word in (check.id, check.name)))
        advice = f"Write {meant}, if that is meant" if meant else "Name a check that `pllint checks` lists"
        return Finding(at=waiver.at, message=f"{what}: there is no such check", remedy=advice, check=UNUSED)
    if (number := bearers.number(waiver.target)) > 1:
        reason = f"{what}: {number} components bear this name"
        return Finding(at=waiver.at, message=reason, remedy="Name the component by its id", check=UNUSED)
    return Finding(at=waiver.at, message=what, remedy="Remove the waiver, or correct what it is for", check=UNUSED)


def _unused_comment(source: Source, comment: Comment) -> Finding:
    listed = ", ".join(comment.checks)
    if not comment.reason:
        message = f"the comment that allows {listed} gives no reason, so it does not count"
        return Finding(
            at=_line(source, comment.line), message=message, remedy="Write why behind the check", check=UNUSED
        )
    message = f"the comment that allows {listed} silences nothing"
    return Finding(at=_line(source, comment.line), message=message, remedy="Remove the comment", check=UNUSED)


def _unwaivable(finding: Finding, at: Anchor) -> Finding:
    related = Related(message="accepted here, but nothing may waive this check", at=at)
    return finding._replace(related=(*finding.related, related))


def _is_binding(check: Check, mandatory: Collection[str]) -> bool:
    return check.id in ALWAYS_ON or _names(check, mandatory)


def _names(check: Check, entries: Iterable[str]) -> bool:
    return any(weight(entry, check) for entry in entries)


def _is_word_of(word: str, check: Check) -> bool:
    return weight(word, check) == _EXACT


def _was_judged(word: str, checks: Mapping[str, Check], judged: Collection[str] | None) -> bool:
    meant = [check.id for check in checks.values() if _is_word_of(word, check)]
    return judged is None or all(check in judged for check in meant)


def _setting(check: Check, selection: CheckSelection) -> tuple[Severity | None] | None:
    """Give the severity of the entry that says the most about a check; (None,) switches it off."""
    if not selection.severity:
        return None
    entries = [(weight(entry, check), severity) for entry, severity in selection.severity]
    most = max((named for named, _ in entries), default=0)
    setting = next(((severity,) for named, severity in reversed(entries) if named == most), None) if most else None
    return None if setting == (None,) and check.id in ALWAYS_ON else setting


def _same(name: str, environment: Environment | None, other: str) -> bool:
    return _plain(name) == _plain(other) or (environment is not None and environment.goes_by(other))


def _plain(name: str) -> str:
    return name.strip().strip("{}").casefold()


def _line(source: Source, line: int) -> Anchor:
    return Anchor(source, known=Span(line, 1, line, 1))


def _above(comments: Sequence[Comment], finding: Finding) -> Iterator[Comment]:
    """Give the comments on a finding's line, and those that end on the line above."""
    if not comments:
        return
    on_line = {comment.line: comment for comment in comments}
    line = finding.at.span.line
    if line in on_line:
        yield on_line[line]
    while (line := line - 1) in on_line:
        yield on_line[line]


def _yaml_sources(findings: Iterable[Finding], workspace: Workspace) -> tuple[Source, ...]:
    anchors = [finding.at for finding in findings]
    anchors += [policy.at for policy in workspace.policies]
    for records in workspace.governance or ():
        if isinstance(records, tuple):
            anchors += [at for record in records if isinstance(at := getattr(record, "at", None), Anchor)]
    sources = {at.source for at in anchors if at.source.path.lower().endswith(_YAML)}
    return tuple(sorted(sources, key=lambda source: source.path))


def _comments(source: Source) -> tuple[Comment, ...]:
    try:
        content = source.read()
    except OSError:  # the file went away while it was linted
        return ()
    if b"pllint:" not in content:
        return ()
    from pllint.text.yaml_text import comments

    read = (parse_comment(line, text) for line, text in comments(content))
    return tuple(comment for comment in read if comment is not None)
