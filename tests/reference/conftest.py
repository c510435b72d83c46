"""The case files of the references: any file of the same form can be run instead of the copies kept here.

A test module finds its file with `pytestconfig.getoption("--dlp-cases", default=None)`; None means the copy beside it.
"""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register the options; run from the root they are simply absent, because this file is then read too late."""
    parser.addoption("--dlp-cases", metavar="FILE", default=None, help="run the data policy cases of this file")
    parser.addoption("--licensing-cases", metavar="FILE", default=None, help="run the licensing cases of this file")
