"""Which policies reach an environment."""

from collections.abc import Sequence

from pllint.model.environment import Environment
from pllint.model.policy import DlpPolicy, Scope


class Reach:
    """The scopes of all policies, indexed by the names of the environments they list."""

    def __init__(self, policies: Sequence[DlpPolicy]) -> None:
        self._policies = policies
        self._by_name: dict[str, set[int]] = {}
        self._by_display_name: dict[str, set[int]] = {}
        for position, policy in enumerate(policies):
            if policy.scope is Scope.ALL:
                continue
            for environment in policy.environments:
                self._by_name.setdefault(environment.name.strip().lower(), set()).add(position)
                if environment.display_name:
                    self._by_display_name.setdefault(environment.display_name.strip().lower(), set()).add(position)
        self._answers: dict[Environment, tuple[tuple[int, ...], tuple[int, ...]]] = {}

    def of(self, environment: Environment) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Give the positions of the policies that reach an environment, and of those that may."""
        if environment not in self._answers:
            self._answers[environment] = self._work_out(environment)
        return self._answers[environment]

    def _work_out(self, environment: Environment) -> tuple[tuple[int, ...], tuple[int, ...]]:
        listing = self._listing(environment)
        certain: list[int] = []
        open_: list[int] = []
        for position, policy in enumerate(self._policies):
            if policy.may_not_reach:
                if position not in listing or policy.scope is not Scope.EXCEPT:
                    open_.append(position)
            elif policy.scope is Scope.ALL:
                certain.append(position)
            elif position in listing:
                if policy.scope is not Scope.EXCEPT:
                    certain.append(position)
            elif not policy.environments_known:
                open_.append(position)
            elif policy.scope is Scope.EXCEPT:
                certain.append(position)
        return tuple(certain), tuple(open_)

    def _listing(self, environment: Environment) -> set[int]:
        if environment.any_other:
            return set()
        names = {environment.name.lower(), *environment.aliases}
        if environment.id:
            names.add(environment.id.lower())
        listing: set[int] = set()
        for name in names:
            listing |= self._by_name.get(name, set())
            if environment.id is None:
                # A display name is a weaker mark than an id: another environment may bear it.
                listing |= self._by_display_name.get(name, set())
        return listing
