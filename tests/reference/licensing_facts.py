"""What the licence rules are told of a case of licensing-cases.yaml."""

from pllint.engine.licensing import premium
from pllint.model.licence_facts import AppFacts, FlowFacts, Group, GuestLicence, Owner, Place, ServedApp
from pllint.text.node import Node
from tests.reference.licensing_components import component_of, environment_in, flow_of
from tests.reference.licensing_words import CATALOGUE, numbers_of, texts_of, words_in


def app_facts(given: Node, as_of: str) -> AppFacts:
    """Put the app of a case in the words of the rules."""
    app = given["app"]
    is_premium, why = _tier_of(given, as_of)
    return AppFacts(
        premium=is_premium,
        why=why,
        place=_place_of(given["environment"]),
        in_dynamics=app["context"].text == "dynamics-365",
        on_dataverse="dataverse" in words_in(app["uses"]) or app["kind"].text == "model-driven",
        purpose=app["purpose"].text,
        people=tuple(map(_group_of, app["people"].elements())),
        makers=tuple(map(_group_of, app["makers"].elements())),
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
        restricted_writers=(_group_of(app["restricted-writes"]),) if app["restricted-writes"].present else (),
    )


def flow_facts(flow: Node, given: Node, as_of: str) -> FlowFacts:
    """Put a flow in the words of the rules, with the flows that call it."""
    served, owner, uses = flow["app"], flow["owner"], words_in(flow["uses"])
    holders = flow["credential-holders"]
    word = flow["trigger"].text or "power-app"
    component = flow_of(flow, "The flow")
    places, created = (environment_in(given),), flow["created"].text
    found = premium(component, CATALOGUE, environments=places, as_of=as_of, created=created)
    return FlowFacts(
        premium=found.verdict == "yes",
        why=tuple(dict.fromkeys(str(reason.word) for reason in found.reasons)),
        trigger=word,
        place=_place_of(given["environment"]),
        purpose=flow["purpose"].text,
        owner=Owner(
            name=owner["name"].text,
            kind=owner["kind"].text or "person",
            holds=tuple(texts_of(owner["holds"].value)),
            left=bool(owner["left"].flag),
        )
        if owner.present
        else None,
        people=tuple(map(_group_of, flow["people"].elements())),
        licence=flow["licence"].text,
        covered_by=flow["covered-by"].text,
        associated_flows=flow["associated-flows"].integer or 0,
        called_by=tuple(flow_facts(parent, given, as_of) for parent in flow["called-by"].elements()),
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
        else _group_of(holders),
        on_dataverse="dataverse" in uses,
        attended="desktop-attended" in uses,
        unattended="desktop-unattended" in uses,
    )


def _tier_of(given: Node, as_of: str) -> tuple[bool, tuple[str, ...]]:
    component, called = component_of("app", given["app"])
    created = given["app"]["created"].text
    places = (environment_in(given),)
    found = premium(component, CATALOGUE, calls=called, environments=places, as_of=as_of, created=created)
    return found.verdict == "yes", tuple(dict.fromkeys(str(reason.word) for reason in found.reasons))


def _group_of(node: Node) -> Group:
    guests = node["guests"]
    return Group(
        name=node["name"].text,
        number=node["count"].integer,
        holds=numbers_of(node["holds"]),
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
