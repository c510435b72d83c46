"""HCL text (`.tf`, `.tfvars`) to plain values and expressions, and paths of keys back to places in the text.

The syntax is read by tree-sitter, nothing is evaluated: what is no literal stays an `Expression`. A block becomes what
Terraform's JSON syntax makes of it: `resource "a" "b" {}` is `{"resource": {"a": {"b": [{}]}}}`, so that a path names
it as it names everything else.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, NoReturn

from pllint.source import WHOLE_FILE, Key, KeyPath, Span
from pllint.text.encoding import decode
from pllint.text.lines import Lines
from pllint.text.places import Expression, Place, Places, extent, resolve
from pllint.text.problem import DEFAULT_LIMITS, Limits, MalformedError, Problem, ProblemKind, check_size

if TYPE_CHECKING:
    from tree_sitter import Node as SyntaxNode
    from tree_sitter import Parser

_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))|(\$\$|%%)(?=\{)", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
_TEMPLATES = frozenset(("template_interpolation", "template_directive", "template_for", "template_if"))
_WHOLE_REFERENCE = re.compile(r"\$\{([A-Za-z_][\w.-]*)\}")
_MISSING = {"identifier": "a value or name", "quoted_template_end": "the closing quotation mark"}
_LAST_CHARACTER = 0x10FFFF


def parse(content: bytes, limits: Limits = DEFAULT_LIMITS) -> tuple[dict[str, object], list[Problem]]:
    """Give the document and what is odd about the text; raise MalformedError for what cannot be read."""
    check_size(content, limits)
    text, problem = decode(content)
    return parse_text(text, limits), [problem] if problem else []


def parse_text(text: str, limits: Limits = DEFAULT_LIMITS) -> dict[str, object]:
    """Give the document; raise MalformedError for what cannot be read."""
    return _Builder(text, limits).run()


def templated(value: object) -> object:
    """Give a document in Terraform's JSON syntax as the native syntax gives it: its templates are expressions."""
    if isinstance(value, str) and "${" in value:
        whole = _WHOLE_REFERENCE.fullmatch(value)
        return Expression(whole[1] if whole else value, reference=tuple(whole[1].split(".")) if whole else ())
    if isinstance(value, dict):
        return {key: templated(member) for key, member in value.items()}
    return [templated(item) for item in value] if isinstance(value, list) else value


def locate(content: bytes, paths: Sequence[KeyPath]) -> list[Span]:
    """Find the spans of paths in one pass: of scalars their text, of objects and lists their key, of blocks their head.

    A path that is not there gives the span of its nearest parent; its pointer says how far it went.
    """
    text = decode(content)[0]
    builder = _Builder(text, DEFAULT_LIMITS, places={})
    try:
        document = builder.run()
    except MalformedError:
        return [WHOLE_FILE] * len(paths)
    lines = Lines(text)
    return [resolve(text, lines, document, Places(builder.places or {}, builder.character), path) for path in paths]


def extents(text: str, paths: Sequence[KeyPath]) -> list[tuple[int, int] | None]:
    """Find from where to where the value of each path reaches in a text; None for one that is not there.

    Offsets count characters; the end is exclusive. Raises MalformedError for text that cannot be read.
    """
    builder = _Builder(text, DEFAULT_LIMITS, places={})
    document = builder.run()
    places = Places(builder.places or {}, builder.character)
    return [extent(document, places, path) for path in paths]


def without_comments(text: str) -> str:
    """Blank out comments, keeping every offset."""
    builder = _Builder(text, DEFAULT_LIMITS)
    pieces: list[str] = []
    copied = 0
    open_nodes = [_parser().parse(builder.data).root_node]
    while open_nodes:
        node = open_nodes.pop()
        if node.type == "comment":
            start, end = builder.character(node.start_byte), builder.character(node.end_byte)
            pieces += (text[copied:start], re.sub(r"[^\r\n]", " ", text[start:end]))
            copied = end
        open_nodes += reversed(node.children)
    return "".join((*pieces, text[copied:]))


@cache
def _parser() -> "Parser":
    # Imported when the first HCL text is met.
    import tree_sitter_hcl
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_hcl.language()))


class _Builder:
    """Walks a syntax tree once."""

    def __init__(self, text: str, limits: Limits, places: dict[int, dict[Key, Place]] | None = None) -> None:
        self._text = text
        self._limits = limits
        self.data = text.encode("utf-8", "surrogatepass")
        self._ascii = len(self.data) == len(text)
        self.places = places
        """By the identity of the object or list that holds them; None: nobody asks."""

    def run(self) -> dict[str, object]:
        root = _parser().parse(self.data).root_node
        if root.has_error:
            self._refuse_syntax(root)
        document: dict[str, object] = {}
        for child in root.named_children:
            if child.type == "body":
                self._take_body(child, document, 1)
        return document

    def character(self, offset: int) -> int:
        """Turn an offset of the encoded text into one of the text."""
        return offset if self._ascii else len(self.data[:offset].decode("utf-8", "surrogatepass"))

    def _written(self, node: "SyntaxNode") -> str:
        return self._between(node.start_byte, node.end_byte)

    def _between(self, start: int, end: int) -> str:
        return self.data[start:end].decode("utf-8", "surrogatepass")

    def _refuse_syntax(self, root: "SyntaxNode") -> NoReturn:
        node = root
        while not (node.is_error or node.is_missing):
            inner = next((child for child in node.children if child.has_error or child.is_missing), None)
            if inner is None:
                break
            node = inner
        start = self.character(node.start_byte)
        message = "the text cannot be read from here on"
        if node.is_missing:
            message = f"{_MISSING.get(node.type, node.type)} is missing"
        span = Lines(self._text).span(start, min(start + 1, len(self._text)))
        raise MalformedError(Problem(ProblemKind.UNREADABLE, f"not HCL: {message}", span))

    def _check_depth(self, node: "SyntaxNode", depth: int) -> None:
        if depth > self._limits.nesting:
            start = self.character(node.start_byte)
            message = f"the text is nested more than {self._limits.nesting} levels deep"
            span = Lines(self._text).span(start, min(start + 1, len(self._text)))
            raise MalformedError(Problem(ProblemKind.LIMIT, message, span))

    def _place(self, holder: object, key: Key, named: "tuple[int, int] | None", value: "SyntaxNode") -> None:
        if self.places is not None:
            start, end = named or (value.start_byte, value.start_byte)
            place = Place(key=start, key_end=end, start=value.start_byte, end=value.end_byte)
            self.places.setdefault(id(holder), {})[key] = place

    def _take_body(self, node: "SyntaxNode", body: dict[str, object], depth: int) -> None:
        self._check_depth(node, depth)
        for child in node.named_children:
            if child.type == "attribute":
                name, value = child.named_children[0], child.named_children[-1]
                key = self._written(name)
                body[key] = self._value(value, depth + 1)
                self._place(body, key, (name.start_byte, name.end_byte), value)
            elif child.type == "block":
                self._take_block(child, body, depth)

    def _take_block(self, node: "SyntaxNode", body: dict[str, object], depth: int) -> None:
        labels: list[str] = []
        inner: dict[str, object] = {}
        head_end = node.start_byte
        for child in node.named_children:
            if child.type == "identifier":
                labels.append(self._written(child))
                head_end = child.end_byte
            elif child.type == "string_lit":
                labels.append(self._unquoted(child))
                head_end = child.end_byte
            elif child.type == "body":
                self._take_body(child, inner, depth + 1)
        head = (node.start_byte, head_end)
        holder = body
        for label in labels[:-1]:
            deeper = holder.setdefault(label, {})
            if not isinstance(deeper, dict):
                return  # a block and an attribute of one name, which Terraform refuses
            if self.places is None or label not in self.places.get(id(holder), {}):
                self._place(holder, label, head, node)
            holder = deeper
        blocks = holder.setdefault(labels[-1], [])
        if isinstance(blocks, list):
            if not blocks:
                self._place(holder, labels[-1], head, node)
            self._place(blocks, len(blocks), head, node)
            blocks.append(inner)

    def _value(self, node: "SyntaxNode", depth: int) -> object:
        self._check_depth(node, depth)
        children = [child for child in node.named_children if child.type != "comment"]
        if len(children) != 1:
            return self._expression(node, children, depth)
        (only,) = children
        match only.type:
            case "expression":  # in brackets
                value = self._value(only, depth + 1)
            case "literal_value":
                value = self._literal(only)
            case "template_expr":
                value = self._template(node, only)
            case "collection_value":
                value = self._collection(only.named_children[0], node, depth)
            case "operation":
                value = self._operation(only, node)
            case _:
                value = self._expression(node, children, depth)
        return value

    def _literal(self, node: "SyntaxNode") -> object:
        (inner,) = node.named_children
        match inner.type:
            case "string_lit":
                return self._unquoted(inner)
            case "bool_lit":
                return self._written(inner) == "true"
            case "null_lit":
                return None
        return _number(self._written(inner))

    def _unquoted(self, node: "SyntaxNode") -> str:
        return _ESCAPE.sub(_unescaped, self._between(node.start_byte + 1, node.end_byte - 1))

    def _template(self, node: "SyntaxNode", template: "SyntaxNode") -> object:
        (inner,) = template.named_children
        if any(child.type in _TEMPLATES for child in inner.named_children):
            return Expression(_run_together(self._written(node)))
        if inner.type == "quoted_template":
            return self._unquoted(inner)
        written = self._written(inner)
        body = written.split("\n", 1)[1].rpartition("\n")[0] if "\n" in written else ""
        rows = body.replace("\r\n", "\n").split("\n")
        if written.startswith("<<-"):
            margin = min((len(row) - len(row.lstrip()) for row in rows if row.strip()), default=0)
            rows = [row[margin:] for row in rows]
        return "\n".join(rows).replace("$${", "${").replace("%%{", "%{") + "\n"

    def _collection(self, node: "SyntaxNode", whole: "SyntaxNode", depth: int) -> object:
        if node.type == "tuple":
            items: list[object] = []
            for child in node.named_children:
                if child.type == "expression":
                    self._place(items, len(items), None, child)
                    items.append(self._value(child, depth + 1))
            return items
        members: dict[str, object] = {}
        for child in node.named_children:
            if child.type != "object_elem":
                continue
            name, value = (inner for inner in child.named_children if inner.type == "expression")
            key = self._key(name)
            if key is None:
                return Expression(_run_together(self._written(whole)))
            self._place(members, key, (name.start_byte, name.end_byte), value)
            members[key] = self._value(value, depth + 1)
        return members

    def _key(self, node: "SyntaxNode") -> str | None:
        """Give the key of an object's member; None for a computed one."""
        if len(node.named_children) != 1:
            return None
        (inner,) = node.named_children
        if inner.type == "variable_expr":
            return self._written(inner)
        value = self._literal(inner) if inner.type == "literal_value" else None
        return value if isinstance(value, str) else None

    def _operation(self, node: "SyntaxNode", whole: "SyntaxNode") -> object:
        inner = node.named_children[0]
        written = _run_together(self._written(whole))
        if inner.type == "unary_operation" and written.startswith("-"):
            number = _number(written[1:].strip())
            if number is not None:
                return -number
        return Expression(written)

    def _expression(self, node: "SyntaxNode", children: "Sequence[SyntaxNode]", depth: int) -> Expression:
        text = _run_together(self._written(node))
        if len(children) == 1 and children[0].type == "function_call":
            call = children[0].named_children
            expression = Expression(text, function=self._written(call[0]))
            arguments = [child for part in call if part.type == "function_arguments" for child in _arguments(part)]
            for argument in arguments:
                self._place(expression.arguments, len(expression.arguments), None, argument)
                expression.arguments.append(self._value(argument, depth + 1))
            return expression
        if children and children[0].type == "variable_expr" and all(c.type == "get_attr" for c in children[1:]):
            return Expression(text, reference=tuple(text.replace(" ", "").split(".")))
        return Expression(text)


def _arguments(node: "SyntaxNode") -> "Iterator[SyntaxNode]":
    return (child for child in node.named_children if child.type == "expression")


def _run_together(text: str) -> str:
    return " ".join(text.split())


def _number(text: str) -> int | float | None:
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return None


def _unescaped(found: "re.Match[str]") -> str:
    short, long, plain, doubled = found.groups()
    if doubled:
        return str(doubled[0])
    if plain is not None:
        return _ESCAPES.get(plain, plain)
    code = int(short or long, 16)
    return chr(code) if code <= _LAST_CHARACTER else "�"
