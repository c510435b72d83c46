"""Did you mean: the known word nearest to one that nobody knows."""

from collections.abc import Iterable

_MOST_EDITS = 3
_SHORTEST_BEGINNING = 4


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """Give the candidate that `word` was probably meant to be, or None when none is near.

    Case and the difference between `-`, `_` and a space do not count; every third letter may be wrong, or the
    end be missing.
    """
    written = _plain(word)
    best = None
    fewest = _MOST_EDITS + 1
    for candidate in sorted(candidates):
        known = _plain(candidate)
        allowed = min(max(len(written), len(known)) // 3, fewest - 1)
        edits = 1 if _is_shortened(written, known) else _edits(written, known, allowed)
        if edits <= allowed:
            best, fewest = candidate, edits
    return best


def _plain(word: str) -> str:
    return word.casefold().replace("_", "").replace("-", "").replace(" ", "")


def _is_shortened(written: str, known: str) -> bool:
    return len(written) >= _SHORTEST_BEGINNING and known != written and known.startswith(written)


def _edits(left: str, right: str, allowed: int) -> int:
    """Count the letters to insert, delete, replace or swap with their neighbour; may stop above `allowed`."""
    letters, others = set(left), set(right)
    # Each edit takes care of one letter that only one of the words has; most pairs of words end here.
    if max(abs(len(left) - len(right)), len(letters - others), len(others - letters)) > allowed:
        return allowed + 1
    before: list[int] = []
    above = list(range(len(right) + 1))
    for row, letter in enumerate(left, 1):
        # What lies further from the diagonal than the edits allowed cannot come back to it.
        first, last = max(1, row - allowed), min(len(right), row + allowed)
        here = [allowed + 1] * (len(right) + 1)
        here[0] = row
        for column in range(first, last + 1):
            other = right[column - 1]
            edits = min(above[column] + 1, here[column - 1] + 1, above[column - 1] + (letter != other))
            if row > 1 and column > 1 and letter == right[column - 2] and left[row - 2] == other:
                edits = min(edits, before[column - 2] + 1)
            here[column] = edits
        if min(here) > allowed:
            return allowed + 1
        before, above = above, here
    return above[-1]
