"""Finds the installed plugins and gathers what they bring.

Plugins come through entry points of the group `pllint`, pllint's own families like anyone's. Asking
`importlib.metadata` for them costs more than linting a flow, so the metadata files are read directly. When other
plugins than the built-in families are installed, pluggy arbitrates: it checks the hooks they define, blocks and
orders. With the built-in families alone there is nothing to arbitrate, and the same hooks are called in order.
"""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from types import ModuleType

from pllint.check import Check
from pllint.errors import PluginError
from pllint.record import NamedTuple
from pllint.report import Reporter

_GROUP = "[pllint]"
_OWN_DISTRIBUTION = "pllint"


class EntryPoint(NamedTuple):
    """An installed plugin: its name, its module, the distribution that brings it."""

    name: str
    module: str
    distribution: str


class Plugin(NamedTuple):
    """A loaded plugin."""

    entry: EntryPoint
    module: ModuleType


def installed(path: Sequence[str] | None = None) -> tuple[EntryPoint, ...]:
    """Read the entry points of the group `pllint` from every distribution on the path, sorted by name."""
    found: dict[str, EntryPoint] = {}
    for folder in sys.path if path is None else path:
        for entry in _entries_in(folder or "."):
            found.setdefault(entry.name, entry)
    return tuple(sorted(found.values()))


def load(entries: Sequence[EntryPoint] | None = None) -> tuple[Plugin, ...]:
    """Import the plugins. Raises PluginError, naming the plugin, when one cannot be imported."""
    return tuple(_loaded(entry) for entry in (installed() if entries is None else entries))


def checks_of(plugins: Sequence[Plugin]) -> tuple[Check, ...]:
    """Gather the checks of all plugins, sorted by id. Raises PluginError when an id or name is taken twice."""
    checks: dict[str, Check] = {}
    for plugin_name, contribution in _contributions(plugins, "pllint_checks"):
        if not isinstance(contribution, Sequence) or not all(isinstance(check, Check) for check in contribution):
            raise PluginError(f"plugin {plugin_name}: pllint_checks() has to give a sequence of checks")
        for check in contribution:
            for word in (check.id, check.name):
                if word in checks:
                    raise PluginError(f"plugin {plugin_name}: the check {word} is already defined elsewhere")
                checks[word] = check
    return tuple(sorted(set(checks.values()), key=lambda check: check.id))


def reporters_of(plugins: Sequence[Plugin]) -> tuple[Reporter, ...]:
    """Gather the output formats of all plugins."""
    reporters: list[Reporter] = []
    for plugin_name, contribution in _contributions(plugins, "pllint_reporters"):
        if not isinstance(contribution, Sequence) or not all(isinstance(one, Reporter) for one in contribution):
            raise PluginError(f"plugin {plugin_name}: pllint_reporters() has to give a sequence of reporters")
        reporters.extend(contribution)
    return tuple(reporters)


def presets_of(plugins: Sequence[Plugin]) -> Mapping[str, Mapping[str, object]]:
    """Gather the settings presets of all plugins, by name."""
    presets: dict[str, Mapping[str, object]] = {}
    for plugin_name, contribution in _contributions(plugins, "pllint_presets"):
        if not isinstance(contribution, Mapping):
            raise PluginError(f"plugin {plugin_name}: pllint_presets() has to give a mapping")
        presets.update(contribution)
    return presets


def _entries_in(folder: str) -> Iterator[EntryPoint]:
    try:
        names = [entry.name for entry in os.scandir(folder) if entry.name.endswith((".dist-info", ".egg-info"))]
    except OSError:  # zipped or vanished parts of the path hold no plugin
        return
    for name in names:
        try:
            with open(os.path.join(folder, name, "entry_points.txt"), encoding="utf-8") as file:
                text = file.read()
        except OSError:
            continue
        if _GROUP in text:
            yield from _entries(text, name.partition("-")[0].lower())


def _entries(text: str, distribution: str) -> Iterator[EntryPoint]:
    inside = False
    for line in map(str.strip, text.splitlines()):
        if line.startswith("["):
            inside = line == _GROUP
        elif inside and "=" in line:
            name, _, module = line.partition("=")
            yield EntryPoint(name=name.strip(), module=module.strip(), distribution=distribution)


def _loaded(entry: EntryPoint) -> Plugin:
    try:
        return Plugin(entry=entry, module=import_module(entry.module))
    except Exception as error:  # a plugin is somebody else's code: whatever it raises, the message names it
        raise PluginError(
            f"plugin {entry.name} ({entry.module}) cannot be loaded: {type(error).__name__}: {error}"
        ) from error


def _contributions(plugins: Sequence[Plugin], hook: str) -> Iterator[tuple[str, object]]:
    if all(plugin.entry.distribution == _OWN_DISTRIBUTION for plugin in plugins):
        for plugin in plugins:
            if function := getattr(plugin.module, hook, None):
                yield plugin.entry.name, function()
    else:
        yield from arbitrated(plugins, hook)


def arbitrated(plugins: Sequence[Plugin], hook: str) -> Iterator[tuple[str, object]]:
    """Call a hook through pluggy, which checks every plugin's hooks against the specification first."""
    import pluggy

    from pllint import plugin as specification

    class Manager(pluggy.PluginManager):
        """Takes any function named like a hook as one, without a decorator."""

        def parse_hookimpl_opts(self, plugin: object, name: str) -> pluggy.HookimplOpts | None:
            if name.startswith("pllint_") and callable(getattr(plugin, name)):
                return super().parse_hookimpl_opts(plugin, name) or pluggy.HookimplOpts(
                    wrapper=False, hookwrapper=False, optionalhook=False, tryfirst=False, trylast=False, specname=None
                )
            return None

        def parse_hookspec_opts(self, _module_or_class: object, name: str) -> pluggy.HookspecOpts | None:
            if not name.startswith("pllint_"):
                return None
            return pluggy.HookspecOpts(firstresult=False, historic=False, warn_on_impl=None, warn_on_impl_args=None)

    manager = Manager("pllint")
    manager.add_hookspecs(specification)
    for plugin in plugins:
        try:
            manager.register(plugin.module, name=plugin.entry.name)
            manager.check_pending()
        except (pluggy.PluginValidationError, ValueError) as error:
            raise PluginError(f"plugin {plugin.entry.name}: {str(error).splitlines()[-1]}") from error
    for implementation in getattr(manager.hook, hook).get_hookimpls():
        try:
            yield implementation.plugin_name, implementation.function()
        except Exception as error:  # somebody else's code again
            raise PluginError(f"plugin {implementation.plugin_name}: {hook}() raised {error!r}") from error
