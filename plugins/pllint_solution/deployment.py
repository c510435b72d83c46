"""SOL106-SOL110: deployment settings against the solutions they serve, and values of environment variables."""

from collections.abc import Iterator, Sequence

from pllint.model.connector_id import custom_names, parse_connector_id
from pllint.model.solution import ConnectionReference, DeploymentSettings, EnvironmentVariable, Solution
from pllint.model.workspace import Workspace
from pllint.plugin import Confidence, Context, Finding, Related, Severity, check
from pllint_solution.wording import counted, name_of, others, some

_SETTINGS = "https://learn.microsoft.com/power-platform/alm/conn-ref-env-variables-build-tools"
_VARIABLES = "https://learn.microsoft.com/power-apps/maker/data-platform/environmentvariables"


@check(
    id="SOL106",
    name="deployment-setting-missing",
    severity=Severity.ERROR,
    since="0.1",
    source=_SETTINGS,
    on=DeploymentSettings,
)
def deployment_setting_missing(settings: DeploymentSettings, context: Context) -> Iterator[Finding]:
    """A stage's deployment settings give no value to something the solution needs one for."""
    if settings.template:
        return
    given = {name.lower(): value for name, value, _ in settings.variables}
    connections = {name.lower(): value for name, value in settings.connections}
    valued = _valued(context.workspace)
    for solution in served(settings, context.workspace):
        # A file for no stage in particular that leaves a list empty is not where these are given.
        references = [
            one
            for one in solution.connection_references
            if (connections or settings.stage) and not connections.get(one.logical_name.lower(), "").strip()
        ]
        variables = [
            one
            for one in solution.environment_variables
            if (given or settings.stage)
            and not given.get(one.schema_name.lower(), "").strip()
            and one.schema_name.lower() not in valued
        ]
        if references or variables:
            yield _missing(settings, solution, references, variables, context)


def _missing(
    settings: DeploymentSettings,
    solution: Solution,
    references: Sequence[ConnectionReference],
    variables: Sequence[EnvironmentVariable],
    context: Context,
) -> Finding:
    parts = []
    if references:
        names = some([one.logical_name for one in references])
        parts.append(f"no connection for {counted(len(references), 'connection reference')} ({names})")
    if variables:
        names = some([one.schema_name for one in variables])
        parts.append(f"no value for {counted(len(variables), 'environment variable')} ({names})")
    stage = f" for {settings.stage}" if settings.stage else ""
    needed = [
        *((f"the connection reference '{one.logical_name}'", one.at) for one in references),
        *((f"the environment variable '{one.schema_name}'", one.at) for one in variables),
    ]
    environment = context.workspace.environment(settings.stage) if settings.stage else None
    return Finding(
        at=settings.at,
        message=f"the deployment settings of '{solution.unique_name}'{stage} hold {' and '.join(parts)}",
        remedy="Fill in what is missing, or let the pipeline that imports the solution fill in a token (publisher)",
        environment=environment.name if environment else None,
        cause=solution.unique_name,
        related=(Related(*needed[0]), *others(needed))[:5],
    )


def _valued(workspace: Workspace) -> frozenset[str]:
    """Give the variables that have a default or a value in a solution, lower case."""
    return frozenset(
        one.schema_name.lower()
        for solution in workspace.solutions
        for one in solution.environment_variables
        if one.default or one.value or one.secret
    )


@check(
    id="SOL107",
    name="deployment-setting-unknown",
    severity=Severity.WARNING,
    since="0.1",
    source=_SETTINGS,
    on=DeploymentSettings,
)
def deployment_setting_unknown(settings: DeploymentSettings, context: Context) -> Iterator[Finding]:
    """Deployment settings name something that the solution does not hold."""
    solutions = served(settings, context.workspace)
    if not solutions:
        return
    held = {name for solution in context.workspace.solutions for name in _held(solution)}
    of = " or ".join(f"'{solution.unique_name}'" for solution in solutions)
    for what, entries in (
        ("connection reference", settings.references),
        ("environment variable", settings.variables),
    ):
        for name, _, at in entries:
            if name.lower() not in held:
                yield Finding(
                    at=at,
                    message=f"the deployment settings of {of} name the {what} '{name}', which no solution here holds",
                    remedy="Correct the name, or remove the entry (publisher)",
                    cause=name.lower(),
                )


@check(
    id="SOL108",
    name="deployment-setting-mismatch",
    severity=Severity.ERROR,
    since="0.1",
    source=_SETTINGS,
    on=DeploymentSettings,
)
def deployment_setting_mismatch(settings: DeploymentSettings, context: Context) -> Iterator[Finding]:
    """Deployment settings name another connector than the solution's connection reference."""
    held = {
        one.logical_name.lower(): (solution, one)
        for solution in reversed(served(settings, context.workspace))
        for one in solution.connection_references
    }
    for name, connector, at in settings.references:
        solution, reference = held.get(name.lower(), (None, None))
        parsed = parse_connector_id(connector) if connector and "#{" not in connector else None
        if solution is None or reference is None or parsed is None or reference.connector is None:
            continue
        if parsed.key == reference.connector or _same_custom(reference, parsed.key):
            continue
        yield Finding(
            at=at,
            message=f"the deployment settings give '{name}' a connection of {name_of(parsed.key, context)}, but in"
            f" '{solution.unique_name}' it is a reference to {name_of(reference.connector, context)}",
            remedy="Write the connector of the connection reference, and the id of a connection of it (publisher)",
            connectors=(parsed.key, reference.connector),
            cause=name.lower(),
            related=(Related("the connection reference", reference.at),),
        )


def _same_custom(reference: ConnectionReference, key: str) -> bool:
    if not reference.custom or reference.connector is None:
        return False
    return bool({*custom_names(key)} & {*custom_names(reference.connector)})


@check(
    id="SOL109",
    name="environment-variable-value-committed",
    severity=Severity.WARNING,
    since="0.1",
    source=_VARIABLES,
    on=Solution,
)
def environment_variable_value_committed(solution: Solution, context: Context) -> Iterator[Finding]:
    """A current value of an environment variable travels inside the solution."""
    if context.workspace.is_copy(solution):
        return
    for variable in solution.environment_variables:
        # A secret in clear is `secret-in-inputs`, and told there.
        if not variable.value or variable.value_at is None:
            continue
        yield Finding(
            at=variable.value_at,
            message=f"the solution '{solution.unique_name}' carries a current value of the environment variable"
            f" '{variable.schema_name}', which becomes the value of each environment that it is imported into",
            remedy="Remove the value from the solution before you export it, and give each stage its own in deployment"
            " settings (maker)",
            cause=variable.schema_name.lower(),
            related=(Related("the environment variable", variable.at),),
        )


@check(
    id="SOL110",
    name="environment-variable-without-value",
    severity=Severity.WARNING,
    since="0.1",
    source=_VARIABLES,
    on=Workspace,
    given=("solutions",),
)
def environment_variable_without_value(workspace: Workspace, _context: Context) -> Iterator[Finding]:
    """An environment variable has neither a default nor a value in any deployment settings."""
    valued = _valued(workspace)
    given = {name.lower() for one in workspace.deployment_settings for name, value, _ in one.variables if value.strip()}
    # What a stage's own settings lack is `deployment-setting-missing`.
    told = {
        solution.unique_name
        for settings in workspace.deployment_settings
        if not settings.template and (settings.stage or settings.variables)
        for solution in served(settings, workspace)
    }
    for solution in workspace.solutions:
        if workspace.is_copy(solution) or solution.unique_name in told:
            continue
        for variable in solution.environment_variables:
            if variable.schema_name.lower() in valued or variable.schema_name.lower() in given:
                continue
            yield Finding(
                at=variable.at,
                message=f"the environment variable '{variable.schema_name}' of '{solution.unique_name}' has no default"
                " and no value in any deployment settings: whoever imports the solution has to know it",
                remedy="Give it a default, or a value for each stage in deployment settings (maker)",
                confidence=Confidence.LIKELY,
                cause=variable.schema_name.lower(),
            )


def _shared(path: str, folder: str) -> int:
    """Count the folders that two places have in common."""
    count = 0
    for one, other in zip(path.split("/"), folder.split("/"), strict=False):
        if one != other:
            break
        count += 1
    return count


def served(settings: DeploymentSettings, workspace: Workspace) -> tuple[Solution, ...]:
    """Give the solutions a settings file serves: those that hold most of its names, until all names are held.

    Shared references make a file overlap with solutions that it does not serve, so what one solution explains counts
    for no other; between equals the nearest in the tree wins.
    """
    left = {name.lower() for name, _, _ in (*settings.references, *settings.variables)}
    path = settings.at.source.path
    candidates = [
        (one, frozenset(_held(one)), _shared(path, one.folder))
        for one in workspace.solutions
        if not workspace.is_copy(one)
    ]
    found: list[Solution] = []
    while left:
        best = max(candidates, key=lambda one: (len(one[1] & left), one[2]), default=None)
        if best is None or not best[1] & left:
            break
        found.append(best[0])
        left -= best[1]
    return tuple(found)


def _held(solution: Solution) -> Iterator[str]:
    for reference in solution.connection_references:
        yield reference.logical_name.lower()
    for variable in solution.environment_variables:
        yield variable.schema_name.lower()
