"""Cloud flows: every way a step can name its connector, every way a flow can start, every call."""

from collections.abc import Mapping

import pytest

from pllint.model.component import Component, Endpoint, Evidence, StartsFrom, TriggerClass
from pllint.model.connector_id import ConnectorKey
from pllint.model.solution import ConnectionReference, EnvironmentVariable
from pllint.read.cloud_flow import cloud_flow
from pllint.read.recognise import is_cloud_flow
from pllint.source import Anchor, Source
from pllint.text.node import Node

AT = Anchor(Source("Workflows/Notify.json", lambda: b""))
APIS = "/providers/Microsoft.PowerApps/apis/"
CUSTOM = "shared_ctx-5fparcel-20tracking-5f3c9e0d1a2b4c5d6e"
SAME_CUSTOM_ELSEWHERE = "shared_ctx-5Fparcel-20tracking-5F00a1b2c3d4e5f607"

Steps = Mapping[str, object]


def read(
    actions: Steps | None = None,
    *,
    triggers: Steps | None = None,
    connections: Steps | None = None,
    parameters: Steps | None = None,
    references: Mapping[str, ConnectionReference] | None = None,
    variables: Mapping[str, EnvironmentVariable] | None = None,
) -> Component:
    definition = {"parameters": parameters or {}, "triggers": triggers or {}, "actions": actions or {}}
    document = {"properties": {"connectionReferences": connections or {}, "definition": definition}}
    return cloud_flow(
        Node(document, AT),
        name="Notify",
        id="5b1e0f5a",
        solution="ParcelDesk",
        state="on",
        references=references or {},
        variables=variables or {},
    )


def open_api(label: str, **host: object) -> dict[str, object]:
    return {"type": "OpenApiConnection", "inputs": {"host": {"connectionName": label, "operationId": "Do", **host}}}


def http(uri: object) -> dict[str, object]:
    return {"type": "Http", "inputs": {"method": "GET", "uri": uri}}


def reference(connector: str, *, custom: bool = False, guid: str | None = None) -> dict[str, ConnectionReference]:
    told = ConnectionReference(
        logical_name="ctx_Mail_1", at=AT, connector=ConnectorKey(connector), custom=custom, custom_guid=guid
    )
    return {"ctx_mail_1": told}


def keys(component: Component) -> list[str]:
    return [use.connector for use in component.uses]


# Which label a step looks up


@pytest.mark.parametrize(
    "step",
    [
        pytest.param(open_api("mail"), id="connectionName"),
        pytest.param(
            {"type": "OpenApiConnection", "inputs": {"host": {"connectionReferenceName": "mail"}}},
            id="connectionReferenceName",
        ),
        pytest.param(
            {
                "type": "ApiConnection",
                "inputs": {"host": {"connection": {"name": "@parameters('$connections')['mail']['connectionId']"}}},
            },
            id="expression of the flow's own connection",
        ),
        pytest.param(
            {
                "type": "ApiConnection",
                "inputs": {
                    "host": {
                        "connection": {
                            "name": "@json(decodeBase64(triggerOutputs().headers['X-MS-APIM-Tokens']))"
                            "['$connections']['mail']['connectionId']"
                        }
                    }
                },
            },
            id="expression of the caller's connection",
        ),
        pytest.param(
            {"type": "OpenApiConnectionWebhook", "inputs": {"host": {"connectionName": "mail"}}}, id="webhook"
        ),
        pytest.param(
            {"type": "OpenApiConnectionNotification", "inputs": {"host": {"connectionName": "mail"}}}, id="notification"
        ),
        pytest.param(open_api("MAIL"), id="another case"),
    ],
)
def test_a_step_is_led_to_its_entry_in_the_map(step: Steps) -> None:
    flow = read({"Send": step}, connections={"mail": {"api": {"name": "shared_office365"}}})
    assert keys(flow) == ["shared_office365"]
    assert [declared.used for declared in flow.declared] == [True]


# Which connector that is


@pytest.mark.parametrize(
    ("entry", "host", "connector", "evidence"),
    [
        pytest.param(
            {"connection": {"connectionReferenceLogicalName": "CTX_mail_1"}, "api": {"name": "shared_office365"}},
            {},
            "shared_office365",
            Evidence.CONNECTION_REFERENCE,
            id="1 the solution's connection reference, in any case",
        ),
        pytest.param(
            {"connection": {"connectionReferenceLogicalName": "ctx_elsewhere"}, "api": {"name": "shared_office365"}},
            {},
            "shared_office365",
            Evidence.API_NAME,
            id="2 api.name when the reference lives in another solution",
        ),
        pytest.param(
            {"connection": {}, "api": {"name": "shared_office365"}},
            {"apiId": APIS + "shared_office365"},
            "shared_office365",
            Evidence.API_NAME,
            id="2 api.name of older exports",
        ),
        pytest.param(
            {"connectionName": "shared-office365-0a1b", "id": APIS + "shared_office365", "source": "Embedded"},
            {},
            "shared_office365",
            Evidence.MAP_ID,
            id="3 id in a package",
        ),
        pytest.param(
            None, {"apiId": APIS + "shared_office365"}, "shared_office365", Evidence.API_ID, id="4 apiId of the step"
        ),
        pytest.param(
            None,
            {"apiId": "", "api": {"runtimeUrl": "https://europe-001.azure-apim.net/apim/office365"}},
            "shared_office365",
            Evidence.RUNTIME_URL,
            id="5 runtimeUrl when apiId is empty",
        ),
    ],
)
def test_the_first_source_that_speaks_names_the_connector(
    entry: Steps | None, host: Steps, connector: str, evidence: Evidence
) -> None:
    flow = read(
        {"Send": open_api("mail", **host)},
        connections={} if entry is None else {"mail": entry},
        references=reference("shared_office365"),
    )
    assert keys(flow) == [connector]
    assert flow.uses[0].steps[0].evidence is evidence


@pytest.mark.parametrize(
    ("label", "connector"),
    [
        pytest.param("shared_office365", "shared_office365", id="the id itself"),
        pytest.param("shared_office365_1", "shared_office365", id="numbered with an underscore"),
        pytest.param("shared_office365-12", "shared_office365", id="numbered with a hyphen"),
        pytest.param("shared_service-now", "shared_service-now", id="a hyphen of its own"),
        pytest.param(CUSTOM, "ctx_parcel-20tracking", id="custom"),
    ],
)
def test_a_label_that_looks_like_a_connector_is_the_last_resort(label: str, connector: str) -> None:
    flow = read({"Send": open_api(label)})
    assert keys(flow) == [connector]
    assert flow.uses[0].steps[0].evidence is Evidence.LABEL


@pytest.mark.parametrize("label", ["ctx_mail_4be1c", "Mail", ""])
def test_a_label_that_proves_nothing_leaves_the_step_unresolved(label: str) -> None:
    flow = read({"Send": open_api(label)})
    assert flow.uses == ()
    assert [(miss.key, miss.step.name) for miss in flow.unresolved] == [(label, "Send")]


def test_a_step_whose_label_is_not_in_the_map_is_resolved_and_marked_undeclared() -> None:
    flow = read({"Send": open_api("ctx_gone", apiId=APIS + "shared_sql")})
    step = flow.uses[0].steps[0]
    assert (flow.uses[0].connector, step.label, step.undeclared) == ("shared_sql", "ctx_gone", True)


def test_a_map_entry_that_names_no_connector_is_declared_all_the_same() -> None:
    flow = read({"Send": open_api("mail", apiId=APIS + "shared_sql")}, connections={"mail": {"connection": {}}})
    assert keys(flow) == ["shared_sql"]
    assert not flow.uses[0].steps[0].undeclared


def test_sources_that_name_different_connectors_contradict_one_another() -> None:
    flow = read(
        {"Send": open_api("mail", apiId=APIS + "shared_sql")},
        connections={"mail": {"api": {"name": "shared_office365"}}},
    )
    assert keys(flow) == ["shared_office365"]
    assert flow.uses[0].contested
    assert flow.uses[0].steps[0].contested == ("shared_office365", "shared_sql")


@pytest.mark.parametrize(
    "api_id",
    [
        pytest.param(APIS + SAME_CUSTOM_ELSEWHERE, id="other hash and casing"),
        pytest.param(APIS + "shared_parcel-20tracking-5f3c9e0d1a2b4c5d6e-5f00a1b2c3d4e5f607", id="no publisher prefix"),
        pytest.param("", id="empty"),
    ],
)
def test_hashes_casing_and_prefix_are_no_contradiction(api_id: str) -> None:
    flow = read({"Track": open_api("parcel", apiId=api_id)}, connections={"parcel": {"api": {"name": CUSTOM}}})
    assert [(use.connector, use.custom, use.contested) for use in flow.uses] == [("ctx_parcel-20tracking", True, False)]


def test_a_custom_connector_goes_by_its_logical_name_and_guid() -> None:
    flow = read(
        {"Track": open_api("parcel")},
        connections={
            "parcel": {
                "connection": {"connectionReferenceLogicalName": "ctx_mail_1"},
                "api": {"name": "shared_parcel", "logicalName": "ctx_5Fparcel"},
            }
        },
        references=reference("ctx_parcel", custom=True, guid="9a0b"),
    )
    use = flow.uses[0]
    assert (use.connector, use.custom, use.custom_guid, use.contested) == ("ctx_parcel", True, "9a0b", False)


def test_a_logical_name_makes_a_connector_custom_without_hashes() -> None:
    flow = read(
        {"Track": open_api("parcel")},
        connections={"parcel": {"api": {"name": "shared_parcel", "logicalName": "ctx_parcel"}}},
    )
    assert [(use.connector, use.custom) for use in flow.uses] == [("ctx_parcel", True)]


def test_the_steps_of_one_connector_are_one_use() -> None:
    flow = read(
        {"One": open_api("shared_sql"), "Two": open_api("shared_sql_1")},
        connections={"shared_sql": {"api": {"name": "shared_sql"}}, "shared_sql_1": {"api": {"name": "shared_sql"}}},
    )
    assert [[step.name for step in use.steps] for use in flow.uses] == [["One", "Two"]]


# Where steps are looked for


def test_every_branch_of_every_container_is_walked_in_the_order_of_the_text() -> None:
    flow = read(
        {
            "Scope": {"type": "Scope", "actions": {"A": http("https://a.example")}},
            "If": {
                "type": "If",
                "actions": {"Inner": {"type": "Until", "actions": {"B": http("https://b.example")}}},
                "else": {"actions": {"C": http("https://c.example")}},
            },
            "Switch": {
                "type": "Switch",
                "cases": {"First": {"actions": {"D": http("https://d.example")}}},
                "default": {"actions": {"E": http("https://e.example")}},
            },
            "New": {"type": "SomethingNew", "actions": {"F": http("https://f.example")}},
            "G": http("https://g.example"),
        }
    )
    assert [step.name for step in flow.uses[0].steps] == ["A", "B", "C", "D", "E", "F", "G"]


def test_a_step_is_placed_by_its_full_path() -> None:
    flow = read({"Switch": {"cases": {"First": {"actions": {"Get": http("https://a.example")}}}}})
    expected = ("properties", "definition", "actions", "Switch", "cases", "First", "actions", "Get")
    assert flow.uses[0].steps[0].at.path == expected


def test_nesting_far_deeper_than_any_interpreter_stack_is_walked() -> None:
    actions: dict[str, object] = {"Get": http("https://a.example")}
    for _ in range(5000):
        actions = {"Scope": {"type": "Scope", "actions": actions}}
    assert keys(read(actions)) == ["Http"]


@pytest.mark.parametrize(
    "action",
    [
        pytest.param({"type": "Compose", "inputs": {"host": {"connectionName": "shared_sql"}}}, id="data like a step"),
        pytest.param({"type": "Response", "kind": "Http", "inputs": {}}, id="response"),
        pytest.param({"type": "Compose", "inputs": {"actions": {"Get": http("x")}}}, id="actions inside inputs"),
        pytest.param({"type": 5, "inputs": []}, id="type is a number"),
        pytest.param({"type": "Scope", "actions": []}, id="actions is a list"),
        pytest.param({"type": "Switch", "cases": {"One": None}, "else": "x", "default": []}, id="broken branches"),
        pytest.param("text", id="no object"),
        pytest.param(None, id="null"),
    ],
)
def test_what_is_no_connector_step_is_none(action: object) -> None:
    flow = read({"Odd": action})
    assert (flow.uses, flow.unresolved) == ((), ())


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(None, id="null"),
        pytest.param([], id="list"),
        pytest.param({"properties": {"definition": {"triggers": [], "actions": []}}}, id="lists for objects"),
        pytest.param({"properties": {"connectionReferences": [1], "definition": "x"}}, id="text for an object"),
        pytest.param({"properties": {"connectionReferences": {"a": None, "b": 3}}}, id="no definition"),
    ],
)
def test_a_document_of_another_shape_gives_an_empty_flow(document: object) -> None:
    flow = cloud_flow(Node(document, AT), name="Odd", id="odd", solution=None, state=None, references={}, variables={})
    assert (flow.trigger, flow.uses, flow.calls_flows) == (None, (), ())


# Built-ins


@pytest.mark.parametrize(
    ("trigger", "policy_id"),
    [
        pytest.param({"type": "Request", "kind": "Http"}, "HttpRequestReceived", id="request"),
        pytest.param({"type": "Request"}, "HttpRequestReceived", id="request without kind"),
        pytest.param({"type": "Request", "kind": "http"}, "HttpRequestReceived", id="request in lower case"),
        pytest.param({"type": "Request", "kind": "TeamsWebhook"}, "TeamsWebhookRequestReceived", id="Teams webhook"),
        pytest.param({"type": "HttpWebhook", "inputs": {}}, "HttpWebhook", id="webhook"),
        pytest.param({"type": "Http", "inputs": {}}, "Http", id="polling"),
    ],
)
def test_a_built_in_trigger_counts_under_its_policy_id(trigger: Steps, policy_id: str) -> None:
    flow = read(triggers={"Start": trigger})
    assert keys(flow) == [policy_id]
    assert flow.uses[0].steps[0].trigger


@pytest.mark.parametrize("kind", ["Button", "PowerApp", "PowerAppV2", "Skills", "VirtualAgent", "Surprise"])
def test_a_request_of_another_kind_uses_no_connector(kind: str) -> None:
    assert read(triggers={"Start": {"type": "Request", "kind": kind, "inputs": {}}}).uses == ()


def test_a_selected_item_trigger_uses_the_connector_that_hosts_it() -> None:
    inputs = {
        "host": {"connection": {"name": "@parameters('$connections')['shared_sharepointonline']['connectionId']"}},
        "operationId": "GetFileItem",
    }
    flow = read(
        triggers={"Selected": {"type": "Request", "kind": "ApiConnection", "inputs": inputs}},
        connections={"shared_sharepointonline": {"api": {"name": "shared_sharepointonline"}}},
    )
    assert keys(flow) == ["shared_sharepointonline"]
    assert flow.uses[0].steps[0].operation == "GetFileItem"


def test_a_webhook_reaches_the_address_it_subscribes_at() -> None:
    action = {"type": "HttpWebhook", "inputs": {"subscribe": {"uri": "https://hooks.example/new"}}}
    endpoint = read({"Wait": action}).uses[0].steps[0].endpoint
    assert endpoint is not None
    assert (endpoint.value, endpoint.at.path[-3:]) == ("https://hooks.example/new", ("inputs", "subscribe", "uri"))


# Addresses

HOST = EnvironmentVariable(schema_name="ctx_ApiHost", at=AT, default="api.parcels.example")
PARAMETERS = {
    "API host (ctx_ApiHost)": {"type": "String", "metadata": {"schemaName": "ctx_ApiHost"}},
    "Unknown (ctx_Unknown)": {"type": "String", "metadata": {"schemaName": "ctx_Unknown"}},
    "Base": {"type": "String", "defaultValue": "https://base.example"},
}


@pytest.mark.parametrize(
    ("uri", "value", "resolved", "prefix", "variables"),
    [
        pytest.param("https://a.example/x", *["https://a.example/x"] * 3, (), id="literal"),
        pytest.param("@@home", *["@home"] * 3, (), id="escaped at sign"),
        pytest.param(
            "https://a.example/@{variables('id')}/x", None, None, "https://a.example/", (), id="computed in the middle"
        ),
        pytest.param("@variables('url')", None, None, "", (), id="computed as a whole"),
        pytest.param("@{triggerBody()['text']}api/data", None, None, "", (), id="computed at the start"),
        pytest.param(
            "https://@{parameters('API host (ctx_ApiHost)')}/x",
            None,
            "https://api.parcels.example/x",
            "https://api.parcels.example/x",
            ("ctx_ApiHost",),
            id="environment variable inside",
        ),
        pytest.param(
            "@parameters('API host (ctx_ApiHost)')",
            None,
            "api.parcels.example",
            "api.parcels.example",
            ("ctx_ApiHost",),
            id="environment variable as a whole",
        ),
        pytest.param(
            "@concat('https://', parameters('API host (ctx_ApiHost)'), '/it''s')",
            None,
            "https://api.parcels.example/it's",
            "https://api.parcels.example/it's",
            ("ctx_ApiHost",),
            id="concatenated",
        ),
        pytest.param(
            "@concat('https://a.example/', variables('id'))", None, None, "https://a.example/", (), id="partly known"
        ),
        pytest.param(
            "@parameters('Unknown (ctx_Unknown)')", None, None, "", ("ctx_Unknown",), id="variable without a value"
        ),
        pytest.param(
            "@parameters('Base')", None, "https://base.example", "https://base.example", (), id="parameter's default"
        ),
        pytest.param({"not": "text"}, None, None, "", (), id="no text"),
    ],
)
def test_an_address_is_followed_as_far_as_it_is_known(
    uri: object, value: str | None, resolved: str | None, prefix: str, variables: tuple[str, ...]
) -> None:
    flow = read({"Get": http(uri)}, parameters=PARAMETERS, variables={"ctx_apihost": HOST})
    endpoint = flow.uses[0].steps[0].endpoint
    assert endpoint is not None
    at = flow.uses[0].steps[0].at / "inputs" / "uri"
    assert endpoint == Endpoint(value=value, at=at, resolved=resolved, prefix=prefix, variables=variables)


def test_a_current_value_outweighs_the_default() -> None:
    flow = read(
        {"Get": http("@parameters('API host (ctx_ApiHost)')")},
        parameters=PARAMETERS,
        variables={"ctx_apihost": HOST._replace(value="live.parcels.example")},
    )
    endpoint = flow.uses[0].steps[0].endpoint
    assert endpoint is not None
    assert endpoint.resolved == "live.parcels.example"


@pytest.mark.parametrize(
    ("address", "value"),
    [
        pytest.param("https://graph.microsoft.com/v1.0/me", "https://graph.microsoft.com/v1.0/me", id="absolute"),
        pytest.param("/v1.0/me", None, id="relative to the connection's host"),
    ],
)
def test_the_entra_http_connector_reaches_an_absolute_address(address: str, value: str | None) -> None:
    step = open_api("shared_webcontents")
    inputs = step["inputs"]
    assert isinstance(inputs, dict)
    inputs["parameters"] = {"request/url": address}
    endpoint = read({"Call": step}).uses[0].steps[0].endpoint
    assert (endpoint.value if endpoint else None) == value


# How a flow starts


@pytest.mark.parametrize(
    ("trigger_type", "kind", "trigger_class", "starts_from"),
    [
        ("Recurrence", None, TriggerClass.SCHEDULED, StartsFrom.TIMER),
        ("SlidingWindow", None, TriggerClass.SCHEDULED, StartsFrom.TIMER),
        ("Request", "Button", TriggerClass.INSTANT, StartsFrom.BUTTON),
        ("Request", "Http", TriggerClass.AUTOMATED, StartsFrom.HTTP_REQUEST),
        ("Request", None, TriggerClass.AUTOMATED, StartsFrom.HTTP_REQUEST),
        ("Request", "PowerApp", TriggerClass.INSTANT, StartsFrom.POWER_APPS),
        ("Request", "PowerAppV2", TriggerClass.INSTANT, StartsFrom.POWER_APPS),
        ("Request", "ApiConnection", TriggerClass.INSTANT, StartsFrom.SELECTED_ITEM),
        ("Request", "Skills", TriggerClass.INSTANT, StartsFrom.AGENT),
        ("Request", "VirtualAgent", TriggerClass.INSTANT, StartsFrom.AGENT),
        ("Request", "PowerPages", TriggerClass.INSTANT, StartsFrom.POWER_PAGES),
        ("Request", "TeamsWebhook", TriggerClass.AUTOMATED, StartsFrom.TEAMS_WEBHOOK),
        ("Request", "Surprise", None, None),
        ("OpenApiConnectionWebhook", None, TriggerClass.AUTOMATED, StartsFrom.CONNECTOR),
        ("OpenApiConnectionNotification", None, TriggerClass.AUTOMATED, StartsFrom.CONNECTOR),
        ("OpenApiConnection", None, TriggerClass.AUTOMATED, StartsFrom.CONNECTOR),
        ("ApiConnection", None, TriggerClass.AUTOMATED, StartsFrom.CONNECTOR),
        ("ApiConnectionWebhook", None, TriggerClass.AUTOMATED, StartsFrom.CONNECTOR),
        ("ApiConnectionNotification", None, TriggerClass.AUTOMATED, StartsFrom.CONNECTOR),
        ("HttpWebhook", None, TriggerClass.AUTOMATED, StartsFrom.CONNECTOR),
        ("Http", None, TriggerClass.AUTOMATED, StartsFrom.CONNECTOR),
        ("Surprise", None, TriggerClass.AUTOMATED, None),
    ],
)
def test_the_trigger_tells_how_a_flow_starts(
    trigger_type: str, kind: str | None, trigger_class: TriggerClass | None, starts_from: StartsFrom | None
) -> None:
    trigger = read(triggers={"Start": {"type": trigger_type, "kind": kind}}).trigger
    assert trigger is not None
    assert (trigger.trigger_class, trigger.starts_from, trigger.kind) == (trigger_class, starts_from, kind)


def test_of_several_triggers_the_first_is_the_flows_and_all_are_steps() -> None:
    flow = read(triggers={"First": {"type": "Recurrence"}, "Second": {"type": "Request", "kind": "Http"}})
    assert flow.trigger is not None
    assert (flow.trigger.name, keys(flow)) == ("First", ["HttpRequestReceived"])


# Calls, AI Builder, operations, connections


def test_child_flows_and_desktop_flows_are_calls() -> None:
    desktop = open_api("shared_uiflow", apiId=APIS + "shared_uiflow")
    inputs = desktop["inputs"]
    assert isinstance(inputs, dict)
    inputs["parameters"] = {"uiFlowId": "{1C617B65-0000}", "runMode": "Unattended"}
    child = {"type": "Workflow", "inputs": {"host": {"workflowReferenceName": "0C1D2E3F-0000"}}}
    flow = read({"Child": child, "Desktop": desktop})
    assert [call.id for call in flow.calls_flows] == ["0c1d2e3f-0000"]
    assert [(call.id, call.mode) for call in flow.calls_desktop_flows] == [("1c617b65-0000", "unattended")]
    assert keys(flow) == ["shared_uiflow"]


@pytest.mark.parametrize(
    "step",
    [
        pytest.param(
            open_api("shared_commondataserviceforapps", operationId="aibuilderpredict_customprompt"), id="operation"
        ),
        pytest.param(
            {
                **open_api("shared_commondataserviceforapps"),
                "metadata": {"flowSystemMetadata": {"portalOperationGroup": "aibuilder"}},
            },
            id="group in the metadata",
        ),
        pytest.param(
            open_api(
                "shared_commondataserviceforapps",
                apiId="providers/Microsoft.ProcessSimple/operationGroups/aibuilder",
            ),
            id="operation group of the new designer",
        ),
    ],
)
@pytest.mark.parametrize("declared", [True, False])
def test_ai_builder_counts_under_dataverse_and_is_told(step: Steps, declared: bool) -> None:  # noqa: FBT001
    name = "shared_commondataserviceforapps"
    flow = read({"Predict": step}, connections={name: {"api": {"name": name}}} if declared else {})
    assert (keys(flow), flow.ai_builder, flow.uses[0].steps[0].ai_builder) == ([name], True, True)
    assert not flow.uses[0].contested


def test_dataverse_alone_is_no_ai_builder() -> None:
    assert not read({"Get": open_api("shared_commondataserviceforapps")}).ai_builder


def test_a_step_of_the_older_kind_tells_method_and_path_and_the_operation_in_its_metadata() -> None:
    action = {
        "type": "ApiConnection",
        "metadata": {"flowSystemMetadata": {"swaggerOperationId": "SendEmail"}},
        "inputs": {
            "host": {"connection": {"name": "@parameters('$connections')['shared_office365']['connectionId']"}},
            "method": "POST",
            "path": "/Mail",
        },
    }
    step = read({"Send": action}).uses[0].steps[0]
    assert (step.operation, step.request) == ("SendEmail", "post /Mail")


def test_what_is_declared_is_told_with_whose_connection_it_is() -> None:
    flow = read(
        {"Send": open_api("mail")},
        connections={
            "mail": {"runtimeSource": "Embedded", "connection": {"name": "abc"}, "api": {"name": "shared_office365"}},
            "shared_sql_1": {"runtimeSource": "invoker", "connection": {"connectionReferenceLogicalName": "ctx_sql"}},
        },
    )
    told = [(d.label, d.connector, d.used, d.runs_as, d.connection, d.logical_name) for d in flow.declared]
    assert told == [
        ("mail", "shared_office365", True, "embedded", "abc", None),
        ("shared_sql_1", "shared_sql", False, "invoker", None, "ctx_sql"),
    ]


@pytest.mark.parametrize(
    ("document", "answer"),
    [
        pytest.param({"properties": {"definition": {"triggers": {}, "actions": {}}}}, True, id="flow"),
        pytest.param({"trigger": {}, "actions": []}, False, id="sketch of a flow"),
        pytest.param({"properties": {"definition": {"package": ""}}, "schemaversion": "ROBIN_1"}, False, id="desktop"),
        pytest.param({"properties": None}, False, id="null"),
        pytest.param([], False, id="list"),
    ],
)
def test_a_flow_is_recognised_by_its_content(document: object, answer: bool) -> None:  # noqa: FBT001
    assert is_cloud_flow(document) is answer


# What a step writes to Dataverse

DATAVERSE = {"dv": {"api": {"name": "shared_commondataserviceforapps"}}}
LEGACY = {"dv": {"api": {"name": "shared_commondataservice"}}}
OLD_PATH = "/v2/datasets/@{encodeURIComponent(encodeURIComponent('default.cds'))}/tables/@{%s}/items"


def dataverse(operation: str, **parameters: object) -> dict[str, object]:
    step = open_api("dv", operationId=operation)
    return {**step, "inputs": {**step["inputs"], "parameters": parameters}}  # type: ignore[dict-item]


def by_path(method: str, path: str) -> dict[str, object]:
    host = {"connection": {"name": "@parameters('$connections')['dv']['connectionId']"}}
    return {"type": "ApiConnection", "inputs": {"host": host, "method": method, "path": path}}


@pytest.mark.parametrize(
    ("step", "connections", "expected"),
    [
        pytest.param(
            dataverse("CreateRecord", entityName="incidents"), DATAVERSE, [("incidents", "create")], id="create"
        ),
        pytest.param(dataverse("UpdateRecord", entityName="slas"), DATAVERSE, [("slas", "update")], id="update"),
        pytest.param(dataverse("UpdateOnlyRecord", entityName="slas"), DATAVERSE, [("slas", "update")], id="no upsert"),
        pytest.param(dataverse("DeleteRecord", entityName="slas"), DATAVERSE, [("slas", "delete")], id="delete"),
        pytest.param(
            dataverse("CreateRecordWithOrganization", entityName="slas"),
            DATAVERSE,
            [("slas", "create")],
            id="elsewhere",
        ),
        pytest.param(dataverse("PatchItem_V2", table="slas"), LEGACY, [("slas", "update")], id="the legacy connector"),
        pytest.param(
            by_path("post", OLD_PATH % "encodeURIComponent(encodeURIComponent('slas'))"),
            LEGACY,
            [("slas", "create")],
            id="a path",
        ),
        pytest.param(
            by_path("delete", OLD_PATH % "encodeURIComponent('slas')" + "/@{encodeURIComponent('1')}"),
            LEGACY,
            [("slas", "delete")],
            id="a path to a row",
        ),
        pytest.param(
            dataverse("UpdateRecord", entityName="@variables('t')"), DATAVERSE, [(None, "update")], id="computed"
        ),
        pytest.param(
            by_path("patch", OLD_PATH % "encodeURIComponent(variables('t'))"),
            LEGACY,
            [(None, "update")],
            id="a computed path",
        ),
        pytest.param(dataverse("ListRecords", entityName="incidents"), DATAVERSE, [], id="it reads"),
        pytest.param(
            dataverse("PerformBoundAction", entityName="incidents"), DATAVERSE, [], id="an action, whatever it does"
        ),
        pytest.param(by_path("get", OLD_PATH % "encodeURIComponent('slas')"), LEGACY, [], id="a path that is read"),
        pytest.param(
            dataverse("PostItem", table="slas"),
            {"dv": {"api": {"name": "shared_sharepointonline"}}},
            [],
            id="no Dataverse",
        ),
        pytest.param(dataverse("UpdateRecord"), DATAVERSE, [], id="no table"),
    ],
)
def test_a_step_that_writes_tells_its_table_and_what_it_does(
    step: Steps, connections: Steps, expected: list[tuple[str | None, str]]
) -> None:
    found = read({"Write": step}, connections=connections).table_writes

    assert [(write.table, write.action) for write in found] == expected


def test_a_table_held_in_a_parameter_is_the_one_the_parameter_holds() -> None:
    step = dataverse("UpdateRecord", entityName="@parameters('Table')")

    found = read({"Write": step}, connections=DATAVERSE, parameters={"Table": {"defaultValue": "slas"}}).table_writes

    assert [write.table for write in found] == ["slas"]


def test_a_trigger_on_a_table_writes_nothing() -> None:
    step = dataverse("CreateRecord", entityName="slas")

    assert read(triggers={"When": step}, connections=DATAVERSE).table_writes == ()
