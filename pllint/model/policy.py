"""Data (DLP) policies, whatever file form they came in, in one shape and in the product's words."""

from enum import StrEnum

from pllint.model.connector_id import ConnectorKey
from pllint.model.environment import EnvironmentRef
from pllint.record import NamedTuple
from pllint.source import Anchor


class DataGroup(StrEnum):
    """The group a policy puts a connector in. `IGNORE` exists for the URL pattern `*` alone."""

    BUSINESS = "Business"
    NON_BUSINESS = "Non-Business"
    BLOCKED = "Blocked"
    IGNORE = "Ignore"


class Scope(StrEnum):
    """Which environments a policy reaches; `SingleEnvironment` alone is an environment-level policy."""

    ALL = "AllEnvironments"
    ONLY = "OnlyEnvironments"
    EXCEPT = "ExceptEnvironments"
    SINGLE = "SingleEnvironment"


class Behaviour(StrEnum):
    """What an action or endpoint rule does."""

    ALLOW = "Allow"
    BLOCK = "Block"
    DENY = "Deny"


class ClassifiedConnector(NamedTuple):
    """A connector written into a group of a policy."""

    connector: ConnectorKey
    group: DataGroup
    at: Anchor
    spelling: str
    """The id as the file writes it."""
    custom: bool = False
    environment: str | None = None
    """The environment an admin-scope id names: it means that environment's connector only."""


class UrlPattern(NamedTuple):
    """A host pattern for custom connectors, tried in ascending order."""

    order: int
    pattern: str
    group: DataGroup
    at: Anchor


class ActionRule(NamedTuple):
    """Whether one operation may be used."""

    operation: str
    behaviour: Behaviour
    at: Anchor


class ActionRules(NamedTuple):
    """Connector action control for one connector."""

    connector: ConnectorKey
    default: Behaviour
    rules: tuple[ActionRule, ...]
    at: Anchor


class EndpointRule(NamedTuple):
    """Whether one address may be reached, tried in ascending order."""

    order: int
    endpoint: str
    behaviour: Behaviour
    at: Anchor


class EndpointRules(NamedTuple):
    """Endpoint filtering for one connector."""

    connector: ConnectorKey
    rules: tuple[EndpointRule, ...]
    at: Anchor


class ExemptResource(NamedTuple):
    """A resource the policy does not evaluate."""

    id: str
    type: str
    at: Anchor


class PolicyPart(StrEnum):
    """A part of a policy that a file may leave to be computed elsewhere."""

    BUSINESS = "Business connectors"
    NON_BUSINESS = "Non-Business connectors"
    BLOCKED = "Blocked connectors"
    DEFAULT = "default group"
    SCOPE = "scope"
    ENVIRONMENTS = "environments"
    PATTERNS = "URL patterns"
    RULES = "action and endpoint rules"
    EXISTENCE = "existence"
    """The policy may be made once, often or never."""
    EXEMPTIONS = "exempt resources"


_UNREAD = "in a file that cannot be read"
_OPEN_GROUPS = {
    PolicyPart.BUSINESS: DataGroup.BUSINESS,
    PolicyPart.NON_BUSINESS: DataGroup.NON_BUSINESS,
    PolicyPart.BLOCKED: DataGroup.BLOCKED,
}


class OpenPart(NamedTuple):
    """A part of a policy that the files do not give, or not whole: what is written counts, the rest is unknown."""

    part: PolicyPart
    at: Anchor
    how: str
    """How it comes about, to follow "is" or "are": `computed by local.rest`, `cut off in the export`."""
    connector: ConnectorKey | None = None
    """The connector whose rules are open; None: all of them."""


class DlpPolicy(NamedTuple):
    """One data policy."""

    id: str
    name: str
    """The display name, else the id."""
    at: Anchor
    scope: Scope = Scope.ALL
    unknown_scope: str | None = None
    """The scope word of the file when it is none of the four; the policy is then read as reaching everything."""
    environments: tuple[EnvironmentRef, ...] = ()
    environments_known: bool = True
    """False when the list is a template's placeholder or an expression: reach is then open, not empty."""
    default: DataGroup | None = None
    """None: the policy names no default, which means Non-Business."""
    default_at: Anchor | None = None
    classified: tuple[ClassifiedConnector, ...] | None = None
    """None: exported without its groups, so nothing can be said about classification."""
    patterns: tuple[UrlPattern, ...] | None = None
    """None: the export does not hold URL patterns, which are a separate object."""
    patterns_at: Anchor | None = None
    actions: tuple[ActionRules, ...] = ()
    endpoints: tuple[EndpointRules, ...] = ()
    exempt: tuple[ExemptResource, ...] = ()
    legacy: bool = False
    rules_known: bool = True
    """False when the export cut off action rules, endpoint rules, URL patterns or exemptions."""
    open_parts: tuple[OpenPart, ...] = ()
    """What is computed where no file shows it. A connector listed in a group is in it; an unlisted one may be in any
    group that is open."""

    def __hash__(self) -> int:
        """Tell policies apart by what they are called, not by their thousand connectors."""
        return hash((self.id, self.name))

    @property
    def tenant_level(self) -> bool:
        """Tell a tenant-level policy from an environment-level one."""
        return self.scope is not Scope.SINGLE

    @property
    def open_groups(self) -> frozenset[DataGroup]:
        """Give the groups that may hold connectors the file does not list."""
        return frozenset(_OPEN_GROUPS[part.part] for part in self.open_parts if part.part in _OPEN_GROUPS)

    def opening(self, *parts: PolicyPart) -> OpenPart | None:
        """Give the first open part of some kinds."""
        return next((each for each in self.open_parts if each.part in parts), None)

    @property
    def unread(self) -> bool:
        """Tell that its file cannot be read, so that not even its name is known."""
        return any(part.how == _UNREAD for part in self.open_parts)

    @property
    def may_not_reach(self) -> bool:
        """Tell that the policy need not reach any environment: its scope is open, or whether it exists."""
        return self.opening(PolicyPart.SCOPE, PolicyPart.EXISTENCE) is not None


def unread(at: Anchor) -> DlpPolicy:
    """Give what is known of a policy whose file cannot be read: that it may be there, and say anything."""
    parts = (PolicyPart.EXISTENCE, PolicyPart.BUSINESS, PolicyPart.NON_BUSINESS, PolicyPart.BLOCKED)
    more = (PolicyPart.DEFAULT, PolicyPart.PATTERNS, PolicyPart.RULES, PolicyPart.EXEMPTIONS)
    return DlpPolicy(
        id=at.source.path,
        name=at.source.path,
        at=at,
        classified=(),
        rules_known=False,
        open_parts=tuple(OpenPart(part, at, _UNREAD) for part in (*parts, *more)),
    )
