"""The files of one solution: found by folder, opened, and accounted for as its parts name them."""

from __future__ import annotations

from pllint.finding import Skipped
from pllint.model.solution import PackageFile
from pllint.read import recognise
from pllint.read.document import open_xml
from pllint.read.solution.membership import is_listed
from pllint.source import Anchor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pllint.read.document import Notes
    from pllint.source import Source
    from pllint.text.tree import Tree
    from pllint.text.xml_text import Element

_YAML_ALIASES = {"modernflows": "workflows"}
_YAML_PARTS = (
    "/workflow.yml", "/connectionreference.yml", ".meta.yml", "/environmentvariabledefinition.yml", "/connector.yml",
    "/bot.yml", "/appmodule.yml",
)  # fmt: skip
_UNLISTED = "no solution beside it lists it among its components"


class SolutionFiles:
    """One solution's files, and what its parts said of them so far."""

    def __init__(self, tree: Tree, form: str, notes: Notes, manifest: str | None) -> None:
        self.tree = tree
        self.form = form
        self.notes = notes
        self.names = [entry.name for entry in tree.entries()]
        self.left: list[Skipped] = []
        self.named: set[str] = set()
        """Files that something of the solution names."""
        self.missing: list[PackageFile] = []
        """Files that something names and the solution does not hold."""
        self.held: set[str] = set()
        """Ids and names of the components it holds, lower case."""
        self.home = manifest or ""
        """The folder of the manifest in YAML."""
        self._by_folder: dict[str, list[str]] = {}
        self.members = self._yaml_members() if form == "yaml" else self.names
        """The files that are this solution's, where several share a tree."""
        for name in self.members:
            folder, slash, _ = name.lower().partition("/")
            self._by_folder.setdefault(_YAML_ALIASES.get(folder, folder) if slash else "", []).append(name)
        self._customizations = self.open(f"{self.folder}Customizations.xml")
        self.lists_components = self._customizations is not None or form == "yaml"
        """Whether it says what it holds, so that what is not said can be told."""

    @property
    def folder(self) -> str:
        """Give the folder of the manifest in XML, with its slash."""
        return "Other/" if self.form == "unpacked" else ""

    def inside(self, folder: str) -> Sequence[str]:
        """Give the solution's files in a folder at its root, whose name is given in lower case."""
        return self._by_folder.get(folder, ())

    def open(self, name: str) -> tuple[Element, Source] | None:
        """Open a file by its name in any case; None when there is none, or none that can be read."""
        found = self.tree.find(name)
        return self.open_part(found) if found else None

    def open_part(self, name: str) -> tuple[Element, Source] | None:
        """Open a file that holds an element, in XML or YAML; None when it cannot be read, which is then noted."""
        if not name.lower().endswith(".yml"):
            return open_xml(self.tree, name, self.notes)
        from pllint.read.yaml_element import open_yaml_element

        return open_yaml_element(self.tree, name, self.notes)

    def own(self, folder: str, *endings: str) -> Iterator[tuple[str, Element, Source]]:
        """Give the elements that have a file of their own in a folder, with its name."""
        for name in self.inside(folder):
            ending = next((ending for ending in endings if name.lower().endswith(ending)), None)
            if ending and not self._is_twin(name, ending):
                opened = self.open_part(name)
                if opened:
                    yield name, *opened

    def listed(self, container: str, tag: str) -> Iterator[tuple[Element, Source]]:
        """Give the elements that stand in customizations.xml."""
        if self._customizations is None:
            return
        root, source = self._customizations
        for holder in root.children_of(container):
            for element in holder.children_of(tag):
                yield element, source

    def part(self, stated: str, folders: Iterable[str]) -> str | None:
        """Find a part file of a connector by what its element states."""
        # Unpacking renames the folder and leaves the references, so the base name decides.
        base = stated.replace("\\", "/").rpartition("/")[2].lower()
        for folder in folders:
            for name in self.inside(folder):
                # In YAML each connector has a folder of its own.
                if name.rpartition("/")[2].lower() == base and (name.count("/") == 1 or self.form == "yaml"):
                    return name
        return None

    def miss(self, name: str, element: Element, source: Source, holder: str, *, binary: bool = False) -> None:
        """Note a file that an element names and the solution does not hold."""
        at = Anchor(source, (element.ordinal,))
        self.missing.append(PackageFile(name=name.lstrip("/"), at=at, holder=holder, binary=binary))

    def leave(self, name: str, reason: str) -> None:
        """Note a file that is not read."""
        self.left.append(Skipped(self.tree.label + name, reason))

    def _yaml_members(self) -> list[str]:
        """Give the files of this solution, where it may share its folders with others."""
        homes = recognise.yaml_solutions(self.names)
        self.home = self.home or (homes[0] if homes else "")
        if len(homes) < 2:  # noqa: PLR2004 - alone, it owns everything
            return self.names
        listed = {home: self._paths(home) for home in homes}
        own = listed.get(self.home)
        if self.home == homes[0] and all(paths is not None for paths in listed.values()):
            everything = tuple(path for paths in listed.values() for path in paths or ())
            for name in self.names:
                if name.lower().endswith(_YAML_PARTS) and not is_listed(name, everything):
                    self.leave(name, _UNLISTED)
        return self.names if own is None else [name for name in self.names if is_listed(name, own)]

    def _paths(self, home: str) -> tuple[str, ...] | None:
        """Give the paths a solution lists, lower case; None when it has no list."""
        name = self.tree.find(f"{home}/solutioncomponents.yml")
        opened = self.open_part(name) if name else None
        if opened is None:
            return None
        paths = (component.get("path") or "" for component in opened[0].children_of("Component"))
        return tuple(path.replace("\\", "/").strip("/").lower().removesuffix(".meta.yml") for path in paths if path)

    def _is_twin(self, name: str, ending: str) -> bool:
        # Unpacked for both kinds, a part stands there twice: as it is unmanaged, and as it is managed.
        stem = name[: -len(ending)]
        return stem.lower().endswith("_managed") and bool(self.tree.find(stem[: -len("_managed")] + ending))
