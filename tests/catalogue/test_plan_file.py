"""Plan data of the user's own: its forms, what is wrong with it, and what it does to the shipped data."""

from decimal import Decimal
from pathlib import Path

import pytest

from pllint.catalogue.plan_file import opened
from pllint.catalogue.plans import Plans
from pllint.errors import SettingsError

_TODAY = "2026-11-21"

AS_THE_RULES_SHOW_IT = """
plans:
  power-apps-per-app:
    names:
      - {name: Run Single Apps, until: 2020-12-31}
      - {name: Power Apps per app}
    skus: [POWERAPPS_PER_APP]
    counts: app-pass                 # person | app-pass | flow | machine | meter | pool
    sold: {from: 2019-10-01, until: 2026-01-02, except: [csp, renewal]}
    entitles: {tiers: [standard, premium, custom], gateway: true, flows: in-context}
    apps-per-unit: [{until: 2021-09-30, is: 2}, {from: 2021-10-01, is: 1}]
    requests:      [{until: 2021-11-30, is: 1000}, {from: 2021-12-01, is: 6000}]
    database-mb: 50
    file-mb: 400
    price:
      - {currency: USD, kind: list, until: 2021-09-30, is: 10}
      - {currency: USD, kind: list, from: 2021-10-01, is: 5}
      - {currency: GBP, kind: ea, low: 3.50, high: 4.50}
    source: [UL, CC, PPF, EOS]
"""


def _opened(folder: Path, text: str, name: str = "plans.yaml") -> Plans:
    (folder / name).write_text(text, encoding="utf-8")
    return opened(str(folder / name), str(folder))


def _told(plans: Plans) -> list[str]:
    return [f"{one.at.source.path}:{one.at.span.line} {one.check} {one.message}" for one in plans.findings]


def test_a_record_as_the_rules_show_it_says_what_is_shipped(tmp_path: Path) -> None:
    ours, theirs = _opened(tmp_path, AS_THE_RULES_SHOW_IT), Plans()
    plan = "power-apps-per-app"

    for day in ("2021-09-30", "2021-10-01", "2021-11-30", "2021-12-01", _TODAY):
        for key in ("apps", "tiers", "gateway", "flows", "requests"):
            assert ours.value(plan, key, day) == theirs.value(plan, key, day), (key, day)
        for key in ("database-gb", "file-gb"):
            assert ours.amount(plan, key, day) == theirs.amount(plan, key, day), (key, day)
        for price_list in ("usd-list", "gbp-ea"):
            ours_, theirs_ = ours.price(plan, price_list, day), theirs.price(plan, price_list, day)
            assert ours_ is None or theirs_ is None or ours_[:2] == theirs_[:2], (price_list, day)
        assert ours.name(plan, day) == theirs.name(plan, day)
    assert ours.sale(plan).ended_for_new == theirs.sale(plan).ended_for_new == "2026-01-02"
    assert "ea" in ours.sale(plan).agreements
    assert "csp" not in ours.sale(plan).agreements
    assert _told(ours) == []


def test_json_with_a_list_and_yaml_with_an_object_say_the_same(tmp_path: Path) -> None:
    yaml = _opened(tmp_path, "plans:\n  own: {entitles: {apps: 2, tiers: [standard, premium, custom]}}\n")
    json = _opened(
        tmp_path,
        '{"plans": [{"id": "own", "entitles": {"apps": 2, "tiers": ["standard", "premium", "custom"]}}]}',
        "plans.json",
    )

    assert yaml.own == json.own == ("own",)
    assert yaml.groups(_TODAY).holding("own") == json.groups(_TODAY).holding("own") != ()


@pytest.mark.parametrize("name", ["plans.yaml", "plans.json"])
def test_a_price_is_what_is_written_to_the_last_penny(tmp_path: Path, name: str) -> None:
    text = '{"plans": {"power-apps-premium": {"price": [{"currency": "GBP", "kind": "ea", "is": 17.10}]}}}'

    price = _opened(tmp_path, text, name).price("power-apps-premium", "gbp-ea", _TODAY)

    assert price is not None
    assert price.middle * 3 * 12 == Decimal("615.60")


def test_a_price_without_a_kind_wins_on_every_list_of_its_currency(tmp_path: Path) -> None:
    plans = _opened(tmp_path, "plans: {power-apps-premium: {price: [{currency: USD, is: 18}]}}")

    ours, volume = (plans.price("power-apps-premium", "usd-list", _TODAY, number) for number in (1, 5000))
    assert ours == volume
    assert ours is not None
    assert ours.middle == 18
    assert plans.price("power-apps-premium", "gbp-ea", _TODAY) == Plans().price("power-apps-premium", "gbp-ea", _TODAY)


def test_a_price_wins_on_the_days_it_holds_alone(tmp_path: Path) -> None:
    plans = _opened(
        tmp_path, "plans: {power-apps-premium: {price: [{currency: USD, kind: list, from: 2026-07-01, is: 18}]}}"
    )

    before, after = (plans.price("power-apps-premium", "usd-list", day) for day in ("2026-06-30", "2026-07-01"))
    assert before is not None
    assert after is not None
    assert (before.middle, after.middle) == (Decimal(20), Decimal(18))


def test_a_currency_that_no_list_is_in_becomes_a_list(tmp_path: Path) -> None:
    plans = _opened(tmp_path, "plans: {power-apps-premium: {price: [{currency: EUR, is: 18.70}]}}")

    name = plans.list_in("EUR")
    price = plans.price("power-apps-premium", name or "", _TODAY)
    assert (name, plans.currency("eur")) == ("eur", "EUR")
    assert price is not None
    assert price.middle == Decimal("18.70")
    assert plans.price("power-apps-per-app", "eur", _TODAY) is None


def test_names_of_ones_own_stand_beside_the_shipped_ones(tmp_path: Path) -> None:
    plans = _opened(
        tmp_path,
        "plans:\n"
        "  power-apps-premium: {names: [Contoso Premium]}\n"
        "  contoso-bundle: {names: [Contoso bundle], skus: [CONTOSO_BUNDLE], entitles: {apps: 1, tiers: [premium]}}\n",
    )

    for name in ("contoso premium", "Power Apps Premium", "POWERAPPS_PER_USER", "Run Unlimited Apps"):
        assert plans.id_of(name) == "power-apps-premium", name
    for name in ("Contoso  Bundle", "contoso_bundle", "contoso-bundle"):
        assert plans.id_of(name) == "contoso-bundle", name
    assert plans.name("power-apps-premium", _TODAY) == "Contoso Premium"
    assert plans.id_of("Power Everything") == "Power Everything"


@pytest.mark.parametrize(
    ("record", "said"),
    [
        pytest.param("{names: [P]}", "the plan own says nothing of what it entitles to", id="nothing"),
        pytest.param("{entitles: {}}", "the plan own says nothing of what it entitles to", id="an empty object"),
        pytest.param("{entitles: {tiers: [premium]}}", "says neither which apps nor which flows", id="tiers alone"),
        pytest.param("{entitles: {apps: 1}}", "does not say under `tiers`", id="apps without tiers"),
        pytest.param("{entitles: {apps: 1, tiers: [premium]}}", "and not custom ones", id="half the tiers"),
        pytest.param(
            "{entitles: {flows: unlimited, tiers: [premium, custom], dataverse: false}}",
            "says `dataverse: false`",
            id="half of what is premium",
        ),
    ],
)
def test_an_invented_plan_that_covers_nobody_is_told_at_its_place(tmp_path: Path, record: str, said: str) -> None:
    plans = _opened(tmp_path, f"plans:\n\n  own: {record}\n")

    (told,) = _told(plans)
    assert told.startswith("plans.yaml:3 SRC002")
    assert said in told
    assert told.endswith("so it covers nobody")
    assert plans.groups(_TODAY).holding("own") == ()


@pytest.mark.parametrize(
    "record",
    [
        "{counts: pool, entitles: {database-gb: 5}}",
        "{entitles: {apps: unlimited, tiers: [standard]}}",
        "{counts: machine, entitles: {unattended-bots: 1}}",
        "{database-mb: 250}",
        "{counts: pool, entitles: {agents: true}}",
    ],
)
def test_an_invented_plan_that_says_what_it_adds_is_in_order(tmp_path: Path, record: str) -> None:
    assert _told(_opened(tmp_path, f"plans: {{own: {record}}}")) == []


def test_a_shipped_plan_needs_not_say_again_what_it_entitles_to(tmp_path: Path) -> None:
    assert _told(_opened(tmp_path, "plans: {power-apps-premium: {names: [Contoso Premium]}}")) == []


def test_a_name_that_another_plan_bears_is_told(tmp_path: Path) -> None:
    plans = _opened(tmp_path, "plans: {own: {skus: [POWERAPPS_PER_USER], entitles: {database-gb: 1}}}")

    (told,) = _told(plans)
    assert "SRC011 'POWERAPPS_PER_USER' is a name of Power Apps Premium" in told


def test_a_price_of_a_kind_that_is_on_no_list_is_told(tmp_path: Path) -> None:
    plans = _opened(tmp_path, "plans: {power-apps-premium: {price: [{currency: GBP, kind: list, is: 18}]}}")

    (told,) = _told(plans)
    assert "SRC002 no price list has GBP prices of the kind 'list'" in told


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("plans: [", "plans.yaml:1:9: the plan data is not YAML", id="no YAML"),
        pytest.param("plans: {p: {price: [{currency: GBP, low: 5, high: 3}]}}", "runs backwards", id="backwards"),
        pytest.param("plans: {p: {price: [{currency: GBP, is: 5, low: 3, high: 5}]}}", "not both", id="both"),
        pytest.param(
            "plans: {p: {price: [{currency: GBP, is: 5, from: 2026-02-01, until: 2026-01-31}]}}",
            "ends before it begins",
            id="days",
        ),
        pytest.param("plans: {p: {price: [{currency: GBP, is: -5}]}}", "expected an amount such as 3.50", id="below 0"),
        pytest.param("plans: {p: {entitles: {app: 1}}}", "did you mean apps", id="a key"),
        pytest.param("plans:\n  - {names: [P]}", "plans.yaml:2:5: 'id' is missing", id="no id"),
        pytest.param("", "the document is empty", id="empty"),
    ],
)
def test_what_cannot_be_used_is_an_error_of_the_settings_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SettingsError) as raised:
        _opened(tmp_path, text)

    assert "plans.yaml" in str(raised.value)
    assert said in str(raised.value)
