"""YAML scalars stay the text they were written as, and their places are found again."""

import subprocess
import sys
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pllint.source import KeyPath, Span
from pllint.text.problem import DEFAULT_LIMITS, Limits, MalformedError, ProblemKind
from pllint.text.yaml_text import Plain, comments, locate, parse, typed


def problem_of(text: str, limits: Limits = DEFAULT_LIMITS) -> tuple[ProblemKind, str, Span | None]:
    with pytest.raises(MalformedError) as caught:
        parse(text.encode(), limits)
    return caught.value.problem


def read(text: str) -> object:
    return parse(text.encode())[0]


@pytest.mark.parametrize("text", ["yes", "NO", "on", "1.10", "007", "12:30", "2026-03-02", "true", "0x1F", ".inf"])
def test_a_plain_scalar_stays_its_text(text: str) -> None:
    value = read(text)

    assert value == text
    assert isinstance(value, Plain)


@pytest.mark.parametrize("text", ['"1.10"', "'1.10'", "|-\n  1.10", ">-\n  1.10", "!!str 1.10", "! 1.10"])
def test_quoted_and_block_scalars_are_no_plain_ones(text: str) -> None:
    value = read(text)

    assert value == "1.10"
    assert not isinstance(value, Plain)


@pytest.mark.parametrize("text", ["", "# nothing\n", "~", "null", "---\n", "!!null null"])
def test_nothing_is_none(text: str) -> None:
    assert parse(text.encode()) == (None, [])


def test_collections_and_null_values_are_read() -> None:
    assert read("a: [1, {b: c}]\nd:\n  - - e\nf:\n") == {"a": ["1", {"b": "c"}], "d": [["e"]], "f": None}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("true", True, id="true"),
        pytest.param("FALSE", False, id="false"),
        pytest.param("yes", "yes", id="yes"),
        pytest.param("-12", -12, id="integer"),
        pytest.param("0o17", 15, id="octal"),
        pytest.param("0x1F", 31, id="hexadecimal"),
        pytest.param("017", 17, id="a leading zero"),
        pytest.param("1.10", 1.1, id="float"),
        pytest.param("1e3", 1000.0, id="exponent"),
        pytest.param("12:30", "12:30", id="time"),
        pytest.param(".inf", ".inf", id="infinite"),
        pytest.param("1e999", "1e999", id="too large"),
        pytest.param("9" * 5000, "9" * 5000, id="too long"),
        pytest.param("'5'", "5", id="quoted"),
        pytest.param("[{a: 1}, ~]", [{"a": 1}, None], id="inside"),
    ],
)
def test_typed_values_follow_the_core_schema(text: str, value: object) -> None:
    found = typed(read(text))

    assert found == value
    assert type(found) is type(value)


def test_anchors_aliases_and_merge_keys_are_read() -> None:
    text = "base: &b {k: 1, m: 2}\nnext: {<<: *b, k: 3}\nboth: {<<: [{m: 9}, *b]}\nsame: *b\n"

    assert read(text) == {
        "base": {"k": "1", "m": "2"},
        "next": {"k": "3", "m": "2"},
        "both": {"m": "9", "k": "1"},
        "same": {"k": "1", "m": "2"},
    }


@pytest.mark.parametrize(
    ("text", "value", "kind", "message", "place"),
    [
        pytest.param(
            "a: 1\nb: 2\na: 3",
            {"a": "3", "b": "2"},
            "not-strict",
            "key 'a' is repeated",
            (3, 1),
            id="repeated key",
        ),
        pytest.param("[a, b]: 1", {"['a', 'b']": "1"}, "not-strict", "key is a list", (1, 1), id="a list as a key"),
        pytest.param("a: !env SECRET", {"a": "SECRET"}, "not-strict", "'!env'", (1, 4), id="foreign tag"),
        pytest.param("!!python/name:os.system x", "x", "not-strict", "python", (1, 1), id="dangerous tag"),
        pytest.param("!set {a: 1}", {"a": "1"}, "not-strict", "'!set'", (1, 1), id="tagged mapping"),
        pytest.param("a: 1\n---\nb: [", {"a": "1"}, "unreadable", "more than one", (2, 1), id="two documents"),
    ],
)
def test_what_is_odd_is_read_and_said(
    text: str, value: object, kind: str, message: str, place: tuple[int, int]
) -> None:
    found, [problem] = parse(text.encode())

    assert (found, problem.kind) == (value, kind)
    assert message in problem.message
    assert problem.span is not None
    assert problem.span[:2] == place


@pytest.mark.parametrize(
    ("text", "kind", "message", "place"),
    [
        pytest.param("a: [1", "unreadable", "a comma or ']' was expected, but the text ends", (1, 6), id="open list"),
        pytest.param("a: 1\n\t- x", "unreadable", "a tab character", (2, 1), id="a tab"),
        pytest.param("a: b: c", "unreadable", "a colon stands where no key can be", (1, 5), id="colon"),
        pytest.param("å: @x", "unreadable", "'@' was found", (1, 4), id="reserved"),
        pytest.param("a: *b", "unreadable", "'b' stands for nothing", (1, 4), id="unknown alias"),
        pytest.param("a: &x [*x]", "unsafe", "'x' lies inside", (1, 8), id="alias of itself"),
        pytest.param("a:\n  \0", "unreadable", "control characters", (2, 3), id="control character"),
        pytest.param("[" * 100_000, "limit", "more than 200 deep", (1, 201), id="deep lists"),
        pytest.param("- " * 5_000, "limit", "more than 200 deep", (1, 401), id="deep blocks"),
        pytest.param("{a: " * 5_000, "limit", "more than 200 deep", (1, 801), id="deep objects"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(
    text: str, kind: str, message: str, place: tuple[int, int]
) -> None:
    found, said, span = problem_of(text)

    assert found == kind
    assert message in said
    assert span is not None
    assert span[:2] == place


def test_an_alias_bomb_is_refused_in_no_time() -> None:
    bomb = "a: &a [1,1,1,1,1,1,1,1,1]\n" + "".join(
        f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n"
        for before, name in zip("abcdefghi", "bcdefghij", strict=True)
    )
    start = time.perf_counter()

    kind, _, _ = problem_of(bomb)

    assert kind is ProblemKind.LIMIT
    assert time.perf_counter() - start < 0.5


def test_aliases_count_what_they_stand_for() -> None:
    text = "a: &a [1, 2]\nb: [*a, *a]"

    assert read(text) is not None
    assert problem_of(text, Limits(alias_nodes=5))[0] is ProblemKind.LIMIT
    assert parse(text.encode(), Limits(alias_nodes=6))[1] == []


def test_reading_goes_on_after_a_refused_text() -> None:
    problem_of("a: &x [*x]")

    assert read("a: 1") == {"a": "1"}


SAMPLE = """# head
name: "Notify"
steps:
  - kind: http   # first
    to: x
  - [a,
     b]
codes: {200: ok, 007: no}
empty:
text: |
  one
  two
base: &b {k: {z: 1}}
more: {<<: *b, same: *b}
held: '{"apis": [1]}'
"""


@pytest.mark.parametrize(
    ("path", "text", "pointer"),
    [
        pytest.param((), "n", "", id="the root is its first character"),
        pytest.param(("name",), '"Notify"', "/name", id="a scalar is itself"),
        pytest.param(("steps",), "steps", "/steps", id="a container is its key"),
        pytest.param(("steps", 0), "kind: http   # first", "/steps/0", id="an item ends with its line"),
        pytest.param(("steps", 0, "to"), "x", "/steps/0/to", id="inside an item"),
        pytest.param(("steps", 1), "[a,", "/steps/1", id="a list over two lines"),
        pytest.param(("steps", 1, 1), "b", "/steps/1/1", id="an item of an item"),
        pytest.param(("codes", 200), "ok", "/codes/200", id="a key of digits"),
        pytest.param(("codes", 7), "no", "/codes/007", id="a padded key"),
        pytest.param(("empty",), "empty:", "/empty", id="a key without a value"),
        pytest.param(("more", "k", "z"), "1", "/more/k/z", id="through a merge key"),
        pytest.param(("more", "same", "k"), "k", "/more/same/k", id="through an alias"),
        pytest.param(("held", "apis", 0), "'{\"apis\": [1]}'", "/held/apis/0", id="JSON inside"),
        pytest.param(("steps", 7, "x"), "steps", "/steps", id="a missing item"),
        pytest.param(("name", "x"), '"Notify"', "/name", id="below a scalar"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_paths_are_found(path: KeyPath, text: str, pointer: str, end: str) -> None:
    span = locate(SAMPLE.replace("\n", end).encode(), [path])[0]

    assert span.pointer == pointer
    assert span.line == span.end_line
    assert SAMPLE.split("\n")[span.line - 1][span.column - 1 : span.end_column - 1] == text


def test_a_block_scalar_spans_its_lines() -> None:
    assert locate(SAMPLE.encode(), [("text",)]) == [Span(10, 7, 12, 6, "/text")]


def test_the_last_of_repeated_keys_is_found() -> None:
    assert locate(b"a: 1\na: 2", [("a",)]) == [Span(2, 4, 2, 5, "/a")]


def test_locating_in_broken_text_does_not_raise() -> None:
    assert locate(b"a: [", [("a", 0)]) == [Span(1, 1, 1, 1)]


def test_comments_are_found_and_what_only_looks_like_one_is_not() -> None:
    text = """# pllint: allow one
a: "x # pllint: in quotes"
b: 'y # pllint: in quotes
  # pllint: still' # pllint: allow two
c: | # pllint: allow three
  # pllint: in a block
d: e#pllint: no comment
f: g # other
# said: pllint: allow four
"""

    assert comments(text.encode()) == [
        (1, "pllint: allow one"),
        (4, "pllint: allow two"),
        (5, "pllint: allow three"),
        (9, "said: pllint: allow four"),
    ]


def test_comments_before_the_fault_of_a_broken_text_are_found() -> None:
    assert comments(b"a: 1 # pllint: allow x\nb: [") == [(1, "pllint: allow x")]


@given(st.text(alphabet="ab:-#&*!|>'\"[]{}, \n\t\r?~<%@0\u2028", max_size=40))
def test_no_text_makes_reading_raise_anything_else(text: str) -> None:
    with suppress(MalformedError):
        typed(parse(text.encode())[0])
    assert len(locate(text.encode(), [("a", 0), ()])) == 2
    comments(f"{text} # pllint:".encode())


WITHOUT_EXTENSION = """
import sys
sys.modules["_ruamel_yaml"] = sys.modules["_ruamel_yaml_clibz"] = None
from pllint.text.yaml_text import parse, locate
from pllint.text.problem import MalformedError
text = b"a: &x [yes, '1']\\nb: {<<: {c: !foo 1}, d: *x}\\ne: !!str 5\\n"
print(parse(text)[0], *locate(text, [("b", "d"), ("a", 1)]), sep="\\n")
try:
    parse(b"[" * 5000)
except MalformedError as error:
    print(error.problem.kind)
"""


def test_the_parser_in_python_reads_the_same() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_EXTENSION], capture_output=True, text=True, check=False)

    assert done.stdout.splitlines() == [
        "{'a': ['yes', '1'], 'b': {'d': ['yes', '1'], 'c': '1'}, 'e': '5'}",
        "Span(line=2, column=22, end_line=2, end_column=23, pointer='/b/d')",
        "Span(line=1, column=13, end_line=1, end_column=16, pointer='/a/1')",
        "limit",
    ], done.stderr


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a: {url: https://x.example/y}", {"a": {"url": "https://x.example/y"}}, id="an address in braces"),
        pytest.param("a: [https://x.example, b]", {"a": ["https://x.example", "b"]}, id="an address in brackets"),
        pytest.param("a: {t: 12:30}", {"a": {"t": "12:30"}}, id="a time in braces"),
    ],
)
def test_what_only_yaml_1_2_allows_is_read(text: str, expected: object) -> None:
    value, problems = parse(text.encode())
    assert value == expected
    assert problems == []


def test_a_place_is_found_where_only_yaml_1_2_reads_the_text() -> None:
    [span] = locate(b"a:\n  - {name: x, url: https://x.example}\n", [("a", 0, "url")])
    assert span[:4] == (2, 20, 2, 37)
