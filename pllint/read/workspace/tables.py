"""Loose tables (CSV and TSV): what a tenant exports, told apart by the names of the columns."""

from __future__ import annotations

from pllint.read import inventory
from pllint.read.document import problem_of
from pllint.source import Anchor
from pllint.text import csv_text
from pllint.text.node import Node
from pllint.text.problem import MalformedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pllint.read.workspace.gathered import Gathered
    from pllint.read.workspace.survey import LooseFile


def read_table(file: LooseFile, gathered: Gathered) -> None:
    """Read a table as a list of environments or as another export of a tenant."""
    notes = gathered.notes
    source = file.tree.source(file.name, csv_text.locate)
    try:
        content = source.read()
        columns = csv_text.header(content)
        environments = inventory.recognises_columns(columns)
        exports = gathered.all_exports()
        reason = None if environments else exports.unread(columns, source.path)
        if reason is not None:
            if reason:
                notes.skip(source.path, reason)
            return
        if exports.takes_names(columns, source):
            return
        gathered.progress(source.path)
        rows, problems = csv_text.parse(content, notes.limits)
    except (MalformedError, OSError) as error:
        notes.refuse(source, problem_of(error))
        return
    for problem in problems:
        notes.problem(source, problem)
    node = Node(rows, Anchor(source))
    if environments:
        gathered.environments.extend(inventory.environments(node, notes))
    else:
        exports.take_table(node, columns, notes)
