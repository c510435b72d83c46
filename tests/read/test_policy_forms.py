"""Data policies of the first generation, advanced policies, tenant controls, Pulumi and Microsoft365DSC.

No such file is in the corpus, save the recorded tenant answers: the specimens are made by hand after the documents.
"""

import json
from collections.abc import Callable, Mapping

import pytest

from pllint.model.policy import Behaviour, DataGroup, DlpPolicy, PolicyPart, Scope
from pllint.model.workspace import Workspace

ReadFiles = Callable[[Mapping[str, str | bytes]], Workspace]

SQL = "/providers/Microsoft.PowerApps/apis/shared_sql"
GMAIL = "/providers/Microsoft.PowerApps/apis/shared_gmail"
ENVIRONMENT = "/providers/Microsoft.BusinessAppPlatform/scopes/admin/environments/Default-3c19"
CMDLET: dict[str, object] = {
    "PolicyName": "981a0000-0000-4000-8000-000000000001",
    "Type": "Microsoft.BusinessAppPlatform/scopes/apiPolicies",
    "DisplayName": "Old baseline",
    "BusinessDataGroup": [{"id": SQL, "name": "SQL Server", "type": "Microsoft.PowerApps/apis"}],
    "NonBusinessDataGroup": [{"id": GMAIL, "name": "Gmail", "type": "Microsoft.PowerApps/apis"}],
    "FilterType": "include",
    "Environments": [{"id": ENVIRONMENT, "name": "Default-3c19", "type": "x"}],
}
BLOCK = {"blockAction": {"type": "Block"}}


def raw(
    rules: object = None, constraints: object = None, kind: str = "Microsoft.BusinessAppPlatform/scopes/apiPolicies"
) -> dict[str, object]:
    return {
        "id": "/providers/Microsoft.BusinessAppPlatform/scopes/admin/apiPolicies/981a",
        "name": "981a",
        "type": kind,
        "properties": {
            "displayName": "Old baseline",
            "definition": {
                "defaultApiGroup": "lbi",
                "constraints": constraints or {},
                "apiGroups": {"hbi": {"apis": [{"id": SQL}]}, "lbi": {"apis": [{"id": GMAIL}]}},
                "rules": rules or {},
            },
        },
    }


def constraint(filter_type: str) -> dict[str, object]:
    parameters = {"environments": [{"id": ENVIRONMENT, "name": "Default-3c19"}], "filterType": filter_type}
    return {"environmentFilter1": {"type": "environmentFilter", "parameters": parameters}}


def only(workspace: Workspace) -> DlpPolicy:
    (policy,) = workspace.policies
    return policy


def listed(policy: DlpPolicy) -> list[tuple[str, DataGroup]]:
    return [(entry.connector, entry.group) for entry in policy.classified or ()]


def read_json(read_files: ReadFiles, value: object) -> Workspace:
    return read_files({"policies/old.json": json.dumps(value)})


# The first generation


@pytest.mark.parametrize("wrap", [lambda p: p, lambda p: [p], lambda p: {"value": [p], "Count": 1}])
def test_the_old_cmdlet_gives_groups_and_scope_and_no_default(
    read_files: ReadFiles, wrap: Callable[[object], object]
) -> None:
    policy = only(read_json(read_files, wrap(CMDLET)))
    assert (policy.id, policy.name, policy.legacy) == (CMDLET["PolicyName"], "Old baseline", True)
    assert listed(policy) == [("shared_sql", DataGroup.BUSINESS), ("shared_gmail", DataGroup.NON_BUSINESS)]
    assert (policy.scope, [ref.name for ref in policy.environments]) == (Scope.ONLY, ["Default-3c19"])
    assert [(part.part, part.how) for part in policy.open_parts] == [
        (PolicyPart.DEFAULT, "not printed by Get-AdminDlpPolicy")
    ]


@pytest.mark.parametrize(
    ("changes", "scope"),
    [
        ({"FilterType": "exclude"}, Scope.EXCEPT),
        ({"FilterType": "none"}, Scope.ALL),
        ({"FilterType": None}, Scope.ALL),
        ({"Type": "Microsoft.BusinessAppPlatform/scopes/environments/apiPolicies"}, Scope.SINGLE),
    ],
)
def test_the_filter_and_the_type_say_the_scope(read_files: ReadFiles, changes: dict[str, object], scope: Scope) -> None:
    assert only(read_json(read_files, {**CMDLET, **changes})).scope is scope


def test_a_blocked_group_added_later_is_read(read_files: ReadFiles) -> None:
    policy = only(read_json(read_files, {**CMDLET, "BlockedGroup": [{"id": "Http"}]}))
    assert ("Http", DataGroup.BLOCKED) in listed(policy)


def test_cut_off_groups_are_unknown_and_noted(read_files: ReadFiles) -> None:
    workspace = read_json(read_files, {**CMDLET, "BusinessDataGroup": "System.Object[]"})
    assert only(workspace).classified is None
    assert "SRC007" in [finding.check for finding in workspace.findings]


def test_a_raw_policy_gives_its_default_group(read_files: ReadFiles) -> None:
    policy = only(read_json(read_files, raw()))
    assert (policy.id, policy.scope, policy.default) == ("981a", Scope.ALL, DataGroup.NON_BUSINESS)
    assert listed(policy) == [("shared_sql", DataGroup.BUSINESS), ("shared_gmail", DataGroup.NON_BUSINESS)]
    assert policy.default_at is not None
    assert policy.default_at.path == ("properties", "definition", "defaultApiGroup")


def test_a_rule_that_blocks_a_group_makes_it_the_blocked_one(read_files: ReadFiles) -> None:
    policy = only(read_json(read_files, raw({"apiGroupRule": {"parameters": {"apiGroup": "lbi"}, "actions": BLOCK}})))
    assert listed(policy) == [("shared_sql", DataGroup.BUSINESS), ("shared_gmail", DataGroup.BLOCKED)]
    assert policy.default is DataGroup.BLOCKED


def test_the_rule_about_data_flow_blocks_no_group(read_files: ReadFiles) -> None:
    rule = {"dataFlowRule": {"parameters": {"sourceApiGroup": "hbi", "destinationApiGroup": "lbi"}, "actions": BLOCK}}
    assert only(read_json(read_files, raw(rule))).default is DataGroup.NON_BUSINESS


@pytest.mark.parametrize(("word", "scope"), [("include", Scope.ONLY), ("exclude", Scope.EXCEPT)])
def test_the_environment_filter_says_what_a_raw_policy_reaches(read_files: ReadFiles, word: str, scope: Scope) -> None:
    policy = only(read_json(read_files, raw(constraints=constraint(word))))
    assert (policy.scope, [ref.name for ref in policy.environments]) == (scope, ["Default-3c19"])


def test_a_raw_policy_of_an_environment_reaches_the_one_in_its_path(read_files: ReadFiles) -> None:
    value = raw(kind="Microsoft.BusinessAppPlatform/scopes/environments/apiPolicies")
    value["id"] = "/providers/Microsoft.BusinessAppPlatform/scopes/environments/Hr-1/apiPolicies/981a"
    policy = only(read_json(read_files, value))
    assert (policy.scope, [ref.name for ref in policy.environments]) == (Scope.SINGLE, ["Hr-1"])


@pytest.mark.parametrize("place", ["constraints", "rules", "apiGroups"])
def test_what_the_export_of_a_raw_policy_cut_off_is_open(read_files: ReadFiles, place: str) -> None:
    value = json.loads(json.dumps(raw()))
    value["properties"]["definition"][place] = "@{x=System.Object}"
    workspace = read_json(read_files, value)
    policy = only(workspace)
    assert (policy.may_not_reach, policy.classified is None) == (place == "constraints", place != "constraints")
    assert [finding.check for finding in workspace.findings if finding.check != "SRC009"] == ["SRC007"]


# Advanced connector policies

ADVANCED: dict[str, object] = {
    "id": "aaaa",
    "name": "People",
    "ruleSets": [
        {
            "id": "ConnectorManagement",
            "inputs": {
                "AllowedConnectorList": [
                    {"AllowedConnector": SQL, "AllowedActionsMode": "AllAllowed"},
                    {"AllowedConnector": GMAIL, "AllowedActionsMode": "SomeAllowed", "AllowedActions": ["SendEmail"]},
                ]
            },
        },
        {"id": "AdvancedConnectorPoliciesOnly", "inputs": {"EnableAdvancedConnectorPoliciesOnly": True}},
    ],
}
ASSIGNED = {
    "value": [
        {"policyId": "AAAA", "resourceId": "hr-1", "resourceType": "Environment"},
        {"policyId": "aaaa", "resourceId": "g-1", "resourceType": "EnvironmentGroup"},
        {"policyId": "bbbb", "resourceId": "g-2", "resourceType": "EnvironmentGroup"},
    ]
}


@pytest.mark.parametrize("wrap", [lambda p: p, lambda p: {"value": [p]}])
def test_an_advanced_policy_is_joined_with_its_assignments(
    read_files: ReadFiles, wrap: Callable[[object], object]
) -> None:
    workspace = read_files({"acp.json": json.dumps(wrap(ADVANCED)), "assigned.json": json.dumps(ASSIGNED)})
    (policy,) = workspace.advanced_policies
    assert (policy.name, policy.only, policy.targets_known) == ("People", True, True)
    assert [(each.connector, each.operations) for each in policy.allowed] == [
        ("shared_sql", None),
        ("shared_gmail", ("SendEmail",)),
    ]
    assert ([ref.name for ref in policy.environments], policy.groups) == (["hr-1"], ("g-1",))
    assert workspace.findings == ()


def test_an_advanced_policy_that_nothing_assigns_may_be_in_force_anywhere(read_files: ReadFiles) -> None:
    workspace = read_json(read_files, ADVANCED)
    (policy,) = workspace.advanced_policies
    assert (policy.environments, policy.groups, policy.targets_known) == ((), (), False)
    assert [finding.check for finding in workspace.findings] == ["SRC008"]


def test_an_export_of_assignments_without_the_policy_means_it_is_in_force_nowhere(read_files: ReadFiles) -> None:
    others = {"value": ASSIGNED["value"][2:]}
    workspace = read_files({"acp.json": json.dumps(ADVANCED), "assigned.json": json.dumps(others)})
    assert [policy.targets_known for policy in workspace.advanced_policies] == [True]
    assert workspace.findings == ()


def test_an_allow_list_that_was_cut_off_is_open(read_files: ReadFiles) -> None:
    cut = {
        **ADVANCED,
        "ruleSets": [{"id": "ConnectorManagement", "inputs": {"AllowedConnectorList": "System.Object[]"}}],
    }
    workspace = read_json(read_files, cut)
    assert [policy.allowed_known for policy in workspace.advanced_policies] == [False]
    assert "SRC007" in [finding.check for finding in workspace.findings]


def test_a_rule_based_policy_about_something_else_is_none(read_files: ReadFiles) -> None:
    value = {"name": "Welcome", "ruleSets": [{"id": "MakerOnboardingContent", "inputs": {}}]}
    assert read_json(read_files, value).advanced_policies == ()


def test_a_rule_set_of_an_environment_group_is_skipped_with_a_reason(read_files: ReadFiles) -> None:
    value = {
        "value": [
            {
                "environmentFilter": {"type": "Include", "values": [{"id": "g-1", "type": "EnvironmentGroup"}]},
                "parameters": [{"type": "Sharing", "resourceType": "App", "value": [{"id": "x", "value": "true"}]}],
            }
        ]
    }
    (skipped,) = read_json(read_files, value).skipped
    assert skipped.reason == "an environment group's rules, which name no connector"


# The tenant


@pytest.mark.parametrize("wrap", [lambda p: {"properties": p}, lambda p: p, lambda p: {"tenant_isolation": [p]}])
def test_tenant_isolation_is_read_in_every_wrapping(
    read_files: ReadFiles, wrap: Callable[[dict[str, object]], object]
) -> None:
    allowed = [{"tenantId": "*", "direction": {"inbound": True, "outbound": False}}]
    value = wrap({"tenantId": "3c19", "isDisabled": False, "allowedTenants": allowed})
    (isolation,) = read_json(read_files, value).tenant_isolation
    assert (isolation.tenant, isolation.enabled, isolation.at.path[-1]) == ("3c19", True, "isDisabled")
    assert isolation.allowed is not None
    assert [(each.tenant, each.inbound, each.outbound) for each in isolation.allowed] == [("*", True, False)]


@pytest.mark.parametrize(
    ("allowed", "known"), [("", True), ([], True), ("System.Object[]", False), (["@{tenantId=x}"], False)]
)
def test_only_an_empty_text_stands_for_an_empty_list_of_tenants(
    read_files: ReadFiles, allowed: object, *, known: bool
) -> None:
    value = {"properties": {"tenantId": "3c19", "isDisabled": True, "allowedTenants": allowed}}
    (isolation,) = read_json(read_files, value).tenant_isolation
    assert (isolation.enabled, isolation.allowed) == (False, () if known else None)


def test_tenant_settings_are_named_by_their_path(read_files: ReadFiles) -> None:
    value = {
        "walkMeOptOut": False,
        "disableSurveyFeedback": True,
        "disableEnvironmentCreationByNonAdminUsers": True,
        "powerPlatform": {"governance": {"disableAdminDigest": False}, "search": "@{disableDocsSearch=True}"},
    }
    assert [(each.name, each.value) for each in read_json(read_files, value).tenant_settings] == [
        ("walkMeOptOut", False),
        ("disableSurveyFeedback", True),
        ("disableEnvironmentCreationByNonAdminUsers", True),
        ("powerPlatform.governance.disableAdminDigest", False),
    ]


def test_connectors_that_the_tenant_switches_off_are_read(read_files: ReadFiles) -> None:
    value = {"ConnectorSettings": [{"id": SQL, "behavior": "Deny"}, {"id": GMAIL, "behavior": "Allow"}]}
    found = read_json(read_files, value).connector_settings
    assert [(each.connector, each.denied) for each in found] == [("shared_sql", True), ("shared_gmail", False)]


@pytest.mark.parametrize(
    "value",
    [
        pytest.param({"isDisabled": True}, id="a switch of anything"),
        pytest.param({"policyId": "1", "resourceId": "2", "resourceType": "Subscription"}, id="an assignment of Azure"),
        pytest.param({"ruleSets": [{"id": "OWASP"}]}, id="rule sets of a firewall"),
        pytest.param({"ConnectorSettings": {"a": 1}}, id="settings of another connector"),
        pytest.param({"parameters": [{"type": "Sharing"}]}, id="parameters"),
        pytest.param({"disableSurveyFeedback": True}, id="one setting"),
        pytest.param({"properties": {"definition": {"apiGroups": None}}}, id="no groups"),
        pytest.param({"PolicyName": "x", "PolicyType": "Retention"}, id="a policy of something else"),
    ],
)
def test_unrelated_documents_are_not_claimed(read_files: ReadFiles, value: object) -> None:
    workspace = read_json(read_files, value)
    assert (workspace.policies, workspace.advanced_policies, workspace.tenant_isolation) == ((), (), ())
    assert (workspace.tenant_settings, workspace.connector_settings, workspace.findings) == ((), (), ())


# Pulumi


def test_a_component_of_pulumi_says_only_what_it_lists(read_files: ReadFiles) -> None:
    text = """\
name: governance
runtime: yaml
resources:
  baseline:
    type: governance:index:ResDlpPolicy
    properties:
      displayName: Baseline
      ruleSets:
        - classification: Business
          connectors:
            - id: shared_sql
            - id: ${chosen}
"""
    workspace = read_files({"Pulumi.yaml": text})
    policy = only(workspace)
    assert (policy.name, listed(policy)) == ("Baseline", [("shared_sql", DataGroup.BUSINESS)])
    assert policy.open_groups == set(DataGroup) - {DataGroup.IGNORE}
    assert policy.may_not_reach
    assert policy.classified is not None
    assert policy.classified[0].at.span[:2] == (11, 19)
    assert [finding.check for finding in workspace.findings] == ["SRC009"]


def test_a_rule_based_policy_of_pulumi_is_an_advanced_one(read_files: ReadFiles) -> None:
    text = """\
resources:
  people:
    type: powerplatform:index:DlpPolicy
    properties:
      name: People
      ruleSets:
        - id: ConnectorManagement
          version: "1.0"
          inputs:
            AllowedConnectorList:
              - AllowedConnector: shared_sql
                AllowedActionsMode: AllAllowed
              - AllowedConnector: ${extra}
"""
    (policy,) = read_files({"Pulumi.yaml": text}).advanced_policies
    assert (policy.name, [each.connector for each in policy.allowed]) == ("People", ["shared_sql"])
    assert (policy.targets_known, policy.allowed_known) == (False, False)


def test_a_pulumi_programme_without_policies_is_skipped(read_files: ReadFiles) -> None:
    workspace = read_files({"Pulumi.yaml": "resources:\n  b:\n    type: aws:s3:Bucket # no DlpPolicy\n"})
    assert [skipped.reason for skipped in workspace.skipped] == ["not a form pllint reads"]


# Policies kept as YAML

KEPT = """\
# agreed in March
policyDefinition:
  displayName: Baseline 2024
  environmentType: OnlyEnvironments
  environments: [{name: hr-1}]
  defaultConnectorsClassification: Blocked
  connectorGroups:
    - classification: Confidential
      connectors:
        - id: shared_sql # the database
customConnectorUrlPatternsDefinition:
  rules:
    - {order: 1, customConnectorRuleClassification: General, pattern: "https://a.example/*"}
"""


def test_a_policy_kept_as_yaml_reads_as_one_in_json(read_files: ReadFiles) -> None:
    workspace = read_files({"policies/hr.yaml": KEPT})
    policy = only(workspace)
    assert (policy.name, policy.scope, policy.default) == ("Baseline 2024", Scope.ONLY, DataGroup.BLOCKED)
    assert listed(policy) == [("shared_sql", DataGroup.BUSINESS)]
    assert [(one.order, one.pattern) for one in policy.patterns or ()] == [(1, "https://a.example/*")]
    assert policy.classified is not None
    assert policy.classified[0].at.span[:2] == (10, 15)
    assert workspace.findings == ()


def test_rules_kept_as_yaml_join_their_policy(read_files: ReadFiles) -> None:
    head, rules = KEPT.split("customConnectorUrlPatternsDefinition:\n")
    rules = rules.replace("  rules", "rules")
    policy = only(read_files({"policies/hr.yaml": head, "policies/hr.patterns.yaml": rules}))
    assert [one.pattern for one in policy.patterns or ()] == ["https://a.example/*"]


def test_what_a_policy_kept_as_yaml_holds_is_checked(read_files: ReadFiles) -> None:
    workspace = read_files({"policies/hr.yaml": KEPT.replace("order: 1", "order: first")})
    assert [(one.check, one.message) for one in workspace.findings] == [
        ("SRC002", "'order' is the text 'first', expected a whole number")
    ]


def test_a_damaged_policy_in_yaml_is_no_file_to_skip(read_files: ReadFiles) -> None:
    workspace = read_files({"anywhere/hr.yaml": KEPT.replace("[{name: hr-1}]", "[{name: hr-1}"), "x.yaml": "a: ["})
    assert [(one.check, one.at.source.path) for one in workspace.findings] == [("SRC001", "anywhere/hr.yaml")]
    assert [at.source.path for at in workspace.unread_policies] == ["anywhere/hr.yaml"]


# Microsoft365DSC

DSC = """\
Configuration M365 {
    Import-DscResource -ModuleName 'Microsoft365DSC'
    node localhost {
        # PPAdminDLPPolicy "Commented" { DisplayName = "no" }
        PPAdminDLPPolicy "Default" {
            DisplayName = "Default environment"; PolicyName = '981a'
            Environments         = @("Default-3c19"
                                     "hr-1");
            FilterType           = "include";
            Credential           = $Credscredential;
            Ensure               = "Present" }
        PPDLPPolicyConnectorConfigurations "DefaultCfg" {
            PolicyName = "981a"; PPTenantId = "$($ConfigurationData.NonNodeData.TenantId)"
            ConnectorActionConfigurations = @(
                MSFT_PPDLPPolicyConnectorConfigurationsAction {
                    connectorId = "/providers/Microsoft.PowerApps/apis/shared_sql"
                    actionRules = @(
                        MSFT_PPDLPPolicyConnectorConfigurationsActionRules {
                            actionId = "DeleteItem_V2"; behavior = "Block" }
                    )
                    defaultConnectorActionRuleBehavior = "Allow"
                }
            )
            Ensure = "Present" }
        PPPowerAppPolicyUrlPatterns "DefaultUrls" {
            PolicyName = "981a"
            RuleSet = @( MSFT_PPPowerAPpPolicyUrlPatternsRule {
                order = 1; customConnectorRuleClassification = "General"; pattern = "https://*.contoso.example" }
              MSFT_PPPowerAPpPolicyUrlPatternsRule {
                order = 2; customConnectorRuleClassification = "Ignore"; pattern = "*" } ) }
        PPAdminDLPPolicy "Gone" { DisplayName = "Gone"; PolicyName = "777"; Ensure = "Absent" }
        PPTenantIsolationSettings "Isolation" {
            IsSingleInstance = 'Yes'; Enabled = $true
            Rules = @( MSFT_PPTenantRule { TenantName = 'fabrikam.example'; Direction = 'Inbound' } ) }
    }
}
"""


def test_a_dsc_configuration_gives_scope_and_rules_and_no_groups(read_files: ReadFiles) -> None:
    workspace = read_files({"M365TenantConfig.ps1": DSC})
    policy = only(workspace)
    assert (policy.id, policy.name, policy.scope) == ("981a", "Default environment", Scope.ONLY)
    assert [ref.name for ref in policy.environments] == ["Default-3c19", "hr-1"]
    assert policy.classified is None
    (actions,) = policy.actions
    assert [(rule.operation, rule.behaviour) for rule in actions.rules] == [("DeleteItem_V2", Behaviour.BLOCK)]
    assert [(each.pattern, each.group) for each in policy.patterns or ()] == [
        ("https://*.contoso.example", DataGroup.NON_BUSINESS),
        ("*", DataGroup.IGNORE),
    ]
    (isolation,) = workspace.tenant_isolation
    assert isolation.enabled is True
    assert isolation.allowed is not None
    assert [(each.tenant, each.inbound, each.outbound) for each in isolation.allowed] == [
        ("fabrikam.example", True, False)
    ]
    (finding,) = workspace.findings
    assert finding.check == "SRC009"
    assert "are not recorded by Microsoft365DSC" in finding.message


def test_places_in_a_dsc_configuration_are_those_of_the_values(read_files: ReadFiles) -> None:
    policy = only(read_files({"M365TenantConfig.ps1": DSC}))
    assert policy.at.span[:2] == (6, 27)
    assert [ref.at.span[:2] for ref in policy.environments] == [(7, 38), (8, 38)]
    assert policy.actions[0].at.span[:2] == (16, 35)
    assert policy.patterns is not None
    assert policy.patterns[1].at.span[:2] == (30, 84)


def test_an_export_of_the_policy_gives_the_groups_that_dsc_lacks(read_files: ReadFiles) -> None:
    export = {
        "name": "981a",
        "displayName": "Default environment",
        "environmentType": "OnlyEnvironments",
        "environments": [{"name": "Default-3c19"}],
        "defaultConnectorsClassification": "General",
        "connectorGroups": [{"classification": "Blocked", "connectors": [{"id": "Http"}]}],
    }
    workspace = read_files({"M365TenantConfig.ps1": DSC, "policy.json": json.dumps(export)})
    policy = only(workspace)
    assert listed(policy) == [("Http", DataGroup.BLOCKED)]
    assert len(policy.actions) == 1
    assert len(policy.patterns or ()) == 2
    assert workspace.findings == ()


def test_values_that_dsc_computes_are_open(read_files: ReadFiles) -> None:
    text = (
        'PPAdminDLPPolicy "A" {\n PolicyName = "1"; FilterType = $ConfigurationData.Filter\n'
        ' Environments = $AllNodes.Where({ $_.Stage -eq "x;y" }).Environments\n}\n'
    )
    policy = only(read_files({"config.psd1": text}))
    assert policy.may_not_reach
    assert ("environments", 'computed by $AllNodes.Where({ $_.Stage -eq "x;y" }).Environments') in [
        (part.part, part.how) for part in policy.open_parts
    ]


def test_rules_that_name_a_policy_nobody_holds_are_noted(read_files: ReadFiles) -> None:
    rule = 'X { order = 1; customConnectorRuleClassification = "Ignore"; pattern = "*" }'
    text = f'PPPowerAppPolicyUrlPatterns "A" {{ PolicyName = "9"; RuleSet = @( {rule} ) }}\n'
    (finding,) = read_files({"config.ps1": text}).findings
    assert (finding.check, finding.message) == ("SRC008", "the rules name the data policy '9', which no file holds")


def test_a_broken_dsc_block_is_a_finding_at_its_place(read_files: ReadFiles) -> None:
    workspace = read_files({"config.ps1": 'PPAdminDLPPolicy "A" {\n  DisplayName = "x"\n  if (1) { }\n}\n'})
    (finding,) = workspace.findings
    assert (finding.check, finding.at.span[:2]) == ("SRC001", (3, 3))


def test_other_powershell_is_left_alone(read_files: ReadFiles) -> None:
    workspace = read_files({"deploy.ps1": 'Get-PPAdminDLPPolicy | ConvertTo-Json\n# PPAdminDLPPolicy "x" {\n'})
    assert (workspace.policies, workspace.findings, workspace.skipped) == ((), (), ())
