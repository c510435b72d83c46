"""Tables: delimiters, encodings, quoting, and rows back to their lines."""

import pytest

from pllint.text import csv_text
from pllint.text.problem import Limits, MalformedError

ROWS = [{"Name": "Parcel plan", "Bought": "40"}, {"Name": "Desk, second", "Bought": "7"}]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b'Name,Bought\r\nParcel plan,40\r\n"Desk, second",7\r\n', id="commas"),
        pytest.param(b"Name;Bought\nParcel plan;40\nDesk, second;7\n", id="semicolons, as in Europe"),
        pytest.param(b"Name\tBought\nParcel plan\t40\nDesk, second\t7\n", id="tabs"),
        pytest.param(b"sep=;\nName;Bought\nParcel plan;40\nDesk, second;7\n", id="the delimiter told"),
        pytest.param(b'"Name";"Bought"\n"Parcel plan";"40"\n"Desk, second";7\n', id="everything quoted"),
        pytest.param(b"\xef\xbb\xbfName;Bought\nParcel plan;40\nDesk, second;7\n", id="byte order mark"),
        pytest.param("\ufeffName\tBought\nParcel plan\t40\nDesk, second\t7\n".encode("utf-16-le"), id="UTF-16"),
        pytest.param(b"\n\nName;Bought\n\nParcel plan;40\n;\nDesk, second;7", id="empty rows"),
        pytest.param(b"Name;Bought;Name\nParcel plan;40;other\nDesk, second;7;x;y\n", id="a name twice"),
    ],
)
def test_a_table_is_read_however_it_was_saved(content: bytes) -> None:
    assert csv_text.parse(content) == (ROWS, [])


def test_a_code_page_is_read_and_told() -> None:
    rows, problems = csv_text.parse("Name;Bought\nPlan für alle;3\n".encode("cp1252"))

    assert rows == [{"Name": "Plan für alle", "Bought": "3"}]
    assert [problem.kind.value for problem in problems] == ["encoding"]


def test_the_header_is_read_alone() -> None:
    assert csv_text.header(b"Name;Bought\n" + b"x;1\n" * 100_000) == ("Name", "Bought")


def test_a_row_is_found_on_the_line_it_starts_on() -> None:
    content = b'sep=,\nName,Bought\n"Parcel\nplan",40\n\nDesk,7\n'

    spans = csv_text.locate(content, [(0, "Bought"), (1,), (), (9,)])

    assert [(span.line, span.end_line, span.pointer) for span in spans] == [
        (3, 3, "/0/Bought"),
        (6, 6, "/1"),
        (1, 1, ""),
        (1, 1, ""),
    ]


@pytest.mark.parametrize("content", [b"", b"\n\n", b"Name;Bought\n"])
def test_a_table_without_rows_has_none(content: bytes) -> None:
    assert csv_text.parse(content) == ([], [])


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(MalformedError, match="the table cannot be read"):
        csv_text.parse(b'Name\n"' + b"x" * 200_000 + b'"\n')


def test_a_table_beyond_the_limit_is_refused() -> None:
    with pytest.raises(MalformedError):
        csv_text.parse(b"Name\nx\n", Limits(member_bytes=3))
