"""The border to untyped text: a parsed value together with the place it is written at.

Only readers meet nodes. Past `read/` every value has a type of its own.
"""

from collections.abc import Iterator

from pllint.source import Anchor, Key


class Node:
    """A plain value (dict, list, str, int, float, bool, None) and its anchor.

    Asking for what is not there gives an absent node, whose place is where it would be.
    """

    __slots__ = ("_at", "value")

    def __init__(self, value: object, at: "Anchor | tuple[Node, Key]") -> None:
        """Take a value and its place, or the node that holds it and its key there."""
        self.value = value
        self._at = at

    @property
    def at(self) -> Anchor:
        """Give the place. It is put together when it is asked for, which it is of few."""
        place = self._at
        if isinstance(place, Anchor):
            return place
        keys: list[Key] = []
        while not isinstance(place, Anchor):
            above, key = place
            keys.append(key)
            place = above._at  # noqa: SLF001 - a node like this one
        self._at = at = Anchor(place.source, (*place.path, *reversed(keys)))
        return at

    def __repr__(self) -> str:
        return f"Node({self.value!r} at {self.at.source.path}:{self.at.path})"

    def __getitem__(self, key: Key) -> "Node":
        """Give a member by its exact key, or an item by its index."""
        value: object = None
        if isinstance(self.value, dict):
            value = self.value.get(key)
        elif isinstance(self.value, list) and isinstance(key, int) and 0 <= key < len(self.value):
            value = self.value[key]
        return Node(value, (self, key))

    def get(self, *names: str) -> "Node":
        """Give the first member that is there under one of several names, ignoring case."""
        if isinstance(self.value, dict):
            for name in names:
                if name in self.value:
                    return self[name]
            lowered = {key.lower(): key for key in self.value if isinstance(key, str)}
            for name in names:
                if name.lower() in lowered:
                    return self[lowered[name.lower()]]
        return Node(None, (self, names[0]))

    def within(self, *keys: str) -> "Node":
        """Follow exact keys down."""
        node = self
        for key in keys:
            node = node[key]
        return node

    @property
    def present(self) -> bool:
        """Tell whether there is a value other than null."""
        return self.value is not None

    @property
    def is_mapping(self) -> bool:
        """Tell whether this is an object."""
        return isinstance(self.value, dict)

    @property
    def is_list(self) -> bool:
        """Tell whether this is an array."""
        return isinstance(self.value, list)

    @property
    def text(self) -> str | None:
        """Give a scalar as text, numbers and booleans included; None for null, objects and arrays."""
        if isinstance(self.value, str):
            return self.value
        if isinstance(self.value, bool):
            return "true" if self.value else "false"
        if isinstance(self.value, int | float):
            return str(self.value)
        return None

    @property
    def integer(self) -> int | None:
        """Give a whole number, also one that YAML keeps as text."""
        if isinstance(self.value, int) and not isinstance(self.value, bool):
            return self.value
        if isinstance(self.value, str) and self.value.strip().removeprefix("-").isdecimal():
            return int(self.value)
        return None

    @property
    def flag(self) -> bool | None:
        """Give an answer, also `true` or `false` that YAML keeps as text."""
        if isinstance(self.value, bool):
            return self.value
        if isinstance(self.value, str) and self.value.lower() in {"true", "false"}:
            return self.value.lower() == "true"
        return None

    def items(self) -> Iterator[tuple[str, "Node"]]:
        """Give the members of an object in file order; nothing for other values."""
        if isinstance(self.value, dict):
            for key, value in self.value.items():
                yield str(key), Node(value, (self, key))

    def values(self) -> Iterator["Node"]:
        """Give the values of an object in file order; nothing for other values."""
        return (value for _, value in self.items())

    def elements(self) -> Iterator["Node"]:
        """Give the items of an array; nothing for other values."""
        if isinstance(self.value, list):
            for index, value in enumerate(self.value):
                yield Node(value, (self, index))

    def listed(self) -> Iterator["Node"]:
        """Give the items of an array, or the value itself where one stands alone; nothing when absent."""
        if isinstance(self.value, list):
            yield from self.elements()
        elif self.value is not None:
            yield self
