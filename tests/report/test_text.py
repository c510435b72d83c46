"""The report for people: grouping, snippets and the closing lines."""

import pytest

from pllint.finding import CouldNotRun, Place, Report, Severity
from pllint.report import RenderOptions
from pllint.report.layout import folded, snippet
from pllint.report.text import causes, render
from pllint.source import Span


def test_one_policy_line_is_one_paragraph(report: Report) -> None:
    (policy, _) = causes(report.findings)

    assert [(one.finding.component and one.finding.component.name, one.environments) for one in policy.occurrences] == [
        ("Notify", ("hr-production", "hr-test")),
        ("Remind", ("hr-production",)),
    ]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"policy": "Another"}, id="another policy"),
        pytest.param({"connectors": ("shared_sql",)}, id="another connector"),
        pytest.param({"check": "DLP102"}, id="another check"),
        pytest.param({"message": "Something else"}, id="another message"),
        pytest.param({"severity": Severity.INFO}, id="another severity"),
    ],
)
def test_another_cause_is_another_paragraph(report: Report, change: dict[str, str]) -> None:
    first, second, *_ = report.findings

    assert len(causes([first, second])) == 1
    assert len(causes([first, second._replace(**change)])) == 2  # type: ignore[arg-type]


def test_an_environment_named_like_part_of_a_word_does_not_join_different_messages(report: Report) -> None:
    first = report.findings[0]._replace(environment="test", message="the latest run")
    second = first._replace(environment="prod", message="the laprod run")

    assert len(causes([first, second])) == 2


@pytest.mark.parametrize(
    ("messages", "number"),
    [
        pytest.param(("'hr-test' and hr-test.", "'hr' and hr."), 1, id="between other signs, several times"),
        pytest.param(("in hr-test-2", "in hr-2"), 2, id="the beginning of a name"),
        pytest.param(("in new-hr-test", "in new-hr"), 2, id="the end of a name"),
        pytest.param(("hr-test_a hr-test", "hr-test_a hr"), 1, id="a part first, then the name"),
        pytest.param(("hr-test", "hr"), 1, id="nothing else"),
    ],
)
def test_messages_that_differ_in_a_name_alone_have_one_cause(
    report: Report, messages: tuple[str, str], number: int
) -> None:
    first = report.findings[0]._replace(environment="hr-test", message=messages[0])
    second = first._replace(environment="hr", message=messages[1])

    assert len(causes([first, second])) == number


@pytest.mark.parametrize(
    ("line", "column", "end_column", "text", "caret"),
    [
        pytest.param('  "a": 1', 3, 6, '"a": 1', "^^^", id="indentation is cut"),
        pytest.param('\t\t"a": 1', 3, 6, '"a": 1', "^^^", id="tabs too"),
        pytest.param("a 東京 b", 3, 5, "a 東京 b", "  ^^^^", id="wide characters take two columns"),
        pytest.param("cafe\u0301 x", 7, 8, "cafe\u0301 x", "     ^", id="combining characters take none"),
        pytest.param("abc", 2, None, "abc", " ^^", id="a span over lines is marked to the end"),
        pytest.param("abc", 9, 12, "abc", "   ^", id="a place past the end is marked at the end"),
        pytest.param(
            "x" * 50 + "KEY" + "y" * 200, 51, 54, "…" + "x" * 30 + "KEY" + "y" * 5 + "…", " " * 31 + "^^^", id="long"
        ),
        pytest.param("KEY" + "y" * 200, 1, 4, "KEY" + "y" * 35 + "…", "^^^", id="long, at the start"),
    ],
)
def test_the_caret_is_under_the_place(line: str, column: int, end_column: int | None, text: str, caret: str) -> None:
    shown = snippet(line, column, end_column, 40, "…")

    assert (shown.text, shown.caret) == (text, caret)


@pytest.mark.parametrize("text", ["a", " a", "", "a  b ", "  ", "東京 b"])
def test_folding_a_text_that_fits_leaves_out_blanks_at_its_beginning_alone(text: str) -> None:
    assert list(folded(text, 20)) == [text.lstrip()]


def test_folding_breaks_between_words() -> None:
    assert list(folded("one two three", 7)) == ["one two", "three"]


def test_a_place_without_extent_has_no_snippet(report: Report) -> None:
    finding = report.findings[2]._replace(place=Place("a.yaml", Span(1, 1, 1, 1)))

    assert (
        "|"
        not in render(report._replace(findings=(finding,)), RenderOptions()).partition("sure?")[0].partition("-->")[2]
    )


def test_a_clean_run_says_what_was_read(report: Report) -> None:
    clean = report._replace(findings=(), could_not_run=(), skipped=(), exit_status=0, profile_met=None, held_back_by=())

    assert render(clean, RenderOptions()) == (
        "Read 2 solutions, 14 cloud flows, 1 policy and 3 governance files.\n"
        "Rules as of 2026-11-21; connectors data of 2026-09-05; plans data of 2026-11-21.\n"
        "No findings.\n"
    )


def test_a_run_that_recognised_nothing_says_so(report: Report) -> None:
    empty = report._replace(
        read=(), findings=(), could_not_run=(), skipped=(), exit_status=3, profile_met=None, held_back_by=()
    )

    assert render(empty, RenderOptions()).startswith("Read nothing: found no solution, ")


def test_where_nothing_was_read_nobody_wants_to_know_what_could_not_run(report: Report) -> None:
    assert "could not run" not in render(report._replace(read=()), RenderOptions())


def test_many_gaps_alike_are_told_by_two(report: Report) -> None:
    gaps = tuple(CouldNotRun(reason=f"the host of {n} is not known", check="DLP112") for n in range(5))

    text = render(report._replace(findings=(), could_not_run=gaps), RenderOptions())

    assert "  DLP112: the host of 1 is not known\n  DLP112: 3 more like this (--output json lists all)\n" in text


def test_long_lists_are_cut_with_a_word_about_the_rest(report: Report) -> None:
    first = report.findings[0]
    many = [
        first._replace(related=first.related * 6, place=Place(f"src/{n}.json", first.place.span)) for n in range(12)
    ]

    text = render(report._replace(findings=tuple(many)), RenderOptions())

    assert "  because  2 more (--output json lists all)\n" in text
    assert "  also     3 more places (--output concise lists all)\n" in text
