"""Which data group a connector is in, what a policy reaches, and what that makes of a component."""

from pllint.engine.dlp.policy_set import PolicySet

__all__ = ["PolicySet"]
