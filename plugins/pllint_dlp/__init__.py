"""The checks of data policies: verdicts on components, and weaknesses of the policies themselves."""

from collections.abc import Sequence

from pllint.plugin import Check
from pllint_dlp import coverage, custom_connectors, http, verdicts


def pllint_checks() -> Sequence[Check]:
    """Give the family's checks, by id."""
    return (
        verdicts.blocked_connector,
        verdicts.data_group_conflict,
        verdicts.blocked_action,
        verdicts.denied_endpoint,
        verdicts.environment_uncovered,
        verdicts.verdict_open,
        verdicts.child_flow_depends_on_http,
        custom_connectors.unclassified_custom_connector,
        custom_connectors.custom_connector_caught_by_default,
        coverage.default_environment_uncovered,
        coverage.shared_environment_uncovered,
        coverage.tenant_baseline_missing,
        coverage.default_group_business,
        http.http_enabled_in_default_environment,
        coverage.custom_connectors_open,
    )
