"""YAML text to plain values whose scalars stay text, and paths of keys back to places in the text."""

from __future__ import annotations

from bisect import bisect_right

from pllint.text.encoding import decode
from pllint.text.lines import Lines
from pllint.text.problem import DEFAULT_LIMITS, Limits, Problem, check_size
from pllint.text.yaml_scalar import Plain, typed

TYPE_CHECKING = False
if TYPE_CHECKING:  # the parser is imported when the first text is met that takes it
    from collections.abc import Sequence

    from pllint.source import KeyPath, Span

__all__ = ["Plain", "comments", "locate", "parse", "typed"]

_MARKER = "pllint:"


def parse(content: bytes, limits: Limits = DEFAULT_LIMITS) -> tuple[object, list[Problem]]:
    """Give the first document and what is odd about the text; raise MalformedError for what cannot be read.

    Unquoted scalars are `Plain`, all others `str`; nulls and an empty document are None.
    """
    check_size(content, limits)
    text, problem = decode(content)
    from pllint.text.yaml_events import build

    value, problems = build(text, limits)
    return value, [problem, *problems] if problem else problems


def locate(content: bytes, paths: Sequence[KeyPath]) -> list[Span]:
    """Find the spans of paths in one pass: of scalars their text, of objects and lists their key.

    A path that is not there gives the span of its nearest parent; its pointer says how far it went. Paths may
    lead on into JSON inside a scalar; then the span is the scalar's.
    """
    from pllint.text.yaml_events import located

    return located(decode(content)[0], paths)


def comments(content: bytes) -> list[tuple[int, str]]:
    """Give the line and text, without `#`, of every comment that holds `pllint:`."""
    text = decode(content)[0]
    if _MARKER not in text:
        return []
    from pllint.text.yaml_events import HASH, scalars

    starts, ends = scalars(text)
    lines = Lines(text)
    found: list[tuple[int, str]] = []
    done = 0
    for match in HASH.finditer(text):
        offset = match.start()
        scalar = bisect_right(starts, offset) - 1
        if offset < done or (scalar >= 0 and offset < ends[scalar]):
            continue
        done = lines.line_end(offset)
        comment = text[offset + 1 : done].strip()
        if _MARKER in comment:
            found.append((lines.position(offset)[0], comment))
    return found
