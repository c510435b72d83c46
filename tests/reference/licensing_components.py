"""The app, flow and environment of a case of licensing-cases.yaml, as a reader of source would give them."""

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
from pllint.model.environment import Environment, EnvironmentType
from pllint.text.node import Node
from tests.reference.licensing_words import AT, subject_of, texts_of

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


def component_of_case(case: Node) -> tuple[Component, tuple[Component, ...]]:
    """Make the app or flow of a case, and the flows it starts."""
    subject = subject_of(case)
    return component_of(subject, case["given"][subject])


def component_of(subject: str, facts: Node) -> tuple[Component, tuple[Component, ...]]:
    if subject == "flow":
        return flow_of(facts, "The flow"), ()
    called = tuple(flow_of(flow, f"Flow {number}") for number, flow in enumerate(facts["flows"].elements()))
    kind = _KINDS[facts["kind"].text or "canvas"]
    calls = tuple(Call(id=flow.id, at=AT) for flow in called)
    app = Component(kind=kind, name="The app", id="the app", at=AT, calls_flows=calls)
    return _with_uses(app, facts), called


def flow_of(facts: Node, name: str) -> Component:
    word = facts["trigger"].text or "power-app"
    starts_from = _STARTS_FROM[word]
    instant = word in {"button", "selected-item", "power-app", "child", "copilot"}
    trigger_class = TriggerClass.INSTANT if instant else TriggerClass.AUTOMATED
    trigger = Trigger(name=word, type=word, kind=None, trigger_class=trigger_class, starts_from=starts_from, at=AT)
    flow = Component(kind=ComponentKind.CLOUD_FLOW, name=name, id=name.lower(), at=AT, trigger=trigger)
    if word == "http-request":
        flow = flow._replace(uses=(use_of("HttpRequestReceived"),))
    return _with_uses(flow, facts)


def parent_of(facts: Node, child: Component, number: int) -> Component:
    return flow_of(facts, f"Parent {number}")._replace(calls_flows=(Call(id=child.id, at=AT),))


def _with_uses(component: Component, facts: Node) -> Component:
    for word in texts_of(facts["uses"].value):
        component = _with_use(component, word)
    return component


def _with_use(component: Component, word: str) -> Component:
    is_app = component.kind is not ComponentKind.CLOUD_FLOW
    if word == "dataverse" and is_app:
        return component._replace(dataverse_at=AT)
    if word == "premium-control":
        return component._replace(premium_controls=(AT,))
    if word == "business-process-flow":
        return component._replace(kind=ComponentKind.BUSINESS_PROCESS_FLOW)
    if word.startswith("desktop-"):
        call = Call(id="desktop", at=AT, mode=word.removeprefix("desktop-"))
        return component._replace(calls_desktop_flows=(call,))
    if word == "ai-builder":
        step = Step(name="Predict", type="OpenApiConnection", at=AT, ai_builder=True)
        use = use_of("shared_commondataserviceforapps")._replace(steps=(step,))
        return component._replace(ai_builder=True, uses=(*component.uses, use))
    if word == "gateway":
        use = use_of("shared_sharepointonline")._replace(gateway=True)
    elif word.startswith("custom:"):
        use = use_of(custom_name(word.removeprefix("custom:")))._replace(custom=True)
    else:
        use = use_of({"http": "Http", "dataverse": "shared_commondataserviceforapps"}.get(word, word))
    return component._replace(uses=(*component.uses, use))


def use_of(connector: str) -> ConnectorUse:
    steps = (Step(name="Step", type="OpenApiConnection", at=AT),)
    return ConnectorUse(connector=ConnectorKey(connector), custom=False, at=AT, steps=steps)


def environment_of(case: Node) -> Environment:
    return environment_in(case["given"])


def environment_in(given: Node) -> Environment:
    facts = given["environment"]
    kind = EnvironmentType(facts["type"].text or "production")
    return Environment(name="here", at=AT, type=kind, managed=facts["managed"].flag)
