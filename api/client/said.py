"""Methods that are written once, and that each client has in its own manner."""

from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, TypeVar, overload

from api.client.talk import Giving, Steps, Talk

if TYPE_CHECKING:
    from api.client.carriers import AsyncClient, Client

P = ParamSpec("P")
T = TypeVar("T")


class said(Generic[P, T]):
    """A method with one result, which an AsyncClient is awaited for."""

    def __init__(self, steps: Callable[Concatenate[Talk, P], Steps[T]]) -> None:
        self._steps = steps
        self.__doc__ = steps.__doc__

    @overload
    def __get__(self, desk: "Client", kind: Any) -> Callable[P, T]: ...
    @overload
    def __get__(self, desk: "AsyncClient", kind: Any) -> Callable[P, Coroutine[Any, Any, T]]: ...
    def __get__(self, desk: Any, kind: Any) -> Any:
        return self if desk is None else partial(desk.carry, self._steps)


class given(Generic[P, T]):
    """A method with many results, one after the other."""

    def __init__(self, steps: Callable[Concatenate[Talk, P], Giving[T]]) -> None:
        self._steps = steps
        self.__doc__ = steps.__doc__

    @overload
    def __get__(self, desk: "Client", kind: Any) -> Callable[P, Iterator[T]]: ...
    @overload
    def __get__(self, desk: "AsyncClient", kind: Any) -> Callable[P, AsyncIterator[T]]: ...
    def __get__(self, desk: Any, kind: Any) -> Any:
        return self if desk is None else partial(desk.carry_many, self._steps)
