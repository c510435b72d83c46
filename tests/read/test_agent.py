"""Copilot Studio agents: in solutions, after real exports, and as clones.

The corpus holds no clone; the ones here are specimens made by hand after the documentation of the extension.
"""

import json
from collections.abc import Callable, Mapping

import pytest

from pllint.engine.dlp.resource import Resources
from pllint.model.component import Component, ComponentKind
from pllint.model.connector_id import ConnectorKey
from pllint.model.environment import Environment
from pllint.model.solution import ConnectionReference
from pllint.model.workspace import Workspace
from pllint.read.agent import AgentFiles
from pllint.source import Anchor, Source
from pllint.text import yaml_text
from pllint.text.node import Node
from tests.read.conftest import Files, zipped

APIS = "/providers/Microsoft.PowerApps/apis/"
CUSTOM = "shared_ctx-5fparcel-20tracking-5f3c9e0d1a2b4c5d6e"
FLOW_ID = "5b1e0f5a-0000-4b2c-9e10-1c2d3e4f5a6b"
BOT = "ctx_helperBot"

Read = Callable[[Files], Workspace]


def taken(text: str, references: Mapping[str, ConnectionReference] | None = None) -> Component:
    """Read one document of an agent."""
    content = text.encode()
    value, _ = yaml_text.parse(content)
    files = AgentFiles(references or {})
    files.take(Node(value, Anchor(Source("topics/Track/data", lambda: content, yaml_text.locate))))
    return files.reading(name="Helper", id=BOT, at=Anchor(Source("bot.xml", bytes)), solution=None).component


def referring(logical_name: str, spelling: str) -> dict[str, ConnectionReference]:
    at = Anchor(Source("customizations.xml", bytes))
    key = ConnectorKey(spelling.rpartition("/")[2])
    return {logical_name.lower(): ConnectionReference(logical_name, at, connector=key, spelling=spelling)}


TASK = """kind: TaskDialog
modelDisplayName: Look up parcel
action:
  kind: {kind}
  connectionReference: {reference}
  connectionProperties:
    mode: Invoker
  operationId: GetParcel
"""


@pytest.mark.parametrize(
    "kind", ["InvokeConnectorTaskAction", "InvokeConnectorAction", "InvokeExternalAgentTaskAction"]
)
def test_a_tool_uses_the_connector_of_its_reference(kind: str) -> None:
    text = TASK.format(kind=kind, reference="ctx_mail")
    use = taken(text, referring("ctx_Mail", APIS + "shared_office365")).uses[0]
    assert (use.connector, use.steps[0].operation, use.steps[0].at.span.pointer) == (
        "shared_office365",
        "GetParcel",
        "/action",
    )


@pytest.mark.parametrize(("mode", "runs_as"), [("Invoker", "invoker"), ("Maker", "embedded")])
def test_a_tool_declares_its_reference_and_as_whom_it_runs(mode: str, runs_as: str) -> None:
    text = TASK.format(kind="InvokeConnectorAction", reference="ctx_mail").replace("Invoker", mode)
    declared = taken(text, referring("ctx_Mail", APIS + "shared_office365")).declared
    assert [(entry.logical_name, entry.connector, entry.runs_as, entry.used) for entry in declared] == [
        ("ctx_mail", "shared_office365", runs_as, True)
    ]


@pytest.mark.parametrize(
    ("reference", "connector"),
    [
        pytest.param(f"{BOT}.shared_office365.shared-office365-0a1b2c", "shared_office365", id="whole id"),
        pytest.param(f"{BOT}.{CUSTOM}.6be7a421f518", "ctx_parcel-20tracking", id="custom"),
        pytest.param(f"{BOT}.cr.shared_sql.6be7a421f518", "shared_sql", id="short enough to be whole"),
    ],
)
def test_a_reference_that_is_not_shipped_names_its_connector(reference: str, connector: str) -> None:
    assert [use.connector for use in taken(TASK.format(kind="InvokeConnectorAction", reference=reference)).uses] == [
        connector
    ]


def test_an_id_that_was_cut_off_is_found_among_the_references() -> None:
    text = TASK.format(kind="InvokeConnectorAction", reference=f"{BOT}.cr.shared_ctx-5fparce.6be7a421f518")
    assert [use.connector for use in taken(text, referring("ctx_other", APIS + CUSTOM)).uses] == [
        "ctx_parcel-20tracking"
    ]


@pytest.mark.parametrize("reference", [f"{BOT}.cr.shared_ctx-5fparce.6be7a421f518", "ctx_other"])
def test_a_connector_nothing_names_is_unresolved(reference: str) -> None:
    agent = taken(TASK.format(kind="InvokeConnectorAction", reference=reference))
    assert ([miss.key for miss in agent.unresolved], agent.uses) == ([reference], ())


@pytest.mark.parametrize(
    ("text", "uses"),
    [
        pytest.param(
            f"kind: McpTool\nconnectorId: {APIS}shared_office365\nconnectionReference: x\noperationId: mcp\n",
            [("shared_office365", "mcp")],
            id="MCP tool",
        ),
        pytest.param(
            "kind: TaskDialog\naction:\n  kind: InvokeExternalAgentTaskAction\n  connectionReference: a.shared_sql.b\n"
            "  operationDetails:\n    kind: ModelContextProtocolMetadata\n    operationId: InvokeServer\n",
            [("shared_sql", "InvokeServer")],
            id="MCP server of a connector",
        ),
        pytest.param("actions:\n- kind: InvokeSkillAction\n  skillId: x\n", [("PvaSkills", None)], id="skill called"),
        pytest.param("kind: SkillDefinition\n", [("PvaSkills", None)], id="skill held"),
        pytest.param(
            "kind: KnowledgeSourceConfiguration\nsource:\n  kind: SharePointSearchSource\n  site: https://a.example\n",
            [("CSKnowledgeSharePoint", None)],
            id="SharePoint knowledge",
        ),
        pytest.param(
            "kind: ExternalTriggerConfiguration\n", [("shared_microsoftcopilotstudio", None)], id="event trigger"
        ),
        pytest.param("kind: ConnectedAgentTool\nbotSchemaName: ctx_other\n", [], id="another agent"),
        pytest.param("kind: AdaptiveDialog\nbeginDialog:\n  kind: OnError\n", [], id="nothing"),
    ],
)
def test_each_kind_of_object_uses_what_policies_know_it_by(text: str, uses: list[tuple[str, str | None]]) -> None:
    agent = taken(text)
    assert [(use.connector, use.steps[0].operation) for use in agent.uses] == uses


@pytest.mark.parametrize(
    ("url", "value", "prefix"),
    [
        pytest.param("https://parcels.example/a", "https://parcels.example/a", "https://parcels.example/a", id="text"),
        pytest.param('="https://parcels.example"', "https://parcels.example", "https://parcels.example", id="formula"),
        pytest.param('="https://parcels.example/" & Topic.Id', None, "", id="computed"),
        pytest.param("https://parcels.example/{Topic.Id}", None, "https://parcels.example/", id="filled in"),
    ],
)
def test_an_http_node_reaches_its_address(url: str, value: str | None, prefix: str) -> None:
    text = f"beginDialog:\n  actions:\n  - kind: HttpRequestAction\n    method: Get\n    url: {json.dumps(url)}\n"
    use = taken(text).uses[0]
    endpoint = use.steps[0].endpoint
    assert endpoint is not None
    assert (use.connector, endpoint.value, endpoint.prefix) == ("Http", value, prefix)


def test_each_public_site_is_an_endpoint() -> None:
    text = "publicDataSource:\n  kind: PublicSiteSearchDataSource\n  sites:\n  - https://a.example\n  - https://b.example\n"
    use = taken(text).uses[0]
    assert [step.endpoint.value for step in use.steps if step.endpoint] == ["https://a.example", "https://b.example"]


@pytest.mark.parametrize(
    "text",
    [
        "kind: TaskDialog\naction:\n  kind: InvokeConnectedAgentTaskAction\n  botSchemaName: ctx_warehouse\n",
        "kind: ConnectedAgentTool\nbotSchemaName: ctx_warehouse\n",
    ],
)
def test_an_agent_that_another_hands_over_to_is_named_and_is_no_connector(text: str) -> None:
    component = taken(text)

    assert component.uses == ()
    assert component.agent
    assert component.agent.connected == ("ctx_warehouse",)


def test_ai_builder_is_noted_and_is_no_connector() -> None:
    agent = taken("actions:\n- kind: InvokeAIBuilderModelAction\n  aIModelId: 1\n")
    assert (agent.ai_builder, agent.uses) == (True, ())


# In a solution

MANIFEST = """<ImportExportXml><SolutionManifest><UniqueName>ParcelDesk</UniqueName><Version>1.0</Version>
  <Managed>0</Managed><Publisher><UniqueName>contosotools</UniqueName></Publisher><RootComponents />
  <MissingDependencies /></SolutionManifest></ImportExportXml>"""


def component_xml(kind: int, parent: str = BOT) -> str:
    return (
        f"<botcomponent><componenttype>{kind}</componenttype>"
        f"<parentbotid><schemaname>{parent}</schemaname></parentbotid></botcomponent>"
    )


def flow_of_kind(kind: str) -> str:
    trigger = {"manual": {"type": "Request", "kind": kind}}
    return json.dumps({"properties": {"definition": {"triggers": trigger, "actions": {}}}, "schemaVersion": "1.0.0.0"})


def solution(mode: str = "2", **parts: str) -> dict[str, str]:
    return {
        "solution.xml": MANIFEST,
        "customizations.xml": "<ImportExportXml />",
        f"bots/{BOT}/bot.xml": (
            f'<bot schemaname="{BOT}"><authenticationmode>{mode}</authenticationmode><name>Helper</name></bot>'
        ),
        f"bots/{BOT}/configuration.json": '{"channels": [{"channelId": "MsTeams"}, {"channelId": "Facebook"}]}',
        **{f"botcomponents/{BOT}.{name}": text for name, text in parts.items()},
    }


HTTP_TOPIC = "kind: AdaptiveDialog\nactions:\n- kind: HttpRequestAction\n  url: https://parcels.example\n"
TOPIC = {"topic.Track/botcomponent.xml": component_xml(9), "topic.Track/data": HTTP_TOPIC}
CALL = f"kind: TaskDialog\naction:\n  kind: InvokeFlowTaskAction\n  flowId: {FLOW_ID.upper()}\n"


@pytest.mark.parametrize("packing", ["zip", "exploded"])
def test_an_agent_is_what_its_settings_and_parts_use(packing: str, read_files: Read) -> None:
    files = solution("1", **TOPIC, **{"file.Guide/botcomponent.xml": component_xml(14)})
    workspace = read_files({"s.zip": zipped(files)} if packing == "zip" else files)
    agent = workspace.components[0]
    assert (agent.kind, agent.name, agent.id, agent.solution) == (ComponentKind.AGENT, "Helper", BOT, "ParcelDesk")
    assert [use.connector for use in agent.uses] == [
        "PvaAuth",
        "PvaMicrosoftTeams",
        "PvaFacebook",
        "CSKnowledgeDocs",
        "Http",
    ]
    assert agent.agent is not None
    assert (workspace.findings, workspace.skipped, agent.gaps) == ((), (), ())


@pytest.mark.parametrize(
    ("mode", "word"), [("1", "none"), ("2", "microsoft"), ("3", "manual"), ("4", "manual"), ("0", None), ("", None)]
)
def test_the_number_of_the_mode_tells_how_people_sign_in(mode: str, word: str | None, read_files: Read) -> None:
    agent = read_files(solution(mode)).components[0]
    assert agent.agent is not None
    assert agent.agent.authentication == word
    assert ("PvaAuth" in {use.connector for use in agent.uses}) is (word == "none")


@pytest.mark.parametrize(("kind", "is_skill"), [("Skills", True), ("VirtualAgent", False)])
def test_a_flow_as_a_tool_is_a_skill_when_it_starts_as_one(kind: str, *, is_skill: bool, read_files: Read) -> None:
    files = solution(**{"action.Notify/data": CALL})
    agent = read_files({**files, f"Workflows/Notify-{FLOW_ID.upper()}.json": flow_of_kind(kind)}).components[-1]
    assert [call.id for call in agent.calls_flows] == [FLOW_ID]
    assert ("PvaSkills" in {use.connector for use in agent.uses}) is is_skill


def test_an_event_trigger_brings_in_the_connector_of_its_flow(read_files: Read) -> None:
    source = f"externalTriggerSource:\n  kind: WorkflowExternalTrigger\n  flowId: {FLOW_ID}\n"
    text = f"kind: ExternalTriggerConfiguration\n{source}"
    host = {"host": {"connectionName": "mail"}}
    flow = {
        "properties": {
            "connectionReferences": {"mail": {"api": {"name": "shared_office365"}}},
            "definition": {
                "triggers": {"New": {"type": "OpenApiConnectionNotification", "inputs": host}},
                "actions": {},
            },
        },
        "schemaVersion": "1.0.0.0",
    }
    files = solution(**{"ExternalTriggerComponent.eml/data": text})
    agent = read_files({**files, f"Workflows/Mail-{FLOW_ID.upper()}.json": json.dumps(flow)}).components[-1]
    assert [use.connector for use in agent.uses][-2:] == ["shared_microsoftcopilotstudio", "shared_office365"]


def test_policies_see_every_part_of_an_agent(read_files: Read) -> None:
    workspace = read_files(solution("1", **TOPIC))
    gathered = Resources(workspace).of(workspace.components[0], Environment(name="production", at=None))
    assert [key for key, _ in gathered.brought] == ["http", "pvaauth", "pvafacebook", "pvamicrosoftteams"]
    assert [endpoint.value for endpoint in gathered.endpoints["http"]] == ["https://parcels.example"]


def test_parts_without_their_documents_are_read_from_the_links_and_leave_a_gap(read_files: Read) -> None:
    links = (
        "<botcomponent_connectionreferenceset><botcomponent_connectionreference"
        f' botcomponentid.schemaname="{BOT}.topic.Track"'
        f' connectionreferenceid.connectionreferencelogicalname="{BOT}.shared_sql.1"/>'
        "</botcomponent_connectionreferenceset>"
    )
    files = solution(**{"topic.Track/botcomponent.xml": component_xml(9)})
    agent = read_files({**files, "Assets/botcomponent_connectionreferenceset.xml": links}).components[0]
    assert [use.connector for use in agent.uses][-1] == "shared_sql"
    assert [gap.words for gap in agent.gaps] == [
        "has a part whose document is not in the files, so not all that it uses is known"
    ]


def test_a_part_is_found_by_its_parent_where_its_name_does_not_tell(read_files: Read) -> None:
    files = solution()
    lone = {
        "botcomponents/ctx_topic_1/botcomponent.xml": component_xml(9),
        "botcomponents/ctx_topic_1/data": HTTP_TOPIC,
    }
    assert "Http" in {use.connector for use in read_files({**files, **lone}).components[0].uses}


def test_parts_of_an_agent_that_is_elsewhere_are_named_once(read_files: Read) -> None:
    files = solution()
    lone = {f"botcomponents/ctx_other.topic.{name}/data": HTTP_TOPIC for name in "ab"}
    workspace = read_files({**files, **lone})
    assert [(skipped.path, skipped.reason) for skipped in workspace.skipped] == [
        ("botcomponents/", "part of a Copilot Studio agent that the solution does not hold")
    ]


# A clone, made by hand

CLONE = {
    "helper/agent.mcs.yml": "mcs.metadata:\n  componentName: Helper\nkind: GptComponentMetadata\ninstructions: Help\n",
    "helper/settings.mcs.yml": (
        f"displayName: Helper\nschemaName: {BOT}\nauthenticationMode: None\n"
        "configuration:\n  channels:\n    - channelId: DirectLine\n"
    ),
    "helper/connectionreferences.mcs.yml": (
        "connectionReferences:\n  - connectionReferenceLogicalName: ctx_mail\n"
        f"    connectorId: {APIS}shared_office365\n"
    ),
    "helper/actions/Send.mcs.yml": "# Name: Send\n"
    + TASK.format(kind="InvokeConnectorTaskAction", reference="ctx_mail"),
    "helper/agents/Sub/agent.mcs.yml": "kind: AgentDialog\nactions:\n- kind: InvokeSkillAction\n",
    "helper/knowledge/files/guide.pdf": "x",
    "helper/.mcs/conn.json": '{"EnvironmentId": "1"}',
    f"helper/workflows/Notify-{FLOW_ID}/metadata.yml": "name: Notify\n",
    f"helper/workflows/Notify-{FLOW_ID}/workflow.json": flow_of_kind("Skills"),
}


def test_a_clone_is_one_agent_with_its_flows_beside_it(read_files: Read) -> None:
    workspace = read_files(CLONE)
    flow, agent = workspace.components
    assert (flow.name, flow.id) == ("Notify", FLOW_ID)
    assert (agent.name, agent.id, agent.solution) == ("Helper", BOT, None)
    assert [use.connector for use in agent.uses] == [
        "PvaAuth",
        "PvaCustomDemoMobile",
        "shared_office365",
        "PvaSkills",
        "CSKnowledgeDocs",
    ]
    assert (workspace.findings, workspace.skipped) == ((), ())


def test_a_topic_without_its_agent_is_skipped_with_a_reason(read_files: Read) -> None:
    workspace = read_files({"snippets/topic.yaml": "# a sample\nkind: AdaptiveDialog\nbeginDialog:\n  kind: OnError\n"})
    assert [skipped.reason for skipped in workspace.skipped] == [
        "a part of a Copilot Studio agent, without the agent's own files beside it"
    ]
