"""`pllint licences`: the rows of its schema, the sums of the worked example, and a table of 80 columns."""

import csv
import io
import json
from pathlib import Path

import pytest

from pllint.cli.dispatch import run
from pllint.schema import violations

APP = """<CanvasApp>
  <Name>ctx_claims</Name>
  <DisplayName>=Claims</DisplayName>
  <ConnectionReferences>{"a1": {"id": "/providers/microsoft.powerapps/apis/shared_sql", "displayName": "SQL Server",
    "dataSources": ["Claims"]}}</ConnectionReferences>
</CanvasApp>
"""
SOLUTION = (
    "<ImportExportXml><SolutionManifest><UniqueName>Claims</UniqueName><Version>1.0</Version></SolutionManifest>"
    "</ImportExportXml>"
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for path, text in (
        ("solutions/claims/CanvasApps/ctx_claims.meta.xml", APP),
        ("solutions/claims/Other/Solution.xml", SOLUTION),
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    (tmp_path / "pllint.yaml").write_text("as-of: 2026-11-21\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _manifest(project: Path, people: int, licences: str = "", tenant: str = "") -> None:
    (project / "governance").mkdir()
    (project / "governance/estate.yaml").write_text(
        f"tenant: {{currency: GBP{tenant}}}\n"
        "environments: [{name: hr-production, type: production}]\n"
        f"populations: [{{name: staff, people: {people}}}]\n"
        "apps: [{name: =Claims, environment: hr-production, shared-with: [staff], plan: power-apps-per-app}]\n"
        f"licences: [{licences}]\n",
        encoding="utf-8",
    )


def _json(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    assert run(["licences", "--format", "json"]) == 0
    document: dict[str, object] = json.loads(capsys.readouterr().out)
    assert violations("licences", document) == []
    return document


_AT_4 = (
    "{plan: power-apps-per-app, purchased: 100, allocated: {hr-production: 100}, price: 4},"
    " {plan: power-apps-premium, purchased: 0, price: 18}"
)


def test_the_worked_example_of_500_people_comes_out_exactly(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _manifest(project, 500, _AT_4)

    document = _json(capsys)

    assert document["cost"] == {
        "currency": "GBP",
        "price-list": "gbp-ea",
        "yearly": {
            "intended": 24_000, "per-app": 24_000, "per-user": 108_000, "mixed": 24_000, "cheapest": "per-app",
        },
    }  # fmt: skip


def test_a_range_of_prices_gives_ranges(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _manifest(project, 3000)

    cost = _json(capsys)["cost"]

    assert isinstance(cost, dict)
    assert cost["yearly"]["per-app"] == [126_000, 162_000]
    assert cost["yearly"]["per-user"] == [576_000, 720_000]


def test_an_app_says_who_needs_what_and_how_many_are_short(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _manifest(project, 500, _AT_4)

    components = _json(capsys)["components"]

    assert isinstance(components, list)
    app = components[0]
    assert app["needs"] == [
        {"who": "users", "people": 500, "plans": ["power-apps-premium", "power-apps-per-app"], "level": "required"}
    ]
    assert (app["required"], app["available"], app["short"]) == (500, 100, 400)


def test_a_plan_without_a_price_in_the_currency_is_named(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _manifest(project, 500, "{plan: power-apps-per-app, purchased: 1, price: 4}", ", price-list: none-of-ours")

    cost = _json(capsys)["cost"]

    assert isinstance(cost, dict)
    assert cost["price-missing"] == ["power-apps-premium"]
    assert cost["yearly"] == {"intended": 24_000}


def test_the_table_fits_80_columns(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _manifest(project, 500, _AT_4)
    monkeypatch.setenv("COLUMNS", "80")

    assert run(["licences"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("=Claims") and line.split()[1:] == ["500", "100", "400"] for line in lines)
    assert max(map(len, lines)) <= 100


def test_csv_holds_the_columns_of_the_coverage_report_and_no_formula(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _manifest(project, 500, _AT_4)

    assert run(["licences", "--format", "csv"]) == 0

    head, row = capsys.readouterr().out.splitlines()
    assert head.startswith(
        "Name,Environment,Stage,Tier,Because of,Population,Plan,Required,Available,Short,A year,Currency,"
    )
    assert not row.lstrip('"').startswith("=")
    assert head.endswith(",Who needs what")
    assert row.endswith('"users 500: any of Power Apps Premium, Power Apps per app"')


def test_markdown_is_a_table(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _manifest(project, 500, _AT_4)

    assert run(["licences", "--format", "markdown"]) == 0

    out = capsys.readouterr().out
    assert out.startswith("| Name | Environment |")
    assert "| Power Apps per app | 100 | 100 | 500 | 400 |" in out


def test_without_a_manifest_it_says_what_is_not_known(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert project.exists()
    assert run(["licences"]) == 0

    out = capsys.readouterr().out
    assert "=Claims" in out
    assert "No governance files" in out


def test_prices_of_ones_own_plan_data_are_those_that_count(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _manifest(project, 500)
    (project / "pllint.yaml").write_text("as-of: 2026-11-21\nplans: data/plans.json\n", encoding="utf-8")
    (project / "data").mkdir()
    (project / "data/plans.json").write_text(
        '{"plans": [{"id": "power-apps-per-app", "price": [{"currency": "GBP", "kind": "ea", "is": "3.80"}]}]}',
        encoding="utf-8",
    )

    cost = _json(capsys)["cost"]

    assert isinstance(cost, dict)
    assert cost["yearly"]["per-app"] == 22_800


_TWO_APPS = (
    "tenant: {currency: USD}\n"
    "environments: [{name: hr-production, type: production}]\n"
    "populations: [{name: staff, people: 100, holds: {power-apps-premium: 30}}]\n"
    "apps:\n"
    "  - {name: =Claims, environment: hr-production, shared-with: [staff]}\n"
    "  - {name: Expenses, environment: hr-production, shared-with: [staff]}\n"
    "licences: [{plan: power-apps-per-app, purchased: 200}, {plan: power-apps-premium, purchased: 30}]\n"
)


@pytest.mark.parametrize(
    ("settings", "passes", "yearly"),
    [
        pytest.param("as-of: 2026-11-21\n", 140, 12_000, id="one app a pass"),
        pytest.param("as-of: 2026-11-21\nlicensing: {apps-per-pass: 2}\n", 70, 6_000, id="two by the settings"),
        pytest.param("as-of: 2020-06-01\n", 70, 12_000, id="two by date, at ten dollars"),
    ],
)
def test_who_holds_a_plan_is_counted_under_it_and_the_others_under_passes(
    project: Path, capsys: pytest.CaptureFixture[str], settings: str, passes: int, yearly: int
) -> None:
    other = project / "solutions/claims/CanvasApps/ctx_expenses.meta.xml"
    other.write_text(APP.replace("ctx_claims", "ctx_expenses").replace("=Claims", "Expenses"), encoding="utf-8")
    (project / "governance").mkdir()
    (project / "governance/estate.yaml").write_text(_TWO_APPS, encoding="utf-8")
    (project / "pllint.yaml").write_text(settings, encoding="utf-8")

    document = _json(capsys)

    plans, cost = document["plans"], document["cost"]
    assert isinstance(plans, list)
    assert isinstance(cost, dict)
    required = {one["plan"]: one["required"] for one in plans}
    assert required == {"power-apps-per-app": passes, "power-apps-premium": 30}
    assert cost["yearly"]["per-app"] == yearly


def _listed(project: Path, users: int, groups: int) -> None:
    row = {
        "AppName": "0fe84ba8-bd3a-4834-bb5c-8a6d0dc5d8d5", "DisplayName": "=Claims", "EnvironmentName": "hr-production",
        "Internal": {
            "logicalName": "ctx_claims",
            "properties": {"displayName": "=Claims", "sharedUsersCount": users, "sharedGroupsCount": groups},
        },
    }  # fmt: skip
    (project / "inventory").mkdir()
    (project / "inventory/apps.json").write_text(json.dumps([row]), encoding="utf-8")


def _told(capsys: pytest.CaptureFixture[str], check: str) -> list[str]:
    run(["check", "--output", "json", "--select", check])
    return [one["message"] for one in json.loads(capsys.readouterr().out)["findings"]]


@pytest.mark.parametrize(
    ("users", "people", "told"),
    [
        pytest.param(12, 5, True, id="more are listed than are on record"),
        pytest.param(6, 5, False, id="the owner may be the one"),
        pytest.param(3, 5, False, id="others are in groups"),
    ],
)
def test_people_on_record_are_held_against_those_an_inventory_lists(
    project: Path, capsys: pytest.CaptureFixture[str], users: int, people: int, *, told: bool
) -> None:
    _manifest(project, people, _AT_4)
    _listed(project, users, 2)

    found = _told(capsys, "LIC105")

    listed = f"inventory/apps.json lists it as shared with {users} people and 2 groups"
    assert found == ([f"'=Claims' has 5 people on record (staff 5), but {listed}"] if told else [])


def test_an_app_whose_people_nobody_wrote_down_is_told_with_what_an_inventory_lists(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _listed(project, 1, 0)
    (project / "governance").mkdir()
    (project / "governance/estate.yaml").write_text("environments: [{name: hr-production}]\n", encoding="utf-8")

    (found,) = _told(capsys, "LIC102")

    assert found.endswith("; inventory/apps.json lists it as shared with 1 person")


def _retire(project: Path, review: str, counted: str = "2026-09-01", people: int = 100) -> None:
    """Write down a retirement beside an app whose people need every pass there is."""
    agreement = "{anniversary: 04-01, ends: 2028-03-31, count-reduction: false}"
    passes = "{plan: power-apps-per-app, purchased: 200, allocated: {hr-production: 200}, price: 4}"
    _manifest(project, people, passes, f", licences-as-of: {counted}, agreement: {agreement}")
    (project / "governance/retired.yaml").write_text(
        "apps: [{name: Old leave app, environment: hr-production, plan: power-apps-per-app, retired: true}]\n"
        "retirements:\n"
        "  - app: Old leave app\n"
        "    date: 2026-09-30\n"
        "    population: 200\n"
        f"    licence-review: {{by: licence-admin, {review}}}\n",
        encoding="utf-8",
    )


_DECIDED = "date: 2026-10-02, keep: 50, reassign: 60, reassigned-to: =Claims, reclaim: 90"


def test_what_a_retirement_gave_back_is_seen_in_the_counts_and_in_the_cost(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _retire(project, _DECIDED)

    document = _json(capsys)

    assert document["plans"] == [
        {
            "plan": "power-apps-per-app", "name": "Power Apps per app", "purchased": 200, "assigned": 110,
            "given-back": 90, "required": 100, "short": 0, "as-of": "2026-09-01",
            "may-be-lowered": {"to": 110, "from": "2028-04-01"},
        }
    ]  # fmt: skip
    assert document["retirements"] == [
        {
            "app": "Old leave app", "date": "2026-09-30", "population": 200, "counted-by": "the retirement",
            "licence-review": {
                "date": "2026-10-02", "by": "licence-admin", "keep": 50, "reassign": 60, "reassigned-to": "=Claims",
                "reclaim": 90, "accounted": 200, "left-over": 0,
            },
            "given-back": {
                "licences": 90, "plan": "power-apps-per-app", "environment": "hr-production", "date": "2026-10-02",
                "counts": "lowered", "lowered-by": 90, "because": "the count of 2026-09-01 is lowered from 200 to 110",
            },
            "until-exit": {
                "plan": "power-apps-per-app", "licences": 90, "until": "2028-03-31", "months": 18, "amount": 6480,
            },
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("review", "counted", "people", "expected"),
    [
        pytest.param(_DECIDED, "2026-09-01", 110, (110, 0, None), id="what is left is enough"),
        pytest.param(_DECIDED, "2026-09-01", 111, (110, 1, None), id="one pass too few is left"),
        pytest.param(_DECIDED, "2026-10-02", 200, (200, 0, None), id="the count is of that day"),
        pytest.param("reclaim: 90", "2026-09-01", 120, (110, 0, 10), id="nobody says when it was"),
    ],
)
def test_what_is_left_decides_how_many_are_short(  # noqa: PLR0917 - the columns of a table
    project: Path,
    capsys: pytest.CaptureFixture[str],
    review: str,
    counted: str,
    people: int,
    expected: tuple[int, int, int | None],
) -> None:
    _retire(project, review, counted, people)

    components = _json(capsys)["components"]

    assert isinstance(components, list)
    (app,) = components
    assert (app["available"], app["short"], app.get("unknown")) == expected


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (
            "text",
            [
                "Plans                                           purchased   assigned  given back  required     short",
                "Power Apps per app                                    200        110          90       100         0",
                "the app 'Old leave app', retired on 2026-09-30",
                "  200 people, according to the retirement; keep 50, reassign 60 to =Claims, reclaim 90: everybody is",
                "  90 Power Apps per app passes in hr-production given back on 2026-10-02: the count of 2026-09-01 is",
                "  cost until they can be given up: GBP 6,480, for 18 months of 90 Power Apps per app passes that",
                "From 2028-04-01 on, the 200 Power Apps per app licences that are bought may be lowered to 110; only",
            ],
        ),
        (
            "markdown",
            [
                "| Plan | Purchased | Assigned | Given back | Required | Short |",
                "| Power Apps per app | 200 | 110 | 90 | 100 | 0 |",
                "| Retired | Since | People | Given back | Cost until they can be given up |",
            ],
        ),
    ],
)
def test_retirements_have_a_section(
    project: Path, form: str, said: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _retire(project, _DECIDED)
    monkeypatch.setenv("COLUMNS", "100")

    assert run(["licences", "--format", form]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert [line for line in said if line not in lines] == []


def test_csv_has_a_row_for_each_retirement(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _retire(project, _DECIDED)

    assert run(["licences", "--format", "csv"]) == 0

    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [(row["Stage"], row["Given back"], row["Paid until"], row["Cost until then"]) for row in rows] == [
        ("", "90", "", ""),
        ("retired", "90", "2028-03-31", "6480"),
    ]
    assert rows[1]["Name"] == "Old leave app"
    assert rows[1]["Who needs what"].startswith("200 people, according to the retirement; keep 50, reassign 60")


def test_where_nothing_was_given_back_nothing_is_said_of_it(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _manifest(project, 500, _AT_4)

    document = _json(capsys)
    run(["licences"])

    assert "retirements" not in document
    assert "given" not in json.dumps(document["plans"]) + capsys.readouterr().out
