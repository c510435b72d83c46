"""Which data group a connector is in, what a policy reaches, and what that makes of a component."""

from pllint.engine.dlp.policy_set import PolicySet
from pllint.engine.dlp.resource import Resources

__all__ = ["PolicySet", "Resources"]
