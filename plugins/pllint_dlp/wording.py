"""The words that the family's messages share."""

from collections.abc import Iterable, Iterator, Mapping

from pllint.model.component import Component, ComponentKind
from pllint.model.connector_id import ConnectorKey
from pllint.model.environment import Environment
from pllint.model.verdict import Effect, Opinion, Part
from pllint.plugin import Anchor, Context, CouldNotRun, Related

JUDGED = {
    ComponentKind.CLOUD_FLOW: ("cloud flow", "will be suspended"),
    ComponentKind.DESKTOP_FLOW: ("desktop flow", "will be suspended"),
    ComponentKind.CANVAS_APP: ("canvas app", "will not open"),
    ComponentKind.AGENT: ("agent", "cannot be published"),
}
"""The kinds that data policies govern, and what a violation does to each of them."""


def is_judged(component: Component) -> bool:
    """Tell whether data policies govern components of this kind."""
    return component.kind in JUDGED


def subject_of(component: Component) -> str:
    """Name a component: `cloud flow Notify`."""
    return f"{JUDGED[component.kind][0]} {component.name}"


def effect_of(component: Component, environment: Environment) -> str:
    """Say what a violation does: `cloud flow Notify will be suspended in hr-production`."""
    return f"{subject_of(component)} {JUDGED[component.kind][1]} in {environment.name}"


def name_of(key: ConnectorKey, context: Context) -> str:
    """Name a connector as people know it, with its id: `SharePoint (shared_sharepointonline)`."""
    return context.connector_name(key)


def listed(names: Iterable[str], word: str = "and") -> str:
    """Join names as a sentence does."""
    *most, last = names
    return f"{', '.join(most)} {word} {last}" if most else last


def through(part: Part, context: Context) -> str:
    """Say which called flow brings a connector in; empty when the component uses it itself."""
    if part.via is None:
        return ""
    child = context.workspace.component(part.via)
    return f", used by the flow {child.name if child else part.via} that it calls,"


def shown(address: str) -> str:
    """Give an address without what may be a secret: its query and the credentials in front of the host."""
    scheme, separator, rest = address.partition("?")[0].rpartition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{separator}{host.rpartition('@')[2]}{slash}{path}"


def place_of(part: Part, component: Component) -> Anchor:
    """Give where a component uses a connector; of one that a called flow brings in, the component itself."""
    return component.at if part.via is not None or part.used_at is None else part.used_at


def deciding_lines(parts: Iterable[Part], context: Context) -> tuple[Related, ...]:
    """Give the policy lines that decide, and the uses inside called flows."""
    related = [
        Related(message=f"{name_of(part.connector, context)} {part.words}", at=part.at) for part in parts if part.at
    ]
    related += [
        Related(message=f"{name_of(part.connector, context)} is used here", at=part.used_at)
        for part in parts
        if part.via is not None and part.used_at is not None
    ]
    return tuple(related)


def opinions_as_related(opinions: Iterable[Opinion]) -> tuple[Related, ...]:
    """Give the line of each policy that says, or does not say, where a connector belongs."""
    return tuple(
        Related(message=f"in the policy '{policy.name}' it {classification.words}", at=classification.at)
        for policy, classification in opinions
    )


def few(names: Iterable[str], most: int = 5) -> str:
    """Join names as a sentence does, the first few of many: `a, b and 7 more`."""
    every = list(names)
    if len(every) > most:
        every[most:] = [f"{len(every) - most:,} more"]
    return listed(every)


def unknown_blocks(
    keys_by_place: Iterable[tuple[Environment, Mapping[ConnectorKey, Effect]]], context: Context
) -> Iterator[CouldNotRun]:
    """Say of which connectors it cannot be told whether they are blocked, each reason with all its environments."""
    by_reason: dict[str, dict[str, list[ConnectorKey]]] = {}
    for environment, effects in keys_by_place:
        for key, effect in effects.items():
            if effect.blocked is None:
                by_reason.setdefault(effect.missing, {}).setdefault(environment.name, []).append(key)
    for reason, places in by_reason.items():
        keys = dict.fromkeys(key for each in places.values() for key in each)
        names = listed((context.catalogue.name_of(key) for key in keys), "or")
        yield CouldNotRun(
            reason=f"whether {names} is blocked in {few(places)} cannot be told: {reason}",
            remedy="export the policy again with its connector groups and environments",
        )


def state_of(effect: Effect) -> str:
    """Say in what state the policies leave a connector that can be used: `not listed, so in the default group...`."""
    if effect.ungoverned is not None:
        return f"the advanced policy '{effect.ungoverned.name}' switches data policies off there"
    if not effect.opinions:
        return "no data policy reaches that environment"
    return listed(f"{_briefly(opinion)} of '{opinion.policy.name}'" for opinion in effect.opinions)


def _briefly(opinion: Opinion) -> str:
    # One clause for several entries, so without verbs: "not listed, so in the default group Non-Business".
    return opinion.classification.words.removeprefix("is ").replace("so it is in", "so in")
