"""Decisions wait for the disk as pages do, but are never turned away for lack of a thread."""

from collections.abc import Iterable
from typing import Any

from collector.turns import Threads, Turns


def test_a_decision_is_taken_when_pages_have_all_their_threads() -> None:
    asked: list[str] = []

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [])
        return [b"done"]

    turns = Turns(application, Threads(3, awake=1))

    def ask(path: str) -> Any:
        return turns({"PATH_INFO": path}, lambda status, _headers: asked.append(status))  # type: ignore[arg-type]

    held = [ask("/sites/a"), ask("/sites/b")]
    ask("/sites/c")
    assert asked == ["200 OK", "200 OK", "503 Service Unavailable"]
    decisions = [ask("/consent") for _ in range(5)]
    assert asked[3:] == ["200 OK"] * 5
    assert turns.pages == 7
    for body in (*held, *decisions):
        assert list(body) == [b"done"]
        body.close()
    assert turns.pages == 0
