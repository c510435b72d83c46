"""The cases of licensing-cases.yaml, one test per case, named by its id.

Run so far: `lifecycle`, for the checks that exist, by turning the facts into the manifest and the source they
describe; `estate` for licence-count-missing; and of `app` and `flow` what makes them premium (`premium`, `why`) and the
checks that exist. Not run yet, because nothing answers them: who needs which licence (`needs`, `short`, `unknown`),
`balance`, and the subjects copies, desktop, agent, website, ai-credits, capacity, requests, plan and
cost. A case that names nothing of what is run is left out. An environment of a case is where its component goes, and
nothing else is known of the estate.
"""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from ruamel.yaml import YAML

import pllint_licensing
import pllint_lifecycle
from pllint.catalogue import Catalogue
from pllint.check import Check, Context
from pllint.engine.licensing import premium
from pllint.engine.lifecycle import Lifecycle
from pllint.finding import Finding
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
from pllint.model.policy import ClassifiedConnector, DataGroup, DlpPolicy
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
_CATALOGUE = Catalogue()

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
    for argument, subjects in (("case", ("lifecycle", "app", "flow", "estate")), ("tier_case", ("app", "flow"))):
        if argument in metafunc.fixturenames:
            cases = [case for case in Node(document, _AT)["cases"].elements() if case["subject"].text in subjects]
            cases = [case for case in cases if _is_run(case, tiers=argument == "tier_case")]
            metafunc.parametrize(argument, cases, ids=[case["id"].text or "" for case in cases])


def test_a_case_gets_its_findings(case: Node) -> None:
    found, expected = _found(case), case["expect"]

    assert _words(expected["findings"]) & _KNOWN <= found
    assert not _words(expected["absent"]) & _KNOWN & found


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


def test_accounted_is_the_sum_of_the_three_groups(case: Node) -> None:
    accounted = case["expect"]["accounted"].integer
    governance = _workspace(case).governance
    reviews = [retirement.licence_review for retirement in governance.retirements] if governance else []

    assert accounted is None or [review.accounted for review in reviews if review] == [accounted]


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


def _found(case: Node) -> set[str]:
    workspace = _workspace(case)
    as_of = datetime.date.fromisoformat(case["as-of"].text or _TODAY)
    context = Context(workspace, Settings(), as_of, _CATALOGUE)
    judgement = judge(_CHECKS, context)
    assert not judgement.crashed
    checks = (*_CHECKS, *source_checks())
    decided = Suppression(Settings(), checks, workspace, as_of).decide(judgement.findings, judgement.could_not_run)
    names = {check.id: check.name for check in checks}
    return {names[_finding(decision).check] for decision in decided if not decision[1]}


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
    parents = [_parent(parent, component, number) for number, parent in enumerate(facts["called-by"].elements())]
    return _joined(manifest, components=(component, *called, *parents), environments=(place,))


def _records(component: Component, facts: Node, place: str) -> dict[str, object]:
    """Write down what a case knows of an app or a flow in the manifest's words."""
    record: dict[str, object] = {"name": component.name, "environment": place}
    record.update({key: facts[key].value for key in ("created", "purpose", "plan", "licence") if facts[key].present})
    people = [person for person in facts["people"].elements() if person["name"].present]
    populations = [
        {"name": person["name"].value, "people": person["count"].value, "holds": person["holds"].value or {}}
        for person in people
    ]
    approvals = []
    licences = [
        {"plan": "power-apps-per-app", "allocated": {where: facts[key].value}}
        for key, where in (("passes", place), ("passes-elsewhere", "elsewhere"))
        if facts[key].present
    ]
    if component.kind is not ComponentKind.CLOUD_FLOW:
        record["shared-with"] = [person["name"].value for person in people]
        return {"apps": [record], "populations": populations, "licences": licences}
    record["people"] = [{"who": person["name"].value, "role": person["role"].value} for person in people]
    if facts["http-approved"].flag:
        approvals = [{"of": "http", "flow": component.name, "date": "2019-01-01"}]
    return {"flows": [record], "populations": populations, "licences": licences, "approvals": approvals}


def _estate(given: Node) -> Workspace:
    """Make a premium app or flow for each plan that is required, beside the licence records there are."""
    components = []
    for number, required in enumerate(given["required"].elements()):
        is_app = (required["plan"].text or "").startswith("power-apps")
        kind = ComponentKind.CANVAS_APP if is_app else ComponentKind.CLOUD_FLOW
        components.append(Component(kind=kind, name=f"C{number}", id=f"c{number}", at=_AT, uses=(_use("shared_sql"),)))
    return _joined({"licences": given["licences"].value}, components=tuple(components), environments=())


def _lifecycle(given: Node) -> Workspace:
    manifest: dict[str, object] = {}
    for key in ("environments", "apps", "flows", "populations", "approvals", "waivers"):
        manifest[key] = given[key].value if given[key].present else []
    connectors = [dict(_mapping(connector)) for connector in given["connectors"].elements()]
    retirements: list[object] = []
    policies: list[DlpPolicy] = []
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
            components.append(_app_using("App of " + name, name))
            populations.append({"name": "people of " + name, "people": people})
            apps.append({"name": "App of " + name, "shared-with": ["people of " + name], "justification": "given"})
        if isinstance(definition := connector.pop("definition-now", None), dict):
            definitions.append(_definition(name, definition))
        request = connector.get("request")
        if isinstance(request, dict) and request.get("authentication") not in {None, *_AUTHENTICATION}:
            connector["request"] = {**request, "authentication": "other"}
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
    facts = case["given"][subject]
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


def _listing(policy: str, connector: str) -> DlpPolicy:
    key = custom_name(connector)
    entry = ClassifiedConnector(connector=key, group=DataGroup.BUSINESS, at=_AT, spelling=key, custom=True)
    return DlpPolicy(id=policy, name=policy, at=_AT, classified=(entry,))


def _place(case: Node) -> Environment:
    facts = case["given"]["environment"]
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
