"""A property of an object that several threads share: computed once, by the first that asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import RLock

Value = TypeVar("Value")


class Shared(Protocol):
    """What has such properties.

    :ivar computing: held while one of them is computed. It is one lock for all of an object, and
        re-entrant, so that properties that ask for each other can't wait for each other.
    """

    computing: RLock


class once(Generic[Value]):  # noqa: N801 - used as a decorator, like cached_property
    """Like ``functools.cached_property``, but the second thread waits for the first one's answer."""

    def __init__(self, compute: Callable[[Any], Value]) -> None:
        self._compute = compute
        self.__doc__ = compute.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> once[Value]: ...
    @overload
    def __get__(self, instance: Shared, owner: type) -> Value: ...
    def __get__(self, instance: Shared | None, owner: type) -> Value | once[Value]:
        """The value; it is then found in the object itself, without asking here."""
        if instance is None:
            return self
        kept = instance.__dict__
        with instance.computing:
            if self._name not in kept:
                kept[self._name] = self._compute(instance)
            found: Value = kept[self._name]
            return found
