"""The profile a run ends with."""

import datetime
import os
from pathlib import Path

import pytest

from pllint import api
from pllint.finding import CouldNotRun, Report
from pllint.profiles import PROFILES, held_back_by, profile_met
from pllint.report import RenderOptions
from pllint.report.text import render
from pllint.settings import load, override

_SEVERITIES = {check.id: check.severity for check in api.checks()}


@pytest.mark.parametrize(
    ("lacking", "met"),
    [
        ((), "production"),
        (("LIC401",), "test"),
        (("DLP206",), "test"),
        (("LIF202", "LIC401"), "test"),
        (("DLP101",), "development"),
        (("LIF102",), "development"),
        (("LIF120",), "development"),
        (("SOL106",), None),
        (("SRC001", "LIC401"), None),
        (("DLP110",), "production"),
    ],
)
def test_an_error_check_that_could_not_run_keeps_its_profile_back(lacking: tuple[str, ...], met: str | None) -> None:
    gaps = [CouldNotRun(reason="no facts", check=check) for check in lacking]
    assert profile_met((), gaps, _SEVERITIES) == met


def test_every_check_belongs_to_a_profile() -> None:
    assert all(any(profile.covers(check) for profile in PROFILES) for check in _SEVERITIES)


def test_the_first_profile_asks_no_governance() -> None:
    assert not any(PROFILES[0].covers(check) for check in _SEVERITIES if check.startswith(("DLP", "LIC", "LIF")))


def _linted(folder: Path, settings: str) -> Report:
    (folder / "pllint.yaml").write_text(settings, encoding="utf-8")
    flow = folder / "flows" / "post.json"
    flow.parent.mkdir(exist_ok=True)
    flow.write_text(
        '{"properties": {"connectionReferences": {}, "definition": {"triggers": {"Daily": {"type": "Recurrence"}},'
        ' "actions": {"Post": {"type": "Http", "inputs": {"method": "POST", "uri": "https://a.example"}}}}}}',
        encoding="utf-8",
    )
    records = folder / "governance" / "flows.yaml"
    records.parent.mkdir(exist_ok=True)
    records.write_text("flows:\n  - {name: post, owner: svc}\n", encoding="utf-8")
    return api.lint(
        [os.fspath(folder)], override(load(os.fspath(folder)), fail_on="never"), datetime.date(2026, 11, 21)
    )


def test_findings_that_count_keep_a_profile_back(tmp_path: Path) -> None:
    report = _linted(tmp_path, "")
    assert report.profile_met == "development"
    assert {"DLP101", "LIF120"} <= set(report.held_back_by)  # no policy was found, and nobody approved HTTP
    said = render(report, RenderOptions()).splitlines()
    assert said[-2].startswith("The profile test is held back by DLP101, ")
    assert said[-1].endswith("; profile met: development.")


@pytest.mark.parametrize(
    ("lacking", "expected"),
    [
        ((), ()),
        (("LIC401", "DLP101", "LIF102"), ("DLP101", "LIF102")),
        (("LIC401", "LIF202", "DLP110"), ("LIC401", "LIF202")),
        (("SOL106", "DLP101"), ("SOL106",)),
    ],
)
def test_only_what_the_next_profile_asks_holds_it_back(lacking: tuple[str, ...], expected: tuple[str, ...]) -> None:
    gaps = [CouldNotRun(reason="no facts", check=check) for check in lacking]
    assert held_back_by(profile_met((), gaps, _SEVERITIES), (), gaps, _SEVERITIES) == expected


def test_a_run_that_meets_no_profile_says_so() -> None:
    report = Report(
        version="0.1",
        as_of="2026-11-21",
        data=(),
        read=(("flows", 1),),
        skipped=(),
        could_not_run=(),
        findings=(),
        exit_status=1,
        held_back_by=tuple(f"SOL{number}" for number in range(101, 115)),
    )
    *_, before, last = render(report, RenderOptions()).splitlines()
    assert before.endswith("SOL108 and 6 more.")
    assert last.endswith("; profile met: none.")


@pytest.mark.parametrize(("asked", "status"), [("development", 0), ("test", 1), ("production", 1)])
def test_a_profile_that_the_settings_ask_for_decides_the_status(tmp_path: Path, asked: str, status: int) -> None:
    report = _linted(tmp_path, f"profile: {asked}")
    assert (report.profile_met, report.exit_status) == ("development", status)
    said = render(report, RenderOptions()).splitlines()[-1]
    assert (f"profile asked for: {asked}" in said) == bool(status)


def test_a_selection_of_checks_tells_no_profile(tmp_path: Path) -> None:
    assert _linted(tmp_path, "checks: {select: [SRC]}").profile_met is None


def test_a_run_that_read_nothing_tells_no_profile(tmp_path: Path) -> None:
    report = api.lint([os.fspath(tmp_path)], load(os.fspath(tmp_path)), datetime.date(2026, 11, 21))
    assert report.profile_met is None
