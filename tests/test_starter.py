"""What `pllint init` begins: what the source shows, nothing made up, nothing that is on record."""

import datetime
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pllint.catalogue import Catalogue
from pllint.check import Context
from pllint.finding import Finding
from pllint.model.component import Component, ComponentKind, ConnectorUse, StartsFrom, Trigger, TriggerClass
from pllint.model.connector_id import ConnectorKey
from pllint.model.custom_connector import CustomConnector, Host
from pllint.model.environment import Environment, EnvironmentType
from pllint.model.governance import Governance
from pllint.model.inventory import Inventory, ListedConnector
from pllint.model.policy import DlpPolicy
from pllint.model.solution import ConnectionReference, DeploymentSettings, Solution
from pllint.model.workspace import Workspace
from pllint.read.document import Notes
from pllint.read.environments import merge
from pllint.read.governance import governance_files
from pllint.schema import unknown_keys, violations
from pllint.settings import Settings
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
    # owner:
    # environment:
    # shared-with:
    # plan:
"""
    )
    assert (
        _items(begun, "flows")
        == """\
flows:
  - name: Announce
    id: f1
    # owner:
    # owner-kind:
    # environment:

  - name: "Remind: all"
    id: f2
    # owner:
    # owner-kind:
    # environment:
"""
    )


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


def test_connectors_claim_no_stage_and_offer_what_their_definitions_say() -> None:
    defined = CustomConnector(
        name=ConnectorKey("ctx_parcels"),
        display_name="Parcel tracking",
        at=_at("connectors/parcels/apiDefinition.json"),
        host=Host(name="api.parcels.example"),
        authentication="api-key",
        definition_at=_at("connectors/parcels/apiDefinition.json"),
    )
    user = _flow("Announce", "f1", "ctx_parcels", "ctx_elsewhere")

    begun = _begun(Workspace(components=(user,), custom_connectors=(defined,)))

    assert (
        _items(begun, "connectors")
        == """\
connectors:
  - name: Parcel tracking
    id: ctx_parcels
    definition: connectors/parcels/apiDefinition.json
    # stage:
    # owner:
    # maker:
    # environments:
    # request:
    #   endpoint: api.parcels.example
    #   authentication: api-key
    #   data:
    #   use-case:
    #   reviewed: {by: , person: , date: , ref: , result: }

  - name: ctx_elsewhere
    id: ctx_elsewhere
    # stage:
    # owner:
    # maker:
    # environments:
    # request:
"""
    )


@pytest.mark.parametrize(
    ("places", "stage"),
    [
        ((), ""),
        (("hr-test",), " development"),
        (("hr-production", "hr-test"), " production"),
        (("nobody-knows",), " development"),
    ],
)
def test_the_stage_that_an_inventory_shows_is_offered(places: tuple[str, ...], stage: str) -> None:
    listed = tuple(
        ListedConnector(
            connector=ConnectorKey("ctx_parcels"), at=_at("inventory/c.json"), custom=True, environment=place
        )
        for place in places
    )
    workspace = Workspace(
        components=(_flow("Announce", "f1", "ctx_parcels"),),
        environments=(
            Environment(name="hr-test", at=None, type=EnvironmentType.SANDBOX),
            Environment(name="hr-production", at=None, type=EnvironmentType.PRODUCTION),
        ),
        inventory=Inventory(connectors=listed),
    )

    text = _items(_begun(workspace), "connectors")

    assert f"    # stage:{stage}\n" in text
    where = f" [{', '.join(places)}]" if places else ""
    assert f"    # environments:{where}\n" in text


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
def test_what_is_begun_is_valid_and_is_not_begun_again(apps: list[_Shape], flows: list[_Shape]) -> None:
    components = [_app(one.name, one.identity)._replace(solution=one.solution) for one in apps]
    components += [_flow(one.name, one.identity, solution=one.solution) for one in flows]
    environments = [
        Environment(name=one.name, at=_at(), id=one.identity, aliases=(one.name.lower(), one.identity.lower()))
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
