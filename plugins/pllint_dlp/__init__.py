"""The checks of data policies: verdicts on components, and weaknesses of the policies themselves."""

from collections.abc import Sequence

from pllint.plugin import Check


def pllint_checks() -> Sequence[Check]:
    """Give the family's checks, by id."""
    return ()
