"""The word that was probably meant."""

import pytest

from pllint.nearest import nearest

KEYS = ("as-of", "by", "environment", "environments", "extends", "fail-on", "governance", "id", "warning")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        pytest.param("enviroments", "environments", id="a letter is missing"),
        pytest.param("environmentss", "environments", id="a letter is too many"),
        pytest.param("extneds", "extends", id="two letters are swapped"),
        pytest.param("exTends", "extends", id="the case differs"),
        pytest.param("fail_on", "fail-on", id="an underscore stands for a hyphen"),
        pytest.param("asOf", "as-of", id="the hyphen is missing"),
        pytest.param("warn", "warning", id="the end is missing"),
        pytest.param("environmen", "environment", id="the nearer of two"),
        pytest.param("idd", "id", id="a short word"),
    ],
)
def test_a_slip_gives_the_word_that_was_meant(word: str, meant: str) -> None:
    assert nearest(word, KEYS) == meant


@pytest.mark.parametrize("word", ["xyz", "", "retirement", "e", "licences"])
def test_a_word_unlike_all_others_gives_none(word: str) -> None:
    assert nearest(word, KEYS) is None


def test_without_candidates_there_is_none() -> None:
    assert nearest("environments", ()) is None
