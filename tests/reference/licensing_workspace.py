"""The manifest and the source that a case of licensing-cases.yaml describes, as far as a manifest can say it."""

from collections import Counter
from collections.abc import Mapping, Sequence

from pllint.model.component import Component, ComponentKind
from pllint.model.connector_id import custom_name
from pllint.model.custom_connector import CustomConnector, Host, Operation
from pllint.model.environment import Environment, EnvironmentType
from pllint.model.policy import ClassifiedConnector, DataGroup, DlpPolicy, Scope
from pllint.model.workspace import Workspace
from pllint.read.document import Notes
from pllint.read.governance import governance_files
from pllint.text.node import Node
from tests.reference.licensing_components import component_of_case, environment_of, parent_of, use_of
from tests.reference.licensing_words import (
    AT,
    as_dict,
    as_text,
    elements_of,
    mapping_of,
    numbers_of,
    subject_of,
    texts_of,
)

CARRIER = "App of "
_NOTHING = {"microsoft-365": 0}
"""What a manifest says of people who hold nothing; where it says nothing, nobody has looked."""
_AUTHENTICATION = {"none", "api-key", "basic", "oauth2", "entra-id", "windows", "certificate", "other"}


def workspace_of(case: Node) -> Workspace:
    """Make what a case describes: the manifest as its reader gives it, and the source it speaks of."""
    subject = subject_of(case)
    if subject == "lifecycle":
        return _lifecycle(case["given"])
    if subject == "estate":
        return _estate(case["given"])
    component, called = component_of_case(case)
    place = environment_of(case)
    facts = case["given"][subject]
    manifest: dict[str, object] = {"environments": [{"name": place.name, **mapping_of(case["given"]["environment"])}]}
    manifest.update(_records(component, facts, place.name))
    others = _other_apps(component, facts, manifest)
    parents = [parent_of(parent, component, number) for number, parent in enumerate(facts["called-by"].elements())]
    return _joined(manifest, components=(component, *others, *called, *parents), environments=(place,))


def _other_apps(component: Component, facts: Node, manifest: dict[str, object]) -> tuple[Component, ...]:
    """Make the other premium apps that the same people use, and write them into the manifest."""
    names = [f"{component.name} {number}" for number in range(2, (facts["apps-per-user"].integer or 1) + 1)]
    apps = elements_of(manifest.get("apps"))
    manifest |= {"apps": [*apps, *({**as_dict(apps[0]), "name": name} for name in names)]} if names else {}
    return tuple(component._replace(name=name, id=name.lower()) for name in names)


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
            held.update(dict(numbers_of(maker["holds"])))
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
        components.append(Component(kind=kind, name=name, id=name.lower(), at=AT, uses=(use_of("shared_sql"),)))
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
    connectors = [dict(mapping_of(connector)) for connector in given["connectors"].elements()]
    retirements: list[object] = []
    policies = [_listing("Shown", None)]
    components: list[Component] = []
    definitions: list[CustomConnector] = []
    apps = elements_of(manifest["apps"])
    populations = elements_of(manifest["populations"])
    if given["api-management"].flag:
        # The organisation runs API Management when some connector is behind it.
        connectors.append({"name": "Gateway", "stage": "request", "owner": "it", "api-management": True})
    for connector in connectors:
        name = str(connector["name"])
        if isinstance(retirement := connector.pop("retirement", None), dict):
            retirements.append({"connector": name, **retirement})
        if created := connector.pop("created-in-shared", None):
            connector["created"] = {"date": created}
        policies += [_listing(policy, name) for policy in texts_of(connector.pop("still-in-policies", None))]
        components += [_app_using(app, name) for app in texts_of(connector.pop("still-used-by", None))]
        if (people := connector.pop("population-now", None)) is not None:
            # The population of a connector is that of the apps that use it.
            components.append(_app_using(CARRIER + name, name))
            populations.append({"name": "people of " + name, "people": people})
            apps.append({"name": CARRIER + name, "shared-with": ["people of " + name], "justification": "given"})
        request, definition = as_dict(connector.pop("request", None)), as_dict(connector.pop("definition-now", None))
        _put_authentication_in_words(request, definition)
        definitions += [_definition(name, definition)] if definition else []
        connector.update({"request": request} if request else {})
    flows = elements_of(manifest["flows"])
    for http in given["http-uses"].elements():
        components.append(_http_flow(http["flow"].text or ""))
        flows = [*flows, {"name": http["flow"].value, "environment": http["environment"].value}]
    manifest |= {"connectors": connectors, "retirements": retirements, "flows": flows}
    manifest |= {"apps": apps, "populations": populations}
    places = [
        Environment(name=place["name"].text or "", at=AT, type=EnvironmentType(place["type"].text or "production"))
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
    governance = governance_files([Node(as_text(manifest), AT)], notes)
    assert not [finding for finding in notes.findings if finding.check in {"SRC002", "SRC010"}]
    return Workspace(
        governance=governance,
        components=components,
        environments=environments,
        policies=policies,
        custom_connectors=definitions,
    )


def _http_flow(name: str) -> Component:
    kind = ComponentKind.CLOUD_FLOW
    return Component(kind=kind, name=name, id=name.lower(), at=AT, uses=(use_of("Http"),))


def _app_using(app: str, connector: str) -> Component:
    use = use_of(custom_name(connector))._replace(custom=True)
    return Component(kind=ComponentKind.CANVAS_APP, name=app, id=app.lower(), at=AT, uses=(use,))


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
        at=AT,
        host=Host(name=str(facts["endpoint"]) if "endpoint" in facts else None),
        authentication=str(facts.get("authentication", "none")),
        properties_at=AT if "authentication" in facts else None,
        operations=tuple(
            Operation(id=one, method="get", path="/", at=AT) for one in texts_of(facts.get("operations", []))
        ),
    )


def _listing(policy: str, connector: str | None) -> DlpPolicy:
    """Make a policy that lists a connector, or none; which policies reach an environment is said there."""
    keys = [custom_name(connector)] if connector else []
    entries = tuple(
        ClassifiedConnector(connector=key, group=DataGroup.BUSINESS, at=AT, spelling=key, custom=True) for key in keys
    )
    return DlpPolicy(id=policy, name=policy, at=AT, scope=Scope.ONLY, classified=entries)
