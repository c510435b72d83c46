"""JSON text whose lists are changed by offsets."""

from __future__ import annotations

import json
from collections.abc import Sequence

from pllint.source import KeyPath
from pllint.text.json_lenient import without_comments
from pllint.text.json_places import extents
from pllint.text.json_text import parse_text
from pllint.text.list_edit import Document, Extent


class JsonDocument(Document):
    """A text in JSON; comments and commas that do not belong there are let stand."""

    def __init__(self, text: str) -> None:
        super().__init__(text, without_comments(text) if "/" in text else text)

    def read(self, text: str) -> object:
        """Give what a text holds."""
        return parse_text(text)[0]

    def extents(self, paths: Sequence[KeyPath]) -> Sequence[Extent | None]:
        """Find where the values of paths are written."""
        return extents(self.text, paths)

    def like(self, written: str, before: object, value: str | int) -> str:
        """Write a value; JSON knows one way."""
        del written, before
        return json.dumps(value)
