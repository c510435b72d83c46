"""Makes projects to be measured: a solution of 200 files, and an estate with connectors, policies and a manifest.

All of it is composed, and every copy gets names and ids of its own. How large files are, and how many there are of
which, follows what public repositories hold.
"""

import json
import os
from collections.abc import Sequence
from typing import NamedTuple

import inputs

_FLOWS, _CONNECTORS, _VARIABLES, _APPS, _TABLES = 60, 5, 20, 6, 32
SOLUTION_FILES = 2 + 2 * _FLOWS + 4 * _CONNECTORS + _VARIABLES + _APPS + _TABLES
_FLOW_SIZES = (4_000, 9_000, 14_000, 20_000, 32_000, 72_000)
"""In characters; half of the flows people export have less than 19 KB, one in ten more than 72."""
_CONNECTORS_A_SOLUTION, _AGENTS_A_SOLUTION, _TOPICS, _MESSAGES = 125, 2, 20, 24
_XML = '<?xml version="1.0" encoding="utf-8"?>\n'


class Parts(NamedTuple):
    """What solutions and estates are made of."""

    flows: Sequence[str]
    definitions: Sequence[str]
    """OpenAPI texts of custom connectors."""
    properties: str


def parts(example: str) -> Parts:
    """Compose flows and connector definitions of many sizes, the latter of the connector in a folder."""
    with open(os.path.join(example, "apiDefinition.swagger.json"), encoding="utf-8") as file:
        text = file.read()
    with open(os.path.join(example, "apiProperties.json"), encoding="utf-8") as file:
        properties = file.read()
    return Parts(
        flows=[inputs.clean_flow(size) for size in _FLOW_SIZES],
        definitions=[inputs.definition(text, operations) for operations in inputs.OPERATIONS],
        properties=properties,
    )


def solution(folder: str, number: int, made_of: Parts) -> None:
    """Write the 200 files of one unpacked solution."""
    name = f"Desk{number:03d}"
    flows = [f"c0ffee00-0000-4000-8{number:03x}-{flow:012x}" for flow in range(_FLOWS)]
    connectors = [f"ctx_{name.lower()}connector{connector}" for connector in range(_CONNECTORS)]
    variables = [f"ctx_{name}Variable{variable}" for variable in range(_VARIABLES)]
    apps = [f"ctx_{name.lower()}app{app}" for app in range(_APPS)]
    roots = [
        *(f'<RootComponent type="29" id="{{{flow}}}" behavior="0" />' for flow in flows),
        *(f'<RootComponent type="372" schemaName="{connector}" behavior="0" />' for connector in connectors),
        *(f'<RootComponent type="380" schemaName="{variable}" behavior="0" />' for variable in variables),
        *(f'<RootComponent type="300" schemaName="{app}" behavior="0" />' for app in apps),
    ]
    root = os.path.join(folder, name)

    def write(path: str, text: str) -> None:
        inputs.write(os.path.join(root, *path.split("/")), text)

    write("Other/Solution.xml", _SOLUTION.format(name=name, roots="\n      ".join(roots)))
    write("Other/Customizations.xml", _CUSTOMIZATIONS)
    for place, flow in enumerate(flows):
        file = f"Workflows/Flow{place}-{flow.upper()}.json"
        write(file, made_of.flows[(number * _FLOWS + place) % len(made_of.flows)])
        write(f"{file}.data.xml", _FLOW.format(id=flow, name=f"{name} flow {place}", file=file))
    for place, connector in enumerate(connectors):
        identity = f"c0ffee00-0000-4000-9{number:03x}-{place:012x}"
        write(f"Connectors/{connector}.xml", _CONNECTOR.format(name=connector, id=identity))
        definition = made_of.definitions[(number * _CONNECTORS + place) % len(made_of.definitions)]
        write(f"Connectors/{connector}_openapidefinition.json", definition)
        write(f"Connectors/{connector}_connectionparameters.json", "{}")
        write(f"Connectors/{connector}_policytemplateinstances.json", "[]")
    for variable in variables:
        folder_of_variable = f"environmentvariabledefinitions/{variable}"
        write(f"{folder_of_variable}/environmentvariabledefinition.xml", _VARIABLE.format(name=variable))
    for app in apps:
        write(f"CanvasApps/{app}.meta.xml", _APP.format(name=app))
    for table in range(_TABLES):
        write(f"Entities/ctx_{name}Table{table}/Entity.xml", _table(f"ctx_{name}Table{table}", columns=40))


def estate(folder: str, solutions: int, made_of: Parts) -> int:
    """Write so many solutions, each for two of ten environments, with connectors, agents, policies and a manifest.

    Gives the number of files; twenty solutions come to 10,000.
    """
    for number in range(solutions):
        solution(os.path.join(folder, "solutions"), number, made_of)
    environments = [f"desk-{number}" for number in range(10)]
    targets = [
        {"solution": f"Desk{number:03d}", "environments": [environments[number % 10], environments[(number + 1) % 10]]}
        for number in range(solutions)
    ]
    inputs.write(os.path.join(folder, "pllint.yaml"), json.dumps({"targets": targets}))
    declared = "".join(f"  - {{name: {name}, type: production}}\n" for name in environments)
    inputs.write(os.path.join(folder, "governance", "environments.yaml"), f"environments:\n{declared}")
    for number in range(solutions):
        policy = inputs.policy(f"Policy {number}", [environments[number % 10]])
        inputs.write(os.path.join(folder, "policies", f"policy{number}.json"), policy)
    connectors = solutions * _CONNECTORS_A_SOLUTION
    for number in range(connectors):
        place = os.path.join(folder, "connectors", f"connector{number}")
        definition = made_of.definitions[number % len(made_of.definitions)]
        inputs.write(os.path.join(place, "apiDefinition.swagger.json"), inputs.titled(definition, number))
        inputs.write(os.path.join(place, "apiProperties.json"), made_of.properties)
    agents = solutions * _AGENTS_A_SOLUTION
    for number in range(agents):
        agent(os.path.join(folder, "agents", f"helper{number}"), number)
    return solutions * (SOLUTION_FILES + 1) + 2 * connectors + agents * (_TOPICS + 2) + 2


def agent(folder: str, number: int) -> None:
    """Write an agent as it is cloned from the service: its topics in YAML, of 4 KB each."""
    inputs.write(
        os.path.join(folder, "agent.mcs.yml"),
        f"mcs.metadata:\n  componentName: Helper {number}\nkind: GptComponentMetadata\ninstructions: Help\n",
    )
    inputs.write(
        os.path.join(folder, "settings.mcs.yml"),
        f"displayName: Helper {number}\nschemaName: ctx_helper{number}\nauthenticationMode: Integrated\n",
    )
    messages = "".join(
        f"    - kind: SendActivity\n      id: sendMessage_{message}\n"
        f"      activity: Parcels of shelf {message} are handed out from nine to five.\n"
        for message in range(_MESSAGES)
    )
    for topic in range(_TOPICS):
        queries = "".join(f"      - where is parcel {query} of shelf {topic}\n" for query in range(_MESSAGES))
        inputs.write(
            os.path.join(folder, "topics", f"Shelf{topic}.mcs.yml"),
            f"kind: AdaptiveDialog\nbeginDialog:\n  kind: OnUnknownIntent\n  id: main\n  intent:\n"
            f"    displayName: Shelf {topic}\n    triggerQueries:\n{queries}  actions:\n{messages}",
        )


def _table(name: str, columns: int) -> str:
    rows = "".join(_COLUMN.format(name=f"ctx_column{column}") for column in range(columns))
    return f"{_XML}<Entity>\n  <Name>{name}</Name>\n  <attributes>\n{rows}  </attributes>\n</Entity>\n"


_SOLUTION = (
    _XML
    + """<ImportExportXml version="9.2" SolutionPackageVersion="9.2" languagecode="1033" generatedBy="CrmLive">
  <SolutionManifest>
    <UniqueName>{name}</UniqueName>
    <LocalizedNames>
      <LocalizedName description="{name}" languagecode="1033" />
    </LocalizedNames>
    <Descriptions />
    <Version>1.0.0.1</Version>
    <Managed>0</Managed>
    <Publisher>
      <UniqueName>contoso</UniqueName>
      <CustomizationPrefix>ctx</CustomizationPrefix>
      <CustomizationOptionValuePrefix>41022</CustomizationOptionValuePrefix>
    </Publisher>
    <RootComponents>
      {roots}
    </RootComponents>
    <MissingDependencies />
  </SolutionManifest>
</ImportExportXml>
"""
)
_CUSTOMIZATIONS = (
    _XML
    + """<ImportExportXml>
  <Entities />
  <Workflows />
  <CanvasApps />
  <connectionreferences />
  <Connectors />
</ImportExportXml>
"""
)
_FLOW = (
    _XML
    + """<Workflow WorkflowId="{{{id}}}" Name="{name}">
  <JsonFileName>/{file}</JsonFileName>
  <Type>1</Type>
  <Subprocess>0</Subprocess>
  <Category>5</Category>
  <Scope>4</Scope>
  <StateCode>1</StateCode>
  <StatusCode>2</StatusCode>
  <PrimaryEntity>none</PrimaryEntity>
</Workflow>
"""
)
_CONNECTOR = (
    _XML
    + """<Connector>
  <connectorid>{id}</connectorid>
  <displayname>{name}</displayname>
  <iconbrandcolor>#1f5f8b</iconbrandcolor>
  <name>{name}</name>
  <connectortype>1</connectortype>
  <openapidefinition>/Connector/{name}_openapidefinition.json</openapidefinition>
  <connectionparameters>/Connector/{name}_connectionparameters.json</connectionparameters>
  <policytemplateinstances>/Connector/{name}_policytemplateinstances.json</policytemplateinstances>
</Connector>
"""
)
_VARIABLE = """<environmentvariabledefinition schemaname="{name}">
  <defaultvalue>Contoso</defaultvalue>
  <displayname default="{name}" />
  <type>100000000</type>
</environmentvariabledefinition>
"""
_APP = (
    _XML
    + """<CanvasApp>
  <Name>{name}</Name>
  <Status>Ready</Status>
  <DisplayName>{name}</DisplayName>
  <ConnectionReferences>{{"c0ffee00-0000-4000-8000-00000000a101":{{"id":"/providers/microsoft.powerapps/apis/\
shared_sharepointonline","displayName":"SharePoint","dataSources":["Claims"],"isCustomApiSolutionAware":false}}}}\
</ConnectionReferences>
  <DatabaseReferences>{{}}</DatabaseReferences>
  <CanvasAppType>0</CanvasAppType>
</CanvasApp>
"""
)
_COLUMN = """    <attribute PhysicalName="{name}">
      <Type>nvarchar</Type>
      <Name>{name}</Name>
      <LogicalName>{name}</LogicalName>
      <RequiredLevel>none</RequiredLevel>
      <DisplayMask>ValidForAdvancedFind|ValidForForm|ValidForGrid</DisplayMask>
      <Format>text</Format>
      <MaxLength>100</MaxLength>
      <displaynames>
        <displayname description="{name}" languagecode="1033" />
      </displaynames>
    </attribute>
"""
