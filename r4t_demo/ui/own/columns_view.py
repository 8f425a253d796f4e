"""What the columns of a visitor's table mean: told in a sentence, and asked in a table with a choice above each column."""

import json
from collections.abc import Sequence

from r4t_demo.errors import UserError
from r4t_demo.sources.understood import MANY, ROLES, Column, Understood
from r4t_demo.ui.markup import counted, esc

MOST = 60  # columns that can be chosen for; further ones stay as they were understood
TOLD = 12  # columns of a kind that the sentence names
KINDS = {"attribute": "kept as attributes", "ignored": "left out"}  # the roles of MANY, as the sentence says them
ASKING = "What do these columns mean?"
ASKED_AGAIN = "What the columns mean"
HINT = "These are the table’s first rows. Say above each column what it holds; what is preset is the best guess."


def render_meant(understood: Understood | None) -> str:
    """How the table was understood, as a sentence: "title from Bezeichnung, picture from Bild; left out: SKU"."""
    if understood is None:
        return ""
    held = {role: [column.name for column in understood.columns if column.role == role and column.name] for role in ROLES}
    single = ", ".join(f"{label} from {_names(held[role])}" for role, label in ROLES.items() if role not in MANY and held[role])
    many = [f"{kind}: {_names(held[role])}" for role, kind in KINDS.items() if held[role]]
    return f'<p class="meant">Read from its table: {"; ".join(filter(None, [single, *many]))}.</p>'


def render_chooser(understood: Understood | None, asking: bool) -> str:
    """The table's first rows with a choice above each column, and the button that reads it so; folded unless ``asking``."""
    if understood is None:
        return ""
    shown = understood.columns[:MOST]
    heads = "".join(_head(number, column) for number, column in enumerate(shown))
    rows = "".join(f"<tr>{_cells(shown, row)}</tr>" for row in range(max((len(column.samples) for column in shown), default=0)))
    further = len(understood.columns) - len(shown)
    more = f"<p>{counted(further, 'further column stays', 'further columns stay')} as understood.</p>" if further else ""
    why = f'<p class="why">{esc(understood.why)}</p>' if asking and understood.why else ""
    button = "Go on with these columns" if asking else "Read the table anew with these"
    inside = (
        f'{why}<p class="hint">{HINT}</p><div class="cells" tabindex="0" role="group" aria-label="The table’s first rows"><table>'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>{more}"
        f'<button type="button" class="{"lead" if asking else "send"}" data-columns>{button}</button>'
    )
    if asking:
        return f'<section class="choose asked"><h2>{ASKING}</h2>{inside}</section>'
    return f'<details class="choose folded"><summary>{ASKED_AGAIN}</summary>{inside}</details>'


def chosen(told: str, understood: Understood) -> dict[str, str]:
    """Read what ``columns.js`` tells as column -> role, of all columns; UserError where it does not fit the table."""
    try:
        given = {str(name): str(role) for name, role in json.loads(told).items()}
    except (ValueError, AttributeError, RecursionError) as error:
        raise UserError("Choose what the columns mean, and go on.") from error
    roles = {column.name: given.get(column.name, column.role) for column in understood.columns if column.name}
    if unknown := [name for name in given if name not in roles]:
        raise UserError(f"The table has no column '{unknown[0]}': open this page anew.")
    if not {"title", "image"} & set(roles.values()):
        raise UserError("Choose a column for the title or one for the picture: without both there is nothing to search for.")
    return roles


def _head(number: int, column: Column) -> str:
    roles = ((role, label, " selected" if role == column.role else "") for role, label in ROLES.items())
    options = "".join(f'<option value="{role}"{selected}>{esc(label)}</option>' for role, label, selected in roles)
    fixed = "" if column.name else " disabled"  # which nothing can name
    return (
        f'<th scope="col"><label for="column-{number}"><bdi>{esc(column.name) or "(no name)"}</bdi></label>'
        f'<select id="column-{number}" data-column="{esc(column.name)}"{fixed}>{options}</select></th>'
    )


def _cells(columns: Sequence[Column], row: int) -> str:
    cells = (column.samples[row] if row < len(column.samples) else "" for column in columns)
    return "".join(f"<td><bdi>{esc(cell)}</bdi></td>" for cell in cells)


def _names(names: Sequence[str]) -> str:
    more = f" and {len(names) - TOLD:,} more" if len(names) > TOLD else ""
    return ", ".join(f"“<bdi>{esc(name)}</bdi>”" for name in names[:TOLD]) + more
