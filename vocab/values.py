"""Frozen dataclasses that are made without writing and compiling a program for each.

`dataclasses.dataclass` compiles half a dozen functions for every class; with hundreds of
classes that was half of the time a node takes to start (decision 0051). This one stands in
for it: `fields`, `replace` and `asdict` work, and type checkers take it for the original.
"""

import dataclasses
from collections.abc import Callable, Sequence
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NoReturn

__all__ = ["dataclass"]

PLAIN = {"frozen": True, "kw_only": True}


def _dataclass(cls: Any = None, /, **how: bool) -> Any:
    """The original, but for plain frozen classes whose fields are given by name.

    Raises:
        TypeError: from the class, when a field is missing or is none of its own.
    """
    if cls is None:
        return partial(_dataclass, **how)
    if how != PLAIN or hasattr(cls, "__post_init__"):
        return dataclasses.dataclass(cls, **how)
    own = set(vars(cls))
    made: Any = dataclasses.dataclass(cls, init=False, repr=False, eq=False, kw_only=True)
    fields = dataclasses.fields(made)
    made.__init__ = _beginning(made, fields)
    made.__setattr__ = made.__delattr__ = _keep
    if "__repr__" not in own:
        made.__repr__ = _words
    if "__eq__" not in own:
        made.__eq__, made.__hash__ = _is_equal, _number
        made.__compared__ = staticmethod(_getter([f.name for f in fields if f.compare]))
    return made


if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    dataclass = _dataclass


def _beginning(cls: type, fields: Sequence[dataclasses.Field[Any]]) -> Callable[..., None]:
    """How an instance begins: it holds what was given, and the defaults of all else."""
    none = dataclasses.MISSING
    usual = {f.name: f.default for f in fields if f.default is not none}
    lazy = [(f.name, f.default_factory) for f in fields if f.default_factory is not none]
    known = frozenset(f.name for f in fields)
    needed = known - usual.keys() - {name for name, _ in lazy}

    def begin(self: Any, /, **given: Any) -> None:
        if not needed <= given.keys() <= known:
            odd = (needed - given.keys()) | (given.keys() - known)
            raise TypeError(f"{cls.__name__}: missing or unknown: {', '.join(sorted(odd))}")
        for name, make in lazy:
            if name not in given:
                given[name] = make()
        held = self.__dict__
        held.update(usual)
        held.update(given)

    return begin


def _getter(names: Sequence[str]) -> Callable[[Any], Any]:
    """What is compared of one instance."""
    return attrgetter(*names) if names else lambda _: ()


def _keep(self: Any, name: str, *_: Any) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"{type(self).__name__}.{name} is not changed")


def _is_equal(self: Any, other: Any) -> Any:
    if type(other) is not type(self):
        return NotImplemented
    return self is other or self.__compared__(self) == self.__compared__(other)


def _number(self: Any) -> int:
    return hash(self.__compared__(self))


def _words(self: Any) -> str:
    fields = (f for f in dataclasses.fields(self) if f.repr)
    inside = ", ".join(f"{f.name}={getattr(self, f.name)!r}" for f in fields)
    return f"{type(self).__qualname__}({inside})"
