"""Small changes of YAML text: what is taken out, added or moved, and that every other line stays, comments too."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pllint.text.list_edit import Change, Copying, Numbering, Removal, Sorting, UncertainError, changed
from pllint.text.yaml_edit import YamlDocument
from pllint.text.yaml_text import parse, typed

_LIST = ("policy", "connectors")
_END = (("order", 2), ("pattern", "*"))


def _edit(text: str, *changes: Change) -> str:
    return changed(YamlDocument(text), changes)


def _reason(text: str, *changes: Change) -> str:
    with pytest.raises(UncertainError) as refused:
        _edit(text, *changes)
    return refused.value.reason


def _value(text: str) -> object:
    value, problems = parse(text.encode())
    assert problems == []
    return typed(value)


@pytest.mark.parametrize(
    ("text", "index", "left"),
    [
        pytest.param("l:\n  - a # A\n  - b # B\n", 0, "l:\n  - b # B\n", id="the comment on its line goes"),
        pytest.param("l:\n  # A\n  - a\n  # B\n  - b\n", 0, "l:\n  # A\n  # B\n  - b\n", id="comment lines stay"),
        pytest.param(
            "l:\n- id: a # A\n  # why\n\n  name: |\n    # text\n- id: b\n", 0, "l:\n  # why\n- id: b\n", id="inside too"
        ),
        pytest.param("l:\n  - a\n\n  - b\n\n  - c\n", 1, "l:\n  - a\n\n\n  - c\n", id="empty lines stay"),
        pytest.param("l: # all\n  - a\nm: 1\n", 0, "l: [] # all\nm: 1\n", id="an emptied list is a list"),
        pytest.param("l:\n- a", 0, "l: []\n", id="at the end of the file"),
        pytest.param("l:\n- a\n- b", 1, "l:\n- a\n", id="the last line without end"),
        pytest.param("l:\n- a\n-\n- b\n", 1, "l:\n- a\n- b\n", id="an entry without a value"),
        pytest.param("l:\n- a\n- [b,\n   c] # C\n- d\n", 1, "l:\n- a\n- d\n", id="a list in brackets over two lines"),
        pytest.param("'l':\n- a\n- - b\n  - c\n", 1, "'l':\n- a\n", id="a list in a list"),
        pytest.param("---\nl:\n- a\n- b\n...\n", 0, "---\nl:\n- b\n...\n", id="marks of the document"),
        pytest.param("l: [a, b] # ours\n", 0, "l: [b] # ours\n", id="in brackets"),
        pytest.param("l: [a, b, ]\n", 1, "l: [a, ]\n", id="a comma behind the last"),
        pytest.param("l: [a]\n", 0, "l: []\n", id="the only one in brackets"),
        pytest.param("l: [\n  a, # A\n  b # B\n]\n", 1, "l: [\n  a, # A\n]\n", id="a line in brackets goes whole"),
        pytest.param("l: [\n  a, # A\n]\n", 0, "l: [\n]\n", id="the only line in brackets"),
        pytest.param("l: [{u: https://a.example}, b]\n", 0, "l: [b]\n", id="what only the parser in Python reads"),
        pytest.param("{l: [a, 'b # b']}\n", 0, "{l: ['b # b']}\n", id="no comment"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_an_entry_goes_with_its_lines(text: str, index: int, left: str, end: str) -> None:
    assert _edit(text.replace("\n", end), Removal(("l", index))) == left.replace("\n", end)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("k: &x\n- a\nl: *x\n", "alias or a merge key", id="an alias"),
        pytest.param("l: &x\n- a\nk: *x\n", "tag or an anchor stands", id="an anchor before the list"),
        pytest.param("l:\n- &x a\n- b\nk: *x\n", "hold something else", id="an anchor on the entry"),
        pytest.param("k: &x {l: [a]}\n<<: *x\n", "alias or a merge key", id="a merge key"),
        pytest.param("l: !mine\n- a\n", "tag", id="a tag"),
        pytest.param("l:\n- a\n---\nl:\n- a\n", "more than one document", id="two documents"),
        pytest.param("l: [a]\nl: [b]\n", "repeated", id="a repeated key"),
        pytest.param(
            "l: [a # A\n  , b]\n", "comment stands between the entry and its comma", id="a comment before a comma"
        ),
        pytest.param("k: 1\n", "not stand in a list", id="no list"),
        pytest.param("l:\n- t: |+\n    a\n\n- b\n", "", id="what an entry leaves would be that of another"),
    ],
)
def test_what_is_not_certain_is_left_with_a_reason(text: str, reason: str) -> None:
    if reason:
        assert reason in _reason(text, Removal(("l", 0)))
    else:
        assert _value(_edit(text, Removal(("l", 0)))) == {"l": ["b"]}


def test_an_entry_that_shares_its_line_is_left() -> None:
    assert "shares its line" in _reason("l:\n- - a\n  - b\n", Removal(("l", 0, 0)))
    assert "no key would hold it" in _reason("- a\n", Removal((0,)))


def test_lines_that_a_text_of_several_lines_would_swallow_are_left() -> None:
    text = "l:\n- |+\n  a\n- b # B\n\n- c\n"
    assert "hold something else" in _reason(text, Removal(("l", 1)))


def test_words_and_answers_are_not_the_same() -> None:
    assert "not the same" in _reason("l: [{on: true}, {on: 'true'}]\n", Removal(("l", 1), ("l", 0)))
    assert _edit("l: [{on: true}, {on: true}]\n", Removal(("l", 1), ("l", 0))) == "l: [{on: true}]\n"


@pytest.mark.parametrize(
    ("text", "after"),
    [
        pytest.param(
            "rules:\n  - order: 1 # first\n    # why\n    pattern: 'a' # A\n\n# end\n",
            "rules:\n  - order: 1 # first\n    # why\n    pattern: 'a' # A\n  - order: 2\n    pattern: '*'\n\n# end\n",
            id="without its comments, in its quotes",
        ),
        pytest.param(
            "rules:\n- pattern: x\n  order: 0\n\n- pattern: a\n  order: 1\n",
            'rules:\n- pattern: x\n  order: 0\n\n- pattern: a\n  order: 1\n\n- pattern: "*"\n  order: 2\n',
            id="with the empty line between two, in quotes it needs",
        ),
        pytest.param(
            "rules:\n- {order: '1', pattern: a} # A",
            "rules:\n- {order: '1', pattern: a} # A\n- {order: '2', pattern: \"*\"}",
            id="a number that is text stays text",
        ),
        pytest.param(
            "rules: [{order: 1, pattern: a}]\n",
            'rules: [{order: 1, pattern: a},{order: 2, pattern: "*"}]\n',
            id="in brackets",
        ),
        pytest.param(
            "rules: [\n  {order: 1, pattern: a}, # A\n]\n",
            'rules: [\n  {order: 1, pattern: a}, # A\n  {order: 2, pattern: "*"},\n]\n',
            id="a line in brackets",
        ),
        pytest.param(
            "rules: [\n  {order: 1, pattern: a} # A\n]\n",
            'rules: [\n  {order: 1, pattern: a}, # A\n  {order: 2, pattern: "*"}\n]\n',
            id="a line in brackets without a comma",
        ),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_new_last_entry_is_written_as_the_one_before(text: str, after: str, end: str) -> None:
    count = len(_value(text)["rules"])  # type: ignore[index]
    edited = _edit(text.replace("\n", end), Copying(("rules", count - 1), _END))
    assert edited == after.replace("\n", end)


@pytest.mark.parametrize(
    ("text", "after"),
    [
        pytest.param(
            "l:\n  - id: b # B\n    # inside\n    n: 1\n\n  - a # A\n# end\n",
            "l:\n  - a # A\n\n  - id: b # B\n    # inside\n    n: 1\n# end\n",
            id="lines move whole",
        ),
        pytest.param("l:\n- b\n- a", "l:\n- a\n- b", id="the last line without end"),
        pytest.param("l: [b, {id: a}]\n", "l: [{id: a}, b]\n", id="in brackets"),
        pytest.param("l: [\n b, # B\n a # A\n]\n", "l: [\n a, # A\n b # B\n]\n", id="lines in brackets"),
        pytest.param(
            "l: # ours\n- B\n- a\n- A\n- b\n", "l: # ours\n- a\n- A\n- B\n- b\n", id="equal ones keep their order"
        ),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_entries_are_sorted_whole(text: str, after: str, end: str) -> None:
    assert _edit(text.replace("\n", end), Sorting(("l",), _id_of)) == after.replace("\n", end)


def _id_of(item: object) -> tuple[str, ...] | None:
    name = item.get("id") if isinstance(item, dict) else item
    return (name.lower(),) if isinstance(name, str) else None


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("l:\n- b\n# A\n- a\n", id="between"),
        pytest.param("l:\n# B\n- b\n- a\n", id="above the first"),
        pytest.param("l:\n- b\n- a\n  # A\nk: 1\n", id="indented as a part of the last"),
        pytest.param("l: [b, # B\n a]\n", id="in brackets, where entries share lines"),
        pytest.param("l: [\n # B\n b,\n a]\n", id="in brackets"),
    ],
)
def test_a_list_with_comment_lines_stays_unsorted(text: str) -> None:
    assert "between its entries" in _reason(text, Sorting(("l",), _id_of))


def test_a_numbered_entry_keeps_its_comments_and_quotes() -> None:
    text = "r:\n- order: 7 # last\n  p: '*'\n- p: a\n  order: \"3\" # first\n"
    assert (
        _edit(text, Numbering(("r",), "Order")) == "r:\n- p: a\n  order: \"1\" # first\n- order: 2 # last\n  p: '*'\n"
    )


# Properties over files as people write them

_WORDS = st.sampled_from(["a", "B", "yes", "1.10", "c d", "é", "x#y", "-", "*", "a: b", "#"])
_QUOTES = {"'": lambda word: f"'{word}'", '"': lambda word: f'"{word}"'}
_COMMENTS = st.lists(st.sampled_from(["", "# note", "  # note", "    # deep"]), max_size=2)


@st.composite
def _scalars(draw: st.DrawFn) -> str:
    word = draw(_WORDS)
    plain = word in {"a", "B", "yes", "c d", "é", "x#y"}
    quote = draw(st.sampled_from(["'", '"', *([""] if plain else [])]))
    return _QUOTES[quote](word) if quote else word


@st.composite
def _entries(draw: st.DrawFn, indent: str, *, comments: bool) -> list[str]:
    """Give the lines of one entry."""
    behind = st.sampled_from(["", "", " # beside"]) if comments else st.just("")
    word = draw(_scalars())
    shape = draw(st.sampled_from(["scalar", "flow", "map", "long", "text"]))
    if shape == "scalar":
        return [f"{indent}- {word}{draw(behind)}"]
    if shape == "flow":
        return [f"{indent}- {{id: {word}, n: 1}}{draw(behind)}"]
    if shape == "long":
        return [f"{indent}- {{id: {word},{draw(behind)}", f"{indent}    n: 1}}{draw(behind)}"]
    lines = [f"{indent}- id: {word}{draw(behind)}"]
    if comments and draw(st.booleans()):
        lines.append(f"{indent}  # inside")
    if shape == "text":
        return [*lines, f"{indent}  n: |{draw(behind)}", f"{indent}    # text", "", f"{indent}    more"]
    return [*lines, f"{indent}  n: [1, 2]{draw(behind)}"]


class _File:
    """A file with one list, by the lines of its parts."""

    def __init__(self, head: list[str], parts: list[tuple[list[str], list[str]]], tail: list[str], end: str) -> None:
        self.head = head
        self.parts = parts
        """For each entry the lines between it and the one before, and its own."""
        self.tail = tail
        self.end = end

    def __repr__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        lines = [*self.head, *(line for gap, own in self.parts for line in (*gap, *own)), *self.tail]
        return "".join(f"{line}{self.end}" for line in lines)


@st.composite
def _files(draw: st.DrawFn, *, gaps: st.SearchStrategy[list[str]] = _COMMENTS, comments: bool = True) -> _File:
    indent = " " * draw(st.sampled_from([2, 4, 6]))
    own = _entries(indent, comments=comments)
    parts = [(draw(gaps), draw(own)) for _ in range(draw(st.integers(1, 4)))]
    head = ["# Zürich", "policy:", f"  connectors:{draw(st.sampled_from(['', ' # ours']))}"]
    return _File(head, parts, ["  name: x", "# end"], draw(st.sampled_from(["\n", "\r\n"])))


def _is_comment(line: str) -> bool:
    return line.strip().startswith("# ") and line.strip() != "# text"


@settings(max_examples=300)
@given(_files(), st.sets(st.integers(0, 3), min_size=1))
def test_only_the_lines_of_an_entry_go_and_its_comment_lines_stay(file: _File, gone: set[int]) -> None:
    indexes = {number % len(file.parts) for number in gone}

    edited = _edit(file.text, *(Removal((*_LIST, index)) for index in indexes))

    head = file.head if len(indexes) < len(file.parts) else [*file.head[:2], file.head[2].replace(":", ": []")]
    lines = [*head]
    for index, (gap, own) in enumerate(file.parts):
        lines += [*gap, *(filter(_is_comment, own) if index in indexes else own)]
    assert edited == "".join(f"{line}{file.end}" for line in (*lines, *file.tail))
    value = _value(file.text)["policy"]["connectors"]  # type: ignore[index]
    left = [item for index, item in enumerate(value) if index not in indexes]
    assert _value(edited)["policy"] == {"connectors": left, "name": "x"}  # type: ignore[index]


@settings(max_examples=200)
@given(_files(gaps=st.lists(st.just(""), max_size=2)))
def test_sorting_moves_the_lines_of_entries_and_sorting_again_moves_none(file: _File) -> None:
    edited = _edit(file.text, Sorting(_LIST, _id_of))

    value = _value(file.text)["policy"]["connectors"]  # type: ignore[index]
    order = sorted(range(len(value)), key=lambda index: _id_of(value[index]) or ())
    moved = [(gap, file.parts[index][1]) for (gap, _), index in zip(file.parts, order, strict=True)]
    assert edited == _File(file.head, moved, file.tail, file.end).text
    assert _edit(edited, Sorting(_LIST, _id_of)) == edited


@settings(max_examples=200)
@given(
    st.lists(st.tuples(st.integers(1, 9), st.sampled_from(["'a'", '"a"', "a"])), min_size=1, max_size=4),
    _COMMENTS,
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_a_copy_stands_behind_the_last_and_every_line_before_it_stays(
    rules: list[tuple[int, str]],
    comments: list[str],
    end: str,
    flow: bool,  # noqa: FBT001 - a property's argument
) -> None:
    lines = ["rules:"]
    for order, pattern in rules:
        own = (
            [f"  - {{pattern: {pattern}, order: {order}}}"]
            if flow
            else [f"  - pattern: {pattern}", f"    order: {order}"]
        )
        lines += [*own[:-1], f"{own[-1]} # beside"]
    text = end.join([*lines, *comments, "x: 1"])

    edited = _edit(text, Copying(("rules", len(rules) - 1), _END))

    assert edited.startswith(end.join(lines) + end)
    assert edited.endswith(end.join(["", *comments, "x: 1"]))
    before = _value(text)["rules"]  # type: ignore[index]
    assert _value(edited) == {"rules": [*before, {"pattern": "*", "order": 2}], "x": 1}


@settings(max_examples=200)
@given(
    st.lists(st.tuples(_scalars(), st.sampled_from(["", " # beside"])), min_size=1, max_size=5),
    st.sets(st.integers(0, 4), min_size=1),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_in_brackets_only_the_lines_of_an_entry_go(
    entries: list[tuple[str, str]],
    gone: set[int],
    end: str,
    trailing: bool,  # noqa: FBT001 - a property's argument
) -> None:
    last = len(entries) - 1
    lines = [
        f"    {{id: {word}}}{',' if trailing or at < last else ''}{beside}" for at, (word, beside) in enumerate(entries)
    ]
    head, tail = ["policy: # ours", "  connectors: [", "    # all"], ["  ]", "  name: x", ""]
    text = end.join([*head, *lines, *tail])
    indexes = {number % len(entries) for number in gone}

    edited = _edit(text, *(Removal((*_LIST, index)) for index in indexes))

    kept = [line for at, line in enumerate(lines) if at not in indexes]
    assert edited == end.join([*head, *kept, *tail])
    value = _value(text)["policy"]["connectors"]  # type: ignore[index]
    left = [item for index, item in enumerate(value) if index not in indexes]
    assert _value(edited)["policy"] == {"connectors": left, "name": "x"}  # type: ignore[index]
