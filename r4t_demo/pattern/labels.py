"""What can be asked of an item besides its pattern: attribute domains, their values and who carries them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from r4t_demo.catalog import Catalog
from r4t_demo.errors import UserError

MIN_ITEMS, MAX_VALUES = 20, 40  # an attribute of rarer values, or of more of them, is a name rather than a domain
MATERIALS = {  # Atelier's materials by how they look and feel
    "plain cloth": ("cotton", "linen", "canvas", "denim", "corduroy", "jersey", "straw"),
    "fine cloth": ("silk", "satin", "chiffon", "tulle", "velvet", "lace", "mesh", "crochet"),
    "wool": ("knit", "cashmere", "wool", "tweed", "faux fur", "shearling"),
    "leather": ("leather", "suede", "patent"),
    "technical": ("nylon", "rubber"),
    "ornament": ("metal", "pearl", "beads", "sequin", "feather"),
}
NOT_A_LABEL = {"NA"}


@dataclass(frozen=True)
class Column:
    """A domain's attribute, and the values that count as one (``groups``: group -> values)."""

    attribute: str
    groups: Mapping[str, Sequence[str]] | None = None


KNOWN = {  # catalogue -> its four domains
    "atelier": {
        "season": Column("seasons"),
        "formality": Column("formality"),
        "colour": Column("colour_families"),
        "material": Column("material", MATERIALS),
    },
    "photos": {
        "usage": Column("usage"),
        "season": Column("season"),
        "gender": Column("gender"),
        "colour": Column("base_colour"),
    },
}


@dataclass(frozen=True)
class Labels:
    """The attributes of a catalogue's n items: ``names`` lists every (domain, value), ``carries`` (n, names) says who has it."""

    names: list[tuple[str, str]]
    carries: np.ndarray

    @property
    def domains(self) -> dict[str, list[str]]:
        """domain -> its values."""
        found: dict[str, list[str]] = {}
        for domain, value in self.names:
            found.setdefault(domain, []).append(value)
        return found

    def number(self, domain: str, value: str) -> int:
        """The column of an attribute; UserError for one that no item has."""
        if domain not in self.domains:
            raise UserError(f"There is no attribute domain '{domain}': choose from {', '.join(self.domains)}.")
        if (domain, value) not in self.names:
            raise UserError(f"No item has the {domain} '{value}': choose from {', '.join(self.domains[domain])}.")
        return self.names.index((domain, value))


def labels_of(catalog: Catalog, own: bool = False) -> Labels:
    """The attributes of a catalogue, by value names in alphabetical order; UserError where it has none.

    A known catalogue has its four domains; any other one, and a visitor's ``own``, whatever its folder is called, every attribute
    with two to MAX_VALUES values of MIN_ITEMS items each.
    """
    every = {name: Column(name) for name in sorted({n for i in catalog.items for n in i.attributes})}
    columns = every if own else KNOWN.get(catalog.name, every)
    names, carried = [], []
    for domain, column in columns.items():
        values = [_values(item.labels(column.attribute), column.groups) for item in catalog.items]
        counts = Counter(value for own in values for value in own)
        wanted = sorted(value for value, count in counts.items() if count >= MIN_ITEMS)
        if not 2 <= len(wanted) <= MAX_VALUES:
            continue
        names += [(domain, value) for value in wanted]
        carried += [np.array([value in own for own in values]) for value in wanted]
    if not names:
        need = f"an attribute (a column such as colour or season) with at least two values that {MIN_ITEMS} items or more carry"
        raise UserError(f"The catalogue has no labels to steer by: it needs {need}.")
    return Labels(names, np.stack(carried, axis=1))


def _values(own: Sequence[str], groups: Mapping[str, Sequence[str]] | None) -> set[str]:
    if groups is None:
        return set(own) - NOT_A_LABEL
    return {name for name, members in groups.items() if not set(own).isdisjoint(members)}
