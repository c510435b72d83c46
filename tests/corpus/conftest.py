"""The corpus, read a repository at a time as a run reads it."""

import os
from functools import cache
from pathlib import Path

from pllint.discover import discover
from pllint.model.workspace import Workspace
from pllint.read.workspace import read_workspace
from pllint.settings import load
from pllint.text.problem import DEFAULT_LIMITS

CORPUS = Path(os.environ.get("PLLINT_CORPUS") or Path(__file__).parents[2].parent / "shared" / "corpus")


@cache
def read_corpus(repository: str) -> Workspace:
    """Read one repository of the corpus."""
    root = str(CORPUS / repository)
    settings = load(root)._replace(root=root)
    return read_workspace(discover([root], settings, DEFAULT_LIMITS), settings, DEFAULT_LIMITS)
