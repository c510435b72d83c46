"""An independent, naive reading of every cloud flow of the corpus has to agree with the reader.

Nothing here shares code with pllint: connectors are found by visiting every object of the parsed JSON, and custom
connectors are compared by a name worked out here.
"""

import json
import os
import re
import zipfile
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pytest

from pllint.model.component import Component
from pllint.read.cloud_flow import cloud_flow
from pllint.read.document import Notes, open_json
from pllint.read.solution import SolutionParts, read_solution
from pllint.text.tree import Archive, Folder, Tree

CORPUS = Path(os.environ.get("PLLINT_CORPUS") or Path(__file__).parents[2].parent / "shared" / "corpus")
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")

Found = dict[str, bytes]


# The oracle: which flows there are, and what they use


@cache
def all_files() -> Found:
    """Give every file of the corpus that matters here; `!` enters a zip."""
    files: Found = {}
    for folder, _, names in os.walk(CORPUS):
        for name in names:
            path = Path(folder) / name
            label = path.relative_to(CORPUS).as_posix()
            if name.lower().endswith((".json", ".xml")):
                files[label] = path.read_bytes()
            elif name.lower().endswith(".zip"):
                take_zip(label, path.read_bytes(), files)
    return files


def take_zip(label: str, content: bytes, files: Found) -> None:
    try:
        archive = zipfile.ZipFile(BytesIO(content))
    except zipfile.BadZipFile:
        return
    with archive:
        for member in archive.namelist():
            if member.lower().endswith((".json", ".xml")):
                files[f"{label}!{member.replace(chr(92), '/')}"] = archive.read(member)
            elif member.lower().endswith(".zip"):
                take_zip(f"{label}!{member}", archive.read(member), files)


@cache
def all_flows() -> dict[str, dict[str, object]]:
    flows = {}
    for path, content in all_files().items():
        if path.endswith(".json") and b"triggers" in content:
            try:
                value = json.loads(content.decode("utf-8-sig"))
            except ValueError:
                continue
            properties = value.get("properties") if isinstance(value, dict) else None
            definition = properties.get("definition") if isinstance(properties, dict) else None
            if isinstance(definition, dict) and "triggers" in definition and "actions" in definition:
                flows[path] = value
    return flows


def objects(value: object) -> Iterator[dict[str, object]]:
    if isinstance(value, dict):
        yield value
        for child in value.values():
            yield from objects(child)
    elif isinstance(value, list):
        for child in value:
            yield from objects(child)


def oracle(flow: dict[str, object], references: dict[str, str]) -> set[str]:
    """Give the names of what the steps use; `references` are logical name to connector id."""
    properties = flow["properties"]
    assert isinstance(properties, dict)
    entries = properties.get("connectionReferences") or {}
    used = set()
    for step in objects(properties["definition"]):
        kind, inputs = step.get("type"), step.get("inputs")
        if kind == "Http" or kind == "HttpWebhook":  # noqa: PLR1714 - it may be an object, which no set takes
            used.add(str(kind))
        elif kind == "Request" and step.get("kind") in {"Http", None}:
            used.add("HttpRequestReceived")
        elif isinstance(kind, str) and isinstance(inputs, dict) and is_connector_step(kind, step.get("kind")):
            used.add(connector_of(inputs["host"], entries, references))
    return used


def is_connector_step(kind: str, request: object) -> bool:
    return re.search("ApiConnection(Webhook|Notification)?$", kind) is not None or request == "ApiConnection"


def connector_of(host: dict[str, object], entries: dict[str, dict[str, object]], references: dict[str, str]) -> str:
    label = host.get("connectionName") or host.get("connectionReferenceName")
    if not label:
        label = str(host["connection"]).split("$connections'")[1].split("['")[1].split("']")[0]
    entry = json.loads(json.dumps(entries.get(str(label), {})))
    logical_name = entry.get("connection", {}).get("connectionReferenceLogicalName", "").lower()
    candidates = [references.get(logical_name), entry.get("api", {}).get("name"), entry.get("id"), host.get("apiId")]
    return plain_name(next(str(candidate) for candidate in candidates if candidate))


def plain_name(connector_id: str) -> str:
    """Reduce an id to a name without hashes, prefix or escapes when it is custom, else to its last segment."""
    name = connector_id.rsplit("/", maxsplit=1)[-1].lower()
    custom = re.sub(r"([-.](5f)?[-.]?[0-9a-f]{16}){1,2}$", "", name)
    if custom == name:
        return name
    return re.sub(r"[-.]([0-9a-f]{2})", lambda m: chr(int(m[1], 16)), custom.removeprefix("shared_")).split("_")[-1]


def references_of(customizations: bytes) -> dict[str, str]:
    root = ElementTree.fromstring(customizations)  # noqa: S314 - our own corpus
    return {
        str(element.get("connectionreferencelogicalname")).lower(): element.findtext("connectorid") or ""
        for element in root.iterfind("connectionreferences/connectionreference")
    }


def home_of(path: str) -> tuple[str, str] | None:
    """Give the folder or archive of the solution a flow lies in, and the name of its customizations."""
    if "/workflows/" not in path.lower().replace("!", "/"):
        return None
    root = path[: path.lower().replace("!", "/").index("/workflows/") + 1]
    lowered = {file.lower(): file for file in all_files()}
    for name in ("customizations.xml", "other/customizations.xml"):
        manifest = (root + name.replace("customizations", "solution")).lower()
        if manifest in lowered and (root + name).lower() in lowered:
            return root, lowered[(root + name).lower()]
    return None


# The reader


@cache
def tree_of(root: str) -> Tree:
    if not root.endswith("!"):
        return Folder(str(CORPUS / root), root)
    outer, *inner = root.rstrip("!").split("!")
    tree: Tree = Archive.open(str(CORPUS / outer), f"{outer}!")
    for name in inner:
        tree = tree.open_archive(name)
    return tree


@cache
def parts_of(root: str) -> SolutionParts:
    tree = tree_of(root)
    form = "zip" if root.endswith("!") else "exploded" if tree.find("solution.xml") else "unpacked"
    return read_solution(tree, form, Notes())


def read_flow(path: str, root: str, parts: SolutionParts | None) -> Component:
    node = open_json(tree_of(root), path.removeprefix(root), Notes())
    assert node is not None
    return cloud_flow(
        node,
        name=path,
        id=path,
        solution=None,
        state=None,
        references=parts.references if parts else {},
        variables=parts.variables if parts else {},
    )


def comparable(component: Component) -> set[str]:
    return {plain_name(use.spelling) for use in component.uses} | {f"? {miss.key}" for miss in component.unresolved}


def lowered(names: set[str]) -> set[str]:
    return {name.lower() for name in names}


def test_the_connectors_of_each_flow_are_those_its_steps_use() -> None:
    differences = {}
    for path, flow in all_flows().items():
        home = home_of(path)
        parts = parts_of(home[0]) if home else None
        root = home[0] if home else path[: path.rindex("!") + 1] if "!" in path else path[: path.rindex("/") + 1]
        expected = oracle(flow, references_of(all_files()[home[1]]) if home else {})
        found = comparable(read_flow(path, root, parts))
        if lowered(found) != lowered(expected):
            differences[path] = (sorted(expected), sorted(found))
    assert len(all_flows()) > 400
    assert differences == {}


def test_no_flow_of_a_solution_is_missed_and_nothing_else_is_taken_for_one() -> None:
    expected: dict[str, set[str]] = {}
    for path in all_flows():
        home = home_of(path)
        if home:
            expected.setdefault(home[0], set()).add(path.removeprefix(home[0]))
    assert len(expected) > 50
    found = {root: {entry.file for entry in parts_of(root).flows if entry.file} for root in expected}
    assert found == expected
