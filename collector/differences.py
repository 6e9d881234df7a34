"""What changed between two texts in Markdown, line by line and within a line word by word, for people to read."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

MARKS = re.compile(r"\\(?=[^\w\s])|\*\*|`|^#+\s+|^\|\s*|\s*\|$|(?<=\])\([^)]*\)|[\[\]](?![^(]*\\)")
WORDS = re.compile(r"\w+|\s+|[^\w\s]")
ALIKE = 0.4  # two lines of which so much is the same are one that was changed

Mark = Literal["", "ins", "del"]


class Piece(NamedTuple):
    mark: Mark
    text: str


class Change(NamedTuple):
    """A line that was added, removed or changed, under the heading it stands below."""

    heading: str
    pieces: tuple[Piece, ...]


def differences(before: str, after: str) -> list[Change]:
    """The changes, in the order of the newer text."""
    old, new = [lines(text) for text in (before, after)]
    changes: list[Change] = []
    matcher = SequenceMatcher(None, [text for _, text in old], [text for _, text in new], autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind != "equal":
            changes += replaced(old[a:b], new[c:d])
    return changes


def lines(text: str) -> list[tuple[str, str]]:
    """The lines of a text as people see them, each with the heading above it."""
    found, heading = [], ""
    for line in text.splitlines():
        plain = readable(line)
        if line.startswith("#"):
            heading = plain
        if plain:
            found.append((heading, plain))
    return found


def readable(line: str) -> str:
    """A line without the marks of Markdown; nothing for the rule below the head of a table."""
    if re.fullmatch(r"[|\s:-]*", line):
        return ""
    return MARKS.sub("", line.strip()).replace(" | ", " · ").strip()


def replaced(old: list[tuple[str, str]], new: list[tuple[str, str]]) -> Iterator[Change]:
    """Lines that stand in the place of others: pairs that are alike word by word, the rest as a whole."""
    rest = list(old)
    for heading, text in new:
        best = max(range(len(rest)), key=lambda at: likeness(rest[at][1], text), default=None)
        if best is None or likeness(rest[best][1], text) < ALIKE:
            yield Change(heading, (Piece("ins", text),))
            continue
        for gone, line in rest[:best]:
            yield Change(gone, (Piece("del", line),))
        yield Change(heading, tuple(by_words(rest[best][1], text)))
        del rest[: best + 1]
    for gone, line in rest:
        yield Change(gone, (Piece("del", line),))


def likeness(a: str, b: str) -> float:
    return SequenceMatcher(None, a, b, autojunk=False).ratio() if a and b else 0.0


def by_words(before: str, after: str) -> Iterator[Piece]:
    old, new = WORDS.findall(before), WORDS.findall(after)
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Piece("", "".join(old[a:b]))
            continue
        if a < b:
            yield Piece("del", "".join(old[a:b]))
        if c < d:
            yield Piece("ins", "".join(new[c:d]))
