"""Safe fixes: what `pllint check --fix` writes, file by file. Nothing in it takes a judgement."""

from __future__ import annotations

from pllint.record import NamedTuple
from pllint.text.json_edit import with_copy, without_item

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pllint.finding import Edit, Report
    from pllint.source import KeyPath, Source

_JSON = (".json", ".jsonc")


class Fixed(NamedTuple):
    """A file as it would be after its fixes."""

    path: str
    """From the project's folder."""
    before: bytes
    after: bytes
    findings: int
    """How many findings its edits answer."""


def fixes(report: Report) -> tuple[Fixed, ...]:
    """Work out the fixes of the findings that count, by path; a finding is fixed whole or not at all."""
    by_source: dict[Source, list[Sequence[Edit]]] = {}
    for finding in report.findings:
        sources = {edit.at.source for edit in finding.edits}
        if finding.edits and not finding.waived and len(sources) == 1:
            by_source.setdefault(sources.pop(), []).append(finding.edits)
    found = (_fixed(source, wanted) for source, wanted in by_source.items() if _is_plain_json(source.path))
    return tuple(sorted((one for one in found if one is not None), key=lambda one: one.path))


def _is_plain_json(path: str) -> bool:
    return path.lower().endswith(_JSON) and "!" not in path


def _fixed(source: Source, wanted: Sequence[Sequence[Edit]]) -> Fixed | None:
    try:
        before = source.read()
    except OSError:  # the file went away while it was linted
        return None
    done: list[Sequence[Edit]] = []
    after = before
    for edits in wanted:
        changed = _applied(before, [one for group in (*done, edits) for one in group])
        if changed is not None:
            done.append(edits)
            after = changed
    return Fixed(path=source.path, before=before, after=after, findings=len(done)) if after != before else None


def _applied(content: bytes, edits: Iterable[Edit]) -> bytes | None:
    """Make changes from the end of the file on, so that the paths of those before them keep their meaning."""
    distinct = {(_item(edit.at.path), edit.copy): edit for edit in edits}
    changed: bytes | None = content
    for (path, _), edit in sorted(distinct.items(), key=lambda one: _order(one[0][0]), reverse=True):
        if changed is None or not path:
            return None
        if edit.copy:
            changed = with_copy(changed, path, dict(edit.copy))
        else:
            changed = without_item(changed, path, _item(edit.same_as.path) if edit.same_as else None)
    return changed


def _item(path: KeyPath) -> KeyPath:
    """Give the item of a list that holds a place."""
    while path and not isinstance(path[-1], int):
        path = path[:-1]
    return path


def _order(path: KeyPath) -> tuple[tuple[int, str], ...]:
    return tuple((key, "") if isinstance(key, int) else (-1, key) for key in path)
