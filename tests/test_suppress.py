"""Which findings count: the rules as tables, and one run over all of them."""

import datetime

import pytest

from pllint.check import Check
from pllint.finding import ComponentRef, CouldNotRun, Finding, Severity
from pllint.model.component import Component, ComponentKind
from pllint.model.connector_id import ConnectorKey
from pllint.model.custom_connector import CustomConnector
from pllint.model.environment import Environment, EnvironmentType
from pllint.model.governance import Governance, Waiver
from pllint.model.workspace import Workspace
from pllint.settings import CheckSelection, EnvironmentIgnore, PathIgnore, Settings
from pllint.source import Anchor, Source, Span
from pllint.suppress import (
    Comment,
    Suppression,
    allow,
    is_chosen,
    is_ignored_at,
    is_ignored_in,
    live,
    parse_comment,
    severity_set,
    waive,
)

_AS_OF = datetime.date(2026, 11, 21)
_MANIFEST = Anchor(Source("governance/waivers.yaml", bytes), known=Span(2, 5, 2, 10))
_GUID = "5b8f2c1e-0000-4000-8000-000000000001"
_NOTIFY = ComponentRef(kind="cloud-flow", name="Notify payroll", id=_GUID, solution="Parcels")
_TRACKING = ComponentRef(kind="custom-connector", name="Parcel tracking", id="ctx_parcel-20tracking")


def _check(id_: str, name: str, severity: Severity = Severity.ERROR) -> Check:
    return Check(
        id=id_,
        name=name,
        summary="A thing.",
        severity=severity,
        since="0.1",
        source="",
        on="",
        judge=lambda _element, _context: (),
        function="",
        module=__name__,
    )


_BLOCKED = _check("DLP101", "blocked-connector")
_BUDGET = _check("LIC511", "budget-exceeded")
_UNREADABLE = _check("SRC001", "unreadable")
_UNUSED = _check("LIF304", "waiver-unused", Severity.WARNING)
_CHECKS = {check.id: check for check in (_BLOCKED, _BUDGET, _UNREADABLE, _UNUSED)}


def _finding(
    component: ComponentRef | None = _NOTIFY,
    environment: str | None = "hr-production",
    check: str = "DLP101",
    policy: str | None = None,
    path: str = "src/Notify.json",
) -> Finding:
    at = Anchor(Source(path, bytes), known=Span(5, 1, 5, 9))
    return Finding(at=at, message="blocked", check=check, component=component, environment=environment, policy=policy)


def _waiver(
    check: str = "DLP101", target: str = _GUID, environment: str | None = None, ends: str | None = "2026-12-31"
) -> Waiver:
    return Waiver(check=check, target=target, at=_MANIFEST, reason="Freeze", ends=ends, environment=environment)


def _component(name: str, id_: str) -> Component:
    return Component(kind=ComponentKind.CLOUD_FLOW, name=name, id=id_, at=_MANIFEST)


@pytest.mark.parametrize(
    ("select", "ignore", "chosen"),
    [
        pytest.param(["ALL"], [], True, id="all are"),
        pytest.param([], [], False, id="none is without a selection"),
        pytest.param(["DLP"], [], False, id="another family is not"),
        pytest.param(["lic5"], [], True, id="by the beginning of its id in any case"),
        pytest.param(["Budget-Exceeded"], [], True, id="by name in any case"),
        pytest.param(["budget"], [], False, id="not by the beginning of its name"),
        pytest.param(["ALL"], ["LIC511"], False, id="ignored by id"),
        pytest.param(["ALL"], ["LIC"], False, id="ignored by family"),
        pytest.param(["LIC511"], ["LIC5"], True, id="the entry that says more wins"),
        pytest.param(["LIC5"], ["LIC511"], False, id="also when it ignores"),
        pytest.param(["LIC5"], ["LIC5"], False, id="ignore wins between equals"),
        pytest.param(["ALL"], ["ALL"], False, id="ignore wins over all"),
    ],
)
def test_a_check_is_chosen(select: list[str], ignore: list[str], chosen: bool) -> None:  # noqa: FBT001 - an expectation
    assert is_chosen(_BUDGET, CheckSelection(select=tuple(select), ignore=tuple(ignore))) is chosen


@pytest.mark.parametrize("id_", ["SRC001", "SRC002", "SRC003", "SRC004", "SRC012"])
def test_what_keeps_files_from_being_left_out_in_silence_is_never_switched_off(id_: str) -> None:
    check = _check(id_, "some-name")

    selection = CheckSelection(select=("LIC",), ignore=(id_,), severity=((id_, None),))

    assert is_chosen(check, selection)


@pytest.mark.parametrize(
    ("entries", "severity"),
    [
        pytest.param([], None, id="left alone"),
        pytest.param([("budget-exceeded", Severity.INFO)], Severity.INFO, id="by name"),
        pytest.param([("LIC511", Severity.INFO), ("LIC", Severity.WARNING)], Severity.INFO, id="the exact entry wins"),
        pytest.param([("DLP101", Severity.INFO)], None, id="another check's"),
    ],
)
def test_a_severity_is_set(entries: list[tuple[str, Severity]], severity: Severity | None) -> None:
    assert severity_set(_BUDGET, CheckSelection(severity=tuple(entries))) is severity


def test_the_severity_off_switches_a_check_off() -> None:
    assert not is_chosen(_BUDGET, CheckSelection(severity=(("LIC5", None),)))


@pytest.mark.parametrize(
    ("path", "ignored"),
    [
        ("samples/a.json", True),
        ("samples/deep/Parcels.zip!Workflows/a.json", True),
        ("other/Parcels.zip!Workflows/a.json", True),
        ("other/a.json", False),
    ],
)
def test_a_check_is_ignored_for_files_that_match(path: str, ignored: bool) -> None:  # noqa: FBT001 - an expectation
    rule = PathIgnore(paths=("samples/**", "other/*.zip"), ignore=("DLP",))

    assert is_ignored_at(_BLOCKED, path, (rule,)) is ignored
    assert not is_ignored_at(_BUDGET, path, (rule,))


_DEVELOPER = Environment(name="dana-developer", at=None, id="e1", type=EnvironmentType.DEVELOPER)
_DEFAULT = Environment(name="Contoso", at=None, id="Default-77")


@pytest.mark.parametrize(
    ("name", "environment", "ignored"),
    [
        pytest.param("dana-developer", _DEVELOPER, True, id="of that type"),
        pytest.param("Contoso", _DEFAULT, True, id="the default environment by its id"),
        pytest.param("HR-Test", None, True, id="of that name"),
        pytest.param("hr-production", None, False, id="another"),
        pytest.param(None, None, False, id="about no environment"),
    ],
)
def test_a_check_is_ignored_for_environments(
    name: str | None,
    environment: Environment | None,
    ignored: bool,  # noqa: FBT001 - an expectation
) -> None:
    rule = EnvironmentIgnore(types=("developer", "default"), names=("hr-test",), ignore=("DLP",))

    assert is_ignored_in(_BLOCKED, name, environment, (rule,)) is ignored


@pytest.mark.parametrize(("ends", "holds"), [("2026-11-21", True), ("2026-11-20", False), (None, True)])
def test_a_waiver_holds_through_its_last_day(ends: str | None, holds: bool) -> None:  # noqa: FBT001 - an expectation
    assert bool(live([_waiver(ends=ends)], _AS_OF.isoformat())) is holds


@pytest.mark.parametrize(
    ("waiver", "finding", "waived"),
    [
        pytest.param(_waiver(), _finding(), True, id="by GUID"),
        pytest.param(_waiver(target="{5B8F2C1E-0000-4000-8000-000000000001}"), _finding(), True, id="in any spelling"),
        pytest.param(
            _waiver(target=" notify PAYROLL "), _finding(), True, id="by the display name one component bears"
        ),
        pytest.param(_waiver(target="Remind"), _finding(), False, id="by a name that two components bear"),
        pytest.param(_waiver(check="Blocked-Connector"), _finding(), True, id="by the name of the check"),
        pytest.param(_waiver(check="DLP"), _finding(), False, id="not by a family"),
        pytest.param(_waiver(check="LIC511"), _finding(), False, id="another check"),
        pytest.param(_waiver(target="Somebody else"), _finding(), False, id="another component"),
        pytest.param(_waiver(environment="HR-Production"), _finding(), True, id="in its environment"),
        pytest.param(_waiver(environment="env-77"), _finding(), True, id="in its environment by another name"),
        pytest.param(_waiver(environment="hr-test"), _finding(), False, id="in another environment"),
        pytest.param(_waiver(environment="hr-test"), _finding(environment=None), False, id="about no environment"),
        pytest.param(
            _waiver(target="shared_ctx-5fparcel-20tracking-5f0123456789abcdef"),
            _finding(component=_TRACKING),
            True,
            id="a custom connector with the hash of an environment",
        ),
        pytest.param(
            _waiver(target="tenant BASELINE"),
            _finding(component=None, policy="Tenant baseline"),
            True,
            id="a finding about a policy by the policy's name",
        ),
        pytest.param(
            _waiver(target="Tenant baseline"),
            _finding(policy="Tenant baseline"),
            False,
            id="a finding about a component not by the policy's name",
        ),
    ],
)
def test_a_waiver_is_for_one_check_and_one_component(
    waiver: Waiver,
    finding: Finding,
    waived: bool,  # noqa: FBT001 - an expectation
) -> None:
    workspace = Workspace(
        components=(
            _component("Notify payroll", _GUID),
            _component("Remind", "11111111-0000-4000-8000-000000000001"),
            _component("Remind", "11111111-0000-4000-8000-000000000002"),
        ),
        custom_connectors=(
            CustomConnector(name=ConnectorKey(_TRACKING.id), display_name="Parcel tracking", at=_MANIFEST),
        ),
        environments=(Environment(name="hr-production", at=None, id="env-77"),),
    )

    ((_, reason),), unused = waive([finding], [waiver], _CHECKS, workspace)

    assert reason == ("Freeze" if waived else "")
    assert bool(unused) is not waived


@pytest.mark.parametrize(
    ("waiver", "message", "remedy"),
    [
        (
            _waiver(target="Nobody"),
            "the waiver of DLP101 for 'Nobody' silences nothing",
            "Remove the waiver, or correct what it is for",
        ),
        (
            _waiver(check="budget-exceded"),
            f"the waiver of budget-exceded for '{_GUID}' silences nothing: there is no such check",
            "Write budget-exceeded, if that is meant",
        ),
        (
            _waiver(target="Remind"),
            "the waiver of DLP101 for 'Remind' silences nothing: 2 components bear this name",
            "Name the component by its id",
        ),
    ],
)
def test_a_waiver_that_silences_nothing_is_a_finding_at_its_place(waiver: Waiver, message: str, remedy: str) -> None:
    workspace = Workspace(components=(_component("Remind", "a"), _component("Remind", "b")))

    (unused,) = waive([], [waiver], _CHECKS, workspace).unused

    assert (unused.check, unused.at, unused.message, unused.remedy) == ("LIF304", _MANIFEST, message, remedy)


def test_a_record_of_the_manifest_and_its_component_are_one_bearer() -> None:
    record = ComponentRef(kind="custom-connector", name="Parcel tracking", id="Parcel tracking")
    findings = [_finding(component=record), _finding(component=_TRACKING)]

    decisions = waive(findings, [_waiver(target="Parcel tracking")], _CHECKS, Workspace()).decisions

    assert [reason for _, reason in decisions] == ["Freeze", "Freeze"]


@pytest.mark.parametrize("check", ["DLP101", "SRC001"])
def test_a_mandatory_check_stays_and_says_that_its_waiver_does_not_count(check: str) -> None:
    finding = _finding(check=check)

    (decision,), unused = waive(
        [finding], [_waiver(check=check)], _CHECKS, Workspace(), mandatory=("blocked-connector",)
    )

    assert decision[1] == ""
    assert decision[0].related[0].at == _MANIFEST
    assert decision[0].related[0].message == "accepted here, but nothing may waive this check"
    assert not unused


@pytest.mark.parametrize(
    ("text", "comment"),
    [
        ("# pllint: allow DLP101 agreed with Iris", Comment(3, ("DLP101",), "agreed with Iris")),
        ("# pllint:allow blocked-connector,LIC511 trial", Comment(3, ("blocked-connector", "LIC511"), "trial")),
        ("# pllint: allow DLP101", Comment(3, ("DLP101",), "")),
        ("# pllint: something else", None),
    ],
)
def test_a_comment_names_checks_and_a_reason(text: str, comment: Comment | None) -> None:
    assert parse_comment(3, text) == comment


@pytest.mark.parametrize(
    ("lines", "waived"),
    [
        pytest.param([5], True, id="on the line"),
        pytest.param([4], True, id="on the line above"),
        pytest.param([3], False, id="two lines above"),
        pytest.param([3, 4], True, id="above another comment"),
        pytest.param([6], False, id="below"),
    ],
)
def test_a_comment_holds_for_its_line_and_the_line_below(lines: list[int], waived: bool) -> None:  # noqa: FBT001
    finding = _finding(path="policies/a.yaml")
    comments = [Comment(line, ("LIC511",), "no") for line in lines]
    comments[0] = Comment(lines[0], ("DLP101",), "agreed")

    ((_, reason),), _ = allow([(finding, "")], {finding.at.source: comments}, _CHECKS)

    assert reason == ("agreed" if waived else "")


def test_a_comment_without_a_reason_allows_nothing_and_is_a_finding() -> None:
    finding = _finding(path="policies/a.yaml")

    ((_, reason),), (unused,) = allow([(finding, "")], {finding.at.source: [Comment(5, ("DLP101",), "")]}, _CHECKS)

    assert not reason
    assert unused.at.span.line == 5
    assert unused.message == "the comment that allows DLP101 gives no reason, so it does not count"


def test_a_comment_that_silences_nothing_is_a_finding() -> None:
    finding = _finding(path="policies/a.yaml")

    unused = allow([(finding, "")], {finding.at.source: [Comment(1, ("LIC511",), "old")]}, _CHECKS).unused

    assert [one.message for one in unused] == ["the comment that allows LIC511 silences nothing"]


def _governed(*waivers: Waiver) -> Workspace:
    return Workspace(governance=Governance(at=_MANIFEST, waivers=waivers))


def test_a_run_applies_selection_severity_and_waivers() -> None:
    settings = Settings(
        checks=CheckSelection(ignore=("LIC5",), severity=(("LIF304", Severity.INFO),)),
        per_path=(PathIgnore(paths=("samples/**",), ignore=("ALL",)),),
    )
    workspace = _governed(_waiver(), _waiver(target="Nobody"), _waiver(target="Gone", ends="2026-01-01"))
    found = [
        _finding(),
        _finding(check="LIC511"),
        _finding(path="samples/a.json"),
        _finding(check="SRC001", path="samples/b.json"),
    ]

    decided = Suppression(settings, tuple(_CHECKS.values()), workspace, _AS_OF).decide(found)

    assert [(finding.check, finding.severity, reason) for finding, reason in decided] == [
        ("DLP101", None, "Freeze"),
        ("SRC001", None, ""),
        ("LIF304", Severity.INFO, ""),
    ]


@pytest.mark.parametrize(
    ("settings", "could_not_run"),
    [
        pytest.param(Settings(checks=CheckSelection(ignore=("DLP",))), [], id="is ignored"),
        pytest.param(Settings(), [CouldNotRun(reason="no data policy was found", check="DLP101")], id="could not run"),
    ],
)
def test_a_waiver_is_not_called_unused_when_its_check(settings: Settings, could_not_run: list[CouldNotRun]) -> None:
    suppression = Suppression(settings, tuple(_CHECKS.values()), _governed(_waiver()), _AS_OF)

    assert not suppression.decide([], could_not_run)


@pytest.mark.parametrize(
    ("component", "unused"),
    [pytest.param(_NOTIFY, [], id="of its component"), pytest.param(_TRACKING, ["LIF304"], id="of another one")],
)
def test_a_waiver_may_be_used_yet_when_its_check_lacked_a_fact(component: ComponentRef, unused: list[str]) -> None:
    gap = CouldNotRun(reason="nobody says which policy reaches it", check="DLP101", component=component)
    suppression = Suppression(Settings(), tuple(_CHECKS.values()), _governed(_waiver()), _AS_OF)

    assert [finding.check for finding, _ in suppression.decide([], [gap])] == unused


def test_comments_of_yaml_files_are_read_from_their_text() -> None:
    source = Source("policies/a.yaml", lambda: b"name: a\n\n\n# pllint: allow DLP101 agreed\nconnectors: []\n")
    finding = _finding()._replace(at=Anchor(source, known=Span(5, 1, 5, 9)))

    ((_, reason),) = Suppression(Settings(), tuple(_CHECKS.values()), Workspace(), _AS_OF).decide([finding])

    assert reason == "agreed"
