"""What the rules answer to a case of licensing-cases.yaml, by its subject, in the words of what the case expects."""

from collections.abc import Sequence
from decimal import Decimal

from pllint.catalogue.plans import plan_named
from pllint.engine.licensing.apps import judge_app
from pllint.engine.licensing.capacity import (
    agent_bill,
    ai_credits,
    bots,
    burst_ceiling,
    daily_limit,
    daily_pool,
    requests,
    storage,
    website_bill,
)
from pllint.engine.licensing.estate import Customer, LicenceStock, copies, estate
from pllint.engine.licensing.flows import judge_flow
from pllint.model.capacity_facts import AgentUse, DesktopFacts, Loop, Storage, WebsiteUse
from pllint.model.licence_facts import LicenceJudgement
from pllint.text.node import Node
from tests.reference.licensing_costs import cost_case
from tests.reference.licensing_facts import app_facts, flow_facts
from tests.reference.licensing_words import PLANS, TODAY, Answer, amount_of, numbers_of, texts_of, told_by, words_in


def _app_case(given: Node, as_of: str, _: Node) -> Answer:
    facts = app_facts(given, as_of)
    judged = judge_app(facts, as_of, PLANS)
    return {
        **_judged(judged, premium=facts.premium, why=facts.why),
        "passes-per-user": judged.passes_per_user,
        "metered-users": judged.metered_users,
    }


def _flow_case(given: Node, as_of: str, _: Node) -> Answer:
    facts = flow_facts(given["flow"], given, as_of)
    judged = judge_flow(facts, as_of, PLANS)
    answer = _judged(judged, premium=facts.premium, why=facts.why)
    if judged.alternative:
        answer["alternative"] = {"plan": judged.alternative.plan, "count": judged.alternative.number}
    if judged.metered is not None:
        answer["metered"] = judged.metered
    if judged.turned_off_after_days is not None:
        answer["turned-off-after-days"] = judged.turned_off_after_days
    return {**answer, "remedies": list(judged.remedies)}


def _judged(judged: LicenceJudgement, *, premium: bool, why: Sequence[str]) -> Answer:
    needs = [{"who": row.who, "count": row.number, "any-of": row.any_of, "level": row.level} for row in judged.needs]
    answer: Answer = {"premium": premium, "why": list(why), "needs": needs, "short": judged.short}
    if judged.unknown:
        answer["unknown"] = judged.unknown
    return {**answer, "findings": told_by(judged.remarks)}


def _copies_case(given: Node, _: str, __: Node) -> Answer:
    licensed = [(copy["environment"].text or "", copy["licence"].text) for copy in given["copies"].elements()]
    found = copies(licensed, PLANS.groups(TODAY)["flow-capacity"], given["purchased"].integer)
    return {
        "capacity-licences-needed": found.needed,
        "capacity-licences-short": found.short,
        "user-plans-needed": found.user_plans,
        "findings": told_by(found.remarks),
    }


def _desktop_case(given: Node, _: str, __: Node) -> Answer:
    desktop = given["desktop"]
    found = bots(
        DesktopFacts(
            attended=desktop["mode"].text == "attended",
            holds=tuple(texts_of(desktop["holds"].value)),
            environment=desktop["environment"].text or "default",
            shared=bool(desktop["shared"].flag),
            from_cloud_flow=desktop["started-by"].text == "cloud-flow",
            concurrent=desktop["concurrent"].integer or 1,
            machines=desktop["machines"].integer or 1,
            bots=desktop["bots"].integer or 0,
            signs_into=tuple(texts_of(desktop["signs-into"].value)),
        ),
        PLANS.groups(TODAY)["attended"],
    )
    return {"bots-needed": found.needed, "short": found.short, "findings": told_by(found.remarks)}


def _agent_case(given: Node, as_of: str, _: Node) -> Answer:
    use = AgentUse(
        sessions=given["sessions"]["production"].integer or 0,
        test_sessions=given["sessions"]["test"].integer or 0,
        credits=tuple((kind, node.integer or 0) for kind, node in given["credits"].items()),
        packs_held=given["packs-held"].integer,
        connectors=bool(words_in(given["connectors"])),
        capacity=given["capacity"].flag is not False,
        service_enabled=given["service-enabled"].flag is not False,
    )
    bill = agent_bill(use, as_of, PLANS)
    return {
        "billed-sessions": bill.billed,
        "credits": bill.billed,
        "packs": bill.packs,
        "monthly": bill.monthly,
        "metered-monthly": bill.metered_monthly,
        "findings": told_by(bill.remarks),
    }


def _website_case(given: Node, as_of: str, _: Node) -> Answer:
    held = given["held"]
    use = WebsiteUse(
        logins=given["logins"].integer,
        page_views=given["page-views"].integer,
        authenticated=given["authenticated"].integer,
        anonymous=given["anonymous"].integer,
        licensed_staff=given["licensed-staff"].integer or 0,
        held=numbers_of(held) if held.present else None,
    )
    bill = website_bill(use, as_of, PLANS)
    return {**dict(bill.packs), "monthly": bill.monthly, "findings": told_by(bill.remarks)}


def _credits_case(given: Node, as_of: str, _: Node) -> Answer:
    wanted = given["needed"]
    number = wanted.integer
    if number is None:
        number = (wanted["items"].integer or 0) * (wanted["rate"].integer or 0)
    found = ai_credits(dict(numbers_of(given["licences"])), given["add-ons"].integer or 0, number, as_of, PLANS)
    return {
        "credits": found.credits,
        "needed": found.needed,
        "short": found.short,
        "add-ons-to-buy": found.add_ons_to_buy,
        "findings": told_by(found.remarks),
    }


def _storage_case(given: Node, as_of: str, _: Node) -> Answer:
    add_ons, prices = given["add-ons-gb"], given["add-on-prices"]
    stores = ("database", "file", "log")
    found = storage(
        dict(numbers_of(given["licences"])),
        as_of,
        PLANS,
        tenant=_storage(given["tenant-default"]),
        add_ons=Storage(*(amount_of(add_ons[store]) for store in stores)) if add_ons.present else None,
        used=_storage(given["used"]),
    )
    short = {"database": found.short_database, "file": found.short_file}
    listed = {store: PLANS.price(f"dataverse-{store}", "usd-list", as_of) for store in stores}
    paid = {
        store: amount_of(prices[store]) if prices[store].present else price.middle if price else Decimal(0)
        for store, price in listed.items()
    }
    return {
        "database-gb": found.entitled.database,
        "file-gb": found.entitled.file,
        "log-gb": found.entitled.log,
        "short-gb": {store: amount for store, amount in short.items() if amount},
        "can-create-environment": found.can_create_environment,
        "add-ons-monthly": sum(amount_of(add_ons[store]) * paid[store] for store in stores),
        "findings": told_by(found.remarks),
    }


def _requests_case(given: Node, as_of: str, _: Node) -> Answer:
    steps = given["steps"]
    held = list(texts_of(given["plans"].value))
    limit = daily_limit(held, given["units"].integer or 1, given["add-ons"].integer or 0, as_of, PLANS)
    pool = daily_pool(given["pool"]["dynamics-licences"].integer or 0, as_of, PLANS)
    found = requests(
        pool if given["pool"].present and not held else limit,
        burst_ceiling(as_of, PLANS),
        actions=steps["actions"].integer or 0,
        loops=[Loop(one["items"].integer or 0, one["actions"].integer or 0) for one in steps["loops"].elements()],
        runs_per_day=given["runs-per-day"].integer or 0,
        peak_per_5_minutes=given["peak-per-5-min"].integer or 0,
    )
    return {
        "daily-limit": limit,
        "per-flow-share": limit // (given["flows"].integer or 1),
        "per-run": found.per_run,
        "per-day": found.per_day,
        "over": found.over,
        "daily-pool": pool,
        "findings": told_by(found.remarks),
    }


def _plan_case(given: Node, as_of: str, _: Node) -> Answer:
    found = [plan_named(name) for name in texts_of(given["names"].value)]
    answer: Answer = {"plans": [plan.id if plan else None for plan in found], "findings": set()}
    plan = given["plan"].text
    if plan is not None:
        price = PLANS.price(plan, "usd-list", as_of)
        keys = (
            "apps websites flows people minimum tiers gateway dataverse business-process-flows covers-child-flows"
            " stackable production rpa ai-builder restricted-tables in-context-only database-gb file-gb"
            " tenant-database-gb tenant-file-gb tenant-log-gb requests attended-bots unattended-bots associated-flows"
            " environments runs-per-month ai-credits credits unit pack included set"
        )
        answer |= {key: PLANS.value(plan, key, as_of) for key in keys.split()}
        answer["price-usd"] = price.middle if price else None
    return answer


def _estate_case(given: Node, as_of: str, _: Node) -> Answer:
    records = [
        LicenceStock(
            plan=record["plan"].text or "",
            purchased=record["purchased"].integer,
            assigned=record["assigned"].integer,
            allocated=sum(number for _, number in numbers_of(record["allocated"])),
            as_of=record["as-of"].text,
        )
        for record in given["licences"].elements()
    ]
    required = {row["plan"].text or "": row["count"].integer or 0 for row in given["required"].elements()}
    customer = Customer(
        agreement=given["agreement"].text,
        existing=given["existing-customer"].flag is not False,
        sector=given["sector"].text,
    )
    found = estate(records, required, customer, as_of, PLANS)
    return {"balance": {one.plan: one.balance for one in found.balances}, "findings": told_by(found.remarks)}


RULES = {
    "app": _app_case,
    "flow": _flow_case,
    "copies": _copies_case,
    "desktop": _desktop_case,
    "agent": _agent_case,
    "website": _website_case,
    "ai-credits": _credits_case,
    "capacity": _storage_case,
    "requests": _requests_case,
    "plan": _plan_case,
    "cost": cost_case,
    "estate": _estate_case,
}


def _storage(node: Node) -> Storage | None:
    return Storage(*(Decimal(text) for text in texts_of(node.value))) if node.present else None
