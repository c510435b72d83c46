"""SOL401-SOL409: flows that call flows, and solutions as packages."""

import re
from collections.abc import Iterator, Mapping, Sequence

from pllint.model.component import Call, Component, ComponentKind
from pllint.model.solution import MissingDependency, RootComponent, Solution
from pllint.model.workspace import Workspace
from pllint.plugin import Confidence, Context, Finding, Related, Severity, check
from pllint_solution.wording import counted, in_steps, others, some

_SOLUTIONS = "https://learn.microsoft.com/power-platform/alm/solution-concepts-alm"
_PROCESS = "29"
_READ_TYPES = {_PROCESS: "process", "80": "model-driven app", "300": "canvas app", "372": "custom connector"}


@check(
    id="SOL401",
    name="child-flow-missing",
    severity=Severity.WARNING,
    since="0.1",
    source="https://learn.microsoft.com/power-automate/create-child-flows",
    on=Component,
)
def child_flow_missing(flow: Component, context: Context) -> Iterator[Finding]:
    """A flow calls a child flow that is in no solution read."""
    workspace = context.workspace
    solution = workspace.solution_of(flow)
    if flow.kind is not ComponentKind.CLOUD_FLOW or solution is None or workspace.is_copy(solution):
        return
    needed = {one.required.lower().strip("{}") for one in solution.missing_dependencies}
    by_child: dict[str, list[Call]] = {}
    for call in flow.calls_flows:
        known = workspace.component(call.id) is not None or workspace.holders_of(call.id) or call.id in needed
        if call.id and not known and not call.id.startswith("@"):
            by_child.setdefault(call.id, []).append(call)
    for child, calls in by_child.items():
        steps = [str(call.at.path[-1]) for call in calls]
        yield Finding(
            at=calls[0].at,
            message=f"'{flow.name}' calls the flow {child} {in_steps(steps)}, which no solution here holds",
            remedy=f"Add the child flow to {solution.unique_name}, or keep the solution that holds it beside this one"
            " (maker)",
            confidence=Confidence.LIKELY,
            component=flow.ref,
            cause=child,
            related=others((f"the step '{step}'", call.at) for step, call in zip(steps, calls, strict=True)),
        )


@check(
    id="SOL402",
    name="child-flow-cycle",
    severity=Severity.ERROR,
    since="0.1",
    source="https://learn.microsoft.com/power-automate/create-child-flows",
    on=Workspace,
    given=("components",),
)
def child_flow_cycle(workspace: Workspace, _context: Context) -> Iterator[Finding]:
    """Flows call each other in a circle."""
    flows = {
        one.id.lower(): one
        for one in workspace.components
        if one.kind is ComponentKind.CLOUD_FLOW and one.calls_flows and not workspace.is_copied(one)
    }
    for circle in _circles({name: [call.id for call in flow.calls_flows] for name, flow in flows.items()}):
        members = [flows[name] for name in circle]
        first = members[0]
        calls = [
            next(call for call in flow.calls_flows if call.id == following)
            for flow, following in zip(members, [*circle[1:], circle[0]], strict=True)
        ]
        way = " calls ".join(f"'{flow.name}'" for flow in [*members, first])
        yield Finding(
            at=calls[0].at,
            message=f"{way}: the circle never ends by itself" if len(members) > 1 else f"'{first.name}' calls itself",
            remedy="Break the circle: let the child return what it found, and the parent decide whether to call again"
            " (maker)",
            component=first.ref,
            cause=" ".join(sorted(circle)),
            related=others((f"'{flow.name}' calls here", call.at) for flow, call in zip(members, calls, strict=True)),
        )


def _circles(calls: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    """Give one shortest circle through each group of flows that reach each other."""
    told: set[str] = set()
    for start in calls:
        if start in told:
            continue
        circle = _way_back(start, calls)
        if circle:
            told.update(circle)
            yield circle


def _way_back(start: str, calls: Mapping[str, Sequence[str]]) -> list[str]:
    """Give the shortest way from a flow back to itself; empty when there is none."""
    before: dict[str, str] = {}
    front = [start]
    while front:
        following: list[str] = []
        for flow in front:
            for called in calls.get(flow, ()):
                if called == start:
                    way = [flow]
                    while way[-1] != start:
                        way.append(before[way[-1]])
                    return way[::-1]
                if called not in before:
                    before[called] = flow
                    following.append(called)
        front = following
    return []


@check(
    id="SOL403",
    name="managed-source",
    severity=Severity.WARNING,
    since="0.1",
    source="https://learn.microsoft.com/power-platform/alm/solution-concepts-alm",
    on=Solution,
)
def managed_source(solution: Solution, context: Context) -> Iterator[Finding]:
    """A managed export is kept as source."""
    # A zip is what a build gives or a release keeps; a folder is what people edit.
    if solution.managed is not True or solution.archived:
        return
    if any(
        one.unique_name == solution.unique_name and one.managed is not True for one in context.workspace.solutions
    ) or re.search(_EXPORTS, solution.folder.lower()):
        return
    yield Finding(
        at=solution.at,
        message=f"the solution '{solution.unique_name}' {solution.version or ''}".rstrip()
        + " lies here unpacked as a managed export, and no unmanaged one: it cannot be edited, nor be packed again",
        remedy="Export the solution unmanaged from its development environment and keep that as source (maker)",
        cause=solution.unique_name,
    )


_EXPORTS = (
    r"(?:^|/)(?:[^/]*(?:export|release|artifact|artefact|download|backup|archive|previous|depend|vendor)[^/]*"
    r"|build|dist|drop|out|bin|obj|packages?|third.?party|[^/]*_\d+(?:_\d+)+(?:_managed)?(?:\.\w+)?)/"
)
"""Folders of what was exported to be kept or installed, by their names: `releases`, `Expense_1_0_0_3_managed`."""


@check(
    id="SOL404",
    name="component-missing",
    severity=Severity.ERROR,
    since="0.1",
    source="https://learn.microsoft.com/power-platform/alm/solution-packager-tool",
    on=Solution,
)
def component_missing(solution: Solution, context: Context) -> Iterator[Finding]:
    """A solution names a component or a file that it does not hold."""
    if context.workspace.is_copy(solution):
        return
    for file in solution.missing_files:
        if file.binary and not solution.archived:
            continue
        of = f" of '{file.holder}'" if file.holder else ""
        yield Finding(
            at=file.at,
            message=f"the solution '{solution.unique_name}' names the file {file.name}{of}, which it does not hold:"
            " it cannot be packed or imported",
            remedy="Restore the file, or export and unpack the solution again (maker)",
            cause=f"{solution.unique_name} {file.name.lower()}",
        )
    if solution.held is None:
        return
    for root in solution.root_components:
        if _is_missing(root, solution.held):
            yield Finding(
                at=root.at,
                message=f"the solution '{solution.unique_name}' lists the {_READ_TYPES[root.type]}"
                f" {root.schema_name or root.id}, which it does not hold",
                remedy="Restore the component's files, or export and unpack the solution again (maker)",
                cause=f"{solution.unique_name} {root.schema_name or root.id}",
            )


def _is_missing(root: RootComponent, held: frozenset[str]) -> bool:
    if root.type not in _READ_TYPES:
        return False
    names = {name.lower() for name in (root.id, root.schema_name) if name}
    return bool(names) and not names & held


@check(
    id="SOL405",
    name="component-unlisted",
    severity=Severity.WARNING,
    since="0.1",
    source="https://learn.microsoft.com/power-platform/alm/solution-packager-tool",
    on=Solution,
)
def component_unlisted(solution: Solution, context: Context) -> Iterator[Finding]:
    """A file lies in a solution's package, and nothing names it."""
    if context.workspace.is_copy(solution):
        return
    for file in solution.unlisted_files:
        yield Finding(
            at=file.at,
            message=f"nothing in the solution '{solution.unique_name}' names {file.name}: packing leaves it out",
            remedy="Remove the file, or export and unpack the solution again with its component (maker)",
            cause=f"{solution.unique_name} {file.name.lower()}",
        )


@check(
    id="SOL406",
    name="missing-dependency",
    severity=Severity.WARNING,
    since="0.1",
    source="https://learn.microsoft.com/power-platform/alm/dependency-tracking-solution-components",
    on=Solution,
)
def missing_dependency(solution: Solution, context: Context) -> Iterator[Finding]:
    """A solution needs components that it does not hold, as its own export says."""
    if context.workspace.is_copy(solution):
        return
    by_solution: dict[str, list[MissingDependency]] = {}
    for one in solution.missing_dependencies:
        if not _is_here(one, solution, context.workspace):
            by_solution.setdefault(_bare_name(one.required_solution or ""), []).append(one)
    platform: list[MissingDependency] = []
    for name, needs in by_solution.items():
        if _is_microsofts(name):
            platform.extend(needs)
        else:
            yield _needs(solution, name, needs)
    if platform:
        yield _needs_of_platform(solution, platform)


def _needs(solution: Solution, name: str, needs: Sequence[MissingDependency]) -> Finding:
    what = some(list(dict.fromkeys(f"'{one.required}'" for one in needs)))
    if not name or name.lower() == "active":
        stayed = "it stayed" if len({one.required for one in needs}) == 1 else "they stayed"
        message = f"'{solution.unique_name}' needs {what}, which no solution here holds: {stayed} in the environment"
        message += " where it was made"
        remedy = f"Add what is missing to {solution.unique_name}, or to a solution that is imported before it (maker)"
    else:
        message = (
            f"'{solution.unique_name}' needs {what} of the solution '{needs[0].required_solution}', which is not here"
        )
        remedy = f"Import {name} into the target first, or remove what depends on it (publisher)"
    return Finding(
        at=needs[0].at,
        message=message,
        remedy=remedy,
        cause=f"{solution.unique_name} {name}",
        related=others((f"'{one.required}' is needed by '{one.dependent}'", one.at) for one in needs),
    )


def _needs_of_platform(solution: Solution, needs: Sequence[MissingDependency]) -> Finding:
    names = list(dict.fromkeys(one.required_solution or "" for one in needs))
    return Finding(
        at=needs[0].at,
        message=f"'{solution.unique_name}' needs {counted(len(needs), 'component')} of {some(names)} by Microsoft,"
        " which the target has to have in that version or a later one",
        remedy="Check the versions of these solutions in the target before you import (admin)",
        severity=Severity.INFO,
        cause=f"{solution.unique_name} platform",
        related=tuple(Related(f"'{one.required}' is needed by '{one.dependent}'", one.at) for one in list(needs)[1:6]),
    )


def _bare_name(stated: str) -> str:
    """Give the name of `Core_Upgrade (2.80)`: Core, whose upgrade was under way when it was exported."""
    return stated.partition(" (")[0].removesuffix("_Upgrade")


def _is_here(need: MissingDependency, needy: Solution, workspace: Workspace) -> bool:
    if workspace.solution(_bare_name(need.required_solution or "")) is not None:
        return True
    name = need.required.lower().strip("{}")
    holders = (*workspace.holders_of(name), *workspace.listers_of(need.required_type, name))
    return any(solution.unique_name != needy.unique_name for solution in holders)


def _is_microsofts(name: str) -> bool:
    lowered = name.lower()
    return (
        lowered.startswith(("msdyn", "msft_", "mspp_", "mscrm", "microsoft", "powerplatform")) or lowered in _MICROSOFTS
    )


_MICROSOFTS = frozenset(
    (
        "system", "basic", "default", "environmentvariables", "appmodulewebresources", "basecustomcontrolscore",
        "customcontrolscore", "metadataextension", "microsoftflowextensionscore", "powervirtualagents",
        "powerpages_appresources", "mobileofflinemembership", "authorizationcore", "datalakeworkspaces",
        "solutionhealthrules", "powerautomate", "aisolution", "activitiespatch", "anchor", "appnotifications",
        "powerappscheckeranchor", "processmininganchor", "crmhub", "bots", "chatbots",
    )
)  # fmt: skip
"""Solutions that come with Dataverse and its apps and have no prefix of Microsoft's; seen in exports."""


@check(
    id="SOL407",
    name="version-not-raised",
    severity=Severity.WARNING,
    since="0.1",
    source="https://learn.microsoft.com/power-platform/alm/update-solutions-alm",
    on=Solution,
    given=("earlier_solutions",),
)
def version_not_raised(solution: Solution, context: Context) -> Iterator[Finding]:
    """A solution says something else than at the base revision, under the same version."""
    earlier = context.workspace.earlier(solution)
    if earlier is None or not earlier.changed or context.workspace.is_copy(solution):
        return
    version, before = solution.version, earlier.version
    if version is None or before is None or _numbers(version) > _numbers(before):
        return
    since = "is still" if version == before else f"went from {before} down to"
    yield Finding(
        at=solution.at,
        message=f"{some(list(earlier.changed))} of the solution '{solution.unique_name}' changed since"
        f" {earlier.revision}, and its version {since} {version}",
        remedy=f"Raise the version of {solution.unique_name} above {before} before it is exported or packed (maker)",
        cause=solution.unique_name,
    )


def _numbers(version: str) -> tuple[int, ...]:
    """Give the parts of a version, so that 1.10 lies above 1.9 and 1.4 is 1.4.0.0."""
    parts = [int(part) if part.isdecimal() else 0 for part in version.strip().split(".")]
    return tuple(parts + [0] * (4 - len(parts)))


@check(
    id="SOL408",
    name="flow-switched-off",
    severity=Severity.INFO,
    since="0.1",
    source="https://learn.microsoft.com/power-platform/alm/solution-concepts-alm",
    on=Component,
)
def flow_switched_off(flow: Component, context: Context) -> Iterator[Finding]:
    """A flow was exported while it was switched off or suspended."""
    if flow.kind is not ComponentKind.CLOUD_FLOW or flow.state not in {"off", "suspended"}:
        return
    if context.workspace.is_copied(flow):
        return
    state = "switched off" if flow.state == "off" else "suspended"
    yield Finding(
        at=flow.at,
        message=f"'{flow.name}' was exported {state}, and will not run where it is imported until someone"
        " switches it on",
        remedy="Switch it on before the export or after the import, or remove it if it is not needed (maker)",
        component=flow.ref,
    )


@check(
    id="SOL409",
    name="publisher-default",
    severity=Severity.WARNING,
    since="0.1",
    source=_SOLUTIONS,
    on=Solution,
)
def publisher_default(solution: Solution, context: Context) -> Iterator[Finding]:
    """A solution belongs to an environment's default publisher, or has its prefix."""
    if context.workspace.is_copy(solution):
        return
    publisher, prefix = solution.publisher or "", solution.prefix or ""
    by_name = publisher.lower().startswith("defaultpublisher") or re.fullmatch(_DEFAULT_NAME, publisher) is not None
    by_prefix = prefix.lower() == "new" or _is_default_prefix(prefix, publisher)
    if not by_name and not by_prefix:
        return
    is_whose = f"belongs to the default publisher '{publisher}'" if by_name else f"has the publisher '{publisher}'"
    yield Finding(
        at=solution.at,
        message=f"the solution '{solution.unique_name}' {is_whose} with the prefix '{prefix}', which"
        " says of none of its components whose they are",
        remedy="Make a publisher with a prefix of your own before more is built on this one: names cannot be changed"
        " later (maker)",
        confidence=Confidence.CERTAIN if by_name or prefix.lower() == "new" else Confidence.LIKELY,
        cause=solution.unique_name,
    )


_DEFAULT_NAME = r"Cr[0-9a-f]{3,6}"


def _is_default_prefix(prefix: str, publisher: str) -> bool:
    """Tell whether a prefix was made by the platform: `cr` and hex digits, at least one a digit, or words match too."""
    if re.fullmatch(r"cr[0-9a-f]{3,5}", prefix) is None:
        return False
    return any(map(str.isdigit, prefix)) or re.fullmatch(_DEFAULT_NAME, publisher) is not None
