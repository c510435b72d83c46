"""Desktop flows outside solutions, and flows of both kinds in the rows of exported tables."""

from __future__ import annotations

from pllint.read import recognise
from pllint.read.naming import named_by_file
from pllint.read.recognise import is_cloud_flow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pllint.read.workspace.gathered import Gathered
    from pllint.text.node import Node


def add_desktop_flow(node: Node, name: str, flow_id: str, gathered: Gathered) -> None:
    """Read a desktop flow's document."""
    from pllint.read.desktop_flow import desktop_flow

    gathered.components.append(
        desktop_flow(
            node,
            None,
            name=name,
            id=flow_id,
            at=node.at,
            solution=None,
            state=None,
            references=gathered.declared.references,
            notes=gathered.notes,
        )
    )


def add_rows(node: Node, file_name: str, gathered: Gathered) -> bool:
    """Read the flows among the rows of a table; false when there are none."""
    from pllint.read.flow_rows import flow_rows

    taken = False
    for row in flow_rows(node):
        file_says, file_id = named_by_file(file_name)
        name, flow_id = row.name or file_says, row.id or file_id
        if recognise.is_desktop_flow(row.definition.value):
            add_desktop_flow(row.definition, name, flow_id, gathered)
        elif is_cloud_flow(row.definition.value):
            gathered.add_cloud_flow(row.definition, name=name, id=flow_id, state=row.state)
        else:
            continue
        taken = True
    return taken
