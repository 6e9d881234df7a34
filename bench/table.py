"""Tables in Markdown."""

from collections.abc import Sequence

Cell = str | int | float


def table(title: str, header: Sequence[str], rows: Sequence[Sequence[Cell]], note: str = "") -> str:
    """A heading, a table with its numbers to the right, and a note below."""
    lines = [f"### {title}", "", line(header), line(["---"] + ["---:"] * (len(header) - 1))]
    lines += [line([shown(cell) for cell in row]) for row in rows]
    return "\n".join([*lines, "", note, ""] if note else [*lines, ""])


def line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def shown(cell: Cell) -> str:
    """Whole numbers with separators, others with three significant digits."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, int) or abs(cell) >= 1000:
        return f"{round(cell):,}"
    return f"{cell:.0f}" if abs(cell) >= 100 else f"{cell:.1f}" if abs(cell) >= 10 else f"{cell:.2f}"
