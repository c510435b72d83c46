"""One list of environments out of manifest, inventory and policies."""

import pytest

from pllint.model.environment import Environment, EnvironmentRef, EnvironmentType
from pllint.model.governance import DeclaredEnvironment
from pllint.model.policy import DlpPolicy
from pllint.read.environments import merge
from pllint.source import Anchor, Source

MANIFEST = Anchor(Source("governance/environments.yaml", bytes))
LIST = Anchor(Source("inventory/environments.json", bytes))
POLICIES = Anchor(Source("policies/baseline.json", bytes))


def listed(name: str = "HR Production", identity: str | None = "E-1", **facts: object) -> Environment:
    environment = Environment(
        name=name, at=LIST, id=identity, aliases=(name.lower(), (identity or name).lower()), listed=True
    )
    return environment._replace(**facts)  # type: ignore[arg-type]


def policy(*names: str) -> DlpPolicy:
    return DlpPolicy(
        id="1", name="Baseline", at=POLICIES, environments=tuple(EnvironmentRef(name=n, at=POLICIES) for n in names)
    )


@pytest.mark.parametrize(
    "declared",
    [
        pytest.param(DeclaredEnvironment(name="hr-production", at=MANIFEST, id="e-1"), id="by id"),
        pytest.param(DeclaredEnvironment(name="hr PRODUCTION", at=MANIFEST), id="by name"),
    ],
)
def test_declared_and_listed_are_joined_under_the_manifests_name(declared: DeclaredEnvironment) -> None:
    (found,), findings = merge([declared], [listed(type=EnvironmentType.SANDBOX, managed=True)], [])
    assert (found.name, found.id, found.declared, found.listed) == (declared.name, "E-1", True, True)
    assert (found.type, found.managed) == (EnvironmentType.SANDBOX, True)
    assert found.goes_by("HR Production")
    assert findings == []


def test_one_name_with_two_ids_is_two_environments() -> None:
    declared = DeclaredEnvironment(name="HR Production", at=MANIFEST, id="e-2")
    assert len(merge([declared], [listed()], [])[0]) == 2


def test_ids_that_differ_by_a_space_are_one() -> None:
    twice = [listed(), listed(name="Payroll", id="E-1 ", aliases=())]
    assert [one.name for one in merge([], twice, [])[0]] == [listed().name]


def test_a_blank_is_no_name_by_which_environments_are_the_same() -> None:
    listed_so = [Environment(name=name, at=LIST, aliases=("",)) for name in ("hr", "sales")]
    assert [one.name for one in merge([], listed_so, [])[0]] == ["hr", "sales"]


def test_the_inventory_wins_and_a_contradiction_names_both_files() -> None:
    declared = DeclaredEnvironment(name="hr", at=MANIFEST, id="e-1", type="production", managed=True)
    (found,), findings = merge([declared], [listed(type=EnvironmentType.SANDBOX, managed=False)], [])
    assert (found.type, found.managed) == (EnvironmentType.SANDBOX, False)
    assert [(one.check, one.at.path, one.at.source.path) for one in findings] == [
        ("SRC011", ("type",), "governance/environments.yaml"),
        ("SRC011", ("managed",), "governance/environments.yaml"),
    ]
    assert findings[0].message == (
        "'hr' is declared as production, but inventory/environments.json lists it as sandbox"
    )
    assert findings[0].related[0].at == LIST


@pytest.mark.parametrize(
    ("kind", "merged"),
    [(None, EnvironmentType.PRODUCTION), (EnvironmentType.OTHER, EnvironmentType.PRODUCTION)],
)
def test_a_type_the_manifest_has_no_word_for_contradicts_nothing(
    kind: EnvironmentType | None, merged: EnvironmentType
) -> None:
    declared = DeclaredEnvironment(name="hr", at=MANIFEST, id="e-1", type="production")
    (found,), findings = merge([declared], [listed(type=kind)], [])
    assert (found.type, findings) == (merged, [])


def test_an_unknown_managed_flag_of_the_inventory_leaves_the_declared_one() -> None:
    declared = DeclaredEnvironment(name="hr", at=MANIFEST, id="e-1", managed=True)
    (found,), findings = merge([declared], [listed(managed=None)], [])
    assert (found.managed, findings) == (True, [])


def test_two_lists_that_differ_are_reported_once() -> None:
    lists = [listed(type=kind) for kind in (EnvironmentType.SANDBOX, EnvironmentType.PRODUCTION, EnvironmentType.TRIAL)]
    _, findings = merge([], lists, [])
    assert [one.check for one in findings] == ["SRC011"]


def test_environments_only_a_policy_names_are_added_and_known_ones_are_not_repeated() -> None:
    declared = DeclaredEnvironment(name="hr", at=MANIFEST, id="e-1")
    found, _ = merge([declared], [], [policy("E-1", "Default-3c19"), policy("default-3c19", "HR")])
    assert [(one.name, one.declared, one.listed) for one in found] == [
        ("Default-3c19", False, False),
        ("hr", True, False),
    ]
    assert found[0].is_default


def test_the_order_is_by_name_whatever_the_order_of_files() -> None:
    one, two = listed("beta", "1"), listed("Alpha", "2")
    assert merge([], [one, two], []) == merge([], [two, one], [])
    assert [environment.name for environment in merge([], [one, two], [])[0]] == ["Alpha", "beta"]
