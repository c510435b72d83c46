"""Checks of lifecycle evidence: stages and HTTP (LIF1xx), retirement (LIF2xx), the manifest itself (LIF3xx)."""

from collections.abc import Sequence

from pllint.plugin import Check, listed


def pllint_checks() -> Sequence[Check]:
    """Give the checks of the family, by id."""
    return listed(__name__)
