"""One hand-made report with what makes printing hard: hostile text, archives, long lines, names in other scripts."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pllint.finding import (
    ComponentRef,
    Confidence,
    CouldNotRun,
    Place,
    Report,
    ReportedFinding,
    ReportedRelated,
    Severity,
    Skipped,
)
from pllint.source import Span

_NOTIFY = ComponentRef(kind="cloud-flow", name="Notify", id="5b8f2c1e-0000-4000-8000-000000000001", solution="Parcels")
_REMIND = ComponentRef(kind="cloud-flow", name="Remind", id="5b8f2c1e-0000-4000-8000-000000000002", solution="Parcels")
_POST = "/properties/definition/actions/Post_message"
_ONE_LINE = '{"properties":{"definition":{"actions":{' + '"Wait":{"type":"Wait"},' * 40 + '"Post_message":{}}}}}'
_COLUMN = _ONE_LINE.index('"Post_message"') + 1
_POLICY_LINE = ReportedRelated(
    message="Twitter is listed under Blocked", place=Place("policies/tenant.json", Span(14, 9, 14, 30))
)


def _blocked(component: ComponentRef, environment: str, path: str, fingerprint: str) -> ReportedFinding:
    return ReportedFinding(
        check="DLP101",
        name="blocked-connector",
        severity=Severity.ERROR,
        confidence=Confidence.CERTAIN,
        message=f"Twitter is blocked by the data policy 'Tenant baseline': {component.name} will be suspended in"
        f" {environment}",
        remedy="Ask the policy's administrator to move Twitter out of Blocked, or use another connector",
        place=Place(path, Span(1, _COLUMN, 1, _COLUMN + 14, _POST)),
        component=component,
        environment=environment,
        policy="Tenant baseline",
        connectors=("shared_twitter",),
        related=(_POLICY_LINE,),
        source="https://learn.microsoft.com/power-platform/admin/dlp-connector-classification",
        fingerprint=fingerprint,
        excerpt=(_ONE_LINE,),
    )


def _report() -> Report:
    hostile = ReportedFinding(
        check="LIF302",
        name="manifest-reference-unknown",
        severity=Severity.WARNING,
        confidence=Confidence.LIKELY,
        message="nobody is called '::error::\x1b]0;owned\x07 ##vso[task.complete]\u202e100%,\n=cmd()|\"<b>'",
        remedy="",
        place=Place("governance/people :: café.yaml", Span(3, 12, 3, 20, "/flows/0/owner")),
        component=None,
        environment=None,
        policy=None,
        connectors=(),
        related=(),
        source="",
        fingerprint="00aa",
        excerpt=("\t- owner: 東京\x1b[2J\u202eabc # café",),
    )
    zipped = "exports/Parcels 1.zip!Workflows/Notify.json"
    return Report(
        version="0.1.0",
        as_of="2026-11-21",
        data=(("connectors", "2026-09-05"), ("plans", "2026-11-21")),
        read=(("solutions", 2), ("cloud-flows", 14), ("policies", 1), ("governance-files", 3)),
        skipped=(Skipped("notes/read\u202eme.json", "not a form pllint reads"), Skipped("a.bin", "too big")),
        could_not_run=(
            CouldNotRun(reason="no licence counts", remedy="add governance/licences.yaml", check="LIC401"),
            CouldNotRun(reason="no licence counts", remedy="add governance/licences.yaml", check="LIC402"),
            CouldNotRun(reason="the host is not known", check="DLP104", component=_NOTIFY),
        ),
        findings=(
            _blocked(_NOTIFY, "hr-production", zipped, "00ab"),
            _blocked(_NOTIFY, "hr-test", zipped, "00ac"),
            hostile,
            _blocked(_REMIND, "hr-production", "src/Remind.json", "00ad"),
            _blocked(_REMIND, "hr-test", "src/Remind.json", "00ae")._replace(waived="Ends with the \ud800 trial"),
        ),
        exit_status=1,
        profile_met="development",
        held_back_by=("DLP101", "LIF102"),
    )


@pytest.fixture
def report() -> Report:
    """Give the hand-made report."""
    return _report()


@pytest.fixture
def snapshot(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare text with a file beside the tests; `--accept` writes the file instead."""

    def compare(name: str, text: str) -> None:
        path = Path(__file__).parent / "snapshots" / name
        content = text.encode()
        if request.config.getoption("--accept", default=False):
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
        assert content.decode() == path.read_bytes().decode()

    return compare
