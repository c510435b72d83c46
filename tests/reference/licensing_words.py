"""What the cases of licensing-cases.yaml are read with: one day, one catalogue, and the words of their nodes."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from pllint.catalogue import Catalogue
from pllint.catalogue.plans import Plans
from pllint.model.licence_facts import Remark
from pllint.source import Anchor, Source
from pllint.text.node import Node

AT = Anchor(Source("case", bytes))
TODAY = "2026-11-21"
CATALOGUE = Catalogue()
PLANS = Plans()

Answer = dict[str, object]
"""What the rules answer, by the keys of `expect`; `findings` are the names of checks."""


def as_dict(value: object) -> dict[str, object]:
    return {str(key): member for key, member in value.items()} if isinstance(value, dict) else {}


def subject_of(case: Node) -> str:
    return case["subject"].text or ""


def words_in(node: Node) -> set[str]:
    return set(texts_of(node.value))


def texts_of(value: object) -> Iterator[str]:
    if isinstance(value, list):
        yield from map(str, value)


def elements_of(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else []


def mapping_of(node: Node) -> Mapping[str, object]:
    return {str(key): value for key, value in node.value.items()} if isinstance(node.value, dict) else {}


def as_text(value: object) -> object:
    """Turn scalars into the text that a manifest's reader is handed."""
    if isinstance(value, Mapping):
        return {str(key): as_text(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [as_text(item) for item in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def numbers_of(node: Node) -> tuple[tuple[str, int], ...]:
    return tuple((key, number.integer or 0) for key, number in node.items())


def amount_of(node: Node) -> Decimal:
    return Decimal(node.text or "0")


def told_by(remarks: Iterable[Remark]) -> set[str]:
    return {remark.check for remark in remarks}
