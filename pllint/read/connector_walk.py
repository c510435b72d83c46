"""One walk over a custom connector's definition, which notes what its operations and shared parts hold."""

from collections.abc import Iterator

from pllint.read.connector_document import (
    SCALARS,
    Document,
    Link,
    Object,
    dicts,
    is_internal,
    is_true,
    mapping,
    unescaped,
)
from pllint.read.connector_properties import secret_default
from pllint.record import NamedTuple

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
VISIBILITIES = ("important", "advanced", "internal")
_HIDDEN_VISIBILITIES = frozenset((*VISIBILITIES, "", "none"))
"""Nothing, and the designer's word for nothing, say nothing wrong."""
PATH_KEYS = {
    "x-ms-dynamic-values": ("value-collection", "value-path", "value-title"),
    "x-ms-dynamic-list": ("itemsPath", "itemValuePath", "itemTitlePath"),
    "x-ms-dynamic-schema": ("", "value-path", ""),
    "x-ms-dynamic-properties": ("", "itemValuePath", ""),
}
_PLAIN_KEYS = EXTENSIONS - {"x-ms-visibility", "x-ms-notification-url", *PATH_KEYS} | {
    "$ref", "additionalProperties", "allOf", "collectionFormat", "consumes", "default", "deprecated", "description",
    "enum", "example", "format", "in", "items", "maximum", "maxLength", "minimum", "minLength", "name", "operationId",
    "parameters", "pattern", "produces", "properties", "readOnly", "required", "responses", "schema", "security",
    "summary", "tags", "title", "type", "delete", "get", "patch", "post", "put",
}  # fmt: skip
"""Of an object with no other keys there is nothing to note."""


class Section:
    """A part of the definition that others may refer to, or the input of one operation."""

    __slots__ = ("hidden", "notifies", "targets")

    def __init__(self) -> None:
        self.targets: set[str] = set()
        self.hidden: list[tuple[str, Link]] = []
        self.notifies = False


class Raw(NamedTuple):
    """An operation met on the walk."""

    path: str
    method: str
    value: Object
    item: Object
    link: Link
    section: Section
    parameters: tuple[tuple[Object, Link], ...]
    """With those of its path, references followed."""


class Call(NamedTuple):
    """A dynamic list, schema or tree, which calls an operation."""

    keyword: str
    value: Object
    link: Link
    owner: int | None
    """The operation it belongs to, by number; None inside a shared part."""


class Walk:
    """What the walk over a definition notes."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self.sections: dict[str, Section] = {}
        self._nobodys = Section()
        """What comes back asks nobody for a value."""
        self.operations: list[Raw] = []
        self.references: dict[str, list[Link]] = {}
        self.calls: list[Call] = []
        self.visibilities: list[tuple[str, Link]] = []
        self.extensions: list[tuple[str, Link]] = []
        self.secrets: list[tuple[str, Link]] = []
        self.edges: dict[str, list[str]] = {}
        """Definition to definitions that it cannot exist without."""
        self._owner: int | None = None

    def go(self) -> None:
        """Walk: shared parts first, then paths."""
        root = self._document.root
        self._marks(root, None)
        self._marks(mapping(root.get("info")), (None, "info"))
        for kind in ("definitions", "parameters", "responses"):
            for name, value in mapping(root.get(kind)).items():
                target = f"#/{kind}/{name}"
                section = self.sections[target] = Section()
                link: Link = ((None, kind), name)
                if not isinstance(value, dict):
                    continue
                if kind == "definitions":
                    self._schema(value, link, section)
                    self.edges[target] = list(_needed(value))
                elif kind == "parameters":
                    self._parameter(value, link, section)
                else:
                    self._response(value, link)
        for path, item in mapping(root.get("paths")).items():
            if isinstance(item, dict):
                self._path(path, item, ((None, "paths"), path))

    def _path(self, path: str, item: Object, link: Link) -> None:
        self._marks(item, link)
        shared = Section()
        for index, value in dicts(item.get("parameters")):
            self._parameter(value, ((link, "parameters"), index), shared)
        content = item.get("x-ms-notification-content")
        if isinstance(content, dict):
            schema = content.get("schema")
            if isinstance(schema, dict):
                self._schema(schema, ((link, "x-ms-notification-content"), "schema"), Section())
        for method, operation in item.items():
            if method.lower() in METHODS and isinstance(operation, dict):
                self._operation(_At(path, method, item, link), operation, shared)

    def _operation(self, where: "_At", operation: Object, shared: Section) -> None:
        link: Link = (where.link, where.method)
        self._owner = len(self.operations)
        self._marks(operation, link)
        section = Section()
        for index, value in dicts(operation.get("parameters")):
            self._parameter(value, ((link, "parameters"), index), section)
        section.targets |= shared.targets
        section.hidden += shared.hidden
        section.notifies |= shared.notifies
        for status, response in mapping(operation.get("responses")).items():
            if isinstance(response, dict):
                self._response(response, ((link, "responses"), status))
        content = operation.get("x-ms-notification-content")
        if isinstance(content, dict) and isinstance(schema := content.get("schema"), dict):
            self._schema(schema, ((link, "x-ms-notification-content"), "schema"), Section())
        self._owner = None
        self.operations.append(
            Raw(
                path=where.path,
                method=where.method.lower(),
                value=operation,
                item=where.item,
                link=link,
                section=section,
                parameters=tuple(self._merged(where, operation, link)),
            )
        )

    def _merged(self, where: "_At", operation: Object, link: Link) -> Iterator[tuple[Object, Link]]:
        """Give the parameters of an operation, then those of its path that it does not replace; none twice as one."""
        own = [
            self._followed(value, ((link, "parameters"), index)) for index, value in dicts(operation.get("parameters"))
        ]
        yield from own
        if "parameters" not in where.item:
            return
        names = {(value.get("name"), value.get("in")) for value, _ in own if _is_name(value)}
        for index, value in dicts(where.item.get("parameters")):
            parameter, place = self._followed(value, ((where.link, "parameters"), index))
            if not _is_name(parameter) or (parameter.get("name"), parameter.get("in")) not in names:
                yield parameter, place

    def _followed(self, value: Object, link: Link) -> tuple[Object, Link]:
        target = value.get("$ref")
        if isinstance(target, str) and target.startswith("#/parameters/"):
            found = self._document.resolve(target)
            if isinstance(found, dict):
                return found, ((None, "parameters"), unescaped(target.removeprefix("#/parameters/")))
        return value, link

    def _parameter(self, value: Object, link: Link, section: Section) -> None:
        if self._refers(value, link, section):
            return
        self._marks(value, link, section)
        if "default" in value and (what := secret_default(value)):
            self.secrets.append((what, (link, "default")))
        schema = value.get("schema")
        if isinstance(schema, dict):
            self._schema(schema, (link, "schema"), section)

    def _response(self, value: Object, link: Link) -> None:
        if self._refers(value, link, self._nobodys):
            return
        self._marks(value, link)
        schema = value.get("schema")
        if isinstance(schema, dict):
            self._schema(schema, (link, "schema"), self._nobodys)

    def _schema(self, schema: Object, link: Link, section: Section) -> None:
        stack: list[tuple[Object, Link]] = [(schema, link)]
        while stack:
            value, here = stack.pop()
            if "$ref" in value:
                self._refers(value, here, section)
            self._marks(value, here, section)
            properties = value.get("properties")
            if isinstance(properties, dict):
                required = value.get("required")
                needed = required if isinstance(required, list) else ()
                above: Link = (here, "properties")
                for name, inner in properties.items():
                    if isinstance(inner, dict):
                        if name in needed and _is_hidden_leaf(inner):
                            section.hidden.append((name, (above, name)))
                        stack.append((inner, (above, name)))
            if "items" in value or "allOf" in value or "additionalProperties" in value:
                stack.extend(_inner(value, here))

    def _refers(self, value: Object, link: Link, section: Section) -> bool:
        target = value.get("$ref")
        if not isinstance(target, str):
            return False
        section.targets.add(target)
        self.references.setdefault(target, []).append(link)
        return True

    def _marks(self, value: Object, link: Link, section: Section | None = None) -> None:
        """Take the extensions of an object in one look at its keys."""
        if not _PLAIN_KEYS.issuperset(value):
            for key in value:
                if key[:4] == "x-ms":
                    self._mark(key, value[key], link, section)

    def _mark(self, key: str, value: object, link: Link, section: Section | None) -> None:
        if key == "x-ms-visibility":
            if isinstance(value, str) and value.lower() not in _HIDDEN_VISIBILITIES:
                self.visibilities.append((value, (link, key)))
        elif key == "x-ms-notification-url":
            if section is not None and is_true(value):
                section.notifies = True
        elif key in PATH_KEYS:
            if isinstance(value, dict):
                self.calls.append(Call(key, value, (link, key), self._owner))
        elif key not in EXTENSIONS:
            self.extensions.append((key, (link, key)))


class _At(NamedTuple):
    path: str
    method: str
    item: Object
    link: Link


def _inner(schema: Object, link: Link) -> Iterator[tuple[Object, Link]]:
    """Give the schemas that a schema holds besides its properties."""
    for key in ("items", "additionalProperties"):
        inner = schema.get(key)
        if isinstance(inner, dict):
            yield inner, (link, key)
    if "allOf" in schema:
        for index, part in dicts(schema["allOf"]):
            yield part, ((link, "allOf"), index)


def _needed(schema: Object) -> Iterator[str]:
    """Give the definitions that a definition cannot exist without: those it is, and those of required properties."""
    stack = [schema]
    while stack:
        value = stack.pop()
        target = value.get("$ref")
        if isinstance(target, str):
            if target.startswith("#/definitions/"):
                yield target
            continue
        stack += [part for _, part in dicts(value.get("allOf"))]
        properties = mapping(value.get("properties"))
        required = value.get("required")
        for name in required if isinstance(required, list) else ():
            inner = properties.get(name) if isinstance(name, str) else None
            if isinstance(inner, dict):
                stack.append(inner)


def _is_name(parameter: Object) -> bool:
    return isinstance(parameter.get("name"), str) and isinstance(parameter.get("in"), str)


def _is_hidden_leaf(value: Object) -> bool:
    if not is_internal(value) or "default" in value or is_true(value.get("x-ms-notification-url")):
        return False
    # An object takes its values from its own fields; a list may stay empty.
    return value.get("type") in SCALARS
