"""SOL101-SOL105: connection references, declared and used."""

from collections.abc import Iterator

from pllint.model.component import APPS, Component, ComponentKind, DeclaredReference, Step
from pllint.model.solution import ConnectionReference, Solution
from pllint.model.workspace import Workspace
from pllint.plugin import Confidence, Context, Finding, Severity, check
from pllint_solution.wording import in_steps, listed, name_of, others

_REFERENCES = "https://learn.microsoft.com/power-apps/maker/data-platform/create-connection-reference"


@check(
    id="SOL101",
    name="connection-reference-undeclared",
    severity=Severity.ERROR,
    since="0.1",
    source=_REFERENCES,
    on=Component,
)
def connection_reference_undeclared(flow: Component, context: Context) -> Iterator[Finding]:
    """A step names a connection reference that its flow does not declare."""
    if context.workspace.is_copied(flow):
        return
    by_label: dict[str, list[Step]] = {}
    for step in _steps(flow):
        if step.undeclared and step.label:
            by_label.setdefault(step.label.lower(), []).append(step)
    for steps in by_label.values():
        first = steps[0]
        yield Finding(
            at=first.at,
            message=f"'{flow.name}' uses the connection '{first.label}' {in_steps([step.name for step in steps])}, and"
            f" declares {'no connection of that name' if flow.declared else 'no connections'}",
            remedy="Open the flow in the designer, choose the connection of the step again, and save it (maker)",
            component=flow.ref,
            cause=(first.label or "").lower(),
            related=others((f"the step '{step.name}'", step.at) for step in steps),
        )


@check(
    id="SOL102",
    name="connection-reference-missing",
    severity=Severity.WARNING,
    since="0.1",
    source=_REFERENCES,
    on=Component,
)
def connection_reference_missing(component: Component, context: Context) -> Iterator[Finding]:
    """A flow or app names a connection reference that no solution holds, although one of them should."""
    workspace = context.workspace
    solution = workspace.solution_of(component)
    if solution is None or workspace.is_copy(solution):
        return
    held = {one.logical_name.lower() for each in workspace.solutions for one in each.connection_references}
    prefixes = {each.prefix.lower() for each in workspace.solutions if each.prefix}
    # The export says so itself: that is `missing-dependency`.
    expected = {one.required.lower() for one in solution.missing_dependencies}
    for entry in component.declared:
        name = (entry.logical_name or "").lower()
        if not name or name in held or name in expected or name.partition("_")[0] not in prefixes:
            continue
        yield Finding(
            at=entry.at,
            message=f"'{component.name}' needs the connection reference '{entry.logical_name}', which"
            f" {_nobody(solution, workspace)}, though its prefix is that of {_publisher(name, workspace)}",
            remedy=f"Add the connection reference to {solution.unique_name}, or to the solution that is imported before"
            " it, and export again (maker)",
            confidence=Confidence.LIKELY,
            component=component.ref,
            cause=name,
        )


def _nobody(solution: Solution, workspace: Workspace) -> str:
    number = len({one.unique_name for one in workspace.solutions})
    return f"'{solution.unique_name}' does not hold" if number == 1 else f"none of the {number} solutions here holds"


def _publisher(name: str, workspace: Workspace) -> str:
    prefix = name.partition("_")[0]
    found = sorted({one.publisher or one.unique_name for one in workspace.solutions if _prefix(one) == prefix})
    return f"the publisher {found[0]}" if len(found) == 1 else f"the publishers {listed(found[:3])}"


def _prefix(solution: Solution) -> str:
    return (solution.prefix or "").lower()


@check(
    id="SOL103",
    name="connection-reference-unused",
    severity=Severity.WARNING,
    since="0.1",
    source=_REFERENCES,
    on=Workspace,
    given=("components", "solutions"),
)
def connection_reference_unused(workspace: Workspace, context: Context) -> Iterator[Finding]:
    """A connection reference is declared, and nothing uses it."""
    for component in workspace.components:
        if component.kind is ComponentKind.CLOUD_FLOW and not workspace.is_copied(component):
            yield from _unused_in_flow(component, context)
    named = {(entry.logical_name or "").lower() for one in workspace.components for entry in one.declared}
    named |= {(use.reference or "").lower() for one in workspace.components for use in one.uses}
    for solution in workspace.solutions:
        if not workspace.is_copy(solution):
            yield from _unused_in_solution(solution, named, context)


def _unused_in_flow(flow: Component, context: Context) -> Iterator[Finding]:
    for entry in flow.declared:
        if entry.used:
            continue
        what = f" of {name_of(entry.connector, context)}" if entry.connector else ""
        yield Finding(
            at=entry.at,
            message=f"'{flow.name}' declares the connection '{entry.label}'{what}, which none of its steps uses",
            remedy="Remove the connection from the flow in the designer and save it (maker)",
            component=flow.ref,
            connectors=(entry.connector,) if entry.connector else (),
            cause=entry.label.lower(),
        )


def _unused_in_solution(solution: Solution, named: set[str], context: Context) -> Iterator[Finding]:
    workspace = context.workspace
    # Desktop flows and reports use connection references too, and say so where nothing reads it.
    if solution.unread or solution.held is None or _lacks_a_user(solution):
        return
    # Solutions that hold nothing but references serve others.
    if not any(one.uses for one in workspace.components if one.solution == solution.unique_name):
        return
    needed = {one.dependent.lower() for one in solution.missing_dependencies}
    for reference in solution.connection_references:
        name = reference.logical_name.lower()
        if not name or name in named or name in needed or _may_serve(reference, workspace):
            continue
        what = f" of {name_of(reference.connector, context)}" if reference.connector else ""
        yield Finding(
            at=reference.at,
            message=f"the solution '{solution.unique_name}' holds the connection reference"
            f" '{reference.logical_name}'{what}, which no app, flow or agent uses",
            remedy=f"Remove the connection reference from {solution.unique_name}: whoever imports it is asked for a"
            " connection that nothing needs (maker)",
            confidence=Confidence.LIKELY,
            connectors=(reference.connector,) if reference.connector else (),
            cause=name,
        )


def _lacks_a_user(solution: Solution) -> bool:
    return any(not file.binary for file in solution.missing_files)


def _may_serve(reference: ConnectionReference, workspace: Workspace) -> bool:
    """Tell whether something that names no references uses this one's connector: apps, and flows of old exports."""
    if reference.connector is None:
        return True
    for component in workspace.users_of(reference.connector):
        if component.kind in APPS:
            return True
        if any(entry.connector == reference.connector and entry.logical_name is None for entry in component.declared):
            return True
    return False


@check(
    id="SOL104",
    name="connection-embedded",
    severity=Severity.WARNING,
    since="0.1",
    source=_REFERENCES,
    on=Component,
)
def connection_embedded(component: Component, context: Context) -> Iterator[Finding]:
    """An app or flow of a solution binds a connection directly instead of through a connection reference."""
    solution = context.workspace.solution_of(component)
    if solution is None or context.workspace.is_copy(solution):
        return
    by_connector: dict[str, list[DeclaredReference]] = {}
    for entry in component.declared:
        if _is_embedded(entry, component, solution):
            by_connector.setdefault(entry.connector or entry.label, []).append(entry)
    for key, entries in by_connector.items():
        first = entries[0]
        what = f" of {name_of(first.connector, context)}" if first.connector else f" '{first.label}'"
        bound = f"a connection{what}" if len(entries) == 1 else f"{len(entries)} connections{what}"
        yield Finding(
            at=first.at,
            message=f"'{component.name}' binds {bound} directly: no connection reference stands for it, so each"
            " environment has to be edited by hand",
            remedy="Create a connection reference in the solution and choose it in place of the connection (maker)",
            confidence=Confidence.CERTAIN if any(entry.connection for entry in entries) else Confidence.LIKELY,
            component=component.ref,
            connectors=(first.connector,) if first.connector else (),
            cause="" if first.connector else key,
            related=others((f"the connection '{entry.label}'", entry.at) for entry in entries),
        )


def _is_embedded(entry: DeclaredReference, component: Component, solution: Solution) -> bool:
    if entry.logical_name or entry.runs_as == "invoker" or not entry.used:
        return False
    if entry.connection:
        return True
    # Older exports name neither: with a reference to that connector beside the flow, it may be the one.
    return component.kind is ComponentKind.CLOUD_FLOW and not any(
        reference.connector == entry.connector for reference in solution.connection_references
    )


@check(
    id="SOL105",
    name="connection-reference-contradiction",
    severity=Severity.ERROR,
    since="0.1",
    source=_REFERENCES,
    on=Component,
)
def connection_reference_contradiction(flow: Component, context: Context) -> Iterator[Finding]:
    """The connection reference, the API name and the API id of one step name different connectors."""
    if context.workspace.is_copied(flow):
        return
    by_cause: dict[tuple[str, tuple[str, ...]], list[Step]] = {}
    for step in _steps(flow):
        if step.contested:
            by_cause.setdefault(((step.label or "").lower(), step.contested), []).append(step)
    for (_, named), steps in by_cause.items():
        first = steps[0]
        yield Finding(
            at=first.at,
            message=f"'{flow.name}' names {listed(named)} for one connection {in_steps([step.name for step in steps])}",
            remedy="Choose the connection of the step again in the designer, so that its parts name one (maker)",
            component=flow.ref,
            connectors=named,
            cause=(first.label or "").lower(),
            related=others((f"the step '{step.name}'", step.at) for step in steps),
        )


def _steps(component: Component) -> Iterator[Step]:
    for use in component.uses:
        yield from use.steps
    for unresolved in component.unresolved:
        yield unresolved.step
