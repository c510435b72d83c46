"""HCL gives plain values and expressions, and every path leads back to its place."""

import pytest

from pllint.source import KeyPath
from pllint.text import hcl_text
from pllint.text.places import Expression
from pllint.text.problem import Limits, MalformedError, ProblemKind

TEXT = """\
# Zürich: a character of two bytes before every place
resource "powerplatform_environment" "hr" {
  display_name = "HR é" # says so
  dataverse = {
    "domain" = "hr"
    code     = 1033
  }
  owners = toset([
    "ann",
    local.boss,
  ])
}

locals {
  boss = "bea"
}
"""


def value(text: str) -> object:
    return hcl_text.parse_text(f"x = {text}\n")["x"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param('"plain"', "plain", id="string"),
        pytest.param(r'"a\tb\n\"q\" é \u00e9"', 'a\tb\n"q" é é', id="escapes"),
        pytest.param('"  spaced  "', "  spaced  ", id="spaces at both ends"),
        pytest.param('"$${kept} %%{kept}"', "${kept} %{kept}", id="escaped templates"),
        pytest.param('""', "", id="empty string"),
        pytest.param("7", 7, id="number"),
        pytest.param("-1.5", -1.5, id="negative number"),
        pytest.param("(true)", True, id="in brackets"),
        pytest.param("null", None, id="null"),
        pytest.param("[]", [], id="empty list"),
        pytest.param('["a", /* c */ "b", # d\n]', ["a", "b"], id="list with comments"),
        pytest.param('{ a = 1, "b" : 2 }', {"a": 1, "b": 2}, id="object"),
        pytest.param("<<-EOT\n    one\n      two\n    EOT", "one\n  two\n", id="indented heredoc"),
        pytest.param("<<EOT\n  one\nEOT", "  one\n", id="heredoc"),
    ],
)
def test_a_literal_gives_its_value(text: str, expected: object) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("local.rest", ("local", "rest")),
        ("powerplatform_environment.hr.id", ("powerplatform_environment", "hr", "id")),
        ("var.a[0]", ()),
        ('"env-${var.stage}"', ()),
        ("[for c in data.all : c]", ()),
        ("a ? b : c", ()),
        ("1 + 2", ()),
        ("{ (var.key) = 1 }", ()),
        ("{ for k, v in var.m : k => v }", ()),
        ("concat([1], var.x)", ()),
        ("<<EOT\n${var.x}\nEOT", ()),
    ],
)
def test_what_is_computed_is_an_expression_and_never_a_value(text: str, reference: tuple[str, ...]) -> None:
    found = value(text)
    assert isinstance(found, Expression)
    assert (found.text, found.reference) == (" ".join(text.split()), reference)


def test_a_call_gives_its_function_and_arguments() -> None:
    found = value('concat(["a"], local.b)')
    assert isinstance(found, Expression)
    assert (found.function, found.arguments[0], repr(found.arguments[1])) == ("concat", ["a"], "Expression('local.b')")


def test_blocks_are_what_the_json_syntax_makes_of_them() -> None:
    document = hcl_text.parse_text('a "b" c {\n  d {\n    e = 1\n  }\n}\na "b" c {}\n')
    assert document == {"a": {"b": {"c": [{"d": [{"e": 1}]}, {}]}}}


HR = ("resource", "powerplatform_environment", "hr", 0)


@pytest.mark.parametrize(
    ("path", "place"),
    [
        pytest.param(HR, (2, 1, 2, 42), id="the head of a block"),
        pytest.param((*HR, "display_name"), (3, 18, 3, 24), id="the text of a scalar"),
        pytest.param((*HR, "dataverse"), (4, 3, 4, 12), id="the key of an object"),
        pytest.param((*HR, "dataverse", "domain"), (5, 16, 5, 20), id="behind a quoted key"),
        pytest.param((*HR, "dataverse", "code"), (6, 16, 6, 20), id="a number"),
        pytest.param((*HR, "owners"), (8, 12, 8, 19), id="the first line of an expression"),
        pytest.param((*HR, "owners", 0, 1), (10, 5, 10, 15), id="inside the argument of a call"),
        pytest.param(("locals", 0, "boss"), (15, 10, 15, 15), id="in another block"),
        pytest.param((*HR, "display_name", "gone"), (3, 18, 3, 24), id="gone: its parent"),
        pytest.param((), (1, 1, 1, 2), id="the file"),
    ],
)
def test_a_path_leads_to_its_place(path: KeyPath, place: tuple[int, int, int, int]) -> None:
    (span,) = hcl_text.locate(TEXT.encode(), [path])
    assert span[:4] == place


def test_the_pointer_says_how_far_a_path_went() -> None:
    (span,) = hcl_text.locate(TEXT.encode(), [(*HR, "display_name", "gone")])
    assert span.pointer == "/resource/powerplatform_environment/hr/0/display_name"


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("a = \n", "not HCL: a value or name is missing", 1),
        ("a = [1\n", "not HCL: ] is missing", 1),
        ('a = "b\n', "not HCL: the closing quotation mark is missing", 1),
        ("resource {\n", "not HCL: } is missing", 1),
        ("a = 1\n]\n", "not HCL: the text cannot be read from here on", 2),
    ],
)
def test_text_that_is_no_hcl_is_refused_at_its_place(text: str, message: str, line: int) -> None:
    with pytest.raises(MalformedError) as caught:
        hcl_text.parse(text.encode())
    problem = caught.value.problem
    assert (problem.kind, problem.message) == (ProblemKind.UNREADABLE, message)
    assert problem.span is not None
    assert problem.span.line in {line, line + 1}


@pytest.mark.parametrize(
    "text", ["a=" + "[" * 300 + "]" * 300, "a=" + "(" * 300 + "1" + ")" * 300, "a {" * 300 + "}" * 300]
)
def test_depth_has_a_limit(text: str) -> None:
    with pytest.raises(MalformedError) as caught:
        hcl_text.parse(text.replace("{", "{\n").replace("}", "\n}\n").encode(), Limits(nesting=200))
    assert caught.value.problem.kind is ProblemKind.LIMIT


def test_templates_of_the_json_syntax_are_expressions() -> None:
    found = hcl_text.templated({"a": ["${local.b}", "x-${var.c}", "plain"]})
    assert isinstance(found, dict)
    whole, part, plain = found["a"]
    assert (whole.reference, part.reference, plain) == (("local", "b"), (), "plain")
