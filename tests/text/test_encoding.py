"""Bytes become text, and whatever is not UTF-8 is said."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pllint.source import Span
from pllint.text.encoding import decode
from pllint.text.lines import Lines, clip
from pllint.text.problem import ProblemKind

TEXT = '{"city": "Århus"}'


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(TEXT.encode(), id="UTF-8"),
        pytest.param(TEXT.encode("utf-8-sig"), id="UTF-8 with a mark"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_utf8_is_read_without_a_problem(content: bytes) -> None:
    assert decode(content) == (TEXT if content else "", None)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(TEXT.encode("utf-16"), id="UTF-16 with a mark"),
        pytest.param(b"\xfe\xff" + TEXT.encode("utf-16-be"), id="big-endian with a mark"),
        pytest.param(TEXT.encode("utf-16-le"), id="little-endian without a mark"),
        pytest.param(TEXT.encode("utf-16-be"), id="big-endian without a mark"),
        pytest.param(TEXT.encode("utf-32"), id="UTF-32 with a mark"),
        pytest.param(TEXT.encode("cp1252"), id="Windows-1252"),
    ],
)
def test_other_encodings_are_read_with_a_problem(content: bytes) -> None:
    text, problem = decode(content)

    assert text == TEXT
    assert problem is not None
    assert problem.kind is ProblemKind.ENCODING


def test_the_first_byte_that_is_not_utf8_is_named_with_its_place() -> None:
    _, problem = decode("first\r\nsecond ø".encode("cp1252"))

    assert problem is not None
    assert "0xF8" in problem.message
    assert problem.span == Span(2, 8, 2, 9)


@given(st.binary())
def test_no_bytes_make_decoding_raise(content: bytes) -> None:
    text, _ = decode(content)

    text.encode()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_counts_once(end: str) -> None:
    text = f"one{end}two{end}three"

    assert Lines(text).position(text.index("three") + 1) == (3, 2)


def test_mixed_line_ends_count_once_each() -> None:
    text = "a\rb\nc\r\nd\u2028e"

    assert [Lines(text).position(text.index(letter)) for letter in "abcde"] == [
        (1, 1),
        (2, 1),
        (3, 1),
        (4, 1),
        (4, 3),
    ]


@given(st.text(alphabet="ab\n\r\x0b\x85\u2028", max_size=60), st.lists(st.integers(0, 60), min_size=1, max_size=4))
def test_lines_are_the_same_in_whatever_order_places_are_asked_for(text: str, offsets: list[int]) -> None:
    starts = [0, *(match.end() for match in re.finditer(r"\r\n?|\n", text))]
    long = "x" * 20_000 + "\n" + text
    lines = Lines(long)
    lines.position(0)  # the rest is indexed when it is asked for

    for offset in offsets:
        if offset <= len(text):
            line = sum(start <= offset for start in starts)
            assert lines.position(20_001 + offset) == (line + 1, offset - starts[line - 1] + 1)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_line_end_at_the_end_begins_a_line(end: str) -> None:
    text = f"ab{end}"

    assert Lines(text).position(len(text)) == (2, 1)


def test_a_stretch_is_clipped_before_the_end_of_its_line() -> None:
    text = "ab\r\ncd"

    assert clip(text, 1, 6, Lines(text)) == 2
