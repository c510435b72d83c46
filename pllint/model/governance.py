"""The governance manifest: what people write down about environments, populations, licences and lifecycles.

Dates are ISO text, checked while reading; amounts of money are decimal text. A field that the file leaves out, or
that holds something else than its kind of value, is None: reading reports the latter.
"""

from enum import StrEnum

from pllint.record import NamedTuple
from pllint.source import Anchor


class Stage(StrEnum):
    """Where a custom connector is in its life."""

    REQUEST = "request"
    DEVELOPMENT = "development"
    DEPLOYMENT = "deployment"
    PRODUCTION = "production"
    RETIRED = "retired"


class Name(NamedTuple):
    """A name that refers to something else, with its place."""

    text: str
    at: Anchor


class Review(NamedTuple):
    """A dated record: who looked, when, with which result."""

    at: Anchor
    by: str | None = None
    person: str | None = None
    date: str | None = None
    ref: str | None = None
    result: str | None = None


class Agreement(NamedTuple):
    """The licence agreement of the tenant."""

    at: Anchor
    kind: str | None = None
    starts: str | None = None
    anniversary: str | None = None
    """Month and day, `04-01`."""
    ends: str | None = None
    count_reduction: bool | None = None
    per_app_lines: str | None = None


class Tenant(NamedTuple):
    """The organisation."""

    at: Anchor
    name: str | None = None
    cloud: str | None = None
    sector: str | None = None
    currency: str | None = None
    price_list: str | None = None
    licences_as_of: str | None = None
    agreement: Agreement | None = None


class DeclaredEnvironment(NamedTuple):
    """An environment as people declare it."""

    name: str
    at: Anchor
    id: str | None = None
    url: str | None = None
    type: str | None = None
    owner: str | None = None
    managed: bool | None = None
    managed_by: str | None = None
    group: str | None = None
    pay_as_you_go: bool | None = None
    policies: tuple[Name, ...] = ()
    database_gb: str | None = None
    runs_per_month: int | None = None


class Guests(NamedTuple):
    """What is known of the licences guests hold at home."""

    at: Anchor
    home: str | None = None
    plan: str | None = None
    cloud: str | None = None


class Population(NamedTuple):
    """A group of people."""

    name: str
    at: Anchor
    people: int | None = None
    counted: str | None = None
    drawn_from: str | None = None
    """The key `from`."""
    holds: tuple[tuple[str, int], ...] = ()
    guests: Guests | None = None
    within: Name | None = None


class Budget(NamedTuple):
    """A yearly budget."""

    at: Anchor
    currency: str | None = None
    yearly: str | None = None


class AppRecord(NamedTuple):
    """An app as people describe it."""

    name: str
    at: Anchor
    id: str | None = None
    solution: str | None = None
    environment: Name | None = None
    owner: str | None = None
    maker: str | None = None
    shared_with: tuple[Name, ...] | None = None
    groups: int | None = None
    people: int | None = None
    active_people: int | None = None
    plan: str | None = None
    budget: Budget | None = None
    impact: str | None = None
    justification: str | None = None
    mitigation: str | None = None
    purpose: str | None = None
    created: str | None = None
    last_used: str | None = None
    retired: bool | None = None
    owner_left: str | None = None
    runs_per_day: str | None = None
    """A number; what runs every other day runs 0.5 times."""
    licence: str | None = None
    credential_holders: int | None = None
    writes_restricted: tuple[Name, ...] = ()
    """Populations that write to restricted tables through it."""


class FlowPeople(NamedTuple):
    """People who run, cause, receive or live off a flow."""

    at: Anchor
    who: Name | None = None
    role: str | None = None
    value: str | None = None
    benefit: bool | None = None


class FlowRecord(NamedTuple):
    """A flow as people describe it."""

    name: str
    at: Anchor
    id: str | None = None
    solution: str | None = None
    environment: Name | None = None
    owner: str | None = None
    owner_kind: str | None = None
    owner_left: str | None = None
    maker: str | None = None
    credential_holders: int | None = None
    """People who know a service account's password."""
    holders_hold: tuple[tuple[str, int], ...] = ()
    """(plan, how many of them hold it)."""
    licence: str | None = None
    plan: str | None = None
    app: Name | None = None
    people: tuple[FlowPeople, ...] = ()
    groups: int | None = None
    active_people: int | None = None
    budget: Budget | None = None
    purpose: str | None = None
    created: str | None = None
    last_used: str | None = None
    retired: bool | None = None
    runs_per_day: str | None = None
    """A number; what runs every other day runs 0.5 times."""
    covered_by: Name | None = None
    """The flow whose capacity licence covers this one."""
    writes_restricted: tuple[Name, ...] = ()
    """Populations that write to restricted tables through it."""


class CreationRequest(NamedTuple):
    """The four things IT reviews before a connector exists in a shared environment."""

    at: Anchor
    endpoint: str | None = None
    authentication: str | None = None
    data: str | None = None
    use_case: str | None = None
    operations: tuple[str, ...] = ()
    reviewed: Review | None = None


class Development(NamedTuple):
    """Where a connector is developed and tested."""

    at: Anchor
    environment: Name | None = None
    test_environment: Name | None = None


class DlpConfirmation(NamedTuple):
    """The confirmed classification of a connector."""

    at: Anchor
    policy: Name | None = None
    group: str | None = None
    by: str | None = None
    person: str | None = None
    date: str | None = None
    ref: str | None = None


class LicenceCount(NamedTuple):
    """A licence count for the population of a connector."""

    at: Anchor
    people: int | None = None
    plan: str | None = None
    available: int | None = None
    by: str | None = None
    person: str | None = None
    date: str | None = None
    ref: str | None = None


class Deployment(NamedTuple):
    """The production deployment request."""

    at: Anchor
    security_review: Review | None = None
    dlp: DlpConfirmation | None = None
    licences: LicenceCount | None = None
    approved: Review | None = None


class SpotCheck(NamedTuple):
    """A quarterly look at licence coverage."""

    at: Anchor
    date: str | None = None
    by: str | None = None
    person: str | None = None
    people: int | None = None
    licensed: int | None = None


class Watch(NamedTuple):
    """Where use or a limit is watched, and the last look."""

    at: Anchor
    date: str | None = None
    by: str | None = None
    person: str | None = None
    watched_in: str | None = None
    """The keys `from` and `watched-in`."""
    limit: str | None = None


class Operation(NamedTuple):
    """What is watched in production."""

    at: Anchor
    usage: Watch | None = None
    spot_checks: tuple[SpotCheck, ...] = ()
    rate_limit: Watch | None = None


class Creation(NamedTuple):
    """Where and when a connector came to be."""

    at: Anchor
    environment: Name | None = None
    date: str | None = None


class ConnectorRecord(NamedTuple):
    """A custom connector as people register it."""

    name: str
    at: Anchor
    id: str | None = None
    definition: str | None = None
    description: str | None = None
    stage: Stage | None = None
    owner: str | None = None
    maker: str | None = None
    api_management: bool | None = None
    environments: tuple[Name, ...] = ()
    created: Creation | None = None
    request: CreationRequest | None = None
    development: Development | None = None
    deployment: Deployment | None = None
    operation: Operation | None = None


class LicenceRecord(NamedTuple):
    """What is bought and given out of one plan."""

    plan: str
    at: Anchor
    purchased: int | None = None
    assigned: int | None = None
    allocated: tuple[tuple[Name, int], ...] = ()
    """(environment, passes)."""
    price: str | None = None
    currency: str | None = None
    ends: str | None = None
    as_of: str | None = None
    counted: tuple[tuple[str, str | None], ...] = ()
    """(assigned or allocated, the day of that count), where exports filled the record; None: nobody says which day."""


class AgentRecord(NamedTuple):
    """An agent as people describe it."""

    name: str
    at: Anchor
    environment: Name | None = None
    credits_per_month: int | None = None
    service_enabled: bool | None = None


class WebsiteRecord(NamedTuple):
    """A Power Pages site and its monthly visitors."""

    name: str
    at: Anchor
    environment: Name | None = None
    authenticated: int | None = None
    anonymous: int | None = None


class DataverseUse(NamedTuple):
    """Storage used, in gigabytes as decimal text."""

    at: Anchor
    database_gb: str | None = None
    file_gb: str | None = None
    log_gb: str | None = None
    date: str | None = None


class AiCreditUse(NamedTuple):
    """AI Builder credits used in a month (`2026-10`)."""

    at: Anchor
    used: int | None = None
    month: str | None = None


class UnattendedUse(NamedTuple):
    """How desktop flows run unattended, over the whole organisation."""

    at: Anchor
    concurrent_runs: int | None = None
    machines: int | None = None


class Approval(NamedTuple):
    """The approval of one use case of a privileged capability."""

    at: Anchor
    of: str | None = None
    flow: str | None = None
    environment: str | None = None
    by: str | None = None
    person: str | None = None
    date: str | None = None
    ref: str | None = None
    ends: str | None = None


class LicenceReview(NamedTuple):
    """What became of the licences of a retired app, flow or connector."""

    at: Anchor
    by: str | None = None
    person: str | None = None
    date: str | None = None
    ref: str | None = None
    keep: int | None = None
    reassign: int | None = None
    reassigned_to: Name | None = None
    reclaim: int | None = None

    @property
    def accounted(self) -> int:
        """Add up the people the review decides on; a group that is not written has nobody in it."""
        return (self.keep or 0) + (self.reassign or 0) + (self.reclaim or 0)


class PolicyChange(NamedTuple):
    """A policy change that drops a retired connector."""

    at: Anchor
    policy: Name | None = None
    by: str | None = None
    person: str | None = None
    date: str | None = None
    ref: str | None = None


class Retirement(NamedTuple):
    """A retirement on record: of an app, a flow, a connector, or several together."""

    at: Anchor
    app: str | None = None
    flow: str | None = None
    connector: str | None = None
    date: str | None = None
    population: int | None = None
    licence_review: LicenceReview | None = None
    dlp_change: PolicyChange | None = None
    dependents_gone: str | None = None

    @property
    def things(self) -> tuple[tuple[str, str], ...]:
        """Give what it retires, each as (app, flow or connector, its name)."""
        named = (("app", self.app), ("flow", self.flow), ("connector", self.connector))
        return tuple((kind, name) for kind, name in named if name)

    @property
    def subject(self) -> str:
        """Say what it retires: `the app 'Old leave app' with the connector 'Leave system'`."""
        return " with ".join(f"the {kind} '{name}'" for kind, name in self.things)


class Waiver(NamedTuple):
    """A finding that somebody accepts for a time."""

    check: str
    """Id or name."""
    target: str
    """The key `for`: a GUID, a logical or unique name, or a display name that only one component bears."""
    at: Anchor
    reason: str | None = None
    by: str | None = None
    ends: str | None = None
    """The last day it holds."""
    environment: str | None = None


class Governance(NamedTuple):
    """All governance files of a project, merged."""

    at: Anchor
    """The first file."""
    tenant: Tenant | None = None
    environments: tuple[DeclaredEnvironment, ...] = ()
    populations: tuple[Population, ...] = ()
    apps: tuple[AppRecord, ...] = ()
    flows: tuple[FlowRecord, ...] = ()
    connectors: tuple[ConnectorRecord, ...] = ()
    licences: tuple[LicenceRecord, ...] = ()
    """Those of the manifest, filled and completed by what licence exports list."""
    agents: tuple[AgentRecord, ...] = ()
    websites: tuple[WebsiteRecord, ...] = ()
    dataverse: DataverseUse | None = None
    ai_credits: AiCreditUse | None = None
    desktop_flows: UnattendedUse | None = None
    approvals: tuple[Approval, ...] = ()
    retirements: tuple[Retirement, ...] = ()
    waivers: tuple[Waiver, ...] = ()

    @property
    def metered(self) -> tuple[DeclaredEnvironment, ...]:
        """The environments that are declared pay-as-you-go."""
        return tuple(one for one in self.environments if one.pay_as_you_go)

    @property
    def developer_environments(self) -> tuple[DeclaredEnvironment, ...]:
        """The developer environments of which somebody says whose they are, or how much they are used."""
        return tuple(
            one
            for one in self.environments
            if one.type == "developer" and (one.owner or one.runs_per_month is not None or one.database_gb is not None)
        )
