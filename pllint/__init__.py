"""pllint: a linter for the governance of Microsoft Power Platform estates kept in source control."""

__version__ = "0.1.0"
