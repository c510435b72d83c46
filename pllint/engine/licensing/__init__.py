"""The licensing chapter: what is premium, who needs which licence, how many are missing, and what it costs."""

from pllint.engine.licensing.tier import BY_RULE, HTTP_CONNECTORS, premium
from pllint.engine.licensing.workspace import Licensing, fitting_plans

__all__ = ["BY_RULE", "HTTP_CONNECTORS", "Licensing", "fitting_plans", "premium"]
