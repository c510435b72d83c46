"""Ordered lists of a policy, URL patterns and endpoint rules: what the service rejects, and rules nothing reaches."""

from collections.abc import Iterable, Sequence

from pllint.engine.dlp.pattern import is_star, matches
from pllint.model.policy import DataGroup, EndpointRule, UrlPattern
from pllint.model.policy_review import Fault
from pllint.record import NamedTuple
from pllint.source import Anchor


class Entry(NamedTuple):
    """A URL pattern or an endpoint rule, as a line of an ordered list."""

    order: int
    text: str
    result: str
    at: Anchor


def of_patterns(patterns: Iterable[UrlPattern]) -> tuple[Entry, ...]:
    """Give URL patterns in the order they are tried."""
    entries = (Entry(rule.order, rule.pattern.strip(), rule.group, rule.at) for rule in patterns)
    return tuple(sorted(entries, key=lambda entry: entry.order))


def of_endpoints(rules: Iterable[EndpointRule]) -> tuple[Entry, ...]:
    """Give endpoint rules in the order they are tried."""
    entries = (Entry(rule.order, rule.endpoint.strip(), rule.behaviour, rule.at) for rule in rules)
    return tuple(sorted(entries, key=lambda entry: entry.order))


def faults(entries: Sequence[Entry]) -> tuple[Fault, ...]:
    """Tell what makes the service reject a list that is not empty."""
    found: list[Fault] = []
    stars = [entry for entry in entries if is_star(entry.text)]
    if not stars:
        found.append(Fault("the pattern * is missing at its end", entries[-1].at, endless=True))
    elif not is_star(entries[-1].text):
        found.append(Fault("the pattern * is not the last one", stars[0].at))
    found += [
        Fault(f"{entry.text} says Ignore, which only * may", entry.at)
        for entry in entries
        if entry.result == DataGroup.IGNORE and not is_star(entry.text)
    ]
    found += _order_faults(entries)
    seen: dict[str, Entry] = {}
    for entry in entries:
        if seen.setdefault(_plain(entry.text), entry) is not entry:
            found.append(Fault(f"{entry.text} is there twice", entry.at))
    return tuple(found)


def _order_faults(entries: Sequence[Entry]) -> Iterable[Fault]:
    for position, entry in enumerate(entries, 1):
        if entry.order != position:
            words = f"{entry.text} has the order {entry.order}, and orders run from 1 to {len(entries)} without gaps"
            yield Fault(words, entry.at, misnumbered=len({one.order for one in entries}) == len(entries))
            return


def shadowed(entries: Sequence[Entry]) -> tuple[tuple[Entry, Entry], ...]:
    """Give each rule that nothing reaches with the first earlier one that takes all it matches and says otherwise.

    What follows `*` and what is written twice are faults of the list, and not repeated here.
    """
    # A pattern can only cover texts that begin as it does up to its first `*`, so few are ever compared.
    by_beginning: dict[str, list[Entry]] = {}
    found: list[tuple[Entry, Entry]] = []
    for entry in entries:
        if is_star(entry.text):
            continue
        text = _plain(entry.text)
        beginnings = (by_beginning.get(text[:end], ()) for end in range(len(text) + 1))
        covering = [
            other
            for others in beginnings
            for other in others
            if _plain(other.text) != text and matches(other.text, entry.text)
        ]
        # Of several, the first one in the list takes what they share.
        first = min(covering, key=lambda other: other.order, default=None)
        if first is not None and first.result != entry.result:
            found.append((entry, first))
        if "*" in text:
            by_beginning.setdefault(text.partition("*")[0], []).append(entry)
    return tuple(found)


def _plain(text: str) -> str:
    return text.lower().rstrip("/")
