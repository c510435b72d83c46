"""The one call that lints: paths and settings in, a report out."""

import datetime
from collections.abc import Callable, Sequence

from pllint import registry
from pllint.catalogue import Catalogue
from pllint.check import Check, Context
from pllint.discover import Discovery, alone, at_revision, discover, displayed_in, project_at, solutions_at
from pllint.errors import UsageError
from pllint.finding import Report
from pllint.model.environment import Environment
from pllint.model.workspace import Workspace
from pllint.nearest import nearest
from pllint.read.workspace import read_workspace
from pllint.run import report
from pllint.settings import Settings, limits_of, verify_names
from pllint.source_checks import source_checks
from pllint.text.tree import Tree


def checks() -> tuple[Check, ...]:
    """Give every check there is: those of reading itself and those of all installed plugins, sorted by id."""
    return tuple(sorted((*source_checks(), *registry.checks_of(registry.load())), key=lambda check: check.id))


def read(paths: Sequence[str], settings: Settings, progress: Callable[[str], None] | None = None) -> Workspace:
    """Read without judging. Raises UsageError for a path that does not exist."""
    return _read(paths, settings, progress)[0]


def read_alone(path: str, settings: Settings, progress: Callable[[str], None] | None = None) -> Workspace:
    """Read one path without the project around it, its files shown under the path as given."""
    limits = limits_of(settings)
    wanted = settings._replace(policies=("**",))  # whoever hands a file over as policies means it to be read
    return read_workspace(alone(path, limits), wanted, limits, progress)


def read_revision(
    revision: str, paths: Sequence[str], settings: Settings, progress: Callable[[str], None] | None = None
) -> Workspace:
    """Read the policies that a run over paths finds, as they were at a git revision. Raises UsageError."""
    limits = limits_of(settings)
    then = at_revision(settings.root, revision, [displayed(path, settings) for path in paths], settings, limits)
    # Files of the past are shown behind the revision: `main:policies/tenant.json`.
    policies, governance = (
        tuple(f"{revision}:{pattern}" for pattern in patterns) for patterns in (settings.policies, settings.governance)
    )
    return read_workspace(then, settings._replace(policies=policies, governance=governance), limits, progress)


def read_project(
    revision: str, paths: Sequence[str], settings: Settings, progress: Callable[[str], None] | None = None
) -> Workspace:
    """Read all that a run over paths finds, as it was at a git revision. Raises UsageError."""
    limits = limits_of(settings)
    then = project_at(settings.root, revision, [displayed(path, settings) for path in paths], settings, limits)
    policies, governance, inventory = (
        tuple(f"{revision}:{pattern}" for pattern in patterns)
        for patterns in (settings.policies, settings.governance, settings.inventory)
    )
    exports = tuple(
        told._replace(files=tuple(f"{revision}:{pattern}" for pattern in told.files))
        for told in settings.licence_exports
    )
    moved = settings._replace(policies=policies, governance=governance, inventory=inventory, licence_exports=exports)
    return read_workspace(then, moved, limits, progress)


def revision(name: str, paths: Sequence[str], settings: Settings) -> Tree:
    """Open what paths held at a git revision, for `lint` to compare with. Raises UsageError."""
    asked = [displayed(path, settings) for path in paths]
    return solutions_at(settings.root, name, asked, settings, limits_of(settings))


def consider(
    paths: Sequence[str],
    settings: Settings,
    as_of: datetime.date,
    *,
    environments: Sequence[str] = (),
    progress: Callable[[str], None] | None = None,
) -> Context:
    """Read, and give what can be asked of it as of a day. Raises PllintError like `lint`."""
    return _considered(paths, settings, as_of, environments, progress)[0]


def lint(
    paths: Sequence[str],
    settings: Settings,
    as_of: datetime.date,
    *,
    environments: Sequence[str] = (),
    progress: Callable[[str], None] | None = None,
    selected: Sequence[Check] | None = None,
    earlier: Tree | None = None,
) -> Report:
    """Lint paths as of a day. Raises PllintError when settings, arguments or a plugin cannot be used.

    `environments` judges every component for those environments, wherever it goes otherwise; `selected` replaces the
    installed checks; `earlier` holds what the solutions were before, as `revision` gives it.
    """
    known = checks() if selected is None else tuple(selected)
    verify_names(settings, known)
    context, discovery = _considered(paths, settings, as_of, environments, progress)
    if earlier is not None:
        from pllint.read.earlier import earlier_solutions

        found = earlier_solutions(discovery.trees, earlier, limits_of(settings))
        context.workspace = context.workspace.after(found)
    return report(context, known, discovery)


def _considered(
    paths: Sequence[str],
    settings: Settings,
    as_of: datetime.date,
    environments: Sequence[str],
    progress: Callable[[str], None] | None,
) -> tuple[Context, Discovery]:
    workspace, discovery = _read(paths, settings, progress)
    targets = tuple(environment_named(name, workspace) for name in environments)
    return Context(workspace, settings, as_of, Catalogue(overlay=settings.catalogue), targets), discovery


def displayed(path: str, settings: Settings) -> str:
    """Give a path as reports show it: relative to the project; the project itself is the empty text."""
    return displayed_in(path, settings.root)


def environment_named(name: str, workspace: Workspace) -> Environment:
    """Find an environment that is asked for; raise UsageError for one that no file knows."""
    found = workspace.environment(name)
    if found is not None:
        return found
    known = [environment.name for environment in workspace.environments]
    if not known:  # nothing says which environments there are, so any may be asked about
        return Environment(name=name, at=None)
    meant = nearest(name, known)
    raise UsageError(f"no environment '{name}': " + (f"did you mean '{meant}'?" if meant else ", ".join(known)))


def _read(
    paths: Sequence[str], settings: Settings, progress: Callable[[str], None] | None
) -> tuple[Workspace, Discovery]:
    limits = limits_of(settings)
    discovery = discover(paths, settings, limits)
    return read_workspace(discovery, settings, limits, progress), discovery
