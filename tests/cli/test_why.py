"""`pllint why`: the chain of one component, for people and for programs."""

import json
from pathlib import Path

import pytest

from pllint.catalogue import Catalogue
from pllint.schema import violations
from tests.cli.conftest import GMAIL, SHAREPOINT, TWITTER, Run, flow, policy, write

_NAMES = {key: f"{Catalogue().name_of(key)} ({key})" for key in (SHAREPOINT, TWITTER, GMAIL)}


@pytest.mark.usefixtures("estate")
def test_the_whole_chain_is_told_in_80_columns(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from pllint.cli import why
    from pllint.report import RenderOptions

    monkeypatch.setattr(why, "options_for", lambda *_args, **_more: RenderOptions(width=80))

    status, out, _ = run("why", "Notify", "--env", "hr-test")

    assert status == 0
    assert (
        out
        == f"""\
Notify (cloud flow)
  flows/notify.json:1:1

What it uses
  {_NAMES[TWITTER]}: standard
    step Post (Tweet)
      flows/notify.json:29:5
    -> connection reference ctx_shared_twitter
       flows/notify.json:5:4
  {_NAMES[SHAREPOINT]}: standard
    step Read (Get)
      flows/notify.json:38:5
    -> connection reference ctx_shared_sharepointonline
       flows/notify.json:13:4

In hr-test: not allowed: will be suspended
  policy 'Baseline'
    -> Blocked: {_NAMES[TWITTER]}
       is listed in Blocked
       policies/baseline.json:24:12
    -> Business: {_NAMES[SHAREPOINT]}
       is listed in Business
       policies/baseline.json:12:12
  => violation: 'Baseline' blocks {_NAMES[TWITTER]}
  What would make it pass; each was tried on the policies:
    1. admin: move {_NAMES[TWITTER]} to Business in 'Baseline'
    2. admin: exclude hr-test from 'Baseline'; and give it a policy of its
       own, a copy in which you move {_NAMES[TWITTER]} to Business
    3. admin: exempt it from 'Baseline'

Licence: no premium licence needed
"""
    )


@pytest.mark.usefixtures("estate")
def test_an_allowed_component_is_told_what_lets_it_pass_and_what_would_change_that(run: Run) -> None:
    _, out, _ = run("why", "Copy", "--env", "hr-test")

    assert "In hr-test: allowed\n" in out
    assert "=> allowed: nothing it uses is blocked or mixed in 'Baseline': Business\n" in out


def test_what_would_block_an_allowed_component_is_tried_first(estate: Path, run: Run) -> None:
    write(estate / "policies" / "baseline.json", policy("Baseline", business=[SHAREPOINT, GMAIL]))
    write(estate / "flows" / "mail.json", flow("Mail", ("Read", SHAREPOINT, "Get"), ("Send", GMAIL, "SendEmail")))

    _, out, _ = run("why", "Mail", "--env", "hr-test", "--format", "json")

    found = json.loads(out)
    assert found["environments"][0]["would-be-blocked-by"] == [
        f"moving {_NAMES[SHAREPOINT]} or {_NAMES[GMAIL]} to Non-Business in 'Baseline' would block it",
        f"moving {_NAMES[GMAIL]} to Blocked in 'Baseline' would block it",
    ]


@pytest.mark.usefixtures("estate")
def test_json_follows_its_schema_with_a_place_for_every_line(run: Run) -> None:
    _, out, _ = run("why", "notify", "--format", "json")

    found = json.loads(out)
    assert not violations("why", found)
    assert [one["environment"] for one in found["environments"]] == [
        "hr-production",
        "hr-test",
        "any other environment",
    ]
    chain = found["environments"][0]["chain"]
    assert [(one["message"], one["path"]) for one in chain] == [
        (f"Post uses {_NAMES[TWITTER]}", "flows/notify.json"),
        ("through the connection reference ctx_shared_twitter", "flows/notify.json"),
        (f"{_NAMES[TWITTER]} is listed in Blocked of 'Baseline'", "policies/baseline.json"),
    ]


def test_a_change_that_would_block_others_says_so_and_comes_last(estate: Path, run: Run) -> None:
    write(estate / "policies" / "baseline.json", policy("Baseline", business=[SHAREPOINT], general=[TWITTER, GMAIL]))
    write(estate / "flows" / "tweet.json", flow("Tweet", ("Post", TWITTER, "Tweet"), ("Send", GMAIL, "SendEmail")))

    _, out, _ = run("why", "Notify", "--env", "hr-test", "--format", "json")

    remedies = json.loads(out)["environments"][0]["remedies"]
    harmful = [remedy["steps"] for remedy in remedies if remedy["newly-blocks"]]
    assert [f"move {_NAMES[TWITTER]} to Business in 'Baseline'"] in harmful
    assert [remedy["newly-blocks"] > 0 for remedy in remedies] == sorted(
        remedy["newly-blocks"] > 0 for remedy in remedies
    )


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("Notfy", "no component 'Notfy'; did you mean 'Notify'?"),
        ("zzzzzzzz", "no component 'zzzzzzzz'; `pllint show` lists them"),
    ],
)
@pytest.mark.usefixtures("estate")
def test_an_unknown_component_is_wrong_use(run: Run, word: str, message: str) -> None:
    assert run("why", word) == (2, "", f"pllint: {message}\n")


def test_a_name_that_two_components_bear_lists_them(estate: Path, run: Run) -> None:
    for name in ("first", "second"):
        write(estate / "flows" / f"{name}.json", flow("Report", ("Read", SHAREPOINT, "Get")))

    assert run("why", "Report") == (
        2,
        "",
        (
            "pllint: 'Report' may be any of 2 components; ask by id, or with a PATH: first in flows/first.json,"
            " Report (cloud flow); second in flows/second.json, Report (cloud flow)\n"
        ),
    )


def test_copies_of_one_component_are_one(estate: Path, run: Run) -> None:
    write(estate / "copies" / "notify.json", flow("Notify", ("Post", TWITTER, "Tweet"), ("Read", SHAREPOINT, "Get")))

    status, out, _ = run("why", "Notify")

    assert status == 0
    assert "\n  The same component lies in 1 other file.\n" in out


@pytest.mark.usefixtures("estate")
def test_sarif_tells_the_same_chain_as_a_code_flow(run: Run) -> None:
    _, out, _ = run("check", "--select", "DLP101", "--env", "hr-test", "--output", "sarif")

    (result,) = json.loads(out)["runs"][0]["results"]
    (thread,) = result["codeFlows"][0]["threadFlows"]
    steps = [step["location"] for step in thread["locations"]]
    assert [step["message"]["text"] for step in steps][:3] == [
        f"Post uses {_NAMES[TWITTER]}",
        "through the connection reference ctx_shared_twitter",
        f"{_NAMES[TWITTER]} is listed in Blocked of 'Baseline'",
    ]
    assert steps[3]["message"]["text"].startswith("cloud flow Notify will be suspended in hr-test")
    assert [step["physicalLocation"]["artifactLocation"]["uri"] for step in steps] == [
        "flows/notify.json", "flows/notify.json", "policies/baseline.json", "flows/notify.json",
    ]  # fmt: skip


@pytest.mark.usefixtures("estate")
def test_the_remedy_of_a_finding_names_the_one_group_that_works(run: Run) -> None:
    _, out, _ = run("check", "--select", "DLP101", "--env", "hr-test", "--output", "json")

    (finding,) = json.loads(out)["findings"]
    assert finding["remedy"].endswith("ask a Power Platform admin to move it to Business in 'Baseline'")
