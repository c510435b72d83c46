"""Opening a file for the readers: bytes to a node, with what reading found on the way noted."""

import gc
from collections.abc import Callable

from pllint.finding import Finding, Severity, Skipped
from pllint.schema import violations
from pllint.source import Anchor, Source, Span
from pllint.text.node import Node
from pllint.text.problem import DEFAULT_LIMITS, Limits, MalformedError, Problem, ProblemKind
from pllint.text.tree import Tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pllint.text.xml_text import Element

_CHECKS = {
    ProblemKind.UNREADABLE: "SRC001",
    ProblemKind.LIMIT: "SRC003",
    ProblemKind.UNSAFE: "SRC004",
    ProblemKind.NOT_STRICT: "SRC005",
    ProblemKind.ENCODING: "SRC006",
}
_REMEDIES = {
    ProblemKind.UNREADABLE: "Repair the file or export it again",
    ProblemKind.LIMIT: "Split the file, or raise the limit under `limits:` in pllint.yaml if the file is trusted",
    ProblemKind.UNSAFE: "Remove the unsafe part, or export the file again from its source",
    ProblemKind.NOT_STRICT: "Write strict JSON or YAML: other readers may see something else",
    ProblemKind.ENCODING: "Save the file as UTF-8",
}


_COLLECT_AFTER = 16 << 20


class Notes:
    """What reading finds and leaves out, gathered while files are opened."""

    def __init__(self, limits: Limits = DEFAULT_LIMITS) -> None:
        self.limits = limits
        self._uncollected = 0
        self.findings: list[Finding] = []
        self.skipped: list[Skipped] = []

    def opened(self, content: bytes) -> bytes:
        """Take note of bytes that are about to be parsed.

        The command line keeps the garbage collector off, which would search every parsed document again and again;
        so what parsers leave in cycles is collected here, once for many megabytes.
        """
        self._uncollected += len(content)
        if self._uncollected > _COLLECT_AFTER and not gc.isenabled():
            self._uncollected = 0
            gc.collect()
            gc.freeze()  # what is left are elements, which stay to the end
        return content

    def problem(self, source: Source, problem: Problem) -> None:
        """Note a problem of the text as a finding."""
        known = problem.span or Span(1, 1, 1, 1)
        self.findings.append(
            Finding(
                at=Anchor(source, known=known),
                message=problem.message,
                remedy=_REMEDIES[problem.kind],
                check=_CHECKS[problem.kind],
            )
        )

    def find(self, check: str, at: Anchor, message: str, remedy: str = "", severity: Severity | None = None) -> None:
        """Note a finding of reading."""
        self.findings.append(Finding(at=at, message=message, remedy=remedy, check=check, severity=severity))

    def skip(self, path: str, reason: str) -> None:
        """Note a file that is not read."""
        self.skipped.append(Skipped(path=path, reason=reason))

    def refuse(self, source: Source, problem: Problem) -> None:
        """Note a file that cannot be read: a finding, and listed as skipped."""
        self.problem(source, problem)
        self.skip(source.path, problem.message)


def open_json(tree: Tree, name: str, notes: Notes, schema: str | None = None) -> Node | None:
    """Read a JSON file of a tree; None when it cannot be read, which is then noted."""
    from pllint.text import json_text

    source = tree.source(name, json_text.locate)
    try:
        value, problems = json_text.parse(notes.opened(source.read()), notes.limits)
    except (MalformedError, OSError) as error:
        notes.refuse(source, problem_of(error))
        return None
    return _node(value, problems, source, notes, schema=schema)


def open_yaml(tree: Tree, name: str, notes: Notes, schema: str | None = None) -> Node | None:
    """Read a YAML file of a tree, scalars kept as text; None when it cannot be read or is empty."""
    from pllint.text import yaml_text

    source = tree.source(name, yaml_text.locate)
    try:
        value, problems = yaml_text.parse(notes.opened(source.read()), notes.limits)
    except (MalformedError, OSError) as error:
        notes.refuse(source, problem_of(error))
        return None
    return _node(value, problems, source, notes, schema=schema, typed=yaml_text.typed)


def open_xml(tree: Tree, name: str, notes: Notes) -> "tuple[Element, Source] | None":
    """Read an XML file of a tree; None when it cannot be read, which is then noted."""
    from pllint.text import xml_text

    source = tree.source(name, xml_text.locate)
    try:
        root, problems = xml_text.parse(notes.opened(source.read()), notes.limits)
    except (MalformedError, OSError) as error:
        notes.refuse(source, problem_of(error))
        return None
    for problem in problems:
        notes.problem(source, problem)
    return root, source


def check_schema(node: Node, notes: Notes, schema: str, value: object | None = None) -> None:
    """Note every violation of a schema at its place."""
    for violation in violations(schema, node.value if value is None else value):
        at = node.at
        for key in violation.path:
            at /= key
        notes.find("SRC002", at, violation.message, "Correct the value, or export the file again")


def _node(
    value: object,
    problems: list[Problem],
    source: Source,
    notes: Notes,
    *,
    schema: str | None,
    typed: Callable[[object], object] | None = None,
) -> Node:
    for problem in problems:
        notes.problem(source, problem)
    node = Node(value, Anchor(source))
    if schema is not None:
        check_schema(node, notes, schema, typed(value) if typed else None)
    return node


def problem_of(error: MalformedError | OSError) -> Problem:
    """Give the problem behind a failed read."""
    if isinstance(error, MalformedError):
        return error.problem
    return Problem(ProblemKind.UNREADABLE, f"the file cannot be read: {error.strerror or error}", None)
