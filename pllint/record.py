"""Records: `typing.NamedTuple` in all that is seen of it, without what it costs to define one.

The standard library compiles a constructor for every named tuple when its class is defined: a million instructions
each, which for the model alone was twice the interpreter's own start. Here all records share one constructor, until a
run makes so many of a kind that one of its own pays. Type checkers are shown the original, and Python 3.14, which keeps
annotations elsewhere, uses it.
"""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING or sys.version_info >= (3, 14):
    from typing import NamedTuple
else:
    from operator import itemgetter

    try:
        from _collections import _tuplegetter
    except ImportError:  # as the standard library itself does where there is none

        def _tuplegetter(index, doc):
            return property(itemgetter(index), doc=doc)

    _SHARED_AT_MOST = 100
    """Made by the shared constructor, that many cost as much as compiling one: about 60 microseconds."""

    class _RecordType(type):
        """Turns the annotations of a class body into the fields of a tuple."""

        def __new__(mcs, name, bases, namespace):
            fields = tuple(namespace.get("__annotations__", ()))
            namespace["_fields"] = fields
            namespace["_field_defaults"] = {field: namespace[field] for field in fields if field in namespace}
            namespace["_made"] = [0]
            for index, field in enumerate(fields):
                namespace[field] = _tuplegetter(index, None)
            namespace["__slots__"] = ()
            return super().__new__(mcs, name, bases, namespace)

    class NamedTuple(tuple, metaclass=_RecordType):
        """The base of all records."""

        def __new__(cls, *values, **named):
            cls._made[0] += 1
            if cls._made[0] == _SHARED_AT_MOST:
                cls.__new__ = _constructor(cls)
            fields = cls._fields
            if named or len(values) != len(fields):
                defaults = cls._field_defaults
                given = len(values)
                try:
                    values += tuple(
                        [named.pop(field) if field in named else defaults[field] for field in fields[given:]]
                    )
                except KeyError as missing:
                    raise TypeError(f"{cls.__name__} needs a value for {missing}") from None
                if named or given > len(fields):
                    surplus = ", ".join(map(repr, named)) or f"more than {len(fields)} values"
                    raise TypeError(f"{cls.__name__} does not take {surplus}")
            return tuple.__new__(cls, values)

        def __repr__(self):
            fields = ", ".join(f"{field}={value!r}" for field, value in zip(self._fields, self, strict=True))
            return f"{type(self).__name__}({fields})"

        def __getnewargs__(self):
            return tuple(self)

        def _asdict(self):
            return dict(zip(self._fields, self, strict=True))

        def _replace(self, **changes):
            return type(self)(
                *[changes.pop(field, value) for field, value in zip(self._fields, self, strict=True)], **changes
            )

    def _constructor(cls):
        """Compile what the standard library would have compiled at once."""
        fields = ", ".join(cls._fields)
        made = f"lambda _cls, {fields}: _new(_cls, ({fields},))"
        constructor = eval(made, {"__builtins__": {}, "_new": tuple.__new__})  # noqa: S307 - of identifiers alone
        constructor.__defaults__ = tuple(cls._field_defaults.values())
        constructor.__name__ = "__new__"
        constructor.__qualname__ = f"{cls.__qualname__}.__new__"
        return staticmethod(constructor)


__all__ = ["NamedTuple"]
