"""Environments: declared in the manifest, listed by an inventory, named by a policy, or any other."""

from enum import StrEnum

from pllint.record import NamedTuple
from pllint.source import Anchor


class EnvironmentType(StrEnum):
    """What kind of environment it is, in the manifest's words."""

    DEFAULT = "default"
    PRODUCTION = "production"
    SANDBOX = "sandbox"
    DEVELOPER = "developer"
    TRIAL = "trial"
    TEAMS = "teams"
    OTHER = "other"
    """A platform SKU that the manifest has no word for."""


class Environment(NamedTuple):
    """One environment, as all the files together describe it. Matched by id, else by name, ignoring case."""

    name: str
    """The manifest's name, else the display name, else the id."""
    at: Anchor | None
    id: str | None = None
    type: EnvironmentType | None = None
    managed: bool | None = None
    group: str | None = None
    aliases: tuple[str, ...] = ()
    """Every other name and id it goes by, lower case."""
    listed: bool = False
    """An inventory lists it."""
    declared: bool = False
    """The manifest or Terraform declares it."""
    any_other: bool = False
    """It stands for every environment that no file names."""
    pay_as_you_go: bool | None = None
    """A billing policy meters its apps and flows."""

    def __hash__(self) -> int:
        """Tell environments apart by their names: they are keys of much, and all they are made of takes long."""
        return hash((self.name, self.id))

    @property
    def is_default(self) -> bool:
        """Tell the tenant's default environment, by type or by its id `Default-<tenant id>`."""
        return self.type is EnvironmentType.DEFAULT or any(
            (text or "").lower().startswith("default-") for text in (self.id, self.name, *self.aliases)
        )

    def goes_by(self, name: str) -> bool:
        """Tell whether a file that writes this name means this environment."""
        lowered = name.strip().lower()
        return lowered in {self.name.lower(), (self.id or self.name).lower(), *self.aliases}


ANY_OTHER = Environment(name="any other environment", at=None, any_other=True)


class EnvironmentRef(NamedTuple):
    """An environment as a policy or a target names it."""

    name: str
    at: Anchor
    display_name: str | None = None
