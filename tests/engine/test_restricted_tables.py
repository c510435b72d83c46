"""Who writes to restricted tables, and on whose capacity licence a flow leans."""

import datetime
from collections.abc import Mapping, Sequence

import pytest

from pllint.catalogue import Catalogue
from pllint.engine.licensing import Licensing
from pllint.engine.licensing.estate_facts import EstateFacts
from pllint.model.component import (
    Call,
    Component,
    ComponentKind,
    ConnectorUse,
    StartsFrom,
    Step,
    TableWrite,
    Trigger,
    TriggerClass,
)
from pllint.model.connector_id import ConnectorKey
from pllint.model.licensing import Licensed
from pllint.model.workspace import Workspace
from pllint.read.document import Notes
from pllint.read.governance import governance_files
from pllint.source import Anchor, Source
from pllint.text.node import Node

AT = Anchor(Source("here", bytes))
DAY = datetime.date(2026, 11, 21)
PREMIUM = {"power-automate-premium": "1", "dynamics-365-enterprise": "1"}
UNLICENSED = {"power-automate-premium": "1"}
_CLASSES = {
    StartsFrom.TIMER: TriggerClass.SCHEDULED,
    StartsFrom.BUTTON: TriggerClass.INSTANT,
    StartsFrom.POWER_APPS: TriggerClass.INSTANT,
    StartsFrom.PARENT_FLOW: TriggerClass.INSTANT,
    StartsFrom.AGENT: TriggerClass.INSTANT,
}

Record = Mapping[str, object]


def component(
    name: str,
    starts: StartsFrom | None = StartsFrom.TIMER,
    *,
    writes: Sequence[tuple[str | None, str]] = (),
    calls: Sequence[str] = (),
    connector: str = "shared_commondataserviceforapps",
    solution: str | None = None,
) -> Component:
    """Give a flow, or an app where nothing starts it."""
    step = Step(name="Step", type="OpenApiConnection", at=AT)
    return Component(
        kind=ComponentKind.CLOUD_FLOW if starts else ComponentKind.CANVAS_APP,
        name=name,
        id=name.lower(),
        at=AT,
        solution=solution,
        trigger=Trigger("T", "Any", None, _CLASSES[starts], starts, AT) if starts else None,
        uses=(ConnectorUse(connector=ConnectorKey(connector), custom=False, at=AT, steps=(step,)),),
        calls_flows=tuple(Call(id=call.lower(), at=AT) for call in calls),
        table_writes=tuple(TableWrite(table=table, action=action, at=AT) for table, action in writes),
    )


def licensing(manifest: Record, *components: Component) -> Licensing:
    governance = governance_files([Node(dict(manifest), AT)], Notes())
    workspace = Workspace(governance=governance, components=components)
    return Licensing(workspace, Catalogue(), DAY, lambda _: ())


def judged(manifest: Record, *components: Component) -> Licensed:
    found = licensing(manifest, *components).judged(components[0])
    assert found is not None
    return found


def writers(licensed: Licensed) -> tuple[int, int, bool] | None:
    """Give how many write, how many of them are short, and whether that is only the most; None: nobody is asked."""
    judgement = licensed.judgement
    if judgement.writers is None:
        return None
    remark = judgement.remark("restricted-table-write")
    number = sum(group.number or 0 for group in judgement.writers)
    return number, remark.number if remark else 0, judgement.writers_at_most


def person(name: str, holds: Record, people: int = 1) -> Record:
    return {"name": name, "people": str(people), "holds": holds}


WRITE = [("msdyn_workorders", "update")]
OWNED = {"flows": [{"name": "Close", "owner": "nadia"}]}
RUN = {"flows": [{"name": "Close", "people": [{"who": "crew", "role": "runs"}]}]}


@pytest.mark.parametrize(
    ("starts", "manifest", "expected"),
    [
        pytest.param(
            StartsFrom.TIMER, {**OWNED, "populations": [person("nadia", UNLICENSED)]}, (1, 1, False), id="its owner"
        ),
        pytest.param(
            StartsFrom.TIMER, {**OWNED, "populations": [person("nadia", PREMIUM)]}, (1, 0, False), id="a licensed owner"
        ),
        pytest.param(StartsFrom.TIMER, {"flows": [{"name": "Close"}]}, (0, 0, False), id="nobody says who owns it"),
        pytest.param(
            StartsFrom.TIMER,
            {"flows": [{"name": "Close", "owner": "app", "owner-kind": "service-principal"}]},
            (0, 0, False),
            id="an application holds none",
        ),
        pytest.param(
            StartsFrom.BUTTON,
            {**RUN, "populations": [person("crew", {"dynamics-365-team-member": "5"}, 9)]},
            (9, 4, False),
            id="each who runs it",
        ),
        pytest.param(
            StartsFrom.AGENT, {"flows": [{"name": "Close"}]}, (0, 0, False), id="nobody knows who talks to an agent"
        ),
        pytest.param(
            StartsFrom.TIMER,
            {"flows": [{"name": "Close", "owner": "nadia", "writes-restricted": ["crew"]}],
             "populations": [person("nadia", UNLICENSED), person("crew", {"dynamics-365-enterprise": "2"}, 3)]},
            (3, 1, False),
            id="those who are named",
        ),
        pytest.param(
            StartsFrom.TIMER, {"flows": [{"name": "Close", "owner": "nadia", "licence": "process"}]}, None,
            id="a Process licence names nobody",
        ),
    ],
)  # fmt: skip
def test_whoever_a_run_is_licensed_by_writes(
    starts: StartsFrom, manifest: Record, expected: tuple[int, int, bool] | None
) -> None:
    assert writers(judged(manifest, component("Close", starts, writes=WRITE))) == expected


@pytest.mark.parametrize(
    ("writes", "is_written"),
    [
        pytest.param([("msdyn_workorders", "create")], True, id="restricted"),
        pytest.param([("incidents", "create")], False, id="open to everybody"),
        pytest.param([("incidents", "create"), ("incidents", "delete")], True, id="open in part"),
        pytest.param([("accounts", "update")], False, id="any other table"),
        pytest.param([(None, "update")], False, id="computed at run time"),
    ],
)
def test_only_what_takes_a_dynamics_licence_is_a_restricted_write(
    writes: Sequence[tuple[str | None, str]],
    is_written: bool,  # noqa: FBT001
) -> None:
    found = judged(OWNED, component("Close", writes=writes))

    assert (bool(found.writes), found.judgement.writers is not None) == (is_written, is_written)


def test_a_child_flow_is_run_by_those_who_run_its_parents() -> None:
    manifest = {
        "flows": [
            {"name": "Close", "owner": "dana"},
            {"name": "Nightly", "owner": "nadia"},
            {"name": "By hand", "people": [{"who": "crew", "role": "runs"}]},
        ],
        "populations": [person("dana", PREMIUM), person("nadia", PREMIUM), person("crew", UNLICENSED, 3)],
    }
    parents = (component("Nightly", calls=["Close"]), component("By hand", StartsFrom.BUTTON, calls=["Close"]))

    found = judged(manifest, component("Close", StartsFrom.PARENT_FLOW, writes=WRITE), *parents)

    assert writers(found) == (4, 3, False)


@pytest.mark.parametrize(
    ("holds", "short"), [({"power-apps-premium": "40"}, 40), ({"dynamics-365-enterprise": "3"}, 0)]
)
@pytest.mark.parametrize("kind", ["an app", "a flow that an app starts"])
def test_of_an_apps_people_only_some_may_write(kind: str, holds: Record, short: int) -> None:
    manifest = {
        "apps": [{"name": "Board", "shared-with": ["crew"]}],
        "flows": [{"name": "Close", "owner": "nadia"}],
        "populations": [person("crew", holds, 40)],
    }
    is_app = kind == "an app"
    app = component("Board", None, writes=WRITE if is_app else (), calls=["Close"])
    flow = component("Close", StartsFrom.POWER_APPS, writes=() if is_app else WRITE)

    found = judged(manifest, *((app, flow) if is_app else (flow, app)))

    assert writers(found) == (40, short, True)
    assert [row.who for row in found.judgement.needs if row.any_of == "dynamics"] == []


def test_a_dynamics_licence_is_no_matter_of_a_process_licence_or_of_its_price() -> None:
    manifest = {
        "tenant": {"price-list": "usd-list"},
        "flows": [
            {
                "name": "Close",
                "owner": "nadia",
                "created": "2026-01-01",
                "plan": "power-automate-premium",
                "budget": {"yearly": "1000", "currency": "USD"},
            }
        ],
        "populations": [person("nadia", UNLICENSED)],
        "licences": [{"plan": "power-automate-premium", "purchased": "1"}],
    }
    close = component("Close", writes=WRITE)
    found = licensing(manifest, close)
    one = found.judged(close)

    assert one is not None
    assert (one.judgement.short, one.judgement.alternative) == (1, None)
    workspace = Workspace(governance=found.governance, components=(close,))
    cost = EstateFacts(workspace, found).cost
    assert cost.exposed(close) is None
    assert [one.number for one in cost.budgets()] == [1]


# On whose licence a flow leans

TAKE = {"name": "Take", "environment": "prod", "owner": "nadia", "covered-by": "Give", "runs-per-day": "1000"}
GIVE = {"name": "Give", "environment": "prod", "licence": "process"}
PLACES = [{"name": "prod", "type": "production"}, {"name": "test", "type": "sandbox"}]


def leaning(take: Record, *others: Record, components: Sequence[Component] | None = None) -> Licensed:
    manifest = {"environments": PLACES, "flows": [take, *others]}
    return judged(manifest, *(components or (component("Take"), component("Give"))))


@pytest.mark.parametrize(
    ("take", "others", "fault"),
    [
        pytest.param(TAKE, [GIVE], None, id="a Process licence beside it"),
        pytest.param(TAKE, [{**GIVE, "licence": "hosted-process"}], None, id="a hosted one"),
        pytest.param({**TAKE, "covered-by": "GIVE "}, [GIVE], None, id="another spelling"),
        pytest.param(TAKE, [{**GIVE, "environment": "test"}, {**GIVE, "licence": "process"}], None, id="a copy"),
        pytest.param(
            {"name": "Take", "covered-by": "Give"}, [{"name": "Give", "licence": "process"}], None,
            id="nobody names environments",
        ),
        pytest.param(TAKE, [{**GIVE, "licence": "none"}], "has no Process licence", id="no licence"),
        pytest.param(
            TAKE, [{**GIVE, "licence": "per-flow"}], "has a per flow licence that covers its child flows alone",
            id="per flow",
        ),
        pytest.param(
            TAKE, [{**GIVE, "environment": "test"}], "lies in test, and this flow in prod", id="another environment"
        ),
        pytest.param(
            TAKE, [{"name": "Give", "licence": "process"}], "lies in an environment that nobody has written",
            id="nobody says where",
        ),
        pytest.param(TAKE, [], "is not recorded with a licence of its own", id="no record"),
        pytest.param(
            TAKE, [{"name": "Give", "environment": "prod", "covered-by": "Main"}, {**GIVE, "name": "Main"}],
            "has no Process licence", id="a licence at second hand",
        ),
        pytest.param({**TAKE, "covered-by": "Take"}, [GIVE], "is not recorded with a licence of its own", id="itself"),
    ],
)  # fmt: skip
def test_a_flow_is_covered_where_the_licence_reaches_it(
    take: Record, others: Sequence[Record], fault: str | None
) -> None:
    found = leaning(take, *others)

    assert found.flow is not None
    lean = found.flow.lean
    assert (lean.fault if lean else None) == fault
    assert (found.flow.covered_by is None) == bool(found.judgement.needs) == (fault is not None)


@pytest.mark.parametrize(
    ("give", "licence", "fault"),
    [
        pytest.param(component("Give", solution="Desk"), "process", None, id="in one solution"),
        pytest.param(
            component("Give", solution="Depot"), "process", "is in the solution Depot, and this flow in Desk",
            id="in another",
        ),
        pytest.param(
            component("Give", solution="Desk", connector="shared_sql"), "process", "shares no data source with it",
            id="other data",
        ),
        pytest.param(
            component("Give", connector="shared_sql", calls=["Take"]), "per-flow", None, id="its parent, other data"
        ),
    ],
)  # fmt: skip
def test_the_source_shows_what_is_one_process(give: Component, licence: str, fault: str | None) -> None:
    take = component("Take", StartsFrom.PARENT_FLOW if give.calls_flows else StartsFrom.TIMER, solution="Desk")
    found = leaning(TAKE, {**GIVE, "licence": licence}, components=(take, give))

    assert found.flow is not None
    assert (found.flow.lean.fault if found.flow.lean else None) == fault


def test_a_covered_flow_has_the_request_limit_of_the_licence_and_needs_no_plan() -> None:
    manifest = {"environments": PLACES, "flows": [TAKE, GIVE]}
    found = licensing(manifest, component("Take"), component("Give"))
    facts = EstateFacts(
        Workspace(governance=found.governance, components=(component("Take"), component("Give"))), found
    )

    (use,) = facts.capacity.requests()
    assert (use.limit, use.plans, use.missing) == (250_000, ("Power Automate Process",), "")
    assert {one.plan: (one.number, one.complete) for one in facts.cost.needs.required} == {
        "power-automate-process": (1, True)
    }


@pytest.mark.parametrize(("is_child", "associated"), [(False, ["Take", "Third"]), (True, ["Third"])])
def test_flows_that_a_process_flow_calls_are_not_associated_with_it(
    is_child: bool,  # noqa: FBT001
    associated: list[str],
) -> None:
    third = {**TAKE, "name": "Third"}
    manifest = {"environments": PLACES, "flows": [TAKE, third, GIVE, {**TAKE, "name": "Far", "environment": "test"}]}
    components = (
        component("Take", StartsFrom.BUTTON),
        component("Third"),
        component("Give", calls=["Take"] if is_child else []),
    )

    (found,) = licensing(manifest, *components).associations()

    assert (found.record.name, found.plan, found.at_most) == ("Give", "power-automate-process", 25)
    assert [one.name for one in found.flows] == associated
