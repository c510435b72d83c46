"""Checks of solutions: references and settings (SOL1xx), connectors (SOL2xx), steps (SOL3xx), packages (SOL4xx)."""

from collections.abc import Sequence

from pllint.plugin import Check, listed


def pllint_checks() -> Sequence[Check]:
    """Give the checks of the family, by id."""
    return listed(__name__)
