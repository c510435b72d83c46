"""What makes a component premium, and whose licence it runs on."""

from __future__ import annotations

from enum import StrEnum

from pllint.model.component import Component
from pllint.model.connector_id import ConnectorKey
from pllint.model.environment import Environment
from pllint.model.governance import AppRecord, FlowRecord
from pllint.model.licence_facts import AppFacts, FlowFacts, LicenceJudgement
from pllint.record import NamedTuple
from pllint.source import Anchor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pllint.model.estate import GivenBack


class Verdict(StrEnum):
    """Whether a component is premium."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    """Nothing known makes it premium, and the tier of something it uses is not known."""


class ReasonWord(StrEnum):
    """What can make a component premium, in the order of the rules."""

    PREMIUM_CONNECTOR = "premium-connector"
    CUSTOM_CONNECTOR = "custom-connector"
    HTTP = "http"
    DATAVERSE = "dataverse"
    GATEWAY = "gateway"
    MODEL_DRIVEN = "model-driven"
    CODE_APP = "code-app"
    PREMIUM_CONTROL = "premium-control"
    AI_BUILDER = "ai-builder"
    PREMIUM_FLOW = "premium-flow"
    BUSINESS_PROCESS_FLOW = "business-process-flow"
    DESKTOP_FLOW = "desktop-flow"
    MANAGED_ENVIRONMENT = "managed-environment"


class PremiumReason(NamedTuple):
    """One thing that calls for a premium licence."""

    word: ReasonWord
    connector: ConnectorKey | None
    at: Anchor
    via: str | None = None
    """The name of the flow that brings the reason to an app."""
    inferred: bool = False
    """The connector's tier is the default for its kind; no list has it."""


class Premium(NamedTuple):
    """Whether a component is premium, why, and what is not known."""

    verdict: Verdict
    reasons: tuple[PremiumReason, ...]
    """A managed environment is a reason for a licence that leaves the verdict at no."""
    unknown: tuple[ConnectorKey, ...] = ()
    """Connectors whose tier is not known."""
    unread_flows: tuple[str, ...] = ()
    """Ids of flows an app starts that are not in the source."""


class LicenceNeed(NamedTuple):
    """Whose licence something runs on."""

    who: str
    """In words, such as "the people who run it"."""
    people: int | None
    """None: nobody has said how many."""
    groups: tuple[tuple[str, int | None], ...] = ()
    """The populations, each with its head count."""


class Uncounted(NamedTuple):
    """A component that needs a licence of which the manifest holds no count."""

    premium: Premium
    need: LicenceNeed
    plans: tuple[str, ...]
    """The names of the plans sold today that would cover it."""


class RestrictedWrite(NamedTuple):
    """A write to a table that Power Apps and Power Automate plans only read."""

    table: str
    """The logical name."""
    name: str
    licences: tuple[str, ...]
    """Dynamics 365 products any one of which licenses it."""
    at: Anchor
    source: str = ""
    dated: str | None = None
    """The day of the source."""
    own_rows_free: bool = False
    """Any plan covers it in rows that the same person made."""


class Association(NamedTuple):
    """A flow with a capacity licence, and the flows associated with it."""

    record: FlowRecord
    plan: str
    flows: tuple[FlowRecord, ...]
    at_most: int = 0
    """How many its licence carries."""


class Licensed(NamedTuple):
    """An app or a flow under the licence rules."""

    component: Component
    record: AppRecord | FlowRecord | None
    environment: Environment | None
    """Where it is judged for; None: nobody says, so as in a production environment."""
    premium: Premium
    judgement: LicenceJudgement
    app: AppFacts | None = None
    flow: FlowFacts | None = None
    counted: bool = True
    """Somebody has counted licences that could cover it, or written what its people hold."""
    doubtful: int = 0
    """How many more may be short: a retirement gave passes back, and whether the counts show it is not known."""
    doubts: tuple[GivenBack, ...] = ()
    """The retirements that leave it open."""
    writes: tuple[RestrictedWrite, ...] = ()
    """What it is seen to write to restricted tables."""
    writers_counted: bool = True
    """Somebody has counted Dynamics 365 licences, or written what those who write to restricted tables hold."""
