"""`pllint licences --diff REV`: what a change adds or frees, with the lines that cause it."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from pllint.cli import main
from pllint.cli.dispatch import run
from pllint.schema import violations

_GIT = shutil.which("git")
pytestmark = pytest.mark.skipif(_GIT is None, reason="git is not installed")

SOLUTION = (
    "<ImportExportXml><SolutionManifest><UniqueName>Claims</UniqueName><Version>1.0</Version></SolutionManifest>"
    "</ImportExportXml>"
)
MANIFEST = """tenant: {{currency: {currency}}}
environments: [{{name: hr-production, type: production}}]
populations: [{{name: staff, people: {people}}}]
apps: [{{name: Claims, environment: hr-production, shared-with: [staff], plan: power-apps-per-app}}]
licences:
  - {{plan: power-apps-per-app, purchased: 100, allocated: {{hr-production: 100}}, price: {price}}}
  - {{plan: power-apps-premium, purchased: 0, price: 18}}
"""
APP_FILE = "solutions/claims/CanvasApps/ctx_claims.meta.xml"


def _git(folder: Path, *arguments: str) -> None:
    assert _GIT is not None
    settings = ("-c", "user.name=Dana", "-c", "user.email=dana@contoso.example", "-c", "commit.gpgsign=false")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    subprocess.run([_GIT, "-C", folder, *settings, *arguments], check=True, capture_output=True, env=environment)


def _app(folder: Path, connector: str) -> None:
    references = json.dumps({"a1": {"id": f"/providers/microsoft.powerapps/apis/{connector}", "dataSources": ["C"]}})
    (folder / APP_FILE).write_text(
        "<CanvasApp>\n  <Name>ctx_claims</Name>\n  <DisplayName>Claims</DisplayName>\n"
        f"  <ConnectionReferences>{references}</ConnectionReferences>\n</CanvasApp>\n",
        encoding="utf-8",
    )


def _manifest(folder: Path, people: int = 500, price: int = 4, currency: str = "GBP") -> None:
    text = MANIFEST.format(people=people, price=price, currency=currency)
    (folder / "governance/estate.yaml").write_text(text, encoding="utf-8")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a repository, in a folder of which lies a project with a standard app for 500 people, committed."""
    folder = tmp_path / "platform"
    for path in ("solutions/claims/CanvasApps", "solutions/claims/Other", "governance"):
        (folder / path).mkdir(parents=True)
    (folder / "solutions/claims/Other/Solution.xml").write_text(SOLUTION, encoding="utf-8")
    (folder / "pllint.yaml").write_text("as-of: 2026-11-21\n", encoding="utf-8")
    _app(folder, "shared_sharepointonline")
    _manifest(folder)
    _git(tmp_path, "init", "-q", "-b", "main")
    _commit(folder)
    monkeypatch.chdir(folder)
    return folder


def _commit(folder: Path) -> None:
    _git(folder, "add", "-A")
    _git(folder, "commit", "-qm", "state")


def _json(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    assert run(["licences", "--diff", "main", "--format", "json"]) == 0
    document: dict[str, object] = json.loads(capsys.readouterr().out)
    assert violations("licences-diff", document) == []
    return document


def _only(document: dict[str, object]) -> dict[str, object]:
    components = document["components"]
    assert isinstance(components, list)
    (found,) = components
    assert isinstance(found, dict)
    return found


def test_a_premium_connector_adds_the_licences_and_the_cost_of_its_people(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _app(project, "shared_sql")

    document = _json(capsys)

    app = _only(document)
    before, after = app["before"], app["after"]
    assert isinstance(before, dict)
    assert isinstance(after, dict)
    assert app["change"] == "newly-premium"
    assert (before["premium"], before["required"], before["short"]) == ("no", 0, 0)
    assert (after["premium"], after["required"], after["short"]) == ("yes", 500, 400)
    assert document["plans"] == [
        {
            "plan": "power-apps-per-app", "name": "Power Apps per app",
            "before": {"required": 0, "purchased": 100, "short": 0},
            "after": {"required": 500, "purchased": 100, "short": 400},
        }
    ]  # fmt: skip
    assert document["cost"] == {
        "currency": "GBP", "price-list": "gbp-ea", "yearly": {"before": 0, "after": 24_000, "added": 24_000},
    }  # fmt: skip


def test_the_step_that_decides_is_named_with_its_place(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _app(project, "shared_sql")

    causes = _only(_json(capsys))["because"]

    assert isinstance(causes, list)
    assert [(one["message"], one["path"], one["line"]) for one in causes] == [
        ("adds premium-connector shared_sql", APP_FILE, 4)
    ]


def test_a_retirement_that_takes_passes_away_is_named_with_its_place(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _app(project, "shared_sql")
    _manifest(project, people=100)
    retired = "apps: [{name: Leave, environment: hr-production, plan: power-apps-per-app, retired: true}]\n"
    (project / "governance/leave.yaml").write_text(retired + "tenant: {licences-as-of: 2026-09-01}\n", encoding="utf-8")
    _commit(project)
    (project / "governance/retirements.yaml").write_text(
        "retirements:\n  - app: Leave\n    date: 2026-09-30\n    licence-review: {date: 2026-10-02, reclaim: 30}\n",
        encoding="utf-8",
    )

    app = _only(_json(capsys))
    before, after, causes = app["before"], app["after"], app["because"]

    assert isinstance(before, dict)
    assert isinstance(after, dict)
    assert isinstance(causes, list)
    assert (before["short"], after["short"]) == (0, 30)
    assert [(one["message"], one["path"], one["line"]) for one in causes] == [
        ("adds the licences given back by the retirement of the app 'Leave' (0 -> 30)",
         "governance/retirements.yaml", 4),
    ]  # fmt: skip


def test_what_is_removed_is_freed_and_placed_at_the_revision(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _app(project, "shared_sql")
    _commit(project)
    (project / APP_FILE).unlink()

    document = _json(capsys)

    app = _only(document)
    causes = app["because"]
    cost = document["cost"]
    assert isinstance(causes, list)
    assert isinstance(cost, dict)
    assert (app["change"], app["after"]) == (
        "no-longer-premium",
        {"premium": "absent", "needs": [], "required": 0, "short": 0},
    )
    assert (causes[0]["message"], causes[0]["path"]) == ("drops premium-connector shared_sql", f"main:{APP_FILE}")
    assert cost["yearly"] == {"before": 24_000, "after": 0, "added": -24_000}


def test_more_people_are_led_back_to_the_line_of_the_manifest(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _app(project, "shared_sql")
    _commit(project)
    _manifest(project, people=600)

    app = _only(_json(capsys))

    causes = app["because"]
    assert isinstance(causes, list)
    assert app["change"] == "needs-changed"
    assert [(one["message"], one["path"], one["line"]) for one in causes] == [
        ("changes the population staff (500 -> 600 people)", "governance/estate.yaml", 3)
    ]


def test_another_price_changes_the_cost_alone(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _app(project, "shared_sql")
    _commit(project)
    _manifest(project, price=5)

    document = _json(capsys)

    cost = document["cost"]
    assert isinstance(cost, dict)
    assert (document["components"], document["unchanged"]) == ([], 1)
    assert cost["yearly"] == {"before": 24_000, "after": 30_000, "added": 6_000}


def test_currencies_are_not_mixed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _app(project, "shared_sql")
    _commit(project)
    _manifest(project, currency="USD")

    document = _json(capsys)

    assert "cost" not in document
    assert document["no-cost"] == "the currency changes from GBP to USD"


def test_without_a_change_nothing_is_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert project.exists()

    document = _json(capsys)

    assert (document["components"], document["plans"]) == ([], [])


def test_markdown_is_a_comment_for_a_pull_request(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _app(project, "shared_sql")

    assert run(["licences", "--diff", "main", "--format", "markdown"]) == 0

    out = capsys.readouterr().out
    assert out.startswith("**1 component takes other licences than at main**\n")
    assert "- Adds 500 of Power Apps per app" in out
    assert "GBP 24,000 more" in out
    assert "### Newly premium (1)" in out
    assert "| Power Apps per app | 0 -> 500 | 100 | 0 -> 400 |" in out


def test_text_fits_the_screen(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _app(project, "shared_sql")
    monkeypatch.setenv("COLUMNS", "80")

    assert run(["licences", "--diff", "main"]) == 0

    out = capsys.readouterr().out
    assert "tier standard -> premium; required 0 -> 500; short 0 -> 400; a year 0 -> GBP" in out
    assert f"adds premium-connector shared_sql: {APP_FILE}:4:" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["--diff", "nowhere"], "git knows no revision 'nowhere'", id="no such revision"),
        pytest.param(["--diff", "main", "--format", "csv"], "--diff is written as text, json or markdown", id="csv"),
    ],
)
def test_what_cannot_be_compared_is_wrong_use(
    project: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert project.exists()

    assert main(["licences", *arguments]) == 2

    assert said in capsys.readouterr().err


def test_the_same_comparison_gives_the_same_bytes(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _app(project, "shared_sql")

    outputs = []
    for _ in range(2):
        run(["licences", "--diff", "main", "--format", "json"])
        outputs.append(capsys.readouterr().out)

    assert outputs[0] == outputs[1]


def test_a_file_that_cannot_be_read_is_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "solutions/claims/Workflows").mkdir()
    (project / "solutions/claims/Workflows/Notify.json").write_text("{", encoding="utf-8")

    assert run(["licences", "--diff", "main"]) == 0

    assert "Not read: solutions/claims/Workflows/Notify.json" in capsys.readouterr().err
