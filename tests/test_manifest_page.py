"""docs/manifest.md tells every key of the manifest, as its schema does.

`pytest --accept` rewrites what is generated; review the diff.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

_ROOT: Final = Path(__file__).parents[1]
_PAGE: Final = _ROOT / "docs" / "manifest.md"
_MARK: Final = "by `pytest tests/test_manifest_page.py --accept`. -->\n"
_SCHEMA: Final = json.loads((_ROOT / "schemas" / "governance.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module", autouse=True)
def _accepted(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--accept"):
        head, mark, _ = _PAGE.read_text(encoding="utf-8").partition(_MARK)
        _PAGE.write_text(head + mark + _keys(), encoding="utf-8", newline="\n")


def test_the_page_tells_what_the_schema_does() -> None:
    assert _PAGE.read_text(encoding="utf-8").partition(_MARK)[2] == _keys()


def _keys() -> str:
    return "".join(_section(key, _resolved(value)) for key, value in _SCHEMA["properties"].items())


def _section(key: str, schema: dict[str, object]) -> str:
    rows = "".join(f"| `{path}` | {value} | {meaning} |\n" for path, value, meaning in _rows(_record(schema), ""))
    return f"\n## {key}\n\n{schema['description']}\n\n| key | value | means |\n| --- | --- | --- |\n{rows}"


def _rows(schema: dict[str, object], prefix: str) -> Iterator[tuple[str, str, str]]:
    """Give the keys of a record, and those of the records in it with their path."""
    properties = schema.get("properties", {})
    assert isinstance(properties, dict)
    for key, written in properties.items():
        value = _resolved(written)
        yield f"{prefix}{key}", _value(value), str(value["description"]).replace("|", "\\|")
        suffix = "[]." if _is_list(value) else "."
        yield from _rows(_record(value), f"{prefix}{key}{suffix}")


def _value(schema: dict[str, object]) -> str:
    allowed = schema.get("enum")
    if isinstance(allowed, list):
        return ", ".join(f"`{one}`" for one in allowed if one is not None)
    expected = schema.get("x-expected")
    if isinstance(expected, str):
        return expected.replace("|", "\\|")
    return "a list" if _is_list(schema) else "its keys below"


def _record(schema: dict[str, object]) -> dict[str, object]:
    """Give the schema of what bears the keys: the record itself, the one in a list, or the one among several forms."""
    forms = schema.get("anyOf")
    if isinstance(forms, list):
        return next(_resolved(form) for form in forms if "properties" in _resolved(form))
    items = schema.get("items")
    return _resolved(items) if isinstance(items, dict) else schema


def _is_list(schema: dict[str, object]) -> bool:
    return "items" in schema


def _resolved(schema: dict[str, object]) -> dict[str, object]:
    """Lay what stands beside a `$ref` over what it points at."""
    target = schema.get("$ref")
    if not isinstance(target, str):
        return schema
    return {**_SCHEMA["definitions"][target.rpartition("/")[2]], **schema}
