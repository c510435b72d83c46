"""Apps, agents and desktop flows of the corpus, read a second time in a naive way that shares no code with pllint."""

import json
import os
import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from pllint.read.app_document import DocumentForm, read_document
from pllint.read.canvas_app import document_app
from pllint.read.document import Notes
from pllint.text.tree import Archive

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
