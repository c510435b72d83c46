"""Sums of money: exact, of one currency, and silent about nothing."""

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pllint.catalogue.plans import Price, price_of
from pllint.cli.coverage import money_told, money_value
from pllint.cli.dispatch import run
from pllint.engine.licensing.cost import (
    MONTHS,
    PASS,
    PREMIUM,
    Money,
    Profile,
    break_even,
    exposure,
    metered_or_plans,
    mix,
    pass_or_user,
    times,
)
from pllint.schema import violations

_AMOUNTS = st.decimals(min_value="0.01", max_value="10000", places=2)
_MANY = st.integers(0, 1_000_000)


@st.composite
def _prices(draw: st.DrawFn) -> Price:
    low, middle, high = sorted(draw(st.tuples(_AMOUNTS, _AMOUNTS, _AMOUNTS)))
    if draw(st.booleans()):
        return price_of(low)
    return price_of(low, high, draw(st.sampled_from((middle, None))))


def _in_order(money: Money) -> bool:
    return money.low <= money.middle <= money.high


@given(_prices(), _MANY)
def test_a_multiple_is_exact_and_its_ends_are_in_order(price: Price, number: int) -> None:
    found = times(price, number)

    assert _in_order(found)
    assert [Fraction(part) for part in found] == [Fraction(part) * number for part in price]


@given(
    _prices(), _prices(), st.lists(st.builds(Profile, st.integers(0, 100_000), st.integers(1, 20))), st.integers(1, 3)
)
def test_all_ways_of_a_mix_are_exact_and_the_mix_is_no_dearer(
    one: Price, all_apps: Price, profiles: list[Profile], per_pass: int
) -> None:
    found = mix({PASS: one, PREMIUM: all_apps}, profiles, per_pass)

    passes = sum(each.people * -(-each.apps // per_pass) for each in profiles)
    people = sum(each.people for each in profiles)
    assert all(map(_in_order, (found.all_pass, found.all_premium, found.mixed)))
    assert Fraction(found.all_pass.middle) == Fraction(one.middle) * passes * MONTHS
    assert Fraction(found.all_premium.middle) == Fraction(all_apps.middle) * people * MONTHS
    assert found.mixed.middle <= min(found.all_pass.middle, found.all_premium.middle)


@given(_prices(), _prices(), st.integers(1, 3))
def test_the_break_even_is_the_first_number_of_apps_from_which_premium_costs_less(
    one: Price, all_apps: Price, per_pass: int
) -> None:
    apps = break_even({PASS: one, PREMIUM: all_apps}, per_pass)

    assert apps is not None
    assert -(-apps // per_pass) * one.middle > all_apps.middle
    assert apps == 1 or -(-(apps - 1) // per_pass) * one.middle <= all_apps.middle


@given(_prices(), _prices(), _prices(), _MANY, _MANY)
def test_the_cheapest_way_is_the_cheapest(one: Price, all_apps: Price, meter: Price, people: int, active: int) -> None:
    prices = {PASS: one, PREMIUM: all_apps, "power-apps-payg": meter}

    ways, metered = pass_or_user(prices, people), metered_or_plans(prices, people, active)

    sums = {"metered": metered.metered.middle, PASS: metered.passes.middle, PREMIUM: metered.premium.middle}
    assert ways.saving_yearly == abs(ways.pass_yearly.middle - ways.user_yearly.middle)
    assert metered.cheapest == "equal" or sums[metered.cheapest] == min(sums.values())
    assert Fraction(exposure(prices, PASS, people, 7)) == Fraction(one.middle) * people * 7


@given(_prices(), st.integers(0, 3_000))
def test_what_is_written_reads_back_as_what_was_meant(price: Price, people: int) -> None:
    money = times(price, people * MONTHS)

    value = money_value(money)
    told = money_told(money, "GBP").removeprefix("GBP ").replace(",", "")

    numbers = value if isinstance(value, list) else [value]
    parts = told.split("-")
    meant = [money.low, money.high] if money.is_range else [money.middle]
    assert [Decimal(str(number)) for number in numbers] == meant
    assert [Decimal(part) for part in parts] == meant


def test_a_fraction_of_a_penny_is_not_rounded_away() -> None:
    assert money_told(times(price_of(Decimal("0.00005")), 7), "USD") == "USD 0.00035"


_APP = (
    '<CanvasApp><Name>{name}</Name><ConnectionReferences>{{"a": {{"id":'
    ' "/providers/microsoft.powerapps/apis/shared_sql", "dataSources": ["x"]}}}}</ConnectionReferences></CanvasApp>'
)
_SOLUTION = (
    "<ImportExportXml><SolutionManifest><UniqueName>Desk</UniqueName><Version>1.0</Version></SolutionManifest>"
    "</ImportExportXml>"
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for path, text in (
        ("s/Other/Solution.xml", _SOLUTION),
        ("s/CanvasApps/claims.meta.xml", _APP.format(name="claims")),
        ("s/CanvasApps/hours.meta.xml", _APP.format(name="hours")),
        ("pllint.yaml", "as-of: 2026-11-21\n"),
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _manifest(project: Path, tenant: str, licences: str) -> None:
    (project / "governance").mkdir()
    (project / "governance/estate.yaml").write_text(
        f"tenant: {{{tenant}}}\nenvironments: [{{name: prod, type: production}}]\n"
        "populations: [{name: staff, people: 100}, {name: desk, people: 10}]\n"
        "apps:\n  - {name: claims, environment: prod, shared-with: [staff], plan: power-apps-per-app,"
        " budget: {currency: USD, yearly: 1000}}\n"
        "  - {name: hours, environment: prod, shared-with: [desk], plan: power-apps-premium}\n"
        f"licences: [{licences}]\n",
        encoding="utf-8",
    )


def _shown(capsys: pytest.CaptureFixture[str], form: str) -> str:
    assert run(["licences", "--format", form]) == 0
    out = capsys.readouterr().out
    return out.replace("\\", "") if form == "markdown" else out


_MIXED = (
    "{plan: power-apps-per-app, purchased: 100, price: 4, currency: GBP},"
    " {plan: power-apps-premium, purchased: 10, price: 20, currency: USD}"
)


def test_prices_of_two_currencies_are_never_added(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # No shipped list is in force: a plan has the price of its record in pounds, or none.
    _manifest(project, "currency: GBP, price-list: none-of-ours", _MIXED)

    document = json.loads(_shown(capsys, "json"))
    texts = {form: " ".join(_shown(capsys, form).split()) for form in ("text", "markdown", "csv")}

    assert violations("licences", document) == []
    assert document["cost"]["currency"] == "GBP"
    assert document["cost"]["yearly"] == {}
    assert document["cost"]["price-missing"] == ["power-apps-premium"]
    assert document["cost"]["price-in-other-currency"] == [{"plan": "power-apps-premium", "currency": "USD"}]
    rows = {one["name"]: (one.get("yearly"), one.get("price-missing")) for one in document["components"]}
    assert rows == {"claims": (4800, None), "hours": (None, ["power-apps-premium"])}
    for form in ("text", "markdown"):
        assert "No price in GBP for Power Apps Premium" in texts[form]
        assert "The price of Power Apps Premium on record is in USD, and no sum in GBP counts it" in texts[form]
    assert "no price of Power Apps Premium" in texts["csv"]
    assert '"4800","GBP"' in texts["csv"]
    assert not any("7,200" in text or "7200" in text for text in (*texts.values(), json.dumps(document)))


def test_a_price_in_another_currency_leaves_the_lists_own_in_force_and_is_told(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _manifest(project, "currency: GBP", _MIXED)

    document = json.loads(_shown(capsys, "json"))

    # 100 passes at 4, 10 of Premium at GBP 16 to 20 of the list.
    assert document["cost"]["yearly"]["intended"] == [6720, 7200]
    assert "is in USD, and no sum in GBP counts it" in " ".join(_shown(capsys, "text").split())


def test_budgets_and_findings_keep_to_one_currency(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _manifest(project, "currency: GBP", _MIXED)

    run(["check", "--output", "json", "--select", "LIC5"])

    document = json.loads(capsys.readouterr().out)
    reasons = {one["check"]: one["reason"] for one in document["could-not-run"]}
    assert "its budget is in USD, and prices are in GBP" in reasons["LIC511"]
    assert [one["message"] for one in document["findings"] if "USD" in one["message"] and "GBP" in one["message"]] == []


def test_without_a_price_list_no_output_has_a_sum(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _manifest(project, "name: Contoso", "{plan: power-apps-per-app, purchased: 1}")

    assert "cost" not in json.loads(_shown(capsys, "json"))
    assert "Cost: no price list" in _shown(capsys, "text")
    assert "Cost: no price list" in _shown(capsys, "markdown")
    assert "no price list" in _shown(capsys, "csv")


def test_prices_on_record_are_summed_to_the_last_penny(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _manifest(
        project,
        "currency: EUR",
        "{plan: power-apps-per-app, purchased: 1, price: 3.33}, {plan: power-apps-premium, purchased: 1, price: 17.01}",
    )

    yearly = json.loads(_shown(capsys, "json"), parse_float=Decimal)["cost"]["yearly"]

    assert yearly["intended"] == Decimal("3.33") * 100 * 12 + Decimal("17.01") * 10 * 12
    assert "EUR 6,037.20" in _shown(capsys, "text")
