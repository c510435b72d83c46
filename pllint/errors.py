"""What stops a run: the settings, the arguments or a plugin cannot be used.

Linted files never raise these; what is wrong with them is a finding.
"""


class PllintError(Exception):
    """The run cannot start; the message is one line for the person who started it."""


class UsageError(PllintError):
    """The arguments cannot be used."""


class SettingsError(PllintError):
    """The settings cannot be used; the message names the file and the place."""


class PluginError(PllintError):
    """An installed plugin cannot be used; the message names it."""
