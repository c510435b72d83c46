"""Reasons for a premium licence, in the words of people who write no code."""

from __future__ import annotations

from pllint.plugin import Related

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pllint.model.component import Component
    from pllint.model.estate import GivenBack
    from pllint.model.licence_facts import Group
    from pllint.model.licensing import Licensed, Premium, PremiumReason
    from pllint.plugin import Anchor, Catalogue, Context

_FIXED = {
    "dataverse": "Dataverse",
    "gateway": "an on-premises data gateway",
    "model-driven": "being a model-driven app",
    "code-app": "being a code app",
    "premium-control": "a code component that calls an external service",
    "business-process-flow": "being a business process flow",
    "desktop-flow": "the desktop flow it runs",
    "managed-environment": "the managed environment",
}


def reasons_in_words(found: Premium, component: Component, catalogue: Catalogue) -> Sequence[tuple[str, PremiumReason]]:
    """Put each reason into words: `SQL Server`, `the custom connector 'Employee lookup'`."""
    names: dict[str, str | None] = {use.connector: use.display_name for use in component.uses if use.display_name}

    def words(reason: PremiumReason) -> str:
        if reason.word in _FIXED:
            return _FIXED[reason.word]
        if reason.word == "premium-flow":
            return f"the premium flow '{reason.via}' it starts"
        if reason.word == "ai-builder":
            return f"AI Builder in the flow '{reason.via}' it starts" if reason.via else "AI Builder"
        key = reason.connector or ""
        if reason.word == "custom-connector":
            return f"the custom connector '{names.get(key) or key}'"
        return catalogue.name_of(key)

    return [(words(reason), reason) for reason in found.reasons]


def list_of(words: Sequence[str], conjunction: str) -> str:
    """Join words as a sentence does: `a, b and c`."""
    if len(words) < 2:  # noqa: PLR2004 - one word needs no joining
        return "".join(words)
    return f"{', '.join(words[:-1])} {conjunction} {words[-1]}"


def because_of(licensed: Licensed, context: Context) -> str:
    """Say why something is premium: `SQL Server and HTTP`."""
    reasons = reasons_in_words(licensed.premium, licensed.component, context.catalogue)
    return list_of(list(dict.fromkeys(words for words, _ in reasons)), "and")


def because(licensed: Licensed, context: Context) -> tuple[Related, ...]:
    """Show the places that make something premium."""
    return shown(licensed.premium, licensed.component, context)


def shown(found: Premium, component: Component, context: Context) -> tuple[Related, ...]:
    """Show the places that make a component premium, and where the sources disagree on them."""
    reasons = reasons_in_words(found, component, context.catalogue)
    doubts = {reason: context.licensing.doubt(component, reason) for _, reason in reasons}
    return tuple(
        Related(
            f"premium because of {words} ({reason.word})" + (f"; {doubts[reason]}" if doubts[reason] else ""), reason.at
        )
        for words, reason in reasons
    )


def place_of(licensed: Licensed) -> Anchor:
    """Give where people would change what the manifest says of it, else its own file."""
    return licensed.record.at if licensed.record is not None else licensed.component.at


def where(licensed: Licensed) -> str:
    """Name the environment, or say that nobody has."""
    return licensed.environment.name if licensed.environment else "its environment"


def counted(number: int, one: str, many: str | None = None) -> str:
    """Count things: `1 pass`, `2,900 people`."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def people(number: int) -> str:
    """Count people."""
    return counted(number, "person", "people")


def groups(named: Iterable[Group]) -> str:
    """List groups with their head counts, in brackets: ` (staff 40, managers 12)`; nothing where none has a name."""
    listed = ", ".join(
        f"{group.name} {'not counted' if group.number is None else f'{group.number:,}'}"
        for group in named
        if group.name
    )
    return f" ({listed})" if listed else ""


def flow_plan(context: Context) -> str:
    """Name the plan for flows that people are told to buy on the day."""
    return context.licensing.offered("flow-standalone")


def on_flow(context: Context, number: int = 1) -> str:
    """Count the licences on flows that people are told to buy on the day: `1 Power Automate Process licence`."""
    return counted(number, f"{context.licensing.offered('flow-capacity')} licence")


def app_plan(context: Context, intended: str | None = None) -> str:
    """Name the plan for apps that people are told to buy: the intended one where it goes to people."""
    if intended in context.licensing.groups.given_to("person", "app-premium"):
        return context.licensing.name_of(intended or "")
    return context.licensing.offered("app-premium")


def passes(context: Context, number: int) -> str:
    """Count app passes: `20 Power Apps per app passes`."""
    name = context.licensing.name_of("power-apps-per-app")
    return counted(number, f"{name} pass", f"{name} passes")


def taken_out(licensed: Licensed, context: Context, *, elsewhere: bool = False) -> tuple[GivenBack, ...]:
    """Give the retirements that took passes out of the environment of an app, or out of others."""
    here = licensed.environment
    return tuple(
        one
        for one in context.licensing.counts.given_back
        if one.taken and one.environment and (here is not None and here.goes_by(one.environment)) != elsewhere
    )


def gone_in_words(found: Iterable[GivenBack]) -> str:
    """Say what was taken out of a count: `90 were given back by the retirement of the app 'Leave'`."""
    told = [f"{one.number:,} {'was' if one.number == 1 else 'were'} given back by {one.by}" for one in found]
    return list_of(told, "and")


def reviews(found: Iterable[GivenBack]) -> tuple[Related, ...]:
    """Show the licence reviews that gave licences back, and the counts they lower."""
    return tuple(Related(f"{one.what} given back by {one.by}: {one.told}", one.at) for one in found)
