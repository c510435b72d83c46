"""YAML that pllint writes: scalars read back as they were, and lists grow without any other byte changing."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pllint.text.yaml_text import parse
from pllint.text.yaml_writing import block, scalar, with_items, writable

_ITEM = ("name: Expense", "# owner:")
_ADDED = "- name: Expense\n    # owner:\n"


def _grown(text: str) -> str | None:
    grown = with_items(text.encode(), "apps", [_ITEM])
    return None if grown is None else grown.decode()


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Expense approval", "Expense approval"),
        ("Dana's environment (test)", "Dana's environment (test)"),
        ("Admin | Sync > v3", "Admin | Sync > v3"),
        ("Größe 東京", "Größe 東京"),
        ("c0ffee00-0000-4000-8000-00000000e001", "c0ffee00-0000-4000-8000-00000000e001"),
        ("yes", '"yes"'),
        ("No", '"No"'),
        ("1.10", '"1.10"'),
        ("0x1F", '"0x1F"'),
        ("2026-03-05", '"2026-03-05"'),
        ("", '""'),
        (" edge", '" edge"'),
        ("a: b", '"a: b"'),
        ("a #b", '"a #b"'),
        ("- a", '"- a"'),
        ("[a, b]", '"[a, b]"'),
        ('say "no"', '"say \\"no\\""'),
        ("a\nb", '"a\\nb"'),
        ("\x1b[2J", '"\\x1b[2J"'),
        ("\u202e", '"\\u202e"'),
        ("half \ud800", '"half \ufffd"'),
    ],
)
def test_a_scalar_is_quoted_only_where_it_needs_to_be(text: str, written: str) -> None:
    assert scalar(text) == written


@given(st.text(st.characters()))
def test_a_scalar_reads_back_as_it_was(text: str) -> None:
    assert parse(f"- {scalar(text)}\n".encode())[0] == [writable(text)]
    assert parse(f"{{a: {scalar(text)}}}\n".encode())[0] == {"a": writable(text)}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("", "apps:\n  " + _ADDED, id="an empty file"),
        pytest.param("# Apps\n", "# Apps\n\napps:\n  " + _ADDED, id="a file of comments"),
        pytest.param("flows: []\n", "flows: []\n\napps:\n  " + _ADDED, id="a file without the list"),
        pytest.param("flows: []", "flows: []\n\napps:\n  " + _ADDED, id="a last line without end"),
        pytest.param("apps:\n", "apps:\n  " + _ADDED, id="a list that is not begun"),
        pytest.param(
            "apps: # ours\n  # - name: old\n\nflows: []\n",
            f"apps: # ours\n  # - name: old\n\n  {_ADDED}\nflows: []\n",
            id="a list of comments",
        ),
        pytest.param("apps: []\n", "apps: [{name: Expense}]\n", id="an empty list in brackets"),
        pytest.param(
            "apps: [{name: A}] # ours\n", "apps: [{name: A}, {name: Expense}] # ours\n", id="a list in brackets"
        ),
        pytest.param("apps: [{name: A},]\n", "apps: [{name: A}, {name: Expense},]\n", id="a comma behind the last"),
        pytest.param(
            "apps:\n  - name: A\n  - name: B\n",
            f"apps:\n  - name: A\n  - name: B\n  {_ADDED}",
            id="no empty lines where there are none",
        ),
        pytest.param(
            "apps:\n  - name: A\n\n  - name: B\n",
            f"apps:\n  - name: A\n\n  - name: B\n\n  {_ADDED}",
            id="an empty line where there are some",
        ),
        pytest.param(
            "apps:\n- name: A\n  # owner: Dana\n# Flows\nflows:\n- name: F\n",
            "apps:\n- name: A\n  # owner: Dana\n\n- name: Expense\n  # owner:\n# Flows\nflows:\n- name: F\n",
            id="comments of the last record stay with it, those of the next list with that",
        ),
        pytest.param(
            "apps:\n    - name: A\n      note: |\n        # no comment\n\n    # end\n",
            "apps:\n    - name: A\n      note: |\n        # no comment\n\n\n    - name: Expense\n      # owner:\n"
            "    # end\n",
            id="a text of several lines",
        ),
        pytest.param(
            "apps:\n  - {name: A,\n     people: [1]} # last\n...\n",
            f"apps:\n  - {{name: A,\n     people: [1]}} # last\n\n  {_ADDED}...\n",
            id="a record in braces, and the end of the document",
        ),
        pytest.param("{apps: []}\n", "{apps: [{name: Expense}]}\n", id="a file in braces"),
    ],
)
def test_items_are_put_at_the_end_of_the_list(before: str, after: str) -> None:
    assert _grown(before) == after


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("apps: ~\n", id="a null that is written"),
        pytest.param("apps: none\n", id="text"),
        pytest.param("apps: {name: A}\n", id="an object"),
        pytest.param("old: &old [1]\napps: *old\n", id="an alias"),
        pytest.param("apps: !!set\n", id="a tag"),
        pytest.param("- name: A\n", id="a list at the top"),
        pytest.param("just words\n", id="words"),
        pytest.param("apps: []\napps: []\n", id="the key twice"),
        pytest.param("apps: []\n---\napps: []\n", id="two documents"),
        pytest.param("apps: [\n", id="broken"),
        pytest.param("{flows: []}\n", id="braces without the list"),
        pytest.param("apps:\n  - note: |\n      a", id="a text of several lines that would gain a line end"),
    ],
)
def test_what_cannot_be_done_safely_is_left_alone(text: str) -> None:
    assert _grown(text) is None


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_line_ends_and_the_byte_order_mark_are_kept(mark: bytes, line_break: str) -> None:
    before = mark + "apps:\n  - name: A\n".replace("\n", line_break).encode()

    grown = with_items(before, "apps", [_ITEM])

    assert grown == before + f"\n  {_ADDED}".replace("\n", line_break).encode()


def test_a_file_in_another_encoding_is_left_alone() -> None:
    assert with_items("apps:\n  - name: Grün\n".encode("cp1252"), "apps", [_ITEM]) is None
    assert with_items("apps: []\n".encode("utf-16"), "apps", [_ITEM]) is None


_WORDS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8)
_COMMENTS = st.lists(st.sampled_from(["", "# note", "  # note", "    # deep", "  "]), max_size=3)


@st.composite
def _files(draw: st.DrawFn) -> bytes:
    lines: list[str] = []
    for key in draw(st.permutations(["apps", "flows", "tenant"])):
        lines += draw(_COMMENTS)
        if key == "tenant":
            lines.append("tenant: {name: Contoso} # ours")
            continue
        indent = " " * draw(st.sampled_from([0, 2, 4]))
        lines.append(f"{key}:{draw(st.sampled_from(['', ' # ours']))}")
        for name in draw(st.lists(_WORDS, max_size=3)):
            lines += draw(_COMMENTS)
            lines.append(f"{indent}- name: {scalar(name)}")
            lines += draw(st.sampled_from([[], [f"{indent}  note: |", f"{indent}    a", "", f"{indent}    b"]]))
            lines += draw(_COMMENTS)
    text = draw(st.sampled_from(["\n", "\r\n"])).join(lines) + draw(st.sampled_from(["", "\n"]))
    return draw(st.sampled_from([b"", b"\xef\xbb\xbf"])) + text.encode()


@settings(max_examples=200)
@given(_files(), st.lists(_WORDS, min_size=1, max_size=3))
def test_nothing_is_lost_and_only_one_stretch_is_new(content: bytes, names: list[str]) -> None:
    # A text of several lines that ends with the file would gain a line end, so such a file is left alone.
    assume(content.endswith(b"\n") or b"note: |" not in content)
    before = parse(content)[0]

    grown = with_items(content, "apps", [(f"name: {scalar(name)}",) for name in names])

    assert grown is not None
    assert isinstance(before, dict)
    after = parse(grown)[0]
    assert after == {**before, "apps": [*(before["apps"] or []), *({"name": name} for name in names)]}
    new = len(grown) - len(content)
    assert any(grown[:at] == content[:at] and grown[at + new :] == content[at:] for at in range(len(content) + 1))


def test_a_block_reads_as_its_items() -> None:
    assert parse(block("apps", [_ITEM, ("name: B",)]).encode())[0] == {"apps": [{"name": "Expense"}, {"name": "B"}]}
