"""Apps, agents and desktop flows of the corpus, read a second time in a naive way that shares no code with pllint."""

import base64
import json
import os
import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from pllint.model.component import ComponentKind
from pllint.read.app_document import read_document
from pllint.read.canvas_app import document_app
from pllint.read.document import Notes
from pllint.read.recognise import DocumentForm
from pllint.text.tree import Archive
from tests.corpus.conftest import read_corpus

CORPUS = Path(os.environ.get("PLLINT_CORPUS") or Path(__file__).parents[2].parent / "shared" / "corpus")
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")


def archives(content: bytes, path: str) -> Iterator[tuple[str, zipfile.ZipFile, bytes]]:
    """Give an archive and all archives inside it."""
    try:
        archive = zipfile.ZipFile(BytesIO(content))
    except zipfile.BadZipFile:
        return
    yield path, archive, content
    for name in archive.namelist():
        if name.lower().endswith((".zip", ".msapp")):
            yield from archives(archive.read(name), f"{path}!{name}")


def all_archives() -> Iterator[tuple[str, zipfile.ZipFile, bytes]]:
    for folder, _, names in os.walk(CORPUS):
        for name in names:
            if name.lower().endswith((".zip", ".msapp")):
                path = os.path.join(folder, name)
                yield from archives(Path(path).read_bytes(), path)


def naive_connectors(archive: zipfile.ZipFile) -> set[str]:
    members = {name.replace("\\", "/"): archive.read(name).decode("utf-8-sig") for name in archive.namelist()
               if name.endswith(".json")}  # fmt: skip
    found = set()
    for reference in json.loads(json.loads(members["Properties.json"])["LocalConnectionReferences"] or "{}").values():
        if reference["dataSources"] or not reference["dependents"]:
            found.add(reference["connectionRef"]["id"].split("/")[-1])
    sources = re.findall(r'"ApiId":\s*"/providers/[^"]*/apis/([^"/]+)"', members.get("References/DataSources.json", ""))
    return {name.lower() for name in [*found, *sources]} - {"shared_logicflows"}


def test_the_connectors_of_each_app_document_are_those_it_names() -> None:
    differences, number, with_connectors = {}, 0, 0
    for path, archive, content in all_archives():
        if "Header.json" not in archive.namelist():
            continue
        number += 1
        notes = Notes()
        document = read_document(Archive.open(content, path), DocumentForm.PACKAGE, notes)
        app = document_app(document, name="x", id="x", solution=None, references={})
        expected = naive_connectors(archive)
        with_connectors += bool(expected)
        if {use.connector for use in app.uses} != expected:
            differences[path] = (sorted(expected), app.uses)
    assert differences == {}
    assert (number > 50, with_connectors > 4) == (True, True)


def test_the_modules_of_each_desktop_flow_are_those_its_script_names() -> None:
    found = {
        component.id: {use.connector.removeprefix("DesktopFlow.") for use in component.uses}
        for component in read_corpus("microsoft+Federal-Business-Applications").components
        if component.kind is ComponentKind.DESKTOP_FLOW
    }
    expected = {}
    for path, archive, _ in all_archives():
        if "Federal-Business" not in path:
            continue
        for name in archive.namelist():
            text = archive.read(name)
            if b"ROBIN_" in text[-400:] or b'"ROBIN_' in text[:400]:
                package = json.loads(text.decode("utf-8-sig"))["properties"]["definition"]["package"]
                inner = zipfile.ZipFile(BytesIO(base64.b64decode(package)))
                script = inner.read("script.robin").decode("utf-16-le")
                words = {
                    line.strip().split(".")[0] for line in script.splitlines() if re.match(r"\s*[A-Z]\w+\.\w", line)
                }
                expected[name[-41:-5].lower()] = words - {"Text"}
    assert len(expected) > 1
    assert found == expected


def naive_agents(archive: zipfile.ZipFile) -> dict[str, dict[str, set[str]]]:
    """Give what each agent of a solution uses, by searching the text of its documents."""
    agents: dict[str, dict[str, set[str]]] = {}
    for name in archive.namelist():
        if re.fullmatch(r"bots/[^/]+/bot\.xml", name):
            bot = name.split("/")[1]
            mode = b"<authenticationmode>1<" in archive.read(name)
            agents[bot] = {"flows": set(), "connectors": set(), "open": {"PvaAuth"} if mode else set()}
    for name in archive.namelist():
        part = re.fullmatch(r"botcomponents/([^/]+)/data", name)
        bot = next((bot for bot in agents if part and part[1].startswith(f"{bot}.")), "")
        if bot:
            text = archive.read(name).decode("utf-8-sig")
            agents[bot]["flows"] |= set(re.findall(r"^\s*flowId: (\S+)", text, re.MULTILINE))
            references = re.findall(r"connectionReference: \S*?\.(shared_[^.\s]+)", text)
            agents[bot]["connectors"] |= {re.sub("(-5f[0-9a-f]{16})+$", "", each).lower() for each in references}
    return agents


def test_the_flows_and_connectors_of_each_agent_are_those_its_documents_name() -> None:
    found: dict[str, dict[str, set[str]]] = {}
    expected: dict[str, dict[str, set[str]]] = {}
    for repository in ("microsoft+CopilotStudioSamples", "pnp+powerplatform-samples"):
        for component in read_corpus(repository).components:
            path = component.at.source.path
            if component.kind is ComponentKind.AGENT and ".zip!" in path:
                shared = {
                    re.sub(r"(-5f[0-9a-f]{16})+$", "", use.spelling.lower().split("/")[-1]) for use in component.uses
                }
                found[f"{path} {component.id}"] = {
                    "flows": {call.id for call in component.calls_flows},
                    "connectors": {name for name in shared if name.startswith("shared_")},
                    "open": {str(use.connector) for use in component.uses} & {"PvaAuth"},
                }
        for path, archive, _ in all_archives():
            short = path.removeprefix(f"{CORPUS / repository}/")
            for bot, uses in naive_agents(archive).items() if short != path else ():
                expected[f"{short}!bots/{bot}/bot.xml {bot}"] = uses
    assert len(expected) > 8
    assert found == expected
