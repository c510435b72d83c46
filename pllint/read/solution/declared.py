"""What a solution declares for its parts to name: connection references and environment variables."""

from __future__ import annotations

from pllint.model.connector_id import custom_name, parse_connector_id
from pllint.model.solution import ConnectionReference, EnvironmentVariable
from pllint.read import literals
from pllint.read.document import open_json, open_yaml
from pllint.read.naming import bare_guid
from pllint.source import Anchor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pllint.read.solution.files import SolutionFiles
    from pllint.read.solution.parts import ConnectorEntry
    from pllint.source import Source
    from pllint.text.xml_text import Element

_VARIABLE_TYPES = {
    "100000000": "text",
    "100000001": "number",
    "100000002": "boolean",
    "100000003": "json",
    "100000004": "data-source",
    "100000005": "secret",
}


def connection_references(files: SolutionFiles, connectors: Iterable[ConnectorEntry]) -> Iterator[ConnectionReference]:
    """Give the connection references; a custom connector goes by the name its definition beside it has."""
    definitions = {entry.guid: entry.name for entry in connectors if entry.guid and entry.name}
    elements = list(files.listed("connectionreferences", "connectionreference"))
    elements += [
        (element, source) for _, element, source in files.own("connectionreferences", "/connectionreference.yml")
    ]
    for element, source in elements:
        logical_name = element.get("connectionreferencelogicalname") or ""
        # The element customconnectorid holds another connectorid; `value` looks at direct children only.
        spelling = element.value("connectorid") or ""
        custom = element.child("customconnectorid")
        guid = bare_guid((custom.value("connectorid") or custom.text) if custom else "") or None
        parsed = parse_connector_id(spelling) if spelling else None
        key = parsed.key if parsed else None
        if guid in definitions:
            key = custom_name(definitions[guid])
        elif guid and parsed and not parsed.custom:
            key = custom_name(parsed.key)
        yield ConnectionReference(
            logical_name=logical_name,
            at=Anchor(source, (element.ordinal,)),
            display_name=element.value("connectionreferencedisplayname") or None,
            connector=key,
            custom=bool(guid) or (parsed is not None and parsed.custom),
            custom_guid=guid,
            spelling=spelling,
        )


def environment_variables(files: SolutionFiles) -> Iterator[EnvironmentVariable]:
    """Give the environment variables, with the values that were exported beside them."""
    # Exports up to 2020 hold the definitions in customizations.xml, under tags of their own.
    for element, source in files.listed("EnvironmentVariables", "Definition"):
        yield _variable(element, source, element.value("SchemaName") or "")
    endings = ("/environmentvariabledefinition.xml", "/environmentvariabledefinition.yml")
    for name, element, source in files.own("environmentvariabledefinitions", *endings):
        folder = name.rpartition("/")[0]
        variable = _variable(element, source, element.get("schemaname") or folder.rpartition("/")[2])
        values = files.tree.find(f"{folder}/environmentvariablevalues.json")
        values = values or files.tree.find(f"{folder}/environmentvariablevalues.yml")
        yield _with_value(files, variable, values) if values else variable


def _with_value(files: SolutionFiles, variable: EnvironmentVariable, name: str) -> EnvironmentVariable:
    open_values = open_yaml if name.lower().endswith(".yml") else open_json
    node = open_values(files.tree, name, files.notes)
    if node is None:
        return variable
    for entry in node.get("environmentvariablevalues").get("environmentvariablevalue").listed():
        value = entry.get("value")
        if value.text is not None:
            held = variable._replace(value=value.text, value_at=value.at)
            return _without_secret(held, value.text, value.at)
    return variable


def _variable(element: Element, source: Source, schema_name: str) -> EnvironmentVariable:
    stated = element.value("type")
    variable = EnvironmentVariable(
        schema_name=schema_name,
        at=Anchor(source, (element.ordinal,)),
        type=_VARIABLE_TYPES.get(stated, stated) if stated else None,
        default=element.value("defaultvalue"),
    )
    default = element.child("defaultvalue")
    if variable.default and default is not None:
        return _without_secret(variable, variable.default, Anchor(source, (default.ordinal,)))
    return variable


def _without_secret(variable: EnvironmentVariable, text: str, at: Anchor) -> EnvironmentVariable:
    """Keep the kind and the place of a secret in place of its text; of type secret, a variable holds its address."""
    kind = literals.secret_in(variable.schema_name, text)
    if variable.type == "secret" or kind is None:
        return variable
    if variable.default == text:
        variable = variable._replace(default=None)
    return variable._replace(value=None, secret=kind, secret_at=at)
