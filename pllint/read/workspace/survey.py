"""Tells by names what lies in the trees: solutions, packages, agents, documents of apps, archives and loose files."""

from __future__ import annotations

from pllint.read import recognise
from pllint.read.document import Notes, problem_of
from pllint.read.recognise import ArchiveForm, DocumentEntry, DocumentForm, SolutionForm
from pllint.record import NamedTuple
from pllint.source import Source
from pllint.text.problem import MalformedError
from pllint.text.tree import Tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pllint.read.legacy_package import PackageParts
    from pllint.text.tree import Archive

_ARCHIVES = (".zip", ".msapp")
_UNREAD_ARCHIVES = {
    ArchiveForm.CONFIGURATION_DATA: "configuration migration data, which holds no component",
}


class SolutionPlace(NamedTuple):
    """A solution at the root of a tree."""

    tree: Tree
    form: SolutionForm
    manifest: str | None = None
    """The folder of its manifest, where several may share the tree."""


class LooseFile(NamedTuple):
    """A file that belongs to nothing made of several files."""

    tree: Tree
    name: str
    siblings: tuple[str, ...]
    """The names of the files in the same folder, its own among them."""

    @property
    def path(self) -> str:
        """Give the path as it is shown."""
        return self.tree.label + self.name

    @property
    def folder(self) -> str:
        """Give the folder it lies in, empty at the root of the tree."""
        return self.name.rpartition("/")[0]

    @property
    def base(self) -> str:
        """Give its name in its folder."""
        return self.name.rpartition("/")[2]


class Survey(NamedTuple):
    """What there is to read, each group in the order it was met."""

    solutions: tuple[SolutionPlace, ...]
    packages: tuple[tuple[Tree, PackageParts], ...]
    """Legacy packages, each at the root of a tree, with what its manifest says."""
    clones: tuple[Tree, ...]
    """Folders that hold the clone of an agent."""
    documents: tuple[tuple[Tree, DocumentEntry], ...]
    """Documents of canvas apps outside solutions."""
    loose: tuple[LooseFile, ...]


def survey(trees: Iterable[Tree], notes: Notes, progress: Callable[[str], None]) -> Survey:
    """Survey trees and the archives in them; archives that cannot be opened are noted."""
    surveyor = _Surveyor(notes, progress)
    for tree in trees:
        surveyor.look(tree)
    return Survey(
        solutions=tuple(surveyor.solutions),
        packages=tuple(surveyor.packages),
        clones=tuple(surveyor.clones),
        documents=tuple(surveyor.documents),
        loose=tuple(surveyor.loose),
    )


def note_problems(tree: Tree, notes: Notes) -> None:
    """Note what is wrong with a folder or archive as such."""
    tree.entries()  # a folder meets its problems while it is listed
    for problem in tree.problems:
        notes.problem(Source(tree.label.rstrip("/!") or ".", bytes), problem)


class _Surveyor:
    """The survey so far. Each step claims the files that belong to what it finds; the next sees what is left."""

    def __init__(self, notes: Notes, progress: Callable[[str], None]) -> None:
        self._notes = notes
        self._progress = progress
        self.solutions: list[SolutionPlace] = []
        self.packages: list[tuple[Tree, PackageParts]] = []
        self.clones: list[Tree] = []
        self.documents: list[tuple[Tree, DocumentEntry]] = []
        self.loose: list[LooseFile] = []

    def look(self, tree: Tree) -> None:
        note_problems(tree, self._notes)
        names = _names(tree)
        within: dict[str, list[str]] = {}
        for name in names:
            folder, _, base = name.rpartition("/")
            within.setdefault(folder, []).append(base)
        siblings = {folder: tuple(bases) for folder, bases in within.items()}
        for step in (self._solutions, self._packages, self._clones, self._documents):
            claimed = frozenset(step(tree, names))
            if claimed:
                names = [name for name in names if name not in claimed]
        for name in names:
            if name.lower().endswith(_ARCHIVES):
                self._archive(tree, name)
            else:
                self.loose.append(LooseFile(tree, name, siblings[name.rpartition("/")[0]]))

    def _solutions(self, tree: Tree, names: Sequence[str]) -> Iterator[str]:
        for folder, form in recognise.solution_roots(names):
            places = list(_solution_places(tree.subtree(folder), form))
            if places:
                from pllint.read.solution import claimed

                self.solutions.extend(places)
                yield from _inside(folder, claimed(_names(places[0].tree), form))

    def _packages(self, tree: Tree, names: Sequence[str]) -> Iterator[str]:
        for folder in recognise.package_roots(names):
            root = tree.subtree(folder)
            parts = self._package(root)
            if parts is not None:
                self.packages.append((root, parts))
                yield from _inside(folder, parts.claimed)

    def _package(self, root: Tree) -> PackageParts | None:
        from pllint.read.legacy_package import read_package

        self._progress(root.label)
        aside = Notes(self._notes.limits)
        parts = read_package(root, aside)
        if parts is not None:
            self._notes.findings.extend(aside.findings)
        return parts

    def _clones(self, tree: Tree, names: Sequence[str]) -> Iterator[str]:
        for folder in recognise.agent_folders(names):
            clone = tree.subtree(folder)
            self.clones.append(clone)
            yield from _inside(folder, filter(recognise.is_agent_file, _names(clone)))

    def _documents(self, tree: Tree, names: Sequence[str]) -> Iterator[str]:
        for folder, form in recognise.document_folders(names).items():
            path = folder or tree.label.rstrip("/!")
            name = recognise.app_name(path)
            # Only what an export named is named after the app's logical name.
            id_ = name if not path.endswith(name) else ""
            entry = DocumentEntry(name=name or "app", id=id_, place=folder, form=form, packed=False)
            self.documents.append((tree, entry))
            yield from recognise.document_parts(names, folder)

    def _archive(self, tree: Tree, name: str) -> None:
        self._progress(tree.label + name)
        try:
            archive = tree.open_archive(name, self._notes.limits)
        except (MalformedError, OSError) as error:
            self._notes.refuse(tree.source(name), problem_of(error))
            return
        form = recognise.archive_form(archive)
        if form is ArchiveForm.CANVAS_APP:
            self._packed_document(archive)
        elif form in _UNREAD_ARCHIVES:
            note_problems(archive, self._notes)
            self._notes.skip(archive.label.rstrip("!"), _UNREAD_ARCHIVES[form])
        else:
            self.look(archive)

    def _packed_document(self, archive: Archive) -> None:
        note_problems(archive, self._notes)
        name = recognise.app_name(archive.label.rstrip("!"))
        entry = DocumentEntry(name=name, id=name, place="", form=DocumentForm.PACKAGE, packed=False)
        self.documents.append((archive, entry))


def _solution_places(root: Tree, form: SolutionForm) -> Iterator[SolutionPlace]:
    if form is SolutionForm.YAML:
        for home in recognise.yaml_solutions(_names(root)):
            if recognise.is_yaml_manifest(root, home):
                yield SolutionPlace(root, form, home)
    elif recognise.is_solution_manifest(root, form):
        yield SolutionPlace(root, form)


def _names(tree: Tree) -> list[str]:
    return [entry.name for entry in tree.entries()]


def _inside(folder: str, names: Iterable[str]) -> Iterable[str]:
    """Give names of a subtree as the tree above knows them."""
    return (f"{folder}/{name}" for name in names) if folder else names
