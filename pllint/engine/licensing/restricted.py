"""Writes to tables of Dataverse that Power Apps and Power Automate plans only read."""

from collections.abc import Iterator

from pllint.catalogue.plans import Plans
from pllint.model.component import Component
from pllint.model.licensing import RestrictedWrite


def restricted_writes(component: Component, plans: Plans, as_of: str) -> tuple[RestrictedWrite, ...]:
    """Give what a component is seen to write that takes a Dynamics 365 licence on a day, table by table."""
    found: dict[str, RestrictedWrite] = {}
    for write in _writes(component, plans, as_of):
        known = found.get(write.table)
        if known is None or (known.own_rows_free and not write.own_rows_free):
            found[write.table] = write
    return tuple(found.values())


def _writes(component: Component, plans: Plans, as_of: str) -> Iterator[RestrictedWrite]:
    for write in component.table_writes:
        table = plans.restricted_table(write.table, as_of) if write.table else None
        if table is not None and write.action not in table.any_licence:
            yield RestrictedWrite(
                table=table.table,
                name=table.name,
                licences=table.licences,
                at=write.at,
                source=table.source.url if table.source else "",
                dated=table.source.dated if table.source else None,
                own_rows_free=write.action in table.own_rows,
            )
