"""YAML that pllint writes: scalars, and items at the end of a list in a file where every other byte stays.

Text is only inserted, at one place, and what comes out is parsed again and compared before it is given: a file that
is laid out in a way nobody thought of is refused, never damaged.
"""

import re
from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence

from pllint.record import NamedTuple
from pllint.text.problem import MalformedError
from pllint.text.yaml_events import events
from pllint.text.yaml_text import parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ruamel.yaml.events import Event

Item = Sequence[str]
"""The lines of a mapping that is an item of a list, such as `name: Expense`; some may be comments."""

_WORDS = frozenset(("true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", "inf"))
_NUMBER_LIKE = re.compile(r"[0-9][0-9a-fA-FxXoO_.+-]*")
_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")  # no number to anybody
_PUNCTUATION = frozenset(" _-./()'&+@|>")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
_LAST_BYTE, _LAST_OF_FIRST_PLANE = 0xFF, 0xFFFF
_BREAK = re.compile(r"\r\n|\n|\r")
_LINE = re.compile(r"([^\r\n]*)(?:\r\n|\n|\r|\Z)")
_EMPTY_LINE = re.compile(r"(?:\r\n|\n|\r)[ \t]*(?:\r\n|\n|\r)")
_INDENT = 2


def scalar(text: str) -> str:
    """Write text so that every YAML reader gives it back as text, in quotes only where it needs them."""
    text = writable(text)
    return text if _is_plain(text) else quoted(text)


def quoted(text: str) -> str:
    """Write text in quotes."""
    return '"' + "".join(map(_escaped, writable(text))) + '"'


def writable(text: str) -> str:
    """Give text as a file can hold it: half surrogates become the replacement character."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def is_guid(text: str) -> bool:
    """Tell whether text is a GUID, with nothing around it."""
    return _GUID.fullmatch(text) is not None


def with_items(content: bytes, key: str, items: Sequence[Item]) -> bytes | None:
    """Put items at the end of the list under a key of the file's top level; a file without the key gets it at its end.

    None when that cannot be done by inserting text alone: the file is not UTF-8, not one mapping, has duplicate keys,
    or the list is an alias or something else than a list.
    """
    mark = BOM_UTF8 if content.startswith(BOM_UTF8) else b""
    try:
        text = content[len(mark) :].decode()
        before, problems = parse(content)
        added = [parse("\n".join(item).encode())[0] for item in items]
    except (UnicodeDecodeError, MalformedError):
        return None
    root = {} if before is None else before
    if problems or not isinstance(root, dict) or not isinstance(root.get(key) or [], list):
        return None
    wanted = {**root, key: [*(root.get(key) or []), *added]}
    for offset, insertion in _insertions(text, key, items):
        written = mark + (text[:offset] + insertion + text[offset:]).encode()
        try:
            found, problems = parse(written)
        except MalformedError:
            continue
        if found == wanted and not problems:
            return written
    return None


def block(key: str, items: Sequence[Item]) -> str:
    """Write a key with its list, the items set apart by empty lines."""
    return f"{key}:\n" + "\n".join(_lines_of(item, _INDENT, "\n") for item in items)


def _is_plain(text: str) -> bool:
    if not text or text != text.strip() or "  " in text or text.lower() in _WORDS:
        return False
    if not (text[0].isalnum() or text[0] == "_") or (_NUMBER_LIKE.fullmatch(text) and not _GUID.fullmatch(text)):
        return False
    return all(character.isalnum() or character in _PUNCTUATION for character in text)


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    if code <= _LAST_BYTE:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= _LAST_OF_FIRST_PLANE else f"\\U{code:08x}"


def _lines_of(item: Item, indent: int, line_break: str) -> str:
    first = f"{' ' * indent}- "
    rest = " " * len(first)
    return "".join(f"{first if number == 0 else rest}{line}{line_break}" for number, line in enumerate(item))


class _List(NamedTuple):
    """Where the value of the key is written; offsets in the text."""

    key_end: int
    end: int
    """Behind the last thing in it; behind the opening bracket of an empty one; behind the key where there is none."""
    column: int = 0
    """Of the dashes."""
    items: int = 0
    in_brackets: bool = False
    is_null: bool = False
    start: int = 0


def _insertions(text: str, key: str, items: Sequence[Item]) -> Iterator[tuple[int, str]]:
    """Give a place and a text to put there; whether it does is for the caller to see."""
    found = _find(text, key)
    line_break = _line_break(text, found.key_end if found else 0)
    if found is None:
        begun = "" if not text or text.endswith(("\n", "\r")) else line_break
        apart = line_break if text.strip() else ""
        yield len(text), begun + apart + block(key, items).replace("\n", line_break)
    elif found.in_brackets:
        written = ", ".join("{" + ", ".join(line for line in item if line[:1] != "#") + "}" for item in items)
        yield found.end, f", {written}" if found.items else written
    else:
        yield _below(text, found, items, line_break)


def _below(text: str, found: _List, items: Sequence[Item], line_break: str) -> tuple[int, str]:
    """Give the place behind the last item, and behind the comments that are indented as a part of it."""
    offset = _behind_comments(text, _line_end(text, found.end), found.column)
    last = text[found.start : offset]
    apart = found.items < 2 or _EMPTY_LINE.search(last) is not None  # noqa: PLR2004 - one item shows no habit
    between = line_break if apart else ""
    indent = _INDENT if found.is_null else found.column
    first = "" if found.is_null and not text[_line_end(text, found.key_end) : offset].strip() else between
    begun = "" if text[:offset].endswith(("\n", "\r")) else line_break
    return offset, begun + first + between.join(_lines_of(item, indent, line_break) for item in items)


def _find(text: str, key: str) -> _List | None:
    """Find the value of a key of the top level; None when the key is not there."""
    from ruamel.yaml import events as of

    found = events(text)
    depth = 0
    is_key = True
    for number, event in enumerate(found):
        if depth == 1 and isinstance(event, of.NodeEvent):
            if is_key and isinstance(event, of.ScalarEvent) and event.value == key:
                return _value(text, event.end_mark.index, found[number + 1 :])
            is_key = not is_key
        depth += isinstance(event, of.CollectionStartEvent) - isinstance(event, of.CollectionEndEvent)
    return None


def _value(text: str, key_end: int, rest: "Sequence[Event]") -> _List:
    from ruamel.yaml import events as of

    first = rest[0]
    if not isinstance(first, of.SequenceStartEvent):
        return _List(key_end=key_end, end=key_end, is_null=True)
    start: int = first.start_mark.index
    in_brackets = bool(first.flow_style)
    end = text.find("[", start) + 1 if in_brackets else start
    items = 0
    flow = [in_brackets]
    for event in rest[1:]:
        if isinstance(event, of.NodeEvent):
            items += len(flow) == 1
        if isinstance(event, of.CollectionStartEvent):
            flow.append(bool(event.flow_style))
            continue
        # A block collection ends where the next thing begins; what ends in it has told its end already.
        is_end = isinstance(event, of.CollectionEndEvent)
        if is_end and len(flow) == 1:
            break
        if not is_end or flow.pop():
            end = max(end, event.end_mark.index)
    column: int = first.start_mark.column
    return _List(key_end=key_end, start=start, end=end, column=column, items=items, in_brackets=in_brackets)


def _line_end(text: str, offset: int) -> int:
    """Give where the line of an offset ends, its break included; an offset behind a break ends a block scalar."""
    if offset and text[offset - 1] in "\r\n":
        return offset
    found = _BREAK.search(text, offset)
    return found.end() if found else len(text)


def _behind_comments(text: str, offset: int, column: int) -> int:
    """Skip the comments that stand deeper than a column."""
    end = offset
    while offset < len(text) and (match := _LINE.match(text, offset)):
        stop = match.end()
        line = match[1].rstrip()
        words = line.lstrip(" ")
        if words.startswith("#") and len(line) - len(words) > column:
            end = stop
        elif words:
            break
        offset = stop
    return end


def _line_break(text: str, offset: int) -> str:
    found = _BREAK.search(text, offset) or _BREAK.search(text)
    return found[0] if found else "\n"
