"""Text from linted files does nothing where it is printed."""

import html
import json

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from pllint.report import escape


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        pytest.param("plain café 東京 👩‍💻", "plain café 東京 👩‍💻", id="ordinary text of any script stays"),
        pytest.param("\x1b[2J\x9b1m\x07", r"\x1b[2J\x9b1m\x07", id="control sequences are shown"),
        pytest.param("a\nb\r\tc", r"a\nb\r\tc", id="it stays on one line"),
        pytest.param("a\u202eb\u2066c\u200f", r"a\u202eb\u2066c\u200f", id="marks of direction are shown"),
        pytest.param("\ud800", r"\ud800", id="half a surrogate pair is shown"),
        pytest.param("\U000e0041", r"\U000e0041", id="invisible tags are shown"),
        pytest.param(" ::error::x", r" \x3a:error::x", id="GitHub commands at the start of a line"),
        pytest.param("std::vector", "std::vector", id="colons inside a line stay"),
        pytest.param("a ##VSO[task.x]##[error]", r"a #\x23VSO[task.x]#\x23[error]", id="Azure commands anywhere"),
    ],
)
def test_terminals_and_logs_obey_nothing(text: str, printed: str) -> None:
    assert escape.for_terminal(text) == printed


@pytest.mark.parametrize("line", ["\t- a\x1b[2Jb", "\u202eabc", "x ##vso[task]"])
def test_a_displayed_line_keeps_its_columns(line: str) -> None:
    shown = escape.for_display(line)

    assert len(shown) == len(line)
    assert not set(shown) & {"\x1b", "\u202e", "\t"}
    assert "##" not in shown


@pytest.mark.parametrize("value", ["\u202e", "\x7f\x9b", "\ud800", "##vso[a]", "##[b]", "\U000e0041", "a\u2028b"])
def test_json_is_safe_to_print_and_means_the_same(value: str) -> None:
    written = escape.for_json(json.dumps({"key": value}, ensure_ascii=False))

    assert json.loads(written) == {"key": value}
    assert written.isprintable()
    assert "##" not in written
    written.encode()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("100%", "100%25", id="per cent"),
        pytest.param("a\r\nb\nc", "a%0Ab%0Ac", id="lines"),
        pytest.param("a\rb", r"a\rb", id="a lone carriage return is shown"),
        pytest.param("##vso[x]", r"#\x23vso[x]", id="commands of other services"),
    ],
)
def test_messages_of_workflow_commands_are_encoded(text: str, message: str) -> None:
    assert escape.for_github_message(text) == message


def test_properties_of_workflow_commands_end_nowhere_else() -> None:
    assert escape.for_github_property("a::b,c=d\n") == "a%3A%3Ab%2Cc=d%0A"


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        pytest.param("hr-production, 1.5 (x): 2026-10-30", "hr-production, 1.5 (x): 2026-10-30", id="nothing special"),
        pytest.param("[x](y) *b* `c` | ~d~ $e$\n", r"\[x\](y) \*b\* \`c\` \| \~d\~ \$e\$\\n", id="marks"),
        pytest.param("<script>'&", "&lt;script&gt;&#39;&amp;", id="HTML"),
        pytest.param("https://a.b www.c.d", r"https\://a.b www\.c.d", id="addresses"),
        pytest.param("- a", r"\- a", id="a list"),
        pytest.param("12. a", r"12\. a", id="a numbered list"),
        pytest.param("# a", r"\# a", id="a heading"),
        pytest.param("@all a/b#12 a@b", "@<!-- -->all a/b#<!-- -->12 a@b", id="people and numbers of a forge"),
    ],
)
def test_markdown_means_nothing_by_the_text(text: str, markdown: str) -> None:
    assert escape.for_markdown(text) == markdown


@given(st.text(st.sampled_from("ab1 .-+#*_`~[](){}<>|!$&;:/@\\=\"'wW") | st.characters(), max_size=30))
@example("1. www.a.b http://a.b ---")
def test_markdown_shows_text_as_it_is(text: str) -> None:
    harmless = html.unescape(escape.for_html(text.strip()))
    assume(harmless)

    assert _shown(escape.for_markdown(text.strip())) == harmless
    assert _shown(f"a{escape.for_markdown(text.strip())}b") == f"a{harmless}b"


def _shown(markdown: str) -> str:
    """Give the text of the one paragraph that Markdown makes of it; what it makes beside text is told in brackets."""
    reader = MarkdownIt("gfm-like", {"html": True})
    assert reader.linkify
    reader.linkify.set({"fuzzy_link": False, "fuzzy_email": False})  # forges make no link of a bare `a.b`
    tokens = reader.parse(markdown)
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    parts = [child for child in tokens[1].children or [] if child.content != "<!-- -->"]
    return "".join(child.content if child.type in {"text", "text_special"} else f"[{child.type}]" for child in parts)


def test_html_ends_no_element_and_no_attribute() -> None:
    assert escape.for_html("<a b=\"c\" d='e'>&") == "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a"])
def test_spreadsheets_calculate_nothing(text: str) -> None:
    assert escape.for_csv(text) == f'"\'{text}"'


def test_cells_are_quoted() -> None:
    assert escape.for_csv('a"b;c') == '"a""b;c"'


def test_messages_in_sarif_hold_no_links() -> None:
    assert escape.for_sarif("see [here](1)\nand \u202e") == "see [here] (1)\nand \\u202e"
