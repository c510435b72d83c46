"""Small changes of JSON text: what is taken out or added, and that all else stays as it was."""

import json
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pllint.text.json_edit import with_copy, without_item
from pllint.text.json_text import parse

_MARK = b"\xef\xbb\xbf"
_ITEMS = st.one_of(
    st.integers(), st.text(max_size=5), st.dictionaries(st.text(max_size=4), st.integers() | st.text(max_size=3))
)


class Style(NamedTuple):
    """How a tool writes JSON."""

    indent: int | str | None
    newline: str
    mark: bool
    ascii_only: bool

    def write(self, value: object) -> bytes:
        """Write a value as such a tool does."""
        text = json.dumps(value, indent=self.indent, ensure_ascii=self.ascii_only).replace("\n", self.newline)
        return (_MARK if self.mark else b"") + (text + self.newline).encode()


_STYLES = st.builds(
    Style,
    indent=st.sampled_from([None, 0, 2, 4, "\t"]),
    newline=st.sampled_from(["\n", "\r\n", "\r"]),
    mark=st.booleans(),
    ascii_only=st.booleans(),
)


@given(items=st.lists(_ITEMS, min_size=1, max_size=5), number=st.integers(0, 4), style=_STYLES)
def test_an_item_is_taken_out_and_the_text_is_as_if_it_had_never_been_there(
    items: list[object], number: int, style: Style
) -> None:
    index = number % len(items)
    document = {"a": [1], "list": items, "z": {"ü": None}}

    changed = without_item(style.write(document), ("list", index))

    left = [one for at, one in enumerate(items) if at != index]
    assert changed == style.write({**document, "list": left})


@given(
    rules=st.lists(st.tuples(st.integers(1, 9), st.text(max_size=6)), min_size=1, max_size=4),
    style=_STYLES,
)
def test_a_copy_is_written_as_the_items_before_it(rules: list[tuple[int, str]], style: Style) -> None:
    items = [{"Pattern": pattern, "order": order} for order, pattern in rules]

    changed = with_copy(style.write({"rules": items, "b": 1}), ("rules", len(items) - 1), {"order": 7, "pattern": "*"})

    more = {"rules": [*items, {"Pattern": "*", "order": 7}], "b": 1}
    assert changed is not None
    assert parse(changed)[0] == more
    if len(items) > 1 or style.indent is not None:  # of a single item on one line nobody knows the space between two
        assert changed == style.write(more)


@pytest.mark.parametrize(
    ("text", "index", "left"),
    [
        ("[\n  1, // one\n  2\n]", 0, "[\n  // one\n  2\n]"),
        ("[\n  1, // one\n  2\n]", 1, "[\n  1 // one\n  \n]"),
        ("[ /* all */ 1 ]", 0, "[ /* all */  ]"),
        ("[1, 2,]", 1, "[1, ]"),
        ("[1,2]", 0, "[2]"),
        ("[ 1 ]", 0, "[]"),
        ("[1 /* one */, 2]", 0, None),
        ("[1, 2]", 2, None),
        ("[1", 0, None),
        ('{"0": 1}', 0, None),
    ],
)
def test_comments_stay_and_what_is_not_certain_is_left(text: str, index: int, left: str | None) -> None:
    assert without_item(text.encode(), (index,)) == (None if left is None else left.encode())


@pytest.mark.parametrize(
    "content", ["[1, 2]".encode("utf-16"), b'["\xe4", 2]'], ids=["another encoding", "no encoding we know"]
)
def test_text_that_is_not_utf_8_is_left(content: bytes) -> None:
    assert without_item(content, (0,)) is None


@pytest.mark.parametrize(("twin", "taken"), [((0,), True), ((1,), False), ((2,), False), ((9,), False)])
def test_an_item_goes_only_when_its_twin_is_the_very_same(twin: tuple[int], taken: bool) -> None:  # noqa: FBT001 - a table's column
    content = b'[{"id": "a", "n": 1}, {"id": "a", "n": 2}, {"n": 1, "id": "a"}]'
    assert (without_item(content, (2,), twin) is not None) == taken


@pytest.mark.parametrize(
    "text",
    ['[{"order": 1}]', '[{"order": 1, "pattern": "a", "more": 2}]', '[{"order": 1, "pattern": "a"}, 3]', "[1]"],
    ids=["a member less", "a member more", "not the last", "no object"],
)
def test_an_item_of_another_shape_is_not_copied(text: str) -> None:
    assert with_copy(text.encode(), (0,), {"order": 2, "pattern": "*"}) is None


def test_numbers_that_are_text_stay_text() -> None:
    changed = with_copy(b'[{"order": "1", "pattern": "a"}]', (0,), {"order": 2, "pattern": "*"})
    assert changed == b'[{"order": "1", "pattern": "a"},{"order": "2", "pattern": "*"}]'
