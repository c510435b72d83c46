"""What holds for every schema file: it is strict, complete for an editor, and stands alone."""

import json
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import jsonschema
import jsonschema_rs
import pytest
from ruamel.yaml import YAML

from pllint import schema
from pllint.engine.dlp.remedies import RemedyKind
from pllint.model.licensing import ReasonWord
from pllint.model.verdict import NoteKind, Rule, ViolationKind
from pllint.source import KeyPath

HERE = Path(__file__).parent
FOLDER = HERE.parents[1] / "schemas"
NAMES = sorted(file.stem for file in FOLDER.glob("*.json"))
WRITTEN_BY_PEOPLE = ("governance", "settings")
WRITTEN_BY_PLLINT = (
    "catalogue", "checks", "config", "gate", "impact", "licences", "licences-diff", "matrix", "report",
    "show", "why",
)  # fmt: skip
ANNOTATIONS = {"$ref", "default", "deprecationMessage", "description", "examples", "title", "x-expected"}


def rules(node: object) -> Iterator[dict[str, object]]:
    """Give a schema and the schemas inside it."""
    if not isinstance(node, dict):
        return
    yield node
    for keyword in ("properties", "definitions", "patternProperties"):
        for child in node.get(keyword, {}).values():
            yield from rules(child)
    for keyword in ("items", "additionalProperties", "propertyNames", "if", "then", "else"):
        yield from rules(node.get(keyword))
    for keyword in ("allOf", "anyOf", "oneOf"):
        for child in node.get(keyword, []):
            yield from rules(child)


def definitions(name: str) -> dict[str, dict[str, object]]:
    found = schema.load(name).get("definitions", {})
    assert isinstance(found, dict)
    return found


def references(name: str) -> set[str]:
    return {str(rule["$ref"]) for rule in rules(schema.load(name)) if "$ref" in rule}


def test_the_schemas_that_pllint_promises_are_there() -> None:
    assert NAMES == [
        "catalogue", "checks", "cloud-flow", "config", "connector-definition", "connector-properties",
        "deployment-settings", "environments", "gate", "governance", "impact", "licences", "licences-diff", "matrix",
        "plans", "policy", "report", "settings", "show", "solution", "why",
    ]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_names_itself_and_says_what_it_is_for(name: str) -> None:
    loaded = schema.load(name)

    assert loaded["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert loaded["$id"] == f"https://pllint.dev/schemas/{name}.json"
    assert loaded["title"]
    assert loaded["description"]


@pytest.mark.parametrize("name", NAMES)
def test_jsonschema_holds_a_schema_valid(name: str) -> None:
    jsonschema.Draft7Validator.check_schema(schema.load(name))


@pytest.mark.parametrize("name", NAMES)
def test_jsonschema_rs_builds_a_schema(name: str) -> None:
    jsonschema_rs.Draft7Validator(schema.load(name))


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_refers_to_its_own_definitions_and_to_all_of_them(name: str) -> None:
    assert references(name) == {f"#/definitions/{key}" for key in definitions(name)}


@pytest.mark.parametrize("name", NAMES)
def test_nothing_that_decides_stands_beside_a_reference(name: str) -> None:
    # Draft 7 ignores what stands beside a $ref.
    beside = [rule for rule in rules(schema.load(name)) if "$ref" in rule and set(rule) - ANNOTATIONS]

    assert beside == []


@pytest.mark.parametrize("name", NAMES)
def test_alternatives_say_in_words_what_they_are_alternatives_for(name: str) -> None:
    silent = [
        rule
        for rule in rules(schema.load(name))
        if {"anyOf", "oneOf"} & set(rule) and not isinstance(rule.get("x-expected"), str)
    ]

    assert silent == []


@pytest.mark.parametrize("name", NAMES)
def test_patterns_mean_the_same_to_both_engines(name: str) -> None:
    # In Python \d and \w know all scripts, in jsonschema-rs ASCII alone.
    patterns = [str(rule["pattern"]) for rule in rules(schema.load(name)) if "pattern" in rule]

    assert [pattern for pattern in patterns if "\\" in pattern] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_property_has_a_description(name: str) -> None:
    conditions = [
        inner
        for rule in rules(schema.load(name))
        for keyword in ("if", "then", "else")
        for inner in rules(rule.get(keyword))
    ]
    silent = []
    for rule in rules(schema.load(name)):
        properties = rule.get("properties")
        if rule in conditions or not isinstance(properties, dict):
            continue
        for key, child in properties.items():
            meant = definitions(name).get(child.get("$ref", "").removeprefix("#/definitions/"), {})
            if not child.get("description") and not meant.get("description"):
                silent.append(key)

    assert silent == []


@pytest.mark.parametrize("name", WRITTEN_BY_PEOPLE)
def test_an_editor_warns_of_unknown_keys_without_holding_the_file_invalid(name: str) -> None:
    open_ones = [
        rule
        for rule in rules(schema.load(name))
        if "properties" in rule and not isinstance(rule["additionalProperties"], dict)
    ]

    assert open_ones == []
    assert definitions(name)["unknown-key"]["deprecationMessage"]


@pytest.mark.parametrize("name", WRITTEN_BY_PLLINT)
def test_what_pllint_writes_is_closed(name: str) -> None:
    open_ones = [
        rule for rule in rules(schema.load(name)) if "properties" in rule and rule["additionalProperties"] is not False
    ]

    assert open_ones == []


@pytest.mark.parametrize("name", WRITTEN_BY_PEOPLE)
def test_the_example_holds_every_key_of_its_schema(name: str) -> None:
    example = YAML(typ="safe", pure=True).load(HERE / "examples" / f"{name}.yaml")
    used: set[str] = set()
    known: set[str] = set()

    def compare(value: object, path: KeyPath) -> None:
        place = "/".join("*" if isinstance(step, int) else step for step in path)
        if isinstance(value, dict):
            known.update(f"{place}/{key}" for key in schema.known_keys(name, path))
            used.update(f"{place}/{key}" for key in value)
        children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for step, child in children:
            compare(child, (*path, step))

    compare(example, ())

    assert known - used == set()


@pytest.mark.parametrize("name", ["impact", "matrix", "why"])
def test_schemas_of_verdicts_know_every_word_of_the_engine(name: str) -> None:
    enums = [set(one) for rule in rules(schema.load(name)) if isinstance(one := rule.get("enum"), list)]
    words: list[type[StrEnum]] = [RemedyKind, ReasonWord, Rule] if name == "why" else []

    assert {*ViolationKind, *NoteKind} in enums
    assert [word for word in words if set(word) not in enums] == []


def test_schema_files_are_strict_json_in_ascii() -> None:
    for name in NAMES:
        json.loads((FOLDER / f"{name}.json").read_bytes().decode("ascii"))
