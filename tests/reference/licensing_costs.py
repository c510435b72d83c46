"""What the rules of cost answer to a case of licensing-cases.yaml, by the kind of its sum."""

from collections.abc import Mapping
from decimal import Decimal

from pllint.catalogue.plans import Price, price_of
from pllint.engine.licensing.cost import (
    PASS,
    PREMIUM,
    VOLUME_FROM,
    Compared,
    MissingPriceError,
    Profile,
    alternative,
    bundle_saving,
    exposure,
    flow_runs,
    flows_or_people,
    has_leverage,
    is_dearer,
    is_outside_range,
    metered_or_plans,
    mix,
    needed,
    pass_or_user,
    process_or_premium,
    still_paid,
    volume,
)
from pllint.text.node import Node
from tests.reference.licensing_words import Answer, amount_of, texts_of


def cost_case(given: Node, _: str, lists: Node) -> Answer:
    prices, listed = (
        {key: _price_in(node) for source in sources for key, node in source.items() if key != "currency"}
        for sources in (
            (lists[given["price-list"].text or ""], given["prices"]),
            (given["prices"], lists[given["price-list"].text or ""]),
        )
    )
    if given["cost"].text in _AT_LIST_PRICE:
        prices = listed
    try:
        return _COSTS[given["cost"].text or ""](given, prices)
    except MissingPriceError:
        return {"findings": {"price-missing"}}


_AT_LIST_PRICE = {"exposure", "price-check"}
"""What is held against list prices, whatever somebody pays."""


def _pass_or_user_cost(given: Node, prices: Mapping[str, Price]) -> Answer:
    apps = given["apps"].integer or 1
    found = pass_or_user(prices, given["users"].integer or 0, apps, given["apps-per-pass"].integer or 1)
    told = {"per-user-advised"} if apps >= 3 else set()
    sums = {PASS: found.pass_yearly, PREMIUM: found.user_yearly}
    intended = sums.get(given["plan"].text or "") or min(sums.values(), key=lambda money: money.middle)
    lowest = min(money.middle for money in sums.values())
    over = Decimal(0)
    if is_dearer(intended.middle, lowest):
        told.add("plan-dearer-than-alternative")
    budget = given["budget-yearly"]
    if budget.present and (over := max(Decimal(0), intended.middle - amount_of(budget))):
        told.add("budget-exceeded")
    return {
        "passes": found.passes,
        "pass-yearly": found.pass_yearly,
        "user-yearly": found.user_yearly,
        "cheaper": found.cheaper,
        "saving-yearly": found.saving_yearly,
        "premium-cheaper-from-apps": found.premium_cheaper_from_apps,
        "over-budget": over,
        "findings": told,
    }


def _mixed_cost(given: Node, prices: Mapping[str, Price]) -> Answer:
    profiles = [
        Profile(one["people"].integer or 0, one["apps"].integer or 0) for one in given["populations"].elements()
    ]
    found = mix(prices, profiles)
    return {
        "all-pass": found.all_pass,
        "all-premium": found.all_premium,
        "mixed": found.mixed,
        "premium-people": found.premium_people,
        "findings": {"per-user-advised"} if any(profile.apps >= 3 for profile in profiles) else set(),
    }


def _flows_cost(given: Node, prices: Mapping[str, Price]) -> Answer:
    number = given["flows"].integer or 0
    per_flow, compared = flows_or_people(prices, number, given["people"].integer)
    told = {"flow-pack-minimum"} if number < 5 else set()
    if compared is None:
        return {"per-flow-monthly": per_flow, "findings": told}
    if compared.cheaper == "per-flow":
        told.add("capacity-licence-cheaper")
    per_user = compared.second
    return {
        "per-flow-monthly": per_flow, "per-user-monthly": per_user, "cheaper": compared.cheaper, "findings": told,
    }  # fmt: skip


def _process_cost(given: Node, prices: Mapping[str, Price]) -> Answer:
    found = process_or_premium(prices, given["people"].integer or 0, given["processes"].integer or 1)
    return _compared(found, "process-monthly", "premium-monthly", {"process": "capacity-licence-cheaper"})


def _metered_cost(given: Node, prices: Mapping[str, Price]) -> Answer:
    people, active = given["people"].integer or 0, given["active"].integer or 0
    found = metered_or_plans(prices, people, active, given["apps"].integer or 1)
    told = {"metered": {"metered-cheaper"}, "equal": set()}.get(found.cheapest, {"metered-dearer"})
    return {
        "metered-monthly": found.metered,
        "pass-monthly": found.passes,
        "premium-monthly": found.premium,
        "cheapest": found.cheapest,
        "findings": told,
    }


def _flow_runs_cost(given: Node, _: Mapping[str, Price]) -> Answer:
    runs = [int(run) for run in texts_of(given["runs"].value)]
    found = flow_runs(runs, amount_of(given["run-price"]), given["plans"].integer or 1, amount_of(given["plan-price"]))
    return _compared(found, "metered", "plan", {})


def _volume_cost(given: Node, prices: Mapping[str, Price]) -> Answer:
    people = given["people"].integer or 0
    listed, tier = volume(prices, people)
    told = {"volume-price-available"} if people >= VOLUME_FROM else set()
    return {"list-yearly": listed, "volume-yearly": tier, "findings": told}


def _alternative_cost(given: Node, prices: Mapping[str, Price]) -> Answer:
    monthly = amount_of(given["alternative-monthly"])
    found = alternative(prices, given["plan"].text or "", given["count"].integer or 1, monthly)
    return _compared(found, "plan-yearly", "alternative-yearly", {})


def _price_check(given: Node, prices: Mapping[str, Price]) -> Answer:
    outside = is_outside_range(amount_of(given["override"]), needed(prices, given["plan"].text or ""))
    return {"findings": {"price-outside-range"} if outside else set()}


def _missing_price(given: Node, prices: Mapping[str, Price]) -> Answer:
    needed(prices, given["plan"].text or "")
    return {"findings": set()}


def _exposure_cost(given: Node, prices: Mapping[str, Price]) -> Answer:
    amount = exposure(prices, given["plan"].text or "", given["unlicensed"].integer or 0, given["months"].integer or 0)
    return {"exposure": amount, "findings": {"retroactive-exposure"} if amount else set()}


def _bundle_cost(given: Node, _: Mapping[str, Price]) -> Answer:
    lines = [(line["passes"].integer or 0, amount_of(line["price"])) for line in given["lines"].elements()]
    yearly = sum((passes * price * 12 for passes, price in lines), Decimal(0))
    told = {"ea-lines-not-bundled"} if len(lines) > 1 else set()
    if has_leverage(given["custom-connector-apps"].integer or 0, given["people"].integer or 0):
        told.add("negotiation-leverage")
    return {
        "passes": sum(passes for passes, _ in lines),
        "spend-yearly": yearly,
        "saving-yearly": list(bundle_saving(yearly)),
        "findings": told,
    }


def _reduction_cost(given: Node, _: Mapping[str, Price]) -> Answer:
    may_reduce = bool(given["count-reduction"].flag)
    last = given["next-anniversary-eve" if may_reduce else "term-ends"].text or ""
    found = still_paid(given["passes"].integer or 0, amount_of(given["price"]), given["retired"].text or "", last)
    told = {"retired-still-paid"} if found.months else set()
    told |= set() if may_reduce else {"ea-no-count-reduction"}
    return {"months-still-paid": found.months, "still-paid": found.amount, "findings": told}


def _compared(found: Compared, first: str, second: str, checks: Mapping[str, str]) -> Answer:
    told = {checks[found.cheaper]} if found.cheaper in checks else set()
    return {first: found.first, second: found.second, "cheaper": found.cheaper, "findings": told}


_COSTS = {
    "pass-or-user": _pass_or_user_cost,
    "mixed": _mixed_cost,
    "flows": _flows_cost,
    "process-or-premium": _process_cost,
    "metered": _metered_cost,
    "flow-runs": _flow_runs_cost,
    "volume": _volume_cost,
    "alternative": _alternative_cost,
    "price-check": _price_check,
    "missing-price": _missing_price,
    "exposure": _exposure_cost,
    "ea-bundle": _bundle_cost,
    "ea-reduction": _reduction_cost,
}


def _price_in(node: Node) -> Price:
    if node["low"].present:
        return price_of(
            amount_of(node["low"]), amount_of(node["high"]), amount_of(node["mid"]) if node["mid"].present else None
        )
    return price_of(amount_of(node))
