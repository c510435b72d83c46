"""Custom connectors: a folder as paconn and `pac connector` keep it, or the parts a solution holds."""

import os.path
import re
from collections.abc import Iterator, Mapping, Sequence

from pllint.finding import Related
from pllint.model.connector_definition import ConnectorDefinition, Script
from pllint.model.connector_id import ConnectorKey, custom_name, custom_names, parse_connector_id
from pllint.model.custom_connector import CustomConnector, Host, Operation, variables_in
from pllint.model.solution import DeploymentSettings, EnvironmentVariable
from pllint.read.document import Notes, check_schema, open_json
from pllint.record import NamedTuple
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

_TEMPLATE_URL = "x-ms-apimTemplateParameter.urlTemplate"
_TEMPLATE_OPERATIONS = "x-ms-apimTemplate-operationName"

_ENTRA_HOSTS = re.compile(
    r"^https?://(?:[^/@]+\.)?(?:login\.microsoftonline\.(?:com|us|de)|login\.windows\.net|login\.microsoft\.com"
    r"|sts\.windows\.net|login\.chinacloudapi\.cn|login\.partner\.microsoftonline\.cn)(?:[:/]|$)",
    re.IGNORECASE,
)
_SECURITY_WORDS = {"basic": "basic", "apikey": "api-key", "oauth2": "oauth2"}


class _Parts(NamedTuple):
    """What a connector consists of, wherever it is kept; absent nodes where a part is missing."""

    definition: Node
    parameters: Node
    sets: Node
    capabilities: Node
    templates: Node
    properties_known: bool
    """False: nothing says what connections ask for, so the definition's own words are taken."""
    properties: Node
    """The properties as a whole; absent in a solution, which keeps them apart."""
    properties_expected: bool = True
    """A file for them is there, readable or not."""
    missing: tuple[str, ...] = ()
    script: Script = Script()


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


def from_folder(
    tree: Tree, definition: str, siblings: Sequence[str], notes: Notes, node: Node | None = None
) -> CustomConnector | None:
    """Read the connector whose definition is given, with the other files of its folder; None when it is unreadable."""
    found = definition_in_folder(tree, definition, siblings, notes, node)
    return None if found is None else found.connector


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
    parts = _Parts(
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
        host=_host(parts, {}),
        operations=tuple(_operations(node)),
        authentication=_authentication(parts),
        gateway=_uses_gateway(parts),
        script=parts.script.file is not None,
        definition_at=node.at,
        properties_at=properties.at if properties else None,
    )
    return _definition(connector, parts, tree, definition)


def in_solution(
    tree: Tree, entry: "ConnectorEntry", solution: str, variables: Mapping[str, EnvironmentVariable], notes: Notes
) -> CustomConnector:
    """Read a connector of a solution; one without a readable definition still has its names."""
    return definition_in_solution(tree, entry, solution, variables, notes).connector


def definition_in_solution(
    tree: Tree, entry: "ConnectorEntry", solution: str, variables: Mapping[str, EnvironmentVariable], notes: Notes
) -> ConnectorDefinition:
    """Read what the parts in a solution say of a connector.

    `variables` are the environment variables of that solution by schema name in lower case.
    """
    absent = Node(None, entry.at)
    definition = _part(tree, entry.definition, notes, "connector-definition") or absent
    parameters = _part(tree, entry.parameters, notes)
    parts = _Parts(
        definition=definition,
        parameters=parameters or absent,
        sets=absent,
        capabilities=absent,
        templates=_part(tree, entry.policies, notes) or absent,
        properties_known=parameters is not None,
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
        host=_host(parts, variables),
        operations=tuple(_operations(definition)),
        authentication=_authentication(parts),
        gateway=_uses_gateway(parts),
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
    parts = _Parts(
        definition=absent,
        parameters=inner.get("connectionParameters"),
        sets=inner.get("connectionParameterSets"),
        capabilities=inner.get("capabilities"),
        templates=inner.get("policyTemplateInstances"),
        properties_known=True,
        properties=inner,
    )
    return _definition(connector, parts, tree, None)


def _definition(connector: CustomConnector, parts: _Parts, tree: Tree, name: str | None) -> ConnectorDefinition:
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
        own_host=_own_host(node),
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


def _own_host(definition: Node) -> Host:
    written = definition["host"]
    return _resolved(written.text or "", {}, Host(None, definition["basePath"].text or "", "https", written.at))


def _script(tree: Tree, folder: str, settings: Node | None, operations: Node) -> Script:
    from pllint.read.connector_properties import named_operations

    name = (settings.get("script").text if settings else None) or "script.csx"
    return Script(
        file=tree.find(_join(folder, name)),
        operations=named_operations(operations) if operations.is_list else None,
        at=operations.at,
    )


def note_open_hosts(
    connectors: Sequence[CustomConnector], settings: Sequence[DeploymentSettings], notes: Notes
) -> None:
    """Note the hosts that an environment variable decides and no file of the project gives a value for."""
    given = {name.lower() for one in settings for name, value, _ in one.variables if value}
    for connector in connectors:
        host = connector.host
        if host.name is None and host.variable and host.variable.lower() not in given:
            notes.find(
                "SRC009",
                host.at or connector.at,
                f"the host of '{connector.display_name}' is the environment variable {host.variable}, and no file gives"
                " it a value, so verdicts by host stay open",
                "Commit the solution that defines the variable with its default, or the deployment settings",
            )


def join(connectors: Sequence[CustomConnector], notes: Notes) -> tuple[CustomConnector, ...]:
    """Give each connector once: folder and solution form of one definition become one element.

    The solution says what the connector is called, the folder is where people edit it. A folder and a solution that
    differ both stay, for a check of connectors to compare; two folders or two solutions that differ are noted.
    """
    inside = _distinct([one for one in connectors if one.solution is not None], notes)
    named = (_by_name(inside, 0), _by_name(inside, 1))
    for folder_form in _distinct([one for one in connectors if one.solution is None], notes):
        name = custom_names(folder_form.name)[0]
        # The name without the publisher's prefix counts only where a single connector bears it.
        twins = next((found for index in named if len(found := index.get(name, ())) == 1), ())
        if twins and _same_definition(folder_form, inside[twins[0]]):
            inside[twins[0]] = _united(folder_form, inside[twins[0]])
        else:
            inside.append(folder_form)
    return tuple(sorted(inside, key=lambda one: (one.name, one.solution is None, one.at.source.path)))


def join_definitions(definitions: Sequence[ConnectorDefinition]) -> tuple[ConnectorDefinition, ...]:
    """Give each definition once: a copy that says the same is left out, one that differs is told to its folder."""
    folders = [one for one in definitions if one.in_folder]
    named = [_by_name([one.connector for one in folders], part) for part in (0, 1)]
    kept: list[ConnectorDefinition] = []
    copies: dict[int, list[ConnectorDefinition]] = {}
    facts: dict[str, object] = {}
    for copy in definitions:
        if copy.in_folder:
            continue
        names = custom_names(copy.connector.name)
        # The name without the publisher's prefix counts only where a single connector bears it.
        places = next(
            (found for index, name in zip(named, names, strict=True) if len(found := index.get(name, ())) == 1), ()
        )
        own = _without_places(copy)
        if facts.get(names[0]) == own:
            continue
        facts[names[0]] = own
        if places and _without_places(folders[places[0]]) == own:
            continue
        kept.append(copy)
        if places and copy.has_definition:
            copies.setdefault(places[0], []).append(copy)
    joined = [one._replace(copies=tuple(copies.get(place, ()))) for place, one in enumerate(folders)]
    return tuple(sorted([*joined, *kept], key=lambda one: (one.at.source.path, one.connector.name)))


def _without_places(definition: ConnectorDefinition) -> object:
    """Give what a definition says, to compare with another that says it elsewhere."""
    host = definition.own_host
    return _bare(
        (
            definition.version,
            definition.operations,
            definition.references,
            definition.calls,
            definition.hidden_fields,
            definition.extensions,
            definition.visibilities,
            definition.security,
            definition.parameters,
            definition.templates,
            (host.name, host.variable, host.base_path) if host else None,
            definition.schemes,
            definition.script.operations,
        )
    )


def _bare(value: object) -> object:
    if isinstance(value, Anchor):
        return None
    return tuple(_bare(one) for one in value) if isinstance(value, tuple) else value


def _by_name(connectors: Sequence[CustomConnector], part: int) -> dict[str, list[int]]:
    index: dict[str, list[int]] = {}
    for place, connector in enumerate(connectors):
        index.setdefault(custom_names(connector.name)[part], []).append(place)
    return index


def _distinct(connectors: Sequence[CustomConnector], notes: Notes) -> list[CustomConnector]:
    """Leave out repeated definitions; note and keep those that differ under one name."""
    distinct: dict[str, list[CustomConnector]] = {}
    for connector in connectors:
        same = distinct.setdefault(custom_names(connector.name)[0], [])
        if any(_same_definition(connector, other) for other in same):
            continue
        if same:
            place = same[0].at.source.path
            message = f"the custom connector '{connector.display_name}' is also defined in {place}, differently"
            notes.find("SRC011", connector.at, message, "Keep one definition, or rename one of the two connectors")
            notes.findings[-1] = notes.findings[-1]._replace(related=(Related("the other one", same[0].at),))
        same.append(connector)
    return [connector for same in distinct.values() for connector in same]


def _same_definition(one: CustomConnector, other: CustomConnector) -> bool:
    return (
        _operation_facts(one) == _operation_facts(other)
        and one.authentication == other.authentication
        and _same_host(one.host, other.host)
    )


def _operation_facts(connector: CustomConnector) -> set[tuple[str, str, str, bool]]:
    return {(one.id, one.method, one.path, one.trigger) for one in connector.operations}


def _same_host(one: Host, other: Host) -> bool:
    if one.decided_by != other.decided_by:
        return False
    if one.name is None or other.name is None:
        # One of two forms may lack the variable's value.
        return one.variable == other.variable
    written = [(host.name or "").lower() + host.base_path.rstrip("/") for host in (one, other)]
    return written[0] == written[1] and one.scheme == other.scheme


def _united(folder_form: CustomConnector, inside: CustomConnector) -> CustomConnector:
    return folder_form._replace(
        name=inside.name,
        solution=inside.solution,
        connector_guid=inside.connector_guid,
        host=folder_form.host if folder_form.host.name else inside.host,
        gateway=folder_form.gateway or inside.gateway,
        script=folder_form.script or inside.script,
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
    try:
        empty = not tree.read(found).strip(b"\xef\xbb\xbf \t\r\n")
    except (MalformedError, OSError):
        empty = False  # opening it notes why
    if empty:
        return Node({}, Anchor(tree.source(found)))
    return open_json(tree, found, notes, schema)


def _name_of_title(title: str) -> ConnectorKey:
    """Name a connector after its title as the platform does: lower case, other characters as `-` and two digits."""
    return ConnectorKey(_ENCODED.sub(lambda match: f"-{ord(match[0]):02x}", title.lower()))


def _operations(definition: Node) -> Iterator[Operation]:
    for path, item in definition["paths"].items():
        for method, operation in item.items():
            if method.lower() in _METHODS and operation.is_mapping:
                identity = operation["operationId"]
                annotation = operation["x-ms-api-annotation"]
                yield Operation(
                    id=identity.text or "",
                    method=method.lower(),
                    path=path,
                    at=identity.at if identity.present else operation.at,
                    trigger=operation["x-ms-trigger"].present,
                    deprecated=operation["deprecated"].flag or False,
                    agentic_protocol=operation["x-ms-agentic-protocol"].text,
                    family=annotation["family"].text if annotation.present else None,
                    revision=annotation["revision"].integer if annotation.present else None,
                )


def _host(parts: _Parts, variables: Mapping[str, EnvironmentVariable]) -> Host:
    definition = parts.definition
    written = definition["host"]
    schemes = [scheme.text.lower() for scheme in definition["schemes"].listed() if scheme.text]
    scheme = "https" if not schemes or "https" in schemes else schemes[0]
    base_path = definition["basePath"].text or ""
    own = _resolved(written.text or "", variables, Host(None, base_path, scheme, written.at, "host"))
    for template in parts.templates.listed():
        if (template.get("templateId").text or "").lower() != "dynamichosturl":
            continue
        parameters = template.get("parameters")
        url = parameters.get(_TEMPLATE_URL)
        if not url.text:
            continue
        other = _resolved(url.text, variables, Host(None, "", scheme, url.at, "policy-template"))
        limited = any(name.text for name in parameters.get(_TEMPLATE_OPERATIONS).listed())
        if not limited:
            return other
        if other.name is None or own.name is None or other.name.lower() != own.name.lower():
            # Some operations go elsewhere, so no single host is the connector's.
            return Host(None, base_path, scheme, url.at, "policy-template")
    return own


def _resolved(text: str, variables: Mapping[str, EnvironmentVariable], host: Host) -> Host:
    """Fill in environment variables and take the address apart; a host that needs more than that has no name."""
    named = variables_in(text)
    if named:
        decided = host.decided_by if host.decided_by == "policy-template" else "environment-variable"
        known = ((name.lower(), variables.get(name.lower())) for name in dict.fromkeys(named))
        values = tuple((name, value) for name, one in known if one and (value := one.value or one.default))
        host = host._replace(decided_by=decided, variable=named[0], values=values)
    return host._replace(text=text, own_path=host.base_path).where({}) if text.strip() else host


def _authentication(parts: _Parts) -> str:
    """Say in the manifest's words how connections sign in; connections that may choose between kinds are `other`."""
    security = [
        _SECURITY_WORDS.get((one["type"].text or "").lower(), "other")
        for _, one in parts.definition["securityDefinitions"].items()
    ]
    if not parts.properties_known:
        flows = parts.definition["securityDefinitions"].items()
        addresses = (one[key].text for _, one in flows for key in ("authorizationUrl", "tokenUrl") if one[key].present)
        if "oauth2" in security and any(map(_is_entra, addresses)):
            return "entra-id"
        return _single(security)
    choices = [choice.get("parameters") for choice in parts.sets.get("values").listed()]
    return _single([_word(one, security) for one in choices or [parts.parameters]])


def _single(words: Sequence[str]) -> str:
    distinct = set(words)
    if len(distinct) > 1:
        return "other"
    return distinct.pop() if distinct else "none"


def _word(parameters: Node, security: Sequence[str]) -> str:
    asked = dict(parameters.items())
    kinds = {(one.get("type").text or "").lower(): one for one in asked.values()}
    if "oauthsetting" in kinds:
        return _oauth_word(kinds["oauthsetting"].get("oAuthSettings"))
    if any("certificate" in kind for kind in kinds):
        return "certificate"
    if any(map(_allows_windows, asked.values())):
        return "windows"
    if "securestring" in kinds:
        names = " ".join(asked).lower()
        basic = "user" in names and ("password" in names or "pwd" in names)
        return "basic" if basic or set(security) == {"basic"} else "api-key"
    # A key typed as plain text is a key all the same.
    return _single(security) if "string" in kinds else "none"


def _oauth_word(settings: Node) -> str:
    provider = (settings.get("identityProvider").text or "").lower()
    if provider.startswith("aad"):
        return "entra-id"
    custom = dict(settings.get("customParameters").items()).values()
    return "entra-id" if any(_is_entra(one.get("value").text or one.text) for one in custom) else "oauth2"


def _is_entra(url: str | None) -> bool:
    return url is not None and _ENTRA_HOSTS.match(url) is not None


def _allows_windows(parameter: Node) -> bool:
    allowed = (value.get("value").text or "" for value in parameter.get("allowedValues").listed())
    return any(value.lower() == "windows" for value in allowed)


def _uses_gateway(parts: _Parts) -> bool:
    choices = [choice.get("parameters") for choice in parts.sets.get("values").listed()]
    return any((one.text or "").lower() == "gateway" for one in parts.capabilities.listed()) or any(
        (parameter.get("type").text or "").lower() == "gatewaysetting"
        for parameters in (parts.parameters, *choices)
        for _, parameter in parameters.items()
    )
