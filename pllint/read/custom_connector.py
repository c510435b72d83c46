"""Custom connectors: a folder as paconn and `pac connector` keep it, or the parts a solution holds."""

import os.path
import re
from collections.abc import Iterator, Mapping, Sequence

from pllint.model.connector_definition import ConnectorDefinition, Script
from pllint.model.connector_id import ConnectorKey, custom_name, parse_connector_id
from pllint.model.custom_connector import CustomConnector, Host, Operation
from pllint.model.solution import EnvironmentVariable
from pllint.read.connector_access import ConnectorParts, authentication_of, host_of, own_host, uses_gateway
from pllint.read.document import Notes, check_schema, open_json
from pllint.source import Anchor
from pllint.text.node import Node
from pllint.text.problem import MalformedError
from pllint.text.tree import Tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pllint.read.solution import ConnectorEntry

_DEFINITION_NAME = re.compile(r"^apidefinition.*\.json$|^(.*_)?openapidefinition\.json$", re.IGNORECASE)
_SWAGGER_NAME = re.compile(r"\.swagger\.json$", re.IGNORECASE)
_PROPERTIES_NAME = re.compile(r"^apiproperties.*\.json$", re.IGNORECASE)
_PROPERTIES_KEYS = ("connectionParameters", "iconBrandColor", "capabilities")
_ENCODED = re.compile(r"[\x00-\xff](?<![a-z0-9_])")
"""What a name holds as an escape; two digits reach no further than Latin-1."""
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch")


def is_definition_name(file_name: str) -> bool:
    """Tell whether a file name alone says that the file is a connector's definition, so that a broken one matters."""
    return _DEFINITION_NAME.match(file_name) is not None


def may_be_definition_name(file_name: str) -> bool:
    """Tell whether a file beside properties may be the definition they belong to."""
    return is_definition_name(file_name) or _SWAGGER_NAME.search(file_name) is not None


def is_properties_name(file_name: str) -> bool:
    """Tell whether a file name alone says that the file holds a connector's properties."""
    return _PROPERTIES_NAME.match(file_name) is not None


def recognises_definition(file_name: str, value: object, siblings: Sequence[str]) -> bool:
    """Tell whether a document is a custom connector's definition; siblings are the file names of its folder.

    Any web interface may be described by Swagger 2.0, so its name, or connector properties beside it, must say so too.
    Of several descriptions beside one properties file, those with a definition's name are meant.
    """
    if not isinstance(value, dict):
        return False
    if is_definition_name(file_name):
        return any(key in value for key in ("swagger", "openapi", "paths"))
    if str(value.get("swagger")) != "2.0":
        return False
    beside_definition = any(is_definition_name(name) for name in siblings)
    if beside_definition:
        return False
    if _SWAGGER_NAME.search(file_name):
        return True
    return any(map(is_properties_name, siblings)) and not any(map(_SWAGGER_NAME.search, siblings))


def recognises_properties(file_name: str, value: object) -> bool:
    """Tell whether a document holds the properties of a custom connector."""
    if not is_properties_name(file_name) or not isinstance(value, dict):
        return False
    properties = value.get("properties")
    return isinstance(properties, dict) and any(key in properties for key in _PROPERTIES_KEYS)


def definition_in_folder(
    tree: Tree, definition: str, siblings: Sequence[str], notes: Notes, node: Node | None = None
) -> ConnectorDefinition | None:
    """Read what the files of a folder say of a connector; None when its definition is unreadable.

    `siblings` are the file names of the folder; `node` is the definition where it has been opened already.
    """
    if node is None:
        node = open_json(tree, definition, notes, "connector-definition")
    else:
        check_schema(node, notes, "connector-definition")
    if node is None or not node.is_mapping:
        return None
    folder, file = os.path.split(definition)
    settings = _settings(tree, folder, file, siblings)
    properties_name = _properties_name(file, siblings, settings)
    properties = (
        open_json(tree, _join(folder, properties_name), notes, "connector-properties") if properties_name else None
    )
    inner = properties["properties"] if properties else Node(None, node.at)
    parts = ConnectorParts(
        definition=node,
        parameters=inner.get("connectionParameters"),
        sets=inner.get("connectionParameterSets"),
        capabilities=inner.get("capabilities"),
        templates=inner.get("policyTemplateInstances"),
        properties_known=properties is not None,
        properties=inner,
        properties_expected=properties_name is not None,
        script=_script(tree, folder, settings, inner.get("scriptOperations")),
    )
    title = node.within("info", "title")
    connector_id = (settings.get("connectorId").text or "").strip() or None if settings else None
    named = parse_connector_id(connector_id) if connector_id else None
    shown = (title.text or "").strip() or os.path.basename(folder) or file
    connector = CustomConnector(
        name=custom_name(named.spelling.strip("/").rpartition("/")[2]) if named else _name_of_title(shown),
        display_name=shown,
        at=title.at if title.present else node.at,
        connector_id=connector_id if named else None,
        host=host_of(parts, {}),
        operations=tuple(_operations(node)),
        authentication=authentication_of(parts),
        gateway=uses_gateway(parts),
        script=parts.script.file is not None,
        definition_at=node.at,
        properties_at=properties.at if properties else None,
    )
    return _definition(connector, parts, tree, definition)


def definition_in_solution(
    tree: Tree, entry: "ConnectorEntry", solution: str, variables: Mapping[str, EnvironmentVariable], notes: Notes
) -> ConnectorDefinition:
    """Read what the parts in a solution say of a connector.

    `variables` are the environment variables of that solution by schema name in lower case.
    """
    absent = Node(None, entry.at)
    definition = _part(tree, entry.definition, notes, "connector-definition") or absent
    parameters = _part(tree, entry.parameters, notes)
    parts = ConnectorParts(
        definition=definition,
        parameters=parameters or absent,
        sets=absent,
        capabilities=absent,
        templates=_part(tree, entry.policies, notes) or absent,
        properties_known=parameters is not None,
        parameters_blank=_is_blank(tree, entry.parameters),
        properties=absent,
        missing=entry.missing,
        script=Script(
            file=entry.script,
            operations=tuple((name, entry.at) for name in entry.script_operations) or None,
            at=entry.at,
        ),
    )
    title = (definition.within("info", "title").text or "").strip()
    connector = CustomConnector(
        name=custom_name(entry.name),
        display_name=entry.display_name or title or entry.name,
        at=entry.at,
        solution=solution,
        connector_guid=entry.guid,
        host=host_of(parts, variables),
        operations=tuple(_operations(definition)),
        authentication=authentication_of(parts),
        gateway=uses_gateway(parts),
        script=entry.script is not None,
        definition_at=definition.at if definition.present else None,
        properties_at=parameters.at if parameters else None,
    )
    found = _definition(connector, parts, tree, entry.definition)
    colour = entry.element.child("iconbrandcolor")
    return found._replace(
        icon_colour=colour.text if colour else None,
        icon_colour_at=Anchor(entry.source, (colour.ordinal,)) if colour else None,
    )


def lone_properties(tree: Tree, name: str, node: Node) -> ConnectorDefinition:
    """Give the connector of a folder that holds properties and no definition."""
    folder = os.path.basename(os.path.dirname(name)) or name
    connector = CustomConnector(
        name=_name_of_title(folder), display_name=folder, at=node.at, properties_at=node.at, host=Host(None)
    )
    absent = Node(None, node.at)
    inner = node["properties"]
    parts = ConnectorParts(
        definition=absent,
        parameters=inner.get("connectionParameters"),
        sets=inner.get("connectionParameterSets"),
        capabilities=inner.get("capabilities"),
        templates=inner.get("policyTemplateInstances"),
        properties_known=True,
        properties=inner,
    )
    return _definition(connector, parts, tree, None)


def _definition(connector: CustomConnector, parts: ConnectorParts, tree: Tree, name: str | None) -> ConnectorDefinition:
    from pllint.read.connector_definition import DefinitionFacts, facts_of, faulty_paths
    from pllint.read.connector_properties import beside, odd_keys, security

    node = parts.definition
    others = beside(parts.parameters, parts.sets, parts.templates)
    polling = frozenset(
        operation
        for template in others.templates
        if template.id.lower() == "pollingtrigger"
        for operation, _ in template.operations
    )
    version = node["swagger"].text or node["openapi"].text
    # The rules are those of Swagger 2.0, and in another language the same keys mean other things.
    facts = facts_of(node, polling) if version in {None, "2.0"} else DefinitionFacts()
    inner = parts.properties
    colour = inner.get("iconBrandColor")
    return ConnectorDefinition(
        connector=connector,
        at=node.at,
        version=version,
        missing_parts=tuple(_missing_parts(node)),
        faulty_paths=tuple(faulty_paths(node)),
        size=_size(tree, name),
        has_definition=node.is_mapping,
        has_properties=parts.properties_expected,
        properties_known=parts.properties_known,
        properties_at=connector.properties_at,
        missing_files=parts.missing,
        operations=facts.operations,
        references=facts.references,
        calls=facts.calls,
        hidden_fields=facts.hidden_fields,
        visibilities=facts.visibilities,
        extensions=facts.extensions,
        security=security(node),
        parameters=others.parameters,
        templates=others.templates,
        script=parts.script,
        secrets=(*facts.secrets, *others.secrets),
        host_text=(node["host"].text or "").strip(),
        own_host=own_host(node),
        schemes=tuple(scheme.text.lower() for scheme in node["schemes"].listed() if scheme.text),
        icon_colour=colour.text,
        icon_colour_at=colour.at if colour.present else None,
        publisher=inner.get("publisher").text,
        stack_owner=inner.get("stackOwner").text,
        properties_keys=tuple(odd_keys(inner)),
    )


def _missing_parts(definition: Node) -> Iterator[str]:
    if not definition.is_mapping:
        return
    for keys in (("swagger",), ("info",), ("info", "title"), ("info", "version"), ("paths",)):
        held_by = definition.within(*keys[:-1])
        if held_by.is_mapping and not definition.within(*keys).present:
            yield ".".join(keys)


def _size(tree: Tree, name: str | None) -> int:
    from bisect import bisect_left

    entries = tree.entries()
    place = bisect_left(entries, name or "", key=lambda entry: entry.name)
    return entries[place].size if place < len(entries) and entries[place].name == name else 0


def _script(tree: Tree, folder: str, settings: Node | None, operations: Node) -> Script:
    from pllint.read.connector_properties import named_operations

    name = (settings.get("script").text if settings else None) or "script.csx"
    return Script(
        file=tree.find(_join(folder, name)),
        operations=named_operations(operations) if operations.is_list else None,
        at=operations.at,
    )


def _join(folder: str, name: str) -> str:
    return os.path.normpath(os.path.join(folder, name)).replace(os.sep, "/")


def _settings(tree: Tree, folder: str, definition: str, siblings: Sequence[str]) -> Node | None:
    """Read paconn's settings.json where it belongs to this definition; editors have files of that name too."""
    name = next((name for name in siblings if name.lower() == "settings.json"), None)
    if name is None:
        return None
    # Only hints are taken from it, so what is wrong with it is no concern of the connector.
    settings = open_json(tree, _join(folder, name), Notes())
    if settings is None or not (settings.get("connectorId").present or settings.get("apiDefinition").present):
        return None
    named = settings.get("apiDefinition").text
    return settings if not named or os.path.basename(named.replace("\\", "/")).lower() == definition.lower() else None


def _properties_name(definition: str, siblings: Sequence[str], settings: Node | None) -> str | None:
    """Choose the properties file that belongs to a definition: by settings.json, by its name, or the only one."""
    found = sorted(name for name in siblings if is_properties_name(name))
    named = (settings.get("apiProperties").text or "").replace("\\", "/") if settings else ""
    said = [name for name in found if name.lower() == os.path.basename(named).lower()]
    alike = [name for name in found if _variant(name) == _variant(definition)]
    return next(iter([*said, *alike, *(found if len(found) == 1 else ())]), None)


def _variant(file_name: str) -> str:
    """Give what tells several definitions of one folder apart: `prod` of apiDefinition.prod.swagger.json."""
    lowered = re.sub(r"^api(?:definition|properties)|(?:\.swagger)?\.json$", "", file_name.lower())
    return lowered.strip(".-_ ")


def _part(tree: Tree, name: str | None, notes: Notes, schema: str | None = None) -> Node | None:
    """Open a part of a connector in a solution; an empty file, as the platform writes them, is an empty object."""
    found = tree.find(name) if name else None
    if found is None:
        return None
    if _is_blank(tree, found):
        return Node({}, Anchor(tree.source(found)))
    return open_json(tree, found, notes, schema)


def _is_blank(tree: Tree, name: str | None) -> bool:
    found = tree.find(name) if name else None
    if found is None:
        return False
    try:
        return not tree.read(found).strip(b"\xef\xbb\xbf \t\r\n")
    except (MalformedError, OSError):
        return False  # opening it notes why


def _name_of_title(title: str) -> ConnectorKey:
    """Name a connector after its title as the platform does: lower case, other characters as `-` and two digits."""
    return ConnectorKey(_ENCODED.sub(lambda match: f"-{ord(match[0]):02x}", title.lower()))


def _operations(definition: Node) -> Iterator[Operation]:
    for path, item in definition["paths"].items():
        if not isinstance(item.value, dict):
            continue
        for method, value in item.value.items():
            if method.lower() not in _METHODS or not isinstance(value, dict):
                continue
            # Definitions have thousands of operations: a node is made of what is there alone.
            operation = Node(value, (item, method))
            annotation = operation["x-ms-api-annotation"] if "x-ms-api-annotation" in value else None
            identity = value.get("operationId")
            yield Operation(
                id=operation["operationId"].text or "" if identity is not None else "",
                method=method.lower(),
                path=path,
                at=operation.at if identity is None else operation.at / "operationId",
                trigger=value.get("x-ms-trigger") is not None,
                deprecated="deprecated" in value and operation["deprecated"].flag is True,
                agentic_protocol=operation["x-ms-agentic-protocol"].text if "x-ms-agentic-protocol" in value else None,
                family=annotation["family"].text if annotation else None,
                revision=annotation["revision"].integer if annotation else None,
            )
