"""The checks of data policies: verdicts on components, and weaknesses of the policies themselves."""

from collections.abc import Sequence

from pllint.plugin import Check, listed


def pllint_checks() -> Sequence[Check]:
    """Give the checks of the family, by id."""
    return listed(__name__)
