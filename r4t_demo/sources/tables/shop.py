"""Shops' exports give a product several rows, for its variants and further pictures: they are folded into one.

Shopify, Wix and Squarespace repeat the product's handle below its first row, or leave the product's cells empty; WooCommerce and
Amazon name the parent in the variation's row; Magento names the simple products in the configurable one's.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from r4t_demo.sources.tables.cells import as_list, text_of
from r4t_demo.sources.tables.dialect import BadRow
from r4t_demo.sources.tables.headers import simple

HANDLES = ("handle", "handle_id", "url_handle", "product_handle")
PRODUCT_IDS = ("product_id", "parent_handle")
VARIANTS = (
    "variant_id",
    "variant_sku",
    "option1_value",
    "option_value_1",
    "option_name_1",
    "product_option_name1",
    "variant_price",
)
PARENTS = ("parent", "parent_sku", "parent_id", "parent_asin", "parent_product")
OWN_KEYS = ("sku", "id", "item_sku", "seller_sku", "product_id", "asin", "product_code")
MADE_OF = ("configurable_variations", "associated_skus", "grouped_skus", "bundle_skus")
STORE_VIEW = "store_view_code"

_PAIR = re.compile(r"attribute_\d+_name")

Row = Mapping[str, object]
Numbered = tuple[int, Any]  # a row's number and the row, or why it is bad


class Spreading:
    """Columns that hold others: WooCommerce's pairs of a name and its values, Magento's list of attributes."""

    def __init__(self, names: Sequence[str]):
        column = {simple(name): name for name in reversed(names)}
        pairs = ((column[one], column.get(f"{one.removesuffix('_name')}_values")) for one in column if _PAIR.fullmatch(one))
        self._pairs = [(name, values) for name, values in pairs if values]
        self._list = column.get("additional_attributes", "")
        self.spread_out = {self._list, *(name for pair in self._pairs for name in pair)} - {""}

    def spread(self, row: Row) -> dict[str, object]:
        """The row with what its columns hold as columns of their own."""
        found = {text_of(row.get(name)): text_of(row.get(values)) for name, values in self._pairs}
        for part in re.split(r",(?=\w+=)", text_of(row.get(self._list)) if self._list else ""):
            name, _, value = part.partition("=")
            found[name.strip()] = value
        more = {name: values for name, cell in found.items() if name and name not in row and (values := as_list(cell))}
        return {**row, **{name: values if len(values) > 1 else values[0] for name, values in more.items()}}


class Folding:
    """Which rows of a table with these ``names`` belong to another row. ``title`` is its column of titles, "" for none.

    ``learn`` reads every row once, before ``folded`` goes over them.
    """

    def __init__(self, names: Sequence[str], title: str):
        column = {simple(name): name for name in reversed(names)}
        self._title = title
        self._handle = next((column[one] for one in HANDLES if one in column), "")
        variants = any(one in column for one in VARIANTS)
        self._product = next((column[one] for one in PRODUCT_IDS if one in column), "") if variants else ""
        self._parent = next((column[one] for one in PARENTS if one in column), "")
        self._own = [column[one] for one in OWN_KEYS if one in column]
        self._made_of = [column[one] for one in MADE_OF if one in column]
        self._store_view = column.get(STORE_VIEW, "")
        self._parents: set[str] = set()
        self._children: set[str] = set()

    @property
    def is_needed(self) -> bool:
        return bool(self._handle or self._product or self._parent or self._made_of or self._store_view)

    def learn(self, row: Row) -> None:
        if self._parent:
            keys = [text_of(row.get(name)) for name in self._own]
            self._parents.update(keys, (f"id:{key}" for key in keys))
        for name in self._made_of:
            if cell := text_of(row.get(name)):
                self._children.update(re.findall(r"(?:^|[|,])\s*(?:sku=)?([^|,=]+)(?=[|,=]|$)", cell))

    def folded(self, rows: Iterable[Numbered]) -> Iterator[list[Numbered]]:
        """The numbered rows in groups: each the row of a product and those below that belong to it, or one that is bad.

        Rows that belong to a product elsewhere are left out.
        """
        group: list[Numbered] = []
        bad: list[list[Numbered]] = []  # rows among those of a product, which come behind it
        for number, row in rows:
            if isinstance(row, BadRow):
                bad.append([(number, row)])
            elif group and self._goes_on(group[0][1], row):
                group.append((number, row))
            elif not self._belongs_elsewhere(row):
                yield from filter(None, (group, *bad))
                group, bad = [(number, row)], []
        yield from filter(None, (group, *bad))

    def _goes_on(self, first: Row, row: Row) -> bool:
        """Whether a row is one more of the product whose row ``first`` is."""
        if self._handle and text_of(row.get(self._handle)):
            return text_of(row.get(self._handle)) == text_of(first.get(self._handle))
        key = self._product or self._handle
        own = text_of(row.get(key)) if key else ""
        if not key or self._title and text_of(row.get(self._title)):
            return False
        return not own or own == text_of(first.get(key))

    def _belongs_elsewhere(self, row: Row) -> bool:
        """Whether a row is a part of a product that has a row of its own somewhere, or that product in another language."""
        if self._store_view and text_of(row.get(self._store_view)):
            return True
        parent = text_of(row.get(self._parent)) if self._parent else ""
        own = {text_of(row.get(name)) for name in self._own} - {""}
        if parent and parent in self._parents and parent not in own:
            return True
        return not self._children.isdisjoint(own)
