"""Settings: found, read, extended, merged, overridden, and every mistake told with its place."""

from pathlib import Path
from typing import NamedTuple

import pytest

from pllint.errors import SettingsError, UsageError
from pllint.finding import Severity
from pllint.settings import (
    EnvironmentIgnore,
    LicenceExport,
    PathIgnore,
    Settings,
    limits_of,
    load,
    override,
    verify_names,
)
from pllint.text.problem import DEFAULT_LIMITS


class _Check(NamedTuple):
    id: str
    name: str


_CHECKS = (_Check("DLP101", "blocked-connector"), _Check("LIC501", "plan-dearer-than-alternative"))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty repository that is the working directory."""
    folder = tmp_path / "project"
    (folder / ".git").mkdir(parents=True)
    monkeypatch.chdir(folder)
    return folder


def _write(folder: Path, text: str, name: str = "pllint.yaml") -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _message(start: str = ".") -> str:
    with pytest.raises(SettingsError) as caught:
        load(start)
    return str(caught.value)


def test_without_a_file_the_defaults_hold_for_the_folder_linted(project: Path) -> None:
    (project / "solutions").mkdir()

    assert load("solutions") == Settings(root="solutions")


def test_the_file_is_found_upwards_and_its_folder_is_the_project(project: Path) -> None:
    _write(project, "fail-on: warning\n")
    _write(project, "{}", "solutions/deep/flow.json")

    settings = load("solutions/deep/flow.json")

    assert (settings.root, settings.path, settings.fail_on) == (".", "pllint.yaml", Severity.WARNING)


def test_the_search_ends_at_the_repository(project: Path) -> None:
    _write(project.parent, "fail-on: warning\n")

    assert load(".").path is None


def test_every_key_is_read(project: Path) -> None:
    _write(
        project,
        """\
as-of: 2026-03-05
sources: {exclude: [archive/**]}
policies: [dlp/**]
governance: [manifest/**]
inventory: [exports/**]
catalogue-age-days: 90
licence-exports:
  - {files: [exports/*.csv], as-of: 2026-11-02, columns: {name: Produkt, purchased: Gesamt}}
targets:
  - {solution: Parcel*, environments: [hr-test, 2026]}
checks: {select: [DLP, LIC], ignore: [LIC5], severity: {blocked-connector: warning, LIC501: off}}
per-path: [{paths: [samples/**], ignore: [LIF]}]
per-environment: [{types: [developer], ignore: [LIF1]}]
fail-on: info
mandatory: [blocked-connector]
licensing: {team-benefit: required}
limits: {member-size-mb: 0.5, nesting: 20}
profile: test
approved-http-environments: [hr-production]
catalogue: data/connectors.json
plans: data/plans.json
population-growth-percent: 0
""",
    )

    settings = load(".")

    assert settings.population_growth_percent == 0
    assert settings.as_of == "2026-03-05"
    assert settings.exclude == ("archive/**",)
    assert settings.policies == ("dlp/**",)
    assert settings.governance == ("manifest/**",)
    assert [(one.solution, one.environments) for one in settings.targets] == [("Parcel*", ("hr-test", "2026"))]
    assert settings.targets[0].at is not None
    assert (settings.targets[0].at.source.path, settings.targets[0].at.span.line) == ("pllint.yaml", 10)
    assert (settings.inventory, settings.catalogue_age_days) == (("exports/**",), 90)
    assert settings.licence_exports == (
        LicenceExport(("exports/*.csv",), (("name", "Produkt"), ("purchased", "Gesamt")), "2026-11-02"),
    )
    assert settings.checks.select == ("DLP", "LIC")
    assert settings.checks.ignore == ("LIC5",)
    assert settings.checks.severity == (("blocked-connector", Severity.WARNING), ("LIC501", None))
    assert settings.per_path == (PathIgnore(paths=("samples/**",), ignore=("LIF",)),)
    assert settings.per_environment == (EnvironmentIgnore(types=("developer",), names=(), ignore=("LIF1",)),)
    assert settings.fail_on is Severity.INFO
    assert settings.mandatory == ("blocked-connector",)
    assert settings.licensing == (("team-benefit", "required"),)
    assert limits_of(settings) == DEFAULT_LIMITS._replace(member_bytes=1 << 19, nesting=20)
    assert settings.profile == "test"
    assert settings.approved_http_environments == ("hr-production",)
    assert settings.catalogue == "data/connectors.json"
    assert settings.plans == "data/plans.json"


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "policies:\nchecks:\n  select:\n"])
def test_what_is_left_empty_keeps_its_default(project: Path, text: str) -> None:
    _write(project, text)

    assert load(".") == Settings(root=".", path="pllint.yaml")


def test_an_unknown_key_is_a_finding_with_the_nearest_known_one(project: Path) -> None:
    _write(project, "fail-on: info\nchecks: {ignored: [LIC]}\n")

    (finding,) = load(".").findings

    assert finding.check == "SRC010"
    assert (finding.at.source.path, finding.at.span.line) == ("pllint.yaml", 2)
    assert finding.message == "'ignored' is no key of the settings, and nothing reads it"
    assert finding.remedy == "Write ignore, if that is meant"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("fail-on: warn\n", "pllint.yaml:1:10: 'fail-on' is the text 'warn', expected error", id="value"),
        pytest.param("checks:\n  select: DLP\n", "pllint.yaml:2:11: 'select' is the text 'DLP'", id="type"),
        pytest.param("a: [\n", "pllint.yaml:", id="syntax"),
        pytest.param("as-of: 2026-02-30\n", "pllint.yaml:1:8: as-of is 2026-02-30, which is no day", id="day"),
        pytest.param(
            "extends: [stricter]\n",
            "pllint.yaml:1:11: extends names 'stricter', which is no preset; did you mean strict?",
            id="preset",
        ),
        pytest.param(
            "extends: [team.yaml]\n", "pllint.yaml:1:11: extends names team.yaml, which is no file", id="file"
        ),
    ],
)
def test_a_mistake_is_told_in_one_line_with_its_place(project: Path, text: str, message: str) -> None:
    _write(project, text)

    told = _message()

    assert told.startswith(message)
    assert "\n" not in told


def test_a_place_is_told_by_a_path_from_the_working_directory(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(project, "fail-on: warn\n")
    (project / "deep").mkdir()
    monkeypatch.chdir(project / "deep")

    assert _message().startswith(str(Path("..", "pllint.yaml")) + ":1:10: ")


def test_settings_build_on_presets_and_files_key_by_key(project: Path) -> None:
    _write(project, "extends: [strict, shared/team.yaml]\nchecks: {severity: {LIC501: error}}\npolicies: [mine/**]\n")
    _write(
        project,
        "extends: [base.yaml]\nchecks: {ignore: [LIC], severity: {DLP101: info, LIC501: info}}\npolicies: [a/**]\n",
        "shared/team.yaml",
    )
    _write(project, "licensing: {team-benefit: ignore}\nfail-on: info\n", "shared/base.yaml")

    settings = load(".")

    assert settings.fail_on is Severity.INFO
    assert "licence-count-missing" in settings.mandatory
    assert settings.checks.ignore == ("LIC",)
    assert settings.checks.severity == (("DLP101", Severity.INFO), ("LIC501", Severity.ERROR))
    assert settings.policies == ("mine/**",)
    assert settings.licensing == (("team-benefit", "ignore"),)


def test_a_circle_is_told(project: Path) -> None:
    _write(project, "extends: [a.yaml]\n")
    _write(project, "extends: [./pllint.yaml]\n", "a.yaml")

    assert _message() == "a.yaml:1:11: extends goes in a circle: pllint.yaml -> a.yaml -> pllint.yaml"


def test_plugins_bring_presets(project: Path) -> None:
    _write(project, "extends: [public-sector]\n")

    settings = load(".", presets=lambda: {"public-sector": {"fail-on": "warning", "checks": {"ignore": ["LIC5"]}}})

    assert (settings.fail_on, settings.checks.ignore) == (Severity.WARNING, ("LIC5",))


def test_a_preset_of_a_plugin_is_verified(project: Path) -> None:
    _write(project, "extends: [public-sector]\n")

    with pytest.raises(SettingsError, match="preset public-sector:1:1: 'fail-on' is the text 'x'"):
        load(".", presets=lambda: {"public-sector": {"fail-on": "x"}})


def test_a_named_file_inside_is_the_project_and_one_outside_is_not(project: Path, tmp_path: Path) -> None:
    _write(project, "fail-on: info\n", "ci/lint.yaml")
    _write(tmp_path, "fail-on: warning\n", "pipeline/lint.yaml")

    inside = load("ci", "ci/lint.yaml")
    outside = load(".", str(tmp_path / "pipeline" / "lint.yaml"))

    assert (inside.root, inside.fail_on) == ("ci", Severity.INFO)
    assert (outside.root, outside.fail_on) == (".", Severity.WARNING)


def test_a_named_file_has_to_be_there(project: Path) -> None:
    with pytest.raises(SettingsError, match=r"^lint.yaml: the settings cannot be read: No such file"):
        load(str(project), "lint.yaml")


def test_the_command_line_comes_last() -> None:
    settings = Settings()._replace(as_of="2026-01-01")
    settings = settings._replace(checks=settings.checks._replace(ignore=("LIC501", "LIC5")))

    changed = override(settings, select=["lic501"], ignore=["DLP1"], fail_on="never", as_of="2026-02-01")

    assert changed.checks.select == ("lic501",)
    assert changed.checks.ignore == ("LIC5", "DLP1")
    assert changed.fail_on is None
    assert changed.as_of == "2026-02-01"


@pytest.mark.parametrize("entry", ["ALL", "LIC", "lic5", "DLP101", "Blocked-Connector"])
def test_checks_may_be_named_in_many_ways(entry: str) -> None:
    verify_names(override(Settings(), select=[entry]), _CHECKS)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "checks: {ignore: [blocked-conector]}",
            "pllint.yaml:1:19: checks.ignore names 'blocked-conector', which is no",
        ),
        ("checks: {severity: {LIC9: info}}", "pllint.yaml:1:27: checks.severity names 'LIC9', which is no check"),
        ("mandatory: [nothing]", "pllint.yaml:1:13: mandatory names 'nothing', which is no check; `pllint checks`"),
        ("per-path: [{paths: [a], ignore: [XXX]}]", "pllint.yaml:1:34: per-path names 'XXX', which is no check"),
    ],
)
def test_a_name_that_is_no_check_is_told_with_its_place(project: Path, text: str, message: str) -> None:
    _write(project, text)

    with pytest.raises(SettingsError) as caught:
        verify_names(load("."), _CHECKS)

    assert str(caught.value).startswith(message)


def test_a_name_on_the_command_line_that_is_no_check_is_told() -> None:
    with pytest.raises(
        UsageError, match="--select names 'blocked-conector', which is no check; did you mean blocked-con"
    ):
        verify_names(override(Settings(), select=["blocked-conector"]), _CHECKS)
