"""What the formulas of a canvas app write to its tables of Dataverse.

A page may be megabytes of text of which nothing matters here, so formulas are found in it, never parsed: a call that
writes, and the name of a table as its first argument. What stands in a text or a comment is no call.
"""

import re
from collections.abc import Iterator, Mapping

from pllint.model.component import TableWrite
from pllint.read.document import Notes, problem_of
from pllint.source import Anchor, Source, Span
from pllint.text.problem import MalformedError
from pllint.text.tree import Tree

_PAGES = (".pa.yaml", ".fx.yaml")
_CONTROLS = ("controls/", "components/")
_ACTIONS = {
    "collect": "create",
    "patch": "update",
    "update": "update",
    "updateif": "update",
    "remove": "delete",
    "removeif": "delete",
}
_CALL = re.compile(r"(?<![\w.])(Collect|Patch|UpdateIf|Update|RemoveIf|Remove)\s*\(\s*('(?:[^'\n]|'')+'|\w+)\s*,")
_PERHAPS = re.compile(r"(?:Collect|Patch|Update(?:If)?|Remove(?:If)?)\s*\(")
"""Cheap, and true of escaped text as well, where a call may stand right behind `\\n`."""
_NEW_ROW = re.compile(r"\s*Defaults\s*\(")
_SCRIPT = re.compile(r'"InvariantScript"\s*:\s*"((?:[^"\\]|\\.)*)"')
_TEXT = re.compile(r'"(?:[^"\n]|"")*"')
_ESCAPED = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|(.))")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


def writes_of(tree: Tree, tables: Mapping[str, str], notes: Notes) -> tuple[TableWrite, ...]:
    """Give the first write of each kind to each table, as the pages of a document have it."""
    found: dict[tuple[str, str], TableWrite] = {}
    for name in _pages(tree) if tables else ():
        source = tree.source(name)
        try:
            text = source.read().decode("utf-8-sig", "replace")
        except (MalformedError, OSError) as error:
            notes.refuse(source, problem_of(error))
            continue
        for table, action, offset in _writes_in(text, tables, is_json=name.lower().endswith(".json")):
            if (table, action) not in found:
                found[table, action] = TableWrite(table=table, action=action, at=_place(source, text, offset))
    return tuple(found.values())


def _pages(tree: Tree) -> list[str]:
    names = [entry.name for entry in tree.entries()]
    # Newer documents hold every formula twice: as pages, and in the controls made of them.
    pages = [name for name in names if name.lower().endswith(_PAGES)]
    return pages or [name for name in names if name.lower().startswith(_CONTROLS) and name.lower().endswith(".json")]


def _writes_in(text: str, tables: Mapping[str, str], *, is_json: bool) -> Iterator[tuple[str, str, int]]:
    """Give (table, action, offset) of every write in a page."""
    if _PERHAPS.search(text) is None:
        return
    if not is_json:
        yield from calls_in(text, tables)
        return
    for script in _SCRIPT.finditer(text):
        if _PERHAPS.search(script[1]):
            plain = _ESCAPED.sub(_unescaped, script[1])
            yield from ((table, action, script.start(1)) for table, action, _ in calls_in(plain, tables))


def calls_in(text: str, tables: Mapping[str, str]) -> Iterator[tuple[str, str, int]]:
    """Give (table, action, offset) of every write to one of some tables in formulas."""
    for call in _CALL.finditer(text):
        name = call[2][1:-1].replace("''", "'") if call[2].startswith("'") else call[2]
        table = tables.get(name)
        if table is None or _is_told_only(text, call.start()):
            continue
        action = _ACTIONS[call[1].lower()]
        if action == "update" and call[1] == "Patch" and _NEW_ROW.match(text, call.end()):
            action = "create"
        yield table, action, call.start()


def _is_told_only(text: str, offset: int) -> bool:
    """Tell whether a place lies in a comment or a text."""
    if text.rfind("/*", 0, offset) > text.rfind("*/", 0, offset):
        return True
    before = _TEXT.sub('""', text[text.rfind("\n", 0, offset) + 1 : offset])
    return "//" in before or before.count('"') % 2 == 1


def _unescaped(match: "re.Match[str]") -> str:
    return chr(int(match[1], 16)) if match[1] else _ESCAPES.get(match[2], match[2])


def _place(source: Source, text: str, offset: int) -> Anchor:
    line = text.count("\n", 0, offset) + 1
    column = offset - text.rfind("\n", 0, offset)
    return Anchor(source, known=Span(line, column, line, column + 1))
