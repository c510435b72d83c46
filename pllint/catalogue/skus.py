"""Products as tenant licence exports name them, and the licence plan each one is: shipped data, read when asked."""

import json
import os
from functools import lru_cache

from pllint.catalogue.plans import plan_named
from pllint.record import NamedTuple

_FILE = os.path.join(os.path.dirname(__file__), "skus.json")


class Sku(NamedTuple):
    """A product; its id never changes, its names do, and government clouds have ids of their own."""

    name: str
    plan: str | None
    """The id of the licence plan; None: it gives no rights of the Power Platform."""
    counts: bool
    """False: free and viral products, whose units nobody bought."""


class _Shelf(NamedTuple):
    as_of: str
    source: str
    by_id: dict[str, Sku]
    by_name: dict[str, Sku]
    """By stock-keeping name, and by the name the admin centre shows where that is no name of the plan."""
    products: int


def sku(identity: str | None, *names: str | None) -> Sku | None:
    """Find a product by its skuId, else by stock-keeping or display name, else by that of its plan; None if unknown."""
    shelf = _shelf()
    found = shelf.by_id.get(identity.strip().lower()) if identity else None
    for name in names:
        if found is None and name:
            found = shelf.by_name.get(_plain(name))
    for name in names:
        plan = plan_named(name) if name and found is None else None
        if plan is not None:
            counts = not plan.id.endswith(("-free", "-trial", "-developer"))
            found = Sku(name=plan.name, plan=plan.id, counts=counts)
    return found


def as_of() -> str:
    """Give the day of the list of products."""
    return _shelf().as_of


def source() -> str:
    """Say where the list of products is from."""
    return _shelf().source


def count() -> int:
    """Count the products."""
    return _shelf().products


def _plain(name: str) -> str:
    return " ".join(name.lower().split())


@lru_cache(maxsize=1)
def _shelf() -> _Shelf:
    with open(_FILE, encoding="utf-8") as file:
        content = json.load(file)
    by_id: dict[str, Sku] = {}
    by_name: dict[str, Sku] = {}
    for row in content["skus"]:
        known = Sku(name=row["name"], plan=row["plan"], counts=row["counts"])
        by_name[_plain(known.name)] = known
        if "title" in row:
            by_name.setdefault(_plain(row["title"]), known)
        if row["id"]:
            by_id[row["id"]] = known
    number = len(content["skus"])
    return _Shelf(as_of=content["as-of"], source=content["source"], by_id=by_id, by_name=by_name, products=number)
