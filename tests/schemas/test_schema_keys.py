"""The keys a schema knows, and those it does not."""

import pytest

from pllint import schema
from pllint.source import KeyPath


@pytest.mark.parametrize(
    ("name", "document", "path", "nearest"),
    [
        pytest.param("settings", {"fail_on": "error"}, ("fail_on",), "fail-on", id="at the top"),
        pytest.param("settings", {"checks": {"selct": []}}, ("checks", "selct"), "select", id="in an object"),
        pytest.param(
            "settings",
            {"targets": [{}, {"enviroments": []}]},
            ("targets", 1, "enviroments"),
            "environments",
            id="in a list",
        ),
        pytest.param("settings", {"xyz": 1}, ("xyz",), None, id="like no other"),
        pytest.param(
            "governance",
            {"connectors": [{"request": {"reviewed": {"persn": "Omar"}}}]},
            ("connectors", 0, "request", "reviewed", "persn"),
            "person",
            id="four levels down",
        ),
        pytest.param(
            "governance",
            {"apps": [{"budget": {"year": 1}}]},
            ("apps", 0, "budget", "year"),
            "yearly",
            id="behind a reference",
        ),
        pytest.param(
            "governance",
            {"flows": [{"credential-holders": {"hold": {}}}]},
            ("flows", 0, "credential-holders", "hold"),
            "holds",
            id="behind an alternative",
        ),
        pytest.param(
            "governance",
            {"flows": [{"people": [{"whom": "a"}]}]},
            ("flows", 0, "people", 0, "whom"),
            "who",
            id="in a list inside a list",
        ),
        pytest.param(
            "governance",
            {"flows": [{"shared-with": []}]},
            ("flows", 0, "shared-with"),
            None,
            id="known of something else only",
        ),
        pytest.param("governance", {1: 2}, (1,), None, id="a number"),
    ],
)
def test_an_unknown_key_is_found_with_the_nearest_known_one(
    name: str, document: object, path: KeyPath, nearest: str | None
) -> None:
    assert schema.unknown_keys(name, document) == [schema.UnknownKey(path, str(path[-1]), nearest)]


@pytest.mark.parametrize(
    ("name", "document"),
    [
        pytest.param("settings", {"checks": {"severity": {"my-check": "off"}}}, id="check names are keys"),
        pytest.param("governance", {"populations": [{"holds": {"my-plan": 1}}]}, id="plan names are keys"),
        pytest.param("governance", {"flows": [{"credential-holders": 3}]}, id="the other alternative"),
        pytest.param("governance", {"apps": {"nam": 1}, "capacity": 3}, id="values of the wrong type"),
        pytest.param("governance", None, id="an empty file"),
        pytest.param("governance", {"environments": None}, id="an empty list"),
    ],
)
def test_where_any_key_may_stand_none_is_unknown(name: str, document: object) -> None:
    assert schema.unknown_keys(name, document) == []


def test_nothing_below_an_unknown_key_is_unknown_too() -> None:
    found = schema.unknown_keys("governance", {"enviroments": [{"nam": "a"}]})

    assert [key.key for key in found] == ["enviroments"]


def test_unknown_keys_come_in_the_order_of_the_document() -> None:
    found = schema.unknown_keys("settings", {"zz": 1, "checks": {"yy": 1}, "aa": 1})

    assert [key.key for key in found] == ["zz", "yy", "aa"]


@pytest.mark.parametrize(
    ("name", "path", "known"),
    [
        pytest.param("settings", ("checks",), ("ignore", "select", "severity"), id="of an object"),
        pytest.param(
            "governance",
            ("approvals", 0),
            ("by", "date", "ends", "environment", "flow", "of", "person", "ref", "result"),
            id="of an item of a list",
        ),
        pytest.param("governance", ("flows", 7, "credential-holders"), ("count", "holds"), id="of an alternative"),
        pytest.param("governance", ("apps", 0, "budget"), ("currency", "yearly"), id="behind a reference"),
        pytest.param("settings", ("checks", "severity"), (), id="of an object with any key"),
        pytest.param("settings", ("unheard-of", "x"), (), id="below an unknown key"),
    ],
)
def test_the_known_keys_of_a_place_are_listed_in_order(name: str, path: KeyPath, known: tuple[str, ...]) -> None:
    assert schema.known_keys(name, path) == known


def test_the_known_keys_of_the_whole_document_are_its_top_level_keys() -> None:
    assert "environments" in schema.known_keys("governance")
