"""What is weak in a data policy, or in a set of them."""

import pytest

from pllint.catalogue import Catalogue
from pllint.engine.dlp import PolicySet, ordered
from pllint.engine.dlp.partition import Partition
from pllint.engine.dlp.pattern import extends_host, hazards
from pllint.engine.dlp.review import PolicyReview
from pllint.model.advanced_policy import AdvancedPolicy, AllowedConnector, ConnectorSetting
from pllint.model.connector_id import ConnectorKey
from pllint.model.environment import Environment, EnvironmentRef
from pllint.model.policy import (
    Behaviour,
    ClassifiedConnector,
    DataGroup,
    DlpPolicy,
    EndpointRule,
    EndpointRules,
    OpenPart,
    PolicyPart,
    Scope,
    UrlPattern,
)
from pllint.model.policy_review import Emptiness
from pllint.source import Anchor, Source

AT = Anchor(Source("policies/tenant.json", bytes))
CATALOGUE = Catalogue()
HR = Environment(name="hr", at=None, listed=True)
SHAREPOINT, TEAMS = ConnectorKey("shared_sharepointonline"), ConnectorKey("shared_teams")
SQL, DROPBOX = ConnectorKey("shared_sql"), ConnectorKey("shared_dropbox")
HTTP, EXCEL = ConnectorKey("Http"), ConnectorKey("DesktopFlow.Excel")
BUSINESS, NON_BUSINESS, BLOCKED, IGNORE = DataGroup
EMPTY = DlpPolicy(id="P", name="P", at=AT, classified=())


def listing(*entries: tuple[ConnectorKey, DataGroup], default: DataGroup | None = None, name: str = "P") -> DlpPolicy:
    classified = tuple(ClassifiedConnector(key, group, AT / key, spelling=key) for key, group in entries)
    return DlpPolicy(id=name, name=name, at=AT / name, default=default, classified=classified)


def lines(*texts: tuple[int, str, DataGroup]) -> tuple[UrlPattern, ...]:
    return tuple(UrlPattern(order, text, group, AT / order) for order, text, group in texts)


def review(*policies: DlpPolicy, **more: object) -> PolicyReview:
    advanced = more.get("advanced")
    settings = more.get("settings")
    return PolicyReview(
        policies,
        PolicySet(policies, CATALOGUE, (advanced,) if isinstance(advanced, AdvancedPolicy) else ()),
        CATALOGUE,
        environments=(HR,),
        listed=(HR,),
        settings=(settings,) if isinstance(settings, ConnectorSetting) else (),
    )


@pytest.mark.parametrize(
    ("patterns", "words"),
    [
        pytest.param([(1, "https://a.test", BUSINESS), (2, "*", BLOCKED)], [], id="as it should be"),
        pytest.param([(1, "*", IGNORE)], [], id="* alone"),
        pytest.param([(1, "https://a.test", BUSINESS)], ["the pattern * is missing at its end"], id="no *"),
        pytest.param(
            [(1, "*", BLOCKED), (2, "https://a.test", BUSINESS)], ["the pattern * is not the last one"], id="* first"
        ),
        pytest.param(
            [(1, "https://a.test", IGNORE), (2, "*", BLOCKED)],
            ["https://a.test says Ignore, which only * may"],
            id="another pattern ignored",
        ),
        pytest.param(
            [(1, "https://a.test", BUSINESS), (3, "*", BLOCKED)],
            ["* has the order 3, and orders run from 1 to 2 without gaps"],
            id="gap",
        ),
        pytest.param(
            [(1, "https://a.test", BUSINESS), (1, "*", BLOCKED)],
            ["* has the order 1, and orders run from 1 to 2 without gaps"],
            id="order twice",
        ),
        pytest.param(
            [(1, "https://a.test", BUSINESS), (2, "https://A.test/", BLOCKED), (3, "*", BLOCKED)],
            ["https://A.test/ is there twice"],
            id="the same but for case and slash",
        ),
        pytest.param([(1, "*", BLOCKED), (2, "*", IGNORE)], ["* is there twice"], id="* twice"),
    ],
)
def test_an_ordered_list_is_numbered_and_ends_in_a_star(
    patterns: list[tuple[int, str, DataGroup]], words: list[str]
) -> None:
    assert [fault.words for fault in ordered.faults(ordered.of_patterns(lines(*patterns)))] == words


@pytest.mark.parametrize(
    ("patterns", "found"),
    [
        pytest.param(
            [(1, "https://*.test/*", BUSINESS), (2, "https://hr.test/*", BLOCKED)],
            [("https://hr.test/*", "https://*.test/*")],
            id="the wider one first",
        ),
        pytest.param([(1, "https://hr.test/*", BLOCKED), (2, "https://*.test/*", BUSINESS)], [], id="narrower first"),
        pytest.param([(1, "https://*.test/*", BLOCKED), (2, "https://hr.test/*", BLOCKED)], [], id="the same result"),
        pytest.param([(1, "*", BLOCKED), (2, "https://hr.test/*", BUSINESS)], [], id="what follows * is a fault"),
        pytest.param([(1, "https://a.test", BLOCKED), (2, "https://a.test", BUSINESS)], [], id="twice is a fault"),
        pytest.param(
            [(1, "https://*", BUSINESS), (2, "https://*.test", BLOCKED), (3, "https://hr.test", BLOCKED)],
            [("https://*.test", "https://*"), ("https://hr.test", "https://*")],
            id="the first of several takes it",
        ),
        pytest.param(
            [(2, "https://hr.test/*", BLOCKED), (1, "https://*.test/*", BUSINESS)],
            [("https://hr.test/*", "https://*.test/*")],
            id="by order, not by place",
        ),
    ],
)
def test_a_rule_is_shadowed_by_an_earlier_one_that_takes_all_it_matches(
    patterns: list[tuple[int, str, DataGroup]], found: list[tuple[str, str]]
) -> None:
    shadowed = ordered.shadowed(ordered.of_patterns(lines(*patterns)))

    assert [(rule.text, by.text) for rule, by in shadowed] == found


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("https://api.contoso.test", ()),
        ("https://api.contoso.test/*", ()),
        ("https://*.contoso.test/*", ()),
        ("https://*.contoso.test:8443/*", ()),
        ("https://*contoso.test/*", ("has no dot between * and the domain",)),
        ("https://*.com/*", ("takes every host under .com",)),
        ("https://*.com*", ("takes every host under .com",)),
        ("https://*", ("names no host",)),
        ("http://api.contoso.test/*", ("takes addresses of plain http",)),
        ("api.contoso.test/*", ("has no scheme, and addresses are matched from https:// on",)),
        ("*.contoso.test/*", ("has no scheme, so it takes plain http",)),
        ("*contoso.test*", ("has no scheme, so it takes plain http", "has no dot between * and the domain")),
    ],
)
def test_a_pattern_tells_what_it_lets_in(pattern: str, words: tuple[str, ...]) -> None:
    found = hazards(pattern)

    assert [hazard.startswith(word) for hazard, word in zip(found, words, strict=True)] == [True] * len(words)


@pytest.mark.parametrize(
    ("pattern", "extends"),
    [
        ("https://contoso.test*", True),
        ("https://*.contoso.test*", True),
        ("https://contoso.test/*", False),
        ("https://contoso.test/api*", False),
        ("https://contoso.test", False),
        ("https://*", False),
    ],
)
def test_only_a_star_at_the_end_of_the_host_continues_it(pattern: str, *, extends: bool) -> None:
    assert extends_host(pattern) is extends


@pytest.mark.parametrize("group", [BLOCKED, IGNORE])
def test_a_pattern_that_lets_nothing_in_may_be_as_wide_as_it_likes(group: DataGroup) -> None:
    policy = EMPTY._replace(patterns=lines((1, "https://*contoso.test*", group)))

    assert list(review(policy).hazards(policy)) == []


def test_lists_that_are_not_all_in_the_files_are_not_judged() -> None:
    policy = EMPTY._replace(
        patterns=lines((1, "https://a.test", BUSINESS)),
        open_parts=(OpenPart(PolicyPart.PATTERNS, AT, "computed by local.patterns"),),
    )

    assert list(review(policy).faulty_lists(policy)) == []


@pytest.mark.parametrize(
    ("policy", "sides"),
    [
        pytest.param(listing((SHAREPOINT, BUSINESS), (SQL, NON_BUSINESS)), ((SHAREPOINT,), (SQL,)), id="both listed"),
        pytest.param(listing((SHAREPOINT, BUSINESS)), ((SHAREPOINT,), (SQL,)), id="by the default group"),
        pytest.param(listing((SQL, NON_BUSINESS), default=BUSINESS), ((SHAREPOINT,), (SQL,)), id="default Business"),
        pytest.param(
            listing((SQL, BUSINESS), default=BLOCKED), ((SQL,), (SHAREPOINT,)), id="default Blocked, unblockable"
        ),
        pytest.param(listing((SHAREPOINT, BUSINESS), (SQL, BLOCKED)), None, id="one is blocked"),
        pytest.param(listing((SHAREPOINT, BUSINESS), default=BLOCKED), None, id="one is blocked by default"),
        pytest.param(listing(), None, id="both in the default group"),
        pytest.param(EMPTY._replace(classified=None), None, id="groups not in the files"),
        pytest.param(
            listing((SHAREPOINT, BUSINESS))._replace(open_parts=(OpenPart(PolicyPart.BUSINESS, AT, "open"),)),
            None,
            id="what is not listed may be Business",
        ),
    ],
)
def test_a_policy_takes_connectors_apart_that_it_has_in_both_groups(
    policy: DlpPolicy, sides: tuple[tuple[ConnectorKey, ...], tuple[ConnectorKey, ...]] | None
) -> None:
    assert Partition(policy, CATALOGUE).separated({SHAREPOINT, SQL}) == sides


def test_a_policy_takes_no_module_apart_that_it_does_not_list() -> None:
    assert Partition(listing((SHAREPOINT, BUSINESS)), CATALOGUE).separated({SHAREPOINT, EXCEL}) is None


def test_the_old_schema_takes_no_http_apart_that_it_does_not_list() -> None:
    policy = listing((SHAREPOINT, BUSINESS))._replace(legacy=True)

    assert Partition(policy, CATALOGUE).separated({SHAREPOINT, HTTP}) is None


def test_policies_that_meet_in_no_environment_separate_nothing() -> None:
    elsewhere = (EnvironmentRef("finance", AT),)
    declaring = listing((SHAREPOINT, BUSINESS), (SQL, BUSINESS), name="A")
    separating = listing((SHAREPOINT, BUSINESS), name="B")._replace(scope=Scope.ONLY, environments=elsewhere)

    assert list(review(declaring, separating).separations()) == []


@pytest.mark.parametrize(
    ("policy", "separates"),
    [
        pytest.param(listing((SHAREPOINT, BUSINESS)), True, id="Business and the default group"),
        pytest.param(listing((DROPBOX, BLOCKED)), False, id="Non-Business alone"),
        pytest.param(listing((SHAREPOINT, BUSINESS), default=BUSINESS), False, id="Business alone"),
        pytest.param(listing((SQL, BUSINESS), default=BLOCKED), True, id="unblockable ones are Non-Business"),
        pytest.param(listing((SQL, NON_BUSINESS), default=BLOCKED), False, id="unblockable ones beside it"),
        pytest.param(listing(default=BLOCKED), True, id="only what cannot be blocked is left"),
        pytest.param(listing()._replace(patterns=lines((1, "*", BUSINESS))), True, id="custom connectors apart"),
        pytest.param(EMPTY._replace(classified=None), None, id="groups not in the files"),
        pytest.param(
            listing()._replace(open_parts=(OpenPart(PolicyPart.BUSINESS, AT, "open"),)), None, id="a group is open"
        ),
    ],
)
def test_a_policy_separates_when_usable_connectors_are_in_both_groups(
    policy: DlpPolicy, *, separates: bool | None
) -> None:
    assert review(policy).separates(policy) is separates


@pytest.mark.parametrize(
    ("policy", "emptiness"),
    [
        pytest.param(EMPTY, Emptiness.NOTHING, id="nothing listed"),
        pytest.param(EMPTY._replace(patterns=lines((1, "*", IGNORE))), Emptiness.NOTHING, id="* is ignored"),
        pytest.param(EMPTY._replace(patterns=lines((1, "*", BLOCKED))), None, id="* is blocked"),
        pytest.param(EMPTY._replace(default=BLOCKED), None, id="the default group blocks"),
        pytest.param(listing((SQL, BLOCKED))._replace(scope=Scope.ONLY), Emptiness.NOWHERE, id="names none"),
        pytest.param(
            listing((SQL, BLOCKED))._replace(scope=Scope.ONLY, environments=(EnvironmentRef("gone", AT),)),
            Emptiness.NOWHERE,
            id="names one that is gone",
        ),
        pytest.param(
            listing((SQL, BLOCKED))._replace(scope=Scope.ONLY, environments=(EnvironmentRef("HR", AT),)),
            None,
            id="names one that is there",
        ),
        pytest.param(
            listing((SQL, BLOCKED))._replace(scope=Scope.EXCEPT, environments=(EnvironmentRef("hr", AT),)),
            None,
            id="reaches what is created tomorrow",
        ),
        pytest.param(
            listing((SQL, BLOCKED))._replace(scope=Scope.ONLY, environments_known=False), None, id="reach is open"
        ),
    ],
)
def test_a_policy_is_empty_when_it_reaches_or_classifies_nothing(
    policy: DlpPolicy, emptiness: Emptiness | None
) -> None:
    assert review(policy).emptiness(policy) is emptiness


def test_policies_are_identical_whatever_their_names_and_the_order_of_their_entries() -> None:
    one = listing((SQL, BUSINESS), (DROPBOX, BLOCKED), name="A")
    other = listing((DROPBOX, BLOCKED), (SQL, BUSINESS), default=NON_BUSINESS, name="B")
    different = listing((DROPBOX, BLOCKED), (SQL, NON_BUSINESS), name="C")

    assert list(review(one, other, different).identical()) == [(one, other)]


@pytest.mark.parametrize(
    ("rules", "wall"),
    [
        ([(1, "https://a.test/*", Behaviour.ALLOW), (2, "*", Behaviour.DENY)], True),
        ([(2, "*", Behaviour.DENY), (1, "https://a.test/*", Behaviour.ALLOW)], True),
        ([(1, "https://a.test/*", Behaviour.DENY), (2, "*", Behaviour.ALLOW)], False),
        ([], False),
    ],
)
def test_an_endpoint_list_is_a_wall_when_it_ends_in_deny(
    rules: list[tuple[int, str, Behaviour]], *, wall: bool
) -> None:
    entries = tuple(EndpointRule(order, text, behaviour, AT) for order, text, behaviour in rules)
    policy = EMPTY._replace(endpoints=(EndpointRules(HTTP, entries, AT),))

    assert review(policy).has_endpoint_wall(policy, HTTP) is wall


def test_a_family_is_split_by_the_group_in_effect() -> None:
    policy = listing((ConnectorKey("HttpWebhook"), BLOCKED), default=BLOCKED)
    split = listing((HTTP, NON_BUSINESS), default=BLOCKED)

    found = [[family.name for family, _ in review(each).split_families(each)] for each in (policy, split)]
    assert found == [[], ["the HTTP connector"]]


ALLOWING = AdvancedPolicy(
    id="A", name="A", at=AT, environments=(EnvironmentRef("hr", AT),), allowed=(AllowedConnector(SQL, AT),)
)


@pytest.mark.parametrize(
    ("connector", "managed", "usable"),
    [
        pytest.param(SQL, True, True, id="listed"),
        pytest.param(DROPBOX, True, False, id="not listed"),
        pytest.param(SHAREPOINT, True, False, id="not listed, managed"),
        pytest.param(SHAREPOINT, None, True, id="not listed, not managed and unblockable"),
        pytest.param(HTTP, True, True, id="advanced policies say nothing on HTTP"),
    ],
)
def test_an_advanced_policy_lets_be_used_what_it_lists(
    connector: ConnectorKey, *, managed: bool | None, usable: bool
) -> None:
    policy = listing((TEAMS, BUSINESS))

    assert review(policy, advanced=ALLOWING).usable(connector, HR._replace(managed=managed)) is usable


def test_what_the_tenant_switches_off_is_not_usable() -> None:
    policy = listing((SQL, BUSINESS))

    assert review(policy, settings=ConnectorSetting(SQL, denied=True, at=AT)).usable(SQL, HR) is False
