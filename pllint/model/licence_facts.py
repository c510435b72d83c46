"""What the licence rules are told of people, apps and flows, and what they answer.

The words are those of the rules: plans are ids of the plan data, and a group of plans is one of which any plan meets a
need, such as `app-premium`; what each entitles to decides which are in it.
"""

from pllint.record import NamedTuple

Holds = tuple[tuple[str, int], ...]
"""(plan, how many people hold it); one licence a person and plan."""


class GuestLicence(NamedTuple):
    """What is known of the licences guests hold in their own tenant."""

    home: str = "unknown"
    """licensed, unlicensed or unknown."""
    plan: str | None = None
    """None: licensed with a plan that fits."""
    other_cloud: bool = False


class Group(NamedTuple):
    """People who share a licence situation: those an app is shared with, runners, an owner."""

    name: str | None = None
    number: int | None = 1
    """None: nobody has counted them."""
    holds: Holds = ()
    active: int | None = None
    """How many used it in the month; None: all of them count as active."""
    role: str | None = None
    """runs, triggers, triggers-and-receives, receives, approves or benefits; of flows only."""
    gets_nothing: bool = False
    benefits: bool = False
    guests: GuestLicence | None = None


class Place(NamedTuple):
    """An environment, as far as licences depend on it."""

    type: str = "production"
    managed: bool = False
    pay_as_you_go: bool = False


class AppFacts(NamedTuple):
    """An app, for the licence rules."""

    premium: bool
    why: tuple[str, ...] = ()
    place: Place = Place()
    in_dynamics: bool = False
    """It serves a Dynamics 365 application."""
    on_dataverse: bool = False
    purpose: str | None = None
    people: tuple[Group, ...] = ()
    active_people: int | None = None
    """How many of all groups used it in the month; None: each group says so of itself."""
    makers: tuple[Group, ...] = ()
    passes: int = 0
    passes_elsewhere: int = 0
    plan: str | None = None
    """The plan the manifest intends."""
    claims: tuple[tuple[str, str], ...] = ()
    """(custom connector, the tier somebody claims)."""
    hosts: tuple[tuple[str, str], ...] = ()
    """(custom connector, host it reaches)."""
    stated_users: int | None = None
    counted_active: bool = False
    owner_only: bool = False
    only_app: bool = False
    apps_per_user: int = 1
    writes_restricted: bool = False
    """The source shows that it writes to restricted tables."""
    restricted_writers: tuple[Group, ...] = ()
    """Who does, as far as somebody has written it."""


class Owner(NamedTuple):
    """Who owns a flow."""

    name: str | None = None
    kind: str = "person"
    """person, service-account or service-principal."""
    holds: tuple[str, ...] = ()
    left: bool = False


class ServedApp(NamedTuple):
    """The app that a flow is made to serve."""

    name: str | None = None
    kind: str = "power-app"
    """power-app or dynamics-365."""
    linked: bool = False
    """Associated by hand."""
    shares_data: bool | None = None
    """None: not known, so neither in context nor a broken link."""
    exists: bool = True


class Lean(NamedTuple):
    """A flow on whose capacity licence another leans without being covered by it."""

    name: str
    fault: str
    """Why it does not reach: `has no Process licence`."""


class FlowFacts(NamedTuple):
    """A cloud flow, for the licence rules."""

    premium: bool
    trigger: str
    """automated, scheduled, http-request, button, selected-item, power-app, child, copilot or power-pages."""
    why: tuple[str, ...] = ()
    place: Place = Place()
    purpose: str | None = None
    owner: Owner | None = None
    people: tuple[Group, ...] = ()
    licence: str | None = None
    """The capacity licence on this flow."""
    covered_by: str | None = None
    """The capacity licence of its parent or process flow."""
    associated_flows: int = 0
    called_by: "tuple[FlowFacts, ...]" = ()
    app: ServedApp | None = None
    plan: str | None = None
    in_solution: bool = False
    agent_capacity: bool = False
    credential_holders: Group | None = None
    on_dataverse: bool = False
    attended: bool = False
    """It starts a desktop flow that runs attended."""
    unattended: bool = False
    """It starts a desktop flow that runs unattended."""
    lean: Lean | None = None
    """A licence that it leans on in vain."""
    app_users: tuple[Group, ...] = ()
    """The people that the apps which start it are shared with."""
    writes_restricted: bool = False
    """The source shows that it writes to restricted tables."""
    restricted_writers: tuple[Group, ...] = ()
    """Who does, as far as somebody has written it."""


class NeedRow(NamedTuple):
    """People of one kind who need a licence of one group."""

    who: str
    number: int
    any_of: str
    """The name of a group of plans."""
    level: str = "required"
    """required or advised."""
    short: int = 0
    unknown: int = 0
    """People whose licence nobody knows; they are not in `short`."""


class Remark(NamedTuple):
    """Something the rules have to say: the name of the check, and how many people or licences it is about."""

    check: str
    number: int = 0
    who: tuple[str, ...] = ()
    """Names of the groups it is about, where they have one."""


class CapacityAdvice(NamedTuple):
    """The capacity licence that would settle what is short."""

    plan: str
    number: int = 1


class LicenceJudgement(NamedTuple):
    """What the rules make of an app or a flow."""

    needs: tuple[NeedRow, ...] = ()
    remarks: tuple[Remark, ...] = ()
    passes_per_user: int = 1
    metered_users: int | None = None
    """Active people billed by the meter; None where no meter runs."""
    metered: bool | None = None
    alternative: CapacityAdvice | None = None
    turned_off_after_days: int | None = None
    remedies: tuple[str, ...] = ()
    writers: tuple[Group, ...] | None = None
    """Who writes to restricted tables, empty where nobody knows; None: nobody has to be asked."""
    writers_at_most: bool = False
    """The writers are among these people; which of them they are, nobody has written."""

    @property
    def short(self) -> int:
        """Count the required licences that are missing."""
        return sum(row.short for row in self.needs if row.level == "required")

    @property
    def unknown(self) -> int:
        """Count the people whose licence nobody knows."""
        return sum(row.unknown for row in self.needs if row.level == "required")

    def remark(self, check: str) -> Remark | None:
        """Give what is said under the name of a check."""
        return next((remark for remark in self.remarks if remark.check == check), None)


class Readings(NamedTuple):
    """How the licence rules are read where their sources disagree: the settings under `licensing:`."""

    team_benefit: str = "by-date"
    """by-date, required, advised or ignore."""
    child_context: str = "both"
    """parent, owner or both."""
    http_tier: str = "premium"
    """premium, or standard: plain HTTP, as one list of 2026 has it."""
    apps_per_pass: int | None = None
    """None: by date."""
    per_user_from_apps: int = 3
    many_holders: int = 10
    """A service account with more password holders than this is shared widely."""
    developer_sharing: str = "test"
    """test: other people may develop and test in a developer environment; none: they may not."""
    request_limits: str = "by-date"
    """by-date, until-2021 or since-2021: the limits of requests a day."""
