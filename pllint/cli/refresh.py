"""A tenant's exports made into a catalogue: only what they state, each fact with its day."""

import datetime
import json
from collections.abc import Iterable, Mapping, Sequence

from pllint.catalogue import Catalogue
from pllint.errors import UsageError
from pllint.read.connector_export import ConnectorExport, ExportedConnector, connector_export, joined
from pllint.read.licences import day_in
from pllint.record import NamedTuple
from pllint.text import json_text
from pllint.text.problem import MalformedError

_Row = dict[str, object]


class Refreshed(NamedTuple):
    """The outcome."""

    text: str
    """The catalogue file."""
    as_of: str
    connectors: int
    added: int
    """Connectors that no shipped list has."""
    custom: int
    changes: tuple[str, ...]
    """Tiers that differ from the shipped ones."""

    @property
    def facts(self) -> dict[str, object]:
        """Give the outcome without the file."""
        return {
            "as-of": self.as_of,
            "connectors": self.connectors,
            "added": self.added,
            "custom-left-out": self.custom,
            "changes": list(self.changes),
        }


def refreshed(paths: Sequence[str], output: str, as_of: str | None, catalogue: Catalogue) -> Refreshed:
    """Read exports and the catalogue that `output` may hold already. Raises UsageError for what cannot be used.

    Connectors that vanished from the exports stay, with the day they were last seen.
    """
    given = _day(as_of) if as_of else None
    rows = _before(output)
    days: list[str] = []
    custom = 0
    named: set[str] = set()
    merged: dict[str, tuple[ExportedConnector, str]] = {}
    for path in paths:
        export = _export(path)
        day = given or export.day or day_in(path)
        if day is None:
            raise UsageError(f"{path} does not tell the day it was exported; say it with --as-of YYYY-MM-DD")
        days.append(day)
        custom += export.custom
        for connector in export.connectors:
            merged[connector.key] = _newer(merged.get(connector.key), (connector, day))
    for key, (connector, day) in merged.items():
        rows[key] = _row(rows.get(key), connector, day)
        named.add(key)
    newest = max([*days, *(str(row["last_seen"]) for row in rows.values())])
    changes = [
        f"{key}: {shipped.tier} becomes {connector.tier}"
        for key, (connector, _) in sorted(merged.items())
        if (shipped := catalogue.find(key)) and connector.tier and shipped.tier and shipped.tier != connector.tier
    ]
    return Refreshed(
        text=_text(newest, rows.values()),
        as_of=newest,
        connectors=len(named),
        added=sum(catalogue.find(key) is None for key in named),
        custom=custom,
        changes=tuple(changes),
    )


def _newer(
    before: tuple[ExportedConnector, str] | None, now: tuple[ExportedConnector, str]
) -> tuple[ExportedConnector, str]:
    if before is None:
        return now
    first, second = (now, before) if now[1] > before[1] else (before, now)
    return joined(first[0], second[0]), first[1]


def _export(path: str) -> ConnectorExport:
    try:
        with open(path, "rb") as file:
            value, _ = json_text.parse(file.read())
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror or error}") from error
    except MalformedError as error:
        raise UsageError(f"{path}: {error.problem.message}") from error
    export = connector_export(value)
    if not export.connectors:
        what = "custom connectors only, which no catalogue holds" if export.custom else "no connectors"
        raise UsageError(f"{path} lists {what}; see `pllint catalogue refresh --help`")
    return export


def _before(output: str) -> dict[str, _Row]:
    from pllint.schema import violations

    try:
        with open(output, encoding="utf-8") as file:
            content = json.load(file)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{output} is there and cannot be read as a catalogue: {error}") from error
    if violations("catalogue", content):
        raise UsageError(f"{output} is there and is no catalogue; write to another file")
    return {row["id"]: row for row in content["connectors"]}


def _row(before: Mapping[str, object] | None, connector: ExportedConnector, day: str) -> _Row:
    if before is not None and str(before["last_seen"]) > day:
        return {**_stated(connector, day), **before}
    return {**(before or {}), **_stated(connector, day)}


def _stated(connector: ExportedConnector, day: str) -> _Row:
    facts = connector._asdict()
    identity = facts.pop("key")
    return {"id": identity, **{name: value for name, value in facts.items() if value is not None}, "last_seen": day}


def _text(as_of: str, rows: Iterable[_Row]) -> str:
    """Write one connector a line, so that the next refresh shows as a readable difference."""
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in sorted(rows, key=lambda row: str(row["id"])))
    return f'{{\n"as-of": "{as_of}",\n"connectors": [\n{lines}\n]\n}}\n'


def _day(text: str) -> str:
    try:
        return datetime.date.fromisoformat(text).isoformat()
    except ValueError:
        raise UsageError(f"--as-of takes a day such as 2026-03-05, not '{text}'") from None
