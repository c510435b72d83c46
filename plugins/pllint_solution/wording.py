"""The words that the family's messages share."""

from collections.abc import Iterable, Sequence

from pllint.model.connector_id import ConnectorKey
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
    return f"in {_steps(steps)}"


def of_steps(steps: Sequence[str]) -> str:
    """Say whose: `of the step 'Post'`, or `of 14 steps, the first is 'Post'`."""
    return f"of {_steps(steps)}"


def _steps(steps: Sequence[str]) -> str:
    distinct = list(dict.fromkeys(steps))
    if len(distinct) == 1:
        return f"the step '{distinct[0]}'"
    return f"{len(distinct)} steps, the first is '{distinct[0]}'"


def others(places: Iterable[tuple[str, Anchor]]) -> tuple[Related, ...]:
    """Give the places after the first, at most five."""
    return tuple(Related(message, at) for message, at in [*places][1 : _RELATED + 1])
