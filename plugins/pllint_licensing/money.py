"""Amounts of money in words."""

from decimal import Decimal

from pllint.model.estate import Sum


def amount(total: Decimal, currency: str | None) -> str:
    """Write an amount, with pence only where there are any: `GBP 24,000`, `USD 37.50`."""
    written = f"{total:,.0f}" if total == total.to_integral_value() else f"{total:,.2f}"
    return f"{currency} {written}" if currency else written


def money(total: Sum, currency: str | None) -> str:
    """Write a sum or a range: `GBP 126,000-162,000`."""
    low = amount(total.low, currency)
    return low if total.low == total.high else f"{low}-{amount(total.high, None)}"
