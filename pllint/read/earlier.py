"""Solutions as they were at an earlier revision, and which of their files have said something else since."""

from collections.abc import Iterable, Iterator, Sequence

from pllint.model.solution import EarlierSolution, Solution
from pllint.read.document import Notes
from pllint.read.solution import packed_files, read_solution
from pllint.read.workspace.survey import survey
from pllint.record import NamedTuple
from pllint.text.problem import Limits, MalformedError
from pllint.text.tree import Tree


class _Package(NamedTuple):
    """A solution with the files it is packed of, by their names inside it."""

    solution: Solution
    tree: Tree
    files: frozenset[str]

    def content(self, name: str) -> bytes | None:
        """Give a file's bytes with the line ends that git keeps; None when it cannot be read."""
        try:
            content = self.tree.read(name)
        except (OSError, MalformedError):
            return None
        return content if b"\0" in content else content.replace(b"\r\n", b"\n")


def earlier_solutions(trees: Iterable[Tree], earlier: Tree, limits: Limits) -> list[EarlierSolution]:
    """Compare the solutions of trees with those of an earlier tree. What has no counterpart there is left out."""
    by_name: dict[str, list[_Package]] = {}
    for package in _packages((earlier,), limits):
        by_name.setdefault(package.solution.unique_name.lower(), []).append(package)
    found = []
    for package in _packages(trees, limits):
        candidates = by_name.get(package.solution.unique_name.lower(), ())
        old = _counterpart(package.solution, candidates, earlier.label)
        if old is not None:
            changed = tuple(sorted(_changed(package, old)))
            found.append(
                EarlierSolution(package.solution.at, old.solution.version, earlier.label.rstrip("/:"), changed)
            )
    return found


def _packages(trees: Iterable[Tree], limits: Limits) -> Iterator[_Package]:
    notes = Notes(limits)  # the reader of the workspace notes the same
    for tree, form, manifest in survey(trees, notes, lambda _path: None).solutions:
        solution = read_solution(tree, form, notes, manifest).solution
        yield _Package(solution, tree, packed_files(tree, form, notes, manifest))


def _counterpart(solution: Solution, candidates: Sequence[_Package], label: str) -> _Package | None:
    alike = [one for one in candidates if one.solution.archived == solution.archived]
    path = label + solution.at.source.path
    same_place = next((one for one in alike if one.solution.at.source.path == path), None)
    # Moved or packed otherwise, it is still the same; of several zips under other names none is this one's past.
    return same_place or (alike[0] if len(alike) == 1 and alike[0].solution.form == solution.form else None)


def _changed(now: _Package, then: _Package) -> Iterator[str]:
    for name in now.files | then.files:
        if name not in now.files or name not in then.files:
            yield name
            continue
        contents = now.content(name), then.content(name)
        if None not in contents and contents[0] != contents[1]:
            yield name
