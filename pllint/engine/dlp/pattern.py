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


def hazards(pattern: str) -> tuple[str, ...]:
    """Tell in what a URL pattern takes more than its author can have meant, or nothing at all.

    Each answer follows the pattern: `has no scheme, so it takes no address`.
    """
    text = pattern.strip().lower()
    scheme, separator, rest = text.partition("://")
    if not separator:
        scheme, rest = "", text
    host = rest.partition("/")[0].partition(":")[0]
    found: list[str] = []
    if not separator and not text.startswith("*"):
        found.append("has no scheme, and addresses are matched from https:// on, so it takes none")
    elif not separator:
        found.append("has no scheme, so it takes plain http and addresses that only end like it")
    elif scheme != "https":
        found.append("takes addresses of plain http, where Microsoft asks for https")
    labels = host.rstrip("*").removesuffix(".").split(".")
    if separator and not host.strip("*"):
        found.append("names no host, so it takes every address")
    elif host.startswith("*") and len(host) > 1 and host[1] not in ".*":
        example = f"evil{host.strip('*')}"
        found.append(f"has no dot between * and the domain, so it takes hosts that only look alike, such as {example}")
    elif len(labels) == 2 and labels[0] == "*" and labels[1]:  # noqa: PLR2004 - `*.com`
        found.append(f"takes every host under .{labels[1]}")
    return tuple(found)


def extends_host(pattern: str) -> bool:
    """Tell that the `*` at a pattern's end may continue the host, as in `https://contoso.com*`."""
    text = pattern.strip().partition("://")[2]
    return text.endswith("*") and "/" not in text and bool(text.strip("*"))
