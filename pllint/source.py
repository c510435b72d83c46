"""Where a thing is written: a source, a path of keys inside it, and the span of text that path covers.

Finding lines and columns costs a second look at the text, so an anchor is only a promise of a place:
`Source.spans` keeps it, for all the anchors of one file in one pass, once something is reported.
"""

from collections.abc import Callable, Sequence

from pllint.record import NamedTuple

Key = str | int
KeyPath = tuple[Key, ...]


class Span(NamedTuple):
    """A stretch of text. Lines and columns count from 1, in characters; the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int
    pointer: str = ""
    """The place as a JSON pointer (JSON, YAML) or an XPath (XML); empty for the whole file."""


Locate = Callable[[bytes, Sequence[KeyPath]], Sequence[Span]]
"""Find the span of each path in a document's bytes, in one pass; a path that is gone gives its nearest parent."""

WHOLE_FILE = Span(1, 1, 1, 1)


class Source:
    """One linted file, on disk or inside archives.

    `path` is relative to the project, with `/`; `!` enters an archive: `Expense.zip!Workflows/Notify.json`.
    """

    __slots__ = ("_locate", "_read", "path")

    def __init__(self, path: str, read: Callable[[], bytes], locate: Locate | None = None) -> None:
        self.path = path
        self._read = read
        self._locate = locate

    def __repr__(self) -> str:
        return f"Source({self.path!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Source) and other.path == self.path

    def __hash__(self) -> int:
        return hash(self.path)

    def read(self) -> bytes:
        """Give the bytes, read again: nothing keeps the text of a file alive. Raises OSError when it is gone."""
        return self._read()

    def as_text_of(self, locate: Locate) -> "Source":
        """Give the same file with the locator of the syntax it turned out to be written in."""
        return Source(self.path, self._read, locate)

    def spans(self, paths: Sequence[KeyPath]) -> Sequence[Span]:
        """Find the spans of several paths in one pass over the text."""
        if self._locate is None:
            return [WHOLE_FILE] * len(paths)
        return self._locate(self.read(), paths)


class Anchor(NamedTuple):
    """The place of an element: a source and a path of keys, or a span that is already known (a syntax error's)."""

    source: Source
    path: KeyPath = ()
    known: Span | None = None

    def __truediv__(self, key: Key) -> "Anchor":
        return Anchor(self.source, (*self.path, key))

    @property
    def span(self) -> Span:
        """Work out the place in the text now."""
        return self.known or self.source.spans([self.path])[0]
