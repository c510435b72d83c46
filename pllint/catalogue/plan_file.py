"""Plan data of the user's own: a file of JSON or YAML to be laid over the shipped data, and what is wrong with it.

What cannot be used at all raises; what can be used and does nothing, such as a plan that says of nothing what it
entitles to, is a finding with its place.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal

from pllint.catalogue.plans import Plans, StatedPrice, plan_named, priced
from pllint.errors import SettingsError
from pllint.finding import Finding
from pllint.schema import violations
from pllint.settings import Settings, place_of
from pllint.source import Anchor, Key, KeyPath, Source, Span
from pllint.text import json_text, yaml_text
from pllint.text.problem import MalformedError

_YAML = (".yaml", ".yml")
_IN_ROW = {"apps-per-unit": "apps", "requests": "requests"}
_IN_MEGABYTES = {"database-mb": "database-gb", "file-mb": "file-gb"}
_AGREEMENTS = ("ea", "mpsa", "csp", "mca")
_RENEWAL = "renewal"
_COVERS = ("apps", "flows", "agents", "managed-environments", "in-context-only", "attended-bots", "unattended-bots")
_ADDS = (
    "websites", "requests", "ai-credits", "credits", "database-gb", "file-gb", "log-gb", "tenant-database-gb",
    "tenant-file-gb", "tenant-log-gb", "pack", "set", "environments",
)  # fmt: skip
_BY_TIER = ("apps", "flows", "managed-environments", "in-context-only")
_EXAMPLE = "{apps: unlimited, tiers: [standard, premium, custom]}"

Row = dict[str, object]


def plans_of(settings: Settings) -> Plans:
    """Give the plan data that settings ask for. Raises SettingsError."""
    return opened(settings.plans, settings.root) if settings.plans else Plans()


def opened(path: str, root: str = ".") -> Plans:
    """Lay a file over the shipped data. Raises SettingsError, since the settings name it."""
    is_yaml = path.lower().endswith(_YAML)
    parse, locate = (yaml_text.parse, yaml_text.locate) if is_yaml else (json_text.parse, json_text.locate)
    try:
        with open(path, "rb") as file:
            content = file.read()
        raw, _ = parse(content)
    except OSError as error:
        raise SettingsError(f"{path}: the plan data cannot be read: {error.strerror or error}") from error
    except MalformedError as error:
        span = error.problem.span
        where = f"{path}:{span.line}:{span.column}" if span else path
        form = "YAML" if is_yaml else "JSON"
        raise SettingsError(f"{where}: the plan data is not {form}: {error.problem.message}") from error
    value = yaml_text.typed(raw) if is_yaml else raw
    file_ = _File(path, root, content, locate)
    found = violations("plans", value)
    if found:
        file_.refuse(found[0].path, found[0].message + (f" (and {len(found) - 1} more)" if found[1:] else ""))
    document = _exact(value, raw)
    return _laid_over(document if isinstance(document, dict) else {}, file_)


class _File:
    """The file, by the path people opened it with and by that from the project."""

    def __init__(
        self, path: str, root: str, content: bytes, locate: Callable[[bytes, Sequence[KeyPath]], Sequence[Span]]
    ) -> None:
        self.path = path
        self._given = Source(path, lambda: content, locate)
        self._shown = Source(_from(root, path), lambda: content, locate)

    def refuse(self, path: Sequence[Key], message: str) -> None:
        raise SettingsError(f"{place_of(Anchor(self._given, tuple(path)))}: {message}")

    def at(self, *path: Key) -> Anchor:
        return Anchor(self._shown, path)


def _from(root: str, path: str) -> str:
    try:
        return os.path.relpath(path, root).replace(os.sep, "/")
    except ValueError:  # on another drive
        return os.path.abspath(path).replace(os.sep, "/")


def _laid_over(document: Mapping[str, object], file: _File) -> Plans:
    listed = document.get("plans")
    rows: list[tuple[Key, Row]] = []
    if isinstance(listed, dict):
        rows = [(str(key), {**_mapping(row), "id": str(key)}) for key, row in listed.items()]
    elif isinstance(listed, list):
        rows = [(number, _mapping(row)) for number, row in enumerate(listed)]
    for key, row in rows:
        _refuse_ranges(row, ("plans", key), file)
    shaped = [(key, _in_shape(row)) for key, row in rows]
    whole = {**document, "plans": [row for _, row in shaped]}
    whole["price-lists"] = {**_mapping(document.get("price-lists")), **_lists_of_their_own(shaped, Plans(whole))}
    plans = Plans(whole)
    return Plans(
        whole,
        path=file.path,
        findings=[
            finding
            for key, row in shaped
            for finding in (*_without_effect(row, key, plans, file), *_names_taken(row, key, file))
        ],
        stated=[price for key, row in shaped for price in _stated(row, key, file)],
    )


def _lists_of_their_own(shaped: Sequence[tuple[Key, Row]], plans: Plans) -> dict[str, object]:
    """Make a price list of each currency that no list is in, for prices that name no kind."""
    currencies = [str(price["currency"]) for _, row in shaped for price in _mappings(row.get("price"))
                  if "kind" not in price]  # fmt: skip
    return {one.lower(): {"currency": one, "kind": "own"} for one in currencies if not plans.has_list(one)}


def _stated(row: Row, key: Key, file: _File) -> Iterator[StatedPrice]:
    for number, price in enumerate(_mappings(row.get("price"))):
        quantity = price.get("from-quantity")
        yield StatedPrice(
            plan=str(row["id"]),
            currency=str(price["currency"]),
            kind=str(price["kind"]) if "kind" in price else None,
            quantity=quantity if isinstance(quantity, int) else 1,
            per=str(price["per"]) if "per" in price else None,
            starts=str(price.get("from", "")),
            until=str(price.get("until", "9999")),
            price=priced(price),
            at=file.at("plans", key, "price", number),
        )


def _in_shape(row: Row) -> Row:
    """Give a row with everything it entitles to under `entitles`, and its sale in the words of the shipped data."""
    found = dict(row)
    entitles = dict(_mapping(found.get("entitles")))
    for key, meant in _IN_ROW.items():
        if key in found:
            entitles.setdefault(meant, found.pop(key))
    for key, meant in _IN_MEGABYTES.items():
        if key in found:
            entitles.setdefault(meant, _in_gigabytes(found.pop(key)))
    if entitles or "entitles" in found:
        found["entitles"] = entitles
    if "names" in found and isinstance(names := found["names"], list):
        found["names"] = [name if isinstance(name, dict) else {"name": name} for name in names]
    sold = _mapping(found.get("sold"))
    if "except" in sold and isinstance(excepted := sold["except"], list):
        kept = {key: value for key, value in sold.items() if key not in {"until", "except"}}
        ended = [agreement for agreement in _AGREEMENTS if agreement not in excepted]
        # Who may renew is no new customer; where renewals end too, the plan is past its sale.
        found["sold"] = (
            {**kept, "ended-for-new": sold.get("until"), "agreements": ended} if _RENEWAL in excepted else
            {**kept, "until": sold.get("until")}
        )  # fmt: skip
    return found


def _in_gigabytes(value: object) -> object:
    if isinstance(value, list):
        return [{**_mapping(dated), "is": _in_gigabytes(_mapping(dated).get("is"))} for dated in value]
    return f"{Decimal(str(value)) / 1000:f}"


def _refuse_ranges(row: Row, path: tuple[Key, ...], file: _File) -> None:
    for number, price in enumerate(_mappings(row.get("price"))):
        at = (*path, "price", number)
        amounts = [Decimal(str(price[key])) for key in ("low", "mid", "high") if key in price]
        if amounts and "is" in price:
            file.refuse(at, "a price is a figure under `is`, or a range under `low` and `high`, not both")
        if amounts != sorted(amounts):
            file.refuse(at, "the range of the price runs backwards: `low` is the lower end, `high` the upper one")
        if str(price.get("from", "")) > str(price.get("until", "9999")):
            file.refuse(at, "the price ends before it begins: `from` is after `until`")


def _without_effect(row: Row, key: Key, plans: Plans, file: _File) -> Iterator[Finding]:
    """Tell of a plan that covers nobody because of what it does not say, and of prices that are on no list."""
    name = row["id"]
    if name in plans.own and (missing := _missing(row)):
        yield Finding(
            at=file.at("plans", key),
            message=f"the plan {name} {missing}, so it covers nobody",
            remedy=f"Write under `entitles` what one licence covers, such as {_EXAMPLE} (licence administrator)",
            check="SRC002",
        )
    for number, price in enumerate(_mappings(row.get("price"))):
        currency, kind = str(price.get("currency")), price.get("kind")
        if not plans.has_list(currency, None if kind is None else str(kind)):
            words = f"{currency} prices of the kind '{kind}'" if kind is not None else f"prices in {currency}"
            lists = ", ".join(f"{one} ({known} {of_kind})" for one, known, of_kind in plans.lists)
            yield Finding(
                at=file.at("plans", key, "price", number),
                message=f"no price list has {words}, so this price of {name} counts nowhere; there are {lists}",
                remedy="Name a list with this currency and kind under `price-lists`, or leave `kind` out"
                " (licence administrator)",
                check="SRC002",
            )


def _missing(row: Row) -> str | None:
    """Say what a plan of the user's own lacks to cover anybody; None when it says enough, or adds capacity alone."""
    entitles = _mapping(row.get("entitles"))
    if not entitles:
        return "says nothing of what it entitles to"
    if any(key in entitles for key in _BY_TIER):
        return _half_covered(entitles)
    if any(key in entitles for key in (*_COVERS, *_ADDS)):
        return None
    return "says neither which apps nor which flows it covers, nor what else it adds"


def _half_covered(entitles: Row) -> str | None:
    """Say what keeps a plan for apps or flows out of every group, where no need is as narrow as the plan."""
    tiers = entitles.get("tiers")
    if not isinstance(tiers, list) or not tiers:
        return "does not say under `tiers` which connectors it covers"
    if "premium" in tiers and "custom" not in tiers:
        return "covers premium connectors and not custom ones, which no need tells apart"
    closed = next((key for key in ("gateway", "dataverse") if entitles.get(key) is False), None)
    if closed and "premium" in tiers:
        return f"covers premium connectors and says `{closed}: false`, which no need tells apart"
    return None


def _names_taken(row: Row, key: Key, file: _File) -> Iterator[Finding]:
    """Tell of names that the shipped data gives to another plan; they mean the user's from now on."""
    names = [str(_mapping(name).get("name")) for name in _mappings(row.get("names"))]
    skus = row.get("skus")
    for name in (*names, *(map(str, skus) if isinstance(skus, list) else ())):
        known = plan_named(name)
        if known is not None and known.id != row["id"]:
            yield Finding(
                at=file.at("plans", key),
                message=f"'{name}' is a name of {known.name} ({known.id}), and from here on it means {row['id']}",
                remedy="Give the plan a name of its own, or lay the record over the shipped plan by its id",
                check="SRC011",
            )


def _exact(value: object, raw: object) -> object:
    """Give amounts with a point as the text they are written as, so that nothing is rounded on the way."""
    if isinstance(value, dict) and isinstance(raw, dict):
        return {str(key): _exact(value[key], raw.get(key)) for key in value}
    if isinstance(value, list) and isinstance(raw, list):
        return [_exact(one, written) for one, written in zip(value, raw, strict=True)]
    if isinstance(value, float):
        return str(raw) if isinstance(raw, str) else f"{Decimal(repr(value)):f}"
    return str(value) if isinstance(value, str) else value


def _mapping(value: object) -> Row:
    return value if isinstance(value, dict) else {}


def _mappings(value: object) -> list[Row]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
