"""What the checklist of a solution says of what it holds or uses and is retired."""

import json
import zipfile
from pathlib import Path

import pytest

from pllint.cli.dispatch import run
from pllint.schema import violations

_KEY = "/providers/Microsoft.PowerApps/apis/shared_leave-20system-5f0a1b2c3d4e5f6071"
_APP = """<CanvasApp>
  <Name>ctx_{name}</Name>
  <DisplayName>{display}</DisplayName>
  <ConnectionReferences>{{"a": {{"id": "{connector}", "dataSources": ["T"]}}}}</ConnectionReferences>
</CanvasApp>
"""
_SOLUTION = (
    "<ImportExportXml><SolutionManifest><UniqueName>{}</UniqueName><Version>1.0</Version></SolutionManifest>"
    "</ImportExportXml>"
)
_FLOW = json.dumps({
    "properties": {
        "connectionReferences": {"leave": {"api": {"name": _KEY.rpartition("/")[2]}}},
        "definition": {
            "triggers": {"Daily": {"type": "Recurrence"}},
            "actions": {"Book": {"type": "OpenApiConnection", "inputs": {
                "host": {"connectionName": "leave", "operationId": "BookLeave", "apiId": _KEY}
            }}},
        },
    }
})  # fmt: skip
_POLICY = json.dumps({
    "displayName": "HR environments",
    "environmentType": "AllEnvironments",
    "defaultConnectorsClassification": "General",
    "connectorGroups": [
        {"classification": "Confidential", "connectors": [{"id": _KEY, "type": "Microsoft.PowerApps/apis"}]},
        {"classification": "General", "connectors": []},
        {"classification": "Blocked", "connectors": []},
    ],
})  # fmt: skip
_ESTATE = """tenant:
  currency: GBP
  licences-as-of: 2026-09-01
  agreement: {kind: ea, anniversary: 04-01, ends: 2028-03-31, count-reduction: true}
environments: [{name: hr-production, type: production}]
populations: [{name: staff, people: 2900}]
apps:
  - {name: Claims, environment: hr-production, shared-with: [staff], plan: power-apps-per-app}
  - {name: Old leave app, environment: hr-production, plan: power-apps-per-app}
connectors:
  - {name: Leave system, owner: hr-integration, stage: retired}
licences:
  - {plan: power-apps-per-app, purchased: 3000, allocated: {hr-production: 3000}, price: 4}
"""
_RETIREMENT = """retirements:
  - app: Old leave app
    connector: Leave system
    date: 2026-09-30
    population: 200
    licence-review: {by: licence-admin, date: 2026-10-02, keep: 50, reassign: 60, reassigned-to: Claims, reclaim: 90}
"""
Rows = dict[str, tuple[str, str]]
"""What is asked of a retirement, in the words of the requirement, and its state and evidence."""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an app that is retired with its connector, and a solution of which a flow still uses that."""
    for path, text in (
        ("leave/CanvasApps/ctx_leave.meta.xml", _APP.format(name="leave", display="Old leave app", connector=_KEY)),
        ("leave/Other/Solution.xml", _SOLUTION.format("Leave")),
        (
            "claims/CanvasApps/ctx_claims.meta.xml",
            _APP.format(name="claims", display="Claims", connector="/providers/microsoft.powerapps/apis/shared_sql"),
        ),
        ("claims/Workflows/Book-0B6E9F0E-5B0F-4F0E-9D55-6A0D1A3F6C11.json", _FLOW),
        ("claims/Other/Solution.xml", _SOLUTION.format("Claims")),
        ("policies/hr.json", _POLICY),
        ("governance/estate.yaml", _ESTATE),
        ("governance/retirements.yaml", _RETIREMENT),
        ("pllint.yaml", "as-of: 2026-11-21\n"),
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _rows(capsys: pytest.CaptureFixture[str], solution: str, *arguments: str) -> Rows:
    run(["gate", solution, "--to", "hr-production", "--format", "json", *arguments])
    document = json.loads(capsys.readouterr().out)
    assert violations("gate", document) == []
    subject = "the app 'Old leave app' with the connector 'Leave system'"
    return {
        row["requirement"].replace(subject, "it"): (row["state"], row["evidence"])
        for row in document["rows"]
        if row["stage"] == "retired"
    }


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


_BOOK = "claims/Workflows/Book-0B6E9F0E-5B0F-4F0E-9D55-6A0D1A3F6C11.json:1"
_DONE: Rows = {
    "the licences of the people of it are reviewed": ("met", "licence-admin, 2026-10-02"),
    "the licence review of it accounts for everybody": (
        "met",
        (
            "200 people, according to the retirement; keep 50, reassign 60 to Claims, reclaim 90:"
            " everybody is accounted for"
        ),
    ),
    "the licence counts show what was given back for it": (
        "met",
        (
            "90 Power Apps per app passes in hr-production given back on 2026-10-02: the count of 2026-09-01 is lowered"
            " from 3,000 to 2,910"
        ),
    ),
    "the app 'Old leave app' is shared with nobody any more": ("met", "its record names nobody"),
    "no data policy lists the connector 'Leave system' any more": (
        "missing",
        "'HR environments' lists it as Business (policies/hr.json:1); a Power Platform admin has to act",
    ),
    "nothing uses the connector 'Leave system' any more": (
        "missing",
        (
            f"'Book' uses it ({_BOOK}); 'Old leave app', itself retired, uses it"
            " (leave/CanvasApps/ctx_leave.meta.xml:4); the maker has to act"
        ),
    ),
    "what the licences of it cost until they can be given up is known": (
        "met",
        (
            "GBP 2,160, for 6 months of 90 Power Apps per app passes that nothing else on record needs, to 2027-03-31"
            " (gbp-ea, prices of 2026-11-21 and prices on record)"
        ),
    ),
}


@pytest.mark.usefixtures("project")
def test_the_solution_of_the_retired_app_tells_the_whole_retirement(capsys: pytest.CaptureFixture[str]) -> None:
    rows = _rows(capsys, "Leave")

    assert rows == {
        "'Old leave app' is not retired": (
            "missing",
            "it was retired on 2026-09-30 (governance/retirements.yaml:2); the app's owner has to act",
        ),
        "the connector 'Leave system' is not retired": (
            "missing",
            "it was retired on 2026-09-30 (governance/retirements.yaml:3); the maker has to act",
        ),
        **_DONE,
    }


@pytest.mark.usefixtures("project")
def test_a_solution_that_uses_the_retired_connector_tells_it_too(capsys: pytest.CaptureFixture[str]) -> None:
    rows = _rows(capsys, "Claims")

    assert _DONE.items() <= rows.items()
    assert rows["the connector 'Leave system' is not retired"][0] == "missing"
    assert "'Old leave app' is not retired" not in rows


def test_an_export_says_where_in_it_the_retired_connector_is_used(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with zipfile.ZipFile(project / "Claims.zip", "w") as archive:
        archive.writestr("Workflows/Book-0B6E9F0E-5B0F-4F0E-9D55-6A0D1A3F6C11.json", _FLOW)
        archive.writestr("solution.xml", _SOLUTION.format("Claims"))
        archive.writestr("customizations.xml", "<ImportExportXml></ImportExportXml>")

    _, evidence = _rows(capsys, "Claims.zip")["nothing uses the connector 'Leave system' any more"]

    assert "Claims.zip!Workflows/Book-0B6E9F0E-5B0F-4F0E-9D55-6A0D1A3F6C11.json:1" in evidence


@pytest.mark.parametrize(
    ("old", "new", "requirement", "state", "evidence"),
    [
        pytest.param(
            _RETIREMENT[_RETIREMENT.index("    licence-review") :],
            "",
            "the licences of the people of it are reviewed",
            "missing",
            "200 people, according to the retirement; no licence review is on record",
            id="no review",
        ),
        pytest.param(
            "date: 2026-10-02",
            "date: 2026-11-22",
            "the licences of the people of it are reviewed",
            "missing",
            "its licence review is dated 2026-11-22, still to come",
            id="a review to come",
        ),
        pytest.param(
            "keep: 50",
            "keep: 41",
            "the licence review of it accounts for everybody",
            "missing",
            (
                "200 people, according to the retirement; keep 41, reassign 60 to Claims, reclaim 90:"
                " 9 people are left over"
            ),
            id="people left over",
        ),
        pytest.param(
            "    population: 200\n",
            "",
            "the licence review of it accounts for everybody",
            "unknown",
            (
                "nobody has recorded how many people used it; keep 50, reassign 60 to Claims, reclaim 90: whether these"
                " 200 are everybody is not known"
            ),
            id="nobody counted them",
        ),
        pytest.param(
            "date: 2026-10-02, ",
            "",
            "the licence counts show what was given back for it",
            "unknown",
            (
                "90 Power Apps per app passes in hr-production given back: whether the counts on record show it is not"
                " known: the licence review has no date"
            ),
            id="no day of the review",
        ),
        pytest.param(
            "reclaim: 90",
            "reclaim: 3001",
            "the licence counts show what was given back for it",
            "unknown",
            (
                "3,001 Power Apps per app passes in hr-production given back on 2026-10-02: the count of 2026-09-01 is"
                " lowered from 3,000 to 0; the counts on record show 3,000 only, so 1 of them is in no count"
            ),
            id="more than there were",
        ),
    ],
)
def test_what_a_retirement_lacks_is_open(  # noqa: PLR0917 - the columns of a table
    project: Path,
    capsys: pytest.CaptureFixture[str],
    old: str,
    new: str,
    requirement: str,
    state: str,
    evidence: str,
) -> None:
    _replace(project / "governance/retirements.yaml", old, new)

    found = _rows(capsys, "Leave")[requirement]

    place = "governance/retirements.yaml"
    assert (found[0], found[1].partition(f" ({place}")[0]) == (state, evidence)
    assert found[1].endswith("the licence administrator has to act")


@pytest.mark.parametrize(
    ("old", "new", "requirement", "expected"),
    [
        pytest.param(
            "plan: power-apps-per-app}\nconn",
            "plan: power-apps-per-app, shared-with: [staff]}\nconn",
            "the app 'Old leave app' is shared with nobody any more",
            "missing",
            id="still shared",
        ),
        pytest.param(
            "  agreement: {kind: ea, anniversary: 04-01, ends: 2028-03-31, count-reduction: true}\n",
            "",
            "what the licences of it cost until they can be given up is known",
            "unknown",
            id="no agreement",
        ),
        pytest.param(
            "purchased: 3000, ",
            "",
            "what the licences of it cost until they can be given up is known",
            "unknown",
            id="nobody says how many are bought",
        ),
    ],
)
def test_what_the_estate_lacks_is_open(  # noqa: PLR0917 - the columns of a table
    project: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, requirement: str, expected: str
) -> None:
    _replace(project / "governance/estate.yaml", old, new)

    assert _rows(capsys, "Leave")[requirement][0] == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(None, ("unknown", "no data policy was found"), id="none"),
        pytest.param("{", ("unknown", "policies/hr.json cannot be read"), id="one that cannot be read"),
        pytest.param(
            _POLICY.replace("leave-20system", "rota"), ("met", "1 data policy does not list it"), id="one without it"
        ),
    ],
)
def test_policies_are_looked_at_themselves(
    project: Path, capsys: pytest.CaptureFixture[str], content: str | None, expected: tuple[str, str]
) -> None:
    policy = project / "policies/hr.json"
    policy.unlink()
    if content is not None:
        policy.write_text(content, encoding="utf-8")

    state, evidence = _rows(capsys, "Leave")["no data policy lists the connector 'Leave system' any more"]

    assert (state, evidence.partition(" (")[0]) == expected


@pytest.mark.parametrize(("day", "retired"), [("2026-09-29", False), ("2026-09-30", True)])
@pytest.mark.usefixtures("project")
def test_a_retirement_counts_from_its_day_on(capsys: pytest.CaptureFixture[str], day: str, retired: bool) -> None:  # noqa: FBT001 - a table's column
    rows = _rows(capsys, "Leave", "--as-of", day)

    assert rows["'Old leave app' is not retired"][0] == ("missing" if retired else "met")


@pytest.mark.parametrize(("day", "told"), [("2026-09-29", False), ("2026-09-30", True)])
def test_a_stage_that_contradicts_the_record_of_a_retirement_is_told(
    project: Path,
    capsys: pytest.CaptureFixture[str],
    day: str,
    told: bool,  # noqa: FBT001 - a table's column
) -> None:
    _replace(project / "governance/estate.yaml", "stage: retired", "stage: production")

    rows = _rows(capsys, "Claims", "--as-of", day)

    row = rows.get("the connector 'Leave system' is not retired", ("", ""))
    assert ("it was retired on 2026-09-30, and its stage is still production" in row[1]) == told
    assert (row[0] == "missing") == told


def test_a_connector_that_says_itself_that_it_is_retired_lacks_the_record_of_it(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "governance/retirements.yaml").unlink()
    rows = _rows(capsys, "Claims")

    assert rows["the licences of the people of the connector 'Leave system' are reviewed"] == (
        "missing",
        (
            "no record of it under `retirements`, so no licence review (governance/estate.yaml:11); the licence"
            " administrator has to act"
        ),
    )
    assert not any("cost" in requirement for requirement in rows)


def test_an_app_retired_in_one_environment_may_go_to_another(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "governance/retirements.yaml").unlink()
    _replace(
        project / "governance/estate.yaml",
        "  - {name: Old leave app, environment: hr-production, plan: power-apps-per-app}",
        (
            "  - {name: Old leave app, environment: hr-test, plan: power-apps-per-app, retired: true}\n"
            "  - {name: Old leave app, environment: hr-production, plan: power-apps-per-app}"
        ),
    )

    assert _rows(capsys, "Leave")["'Old leave app' is not retired"][0] == "met"


@pytest.mark.parametrize(
    ("people", "counted", "state", "said"),
    [
        pytest.param(2910, "2026-09-01", "met", "is lowered from 3,000 to 2,910", id="what is left is enough"),
        pytest.param(2911, "2026-09-01", "missing", "1 short; 90 were given back by", id="one pass too few is left"),
        pytest.param(2911, "2026-10-02", "met", "2,911 needed (users), 0 short", id="a count of that day"),
        pytest.param(2911, None, "unknown", "whether 1 person of 'Claims' has", id="a count of no day"),
    ],
)
def test_licences_are_counted_after_what_was_given_back(  # noqa: PLR0917 - the columns of a table
    project: Path, capsys: pytest.CaptureFixture[str], people: int, counted: str | None, state: str, said: str
) -> None:
    estate = project / "governance/estate.yaml"
    _replace(estate, "people: 2900", f"people: {people}")
    _replace(estate, "  licences-as-of: 2026-09-01\n", f"  licences-as-of: {counted}\n" if counted else "")

    run(["gate", "Claims", "--to", "hr-production", "--format", "json"])
    rows = json.loads(capsys.readouterr().out)["rows"]
    (row,) = (one for one in rows if one["requirement"] == "the people of 'Claims' have licences")

    assert row["state"] == state
    assert said in row["evidence"]


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_people_read_the_same(project: Path, capsys: pytest.CaptureFixture[str], form: str) -> None:
    del project
    run(["gate", "Leave", "--to", "hr-production", "--format", form])

    shown = " ".join(capsys.readouterr().out.replace("\\", "").split())
    assert "GBP 2,160, for 6 months of 90 Power Apps per app passes" in shown
    assert "lists it as Business (policies/hr.json:1)" in shown
