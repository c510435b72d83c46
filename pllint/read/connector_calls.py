"""The dynamic lists and schemas of a custom connector's definition, whose calls lead nowhere."""

import re
from collections.abc import Iterator

from pllint.model.connector_definition import BrokenCall, DynamicFault
from pllint.read.connector_document import (
    DEEPEST_FIELD,
    DYNAMIC_SCHEMAS,
    SCALARS,
    Document,
    Link,
    Object,
    is_true,
    mapping,
    text,
)
from pllint.read.connector_walk import PATH_KEYS, Call, Raw, Walk
from pllint.record import NamedTuple
from pllint.source import Key

_WITHOUT_OPERATION = ("capability", "builtInOperation")


class Calls:
    """Follows the calls that a walk met."""

    def __init__(self, walk: Walk, document: Document) -> None:
        self._walk = walk
        self._document = document

    def broken(self) -> Iterator[BrokenCall]:
        """Give each call that names what is not there, leaves out what is needed, or reads what does not come back."""
        if not self._walk.calls:
            return
        by_id: dict[str, Raw] = {}
        for raw in self._walk.operations:
            by_id.setdefault(text(raw.value.get("operationId")), raw)
        inputs: dict[str, _Inputs] = {}
        callers: dict[int, _Inputs] = {}
        for call in self._walk.calls:
            name = text(call.value.get("operationId"))
            if name not in by_id:
                if name or not any(key in call.value for key in _WITHOUT_OPERATION):
                    fault = DynamicFault.OPERATION if name else DynamicFault.NO_OPERATION
                    near = self._document.near(name, filter(None, by_id)) if name else None
                    yield self._broken(call, fault, name, "operationId", near)
                continue
            target = by_id[name]
            if name not in inputs:
                inputs[name] = self._inputs(target)
            if call.owner is not None and call.owner not in callers:
                callers[call.owner] = self._inputs(self._walk.operations[call.owner])
            own = callers[call.owner] if call.owner is not None else None
            yield from self._arguments(call, inputs[name], own)
            yield from self._paths(call, target)

    def _broken(
        self, call: Call, fault: DynamicFault, subject: str, key: str, near: str | None = None, *below: Key
    ) -> BrokenCall:
        link: Link = call.link
        if key in call.value:
            link = (link, key)
        for step in below:
            link = (link, step)
        return BrokenCall(
            keyword=call.keyword,
            fault=fault,
            subject=subject,
            operation=text(call.value.get("operationId")),
            at=self._document.place(link),
            key=key,
            nearest=near,
        )

    def _inputs(self, raw: Raw) -> "_Inputs":
        names: set[str] = set()
        needed: set[str] = set()
        is_open = False
        for value, _ in raw.parameters:
            name = text(value.get("name"))
            if not name:
                is_open = True
                continue
            names.add(name)
            schema = value.get("schema")
            if isinstance(schema, dict):
                for path, inner in self._all_fields(schema):
                    names.update((path.rpartition("/")[2], path))
                    is_open |= inner
            elif is_true(value.get("required")) and "default" not in value and name != "connectionId":
                needed.add(name)
        return _Inputs(frozenset(names), frozenset(needed), is_open)

    def _all_fields(self, schema: Object) -> Iterator[tuple[str, bool]]:
        stack: list[tuple[str, Object, int]] = [("", schema, 0)]
        while stack:
            name, value, depth = stack.pop()
            shape = self._document.shape(value)
            yield name, shape.is_open
            if depth < DEEPEST_FIELD:
                stack += [
                    (f"{name}/{key}" if name else key, inner, depth + 1)
                    for key, inner in shape.properties.items()
                    if isinstance(inner, dict)
                ]
                if isinstance(items := shape.root.get("items"), dict):
                    stack.append((name, items, depth + 1))

    def _arguments(self, call: Call, inputs: "_Inputs", own: "_Inputs | None") -> Iterator[BrokenCall]:
        arguments = mapping(call.value.get("parameters"))
        given = {name.partition("/")[0] for name in arguments}
        for name, value in arguments.items():
            if not inputs.takes(name):
                near = self._document.near(name, inputs.names)
                yield self._broken(call, DynamicFault.ARGUMENT, name, "parameters", near, name)
            if own is None or not isinstance(value, dict):
                continue
            for key in ("parameter", "parameterReference"):
                reference = value.get(key)
                if isinstance(reference, str) and not own.takes(reference):
                    near = self._document.near(reference, own.names)
                    yield self._broken(call, DynamicFault.REFERENCE, reference, "parameters", near, name, key)
        for name in sorted(inputs.needed - given):
            yield self._broken(call, DynamicFault.NEEDED, name, "parameters")

    def _paths(self, call: Call, target: Raw) -> Iterator[BrokenCall]:
        collection_key, *keys = PATH_KEYS[call.keyword]
        schema = self._answer(target)
        if not schema:
            return
        collection = text(call.value.get(collection_key)) if collection_key else ""
        inside: Object | None = schema
        if collection:
            hop = self._hop(schema, collection)
            if hop.lost:
                yield self._broken(call, DynamicFault.PATH, collection, collection_key, hop.nearest)
            inside = hop.schema
        if inside is None:
            return
        if call.keyword not in DYNAMIC_SCHEMAS:
            items = self._document.shape(inside).root.get("items")
            # Of a list of plain values designers take the values themselves, whatever the path is called.
            if not isinstance(items, dict) or items.get("type") in SCALARS:
                return
            inside = items
        for key in filter(None, keys):
            path = text(call.value.get(key))
            hop = self._hop(inside, path) if path else _Hop()
            if hop.lost:
                yield self._broken(call, DynamicFault.PATH, path, key, hop.nearest)

    def _answer(self, raw: Raw) -> Object:
        responses = mapping(raw.value.get("responses"))
        order = ["200", "201", *sorted(status for status in responses if status.startswith("2")), "default"]
        return next(
            (schema for status in order if (schema := self._document.shape_of_response(responses.get(status)))), {}
        )

    def _hop(self, schema: Object, path: str) -> "_Hop":
        """Follow a path string as far as the schemas tell."""
        if any(sign in path for sign in "@{}()[]"):
            return _Hop()
        properties = self._document.shape(schema).properties
        if path in properties:
            return _Hop(mapping(properties[path]))
        value = schema
        steps = path.strip("/").split("/")
        for place, key in enumerate(steps):
            shape = self._document.shape(value)
            if isinstance(items := shape.root.get("items"), dict) and not shape.properties:
                shape = self._document.shape(items)
            inner = shape.properties.get(key)
            if not isinstance(inner, dict):
                lost = not shape.is_open and not inner
                near = self._document.near(key, shape.properties) if lost else None
                return _Hop(lost=lost, nearest=near and "/".join([*steps[:place], near, *steps[place + 1 :]]))
            value = inner
        return _Hop(value)


class _Hop(NamedTuple):
    schema: Object | None = None
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
