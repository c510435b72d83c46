"""The words that the family's messages share, and which of several copies of a thing is the one to speak of."""

from collections.abc import Iterable, Sequence

from pllint.model.component import Component
from pllint.model.connector_id import ConnectorKey
from pllint.model.solution import Solution
from pllint.model.workspace import Workspace
from pllint.plugin import Anchor, Context, Related

_RELATED = 5
_NAMED = 5


def name_of(key: ConnectorKey, context: Context) -> str:
    """Name a connector as people know it, with its id: `SharePoint (shared_sharepointonline)`."""
    row = context.catalogue.find(key)
    if row is not None:
        return row.name if row.name == key else f"{row.name} ({key})"
    definition = context.workspace.custom_connector(key)
    return definition.display_name if definition is not None else key


def listed(names: Iterable[str], word: str = "and") -> str:
    """Join names as a sentence does."""
    *most, last = names
    return f"{', '.join(most)} {word} {last}" if most else last


def some(names: Sequence[str]) -> str:
    """Name at most five, and say how many more there are."""
    if len(names) <= _NAMED:
        return listed(names)
    return f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED} more"


def counted(number: int, thing: str, things: str = "") -> str:
    """Count a thing: `1 step`, `3 steps`."""
    return f"{number} {thing if number == 1 else things or thing + 's'}"


def in_steps(steps: Sequence[str]) -> str:
    """Say where: `in the step 'Post'`, or `in 14 steps, the first is 'Post'`."""
    distinct = list(dict.fromkeys(steps))
    if len(distinct) == 1:
        return f"in the step '{distinct[0]}'"
    return f"in {len(distinct)} steps, the first is '{distinct[0]}'"


def others(places: Iterable[tuple[str, Anchor]]) -> tuple[Related, ...]:
    """Give the places after the first, at most five."""
    return tuple(Related(message, at) for message, at in [*places][1 : _RELATED + 1])


def home_of(solution: Solution) -> str:
    """Give the path every file of a solution starts with; empty for one at the project's root."""
    path = solution.at.source.path
    folder = path[: path.rfind("/") + 1] if "/" in path.rpartition("!")[2] else path[: path.rfind("!") + 1]
    if solution.form == "unpacked":
        trimmed = folder.rstrip("/")
        folder = trimmed[: max(trimmed.rfind("/"), trimmed.rfind("!")) + 1]
    return folder


def is_copy(solution: Solution, workspace: Workspace) -> bool:
    """Tell whether a source of the very same version stands beside this export: it is the one to speak of."""
    mine = _rank(solution)
    return any(
        _rank(other) < mine and other.version == solution.version
        for other in workspace.solutions
        if other.unique_name == solution.unique_name and other is not solution
    )


def _rank(solution: Solution) -> tuple[bool, bool, bool]:
    return (solution.archived, solution.managed is True, solution.form == "exploded")


def is_copied(component: Component, workspace: Workspace) -> bool:
    """Tell whether a component belongs to such an export."""
    solution = solution_of(component, workspace)
    return solution is not None and is_copy(solution, workspace)


def solution_of(component: Component, workspace: Workspace) -> Solution | None:
    """Find the solution whose file a component is read from; a name may stand for several exports."""
    if component.solution is None:
        return None
    found = [one for one in workspace.solutions if one.unique_name == component.solution]
    if len(found) > 1:
        path = component.at.source.path
        found = sorted((one for one in found if path.startswith(home_of(one))), key=lambda one: -len(home_of(one)))
    return found[0] if found else None
