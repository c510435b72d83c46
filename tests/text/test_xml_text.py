"""XML becomes plain elements, expands nothing, and its places are found again."""

import pytest

from pllint.source import KeyPath, Span
from pllint.text.problem import DEFAULT_LIMITS, Limits, MalformedError, ProblemKind
from pllint.text.xml_text import Element, locate, parse


def problem_of(content: bytes, limits: Limits = DEFAULT_LIMITS) -> tuple[ProblemKind, str, Span | None]:
    with pytest.raises(MalformedError) as caught:
        parse(content, limits)
    return caught.value.problem


def read(text: str) -> Element:
    return parse(text.encode())[0]


def test_elements_keep_tags_attributes_text_and_order() -> None:
    root = read('<a><b x="1">one &amp; <c/>two</b><d/></a>')

    assert [(child.tag, child.ordinal) for child in root.children] == [("b", 1), ("d", 3)]
    assert (root.children[0].attributes, root.children[0].text) == ({"x": "1"}, "one & two")


def test_namespaces_and_prefixes_are_kept_out_of_tags() -> None:
    root = read('<p:Types xmlns:p="urn:x"><p:Default/></p:Types>')

    assert (root.tag, root.children[0].tag) == ("Types", "Default")


def test_blank_text_between_elements_is_no_text() -> None:
    assert read("<a>\n  <b/>\n</a>").text == ""


def test_children_and_attributes_are_found_in_any_case() -> None:
    root = read('<a><SchemaName Id="1"/><schemaname id="2"/><b><c>deep</c></b></a>')
    first = root.child("schemaname")

    assert first is not None
    assert (first.get("ID"), len(root.children_of("SCHEMANAME"))) == ("1", 2)
    deep = root.descend("B", "C")
    assert deep is not None
    assert (deep.text, root.descend("b", "x", "y"), first.get("x")) == ("deep", None, None)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("<a/>", None, id="absent"),
        pytest.param('<a xmlns:xsi="x"><v xsi:nil="true"/></a>', None, id="nil"),
        pytest.param("<a><v/></a>", "", id="empty"),
        pytest.param("<a><v> 1.0 </v></a>", "1.0", id="stripped"),
    ],
)
def test_a_value_is_the_text_of_a_child_or_none(text: str, value: str | None) -> None:
    assert read(text).value("V") == value


@pytest.mark.parametrize(
    "content",
    [
        pytest.param('<?xml version="1.0" encoding="utf-8"?><a>é</a>'.encode("utf-8-sig"), id="mark and declaration"),
        pytest.param("<a>é</a>".encode(), id="no declaration"),
        pytest.param('<?xml version="1.0" encoding="utf-16"?><a>é</a>'.encode("utf-16"), id="declared UTF-16"),
        pytest.param('<?xml version="1.0" encoding="Windows-1252"?><a>é</a>'.encode("cp1252"), id="declared 1252"),
        pytest.param(b"<!DOCTYPE a><a>\xc3\xa9</a>", id="a document type without entities"),
    ],
)
def test_usual_encodings_are_read_without_a_problem(content: bytes) -> None:
    root, problems = parse(content)

    assert (root.text, problems) == ("é", [])


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("<a>é</a>".encode("cp1252"), id="1252"),
        pytest.param("<a>é</a>".encode("utf-16"), id="16"),
    ],
)
def test_an_undeclared_encoding_is_read_with_a_problem(content: bytes) -> None:
    root, problems = parse(content)

    assert root.text == "é"
    assert [problem.kind for problem in problems] == [ProblemKind.ENCODING]


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        pytest.param("", "the file is empty", (1, 1), id="empty"),
        pytest.param("hello", "an element was expected, but 'h' was found", (1, 1), id="no element"),
        pytest.param("<a>\n <b></a>", "an end tag does not fit the element that is open", (2, 7), id="mismatch"),
        pytest.param("<a><b>", "an element is not closed before the text ends", (1, 7), id="cut"),
        pytest.param("<a b='1' b='2'/>", "an attribute is repeated in one element", (1, 10), id="attribute"),
        pytest.param("<a/><b/>", "text follows after the end of the document", (1, 5), id="two roots"),
        pytest.param("<a>&x;</a>", "an entity is used that is not defined", (1, 4), id="entity"),
    ],
)
def test_a_syntax_error_names_what_was_found_and_where(text: str, message: str, place: tuple[int, int]) -> None:
    kind, said, span = problem_of(text.encode())

    assert (kind, said) == (ProblemKind.UNREADABLE, message)
    assert span is not None
    assert span[:2] == place


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('<!DOCTYPE a [\n<!ENTITY x "y">]><a>&x;</a>', id="an entity"),
        pytest.param('<!DOCTYPE a [\n<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', id="a file"),
        pytest.param('<!DOCTYPE a [\n<!ENTITY % p SYSTEM "http://contoso.example/x.dtd"> %p;]><a/>', id="a parameter"),
        pytest.param('<!DOCTYPE a SYSTEM "x.dtd"><a>\n&x;</a>', id="an entity defined elsewhere"),
    ],
)
def test_entities_are_refused_with_their_place(text: str) -> None:
    kind, _, span = problem_of(text.encode())

    assert kind is ProblemKind.UNSAFE
    assert span is not None
    assert span.line == 2


def test_an_entity_bomb_is_refused_before_it_expands() -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))

    assert problem_of(f'<!DOCTYPE a [<!ENTITY e0 "x">{entities}]><a>&e11;</a>'.encode())[0] is ProblemKind.UNSAFE


@pytest.mark.parametrize("content", [b"<a>" * 100_000, b"<a>" * 201 + b"</a>" * 201])
def test_nesting_beyond_the_limit_is_refused(content: bytes) -> None:
    assert problem_of(content)[0] is ProblemKind.LIMIT


def test_nesting_up_to_the_limit_is_read() -> None:
    assert read("<a>" * 200 + "</a>" * 200).tag == "a"


SAMPLE = """<?xml version="1.0"?>
<Import><Parts>
  <Part id="å" kind='>'/><Part id="b"
    kind="c">  hällo </Part>
  <Refs>{"apis": [{"id": 1}]}</Refs>
  <Both>
    text
  </Both>
</Parts></Import>"""


@pytest.mark.parametrize(
    ("path", "text", "pointer"),
    [
        pytest.param((0,), "<Import>", "/Import", id="the root"),
        pytest.param((), "<Import>", "/Import", id="no path"),
        pytest.param((99,), "<Import>", "/Import", id="an element that is gone"),
        pytest.param((2,), "<Part id=\"å\" kind='>'/>", "/Import/Parts/Part[1]", id="a start tag"),
        pytest.param((2, "@ID"), 'id="å"', "/Import/Parts/Part[1]/@id", id="an attribute"),
        pytest.param((2, "@x"), "<Part id=\"å\" kind='>'/>", "/Import/Parts/Part[1]", id="an attribute that is gone"),
        pytest.param((3,), "hällo", "/Import/Parts/Part[2]", id="the text of a leaf"),
        pytest.param((3, "@id"), 'id="b"', "/Import/Parts/Part[2]/@id", id="an attribute of a long tag"),
        pytest.param((3, "@kind"), 'kind="c"', "/Import/Parts/Part[2]/@kind", id="an attribute on the next line"),
        pytest.param((4, "apis", 0, "id"), '{"apis": [{"id": 1}]}', "/Import/Parts/Refs#/apis/0/id", id="keys inside"),
        pytest.param((4, "gone"), '{"apis": [{"id": 1}]}', "/Import/Parts/Refs", id="keys that are not inside"),
        pytest.param((5,), "text", "/Import/Parts/Both", id="text on a line of its own"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_elements_are_found(path: KeyPath, text: str, pointer: str, end: str) -> None:
    span = locate(SAMPLE.replace("\n", end).encode(), [path])[0]

    assert span.pointer == pointer
    assert span.line == span.end_line
    assert SAMPLE.split("\n")[span.line - 1][span.column - 1 : span.end_column - 1] == text


def test_many_elements_are_found_in_one_pass() -> None:
    content = ("<a>" + "".join(f"<b>ø{n}</b>" for n in range(50)) + "</a>").encode()

    spans = locate(content, [(50,), (1,), (25,)])

    assert [span.pointer for span in spans] == ["/a/b[50]", "/a/b[1]", "/a/b[25]"]
    assert [span.end_column - span.column for span in spans] == [3, 2, 3]


def test_a_start_tag_over_several_lines_is_clipped_to_its_first() -> None:
    assert locate(b'<a\n b="1">\n<c/></a>', [(0,)]) == [Span(1, 1, 1, 3, "/a")]


def test_what_lies_before_the_fault_of_a_broken_text_is_found() -> None:
    assert locate(b"<a><b/><c></a>", [(1,)]) == [Span(1, 4, 1, 8, "/a/b")]


def test_locating_in_no_xml_does_not_raise() -> None:
    assert locate(b"nothing", [(3, "@id")]) == [Span(1, 1, 1, 1)]
