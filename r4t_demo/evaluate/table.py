"""Figures as plain aligned text."""

from collections.abc import Sequence


def render(rows: Sequence[Sequence[str]]) -> str:
    """The first row is the head, the first column the names: left; everything else: right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [[name.ljust(widths[0]), *map(str.rjust, cells, widths[1:])] for name, *cells in rows]
    return "\n".join("  ".join(line).rstrip() for line in lines)


def interval(figure: Sequence[float] | None) -> str:
    """A figure with its interval; a dash where there is none."""
    return "–" if figure is None else "{:.3f} [{:.3f}, {:.3f}]".format(*figure)
