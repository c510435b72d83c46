"""The cases of licensing-cases.yaml, one test per case, named by its id.

`lifecycle` goes through the checks, by turning the facts into the manifest and the source they describe; every other
subject goes through the rules of `pllint.engine.licensing`, and everything its case expects is compared. What makes an
app or a flow premium is worked out from a component made of the case's `uses`. The checks of apps, flows and the
estate run once more from a manifest, as far as a manifest can say what the case does. An environment of a case is
where its component goes, and nothing else is known of the estate.
"""

import datetime
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from ruamel.yaml import YAML

import pllint_licensing
import pllint_lifecycle
from pllint.catalogue import Catalogue
from pllint.catalogue.groups import GROUPS
from pllint.catalogue.plans import Plans, Price, plan_named, price_of
from pllint.check import Check, Context
from pllint.engine.licensing import premium
from pllint.engine.licensing.apps import judge_app
from pllint.engine.licensing.capacity import (
    agent_bill,
    ai_credits,
    bots,
    burst_ceiling,
    daily_limit,
    daily_pool,
    requests,
    storage,
    website_bill,
)
from pllint.engine.licensing.cost import (
    PASS,
    PREMIUM,
    VOLUME_FROM,
    Compared,
    MissingPriceError,
    Money,
    Profile,
    alternative,
    bundle_saving,
    exposure,
    flow_runs,
    flows_or_people,
    has_leverage,
    is_dearer,
    is_outside_range,
    metered_or_plans,
    mix,
    needed,
    pass_or_user,
    process_or_premium,
    still_paid,
    volume,
)
from pllint.engine.licensing.estate import Customer, LicenceStock, copies, estate
from pllint.engine.licensing.flows import judge_flow
from pllint.engine.lifecycle import Lifecycle
from pllint.finding import Finding
from pllint.model.capacity_facts import AgentUse, DesktopFacts, Loop, Storage, WebsiteUse
from pllint.model.component import (
    Call,
    Component,
    ComponentKind,
    ConnectorUse,
    StartsFrom,
    Step,
    Trigger,
    TriggerClass,
)
from pllint.model.connector_id import ConnectorKey, custom_name
from pllint.model.custom_connector import CustomConnector, Host, Operation
from pllint.model.environment import Environment, EnvironmentType
from pllint.model.licence_facts import (
    AppFacts,
    FlowFacts,
    Group,
    GuestLicence,
    LicenceJudgement,
    Owner,
    Place,
    Remark,
    ServedApp,
)
from pllint.model.policy import ClassifiedConnector, DataGroup, DlpPolicy, Scope
from pllint.model.workspace import Workspace
from pllint.read.document import Notes
from pllint.read.governance import governance_files
from pllint.run import judge
from pllint.settings import Settings
from pllint.source import Anchor, Source
from pllint.source_checks import source_checks
from pllint.suppress import Suppression
from pllint.text.node import Node

_COPY = Path(__file__).with_name("licensing-cases.yaml")
_AT = Anchor(Source("case", bytes))
_TODAY = "2026-11-21"
_CHECKS: tuple[Check, ...] = (*pllint_licensing.pllint_checks(), *pllint_lifecycle.pllint_checks())
_KNOWN = {check.name for check in _CHECKS}
_UNWRITTEN = {
    "custom-connector-claimed-standard", "standard-connector-available", "app-counts-active-only",
    "restricted-table-write",
}  # fmt: skip
"""Findings whose facts the manifest made of a case does not hold; the rules answer for them."""
_OTHERS = {check.name for check in pllint_lifecycle.pllint_checks()}
"""Findings that the licensing chapter does not answer for."""
_CARRIER = "App of "
_BESIDE = ("Flow ", "Parent ")
"""How the names begin of what is made beside a case's own component, whose findings are not of the case."""
_NOTHING = {"microsoft-365": 0}
"""What a manifest says of people who hold nothing; where it says nothing, nobody has looked."""
_CATALOGUE = Catalogue()
_PLANS = Plans()
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")

_AUTHENTICATION = {"none", "api-key", "basic", "oauth2", "entra-id", "windows", "certificate", "other"}
_STARTS_FROM = {
    "automated": StartsFrom.CONNECTOR,
    "scheduled": StartsFrom.TIMER,
    "http-request": StartsFrom.HTTP_REQUEST,
    "button": StartsFrom.BUTTON,
    "selected-item": StartsFrom.SELECTED_ITEM,
    "power-app": StartsFrom.POWER_APPS,
    "child": StartsFrom.PARENT_FLOW,
    "copilot": StartsFrom.AGENT,
    "power-pages": StartsFrom.POWER_PAGES,
}
_KINDS = {
    "canvas": ComponentKind.CANVAS_APP,
    "model-driven": ComponentKind.MODEL_DRIVEN_APP,
    "code": ComponentKind.CODE_APP,
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    given = metafunc.config.getoption("--licensing-cases", default=None)
    path = Path(given) if isinstance(given, str) else _COPY
    document = _as_text(YAML(typ="safe", pure=True).load(path))
    if "ruled_case" in metafunc.fixturenames:
        lists = Node(document, _AT)["price-lists"]
        cases = [case for case in Node(document, _AT)["cases"].elements() if case["subject"].text != "lifecycle"]
        ids = [case["id"].text or "" for case in cases]
        metafunc.parametrize(("ruled_case", "price_lists"), [(case, lists) for case in cases], ids=ids)
    if "plan_groups" in metafunc.fixturenames:
        metafunc.parametrize("plan_groups", [Node(document, _AT)["plan-groups"]], ids=["groups"])
    for argument, subjects in (("case", ("lifecycle", "app", "flow", "estate")), ("tier_case", ("app", "flow"))):
        if argument in metafunc.fixturenames:
            cases = [case for case in Node(document, _AT)["cases"].elements() if case["subject"].text in subjects]
            cases = [case for case in cases if _is_run(case, tiers=argument == "tier_case")]
            metafunc.parametrize(argument, cases, ids=[case["id"].text or "" for case in cases])


def test_a_case_gets_its_findings(case: Node) -> None:
    found, expected = _found(case), case["expect"]

    asked = _asked(case)
    assert _words(expected["findings"]) & asked <= found
    assert not _words(expected["absent"]) & asked & found


def test_a_case_gets_its_tier(tier_case: Node) -> None:
    component, called = _component(tier_case)
    environment = _place(tier_case)

    found = premium(
        component,
        _CATALOGUE,
        calls=called,
        environments=(environment,),
        as_of=tier_case["as-of"].text or _TODAY,
        created=tier_case["given"][_subject(tier_case)]["created"].text,
    )

    expected = tier_case["expect"]
    assert str(found.verdict) == ("yes" if expected["premium"].flag else "no")
    if expected["why"].present:
        assert {str(reason.word) for reason in found.reasons} == _words(expected["why"])


def test_a_case_comes_out_of_the_rules_as_it_says(ruled_case: Node, price_lists: Node) -> None:
    subject = ruled_case["subject"].text or ""
    given, as_of = ruled_case["given"], ruled_case["as-of"].text or _TODAY
    answer = _RULES[subject](given, as_of, price_lists)

    expected = ruled_case["expect"]
    for key, node in expected.items():
        if key in {"findings", "absent"}:
            continue
        assert key in answer, f"no answer for {key}"
        wanted = (
            [{"level": "required", **_dict(row)} for row in _elements(node.value)] if key == "needs" else node.value
        )
        assert _comparable(answer[key]) == _comparable(wanted), key
    told = answer["findings"]
    assert isinstance(told, set)
    assert _words(expected["findings"]) - _OTHERS <= told
    assert not _words(expected["absent"]) & told


def test_the_plan_groups_are_those_of_the_cases(plan_groups: Node) -> None:
    groups = _PLANS.groups(_TODAY)

    assert {name: set(_texts(node.value)) for name, node in plan_groups.items()} == {
        name: set(groups[name]) for name in GROUPS
    }


def test_accounted_is_the_sum_of_the_three_groups(case: Node) -> None:
    accounted = case["expect"]["accounted"].integer
    governance = _workspace(case).governance
    reviews = [retirement.licence_review for retirement in governance.retirements] if governance else []

    assert accounted is None or {review.accounted for review in reviews if review} >= {accounted}


def test_the_next_spot_check_is_due_a_quarter_after_the_last_look(case: Node) -> None:
    due = case["expect"]["next-spot-check"].text
    stages = Lifecycle(_workspace(case), datetime.date.fromisoformat(case["as-of"].text or _TODAY)).stages

    assert due is None or {stages.next_spot_check(record) for record in stages.connectors} >= {due}


def _is_run(case: Node, *, tiers: bool) -> bool:
    expected = case["expect"]
    if tiers:
        return expected["premium"].present
    if expected["accounted"].present or expected["next-spot-check"].present:
        return True
    return bool((_words(expected["findings"]) | _words(expected["absent"])) & _KNOWN)


def _asked(case: Node) -> set[str]:
    """Give the checks whose facts the manifest made of a case holds."""
    facts = case["given"][_subject(case)]
    people = list(facts["people"].elements())
    is_activity_by_group = len(people) > 1 and any(person["active"].present for person in people)
    if _subject(case) == "flow" or facts["context"].present or is_activity_by_group:
        # It names neither a flow's owner nor its app, nor the Dynamics application an app serves, and knows the active
        # people of an app, not of each group.
        return _OTHERS
    if _subject(case) == "app" and not facts["only-app"].flag:
        # A manifest of one app says that its people use nothing else.
        return _KNOWN - _UNWRITTEN - {"paid-plan-not-needed"}
    return _KNOWN - _UNWRITTEN - _unsaid(case)


def _unsaid(case: Node) -> set[str]:
    """Name the findings that the manifest made of an estate cannot bring.

    Its apps and flows need any plan that fits, and no fewer than none: the rules answer for each plan by itself.
    """
    if _subject(case) != "estate":
        return set()
    required = {row["plan"].text or "": row["count"].integer or 0 for row in case["given"]["required"].elements()}
    recorded = {record["plan"].text or "" for record in case["given"]["licences"].elements()}
    unsaid, groups = set[str](), _PLANS.groups(case["as-of"].text or _TODAY)
    fitting = {plan for group in ("app-premium", "flow-standalone", "flow-capacity") for plan in groups[group]}
    if not required.keys() <= fitting or (recorded and not required.keys() <= recorded):
        unsaid.add("licence-count-missing")
    if any(plan not in groups["app-premium"] or not required.get(plan) for plan in recorded):
        unsaid.add("licence-unused")
    return unsaid


def _found(case: Node) -> set[str]:
    workspace = _workspace(case)
    as_of = datetime.date.fromisoformat(case["as-of"].text or _TODAY)
    context = Context(workspace, Settings(), as_of, _CATALOGUE)
    judgement = judge(_CHECKS, context)
    assert not judgement.crashed
    checks = (*_CHECKS, *source_checks())
    decided = Suppression(Settings(), checks, workspace, as_of).decide(judgement.findings, judgement.could_not_run)
    names = {check.id: check.name for check in checks}
    findings = [_finding(decision) for decision in decided if not decision[1]]
    beside = {"lifecycle": (_CARRIER,), "app": _BESIDE, "flow": _BESIDE}.get(_subject(case), ())
    return {
        names[finding.check]
        for finding in findings
        if finding.component is None or not finding.component.name.startswith(beside)
    }


def _finding(decision: tuple[Finding, str]) -> Finding:
    return decision[0]


def _workspace(case: Node) -> Workspace:
    """Make what a case describes: the manifest as its reader gives it, and the source it speaks of."""
    subject = _subject(case)
    if subject == "lifecycle":
        return _lifecycle(case["given"])
    if subject == "estate":
        return _estate(case["given"])
    component, called = _component(case)
    place = _place(case)
    facts = case["given"][subject]
    manifest: dict[str, object] = {"environments": [{"name": place.name, **_mapping(case["given"]["environment"])}]}
    manifest.update(_records(component, facts, place.name))
    others = _other_apps(component, facts, manifest)
    parents = [_parent(parent, component, number) for number, parent in enumerate(facts["called-by"].elements())]
    return _joined(manifest, components=(component, *others, *called, *parents), environments=(place,))


def _other_apps(component: Component, facts: Node, manifest: dict[str, object]) -> tuple[Component, ...]:
    """Make the other premium apps that the same people use, and write them into the manifest."""
    names = [f"{component.name} {number}" for number in range(2, (facts["apps-per-user"].integer or 1) + 1)]
    apps = _elements(manifest.get("apps"))
    manifest |= {"apps": [*apps, *({**_dict(apps[0]), "name": name} for name in names)]} if names else {}
    return tuple(component._replace(name=name, id=name.lower()) for name in names)


def _dict(value: object) -> dict[str, object]:
    return {str(key): member for key, member in value.items()} if isinstance(value, dict) else {}


def _records(component: Component, facts: Node, place: str) -> dict[str, object]:
    """Write down what a case knows of an app or a flow in the manifest's words."""
    record: dict[str, object] = {"name": component.name, "environment": place}
    record.update({key: facts[key].value for key in ("created", "purpose", "plan", "licence") if facts[key].present})
    if capacity := facts["licence"].text:
        record["licence"] = capacity.removeprefix("power-automate-")
    people = list(facts["people"].elements())
    names = [f"{person['name'].text or 'people'} {number}" for number, person in enumerate(people)]
    populations: list[dict[str, object]] = [
        {
            "name": name,
            "people": person["count"].value,
            "holds": person["holds"].value or _NOTHING,
            **({"guests": _guests(person["guests"])} if person["guests"].present else {}),
        }
        for name, person in zip(names, people, strict=True)
    ]
    if makers := list(facts["makers"].elements()):
        # The manifest names one maker: a population of that name is all of them.
        record["maker"] = "the makers"
        held = Counter(_NOTHING)
        for maker in makers:
            held.update(dict(_numbers(maker["holds"])))
        number = sum(maker["count"].integer or 0 for maker in makers)
        populations.append({"name": "the makers", "people": number, "holds": dict(held)})
    approvals = []
    passes = (("passes", place), ("passes-elsewhere", "elsewhere"))
    allocated = {where: facts[key].value for key, where in passes if facts[key].integer}
    licences = [{"plan": "power-apps-per-app", "allocated": allocated}] if allocated else []
    if isinstance(licence := record.get("licence"), str):
        record["licence"] = licence.removeprefix("power-automate-")
    if component.kind is not ComponentKind.CLOUD_FLOW:
        if people or facts["owner-only"].flag:
            record["shared-with"] = names
        if facts["stated-users"].present and people:
            record["people"] = facts["stated-users"].value
        if any(person["active"].present for person in people):
            active = (person["active"] if person["active"].present else person["count"] for person in people)
            record["active-people"] = sum(number.integer or 0 for number in active)
        return {"apps": [record], "populations": populations, "licences": licences}
    record["people"] = [
        {
            key: value
            for key, value in (("who", name), ("role", person["role"].value), ("value", person["value"].value))
            if value
        }
        for name, person in zip(names, people, strict=True)
    ]
    if facts["http-approved"].flag:
        approvals = [{"of": "http", "flow": component.name, "date": "2019-01-01"}]
    return {"flows": [record], "populations": populations, "licences": licences, "approvals": approvals}


def _guests(facts: Node) -> dict[str, object]:
    cloud = {"cloud": "gcc"} if facts["cloud"].text == "different" else {}
    return {key: facts[key].value for key in ("home", "plan") if facts[key].present} | cloud


def _estate(given: Node) -> Workspace:
    """Make a premium app or flow for each plan that is required, with its people, beside the licence records."""
    components = []
    apps, flows, populations = [], [], []
    for number, required in enumerate(given["required"].elements()):
        plan, name = required["plan"].text or "", f"C{number}"
        if plan.startswith("power-apps"):
            kind = ComponentKind.CANVAS_APP
            populations.append({"name": f"people {number}", "people": required["count"].value})
            apps.append({"name": name, "plan": plan, "shared-with": [f"people {number}"]})
        else:
            kind = ComponentKind.CLOUD_FLOW
            flows.append({"name": name, "plan": plan})
        components.append(Component(kind=kind, name=name, id=name.lower(), at=_AT, uses=(_use("shared_sql"),)))
    new_customer = given["existing-customer"].flag is False
    agreement = {"kind": given["agreement"].value or "none", "starts": "2026-04-01" if new_customer else "2025-04-01"}
    manifest: dict[str, object] = {
        "tenant": {"agreement": agreement, "sector": given["sector"].text or "commercial"},
        "licences": given["licences"].value,
        "apps": apps,
        "flows": flows,
        "populations": populations,
    }
    return _joined(manifest, components=tuple(components), environments=())


def _lifecycle(given: Node) -> Workspace:
    manifest: dict[str, object] = {}
    for key in ("environments", "apps", "flows", "populations", "approvals", "waivers"):
        manifest[key] = given[key].value if given[key].present else []
    connectors = [dict(_mapping(connector)) for connector in given["connectors"].elements()]
    retirements: list[object] = []
    policies = [_listing("Shown", None)]
    components: list[Component] = []
    definitions: list[CustomConnector] = []
    apps = _elements(manifest["apps"])
    populations = _elements(manifest["populations"])
    if given["api-management"].flag:
        # The organisation runs API Management when some connector is behind it.
        connectors.append({"name": "Gateway", "stage": "request", "owner": "it", "api-management": True})
    for connector in connectors:
        name = str(connector["name"])
        if isinstance(retirement := connector.pop("retirement", None), dict):
            retirements.append({"connector": name, **retirement})
        if created := connector.pop("created-in-shared", None):
            connector["created"] = {"date": created}
        policies += [_listing(policy, name) for policy in _texts(connector.pop("still-in-policies", None))]
        components += [_app_using(app, name) for app in _texts(connector.pop("still-used-by", None))]
        if (people := connector.pop("population-now", None)) is not None:
            # The population of a connector is that of the apps that use it.
            components.append(_app_using(_CARRIER + name, name))
            populations.append({"name": "people of " + name, "people": people})
            apps.append({"name": _CARRIER + name, "shared-with": ["people of " + name], "justification": "given"})
        request, definition = _dict(connector.pop("request", None)), _dict(connector.pop("definition-now", None))
        _put_authentication_in_words(request, definition)
        definitions += [_definition(name, definition)] if definition else []
        connector.update({"request": request} if request else {})
    flows = _elements(manifest["flows"])
    for http in given["http-uses"].elements():
        components.append(_http_flow(http["flow"].text or ""))
        flows = [*flows, {"name": http["flow"].value, "environment": http["environment"].value}]
    manifest |= {"connectors": connectors, "retirements": retirements, "flows": flows}
    manifest |= {"apps": apps, "populations": populations}
    places = [
        Environment(name=place["name"].text or "", at=_AT, type=EnvironmentType(place["type"].text or "production"))
        for place in given["environments"].elements()
    ]
    return _joined(
        manifest,
        components=tuple(components),
        environments=tuple(places),
        policies=tuple(policies),
        definitions=tuple(definitions),
    )


def _joined(
    manifest: Mapping[str, object],
    *,
    components: Sequence[Component],
    environments: Sequence[Environment],
    policies: Sequence[DlpPolicy] = (),
    definitions: Sequence[CustomConnector] = (),
) -> Workspace:
    notes = Notes()
    governance = governance_files([Node(_as_text(manifest), _AT)], notes)
    assert not [finding for finding in notes.findings if finding.check in {"SRC002", "SRC010"}]
    return Workspace(
        governance=governance,
        components=components,
        environments=environments,
        policies=policies,
        custom_connectors=definitions,
    )


def _component(case: Node) -> tuple[Component, tuple[Component, ...]]:
    """Make the app or flow of a case, and the flows it starts."""
    subject = _subject(case)
    return _component_of(subject, case["given"][subject])


def _component_of(subject: str, facts: Node) -> tuple[Component, tuple[Component, ...]]:
    if subject == "flow":
        return _flow(facts, "The flow"), ()
    called = tuple(_flow(flow, f"Flow {number}") for number, flow in enumerate(facts["flows"].elements()))
    kind = _KINDS[facts["kind"].text or "canvas"]
    calls = tuple(Call(id=flow.id, at=_AT) for flow in called)
    app = Component(kind=kind, name="The app", id="the app", at=_AT, calls_flows=calls)
    return _with_uses(app, facts), called


def _flow(facts: Node, name: str) -> Component:
    word = facts["trigger"].text or "power-app"
    starts_from = _STARTS_FROM[word]
    instant = word in {"button", "selected-item", "power-app", "child", "copilot"}
    trigger_class = TriggerClass.INSTANT if instant else TriggerClass.AUTOMATED
    trigger = Trigger(name=word, type=word, kind=None, trigger_class=trigger_class, starts_from=starts_from, at=_AT)
    flow = Component(kind=ComponentKind.CLOUD_FLOW, name=name, id=name.lower(), at=_AT, trigger=trigger)
    if word == "http-request":
        flow = flow._replace(uses=(_use("HttpRequestReceived"),))
    return _with_uses(flow, facts)


def _parent(facts: Node, child: Component, number: int) -> Component:
    return _flow(facts, f"Parent {number}")._replace(calls_flows=(Call(id=child.id, at=_AT),))


def _with_uses(component: Component, facts: Node) -> Component:
    for word in _texts(facts["uses"].value):
        component = _with_use(component, word)
    return component


def _with_use(component: Component, word: str) -> Component:
    is_app = component.kind is not ComponentKind.CLOUD_FLOW
    if word == "dataverse" and is_app:
        return component._replace(dataverse_at=_AT)
    if word == "premium-control":
        return component._replace(premium_controls=(_AT,))
    if word == "business-process-flow":
        return component._replace(kind=ComponentKind.BUSINESS_PROCESS_FLOW)
    if word.startswith("desktop-"):
        call = Call(id="desktop", at=_AT, mode=word.removeprefix("desktop-"))
        return component._replace(calls_desktop_flows=(call,))
    if word == "ai-builder":
        step = Step(name="Predict", type="OpenApiConnection", at=_AT, ai_builder=True)
        use = _use("shared_commondataserviceforapps")._replace(steps=(step,))
        return component._replace(ai_builder=True, uses=(*component.uses, use))
    if word == "gateway":
        use = _use("shared_sharepointonline")._replace(gateway=True)
    elif word.startswith("custom:"):
        use = _use(custom_name(word.removeprefix("custom:")))._replace(custom=True)
    else:
        use = _use({"http": "Http", "dataverse": "shared_commondataserviceforapps"}.get(word, word))
    return component._replace(uses=(*component.uses, use))


def _use(connector: str) -> ConnectorUse:
    steps = (Step(name="Step", type="OpenApiConnection", at=_AT),)
    return ConnectorUse(connector=ConnectorKey(connector), custom=False, at=_AT, steps=steps)


def _http_flow(name: str) -> Component:
    kind = ComponentKind.CLOUD_FLOW
    return Component(kind=kind, name=name, id=name.lower(), at=_AT, uses=(_use("Http"),))


def _app_using(app: str, connector: str) -> Component:
    use = _use(custom_name(connector))._replace(custom=True)
    return Component(kind=ComponentKind.CANVAS_APP, name=app, id=app.lower(), at=_AT, uses=(use,))


def _put_authentication_in_words(*records: dict[str, object]) -> None:
    """Put a word of the manifest for each authentication, which is free text: for different texts different words."""
    given = [
        (record, str(record["authentication"]).strip().lower()) for record in records if record.get("authentication")
    ]
    free = iter(sorted(_AUTHENTICATION - {text for _, text in given}))
    words = {text: text if text in _AUTHENTICATION else next(free) for text in sorted({text for _, text in given})}
    for record, text in given:
        record["authentication"] = words[text]


def _definition(connector: str, facts: Mapping[str, object]) -> CustomConnector:
    return CustomConnector(
        name=custom_name(connector),
        display_name=connector,
        at=_AT,
        host=Host(name=str(facts["endpoint"]) if "endpoint" in facts else None),
        authentication=str(facts.get("authentication", "none")),
        properties_at=_AT if "authentication" in facts else None,
        operations=tuple(
            Operation(id=one, method="get", path="/", at=_AT) for one in _texts(facts.get("operations", []))
        ),
    )


def _listing(policy: str, connector: str | None) -> DlpPolicy:
    """Make a policy that lists a connector, or none; which policies reach an environment is said there."""
    keys = [custom_name(connector)] if connector else []
    entries = tuple(
        ClassifiedConnector(connector=key, group=DataGroup.BUSINESS, at=_AT, spelling=key, custom=True) for key in keys
    )
    return DlpPolicy(id=policy, name=policy, at=_AT, scope=Scope.ONLY, classified=entries)


def _place(case: Node) -> Environment:
    return _place_in(case["given"])


def _place_in(given: Node) -> Environment:
    facts = given["environment"]
    kind = EnvironmentType(facts["type"].text or "production")
    return Environment(name="here", at=_AT, type=kind, managed=facts["managed"].flag)


def _subject(case: Node) -> str:
    return case["subject"].text or ""


def _words(node: Node) -> set[str]:
    return set(_texts(node.value))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, list):
        yield from map(str, value)


def _elements(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else []


def _mapping(node: Node) -> Mapping[str, object]:
    return {str(key): value for key, value in node.value.items()} if isinstance(node.value, dict) else {}


def _as_text(value: object) -> object:
    """Turn scalars into the text that a manifest's reader is handed."""
    if isinstance(value, Mapping):
        return {str(key): _as_text(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_as_text(item) for item in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


Answer = dict[str, object]


def _app_case(given: Node, as_of: str, _: Node) -> Answer:
    app = given["app"]
    is_premium, why = _tier(given, as_of)
    facts = AppFacts(
        premium=is_premium,
        why=why,
        place=_place_of(given["environment"]),
        in_dynamics=app["context"].text == "dynamics-365",
        on_dataverse="dataverse" in _words(app["uses"]) or app["kind"].text == "model-driven",
        purpose=app["purpose"].text,
        people=tuple(map(_group, app["people"].elements())),
        makers=tuple(map(_group, app["makers"].elements())),
        passes=app["passes"].integer or 0,
        passes_elsewhere=app["passes-elsewhere"].integer or 0,
        plan=app["plan"].text,
        claims=tuple((name, node.text or "") for name, node in app["claims"].items()),
        hosts=tuple((name, node.text or "") for name, node in app["endpoints"].items()),
        stated_users=app["stated-users"].integer,
        counted_active=app["counted"].text == "active",
        owner_only=bool(app["owner-only"].flag),
        only_app=bool(app["only-app"].flag),
        apps_per_user=app["apps-per-user"].integer or 1,
        restricted_writers=(_group(app["restricted-writes"]),) if app["restricted-writes"].present else (),
    )
    judged = judge_app(facts, as_of, _PLANS)
    return {
        **_judged(judged, premium=facts.premium, why=facts.why),
        "passes-per-user": judged.passes_per_user,
        "metered-users": judged.metered_users,
    }


def _flow_case(given: Node, as_of: str, _: Node) -> Answer:
    facts = _flow_facts(given["flow"], given, as_of)
    judged = judge_flow(facts, as_of, _PLANS)
    answer = _judged(judged, premium=facts.premium, why=facts.why)
    if judged.alternative:
        answer["alternative"] = {"plan": judged.alternative.plan, "count": judged.alternative.number}
    if judged.metered is not None:
        answer["metered"] = judged.metered
    if judged.turned_off_after_days is not None:
        answer["turned-off-after-days"] = judged.turned_off_after_days
    return {**answer, "remedies": list(judged.remedies)}


def _flow_facts(flow: Node, given: Node, as_of: str) -> FlowFacts:
    served, owner, uses = flow["app"], flow["owner"], _words(flow["uses"])
    holders = flow["credential-holders"]
    word = flow["trigger"].text or "power-app"
    component = _flow(flow, "The flow")
    found = premium(component, _CATALOGUE, environments=(_place_in(given),), as_of=as_of, created=flow["created"].text)
    return FlowFacts(
        premium=found.verdict == "yes",
        why=tuple(dict.fromkeys(str(reason.word) for reason in found.reasons)),
        trigger=word,
        place=_place_of(given["environment"]),
        purpose=flow["purpose"].text,
        owner=Owner(
            name=owner["name"].text,
            kind=owner["kind"].text or "person",
            holds=tuple(_texts(owner["holds"].value)),
            left=bool(owner["left"].flag),
        )
        if owner.present
        else None,
        people=tuple(map(_group, flow["people"].elements())),
        licence=flow["licence"].text,
        covered_by=flow["covered-by"].text,
        associated_flows=flow["associated-flows"].integer or 0,
        called_by=tuple(_flow_facts(parent, given, as_of) for parent in flow["called-by"].elements()),
        app=ServedApp(
            name=served["name"].text,
            kind=served["kind"].text or "power-app",
            linked=bool(served["linked"].flag),
            shares_data=served["shares-data"].flag,
            exists=served["exists"].flag is not False,
        )
        if served.present
        else None,
        plan=flow["plan"].text,
        in_solution=bool(flow["solution-aware"].flag),
        agent_capacity=bool(flow["agent-capacity"].flag),
        credential_holders=None
        if not holders.present
        else Group(number=holders.integer)
        if holders.integer is not None
        else _group(holders),
        on_dataverse="dataverse" in uses,
        attended="desktop-attended" in uses,
        unattended="desktop-unattended" in uses,
    )


def _tier(given: Node, as_of: str) -> tuple[bool, tuple[str, ...]]:
    component, called = _component_of("app", given["app"])
    created = given["app"]["created"].text
    places = (_place_in(given),)
    found = premium(component, _CATALOGUE, calls=called, environments=places, as_of=as_of, created=created)
    return found.verdict == "yes", tuple(dict.fromkeys(str(reason.word) for reason in found.reasons))


def _judged(judged: LicenceJudgement, *, premium: bool, why: Sequence[str]) -> Answer:
    needs = [{"who": row.who, "count": row.number, "any-of": row.any_of, "level": row.level} for row in judged.needs]
    answer: Answer = {"premium": premium, "why": list(why), "needs": needs, "short": judged.short}
    if judged.unknown:
        answer["unknown"] = judged.unknown
    return {**answer, "findings": _told(judged.remarks)}


def _copies_case(given: Node, _: str, __: Node) -> Answer:
    licensed = [(copy["environment"].text or "", copy["licence"].text) for copy in given["copies"].elements()]
    found = copies(licensed, _PLANS.groups(_TODAY)["flow-capacity"], given["purchased"].integer)
    return {
        "capacity-licences-needed": found.needed,
        "capacity-licences-short": found.short,
        "user-plans-needed": found.user_plans,
        "findings": _told(found.remarks),
    }


def _desktop_case(given: Node, _: str, __: Node) -> Answer:
    desktop = given["desktop"]
    found = bots(
        DesktopFacts(
            attended=desktop["mode"].text == "attended",
            holds=tuple(_texts(desktop["holds"].value)),
            environment=desktop["environment"].text or "default",
            shared=bool(desktop["shared"].flag),
            from_cloud_flow=desktop["started-by"].text == "cloud-flow",
            concurrent=desktop["concurrent"].integer or 1,
            machines=desktop["machines"].integer or 1,
            bots=desktop["bots"].integer or 0,
            signs_into=tuple(_texts(desktop["signs-into"].value)),
        ),
        _PLANS.groups(_TODAY)["attended"],
    )
    return {"bots-needed": found.needed, "short": found.short, "findings": _told(found.remarks)}


def _agent_case(given: Node, as_of: str, _: Node) -> Answer:
    use = AgentUse(
        sessions=given["sessions"]["production"].integer or 0,
        test_sessions=given["sessions"]["test"].integer or 0,
        credits=tuple((kind, node.integer or 0) for kind, node in given["credits"].items()),
        packs_held=given["packs-held"].integer,
        connectors=bool(_words(given["connectors"])),
        capacity=given["capacity"].flag is not False,
        service_enabled=given["service-enabled"].flag is not False,
    )
    bill = agent_bill(use, as_of, _PLANS)
    return {
        "billed-sessions": bill.billed,
        "credits": bill.billed,
        "packs": bill.packs,
        "monthly": bill.monthly,
        "metered-monthly": bill.metered_monthly,
        "findings": _told(bill.remarks),
    }


def _website_case(given: Node, as_of: str, _: Node) -> Answer:
    held = given["held"]
    use = WebsiteUse(
        logins=given["logins"].integer,
        page_views=given["page-views"].integer,
        authenticated=given["authenticated"].integer,
        anonymous=given["anonymous"].integer,
        licensed_staff=given["licensed-staff"].integer or 0,
        held=_numbers(held) if held.present else None,
    )
    bill = website_bill(use, as_of, _PLANS)
    return {**dict(bill.packs), "monthly": bill.monthly, "findings": _told(bill.remarks)}


def _credits_case(given: Node, as_of: str, _: Node) -> Answer:
    wanted = given["needed"]
    number = wanted.integer
    if number is None:
        number = (wanted["items"].integer or 0) * (wanted["rate"].integer or 0)
    found = ai_credits(dict(_numbers(given["licences"])), given["add-ons"].integer or 0, number, as_of, _PLANS)
    return {
        "credits": found.credits,
        "needed": found.needed,
        "short": found.short,
        "add-ons-to-buy": found.add_ons_to_buy,
        "findings": _told(found.remarks),
    }


def _storage_case(given: Node, as_of: str, _: Node) -> Answer:
    add_ons, prices = given["add-ons-gb"], given["add-on-prices"]
    stores = ("database", "file", "log")
    found = storage(
        dict(_numbers(given["licences"])),
        as_of,
        _PLANS,
        tenant=_storage(given["tenant-default"]),
        add_ons=Storage(*(_amount(add_ons[store]) for store in stores)) if add_ons.present else None,
        used=_storage(given["used"]),
    )
    short = {"database": found.short_database, "file": found.short_file}
    listed = {store: _PLANS.price(f"dataverse-{store}", "usd-list", as_of) for store in stores}
    paid = {
        store: _amount(prices[store]) if prices[store].present else price.middle if price else Decimal(0)
        for store, price in listed.items()
    }
    return {
        "database-gb": found.entitled.database,
        "file-gb": found.entitled.file,
        "log-gb": found.entitled.log,
        "short-gb": {store: amount for store, amount in short.items() if amount},
        "can-create-environment": found.can_create_environment,
        "add-ons-monthly": sum(_amount(add_ons[store]) * paid[store] for store in stores),
        "findings": _told(found.remarks),
    }


def _requests_case(given: Node, as_of: str, _: Node) -> Answer:
    steps = given["steps"]
    held = list(_texts(given["plans"].value))
    limit = daily_limit(held, given["units"].integer or 1, given["add-ons"].integer or 0, as_of, _PLANS)
    pool = daily_pool(given["pool"]["dynamics-licences"].integer or 0, as_of, _PLANS)
    found = requests(
        pool if given["pool"].present and not held else limit,
        burst_ceiling(as_of, _PLANS),
        actions=steps["actions"].integer or 0,
        loops=[Loop(one["items"].integer or 0, one["actions"].integer or 0) for one in steps["loops"].elements()],
        runs_per_day=given["runs-per-day"].integer or 0,
        peak_per_5_minutes=given["peak-per-5-min"].integer or 0,
    )
    return {
        "daily-limit": limit,
        "per-flow-share": limit // (given["flows"].integer or 1),
        "per-run": found.per_run,
        "per-day": found.per_day,
        "over": found.over,
        "daily-pool": pool,
        "findings": _told(found.remarks),
    }


def _plan_case(given: Node, as_of: str, _: Node) -> Answer:
    found = [plan_named(name) for name in _texts(given["names"].value)]
    answer: Answer = {"plans": [plan.id if plan else None for plan in found], "findings": set()}
    plan = given["plan"].text
    if plan is not None:
        price = _PLANS.price(plan, "usd-list", as_of)
        keys = (
            "apps websites flows people minimum tiers gateway dataverse business-process-flows covers-child-flows"
            " stackable production rpa ai-builder restricted-tables in-context-only database-gb file-gb"
            " tenant-database-gb tenant-file-gb tenant-log-gb requests attended-bots unattended-bots associated-flows"
            " environments runs-per-month ai-credits credits unit pack included set"
        )
        answer |= {key: _PLANS.value(plan, key, as_of) for key in keys.split()}
        answer["price-usd"] = price.middle if price else None
    return answer


def _estate_case(given: Node, as_of: str, _: Node) -> Answer:
    records = [
        LicenceStock(
            plan=record["plan"].text or "",
            purchased=record["purchased"].integer,
            assigned=record["assigned"].integer,
            allocated=sum(number for _, number in _numbers(record["allocated"])),
            as_of=record["as-of"].text,
        )
        for record in given["licences"].elements()
    ]
    required = {row["plan"].text or "": row["count"].integer or 0 for row in given["required"].elements()}
    customer = Customer(
        agreement=given["agreement"].text,
        existing=given["existing-customer"].flag is not False,
        sector=given["sector"].text,
    )
    found = estate(records, required, customer, as_of, _PLANS)
    return {"balance": {one.plan: one.balance for one in found.balances}, "findings": _told(found.remarks)}


def _cost_case(given: Node, _: str, lists: Node) -> Answer:
    prices, listed = (
        {key: _price_in(node) for source in sources for key, node in source.items() if key != "currency"}
        for sources in (
            (lists[given["price-list"].text or ""], given["prices"]),
            (given["prices"], lists[given["price-list"].text or ""]),
        )
    )
    if given["cost"].text in _AT_LIST_PRICE:
        prices = listed
    try:
        return _COSTS[given["cost"].text or ""](given, prices)
    except MissingPriceError:
        return {"findings": {"price-missing"}}


_AT_LIST_PRICE = {"exposure", "price-check"}
"""What is held against list prices, whatever somebody pays."""


def _pass_or_user_cost(given: Node, prices: Mapping[str, Price]) -> Answer:
    apps = given["apps"].integer or 1
    found = pass_or_user(prices, given["users"].integer or 0, apps, given["apps-per-pass"].integer or 1)
    told = {"per-user-advised"} if apps >= 3 else set()
    sums = {PASS: found.pass_yearly, PREMIUM: found.user_yearly}
    intended = sums.get(given["plan"].text or "") or min(sums.values(), key=lambda money: money.middle)
    lowest = min(money.middle for money in sums.values())
    over = Decimal(0)
    if is_dearer(intended.middle, lowest):
        told.add("plan-dearer-than-alternative")
    if given["budget-yearly"].present and (over := max(Decimal(0), intended.middle - _amount(given["budget-yearly"]))):
        told.add("budget-exceeded")
    return {
        "passes": found.passes,
        "pass-yearly": found.pass_yearly,
        "user-yearly": found.user_yearly,
        "cheaper": found.cheaper,
        "saving-yearly": found.saving_yearly,
        "premium-cheaper-from-apps": found.premium_cheaper_from_apps,
        "over-budget": over,
        "findings": told,
    }


def _mixed_cost(given: Node, prices: Mapping[str, Price]) -> Answer:
    profiles = [
        Profile(one["people"].integer or 0, one["apps"].integer or 0) for one in given["populations"].elements()
    ]
    found = mix(prices, profiles)
    return {
        "all-pass": found.all_pass,
        "all-premium": found.all_premium,
        "mixed": found.mixed,
        "premium-people": found.premium_people,
        "findings": {"per-user-advised"} if any(profile.apps >= 3 for profile in profiles) else set(),
    }


def _flows_cost(given: Node, prices: Mapping[str, Price]) -> Answer:
    number = given["flows"].integer or 0
    per_flow, compared = flows_or_people(prices, number, given["people"].integer)
    told = {"flow-pack-minimum"} if number < 5 else set()
    if compared is None:
        return {"per-flow-monthly": per_flow, "findings": told}
    if compared.cheaper == "per-flow":
        told.add("capacity-licence-cheaper")
    per_user = compared.second
    return {
        "per-flow-monthly": per_flow, "per-user-monthly": per_user, "cheaper": compared.cheaper, "findings": told,
    }  # fmt: skip


def _process_cost(given: Node, prices: Mapping[str, Price]) -> Answer:
    found = process_or_premium(prices, given["people"].integer or 0, given["processes"].integer or 1)
    return _compared(found, "process-monthly", "premium-monthly", {"process": "capacity-licence-cheaper"})


def _metered_cost(given: Node, prices: Mapping[str, Price]) -> Answer:
    people, active = given["people"].integer or 0, given["active"].integer or 0
    found = metered_or_plans(prices, people, active, given["apps"].integer or 1)
    told = {"metered": {"metered-cheaper"}, "equal": set()}.get(found.cheapest, {"metered-dearer"})
    return {
        "metered-monthly": found.metered,
        "pass-monthly": found.passes,
        "premium-monthly": found.premium,
        "cheapest": found.cheapest,
        "findings": told,
    }


def _flow_runs_cost(given: Node, _: Mapping[str, Price]) -> Answer:
    runs = [int(run) for run in _texts(given["runs"].value)]
    found = flow_runs(runs, _amount(given["run-price"]), given["plans"].integer or 1, _amount(given["plan-price"]))
    return _compared(found, "metered", "plan", {})


def _volume_cost(given: Node, prices: Mapping[str, Price]) -> Answer:
    people = given["people"].integer or 0
    listed, tier = volume(prices, people)
    told = {"volume-price-available"} if people >= VOLUME_FROM else set()
    return {"list-yearly": listed, "volume-yearly": tier, "findings": told}


def _alternative_cost(given: Node, prices: Mapping[str, Price]) -> Answer:
    monthly = _amount(given["alternative-monthly"])
    found = alternative(prices, given["plan"].text or "", given["count"].integer or 1, monthly)
    return _compared(found, "plan-yearly", "alternative-yearly", {})


def _price_check(given: Node, prices: Mapping[str, Price]) -> Answer:
    outside = is_outside_range(_amount(given["override"]), needed(prices, given["plan"].text or ""))
    return {"findings": {"price-outside-range"} if outside else set()}


def _missing_price(given: Node, prices: Mapping[str, Price]) -> Answer:
    needed(prices, given["plan"].text or "")
    return {"findings": set()}


def _exposure_cost(given: Node, prices: Mapping[str, Price]) -> Answer:
    amount = exposure(prices, given["plan"].text or "", given["unlicensed"].integer or 0, given["months"].integer or 0)
    return {"exposure": amount, "findings": {"retroactive-exposure"} if amount else set()}


def _bundle_cost(given: Node, _: Mapping[str, Price]) -> Answer:
    lines = [(line["passes"].integer or 0, _amount(line["price"])) for line in given["lines"].elements()]
    yearly = sum((passes * price * 12 for passes, price in lines), Decimal(0))
    told = {"ea-lines-not-bundled"} if len(lines) > 1 else set()
    if has_leverage(given["custom-connector-apps"].integer or 0, given["people"].integer or 0):
        told.add("negotiation-leverage")
    return {
        "passes": sum(passes for passes, _ in lines),
        "spend-yearly": yearly,
        "saving-yearly": list(bundle_saving(yearly)),
        "findings": told,
    }


def _reduction_cost(given: Node, _: Mapping[str, Price]) -> Answer:
    may_reduce = bool(given["count-reduction"].flag)
    last = given["next-anniversary-eve" if may_reduce else "term-ends"].text or ""
    found = still_paid(given["passes"].integer or 0, _amount(given["price"]), given["retired"].text or "", last)
    told = {"retired-still-paid"} if found.months else set()
    told |= set() if may_reduce else {"ea-no-count-reduction"}
    return {"months-still-paid": found.months, "still-paid": found.amount, "findings": told}


def _compared(found: Compared, first: str, second: str, checks: Mapping[str, str]) -> Answer:
    told = {checks[found.cheaper]} if found.cheaper in checks else set()
    return {first: found.first, second: found.second, "cheaper": found.cheaper, "findings": told}


_RULES = {
    "app": _app_case,
    "flow": _flow_case,
    "copies": _copies_case,
    "desktop": _desktop_case,
    "agent": _agent_case,
    "website": _website_case,
    "ai-credits": _credits_case,
    "capacity": _storage_case,
    "requests": _requests_case,
    "plan": _plan_case,
    "cost": _cost_case,
    "estate": _estate_case,
}
_COSTS = {
    "pass-or-user": _pass_or_user_cost,
    "mixed": _mixed_cost,
    "flows": _flows_cost,
    "process-or-premium": _process_cost,
    "metered": _metered_cost,
    "flow-runs": _flow_runs_cost,
    "volume": _volume_cost,
    "alternative": _alternative_cost,
    "price-check": _price_check,
    "missing-price": _missing_price,
    "exposure": _exposure_cost,
    "ea-bundle": _bundle_cost,
    "ea-reduction": _reduction_cost,
}


def _group(node: Node) -> Group:
    guests = node["guests"]
    return Group(
        name=node["name"].text,
        number=node["count"].integer,
        holds=_numbers(node["holds"]),
        active=node["active"].integer,
        role=node["role"].text,
        gets_nothing=node["value"].text == "none",
        benefits=bool(node["benefit"].flag),
        guests=GuestLicence(
            home=guests["home"].text or "unknown",
            plan=guests["plan"].text,
            other_cloud=guests["cloud"].text == "different",
        )
        if guests.present
        else None,
    )


def _place_of(node: Node) -> Place:
    return Place(
        type=node["type"].text or "production",
        managed=bool(node["managed"].flag),
        pay_as_you_go=bool(node["pay-as-you-go"].flag),
    )


def _numbers(node: Node) -> tuple[tuple[str, int], ...]:
    return tuple((key, number.integer or 0) for key, number in node.items())


def _amount(node: Node) -> Decimal:
    return Decimal(node.text or "0")


def _storage(node: Node) -> Storage | None:
    return Storage(*(Decimal(text) for text in _texts(node.value))) if node.present else None


def _price_in(node: Node) -> Price:
    if node["low"].present:
        return price_of(
            _amount(node["low"]), _amount(node["high"]), _amount(node["mid"]) if node["mid"].present else None
        )
    return price_of(_amount(node))


def _told(remarks: Iterable[Remark]) -> set[str]:
    return {remark.check for remark in remarks}


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
