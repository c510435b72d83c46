"""Every case of dlp-cases.yaml through the real engine and checks, one test per case, named by its id.

The evaluator-level facts of a case become the model's records. `POL-nnn` of a case is the check `DLP2nn`; POL-043 is
DLP112 and DLP113.
"""

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

import pllint_dlp
from pllint.catalogue import Catalogue, CatalogueConnector
from pllint.check import Check, Context
from pllint.engine.dlp import PolicySet
from pllint.engine.dlp.resource import Resource, Used, UsedEndpoint, UsedOperation
from pllint.finding import Finding
from pllint.model.advanced_policy import AdvancedPolicy, AllowedConnector, ConnectorSetting
from pllint.model.component import Component, ComponentKind, ConnectorUse
from pllint.model.connector_id import ConnectorKey, custom_name, custom_names, parse_connector_id
from pllint.model.custom_connector import CustomConnector, Host
from pllint.model.environment import Environment, EnvironmentRef, EnvironmentType
from pllint.model.policy import (
    ActionRule,
    ActionRules,
    Behaviour,
    ClassifiedConnector,
    DataGroup,
    DlpPolicy,
    EndpointRule,
    EndpointRules,
    ExemptResource,
    Scope,
    UrlPattern,
)
from pllint.model.policy_ids import (
    BUILT_IN,
    CHANNELS,
    COPILOT_STUDIO,
    HTTP,
    KNOWLEDGE,
    NATIVE_DATAVERSE,
    OF_CONNECTOR,
    REQUESTS,
    SKILLS,
    UNAUTHENTICATED,
)
from pllint.model.verdict import Note, NoteKind, Part, Subject, Violation
from pllint.model.workspace import Workspace
from pllint.settings import Settings
from pllint.source import Anchor, Source
from pllint.text.node import Node

_COPY = Path(__file__).with_name("dlp-cases.yaml")
_GROUPS = {
    "business": DataGroup.BUSINESS,
    "non_business": DataGroup.NON_BUSINESS,
    "blocked": DataGroup.BLOCKED,
    "ignore": DataGroup.IGNORE,
}
_CATALOGUE = Catalogue()
_CHECKS = [
    check for check in pllint_dlp.pllint_checks() if check.id.startswith("DLP2") or check.id in {"DLP112", "DLP113"}
]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    given = metafunc.config.getoption("--dlp-cases", default=None)
    path = Path(given) if isinstance(given, str) else _COPY
    document = Node(YAML(typ="safe", pure=True).load(path), Anchor(Source(path.name, path.read_bytes)))
    for argument, key in (("case", "cases"), ("policy_case", "policy_cases")):
        if argument in metafunc.fixturenames:
            cases = list(document[key].elements())
            metafunc.parametrize(argument, cases, ids=[_text(case["id"]) for case in cases])


def test_case_gets_its_verdict(case: Node) -> None:
    policies = PolicySet(
        [_policy(node) for node in case["policies"].elements()],
        _CATALOGUE,
        [_advanced(node) for node in case["acp"].elements()],
        [_setting(node) for node in case["tenant_connector_settings"].elements()],
    )

    verdict = policies.verdict(_resource(case["resource"]), _environment(case["environment"]))

    expected = case["expect"]
    assert str(verdict.outcome) == expected["verdict"].text
    wanted = list(expected["violations"].elements())
    assert sorted(map(_stated_violation, verdict.violations)) == sorted(map(_expected_violation, wanted))
    assert {node["via"].text for node in wanted} - {None} <= {violation.via for violation in verdict.violations}
    assert {note.text for note in expected["notes"].elements()} <= {str(note.kind) for note in verdict.notes}


def test_policy_set_case_gets_its_findings(policy_case: Node) -> None:
    found = [(check.id, finding) for check in _CHECKS for finding in _run(check, _context(policy_case))]

    for wanted in policy_case["found"].elements():
        assert any(_fits(finding, check, wanted) for check, finding in found), wanted.value
    for code in policy_case["absent"].elements():
        assert not _ids_of(code) & {check for check, _ in found}


def _context(case: Node) -> Context:
    custom = {_comparable(_text(entry["id"])): _custom(entry) for entry in case["custom"].elements()}
    resources = [*case["resources"].elements(), *([case["resource"]] if case["resource"].present else [])]
    workspace = Workspace(
        policies=[_policy(node) for node in case["policies"].elements()],
        environments=[_environment(node) for node in case["environments"].elements()],
        advanced_policies=[_advanced(node) for node in case["acp"].elements()],
        connector_settings=[_setting(node) for node in case["tenant_connector_settings"].elements()],
        custom_connectors=[
            CustomConnector(
                name=subject.key, display_name=subject.key, at=case.at, host=subject.host or Host(name=None)
            )
            for subject in custom.values()
        ],
        components=[_component(node, custom) for node in resources],
    )
    return Context(workspace, Settings(), datetime.date(2026, 11, 21), _catalogue(case))


def _component(node: Node, custom: dict[str, Subject]) -> Component:
    subjects = [_subject(entry, custom) for entry in node["connectors"].elements()]
    return Component(
        kind=ComponentKind(_text(node["kind"]).replace("_", "-")),
        name=_text(node["id"]),
        id=_text(node["id"]),
        at=node.at,
        uses=tuple(ConnectorUse(connector=each.key, custom=each.custom, at=node.at) for each in subjects),
    )


def _run(check: Check, context: Context) -> Iterator[Finding]:
    if not any(context.lacks(need) for need in check.needs):
        for element in context.workspace.elements(check.on):
            for outcome in check.judge(element, context):
                if isinstance(outcome, Finding):
                    yield outcome


def _ids_of(code: Node) -> set[str]:
    number = _text(code)[-3:]
    return {"DLP112", "DLP113"} if number == "043" else {f"DLP2{number[-2:]}"}


def _fits(finding: Finding, check: str, wanted: Node) -> bool:
    policy, subject = wanted["policy"].text, wanted["subject"].text
    named = {finding.environment, *finding.connectors, " + ".join(sorted(finding.connectors))}
    return (
        check in _ids_of(wanted["code"])
        and policy in {None, finding.policy}
        and (subject is None or subject in named or subject in finding.message)
    )


def _catalogue(case: Node) -> Catalogue:
    catalogue = Catalogue()
    listed = [(_text(facts["id"]), facts) for facts in case["catalog"].elements()]
    for key, facts in (*case["catalog"].items(), *listed):
        row = catalogue.find(key)
        catalogue._found[key] = (row or _unknown_connector(key))._replace(  # noqa: SLF001 - the case's own facts
            unblockable=facts["unblockable"].flag,
            deprecated=facts["deprecated"].flag,
        )
    return catalogue


def _unknown_connector(key: str) -> CatalogueConnector:
    return CatalogueConnector(
        key=ConnectorKey(key),
        name=key,
        tier=None,
        tier_basis=None,
        publisher=None,
        release=None,
        kind="certified",
        unblockable=False,
        deprecated=False,
        replaced_by=None,
        endpoint_filtering=False,
        last_seen=None,
    )


def _stated_violation(violation: Violation) -> str:
    names = {
        "policy": violation.policy.id if violation.policy else None,
        "connectors": None,
        "connector": None,
        "business": None,
        "non_business": None,
        "operation": violation.operation,
        "endpoint": violation.endpoint,
        "rule": violation.rule,
    }
    match str(violation.kind):
        case "group_conflict":
            names |= {"business": _names(violation.parts), "non_business": _names(violation.others)}
        case "blocked_connector" | "acp_connector_not_allowed" | "disabled_connector":
            names |= {"connectors": _names(violation.parts)}
        case "blocked_action" | "denied_endpoint" | "acp_action_not_allowed":
            names |= {"connector": _names(violation.parts)}
    return f"{violation.kind} {names}"


def _expected_violation(node: Node) -> str:
    connector = node["connector"].text
    names = {
        "policy": node["policy"].text,
        "connectors": _listed_names(node["connectors"]),
        "connector": None if connector is None else str([_comparable(connector)]),
        "business": _listed_names(node["business"]),
        "non_business": _listed_names(node["non_business"]),
        "operation": node["operation"].text,
        "endpoint": node["endpoint"].text,
        "rule": node["rule"].integer,
    }
    return f"{node['kind'].text} {names}"


def _names(parts: tuple[Part, ...]) -> str:
    return str(sorted(_comparable(part.connector) for part in parts))


def _listed_names(node: Node) -> str | None:
    return str(sorted(_comparable(_text(name)) for name in node.elements())) if node.present else None


def _comparable(spelling: str) -> str:
    parsed = parse_connector_id(spelling)
    return custom_names(parsed.key if parsed else spelling)[0]


def _text(node: Node) -> str:
    assert node.text is not None, f"no text at {node.at.path}"
    return node.text


def _environment(node: Node) -> Environment:
    name = _text(node["id"])
    return Environment(
        name=name,
        at=node.at,
        id=name,
        type=_environment_type(node["type"].text),
        managed=node["managed"].flag,
        group=node["group"].text,
        listed=True,
    )


def _environment_type(word: str | None) -> EnvironmentType | None:
    if word is None:
        return None
    return EnvironmentType(word.lower()) if word.lower() in set(EnvironmentType) else EnvironmentType.OTHER


def _policy(node: Node) -> DlpPolicy:
    scope = node["scope"].text
    known = scope is None or scope in set(Scope)
    return DlpPolicy(
        id=_text(node["id"]),
        name=_text(node["id"]),
        at=node.at,
        scope=Scope(scope) if known and scope else Scope.ALL,
        unknown_scope=None if known else scope,
        environments=tuple(EnvironmentRef(name=_text(name), at=name.at) for name in node["environments"].elements()),
        default=_GROUPS[_text(node["default"])] if node["default"].present else None,
        default_at=node["default"].at,
        classified=None if node["groups_missing"].flag else tuple(_classified(node)),
        patterns=_patterns(node["url_patterns"]) if node["url_patterns"].present else None,
        patterns_at=node["url_patterns"].at,
        actions=tuple(_action_rules(rules) for rules in node["actions"].elements()),
        endpoints=tuple(_endpoint_rules(rules) for rules in node["endpoints"].elements()),
        exempt=tuple(_exempt(node)),
        legacy=bool(node.get("legacy", "legacy_schema", "is_legacy_schema", "isLegacySchemaVersion").flag),
    )


def _classified(node: Node) -> Iterator[ClassifiedConnector]:
    for group in ("business", "non_business", "blocked"):
        for entry in node[group].elements():
            parsed = parse_connector_id(_text(entry))
            assert parsed is not None
            yield ClassifiedConnector(
                connector=parsed.key,
                group=_GROUPS[group],
                at=entry.at,
                spelling=parsed.spelling,
                custom=parsed.custom,
                environment=parsed.environment,
            )


def _patterns(node: Node) -> tuple[UrlPattern, ...]:
    return tuple(
        UrlPattern(
            order=entry["order"].integer or 0,
            pattern=_text(entry["pattern"]),
            group=_GROUPS[_text(entry["group"])],
            at=entry.at,
        )
        for entry in node.elements()
    )


def _action_rules(node: Node) -> ActionRules:
    return ActionRules(
        connector=_key(node["connector"]),
        default=Behaviour(node["default"].text or "Allow"),
        rules=tuple(
            ActionRule(operation=_text(rule["action"]), behaviour=Behaviour(_text(rule["behavior"])), at=rule.at)
            for rule in node["rules"].elements()
        ),
        at=node.at,
    )


def _endpoint_rules(node: Node) -> EndpointRules:
    return EndpointRules(
        connector=_key(node["connector"]),
        rules=tuple(
            EndpointRule(
                order=rule["order"].integer or 0,
                endpoint=_text(rule["endpoint"]),
                behaviour=Behaviour(_text(rule["behavior"])),
                at=rule.at,
            )
            for rule in node["rules"].elements()
        ),
        at=node.at,
    )


def _exempt(node: Node) -> Iterator[ExemptResource]:
    for entry in node["exempt"].elements():
        yield ExemptResource(id=entry.text or _text(entry["id"]), type=entry["type"].text or "", at=entry.at)
    for number in range(node["exempt_count"].integer or 0):
        yield ExemptResource(id=f"exempt-{number}", type="", at=node.at)


def _advanced(node: Node) -> AdvancedPolicy:
    return AdvancedPolicy(
        id=_text(node["id"]),
        name=_text(node["id"]),
        at=node.at,
        environments=tuple(EnvironmentRef(name=_text(name), at=name.at) for name in node["environment"].listed()),
        groups=tuple(_text(name) for name in node["group"].listed()),
        allowed=tuple(
            AllowedConnector(
                connector=_key_of(name),
                at=entry.at,
                operations=tuple(_text(operation) for operation in entry.elements()) if entry.is_list else None,
            )
            for name, entry in node["allow"].items()
        ),
        only=node["mode"].text == "acp_only",
    )


def _setting(node: Node) -> ConnectorSetting:
    return ConnectorSetting(connector=_key(node["id"]), denied=node["behavior"].text == "Deny", at=node.at)


def _resource(node: Node) -> Resource:
    custom = {_comparable(_text(entry["id"])): _custom(entry) for entry in node["custom"].elements()}
    ids = [*node["connectors"].elements(), *node["tools"].elements(), *node["event_triggers"].elements()]
    uses = [Used(subject=_subject(entry, custom), at=entry.at) for entry in ids]
    uses += [Used(subject=subject, at=node.at) for subject in custom.values()]
    for source in node["data_sources"].elements():
        native = source.text == "dataverse_native"
        uses.append(Used(Subject(NATIVE_DATAVERSE) if native else _subject(source, custom), source.at))
    for step in node["steps"].elements():
        api = _subject(step["api"], custom) if step["api"].present else None
        key = _of_step(step, api.key if api else None)
        if key is not None:
            uses.append(Used(api if api is not None and api.key == key else Subject(key), step.at))
    uses += [Used(subject=Subject(key), at=node.at) for key in _of_agent(node)]
    children = tuple(_resource(child) for child in node["children"].elements())
    calls = any((step["type"].text or "").lower() == "workflow" for step in node["steps"].elements())
    missing = (Note(NoteKind.CHILD_MISSING, "calls a flow that is not read"),) if calls and not children else ()
    return Resource(
        id=_text(node["id"]),
        kind=ComponentKind(_text(node["kind"]).replace("_", "-")),
        uses=tuple(uses),
        operations=tuple(
            UsedOperation(
                subject=_subject(entry["connector"], custom),
                id=entry["id"].text,
                at=entry.at,
                tabular=bool(entry["tabular"].flag),
            )
            for entry in node["operations"].elements()
        ),
        endpoints=tuple(
            UsedEndpoint(
                subject=_subject(entry["connector"], custom),
                value=entry["value"].text,
                at=entry.at,
                entra=entry["auth"].text == "entra",
                out_of_scope=bool(entry["out_of_scope"].flag),
                current_environment=bool(entry["current_environment"].flag),
            )
            for entry in node["endpoints"].elements()
        ),
        children=children,
        notes=missing,
    )


def _of_step(node: Node, connector: ConnectorKey | None) -> ConnectorKey | None:
    """Give the id under which a policy knows a trigger or action, as a flow's reader finds it."""
    step, kind = _text(node["type"]).lower(), (node["kind"].text or "").lower()
    if step == "request":
        return connector if kind == "apiconnection" else REQUESTS.get(kind)
    return connector if step in OF_CONNECTOR else BUILT_IN.get(step)


def _of_agent(node: Node) -> Iterator[ConnectorKey]:
    """Give the ids under which a policy knows an agent's parts, as an agent's reader finds them."""
    if node["auth"].text == "none":
        yield UNAUTHENTICATED
    yield from (CHANNELS[name] for channel in node["channels"].elements() if (name := _text(channel)) in CHANNELS)
    yield from (KNOWLEDGE[name] for source in node["knowledge"].elements() if (name := _text(source)) in KNOWLEDGE)
    parts = {
        "http_nodes": HTTP,
        "skills": SKILLS,
        "app_insights": ConnectorKey("CSAppInsights"),
        "event_triggers": COPILOT_STUDIO,
    }
    yield from (key for part, key in parts.items() if node[part].value)


def _custom(node: Node) -> Subject:
    host = Host(name=node["host"].text, base_path=node["base_path"].text or "")
    return Subject(key=custom_name(_comparable(_text(node["id"]))), custom=True, host=host)


def _subject(node: Node, custom: dict[str, Subject]) -> Subject:
    parsed = parse_connector_id(_text(node))
    assert parsed is not None
    known = custom.get(_comparable(_text(node)))
    return known or Subject(key=parsed.key, custom=parsed.custom)


def _key(node: Node) -> ConnectorKey:
    return _key_of(_text(node))


def _key_of(spelling: str) -> ConnectorKey:
    parsed = parse_connector_id(spelling)
    assert parsed is not None
    return parsed.key
