"""The document of a custom connector's definition: plain values, linked keys, and what references lead to."""

from collections.abc import Iterable, Iterator
from itertools import islice

from pllint.nearest import nearest
from pllint.record import NamedTuple
from pllint.source import Anchor, Key

Link = tuple["Link", Key] | None
"""Where a walk is: the keys from the root, last first."""
Object = dict[str, object]

SCALARS = ("string", "number", "integer", "boolean")  # no set: a type may be a list, which has no hash
DYNAMIC_SCHEMAS = frozenset(("x-ms-dynamic-schema", "x-ms-dynamic-properties"))
DEEPEST_FIELD = 6
"""So many levels of the fields of a body are looked at."""
_MOST_GUESSES = 100
_MOST_WORDS = 1000


class Shape(NamedTuple):
    """A schema with everything it consists of."""

    root: Object
    properties: dict[str, object]
    is_open: bool


class Document:
    """A definition and the questions about single parts of it."""

    def __init__(self, root: Object, at: Anchor) -> None:
        self.root = root
        self._at = at
        self._guesses = 0
        self._shapes: dict[int, Shape] = {}

    def near(self, word: str, words: Iterable[str]) -> str | None:
        """Guess what was meant; not without end where everything is wrong."""
        self._guesses += 1
        return nearest(word, islice(words, _MOST_WORDS)) if self._guesses <= _MOST_GUESSES else None

    def place(self, link: Link) -> Anchor:
        """Put the place of linked keys together."""
        keys: list[Key] = []
        while link is not None:
            link, key = link
            keys.append(key)
        return Anchor(self._at.source, (*self._at.path, *reversed(keys)))

    def resolve(self, target: str) -> object:
        """Give what a reference inside the document leads to; None where that is nothing."""
        if not target.startswith("#/"):
            return None
        value: object = self.root
        for part in target[2:].split("/"):
            key = unescaped(part)
            if isinstance(value, dict) and key in value:
                value = value[key]
            elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
                value = value[int(key)]
            else:
                return None
        return value

    def shape_of_response(self, value: object) -> Object:
        """Give the schema of a response; empty where there is none, or one that says nothing."""
        if not isinstance(value, dict):
            return {}
        target = value.get("$ref")
        if isinstance(target, str):
            value = mapping(self.resolve(target))
        return mapping(value.get("schema"))

    def shape(self, schema: Object) -> Shape:
        """Give a schema's properties, with those of the schemas it consists of; open where it may have others."""
        known = self._shapes.get(id(schema))  # the document stays alive as long as the walk
        if known is None:
            known = self._shapes[id(schema)] = self._shaped(schema)
        return known

    def _shaped(self, schema: Object) -> Shape:
        if schema.get("type") in SCALARS:
            return Shape(schema, {}, False)  # noqa: FBT003 - a record of three
        properties: dict[str, object] = {}
        root = schema
        is_open = False
        seen: set[int] = set()
        stack = [schema]
        while stack:
            value = stack.pop()
            if id(value) in seen:
                continue
            seen.add(id(value))
            target = value.get("$ref")
            if isinstance(target, str):
                found = self.resolve(target)
                if isinstance(found, dict):
                    root = found if value is root else root
                    stack.append(found)
                else:
                    is_open = True
                continue
            parts = [part for _, part in dicts(value.get("allOf"))]
            own = mapping(value.get("properties"))
            for name, inner in own.items():
                properties.setdefault(name, inner)
            extra = value.get("additionalProperties")
            is_open |= (
                (
                    not own
                    and not parts
                    and not isinstance(value.get("items"), dict)
                    and value.get("type") not in SCALARS
                )
                or (extra is not None and extra is not False)
                or any(key in value for key in ("anyOf", "oneOf", *DYNAMIC_SCHEMAS))
            )
            stack += parts
        return Shape(root, properties, is_open)


def mapping(value: object) -> Object:
    """Give an object, an empty one for any other value."""
    return value if isinstance(value, dict) else {}


def dicts(value: object) -> Iterator[tuple[int, Object]]:
    """Give the objects of a list, each with its index."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, dict):
                yield index, item


def text(value: object) -> str:
    """Give text without blanks around it, nothing for any other value."""
    return value.strip() if isinstance(value, str) else ""


def is_true(value: object) -> bool:
    """Tell whether a value says yes, as a boolean or as text."""
    return value is True or (isinstance(value, str) and value.lower() == "true")


def is_internal(value: Object) -> bool:
    """Tell whether makers never see a parameter or field."""
    return text(value.get("x-ms-visibility")).lower() == "internal"


def unescaped(part: str) -> str:
    """Give a step of a reference as the key it stands for."""
    if "%" in part:
        from urllib.parse import unquote

        part = unquote(part)
    return part.replace("~1", "/").replace("~0", "~")
