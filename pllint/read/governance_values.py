"""Values of the governance manifest: YAML text as names, words, dates and numbers, with what is wrong noted.

Scalars arrive as the text they were written as, so that `NO`, `1.10` and `12:30` stay what the writer meant, and are
converted by the type of the field they stand in. A value of another kind is reported and left out.
"""

from __future__ import annotations

import re

from pllint.model.governance import Name

TYPE_CHECKING = False
if TYPE_CHECKING:  # `typing` costs more to import than all of this
    from collections.abc import Iterable
    from typing import TypeVar

    from pllint.read.document import Notes
    from pllint.text.node import Node

    Record = TypeVar("Record")

_DATE = r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
_COUNT = r"[0-9]+"
_NUMBER = r"[0-9]+(\.[0-9]+)?"


def given(records: Iterable[Record | None]) -> tuple[Record, ...]:
    """Give the records that there are."""
    return tuple(record for record in records if record is not None)


class Values:
    """Reads the values that records are made of; None for one that is absent or wrong."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._reported = {finding.at for finding in notes.findings}

    def _text(self, node: Node) -> str | None:
        text = node.text
        if node.present and text is None:
            self._wrong(node, "text")
        return text.strip() or None if text else None

    def _name(self, node: Node) -> Name | None:
        text = self._text(node)
        return Name(text, node.at) if text else None

    def _names(self, node: Node) -> tuple[Name, ...] | None:
        if node.present and not node.is_list:
            self._wrong(node, "a list of names such as [hr-test, hr-production]")
        return given(map(self._name, node.elements())) if node.is_list else None

    def _word(self, node: Node, *words: str) -> str | None:
        text = self._text(node)
        if text is None or text in words:
            return text
        self._wrong(node, "one of " + ", ".join(words) if len(words) > 1 else words[0])
        return None

    def _matching(self, node: Node, pattern: str, expected: str) -> str | None:
        text = self._text(node)
        if text is None or re.fullmatch(pattern, text):
            return text
        self._wrong(node, expected)
        return None

    def _date(self, node: Node) -> str | None:
        expected = "a date such as 2026-03-05"
        text = self._matching(node, _DATE, expected)
        if text is not None and not _is_day(text):
            self._wrong(node, expected)
            return None
        return text

    def _count(self, node: Node) -> int | None:
        text = self._matching(node, _COUNT, "a whole number such as 2600")
        return int(text) if text else None

    def _counts(self, node: Node) -> tuple[tuple[str, int], ...]:
        counts = ((key, self._count(member)) for key, member in node.items())
        return tuple((key, count) for key, count in counts if count is not None)

    def _number(self, node: Node) -> str | None:
        return self._matching(node, _NUMBER, "a number such as 4.5")

    def _flag(self, node: Node) -> bool | None:
        text = self._text(node)
        if text is not None and text.lower() not in {"true", "false"}:
            self._wrong(node, "true or false")
            return None
        return None if text is None else text.lower() == "true"

    def _wrong(self, node: Node, expected: str) -> None:
        # The schema tells most of these; what it lets pass (30 February, 0x1F for a number) is told here.
        if node.at in self._reported:
            return
        self._reported.add(node.at)
        found = f"the text {node.text!a}" if node.text is not None else "a list" if node.is_list else "an object"
        self._notes.find(
            "SRC002", node.at, f"'{node.at.path[-1]}' is {found}, expected {expected}", f"Write {expected}"
        )


def _is_day(text: str) -> bool:
    import datetime

    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True
