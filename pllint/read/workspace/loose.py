"""Loose files: which reader each is for by its name, and JSON documents as the forms they have."""

from __future__ import annotations

from functools import partial

from pllint.discover import matches
from pllint.read import recognise
from pllint.read.document import Notes, problem_of
from pllint.read.recognise import NOT_OURS, PAGE_SOURCE
from pllint.source import Anchor
from pllint.text.node import Node
from pllint.text.problem import MalformedError, ProblemKind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pllint.read.workspace.gathered import Gathered
    from pllint.read.workspace.survey import LooseFile
    from pllint.source import Source

_JSON = frozenset({".json", ".example", ".tfstate"})
_PAGES = (".pa.yaml", ".fx.yaml")
_YAML = frozenset({".yaml", ".yml"})
_TABLES = frozenset({".csv", ".tsv"})
_UNREAD = {
    ".msapr": "the rest of a canvas app document, whose pages are not here",
}


def read_loose(files: Iterable[LooseFile], gathered: Gathered) -> None:
    """Read the files that belong to nothing made of several files; most are none of ours."""
    for file in files:
        gathered.guarded(file.path, partial(_read_file, file, gathered))


def _read_file(file: LooseFile, gathered: Gathered) -> None:
    if gathered.policy_files.take_file(file.tree, file.name):
        return
    lowered = file.name.lower()
    ending = lowered[lowered.rfind(".") :]
    if ending in _JSON:
        _read_json(file, gathered)
    elif lowered.endswith(_PAGES):
        gathered.notes.skip(file.path, PAGE_SOURCE)
    elif ending in _YAML:
        from pllint.read.workspace.loose_yaml import read_yaml

        read_yaml(file, gathered)
    elif ending in _TABLES:
        from pllint.read.workspace.tables import read_table

        read_table(file, gathered)
    elif ending in _UNREAD:
        gathered.notes.skip(file.path, _UNREAD[ending])
    elif matches(file.path, gathered.settings.policies):
        gathered.notes.skip(file.path, NOT_OURS)


def _read_json(file: LooseFile, gathered: Gathered) -> None:
    """Read a JSON file as every form it has; one that has none is skipped, and its problems with it."""
    from pllint.text import json_text

    source = file.tree.source(file.name, json_text.locate)
    aside = Notes(gathered.notes.limits)
    node = _parsed(file, source, gathered, aside)
    if node is None:
        return
    if _take(file, node, gathered):
        gathered.notes.findings.extend(aside.findings)
    else:
        gathered.notes.skip(source.path, _other_form(node.value, gathered) or NOT_OURS)


def _parsed(file: LooseFile, source: Source, gathered: Gathered, aside: Notes) -> Node | None:
    from pllint.text import json_text

    notes = gathered.notes
    expected = recognise.is_ours_by_name(file.name) or matches(source.path, gathered.settings.policies)
    content = _content(source, notes, expected=expected)
    if content is None:
        return None
    if not expected and not recognise.may_be_ours(file.name, content):
        notes.skip(source.path, NOT_OURS)
        return None
    gathered.progress(source.path)
    try:
        value, problems = json_text.parse(notes.opened(content), notes.limits)
    except MalformedError as error:
        from pllint.read.inventory import open_console, recognises_console

        if recognises_console(content):
            return open_console(source, notes)
        # What goes beyond a limit, or was a policy before it was damaged, may be what its words say; other text that
        # is no JSON is often a template of something else.
        limit = error.problem.kind is ProblemKind.LIMIT
        if expected or limit or recognise.speaks_of_policies(content):
            notes.refuse(source, error.problem)
        else:
            notes.skip(source.path, f"not JSON: {error.problem.message}")
        return None
    for problem in problems:
        aside.problem(source, problem)
    return Node(value, Anchor(source))


def _content(source: Source, notes: Notes, *, expected: bool) -> bytes | None:
    """Give the bytes of a file; what cannot be read may be anything, so it is a finding whatever it is called."""
    try:
        return source.read()
    except (MalformedError, OSError) as error:
        problem = problem_of(error)
        if expected or problem.kind is not ProblemKind.LIMIT:
            notes.refuse(source, problem)
        else:
            notes.skip(source.path, problem.message)
    return None


def _take(file: LooseFile, node: Node, gathered: Gathered) -> bool:
    """Read a document as every form it has; false when it has none."""
    if any(take(file, node, gathered) for take in _EITHER):
        return True
    taken = [take(file, node, gathered) for take in _TOGETHER]
    return any(taken)


def _cloud_flow(file: LooseFile, node: Node, gathered: Gathered) -> bool:
    from pllint.read.cloud_flow import named
    from pllint.read.document import check_schema
    from pllint.read.recognise import is_cloud_flow

    if not is_cloud_flow(node.value):
        return False
    check_schema(node, gathered.notes, "cloud-flow")
    folder, base = file.folder, file.base
    # The clone of an agent keeps each flow in a folder that is named as its file is elsewhere.
    name, flow_id = named(node, folder if base.lower() == "workflow.json" and folder else base)
    gathered.add_cloud_flow(node, name=name, id=flow_id)
    return True


def _desktop_flow(file: LooseFile, node: Node, gathered: Gathered) -> bool:
    if not recognise.is_desktop_flow(node.value):
        return False
    from pllint.read.naming import named_by_file
    from pllint.read.workspace.flows import add_desktop_flow

    add_desktop_flow(node, *named_by_file(file.base), gathered)
    return True


def _code_app(file: LooseFile, node: Node, gathered: Gathered) -> bool:
    if not recognise.is_code_app(file.base, node.value):
        return False
    siblings = map(str.lower, file.siblings)
    if file.base.lower().endswith(".example") and "power.config.json" in siblings:
        return False  # the sample of the file beside it
    from pllint.read.canvas_app import code_app

    name = file.folder.rpartition("/")[2] or "code app"
    app = code_app(node, name=name, solution=None, references=gathered.declared.references)
    gathered.components.append(app)
    return True


def _flow_rows(file: LooseFile, node: Node, gathered: Gathered) -> bool:
    from pllint.read.workspace.flows import add_rows

    return add_rows(node, file.base, gathered)


def _connector_definition(file: LooseFile, node: Node, gathered: Gathered) -> bool:
    from pllint.read import custom_connector

    tree, name, siblings = file
    if not custom_connector.recognises_definition(file.base, node.value, siblings):
        return False
    definition = custom_connector.definition_in_folder(tree, name, siblings, gathered.notes, node)
    if definition is not None:
        gathered.definitions.append(definition)
    return True


def _connector_properties(file: LooseFile, node: Node, gathered: Gathered) -> bool:
    from pllint.read import custom_connector
    from pllint.read.document import check_schema

    tree, name, siblings = file
    if not custom_connector.recognises_properties(file.base, node.value):
        return False
    # Of a definition that is there and cannot be read, that is said already.
    if not any(custom_connector.may_be_definition_name(sibling) for sibling in siblings):
        check_schema(node, gathered.notes, "connector-properties")
        gathered.definitions.append(custom_connector.lone_properties(tree, name, node))
    return True


def _deployment_settings(_file: LooseFile, node: Node, gathered: Gathered) -> bool:
    from pllint.read import deployment_settings

    if not deployment_settings.recognises(node.value):
        return False
    gathered.deployment_settings.append(deployment_settings.deployment_settings(node, gathered.notes))
    return True


def _policies(_file: LooseFile, node: Node, gathered: Gathered) -> bool:
    return gathered.policy_files.take_json(node)


def _environments(_file: LooseFile, node: Node, gathered: Gathered) -> bool:
    from pllint.read import inventory

    if not inventory.recognises(node.value):
        return False
    gathered.environments.extend(inventory.environments(node, gathered.notes))
    return True


def _exports(_file: LooseFile, node: Node, gathered: Gathered) -> bool:
    return gathered.all_exports().take(node, gathered.notes)


_EITHER = (
    _cloud_flow,
    _desktop_flow,
    _code_app,
    _flow_rows,
    _connector_definition,
    _connector_properties,
    _deployment_settings,
)
"""Forms of which a document has one, in the order in which they are told apart."""
_TOGETHER = (_policies, _environments, _exports)
"""Forms of which a document may have several, as a script's output that joins answers."""


def _other_form(value: object, gathered: Gathered) -> str | None:
    """Say in plain words what a document is that holds nothing to judge."""
    from pllint.read import connector_export, deployment_settings

    found = deployment_settings.other_form(value)
    if found is not None:
        return found
    if isinstance(value, dict) and value.keys() == {"as-of", "connectors"}:
        return "a catalogue of connectors, used where the settings name it"
    if connector_export.recognises(value):
        return "a tenant's list of connectors; `pllint catalogue refresh` makes a catalogue of it"
    return gathered.policy_files.other_form(value)
