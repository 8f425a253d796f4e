"""Several tables in one folder or zip: those with equal columns are joined, else the one that names the most is read."""

from collections.abc import Mapping

from r4t_demo.errors import UserError
from r4t_demo.sources.files import Files
from r4t_demo.sources.table import TableSource
from r4t_demo.sources.tables.headers import simple
from r4t_demo.sources.tables.text import TextTable


def of_tables(files: Files, names: list[str], columns: Mapping[str, str] | None) -> TableSource:
    """A source over ``names`` or those of them that belong together; its notes name the ones that are left out."""
    by_header: dict[frozenset[str], list[str]] = {}
    why = None
    for name in names:
        try:
            header = frozenset(map(simple, TextTable(files, name).header))
        except UserError as error:  # another one may be whole
            why = why or error
            continue
        by_header.setdefault(header, []).append(name)
    if not by_header:
        raise why or UserError(f"'{files.name}' holds no table that can be read.")
    if len(by_header) == 1 and len(names) == sum(map(len, by_header.values())):
        return TableSource(files, names, columns=columns)
    groups = [alike for header, alike in by_header.items() if {simple(name) for name in columns or ()} <= header]
    sources = [TableSource(files, alike, columns=columns) for alike in groups or list(by_header.values())[:1]]
    best = max(sources, key=_worth)
    if left := [name for name in names if name not in best.tables]:
        best.notes.append(f"{', '.join(best.tables)} is read, since it names the most; left out: {', '.join(left)}.")
    return best


def _worth(source: TableSource) -> tuple:
    """The more, the better: whether it names pictures and titles, and its rows."""
    return bool(source.columns.picture), "title" in source.columns.role, source.total or 0
