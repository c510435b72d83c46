"""Checks of solutions: references and settings (SOL1xx), connectors (SOL2xx), steps (SOL3xx), packages (SOL4xx)."""

from collections.abc import Sequence

from pllint.plugin import Check
from pllint_solution.connectors import (
    connector_declared_not_used,
    connector_deprecated,
    connector_independent_publisher,
    connector_preview,
    connector_unknown,
    http_instead_of_connector,
    operation_deprecated,
)
from pllint_solution.deployment import (
    deployment_setting_mismatch,
    deployment_setting_missing,
    deployment_setting_unknown,
    environment_variable_value_committed,
    environment_variable_without_value,
)
from pllint_solution.packages import (
    child_flow_cycle,
    child_flow_missing,
    component_missing,
    component_unlisted,
    flow_switched_off,
    managed_source,
    missing_dependency,
    publisher_default,
)
from pllint_solution.references import (
    connection_embedded,
    connection_reference_contradiction,
    connection_reference_missing,
    connection_reference_undeclared,
    connection_reference_unused,
)
from pllint_solution.steps import (
    hard_coded_environment,
    http_authentication_embedded,
    http_plain,
    http_trigger_open_to_anyone,
    secret_in_inputs,
    secure_inputs_off,
)


def pllint_checks() -> Sequence[Check]:
    """Give the checks of the family, by id."""
    return (
        connection_reference_undeclared,
        connection_reference_missing,
        connection_reference_unused,
        connection_embedded,
        connection_reference_contradiction,
        deployment_setting_missing,
        deployment_setting_unknown,
        deployment_setting_mismatch,
        environment_variable_value_committed,
        environment_variable_without_value,
        connector_unknown,
        connector_deprecated,
        operation_deprecated,
        connector_preview,
        connector_independent_publisher,
        connector_declared_not_used,
        http_instead_of_connector,
        secret_in_inputs,
        hard_coded_environment,
        http_trigger_open_to_anyone,
        http_plain,
        secure_inputs_off,
        http_authentication_embedded,
        child_flow_missing,
        child_flow_cycle,
        managed_source,
        component_missing,
        component_unlisted,
        missing_dependency,
        flow_switched_off,
        publisher_default,
    )
