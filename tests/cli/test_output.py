"""Files are written whole, the progress line comes late and goes, pages fold."""

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pllint.cli.output import write_file
from pllint.cli.pages import render
from pllint.cli.progress import Progress
from pllint.errors import UsageError


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _clock(*times: float) -> Iterator[float]:
    yield from times


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    target = tmp_path / "report.txt"
    target.write_text("before", encoding="utf-8")

    write_file(str(target), "café\n")

    assert target.read_bytes() == "café\n".encode()
    assert [one.name for one in tmp_path.iterdir()] == ["report.txt"]


def test_a_link_to_a_file_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("before", encoding="utf-8")
    link = tmp_path / "link.txt"
    try:
        link.symlink_to("real.txt")
    except OSError:
        pytest.skip("links need a right here")

    write_file(str(link), "after")

    assert link.is_symlink()
    assert (tmp_path / "real.txt").read_text(encoding="utf-8") == "after"


def test_a_file_that_cannot_be_written_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()

    with pytest.raises(UsageError, match="cannot write"):
        write_file(str(tmp_path / "nowhere" / "report.txt"), "text")

    assert [one.name for one in tmp_path.iterdir()] == ["folder"]


def test_progress_is_shown_after_a_second_and_erased() -> None:
    stream = _Terminal()
    times = _clock(0.0, 0.5, 1.5, 1.5, 1.55, 1.7, 1.7)

    with Progress(stream, lambda: next(times)) as progress:
        for path in ("too early.json", "a\x1b[2J.json", "too soon.json", "b.json"):
            progress(path)

    assert stream.getvalue() == "\rpllint: a\\x1b[2J.json\rpllint: b.json" + " " * 7 + "\r" + " " * 14 + "\r"


def test_progress_is_never_shown_where_nobody_looks() -> None:
    stream = io.StringIO()

    with Progress(stream, iter([0.0, *range(10, 20)]).__next__) as progress:
        progress("a.json")

    assert stream.getvalue() == ""


_PAGE = """\
# SRC999 sample-check

A sentence that is long enough to be folded, with `code`, **weight** and a
[link](https://example.org/page).

## Bad: something

```json title="a/b.json"
{"a": 1}
```
```findings
a/b.json:1:1: SRC999 found
```

- one thing that is said at some length, so that it is folded under itself
- two

| what | why |
| --- | --- |
| a | because |
"""


def test_a_page_is_laid_out_for_a_narrow_screen() -> None:
    assert (
        render(_PAGE, 40, colour=False)
        == """\
SRC999 sample-check
===================

A sentence that is long enough to be
folded, with `code`, weight and a link
(https://example.org/page).

Bad: something
--------------

  a/b.json
    {"a": 1}

    a/b.json:1:1: SRC999 found

- one thing that is said at some length,
  so that it is folded under itself
- two

what  why
a     because
"""
    )


def test_a_page_is_coloured_without_moving_a_word() -> None:
    coloured = render(_PAGE, 40, colour=True)

    assert "\x1b[1mweight\x1b[0m" in coloured
    assert "\x1b[36mcode\x1b[0m" in coloured
    plain = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    underlines = re.compile(r"^[=-]+\n", re.MULTILINE)
    uncoloured = underlines.sub("", render(_PAGE, 40, colour=False))
    assert plain == uncoloured.replace("`", "")


def test_outputs_go_to_several_places_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from pllint.cli import main

    (tmp_path / "governance").mkdir()
    (tmp_path / "governance" / "a.yaml").write_text("enviroments: []\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    status = main([".", "--output", "concise", "--output", "sarif:out.sarif", "--output", "json:out.json"])

    assert status == 0
    assert capsys.readouterr() == ("governance/a.yaml:1:1: warning SRC010 " + _message(tmp_path) + "\n", "")
    (run,) = json.loads((tmp_path / "out.sarif").read_text(encoding="utf-8"))["runs"]
    assert run["tool"]["driver"]["rules"][0]["help"]["markdown"].startswith("# SRC010 unknown-key\n")


def _message(folder: Path) -> str:
    (finding,) = json.loads((folder / "out.json").read_text(encoding="utf-8"))["findings"]
    return str(finding["message"])


def test_without_output_on_the_screen_a_line_on_stderr_sums_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from pllint.cli import main

    (tmp_path / "governance").mkdir()
    (tmp_path / "governance" / "a.yaml").write_text("enviroments: []\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    main([".", "--output", "json:out.json"])

    assert capsys.readouterr() == ("", "pllint: 1 warning; wrote out.json\n")
