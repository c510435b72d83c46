"""Which data group a connector is in, what a policy reaches, and what that makes of a component."""

from collections.abc import Sequence

from pllint.catalogue import Catalogue
from pllint.model.environment import Environment
from pllint.model.policy import DlpPolicy


class PolicySet:
    """The policies of a workspace, indexed once."""

    def __init__(self, policies: Sequence[DlpPolicy], catalogue: Catalogue) -> None:
        self._policies = policies
        self._catalogue = catalogue

    def reaching(self, environment: Environment) -> Sequence[DlpPolicy]:
        """Give the policies whose scope reaches an environment."""
        raise NotImplementedError
