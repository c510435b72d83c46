"""What `why`, `matrix` and `impact` share: reading an estate to judge it, and how verdicts are told."""

import argparse
import datetime
from collections.abc import Iterable, Sequence

from pllint import api
from pllint.check import Context
from pllint.cli.arguments import Parser, existing
from pllint.cli.check import settings_for
from pllint.cli.progress import Progress
from pllint.engine.dlp.matrix import Reason
from pllint.model.component import Component, ComponentKind
from pllint.model.environment import Environment
from pllint.model.verdict import NoteKind, Outcome, ViolationKind
from pllint.record import NamedTuple
from pllint.report.layout import joined
from pllint.report.rows import Row, component_row, place_row
from pllint.run import places_of
from pllint.settings import Settings
from pllint.source import Anchor

NOTHING_READ = 3
WORDS = {Outcome.ALLOWED: "allowed", Outcome.VIOLATION: "violation", Outcome.INDETERMINATE: "open"}
"""Verdicts as files and people know them."""
EFFECTS = {
    ComponentKind.CLOUD_FLOW: "will be suspended",
    ComponentKind.DESKTOP_FLOW: "will be suspended",
    ComponentKind.CANVAS_APP: "will not open",
    ComponentKind.AGENT: "cannot be published",
}
"""The kinds that data policies govern, and what a violation does to each of them."""


class Judged(NamedTuple):
    """A component in an environment it goes to."""

    component: Component
    environment: Environment
    place: str
    """The environment's name, with its id where another one has the same name."""


def add_reading(parser: Parser) -> None:
    """Add the arguments that say what is read and judged."""
    parser.add_argument("--env", action="append", default=[], metavar="NAME", help="only this environment; repeatable")
    parser.add_argument("--settings", metavar="FILE", help="instead of the nearest pllint.yaml")
    parser.add_argument("--no-color", action="store_true", help="as does NO_COLOR; FORCE_COLOR does the opposite")


def considered(paths: Sequence[str], parsed: argparse.Namespace) -> Context:
    """Read what the arguments ask for. Raises UsageError for what cannot be used."""
    existing(paths)
    settings = settings_for(paths, parsed.settings)
    with Progress() as progress:
        return api.consider(
            paths or (settings.root,),
            settings,
            day_of(settings),
            environments=[str(name) for name in parsed.env],
            progress=progress,
        )


def day_of(settings: Settings) -> datetime.date:
    """Give the day that date rules use."""
    return datetime.date.fromisoformat(settings.as_of) if settings.as_of else datetime.date.today()  # noqa: DTZ011 - the day it is where the person is


def judged(context: Context) -> list[Judged]:
    """Give every component that data policies govern in every environment it goes to, in a fixed order."""
    components = sorted(context.workspace.components, key=lambda one: (one.at.source.path, one.kind, one.id, one.name))
    pairs = [
        (component, environment)
        for component in components
        if component.kind in EFFECTS
        for environment in context.targets(component)
    ]
    labels = labels_of(environment for _, environment in pairs)
    return [Judged(component, environment, labels[environment]) for component, environment in pairs]


def labels_of(environments: Iterable[Environment]) -> dict[Environment, str]:
    """Give the names of environments, each with its id where another one has the same name."""
    distinct = dict.fromkeys(environments)
    names = [environment.name for environment in distinct]
    return {one: f"{one.name} ({one.id})" if one.id and names.count(one.name) > 1 else one.name for one in distinct}


def reason_row(reason: Reason) -> Row:
    """Give a reason with the keys of `schemas/matrix.json`."""
    row: Row = {} if reason.policy is None else {"policy": reason.policy}
    return {**row, "rule": reason.rule.value, "connectors": list(reason.connectors)}


def judged_row(one: Judged, outcome: Outcome, because: Iterable[Row]) -> Row:
    """Give a verdict with the keys of `schemas/matrix.json`."""
    return {
        "component": component_row(one.component.ref),
        "environment": one.place,
        "verdict": WORDS[outcome],
        "because": list(because),
    }


def named(component: Component) -> str:
    """Name a component for people: `Notify (cloud flow of Expense)`."""
    solution = f" of {component.solution}" if component.solution else ""
    return f"{component.name} ({component.kind.replace('-', ' ')}{solution})"


def reason_told(reason: Reason, context: Context) -> str:
    """Tell a reason in words, as a sentence without its end."""
    names = joined([context.connector_name(key) for key in reason.connectors])
    policy = f"'{reason.policy}'" if reason.policy else ""
    if isinstance(reason.rule, ViolationKind):
        return _VIOLATIONS[reason.rule].format(policy=policy, names=names)
    subject = f"{names}: " if names else ""
    words = _NOTES.get(reason.rule, reason.rule.replace("_", " "))
    return f"{subject}{words}{f' ({policy})' if policy else ''}"


_VIOLATIONS = {
    ViolationKind.BLOCKED_CONNECTOR: "{policy} blocks {names}",
    ViolationKind.GROUP_CONFLICT: "{policy} does not let {names} be combined",
    ViolationKind.BLOCKED_ACTION: "{policy} blocks an operation of {names}",
    ViolationKind.DENIED_ENDPOINT: "{policy} denies an address of {names}",
    ViolationKind.ADVANCED_CONNECTOR: "the advanced policy {policy} does not list {names}",
    ViolationKind.ADVANCED_ACTION: "the advanced policy {policy} does not allow an operation of {names}",
    ViolationKind.DISABLED_CONNECTOR: "the tenant's settings switch {names} off",
    ViolationKind.NO_CHANNEL: "every channel is blocked: {names}",
}
_NOTES = {
    NoteKind.UNCOVERED: "no data policy reaches it",
    NoteKind.EXEMPT: "exempt",
    NoteKind.NOT_GOVERNED: "governed by nothing, since data policies are off there",
    NoteKind.CLASS_UNKNOWN: "the data group is not known",
    NoteKind.REACH_UNKNOWN: "whether the policy reaches it is decided outside the files",
    NoteKind.ENDPOINT_UNKNOWN: "an address that no file gives meets endpoint rules",
    NoteKind.OPERATION_UNKNOWN: "an operation that no file names meets action rules",
    NoteKind.RULES_UNKNOWN: "rules that no file shows may bind it",
    NoteKind.EXEMPTION_UNKNOWN: "it may be exempt: no file shows the exempt resources",
    NoteKind.ADVANCED_UNKNOWN: "whether an advanced policy is in force there is decided outside the files",
    NoteKind.CONNECTOR_UNKNOWN: "the files do not tell the connector of a step",
    NoteKind.PARTS_MISSING: "parts of it are not in the files",
}


class Places:
    """The lines and columns of anchors, worked out one pass for each file."""

    def __init__(self, anchors: Iterable[Anchor | None]) -> None:
        self._spans = places_of(at for at in anchors if at is not None)

    def row(self, at: Anchor) -> Row:
        """Give a place with the keys that reports use."""
        return place_row(self._spans[at])

    def told(self, at: Anchor) -> str:
        """Give a place as `path:line:column`."""
        place = self._spans[at]
        return f"{place.path}:{place.span.line}:{place.span.column}"
