"""The quick answer never accepts what the schema's engine rejects, and spares it most small documents."""

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pllint import schema
from pllint.accepts import Allowance, accepts
from tests.schemas.bad_documents import BAD, Bad
from tests.schemas.good_documents import GOOD

_DOCUMENTS = [(str(param.values[0]), param.values[1]) for param in GOOD]
_ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.floats(-2, 2), st.text(max_size=3),
    st.sampled_from([[], {}, [1], {"a": 1}, "AllEnvironments", "2026-02-30\n", "object", "Http"]),
)  # fmt: skip


def _engine(name: str) -> jsonschema_rs.Draft7Validator:
    return jsonschema_rs.Draft7Validator(schema.load(name), validate_formats=False)


_ENGINES = {name: _engine(name) for name in {name for name, _ in _DOCUMENTS}}


def _places(value: object, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, child in children for place in _places(child, (*path, key)))]


def _with(document: object, path: tuple[object, ...], value: object) -> object:
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(document, dict):
        return {key: _with(child, rest, value) if key == step else child for key, child in document.items()}
    assert isinstance(document, list)
    return [_with(child, rest, value) if index == step else child for index, child in enumerate(document)]


@given(st.data())
def test_what_is_accepted_is_valid_whatever_is_changed_in_a_good_document(data: st.DataObject) -> None:
    name, document = data.draw(st.sampled_from(_DOCUMENTS))
    changed = _with(document, data.draw(st.sampled_from(_places(document))), data.draw(_ODD))

    assert _ENGINES[name].is_valid(changed) or not accepts(schema.load(name), changed)


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: f"{bad.name}-{bad.says[:30]}")
def test_no_bad_example_is_accepted(bad: Bad) -> None:
    assert not accepts(schema.load(bad.name), bad.document)


def test_most_good_examples_are_accepted_without_the_engine() -> None:
    accepted = [accepts(schema.load(name), document) for name, document in _DOCUMENTS]

    assert sum(accepted) > 0.8 * len(accepted)


def test_a_document_that_is_too_large_is_left_to_the_engine() -> None:
    many = {"value": [{"EnvironmentName": str(number), "EnvironmentType": "Sandbox"} for number in range(10_000)]}

    assert not accepts(schema.load("environments"), many)


def test_a_rule_that_is_not_known_is_left_to_the_engine() -> None:
    assert not accepts({"type": "string", "format": "date"}, "2026-11-21")


def test_documents_of_one_run_share_what_may_be_looked_at() -> None:
    allowance = Allowance()
    document = {"value": [{"EnvironmentName": str(number), "EnvironmentType": "Sandbox"} for number in range(100)]}

    accepted = [accepts(schema.load("environments"), document, allowance) for _ in range(100)]

    assert (accepted[0], accepted[-1]) == (True, False)
