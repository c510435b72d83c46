"""Options of the test run."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--accept", action="store_true", help="rewrite the findings on the checks' pages; review the diff")
    parser.addoption("--dlp-cases", metavar="FILE", help="run these DLP cases instead of the project's own")
    parser.addoption("--licensing-cases", metavar="FILE", help="run these licensing cases instead of the project's own")
