"""`pllint init`: write the settings and the governance records that a project lacks, and say what comes next.

Files are written only where there are none, and records are put behind those that are there; no other byte changes.
"""

import datetime
import os
import shutil
import sys
from collections.abc import Iterator, Sequence

from pllint import __version__, api
from pllint.catalogue import Catalogue
from pllint.check import Context
from pllint.cli.arguments import Parser
from pllint.cli.check import settings_for
from pllint.cli.output import options_for, print_line, write
from pllint.cli.progress import Progress
from pllint.discover import matches
from pllint.errors import SettingsError, UsageError
from pllint.model.workspace import Workspace
from pllint.record import NamedTuple
from pllint.report.escape import for_display, for_terminal
from pllint.report.layout import counted, folded, joined
from pllint.settings import FILE_NAME, Settings, place_of
from pllint.source import Anchor, Source
from pllint.starter import Section, Starter, starter
from pllint.text.yaml_writing import with_items

_NOT_READ = frozenset({"SRC001", "SRC003", "SRC004"})
"""Checks that say of a file that it was not read, or not as a whole."""

HOOK = f"""\
repos:
  - repo: https://github.com/OWNER/pllint # where your copy of pllint lies
    rev: v{__version__}
    hooks:
      - id: pllint # pllint-strict stops for warnings too, pllint-push before a push only
"""
WORKFLOW = """\
name: pllint
on: [pull_request]
permissions: {contents: read, security-events: write}
jobs:
  pllint:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with: {python-version: "3.12"}
      - run: pip install pllint
      - run: pllint check --output sarif:pllint.sarif --output github
      - uses: github/codeql-action/upload-sarif@v3
        if: always()
        with: {sarif_file: pllint.sarif}
"""


class Change(NamedTuple):
    """What becomes of one file."""

    path: str
    """From the project's folder."""
    told: tuple[str, ...] = ()
    """What is new in it."""
    before: bytes | None = None
    """None: there is no such file."""
    after: bytes | None = None
    """None: it stays as it is."""
    by_hand: tuple[Section, ...] = ()
    """Records that could not be put into the file safely."""


def run(arguments: Sequence[str]) -> int:
    """Look around, write what is missing, and tell what was done; with `--diff` only show it."""
    parser = Parser("init", "Write the settings and governance records that a project lacks.")
    parser.add_argument("path", nargs="?", default=".", metavar="PATH", help="folder of the project; default: here")
    parser.add_argument("--diff", action="store_true", help="show what would be written, and write nothing")
    parsed = parser.parse(arguments)
    folder = str(parsed.path)
    if not os.path.isdir(folder):
        raise UsageError(
            f"'{folder}' is a file; init takes a folder" if os.path.exists(folder) else f"no folder '{folder}'"
        )
    settings = settings_for((folder,), None)
    with Progress() as progress:
        workspace = api.read((settings.root,), settings, progress)
    _refuse_unread(workspace, settings)
    as_of = datetime.date.fromisoformat(settings.as_of) if settings.as_of else datetime.date.today()  # noqa: DTZ011 - the day it is where the person is
    begun = starter(Context(workspace, settings, as_of, Catalogue(overlay=settings.catalogue)))
    changes = list(_changes(begun, settings.root))
    for change in changes:
        _keep_inside(settings.root, change.path)
    if parsed.diff:
        write("".join(f"{line}\n" for change in changes for line in _diff(change)), sys.stdout)
        for change in changes:
            for section in change.by_hand:
                records = counted(len(section.records), section.noun)
                print_line(f"pllint: {for_terminal(change.path)} is left: {records} to add by hand", sys.stderr)
        return 0
    for change in changes:
        _write(settings.root, change)
    width = options_for(sys.stdout).width
    lines = [*_found(workspace, settings.root, folder), "", *_done(changes), "", *_next(begun, width)]
    write("".join(f"{line}\n" for line in lines), sys.stdout)
    return 0


def _refuse_unread(workspace: Workspace, settings: Settings) -> None:
    """Raise SettingsError for a governance file that nobody can read: its records would be begun a second time."""
    for finding in workspace.findings:
        if finding.check in _NOT_READ and matches(finding.at.source.path, settings.governance):
            path = os.path.normpath(os.path.join(settings.root, finding.at.source.path))
            at = Anchor(Source(path, bytes), known=finding.at.span)
            raise SettingsError(
                f"{place_of(at)}: {finding.message}; put that right first, then run `pllint init` again"
            )


# What is written


def _changes(begun: Starter, root: str) -> Iterator[Change]:
    settings = _bytes(root, FILE_NAME)
    if settings is None:
        yield Change(FILE_NAME, ("the settings of this project",), after=begun.settings.encode())
    else:
        yield Change(FILE_NAME, before=settings)
    by_path: dict[str, Change] = {}
    for section in begun.sections:  # several may lie in one file
        change = by_path.get(section.path) or Change(section.path, before=_bytes(root, section.path))
        by_path[section.path] = _with_section(change, section)
    yield from by_path.values()


def _with_section(change: Change, section: Section) -> Change:
    new = counted(len(section.records), section.noun) if section.records else "to be filled in"
    content = change.before if change.after is None else change.after
    if content is None:
        return change._replace(told=(new,), after=section.text.encode())
    if not section.records:
        return change
    grown = with_items(content, section.key, [record.lines for record in section.records])
    if grown is None:
        return change._replace(by_hand=(*change.by_hand, section))
    return change._replace(told=(*change.told, new), after=grown)


def _bytes(root: str, path: str) -> bytes | None:
    try:
        with open(os.path.join(root, path), "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror or error}") from error


def _keep_inside(root: str, path: str) -> None:
    """Raise UsageError for a path that a link leads out of the project."""
    project = os.path.join(os.path.realpath(root), "")
    if not os.path.realpath(os.path.join(root, path)).startswith(project):
        raise UsageError(f"{path} leads out of the project, where init writes nothing")


def _write(root: str, change: Change) -> None:
    """Write a file beside its place first, so that nobody ever reads half of it; one that is there keeps its mode."""
    if change.after is None:
        return
    target = os.path.realpath(os.path.join(root, change.path))
    unfinished = f"{target}.{os.getpid()}.tmp"
    try:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if change.before is None:
            with open(target, "xb") as file:
                file.write(change.after)
            return
        try:
            with open(unfinished, "xb") as file:
                file.write(change.after)
            shutil.copymode(target, unfinished)
            os.replace(unfinished, target)
        except OSError:
            if os.path.exists(unfinished):
                os.unlink(unfinished)
            raise
    except OSError as error:
        raise UsageError(f"cannot write {change.path}: {error.strerror or error}") from error


# What is told


def _found(workspace: Workspace, root: str, folder: str) -> Iterator[str]:
    counts = [
        counted(number, _singular(kind).replace("-", " "))
        for kind, number in workspace.counts
        if kind not in {"governance-files", "deployment-settings"}
    ]
    where = for_terminal(os.path.basename(os.path.abspath(root)) or root)
    yield f"Found {joined(counts)} in {where}." if counts else f"Found nothing yet that pllint reads in {where}."
    if os.path.realpath(folder) != os.path.realpath(root):
        yield f"That is the project: its {FILE_NAME} is in force in {for_terminal(folder)}."


def _singular(nouns: str) -> str:
    return f"{nouns[:-3]}y" if nouns.endswith("ies") else nouns.removesuffix("s")


def _done(changes: Sequence[Change]) -> Iterator[str]:
    if all(change.after is None and not change.by_hand for change in changes):
        yield "  Nothing is missing, and no file was written."
        return
    width = max(len(change.path) for change in changes)
    for change in changes:
        path = f"{for_terminal(change.path):<{width}}"
        if change.after is not None:
            verb = "wrote" if change.before is None else "added"
            yield f"  {verb:<7} {path}  {joined(list(change.told))}"
        elif not change.by_hand:
            yield f"  kept    {path}  as it is"
        for section in change.by_hand:
            yield f"  left    {path}  {counted(len(section.records), section.noun)} to add by hand:"
            yield from (f"            {for_display(line)}" for line in section.text.splitlines() if line[:1] != "#")


def _next(begun: Starter, width: int) -> Iterator[str]:
    yield "What comes next"
    for number, step in enumerate(begun.steps, 1):
        first, *rest = folded(step, width - 5)
        yield f"  {number}. {for_terminal(first)}"
        yield from (f"     {for_terminal(line)}" for line in rest)
    for title, text in (
        ("To run pllint before every commit, put this into .pre-commit-config.yaml:", HOOK),
        ("To run it on GitHub, put this into .github/workflows/pllint.yml:", WORKFLOW),
    ):
        yield ""
        yield title
        yield ""
        yield from (f"    {line}" for line in text.splitlines())


def _diff(change: Change) -> Iterator[str]:
    from difflib import unified_diff

    if change.after is None:
        return
    before = (change.before or b"").decode("utf-8-sig").splitlines()
    after = change.after.decode("utf-8-sig").splitlines()
    source = "/dev/null" if change.before is None else f"a/{change.path}"
    for line in unified_diff(before, after, source, f"b/{change.path}", lineterm=""):
        yield for_display(line)
