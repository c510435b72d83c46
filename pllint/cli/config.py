"""`pllint config show|check`: the settings in force and where each value came from; or whether the file is valid."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence

from pllint import api
from pllint.catalogue.plan_file import plans_of
from pllint.cli.arguments import Parser, existing, one_of
from pllint.cli.check import day, entries, presets, settings_for
from pllint.cli.output import write
from pllint.finding import Severity
from pllint.record import NamedTuple
from pllint.report.escape import for_terminal
from pllint.report.json_report import document
from pllint.report.layout import counted, folded
from pllint.schema import known_keys
from pllint.settings import FILE_NAME, Settings, limits_of, override, place_of, verify_names
from pllint.source import Anchor, Source
from pllint.text.node import Node

_ACTIONS = ("show", "check")
_FORMATS = ("text", "json")
_PRESET = "preset "
_MEGABYTE = 1 << 20
_VALUE_WIDTH = 40
_READINGS = {
    "team-benefit": "by-date", "child-context": "both", "http-tier": "premium", "apps-per-pass": "by-date",
    "per-user-from-apps": "3", "many-holders": "10", "developer-sharing": "test", "request-limits": "by-date",
}  # fmt: skip
"""What `pllint.model.licence_facts.Readings` holds without settings."""


class Row(NamedTuple):
    """One setting: its value and what decided that."""

    key: str
    value: object
    node: Node | None = None
    """Of the file or preset that wrote it."""
    option: str | None = None
    """The option of the command line that changed it."""


def run(arguments: Sequence[str]) -> int:
    """Show the settings, or check them."""
    if not arguments or arguments[0].startswith("-"):
        parser = Parser("config", "Show the settings in force and where each came from, or check the settings file.")
        parser.add_argument("action", metavar="ACTION", help="show or check; `pllint config show --help` tells more")
        one_of(str(parser.parse(arguments).action), _ACTIONS, "action of config")
    action = one_of(arguments[0], _ACTIONS, "action of config")
    return _check(arguments[1:]) if action == "check" else _show(arguments[1:])


def _check(arguments: Sequence[str]) -> int:
    parser = Parser("config check", "Check the settings file; status 2 if it cannot be used.")
    parser.add_argument("path", nargs="?", default=".", metavar="PATH", help="a place in the project; default: here")
    parser.add_argument("--settings", metavar="FILE", help="instead of the nearest pllint.yaml")
    parsed = parser.parse(arguments)
    existing((str(parsed.path),))
    settings = settings_for((str(parsed.path),), parsed.settings)
    if settings.path is None:
        write(f"no {FILE_NAME} here or above: the defaults are in force, and `pllint init` writes one\n", sys.stdout)
        return 0
    verify_names(settings, api.checks())
    lines = []
    laid_over = plans_of(settings).findings if settings.plans else ()
    for finding in (*settings.findings, *laid_over):
        path = os.path.normpath(os.path.join(settings.root, finding.at.source.path))
        at = Anchor(Source(path, bytes), known=finding.at.span)
        lines.append(f"{place_of(at)}: {finding.message}; {finding.remedy[:1].lower()}{finding.remedy[1:]}")
    odd = f", but for {counted(len(settings.findings), 'warning')}" if settings.findings else ""
    told = f"; {settings.plans} has {counted(len(laid_over), 'fault')}" if laid_over else ""
    lines.append(f"{settings.path} is valid{odd}{told}")
    write("".join(f"{for_terminal(line)}\n" for line in lines), sys.stdout)
    return 0


def _show(arguments: Sequence[str]) -> int:
    parser = Parser("config show", "Show the settings in force and where each value came from.")
    parser.add_argument("path", nargs="?", default=".", metavar="PATH", help="a place in the project; default: here")
    parser.add_argument("--format", default="text", metavar="FORMAT", help="text (default) or json")
    parser.add_argument("--settings", metavar="FILE", help="instead of the nearest pllint.yaml")
    parser.add_argument("--as-of", metavar="YYYY-MM-DD", help="as `pllint check` takes it, and so for the others")
    parser.add_argument("--fail-on", metavar="SEVERITY")
    parser.add_argument("--select", action="append", default=[], metavar="CHECK,...")
    parser.add_argument("--ignore", action="append", default=[], metavar="CHECK,...")
    parsed = parser.parse(arguments)
    form = one_of(str(parsed.format), _FORMATS, "format")
    existing((str(parsed.path),))
    given = {
        "--as-of": day(parsed.as_of) if parsed.as_of else None,
        "--fail-on": one_of(parsed.fail_on, [*Severity, "never"], "severity") if parsed.fail_on else None,
    }
    select, ignore = entries(parsed.select), entries(parsed.ignore)
    loaded = settings_for((str(parsed.path),), parsed.settings)
    settings = override(loaded, select=select, ignore=ignore, fail_on=given["--fail-on"], as_of=given["--as-of"])
    options = {
        "as-of": "--as-of" if given["--as-of"] else None,
        "fail-on": "--fail-on" if given["--fail-on"] else None,
        "checks.select": "--select" if select else None,
    }
    if settings.checks.ignore != loaded.checks.ignore:
        options["checks.ignore"] = "--ignore" if ignore else "--select"  # what is selected is ignored no longer
    shown = list(rows(settings, options))
    write(_as_json(settings, shown) if form == "json" else _as_text(settings, shown), sys.stdout, form)
    return 0


def rows(settings: Settings, options: Mapping[str, str | None]) -> Iterator[Row]:
    """Give every setting there is, by name, and what the file says besides."""
    written: Mapping[str, Node] = {}
    if settings.path is not None:
        from pllint.settings.file import origins

        written = origins(settings.path, settings.root, presets)
    for key in _keys(written):
        value = _value(settings, key, written)
        node = written.get(key)
        # An empty list decides nothing: what is there without it stays in force.
        decides = node is not None and node.present and (bool(value) == bool(node.value))
        yield Row(key, value, node if decides else None, options.get(key))


def _keys(written: Mapping[str, Node]) -> Iterator[str]:
    for key in known_keys("settings"):
        inner = [f"{key}.{one}" for one in known_keys("settings", (key,))]
        found = [one for one in written if one.startswith(f"{key}.")]
        if key == "checks":
            inner.remove("checks.severity")
        yield from dict.fromkeys([*inner, *found]) if inner or found else (key,)


def _value(settings: Settings, key: str, written: Mapping[str, Node]) -> object:
    head, _, tail = key.partition(".")
    special: dict[str, Callable[[], object]] = {
        "extends": lambda: [node.text for node in written[key].listed()] if key in written else [],
        "as-of": lambda: settings.as_of or "today",
        "fail-on": lambda: settings.fail_on or "never",
        "sources": lambda: list(settings.exclude),
        "limits": lambda: _limit(settings, tail),
        "licensing": lambda: dict(settings.licensing).get(tail, _READINGS.get(tail)),
        "checks": lambda: _of_checks(settings, tail),
    }
    return special[head]() if head in special else _plain(getattr(settings, head.replace("-", "_"), None))


def _of_checks(settings: Settings, key: str) -> object:
    if key.startswith("severity."):
        return dict(settings.checks.severity).get(key.partition(".")[2]) or "off"
    return _plain(getattr(settings.checks, key))


def _limit(settings: Settings, key: str) -> object:
    """Give a limit in the unit of its key."""
    name = {"member-size-mb": "member_bytes", "expanded-size-mb": "expanded_bytes"}.get(key, key.replace("-", "_"))
    number: int = getattr(limits_of(settings), name)
    if not key.endswith("-mb"):
        return number
    return number // _MEGABYTE if number % _MEGABYTE == 0 else round(number / _MEGABYTE, 3)


def _plain(value: object) -> object:
    """Give records as objects with the keys of the file, and tuples as lists."""
    if isinstance(value, tuple):
        names: tuple[str, ...] | None = getattr(value, "_fields", None)
        if names is None:
            return [_plain(one) for one in value]
        return {name: _plain(one) for name, one in zip(names, value, strict=True) if one and name != "at"}
    return value


def _as_json(settings: Settings, shown: Sequence[Row]) -> str:
    members: dict[str, object] = {"project": settings.root.replace(os.sep, "/")}
    if settings.path is not None:
        members["settings"] = settings.path.replace(os.sep, "/")
    members["values"] = [_json_row(row) for row in shown]
    return document(members)


def _json_row(row: Row) -> dict[str, object]:
    members: dict[str, object] = {"key": row.key} | ({} if row.value is None else {"value": row.value})
    path = row.node.at.source.path if row.node else ""
    if row.option:
        return members | {"from": "command-line", "option": row.option}
    if row.node is None:
        return members | {"from": "default"}
    if path.startswith(_PRESET):
        return members | {"from": "preset", "preset": path.removeprefix(_PRESET)}
    span = row.node.at.span
    return members | {"from": "file", "path": path.replace(os.sep, "/"), "line": span.line, "column": span.column}


def _as_text(settings: Settings, shown: Sequence[Row]) -> str:
    first = (
        f"Settings of {settings.path}" if settings.path else f"No {FILE_NAME} here or above: the defaults are in force"
    )
    width = max(len(row.key) for row in shown)
    lines = [for_terminal(first), ""]
    for row in shown:
        value, *rest = folded(for_terminal("not set" if row.value is None else _flow(row.value)), _VALUE_WIDTH)
        lines.append(f"{for_terminal(row.key):<{width}}  {value:<{_VALUE_WIDTH}}  {for_terminal(_origin(row))}")
        lines += [f"{'':<{width}}  {line}" for line in rest]
    return "".join(f"{line}\n" for line in lines)


def _origin(row: Row) -> str:
    path = row.node.at.source.path if row.node else ""
    place = "default" if row.node is None else path if path.startswith(_PRESET) else place_of(row.node.at)
    if row.option == "--ignore" and row.node:  # it adds
        return f"{place} and command line ({row.option})"
    return f"command line ({row.option})" if row.option else place


def _flow(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    return str(value)
