"""The production checklist: what is open, what closes it, and the status."""

import datetime
import json
import shutil
import time
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

import pytest

from pllint.cli.dispatch import run
from pllint.report import RenderOptions
from pllint.report.checklist import Checklist, Line, as_markdown, as_text
from pllint.schema import violations

_EXAMPLE = Path(__file__).parents[2] / "examples" / "contoso"
_MISSING = ("LIF108", "LIF109", "LIF111", "DLP112")
"""What keeps the example's ParcelDesk from production."""

Open = dict[str, str]
"""The state of each open requirement, by the first of its checks."""


class Judge(Protocol):
    """Runs the command and gives its status and what is open."""

    def __call__(self, *arguments: str) -> tuple[int, Open]: ...


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "contoso"
    shutil.copytree(_EXAMPLE, folder)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def judged(capsys: pytest.CaptureFixture[str]) -> Judge:
    def judge(*arguments: str) -> tuple[int, Open]:
        status = run(["gate", *arguments, "--format", "json"])
        document = json.loads(capsys.readouterr().out)
        assert violations("gate", document) == []
        assert document["passes"] == (status == 0)
        rows = [row for row in document["rows"] if row["state"] != "met" and "waived:" not in row["evidence"]]
        return status, {row["checks"][0]: row["state"] for row in rows}

    return judge


def _waive(project: Path, *checks: str, by: str = "    by: Iris\n", target: str = "Parcel tracking") -> None:
    lines = "".join(
        f"  - check: {check}\n    for: {target}\n    reason: Pilot until spring\n    ends: 2026-12-31\n{by}"
        for check in checks
    )
    (project / "governance" / "waivers.yaml").write_text(f"waivers:\n{lines}", encoding="utf-8")


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.usefixtures("project")
def test_what_is_not_on_record_keeps_a_solution_from_production(judged: Judge) -> None:
    assert judged("ParcelDesk", "--to", "hr-production") == (1, dict.fromkeys(_MISSING, "missing"))


@pytest.mark.usefixtures("project")
def test_a_sandbox_asks_for_review_and_development_only(judged: Judge) -> None:
    assert judged("parceldesk", "--to", "hr-test") == (1, {"DLP112": "missing"})


@pytest.mark.parametrize(
    "solution", ["solutions/ParcelDesk_1_4_0_2.zip", "../export/out.zip"], ids=["of the project", "of the export step"]
)
def test_a_package_is_judged_by_the_project_around_the_working_directory(
    project: Path, solution: str, judged: Judge
) -> None:
    (project.parent / "export").mkdir()
    shutil.copy(project / "solutions" / "ParcelDesk_1_4_0_2.zip", project.parent / "export" / "out.zip")

    assert judged(solution, "--to", "hr-production") == (1, dict.fromkeys(_MISSING, "missing"))


def test_waivers_that_name_who_gave_them_close_requirements(project: Path, judged: Judge) -> None:
    _waive(project, *_MISSING)

    assert judged("ParcelDesk", "--to", "hr-production") == (0, {})


def test_a_waiver_that_only_the_gate_needs_is_not_called_unused(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _waive(project, "LIF108", "security-review-missing", "LIF110")

    run(["check", "--select", "LIF", "--output", "concise"])

    told = [line for line in capsys.readouterr().out.splitlines() if "LIF304" in line]
    assert ["LIF108" in line for line in told] == [False, False]  # the other two silence nothing at any stage


@pytest.mark.parametrize("by", ["", "    by: Dana\n"], ids=["nobody", "the maker"])
def test_waivers_of_nobody_or_of_the_maker_do_not_count(project: Path, by: str, judged: Judge) -> None:
    _waive(project, *_MISSING)
    _waive(project, "LIF108", by=by)

    assert "LIF108" in judged("ParcelDesk", "--to", "hr-production")[1]


def test_a_waiver_past_its_end_does_not_count(project: Path, judged: Judge) -> None:
    _waive(project, *_MISSING)

    status, left = judged("ParcelDesk", "--to", "hr-production", "--as-of", "2027-01-01")

    assert status == 1
    assert set(_MISSING) <= set(left)


def test_mandatory_checks_cannot_be_waived(project: Path, judged: Judge) -> None:
    _waive(project, *_MISSING)
    with (project / "pllint.yaml").open("a", encoding="utf-8") as file:
        file.write("\nmandatory: [licence-verification-missing]\n")

    assert judged("ParcelDesk", "--to", "hr-production") == (1, {"LIF109": "missing"})


def test_a_check_that_the_settings_ignore_is_asked_all_the_same(project: Path, judged: Judge) -> None:
    with (project / "pllint.yaml").open("a", encoding="utf-8") as file:
        file.write("\nchecks: {ignore: [LIF, LIC, DLP]}\n")

    assert judged("ExpenseApproval", "--to", "hr-production") == (1, {"LIC401": "missing"})


def test_an_unregistered_connector_keeps_it_back(project: Path, judged: Judge) -> None:
    (project / "governance" / "connectors.yaml").write_text("connectors: []\n", encoding="utf-8")

    assert judged("ParcelDesk", "--to", "hr-test")[1] == {"LIF101": "missing", "DLP112": "missing"}


def test_a_retired_connector_keeps_it_back(project: Path, judged: Judge) -> None:
    _replace(project / "governance" / "connectors.yaml", "stage: deployment", "stage: retired")

    assert judged("ParcelDesk", "--to", "hr-production")[1] == {
        "LIF204": "missing", "LIF201": "missing", "DLP112": "missing",
    }  # fmt: skip


def test_a_definition_that_is_no_longer_what_was_reviewed_is_stale(project: Path, judged: Judge) -> None:
    _replace(project / "governance" / "connectors.yaml", "api.contoso.example", "api.fabrikam.example")

    assert judged("ExpenseApproval", "--to", "hr-production")[1] == {"LIF119": "stale", "LIC401": "missing"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("people: 2900, licensed: 2900", "people: 2900, licensed: 2600"),
        ("- {date: 2026-10-30, people: 2900, licensed: 2900}", "- {date: 2026-10-30}"),
    ],
    ids=["by the last spot check", "by the count before approval"],
)
def test_fewer_licences_than_people_keep_it_back(project: Path, old: str, new: str, judged: Judge) -> None:
    connectors = project / "governance" / "connectors.yaml"
    _replace(connectors, old, new)
    _replace(connectors, "available: 2900", "available: 2600")

    assert judged("ExpenseApproval", "--to", "hr-production")[1] == {"LIC101": "missing", "LIC401": "missing"}


def test_deployment_settings_of_the_environment_have_to_be_there_and_filled_in(project: Path, judged: Judge) -> None:
    settings = project / "deployment" / "parcel-desk" / "hr-production.deploymentSettings.json"
    document = json.loads(settings.read_text(encoding="utf-8-sig"))
    document["ConnectionReferences"][0]["ConnectionId"] = ""
    settings.write_text(json.dumps(document), encoding="utf-8")
    assert judged("ParcelDesk", "--to", "hr-production")[1]["SOL106"] == "missing"

    settings.unlink()
    assert judged("ParcelDesk", "--to", "hr-production")[1]["SOL106"] == "missing"


def test_without_policies_and_records_nothing_is_known(project: Path, judged: Judge) -> None:
    shutil.rmtree(project / "governance")
    shutil.rmtree(project / "policies")

    found = judged("ParcelDesk", "--to", "HR production")[1]

    assert found.pop("SOL106") == "missing"  # nothing says any more that hr-production is this environment
    assert found == {"LIF101": "unknown", "DLP110": "unknown", "LIC401": "unknown"}


def test_a_part_that_cannot_be_read_keeps_it_back(project: Path, judged: Judge) -> None:
    flow = next((project / "solutions" / "expense" / "Workflows").glob("NotifyApprover*.json"))
    flow.write_text("{", encoding="utf-8")

    assert judged("ExpenseApproval", "--to", "hr-production")[1]["SRC001"] == "unknown"
    assert "SRC001" not in judged("ParcelDesk", "--to", "hr-production")[1]


def test_a_policy_that_cannot_be_read_keeps_every_solution_back(project: Path, judged: Judge) -> None:
    (project / "policies" / "outside-hr.json").write_text("{", encoding="utf-8")

    assert judged("ParcelDesk", "--to", "hr-production")[1]["SRC001"] == "unknown"


def test_a_part_that_the_solution_names_and_does_not_hold_keeps_it_back(project: Path, judged: Judge) -> None:
    next((project / "solutions" / "expense" / "Workflows").glob("NotifyApprover*F001.json")).unlink()

    assert judged("ExpenseApproval", "--to", "hr-production")[1]["SOL404"] == "unknown"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["Parceldisk", "--to", "hr-test"], "no solution 'Parceldisk': did you mean 'ParcelDesk'?"),
        (["ParcelDesk", "--to", "hr-tset"], "no environment 'hr-tset': did you mean 'hr-test'?"),
        (["ParcelDesk"], "--to ENV says which environment"),
        (["policies", "--to", "hr-test"], "policies holds no solution"),
        (["solutions", "--to", "hr-test"], "solutions holds 2 solutions"),
        (["ParcelDesk", "--to", "hr-test", "--format", "jason"], "did you mean json?"),
    ],
)
@pytest.mark.usefixtures("project")
def test_wrong_use_is_one_line(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["gate", *arguments]) == 2
    assert said in capsys.readouterr().err


_LINE = Line(
    stage="deployment",
    requirement="the connector '<b>Parcels|x' has a security review",
    state="missing",
    evidence="none\x1b[31m",
    checks=("LIF107",),
    who="IT security",
    place="governance/a.yaml:3",
    waived="",
)


def test_a_screen_shows_who_has_to_act_and_obeys_nothing() -> None:
    shown = as_text(Checklist("Desk", "prod", (_LINE,), "2026-11-21"), RenderOptions())

    assert "IT security has to act (LIF107)" in shown
    assert "\x1b" not in shown
    assert shown.endswith("Desk may not go to prod: 1 of 1 requirements is open\n")


def test_a_pull_request_shows_what_is_open_first_and_no_markup() -> None:
    met = _LINE._replace(state="met", requirement="is registered")
    shown = as_markdown(Checklist("Desk", "prod", (met, _LINE), "2026-11-21"))

    assert shown.index("security review") < shown.index("is registered")
    assert "<b>" not in shown
    assert "Parcels\\|x" in shown


_LOOKUP = "ExpenseApproval"
"""The example's solution with a connector in production, `Employee lookup`."""


@pytest.mark.parametrize(
    ("old", "new", "check"),
    [
        ("    owner: hr-integration\n", "", "LIF116"),
        (
            "      reviewed: {by: it-security, person: Omar, date: 2026-02-03, ref: REQ-118, result: approved}\n",
            "",
            "LIF102",
        ),
        ("      data: confidential\n", "", "LIF103"),
        (
            "    owner: hr-integration\n",
            "    owner: hr\n    created: {environment: hr-test, date: 2026-01-05}\n",
            "LIF104",
        ),
        ("      operations: [GetManager]\n", "      operations: [GetManager, SetManager]\n", "LIF119"),
        ("      environment: dana-developer\n      test", "      environment: hr-test\n      test", "LIF105"),
        ("      test-environment: hr-test\n", "      test-environment: hr-production\n", "LIF106"),
        (
            "      security-review: {by: it-security, person: Omar, date: 2026-09-14, ref: SEC-44, result: approved}\n",
            "",
            "LIF107",
        ),
        ("      dlp: {policy: Tenant baseline, group: business, by: coe, date: 2026-09-15}\n", "", "LIF108"),
        (
            (
                "      licences: {people: 2900, plan: power-apps-per-app, available: 2900, by: licence-admin,"
                " date: 2026-09-16}\n"
            ),
            "",
            "LIF109",
        ),
        ("licences: {people: 2900,", "licences: {people: 2700,", "LIF110"),
        ("      approved: {by: coe, person: Iris, date: 2026-09-17, ref: CHG-7}\n", "", "LIF111"),
        ("person: Iris", "person: Dana", "LIF112"),
        ("      usage: {date: 2026-10-30, by: coe, from: admin-centre}\n", "", "LIF113"),
        ("      rate-limit: {watched-in: api-management, limit: 600 per minute, date: 2026-10-30}\n", "", "LIF115"),
        ("date: 2026-09-15}", "date: 2026-09-18}", "LIF117"),
        ("      usage: {date: 2026-10-30,", "      usage: {date: 2026-11-30,", "LIF118"),
        (
            "environments: [hr-test, hr-production]\n    request:\n      endpoint: api.contoso",
            "environments: [hr-prod]\n    request:\n      endpoint: api.contoso",
            "LIF301",
        ),
        ("      test-environment: hr-test\n", "      test-environment: hr-tset\n", "LIF302"),
        ("licensed: 2900", "licensed: 2899", "LIC101"),
    ],
)
def test_every_row_of_the_table_of_stages_keeps_it_back(
    project: Path, old: str, new: str, check: str, judged: Judge
) -> None:
    assert check not in judged(_LOOKUP, "--to", "hr-production", "--as-of", "2026-11-21")[1]

    path = project / "governance" / "connectors.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")

    status, left = judged(_LOOKUP, "--to", "hr-production", "--as-of", "2026-11-21")
    assert status == 1
    assert left.get(check) in {"missing", "stale"}


@pytest.mark.parametrize(("day", "late"), [("2027-01-30", False), ("2027-01-31", True)])
@pytest.mark.usefixtures("project")
def test_a_spot_check_that_is_overdue_keeps_it_back(day: str, late: bool, judged: Judge) -> None:  # noqa: FBT001 - a table's column
    assert ("LIF114" in judged(_LOOKUP, "--to", "hr-production", "--as-of", day)[1]) == late


@pytest.mark.parametrize(
    ("old", "new", "check"),
    [
        ("    justification: Replaces paper claims\n", "", "LIF123"),
        ("    mitigation: Paper form F-12, kept at reception\n", "", "LIF124"),
        ("    maker: dana\n", "    maker: dana\n    retired: true\n", "LIF204"),
        ("shared-with: [office-staff,", "shared-with: [office-stuff,", "LIF302"),
    ],
)
def test_the_record_of_an_app_keeps_it_back(project: Path, old: str, new: str, check: str, judged: Judge) -> None:
    assert check not in judged(_LOOKUP, "--to", "hr-production")[1]

    _replace(project / "governance" / "apps.yaml", old, new)

    assert judged(_LOOKUP, "--to", "hr-production")[1].get(check) == "missing"


def test_licences_show_their_numbers(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (project / "governance" / "licences.yaml").open("a", encoding="utf-8") as file:
        file.write("  - {plan: power-apps-per-app, purchased: 2900, allocated: {hr-production: 2000}}\n")
    run(["gate", _LOOKUP, "--to", "hr-production", "--format", "json"])
    rows = json.loads(capsys.readouterr().out)["rows"]
    of = {row["requirement"]: row for row in rows}

    assert of["the people of 'Remind line managers' have licences"]["evidence"].endswith("1 needed (account), 0 short")
    short = of["the people of 'Expense approval' have licences"]
    assert short["state"] == "missing"
    assert "900" in short["evidence"]
    assert {"LIC101", "LIC106"} & set(short["checks"])


@pytest.mark.parametrize("line", ["    reason: Pilot until spring\n", "    ends: 2026-12-31\n"])
def test_a_waiver_takes_a_reason_and_an_end(project: Path, line: str, judged: Judge) -> None:
    _waive(project, *_MISSING)
    _replace(project / "governance" / "waivers.yaml", line, "")

    assert judged("ParcelDesk", "--to", "hr-production")[0] == 1


def test_a_checklist_says_of_which_day_it_is(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    del project
    for form in ("text", "markdown"):
        run(["gate", "ParcelDesk", "--to", "hr-test", "--as-of", "2028-02-29", "--format", form])
        assert "As of 2028-02-29." in capsys.readouterr().out


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12"])
def test_today_is_the_day_where_the_machine_is(
    zone: str, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    del project
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        before = datetime.datetime.now(ZoneInfo(zone)).date()
        run(["gate", "ParcelDesk", "--to", "hr-test", "--as-of", "today", "--format", "json"])
        after = datetime.datetime.now(ZoneInfo(zone)).date()
    finally:
        monkeypatch.undo()
        time.tzset()

    # The two zones are 26 hours apart: at no moment is it the same day in both.
    assert json.loads(capsys.readouterr().out)["as-of"] in {before.isoformat(), after.isoformat()}


@pytest.mark.parametrize("mandatory", [False, True])
def test_a_run_heeds_no_waiver_of_a_mandatory_check(
    project: Path,
    mandatory: bool,  # noqa: FBT001 - a table's column
    capsys: pytest.CaptureFixture[str],
) -> None:
    retirements = project / "governance" / "retirements.yaml"
    retirements.write_text(
        retirements.read_text(encoding="utf-8").partition("    licence-review:")[0], encoding="utf-8"
    )
    _waive(project, "LIF201", target="Old leave app")
    if mandatory:
        with (project / "pllint.yaml").open("a", encoding="utf-8") as file:
            file.write("\nmandatory: [retirement-licence-review-missing]\n")

    assert run(["check", "--select", "LIF201"]) == int(mandatory)
    assert ("nothing may waive this check" in capsys.readouterr().out) == mandatory
