"""Checks of custom connectors: Swagger (CON1xx), host (CON2xx), authentication (CON3xx), files (CON4xx-5xx)."""

from collections.abc import Sequence

from pllint.plugin import Check, listed


def pllint_checks() -> Sequence[Check]:
    """Give the checks of the family, by id."""
    return listed(__name__)
