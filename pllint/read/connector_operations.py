"""The operations of a custom connector's definition, with their parameters and responses."""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property

from pllint.model.connector_definition import DefinedOperation, Parameter, Response
from pllint.read.connector_document import DEEPEST_FIELD, Document, Link, Object, is_internal, is_true, mapping, text
from pllint.read.connector_walk import Raw, Walk
from pllint.source import Anchor

_INSTEAD = re.compile(r"\b(?:use|see|replaced|superseded|instead|replacement|migrate|switch to)\b", re.IGNORECASE)


class Operations:
    """Gives the operations that a walk met, with what is known of them only when it is over."""

    def __init__(self, walk: Walk, document: Document, polling: frozenset[str]) -> None:
        """Take a walk; `polling` are the operations that a policy template makes polling triggers."""
        self._walk = walk
        self._document = document
        self._polling = polling
        self._known_fields: dict[int, list[tuple[str, bool]]] = {}

    def all(self) -> tuple[DefinedOperation, ...]:
        """Give them in the order of the document."""
        notifying = self._notifying()
        return tuple(self._defined(raw, notifying) for raw in self._walk.operations)

    def _notifying(self) -> frozenset[str]:
        """Give the shared parts through which a notification address is asked for."""
        found = {target for target, section in self._walk.sections.items() if section.notifies}
        grown = bool(found)
        while grown:
            more = {
                target
                for target, section in self._walk.sections.items()
                if target not in found and not found.isdisjoint(section.targets)
            }
            found |= more
            grown = bool(more)
        return frozenset(found)

    def _defined(self, raw: Raw, notifying: frozenset[str]) -> DefinedOperation:
        value = raw.value
        identity = value.get("operationId")
        trigger = value.get("x-ms-trigger")
        metadata = mapping(value.get("x-ms-trigger-metadata"))
        deprecated = is_true(value.get("deprecated"))
        at = self._document.place(raw.link)
        return DefinedOperation(
            id=identity if isinstance(identity, str) and identity else None,
            method=raw.method,
            path=raw.path,
            at=at,
            summary=text(value.get("summary")),
            description=text(value.get("description")),
            visibility=text(value.get("x-ms-visibility")) or None,
            deprecated=deprecated,
            replacement=self._replacement(value) if deprecated else None,
            trigger=None if trigger is None else text(trigger),
            polls=text(metadata.get("mode")).lower() == "polling" or text(identity) in self._polling,
            notification_url=raw.section.notifies or not notifying.isdisjoint(raw.section.targets),
            notification_content=any(
                isinstance(holder.get("x-ms-notification-content"), dict) for holder in (raw.item, value)
            ),
            agentic_protocol=text(value.get("x-ms-agentic-protocol")) or None,
            parameters=tuple(self._defined_parameter(parameter, link) for parameter, link in raw.parameters),
            responses=tuple(self._responses(value, at)),
        )

    def _replacement(self, operation: Object) -> str | None:
        annotation = mapping(operation.get("x-ms-api-annotation"))
        replacement = annotation.get("replacement")
        if isinstance(replacement, dict):
            return text(replacement.get("operationId")) or text(replacement.get("api")) or None
        if isinstance(replacement, str) and replacement:
            return replacement
        family = annotation.get("family")
        if isinstance(family, str) and family in self._newest:
            return self._newest[family] or None
        description = text(operation.get("description"))
        return description if _INSTEAD.search(description) else None

    @cached_property
    def _newest(self) -> dict[str, str]:
        """The first operation of each family that is not deprecated."""
        newest: dict[str, str] = {}
        for raw in self._walk.operations:
            family = mapping(raw.value.get("x-ms-api-annotation")).get("family")
            if isinstance(family, str) and not is_true(raw.value.get("deprecated")):
                newest.setdefault(family, text(raw.value.get("operationId")))
        return newest

    def _defined_parameter(self, value: Object, link: Link) -> Parameter:
        schema = value.get("schema")
        location = text(value.get("in"))
        titled = _is_titled(value)
        fields: list[tuple[str, bool]] = []
        if location == "body" and isinstance(schema, dict):
            fields = self._fields(schema)
            # A body with properties has no name of its own in the designer: its fields have.
            titled = titled or _is_titled(schema) or bool(self._document.shape(schema).properties)
        default = "default" in value or (isinstance(schema, dict) and "default" in schema)
        return Parameter(
            name=text(value.get("name")),
            location=location,
            at=self._document.place(link),
            type=text(value.get("type")) or None,
            has_schema=isinstance(schema, dict),
            has_items=value.get("type") != "array" or isinstance(value.get("items"), dict),
            required=is_true(value.get("required")),
            visibility=text(value.get("x-ms-visibility")) or None,
            titled=titled,
            has_default=default or is_true(value.get("x-ms-notification-url")),
            untitled_fields=tuple(name for name, named in fields if not named),
            fields=len(fields),
        )

    def _fields(self, schema: Object) -> list[tuple[str, bool]]:
        """Give the fields that a designer shows of a body, each with whether it has a title."""
        root = self._document.shape(schema).root
        if id(root) not in self._known_fields:
            self._known_fields[id(root)] = self._shown_fields(schema)
        return self._known_fields[id(root)]

    def _shown_fields(self, schema: Object) -> list[tuple[str, bool]]:
        found: list[tuple[str, bool]] = []
        stack: list[tuple[str, Object, int]] = [("", schema, 0)]
        while stack:
            name, value, depth = stack.pop()
            shape = self._document.shape(value)
            if shape.properties and depth < DEEPEST_FIELD:
                for key, inner in reversed(shape.properties.items()):
                    if isinstance(inner, dict) and not is_internal(inner) and not is_true(inner.get("readOnly")):
                        stack.append((f"{name}/{key}" if name else key, inner, depth + 1))
            elif name:
                found.append((name, _is_titled(value) or _is_titled(shape.root)))
        return found

    def _responses(self, operation: Object, at: Anchor) -> Iterator[Response]:
        for status, value in mapping(operation.get("responses")).items():
            if status.startswith("x-") or not isinstance(value, dict):
                continue
            schema = self._document.shape_of_response(value)
            place = Anchor(at.source, (*at.path, "responses", status))
            yield Response(status=status, at=place, has_schema=bool(schema))


def _is_titled(value: Mapping[str, object]) -> bool:
    return bool(text(value.get("x-ms-summary")) or text(value.get("title")))
