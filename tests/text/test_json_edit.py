"""Small changes of JSON text: what is taken out or added, and that all else stays as it was."""

import json
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pllint.text.json_edit import JsonDocument
from pllint.text.json_text import parse_text
from pllint.text.list_edit import Change, Copying, Numbering, Removal, Sorting, UncertainError, changed

_ITEMS = st.one_of(
    st.integers(), st.text(max_size=5), st.dictionaries(st.text(max_size=4), st.integers() | st.text(max_size=3))
)


def _edit(text: str, *changes: Change) -> str | None:
    try:
        return changed(JsonDocument(text), changes)
    except UncertainError:
        return None


class Style(NamedTuple):
    """How a tool writes JSON."""

    indent: int | str | None
    newline: str
    ascii_only: bool

    def write(self, value: object) -> str:
        """Write a value as such a tool does."""
        text = json.dumps(value, indent=self.indent, ensure_ascii=self.ascii_only).replace("\n", self.newline)
        return text + self.newline


_STYLES = st.builds(
    Style,
    indent=st.sampled_from([None, 0, 2, 4, "\t"]),
    newline=st.sampled_from(["\n", "\r\n", "\r"]),
    ascii_only=st.booleans(),
)


@given(items=st.lists(_ITEMS, min_size=1, max_size=5), gone=st.sets(st.integers(0, 4), min_size=1), style=_STYLES)
def test_entries_are_taken_out_and_the_text_is_as_if_they_had_never_been_there(
    items: list[object], gone: set[int], style: Style
) -> None:
    indexes = {number % len(items) for number in gone}
    document = {"a": [1], "list": items, "z": {"ü": None}}

    edited = _edit(style.write(document), *(Removal(("list", index)) for index in indexes))

    left = [one for at, one in enumerate(items) if at not in indexes]
    assert edited == style.write({**document, "list": left})


@given(
    rules=st.lists(st.tuples(st.integers(1, 9), st.text(max_size=6)), min_size=1, max_size=4),
    style=_STYLES,
)
def test_a_copy_is_written_as_the_entries_before_it(rules: list[tuple[int, str]], style: Style) -> None:
    items = [{"Pattern": pattern, "order": order} for order, pattern in rules]
    end = (("order", 7), ("pattern", "*"))

    edited = _edit(style.write({"rules": items, "b": 1}), Copying(("rules", len(items) - 1), end))

    more = {"rules": [*items, {"Pattern": "*", "order": 7}], "b": 1}
    assert edited is not None
    assert parse_text(edited)[0] == more
    if len(items) > 1 or style.indent is not None:  # of a single item on one line nobody knows the space between two
        assert edited == style.write(more)


@given(orders=st.lists(st.integers(-3, 9), min_size=1, max_size=5, unique=True), style=_STYLES)
def test_entries_are_numbered_in_their_order(orders: list[int], style: Style) -> None:
    items = [{"pattern": f"p{order}", "order": order} for order in orders]

    edited = _edit(style.write({"rules": items}), Numbering(("rules",), "order"))

    numbered = [{"pattern": f"p{order}", "order": number} for number, order in enumerate(sorted(orders), 1)]
    assert edited == style.write({"rules": numbered})


def _text_of(item: object) -> tuple[str, ...] | None:
    return (item,) if isinstance(item, str) else None


@given(items=st.lists(st.text(max_size=4), min_size=1, max_size=6), style=_STYLES)
def test_entries_are_sorted(items: list[str], style: Style) -> None:
    assert _edit(style.write({"list": items}), Sorting(("list",), _text_of)) == style.write({"list": sorted(items)})


@pytest.mark.parametrize(
    ("text", "index", "left"),
    [
        pytest.param("[\n  1, // one\n  2\n]", 0, "[\n  2\n]", id="a comment on its line goes with it"),
        pytest.param("[\n  1, // one\n  2\n]", 1, "[\n  1 // one\n]", id="that of another one stays"),
        pytest.param("[\n  // one\n  1,\n  2\n]", 0, "[\n  // one\n  2\n]", id="a comment line stays"),
        pytest.param("[ /* all */ 1 ]", 0, "[ /* all */  ]", id="a comment before the only one"),
        pytest.param("[1, 2,]", 1, "[1, ]", id="a comma too many"),
        pytest.param("[1,2]", 0, "[2]", id="no space"),
        pytest.param("[ 1 ]", 0, "[]", id="the only one"),
        pytest.param("[1,\n 2]", 0, "[\n 2]", id="the first of its line"),
        pytest.param("[1, 2,\n 3]", 1, "[1,\n 3]", id="the last of its line"),
        pytest.param("[1 /* one */, 2]", 0, None, id="a comment before its comma"),
        pytest.param("[1, 2]", 2, None, id="no such entry"),
        pytest.param('{"0": 1}', 0, None, id="no list"),
    ],
)
def test_comments_stay_and_what_is_not_certain_is_left(text: str, index: int, left: str | None) -> None:
    assert _edit(text, Removal((index,))) == left


@pytest.mark.parametrize(("twin", "taken"), [((0,), True), ((1,), False), ((2,), False), ((9,), False)])
def test_an_item_goes_only_when_its_twin_is_the_very_same(twin: tuple[int], taken: bool) -> None:  # noqa: FBT001 - a table's column
    text = '[{"id": "a", "n": 1}, {"id": "a", "n": 2}, {"n": 1, "id": "a"}]'
    assert (_edit(text, Removal((2,), twin)) is not None) == taken


@pytest.mark.parametrize(
    "text",
    ['[{"order": 1}]', '[{"order": 1, "pattern": "a", "more": 2}]', '[{"order": 1, "pattern": "a"}, 3]', "[1]"],
    ids=["a member less", "a member more", "not the last", "no object"],
)
def test_an_item_of_another_shape_is_not_copied(text: str) -> None:
    assert _edit(text, Copying((0,), (("order", 2), ("pattern", "*")))) is None


def test_numbers_that_are_text_stay_text() -> None:
    edited = _edit('[{"order": "1", "pattern": "a"}]', Copying((0,), (("order", 2), ("pattern", "*"))))
    assert edited == '[{"order": "1", "pattern": "a"},{"order": "2", "pattern": "*"}]'
    assert _edit('[{"order": "7"}]', Numbering((), "order")) == '[{"order": "1"}]'


def test_a_new_entry_follows_the_comment_of_the_last() -> None:
    text = '[\n  {"order": 1, "pattern": "a"} // last\n]'
    after = '[\n  {"order": 1, "pattern": "a"}, // last\n  {"order": 2, "pattern": "*"}\n]'
    assert _edit(text, Copying((0,), (("order", 2), ("pattern", "*")))) == after


@pytest.mark.parametrize(
    ("text", "after"),
    [
        pytest.param(
            '[\n  "b", // B\n  "a" // A\n]', '[\n  "a", // A\n  "b" // B\n]', id="comments on their lines move"
        ),
        pytest.param('[\n  // B\n  "b",\n  "a"\n]', None, id="a comment line"),
        pytest.param('["b", /* A */ "a"]', None, id="a comment between"),
        pytest.param('[\n  "b",\n  "a"\n    // A\n]', None, id="a comment that is indented as a part of the last"),
        pytest.param('[\n  "b",\n  "a"\n  // end\n]', '[\n  "a",\n  "b"\n  // end\n]', id="a comment behind the last"),
        pytest.param('[\n  // B\n  "a",\n  "b"\n]', '[\n  // B\n  "a",\n  "b"\n]', id="it is sorted already"),
        pytest.param('["b", 1]', None, id="an entry without a key"),
    ],
)
def test_comments_say_whether_a_list_can_be_sorted(text: str, after: str | None) -> None:
    assert _edit(text, Sorting((), _text_of)) == after


def test_changes_that_meet_are_left_for_another_run() -> None:
    text = '[{"order": 3, "list": [1]}, {"order": 2, "list": [1, 2]}]'
    assert _edit(text, Removal((0,)), Removal((1, "list", 0))) is None
    assert _edit(text, Removal((0,)), Numbering((), "order")) is None
    assert _edit(text, Removal((0, "list", 0)), Removal((1, "list", 1))) == text.replace("[1]", "[]").replace(
        ", 2]", "]"
    )


def test_equal_numbers_are_no_order() -> None:
    assert _edit('[{"order": 2}, {"order": 2}]', Numbering((), "order")) is None
    assert _edit('[{"order": 2}, {"no": 1}]', Numbering((), "order")) is None
    assert _edit('[{"order": 2}, {"order": true}]', Numbering((), "order")) is None
