"""Terraform in every form: state, plan, output, code and variables, and what of it stays open.

All specimens are made by hand.
"""

import json
from collections.abc import Callable, Mapping

import pytest

from pllint.model.environment import EnvironmentType
from pllint.model.policy import Behaviour, DataGroup, DlpPolicy, PolicyPart, Scope
from pllint.model.workspace import Workspace

ReadFiles = Callable[[Mapping[str, str | bytes]], Workspace]

TYPE = "powerplatform_data_loss_prevention_policy"
SQL = "/providers/Microsoft.PowerApps/apis/shared_sql"
SQL_WITH_RULES: dict[str, object] = {
    "id": SQL,
    "default_action_rule_behavior": "Allow",
    "action_rules": [{"action_id": "DeleteItem_V2", "behavior": "Block"}],
    "endpoint_rules": [
        {"order": 2, "behavior": "Deny", "endpoint": "*"},
        {"order": 1, "behavior": "Allow", "endpoint": "db.contoso.example"},
    ],
}
VALUES: dict[str, object] = {
    "id": "981a0000-0000-4000-8000-000000000001",
    "display_name": "Tenant baseline",
    "default_connectors_classification": "Blocked",
    "environment_type": "OnlyEnvironments",
    "environments": ["Default-3c19"],
    "business_connectors": [SQL_WITH_RULES],
    "non_business_connectors": [{"id": "shared_gmail", "default_action_rule_behavior": "", "action_rules": []}],
    "blocked_connectors": [{"id": "Http"}],
    "custom_connectors_patterns": [
        {"order": 2, "host_url_pattern": "*", "data_group": "Ignore"},
        {"order": 1, "host_url_pattern": "https://*.contoso.example", "data_group": "NonBusiness"},
    ],
}
RESOURCE = {"address": f"{TYPE}.this", "mode": "managed", "type": TYPE, "name": "this", "values": VALUES}
SHOW = {"format_version": "1.0", "values": {"root_module": {"resources": [RESOURCE]}}}
DATA = {
    "address": "data.powerplatform_data_loss_prevention_policies.all",
    "mode": "data",
    "type": "powerplatform_data_loss_prevention_policies",
    "values": {"id": "x", "policies": [VALUES]},
}
TYPE_EXPRESSION = ["object", {"business_connectors": ["set", "string"]}]
HCL = """\
terraform {
  required_providers {
    powerplatform = {
      source  = "microsoft/power-platform"
      version = "%s"
    }
  }
}

locals {
  ours = toset([{ id = "shared_sql" }])
  rest = [for c in data.powerplatform_connectors.all.connectors : c if c.unblockable]
}

resource "powerplatform_data_loss_prevention_policy" "this" {
  display_name                      = "Tenant baseline"
  default_connectors_classification = "Blocked"
  environment_type                  = "OnlyEnvironments"
  environments                      = ["Default-3c19", powerplatform_environment.hr.id]
  business_connectors               = local.ours
  non_business_connectors           = local.rest
  blocked_connectors                = concat([{ id = "Http" }], var.blocked)
  custom_connectors_patterns        = [{ order = 1, host_url_pattern = "*", data_group = "Ignore" }]
}

resource "powerplatform_environment" "hr" {
  display_name     = "hr-production"
  environment_type = "Production"
}
"""


def only(workspace: Workspace) -> DlpPolicy:
    (policy,) = workspace.policies
    return policy


def listed(policy: DlpPolicy) -> list[tuple[str, DataGroup]]:
    return [(entry.connector, entry.group) for entry in policy.classified or ()]


def opened(policy: DlpPolicy) -> list[tuple[PolicyPart, str]]:
    return [(part.part, part.how) for part in policy.open_parts]


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(SHOW, id="terraform show"),
        pytest.param(
            {"values": {"root_module": {"child_modules": [{"child_modules": [{"resources": [RESOURCE]}]}]}}},
            id="in a module of a module",
        ),
        pytest.param({"planned_values": {"root_module": {"resources": [RESOURCE]}}}, id="planned values"),
        pytest.param(
            {
                "resource_changes": [
                    {**RESOURCE, "change": {"actions": ["create"], "after": VALUES, "after_unknown": {}}}
                ]
            },
            id="changes of a plan",
        ),
        pytest.param(
            {"version": 4, "resources": [{**RESOURCE, "instances": [{"attributes": VALUES}]}]}, id="state file"
        ),
        pytest.param({"values": {"root_module": {"resources": [DATA]}}}, id="what a data source lists"),
        pytest.param(
            {"all": {"sensitive": False, "type": TYPE_EXPRESSION, "value": {"policies": [VALUES]}}}, id="output"
        ),
        pytest.param(
            {"metadata": {"run": 1}, "terraform_output": {"one": {"sensitive": False, "value": VALUES}}},
            id="output wrapped again",
        ),
        pytest.param({"text": {"sensitive": False, "value": json.dumps(VALUES)}}, id="JSON kept in a string"),
    ],
)
def test_every_json_of_terraform_gives_the_policy_whole(read_files: ReadFiles, document: object) -> None:
    workspace = read_files({"governance/policy.json": json.dumps(document)})
    policy = only(workspace)
    assert (policy.name, policy.id) == ("Tenant baseline", VALUES["id"])
    assert (policy.scope, [ref.name for ref in policy.environments]) == (Scope.ONLY, ["Default-3c19"])
    assert policy.default is DataGroup.BLOCKED
    assert listed(policy) == [
        ("shared_sql", DataGroup.BUSINESS),
        ("shared_gmail", DataGroup.NON_BUSINESS),
        ("Http", DataGroup.BLOCKED),
    ]
    assert [(p.pattern, p.group) for p in policy.patterns or ()] == [
        ("https://*.contoso.example", DataGroup.NON_BUSINESS),
        ("*", DataGroup.IGNORE),
    ]
    (actions,) = policy.actions
    assert (actions.connector, actions.default) == ("shared_sql", Behaviour.ALLOW)
    assert [(rule.operation, rule.behaviour) for rule in actions.rules] == [("DeleteItem_V2", Behaviour.BLOCK)]
    (endpoints,) = policy.endpoints
    assert [(rule.endpoint, rule.behaviour) for rule in endpoints.rules] == [
        ("db.contoso.example", Behaviour.ALLOW),
        ("*", Behaviour.DENY),
    ]
    assert policy.open_parts == ()
    assert [finding.check for finding in workspace.findings] == []


def test_a_value_known_only_after_apply_is_open(read_files: ReadFiles) -> None:
    after = {key: value for key, value in VALUES.items() if key not in {"blocked_connectors", "id"}}
    change = {
        "after": after,
        "after_unknown": {"blocked_connectors": True, "business_connectors": [{"action_rules": True}]},
    }
    workspace = read_files({"plan.json": json.dumps({"resource_changes": [{**RESOURCE, "change": change}]})})
    policy = only(workspace)
    assert opened(policy) == [
        (PolicyPart.RULES, "known after apply"),
        (PolicyPart.BLOCKED, "known after apply"),
    ]
    assert policy.open_parts[0].connector == "shared_sql"
    assert (policy.actions, policy.rules_known) == ((), False)


def test_a_list_that_a_plan_leaves_out_is_open(read_files: ReadFiles) -> None:
    values = {key: value for key, value in VALUES.items() if key != "blocked_connectors"}
    document = {"planned_values": {"root_module": {"resources": [{**RESOURCE, "values": values}]}}}
    assert only(read_files({"plan.json": json.dumps(document)})).open_groups == {DataGroup.BLOCKED}


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({"resources": [{"type": "aws_s3_bucket"}], "version": 4}, id="somebody else's state"),
        pytest.param(
            {"counts": {"sensitive": False, "value": {"business_connectors": 12}}}, id="counts of the same name"
        ),
        pytest.param({"business_connectors": []}, id="no Terraform at all"),
    ],
)
def test_other_json_is_not_claimed(read_files: ReadFiles, document: object) -> None:
    workspace = read_files({"x.json": json.dumps(document)})
    assert workspace.policies == ()
    assert workspace.findings == ()


def test_what_is_written_in_code_counts_and_what_is_computed_is_open(read_files: ReadFiles) -> None:
    workspace = read_files({"main.tf": HCL % "~> 3.9"})
    policy = only(workspace)
    assert listed(policy) == [("shared_sql", DataGroup.BUSINESS), ("Http", DataGroup.BLOCKED)]
    assert opened(policy) == [
        (PolicyPart.NON_BUSINESS, "computed by [for c in data.powerplatform_connectors.all.connectors : c i…"),
        (PolicyPart.BLOCKED, "computed by var.blocked"),
    ]
    assert policy.default is DataGroup.BLOCKED
    # The environment declared beside it is named by its display name: it has no id yet.
    assert [ref.name for ref in policy.environments] == ["Default-3c19", "hr-production"]
    assert policy.environments_known
    (finding,) = workspace.findings
    assert (finding.check, finding.at.span.line) == ("SRC009", 12)
    assert finding.message == (
        "the data policy 'Tenant baseline' is not whole here, so verdicts that depend on the rest stay open:"
        " its Non-Business connectors are computed by [for c in data.powerplatform_connectors.all.connectors : c i…,"
        " its Blocked connectors are computed by var.blocked"
    )


def test_places_in_code_are_those_of_the_values(read_files: ReadFiles) -> None:
    policy = only(read_files({"main.tf": HCL % "~> 3.9"}))
    assert policy.at.span[:2] == (16, 39)
    assert [entry.at.span[:2] for entry in policy.classified or ()] == [(11, 24), (22, 54)]
    assert policy.patterns is not None
    assert policy.patterns[0].at.span[:2] == (23, 72)


@pytest.mark.parametrize(
    ("line", "part", "how"),
    [
        ("default_connectors_classification = var.d", PolicyPart.DEFAULT, "computed by var.d"),
        ("environment_type = var.t", PolicyPart.SCOPE, "computed by var.t"),
        ("environments = var.e", PolicyPart.ENVIRONMENTS, "computed by var.e"),
        ('environments = ["a", var.e]', PolicyPart.ENVIRONMENTS, "computed by var.e"),
        ("business_connectors = module.m.b", PolicyPart.BUSINESS, "computed by module.m.b"),
        ("business_connectors = setsubtract([], local.x)", PolicyPart.BUSINESS, "computed by setsubtract([], local.x)"),
        ("business_connectors = true ? [] : []", PolicyPart.BUSINESS, "computed by true ? [] : []"),
        ('business_connectors = [{ id = "shared_${var.x}" }]', PolicyPart.BUSINESS, 'computed by "shared_${var.x}"'),
        ("business_connectors = null", PolicyPart.BUSINESS, "not given in the file"),
        ("custom_connectors_patterns = var.p", PolicyPart.PATTERNS, "computed by var.p"),
        (
            'custom_connectors_patterns = [{ order = 1, host_url_pattern = "*", data_group = var.g }]',
            PolicyPart.PATTERNS,
            "computed by var.g",
        ),
        ('business_connectors = [{ id = "shared_sql", action_rules = var.r }]', PolicyPart.RULES, "computed by var.r"),
        (
            'business_connectors = [{ id = "shared_sql", endpoint_rules = [{ endpoint = var.h, order = 1 }] }]',
            PolicyPart.RULES,
            "computed by var.h",
        ),
        ("count = var.wanted ? 1 : 0", PolicyPart.EXISTENCE, "decided by count = var.wanted ? 1 : 0"),
        ("for_each = local.stages", PolicyPart.EXISTENCE, "decided by for_each = local.stages"),
    ],
)
def test_an_expression_is_never_taken_for_empty(read_files: ReadFiles, line: str, part: PolicyPart, how: str) -> None:
    name = line.split(" ", 1)[0]
    whole = {
        "display_name": '"P"',
        "default_connectors_classification": '"Blocked"',
        "environment_type": '"OnlyEnvironments"',
        "business_connectors": "[]",
        "non_business_connectors": "[]",
        "blocked_connectors": "[]",
        "custom_connectors_patterns": "[]",
    }
    lines = [f"{key} = {value}" for key, value in whole.items() if key != name]
    policy = only(read_files({"main.tf": "\n".join([f'resource "{TYPE}" "this" {{', *lines, line, "}"])}))
    assert (part, how) in opened(policy)


def test_a_policy_that_is_made_never_is_none(read_files: ReadFiles) -> None:
    assert read_files({"main.tf": f'resource "{TYPE}" "off" {{\n  count = 0\n}}\n'}).policies == ()


VARIABLES = """\
display_name        = "%s"
environment_type    = "AllEnvironments"
business_connectors = [{ id = "shared_sql" }]
"""
MODULE = f"""\
variable "display_name" {{}}
variable "environment_type" {{}}
variable "business_connectors" {{}}
variable "default" {{
  default = "Blocked"
}}

resource "{TYPE}" "this" {{
  display_name                      = var.display_name
  default_connectors_classification = var.default
  environment_type                  = var.environment_type
  business_connectors               = var.business_connectors
  non_business_connectors           = []
  blocked_connectors                = local.rest
  custom_connectors_patterns        = []
}}
"""


def test_each_tfvars_file_gives_the_folder_once_more(read_files: ReadFiles) -> None:
    workspace = read_files(
        {
            "dlp/main.tf": MODULE,
            "dlp/tfvars/hr.tfvars": VARIABLES % "HR",
            "dlp/tfvars/sales.tfvars": VARIABLES % "Sales",
        }
    )
    assert [policy.name for policy in workspace.policies] == ["HR", "Sales"]
    for policy in workspace.policies:
        assert listed(policy) == [("shared_sql", DataGroup.BUSINESS)]
        assert (policy.scope, policy.default) == (Scope.ALL, DataGroup.BLOCKED)
        assert opened(policy) == [(PolicyPart.BLOCKED, "computed by local.rest")]
    assert workspace.policies[0].at.source.path == "dlp/tfvars/hr.tfvars"


def test_code_without_its_variables_leaves_them_open_even_with_defaults(read_files: ReadFiles) -> None:
    policy = only(read_files({"dlp/main.tf": MODULE}))
    assert (policy.name, policy.default) == (f"{TYPE}.this", None)
    assert policy.open_groups == {DataGroup.BUSINESS, DataGroup.BLOCKED}
    assert policy.may_not_reach


def test_a_tfvars_file_alone_says_only_what_it_lists(read_files: ReadFiles) -> None:
    policy = only(read_files({"hr.tfvars": VARIABLES % "HR"}))
    assert listed(policy) == [("shared_sql", DataGroup.BUSINESS)]
    assert policy.open_groups == set(DataGroup) - {DataGroup.IGNORE}
    assert {how for _, how in opened(policy)} == {"left to the module that the file is given to"}


def test_a_tfvars_file_that_fills_every_list_is_the_policy(read_files: ReadFiles) -> None:
    lists = "".join(
        f'{name}_connectors = [{{ id = "shared_{name}" }}]\n' for name in ("business", "non_business", "blocked")
    )
    text = (
        'display_name = "HR"\nenvironment_type = "AllEnvironments"\ndefault_connectors_classification = "Blocked"\n'
        'custom_connectors_patterns = [{ order = 1, host_url_pattern = "*", data_group = "Blocked" }]\n'
    )
    assert only(read_files({"hr.tfvars": lists + text})).open_parts == ()


def test_the_call_of_a_module_elsewhere_says_only_what_it_passes(read_files: ReadFiles) -> None:
    call = 'module "dlp" {\n  source = "contoso/dlp/powerplatform"\n' + VARIABLES % "HR" + "}\n"
    policy = only(read_files({"main.tf": call}))
    assert (policy.name, listed(policy)) == ("HR", [("shared_sql", DataGroup.BUSINESS)])
    assert (PolicyPart.BUSINESS, "left to the module contoso/dlp/powerplatform") in opened(policy)
    assert policy.classified is not None
    assert policy.classified[0].at.span[:2] == (5, 31)


def test_the_call_of_a_module_in_the_project_gives_it_those_values(read_files: ReadFiles) -> None:
    call = 'module "dlp" {\n  source = "../modules/dlp"\n' + VARIABLES % "HR" + "}\n"
    policy = only(read_files({"live/main.tf": call, "modules/dlp/main.tf": MODULE}))
    assert (policy.name, listed(policy), policy.scope) == ("HR", [("shared_sql", DataGroup.BUSINESS)], Scope.ALL)
    assert opened(policy) == [(PolicyPart.BLOCKED, "computed by local.rest")]


def test_names_of_the_caller_mean_nothing_in_the_module(read_files: ReadFiles) -> None:
    caller = (
        'locals {\n  hidden = []\n}\nmodule "dlp" {\n  source = "../modules/dlp"\n  display_name = "HR"\n'
        '  environment_type = "AllEnvironments"\n  business_connectors = concat([{ id = local.name }], [])\n}\n'
    )
    module = MODULE + 'locals {\n  name = "shared_wrong"\n  rest = []\n}\n'
    policy = only(read_files({"live/main.tf": caller, "modules/dlp/main.tf": module}))
    assert listed(policy) == []
    assert opened(policy) == [(PolicyPart.BUSINESS, "computed by local.name")]


def test_the_state_of_a_policy_stands_for_code_that_computes_it(read_files: ReadFiles) -> None:
    values = {**VALUES, "environments": ["Default-3c19"]}
    state = {"values": {"root_module": {"resources": [{**RESOURCE, "values": values}]}}}
    workspace = read_files({"main.tf": HCL % "~> 3.9", "state.json": json.dumps(state)})
    policy = only(workspace)
    assert (policy.at.source.path, policy.open_parts) == ("state.json", ())
    assert [finding.check for finding in workspace.findings] == []


def test_code_that_says_something_else_than_the_state_is_kept_and_noted(read_files: ReadFiles) -> None:
    state = {"values": {"root_module": {"resources": [{**RESOURCE, "values": {**VALUES, "business_connectors": []}}]}}}
    workspace = read_files({"main.tf": HCL % "~> 3.9", "state.json": json.dumps(state)})
    assert len(workspace.policies) == 2
    assert "SRC011" in [finding.check for finding in workspace.findings]


PINNED = "business_connectors = []\nnon_business_connectors = []\nblocked_connectors = []\n"
MIXED_UP = (
    '[{ order = 1, host_url_pattern = "https://a.example", data_group = "Business" },'
    ' { order = 2, host_url_pattern = "*", data_group = "Blocked" }]'
)
PLAIN = '[{ order = 1, host_url_pattern = "*", data_group = "Blocked" }]'


def pinned(version: str, patterns: str) -> str:
    return (
        f'terraform {{\n  required_providers {{\n    p = {{\n      source = "microsoft/power-platform"\n'
        f'      version = "{version}"\n    }}\n  }}\n}}\nresource "{TYPE}" "this" {{\n  display_name = "P"\n'
        f'  environment_type = "AllEnvironments"\n  default_connectors_classification = "Blocked"\n{PINNED}'
        f"  custom_connectors_patterns = {patterns}\n}}\n"
    )


@pytest.mark.parametrize(
    ("version", "patterns", "warned"),
    [
        ("3.8.0", MIXED_UP, True),
        ("= 3.9.0", MIXED_UP, True),
        ("~> 3.8.0", MIXED_UP, True),
        (">= 3.0, < 3.9.1", MIXED_UP, True),
        ("<= 3.9.0", MIXED_UP, True),
        ("3.9.1", MIXED_UP, False),
        ("~> 3.9.0", MIXED_UP, False),
        ("~> 3.8", MIXED_UP, False),
        (">= 3.0", MIXED_UP, False),
        ("< 4.0", MIXED_UP, False),
        ("3.8.0", PLAIN, False),
    ],
)
def test_a_provider_that_mixes_patterns_up_leaves_them_open(
    read_files: ReadFiles, version: str, patterns: str, *, warned: bool
) -> None:
    workspace = read_files({"main.tf": pinned(version, patterns)})
    policy = only(workspace)
    assert (policy.patterns is None) is warned
    assert [finding.check for finding in workspace.findings if finding.check == "SRC008"] == ["SRC008"] * warned


def test_the_lock_file_says_which_provider_is_in_use(read_files: ReadFiles) -> None:
    lock = 'provider "registry.terraform.io/microsoft/power-platform" {\n  version = "3.8.0"\n}\n'
    workspace = read_files({"main.tf": pinned(">= 3.0", MIXED_UP), ".terraform.lock.hcl": lock})
    (finding,) = [finding for finding in workspace.findings if finding.check == "SRC008"]
    assert (finding.at.source.path, finding.at.span.line) == (".terraform.lock.hcl", 2)
    assert "3.8.0 is in use here" in finding.message


ESTATE = """\
resource "powerplatform_environment_group" "people" {
  display_name = "People"
}
resource "powerplatform_environment" "hr" {
  display_name         = "hr-production"
  environment_type     = "Production"
  environment_group_id = powerplatform_environment_group.people.id
}
resource "powerplatform_environment" "stage" {
  count        = var.stages
  display_name = "stage"
}
resource "powerplatform_managed_environment" "hr" {
  environment_id = powerplatform_environment.hr.id
}
resource "powerplatform_managed_environment" "other" {
  environment_id = "11111111-2222-3333-4444-555555555555"
}
resource "powerplatform_environment_group_rule_set" "people" {
  environment_group_id = powerplatform_environment_group.people.id
  rules = {
    advanced_connector_policies_only = { enabled = true }
    advanced_connector_policies = {
      allowed_connectors = [
        { connector_id = "shared_sql", actions_mode = "all_allowed" },
        { connector_id = "shared_office365", actions_mode = "some_allowed", allowed_actions = ["SendEmailV2"] },
      ]
    }
  }
}
resource "powerplatform_tenant_isolation_policy" "this" {
  is_disabled     = false
  allowed_tenants = toset([{ tenant_id = "*", inbound = true, outbound = false }])
}
resource "powerplatform_tenant_settings" "this" {
  walk_me_opt_out = true
  power_platform = {
    governance = { disable_admin_digest = false }
  }
}
"""


def test_the_resources_beside_a_policy_are_read(read_files: ReadFiles) -> None:
    workspace = read_files({"main.tf": ESTATE})
    hr = workspace.environment("hr-production")
    assert hr is not None
    assert (hr.type, hr.managed, hr.group, hr.listed) == (EnvironmentType.PRODUCTION, True, "People", False)
    other = workspace.environment("11111111-2222-3333-4444-555555555555")
    assert other is not None
    assert (other.type, other.managed) == (None, True)
    assert workspace.environment("stage") is None
    (advanced,) = workspace.advanced_policies
    assert (advanced.groups, advanced.only, advanced.targets_known, advanced.allowed_known) == (
        ("People",),
        True,
        True,
        True,
    )
    assert [(each.connector, each.operations) for each in advanced.allowed] == [
        ("shared_sql", None),
        ("shared_office365", ("SendEmailV2",)),
    ]
    (isolation,) = workspace.tenant_isolation
    assert (isolation.enabled, isolation.at.span.line) == (True, 32)
    assert isolation.allowed is not None
    assert [(each.tenant, each.inbound, each.outbound) for each in isolation.allowed] == [("*", True, False)]
    assert [(each.name, each.value) for each in workspace.tenant_settings] == [
        ("walkMeOptOut", True),
        ("powerPlatform.governance.disableAdminDigest", False),
    ]


@pytest.mark.parametrize("mode", ["managed", "data"])
def test_only_a_data_source_lists_all_environments_there_are(read_files: ReadFiles, mode: str) -> None:
    values: dict[str, object] = {"id": "e-1", "display_name": "hr-production", "environment_type": "Sandbox"}
    resource: dict[str, object] = {"mode": "managed", "type": "powerplatform_environment", "values": values}
    if mode == "data":
        listing = {"environments": [values]}
        resource = {"mode": "data", "type": "powerplatform_environments", "values": listing}
    workspace = read_files({"state.json": json.dumps({"values": {"root_module": {"resources": [resource]}}})})
    (environment,) = workspace.environments
    assert (environment.name, environment.id, environment.type) == ("hr-production", "e-1", EnvironmentType.SANDBOX)
    assert environment.listed is (mode == "data")


def test_an_advanced_policy_for_a_group_that_is_computed_may_be_in_force_anywhere(read_files: ReadFiles) -> None:
    text = ESTATE.replace(
        "environment_group_id = powerplatform_environment_group.people.id\n  rules",
        "environment_group_id = var.g\n  rules",
    )
    (advanced,) = read_files({"main.tf": text}).advanced_policies
    assert (advanced.groups, advanced.targets_known) == ((), False)


def test_terraform_in_the_json_syntax_is_read_alike(read_files: ReadFiles) -> None:
    document = {"resource": {TYPE: {"this": {**VALUES, "blocked_connectors": "${local.rest}"}}}}
    policy = only(read_files({"main.tf.json": json.dumps(document)}))
    assert listed(policy) == [("shared_sql", DataGroup.BUSINESS), ("shared_gmail", DataGroup.NON_BUSINESS)]
    assert opened(policy) == [(PolicyPart.BLOCKED, "computed by local.rest")]


def test_terraform_of_something_else_is_skipped_with_a_reason(read_files: ReadFiles) -> None:
    workspace = read_files({"main.tf": 'resource "aws_s3_bucket" "b" {}\n', "broken.tf": "x = ["})
    assert {(skipped.path, skipped.reason) for skipped in workspace.skipped} == {
        (name, "Terraform that declares no data policy, environment or tenant setting")
        for name in ("main.tf", "broken.tf")
    }
    assert workspace.findings == ()


def test_broken_terraform_with_a_policy_is_a_finding(read_files: ReadFiles) -> None:
    workspace = read_files({"main.tf": f'resource "{TYPE}" "this" {{\n  business_connectors = [\n}}\n'})
    (finding,) = workspace.findings
    assert (finding.check, finding.at.span.line) == ("SRC001", 2)
