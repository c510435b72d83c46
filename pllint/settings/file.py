"""Reading settings files: text to values with places, `extends` followed, all merged key by key."""

import os
from collections.abc import Iterator, Mapping

from pllint.errors import SettingsError
from pllint.finding import Finding, Severity
from pllint.nearest import nearest
from pllint.record import NamedTuple
from pllint.schema import unknown_keys, violations
from pllint.settings import (
    CheckSelection,
    EnvironmentIgnore,
    LicenceExport,
    LimitSettings,
    Mention,
    PathIgnore,
    Presets,
    Settings,
    Target,
    place_of,
)
from pllint.source import Anchor, Source
from pllint.text import yaml_text
from pllint.text.node import Node
from pllint.text.problem import MalformedError, ProblemKind

_SCHEMA = "settings"
_PRESETS: Mapping[str, Mapping[str, object]] = {
    "recommended": {},
    "strict": {
        "fail-on": "warning",
        "mandatory": [
            "unclassified-custom-connector",
            "http-in-default-environment",
            "licence-count-missing",
            "retirement-licence-review-missing",
            "retirement-licences-unaccounted",
            "secret-in-inputs",
        ],
    },
}
_PROBLEMS = {ProblemKind.NOT_STRICT: "SRC005", ProblemKind.ENCODING: "SRC006"}
_FILE_ENDINGS = (".yaml", ".yml")


class _Layer(NamedTuple):
    """One file or preset, parsed and valid."""

    name: str
    root: Node
    """Placed by a path that people can open from where they are."""
    source: Source
    """The same file by its path from the project, for findings."""
    findings: tuple[Finding, ...]
    folder: str


def read(path: str, root: str, presets: Presets | None) -> Settings:
    """Read a settings file and all it extends. Raises SettingsError with the place of what is wrong."""
    merged: dict[str, object] = {}
    findings: list[Finding] = []
    sources: dict[str, Source] = {}
    for layer in _layers(_file(path, root), (os.path.abspath(path),), root, presets):
        _merge(merged, layer.root)
        findings += layer.findings
        sources[layer.root.at.source.path] = layer.source
    return _settings(merged, path, root, tuple(findings), sources)


def origins(path: str, root: str, presets: Presets | None) -> dict[str, Node]:
    """Give the node that decided each key, such as `checks.select`, in a settings file or in what that extends."""
    merged: dict[str, object] = {}
    for layer in _layers(_file(path, root), (os.path.abspath(path),), root, presets):
        _merge(merged, layer.root)
    return dict(_leaves(merged, ""))


def _leaves(merged: Mapping[str, object], prefix: str) -> Iterator[tuple[str, Node]]:
    for key, value in merged.items():
        if isinstance(value, Node):
            yield prefix + key, value
        elif isinstance(value, dict):
            yield from _leaves(value, f"{prefix}{key}.")


def _layers(layer: _Layer, chain: tuple[str, ...], root: str, presets: Presets | None) -> Iterator[_Layer]:
    """Give what a layer extends, in order, then the layer."""
    for named in layer.root["extends"].listed():
        name = named.text or ""
        if name.endswith(_FILE_ENDINGS) or "/" in name or "\\" in name:
            path = os.path.normpath(os.path.join(layer.folder, name))
            if os.path.abspath(path) in chain:
                files = [os.path.basename(one) for one in (*chain, path)]
                raise SettingsError(f"{place_of(named.at)}: extends goes in a circle: {' -> '.join(files)}")
            if not os.path.isfile(path):
                raise SettingsError(f"{place_of(named.at)}: extends names {name}, which is no file")
            yield from _layers(_file(path, root), (*chain, os.path.abspath(path)), root, presets)
        else:
            yield _preset(named, presets)
    yield layer


def _file(path: str, root: str) -> _Layer:
    source = Source(_from(root, path), lambda: _bytes(path), yaml_text.locate)
    try:
        content = source.read()
    except OSError as error:
        raise SettingsError(f"{path}: the settings cannot be read: {error.strerror}") from error
    try:
        value, problems = yaml_text.parse(content)
    except MalformedError as error:
        span = error.problem.span
        where = f"{path}:{span.line}:{span.column}" if span else path
        raise SettingsError(f"{where}: {error.problem.message}") from error
    node = Node(value, Anchor(source))
    told = Node(value, Anchor(Source(path, source.read, yaml_text.locate)))
    _verify(told, yaml_text.typed(value))
    findings = [
        Finding(
            at=Anchor(source, known=problem.span) if problem.span else Anchor(source),
            message=problem.message,
            remedy="Save the file as strict UTF-8 YAML",
            check=_PROBLEMS[problem.kind],
        )
        for problem in problems
        if problem.kind in _PROBLEMS
    ]
    findings += _unknown(node)
    return _Layer(name=path, root=told, source=source, findings=tuple(findings), folder=os.path.dirname(path))


def _preset(named: Node, presets: Presets | None) -> _Layer:
    name = named.text or ""
    known = {**(presets() if presets and name not in _PRESETS else {}), **_PRESETS}
    if name not in known:
        meant = nearest(name, known)
        hint = f"; did you mean {meant}?" if meant else f"; there are {', '.join(sorted(known))}"
        raise SettingsError(f"{place_of(named.at)}: extends names '{name}', which is no preset{hint}")
    node = Node(dict(known[name]), Anchor(Source(f"preset {name}", bytes)))
    _verify(node, node.value)
    return _Layer(name=name, root=node, source=node.at.source, findings=(), folder="")


def _verify(node: Node, typed: object) -> None:
    found = violations(_SCHEMA, typed)
    if found:
        at = node.at
        for key in found[0].path:
            at /= key
        more = f" (and {len(found) - 1} more)" if found[1:] else ""
        raise SettingsError(f"{place_of(at)}: {found[0].message}{more}")


def _unknown(node: Node) -> Iterator[Finding]:
    for unknown in unknown_keys(_SCHEMA, node.value):
        at = node.at
        for key in unknown.path:
            at /= key
        yield Finding(
            at=at,
            message=f"'{unknown.key}' is no key of the settings, and nothing reads it",
            remedy=f"Write {unknown.nearest}, if that is meant" if unknown.nearest else "Remove the key",
            check="SRC010",
        )


def _merge(merged: dict[str, object], node: Node) -> None:
    """Lay a layer over what is merged so far: objects key by key, anything else replaces; null changes nothing."""
    for key, child in node.items():
        below = merged.get(key)
        if child.is_mapping:
            if not isinstance(below, dict):
                below = merged[key] = {}
            _merge(below, child)
        elif child.present:
            merged[key] = child


def _settings(
    merged: dict[str, object], path: str, root: str, findings: tuple[Finding, ...], sources: Mapping[str, Source]
) -> Settings:
    default = Settings()
    values = _Values(merged)
    checks = values.below("checks")
    severities = [(entry, node) for entry, node in checks.below("severity").nodes()]
    per_path = list(values.each("per-path"))
    per_environment = list(values.each("per-environment"))
    mentions = [
        *checks.mentions("select", "checks.select"),
        *checks.mentions("ignore", "checks.ignore"),
        *(Mention(entry, "checks.severity", node.at) for entry, node in severities),
        *values.mentions("mandatory", "mandatory"),
        *(Mention(n.text or "", "per-path", n.at) for node in per_path for n in node["ignore"].listed()),
        *(Mention(n.text or "", "per-environment", n.at) for node in per_environment for n in node["ignore"].listed()),
    ]
    growth = values.number("population-growth-percent")
    return Settings(
        root=root,
        path=path,
        as_of=values.date("as-of"),
        exclude=values.below("sources").texts("exclude"),
        policies=values.texts("policies") or default.policies,
        governance=values.texts("governance") or default.governance,
        inventory=values.texts("inventory") or default.inventory,
        targets=tuple(
            Target(
                solution=node["solution"].text or "",
                environments=_texts(node["environments"]),
                at=node.at._replace(source=sources[node.at.source.path]),
            )
            for node in values.each("targets")
        ),
        checks=CheckSelection(
            select=checks.texts("select") if checks.has("select") else default.checks.select,
            ignore=checks.texts("ignore"),
            severity=tuple(
                (entry, None if node.text == "off" else Severity(node.text or "")) for entry, node in severities
            ),
        ),
        per_path=tuple(PathIgnore(paths=_texts(node["paths"]), ignore=_texts(node["ignore"])) for node in per_path),
        per_environment=tuple(
            EnvironmentIgnore(types=_texts(node["types"]), names=_texts(node["names"]), ignore=_texts(node["ignore"]))
            for node in per_environment
        ),
        fail_on=Severity(values.text("fail-on") or Severity.ERROR),
        mandatory=values.texts("mandatory"),
        licensing=tuple((key, node.text or "") for key, node in values.below("licensing").nodes()),
        limits=_limits(values.below("limits")),
        approved_http_environments=values.texts("approved-http-environments") or default.approved_http_environments,
        findings=findings,
        mentions=tuple(mentions),
        profile=values.text("profile"),
        catalogue=values.path("catalogue"),
        plans=values.path("plans"),
        population_growth_percent=int(default.population_growth_percent if growth is None else growth),
        catalogue_age_days=int(values.number("catalogue-age-days") or default.catalogue_age_days),
        licence_exports=tuple(
            LicenceExport(
                files=_texts(node["files"]),
                columns=tuple((key, column.text or "") for key, column in node["columns"].items()),
                as_of=_day(node["as-of"], "as-of"),
            )
            for node in values.each("licence-exports")
        ),
    )


class _Values:
    """Merged settings, asked by key; every leaf is a node of the file that wrote it last."""

    def __init__(self, merged: object) -> None:
        self._merged: dict[str, object] = merged if isinstance(merged, dict) else {}

    def below(self, key: str) -> "_Values":
        return _Values(self._merged.get(key))

    def nodes(self) -> Iterator[tuple[str, Node]]:
        for key, value in self._merged.items():
            if isinstance(value, Node):
                yield key, value

    def has(self, key: str) -> bool:
        return key in self._merged

    def each(self, key: str) -> Iterator[Node]:
        value = self._merged.get(key)
        if isinstance(value, Node):
            yield from value.listed()

    def text(self, key: str) -> str | None:
        value = self._merged.get(key)
        return value.text if isinstance(value, Node) else None

    def texts(self, key: str) -> tuple[str, ...]:
        return tuple(node.text or "" for node in self.each(key))

    def mentions(self, key: str, shown: str) -> Iterator[Mention]:
        for node in self.each(key):
            yield Mention(node.text or "", shown, node.at)

    def number(self, key: str) -> float | None:
        text = self.text(key)
        return None if text is None else float(text)

    def date(self, key: str) -> str | None:
        return next((_day(node, key) for node in self.each(key)), None)

    def path(self, key: str) -> str | None:
        for node in self.each(key):
            return os.path.join(os.path.dirname(node.at.source.path), node.text or "")
        return None


def _limits(values: _Values) -> LimitSettings:
    def whole(key: str) -> int | None:
        number = values.number(key)
        return None if number is None else int(number)

    return LimitSettings(
        member_size_mb=values.number("member-size-mb"),
        members=whole("members"),
        expanded_size_mb=values.number("expanded-size-mb"),
        ratio=values.number("ratio"),
        archive_depth=whole("archive-depth"),
        nesting=whole("nesting"),
        alias_nodes=whole("alias-nodes"),
    )


def _day(node: Node, key: str) -> str | None:
    import datetime

    text = node.text
    if not text or text == "today":
        return None
    try:
        return datetime.date.fromisoformat(text).isoformat()
    except ValueError:
        raise SettingsError(f"{place_of(node.at)}: {key} is {text}, which is no day") from None


def _texts(node: Node) -> tuple[str, ...]:
    return tuple(one.text or "" for one in node.listed())


def _from(root: str, path: str) -> str:
    try:
        return os.path.relpath(path, root).replace(os.sep, "/")
    except ValueError:  # on another drive
        return os.path.abspath(path).replace(os.sep, "/")


def _bytes(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()
