"""How a table's columns were understood, as people read and change it: columns.json beside the catalogue's table."""

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from r4t_demo.errors import UserError
from r4t_demo.files import write_json

FILE = "columns.json"
ROLES = {  # role -> what people call it, in the order of a chooser
    "title": "title",
    "image": "picture",
    "category": "category",
    "item_id": "id",
    "artist": "artist",
    "genre": "genre",
    "tags": "tags",
    "attribute": "attribute: can be steered by",
    "description": "description",
    "ignored": "left out",
}
MANY = ("attribute", "ignored")  # the roles that any number of columns may have
SAMPLES, SAMPLE_LENGTH = 5, 80  # first rows that are shown, and characters of a cell
_NAMED = {label: role for role, label in ROLES.items()} | {role: role for role in ROLES}


@dataclass(frozen=True)
class Column:
    """``role`` is a key of ROLES; ``samples`` are the first rows' cells as short plain text, "" for an empty one."""

    name: str
    role: str
    samples: list[str]


@dataclass(frozen=True)
class Understood:
    """The columns in the table's order. ``why`` says in a sentence what is doubtful where they are not ``sure``."""

    columns: list[Column]
    sure: bool = True
    why: str = ""

    def save(self, folder: Path) -> None:
        """Write columns.json into ``folder``, as a whole or not at all."""
        write_json(folder / FILE, asdict(self))

    @classmethod
    def load(cls, folder: Path) -> "Understood | None":
        """Read ``folder``/columns.json; None where there is none. UserError where it is not what ``save`` writes."""
        path = folder / FILE
        if not path.is_file():
            return None
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            columns = [Column(**column) for column in stored.pop("columns")]
            found = cls(columns, **stored)
            if not all(map(_is_whole, columns)) or type(found.sure) is not bool or not isinstance(found.why, str):
                raise ValueError("a value of another kind")
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise UserError(f"'{FILE}' is damaged ({error}): remove it, or index the source again.") from error
        return found


def chosen_columns(text: str) -> dict[str, str]:
    """Read ``title=Bezeichnung,image=Bild`` as column name -> role; a name with a comma is quoted: ``"title=Name, long"``.

    UserError for a role that there is not, and for a role or a column that is named twice.
    """
    chosen: dict[str, str] = {}
    for part in next(csv.reader([" ".join(text.splitlines())], skipinitialspace=True), None) or [""]:
        label, equals, name = (one.strip() for one in part.partition("="))
        role = _NAMED.get(label.lower())
        if not role or not equals or not name:
            raise UserError(f"'{part}' does not say what a column is: write ROLE=COLUMN, where ROLE is {', '.join(ROLES)}.")
        if name in chosen:
            raise UserError(f"The column '{name}' is named twice: give it one role.")
        chosen[name] = role
    check_chosen(chosen)
    return chosen


def columns_text(chosen: Mapping[str, str]) -> str:
    """``chosen`` as ``chosen_columns`` reads it."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(f"{role}={name}" for name, role in chosen.items())
    return line.getvalue()


def check_chosen(chosen: Mapping[str, str]) -> None:
    """UserError where ``chosen``, column name -> role, gives a role that there is not, or one role to two columns."""
    holders: dict[str, str] = {}
    for name, role in chosen.items():
        if role not in ROLES:
            raise UserError(f"There is no role '{role}' for the column '{name}': choose from {', '.join(ROLES)}.")
        if role not in MANY and role in holders:
            raise UserError(f"The columns '{holders[role]}' and '{name}' cannot both be the {ROLES[role]}: choose one.")
        holders[role] = name


def _is_whole(column: Column) -> bool:
    texts = [column.name, *column.samples] if isinstance(column.samples, list) else [None]
    return column.role in ROLES and all(isinstance(text, str) for text in texts)
