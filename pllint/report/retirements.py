"""A retirement in words: what was decided for its people, and what their licences cost until they can be given up."""

from pllint.model.estate import StillBought, Sum
from pllint.model.governance import LicenceReview
from pllint.model.lifecycle import Headcount
from pllint.report.layout import amount, counted


def people_told(headcount: Headcount | None, review: LicenceReview | None) -> str:
    """Say how many people there were, and whether the licence review accounts for everybody."""
    people = "nobody has recorded how many people used it"
    if headcount is not None:
        people = f"{_people(headcount.people)}, according to {headcount.counted_by}"
    if review is None:
        return f"{people}; no licence review is on record"
    return f"{people}; {groups_told(review)}: {accounted_told(headcount, review)}"


def groups_told(review: LicenceReview) -> str:
    """Say what was decided: `keep 50, reassign 60 to Expense approval, reclaim 90`."""
    to = f" to {review.reassigned_to.text}" if review.reassigned_to else ""
    groups = (("keep", review.keep, ""), ("reassign", review.reassign, to), ("reclaim", review.reclaim, ""))
    return ", ".join(f"{word} {'not recorded' if n is None else f'{n:,}'}{more}" for word, n, more in groups)


def accounted_told(headcount: Headcount | None, review: LicenceReview) -> str:
    """Say whether the groups of a review are the people there were."""
    if headcount is None:
        return f"whether these {review.accounted:,} are everybody is not known"
    left = headcount.people - review.accounted
    if left == 0:
        return "everybody is accounted for"
    if left < 0:
        return f"{-left:,} more than there were"
    return f"{_people(left)} {'is' if left == 1 else 'are'} left over"


def cost_told(one: StillBought, currency: str | None) -> str:
    """Say what the licences of a retirement cost until they can be given up, or why nobody can tell."""
    if one.why:
        return f"not known: {one.why}"
    if one.purchased is None:
        return "nothing: no licence was given back"
    if not one.licences:
        return "nothing: other apps and flows need all licences that are bought"
    months = f"{counted(one.months, 'month')} of {one.what} that nothing else on record needs"
    until = f"{months}, to {one.exit.last_paid_day}"
    return f"{money(one.amount, currency)}, for {until}" if one.amount else f"{until}; there is no price of them"


def money(total: Sum, currency: str | None) -> str:
    """Write a sum or a range: `GBP 126,000-162,000`."""
    shown = amount(total.low) if total.low == total.high else f"{amount(total.low)}-{amount(total.high)}"
    return f"{currency} {shown}" if currency else shown


def _people(number: int) -> str:
    return f"{number:,} {'person' if number == 1 else 'people'}"
