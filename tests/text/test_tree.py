"""Folders and archives give the same names, and hostile ones cost nothing."""

import io
import os
import struct
import tracemalloc
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from pllint.text.problem import DEFAULT_LIMITS, Limits, MalformedError, ProblemKind
from pllint.text.tree import Archive, Entry, Folder, Tree

FILES = {
    "Workflows/Notify-1.json": b"{}",
    "Workflows/Remind.json": b"[]",
    "solution.xml": b"<a/>",
    "Other/deep/er/x.txt": b"x" * 10,
}


def zipped(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return memory.getvalue()


def unzipped(path: Path, files: Mapping[str, bytes]) -> str:
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return str(path)


def names(tree: Tree) -> list[str]:
    return [entry.name for entry in tree.entries()]


def kinds(tree: Tree) -> list[ProblemKind]:
    tree.entries()
    return [problem.kind for problem in tree.problems]


def refusal(content: bytes, limits: Limits = DEFAULT_LIMITS) -> ProblemKind:
    with pytest.raises(MalformedError) as caught:
        Archive.open(content, "x.zip!", limits)
    return caught.value.problem.kind


def test_a_folder_and_its_zip_are_the_same_tree(tmp_path: Path) -> None:
    folder = Folder(unzipped(tmp_path, FILES))
    archive = Archive.open(zipped(FILES), "x.zip!")

    assert list(folder.entries()) == list(archive.entries()) == sorted(Entry(n, len(c)) for n, c in FILES.items())
    assert [folder.read(name) for name in FILES] == [archive.read(name) for name in FILES] == list(FILES.values())


def test_folders_of_tools_are_not_entered(tmp_path: Path) -> None:
    files = {f"{name}/x.json": b"" for name in (".git", "a/node_modules", ".venv", "__pycache__")} | {"a/b": b""}

    assert names(Folder(unzipped(tmp_path, files))) == names(Archive.open(zipped(files), "")) == ["a/b"]


@pytest.mark.parametrize(
    ("label", "shown"),
    [("", "a/b.json"), ("src", "src/a/b.json"), ("src/", "src/a/b.json"), ("x!", "x!a/b.json")],
)
def test_a_source_is_shown_with_the_label(tmp_path: Path, label: str, shown: str) -> None:
    source = Folder(unzipped(tmp_path, {"a/b.json": b"1"}), label).source("a/b.json")

    assert (source.path, source.read()) == (shown, b"1")


def test_a_source_is_read_again_each_time(tmp_path: Path) -> None:
    source = Folder(unzipped(tmp_path, {"a": b"1"})).source("a")
    (tmp_path / "a").write_bytes(b"2")

    assert source.read() == b"2"


def test_names_are_found_in_any_case() -> None:
    tree = Archive.open(zipped(FILES), "")

    assert (tree.find("SOLUTION.xml"), tree.find("solution.xml"), tree.find("gone")) == (
        "solution.xml",
        "solution.xml",
        None,
    )


def test_a_subtree_is_a_view_with_the_same_display_paths(tmp_path: Path) -> None:
    for tree in (Folder(unzipped(tmp_path, FILES), "src"), Archive.open(zipped(FILES), "src/")):
        part = tree.subtree("Other/").subtree("deep")

        assert names(part) == ["er/x.txt"]
        assert part.find("ER/X.TXT") == "er/x.txt"
        assert part.read("er/x.txt") == b"x" * 10
        assert part.source("er/x.txt").path == "src/Other/deep/er/x.txt"


def test_a_subtree_takes_no_neighbour_of_a_similar_name() -> None:
    tree = Archive.open(zipped({"a/x": b"", "a b/x": b"", "ab/x": b"", "a": b""}), "")

    assert names(tree.subtree("a")) == ["x"]
    assert tree.subtree("") is tree


def test_a_folder_can_be_given_its_entries(tmp_path: Path) -> None:
    tree = Folder(unzipped(tmp_path, FILES), entries=[Entry("solution.xml", 4)])

    assert names(tree) == ["solution.xml"]


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "a/../../secret", "C:/x", "gone"])
def test_nothing_outside_a_tree_is_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_bytes(b"s")
    for tree in (Folder(unzipped(tmp_path / "in", FILES)), Archive.open(zipped(FILES), "")):
        with pytest.raises(FileNotFoundError):
            tree.read(name)


def test_names_that_move_the_cursor_are_left_out_aloud_and_odd_ones_are_read(tmp_path: Path) -> None:
    odd = ["a:b.json", "Parcel\u00a0desk.json", "C:x.json"]
    for name in ("line\nbreak.json", "red\x1b[31m.json", "turned\u202e.json", *odd):
        (tmp_path / name).write_bytes(b"1")
    tree = Folder(str(tmp_path))

    assert (names(tree), kinds(tree)) == (sorted(odd), [ProblemKind.UNSAFE] * 3)
    assert [tree.read(name) for name in odd] == [b"1"] * 3
    assert all(problem.message.isascii() and problem.message.isprintable() for problem in tree.problems)


def test_a_pipe_is_left_out_aloud_and_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "flow.json")
    tree = Folder(str(tmp_path))

    assert (names(tree), kinds(tree)) == ([], [ProblemKind.UNREADABLE])
    with pytest.raises(FileNotFoundError):
        tree.read("flow.json")


def test_links_out_of_a_folder_are_not_followed(tmp_path: Path) -> None:
    unzipped(tmp_path, {"out/secret": b"s", "in/a": b"1"})
    for link, target in {
        "file": "../out/secret",
        "folder": "../out",
        "round": ".",
        "same": "a",
        "none": "x",
    }.items():
        (tmp_path / "in" / link).symlink_to(target)
    tree = Folder(str(tmp_path / "in"))

    assert names(tree) == ["a", "same"]
    assert sorted(kinds(tree)) == [ProblemKind.UNREADABLE, ProblemKind.UNSAFE, ProblemKind.UNSAFE]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    assert names(Folder(str(tmp_path))) == []


def test_a_file_beyond_the_size_limit_is_refused_when_read(tmp_path: Path) -> None:
    with pytest.raises(MalformedError) as caught:
        Folder(unzipped(tmp_path, {"a": b"12345"}), limits=Limits(member_bytes=4)).read("a")

    assert caught.value.problem.kind is ProblemKind.LIMIT


def test_backslashes_and_explicit_folders_in_a_zip_are_normalised() -> None:
    tree = Archive.open(zipped({"Src\\App.pa.yaml": b"a", "Assets\\": b"", "Other/": b"", "./b": b"b"}), "")

    assert names(tree) == ["Src/App.pa.yaml", "b"]
    assert (tree.read("Src/App.pa.yaml"), tree.read("b"), tree.problems) == (b"a", b"b", [])


@pytest.mark.parametrize("name", ["../x", "a/../../x", "..\\x", "/x", "\\x", "C:\\x", "c:x", "a//x", "a\x1b[2Jx"])
def test_unsafe_names_are_left_out(name: str) -> None:
    tree = Archive.open(zipped({name: b"1", "ok": b"2"}), "")

    assert (names(tree), kinds(tree)) == (["ok"], [ProblemKind.UNSAFE])
    assert tree.problems[0].message.isascii()


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("second", ["a/x.json", "A/X.json", "a\\x.json"])
def test_a_repeated_name_is_read_once(second: str) -> None:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        archive.writestr("a/x.json", b"1")
        archive.writestr(second, b"2")
    tree = Archive.open(memory.getvalue(), "")

    assert (names(tree), tree.read("a/x.json"), kinds(tree)) == (["a/x.json"], b"1", [ProblemKind.UNSAFE])


def test_many_members_of_one_fault_are_summed_up() -> None:
    tree = Archive.open(zipped({f"../{n}": b"" for n in range(500)}), "")

    assert len(tree.problems) == 11
    assert "490" in tree.problems[-1].message


def patched(content: bytes, signature: bytes, offset: int, value: bytes) -> bytes:
    """Change a field of the first record with that signature."""
    at = content.index(signature) + offset
    return content[:at] + value + content[at + len(value) :]


CENTRAL, LOCAL, END = b"PK\1\2", b"PK\3\4", b"PK\5\6"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        pytest.param(patched(zipped(FILES), CENTRAL, 8, b"\1"), ProblemKind.UNSAFE, id="encrypted"),
        pytest.param(patched(zipped(FILES), CENTRAL, 10, b"\x0c"), ProblemKind.UNREADABLE, id="another method"),
        pytest.param(
            patched(zipped(FILES), CENTRAL, 24, struct.pack("<I", 1 << 30)),
            ProblemKind.LIMIT,
            id="says it is huge",
        ),
        pytest.param(
            patched(zipped(FILES), CENTRAL, 24, struct.pack("<I", 2 << 20)),
            ProblemKind.LIMIT,
            id="says a ratio",
        ),
    ],
)
def test_a_member_that_is_not_read_is_left_out(content: bytes, kind: ProblemKind) -> None:
    tree = Archive.open(content, "")

    assert kinds(tree) == [kind]
    assert len(tree.entries()) == len(FILES) - 1
    with pytest.raises(MalformedError) as caught:
        tree.read("Workflows/Notify-1.json")
    assert caught.value.problem.kind is kind


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(patched(zipped(FILES), CENTRAL, 16, b"\0\0\0\0"), id="checksum"),
        pytest.param(patched(zipped(FILES), CENTRAL, 24, struct.pack("<I", 1)), id="says it is smaller"),
        pytest.param(patched(zipped(FILES), CENTRAL, 24, struct.pack("<I", 900)), id="says it is larger"),
        pytest.param(patched(zipped(FILES), LOCAL, 0, b"XX"), id="local header"),
        pytest.param(patched(zipped(FILES), LOCAL, 30, b"Y"), id="another name"),
        pytest.param(patched(zipped(FILES), LOCAL, 53, b"\xff\xff\xff"), id="packed bytes"),
    ],
)
def test_a_damaged_member_is_refused_when_read(content: bytes) -> None:
    tree = Archive.open(content, "")

    with pytest.raises(MalformedError) as caught:
        tree.read("Workflows/Notify-1.json")
    assert caught.value.problem.kind is ProblemKind.UNREADABLE
    assert tree.read("solution.xml") == b"<a/>"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"PK", id="two bytes"),
        pytest.param(b"no zip at all, but long enough to be one", id="text"),
        pytest.param(zipped(FILES)[:-30], id="cut at the end"),
        pytest.param(zipped(FILES)[200:], id="cut at the start"),
        pytest.param(patched(zipped(FILES), CENTRAL, 0, b"XX"), id="directory"),
        pytest.param(patched(zipped(FILES), END, 12, b"\xff\xff\xff\x7f"), id="a directory larger than the file"),
        pytest.param(patched(zipped(FILES), CENTRAL, 8, b"\0\x08\0\0" + b"\0" * 34 + b"\xff\xff"), id="name bytes"),
    ],
)
def test_no_zip_is_refused(content: bytes) -> None:
    assert refusal(content) is ProblemKind.UNREADABLE


def test_an_archive_that_is_gone_raises_oserror(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Archive.open(str(tmp_path / "gone.zip"), "")


def test_zeros_beyond_the_ratio_are_left_out_without_being_unpacked() -> None:
    content = zipped({f"{n}.json": b"\0" * (10 << 20) for n in range(20)})
    tracemalloc.start()
    tree = Archive.open(content, "")

    assert (names(tree), set(kinds(tree))) == ([], {ProblemKind.LIMIT})
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()


def test_a_bomb_that_lies_about_its_size_never_fills_the_memory() -> None:
    bomb = patched(zipped({"a.json": b"\0" * (50 << 20)}), CENTRAL, 24, struct.pack("<I", 1 << 19))
    tree = Archive.open(bomb, "")
    tracemalloc.start()

    with pytest.raises(MalformedError):
        tree.read("a.json")

    assert tracemalloc.get_traced_memory()[1] < 8 << 20
    tracemalloc.stop()


def test_members_that_share_bytes_are_left_out() -> None:
    content = bytearray(zipped({f"{n}.json": b"x" * 100 for n in range(3)}))
    first = content.index(CENTRAL)
    second = content.index(CENTRAL, first + 1)
    content[second + 42 : second + 46] = content[first + 42 : first + 46]
    tree = Archive.open(bytes(content), "")

    assert (names(tree), kinds(tree)) == (["2.json"], [ProblemKind.UNSAFE, ProblemKind.UNSAFE])


def test_members_beyond_the_expanded_limit_are_left_out() -> None:
    tree = Archive.open(zipped({"a": b"1" * 60, "b": b"2" * 60, "c": b"3" * 10}), "", Limits(expanded_bytes=100))

    assert (names(tree), kinds(tree)) == (["a", "c"], [ProblemKind.LIMIT])


def test_too_many_members_are_refused() -> None:
    assert refusal(zipped({str(n): b"" for n in range(11)}), Limits(members=10)) is ProblemKind.LIMIT


def test_a_directory_without_end_is_refused_before_it_is_read() -> None:
    record = CENTRAL + b"\0" * 42
    content = record * 300_000 + struct.pack("<4s4H2LH", END, 0, 0, 1, 1, len(record) * 300_000, 0, 0)
    tracemalloc.start()

    assert refusal(content) is ProblemKind.LIMIT
    assert tracemalloc.get_traced_memory()[1] < 32 << 20
    tracemalloc.stop()


def test_archives_inside_archives_are_opened_and_shown(tmp_path: Path) -> None:
    inner = zipped({"Src\\App.pa.yaml": b"a"})
    path = unzipped(tmp_path, {"out/Expense.zip": zipped({"CanvasApps/a.msapp": inner})})
    app = Folder(path).subtree("out").open_archive("Expense.zip").open_archive("CanvasApps/a.msapp")

    source = app.source("Src/App.pa.yaml")

    assert (source.path, source.read()) == ("out/Expense.zip!CanvasApps/a.msapp!Src/App.pa.yaml", b"a")


def nested(depth: int) -> bytes:
    content = b"{}"
    for _ in range(depth):
        content = zipped({"x": content})
    return content


def test_archives_are_opened_to_the_limit_and_not_beyond() -> None:
    third = Archive.open(nested(4), "").open_archive("x").open_archive("x")

    assert names(third) == ["x"]
    with pytest.raises(MalformedError) as caught:
        third.open_archive("x")
    assert caught.value.problem.kind is ProblemKind.LIMIT


def test_the_expanded_limit_counts_across_archives() -> None:
    inner = zipped({"a": b"1" * 500}, zipfile.ZIP_STORED)
    outer = Archive.open(zipped({"x": inner, "y": inner}), "", Limits(expanded_bytes=2 * len(inner) + 600))

    assert (names(outer.open_archive("x")), names(outer.open_archive("y"))) == (["a"], [])
    assert names(outer.open_archive("x")) == ["a"], "an archive that is opened again is not counted again"


def test_more_archives_than_are_kept_open_can_be_read_in_turn(tmp_path: Path) -> None:
    folder = Folder(unzipped(tmp_path, {f"{n}.zip": zipped({"n": str(n).encode()}) for n in range(9)}))
    archives = [folder.open_archive(entry.name) for entry in folder.entries()]

    assert [archive.read("n") for archive in archives * 2] == [str(n).encode() for n in range(9)] * 2
