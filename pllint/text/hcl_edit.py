"""HCL text (`.tf`, `.tfvars`) whose lists are changed by offsets."""

from __future__ import annotations

import json
from collections.abc import Sequence

from pllint.source import KeyPath
from pllint.text.hcl_text import extents, parse_text, without_comments
from pllint.text.list_edit import Call, Document, Extent, UncertainError
from pllint.text.places import Expression


class HclDocument(Document):
    """A text in HCL. Only lists that are written out are changed, never what an expression makes of them."""

    comma_may_trail = True

    def __init__(self, text: str) -> None:
        super().__init__(text, without_comments(text))

    def read(self, text: str) -> object:
        """Give what a text holds; expressions by their text."""
        return _comparable(parse_text(text))

    def extents(self, paths: Sequence[KeyPath]) -> Sequence[Extent | None]:
        """Find where the values of paths are written."""
        return extents(self.text, paths)

    def like(self, written: str, before: object, value: str | int) -> str:
        """Write a value: text in quotes, numbers without."""
        del written, before
        if isinstance(value, str) and ("${" in value or "%{" in value):
            raise UncertainError("the new text would be taken for a template")
        return json.dumps(value, ensure_ascii=False)


def _comparable(value: object) -> object:
    if isinstance(value, Expression):
        if value.function:
            return Call(value.function, [_comparable(argument) for argument in value.arguments])
        return ("expression", value.text)
    if isinstance(value, dict):
        return {key: _comparable(member) for key, member in value.items()}
    return [_comparable(item) for item in value] if isinstance(value, list) else value
