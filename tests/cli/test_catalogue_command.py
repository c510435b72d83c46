"""`pllint catalogue`: what is shipped, what is found, and what a tenant's export becomes."""

import json
from pathlib import Path

import pytest

from pllint.cli import main
from pllint.schema import violations

ROW = {
    "id": "/providers/Microsoft.PowerApps/apis/shared_parcels",
    "name": "shared_parcels",
    "display_name": "Parcels",
    "publisher": "Contoso",
    "tier": "Standard",
    "type": "Microsoft.PowerApps/apis",
    "unblockable": False,
}
CUSTOM = "/providers/Microsoft.PowerApps/apis/shared_ctx-5fdepot-5f0123456789abcdef"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty repository that is the working directory."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _json(capsys: pytest.CaptureFixture[str]) -> object:
    return json.loads(capsys.readouterr().out)


def _write(name: str, value: object) -> str:
    Path(name).write_text(json.dumps(value), encoding="utf-8")
    return name


@pytest.mark.usefixtures("project")
def test_info_tells_dates_counts_and_sources(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["catalogue", "info", "--format", "json"]) == 0

    facts = _json(capsys)
    assert isinstance(facts, dict)
    assert (facts["connectors"]["as-of"], facts["connectors"]["count"]) == ("2026-09-05", 1667)
    assert facts["connectors"]["tiers"] == {"premium": 1408, "standard": 177, "unknown": 82}
    assert {"name": "exp2507", "as-of": "2025-07-26"} in facts["connectors"]["sources"]
    assert "tenant" not in facts
    assert (facts["plans"]["as-of"], facts["plans"]["count"]) == ("2026-11-21", 41)
    assert {"name": "gbp-ea", "currency": "GBP", "kind": "ea"} in facts["plans"]["price-lists"]
    assert ("REQ", "2025-05-29") in [(one["name"], one["as-of"]) for one in facts["plans"]["sources"]]
    assert "own-plans" not in facts
    assert main(["catalogue"]) == 0
    assert "Connectors: 1,667, checked against lists up to 2026-09-05" in capsys.readouterr().out


@pytest.mark.usefixtures("project")
def test_info_tells_of_plan_data_of_ones_own(capsys: pytest.CaptureFixture[str]) -> None:
    Path("pllint.yaml").write_text("plans: own.yaml\n", encoding="utf-8")
    Path("own.yaml").write_text(
        "as-of: 2026-11-03\nplans: {bundle: {entitles: {database-gb: 1}, price: [{currency: GBP, is: 3}]}}\n",
        encoding="utf-8",
    )

    main(["catalogue", "info", "--format", "json"])

    facts = _json(capsys)
    assert isinstance(facts, dict)
    assert facts["own-plans"] == {"path": "own.yaml", "as-of": "2026-11-03", "adds": ["bundle"], "prices": 1}


@pytest.mark.parametrize(
    ("arguments", "first"),
    [
        (["sharepoint", "online"], "shared_sharepointonline"),
        (["SQL Server"], "shared_sql"),
        (["--unblockable", "--tier", "premium"], "shared_commondataservice"),
        (["--release", "deprecated", "skype"], "shared_skypeforbiz"),
        (["nothing-like-it"], None),
    ],
)
@pytest.mark.usefixtures("project")
def test_find_takes_words_tier_release_and_unblockable(
    arguments: list[str], first: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["catalogue", "find", *arguments, "--format", "json"]) == 0

    rows = _json(capsys)
    assert isinstance(rows, list)
    assert next((row["id"] for row in rows), None) == first


@pytest.mark.usefixtures("project")
def test_find_tells_the_tier_and_where_it_is_from(capsys: pytest.CaptureFixture[str]) -> None:
    main(["catalogue", "find", "shared_sqldw"])

    assert capsys.readouterr().out == (
        "shared_sqldw  Azure SQL Data Warehouse: premium (export 2025-07-26), Microsoft\n1 connector\n"
    )


@pytest.mark.parametrize(
    ("value", "day"),
    [
        pytest.param({"all": {"sensitive": False, "type": [], "value": [ROW]}}, None, id="Terraform output"),
        pytest.param(
            {"metadata": {"generated_at": "2026-11-01T10:00:00Z"}, "terraform_output": {"a": {"value": {"c": [ROW]}}}},
            "2026-11-01",
            id="an output with its day",
        ),
        pytest.param([ROW, {**ROW, "id": CUSTOM, "name": "x"}], None, id="a list, with a custom connector"),
        pytest.param(
            {
                "value": [
                    {
                        "name": "shared_parcels",
                        "id": "/providers/Microsoft.PowerApps/apis/shared_parcels",
                        "type": "Microsoft.PowerApps/apis",
                        "properties": {"displayName": "Parcels", "tier": "Standard", "publisher": "Contoso"},
                    },
                    {
                        "name": "shared_depot",
                        "id": "/providers/Microsoft.PowerApps/apis/shared_depot",
                        "type": "Microsoft.PowerApps/apis",
                        "properties": {"displayName": "Depot", "isCustomApi": True},
                    },
                ]
            },
            None,
            id="REST",
        ),
    ],
)
@pytest.mark.usefixtures("project")
def test_refresh_keeps_what_an_export_states(
    value: object, day: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    export = _write("export.json", value)

    assert main(["catalogue", "refresh", export, "-o", "own.json", *([] if day else ["--as-of", "2026-11-02"])]) == 0

    content = json.loads(Path("own.json").read_text(encoding="utf-8"))
    assert violations("catalogue", content) == []
    (row,) = content["connectors"]
    expected = {"id": "shared_parcels", "name": "Parcels", "tier": "Standard", "publisher": "Contoso"}
    assert {key: row[key] for key in expected} == expected
    assert row["last_seen"] == content["as-of"] == (day or "2026-11-02")
    assert "kind" not in row
    assert "1 connector of " in capsys.readouterr().out


@pytest.mark.usefixtures("project")
def test_refresh_joins_the_rest_answers_and_guesses_no_tier(capsys: pytest.CaptureFixture[str]) -> None:
    virtual = [{"id": "Http", "metadata": {"virtualConnector": True, "displayName": "HTTP"}}]
    unblockable = [{"id": ROW["id"], "metadata": {"unblockable": True}}]
    built_in = {**ROW, "id": "HttpWebhook", "display_name": "HTTP Webhook", "tier": "Built-in", "unblockable": None}
    exports = [
        _write(name, value) for name, value in (("a.json", [built_in]), ("b.json", virtual), ("c.json", unblockable))
    ]

    main(["catalogue", "refresh", *exports, "-o", "own.json", "--as-of", "2026-11-02", "--format", "json"])

    assert _json(capsys) == {
        "as-of": "2026-11-02", "connectors": 3, "added": 1, "custom-left-out": 0, "changes": []
    }  # fmt: skip
    rows = json.loads(Path("own.json").read_text(encoding="utf-8"))["connectors"]
    assert rows == [
        {"id": "Http", "name": "HTTP", "kind": "virtual", "last_seen": "2026-11-02"},
        {
            "id": "HttpWebhook",
            "name": "HTTP Webhook",
            "publisher": "Contoso",
            "kind": "virtual",
            "last_seen": "2026-11-02",
        },
        {"id": "shared_parcels", "unblockable": True, "last_seen": "2026-11-02"},
    ]


@pytest.mark.usefixtures("project")
def test_refresh_keeps_what_vanished_and_tells_tiers_that_changed(capsys: pytest.CaptureFixture[str]) -> None:
    sql = {**ROW, "id": "/providers/Microsoft.PowerApps/apis/shared_sql", "display_name": "SQL Server"}
    first = _write("first-2026-06-01.json", [ROW, sql])
    second = _write("second-2026-11-02.json", [sql])

    main(["catalogue", "refresh", first, "-o", "own.json"])
    main(["catalogue", "refresh", second, "-o", "own.json"])

    rows = json.loads(Path("own.json").read_text(encoding="utf-8"))["connectors"]
    assert [(row["id"], row["last_seen"]) for row in rows] == [
        ("shared_parcels", "2026-06-01"),
        ("shared_sql", "2026-11-02"),
    ]
    assert "  shared_sql: Premium becomes Standard" in capsys.readouterr().out


@pytest.mark.usefixtures("project")
def test_a_run_judges_by_the_tenants_own_list_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    _write("own.json", {"as-of": "2026-11-02", "connectors": [{"id": "shared_parcels", "tier": "Premium", "last_seen": "2026-11-02"}]})  # fmt: skip # noqa: E501 - one row
    Path("pllint.yaml").write_text("as-of: 2026-11-21\ncatalogue: own.json\n", encoding="utf-8")
    reference = {"p": {"api": {"name": "shared_parcels"}}}
    step = {"type": "OpenApiConnection", "inputs": {"host": {"connectionName": "p", "operationId": "Send"}}}
    definition = {"triggers": {"Daily": {"type": "Recurrence"}}, "actions": {"Send": step}}
    _write("notify.json", {"properties": {"connectionReferences": reference, "definition": definition}})

    main(["show", "--format", "json"])
    shown = _json(capsys)
    main(["--output", "json"])
    report = _json(capsys)

    assert isinstance(shown, dict)
    assert isinstance(report, dict)
    assert shown["components"][0]["premium"] == "yes"
    assert report["data"] == {
        "connectors": "2026-09-05", "tenant-connectors": "2026-11-02", "plans": "2026-11-21",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["fnd"], "unknown command of catalogue 'fnd'; did you mean find?"),
        (["find", "--tier", "premum"], "unknown tier 'premum'; did you mean premium?"),
        (["refresh", "nowhere.json", "-o", "a.json"], "no file or folder 'nowhere.json'"),
        (["refresh", "rows.json"], "say where to write the catalogue, as in -o catalogue/tenant.json"),
        (
            ["refresh", "rows.json", "-o", "a.json"],
            "rows.json does not tell the day it was exported; say it with --as-of YYYY-MM-DD",
        ),
        (
            ["refresh", "rows.json", "-o", "a.json", "--as-of", "2026-02-30"],
            "--as-of takes a day such as 2026-03-05, not '2026-02-30'",
        ),
        (
            ["refresh", "other.json", "-o", "a.json"],
            "other.json lists no connectors; see `pllint catalogue refresh --help`",
        ),
        (
            ["refresh", "custom.json", "-o", "a.json"],
            "custom.json lists custom connectors only, which no catalogue holds; see `pllint catalogue refresh --help`",
        ),
        (
            ["refresh", "rows.json", "-o", "other.json", "--as-of", "2026-11-02"],
            "other.json is there and is no catalogue; write to another file",
        ),
    ],
)
@pytest.mark.usefixtures("project")
def test_a_mistake_is_one_line(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    _write("rows.json", [ROW])
    _write("other.json", {"apps": []})
    _write("custom.json", [{"ConnectorName": "shared_x", "ConnectorId": CUSTOM, "DisplayName": "Depot"}])

    status = main(["catalogue", *arguments])

    assert (status, capsys.readouterr().err) == (2, f"pllint: {message}\n")


@pytest.mark.usefixtures("project")
def test_a_catalogue_that_cannot_be_used_ends_the_run(capsys: pytest.CaptureFixture[str]) -> None:
    Path("pllint.yaml").write_text("catalogue: missing.json\n", encoding="utf-8")

    assert main(["."]) == 2
    assert capsys.readouterr().err == (
        "pllint: missing.json: the catalogue cannot be read: No such file or directory\n"
    )
