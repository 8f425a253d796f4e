"""Figures as plain aligned text."""

from collections.abc import Collection, Mapping, Sequence


def render(rows: Sequence[Sequence[str]], right: Collection[int] | None = None) -> str:
    """Columns side by side, the first row as their head. ``right``: columns that end flush, by default all but the first."""
    columns = list(zip(*rows, strict=True))
    right = range(1, len(columns)) if right is None else right
    widths = [max(map(len, column)) for column in columns]
    align = [str.rjust if place in right else str.ljust for place in range(len(columns))]
    lines = ["  ".join(pad(cell, width) for pad, cell, width in zip(align, row, widths, strict=True)) for row in rows]
    return "\n".join(line.rstrip() for line in lines)


def interval(figure: Sequence[float] | None, digits: int = 3) -> str:
    """A figure with its interval; a dash where there is none."""
    return "–" if figure is None else "{:.{d}f} [{:.{d}f}, {:.{d}f}]".format(*figure, d=digits)


def figures_table(head: str, figures: Mapping[str, Mapping[str, Sequence[float] | None]], metrics: Sequence[str]) -> str:
    """A row for each name of ``figures``, below ``head``: its metrics, each with its interval."""
    return render([[head, *metrics], *([name, *(interval(own[metric]) for metric in metrics)] for name, own in figures.items())])
