"""What is read line by line is read as the parser reads it, and everything else is left to the parser."""

import subprocess
import sys
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pllint.text import yaml_lines
from pllint.text.problem import DEFAULT_LIMITS, MalformedError
from pllint.text.yaml_events import build
from pllint.text.yaml_scalar import Plain

_VALUES = (
    "", "x", "two words", "'quoted'", '"quoted"', "''", "~", "null", "1.10", "2026-03-02", "https://a.example/b?c=d",
    "a # comment", "# comment", "a#b", "a:b", "[a, b]", "[a, {b: c}]", "{a: b, c: [d]}", "{}", "[ ]", "{ a: b }",
    "[a, ]", "[a,b]", "{a:1}", "{a: }", "{a: b, a: c}", "{a: https://b.example}", "- x", "x: y", "a:", "-5", "'",
    '"a\\n"', "'it''s'", "&x 1", "*x", "!!str 1", "|", ">", "%x", "@x", "`x`", "? x", "<<", "=f(x)", "é", "(a)", "a, b",
    "a]", "---", "[~, null]",
)  # fmt: skip
_KEYS = ("a", "b", "use-case", "two words", "1", "null", "a.b", "'a'", "<<", "- a", "- two words", "é", "-", "a ")
_COLONS = (": ", ":  ", ":", " : ", " ")
_FIRST = (
    "a:",
    "a: x",
    "a: 'x'",
    "a: [x]",
    "a: # x",
    "- a",
    "- a:",
    "- a: x",
    "-   a: x",
    "  a:",
    "---",
    "# x",
    "a: [x",
    "a: |",
)
_NEXT = tuple(
    f"{' ' * column}{line}"
    for column in range(5)
    for line in ("b: y", "b:", "- b", "- b: y", "b", "# b", "'b'", "]", "---", "...", "-", "\r", "a: y\r")
)


def _spelled(value: object) -> object:
    """Give a value in which unquoted and quoted text, and one order of keys and another, differ."""
    if isinstance(value, dict):
        return [(key, _spelled(child)) for key, child in value.items()]
    if isinstance(value, list):
        return [_spelled(child) for child in value]
    return (type(value), value)


def _is_read_alike(text: str) -> bool:
    simple = yaml_lines.read(text, DEFAULT_LIMITS.nesting)
    if simple is None:
        return True
    try:
        value, problems = build(text)
    except MalformedError:
        return False
    return not problems and _spelled(value) == _spelled(simple)


def test_a_line_is_read_as_the_parser_reads_it() -> None:
    lines = [f"{key}{colon}{value}" for key in _KEYS for colon in _COLONS for value in _VALUES]

    assert [
        text for line in lines for text in (line, f"- {line}", f"- {line}\n  z: {line}") if not _is_read_alike(text)
    ] == []


def test_lines_below_each_other_are_read_as_the_parser_reads_them() -> None:
    texts = ["\n".join(lines) for lines in product(_FIRST, _NEXT, _NEXT)]

    assert [text for text in texts if not _is_read_alike(text)] == []


@pytest.mark.parametrize(
    "odd", ["\t", "\r", "\x0b", "\x7f", "\x85", "\xa0", "\u2028", "\ufeff", "\0", "\U0001f600", "é"]
)
def test_odd_characters_are_read_as_the_parser_reads_them(odd: str) -> None:
    texts = [
        f"a{odd}b: c{odd}d",
        f"a: {odd}",
        f"a: {odd}b",
        f"{odd}a: b",
        f"a: 'b{odd}'",
        f"a: b{odd}",
        f"a: [b{odd}c]",
    ]

    assert [text for text in texts if not _is_read_alike(text)] == []


@given(st.text(alphabet=" \n\t-:#'\"[]{},&*!|>%@`?~ab1.é", max_size=30))
def test_signs_are_read_as_the_parser_reads_them(text: str) -> None:
    assert _is_read_alike(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("a: b\nc:\n  d: e\n", {"a": "b", "c": {"d": "e"}}, id="blocks"),
        pytest.param("- a\n- b: c\n  d: e\n-   f: g\n", ["a", {"b": "c", "d": "e"}, {"f": "g"}], id="a list"),
        pytest.param("a:\n- b\nc:\n  - d\n", {"a": ["b"], "c": ["d"]}, id="lists below keys"),
        pytest.param("- a:\n  - b\n- c:\n    - d\n", [{"a": ["b"]}, {"c": ["d"]}], id="lists in lists"),
        pytest.param("a: [b, {c: d}] # e\nf: {}\n", {"a": ["b", {"c": "d"}], "f": {}}, id="flow collections"),
        pytest.param("---\n# a\na: 'b # c' # d\n\n", {"a": "b # c"}, id="comments"),
        pytest.param("a:\nb: ~ # c\nd: null", {"a": None, "b": None, "d": None}, id="nulls"),
        pytest.param("a: https://b/c#d\r\ne: f, g]\r\n", {"a": "https://b/c#d", "e": "f, g]"}, id="plain"),
    ],
)  # fmt: skip
def test_simple_lines_are_read(text: str, value: object) -> None:
    assert yaml_lines.read(text, DEFAULT_LIMITS.nesting) == value


def test_unquoted_text_is_told_from_quoted_text() -> None:
    value = yaml_lines.read("a: [b, 'c']\nd: \"e\"\nf: g\n", DEFAULT_LIMITS.nesting)

    assert _spelled(value) == _spelled({"a": [Plain("b"), "c"], "d": "e", "f": Plain("g")})


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("a", id="a scalar"),
        pytest.param("a: b\n  c\n", id="text of several lines"),
        pytest.param("a: [b,\n  c]\n", id="a flow collection of several lines"),
        pytest.param("a: |\n  b\n", id="a block scalar"),
        pytest.param("a: &b c\nd: *b\n", id="an anchor"),
        pytest.param("a: b\na: c\n", id="a repeated key"),
        pytest.param("a: b\n---\nc: d\n", id="two documents"),
        pytest.param("a:\tb\n", id="a tab"),
        pytest.param("a: b\n c: d\n", id="a line further in"),
        pytest.param("a:\n    b: c\n  d: e\n", id="a line between two blocks"),
        pytest.param('a: "b\\n"\n', id="an escape"),
    ],
)
def test_all_else_is_left_to_the_parser(text: str) -> None:
    assert yaml_lines.read(text, DEFAULT_LIMITS.nesting) is None


def test_what_is_nested_beyond_the_limit_is_left_to_the_parser() -> None:
    assert yaml_lines.read("a:\n  b: [c]\n", 3) == {"a": {"b": ["c"]}}
    assert yaml_lines.read("a:\n  b: [c]\n", 2) is None
    assert yaml_lines.read("a: " + "[" * 400 + "]" * 400, 1_000) is None


def test_simple_lines_are_read_without_the_parser() -> None:
    program = (
        "import sys; from pllint.text.yaml_text import parse; parse(b'a: [b]'); sys.exit('ruamel.yaml' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
