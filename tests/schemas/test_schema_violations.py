"""How violations are told: how many, in which order, in which words, at what cost."""

import subprocess
import sys

import pytest

from pllint import schema


def governance(*people: object) -> dict[str, object]:
    return {"populations": [{"name": f"group {place}", "people": count} for place, count in enumerate(people)]}


def said(name: str, document: object) -> list[str]:
    return [violation.message for violation in schema.violations(name, document)]


def test_a_schema_is_read_once() -> None:
    assert schema.load("settings") is schema.load("settings")


def test_twenty_violations_are_told_and_the_rest_counted() -> None:
    found = schema.violations("governance", governance(*["many"] * 25))

    assert len(found) == 21
    assert found[-1] == schema.Violation(path=(), message="and 5 more", keyword="more")


def test_exactly_twenty_violations_leave_nothing_to_count() -> None:
    assert len(schema.violations("governance", governance(*["many"] * 20))) == 20


def test_violations_are_sorted_by_path_with_items_in_the_order_of_their_numbers() -> None:
    bad = {"tenant": {"cloud": "sky"}, **governance(*[1, 2, "x", 3, 4, 5, 6, 7, 8, 9, "y"]), "apps": 1}

    paths = [violation.path for violation in schema.violations("governance", bad)]

    assert paths == [
        ("apps",),
        ("populations", 2, "people"),
        ("populations", 10, "people"),
        ("tenant", "cloud"),
    ]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        pytest.param("x" * 200, f"the text '{'x' * 77}...'", id="long text is cut to 80 characters"),
        pytest.param("\u00e9\x1b[31m\n", r"the text '\xe9\x1b[31m\n'", id="text is made ASCII on one line"),
        pytest.param("it's", '''the text "it's"''', id="text with a quote"),
        pytest.param("", "empty text", id="empty text"),
        pytest.param([1, 2], "a list", id="a list is not printed"),
        pytest.param({"a": "b"}, "an object", id="an object is not printed"),
        pytest.param(10**30, "the number 1000000000000000000000000", id="a number too big"),
        pytest.param(-1, "the number -1", id="a number too small"),
        pytest.param(False, "false", id="an answer"),
    ],
)
def test_the_value_found_is_described_in_few_words(value: object, found: str) -> None:
    (message,) = said("governance", {"capacity": {"ai-credits": {"month": value}}})

    assert message.isascii()
    assert message.startswith(f"'month' is {found[:28]}")
    assert len(message) < 140


def test_a_key_with_control_characters_is_made_harmless() -> None:
    (message,) = said("settings", {"checks": {"severity": {"\x1b[2J\u202e": "loud"}}})

    assert message.startswith(r"'\x1b[2J\u202e' is")


def test_text_of_an_exported_file_is_never_printed_where_an_object_belongs() -> None:
    action = {"type": "ApiConnection", "inputs": "AccountKey=abc"}
    document = {"properties": {"definition": {"triggers": {"T": {"type": "x"}}, "actions": {"A": action}}}}

    assert said("cloud-flow", document) == ["'inputs' is text, expected an object with a host"]


def test_an_item_is_named_by_its_place_in_its_list() -> None:
    (message,) = said("connector-properties", {"properties": {"scriptOperations": ["GetParcel", 5]}})

    assert message == "item 2 of 'scriptOperations' is the number 5, expected text"


def test_a_key_of_digits_only_stays_text_in_the_path() -> None:
    (found,) = schema.violations("connector-definition", {"responses": {"200": {"schema": 1}}})

    assert found.path == ("responses", "200", "schema")


def test_a_number_as_key_is_read_as_text() -> None:
    found = schema.violations("governance", {1: "a", "apps": [{2: 3}]})

    assert [violation.path for violation in found] == [("apps", 0)]


@pytest.mark.parametrize("key", ["\ud800", "\udfff key"])
def test_half_a_character_is_no_reason_to_stop(key: str) -> None:
    assert said("settings", {key: 1, "fail-on": 1}) == ["'fail-on' is the number 1, expected error, warning or info"]


def test_a_value_that_json_does_not_have_is_told_where_it_is() -> None:
    (found,) = schema.violations("governance", {"licences": [{"plan": "a", "price": float("nan")}]})

    assert found.path == ("licences", 0, "price")
    assert found.message == "'price' is not what schemas/governance.json describes"


def nested(levels: int) -> dict[str, object]:
    step: dict[str, object] = {"type": "Scope", "actions": 1}
    for _ in range(levels):
        step = {"type": "Scope", "actions": {"Inner": step}}
    return {"properties": {"definition": {"triggers": {"T": {"type": "x"}}, "actions": {"Outer": step}}}}


def test_a_fault_under_forty_levels_of_actions_is_told_like_any_other() -> None:
    (found,) = schema.violations("cloud-flow", nested(40))

    assert len(found.path) == 85
    assert found.message == "'actions' is the number 1, expected an object of actions by name"


def test_a_fault_too_deep_to_explain_is_still_told_with_its_place() -> None:
    (found,) = schema.violations("cloud-flow", nested(300))

    assert len(found.path) == 605
    assert found.message == "'actions' is not what schemas/cloud-flow.json describes"


def test_one_fault_in_a_big_document_does_not_cost_a_look_at_all_of_it() -> None:
    actions = {f"Step {place}": {"type": "Compose", "inputs": list(range(200))} for place in range(2000)}
    actions["Last"] = {"type": "Compose", "runAfter": []}
    document = {"properties": {"definition": {"triggers": {"T": {"type": "x"}}, "actions": actions}}}

    (found,) = schema.violations("cloud-flow", document)

    assert found.path == ("properties", "definition", "actions", "Last", "runAfter")


def test_a_good_document_is_judged_without_jsonschema() -> None:
    program = (
        "import sys; from pllint import schema; schema.violations('settings', {});"
        "print({'jsonschema', 'importlib.resources', 'pathlib', 'difflib'} & set(sys.modules))"
    )

    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert run.stdout.strip() == "set()"


def test_importing_the_module_brings_neither_engine() -> None:
    program = "import sys; import pllint.schema; print({'jsonschema', 'jsonschema_rs', 'json'} & set(sys.modules))"

    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert run.stdout.strip() == "{'json'}"
