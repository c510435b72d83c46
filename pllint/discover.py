"""Which files are worth reading: the paths asked for, and the project's policies, records and exports beside them."""

import os
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from pllint.errors import UsageError
from pllint.record import NamedTuple
from pllint.settings import Settings
from pllint.source import Source
from pllint.text.problem import Limits, MalformedError, Problem
from pllint.text.tree import Archive, Entry, Folder, Tree


class Refused(NamedTuple):
    """A path that was asked for and cannot be opened."""

    source: Source
    problem: Problem


class Discovery(NamedTuple):
    """What a run reads."""

    trees: tuple[Tree, ...]
    refused: tuple[Refused, ...]
    asked: tuple[str, ...]
    """Prefixes of the display paths that were asked for; what lies elsewhere was read to judge these."""

    def asks_for(self, path: str) -> bool:
        """Tell whether a display path lies in what was asked for."""
        return any(path == asked or path.startswith((asked + "/", asked + "!")) or not asked for asked in self.asked)


def discover(paths: Sequence[str], settings: Settings, limits: Limits) -> Discovery:
    """Open every path asked for, and the project files that `policies`, `governance` and `inventory` name.

    Raises UsageError for a path that does not exist.
    """
    asked = [displayed_in(path, settings.root) for path in paths]
    trees: list[Tree] = []
    refused: list[Refused] = []
    for path, label in zip(paths, asked, strict=True):
        if not os.path.exists(path):
            raise UsageError(f"no such file or folder: {path}")
        if os.path.isdir(path):
            trees.append(_folder(path, label, settings, limits))
        elif not os.path.isfile(path):
            raise UsageError(f"neither a file nor a folder: {path}")
        elif path.lower().endswith(".zip"):
            try:
                trees.append(Archive.open(path, f"{label}!", limits))
            except MalformedError as error:
                refused.append(Refused(Source(label, lambda path=path: _bytes(path)), error.problem))  # type: ignore[misc]
        else:
            folder, name = os.path.split(path)
            entry = Entry(name=name, size=os.path.getsize(path))
            trees.append(Folder(folder or ".", label[: -len(name)], (entry,), limits))
    beside = _beside(asked, settings)
    if beside:
        trees.append(Folder(settings.root, "", beside, limits))
    return Discovery(trees=tuple(trees), refused=tuple(refused), asked=tuple(asked))


def alone(path: str, limits: Limits) -> Discovery:
    """Open one path by itself, with nothing of a project beside it; its files are shown under the path as given.

    Raises UsageError for a path that does not exist or cannot be opened.
    """
    label = os.path.normpath(path).replace(os.sep, "/")
    if not os.path.exists(path):
        raise UsageError(f"no such file or folder: {path}")
    if os.path.isdir(path):
        tree: Tree = Folder(path, "" if label == "." else label, limits=limits)
    elif path.lower().endswith(".zip"):
        try:
            tree = Archive.open(path, f"{label}!", limits)
        except MalformedError as error:
            raise UsageError(f"{path}: {error.problem.message}") from error
    else:
        folder, name = os.path.split(path)
        tree = Folder(folder or ".", label[: -len(name)], (Entry(name=name, size=os.path.getsize(path)),), limits)
    return Discovery(trees=(tree,), refused=(), asked=(label,))


def at_revision(folder: str, name: str, asked: Sequence[str], settings: Settings, limits: Limits) -> Discovery:
    """Open what a run over some display paths would read of a project, as it was at a revision of its repository.

    Solutions, apps and archives are left out: what is asked of the past is its policies. Raises UsageError when git
    refuses.
    """
    from pllint.text.git_tree import GitTree

    now = Discovery(trees=(), refused=(), asked=tuple(asked))
    beside = (*settings.policies, *settings.governance) if settings.path else ()

    def keep(path: str) -> bool:
        lowered = path.lower()
        part_of_solution = any(folder in _SOLUTION_FOLDERS for folder in lowered.split("/")[:-1])
        wanted = now.asks_for(path) or matches(path, beside)
        return (
            wanted
            and not part_of_solution
            and not lowered.endswith(_NO_POLICIES)
            and not matches(path, settings.exclude)
        )

    return Discovery(trees=(GitTree(folder, name, keep, limits),), refused=(), asked=())


def solutions_at(folder: str, name: str, asked: Sequence[str], settings: Settings, limits: Limits) -> Tree:
    """Open what some display paths held at a revision of their repository. Raises UsageError when git refuses."""
    from pllint.text.git_tree import GitTree

    now = Discovery(trees=(), refused=(), asked=tuple(asked))
    return GitTree(folder, name, lambda path: now.asks_for(path) and not matches(path, settings.exclude), limits)


def project_at(folder: str, name: str, asked: Sequence[str], settings: Settings, limits: Limits) -> Discovery:
    """Open all that a run over some display paths would read, as it was at a revision. Raises UsageError."""
    from pllint.text.git_tree import GitTree

    now = Discovery(trees=(), refused=(), asked=tuple(asked))
    exports = (pattern for told in settings.licence_exports for pattern in told.files)
    beside = (*settings.policies, *settings.governance, *settings.inventory, *exports) if settings.path else ()

    def keep(path: str) -> bool:
        return (now.asks_for(path) or matches(path, beside)) and not matches(path, settings.exclude)

    return Discovery(trees=(GitTree(folder, name, keep, limits),), refused=(), asked=())


_SOLUTION_FOLDERS = frozenset(
    {"workflows", "canvasapps", "connectors", "botcomponents", "environmentvariabledefinitions"}
)
_NO_POLICIES = (
    ".xml",
    ".zip",
    ".msapp",
    ".md",
    ".png",
    ".jpg",
    ".jpeg",
    ".gif",
    ".svg",
    ".pdf",
    ".pa.yaml",
    ".fx.yaml",
)


def matches(path: str, patterns: Iterable[str]) -> bool:
    """Tell whether a path fits one of the patterns: `*` within a folder, `**` across folders, as in .gitignore."""
    return any(_compiled(pattern).match(path) for pattern in patterns)


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = re.split(r"(\*\*/|/\*\*$|\*\*|\*|\?)", pattern.strip("/"))
    meaning = {"**/": "(?:.*/)?", "/**": "/.*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(meaning.get(part) or re.escape(part) for part in parts) + r"\Z", re.IGNORECASE)


def _folder(path: str, label: str, settings: Settings, limits: Limits) -> Folder:
    folder = Folder(path, label, limits=limits)
    if not settings.exclude:
        return folder
    kept = [entry for entry in folder.entries() if not matches(folder.label + entry.name, settings.exclude)]
    narrowed = Folder(path, label, kept, limits)
    narrowed.problems = folder.problems
    return narrowed


def _beside(asked: Sequence[str], settings: Settings) -> list[Entry]:
    if not settings.path or "" in asked:
        return []
    exports = (pattern for told in settings.licence_exports for pattern in told.files)
    patterns = (*settings.policies, *settings.governance, *settings.inventory, *exports)
    discovery = Discovery(trees=(), refused=(), asked=tuple(asked))
    return [
        entry
        for entry in Folder(settings.root).entries()
        if matches(entry.name, patterns)
        and not discovery.asks_for(entry.name)
        and not matches(entry.name, settings.exclude)
    ]


def displayed_in(path: str, root: str) -> str:
    """Give the path relative to the project, with `/`; the project itself is the empty text."""
    absolute = os.path.abspath(path)
    relative = os.path.relpath(absolute, os.path.abspath(root)).replace(os.sep, "/")
    if relative == ".":
        return ""
    return os.path.basename(absolute) if relative.startswith("../") or relative == ".." else relative


def _bytes(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()
