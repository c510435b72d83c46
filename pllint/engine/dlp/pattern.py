"""Wildcard patterns of policies: `*` stands for any run of characters, everything else for itself, case aside."""


def matches(pattern: str, text: str) -> bool:
    """Tell whether a pattern covers the whole of a text; trailing slashes of both are dropped.

    Takes time proportional to the product of the lengths at worst, however many `*` a hostile pattern holds. A pattern
    given as the text is covered when everything it matches is.
    """
    wanted = pattern.strip().lower().rstrip("/")
    given = text.strip().lower().rstrip("/")
    first, *rest = wanted.split("*")
    if not rest:
        return wanted == given
    *middle, last = rest
    if not given.startswith(first) or not given.endswith(last) or len(first) + len(last) > len(given):
        return False
    position, end = len(first), len(given) - len(last)
    for piece in middle:
        found = given.find(piece, position, end)
        if found < 0:
            return False
        position = found + len(piece)
    return True


def is_star(pattern: str) -> bool:
    """Tell the pattern that matches everything."""
    text = pattern.strip()
    return bool(text) and not text.strip("*")
