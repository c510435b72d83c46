"""The solution checks over the corpus, against counts made anew from the raw files with other means."""

import datetime
import json
import os
import re
import zipfile
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest

from pllint import api, testing
from pllint.finding import ReportedFinding
from pllint.settings import Settings
from pllint.source_checks import source_checks

CORPUS = Path(os.environ.get("PLLINT_CORPUS") or Path(__file__).parents[2].parent / "shared" / "corpus")
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")

REPOSITORIES = sorted(path.name for path in CORPUS.iterdir() if path.is_dir()) if CORPUS.is_dir() else []


@cache
def findings(repository: str) -> tuple[ReportedFinding, ...]:
    checks = (*source_checks(), *testing.written_checks("pllint_solution"))
    return api.lint([str(CORPUS / repository)], Settings(), datetime.date(2026, 11, 21), selected=checks).findings


def found(repository: str, check: str) -> list[ReportedFinding]:
    return [finding for finding in findings(repository) if finding.check == check]


@cache
def files(repository: str) -> tuple[tuple[str, str], ...]:
    """Give name and text of every file of a repository, those in zips included."""
    texts: list[tuple[str, str]] = []
    for path in sorted((CORPUS / repository).rglob("*")):
        name = str(path.relative_to(CORPUS / repository))
        if path.suffix.lower() == ".zip" and zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                texts += [(f"{name}!{member}", text_of(archive.read(member))) for member in archive.namelist()]
        elif path.is_file():
            texts.append((name, text_of(path.read_bytes())))
    return tuple(texts)


def text_of(content: bytes) -> str:
    return content.decode("utf-8-sig", "replace")


def flows(repository: str) -> Iterator[tuple[str, Mapping[str, object]]]:
    for name, text in files(repository):
        if name.lower().endswith(".json") and '"definition"' in text and '"triggers"' in text:
            try:
                document = json.loads(text)
            except ValueError:
                continue
            properties = document.get("properties") if isinstance(document, dict) else None
            if isinstance(properties, dict) and isinstance(properties.get("definition"), dict):
                yield name, properties


def dictionaries(value: object) -> Iterator[dict[str, object]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from dictionaries(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from dictionaries(inner)


@pytest.mark.parametrize("repository", REPOSITORIES)
def test_undeclared_references_are_those_whose_label_is_in_no_map(repository: str) -> None:
    expected = set()
    for name, properties in flows(repository):
        declared = properties.get("connectionReferences")
        labels = {label.lower() for label in declared} if isinstance(declared, dict) else set()
        for label in re.findall(r'"connection(?:Reference)?Name": "([^"@]+)"', json.dumps(properties["definition"])):
            if label.lower() not in labels:
                expected.add((name, label.lower()))

    assert {(finding.place.path, name_in(finding.message)) for finding in found(repository, "SOL101")} == expected


def name_in(message: str) -> str:
    return message.partition("the connection '")[2].partition("'")[0].lower()


@pytest.mark.parametrize("repository", REPOSITORIES)
def test_missing_references_are_held_by_no_customizations(repository: str) -> None:
    held = {
        name.lower()
        for _, text in files(repository)
        for name in re.findall(r'connectionreferencelogicalname="([^"]+)"', text)
    }

    named = {re.findall(r"connection reference '([^']+)'", one.message)[0] for one in found(repository, "SOL102")}

    assert not {name.lower() for name in named} & held


@pytest.mark.parametrize("repository", REPOSITORIES)
def test_unused_references_are_named_by_no_flow_or_app(repository: str) -> None:
    users = [
        text.lower()
        for name, text in files(repository)
        if re.search(r"(?:^|[/!])(?:Workflows|CanvasApps)/", name, re.IGNORECASE)
    ]

    for finding in found(repository, "SOL103"):
        named = re.findall(r"connection reference '([^']+)'", finding.message)
        assert named
        assert not any(f'"{named[0].lower()}"' in text for text in users)


@pytest.mark.parametrize("repository", REPOSITORIES)
def test_missing_children_are_ids_no_workflow_element_has(repository: str) -> None:
    everything = [text for name, text in files(repository) if name.lower().endswith(".xml")]
    held = {one.lower() for text in everything for one in re.findall(r'WorkflowId="\{([^}]+)\}"', text)}
    called = {
        one.lower()
        for _, properties in flows(repository)
        for one in re.findall(r'"workflowReferenceName": "([^"@]+)"', json.dumps(properties["definition"]))
    }

    missing = {re.findall(r"the flow (\S+) ", finding.message)[0] for finding in found(repository, "SOL401")}

    assert missing <= called
    assert not missing & held


def manifests(repository: str) -> Iterator[tuple[str, str, str, str]]:
    for name, text in files(repository):
        if re.search(r"(?:^|[/!])solution\.xml$", name, re.IGNORECASE) and "<SolutionManifest>" in text:
            manifest = ElementTree.fromstring(text).find("SolutionManifest")  # noqa: S314 - files we chose
            assert manifest is not None
            values = (
                manifest.findtext(path) or ""
                for path in ("UniqueName", "Version", "Publisher/UniqueName", "Publisher/CustomizationPrefix")
            )
            unique_name, version, publisher, prefix = values
            yield unique_name, version, publisher, prefix


@pytest.mark.parametrize("repository", REPOSITORIES)
def test_default_publishers_are_those_of_the_manifests(repository: str) -> None:
    expected = {
        unique_name
        for unique_name, _, publisher, prefix in manifests(repository)
        if publisher.startswith("DefaultPublisher")
        or re.fullmatch("Cr[0-9a-f]{3,6}", publisher)
        or prefix == "new"
        or re.fullmatch(r"cr(?=[a-f]*\d)[0-9a-f]{3,5}", prefix)
    }

    named = [re.findall("the solution '([^']+)'", finding.message)[0] for finding in found(repository, "SOL409")]

    assert set(named) == expected


@pytest.mark.parametrize("repository", REPOSITORIES)
def test_credentials_in_steps_are_placeholders_or_found(repository: str) -> None:
    expected = {
        name
        for name, properties in flows(repository)
        for step in dictionaries(properties["definition"])
        if step.get("type") in ("Http", "HttpWebhook")
        for call in dictionaries(step.get("inputs"))
        for inner in dictionaries(call.get("authentication"))
        for key in ("secret", "password", "pfx")
        if isinstance(value := inner.get(key), str) and not re.search(r"^@|\*\*\*|^\{.*\}$", value)
    }

    assert {finding.place.path for finding in found(repository, "SOL306")} == expected
