"""The cases of licensing-cases.yaml, one test per case, named by its id.

`lifecycle` goes through the checks, by turning the facts into the manifest and the source they describe; every other
subject goes through the rules of `pllint.engine.licensing`, and everything its case expects is compared. What makes an
app or a flow premium is worked out from a component made of the case's `uses`. The checks of apps, flows and the
estate run once more from a manifest, as far as a manifest can say what the case does. An environment of a case is
where its component goes, and nothing else is known of the estate.
"""

import datetime
import re
from decimal import Decimal
from pathlib import Path

import pytest
from ruamel.yaml import YAML

import pllint_licensing
import pllint_lifecycle
from pllint.catalogue.groups import GROUPS
from pllint.check import Check, Context
from pllint.engine.licensing import premium
from pllint.engine.licensing.cost import Money
from pllint.engine.lifecycle import Lifecycle
from pllint.finding import Finding
from pllint.run import judge
from pllint.settings import Settings
from pllint.source_checks import source_checks
from pllint.suppress import Suppression
from pllint.text.node import Node
from tests.reference.licensing_answers import RULES
from tests.reference.licensing_components import component_of_case, environment_of
from tests.reference.licensing_words import (
    AT,
    CATALOGUE,
    PLANS,
    TODAY,
    as_dict,
    as_text,
    elements_of,
    subject_of,
    texts_of,
    words_in,
)
from tests.reference.licensing_workspace import CARRIER, workspace_of

_COPY = Path(__file__).with_name("licensing-cases.yaml")
_CHECKS: tuple[Check, ...] = (*pllint_licensing.pllint_checks(), *pllint_lifecycle.pllint_checks())
_KNOWN = {check.name for check in _CHECKS}
_UNWRITTEN = {
    "custom-connector-claimed-standard", "standard-connector-available", "app-counts-active-only",
    "restricted-table-write",
}  # fmt: skip
"""Findings whose facts the manifest made of a case does not hold; the rules answer for them."""
_OTHERS = {check.name for check in pllint_lifecycle.pllint_checks()}
"""Findings that the licensing chapter does not answer for."""
_BESIDE = ("Flow ", "Parent ")
"""How the names begin of what is made beside a case's own component, whose findings are not of the case."""
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    given = metafunc.config.getoption("--licensing-cases", default=None)
    path = Path(given) if isinstance(given, str) else _COPY
    document = as_text(YAML(typ="safe", pure=True).load(path))
    if "ruled_case" in metafunc.fixturenames:
        lists = Node(document, AT)["price-lists"]
        cases = [case for case in Node(document, AT)["cases"].elements() if case["subject"].text != "lifecycle"]
        ids = [case["id"].text or "" for case in cases]
        metafunc.parametrize(("ruled_case", "price_lists"), [(case, lists) for case in cases], ids=ids)
    if "plan_groups" in metafunc.fixturenames:
        metafunc.parametrize("plan_groups", [Node(document, AT)["plan-groups"]], ids=["groups"])
    for argument, subjects in (("case", ("lifecycle", "app", "flow", "estate")), ("tier_case", ("app", "flow"))):
        if argument in metafunc.fixturenames:
            cases = [case for case in Node(document, AT)["cases"].elements() if case["subject"].text in subjects]
            cases = [case for case in cases if _is_run(case, tiers=argument == "tier_case")]
            metafunc.parametrize(argument, cases, ids=[case["id"].text or "" for case in cases])


def test_a_case_gets_its_findings(case: Node) -> None:
    found, expected = _found(case), case["expect"]

    asked = _asked(case)
    assert words_in(expected["findings"]) & asked <= found
    assert not words_in(expected["absent"]) & asked & found


def test_a_case_gets_its_tier(tier_case: Node) -> None:
    component, called = component_of_case(tier_case)
    environment = environment_of(tier_case)

    found = premium(
        component,
        CATALOGUE,
        calls=called,
        environments=(environment,),
        as_of=tier_case["as-of"].text or TODAY,
        created=tier_case["given"][subject_of(tier_case)]["created"].text,
    )

    expected = tier_case["expect"]
    assert str(found.verdict) == ("yes" if expected["premium"].flag else "no")
    if expected["why"].present:
        assert {str(reason.word) for reason in found.reasons} == words_in(expected["why"])


def test_a_case_comes_out_of_the_rules_as_it_says(ruled_case: Node, price_lists: Node) -> None:
    subject = ruled_case["subject"].text or ""
    given, as_of = ruled_case["given"], ruled_case["as-of"].text or TODAY
    answer = RULES[subject](given, as_of, price_lists)

    expected = ruled_case["expect"]
    for key, node in expected.items():
        if key in {"findings", "absent"}:
            continue
        assert key in answer, f"no answer for {key}"
        wanted = (
            [{"level": "required", **as_dict(row)} for row in elements_of(node.value)] if key == "needs" else node.value
        )
        assert _comparable(answer[key]) == _comparable(wanted), key
    told = answer["findings"]
    assert isinstance(told, set)
    assert words_in(expected["findings"]) - _OTHERS <= told
    assert not words_in(expected["absent"]) & told


def test_the_plan_groups_are_those_of_the_cases(plan_groups: Node) -> None:
    groups = PLANS.groups(TODAY)

    assert {name: set(texts_of(node.value)) for name, node in plan_groups.items()} == {
        name: set(groups[name]) for name in GROUPS
    }


def test_accounted_is_the_sum_of_the_three_groups(case: Node) -> None:
    accounted = case["expect"]["accounted"].integer
    governance = workspace_of(case).governance
    reviews = [retirement.licence_review for retirement in governance.retirements] if governance else []

    assert accounted is None or {review.accounted for review in reviews if review} >= {accounted}


def test_the_next_spot_check_is_due_a_quarter_after_the_last_look(case: Node) -> None:
    due = case["expect"]["next-spot-check"].text
    stages = Lifecycle(workspace_of(case), datetime.date.fromisoformat(case["as-of"].text or TODAY)).stages

    assert due is None or {stages.next_spot_check(record) for record in stages.connectors} >= {due}


def _is_run(case: Node, *, tiers: bool) -> bool:
    expected = case["expect"]
    if tiers:
        return expected["premium"].present
    if expected["accounted"].present or expected["next-spot-check"].present:
        return True
    return bool((words_in(expected["findings"]) | words_in(expected["absent"])) & _KNOWN)


def _asked(case: Node) -> set[str]:
    """Give the checks whose facts the manifest made of a case holds."""
    facts = case["given"][subject_of(case)]
    people = list(facts["people"].elements())
    is_activity_by_group = len(people) > 1 and any(person["active"].present for person in people)
    if subject_of(case) == "flow" or facts["context"].present or is_activity_by_group:
        # It names neither a flow's owner nor its app, nor the Dynamics application an app serves, and knows the active
        # people of an app, not of each group.
        return _OTHERS
    if subject_of(case) == "app" and not facts["only-app"].flag:
        # A manifest of one app says that its people use nothing else.
        return _KNOWN - _UNWRITTEN - {"paid-plan-not-needed"}
    return _KNOWN - _UNWRITTEN - _unsaid(case)


def _unsaid(case: Node) -> set[str]:
    """Name the findings that the manifest made of an estate cannot bring.

    Its apps and flows need any plan that fits, and no fewer than none: the rules answer for each plan by itself.
    """
    if subject_of(case) != "estate":
        return set()
    required = {row["plan"].text or "": row["count"].integer or 0 for row in case["given"]["required"].elements()}
    recorded = {record["plan"].text or "" for record in case["given"]["licences"].elements()}
    unsaid, groups = set[str](), PLANS.groups(case["as-of"].text or TODAY)
    fitting = {plan for group in ("app-premium", "flow-standalone", "flow-capacity") for plan in groups[group]}
    if not required.keys() <= fitting or (recorded and not required.keys() <= recorded):
        unsaid.add("licence-count-missing")
    if any(plan not in groups["app-premium"] or not required.get(plan) for plan in recorded):
        unsaid.add("licence-unused")
    return unsaid


def _found(case: Node) -> set[str]:
    workspace = workspace_of(case)
    as_of = datetime.date.fromisoformat(case["as-of"].text or TODAY)
    context = Context(workspace, Settings(), as_of, CATALOGUE)
    judgement = judge(_CHECKS, context)
    assert not judgement.crashed
    checks = (*_CHECKS, *source_checks())
    decided = Suppression(Settings(), checks, workspace, as_of).decide(judgement.findings, judgement.could_not_run)
    names = {check.id: check.name for check in checks}
    findings = [_finding(decision) for decision in decided if not decision[1]]
    beside = {"lifecycle": (CARRIER,), "app": _BESIDE, "flow": _BESIDE}.get(subject_of(case), ())
    return {
        names[finding.check]
        for finding in findings
        if finding.component is None or not finding.component.name.startswith(beside)
    }


def _finding(decision: tuple[Finding, str]) -> Finding:
    return decision[0]


def _comparable(value: object) -> object:
    """Put an answer and an expected value into one form: text, words in order, numbers to two decimals."""
    if isinstance(value, Money):
        return _comparable([value.low, value.high] if value.is_range else value.middle)
    if isinstance(value, dict):
        return {str(key): _comparable(value[key]) for key in sorted(value)}
    if isinstance(value, list | tuple):
        items = [_comparable(item) for item in value]
        return sorted(items, key=repr) if any(isinstance(item, dict | str) for item in items) else items
    if value is None or isinstance(value, bool):
        return None if value is None else str(value).lower()
    return f"{Decimal(str(value)):.2f}" if _NUMBER.fullmatch(str(value)) else str(value)
