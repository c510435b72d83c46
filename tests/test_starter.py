"""What `pllint init` begins: what the source shows, nothing made up, nothing that is on record."""

import datetime
from typing import NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pllint.catalogue import Catalogue
from pllint.check import Context
from pllint.finding import Finding
from pllint.model.component import Component, ComponentKind, ConnectorUse, StartsFrom, Trigger, TriggerClass
from pllint.model.connector_id import ConnectorKey
from pllint.model.custom_connector import CustomConnector, Host
from pllint.model.environment import Environment, EnvironmentType
from pllint.model.governance import Governance
from pllint.model.inventory import Inventory, ListedConnection, ListedConnector, ListedResource
from pllint.model.policy import DlpPolicy
from pllint.model.solution import ConnectionReference, DeploymentSettings, Solution
from pllint.model.workspace import Workspace
from pllint.read.document import Notes
from pllint.read.environments import merge
from pllint.read.governance import governance_files
from pllint.schema import unknown_keys, violations
from pllint.settings import Settings, Target
from pllint.source import Anchor, Source
from pllint.starter import Section, Starter, starter
from pllint.text import yaml_text
from pllint.text.node import Node
from pllint.text.problem import DEFAULT_LIMITS

_GUID = "c0ffee00-0000-4000-8000-00000000e001"


def _at(path: str = "solutions/parcels/Other/Solution.xml") -> Anchor:
    return Anchor(Source(path, bytes))


def _flow(name: str, identity: str, *connectors: str, solution: str | None = "Parcels") -> Component:
    return Component(
        kind=ComponentKind.CLOUD_FLOW,
        name=name,
        id=identity,
        at=_at(),
        solution=solution,
        trigger=Trigger("Daily", "Recurrence", None, TriggerClass.SCHEDULED, StartsFrom.TIMER, _at()),
        uses=tuple(
            ConnectorUse(connector=ConnectorKey(one), custom=one.startswith("ctx_"), at=_at()) for one in connectors
        ),
    )


def _app(name: str, identity: str) -> Component:
    return Component(kind=ComponentKind.CANVAS_APP, name=name, id=identity, at=_at(), solution="Parcels")


def _begun(workspace: Workspace, settings: Settings = Settings()) -> Starter:  # noqa: B008 - frozen
    return starter(Context(workspace, settings, datetime.date(2026, 11, 21), Catalogue()))


def _governance(*texts: tuple[str, str]) -> Governance | None:
    nodes = [
        Node(yaml_text.parse(text.encode())[0], Anchor(Source(path, text.encode, yaml_text.locate)))
        for path, text in texts
    ]
    notes = Notes(DEFAULT_LIMITS)
    read = governance_files(nodes, notes)
    assert notes.findings == []
    return read


def _section(begun: Starter, key: str) -> Section:
    return next(section for section in begun.sections if section.key == key)


def _items(begun: Starter, key: str) -> str:
    """Give a section's text without what stands above the list."""
    text = _section(begun, key).text
    return text[text.index(f"\n{key}:\n") + 1 :]


def test_an_empty_project_is_given_what_people_have_to_fill_in() -> None:
    begun = _begun(Workspace())

    assert [section.path for section in begun.sections] == [
        "governance/environments.yaml",
        "governance/licences.yaml",
        "governance/populations.yaml",
    ]
    assert all(yaml_text.parse(section.text.encode())[0] == {section.key: None} for section in begun.sections)


def test_environments_are_written_with_the_facts_there_are() -> None:
    inventory = (
        Environment(
            name="HR test", at=_at(), id=_GUID, type=EnvironmentType.SANDBOX, managed=True, aliases=("hr test",)
        ),
        Environment(name="Teams things", at=_at(), id="other", type=EnvironmentType.OTHER),
    )

    assert (
        _items(_begun(Workspace(environments=inventory)), "environments")
        == f"""\
environments:
  - name: HR test
    id: {_GUID}
    type: sandbox
    # owner:
    managed: true
    # managed-by:

  - name: Teams things
    id: other
    # type:
    # owner:
    # managed:
    # managed-by:
"""
    )


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        pytest.param("hr-test", ["name: hr-test", "# type:"], id="a name kept by hand is no id"),
        pytest.param(_GUID, [f"name: {_GUID}", f"id: {_GUID}", "# type:"], id="an id is kept, so the name may change"),
        pytest.param(
            f"Default-{_GUID}", [f"name: Default-{_GUID}", f"id: Default-{_GUID}", "type: default"], id="the default"
        ),
    ],
)
def test_an_environment_that_only_a_policy_names(name: str, lines: list[str]) -> None:
    environment = Environment(name=name, at=_at(), id=name, aliases=(name.lower(),))

    section = _section(_begun(Workspace(environments=(environment,))), "environments")

    assert list(section.records[0].lines[: len(lines)]) == lines


def test_facts_that_two_files_contradict_are_left_to_people() -> None:
    environment = Environment(name="HR", at=_at(), id=_GUID, type=EnvironmentType.TRIAL, managed=False)
    finding = Finding(at=_at(), message="listed twice", check="SRC011", environment="HR")

    written = _items(_begun(Workspace(environments=(environment,), findings=(finding,))), "environments")

    assert "# type:" in written
    assert "# managed:" in written


def test_deployment_settings_for_unknown_environments_are_pointed_out() -> None:
    settings = (DeploymentSettings(at=_at(), stage="hr-production"),)

    text = _section(_begun(Workspace(deployment_settings=settings)), "environments").text

    assert "# There are deployment settings for hr-production." in text


def test_apps_and_flows_are_written_by_name_and_id() -> None:
    begun = _begun(
        Workspace(components=(_app("Yes", "ctx_yes_1"), _flow("Remind: all", "f2"), _flow("Announce", "f1")))
    )

    assert (
        _items(begun, "apps")
        == """\
apps:
  - name: "Yes"
    id: ctx_yes_1
    solution: Parcels
    # environment:             # where people use it, by the name in environments.yaml
    # owner:                   # the person or team that answers for it
    # shared-with:             # groups of people, by their names in populations.yaml: [office-staff, managers]
    # plan:                    # the licence that these people are to have, such as power-apps-premium
    # justification:           # what it is for, once a group or more than 20 people use it
"""
    )
    assert (
        _items(begun, "flows")
        == """\
flows:
  - name: Announce
    id: f1
    # environment:             # where people use it, by the name in environments.yaml
    # owner:                   # whose flow it is; a flow that starts by itself runs on the licence of its owner
    # owner-kind:              # person, service-account or service-principal

  - name: "Remind: all"
    id: f2
    # environment:             # where people use it, by the name in environments.yaml
    # owner:                   # whose flow it is; a flow that starts by itself runs on the licence of its owner
    # owner-kind:              # person, service-account or service-principal
"""
    )


_PLACES = (
    Environment(name="hr-test", at=None, type=EnvironmentType.SANDBOX),
    Environment(name="hr-test-2", at=None, type=EnvironmentType.SANDBOX),
    Environment(name="hr-production", at=None, type=EnvironmentType.PRODUCTION),
    Environment(name="it-production", at=None, type=EnvironmentType.PRODUCTION),
    Environment(name="hr-new", at=None),
    Environment(name="Contoso (default)", at=None, id="Default-c0ffee00", aliases=("default-c0ffee00",)),
)


def _to(*environments: str) -> Settings:
    return Settings(targets=(Target(solution="Parcels", environments=environments),))


def _seen(*environments: str) -> Inventory:
    kind = ComponentKind.CLOUD_FLOW
    return Inventory(
        resources=tuple(
            ListedResource(kind=kind, name="Announce", at=_at("inventory/flows.json"), id="f1", environment=name)
            for name in environments
        )
    )


@pytest.mark.parametrize(
    ("settings", "inventory", "line"),
    [
        pytest.param(_to(), _seen("hr-production"), "environment: hr-production", id="listed in one"),
        pytest.param(_to(), _seen("hr-test"), "environment: hr-test", id="listed in one for testing"),
        pytest.param(
            _to(), _seen("hr-test", "hr-production"), "environment: hr-production", id="listed in one not for testing"
        ),
        pytest.param(_to(), _seen("default-c0ffee00"), "environment: Contoso (default)", id="listed by id"),
        pytest.param(
            _to("hr-test", "hr-production"), _seen(), "environment: hr-production", id="goes to one not for testing"
        ),
        pytest.param(
            _to("it-production"), _seen("hr-production"), "environment: hr-production", id="where it is counts"
        ),
        pytest.param(_to("hr-test"), _seen(), "; the files name hr-test", id="goes to test alone"),
        pytest.param(
            _to("hr-production", "it-production"),
            _seen(),
            "; the files name hr-production and it-production",
            id="goes to two",
        ),
        pytest.param(
            _to("hr-production", "hr-new"),
            _seen(),
            "; the files name hr-new and hr-production",
            id="a kind nobody knows",
        ),
        pytest.param(
            _to("hr-production", "elsewhere"),
            _seen(),
            "; the files name hr-production and elsewhere",
            id="an environment nobody knows",
        ),
        pytest.param(_to(), _seen(), "# environment:             # where people use it", id="nothing is known"),
    ],
)
def test_the_environment_is_a_fact_where_the_files_settle_it(
    settings: Settings, inventory: Inventory, line: str
) -> None:
    solution = Solution(unique_name="Parcels", at=_at())
    workspace = Workspace(
        solutions=(solution,), components=(_flow("Announce", "f1"),), environments=_PLACES, inventory=inventory
    )

    (written,) = [
        one for one in _section(_begun(workspace, settings), "flows").records[0].lines if "environment" in one
    ]

    assert line in written
    assert written.startswith("#") is not line.startswith("environment")


def test_a_flow_that_is_exported_twice_is_one() -> None:
    begun = _begun(Workspace(components=(_flow("Announce", "F1"), _flow("Announce", "f1", solution="Copy"))))

    assert [record.name for record in _section(begun, "flows").records] == ["Announce"]


def test_flows_of_one_name_are_told_apart() -> None:
    flows = (_flow("Announce", "f1"), _flow("announce", "f2"), _flow("Announce", "f3"))

    begun = _begun(Workspace(components=flows))

    names = [record.name for record in _section(begun, "flows").records]
    assert names == ["Announce", "Announce (Parcels)", "announce (f2)"]


def test_what_is_on_record_is_left_out() -> None:
    manifest = _governance(
        (
            "governance/all.yaml",
            "flows:\n  - {name: announce}\n  - {name: Old name, id: F2}\napps:\n  - name: Parcels\n",
        )
    )
    components = (_flow("Announce", "f1"), _flow("Remind", "f2"), _flow("New", "f3"), _app("Parcels", "ctx_parcels"))

    begun = _begun(Workspace(components=components, governance=manifest))

    flows = _section(begun, "flows")
    assert ([record.name for record in flows.records], flows.path) == (["New"], "governance/all.yaml")
    assert "apps" not in {section.key for section in begun.sections}


def _connector(solution: str | None = None) -> CustomConnector:
    return CustomConnector(
        name=ConnectorKey("ctx_parcels"),
        display_name="Parcel tracking",
        at=_at("connectors/parcels/apiDefinition.json"),
        host=Host(name="api.parcels.example"),
        authentication="api-key",
        definition_at=_at("connectors/parcels/apiDefinition.json"),
        solution=solution,
    )


def test_connectors_that_lie_in_source_are_being_developed_and_offer_what_their_definitions_say() -> None:
    user = _flow("Announce", "f1", "ctx_parcels", "ctx_elsewhere")

    begun = _begun(Workspace(components=(user,), custom_connectors=(_connector(),)))

    assert (
        _items(begun, "connectors")
        == """\
connectors:
  - name: Parcel tracking
    id: ctx_parcels
    definition: connectors/parcels/apiDefinition.json
    stage: development
    # environments:            # where it is, by the names in environments.yaml: [hr-test, hr-production]
    # owner:                   # the person or team that answers for it
    # maker:                   # who built it
    # request:                 # what IT reviews before others may use it
    #   endpoint: api.parcels.example # where it calls, as its definition says
    #   authentication: api-key # how it signs in, as its definition says
    #   data:                  # the kind of data it touches, such as confidential
    #   use-case:              # what it is for
    #   reviewed: {by: , person: , date: , ref: , result: } # who, when (2026-03-05), its ticket, approved or not
    # development:             # where it is built and tested, by the names in environments.yaml
    #   environment:           # a developer environment of its maker
    #   test-environment:      # a sandbox that IT manages

  - name: ctx_elsewhere
    id: ctx_elsewhere
    stage: development
    # environments:            # where it is, by the names in environments.yaml: [hr-test, hr-production]
    # owner:                   # the person or team that answers for it
    # maker:                   # who built it
    # request:                 # what IT reviews before others may use it
    #   endpoint:              # where it calls
    #   authentication:        # how it signs in: none, api-key, basic, oauth2, entra-id
    #   data:                  # the kind of data it touches, such as confidential
    #   use-case:              # what it is for
    #   reviewed: {by: , person: , date: , ref: , result: } # who, when (2026-03-05), its ticket, approved or not
    # development:             # where it is built and tested, by the names in environments.yaml
    #   environment:           # a developer environment of its maker
    #   test-environment:      # a sandbox that IT manages
"""
    )


def test_in_production_the_evidence_of_every_stage_is_asked_for() -> None:
    workspace = Workspace(
        solutions=(Solution(unique_name="Parcels", at=_at()),),
        custom_connectors=(_connector(solution="Parcels"),),
        environments=_PLACES,
    )

    written = _items(_begun(workspace, _to("hr-test", "hr-production")), "connectors")

    assert "    stage: production\n    environments: [hr-production, hr-test]\n    # owner:" in written
    end = """\
    # deployment:              # what has to be there before it goes to production
    #   security-review: {by: , person: , date: , ref: } # by IT security
    #   dlp: {policy: , group: , by: , date: } # the data policy that lists it, and in which group
    #   licences: {people: , plan: , available: , by: , date: } # who uses it, and how many licences there are
    #   approved: {by: , person: , date: , ref: } # by somebody else than its maker
    # operation:               # what is watched in production
    #   usage: {date: , by: , from: } # the last look at its use, in the admin centre
    #   spot-checks: [{date: , people: , licensed: }] # each quarter: its people, and how many have a licence
    #   rate-limit: {watched-in: , limit: , date: } # where the limit of its API is watched
"""
    assert written.endswith(end)


def _listed_in(*environments: str) -> Inventory:
    at = _at("inventory/c.json")
    key = ConnectorKey("ctx_parcels")
    return Inventory(
        connectors=tuple(ListedConnector(connector=key, at=at, custom=True, environment=one) for one in environments)
    )


@pytest.mark.parametrize(
    ("facts", "stage", "environments"),
    [
        pytest.param({}, "development", [], id="it lies in source"),
        pytest.param({"inventory": _listed_in("hr-test")}, "development", ["hr-test"], id="listed in a sandbox"),
        pytest.param(
            {"inventory": _listed_in("hr-production", "hr-test")},
            "production",
            ["hr-production", "hr-test"],
            id="listed in production",
        ),
        pytest.param(
            {"inventory": _listed_in("default-c0ffee00")},
            "production",
            ["Contoso (default)"],
            id="listed in the default",
        ),
        pytest.param(
            {"inventory": _listed_in("hr-new")}, "development", ["hr-new"], id="an environment of no known kind"
        ),
        pytest.param({"inventory": _listed_in("nobody-knows")}, "development", [], id="an environment nobody knows"),
        pytest.param(
            {
                "inventory": Inventory(
                    connections=(
                        ListedConnection(
                            connector=ConnectorKey("ctx_parcels"), name="c", at=_at(), environment="it-production"
                        ),
                    )
                )
            },
            "production",
            ["it-production"],
            id="a connection in production",
        ),
        pytest.param(
            {"components": (_flow("Announce", "f1", "ctx_parcels"),), "settings": _to("hr-production")},
            "production",
            ["hr-production"],
            id="a flow that goes to production uses it",
        ),
        pytest.param(
            {
                "components": (_flow("Announce", "f1", "ctx_parcels"),),
                "governance": _governance(("g.yaml", "flows:\n  - {name: Announce, environment: hr-production}\n")),
            },
            "production",
            ["hr-production"],
            id="a record puts a flow that uses it into production",
        ),
        pytest.param(
            {
                "inventory": _listed_in("hr-production"),
                "findings": (Finding(at=_at(), message="contradicted", check="SRC011", environment="hr-production"),),
            },
            "development",
            ["hr-production"],
            id="two files contradict each other about the environment",
        ),
        pytest.param(
            {
                "inventory": _listed_in("hr-production"),
                "governance": _governance(
                    ("g.yaml", "retirements:\n  - {connector: parcel Tracking, date: 2026-11-01}\n")
                ),
            },
            "retired",
            ["hr-production"],
            id="a record retires it",
        ),
        pytest.param(
            {
                "governance": _governance(
                    ("g.yaml", "retirements:\n  - {connector: Parcel tracking, date: 2027-01-01}\n")
                )
            },
            "development",
            [],
            id="it is to be retired",
        ),
    ],
)
def test_the_stage_is_what_the_facts_show(facts: dict[str, object], stage: str, environments: list[str]) -> None:
    settings = facts.pop("settings", Settings()) if "settings" in facts else Settings()
    assert isinstance(settings, Settings)
    workspace = Workspace(
        solutions=(Solution(unique_name="Parcels", at=_at()),),
        custom_connectors=(_connector(),),
        environments=_PLACES,
        **facts,  # type: ignore[arg-type]
    )

    text = _items(_begun(workspace, settings), "connectors")

    record = yaml_text.parse(text.encode())[0]["connectors"][0]  # type: ignore[index]
    assert (record["stage"], record.get("environments", [])) == (stage, environments)
    assert ("# deployment:" in text) is (stage != "development")


def test_environments_that_nobody_knows_are_pointed_out() -> None:
    workspace = Workspace(
        custom_connectors=(_connector(),), environments=_PLACES, inventory=_listed_in("hr-test", "4e1f")
    )

    text = _items(_begun(workspace), "connectors")

    told = "    # the files also name 4e1f, which no environment that pllint knows is called\n"
    assert f"    environments: [hr-test]\n{told}" in text


def test_many_environments_take_a_line_each() -> None:
    places = [Environment(name=f"hr-production-{number}", at=None) for number in range(20)]
    workspace = Workspace(
        custom_connectors=(_connector(),), environments=places, inventory=_listed_in(*(one.name for one in places))
    )

    assert "    environments:\n      - hr-production-0\n" in _items(_begun(workspace), "connectors")


def test_every_note_can_be_freed_and_is_known_to_the_manifest() -> None:
    workspace = Workspace(
        solutions=(Solution(unique_name="Parcels", at=_at()),),
        components=(_flow("Announce", "f1", "ctx_elsewhere"), _app("Parcels", "ctx_app")),
        custom_connectors=(_connector(solution="Parcels"),),
        environments=_PLACES,
    )
    for begun in (_begun(workspace), _begun(workspace, _to("Default-c0ffee00"))):
        for key in ("apps", "flows", "connectors"):
            lines = _items(begun, key).split("\n")
            assert max(map(len, lines)) <= 120
            free = "\n".join(line.replace("# ", "", 1) if line.lstrip().startswith("# ") else line for line in lines)
            value, problems = yaml_text.parse(free.encode())
            assert (problems, unknown_keys("governance", value)) == ([], [])


def test_evidence_that_nobody_filled_in_proves_nothing() -> None:
    workspace = Workspace(
        custom_connectors=(_connector(),), environments=_PLACES, inventory=_listed_in("hr-production")
    )
    text = _items(_begun(workspace), "connectors")
    free = "\n".join(line.replace("# ", "", 1) if line.lstrip().startswith("# ") else line for line in text.split("\n"))
    nodes = [Node(yaml_text.parse(free.encode())[0], Anchor(Source("c.yaml", free.encode, yaml_text.locate)))]
    manifest = governance_files(nodes, Notes(DEFAULT_LIMITS))
    assert manifest is not None
    after = Workspace(custom_connectors=(_connector(),), environments=_PLACES, governance=manifest)
    context = Context(after, Settings(), datetime.date(2026, 11, 21), Catalogue())

    missing = {
        one.requirement.check for one in context.lifecycle.stages.evidence(manifest.connectors[0]) if one.state != "met"
    }

    assert {
        "owner-missing",
        "creation-review-missing",
        "security-review-missing",
        "dlp-confirmation-missing",
        "licence-verification-missing",
        "deployment-approval-missing",
        "usage-monitoring-missing",
        "spot-check-overdue",
        "rate-limit-unmonitored",
    } <= missing


@pytest.mark.parametrize(
    "record",
    ["name: parcel tracking", "name: P, id: ctx_parcels", "name: P, definition: c/d.json", "name: P, id: c/d.json"],
)
def test_a_connector_is_on_record_by_name_id_or_definition(record: str) -> None:
    manifest = _governance(("governance/connectors.yaml", f"connectors:\n  - {{{record}}}\n"))
    defined = CustomConnector(
        name=ConnectorKey("ctx_parcels"),
        display_name="Parcel tracking",
        at=_at("c/d.json"),
        definition_at=_at("c/d.json"),
    )

    begun = _begun(Workspace(custom_connectors=(defined,), governance=manifest))

    assert "connectors" not in {section.key for section in begun.sections}


def test_licences_are_comments_so_that_nothing_counts_as_counted() -> None:
    flows = (_flow("Call", "f1", "Http"), _flow("Mail", "f2", "shared_office365"))

    begun = _begun(Workspace(components=flows))

    assert (
        _items(begun, "licences")
        == """\
licences:
  # Power Automate Premium or Power Automate Process: needed for 'Call'.
  #
  # - plan: power-automate-premium
  #   purchased:
  #   assigned:
  #   as-of:
  #
  # - plan: power-automate-process
  #   purchased:
  #   assigned:
  #   as-of:
"""
    )


def _deployed() -> Workspace:
    reference = ConnectionReference(logical_name="ctx_mail", at=_at())
    solution = Solution(unique_name="Parcels", at=_at(), connection_references=(reference,))
    return Workspace(
        solutions=(solution,),
        environments=(Environment(name="HR test", at=_at(), id=_GUID, aliases=("hr-test",)),),
        deployment_settings=(DeploymentSettings(at=_at(), stage="hr-test", references=(("ctx_mail", "x", _at()),)),),
    )


def test_targets_are_written_where_deployment_settings_say_so() -> None:
    assert "\ntargets:\n  - {solution: Parcels, environments: [HR test]}\n" in _begun(_deployed()).settings


def test_targets_are_an_example_where_nothing_says_so() -> None:
    settings = _begun(Workspace(solutions=_deployed().solutions)).settings

    assert "\n# targets:\n#   - {solution: Parcels, environments: [hr-test, hr-production]}\n" in settings


def test_the_settings_name_the_folders_where_things_were_found() -> None:
    manifest = _governance(("manifest/people.yaml", "populations:\n  - name: staff\n"))
    policies = [
        DlpPolicy(id=path, name="P", at=_at(path)) for path in ("dlp/tenant.json", "dlp/old/first.json", "top.json")
    ]

    begun = _begun(Workspace(policies=policies, governance=manifest))

    assert "\npolicies: [dlp/**, top.json]\ngovernance: [manifest/**]\n" in begun.settings
    assert {section.path for section in begun.sections} == {
        "manifest/environments.yaml",
        "manifest/licences.yaml",
        "manifest/people.yaml",
    }


@pytest.mark.parametrize(
    ("patterns", "folder"),
    [
        (("docs/governance/**",), "docs/governance"),
        (("*.yaml", "records/*.yaml"), "records"),
        (("../outside/**",), "governance"),
        (("records/people.yaml",), "governance"),
    ],
)
def test_new_files_go_where_the_settings_look_for_them(patterns: tuple[str, ...], folder: str) -> None:
    begun = _begun(Workspace(), Settings(path="pllint.yaml", governance=patterns))

    assert _section(begun, "licences").path == f"{folder}/licences.yaml"


class _Shape(NamedTuple):
    name: str
    identity: str
    solution: str


_TEXT = st.text(st.characters(), max_size=6) | st.sampled_from(["A", "a", "yes", "1.10", " A ", "A: b", "#", "\ud800"])
_SHAPES = st.lists(st.builds(_Shape, _TEXT, _TEXT, _TEXT), max_size=6)


@given(_SHAPES, _SHAPES)
@example([], [_Shape("", "", ""), _Shape("", "", ""), _Shape("A", "", ""), _Shape("0", "A ", ""), _Shape("", "A", "")])
def test_what_is_begun_is_valid_and_is_not_begun_again(apps: list[_Shape], flows: list[_Shape]) -> None:
    components = [_app(one.name, one.identity)._replace(solution=one.solution) for one in apps]
    components += [_flow(one.name, one.identity, solution=one.solution) for one in flows]
    environments = [
        # An id is the platform's, so it is never what another environment is called.
        Environment(name=one.name, at=_at(), id=f"id {one.identity}", aliases=(one.name.lower(),))
        for one in flows
    ]
    connectors = [
        CustomConnector(name=ConnectorKey(one.identity), display_name=one.name, at=_at(), host=Host(name=one.solution))
        for one in apps
    ]
    listed, findings = merge((), environments, ())
    before = Workspace(components=components, environments=listed, custom_connectors=connectors, findings=findings)

    begun = _begun(before)

    for text in (begun.settings, *(section.text for section in begun.sections)):
        name = "settings" if text is begun.settings else "governance"
        value, problems = yaml_text.parse(text.encode())
        assert (problems, violations(name, yaml_text.typed(value)), unknown_keys(name, value)) == ([], [], [])
    manifest = _governance(*((section.path, section.text) for section in begun.sections))
    declared, contradictions = merge(manifest.environments if manifest else (), environments, ())
    after = Workspace(components=components, environments=declared, custom_connectors=connectors, governance=manifest)
    again = _begun(after)
    assert [finding.message for finding in contradictions] == [finding.message for finding in findings]
    assert [record for section in again.sections for record in section.records] == []
