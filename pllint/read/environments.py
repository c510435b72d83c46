"""One list of environments, out of what people declare, inventories list and policies name."""

from __future__ import annotations

from pllint.finding import Finding, Related
from pllint.model.environment import Environment, EnvironmentType
from pllint.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pllint.model.governance import DeclaredEnvironment
    from pllint.model.policy import DlpPolicy
    from pllint.source import Anchor

_TYPES = {kind.value: kind for kind in EnvironmentType if kind is not EnvironmentType.OTHER}


class _Origin(NamedTuple):
    """Where a fact was read, and what that file does with it."""

    verb: str
    at: Anchor


class _Merge:
    """The environments so far, found by any of their names."""

    def __init__(self) -> None:
        self.environments: list[Environment] = []
        self.findings: list[Finding] = []
        self.origins: list[dict[str, _Origin]] = []
        """Where each environment's facts were read, by fact."""
        self.reported: set[tuple[str, str]] = set()

        self._by_id: dict[str, int] = {}
        self._by_name: dict[str, set[int]] = {}

    def find(self, identity: str | None, names: Iterable[str]) -> int | None:
        """Find an environment by its id, else by a name that no other id contradicts."""
        if _key(identity) in self._by_id:
            return self._by_id[_key(identity)]
        found = {place for name in names for place in self._by_name.get(_key(name), ())}
        return next((place for place in sorted(found) if not (identity and self.environments[place].id)), None)

    def add(self, environment: Environment, origins: dict[str, _Origin]) -> None:
        self.environments.append(environment)
        self.origins.append(origins)
        self._index(len(self.origins) - 1)

    def replace(self, place: int, environment: Environment) -> None:
        """Put what is known by now in place of an environment; its id and names stay among the new ones."""
        self.environments[place] = environment
        self._index(place)

    def _index(self, place: int) -> None:
        environment = self.environments[place]
        if _key(environment.id):
            self._by_id.setdefault(_key(environment.id), place)
        for name in filter(None, map(_key, (environment.name, *environment.aliases))):
            self._by_name.setdefault(name, set()).add(place)


def _key(name: str | None) -> str:
    return (name or "").strip().lower()


def merge(
    declared: Sequence[DeclaredEnvironment], listed: Sequence[Environment], policies: Iterable[DlpPolicy]
) -> tuple[tuple[Environment, ...], list[Finding]]:
    """Give every environment once, by name, with the contradictions between the files as findings.

    They are joined by id, else by name ignoring case. The manifest's name wins; type and managed flag of an inventory
    win, because the platform wrote them.
    """
    state = _Merge()
    for environment in declared:
        _take_declared(state, environment)
    for environment_listed in listed:
        _take_listed(state, environment_listed)
    for policy in policies:
        for ref in policy.environments:
            names = [ref.name, *([ref.display_name] if ref.display_name else [])]
            # A policy writes ids and, kept by hand, names; both are tried as either.
            if state.find(ref.name, names) is None and state.find(None, names) is None:
                state.add(
                    Environment(
                        name=ref.display_name or ref.name,
                        at=ref.at,
                        id=ref.name,
                        aliases=tuple(dict.fromkeys(name.lower() for name in names)),
                    ),
                    {},
                )
    ordered = sorted(state.environments, key=lambda one: (one.name.lower(), one.name, (one.id or "").lower()))
    return tuple(ordered), state.findings


def _take_declared(state: _Merge, environment: DeclaredEnvironment) -> None:
    if state.find(environment.id, [environment.name]) is not None:
        return  # the manifest's reader reports a second declaration
    host = (environment.url or "").lower().partition("://")[2].partition("/")[0]
    names = (environment.name.lower(), (environment.id or "").lower(), host)
    kind = _TYPES.get((environment.type or "").lower())
    state.add(
        Environment(
            name=environment.name,
            at=environment.at,
            id=environment.id,
            type=kind,
            managed=environment.managed,
            group=environment.group,
            aliases=tuple(dict.fromkeys(name for name in names if name)),
            declared=True,
        ),
        {
            key: _Origin("declared as", environment.at / key)
            for key, value in (("type", kind), ("managed", environment.managed))
            if value is not None
        },
    )


def _take_listed(state: _Merge, environment: Environment) -> None:
    origins: dict[str, _Origin] = {}
    if environment.at is not None:
        origin = _Origin("listed as", environment.at)
        stated = (("type", environment.type), ("managed", environment.managed))
        origins = {key: origin for key, value in stated if value is not None}
    place = state.find(environment.id, [environment.name, *environment.aliases])
    if place is None:
        state.add(environment, origins)
        return
    known = state.environments[place]
    kind, managed = environment.type, environment.managed
    if kind is None or (kind is EnvironmentType.OTHER and known.type is not None):
        # The manifest has no word for the platform's other kinds, so whatever it says is no contradiction.
        kind = known.type
        origins.pop("type", None)
    elif known.type not in {None, EnvironmentType.OTHER, kind}:
        _contradiction(state, place, environment, "type", (str(known.type), str(kind)))
    if managed is None:
        managed = known.managed
    elif known.managed not in {None, managed}:
        words = ("managed", "not managed") if known.managed else ("not managed", "managed")
        _contradiction(state, place, environment, "managed", words)
    joined = known._replace(
        id=environment.id or known.id,
        type=kind,
        managed=managed,
        group=known.group or environment.group,
        aliases=tuple(dict.fromkeys((*known.aliases, *environment.aliases))),
        listed=known.listed or environment.listed,
        pay_as_you_go=known.pay_as_you_go or environment.pay_as_you_go,
    )
    state.replace(place, joined)
    state.origins[place].update(origins)


def _contradiction(state: _Merge, place: int, listed: Environment, fact: str, words: tuple[str, str]) -> None:
    """Note that two files say different things of one environment, once for each fact."""
    name = state.environments[place].name
    origin = state.origins[place].get(fact)
    if origin is None or listed.at is None or (name, fact) in state.reported:
        return
    state.reported.add((name, fact))
    before, now = words
    state.findings.append(
        Finding(
            at=origin.at,
            message=f"'{name}' is {origin.verb} {before}, but {listed.at.source.path} lists it as {now}",
            remedy="Correct the declaration, or export the environment list again if it is older",
            check="SRC011",
            environment=name,
            related=(Related(f"listed as {now}", listed.at),),
        )
    )
