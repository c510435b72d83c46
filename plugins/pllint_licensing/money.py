"""Amounts of money in words."""

from decimal import Decimal

from pllint.model.estate import Sum


def amount(total: Decimal, currency: str | None) -> str:
    """Write an amount, with pence only where there are any, and nothing rounded: `GBP 24,000`, `USD 37.50`."""
    if total == total.to_integral_value():
        written = f"{total:,.0f}"
    else:
        written = f"{total:,.2f}" if total == round(total, 2) else f"{total.normalize():,f}"
    return f"{currency} {written}" if currency else written


def money(total: Sum, currency: str | None) -> str:
    """Write a sum or a range: `GBP 126,000-162,000`."""
    low = amount(total.low, currency)
    return low if total.low == total.high else f"{low}-{amount(total.high, None)}"
