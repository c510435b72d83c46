"""The table of stages, row by row: what meets each requirement, what does not, and in which stages it is asked."""

import datetime

import pytest

from pllint.catalogue import Catalogue
from pllint.check import Context
from pllint.engine.lifecycle import Lifecycle
from pllint.model.component import Component, ComponentKind, ConnectorUse
from pllint.model.connector_id import ConnectorKey
from pllint.model.custom_connector import CustomConnector, Host
from pllint.model.custom_connector import Operation as DefinedOperation
from pllint.model.environment import Environment
from pllint.model.governance import (
    AppRecord,
    ConnectorRecord,
    Creation,
    CreationRequest,
    DeclaredEnvironment,
    Deployment,
    Development,
    DlpConfirmation,
    Governance,
    LicenceCount,
    Name,
    Operation,
    Population,
    Retirement,
    Review,
    SpotCheck,
    Stage,
    Watch,
)
from pllint.model.lifecycle import State
from pllint.model.workspace import Workspace
from pllint.settings import Settings
from pllint.source import Anchor, Source

AT = Anchor(Source("governance.yaml", bytes))
TODAY = "2026-11-21"
KEY = ConnectorKey("ctx_parcels")


def name(text: str) -> Name:
    return Name(text, AT)


REQUEST = CreationRequest(
    at=AT,
    endpoint="https://API.parcels.example:443/v1",
    authentication="oauth2",
    data="internal",
    use_case="Arrivals",
    operations=("List",),
    reviewed=Review(at=AT, by="it-security", date="2026-02-03"),
)
DEPLOYMENT = Deployment(
    at=AT,
    security_review=Review(at=AT, date="2026-03-02"),
    dlp=DlpConfirmation(at=AT, date="2026-03-03"),
    licences=LicenceCount(at=AT, people=100, available=100, date="2026-03-04"),
    approved=Review(at=AT, person="Iris", date="2026-03-05"),
)
OPERATION = Operation(
    at=AT,
    usage=Watch(at=AT, date="2026-10-30"),
    spot_checks=(SpotCheck(at=AT, date="2026-06-02"), SpotCheck(at=AT, date="2026-08-28")),
    rate_limit=Watch(at=AT, watched_in="analytics"),
)
COMPLETE = ConnectorRecord(
    name="Parcels",
    at=AT,
    id="ctx_parcels",
    stage=Stage.PRODUCTION,
    owner="facilities",
    maker="Dana",
    environments=(name("prod"),),
    created=Creation(at=AT, environment=name("test"), date="2026-02-03"),
    request=REQUEST,
    development=Development(at=AT, environment=name("dana"), test_environment=name("test")),
    deployment=DEPLOYMENT,
    operation=OPERATION,
)
PLACES = (
    DeclaredEnvironment(name="prod", at=AT, type="production"),
    DeclaredEnvironment(name="dana", at=AT, type="developer"),
    DeclaredEnvironment(name="test", at=AT, type="sandbox", managed_by="it", policies=(name("base"),)),
)
DEFINITION = CustomConnector(
    name=KEY,
    display_name="Parcels",
    at=AT,
    host=Host(name="api.parcels.example"),
    operations=(DefinedOperation(id="List", method="get", path="/", at=AT),),
    authentication="oauth2",
)
BEHIND = ConnectorRecord(name="Other", at=AT, stage=Stage.REQUEST, owner="it", api_management=True)


def lifecycle(
    record: ConnectorRecord,
    *,
    day: str = TODAY,
    people: int = 100,
    others: tuple[ConnectorRecord, ...] = (),
    retirements: tuple[Retirement, ...] = (),
) -> Lifecycle:
    workspace = estate(record, people=people, others=others, retirements=retirements)
    return Lifecycle(workspace, datetime.date.fromisoformat(day))


def estate(
    record: ConnectorRecord,
    *,
    people: int = 100,
    others: tuple[ConnectorRecord, ...] = (),
    retirements: tuple[Retirement, ...] = (),
) -> Workspace:
    app = Component(
        kind=ComponentKind.CANVAS_APP,
        name="Desk",
        id="desk",
        at=AT,
        uses=(ConnectorUse(connector=KEY, custom=True, at=AT),),
    )
    governance = Governance(
        at=AT,
        environments=PLACES,
        populations=(Population(name="Office", at=AT, people=people),),
        apps=(AppRecord(name="desk", at=AT, shared_with=(name(" OFFICE "),)),),
        connectors=(record, *others),
        retirements=retirements,
    )
    return Workspace(governance=governance, components=(app,), custom_connectors=(DEFINITION,))


def states(record: ConnectorRecord, check: str, *, day: str = TODAY, people: int = 100) -> list[State]:
    found = lifecycle(record, day=day, people=people, others=(BEHIND,)).stages.evidence(record)
    return [one.state for one in found if one.requirement.check == check]


def deployed(**changes: object) -> ConnectorRecord:
    return COMPLETE._replace(deployment=DEPLOYMENT._replace(**changes))  # type: ignore[arg-type]


def requested(**changes: object) -> ConnectorRecord:
    return COMPLETE._replace(request=REQUEST._replace(**changes))  # type: ignore[arg-type]


def operated(**changes: object) -> ConnectorRecord:
    return COMPLETE._replace(operation=OPERATION._replace(**changes))  # type: ignore[arg-type]


BROKEN = [
    ("owner-missing", COMPLETE._replace(owner=None), State.MISSING),
    ("creation-review-missing", requested(reviewed=None), State.MISSING),
    ("creation-review-missing", requested(reviewed=Review(at=AT, result="Rejected")), State.MISSING),
    ("creation-review-missing", COMPLETE._replace(request=None), State.MISSING),
    ("creation-review-incomplete", requested(data=None), State.MISSING),
    ("creation-review-incomplete", requested(use_case=" "), State.MISSING),
    ("created-before-review", COMPLETE._replace(created=Creation(at=AT, date="2026-02-02")), State.MISSING),
    ("created-before-review", requested(reviewed=Review(at=AT)), State.UNKNOWN),
    ("evidence-outdated", requested(endpoint="parcels.example"), State.STALE),
    ("evidence-outdated", requested(authentication="api-key"), State.STALE),
    ("evidence-outdated", requested(operations=("List", "Gone")), State.STALE),
    (
        "developed-outside-developer-environment",
        COMPLETE._replace(development=Development(at=AT, environment=name("test"))),
        State.MISSING,
    ),
    ("developed-outside-developer-environment", COMPLETE._replace(development=None), State.UNKNOWN),
    (
        "shared-test-uncontrolled",
        COMPLETE._replace(development=Development(at=AT, test_environment=name("prod"))),
        State.MISSING,
    ),
    (
        "shared-test-uncontrolled",
        COMPLETE._replace(development=Development(at=AT, test_environment=name("nowhere"))),
        State.UNKNOWN,
    ),
    ("security-review-missing", deployed(security_review=None), State.MISSING),
    ("dlp-confirmation-missing", deployed(dlp=None), State.MISSING),
    ("licence-verification-missing", deployed(licences=None), State.MISSING),
    ("licence-verification-missing", COMPLETE._replace(deployment=None), State.MISSING),
    ("deployment-approval-missing", deployed(approved=None), State.MISSING),
    ("approval-by-maker", deployed(approved=Review(at=AT, person=" DANA ", date="2026-03-05")), State.MISSING),
    ("approval-by-maker", deployed(approved=Review(at=AT, by="Dana", date="2026-03-05")), State.UNKNOWN),
    ("usage-monitoring-missing", operated(usage=None), State.MISSING),
    ("spot-check-overdue", operated(spot_checks=(SpotCheck(at=AT, date="2026-06-02"),)), State.STALE),
    ("rate-limit-unmonitored", operated(rate_limit=None), State.MISSING),
    ("apim-recommended", COMPLETE, State.MISSING),
    ("stage-out-of-order", deployed(approved=Review(at=AT, date="2026-03-01")), State.MISSING),
    ("evidence-dated-in-future", operated(usage=Watch(at=AT, date="2026-11-22")), State.MISSING),
]
"""(requirement, a connector that does not meet it, the state)."""

ASKED = {
    "owner-missing": "request development deployment production retired",
    "creation-review-missing": "request development deployment production retired",
    "creation-review-incomplete": "request development deployment production retired",
    "created-before-review": "request development deployment production retired",
    "developed-outside-developer-environment": "request development deployment production retired",
    "shared-test-uncontrolled": "request development deployment production retired",
    "evidence-dated-in-future": "request development deployment production retired",
    "evidence-outdated": "request development deployment production retired",
    "stage-out-of-order": "request development deployment production retired",
    "approval-by-maker": "request development deployment production retired",
    "licence-verification-stale": "request development deployment production retired",
    "security-review-missing": "production retired",
    "dlp-confirmation-missing": "production retired",
    "licence-verification-missing": "production retired",
    "deployment-approval-missing": "production retired",
    "usage-monitoring-missing": "production",
    "rate-limit-unmonitored": "production",
    "spot-check-overdue": "production",
    "apim-recommended": "production",
}
"""The table itself."""


@pytest.mark.parametrize("check", [check for check in ASKED if check != "apim-recommended"])
def test_a_complete_record_meets_every_requirement(check: str) -> None:
    assert set(states(COMPLETE, check)) == {State.MET}


@pytest.mark.parametrize(("check", "record", "state"), BROKEN)
def test_what_does_not_meet_a_requirement(check: str, record: ConnectorRecord, state: State) -> None:
    assert state in states(record, check)


@pytest.mark.parametrize(("check", "stages"), ASKED.items())
def test_a_requirement_is_asked_in_the_stages_of_its_row(check: str, stages: str) -> None:
    asked = []
    for stage in Stage:
        record = COMPLETE._replace(stage=stage)
        found = lifecycle(record, others=(BEHIND,)).stages.evidence(record)
        if any(one.asked for one in found if one.requirement.check == check):
            asked.append(str(stage))
    assert asked == stages.split()


@pytest.mark.parametrize(
    ("stage", "places", "asked"),
    [
        (Stage.REQUEST, ("dana",), False),
        (Stage.REQUEST, ("dana", "test"), True),
        (Stage.DEVELOPMENT, ("undeclared",), True),
        (Stage.DEVELOPMENT, (), False),
        (Stage.DEPLOYMENT, ("dana",), True),
    ],
)
def test_a_review_is_asked_early_only_where_a_connector_is_shared(
    stage: Stage,
    places: tuple[str, ...],
    asked: bool,  # noqa: FBT001 - a table's column
) -> None:
    record = COMPLETE._replace(stage=stage, request=None, environments=tuple(map(name, places)))
    found = lifecycle(record).stages.evidence(record)
    assert [one.asked for one in found if one.requirement.check == "creation-review-missing"] == [asked]


@pytest.mark.parametrize(
    ("approved", "looks", "due"),
    [
        ("2026-03-05", ("2026-06-02", "2026-08-28"), "2026-11-28"),
        ("2026-09-03", (), "2026-12-04"),
        ("2026-09-03", ("2026-08-28",), "2026-12-04"),
        (None, ("2026-08-28",), "2026-11-28"),
        ("2023-11-30", (), "2024-03-01"),
        ("2024-11-29", (), "2025-03-01"),
        (None, ("2027-01-01",), None),
        (None, (), None),
    ],
    ids=[
        "the last look",
        "the approval alone",
        "the approval when it is later",
        "without an approval",
        "over a leap day",
        "over the end of a February without one",
        "a look still to come is none",
        "neither",
    ],
)
def test_the_next_spot_check_is_due_92_days_on(approved: str | None, looks: tuple[str, ...], due: str | None) -> None:
    record = COMPLETE._replace(
        deployment=Deployment(at=AT, approved=Review(at=AT, date=approved) if approved else None),
        operation=Operation(at=AT, spot_checks=tuple(SpotCheck(at=AT, date=date) for date in looks)),
    )
    assert lifecycle(record).stages.next_spot_check(record) == due


@pytest.mark.parametrize(("day", "state"), [("2026-11-28", State.MET), ("2026-11-29", State.STALE)])
def test_a_quarter_is_over_on_its_93rd_day(day: str, state: State) -> None:
    assert states(COMPLETE, "spot-check-overdue", day=day) == [state]


@pytest.mark.parametrize(
    ("counted", "approved", "day", "state"),
    [
        ("2026-03-04", "2026-06-04", TODAY, State.MET),
        ("2026-03-04", "2026-06-05", TODAY, State.STALE),
        ("2026-06-05", "2026-06-04", TODAY, State.MET),
        ("2026-08-21", None, TODAY, State.MET),
        ("2026-08-20", None, TODAY, State.STALE),
        (None, "2026-06-04", TODAY, State.UNKNOWN),
        ("2026-03-04", "", TODAY, State.UNKNOWN),
    ],
)
def test_a_licence_count_is_a_quarter_old_at_most(
    counted: str | None, approved: str | None, day: str, state: State
) -> None:
    record = deployed(
        licences=LicenceCount(at=AT, people=100, date=counted),
        approved=None if approved is None else Review(at=AT, date=approved or None),
    )
    assert states(record, "licence-verification-stale", day=day) == [state]


@pytest.mark.parametrize(("people", "state"), [(90, State.MET), (105, State.MET), (106, State.STALE)])
def test_a_population_may_grow_by_five_per_cent(people: int, state: State) -> None:
    assert states(COMPLETE, "licence-verification-stale", people=people) == [state]


@pytest.mark.parametrize(
    ("growth", "people", "state"),
    [(0, 100, State.MET), (0, 101, State.STALE), (20, 120, State.MET), (20, 121, State.STALE)],
)
def test_how_far_a_population_may_grow_is_a_setting(growth: int, people: int, state: State) -> None:
    workspace = estate(COMPLETE, people=people)
    settings = Settings(population_growth_percent=growth)
    stages = Context(workspace, settings, datetime.date.fromisoformat(TODAY), Catalogue()).lifecycle.stages
    found = {one.requirement.check: one.state for one in stages.evidence(COMPLETE)}
    assert found["licence-verification-stale"] is state


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (COMPLETE, []),
        (requested(reviewed=Review(at=AT, date="2026-03-03")), ["security review of 2026-03-02"]),
        (deployed(licences=LicenceCount(at=AT, date="2026-05-05")), []),
        (operated(usage=Watch(at=AT, date="2026-03-04")), ["look at its use of 2026-03-04"]),
        (deployed(approved=Review(at=AT, date="2026-03-04")), []),
        (requested(reviewed=None), ["without a creation review"]),
        (deployed(approved=None), ["no deployment approval before it"]),
        (COMPLETE._replace(deployment=None, operation=None), []),
    ],
    ids=[
        "in order",
        "reviewed after the security review",
        "a recount after the approval",
        "used before the approval",
        "equal dates",
        "approved without a review",
        "used without an approval",
        "missing blocks alone",
    ],
)
def test_what_is_out_of_order(record: ConnectorRecord, said: list[str]) -> None:
    found = [
        one.words
        for one in lifecycle(record).stages.evidence(record)
        if one.requirement.check == "stage-out-of-order" and one.state is not State.MET
    ]
    assert len(found) == len(said)
    assert all(words in one for words, one in zip(said, found, strict=True))


@pytest.mark.parametrize(
    ("retired", "said"),
    [
        ("2026-10-30", []),
        ("2026-08-28", []),
        ("2026-06-02", []),
        ("2026-06-01", ["before its spot check of 2026-06-02"]),
    ],
    ids=["on the day of the last look", "between looks", "on the day of the first look", "before the first look"],
)
def test_a_retirement_follows_the_first_look_of_operation(retired: str, said: list[str]) -> None:
    found = lifecycle(COMPLETE, retirements=(Retirement(at=AT, connector="parcels", date=retired),))
    wrong = [one.words for one in found.stages.evidence(COMPLETE) if one.requirement.check == "stage-out-of-order"]
    assert [one for one in wrong if "retirement" in one] == [
        f"has a retirement of {retired}, {words}" for words in said
    ]


@pytest.mark.parametrize(("today", "state"), [("OAuth2", State.MET), ("oauth2", State.MET), ("basic", State.STALE)])
def test_authentication_is_compared_without_regard_to_case(today: str, state: State) -> None:
    governance = Governance(at=AT, connectors=(COMPLETE,))
    workspace = Workspace(governance=governance, custom_connectors=(DEFINITION._replace(authentication=today),))
    found = Lifecycle(workspace, datetime.date(2026, 11, 21)).stages.evidence(COMPLETE)
    assert [one.state for one in found if one.requirement.check == "evidence-outdated"] == [state]


@pytest.mark.parametrize(
    ("stage", "date", "ahead"),
    [(Stage.RETIRED, "2026-11-22", 1), (Stage.PRODUCTION, "2026-11-22", 1), (Stage.RETIRED, "2026-11-21", 0)],
)
def test_no_retirement_lies_in_the_future_at_any_stage(stage: Stage, date: str, ahead: int) -> None:
    record = COMPLETE._replace(stage=stage)
    retirement = Retirement(at=AT, connector="parcels", date=date)
    found = lifecycle(record, retirements=(retirement,)).stages.evidence(record)
    future = [one for one in found if one.requirement.check == "evidence-dated-in-future"]
    assert sum(one.state is not State.MET for one in future) == ahead


def test_a_connector_of_the_source_without_a_record_is_unregistered() -> None:
    found = lifecycle(BEHIND).stages.unregistered
    assert [(one.name, one.defined, len(one.users)) for one in found] == [("Parcels", True, 1)]


def test_a_connector_that_lies_here_twice_is_unregistered_once() -> None:
    copy = DEFINITION._replace(name=ConnectorKey("parcels"), display_name="parcels ")
    workspace = Workspace(governance=Governance(at=AT), custom_connectors=(DEFINITION, copy))
    found = Lifecycle(workspace, datetime.date(2026, 11, 21)).stages.unregistered
    assert [one.name for one in found] == ["Parcels"]


def test_a_connector_that_is_only_used_is_unregistered_once() -> None:
    uses = (ConnectorUse(connector=ConnectorKey("rota"), custom=True, at=AT),)
    flows = [Component(kind=ComponentKind.CLOUD_FLOW, name=one, id=one, at=AT, uses=uses) for one in ("a", "b")]
    workspace = Workspace(governance=Governance(at=AT), components=flows)
    found = Lifecycle(workspace, datetime.date(2026, 11, 21)).stages.unregistered
    assert [(one.name, len(one.users)) for one in found] == [("rota", 2)]


def test_a_record_without_a_stage_is_unregistered_and_nothing_else_is_judged() -> None:
    record = COMPLETE._replace(stage=None)
    stages = lifecycle(record).stages
    assert [one.record for one in stages.unregistered] == [record]
    assert stages.connectors == ()


@pytest.mark.parametrize(("policies", "state"), [({"test"}, State.MET), (set(), State.MISSING)])
def test_a_policy_of_the_source_covers_a_test_environment_that_names_none(policies: set[str], state: State) -> None:
    test = DeclaredEnvironment(name="test", at=AT, type="sandbox", managed_by="it")
    governance = Governance(at=AT, environments=(test,), connectors=(COMPLETE,))
    workspace = Workspace(governance=governance, environments=(Environment(name="test", at=AT),))
    answers = Lifecycle(workspace, datetime.date(2026, 11, 21), lambda place: place.name in policies)
    found = [
        one.state for one in answers.stages.evidence(COMPLETE) if one.requirement.check == "shared-test-uncontrolled"
    ]
    assert found == [state]
