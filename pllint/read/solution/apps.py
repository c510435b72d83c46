"""The apps of a solution: canvas apps with their documents, and model-driven apps."""

from __future__ import annotations

from pllint.model.component import Component, ComponentKind
from pllint.read import recognise
from pllint.read.recognise import PAGE_SOURCE, DocumentEntry, DocumentForm
from pllint.read.solution.manifest import localized_name
from pllint.read.solution.parts import CanvasAppEntry
from pllint.source import Anchor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pllint.read.solution.files import SolutionFiles


def canvas_apps(files: SolutionFiles) -> tuple[tuple[CanvasAppEntry, ...], tuple[DocumentEntry, ...]]:
    """Give the canvas apps, and the documents of apps that have no element."""
    documents = _documents_by_name(files)
    apps = tuple(_canvas_apps(files, documents))
    return apps, tuple(document for found in documents.values() if (document := _fullest(found)))


def _canvas_apps(files: SolutionFiles, documents: dict[str, list[DocumentEntry]]) -> Iterator[CanvasAppEntry]:
    """Give the apps, each with its document, which is taken out of `documents`."""
    elements = list(files.listed("CanvasApps", "CanvasApp"))
    for _, element, source in files.own("canvasapps", ".meta.xml", ".meta.yml"):
        if element.tag.lower() == "canvasapp":
            elements.append((element, source))
    for element, source in elements:
        name = element.value("Name") or ""
        stated = element.value("DocumentUri")
        shown = element.value("DisplayName") or ""
        # Pages that were unpacked by hand are kept under the name the app is shown with.
        keys = dict.fromkeys(map(_folded, (recognise.app_name(stated or ""), name, shown)))
        found = [document for key in keys for document in documents.pop(key, ())]
        if stated and not found:
            files.miss(stated, element, source, shown or name, binary=True)
        yield CanvasAppEntry(name=name, element=element, source=source, document=_fullest(found))


def _documents_by_name(files: SolutionFiles) -> dict[str, list[DocumentEntry]]:
    names = files.inside("canvasapps")
    folders = recognise.document_folders(names)
    owned = {name for folder in folders for name in recognise.document_parts(names, folder)}
    found = [
        DocumentEntry(name=name, id=name, place=folder, form=form, packed=False)
        for folder, form in folders.items()
        if (name := recognise.app_name(folder))
    ]
    for name in names:
        lowered = name.lower()
        if lowered.endswith(".msapp"):
            app = recognise.app_name(name)
            found.append(DocumentEntry(name=app, id=app, place=name, form=DocumentForm.PACKAGE, packed=True))
        elif lowered.endswith((".pa.yaml", ".fx.yaml")) and name not in owned:
            files.leave(name, PAGE_SOURCE)
    by_name: dict[str, list[DocumentEntry]] = {}
    for entry in found:
        by_name.setdefault(_folded(entry.name), []).append(entry)
    return by_name


def model_driven_apps(files: SolutionFiles, solution: str) -> Iterator[Component]:
    """Give the model-driven apps, of which the solution says all there is."""
    elements = list(files.listed("AppModules", "AppModule"))
    elements += [
        (element, source) for _, element, source in files.own("appmodules", "/appmodule.xml", "/appmodule.yml")
    ]
    for element, source in elements:
        unique_name = element.value("UniqueName")
        if unique_name:
            files.held.add(unique_name.lower())
            yield Component(
                kind=ComponentKind.MODEL_DRIVEN_APP,
                name=localized_name(element) or unique_name,
                id=unique_name,
                at=Anchor(source, (element.ordinal,)),
                solution=solution,
            )


def _folded(name: str) -> str:
    return "".join(character for character in name.lower() if character.isalnum())


def _fullest(documents: list[DocumentEntry]) -> DocumentEntry | None:
    order = list(DocumentForm)
    return min(documents, key=lambda one: (order.index(one.form), not one.packed), default=None)
