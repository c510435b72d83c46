"""Our records behave as the standard library's named tuples do."""

import copy
import pickle
import typing
from collections.abc import Callable

import pytest

from pllint.record import NamedTuple


class Ours(NamedTuple):
    name: str
    at: int
    tags: tuple[str, ...] = ()
    note: str | None = None

    @property
    def shout(self) -> str:
        return self.name.upper()


class Theirs(typing.NamedTuple):
    name: str
    at: int
    tags: tuple[str, ...] = ()
    note: str | None = None

    @property
    def shout(self) -> str:
        return self.name.upper()


class Many(NamedTuple):
    """Made so often that it has a constructor of its own."""

    name: str
    at: int
    tags: tuple[str, ...] = ()
    note: str | None = None

    @property
    def shout(self) -> str:
        return self.name.upper()


for number in range(1000):
    Many("a", number)


BOTH = pytest.mark.parametrize("record", [Ours, Many, Theirs])


@BOTH
@pytest.mark.parametrize(
    ("make", "expected"),
    [
        pytest.param(lambda r: r("a", 1), ("a", 1, (), None), id="by place, defaults filled in"),
        pytest.param(lambda r: r(at=1, name="a", note="n"), ("a", 1, (), "n"), id="by name, in any order"),
        pytest.param(lambda r: r("a", 1, ("t",), "n"), ("a", 1, ("t",), "n"), id="all by place"),
        pytest.param(lambda r: r("a", at=1), ("a", 1, (), None), id="mixed"),
        pytest.param(lambda r: r("a", 1)._replace(at=2), ("a", 2, (), None), id="replaced"),
        pytest.param(lambda r: tuple(r("a", 1)._asdict().items())[:2], (("name", "a"), ("at", 1)), id="as a dict"),
        pytest.param(lambda r: copy.deepcopy(r("a", 1)), ("a", 1, (), None), id="copied"),
        pytest.param(lambda r: pickle.loads(pickle.dumps(r("a", 1))), ("a", 1, (), None), id="pickled"),  # noqa: S301
        pytest.param(lambda r: (r("a", 1).name, r("a", 1).at, r("a", 1).shout), ("a", 1, "A"), id="attributes"),
        pytest.param(lambda r: min([r("b", 1), r("a", 2)]), ("a", 2, (), None), id="sorted"),
        pytest.param(lambda r: len({r("a", 1), r("a", 1)}), 1, id="hashed"),
        pytest.param(lambda r: repr(r("a", 1)).partition("(")[2], "name='a', at=1, tags=(), note=None)", id="repr"),
    ],
)
def test_a_record_is_made_and_used_like_a_named_tuple(
    record: type, make: Callable[[type], object], expected: object
) -> None:
    assert make(record) == expected


@BOTH
@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda r: r("a"), id="a value is missing"),
        pytest.param(lambda r: r("a", 1, (), None, 5), id="a value too many"),
        pytest.param(lambda r: r("a", 1, at=1), id="a value twice"),
        pytest.param(lambda r: r("a", 1, nmae="b"), id="an unknown name"),
    ],
)
def test_a_record_that_is_made_wrongly_is_refused(record: type, make: Callable[[type], object]) -> None:
    with pytest.raises(TypeError):
        make(record)


@BOTH
def test_a_record_does_not_change(record: type) -> None:
    made = record("a", 1)
    with pytest.raises(AttributeError):
        made.name = "b"
    with pytest.raises(AttributeError):
        made.other = "b"
