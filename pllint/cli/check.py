"""`pllint check`: lint paths and report, in one or several formats."""

import datetime
import os
import sys
from collections.abc import Mapping, Sequence

from pllint.cli.output import options_for, print_line, write, write_file
from pllint.cli.progress import Progress
from pllint.errors import UsageError
from pllint.finding import Report, Severity
from pllint.record import NamedTuple
from pllint.report import FORMATS, Description, RenderOptions, Reporter, reporter
from pllint.report.escape import for_terminal
from pllint.report.rows import findings_in_words
from pllint.settings import Settings, load, override

_STDOUT = "-"


class Output(NamedTuple):
    """A format and where it goes."""

    format_name: str
    path: str = _STDOUT


class CheckOptions(NamedTuple):
    """The arguments of a run; the defaults are those of `pllint` alone."""

    paths: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    as_of: str | None = None
    fail_on: str | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    outputs: tuple[Output, ...] = (Output("text"),)
    settings: str | None = None
    no_colour: bool = False
    base: str | None = None
    fix: bool = False
    diff: bool = False
    sort: bool = False


def run(arguments: Sequence[str]) -> int:
    """Lint, write every output, and give the exit status of the report."""
    options = parse(arguments)
    reporters = [_reporter(output.format_name) for output in options.outputs]
    settings = _settings(options)
    report = _lint(options, settings)
    if options.fix or options.diff:
        from pllint.cli.fixing import show, sortable, write_fixes

        lists = sortable(options.paths, settings) if options.sort else ()
        if options.diff:
            show(report, lists)
            return report.exit_status
        if write_fixes(report, lists, settings.root):
            report = _lint(options, settings)
    for output, chosen in zip(options.outputs, reporters, strict=True):
        _write(report, output, chosen, options, settings)
    if all(output.path != _STDOUT for output in options.outputs):
        written = ", ".join(output.path for output in options.outputs)
        print_line(f"pllint: {findings_in_words(report)}; wrote {for_terminal(written)}", sys.stderr)
    return report.exit_status


def parse(arguments: Sequence[str]) -> CheckOptions:
    """Read the arguments. Raises UsageError for what cannot be used, before anything is linted."""
    if not any(argument.startswith("-") for argument in arguments):
        options = CheckOptions(paths=tuple(arguments))  # spares start-up the import of argparse
    else:
        options = _parsed(arguments)
    for path in options.paths:
        if not os.path.exists(path):
            raise UsageError(f"no file or folder '{path}'")
    return options


def settings_for(paths: Sequence[str], explicit: str | None) -> Settings:
    """Load the settings of the project that paths lie in."""
    return load(paths[0] if paths else ".", explicit, presets)


def _parsed(arguments: Sequence[str]) -> CheckOptions:
    from pllint.cli.arguments import Parser, one_of

    parser = Parser("check", "Lint solutions, flows, apps, policies and governance records.")
    parser.add_argument("paths", nargs="*", metavar="PATH", help="folder, solution .zip or file; default: the project")
    parser.add_argument("--env", action="append", default=[], metavar="NAME", help="only this environment; repeatable")
    parser.add_argument("--as-of", metavar="YYYY-MM-DD", help="the day every date rule uses; default: today")
    parser.add_argument("--fail-on", metavar="SEVERITY", help="error (default), warning, info or never")
    parser.add_argument(
        "--select", action="append", default=[], metavar="CHECK,...", help="ids, names, beginnings of ids"
    )
    parser.add_argument(
        "--ignore", action="append", default=[], metavar="CHECK,...", help="likewise; adds to the settings"
    )
    parser.add_argument(
        "--output", action="append", default=[], metavar="FORMAT[:FILE]", help=f"{', '.join(FORMATS)}; repeatable"
    )
    parser.add_argument("--base", metavar="REV", help="compare the solutions' versions with those at a git revision")
    parser.add_argument("--fix", action="store_true", help="put right what takes no judgement, then report the rest")
    parser.add_argument("--diff", action="store_true", help="show what --fix would write, and write nothing")
    parser.add_argument(
        "--sort", action="store_true", help="with --fix or --diff: sort the data groups of policies too"
    )
    parser.add_argument("--settings", metavar="FILE", help="instead of the nearest pllint.yaml")
    parser.add_argument("--no-color", action="store_true", help="as does NO_COLOR; FORCE_COLOR does the opposite")
    parsed = parser.parse(arguments)
    if parsed.sort and not (parsed.fix or parsed.diff):
        raise UsageError("--sort changes files, so it takes --fix, or --diff to show what it would change")
    return CheckOptions(
        paths=tuple(parsed.paths),
        environments=tuple(parsed.env),
        as_of=day(parsed.as_of) if parsed.as_of else None,
        fail_on=one_of(parsed.fail_on, [*Severity, "never"], "severity") if parsed.fail_on else None,
        select=entries(parsed.select),
        ignore=entries(parsed.ignore),
        outputs=_outputs(parsed.output) or CheckOptions().outputs,
        settings=parsed.settings,
        no_colour=bool(parsed.no_color),
        base=parsed.base,
        fix=bool(parsed.fix),
        diff=bool(parsed.diff),
        sort=bool(parsed.sort),
    )


def day(text: str) -> str:
    """Give a day as the command line takes it, or `today`. Raises UsageError."""
    if text != "today":
        try:
            datetime.date.fromisoformat(text)
        except ValueError:
            raise UsageError(f"--as-of takes a day such as 2026-03-05, or today, not '{text}'") from None
    return text


def entries(options: Sequence[str]) -> tuple[str, ...]:
    """Give what repeatable options with commas in them name."""
    return tuple(entry.strip() for option in options for entry in option.split(",") if entry.strip())


def _outputs(options: Sequence[str]) -> tuple[Output, ...]:
    outputs: list[Output] = []
    for option in options:
        name, _, path = option.partition(":")
        output = Output(name, path or _STDOUT)
        if any(output.path == other.path for other in outputs):
            where = "the standard output" if output.path == _STDOUT else output.path
            raise UsageError(f"two outputs go to {where}; give one of them a file, as in --output {name}:FILE")
        folder = os.path.dirname(output.path)
        if folder and not os.path.isdir(folder):
            raise UsageError(f"cannot write {output.path}: no folder '{folder}'")
        outputs.append(output)
    return tuple(outputs)


def _reporter(name: str) -> Reporter:
    found = reporter(name)
    if found is not None:
        return found
    from pllint import registry
    from pllint.cli.arguments import one_of

    reporters = {one.name: one for one in registry.reporters_of(registry.load())}
    ending = name.rpartition(".")[2]
    if name not in reporters and ending != name and ending in FORMATS:
        raise UsageError(f"unknown output format '{name}'; did you mean --output {ending}:{name}?")
    return reporters[one_of(name, (*FORMATS, *sorted(reporters)), "output format")]


def presets() -> Mapping[str, Mapping[str, object]]:
    """Give the presets of installed plugins."""
    from pllint import registry

    return registry.presets_of(registry.load())


def _settings(options: CheckOptions) -> Settings:
    return override(
        settings_for(options.paths, options.settings),
        select=options.select,
        ignore=options.ignore,
        fail_on=options.fail_on,
        as_of=options.as_of,
    )


def _lint(options: CheckOptions, settings: Settings) -> Report:
    from pllint import api

    as_of = datetime.date.fromisoformat(settings.as_of) if settings.as_of else datetime.date.today()  # noqa: DTZ011 - the day it is where the person is
    paths = options.paths or (settings.root,)
    earlier = None if options.base is None else api.revision(options.base, paths, settings)
    with Progress() as progress:
        return api.lint(paths, settings, as_of, environments=options.environments, progress=progress, earlier=earlier)


def _write(report: Report, output: Output, chosen: Reporter, options: CheckOptions, settings: Settings) -> None:
    shown = RenderOptions()
    if output.path == _STDOUT:
        shown = options_for(sys.stdout, colour=False if options.no_colour else None)
    text = chosen.render(report, shown._replace(prefix=_prefix(settings.root), describe=_describe))
    if output.path == _STDOUT:
        write(text, sys.stdout, output.format_name)
    else:
        write_file(output.path, text)


def _prefix(root: str) -> str:
    """Give the project's folder inside its repository, which is where `.git` lies."""
    project = current = os.path.abspath(root)
    while not os.path.exists(os.path.join(current, ".git")):
        parent = os.path.dirname(current)
        if parent == current:
            return ""
        current = parent
    inside = os.path.relpath(project, current).replace(os.sep, "/")
    return "" if inside == "." else f"{inside}/"


def _describe(check_id: str) -> Description | None:
    from pllint import api
    from pllint.docs import page

    for check in api.checks():
        if check.id == check_id:
            try:
                return Description(summary=check.summary, markdown=page(check))
            except OSError:  # a plugin's check without a page
                return Description(summary=check.summary, markdown=check.summary + "\n")
    return None
