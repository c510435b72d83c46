"""Lists of environments in every form the platform's tools write."""

import json

import pytest

from pllint.model.environment import Environment, EnvironmentType
from pllint.read import inventory
from pllint.read.document import Notes
from pllint.source import Anchor, Source
from pllint.text.node import Node

ID = "11111111-1111-4111-8111-111111111111"
PATH = "/providers/Microsoft.BusinessAppPlatform/scopes/admin/environments/"


def rest(identity: str = ID, **properties: object) -> dict[str, object]:
    facts = {"displayName": "HR Production", "environmentSku": "Production", **properties}
    return {"id": PATH + identity, "name": identity, "location": "europe", "properties": facts}


def cmdlet(**members: object) -> dict[str, object]:
    return {"EnvironmentName": ID, "DisplayName": "HR Production", "EnvironmentType": "Production", **members}


PAC = {
    "EnvironmentId": ID,
    "EnvironmentUrl": "https://hr.crm4.dynamics.com/",
    "DisplayName": "HR Production",
    "Type": "Production",
    "DomainName": "hr",
}
API = {
    "id": ID,
    "displayName": "HR Production",
    "tenantId": "t",
    "type": "Production",
    "geo": "EMEA",
    "domainName": "hr",
    "protectionLevel": "Standard",
}
INVENTORY = {
    "name": ID,
    "type": "microsoft.powerplatform/environments",
    "properties": {"displayName": "HR Production", "environmentType": "Production", "isManaged": True},
}


def read(value: object, notes: Notes | None = None) -> list[Environment]:
    anchor = Anchor(Source("environments.json", json.dumps(value).encode))
    return inventory.environments(Node(value, anchor), notes or Notes())


@pytest.mark.parametrize(
    ("value", "managed"),
    [
        pytest.param({"value": [rest()]}, False, id="REST list"),
        pytest.param(rest(), False, id="REST, one environment"),
        pytest.param(rest(governanceConfiguration={"protectionLevel": "Standard"}), True, id="REST, managed"),
        pytest.param(rest(governanceConfiguration={"protectionLevel": "Basic"}), False, id="REST, not managed"),
        pytest.param([cmdlet()], None, id="cmdlet without Internal"),
        pytest.param(
            [cmdlet(Internal=rest(governanceConfiguration={"protectionLevel": "Standard"}))], True, id="cmdlet"
        ),
        pytest.param({"dlp_policies": [], "environment_list": [cmdlet()]}, None, id="ScubaGear"),
        pytest.param([PAC], None, id="pac"),
        pytest.param({"value": [API]}, True, id="Power Platform API"),
        pytest.param({"count": 1, "data": [INVENTORY]}, True, id="inventory"),
    ],
)
def test_an_environment_is_recognised_and_read_in_every_form(value: object, managed: bool | None) -> None:  # noqa: FBT001
    assert inventory.recognises(value)
    (found,) = read(value)
    assert (found.name, found.id, found.type, found.managed, found.listed) == (
        "HR Production",
        ID,
        EnvironmentType.PRODUCTION,
        managed,
        True,
    )


@pytest.mark.parametrize(
    "value",
    [
        pytest.param({"value": [{"id": "1", "displayName": "Group"}]}, id="another list of a Microsoft interface"),
        pytest.param([{"AppName": "1", "DisplayName": "App", "EnvironmentName": "e"}], id="apps"),
        pytest.param({"properties": {"environment": {"name": "e"}}, "name": "c"}, id="a connection"),
        pytest.param(
            {"data": [{"type": "microsoft.powerapps/canvasapps", "properties": {}}]}, id="other inventory rows"
        ),
        pytest.param({"policyDefinition": {"environments": [{"id": PATH + ID, "name": ID}]}}, id="a policy"),
    ],
)
def test_unrelated_documents_are_not_claimed(value: object) -> None:
    assert not inventory.recognises(value)


@pytest.mark.parametrize(
    ("sku", "kind"),
    [
        ("Sandbox", EnvironmentType.SANDBOX),
        ("Trial", EnvironmentType.TRIAL),
        ("SubscriptionBasedTrial", EnvironmentType.TRIAL),
        ("Developer", EnvironmentType.DEVELOPER),
        ("Teams", EnvironmentType.TEAMS),
        ("Default", EnvironmentType.DEFAULT),
        ("Platform", EnvironmentType.OTHER),
        ("NotSpecified", None),
    ],
)
def test_the_sku_decides_the_type_and_not_the_word_beside_it(sku: str, kind: EnvironmentType | None) -> None:
    assert read(rest(environmentSku=sku, environmentType="Production"))[0].type is kind


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(rest(isDefault=True), id="by its mark"),
        pytest.param(rest(identity="Default-" + ID), id="by its id"),
        pytest.param(cmdlet(IsDefault=True), id="by the cmdlet's mark"),
        pytest.param({**PAC, "EnvironmentId": "Default-" + ID}, id="by the id in pac's list"),
    ],
)
def test_the_default_environment_is_told(value: object) -> None:
    assert read(value)[0].type is EnvironmentType.DEFAULT


def test_an_environment_goes_by_its_id_domain_and_address() -> None:
    linked = {"domainName": "HR", "instanceUrl": "https://hr.crm4.dynamics.com/"}
    (found,) = read(rest(linkedEnvironmentMetadata=linked))
    assert set(found.aliases) == {"hr production", ID, "hr", "hr.crm4.dynamics.com"}


@pytest.mark.parametrize(
    "internal",
    [
        pytest.param(
            {**rest(), "properties": "@{environmentSku=Production; governanceConfiguration=}"}, id="properties"
        ),
        pytest.param(rest(governanceConfiguration="@{protectionLevel=Standard; settings=}"), id="governance"),
        pytest.param("@{id=1; properties=}", id="all"),
    ],
)
def test_a_cut_export_leaves_the_managed_flag_unknown_and_is_noted_once(internal: object) -> None:
    notes = Notes()
    found = read([cmdlet(Internal=internal), cmdlet(EnvironmentName="2", Internal=internal)], notes)
    assert [one.managed for one in found] == [None, None]
    assert [one.type for one in found] == [EnvironmentType.PRODUCTION] * 2
    assert [finding.check for finding in notes.findings] == ["SRC007"]


def test_lines_that_pac_prints_before_the_list_are_passed_over_and_places_stay_right() -> None:
    content = b"Connected as dana@contoso.example\r\nConnected to... HR\r\n\r\n" + json.dumps([PAC]).encode()
    assert inventory.recognises_console(content)
    notes = Notes()
    node = inventory.open_console(Source("environments.json", lambda: content), notes)
    assert node is not None
    (found,) = inventory.environments(node, notes)
    assert found.at is not None
    assert (found.name, found.at.span.line) == ("HR Production", 4)
    assert notes.findings == []


def test_plain_json_is_no_console_text() -> None:
    assert not inventory.recognises_console(json.dumps([PAC], indent=1).encode())


def test_console_text_that_is_broken_is_refused() -> None:
    notes = Notes()
    assert inventory.open_console(Source("e.json", lambda: b'Connected\n[{"EnvironmentId": ]'), notes) is None
    assert [finding.check for finding in notes.findings] == ["SRC001"]


COE = {
    "admin_displayname": "HR Production",
    "admin_environmentname": ID,
    "admin_environmentsku": "Production",
    "admin_environmentcdsinstanceurl": "https://hr.crm4.dynamics.com/",
}


def test_the_table_of_the_centre_of_excellence_lists_environments() -> None:
    deleted = {**COE, "admin_environmentname": "other", "admin_environmentdeleted": "Yes"}

    notes = Notes()

    (environment,) = read([COE, deleted], notes)

    assert notes.findings == []
    assert (environment.id, environment.name, environment.type) == (ID, "HR Production", EnvironmentType.PRODUCTION)
    assert environment.goes_by("hr.crm4.dynamics.com")
    assert environment.managed is None


@pytest.mark.parametrize(
    ("policy", "metered"),
    [(None, None), ({}, None), ({"id": "b1"}, True)],
)
def test_an_environment_of_a_billing_policy_is_metered(policy: object, metered: object) -> None:
    (environment,) = read(rest(billingPolicy=policy))

    assert environment.pay_as_you_go is metered
