"""An independent, naive reading of every connector of the corpus has to agree with the checks of connectors.

Nothing here shares code with the reader: definitions are opened with the standard library and counted by hand.
"""

import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from pllint import api
from pllint.check import Check
from pllint.finding import Report, ReportedFinding, Severity
from pllint.settings import load
from pllint.testing import AS_OF

CORPUS = Path(os.environ.get("PLLINT_CORPUS") or Path(__file__).parents[2].parent / "shared" / "corpus")
PUBLISHED = CORPUS / "microsoft+PowerPlatformConnectors"
METHODS = {"get", "put", "post", "delete", "options", "head", "patch"}

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")

Json = dict[str, object]


@cache
def report() -> Report:
    ours = [check for check in api.checks() if check.id.startswith(("CON", "SRC"))]
    return api.lint([str(PUBLISHED)], load(str(PUBLISHED)), AS_OF, selected=ours)


def findings(check: str) -> list[ReportedFinding]:
    return [finding for finding in report().findings if finding.check == check]


def opened(name: str) -> Iterator[tuple[str, Json]]:
    for file in sorted(PUBLISHED.rglob(name)):
        try:
            value = json.loads(file.read_text(encoding="utf-8-sig"))
        except ValueError:
            continue
        yield file.parent.name, value


def mapping(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def operations() -> Iterator[tuple[str, str, str, Json]]:
    """Give (connector, path, method, operation) of everything."""
    for connector, definition in opened("apiDefinition.swagger.json"):
        for path, item in mapping(definition.get("paths")).items():
            for method, operation in mapping(item).items():
                if method in METHODS and isinstance(operation, dict):
                    yield connector, path, method, operation


def test_no_check_raises_on_a_published_connector() -> None:
    assert findings("SRC012") == []
    assert report().exit_status != 4


def test_every_check_of_the_family_is_there() -> None:
    ids = {check.id for check in api.checks() if check.id.startswith("CON")}
    expected = [*range(101, 124), *range(201, 206), *range(301, 310), *range(401, 412), 501]
    assert ids == {f"CON{number}" for number in expected}


def test_duplicate_operation_ids_are_those_that_occur_twice() -> None:
    counts = Counter((connector, operation.get("operationId")) for connector, _, _, operation in operations())
    duplicates = {pair for pair, number in counts.items() if number > 1 and pair[1]}
    assert len(findings("CON103")) == len(duplicates)


def test_missing_operation_ids_and_summaries_are_counted_by_connector() -> None:
    nameless = {connector for connector, _, _, operation in operations() if not operation.get("operationId")}
    silent = {
        connector
        for connector, _, _, operation in operations()
        if not operation.get("summary") and operation.get("x-ms-visibility") != "internal"
    }
    assert {finding.place.path.split("/")[-2] for finding in findings("CON102")} == nameless
    assert {finding.place.path.split("/")[-2] for finding in findings("CON106")} == silent


def test_no_reference_of_a_published_connector_is_lost_that_a_text_search_finds() -> None:
    lost = set()
    for connector, definition in opened("apiDefinition.swagger.json"):
        names = set(re.findall(r'"\$ref": "#/definitions/([^"/%~]+)"', json.dumps(definition)))
        lost |= {(connector, name) for name in names if name not in mapping(definition.get("definitions"))}
    assert len([finding for finding in findings("CON105") if "defined nowhere" in finding.message]) == len(lost)


def test_path_parameters_agree_with_the_braces_of_the_path() -> None:
    wrong = set()
    for connector, definition in opened("apiDefinition.swagger.json"):
        for path, item in mapping(definition.get("paths")).items():
            for method, operation in mapping(item).items():
                if method not in METHODS or not isinstance(operation, dict):
                    continue
                listed = [operation.get("parameters"), mapping(item).get("parameters")]
                parameters = [mapping(one) for part in listed if isinstance(part, list) for one in part]
                if any("$ref" in one for one in parameters):
                    continue
                declared = {one.get("name") for one in parameters if one.get("in") == "path"}
                if declared != set(re.findall(r"\{([^{}]+)\}", path)):
                    wrong.add((connector, path))
    assert len({(f.place.path, f.place.span.line) for f in findings("CON112")}) == len(wrong)


def test_http_alone_is_what_the_schemes_say() -> None:
    by_http = {
        connector
        for connector, definition in opened("apiDefinition.swagger.json")
        if definition.get("schemes") == ["http"] and connector not in with_gateway()
    }
    assert {finding.place.path.split("/")[-2] for finding in findings("CON201")} == by_http


@cache
def with_gateway() -> frozenset[str]:
    return frozenset(
        connector
        for connector, properties in opened("apiProperties.json")
        if "gatewaysetting" in json.dumps(properties).lower()
    )


def test_shared_redirects_are_what_the_properties_say() -> None:
    readable = {connector for connector, _ in opened("apiDefinition.swagger.json")}
    shared = {
        connector
        for connector, properties in opened("apiProperties.json")
        if '"redirectMode": "Global"' in json.dumps(properties) and connector in readable
    }
    assert {finding.place.path.split("/")[-2] for finding in findings("CON307")} == shared


def test_policies_for_operations_that_are_not_there_are_counted_by_template() -> None:
    ids: dict[str, set[object]] = {}
    for connector, _, _, operation in operations():
        ids.setdefault(connector, set()).add(operation.get("operationId"))
    lost = 0
    for connector, properties in opened("apiProperties.json"):
        templates = mapping(properties.get("properties")).get("policyTemplateInstances")
        for template in templates if isinstance(templates, list) else ():
            named = mapping(mapping(template).get("parameters")).get("x-ms-apimTemplate-operationName")
            lost += connector in ids and isinstance(named, list) and not ids[connector].issuperset(named)
    assert len(findings("CON402")) == lost


def test_an_error_on_a_published_connector_is_one_that_can_be_explained() -> None:
    """The publisher reviewed these, so an error has to be a fact of the file that any reader can check."""
    explained = {
        "CON113": "GET with a body",
        "CON201": "http alone",
        "CON302": "a key that nothing sends",
        "CON304": "OAuth without addresses",
        "CON308": "a secret typed string",
        "CON402": "a policy for an operation that is not there",
        "CON404": "a script for an operation that is not there",
        "CON405": "the corpus holds no scripts",
    }
    errors = Counter(
        finding.check
        for finding in report().findings
        if finding.severity is Severity.ERROR and finding.check.startswith("CON")
    )
    assert set(errors) <= set(explained)
    assert errors.total() < len(list(PUBLISHED.rglob("apiDefinition.swagger.json"))) / 10


def test_a_finding_names_its_connector_and_has_a_page() -> None:
    known: dict[str, Check] = {check.id: check for check in api.checks()}
    for finding in report().findings:
        if finding.check.startswith("CON"):
            assert finding.component is not None
            assert finding.component.kind == "custom-connector"
            assert known[finding.check].source.startswith("https://learn.microsoft.com/")
