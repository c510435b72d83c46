"""Data policies in every wrapping, their rules in other files, and what an export leaves open."""

import json

import pytest

from pllint.model.policy import Behaviour, DataGroup, DlpPolicy, Scope
from pllint.read import dlp_policy, policy_join
from pllint.read.document import Notes
from pllint.source import Anchor, Source
from pllint.text.node import Node

SQL = "/providers/Microsoft.PowerApps/apis/shared_sql"
PARCELS = "/providers/Microsoft.PowerApps/apis/shared_ctx-5fparcels-5f3c9e0d1a2b4c5d6e"
ENVIRONMENTS = "/providers/Microsoft.BusinessAppPlatform/scopes/admin/environments/"
POLICY: dict[str, object] = {
    "name": "981a0000-0000-4000-8000-000000000001",
    "displayName": "Tenant baseline",
    "defaultConnectorsClassification": "General",
    "connectorGroups": [
        {"classification": "Blocked", "connectors": [{"id": "Http", "name": "HTTP"}]},
        {"classification": "Confidential", "connectors": [{"id": SQL, "name": "SQL Server"}]},
    ],
    "environmentType": "OnlyEnvironments",
    "environments": [{"id": ENVIRONMENTS + "Default-3c19", "name": "Default-3c19"}],
    "isLegacySchemaVersion": False,
}
ACTIONS = {
    "connectorActionConfigurations": [
        {
            "connectorId": SQL,
            "defaultConnectorActionRuleBehavior": "Block",
            "actionRules": [{"actionId": "GetItem_V2", "behavior": "Allow"}],
        }
    ]
}
PATTERNS = {
    "rules": [
        {"order": 2, "customConnectorRuleClassification": "Ignore", "pattern": "*"},
        {"order": 1, "customConnectorRuleClassification": "General", "pattern": "https://*.contoso.example*"},
    ]
}


def node(value: object, path: str = "policies/baseline.json") -> Node:
    return Node(value, Anchor(Source(path, json.dumps(value).encode)))


def read(value: object, notes: Notes | None = None, path: str = "policies/baseline.json") -> list[DlpPolicy]:
    return dlp_policy.policies(node(value, path), notes or Notes())


def policy(**changes: object) -> dict[str, object]:
    return {**POLICY, **changes}


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(POLICY, id="one bare object"),
        pytest.param([POLICY], id="a list"),
        pytest.param({"value": [POLICY]}, id="value"),
        pytest.param([{"value": [POLICY]}], id="a list of one value"),
        pytest.param({"Value": [POLICY], "Count": 1}, id="PowerShell 5.1 array"),
        pytest.param({"tenant_id": "x", "dlp_policies": [{"value": [POLICY]}]}, id="ScubaGear provider export"),
        pytest.param({"Raw": {"dlp_policies": [{"value": [POLICY]}]}}, id="ScubaGear results"),
        pytest.param({"policyDefinition": POLICY}, id="REST wrapper"),
        pytest.param({"value": [{"policyDefinition": POLICY}]}, id="list of REST wrappers"),
    ],
)
def test_a_policy_is_recognised_and_read_alike_in_every_wrapping(value: object) -> None:
    assert dlp_policy.recognises(value)
    (found,) = read(value)
    assert (found.name, found.id, found.scope, found.default) == (
        "Tenant baseline",
        "981a0000-0000-4000-8000-000000000001",
        Scope.ONLY,
        DataGroup.NON_BUSINESS,
    )
    assert [(entry.connector, entry.group) for entry in found.classified or ()] == [
        ("Http", DataGroup.BLOCKED),
        ("shared_sql", DataGroup.BUSINESS),
    ]
    assert [ref.name for ref in found.environments] == ["Default-3c19"]


def test_places_are_the_display_name_the_connector_id_and_the_pattern() -> None:
    (found,) = read({"policyDefinition": POLICY, "customConnectorUrlPatternsDefinition": PATTERNS})
    assert found.at.path == ("policyDefinition", "displayName")
    assert found.classified is not None
    assert found.classified[1].at.path == ("policyDefinition", "connectorGroups", 1, "connectors", 0, "id")
    assert found.patterns is not None
    assert found.patterns[0].at.path == ("customConnectorUrlPatternsDefinition", "rules", 1, "pattern")


@pytest.mark.parametrize(
    "value",
    [
        pytest.param({"swagger": "2.0", "paths": {}}, id="swagger"),
        pytest.param({"policyDefinition": {"properties": {"displayName": "Allowed locations"}}}, id="Azure policy"),
        pytest.param({"properties": {"connectorGroups": {"type": "array"}}}, id="a schema of a policy"),
        pytest.param({"connectorGroups": {"type": "array"}}, id="a property of a schema"),
        pytest.param({"rules": [{"order": 1, "pattern": "*"}]}, id="other rules with patterns"),
        pytest.param({"environmentType": "Sandbox", "name": "x"}, id="an environment"),
        pytest.param({"value": []}, id="an empty list of anything"),
        pytest.param("connectorGroups", id="text"),
    ],
)
def test_unrelated_documents_are_not_claimed(value: object) -> None:
    assert not dlp_policy.recognises(value)


def test_a_list_answer_without_groups_says_nothing_about_classification() -> None:
    value = {key: inner for key, inner in POLICY.items() if key != "connectorGroups"}
    assert read(value)[0].classified is None


def test_a_missing_group_is_empty_when_another_is_there() -> None:
    found = read(policy(connectorGroups=[{"classification": "Blocked", "connectors": []}]))[0]
    assert found.classified == ()


@pytest.mark.parametrize(
    ("word", "group"),
    [
        ("Confidential", DataGroup.BUSINESS),
        ("confidential", DataGroup.BUSINESS),
        ("Business", DataGroup.BUSINESS),
        ("General", DataGroup.NON_BUSINESS),
        ("NonBusiness", DataGroup.NON_BUSINESS),
        ("Blocked", DataGroup.BLOCKED),
    ],
)
def test_group_words_of_all_forms_mean_one_thing(word: str, group: DataGroup) -> None:
    found = read(policy(connectorGroups=[{"classification": word, "connectors": [{"id": SQL}]}]))[0]
    assert [entry.group for entry in found.classified or ()] == [group]


def test_a_group_nobody_knows_leaves_classification_unknown_and_is_reported() -> None:
    notes = Notes()
    found = read(policy(connectorGroups=[{"classification": "Secret", "connectors": [{"id": SQL}]}]), notes)[0]
    assert found.classified is None
    assert [finding.check for finding in notes.findings] == ["SRC002"]


def test_an_unknown_scope_is_kept_and_read_as_reaching_everything() -> None:
    found = read(policy(environmentType="SomeEnvironments"))[0]
    assert (found.scope, found.unknown_scope) == (Scope.ALL, "SomeEnvironments")


def test_a_custom_connector_is_known_by_its_name_and_environment() -> None:
    scoped = "/providers/Microsoft.PowerApps/scopes/admin/environments/e-1/apis/shared_ctx-5fparcels-5f3c9e0d1a2b4c5d6e"
    groups = [{"classification": "General", "connectors": [{"id": PARCELS}, {"id": scoped}]}]
    found = read(policy(connectorGroups=groups))[0]
    assert [(entry.connector, entry.custom, entry.environment) for entry in found.classified or ()] == [
        ("ctx_parcels", True, None),
        ("ctx_parcels", True, "e-1"),
    ]


def test_what_is_no_connector_id_is_reported_at_its_place() -> None:
    notes = Notes()
    read(policy(connectorGroups=[{"classification": "General", "connectors": [{"id": "not an id"}]}]), notes)
    (finding,) = notes.findings
    assert (finding.check, finding.at.path) == ("SRC002", ("connectorGroups", 0, "connectors", 0, "id"))


@pytest.mark.parametrize(
    ("scope", "environments", "known"),
    [
        pytest.param("OnlyEnvironments", [{"id": ENVIRONMENTS, "name": ""}], False, id="placeholder, listed only"),
        pytest.param("ExceptEnvironments", [{"id": ENVIRONMENTS, "name": "Default"}], False, id="placeholder, except"),
        pytest.param("AllEnvironments", [{"id": ENVIRONMENTS, "name": "Default"}], True, id="not needed for all"),
        pytest.param("OnlyEnvironments", [{"id": "#{env}#", "name": "#{env}#"}], False, id="pipeline token"),
        pytest.param("OnlyEnvironments", [], True, id="an empty list is known"),
        pytest.param("OnlyEnvironments", None, False, id="no list"),
        pytest.param("AllEnvironments", None, True, id="no list needed"),
    ],
)
def test_environments_filled_in_later_leave_the_reach_open(scope: str, environments: object, known: bool) -> None:  # noqa: FBT001
    found = read(policy(environmentType=scope, environments=environments))[0]
    assert (found.environments, found.environments_known) == ((), known)


def test_an_environment_keeps_the_name_written_beside_its_id() -> None:
    found = read(policy(environments=[{"id": ENVIRONMENTS + "e-1", "name": "HR production"}]))[0]
    assert (found.environments[0].name, found.environments[0].display_name) == ("e-1", "HR production")


@pytest.mark.parametrize(
    ("changes", "unknown"),
    [
        pytest.param({"connectorGroups": "System.Object[]"}, "classified", id="groups"),
        pytest.param(
            {"connectorGroups": ["@{classification=Blocked; connectors=System.Object[]}"]}, "classified", id="a group"
        ),
        pytest.param(
            {"connectorGroups": [{"classification": "Blocked", "connectors": "@{id=Http; name=HTTP}"}]},
            "classified",
            id="connectors",
        ),
        pytest.param({"connectorGroups": ""}, "classified", id="empty text for an array"),
        pytest.param({"environments": "System.Object[]"}, "environments", id="environments"),
    ],
)
def test_what_an_export_cut_off_is_unknown_and_never_empty(changes: dict[str, object], unknown: str) -> None:
    notes = Notes()
    found = read(policy(**changes), notes)[0]
    assert [(finding.check, finding.remedy) for finding in notes.findings] == [
        ("SRC007", "Export again with ConvertTo-Json -Depth 10")
    ]
    assert (found.classified is None) == (unknown == "classified")
    assert found.environments_known == (unknown != "environments")


@pytest.mark.parametrize(
    "value",
    [
        {"value": ["@{name=1; displayName=Baseline; connectorGroups=System.Object[]}"]},
        {"policyDefinition": "@{name=1; displayName=Baseline}"},
    ],
)
def test_a_policy_cut_off_whole_is_reported_and_not_read(value: object) -> None:
    notes = Notes()
    assert dlp_policy.recognises(value)
    assert read(value, notes) == []
    assert [finding.check for finding in notes.findings] == ["SRC007"]


def test_a_cut_in_the_rules_marks_the_rules_as_not_fully_known() -> None:
    cut = {
        "connectorActionConfigurations": [{"connectorId": SQL, "actionRules": "@{actionId=GetItem; behavior=Block}"}]
    }
    notes = Notes()
    found = read({"policyDefinition": POLICY, "connectorConfigurationsDefinition": cut}, notes)[0]
    assert (found.rules_known, found.actions) == (False, ())
    assert [finding.check for finding in notes.findings] == ["SRC007"]


def test_rules_are_sorted_by_order_and_both_spellings_of_endpoint_are_read() -> None:
    endpoints = {
        "endpointConfigurations": [
            {
                "connectorId": SQL,
                "endpointRules": [
                    {"order": 2, "behavior": "Deny", "endPoint": "*"},
                    {"order": 1, "behavior": "Allow", "endpoint": "db.contoso.example"},
                ],
            }
        ]
    }
    found = read(
        {
            "policyDefinition": POLICY,
            "connectorConfigurationsDefinition": {**ACTIONS, **endpoints},
            "customConnectorUrlPatternsDefinition": PATTERNS,
        }
    )[0]
    assert [(rule.endpoint, rule.behaviour) for rule in found.endpoints[0].rules] == [
        ("db.contoso.example", Behaviour.ALLOW),
        ("*", Behaviour.DENY),
    ]
    assert [(rule.pattern, rule.group) for rule in found.patterns or ()] == [
        ("https://*.contoso.example*", DataGroup.NON_BUSINESS),
        ("*", DataGroup.IGNORE),
    ]
    (actions,) = found.actions
    assert (actions.connector, actions.default) == ("shared_sql", Behaviour.BLOCK)
    assert [(rule.operation, rule.behaviour) for rule in actions.rules] == [("GetItem_V2", Behaviour.ALLOW)]


def test_an_export_without_patterns_does_not_say_that_there_are_none() -> None:
    assert read(POLICY)[0].patterns is None
    assert read({"policyDefinition": POLICY, "customConnectorUrlPatternsDefinition": {"rules": []}})[0].patterns == ()


def test_exempt_resources_and_the_legacy_mark_are_read() -> None:
    exempt = [{"id": "f-1", "type": "Microsoft.ProcessSimple/environments/flows"}]
    found = read(policy(isLegacySchemaVersion=True, exemptResources=exempt))[0]
    assert found.legacy
    assert [(one.id, one.type) for one in found.exempt] == [("f-1", "Microsoft.ProcessSimple/environments/flows")]


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        pytest.param("policies/baseline.url-patterns.json", "Tenant baseline", id="named after the policy's file"),
        pytest.param("policies/UrlPatterns-TenantBaseline.json", "Tenant baseline", id="named after the policy"),
        pytest.param("elsewhere/hr-patterns.json", "HR", id="named after a policy in another folder"),
        pytest.param(
            "policies/981a0000-0000-4000-8000-000000000001_urlPatterns.json", "Tenant baseline", id="named after its id"
        ),
        pytest.param("hr/urlPatterns.json", "HR", id="alone in the folder with it"),
        pytest.param("rules/hr/urlPatterns.json", "HR", id="in a folder named after it"),
        pytest.param("policies/urlPatterns.json", None, id="two policies in the folder"),
        pytest.param("rules/urlPatterns.json", None, id="nothing names it"),
    ],
)
def test_rules_alone_join_the_one_policy_that_fits(path: str, owner: str | None) -> None:
    notes = Notes()
    policies = [
        *read(POLICY, path="policies/baseline.json"),
        *read(policy(name="2", displayName="Guests"), path="policies/guests.json"),
        *read(policy(name="3", displayName="HR"), path="hr/policy.json"),
    ]
    assert dlp_policy.recognises(PATTERNS)
    loose = dlp_policy.loose_rules(node(PATTERNS, path), notes)
    joined = policy_join.join(policies, loose, notes)
    assert [one.name for one in joined if one.patterns] == ([owner] if owner else [])
    assert [finding.check for finding in notes.findings] == ([] if owner else ["SRC008"])


def test_rules_alone_add_actions_and_keep_what_the_policy_says_already() -> None:
    notes = Notes()
    policies = read({"policyDefinition": POLICY, "customConnectorUrlPatternsDefinition": PATTERNS})
    other = {"rules": [{"order": 1, "customConnectorRuleClassification": "Blocked", "pattern": "*"}]}
    loose = dlp_policy.loose_rules(node({**ACTIONS, **other}, "policies/baseline-config.json"), notes)
    (joined,) = policy_join.join(policies, loose, notes)
    assert len(joined.actions) == 1
    assert len(joined.patterns or ()) == 2
    assert [finding.check for finding in notes.findings] == ["SRC011"]


def test_the_answer_of_a_list_call_gives_way_to_the_whole_policy() -> None:
    notes = Notes()
    listed = {key: inner for key, inner in POLICY.items() if key != "connectorGroups"}
    policies = [*read({"value": [listed]}, path="list.json"), *read(POLICY, path="one.json")]
    (joined,) = policy_join.join(policies, (), notes)
    assert joined.classified
    assert notes.findings == []


@pytest.mark.parametrize(("default", "count"), [("General", 1), ("Blocked", 2)])
def test_one_policy_exported_twice_is_reported_only_where_it_differs(default: str, count: int) -> None:
    notes = Notes()
    policies = [
        *read(POLICY, path="a.json"),
        *read(policy(defaultConnectorsClassification=default), path="b.json"),
    ]
    assert len(policy_join.join(policies, (), notes)) == count
    assert [finding.check for finding in notes.findings] == ["SRC011"] * (count - 1)
