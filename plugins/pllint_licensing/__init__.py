"""Checks of licences: apps (LIC1xx), flows (LIC2xx), guests and capacity (LIC3xx), counts (LIC4xx), cost (LIC5xx)."""

from collections.abc import Sequence

from pllint.plugin import Check, listed


def pllint_checks() -> Sequence[Check]:
    """Give the checks of the family, by id."""
    return listed(__name__)
