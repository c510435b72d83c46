"""Every format over one report that is hard to print."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pllint.finding import Report
from pllint.report import FORMATS, Description, RenderOptions, reporter
from pllint.report.json_report import render as render_json
from pllint.report.sarif import render as render_sarif

Snapshot = Callable[[str, str], None]


def _rendered(name: str, report: Report, options: RenderOptions | None = None) -> str:
    found = reporter(name)
    assert found is not None
    return found.render(report, options or RenderOptions())


@pytest.mark.parametrize(
    ("format_name", "file", "options"),
    [
        ("text", "narrow.txt", RenderOptions(width=80)),
        ("text", "wide.txt", RenderOptions(width=120)),
        ("text", "colour.txt", RenderOptions(width=100, colour=True, links=True)),
        ("text", "ascii.txt", RenderOptions(ascii_only=True)),
        ("concise", "concise.txt", RenderOptions()),
        ("json", "report.json", RenderOptions()),
        ("jsonl", "report.jsonl", RenderOptions()),
        ("sarif", "report.sarif", RenderOptions(prefix="estate/")),
        ("github", "github.txt", RenderOptions(prefix="estate/")),
    ],
)
def test_the_whole_output_is_as_recorded(
    report: Report, snapshot: Snapshot, format_name: str, file: str, options: RenderOptions
) -> None:
    snapshot(file, _rendered(format_name, report, options))


@pytest.mark.parametrize("format_name", FORMATS)
def test_nothing_of_a_linted_file_controls_a_terminal(report: Report, format_name: str) -> None:
    text = _rendered(format_name, report)

    assert not [c for c in text if not c.isprintable() and c != "\n"]
    assert "##vso[" not in text
    text.encode()


@pytest.mark.parametrize("format_name", sorted(set(FORMATS) - {"github"}))
def test_no_line_is_a_workflow_command(report: Report, format_name: str) -> None:
    assert not [line for line in _rendered(format_name, report).split("\n") if line.lstrip().startswith("::")]


def test_bytes_are_the_same_for_any_locale_time_zone_and_hash_seed() -> None:
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); from conftest import _report\n"
        "from pllint.report import FORMATS, RenderOptions, reporter\n"
        "for name in FORMATS: sys.stdout.buffer.write(reporter(name).render(_report(), RenderOptions()).encode())"
    )

    def run(**settings: str) -> bytes:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **settings}
        command = [sys.executable, "-c", script, str(Path(__file__).parent)]
        return subprocess.run(command, env=environment, capture_output=True, check=True).stdout

    assert run(LC_ALL="C", TZ="Asia/Tokyo", PYTHONHASHSEED="1") == run(
        LC_ALL="tr_TR.UTF-8", TZ="UTC", PYTHONHASHSEED="2"
    )


def test_json_matches_its_schema(report: Report) -> None:
    schema = pytest.importorskip("pllint.schema")

    assert not schema.violations("report", json.loads(render_json(report, RenderOptions())))


def test_json_leaves_out_keys_that_do_not_apply(report: Report) -> None:
    written = json.loads(render_json(report._replace(profile_met=None), RenderOptions()))

    assert "profile-met" not in written
    assert "component" not in written["findings"][2]


def test_sarif_has_what_github_requires(report: Report) -> None:
    log = json.loads(render_sarif(report, RenderOptions(prefix="estate/")))

    (run,) = log["runs"]
    assert log["version"] == "2.1.0"
    assert run["tool"]["driver"]["name"] == "pllint"
    for rule in run["tool"]["driver"]["rules"]:
        assert rule["id"]
        assert rule["shortDescription"]["text"]
        assert rule["fullDescription"]["text"]
        assert rule["help"]["text"]
    assert len(run["results"]) == len(report.findings)
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"error", "warning", "note"}
        assert result["message"]["text"]
        assert result["partialFingerprints"]
        physical = result["locations"][0]["physicalLocation"]
        assert physical["artifactLocation"]["uri"].startswith("estate/")
        assert physical["region"]["startLine"] >= 1


def test_sarif_puts_a_place_inside_an_archive_beside_the_archive(report: Report) -> None:
    log = json.loads(render_sarif(report, RenderOptions()))

    location = log["runs"][0]["results"][0]["locations"][0]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "exports/Parcels%201.zip"},
        "region": {"startLine": 1},
    }
    assert location["logicalLocations"][0]["name"] == (
        "Workflows/Notify.json#/properties/definition/actions/Post_message"
    )


def test_sarif_marks_waived_findings_as_suppressed(report: Report) -> None:
    results = json.loads(render_sarif(report, RenderOptions()))["runs"][0]["results"]

    assert [bool(result.get("suppressions")) for result in results] == [False, False, False, False, True]


def test_sarif_carries_the_pages_of_its_rules(report: Report) -> None:
    options = RenderOptions(describe=lambda check: Description(summary=f"About {check}.", markdown="# Page\n"))

    rules = json.loads(render_sarif(report, options))["runs"][0]["tool"]["driver"]["rules"]

    assert rules[0]["shortDescription"] == {"text": "About DLP101."}
    assert rules[0]["help"] == {"text": "# Page\n", "markdown": "# Page\n"}
