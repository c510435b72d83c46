"""The one call that lints: paths and settings in, a report out."""

import datetime
from collections.abc import Callable, Sequence

from pllint import registry
from pllint.catalogue import Catalogue
from pllint.check import Check, Context
from pllint.discover import Discovery, discover
from pllint.errors import UsageError
from pllint.finding import Report
from pllint.model.environment import Environment
from pllint.model.workspace import Workspace
from pllint.nearest import nearest
from pllint.read.workspace import read_workspace
from pllint.run import report
from pllint.settings import Settings, limits_of, verify_names
from pllint.source_checks import source_checks


def checks() -> tuple[Check, ...]:
    """Give every check there is: those of reading itself and those of all installed plugins, sorted by id."""
    return tuple(sorted((*source_checks(), *registry.checks_of(registry.load())), key=lambda check: check.id))


def read(paths: Sequence[str], settings: Settings, progress: Callable[[str], None] | None = None) -> Workspace:
    """Read without judging. Raises UsageError for a path that does not exist."""
    return _read(paths, settings, progress)[0]


def lint(
    paths: Sequence[str],
    settings: Settings,
    as_of: datetime.date,
    *,
    environments: Sequence[str] = (),
    progress: Callable[[str], None] | None = None,
    selected: Sequence[Check] | None = None,
) -> Report:
    """Lint paths as of a day. Raises PllintError when settings, arguments or a plugin cannot be used.

    `environments` judges every component for those environments, wherever it goes otherwise; `selected` replaces the
    installed checks.
    """
    known = checks() if selected is None else tuple(selected)
    verify_names(settings, known)
    workspace, discovery = _read(paths, settings, progress)
    targets = tuple(environment_named(name, workspace) for name in environments)
    return report(Context(workspace, settings, as_of, Catalogue(overlay=settings.catalogue), targets), known, discovery)


def environment_named(name: str, workspace: Workspace) -> Environment:
    """Find an environment that was asked for. Raises UsageError with the nearest known name."""
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
