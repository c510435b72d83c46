"""`pllint matrix`: every component in every environment it goes to."""

import csv
import io
import json
from pathlib import Path

import pytest

from pllint.schema import violations
from tests.cli.conftest import GMAIL, SHAREPOINT, Run, flow, policy, write


@pytest.mark.usefixtures("estate")
def test_json_has_a_row_for_each_component_and_environment(run: Run) -> None:
    status, out, _ = run("matrix", "--format", "json")

    rows = json.loads(out)
    assert status == 0
    assert not violations("matrix", rows)
    assert [(row["component"]["name"], row["environment"], row["verdict"]) for row in rows] == [
        ("Copy", "hr-production", "allowed"),
        ("Copy", "hr-test", "allowed"),
        ("Copy", "any other environment", "allowed"),
        ("Notify", "hr-production", "violation"),
        ("Notify", "hr-test", "violation"),
        ("Notify", "any other environment", "violation"),
    ]
    assert rows[3]["because"] == [{"policy": "Baseline", "rule": "blocked_connector", "connectors": ["shared_twitter"]}]


@pytest.mark.usefixtures("estate")
def test_env_judges_for_one_environment_and_only_leaves_the_rest_out(run: Run) -> None:
    _, out, _ = run("matrix", "--format", "json", "--env", "hr-test", "--only", "violation")

    assert [(row["component"]["name"], row["environment"]) for row in json.loads(out)] == [("Notify", "hr-test")]


def test_environments_of_equal_columns_are_one_column(estate: Path, run: Run) -> None:
    other = policy("Test only", blocked=[SHAREPOINT], scope="OnlyEnvironments", environments=["hr-test"])
    other["connectorGroups"] = [{"classification": "Blocked", "connectors": [{"id": GMAIL}]}]
    write(estate / "policies" / "test.json", other)
    write(estate / "flows" / "mail.json", flow("Mail", ("Send", GMAIL, "SendEmail")))

    _, out, _ = run("matrix")

    assert out.startswith("Environments\n  1   hr-production and any other environment\n  2   hr-test\n\n")
    assert "\nMail (cloud flow)         allowed    violation\n" in out
    assert "\nNotify (cloud flow)       violation  violation\n" in out


@pytest.mark.usefixtures("estate")
def test_few_environments_head_their_columns_by_name(run: Run) -> None:
    _, out, _ = run("matrix", "--env", "hr-test")

    assert out == (
        "Component                 hr-test\n"
        "Copy (cloud flow)         allowed\n"
        "Notify (cloud flow)       violation\n"
        "\n"
        "Notify (cloud flow): violation in hr-test: 'Baseline' blocks X (shared_twitter)\n"
        "\n"
        "2 components in 1 environment: 1 violation, 0 open, 1 allowed. `pllint why COMPONENT` tells the\n"
        "chain.\n"
    ).replace("X (shared", f"{_twitter()} (shared")


def _twitter() -> str:
    from pllint.catalogue import Catalogue

    return Catalogue().name_of("shared_twitter")


def test_a_cell_that_a_spreadsheet_would_calculate_is_text(estate: Path, run: Run) -> None:
    write(estate / "flows" / "copy.json", flow('=HYPERLINK("x")', ("Read", SHAREPOINT, "Get")))

    _, out, _ = run("matrix", "--format", "csv", "--env", "hr-test")

    rows = list(csv.reader(io.StringIO(out)))
    assert rows[0] == ["kind", "name", "id", "solution", "environment", "verdict", "policies", "rules", "connectors"]
    assert rows[1][1] == '\'=HYPERLINK("x")'
    assert rows[2][4:] == ["hr-test", "violation", "Baseline", "blocked_connector", "shared_twitter"]


def test_markdown_shows_names_as_they_are(estate: Path, run: Run) -> None:
    write(estate / "flows" / "copy.json", flow("<b>|x", ("Read", SHAREPOINT, "Get")))

    _, out, _ = run("matrix", "--format", "markdown", "--env", "hr-test")

    assert out == (
        "| component | hr-test |\n| --- | --- |\n"
        "| &lt;b&gt;\\|x (cloud flow) | allowed |\n"
        "| Notify (cloud flow) | **violation** |\n"
    )


def test_environments_of_one_name_are_told_apart(estate: Path, run: Run) -> None:
    write(
        estate / "inventory.json",
        [{"EnvironmentName": id_, "DisplayName": "Twin", "EnvironmentType": "Sandbox"} for id_ in ("id-1", "id-2")],
    )

    _, out, _ = run("matrix", "--format", "json")

    names = [row["environment"] for row in json.loads(out)][:5]
    assert {"Twin (id-1)", "Twin (id-2)"} <= set(names)


def test_nothing_read_is_status_3(tmp_path: Path, run: Run) -> None:
    status, out, _ = run("matrix", str(tmp_path))

    assert (status, out) == (3, "Read no app, flow or agent that data policies govern.\n")


@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.95])
def test_a_policy_that_was_cut_off_leaves_every_verdict_open(estate: Path, run: Run, share: float) -> None:
    path = estate / "policies" / "baseline.json"
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: int(len(text) * share)], encoding="utf-8")

    _, out, _ = run("matrix", "--format", "json")

    assert {row["verdict"] for row in json.loads(out)} == {"open"}


@pytest.mark.parametrize("name", ["policies/other.json", "other.json"])
def test_a_readable_policy_still_blocks_beside_one_that_was_cut_off(estate: Path, run: Run, name: str) -> None:
    (estate / name).write_text('{"connectorGroups": [', encoding="utf-8")

    _, out, _ = run("matrix", "--format", "json", "--env", "hr-test")

    assert [(row["component"]["name"], row["verdict"]) for row in json.loads(out)] == [
        ("Copy", "open"),
        ("Notify", "violation"),
    ]


def test_a_broken_file_that_has_nothing_to_do_with_policies_opens_no_verdict(estate: Path, run: Run) -> None:
    (estate / "notes.json").write_text('{"title": [', encoding="utf-8")

    _, out, _ = run("matrix", "--format", "json", "--env", "hr-test")

    assert [row["verdict"] for row in json.loads(out)] == ["allowed", "violation"]


def test_an_open_verdict_names_the_file_that_cannot_be_read(estate: Path, run: Run) -> None:
    (estate / "policies" / "other.json").write_text('{"connectorGroups": [', encoding="utf-8")

    _, out, _ = run("check", "--select", "DLP110", "--env", "hr-test", "--output", "json")

    found = [one for one in json.loads(out)["findings"] if one["check"] == "DLP110"]
    assert [(one["message"].partition(": ")[2], one["remedy"]) for one in found] == [
        (
            "what policies/other.json says of hr-test is not known, since the file cannot be read",
            "Export policies/other.json again and commit it whole",
        )
    ]
