"""One module per output format; each turns a finished report into text and knows nothing of files or terminals."""

from collections.abc import Callable

from pllint.finding import Report
from pllint.record import NamedTuple


class Description(NamedTuple):
    """What a check's page says, for formats that carry the rules along with the results."""

    summary: str
    markdown: str


def _undescribed(_check: str) -> Description | None:
    return None


class RenderOptions(NamedTuple):
    """What the place the text goes to can show."""

    colour: bool = False
    links: bool = False
    width: int = 100
    """Columns; text for people is folded to it."""
    ascii_only: bool = False
    """The encoding has no ellipsis."""
    prefix: str = ""
    """The project's folder inside its repository, such as `estate/`, for services that want paths from there."""
    describe: Callable[[str], Description | None] = _undescribed
    """Give the page of a check, by id."""


class Reporter(NamedTuple):
    """An output format."""

    name: str
    """The word before the colon in `--output`."""
    render: Callable[[Report, RenderOptions], str]


FORMATS = {
    "text": "pllint.report.text",
    "concise": "pllint.report.concise",
    "json": "pllint.report.json_report",
    "jsonl": "pllint.report.jsonl",
    "sarif": "pllint.report.sarif",
    "github": "pllint.report.github",
}
"""The formats pllint has itself, and their modules: each has a function `render`."""

FOR_PEOPLE = frozenset({"text", "concise", "github"})
"""Formats that are read on a screen or in a log, and so follow its encoding; all others are UTF-8."""


def reporter(name: str) -> Reporter | None:
    """Give one of pllint's own output formats, importing only its module; None when there is none of that name."""
    from importlib import import_module

    module = FORMATS.get(name)
    return Reporter(name=name, render=import_module(module).render) if module else None
