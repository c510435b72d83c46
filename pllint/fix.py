"""Safe fixes: what `pllint check --fix` writes, file by file, and what it leaves and why. Nothing takes a judgement."""

from __future__ import annotations

from codecs import BOM_UTF8

from pllint.record import NamedTuple
from pllint.source import WHOLE_FILE, Anchor
from pllint.text.encoding import decode
from pllint.text.list_edit import Change, Copying, Document, Numbering, Removal, Sorting, UncertainError, changed
from pllint.text.problem import MalformedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from pllint.finding import Edit, Report, ReportedFinding
    from pllint.model.workspace import Workspace
    from pllint.source import KeyPath, Source, Span

_KINDS = {"json": "json", "jsonc": "json", "yaml": "yaml", "yml": "yaml", "tf": "hcl", "tfvars": "hcl"}
_NAMING = frozenset(("id", "pattern", "host_url_pattern", "endpoint"))
"""The members that a finding about an entry points at, in lower case."""


class Fixed(NamedTuple):
    """A file as it would be after its fixes."""

    path: str
    """From the project's folder."""
    before: bytes
    after: bytes
    findings: tuple[ReportedFinding, ...]
    """What its changes answer as a whole."""
    is_sorted: bool
    """Some of its lists are put in order."""


class Left(NamedTuple):
    """Something that stays as it is although it is of a kind that can be fixed, or sorted."""

    path: str
    span: Span
    reason: str
    finding: ReportedFinding | None = None
    """None: a list that stays unsorted."""
    in_part: bool = False
    """Other edits of the finding are made; the place is that of the first that is not."""


class Fixes(NamedTuple):
    """All that can be put right, and what cannot."""

    files: tuple[Fixed, ...]
    """By path."""
    left: tuple[Left, ...]
    """By path and place."""


def fixes(report: Report, lists: Iterable[Anchor] = ()) -> Fixes:
    """Work out the fixes of findings and the order of lists."""
    left: list[Left] = []
    by_source: dict[Source, list[ReportedFinding]] = {}
    for finding in report.findings:
        sources = {edit.at.source for edit in finding.edits}
        if finding.waived and (sources or finding.left_to_people):
            left.append(_left(finding, "a waiver accepts it"))
        elif len(sources) > 1:
            left.append(_left(finding, "what would change lies in several files"))
        elif sources:
            by_source.setdefault(sources.pop(), []).append(finding)
        elif finding.left_to_people:
            left.append(_left(finding, finding.left_to_people))
    by_file: dict[Source, list[Anchor]] = {}
    for at in lists:
        by_file.setdefault(at.source, []).append(at)
    files: list[Fixed] = []
    for source in {**by_source, **by_file}:
        fixed, kept = _fixed(source, by_source.get(source, ()), by_file.get(source, ()))
        files += [fixed] if fixed else []
        left += kept
    return Fixes(
        files=tuple(sorted(files, key=lambda one: one.path)),
        left=tuple(sorted(dict.fromkeys(left), key=lambda one: (one.path, one.span, one.reason))),
    )


def data_groups(workspace: Workspace) -> tuple[Anchor, ...]:
    """Give the lists of connectors in the data groups of policies, whose order means nothing."""
    found: dict[Anchor, None] = {}
    for policy in workspace.policies:
        for entry in policy.classified or ():
            item = _item(entry.at.path)
            if item:
                found.setdefault(Anchor(entry.at.source, item[:-1]))
    return tuple(found)


def _left(finding: ReportedFinding, reason: str) -> Left:
    return Left(finding.place.path, finding.place.span, reason, finding)


def _fixed(
    source: Source, findings: Sequence[ReportedFinding], lists: Sequence[Anchor]
) -> tuple[Fixed | None, list[Left]]:
    try:
        kind = _kind(source.path)
        before, original = _read(source)
    except UncertainError as error:
        whole = [Left(source.path, WHOLE_FILE, error.reason)] if lists else []
        return None, [*(_left(one, error.reason) for one in findings), *whole]
    edits = [(finding, edit) for finding in findings for edit in finding.edits]
    text, reasons = _made(kind, original, [_change(edit) for _, edit in edits])
    refused = [(one, edit, reason) for (one, edit), reason in zip(edits, reasons, strict=True) if reason]
    made = {id(one) for (one, _), reason in zip(edits, reasons, strict=True) if reason is None}
    left = [_left_of(one, made, [each for each in refused if each[0] is one]) for one in findings]
    ordered, reasons = _made(kind, text, [Sorting(at.path, _id_of) for at in lists])
    unsorted = [Left(source.path, at.span, reason) for at, reason in zip(lists, reasons, strict=True) if reason]
    mark = BOM_UTF8 if before.startswith(BOM_UTF8) else b""
    after = mark + ordered.encode()
    done = tuple(one for one in findings if id(one) in made and all(each[0] is not one for each in refused))
    fixed = Fixed(source.path, before, after, done, ordered != text) if after != before else None
    return fixed, [*(one for one in left if one), *unsorted]


def _left_of(
    finding: ReportedFinding, made: Container[int], refused: Sequence[tuple[ReportedFinding, Edit, str]]
) -> Left | None:
    """Say of a finding which of its edits could not be made."""
    if not refused:
        return None
    _, edit, reason = refused[0]
    if id(finding) not in made:
        return _left(finding, reason)
    more = f" (and {len(refused) - 1:,} more)" if len(refused) > 1 else ""
    return Left(finding.place.path, edit.at.span, f"{reason}{more}", finding, in_part=True)


def _kind(path: str) -> str:
    """Give what a file is written in; raise UncertainError for what is not changed."""
    ending = path.lower().rpartition(".")[2]
    if "!" in path:
        raise UncertainError("it lies in an archive")
    if ending not in _KINDS:
        raise UncertainError(f"files that end in .{ending} are left to the tool that writes them")
    return _KINDS[ending]


def _read(source: Source) -> tuple[bytes, str]:
    """Give a file's bytes and text; raise UncertainError for what could not be written back as it was."""
    try:
        content = source.read()
    except OSError as error:  # it went away while it was linted
        raise UncertainError(f"the file cannot be read: {error.strerror or error}") from None
    text, problem = decode(content)
    if problem is not None:
        raise UncertainError(problem.message)
    return content, text


def _opened(kind: str, text: str) -> Document:
    """Open a text in its syntax, whose parser is imported when the first such file is met."""
    try:
        if kind == "json":
            from pllint.text.json_edit import JsonDocument

            return JsonDocument(text)
        if kind == "yaml":
            from pllint.text.yaml_edit import YamlDocument

            return YamlDocument(text)
        from pllint.text.hcl_edit import HclDocument

        return HclDocument(text)
    except MalformedError as error:
        raise UncertainError(error.problem.message) from None


def _made(kind: str, text: str, changes: Sequence[Change]) -> tuple[str, list[str | None]]:
    """Make changes; give the text, and for each change why it was not made.

    All are made at once. Where that fails they are made by halves, so that only those are left that cannot be made.
    """
    done: list[Change] = []
    reached = text

    def settled(some: Sequence[Change]) -> list[str | None]:
        nonlocal reached
        try:  # places are those of the text as it was
            reached = changed(_opened(kind, text), [*done, *some]) if some else reached
        except UncertainError as error:
            if len(some) == 1:
                return [error.reason]
            middle = len(some) // 2
            return settled(some[:middle]) + settled(some[middle:])
        done.extend(some)
        return [None] * len(some)

    reasons = settled(changes)
    return reached, reasons


def _change(edit: Edit) -> Change:
    """Say in terms of the text what an edit is."""
    item = _item(edit.at.path)
    if edit.numbered:
        return Numbering(item[:-1], edit.numbered)
    if edit.copy:
        return Copying(item, edit.copy)
    return Removal(item, _item(edit.same_as.path) if edit.same_as else None)


def _item(path: KeyPath) -> KeyPath:
    """Give the entry of a list that a place is: the place itself, or the member that names the entry.

    What a name elsewhere stands for, such as a local value of Terraform, is in no such list.
    """
    if path and isinstance(path[-1], int):
        return path
    named = len(path) > 1 and isinstance(path[-2], int) and str(path[-1]).lower() in _NAMING
    return path[:-1] if named else ()


def _id_of(entry: object) -> tuple[str, ...] | None:
    """Give what an entry of a data group is sorted by: the last part of its id, then the whole."""
    if isinstance(entry, dict):
        entry = next((value for key, value in entry.items() if str(key).lower() == "id"), None)
    return (entry.rpartition("/")[2].lower(), entry.lower(), entry) if isinstance(entry, str) and entry else None
