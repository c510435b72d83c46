"""JSON is read as strictly as possible and as leniently as needed, and its places are found again."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pllint.source import Key, KeyPath, Span
from pllint.text.json_text import inner_path, locate, parse
from pllint.text.problem import DEFAULT_LIMITS, Limits, MalformedError, ProblemKind


def problem_of(content: bytes, limits: Limits = DEFAULT_LIMITS) -> tuple[ProblemKind, str, Span | None]:
    with pytest.raises(MalformedError) as caught:
        parse(content, limits)
    return caught.value.problem


def covered(text: str, span: Span) -> str:
    lines = text.split("\n")
    if span.line == span.end_line:
        return lines[span.line - 1][span.column - 1 : span.end_column - 1]
    first, last = lines[span.line - 1][span.column - 1 :], lines[span.end_line - 1][: span.end_column - 1]
    return "\n".join([first, *lines[span.line : span.end_line - 1], last])


def found_at(text: str, *path: Key) -> tuple[str, str]:
    span = locate(text.encode(), [path])[0]
    return covered(text, span), span.pointer


@pytest.mark.parametrize(
    ("content", "message", "place"),
    [
        pytest.param("", "the file is empty", (1, 1), id="empty"),
        pytest.param(" \r\n ", "the file is empty", (1, 1), id="blank"),
        pytest.param('{"a": 1', "a comma or a closing bracket was expected, but the text ends", (1, 8), id="cut"),
        pytest.param("[1\n 2]", "a comma or a closing bracket was expected, but '2' was found", (2, 2), id="comma"),
        pytest.param('{"a" 1}', "a colon was expected after the key, but '1' was found", (1, 6), id="colon"),
        pytest.param("{a: 1}", "a key in double quotes was expected, but 'a' was found", (1, 2), id="key"),
        pytest.param('{"a": }', "a value was expected, but '}' was found", (1, 7), id="value"),
        pytest.param("[1]]", "the end of the file was expected, but ']' was found", (1, 4), id="more"),
        pytest.param('{"a": "b,\n"c": "d"}', "a string is not closed on its line", (1, 10), id="open string"),
        pytest.param('["\\x"]', "a backslash in a string is followed by no known escape", (1, 3), id="escape"),
        pytest.param("[,]", "a value was expected, but ',' was found", (1, 2), id="comma alone"),
    ],
)
def test_a_syntax_error_names_what_was_expected_and_where(content: str, message: str, place: tuple[int, int]) -> None:
    kind, said, span = problem_of(content.encode())

    assert (kind, said) == (ProblemKind.UNREADABLE, message)
    assert span is not None
    assert span[:2] == place


@pytest.mark.parametrize(
    ("text", "value", "message", "place"),
    [
        pytest.param('{"a": [1,],\n}', {"a": [1]}, "a comma before", (1, 9), id="trailing comma"),
        pytest.param('[1, /* , */ // "]\n]', [1], "a comment", (1, 5), id="comments"),
        pytest.param('["http://x", "a\tb"]', ["http://x", "a\tb"], "a control character", (1, 16), id="raw tab"),
        pytest.param('{"a": 1, "\\u0061": 2}', {"a": 2}, "repeated", (1, 10), id="repeated key"),
        pytest.param("[1, -Infinity]", [1, "-Infinity"], "NaN or Infinity", (1, 5), id="infinity"),
        pytest.param('["\\ud83d\\ude00 \\ud83d"]', ["\U0001f600 \ufffd"], "surrogate", (1, 2), id="half a pair"),
    ],
)
def test_what_is_not_strict_is_read_and_said(text: str, value: object, message: str, place: tuple[int, int]) -> None:
    read, problems = parse(text.encode())

    assert read == value
    assert problems[0].kind is ProblemKind.NOT_STRICT
    assert any(message in problem.message and problem.span and problem.span[:2] == place for problem in problems)


def test_each_kind_of_oddity_is_said_once_at_its_first_place() -> None:
    _, problems = parse(b'[1, // one\n 2, // two\n {"a": 1, "a": 2, "b": 1, "b": 2},]')

    assert [(problem.message, problem.span and problem.span.line) for problem in problems] == [
        ("a comment", 1),
        ("the key 'a' is repeated in one object (1 more are)", 3),
        ("a comma before a closing bracket", 3),
    ]


def test_a_text_in_another_encoding_is_read_with_its_problem() -> None:
    value, problems = parse('{"by": "Ålborg"}'.encode("utf-16"))

    assert value == {"by": "Ålborg"}
    assert [problem.kind for problem in problems] == [ProblemKind.ENCODING]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"[" * 100_000, id="lists"),
        pytest.param(b'{"a":' * 300 + b"1" + b"}" * 300, id="objects"),
        pytest.param(b"//\n" + b"[" * 201 + b"]" * 201, id="lists behind a comment"),
        pytest.param(b'["[",' * 201 + b"1" + b"]" * 201, id="brackets in strings between"),
    ],
)
def test_nesting_beyond_the_limit_is_refused(content: bytes) -> None:
    assert problem_of(content)[0] is ProblemKind.LIMIT


def test_nesting_up_to_the_limit_is_read() -> None:
    assert parse(b"[" * 200 + b"]" * 200)[1] == []


def test_a_number_of_thousands_of_digits_is_refused_at_its_place() -> None:
    kind, message, span = problem_of(b"[1,\n " + b"9" * 5000 + b"]")

    assert (kind, message) == (ProblemKind.LIMIT, "a number has 5,000 digits")
    assert span is not None
    assert span[:2] == (2, 2)


def test_a_file_beyond_the_size_limit_is_refused() -> None:
    assert problem_of(b'"0123456789"', Limits(member_bytes=10))[0] is ProblemKind.LIMIT


def test_an_unclosed_string_full_of_escapes_takes_no_time() -> None:
    assert problem_of(b'"' + b'\\"' * 200_000)[1] == "a string is not closed"


PRETTY = """{
  "name": "Notify",
  "steps": [
    {"type": "Http"},
    [
      1,
      2
    ]
  ],
  "responses": {"200": "ok", "007": true},
  "a/b~c": {"": null},
  "held": "{\\"apis\\": [{\\"id\\": 1}], \\"again\\": \\"[5]\\"}"
}"""


@pytest.mark.parametrize(
    ("path", "text", "pointer"),
    [
        pytest.param((), "{", "", id="the root is its first character"),
        pytest.param(("name",), '"Notify"', "/name", id="a scalar is itself"),
        pytest.param(("steps",), '"steps"', "/steps", id="a container is its key"),
        pytest.param(("steps", 0), '{"type": "Http"}', "/steps/0", id="an item is itself"),
        pytest.param(("steps", 1), "[", "/steps/1", id="a long item ends with its line"),
        pytest.param(("steps", 1, 1), "2", "/steps/1/1", id="an item of an item"),
        pytest.param(("steps", "0", "type"), '"Http"', "/steps/0/type", id="an index as text"),
        pytest.param(("responses", 200), '"ok"', "/responses/200", id="a key of digits as a number"),
        pytest.param(("responses", 7), "true", "/responses/007", id="a number for a padded key"),
        pytest.param(("responses", "007"), "true", "/responses/007", id="a padded key as text"),
        pytest.param(("a/b~c", ""), "null", "/a~1b~0c/", id="escapes in the pointer"),
        pytest.param(("steps", 9, "type"), '"steps"', "/steps", id="a missing item gives its parent"),
        pytest.param(("name", "x"), '"Notify"', "/name", id="a scalar has no members"),
        pytest.param(("gone",), "{", "", id="a missing member of the root"),
        pytest.param(("steps", -1), '"steps"', "/steps", id="no index counts from the end"),
    ],
)
def test_paths_are_found(path: KeyPath, text: str, pointer: str) -> None:
    assert found_at(PRETTY, *path) == (text, pointer)


@pytest.mark.parametrize(
    ("path", "pointer"),
    [
        pytest.param(("held", "apis", 0, "id"), "/held/apis/0/id", id="there"),
        pytest.param(("held", "apis", 3), "/held/apis", id="partly there"),
        pytest.param(("held", "again", 0), "/held/again/0", id="JSON inside that"),
    ],
)
def test_paths_lead_on_into_json_inside_a_string(path: KeyPath, pointer: str) -> None:
    text, found = found_at(PRETTY, *path)

    assert text.startswith('"{')
    assert found == pointer


def test_the_last_of_repeated_keys_is_found() -> None:
    text = '{"a": {"x": 1, "y": 2}, "a": {"x": 3}}'

    assert [found_at(text, "a", "x"), found_at(text, "a", "y")] == [("3", "/a/x"), ('"a"', "/a")]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('{"a": {"x": 1}, "b": {"a": {"x": 2}}, "a": {"x": 3}}', id="behind another of that name"),
        pytest.param('{"a": {"x": 1}, "\\u0061": {"x": 3}}', id="written with an escape"),
        pytest.param('{"a": {"x": 1, "b": [{}], "x": 3}, "b": "a"}', id="below"),
        pytest.param('{"a": {"x": 1}, "b": {}, "a" : {"\\u0078": 3}}', id="below, with escapes"),
    ],
)
def test_looking_for_a_path_does_not_end_before_its_keys_can_come_again(text: str) -> None:
    assert found_at(text, "a", "x") == ("3", "/a/x")


def test_a_member_whose_value_was_cut_off_is_found_where_the_text_ends() -> None:
    assert locate(b'{"b": 1, "a":', [("a",), ("b",)]) == [Span(1, 14, 1, 14, "/a"), Span(1, 7, 1, 8, "/b")]


def test_places_in_lenient_text_are_those_of_the_original() -> None:
    text = '// head\n{"a": [1, /* x */ 2,],\n "b": "x\ty",}'

    assert [found_at(text, "a", 1), found_at(text, "b")] == [("2", "/a/1"), ('"x\ty"', "/b")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_columns_are_characters_in_every_encoding(encoding: str) -> None:
    content = '{"å": "ø", "b": 1}'.encode(encoding)

    assert locate(content, [("b",)]) == [Span(1, 17, 1, 18, "/b")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_with_every_line_end(end: str) -> None:
    assert locate(f'{{{end}"a":{end}1}}'.encode(), [("a",)]) == [Span(3, 1, 3, 2, "/a")]


def test_places_before_the_fault_of_a_broken_text_are_found() -> None:
    assert found_at('{"a": 1, "b" 2}', "a") == ("1", "/a")


def test_locating_in_a_nesting_bomb_does_not_raise() -> None:
    assert locate(b"[" * 100_000, [(0, 0), ()])[1] == Span(1, 1, 1, 2)


def test_inner_paths_end_where_the_text_does() -> None:
    assert inner_path('{"a": ["b"]}', ("a", 0, "c")) == ("a", 0)


scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
keys = st.text(max_size=4) | st.sampled_from(["0", "1", "01", "/", "~"])
documents = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=20,
)


def leaves(value: object, path: KeyPath = ()) -> list[tuple[KeyPath, object]]:
    if isinstance(value, dict):
        return [leaf for key, child in value.items() for leaf in leaves(child, (*path, key))]
    if isinstance(value, list):
        return [leaf for index, child in enumerate(value) for leaf in leaves(child, (*path, index))]
    return [(path, value)] if path else []


@given(documents, st.sampled_from([None, 2]))
def test_valid_json_is_read_as_the_standard_library_reads_it(value: object, indent: int | None) -> None:
    for text in (json.dumps(value, indent=indent), json.dumps(value, ensure_ascii=False, indent=indent)):
        assert parse(text.encode()) == (json.loads(text), [])


@given(documents, st.sampled_from([None, 2]))
def test_the_text_at_a_scalars_span_is_the_scalar(value: object, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    wanted = leaves(value)

    spans = locate(text.encode(), [path for path, _ in wanted])

    assert [json.loads(covered(text, span)) for span in spans] == [leaf for _, leaf in wanted]


@given(st.text(alphabet='[]{}",:\\/* \n\t01eN\ud7ffua', max_size=60))
def test_no_text_makes_reading_raise_anything_else(text: str) -> None:
    with suppress(MalformedError):
        parse(text.encode())
    assert len(locate(text.encode(), [("a", 0), ()])) == 2
