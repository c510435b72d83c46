"""Documents of canvas apps: packages, unpacked packages and page sources."""

from __future__ import annotations

from pllint.read.app_document import read_document as read_parts
from pllint.read.app_formulas import writes_of
from pllint.read.canvas_app import document_app
from pllint.read.document import problem_of
from pllint.read.recognise import DocumentForm
from pllint.read.workspace.survey import note_problems
from pllint.text.problem import MalformedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pllint.read.app_document import AppDocument
    from pllint.read.recognise import DocumentEntry
    from pllint.read.workspace.gathered import Declared, Gathered
    from pllint.text.tree import Tree


def read_documents(documents: Iterable[tuple[Tree, DocumentEntry]], gathered: Gathered) -> None:
    """Read the documents outside solutions, each app once.

    An app and its unpacked source may lie in two places; the file id of the document tells that they are one.
    """
    order = list(DocumentForm)
    seen: dict[str, DocumentForm] = {}
    for tree, entry in sorted(documents, key=lambda one: order.index(one[1].form)):
        before = len(gathered.components)
        document = read_document(tree, entry, None, gathered.declared, gathered)
        if document is None or document.file_id is None:
            continue
        if seen.setdefault(document.file_id, entry.form) is not entry.form:
            del gathered.components[before:]


def read_document(
    tree: Tree, entry: DocumentEntry, solution: str | None, declared: Declared, gathered: Gathered
) -> AppDocument | None:
    """Read an app of which there is only a document; None when it cannot be opened, which is then noted."""
    document = open_document(tree, entry, gathered)
    if document is not None:
        app = document_app(document, name=entry.name, id=entry.id, solution=solution, references=declared.references)
        app = app._replace(table_writes=writes_of(document.pages, dict(app.tables), gathered.notes))
        gathered.components.append(app if entry.id else app._replace(id=app.name))
    return document


def open_document(tree: Tree, entry: DocumentEntry, gathered: Gathered) -> AppDocument | None:
    """Open a document where it lies; None when its archive cannot be opened, which is then noted."""
    gathered.progress(tree.label + entry.place)
    home = tree.subtree(entry.place)
    rest = next((part.name for part in home.entries() if part.name.lower().endswith(".msapr")), None)
    packed = entry.place if entry.packed else f"{entry.place}/{rest}".lstrip("/") if rest else None
    if packed is not None:
        try:
            home = tree.open_archive(packed, gathered.notes.limits)
        except (MalformedError, OSError) as error:
            gathered.notes.refuse(tree.source(packed), problem_of(error))
            return None
        note_problems(home, gathered.notes)
    return read_parts(home, entry.form, gathered.notes)
