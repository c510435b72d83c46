"""A policy's data groups as sets, for questions about many connectors at once."""

from collections.abc import Set as AbstractSet

from pllint.catalogue import Catalogue
from pllint.model.connector_id import ConnectorKey
from pllint.model.policy import DataGroup, DlpPolicy, PolicyPart
from pllint.model.policy_ids import HTTP_FAMILY

_OPEN = (PolicyPart.BUSINESS, PolicyPart.NON_BUSINESS, PolicyPart.BLOCKED, PolicyPart.DEFAULT)


class Partition:
    """The connectors a policy lists, those of custom connectors aside, and where it puts all others."""

    def __init__(self, policy: DlpPolicy, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._policy = policy
        groups: dict[DataGroup, set[ConnectorKey]] = {group: set() for group in DataGroup}
        for entry in policy.classified or ():
            if not entry.custom:
                groups[entry.group].add(entry.connector)
        blocked = groups[DataGroup.BLOCKED]
        both = groups[DataGroup.BUSINESS] & groups[DataGroup.NON_BUSINESS]
        self.business = frozenset(groups[DataGroup.BUSINESS] - both - blocked)
        """Listed in Business, and nowhere else."""
        self._non_business = frozenset(groups[DataGroup.NON_BUSINESS] - both - blocked)
        self._listed = frozenset().union(*groups.values())

    def separated(
        self, together: AbstractSet[ConnectorKey]
    ) -> tuple[tuple[ConnectorKey, ...], tuple[ConnectorKey, ...]] | None:
        """Give those of some connectors that are surely Business here and those that are Non-Business, each sorted.

        None when they stay together, as far as anybody can tell.
        """
        business = set(together & self.business)
        non_business = set(together & self._non_business)
        policy = self._policy
        if policy.classified is not None and policy.opening(*_OPEN) is None:
            group = policy.default or DataGroup.NON_BUSINESS
            rest = {key for key in together - self._listed if self._takes(key)}
            if group is DataGroup.BUSINESS:
                business |= rest
            elif group is DataGroup.NON_BUSINESS:
                non_business |= rest
            else:
                non_business |= rest & self._catalogue.unblockable()
        if not business or not non_business:
            return None
        return tuple(sorted(business)), tuple(sorted(non_business))

    def _takes(self, key: ConnectorKey) -> bool:
        """Tell whether the default group takes a connector: not desktop flow modules, nor HTTP under the old schema."""
        return not key.startswith("DesktopFlow.") and not (self._policy.legacy and key in HTTP_FAMILY)
