"""Flows as Dataverse keeps them: rows of the table of processes, whose `clientdata` is a definition as JSON text."""

from collections.abc import Iterator

from pllint.read.naming import bare_guid
from pllint.record import NamedTuple
from pllint.text.node import Node
from pllint.text.problem import MalformedError

_STATES = {"0": "off", "1": "on", "2": "suspended"}


class FlowRow(NamedTuple):
    """A row that holds a definition."""

    name: str | None
    id: str | None
    """WorkflowId, lower case, no braces."""
    state: str | None
    definition: Node
    """Placed in the text inside the text."""


def flow_rows(node: Node) -> Iterator[FlowRow]:
    """Give the rows of a document that is one row, a list of rows, or what a query of the table answers."""
    from pllint.text import json_text

    answer = node["value"]
    for row in (answer if answer.is_list else node).listed():
        text = row["clientdata"]
        if not isinstance(text.value, str):
            continue
        try:
            definition, _ = json_text.parse_text(text.value)
        except MalformedError:
            continue  # a classic workflow keeps other things there
        yield FlowRow(
            name=row["name"].text,
            id=bare_guid(row["workflowid"].text or "") or None,
            state=_STATES.get(row["statecode"].text or ""),
            definition=Node(definition, text.at),
        )
