"""CON406-CON408, CON410: the properties beside a definition, and the files that belong together."""

import re

from pllint.model.connector_definition import ConnectorDefinition
from pllint.plugin import Context, Outcome, Severity, check
from pllint_connector.wording import DOCS, found

_SUBMISSION = f"{DOCS}certification-submission"
_FILES = f"{DOCS}paconn-cli"
_COLOUR = re.compile(r"^#(?:[0-9a-f]{6}|[0-9a-f]{3})$", re.IGNORECASE)
_WHITE = frozenset(("#ffffff", "#fff"))
_DEFAULT = "#007ee5"
_NAMES = re.compile(r"^apidefinition", re.IGNORECASE)
_PARTS = ("openapidefinition", "connectionparameters", "policytemplateinstances", "customcodeblobcontent")


@check(
    id="CON406",
    name="icon-colour-invalid",
    severity=Severity.WARNING,
    since="0.1",
    source=_SUBMISSION,
    on=ConnectorDefinition,
)
def icon_colour_invalid(definition: ConnectorDefinition, _: Context) -> Outcome:
    """The colour of the icon is no colour, or white, or the one that every new connector has."""
    colour = (definition.icon_colour or "").strip()
    if not colour or definition.icon_colour_at is None:
        return
    if not _COLOUR.match(colour):
        fault = "is no hex colour"
    elif colour.lower() in _WHITE:
        fault = "is white, on which a white icon cannot be seen"
    elif colour.lower() == _DEFAULT:
        fault = "is the colour that every new connector has"
    else:
        return
    yield found(
        definition,
        definition.icon_colour_at,
        f"the icon colour {colour} {fault}",
        "Write the colour of the service, such as #0050AA",
    )


@check(
    id="CON407",
    name="publisher-missing",
    severity=Severity.INFO,
    since="0.1",
    source=_SUBMISSION,
    on=ConnectorDefinition,
)
def publisher_missing(definition: ConnectorDefinition, _: Context) -> Outcome:
    """The properties do not say who publishes the connector, or who owns the service behind it."""
    if not definition.in_folder or not definition.properties_known or definition.properties_at is None:
        return
    named = (("publisher", definition.publisher), ("stackOwner", definition.stack_owner))
    missing = [key for key, value in named if not (value or "").strip()]
    if missing:
        yield found(
            definition,
            definition.properties_at / "properties",
            f"the properties name no {' and no '.join(missing)}",
            "Write who publishes the connector, and who owns the service it calls",
        )


@check(
    id="CON408",
    name="properties-key-unknown",
    severity=Severity.WARNING,
    since="0.1",
    source=_FILES,
    on=ConnectorDefinition,
)
def properties_key_unknown(definition: ConnectorDefinition, _: Context) -> Outcome:
    """The properties hold a key that no tool reads, often a misspelt one."""
    for key in definition.properties_keys:
        hint = f"; probably {key.nearest} is meant" if key.nearest else ""
        yield found(
            definition,
            key.at,
            f"{key.word} is no key of a connector's properties{hint}",
            f"Write {key.nearest}" if key.nearest else "Remove the key, or move it to where it belongs",
            cause=key.word,
        )


@check(
    id="CON410",
    name="connector-files-incomplete",
    severity=Severity.ERROR,
    since="0.1",
    source=_FILES,
    on=ConnectorDefinition,
)
def connector_files_incomplete(definition: ConnectorDefinition, _: Context) -> Outcome:
    """Of the files that make a connector one is missing, so it cannot be imported."""
    if definition.in_folder:
        name = definition.at.source.path.rpartition("/")[2]
        if not definition.has_definition:
            yield found(
                definition,
                definition.at,
                f"{name} has no definition beside it, so there is nothing to import",
                "Commit apiDefinition.swagger.json beside it",
            )
        elif not definition.has_properties and _NAMES.match(name):
            yield found(
                definition,
                definition.at,
                f"{name} has no apiProperties.json beside it, so its connection parameters and policies are lost",
                "Commit apiProperties.json beside it",
            )
        return
    missing = [
        name
        for path in definition.missing_files
        if (name := path.replace("\\", "/").rpartition("/")[2]) and any(part in name.lower() for part in _PARTS)
    ]
    if missing:
        yield found(
            definition,
            definition.connector.at,
            f"the solution names {', '.join(missing)} and does not hold {'it' if len(missing) == 1 else 'them'}",
            "Export the solution again, with the connector",
        )
