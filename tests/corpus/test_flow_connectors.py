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

import pllint.catalogue
from pllint.catalogue import Catalogue
from pllint.engine.licensing.tier import premium
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
    return {plain_name(spelling) for spelling, _ in spelled(flow, references)}


def spelled(flow: dict[str, object], references: dict[str, str]) -> Iterator[tuple[str, bool]]:
    """Give what each step uses as it is written, and whether the step is one of AI Builder's."""
    properties = flow["properties"]
    assert isinstance(properties, dict)
    entries = properties.get("connectionReferences") or {}
    for step in objects(properties["definition"]):
        kind, inputs = step.get("type"), step.get("inputs")
        if kind == "Http" or kind == "HttpWebhook":  # noqa: PLR1714 - it may be an object, which no set takes
            yield str(kind), False
        elif kind == "Request" and step.get("kind") in {"Http", None}:
            yield "HttpRequestReceived", False
        elif isinstance(kind, str) and isinstance(inputs, dict) and is_connector_step(kind, step.get("kind")):
            yield connector_of(inputs["host"], entries, references), "aibuilder" in json.dumps(step).lower()


def premium_words(flow: dict[str, object], references: dict[str, str]) -> set[str]:
    """Say why a flow is premium by the plain rules, from the text of the file and the table of connectors."""
    words = set()
    for spelling, ai_builder in spelled(flow, references):
        name = spelling.rsplit("/", maxsplit=1)[-1].lower()
        if name in HTTP_NAMES:
            words.add("http")
        elif name.startswith("shared_commondataservice"):
            words |= set() if ai_builder else {"dataverse"}
        elif name == "shared_uiflow":
            words.add("desktop-flow")
        elif name not in tiers():
            words |= {"custom-connector"} if re.search("[0-9a-f]{16}", name) else set()
        elif tiers()[name] == "Premium":
            words.add("premium-connector")
    return words


@cache
def tiers() -> dict[str, str | None]:
    rows = json.loads((Path(pllint.catalogue.__file__).parent / "connectors.json").read_bytes())["connectors"]
    return {row["id"].lower(): row["tier"] for row in rows}


HTTP_NAMES = {"http", "httpwebhook", "httprequestreceived", "shared_webcontents", "shared_webcontentsv2"}
STARTS = {
    "Recurrence/": ("scheduled", "timer"),
    "OpenApiConnection/": ("automated", "connector"),
    "OpenApiConnectionWebhook/": ("automated", "connector"),
    "OpenApiConnectionNotification/": ("automated", "connector"),
    "ApiConnection/": ("automated", "connector"),
    "ApiConnectionWebhook/": ("automated", "connector"),
    "ApiConnectionNotification/": ("automated", "connector"),
    "Request/": ("automated", "http-request"),
    "Request/Http": ("automated", "http-request"),
    "Request/Button": ("instant", "button"),
    "Request/ApiConnection": ("instant", "selected-item"),
    "Request/PowerApp": ("instant", "power-apps"),
    "Request/PowerAppV2": ("instant", "power-apps"),
    "Request/Skills": ("instant", "agent"),
    "Request/VirtualAgent": ("instant", "agent"),
}
"""Every type and kind of trigger in the corpus, with how such a flow starts and from where."""


def start_of(flow: dict[str, object]) -> tuple[str, str] | None:
    properties = flow["properties"]
    assert isinstance(properties, dict)
    triggers = list(properties["definition"]["triggers"].values())
    return STARTS[f"{triggers[0]['type']}/{triggers[0].get('kind') or ''}"] if triggers else None


def is_connector_step(kind: str, request: object) -> bool:
    return re.search("ApiConnection(Webhook|Notification)?$", kind) is not None or request == "ApiConnection"


def connector_of(host: dict[str, object], entries: dict[str, dict[str, object]], references: dict[str, str]) -> str:
    label = host.get("connectionName") or host.get("connectionReferenceName")
    if not label:
        label = str(host["connection"]).split("$connections'")[1].split("['")[1].split("']")[0]
    entry = json.loads(json.dumps(entries.get(str(label), {})))
    logical_name = entry.get("connection", {}).get("connectionReferenceLogicalName", "").lower()
    candidates = [references.get(logical_name), entry.get("api", {}).get("name"), entry.get("id"), host.get("apiId")]
    return next(str(candidate) for candidate in candidates if candidate)


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


@cache
def all_read() -> dict[str, tuple[Component, dict[str, str]]]:
    """Read every flow; with each, the connection references of its solution as the oracle sees them."""
    read = {}
    for path in all_flows():
        home = home_of(path)
        root = home[0] if home else path[: path.rindex("!") + 1] if "!" in path else path[: path.rindex("/") + 1]
        references = references_of(all_files()[home[1]]) if home else {}
        read[path] = (read_flow(path, root, parts_of(home[0]) if home else None), references)
    return read


def lowered(names: set[str]) -> set[str]:
    return {name.lower() for name in names}


def test_the_connectors_of_each_flow_are_those_its_steps_use() -> None:
    differences = {}
    for path, (component, references) in all_read().items():
        expected, found = oracle(all_flows()[path], references), comparable(component)
        if lowered(found) != lowered(expected):
            differences[path] = (sorted(expected), sorted(found))
    assert len(all_flows()) > 400
    assert differences == {}


def test_the_trigger_of_each_flow_says_how_it_starts_and_from_where() -> None:
    differences = {}
    for path, (component, _) in all_read().items():
        trigger = component.trigger
        found = (str(trigger.trigger_class).lower(), str(trigger.starts_from)) if trigger else None
        if found != start_of(all_flows()[path]):
            differences[path] = (start_of(all_flows()[path]), found)
    assert differences == {}


def test_the_reasons_why_each_flow_is_premium_are_those_of_its_steps() -> None:
    differences = {}
    for path, (component, references) in all_read().items():
        found = {reason.word.value for reason in premium(component, Catalogue()).reasons}
        expected = premium_words(all_flows()[path], references)
        if found != expected:
            differences[path] = (sorted(expected), sorted(found))
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
