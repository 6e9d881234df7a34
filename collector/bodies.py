"""Bodies of answers that tell when the server is done with them."""

from collections.abc import Callable, Iterable, Iterator


class RestAfter(list[bytes]):
    """The answer to a beacon whose thread is to rest. The server drops it when the answer is out of its hands."""

    def __init__(self, answer: list[bytes], rest: Callable[[], None]) -> None:
        super().__init__(answer)
        self._rest = rest

    def __del__(self) -> None:
        self._rest()


class PageBody:
    """The body of a page, which keeps its thread until it is sent."""

    def __init__(self, body: Iterable[bytes], end: Callable[[], None]) -> None:
        self._body = body
        self._end: Callable[[], None] | None = end

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._body)

    def close(self) -> None:
        end, self._end = self._end, None
        if end is not None:
            end()
            getattr(self._body, "close", bool)()

    __del__ = close  # a server may forget to close a body, but it cannot keep it
