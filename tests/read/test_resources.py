"""Apps, flows, connectors, connections and shares in every form the platform's tools write."""

import json

import pytest

from pllint.model.component import ComponentKind
from pllint.model.inventory import ListedResource, PrincipalKind
from pllint.read import resources
from pllint.read.document import Notes
from pllint.read.resources import ResourceFacts
from pllint.source import Anchor, Source
from pllint.text.node import Node

APP = "11111111-1111-4111-8111-111111111111"
FLOW = "22222222-2222-4222-8222-222222222222"
OWNER = {"id": "AAAAAAAA-1111-4111-8111-111111111111", "email": "nadia@contoso.example", "type": "User"}
SCOPE = "/providers/Microsoft.PowerApps/scopes/admin/environments/e1/apps/"


def rest_app(**properties: object) -> dict[str, object]:
    facts = {
        "displayName": "Parcel desk",
        "owner": OWNER,
        "createdTime": "2025-03-01T10:00:00Z",
        "sharedUsersCount": 12,
        "sharedGroupsCount": 1,
        "appPlanClassification": "Premium",
        "connectionReferences": {"a": {"id": "/providers/Microsoft.PowerApps/apis/shared_sql", "apiTier": "Premium"}},
        **properties,
    }
    return {"name": APP, "id": SCOPE + APP, "type": "Microsoft.PowerApps/scopes/admin/apps", "properties": facts}


def cmdlet_app(**members: object) -> dict[str, object]:
    plain = {"AppName": APP, "DisplayName": "Parcel desk", "EnvironmentName": "e1", "Owner": OWNER}
    return {**plain, "CreatedTime": "2025-03-01T10:00:00Z", "Internal": rest_app(), **members}


def read(value: object, notes: Notes | None = None) -> ResourceFacts:
    assert resources.recognises(value)
    return resources.resources(Node(value, Anchor(Source("a.json", json.dumps(value).encode))), notes or Notes())


def short(one: ListedResource) -> tuple[object, ...]:
    return (one.kind.value, one.name, one.id, one.environment, one.owner.shown if one.owner else None)


INVENTORY = {
    "name": APP,
    "type": "microsoft.powerapps/canvasapps",
    "tenantId": "t",
    "properties": {"displayName": "Parcel desk", "ownerId": "O1", "environmentId": "e1", "isQuarantined": True},
}
COE_APP = {
    "admin_displayname": "Parcel desk",
    "admin_appidstring": APP,
    "admin_appenvironmentdisplayname": "e1",
    "admin_appownerdisplayname": "Nadia",
    "admin_appsharedusers": "12",
    "admin_appsharedwithtenant": "Yes",
}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param([cmdlet_app()], ("canvas-app", "Parcel desk", APP, "e1", "nadia@contoso.example"), id="cmdlet"),
        pytest.param(
            cmdlet_app(Internal=None), ("canvas-app", "Parcel desk", APP, "e1", "nadia@contoso.example"), id="no raw"
        ),
        pytest.param(
            {"value": [rest_app()]}, ("canvas-app", "Parcel desk", APP, "e1", "nadia@contoso.example"), id="REST"
        ),
        pytest.param({"data": [INVENTORY]}, ("canvas-app", "Parcel desk", APP, "e1", "o1"), id="inventory"),
        pytest.param([COE_APP], ("canvas-app", "Parcel desk", APP, "e1", "Nadia"), id="CoE"),
        pytest.param(
            [{**rest_app(), "appType": "ModelDriven"}],
            ("model-driven-app", "Parcel desk", APP, "e1", "nadia@contoso.example"),
            id="model-driven",
        ),
    ],
)
def test_an_app_is_read_in_every_form(value: object, expected: tuple[object, ...]) -> None:
    (app,) = read(value).resources

    assert short(app) == expected


def test_an_app_tells_its_shares_connectors_and_class() -> None:
    (app,) = read([cmdlet_app()]).resources

    assert (app.shared_users, app.shared_groups, app.shared_with_everyone) == (12, 1, None)
    assert (app.connectors, app.premium, app.created) == (("shared_sql",), True, "2025-03-01")


def test_the_centre_of_excellence_tells_that_everyone_may_use_an_app() -> None:
    (app,) = read([COE_APP]).resources

    assert (app.shared_users, app.shared_with_everyone) == (12, True)


def test_what_the_centre_of_excellence_marks_as_deleted_is_left_out() -> None:
    assert read([{**COE_APP, "admin_appdeleted": True}]).resources == ()


def test_a_standard_app_is_not_premium_and_a_silent_one_is_not_known() -> None:
    found = read([rest_app(appPlanClassification=word) for word in ("Standard", None)]).resources

    assert [one.premium for one in found] == [False, None]


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(
            [
                {
                    "FlowName": FLOW,
                    "DisplayName": "Notify",
                    "EnvironmentName": "e1",
                    "Enabled": True,
                    "Internal": {"name": FLOW, "properties": {"workflowEntityId": "W1", "state": "Started"}},
                }
            ],
            id="cmdlet",
        ),
        pytest.param(
            {
                "value": [
                    {
                        "name": FLOW,
                        "type": "Microsoft.ProcessSimple/scopes/environments/flows",
                        "properties": {
                            "displayName": "Notify",
                            "state": "Started",
                            "workflowEntityId": "W1",
                            "environment": {"name": "e1"},
                        },
                    }
                ]
            },
            id="REST",
        ),
        pytest.param(
            [
                {
                    "admin_displayname": "Notify",
                    "admin_flowidstring": FLOW,
                    "admin_flowenvironmentdisplayname": "Parcels",
                    "admin_flowenvironmentid": "e1",
                    "admin_workflowentityid": "W1",
                    "admin_flowstate": 1,
                    "admin_flowstate@OData.Community.Display.V1.FormattedValue": "Started",
                }
            ],
            id="CoE",
        ),
    ],
)
def test_a_flow_goes_by_its_id_in_the_solution_too(value: object) -> None:
    (flow,) = read(value).resources

    assert (flow.kind, flow.id, flow.aliases) == (ComponentKind.CLOUD_FLOW, FLOW, ("w1",))
    assert (flow.environment, flow.state) == ("e1", "started")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("User", PrincipalKind.USER), ("Group", PrincipalKind.GROUP), ("Tenant", PrincipalKind.TENANT), ("", "other")],
)
def test_a_role_assignment_tells_who_an_app_is_shared_with(kind: str, expected: str) -> None:
    row = {"RoleId": "r", "RoleType": "CanView", "PrincipalType": kind, "PrincipalEmail": "a@b.example", "AppName": APP}

    (role,) = read([row]).roles

    assert (role.resource, role.role, role.principal.kind) == (APP, "CanView", expected)


def test_a_rest_share_names_its_app_in_its_path() -> None:
    principal = {"id": "G1", "displayName": "Everyone", "type": "Tenant"}
    row = {
        "id": f"{SCOPE}{APP}/permissions/G1",
        "type": "Microsoft.PowerApps/scopes/admin/apps/permissions",
        "properties": {"roleName": "CanView", "principal": principal},
    }

    (role,) = read([row]).roles

    assert (role.resource, role.principal.kind, role.environment) == (APP, "tenant", "e1")


def test_shares_of_connections_are_nobodys_business() -> None:
    row = {
        "id": "/providers/Microsoft.PowerApps/apis/shared_sql/connections/c1/permissions/p1",
        "type": "Microsoft.PowerApps/apis/connections/permissions",
        "properties": {"roleName": "Owner", "principal": {"id": "p1", "type": "User"}},
    }

    assert read([row]).empty


def test_a_custom_connector_keeps_its_name_without_hashes() -> None:
    segment = "shared_ctx-5fparcel-20tracking-5f0123456789abcdef"
    row = {
        "ConnectorName": segment,
        "ConnectorId": f"/providers/Microsoft.PowerApps/apis/{segment}",
        "DisplayName": "Parcel tracking",
        "EnvironmentName": "e1",
        "CreatedTime": "2025-03-01T10:00:00Z",
    }

    (connector,) = read([row]).connectors

    assert (connector.connector, connector.custom, connector.environment) == ("ctx_parcel-20tracking", True, "e1")


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(
            {
                "ConnectionName": "c1",
                "FullConnectorName": "/providers/Microsoft.PowerApps/apis/shared_sql",
                "ConnectorName": "shared_sql",
                "EnvironmentName": "e1",
                "CreatedBy": OWNER,
                "Statuses": [{"status": "Connected"}],
            },
            id="cmdlet",
        ),
        pytest.param(
            {
                "name": "c1",
                "id": "/providers/Microsoft.PowerApps/apis/shared_sql/connections/c1",
                "type": "Microsoft.PowerApps/apis/connections",
                "properties": {
                    "apiId": "/providers/Microsoft.PowerApps/apis/shared_sql",
                    "createdBy": OWNER,
                    "statuses": [{"status": "Connected"}],
                    "environment": {"id": "/providers/Microsoft.PowerApps/environments/e1"},
                },
            },
            id="REST",
        ),
    ],
)
def test_a_connection_is_read(row: dict[str, object]) -> None:
    (connection,) = read([row]).connections

    assert (connection.connector, connection.name, connection.environment) == ("shared_sql", "c1", "e1")
    assert (connection.status, connection.owner.shown if connection.owner else "") == (
        "connected",
        "nadia@contoso.example",
    )


def test_what_powershell_cut_off_is_unknown_and_told_once() -> None:
    notes = Notes()
    rows = [cmdlet_app(Owner="@{id=1; type=User}", Internal="@{name=x}")] * 2

    found = read(rows, notes).resources

    assert [(one.name, one.owner, one.shared_users) for one in found] == [("Parcel desk", None, None)] * 2
    assert [finding.check for finding in notes.findings] == ["SRC007"]


@pytest.mark.parametrize(
    "value",
    [
        {"AppName": "x"},
        {"properties": {"displayName": "x"}, "type": "Microsoft.Compute/apps"},
        {"value": []},
        {"admin_displayname": "x"},
        "text",
    ],
)
def test_other_documents_list_nothing(value: object) -> None:
    assert not resources.recognises(value)
