"""A custom connector's definition, walked once: the facts that checks ask about, without the document.

The walk follows the shape Swagger gives a definition, with plain values and linked keys; a place is put together only
for what is kept. What needs the whole document, such as a path into another operation's response, is settled here.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice

from pllint.model.connector_definition import (
    BrokenCall,
    BrokenReference,
    CommittedSecret,
    DefinedOperation,
    DynamicFault,
    HiddenField,
    OddKey,
    Parameter,
    ReferenceFault,
    Response,
)
from pllint.nearest import nearest
from pllint.read.connector_properties import secret_default
from pllint.record import NamedTuple
from pllint.source import Anchor, Key
from pllint.text.node import Node

METHODS = ("get", "put", "post", "delete", "options", "head", "patch")

# https://learn.microsoft.com/connectors/custom-connectors/openapi-extensions, and those that Microsoft's own published
# connectors carry.
EXTENSIONS = frozenset(
    f"x-ms-{name}"
    for name in (
        "agentic-protocol", "api-annotation", "capabilities", "client-flatten", "client-name", "client-request-id",
        "code-generation-settings", "connector-metadata", "deployment-version", "discriminator-value",
        "docs-annotation", "docs-operation-type", "docs-status", "dynamic-list", "dynamic-properties",
        "dynamic-schema", "dynamic-tree", "dynamic-values", "editor", "editor-options", "enum", "enum-values",
        "error-response", "examples", "external", "file-name-param", "generated", "header-collection-prefix",
        "keywords", "logicapp-batch", "long-running-operation", "long-running-operation-options", "media-kind",
        "mutability", "name-override", "no-generic-test", "notification", "notification-content", "notification-url",
        "odata", "openai-data", "openai-manifest", "openai-published-to-copilots", "operation-context",
        "operation-group", "pageable", "parameter-grouping", "parameter-location", "parameterized-host", "paths",
        "permission", "property-name-alias", "replace", "request-id", "require-user-confirmation", "safe-operation",
        "scheduler-recommendation", "scheduler-trigger", "secret", "skip-url-encoding", "sensitive", "summary",
        "test-value", "tooltip", "trigger", "trigger-hint", "trigger-metadata", "trigger-value", "url-encoding",
        "visibility", "weight", "always-encrypt",
    )
)  # fmt: skip
_VISIBILITIES = ("important", "advanced", "internal")
_HIDDEN_VISIBILITIES = frozenset((*_VISIBILITIES, "", "none"))
"""Nothing, and the designer's word for nothing, say nothing wrong."""
_PATH_KEYS = {
    "x-ms-dynamic-values": ("value-collection", "value-path", "value-title"),
    "x-ms-dynamic-list": ("itemsPath", "itemValuePath", "itemTitlePath"),
    "x-ms-dynamic-schema": ("", "value-path", ""),
    "x-ms-dynamic-properties": ("", "itemValuePath", ""),
}
_PLAIN_KEYS = EXTENSIONS - {"x-ms-visibility", "x-ms-notification-url", *_PATH_KEYS} | {
    "$ref", "additionalProperties", "allOf", "collectionFormat", "consumes", "default", "deprecated", "description",
    "enum", "example", "format", "in", "items", "maximum", "maxLength", "minimum", "minLength", "name", "operationId",
    "parameters", "pattern", "produces", "properties", "readOnly", "required", "responses", "schema", "security",
    "summary", "tags", "title", "type", "delete", "get", "patch", "post", "put",
}  # fmt: skip
"""Of an object with no other keys there is nothing to note."""
_DYNAMIC_SCHEMAS = frozenset(("x-ms-dynamic-schema", "x-ms-dynamic-properties"))
_WITHOUT_OPERATION = ("capability", "builtInOperation")
_SCALARS = ("string", "number", "integer", "boolean")  # no set: a type may be a list, which has no hash
_SHARED = ("#/definitions/", "#/parameters/", "#/responses/")
_DEEPEST_FIELD = 6
_MOST_GUESSES = 100
_MOST_WORDS = 1000
_INSTEAD = re.compile(r"\b(?:use|see|replaced|superseded|instead|replacement|migrate|switch to)\b", re.IGNORECASE)

_Link = tuple["_Link", Key] | None
"""Where the walk is: the keys from the root, last first."""
_Object = dict[str, object]


class DefinitionFacts(NamedTuple):
    """What the walk finds."""

    operations: tuple[DefinedOperation, ...] = ()
    references: tuple[BrokenReference, ...] = ()
    calls: tuple[BrokenCall, ...] = ()
    hidden_fields: tuple[HiddenField, ...] = ()
    visibilities: tuple[OddKey, ...] = ()
    extensions: tuple[OddKey, ...] = ()
    secrets: tuple[CommittedSecret, ...] = ()


def facts_of(definition: Node, polling: frozenset[str] = frozenset()) -> DefinitionFacts:
    """Walk a definition; `polling` are the operations that a policy template makes polling triggers."""
    if not isinstance(definition.value, dict):
        return DefinitionFacts()
    walk = _Walk(definition.value, definition.at, polling)
    walk.go()
    return walk.facts()


class _Section:
    """A part of the definition that others may refer to, or the input of one operation."""

    __slots__ = ("hidden", "notifies", "targets")

    def __init__(self) -> None:
        self.targets: set[str] = set()
        self.hidden: list[tuple[str, _Link]] = []
        self.notifies = False


class _Raw(NamedTuple):
    """An operation met on the walk."""

    path: str
    method: str
    value: _Object
    item: _Object
    link: _Link
    section: _Section
    parameters: tuple[tuple[_Object, _Link], ...]
    """With those of its path, references followed."""


class _Call(NamedTuple):
    keyword: str
    value: _Object
    link: _Link
    owner: int | None
    """The operation it belongs to, by number; None inside a shared part."""


class _Walk:
    def __init__(self, root: _Object, at: Anchor, polling: frozenset[str]) -> None:
        self._root = root
        self._at = at
        self._polling = polling
        self._sections: dict[str, _Section] = {}
        self._nobodys = _Section()
        """What comes back asks nobody for a value."""
        self._operations: list[_Raw] = []
        self._references: dict[str, list[_Link]] = {}
        self._calls: list[_Call] = []
        self._visibilities: list[tuple[str, _Link]] = []
        self._extensions: list[tuple[str, _Link]] = []
        self._secrets: list[tuple[str, _Link]] = []
        self._edges: dict[str, list[str]] = {}
        """Definition to definitions that it cannot exist without."""
        self._owner: int | None = None
        self._guesses = 0
        self._shapes: dict[int, _Shape] = {}
        self._known_fields: dict[int, list[tuple[str, bool]]] = {}

    # The walk

    def go(self) -> None:
        root = self._root
        self._marks(root, None)
        self._marks(_mapping(root.get("info")), (None, "info"))
        for kind in ("definitions", "parameters", "responses"):
            for name, value in _mapping(root.get(kind)).items():
                target = f"#/{kind}/{name}"
                section = self._sections[target] = _Section()
                link: _Link = ((None, kind), name)
                if not isinstance(value, dict):
                    continue
                if kind == "definitions":
                    self._schema(value, link, section)
                    self._edges[target] = list(_needed(value))
                elif kind == "parameters":
                    self._parameter(value, link, section)
                else:
                    self._response(value, link)
        for path, item in _mapping(root.get("paths")).items():
            if isinstance(item, dict):
                self._path(path, item, ((None, "paths"), path))

    def _path(self, path: str, item: _Object, link: _Link) -> None:
        self._marks(item, link)
        shared = _Section()
        for index, value in _dicts(item.get("parameters")):
            self._parameter(value, ((link, "parameters"), index), shared)
        content = item.get("x-ms-notification-content")
        if isinstance(content, dict):
            schema = content.get("schema")
            if isinstance(schema, dict):
                self._schema(schema, ((link, "x-ms-notification-content"), "schema"), _Section())
        for method, operation in item.items():
            if method.lower() in METHODS and isinstance(operation, dict):
                self._operation(_At(path, method, item, link), operation, shared)

    def _operation(self, where: "_At", operation: _Object, shared: _Section) -> None:
        link: _Link = (where.link, where.method)
        self._owner = len(self._operations)
        self._marks(operation, link)
        section = _Section()
        for index, value in _dicts(operation.get("parameters")):
            self._parameter(value, ((link, "parameters"), index), section)
        section.targets |= shared.targets
        section.hidden += shared.hidden
        section.notifies |= shared.notifies
        for status, response in _mapping(operation.get("responses")).items():
            if isinstance(response, dict):
                self._response(response, ((link, "responses"), status))
        content = operation.get("x-ms-notification-content")
        if isinstance(content, dict) and isinstance(schema := content.get("schema"), dict):
            self._schema(schema, ((link, "x-ms-notification-content"), "schema"), _Section())
        self._owner = None
        self._operations.append(
            _Raw(
                path=where.path,
                method=where.method.lower(),
                value=operation,
                item=where.item,
                link=link,
                section=section,
                parameters=tuple(self._merged(where, operation, link)),
            )
        )

    def _merged(self, where: "_At", operation: _Object, link: _Link) -> Iterator[tuple[_Object, _Link]]:
        """Give the parameters of an operation, then those of its path that it does not replace; none twice as one."""
        own = [
            self._followed(value, ((link, "parameters"), index)) for index, value in _dicts(operation.get("parameters"))
        ]
        yield from own
        if "parameters" not in where.item:
            return
        names = {(value.get("name"), value.get("in")) for value, _ in own if _is_name(value)}
        for index, value in _dicts(where.item.get("parameters")):
            parameter, place = self._followed(value, ((where.link, "parameters"), index))
            if not _is_name(parameter) or (parameter.get("name"), parameter.get("in")) not in names:
                yield parameter, place

    def _followed(self, value: _Object, link: _Link) -> tuple[_Object, _Link]:
        target = value.get("$ref")
        if isinstance(target, str) and target.startswith("#/parameters/"):
            found = self._resolve(target)
            if isinstance(found, dict):
                return found, ((None, "parameters"), _unescaped(target.removeprefix("#/parameters/")))
        return value, link

    def _parameter(self, value: _Object, link: _Link, section: _Section) -> None:
        if self._refers(value, link, section):
            return
        self._marks(value, link, section)
        if "default" in value and (what := secret_default(value)):
            self._secrets.append((what, (link, "default")))
        schema = value.get("schema")
        if isinstance(schema, dict):
            self._schema(schema, (link, "schema"), section)

    def _response(self, value: _Object, link: _Link) -> None:
        if self._refers(value, link, self._nobodys):
            return
        self._marks(value, link)
        schema = value.get("schema")
        if isinstance(schema, dict):
            self._schema(schema, (link, "schema"), self._nobodys)

    def _schema(self, schema: _Object, link: _Link, section: _Section) -> None:
        stack: list[tuple[_Object, _Link]] = [(schema, link)]
        while stack:
            value, here = stack.pop()
            if "$ref" in value:
                self._refers(value, here, section)
            self._marks(value, here, section)
            properties = value.get("properties")
            if isinstance(properties, dict):
                required = value.get("required")
                needed = required if isinstance(required, list) else ()
                above: _Link = (here, "properties")
                for name, inner in properties.items():
                    if isinstance(inner, dict):
                        if name in needed and _is_hidden_leaf(inner):
                            section.hidden.append((name, (above, name)))
                        stack.append((inner, (above, name)))
            if "items" in value or "allOf" in value or "additionalProperties" in value:
                stack.extend(_inner(value, here))

    def _refers(self, value: _Object, link: _Link, section: _Section) -> bool:
        target = value.get("$ref")
        if not isinstance(target, str):
            return False
        section.targets.add(target)
        self._references.setdefault(target, []).append(link)
        return True

    def _marks(self, value: _Object, link: _Link, section: _Section | None = None) -> None:
        """Take the extensions of an object in one look at its keys."""
        if not _PLAIN_KEYS.issuperset(value):
            for key in value:
                if key[:4] == "x-ms":
                    self._mark(key, value[key], link, section)

    def _mark(self, key: str, value: object, link: _Link, section: _Section | None) -> None:
        if key == "x-ms-visibility":
            if isinstance(value, str) and value.lower() not in _HIDDEN_VISIBILITIES:
                self._visibilities.append((value, (link, key)))
        elif key == "x-ms-notification-url":
            if section is not None and _is_true(value):
                section.notifies = True
        elif key in _PATH_KEYS:
            if isinstance(value, dict):
                self._calls.append(_Call(key, value, (link, key), self._owner))
        elif key not in EXTENSIONS:
            self._extensions.append((key, (link, key)))

    # What it amounts to

    def facts(self) -> DefinitionFacts:
        notifying = self._notifying()
        return DefinitionFacts(
            operations=tuple(self._defined(raw, notifying) for raw in self._operations),
            references=(*self._broken_references(), *self._circles()),
            calls=tuple(self._broken_calls()),
            hidden_fields=tuple(self._hidden_fields()),
            visibilities=tuple(
                OddKey(word, self._place(link), self._near(word, _VISIBILITIES)) for word, link in self._visibilities
            ),
            extensions=tuple(
                OddKey(word, self._place(link), self._near(word, EXTENSIONS)) for word, link in self._extensions
            ),
            secrets=tuple(CommittedSecret(what, self._place(link)) for what, link in self._secrets),
        )

    def _near(self, word: str, words: Iterable[str]) -> str | None:
        """Guess what was meant; not without end where everything is wrong."""
        self._guesses += 1
        return nearest(word, islice(words, _MOST_WORDS)) if self._guesses <= _MOST_GUESSES else None

    def _place(self, link: _Link) -> Anchor:
        keys: list[Key] = []
        while link is not None:
            link, key = link
            keys.append(key)
        return Anchor(self._at.source, (*self._at.path, *reversed(keys)))

    def _defined(self, raw: _Raw, notifying: frozenset[str]) -> DefinedOperation:
        value = raw.value
        identity = value.get("operationId")
        trigger = value.get("x-ms-trigger")
        metadata = _mapping(value.get("x-ms-trigger-metadata"))
        deprecated = _is_true(value.get("deprecated"))
        at = self._place(raw.link)
        return DefinedOperation(
            id=identity if isinstance(identity, str) and identity else None,
            method=raw.method,
            path=raw.path,
            at=at,
            summary=_text(value.get("summary")),
            description=_text(value.get("description")),
            visibility=_text(value.get("x-ms-visibility")) or None,
            deprecated=deprecated,
            replacement=self._replacement(value) if deprecated else None,
            trigger=None if trigger is None else _text(trigger),
            polls=_text(metadata.get("mode")).lower() == "polling" or _text(identity) in self._polling,
            notification_url=raw.section.notifies or not notifying.isdisjoint(raw.section.targets),
            notification_content=any(
                isinstance(holder.get("x-ms-notification-content"), dict) for holder in (raw.item, value)
            ),
            agentic_protocol=_text(value.get("x-ms-agentic-protocol")) or None,
            parameters=tuple(self._defined_parameter(parameter, link) for parameter, link in raw.parameters),
            responses=tuple(self._responses(value, at)),
        )

    def _replacement(self, operation: _Object) -> str | None:
        annotation = _mapping(operation.get("x-ms-api-annotation"))
        replacement = annotation.get("replacement")
        if isinstance(replacement, dict):
            return _text(replacement.get("operationId")) or _text(replacement.get("api")) or None
        if isinstance(replacement, str) and replacement:
            return replacement
        family = annotation.get("family")
        if isinstance(family, str) and family in self._newest:
            return self._newest[family] or None
        description = _text(operation.get("description"))
        return description if _INSTEAD.search(description) else None

    @cached_property
    def _newest(self) -> dict[str, str]:
        """The first operation of each family that is not deprecated."""
        newest: dict[str, str] = {}
        for raw in self._operations:
            family = _mapping(raw.value.get("x-ms-api-annotation")).get("family")
            if isinstance(family, str) and not _is_true(raw.value.get("deprecated")):
                newest.setdefault(family, _text(raw.value.get("operationId")))
        return newest

    def _defined_parameter(self, value: _Object, link: _Link) -> Parameter:
        schema = value.get("schema")
        location = _text(value.get("in"))
        titled = _is_titled(value)
        fields: list[tuple[str, bool]] = []
        if location == "body" and isinstance(schema, dict):
            fields = self._fields(schema)
            # A body with properties has no name of its own in the designer: its fields have.
            titled = titled or _is_titled(schema) or bool(self._shape(schema).properties)
        default = "default" in value or (isinstance(schema, dict) and "default" in schema)
        return Parameter(
            name=_text(value.get("name")),
            location=location,
            at=self._place(link),
            type=_text(value.get("type")) or None,
            has_schema=isinstance(schema, dict),
            has_items=value.get("type") != "array" or isinstance(value.get("items"), dict),
            required=_is_true(value.get("required")),
            visibility=_text(value.get("x-ms-visibility")) or None,
            titled=titled,
            has_default=default or _is_true(value.get("x-ms-notification-url")),
            untitled_fields=tuple(name for name, named in fields if not named),
            fields=len(fields),
        )

    def _fields(self, schema: _Object) -> list[tuple[str, bool]]:
        """Give the fields that a designer shows of a body, each with whether it has a title."""
        root = self._shape(schema).root
        if id(root) not in self._known_fields:
            self._known_fields[id(root)] = self._shown_fields(schema)
        return self._known_fields[id(root)]

    def _shown_fields(self, schema: _Object) -> list[tuple[str, bool]]:
        found: list[tuple[str, bool]] = []
        stack: list[tuple[str, _Object, int]] = [("", schema, 0)]
        while stack:
            name, value, depth = stack.pop()
            shape = self._shape(value)
            if shape.properties and depth < _DEEPEST_FIELD:
                for key, inner in reversed(shape.properties.items()):
                    if isinstance(inner, dict) and not _is_internal(inner) and not _is_true(inner.get("readOnly")):
                        stack.append((f"{name}/{key}" if name else key, inner, depth + 1))
            elif name:
                found.append((name, _is_titled(value) or _is_titled(shape.root)))
        return found

    def _responses(self, operation: _Object, at: Anchor) -> Iterator[Response]:
        for status, value in _mapping(operation.get("responses")).items():
            if status.startswith("x-") or not isinstance(value, dict):
                continue
            schema = self._shape_of_response(value)
            place = Anchor(at.source, (*at.path, "responses", status))
            yield Response(status=status, at=place, has_schema=bool(schema))

    def _shape_of_response(self, value: object) -> _Object:
        """Give the schema of a response; empty where there is none, or one that says nothing."""
        if not isinstance(value, dict):
            return {}
        target = value.get("$ref")
        if isinstance(target, str):
            value = _mapping(self._resolve(target))
        return _mapping(value.get("schema"))

    # References

    def _resolve(self, target: str) -> object:
        if not target.startswith("#/"):
            return None
        value: object = self._root
        for part in target[2:].split("/"):
            key = _unescaped(part)
            if isinstance(value, dict) and key in value:
                value = value[key]
            elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
                value = value[int(key)]
            else:
                return None
        return value

    def _broken_references(self) -> Iterator[BrokenReference]:
        for target, links in self._references.items():
            fault = self._fault_of(target)
            if fault is not None:
                kind = "parameters" if target.startswith("#/parameters/") else "definitions"
                near = self._near(target.rpartition("/")[2], _mapping(self._root.get(kind)))
                yield BrokenReference(
                    target=target,
                    fault=fault,
                    at=self._place((links[0], "$ref")),
                    uses=len(links),
                    nearest=None if near is None or fault is not ReferenceFault.MISSING else f"#/{kind}/{near}",
                )

    def _fault_of(self, target: str) -> ReferenceFault | None:
        if target.startswith(_SHARED):
            return None if self._resolve(target) is not None else ReferenceFault.MISSING
        if target.startswith("#"):
            return ReferenceFault.MALFORMED
        return ReferenceFault.OUTSIDE

    def _circles(self) -> Iterator[BrokenReference]:
        """Find definitions that cannot exist without themselves: one walk over the graph, each circle once."""
        done: set[str] = set()
        for start in self._edges:
            trail: list[str] = []
            on_trail: set[str] = set()
            stack: list[tuple[str, int]] = [(start, 0)]
            while stack:
                name, number = stack.pop()
                if number == 0:
                    if name in done:
                        continue
                    done.add(name)
                    trail.append(name)
                    on_trail.add(name)
                edges = self._edges.get(name, [])
                if number == len(edges):
                    trail.pop()
                    on_trail.discard(name)
                    continue
                stack.append((name, number + 1))
                target = edges[number]
                if target in on_trail:
                    through = trail[trail.index(target) :]
                    at = self._place(((None, "definitions"), _unescaped(target.rpartition("/")[2])))
                    yield BrokenReference(target=target, fault=ReferenceFault.CIRCLE, at=at, through=tuple(through[1:]))
                else:
                    stack.append((target, 0))

    def _notifying(self) -> frozenset[str]:
        """Give the shared parts through which a notification address is asked for."""
        found = {target for target, section in self._sections.items() if section.notifies}
        grown = bool(found)
        while grown:
            more = {
                target
                for target, section in self._sections.items()
                if target not in found and not found.isdisjoint(section.targets)
            }
            found |= more
            grown = bool(more)
        return frozenset(found)

    def _hidden_fields(self) -> Iterator[HiddenField]:
        reached: set[str] = set()
        waiting = [target for raw in self._operations for target in raw.section.targets]
        while waiting:
            target = waiting.pop()
            if target not in reached:
                reached.add(target)
                if target in self._sections:
                    waiting.extend(self._sections[target].targets)
        places = {link: name for raw in self._operations for name, link in raw.section.hidden}
        for target, section in self._sections.items():
            if target in reached:
                places.update({link: name for name, link in section.hidden})
        for link, name in places.items():
            yield HiddenField(name=name, at=self._place(link))

    # Dynamic lists and schemas

    def _broken_calls(self) -> Iterator[BrokenCall]:
        if not self._calls:
            return
        by_id: dict[str, _Raw] = {}
        for raw in self._operations:
            by_id.setdefault(_text(raw.value.get("operationId")), raw)
        inputs: dict[str, _Inputs] = {}
        callers: dict[int, _Inputs] = {}
        for call in self._calls:
            name = _text(call.value.get("operationId"))
            if name not in by_id:
                if name or not any(key in call.value for key in _WITHOUT_OPERATION):
                    fault = DynamicFault.OPERATION if name else DynamicFault.NO_OPERATION
                    near = self._near(name, filter(None, by_id)) if name else None
                    yield self._broken(call, fault, name, "operationId", near)
                continue
            target = by_id[name]
            if name not in inputs:
                inputs[name] = self._inputs(target)
            if call.owner is not None and call.owner not in callers:
                callers[call.owner] = self._inputs(self._operations[call.owner])
            own = callers[call.owner] if call.owner is not None else None
            yield from self._arguments(call, inputs[name], own)
            yield from self._paths(call, target)

    def _broken(
        self, call: _Call, fault: DynamicFault, subject: str, key: str, near: str | None = None, *below: Key
    ) -> BrokenCall:
        link: _Link = call.link
        if key in call.value:
            link = (link, key)
        for step in below:
            link = (link, step)
        return BrokenCall(
            keyword=call.keyword,
            fault=fault,
            subject=subject,
            operation=_text(call.value.get("operationId")),
            at=self._place(link),
            key=key,
            nearest=near,
        )

    def _inputs(self, raw: _Raw) -> "_Inputs":
        names: set[str] = set()
        needed: set[str] = set()
        is_open = False
        for value, _ in raw.parameters:
            name = _text(value.get("name"))
            if not name:
                is_open = True
                continue
            names.add(name)
            schema = value.get("schema")
            if isinstance(schema, dict):
                for path, inner in self._all_fields(schema):
                    names.update((path.rpartition("/")[2], path))
                    is_open |= inner
            elif _is_true(value.get("required")) and "default" not in value and name != "connectionId":
                needed.add(name)
        return _Inputs(frozenset(names), frozenset(needed), is_open)

    def _all_fields(self, schema: _Object) -> Iterator[tuple[str, bool]]:
        stack: list[tuple[str, _Object, int]] = [("", schema, 0)]
        while stack:
            name, value, depth = stack.pop()
            shape = self._shape(value)
            yield name, shape.is_open
            if depth < _DEEPEST_FIELD:
                stack += [
                    (f"{name}/{key}" if name else key, inner, depth + 1)
                    for key, inner in shape.properties.items()
                    if isinstance(inner, dict)
                ]
                if isinstance(items := shape.root.get("items"), dict):
                    stack.append((name, items, depth + 1))

    def _arguments(self, call: _Call, inputs: "_Inputs", own: "_Inputs | None") -> Iterator[BrokenCall]:
        arguments = _mapping(call.value.get("parameters"))
        given = {name.partition("/")[0] for name in arguments}
        for name, value in arguments.items():
            if not inputs.takes(name):
                near = self._near(name, inputs.names)
                yield self._broken(call, DynamicFault.ARGUMENT, name, "parameters", near, name)
            if own is None or not isinstance(value, dict):
                continue
            for key in ("parameter", "parameterReference"):
                reference = value.get(key)
                if isinstance(reference, str) and not own.takes(reference):
                    near = self._near(reference, own.names)
                    yield self._broken(call, DynamicFault.REFERENCE, reference, "parameters", near, name, key)
        for name in sorted(inputs.needed - given):
            yield self._broken(call, DynamicFault.NEEDED, name, "parameters")

    def _paths(self, call: _Call, target: _Raw) -> Iterator[BrokenCall]:
        collection_key, *keys = _PATH_KEYS[call.keyword]
        schema = self._answer(target)
        if not schema:
            return
        collection = _text(call.value.get(collection_key)) if collection_key else ""
        inside: _Object | None = schema
        if collection:
            hop = self._hop(schema, collection)
            if hop.lost:
                yield self._broken(call, DynamicFault.PATH, collection, collection_key, hop.nearest)
            inside = hop.schema
        if inside is None:
            return
        if call.keyword not in _DYNAMIC_SCHEMAS:
            items = self._shape(inside).root.get("items")
            # Of a list of plain values designers take the values themselves, whatever the path is called.
            if not isinstance(items, dict) or items.get("type") in _SCALARS:
                return
            inside = items
        for key in filter(None, keys):
            path = _text(call.value.get(key))
            hop = self._hop(inside, path) if path else _Hop()
            if hop.lost:
                yield self._broken(call, DynamicFault.PATH, path, key, hop.nearest)

    def _answer(self, raw: _Raw) -> _Object:
        responses = _mapping(raw.value.get("responses"))
        order = ["200", "201", *sorted(status for status in responses if status.startswith("2")), "default"]
        return next((schema for status in order if (schema := self._shape_of_response(responses.get(status)))), {})

    def _hop(self, schema: _Object, path: str) -> "_Hop":
        """Follow a path string as far as the schemas tell."""
        if any(sign in path for sign in "@{}()[]"):
            return _Hop()
        properties = self._shape(schema).properties
        if path in properties:
            return _Hop(_mapping(properties[path]))
        value = schema
        steps = path.strip("/").split("/")
        for place, key in enumerate(steps):
            shape = self._shape(value)
            if isinstance(items := shape.root.get("items"), dict) and not shape.properties:
                shape = self._shape(items)
            inner = shape.properties.get(key)
            if not isinstance(inner, dict):
                lost = not shape.is_open and not inner
                near = self._near(key, shape.properties) if lost else None
                return _Hop(lost=lost, nearest=near and "/".join([*steps[:place], near, *steps[place + 1 :]]))
            value = inner
        return _Hop(value)

    def _shape(self, schema: _Object) -> "_Shape":
        """Give a schema's properties, with those of the schemas it consists of; open where it may have others."""
        known = self._shapes.get(id(schema))  # the document stays alive as long as the walk
        if known is None:
            known = self._shapes[id(schema)] = self._shaped(schema)
        return known

    def _shaped(self, schema: _Object) -> "_Shape":
        if schema.get("type") in _SCALARS:
            return _Shape(schema, {}, False)  # noqa: FBT003 - a record of three
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
                found = self._resolve(target)
                if isinstance(found, dict):
                    root = found if value is root else root
                    stack.append(found)
                else:
                    is_open = True
                continue
            parts = [part for _, part in _dicts(value.get("allOf"))]
            own = _mapping(value.get("properties"))
            for name, inner in own.items():
                properties.setdefault(name, inner)
            extra = value.get("additionalProperties")
            is_open |= (
                (
                    not own
                    and not parts
                    and not isinstance(value.get("items"), dict)
                    and value.get("type") not in _SCALARS
                )
                or (extra is not None and extra is not False)
                or any(key in value for key in ("anyOf", "oneOf", *_DYNAMIC_SCHEMAS))
            )
            stack += parts
        return _Shape(root, properties, is_open)


class _At(NamedTuple):
    path: str
    method: str
    item: _Object
    link: _Link


class _Shape(NamedTuple):
    root: _Object
    properties: dict[str, object]
    is_open: bool


class _Hop(NamedTuple):
    schema: _Object | None = None
    """What the path leads to; None where that is not known."""
    lost: bool = False
    """It certainly leads to nothing."""
    nearest: str | None = None


class _Inputs(NamedTuple):
    names: frozenset[str]
    needed: frozenset[str]
    is_open: bool

    def takes(self, reference: str) -> bool:
        # Older definitions write a path with dots.
        return self.is_open or reference in self.names or re.split(r"[/.]", reference)[0] in self.names


def _inner(schema: _Object, link: _Link) -> Iterator[tuple[_Object, _Link]]:
    """Give the schemas that a schema holds besides its properties."""
    for key in ("items", "additionalProperties"):
        inner = schema.get(key)
        if isinstance(inner, dict):
            yield inner, (link, key)
    if "allOf" in schema:
        for index, part in _dicts(schema["allOf"]):
            yield part, ((link, "allOf"), index)


def _needed(schema: _Object) -> Iterator[str]:
    """Give the definitions that a definition cannot exist without: those it is, and those of required properties."""
    stack = [schema]
    while stack:
        value = stack.pop()
        target = value.get("$ref")
        if isinstance(target, str):
            if target.startswith("#/definitions/"):
                yield target
            continue
        stack += [part for _, part in _dicts(value.get("allOf"))]
        properties = _mapping(value.get("properties"))
        required = value.get("required")
        for name in required if isinstance(required, list) else ():
            inner = properties.get(name) if isinstance(name, str) else None
            if isinstance(inner, dict):
                stack.append(inner)


def _mapping(value: object) -> _Object:
    return value if isinstance(value, dict) else {}


def _dicts(value: object) -> Iterator[tuple[int, _Object]]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, dict):
                yield index, item


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _is_true(value: object) -> bool:
    return value is True or (isinstance(value, str) and value.lower() == "true")


def _is_name(parameter: _Object) -> bool:
    return isinstance(parameter.get("name"), str) and isinstance(parameter.get("in"), str)


def _is_titled(value: Mapping[str, object]) -> bool:
    return bool(_text(value.get("x-ms-summary")) or _text(value.get("title")))


def _is_internal(value: _Object) -> bool:
    return _text(value.get("x-ms-visibility")).lower() == "internal"


def _is_hidden_leaf(value: _Object) -> bool:
    if not _is_internal(value) or "default" in value or _is_true(value.get("x-ms-notification-url")):
        return False
    # An object takes its values from its own fields; a list may stay empty.
    return value.get("type") in _SCALARS


def _unescaped(part: str) -> str:
    if "%" in part:
        from urllib.parse import unquote

        part = unquote(part)
    return part.replace("~1", "/").replace("~0", "~")


def faulty_paths(definition: Node) -> Sequence[tuple[str, str, Anchor]]:
    """Find paths that no request can be made of, each with what is wrong with it."""
    found: list[tuple[str, str, Anchor]] = []
    base = definition["basePath"]
    if base.text and not base.text.startswith("/"):
        found.append((base.text, "does not start with /", base.at))
    for path, node in definition["paths"].items():
        if path.startswith("x-"):
            continue
        if not path.startswith("/"):
            found.append((path, "does not start with /", node.at))
        elif path.count("{") != path.count("}"):
            found.append((path, "has a brace without its other half", node.at))
        elif sign := next((sign for sign in "?#*" if sign in path), None):
            found.append((path, f"holds a {sign}", node.at))
    return found
