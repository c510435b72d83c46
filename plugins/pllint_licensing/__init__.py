"""Checks of licences: apps (LIC1xx), flows (LIC2xx), guests and capacity (LIC3xx), counts (LIC4xx), cost (LIC5xx)."""

from collections.abc import Sequence

from pllint.plugin import Check
from pllint_licensing.counts import licence_count_missing


def pllint_checks() -> Sequence[Check]:
    """Give the checks of the family, by id."""
    return (licence_count_missing,)
