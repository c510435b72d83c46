"""All exports of a project together: what each is, the day it is of, and what they prove once everything is read."""

from collections.abc import Callable, Sequence
from functools import cached_property

from pllint.catalogue.plans import Plans
from pllint.discover import matches
from pllint.model.environment import Environment
from pllint.model.governance import Governance, LicenceRecord
from pllint.model.inventory import (
    BillingMember,
    BillingPolicy,
    Capacity,
    Currency,
    Inventory,
    LicenceSku,
    ListedConnection,
    ListedConnector,
    ListedResource,
    RoleAssignment,
)
from pllint.read import licences, proved, resources
from pllint.read.document import Notes, problem_of
from pllint.record import NamedTuple
from pllint.settings import LicenceExport
from pllint.source import Anchor, Source
from pllint.text import csv_text
from pllint.text.node import Node
from pllint.text.problem import MalformedError

_SHOWN = 20
_COLUMNS_SHOWN = 8
_LICENCE_WORDS = ("licen", "lizen", "sku", "subscription")


class Proved(NamedTuple):
    """What the manifest and the exports say together."""

    governance: Governance | None
    environments: tuple[Environment, ...]
    licences: tuple[LicenceRecord, ...]
    inventory: Inventory


class Exports:
    """Everything that exports say, gathered file by file."""

    def __init__(self, told: Sequence[LicenceExport], plans: Callable[[], Plans]) -> None:
        """Take what the settings tell of exports; `plans` gives the plan data, once it is needed."""
        self._told = told
        self._plan_data = plans
        self._resources: list[ListedResource] = []
        self._roles: list[RoleAssignment] = []
        self._connectors: list[ListedConnector] = []
        self._connections: list[ListedConnection] = []
        self._skus: list[LicenceSku] = []
        self._currencies: list[Currency] = []
        self._billing_policies: list[BillingPolicy] = []
        self._billing_members: list[BillingMember] = []
        self._capacities: list[Capacity] = []
        self._names: list[Source] = []

    def take(self, node: Node, notes: Notes) -> bool:
        """Read a JSON document as every export it is; false when it is none."""
        taken = False
        if licences.recognises(node.value):
            self._add_licences(licences.licences(node, notes, self._day(node)))
            taken = True
        if resources.recognises(node.value):
            found = resources.resources(node, notes)
            self._resources += found.resources
            self._roles += found.roles
            custom = [one for one in found.connectors if one.custom]
            self._connectors += custom
            self._connections += found.connections
            # A list of Microsoft's connectors is the catalogue's business.
            taken = taken or not found._replace(connectors=tuple(custom)).empty
        return taken

    def unread(self, columns: Sequence[str], path: str) -> str | None:
        """Say why a table is not read, in no words where it is plainly none of ours; None when it is read."""
        if resources.recognises_columns(columns) or licences.is_product_names(columns):
            return None
        told = self._of(path)
        if licences.columns_for(columns, told.columns if told else ()):
            return None
        words = " ".join(columns).lower()
        if told is None and not any(word in words for word in _LICENCE_WORDS):
            return ""
        if told is None and licences.lists_people(columns):
            return "a list of people with their licences, which are not counted here; export the licences of the tenant"
        named = ", ".join(columns[:_COLUMNS_SHOWN]) + (" ..." if columns[_COLUMNS_SHOWN:] else "")
        return (
            f"a table whose columns pllint does not know ({named}), since portals change them with language and"
            " version; map them under licence-exports in pllint.yaml"
        )

    def takes_names(self, columns: Sequence[str], source: Source) -> bool:
        """Keep a table of product names for later, if it is one; it is long, and read only for an unknown product."""
        if licences.is_product_names(columns):
            self._names.append(source)
            return True
        return False

    def take_table(self, node: Node, columns: Sequence[str], notes: Notes) -> None:
        """Read a table that is one of ours by its columns."""
        if resources.recognises_columns(columns):
            self._resources += resources.resources(node, notes).resources
        else:
            told = self._of(node.at.source.path)
            named = licences.columns_for(columns, told.columns if told else ())
            self._add_licences(licences.of_table(node, named or {}, notes, self._day(node)))

    def proved(self, governance: Governance | None, environments: Sequence[Environment], notes: Notes) -> Proved:
        """Lay what was gathered beside the manifest; contradictions become findings."""
        skus = self._named(notes)
        inventory = proved.united(
            Inventory(
                resources=tuple(self._resources),
                roles=tuple(self._roles),
                connectors=tuple(self._connectors),
                connections=tuple(self._connections),
                skus=skus,
                currencies=tuple(self._currencies),
                billing_policies=tuple(self._billing_policies),
                billing_members=tuple(self._billing_members),
                capacities=tuple(self._capacities),
            )
        )
        _tell_unknown(skus, notes)
        metered = proved.metered(proved.Places(environments), governance, inventory, notes)
        places = proved.Places(metered)
        records = proved.licences(governance, inventory, places, notes, self._plans)
        if governance is not None:
            governance = proved.records(governance, inventory, places, notes)._replace(
                licences=records, dataverse=governance.dataverse or proved.dataverse(inventory)
            )
        return Proved(governance, metered, records, inventory)

    @cached_property
    def _plans(self) -> Plans:
        return self._plan_data()

    def _named(self, notes: Notes) -> tuple[LicenceSku, ...]:
        found = licences.of_own_plans(self._skus, self._plans) if self._skus else ()
        if all(one.known for one in found):
            return found
        names: dict[str, licences.Product] = {}
        for source in self._names:
            try:
                rows, _ = csv_text.parse(source.read(), notes.limits)
            except (MalformedError, OSError) as error:
                notes.refuse(source, problem_of(error))
                continue
            names |= licences.products(Node(rows, Anchor(source)))
        return licences.of_own_plans(licences.named_by(found, names), self._plans)

    def _add_licences(self, found: licences.LicenceFacts) -> None:
        self._skus += found.skus
        self._currencies += found.currencies
        self._billing_policies += found.billing_policies
        self._billing_members += found.billing_members
        self._capacities += found.capacities

    def _of(self, path: str) -> LicenceExport | None:
        return next((told for told in self._told if matches(path, told.files)), None)

    def _day(self, node: Node) -> str | None:
        path = node.at.source.path
        told = self._of(path)
        return told.as_of if told and told.as_of else licences.day_in(path)


def _tell_unknown(skus: Sequence[LicenceSku], notes: Notes) -> None:
    """List the products that pllint knows nothing of, by file, so that nobody takes them for counted."""
    by_file: dict[str, list[str]] = {}
    for one in skus:
        if not one.known:
            by_file.setdefault(one.at.source.path, []).append(one.name)
    for path, names in by_file.items():
        distinct = sorted(set(names))
        more = f" and {len(distinct) - _SHOWN} more" if distinct[_SHOWN:] else ""
        words = ", ".join(distinct[:_SHOWN])
        notes.skip(path, f"in part: no licence plan that pllint knows is called {words}{more}")
