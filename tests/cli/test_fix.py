"""`pllint check --fix` and `--diff`: what takes no judgement is put right, and nothing else in the file moves."""

import json
import shutil
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from pllint.cli import main
from pllint.cli.dispatch import run

_RETIRED = "/providers/Microsoft.PowerApps/apis/shared_leave-20system-5f0a1b2c3d4e5f6071"
_SQL = {
    "id": "/providers/Microsoft.PowerApps/apis/shared_sql",
    "name": "SQL Server",
    "type": "Microsoft.PowerApps/apis",
}


def _policy(
    *confidential: object, blocked: tuple[object, ...] = (), default: str = "Blocked", **further: object
) -> dict[str, object]:
    return {
        "name": "0b6e9f0e-5b0f-4f0e-9d55-6a0d1a3f6c11",
        "displayName": "HR \u00e9 environments",
        "defaultConnectorsClassification": default,
        "connectorGroups": [
            {"classification": "Confidential", "connectors": list(confidential)},
            {"classification": "General", "connectors": []},
            {"classification": "Blocked", "connectors": list(blocked)},
        ],
        **further,
    }


def _leave() -> dict[str, str]:
    return {"id": _RETIRED, "name": "Leave system", "type": "Microsoft.PowerApps/apis"}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "policies").mkdir()
    (tmp_path / "governance").mkdir()
    (tmp_path / "pllint.yaml").write_text("as-of: 2026-11-21\n", encoding="utf-8")
    (tmp_path / "governance" / "connectors.yaml").write_text(
        "connectors:\n  - {name: Leave system, owner: hr, stage: retired}\n", encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _fix(project: Path, policy: object, name: str = "hr.json") -> object:
    """Write a policy, fix it, and read what is left."""
    path = project / "policies" / name
    path.write_text(json.dumps(policy, indent=2), encoding="utf-8")
    run(["check", "--fix"])
    return json.loads(path.read_text(encoding="utf-8"))


def test_a_retired_connector_is_taken_out_of_the_policy(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _fix(project, _policy(_SQL, _leave())) == _policy(_SQL)
    told = capsys.readouterr()
    assert told.err == "pllint: fixed 1 finding in policies/hr.json: LIF203 retirement-dlp-not-updated\n"
    assert "LIF203" not in told.out


def test_a_blocked_line_stays_where_taking_it_out_would_open_the_connector(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    open_by_default = _policy(_SQL, blocked=(_leave(),), default="General")
    assert _fix(project, open_by_default) == open_by_default
    assert capsys.readouterr().err == (
        "pllint: not fixed: policies/hr.json:24:17 LIF203 retirement-dlp-not-updated: without the line the connector"
        " would no longer be Blocked but Non-Business\n"
    )
    assert _fix(project, _policy(_SQL, blocked=(_leave(),))) == _policy(_SQL)


def test_what_is_listed_twice_is_listed_once(project: Path) -> None:
    teams = {"id": "/providers/Microsoft.PowerApps/apis/shared_teams", "name": "Teams"}
    assert _fix(project, _policy(_SQL, teams, _SQL, _SQL, teams)) == _policy(_SQL, teams)


def test_entries_that_differ_are_left_to_people(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    differing = _policy(_SQL, {**_SQL, "name": "SQL"})
    assert _fix(project, differing) == differing
    assert capsys.readouterr().err == (
        "pllint: not fixed: policies/hr.json:15:17 DLP219 connector-listed-twice: the two entries are not the same to"
        " the last member, so somebody has to choose\n"
    )


def test_repeated_entries_go_also_where_others_are_left(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    teams = {"id": "/providers/Microsoft.PowerApps/apis/shared_teams", "name": "Teams"}
    differing = {**_SQL, "name": "SQL"}
    assert _fix(project, _policy(_SQL, teams, differing, teams)) == _policy(_SQL, teams, differing)
    assert capsys.readouterr().err == (
        "pllint: fixed only in part: policies/hr.json:19:17 DLP219 connector-listed-twice: the two entries are not the"
        " same to the last member, so somebody has to choose\n"
    )


def test_a_list_of_patterns_is_given_its_end(project: Path) -> None:
    rules: list[object] = [
        {"order": 1, "customConnectorRuleClassification": "Confidential", "pattern": "https://api.contoso.example/*"}
    ]
    end = {"order": 2, "customConnectorRuleClassification": "Ignore", "pattern": "*"}

    def policy(*listed: object) -> dict[str, object]:
        return {
            "policyDefinition": {**_policy(_SQL), "environmentType": "AllEnvironments", "environments": []},
            "customConnectorUrlPatternsDefinition": {"rules": list(listed)},
        }

    assert _fix(project, policy(*rules)) == policy(*rules, end)


def _with_rules(*rules: tuple[int, str, str]) -> dict[str, object]:
    return {
        "policyDefinition": {**_policy(_SQL), "environmentType": "AllEnvironments", "environments": []},
        "customConnectorUrlPatternsDefinition": {
            "rules": [
                {"order": order, "customConnectorRuleClassification": group, "pattern": pattern}
                for order, group, pattern in rules
            ]
        },
    }


def test_rules_are_numbered_in_the_order_they_have(project: Path) -> None:
    written = _with_rules(
        (9, "Ignore", "*"), (2, "Blocked", "https://b.example/*"), (4, "General", "https://c.example/*")
    )
    ordered = _with_rules(
        (1, "Blocked", "https://b.example/*"), (2, "General", "https://c.example/*"), (3, "Ignore", "*")
    )
    assert _fix(project, written) == ordered


@pytest.mark.parametrize(
    "rules",
    [
        pytest.param([(5, "General", "https://a.example/*")], id="numbers, and no end"),
        pytest.param([(2, "General", "https://a.example/*"), (2, "Ignore", "*")], id="two of one number"),
        pytest.param([(1, "Ignore", "*"), (2, "General", "https://a.example/*")], id="* is not the last one"),
    ],
)
def test_a_list_of_patterns_that_takes_a_decision_is_left_to_people(
    project: Path, rules: list[tuple[int, str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert _fix(project, _with_rules(*rules)) == _with_rules(*rules)
    told = capsys.readouterr().err
    assert told.endswith("DLP214 ordered-list-malformed: how the list should read takes a decision\n")


def test_a_waived_finding_is_not_fixed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "governance" / "waivers.yaml").write_text(
        "waivers:\n  - {check: LIF203, for: Leave system, reason: Audit first, by: Iris, ends: 2026-12-31}\n",
        encoding="utf-8",
    )
    assert _fix(project, _policy(_SQL, _leave())) == _policy(_SQL, _leave())
    assert capsys.readouterr().err.endswith("LIF203 retirement-dlp-not-updated: a waiver accepts it\n")


def test_where_there_is_nothing_to_fix_that_is_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _fix(project, _policy(_SQL))
    assert capsys.readouterr().err == "pllint: nothing to fix\n"


_YAML = """\
# HR, as agreed in March
policyDefinition:
  displayName: HR é
  environmentType: AllEnvironments
  defaultConnectorsClassification: Blocked
  connectorGroups:
  - classification: Confidential   # business
    connectors:
    - id: /providers/Microsoft.PowerApps/apis/shared_teams # chat
      name: Teams
    # the database
    - id: "/providers/Microsoft.PowerApps/apis/shared_leave-20system-5f0a1b2c3d4e5f6071" # going
      name: Leave
    - id: /providers/Microsoft.PowerApps/apis/shared_sql
    - {id: /providers/Microsoft.PowerApps/apis/shared_sql} # again
  - {classification: Blocked, connectors: [{id: shared_leave-20system-5f0a1b2c3d4e5f6071}]}
customConnectorUrlPatternsDefinition:
  rules:
    - order: 1                     # hosts of ours
      customConnectorRuleClassification: 'Confidential'
      pattern: "https://a.example/*"

# the end
"""


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["", "with a byte order mark"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_policy_in_yaml_keeps_every_other_line(
    project: Path, mark: bytes, end: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = project / "policies" / "hr.yaml"
    path.write_bytes(mark + _YAML.replace("\n", end).encode())

    run(["check", "--fix"])

    leave = (
        '    - id: "/providers/Microsoft.PowerApps/apis/shared_leave-20system-5f0a1b2c3d4e5f6071" # going\n'
        "      name: Leave\n"
    )
    gone = (
        leave,
        "    - {id: /providers/Microsoft.PowerApps/apis/shared_sql} # again\n",
        "{id: shared_leave-20system-5f0a1b2c3d4e5f6071}",
    )
    fixed = _YAML
    for line in gone:
        fixed = fixed.replace(line, "")
    last = '      pattern: "https://a.example/*"\n'
    end_of_list = "    - order: 2\n      customConnectorRuleClassification: 'Ignore'\n      pattern: \"*\"\n"
    fixed = fixed.replace(last, last + end_of_list)
    assert path.read_bytes() == mark + fixed.replace("\n", end).encode()
    assert capsys.readouterr().err == (
        "pllint: fixed 4 findings in policies/hr.yaml: DLP214 ordered-list-malformed, DLP219 connector-listed-twice,"
        " LIF203 retirement-dlp-not-updated (2)\n"
    )


def test_a_programme_of_pulumi_is_fixed(project: Path) -> None:
    text = (
        "runtime: yaml\nresources:\n  tenant:\n    type: rpothin:index:ResDlpPolicy\n    properties:\n      ruleSets:\n"
        "        - classification: Business\n          connectors:\n"
        "            - id: shared_sql # the database\n            - id: shared_teams\n"
    )
    path = project / "Pulumi.yaml"
    path.write_text(text + "            - id: shared_sql\n", encoding="utf-8")

    run(["check", "--fix"])

    assert path.read_text(encoding="utf-8") == text


def test_why_a_finding_in_yaml_stays_is_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        "displayName: HR\nenvironmentType: AllEnvironments\ndefaultConnectorsClassification: Blocked\n"
        "connectorGroups:\n- classification: Confidential\n  connectors: [&sql {id: shared_sql}, *sql]\n"
    )
    path = project / "policies" / "hr.yaml"
    path.write_text(text, encoding="utf-8")

    run(["check", "--fix"])

    # The item that repeats the other one is an alias, and goes without reaching further.
    assert path.read_text(encoding="utf-8") == text.replace(", *sql", "")
    twice = "&all [{id: shared_sql}, {id: shared_sql}]"
    text = text.replace("[&sql {id: shared_sql}, *sql]", twice) + "copy: *all\n"
    path.write_text(text, encoding="utf-8")
    capsys.readouterr()

    run(["check", "--fix"])

    assert path.read_text(encoding="utf-8") == text
    told = capsys.readouterr().err
    assert told == (
        "pllint: not fixed: policies/hr.yaml:6:44 DLP219 connector-listed-twice:"
        " a tag or an anchor stands before its list\n"
    )


_TERRAFORM = """\
resource "powerplatform_data_loss_prevention_policy" "hr" {
  display_name                      = "HR é"
  environment_type                  = "AllEnvironments"
  default_connectors_classification = "Blocked"
  business_connectors = toset([
    { id = "/providers/Microsoft.PowerApps/apis/shared_sql" }, # the database
    { id = "/providers/Microsoft.PowerApps/apis/shared_leave-20system-5f0a1b2c3d4e5f6071" }, # going
    # the end
  ])
  non_business_connectors = []
  blocked_connectors      = []
  custom_connectors_patterns = [
    { order = 1, host_url_pattern = "https://a.example/*", data_group = "Business" }
  ]
}
"""


def test_a_policy_in_terraform_is_fixed(project: Path) -> None:
    path = project / "policies" / "hr.tf"
    path.write_text(_TERRAFORM, encoding="utf-8")

    run(["check", "--fix"])

    lines = [line for line in _TERRAFORM.splitlines(keepends=True) if "leave" not in line]
    fixed = "".join(lines).replace(
        'data_group = "Business" }\n',
        'data_group = "Business" },\n    { order = 2, host_url_pattern = "*", data_group = "Ignore" }\n',
    )
    assert path.read_text(encoding="utf-8") == fixed


def test_a_line_that_serves_two_policies_goes_from_both_or_from_none(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def policy(name: str, default: str, business: str, blocked: str) -> str:
        return (
            f'resource "powerplatform_data_loss_prevention_policy" "{name}" {{\n'
            f'  display_name = "{name}"\n  environment_type = "AllEnvironments"\n'
            f'  default_connectors_classification = "{default}"\n  business_connectors = {business}\n'
            f"  non_business_connectors = []\n  blocked_connectors = {blocked}\n  custom_connectors_patterns = []\n}}\n"
        )

    leaving = f'locals {{\n  leaving = ["{_RETIRED}"]\n}}\n'
    text = leaving + policy("hr", "Blocked", "local.leaving", "[]") + policy("it", "General", "[]", "local.leaving")
    path = project / "policies" / "hr.tf"
    path.write_text(text, encoding="utf-8")

    run(["check", "--fix", "--select", "LIF203"])

    assert path.read_text(encoding="utf-8") == text
    assert capsys.readouterr().err.count("would no longer be Blocked but Non-Business") == 2


def test_a_name_that_stands_for_an_id_is_no_entry_of_a_list(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    policy = {
        "display_name": "HR",
        "environment_type": "AllEnvironments",
        "default_connectors_classification": "Blocked",
        "business_connectors": [{"id": "${local.leave}"}],
        "non_business_connectors": [],
        "blocked_connectors": [],
        "custom_connectors_patterns": [],
    }
    document = {
        "locals": [{"leave": _RETIRED}],
        "resource": {"powerplatform_data_loss_prevention_policy": {"hr": policy}},
    }

    assert _fix(project, document, "hr.tf.json") == document

    told = capsys.readouterr().err
    assert told.endswith("LIF203 retirement-dlp-not-updated: it does not stand in a list\n")


def _groups(*ids: str) -> dict[str, object]:
    return _policy(*({"id": one} for one in ids))


def test_data_groups_are_sorted_when_that_is_asked_for(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = project / "policies" / "hr.json"
    unsorted = json.dumps(_groups("/providers/Microsoft.PowerApps/apis/shared_sql", "Http", "shared_excel"), indent=2)
    path.write_text(unsorted, encoding="utf-8")

    run(["check", "--fix"])
    assert path.read_text(encoding="utf-8") == unsorted
    capsys.readouterr()

    run(["check", "--diff", "--sort"])
    assert path.read_text(encoding="utf-8") == unsorted
    assert capsys.readouterr().out.startswith("--- a/policies/hr.json\n+++ b/policies/hr.json\n")

    run(["check", "--fix", "--sort"])
    in_order = json.dumps(_groups("Http", "shared_excel", "/providers/Microsoft.PowerApps/apis/shared_sql"), indent=2)
    assert path.read_text(encoding="utf-8") == in_order
    assert capsys.readouterr().err == "pllint: sorted the data groups in policies/hr.json\n"

    run(["check", "--fix", "--sort"])
    assert capsys.readouterr().err == "pllint: nothing to fix\n"


def test_sorting_comes_after_fixing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = project / "policies" / "hr.json"
    path.write_text(json.dumps(_policy(_SQL, {"id": "shared_excel"}, _leave())), encoding="utf-8")

    run(["check", "--fix", "--sort"])

    assert json.loads(path.read_text(encoding="utf-8")) == _policy({"id": "shared_excel"}, _SQL)
    assert capsys.readouterr().err.splitlines() == [
        "pllint: fixed 1 finding in policies/hr.json: LIF203 retirement-dlp-not-updated",
        "pllint: sorted the data groups in policies/hr.json",
    ]


def test_the_order_of_rules_is_never_changed_by_sorting(project: Path) -> None:
    policy = _with_rules(
        (1, "Blocked", "https://z.example/*"), (2, "General", "https://a.example/*"), (3, "Ignore", "*")
    )
    path = project / "policies" / "hr.json"
    path.write_text(json.dumps(policy), encoding="utf-8")

    run(["check", "--fix", "--sort"])

    assert json.loads(path.read_text(encoding="utf-8")) == policy


def test_a_list_that_stays_unsorted_is_told_with_the_reason(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        "displayName: HR\nenvironmentType: AllEnvironments\ndefaultConnectorsClassification: Blocked\n"
        "connectorGroups:\n- classification: Confidential\n  connectors:\n"
        "  - id: shared_sql\n  # files\n  - id: shared_excel\n"
        "- classification: General\n  connectors:\n  - id: shared_b # B\n  - id: shared_a # A\n"
    )
    path = project / "policies" / "hr.yaml"
    path.write_text(text, encoding="utf-8")

    run(["check", "--fix", "--sort"])

    b, a = "  - id: shared_b # B\n", "  - id: shared_a # A\n"
    assert path.read_text(encoding="utf-8") == text.replace(b + a, a + b)
    assert capsys.readouterr().err == (
        "pllint: sorted the data groups in policies/hr.yaml\n"
        "pllint: not sorted: policies/hr.yaml:6:3: a comment line stands between its entries\n"
    )


def test_only_the_policies_that_are_asked_for_are_sorted(project: Path) -> None:
    for name in ("one", "two"):
        (project / "policies" / f"{name}.json").write_text(
            json.dumps(_groups("shared_b", "shared_a")), encoding="utf-8"
        )

    run(["check", "--fix", "--sort", "policies/one.json"])

    kept, first = (json.loads((project / "policies" / f"{name}.json").read_text("utf-8")) for name in ("two", "one"))
    assert (kept, first) == (_groups("shared_b", "shared_a"), _groups("shared_a", "shared_b"))


@pytest.mark.usefixtures("project")
def test_sorting_alone_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--sort"]) == 2
    told = capsys.readouterr().err
    assert told == "pllint: --sort changes files, so it takes --fix, or --diff to show what it would change\n"


def test_what_lies_in_an_archive_is_left(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with zipfile.ZipFile(project / "policies.zip", "w") as archive:
        archive.writestr("hr.json", json.dumps(_policy(_SQL, _SQL)))

    run(["check", "--fix"])

    assert capsys.readouterr().err.endswith("DLP219 connector-listed-twice: it lies in an archive\n")


def test_diff_shows_what_fix_would_write_and_writes_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = project / "policies" / "hr.json"
    path.write_text(json.dumps(_policy(_SQL, _leave()), indent=2), encoding="utf-8")
    before = path.read_bytes()

    status = run(["check", "--diff"])

    shown = capsys.readouterr().out
    assert status == 1
    assert path.read_bytes() == before
    assert shown.startswith("--- a/policies/hr.json\n+++ b/policies/hr.json\n")
    assert f'-          "id": "{_RETIRED}",' in shown


def test_a_file_outside_the_project_is_left(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outside = project.parent / f"{project.name}-outside.json"
    outside.write_text(json.dumps(_policy(_SQL, _SQL)), encoding="utf-8")
    before = outside.read_bytes()

    run(["check", "--fix", ".", str(outside)])

    assert outside.read_bytes() == before
    assert "which is not a file of the project" in capsys.readouterr().err


@settings(max_examples=20, deadline=None)
@given(
    indent=st.sampled_from([None, 2, "\t"]),
    newline=st.sampled_from(["\n", "\r\n"]),
    mark=st.booleans(),
    places=st.lists(st.sampled_from(["sql", "leave"]), min_size=1, max_size=4),
)
def test_fixing_twice_is_fixing_once_and_the_form_of_the_file_stays(
    tmp_path_factory: pytest.TempPathFactory,
    indent: int | str | None,
    newline: str,
    mark: bool,  # noqa: FBT001 - a property's argument
    places: list[str],
) -> None:
    folder = tmp_path_factory.mktemp("fix")
    (folder / "governance").mkdir()
    (folder / "policies").mkdir()
    (folder / "pllint.yaml").write_text("as-of: 2026-11-21\n", encoding="utf-8")
    (folder / "governance" / "connectors.yaml").write_text(
        "connectors:\n  - {name: Leave system, owner: hr, stage: retired}\n", encoding="utf-8"
    )
    entries = [_SQL if place == "sql" else _leave() for place in places]

    def written(policy: object) -> bytes:
        text = json.dumps(policy, indent=indent, ensure_ascii=False).replace("\n", newline)
        return (b"\xef\xbb\xbf" if mark else b"") + text.encode()

    path = folder / "policies" / "hr.json"
    path.write_bytes(written(_policy(*entries)))

    run(["check", "--fix", str(folder)])
    once = path.read_bytes()
    run(["check", "--fix", str(folder)])

    assert once == written(_policy(*([_SQL] if "sql" in places else [])))
    assert path.read_bytes() == once
    shutil.rmtree(folder)


_ENTRIES = st.lists(
    st.tuples(st.sampled_from(["shared_sql", "shared_teams", "Http", _RETIRED]), st.sampled_from(["", " # beside"])),
    min_size=1,
    max_size=5,
)


@settings(max_examples=30, deadline=None)
@given(
    business=_ENTRIES,
    flow=st.booleans(),
    comment=st.sampled_from(["", "    # a line of its own\n"]),
    newline=st.sampled_from(["\n", "\r\n"]),
    mark=st.booleans(),
    orders=st.sampled_from([(1, 2), (2, 1), (4, 9), (9, 4)]),
)
def test_fixing_yaml_twice_is_fixing_it_once_and_no_comment_line_is_lost(  # noqa: PLR0917 - as a property has them
    tmp_path_factory: pytest.TempPathFactory,
    business: list[tuple[str, str]],
    flow: bool,  # noqa: FBT001 - a property's argument
    comment: str,
    newline: str,
    mark: bool,  # noqa: FBT001 - a property's argument
    orders: tuple[int, int],
) -> None:
    folder = tmp_path_factory.mktemp("fix")
    (folder / "governance").mkdir()
    (folder / "pllint.yaml").write_text("as-of: 2026-11-21\n", encoding="utf-8")
    (folder / "governance" / "connectors.yaml").write_text(
        "connectors:\n  - {name: Leave system, owner: hr, stage: retired}\n", encoding="utf-8"
    )
    if flow:
        entries = "".join(f"    {{id: {name}}},{beside}\n" for name, beside in business)
        listed = f"  connectors: [\n{entries}{comment}  ]\n"
    else:
        entries = "".join(f"    - id: {name}{beside}\n" for name, beside in business)
        listed = f"  connectors:\n{entries}{comment}"
    rules = "".join(
        f"    - order: {order}   # number\n      customConnectorRuleClassification: {group}\n"
        f"      pattern: '{pattern}'\n"
        for order, group, pattern in sorted(
            [(min(orders), "Blocked", "https://a.example/*"), (max(orders), "Ignore", "*")],
            reverse=orders[0] > orders[1],
        )
    )
    text = (
        "# ours\npolicyDefinition:\n displayName: HR é\n environmentType: AllEnvironments\n"
        " defaultConnectorsClassification: Blocked\n connectorGroups:\n - classification: Confidential\n"
        + listed.replace("\n  ", "\n   ").replace("  connectors", "   connectors", 1)
        + f"customConnectorUrlPatternsDefinition:\n  rules:\n{rules}# end\n"
    )
    path = folder / "hr.yaml"
    path.write_bytes((b"\xef\xbb\xbf" if mark else b"") + text.replace("\n", newline).encode())

    run(["check", "--fix", "--sort", str(folder)])
    once = path.read_bytes()
    run(["check", "--fix", "--sort", str(folder)])

    assert path.read_bytes() == once
    assert once.startswith(b"\xef\xbb\xbf") is mark
    fixed = once.decode("utf-8-sig")
    assert fixed.count("\n") == fixed.count(newline)
    read = YAML(typ="safe").load(fixed)
    ids = [entry["id"] for entry in read["policyDefinition"]["connectorGroups"][0]["connectors"]]
    assert ids == sorted({name for name, _ in business} - {_RETIRED}, key=str.lower)
    patterns = {rule["order"]: rule["pattern"] for rule in read["customConnectorUrlPatternsDefinition"]["rules"]}
    assert patterns == {1: "https://a.example/*", 2: "*"}
    assert [line for line in fixed.split(newline) if line.lstrip().startswith("#")] == [
        line for line in text.split("\n") if line.lstrip().startswith("#")
    ]
    shutil.rmtree(folder)
