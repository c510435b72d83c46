"""Small changes of HCL text: lists that are written out, and nothing that an expression makes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pllint.text.hcl_edit import HclDocument
from pllint.text.hcl_text import parse_text
from pllint.text.list_edit import Change, Copying, Numbering, Removal, Sorting, UncertainError, changed


def _edit(text: str, *changes: Change) -> str | None:
    try:
        return changed(HclDocument(text), changes)
    except UncertainError:
        return None


def _id_of(item: object) -> tuple[str, ...] | None:
    name = item.get("id") if isinstance(item, dict) else item
    return (name,) if isinstance(name, str) else None


@pytest.mark.parametrize(
    ("text", "index", "left"),
    [
        pytest.param('l = ["a", "b"] # ours\n', 0, 'l = ["b"] # ours\n', id="on one line"),
        pytest.param('l = [\n  "a", # A\n  "b" // B\n]\n', 1, 'l = [\n  "a", # A\n]\n', id="its line goes whole"),
        pytest.param(
            'l = [\n  # A\n  {\n    id = "a" # id\n  },\n  { id = "b" },\n]\n',
            0,
            'l = [\n  # A\n  { id = "b" },\n]\n',
            id="an object over lines; the comment line stays",
        ),
        pytest.param('é = 1\nl = ["é", local.x]\n', 0, "é = 1\nl = [local.x]\n", id="characters of two bytes"),
        pytest.param('l = concat(["a"], ["b"])\n', 0, None, id="arguments are no entries"),
        pytest.param("l = [for c in var.c : c.id]\n", 0, None, id="a list that is computed"),
        pytest.param("l = local.rest\n", 0, None, id="a list elsewhere"),
        pytest.param('l "a" {\n  x = 1\n}\n', 0, None, id="blocks are no entries"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_an_entry_goes_with_its_lines(text: str, index: int, left: str | None, end: str) -> None:
    assert _edit(text.replace("\n", end), Removal(("l", index))) == (left.replace("\n", end) if left else None)


def test_a_list_in_a_call_is_changed_where_it_is_written() -> None:
    text = 'l = concat(toset(["a", "b"]), local.rest)\n'
    assert _edit(text, Removal(("l", 0, 0, 1))) == 'l = concat(toset(["a"]), local.rest)\n'


def test_a_new_last_entry_is_written_as_the_one_before() -> None:
    text = 'p = [\n  {\n    order = 1\n    host_url_pattern = "https://a" \n  }\n]\n'
    after = text.replace("  }\n", '  },\n  {\n    order = 2\n    host_url_pattern = "*" \n  }\n')
    assert _edit(text, Copying(("p", 0), (("order", 2), ("host_url_pattern", "*")))) == after


def test_a_new_text_that_would_be_a_template_is_left() -> None:
    assert _edit('p = [{ a = "x" }]\n', Copying(("p", 0), (("a", "${b}"),))) is None


def test_entries_are_numbered_and_sorted() -> None:
    assert _edit("p = [{ order = 4 }, { order = 2 }]\n", Numbering(("p",), "order")) == (
        "p = [{ order = 1 }, { order = 2 }]\n"
    )
    assert _edit('l = ["b", "a"]\n', Sorting(("l",), _id_of)) == 'l = ["a", "b"]\n'
    assert _edit('l = ["b", local.a]\n', Sorting(("l",), _id_of)) is None


@given(
    names=st.lists(st.sampled_from(["a", "b", "é", "${x}", "c"]), min_size=1, max_size=5),
    gone=st.sets(st.integers(0, 4), min_size=1),
    end=st.sampled_from(["\n", "\r\n"]),
    objects=st.booleans(),
    trailing=st.booleans(),
)
def test_only_the_lines_of_an_entry_go(
    names: list[str],
    gone: set[int],
    end: str,
    objects: bool,  # noqa: FBT001 - a property's argument
    trailing: bool,  # noqa: FBT001 - a property's argument
) -> None:
    items = [f'{{ id = "{name}" }}' if objects else f'"{name}"' for name in names]
    lines = [f"  {item}{',' if trailing or at < len(items) - 1 else ''} # beside" for at, item in enumerate(items)]
    indexes = {number % len(items) for number in gone}
    text = end.join(["l = [ # ours", *lines, "  # end", "]", ""])

    edited = _edit(text, *(Removal(("l", index)) for index in indexes))

    kept = [line for at, line in enumerate(lines) if at not in indexes]
    assert edited == end.join(["l = [ # ours", *kept, "  # end", "]", ""])
    assert len(parse_text(edited)["l"]) == len(kept)  # type: ignore[arg-type]
