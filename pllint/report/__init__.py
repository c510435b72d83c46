"""One module per output format; each turns a finished report into text and knows nothing of files or terminals."""

from collections.abc import Callable
from typing import NamedTuple

from pllint.finding import Report


class RenderOptions(NamedTuple):
    """What the place the text goes to can show."""

    colour: bool = False
    links: bool = False
    width: int = 100


class Reporter(NamedTuple):
    """An output format."""

    name: str
    """The word before the colon in `--output`."""
    render: Callable[[Report, RenderOptions], str]
