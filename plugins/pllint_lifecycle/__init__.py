"""Checks of lifecycle evidence: stages and HTTP (LIF1xx), retirement (LIF2xx), the manifest itself (LIF3xx)."""

from collections.abc import Sequence

from pllint.plugin import Check
from pllint_lifecycle.http import http_in_default_environment, http_use_unapproved
from pllint_lifecycle.manifest import environment_undeclared, manifest_reference_unknown, waiver_expired
from pllint_lifecycle.retirement import (
    retired_still_in_use,
    retirement_dlp_not_updated,
    retirement_licence_review_missing,
    retirement_licences_unaccounted,
)


def pllint_checks() -> Sequence[Check]:
    """Give the checks of the family, by id."""
    return (
        http_use_unapproved,
        http_in_default_environment,
        retirement_licence_review_missing,
        retirement_licences_unaccounted,
        retirement_dlp_not_updated,
        retired_still_in_use,
        environment_undeclared,
        manifest_reference_unknown,
        waiver_expired,
    )
