"""What teams really keep in source control breaks no schema."""

import io
import json
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from pllint import schema

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
ARCHIVES_INSIDE_ARCHIVES = 3

# Files that break their schema, with the reason why they should. None does: what is wrong in the corpus is
# either not JSON at all or a matter for a check.
KNOWN_BAD: dict[str, str] = {}

# Fewer files mean that this test no longer recognises them.
AT_LEAST = {
    "cloud-flow": 500,
    "connector-definition": 320,
    "connector-properties": 310,
    "deployment-settings": 30,
    "environments": 70,
    "policy": 5,
}


def members(path: str, data: bytes, depth: int = 0) -> Iterator[tuple[str, bytes]]:
    """Give a file and, for an archive, the files in it."""
    if path.lower().endswith(".json"):
        yield path, data
    elif depth < ARCHIVES_INSIDE_ARCHIVES and data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                inside = name.replace("\\", "/")
                yield from members(f"{path}!{inside}", archive.read(name), depth + 1)


def parsed(data: bytes) -> object:
    """Read JSON in any encoding met; None when it is none."""
    for encoding in ("utf-16", "utf-8-sig") if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else ("utf-8-sig", "cp1252"):
        try:
            document: object = json.loads(data.decode(encoding), strict=False)
        except UnicodeDecodeError:
            continue
        except ValueError:
            return None
        return document
    return None


def first_object(document: object) -> dict[str, object]:
    """Unwrap the lists and answers that policies and environments come in."""
    while not isinstance(document, dict) or document.keys() & {"value", "dlp_policies", "data"}:
        if isinstance(document, dict):
            document = next(document[key] for key in ("dlp_policies", "value", "data") if key in document)
        if isinstance(document, list) and document:
            document = document[0]
        elif not isinstance(document, dict):
            return {}
    return document


def recognised(path: str, document: object) -> str | None:
    """Say which schema a document falls under."""
    top = document if isinstance(document, dict) else {}
    properties = top.get("properties")
    definition = properties.get("definition") if isinstance(properties, dict) else None
    one = first_object(document)
    facts = one.get("properties")
    rules = one.get("rules")
    tests = {
        "cloud-flow": isinstance(definition, dict) and definition.keys() >= {"triggers", "actions"},
        "connector-definition": top.get("swagger") == "2.0",
        "connector-properties": path.lower().endswith("/apiproperties.json"),
        "deployment-settings": top.keys() >= {"EnvironmentVariables", "ConnectionReferences"},
        "policy": bool(one.keys() & {"policyDefinition", "connectorGroups", "connectorActionConfigurations"})
        or (isinstance(rules, list) and "customConnectorRuleClassification" in first_object(rules)),
        "environments": (isinstance(facts, dict) and "environmentSku" in facts)
        or one.keys() >= {"EnvironmentName", "EnvironmentType"},
    }
    return next((name for name, holds in tests.items() if holds), None)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real files is not beside the repository")
def test_real_files_break_no_schema_but_for_known_reasons() -> None:
    seen: Counter[str] = Counter()
    broken: dict[str, list[schema.Violation]] = {}
    for file in sorted(CORPUS.rglob("*")):
        if not file.is_file():
            continue
        for path, data in members(file.relative_to(CORPUS).as_posix(), file.read_bytes()):
            document = parsed(data)
            name = recognised(path, document)
            if name is not None:
                seen[name] += 1
                if found := schema.violations(name, document):
                    broken[path] = found

    assert {path: found for path, found in broken.items() if path not in KNOWN_BAD} == {}
    assert [path for path in KNOWN_BAD if path not in broken] == []
    assert {name: count for name, count in AT_LEAST.items() if seen[name] < count} == {}
