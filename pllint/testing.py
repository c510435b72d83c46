"""A check's page is its test: every section that shows titled files is linted, and must report what it says.

For plugin authors too: `for case in cases(check): assert case.run() == case.expected`.
"""

import datetime
import json
import os
import pkgutil
import re
import tempfile
from collections.abc import Sequence
from importlib import import_module

from pllint import api, docs
from pllint.check import Check, row_of
from pllint.finding import Report
from pllint.record import NamedTuple
from pllint.settings import load
from pllint.text.tree import Folder

AS_OF = datetime.date(2026, 11, 21)
"""The day every page's cases are linted on."""

_FENCE = re.compile(
    r"^(```+)([\w+-]*)(?:[ \t]+title=\"([^\"]+)\")?(?:[ \t]+encoding=\"([^\"]+)\")?(?:[ \t]+at=\"(base)\")?"
    r"[ \t]*\n(.*?)^\1[ \t]*$",
    re.MULTILINE | re.DOTALL,
)
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)


class File(NamedTuple):
    """A file of a case."""

    name: str
    text: str
    encoding: str = "utf-8"
    earlier: bool = False
    """It stood there at the base revision."""


class Case(NamedTuple):
    """One section of a page: files, and the findings they give, one a line."""

    check: Check
    section: str
    files: tuple[File, ...]
    expected: str

    @property
    def id(self) -> str:
        """Name the case in a test report."""
        return f"{self.check.id}-{self.section}"

    def run(self) -> str:
        """Lint the files with this check alone and give the findings in the form of the page."""
        return listing(lint_files(self.files, (self.check,)))


def cases(check: Check) -> tuple[Case, ...]:
    """Read the cases from a check's page."""
    text = docs.body(check)
    headings = [*_HEADING.finditer(text)]
    ends = [heading.start() for heading in headings[1:]] + [len(text)]
    found = []
    for heading, end in zip(headings, ends, strict=True):
        section = text[heading.end() : end]
        fences = [match.groups() for match in _FENCE.finditer(section)]
        files = tuple(
            File(title, text, encoding or "utf-8", bool(at)) for _, _, title, encoding, at, text in fences if title
        )
        expected = "".join(text for _, language, *_, text in fences if language == "findings")
        if files:
            found.append(Case(check=check, section=heading[1], files=files, expected=expected))
    return tuple(found)


def lint_files(files: Sequence[File], checks: Sequence[Check]) -> Report:
    """Write files into an empty folder and lint it with the given checks and those of reading."""
    from pllint.source_checks import source_checks

    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as past:
        for name, text, encoding, earlier in files:
            path = os.path.join(past if earlier else folder, *name.split("/"))
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding=encoding, newline="") as file:
                file.write(text)
        base = Folder(past, "main:") if any(file.earlier for file in files) else None
        known = {check.id: check for check in (*source_checks(), *checks)}
        return api.lint([folder], load(folder), AS_OF, selected=tuple(known.values()), earlier=base)


def listing(report: Report) -> str:
    """Give findings as `path:line:column: ID message`, one a line, in the report's order."""
    return "".join(
        f"{one.place.path}:{one.place.span.line}:{one.place.span.column}: {one.check} {one.message}\n"
        for one in report.findings
        if not one.waived
    )


def accept(check: Check) -> bool:
    """Rewrite the findings of a check's page to what is reported now; tell whether anything changed."""
    path = docs.page_path(check)
    text = old = docs.body(check)
    for case in cases(check):
        actual = case.run()
        if actual == case.expected:
            continue
        start = text.index(f"## {case.section}\n")
        following = _HEADING.search(text, start + 3)
        end = following.start() if following else len(text)
        text = text[:start] + _with_findings(text[start:end], actual) + text[end:]
    if text != old:
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
    return text != old


def written_checks(package: str) -> tuple[Check, ...]:
    """Import every module of a plugin's package and give the checks that they define, by id."""
    root = import_module(package)
    names = [name for _, name, _ in pkgutil.walk_packages(root.__path__, f"{package}.")]
    modules = [root, *map(import_module, names)]
    found = {value.id: value for module in modules for value in vars(module).values() if isinstance(value, Check)}
    return tuple(found[id_] for id_ in sorted(found))


def check_list(package: str) -> str:
    """Give what `checks.json` of a plugin's package has to say."""
    rows = (json.dumps(row_of(check), ensure_ascii=False) for check in written_checks(package))
    return "[\n" + ",\n".join(rows) + "\n]\n"


def write_list(package: str) -> None:
    """Write `checks.json` of a plugin's package from its decorators."""
    path = os.path.join(import_module(package).__path__[0], "checks.json")
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(check_list(package))


def _with_findings(section: str, findings: str) -> str:
    block = f"```findings\n{findings}```" if findings else ""
    existing = next((match for match in _FENCE.finditer(section) if match[2] == "findings"), None)
    if existing:
        return section[: existing.start()] + block + section[existing.end() :].lstrip("\n" if not block else "")
    last = [match for match in _FENCE.finditer(section) if match[3]][-1]
    return section[: last.end()] + "\n" + block + section[last.end() :]
