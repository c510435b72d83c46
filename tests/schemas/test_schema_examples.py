"""What each schema says to small documents, and that both engines agree."""

from pathlib import Path

import jsonschema
import jsonschema_rs
import pytest
from referencing import Registry

from pllint import schema
from pllint.source import KeyPath
from tests.schemas.bad_documents import BAD
from tests.schemas.good_documents import GOOD

HERE = Path(__file__).parent

BAD_ONES = [pytest.param(*bad, id=f"{bad.name} {'/'.join(map(str, bad.path))} {bad.says[:20]}") for bad in BAD]


def by_jsonschema(name: str, document: object) -> bool:
    # An empty registry retrieves nothing: a reference out of the schema would raise.
    return jsonschema.Draft7Validator(schema.load(name), registry=Registry()).is_valid(document)


def by_jsonschema_rs(name: str, document: object) -> bool:
    return jsonschema_rs.Draft7Validator(schema.load(name), validate_formats=False, retriever=no_network).is_valid(
        document
    )


def no_network(uri: str) -> dict[str, object]:
    raise AssertionError(uri)


@pytest.mark.parametrize(("name", "document"), GOOD)
def test_a_good_document_has_no_violation(name: str, document: object) -> None:
    assert schema.violations(name, document) == []


@pytest.mark.parametrize(("name", "document", "path", "says"), BAD_ONES)
def test_a_bad_document_has_one_violation_that_names_place_and_remedy(
    name: str, document: object, path: KeyPath, says: str
) -> None:
    found = schema.violations(name, document)

    assert [violation.path for violation in found] == [path]
    assert says in found[0].message


@pytest.mark.parametrize(("name", "document"), [*GOOD, *(pytest.param(bad.name, bad.document) for bad in BAD)])
def test_both_engines_agree_without_the_network(name: str, document: object) -> None:
    assert by_jsonschema(name, document) == by_jsonschema_rs(name, document)


def test_every_schema_has_good_and_bad_examples() -> None:
    names = {file.stem for file in (HERE.parents[1] / "schemas").glob("*.json")}

    assert {param.values[0] for param in GOOD} == names
    assert {bad.name for bad in BAD} == names
