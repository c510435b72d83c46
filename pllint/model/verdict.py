"""What data policies make of a connector and of a component, as the dlp engine answers it."""

from enum import StrEnum

from pllint.finding import Confidence
from pllint.model.advanced_policy import AdvancedPolicy
from pllint.model.connector_id import ConnectorKey
from pllint.model.custom_connector import Host
from pllint.model.policy import DataGroup, DlpPolicy
from pllint.record import NamedTuple
from pllint.source import Anchor


class Subject(NamedTuple):
    """What a policy classifies: a connector, a virtual entry, a desktop flow module or a custom connector."""

    key: ConnectorKey
    custom: bool = False
    host: Host | None = None
    """Of a custom connector; None: nobody knows it."""


class Rule(StrEnum):
    """Which line of a policy, or which of its silences, decides the class of a connector."""

    LISTED = "listed"
    PATTERN = "pattern"
    """A URL pattern other than `*`."""
    STAR = "star"
    """The URL pattern `*`."""
    DEFAULT = "default"
    UNBLOCKABLE = "unblockable"
    """Blocked is the default group, and this connector cannot be blocked."""
    IGNORED = "ignored"
    """The pattern that matches says Ignore, or no pattern matches."""
    PATTERNS_MISSING = "patterns-missing"
    NOT_CLASSIFIABLE = "not-classifiable"
    MODULE_UNLISTED = "module-unlisted"
    GROUPS_MISSING = "groups-missing"
    GROUPS_OPEN = "groups-open"
    """It is not listed, and a group that may hold it is computed elsewhere."""
    DEFAULT_OPEN = "default-open"
    PATTERNS_OPEN = "patterns-open"
    HOST_UNKNOWN = "host-unknown"
    HOST_AMBIGUOUS = "host-ambiguous"
    LISTED_TWICE = "listed-twice"
    LEGACY = "legacy"


class Classification(NamedTuple):
    """The class of a connector in one policy."""

    possible: frozenset[DataGroup | None]
    """Every group it may be in, None standing for "the policy has no say"; one entry when it is known."""
    rule: Rule
    words: str
    """The rule in words, to follow the connector's name: `is listed in Blocked`."""
    at: Anchor
    """The deciding line."""
    confidence: Confidence = Confidence.CERTAIN

    @property
    def known(self) -> bool:
        """Tell whether there is one answer."""
        return len(self.possible) == 1

    @property
    def group(self) -> DataGroup | None:
        """Give the group; None when the policy has no say and when the class is unknown."""
        return next(iter(self.possible)) if self.known else None


class PostureKind(StrEnum):
    """How a custom connector is classified in an environment, all policies together."""

    EXPLICIT = "explicit"
    """By its name or by a URL pattern other than `*`: somebody decided."""
    CAUGHT = "caught"
    """Only by `*` or by the default group."""
    OPEN = "open"
    """By no policy: it combines with everything."""
    UNKNOWN = "unknown"


class Opinion(NamedTuple):
    """What one policy makes of a connector."""

    policy: DlpPolicy
    classification: Classification


class Posture(NamedTuple):
    """How a custom connector stands in an environment."""

    kind: PostureKind
    opinions: tuple[Opinion, ...]
    """Of the policies that reach the environment: the deciding ones first."""
    group: DataGroup | None = None
    """When explicit or caught: Blocked if a policy blocks it, else Business if one puts it there."""
    reason: str = ""
    """When unknown: what is missing."""
    confidence: Confidence = Confidence.CERTAIN


class Effect(NamedTuple):
    """The class of a connector in an environment, all policies together."""

    possible: frozenset[DataGroup | None]
    """Blocked if any policy blocks it, else Business if any puts it there, else Non-Business.

    None: no policy has a say.
    """
    opinions: tuple[Opinion, ...]
    ungoverned: AdvancedPolicy | None = None
    """The advanced policy that switches data policies off here."""
    missing: str = ""
    """What keeps the answer open."""

    @property
    def blocked(self) -> bool | None:
        """Tell whether it cannot be used; None when that is open."""
        if DataGroup.BLOCKED not in self.possible:
            return False
        return True if len(self.possible) == 1 else None


class ViolationKind(StrEnum):
    """How a component breaks a policy."""

    BLOCKED_CONNECTOR = "blocked_connector"
    GROUP_CONFLICT = "group_conflict"
    BLOCKED_ACTION = "blocked_action"
    DENIED_ENDPOINT = "denied_endpoint"
    ADVANCED_CONNECTOR = "acp_connector_not_allowed"
    ADVANCED_ACTION = "acp_action_not_allowed"
    DISABLED_CONNECTOR = "disabled_connector"
    NO_CHANNEL = "no_publishable_channel"


class Part(NamedTuple):
    """A connector's part in a violation."""

    connector: ConnectorKey
    words: str
    """Why it is there: `is listed in Blocked`."""
    at: Anchor | None
    """The deciding line of the policy."""
    used_at: Anchor | None = None
    """The step, data source or component that brings it in."""
    via: str | None = None
    """The id of the child that alone brings it in."""
    rule: Rule | None = None
    """What classifies it, where classes are at issue."""


class Violation(NamedTuple):
    """One way a component breaks one policy."""

    kind: ViolationKind
    parts: tuple[Part, ...]
    """The connectors; of a group conflict the Business side."""
    others: tuple[Part, ...] = ()
    """Of a group conflict the Non-Business side."""
    policy: DlpPolicy | AdvancedPolicy | None = None
    operation: str | None = None
    endpoint: str | None = None
    """`(dynamic)` for one computed at run time."""
    rule: int | None = None
    """The number of the endpoint rule."""
    via: str | None = None
    """The one child that brings all the connectors."""
    confidence: Confidence = Confidence.CERTAIN


class NoteKind(StrEnum):
    """A fact that a verdict carries."""

    UNCOVERED = "uncovered_environment"
    EXEMPT = "exempt"
    AGENT_EXEMPTION_IGNORED = "agent_exemption_ignored"
    ACTION_RULES_IGNORED = "action_rules_ignored"
    TABULAR = "tabular_not_governed"
    ENDPOINT_RULES_IGNORED = "endpoint_rules_ignored"
    ENDPOINT_NOT_EVALUABLE = "endpoint_not_evaluable"
    CHILD_FLOW_HTTP = "child_flow_http_conflicting_docs"
    NOT_GOVERNED = "not_governed_by_acp"
    UNBLOCKABLE_UNMANAGED = "acp_unblockable_unmanaged"
    PATTERNS_MISSING = "patterns_missing"
    EXEMPT_PARENT_ONLY = "exempt_parent_only"
    CLASS_UNKNOWN = "class_unknown"
    REACH_UNKNOWN = "reach_unknown"
    ENDPOINT_UNKNOWN = "endpoint_unknown"
    OPERATION_UNKNOWN = "operation_unknown"
    RULES_UNKNOWN = "rules_unknown"
    EXEMPTION_UNKNOWN = "exemption_unknown"
    ADVANCED_UNKNOWN = "acp_unknown"
    CHILD_MISSING = "child_missing"
    CONNECTOR_UNKNOWN = "connector_unknown"
    TRIGGER_UNKNOWN = "trigger_unknown"
    PARTS_MISSING = "parts_missing"


class Note(NamedTuple):
    """A fact beside the verdict."""

    kind: NoteKind
    words: str
    at: Anchor | None = None
    """Where in the component or the policy."""
    policy: DlpPolicy | None = None
    connector: ConnectorKey | None = None
    decides: bool = False
    """Knowing it could change the verdict."""


class Outcome(StrEnum):
    """What policies make of a component in an environment."""

    ALLOWED = "allowed"
    VIOLATION = "violation"
    INDETERMINATE = "indeterminate"


class Verdict(NamedTuple):
    """The verdict on a component in an environment."""

    outcome: Outcome
    violations: tuple[Violation, ...] = ()
    notes: tuple[Note, ...] = ()
