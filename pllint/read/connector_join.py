"""Custom connectors of all folders and solutions, each given once, and what differs between two of one name."""

from collections.abc import Sequence

from pllint.finding import Related
from pllint.model.connector_definition import ConnectorDefinition
from pllint.model.connector_id import custom_names
from pllint.model.custom_connector import CustomConnector, Host
from pllint.model.solution import DeploymentSettings
from pllint.read.document import Notes
from pllint.source import Anchor


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
