"""Days between the records of a lifecycle; a day is ISO text."""

import datetime

QUARTER = 92
"""Days; a quarter is over on the day after."""


def between(first: str, second: str) -> int:
    """Count the days from one day to another."""
    return (datetime.date.fromisoformat(second) - datetime.date.fromisoformat(first)).days


def in_days(first: str, second: str) -> str:
    """Say how many days lie between two: `1 day`, `93 days`."""
    days = between(first, second)
    return f"{days} {'day' if days == 1 else 'days'}"


def later(date: str, days: int) -> str:
    """Give the day that is so many days later."""
    return (datetime.date.fromisoformat(date) + datetime.timedelta(days=days)).isoformat()
