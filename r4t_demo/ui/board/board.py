"""A set as one picture: the request as its title, a tile for each direction, and where it comes from."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

from PIL import Image, ImageDraw, ImageOps

from r4t_demo.catalog import Item
from r4t_demo.ui.board.lettering import cut, font_for, wrap
from r4t_demo.ui.markup import counted

WIDTH, MARGIN, GAP = 1600, 72, 28  # pixels
DIRECTIONS, ITEMS = 10, 4  # at most, on one board
FEWEST, IN_A_ROW = 4, 5  # tiles: a few keep the size of four, so that no picture is stretched
SMALL_GAP = 8  # between the smaller pictures of a tile
BYTES = 1_400_000  # a larger picture is told in 256 colours
PAPER, BOARD, INK, SOFT, RULE, ACCENT = "#faf8f4", "#f0ebe2", "#1e1b17", "#665f55", "#ddd5c8", "#9a3d22"  # as in style.css


@dataclass(frozen=True)
class Direction:
    """What a direction looks for and finds. ``lead`` stands before ``words`` that are only a reading of it."""

    words: str
    lead: str
    items: Sequence[Item]


@dataclass(frozen=True)
class Board:
    """``remark`` stands under the title; ``link`` leads to the search, and is empty where none may be told."""

    title: str
    method: str
    directions: Sequence[Direction]
    catalogue: str
    link: str = ""
    remark: str = ""


class _Sheet:
    """A sheet of paper that grows downwards: ``y`` is how far it is filled."""

    def __init__(self, height: int) -> None:
        self.image, self.y = Image.new("RGB", (WIDTH, height), PAPER), MARGIN - 12
        self.pen = ImageDraw.Draw(self.image)

    def text(self, x: int, y: int, text: str, size: int, colour: str, width: int, lines: int = 1, bold: bool = False) -> int:
        """Write within ``width`` pixels and so many lines; returns where the next line would be."""
        font, step = font_for(text, size, bold), round(size * 1.25)
        for line in wrap(text, font, width, lines):
            self.pen.text((x, y), line, colour, font)
            y += step
        return y

    def rule(self, y: int, colour: str, thick: int) -> None:
        self.pen.rectangle((MARGIN, y, WIDTH - MARGIN - 1, y + thick - 1), colour)


def draw(board: Board) -> bytes:
    """The board as PNG, WIDTH pixels wide. Pictures that cannot be read become text cards, as those that are not there."""
    columns, tile = _grid(len(board.directions))
    rows = -(-len(board.directions) // columns)
    high = _tile_height(tile)
    sheet = _Sheet(480 + rows * (high + 44))
    _head(sheet, board)
    for place, direction in enumerate(board.directions):
        row, column = divmod(place, columns)
        _tile(sheet, MARGIN + column * (tile + GAP), sheet.y + row * (high + 44), tile, place + 1, direction)
    sheet.y += rows * (high + 44) - 4
    _foot(sheet, board)
    return _png(sheet.image.crop((0, 0, WIDTH, sheet.y)))


def _grid(count: int) -> tuple[int, int]:
    """How many tiles stand in a row, and how wide one is."""
    rows = 1 if count <= IN_A_ROW else 2
    columns = max(FEWEST, -(-count // rows))
    return columns, (WIDTH - 2 * MARGIN - (columns - 1) * GAP) // columns


def _tile_height(tile: int) -> int:
    return 98 + tile + 42 + (tile - (ITEMS - 2) * SMALL_GAP) // (ITEMS - 1)


def _head(sheet: _Sheet, board: Board) -> None:
    width, items = WIDTH - 2 * MARGIN, {item.item_id for one in board.directions for item in one.items}
    pieces = f"{counted(len(board.directions), 'direction', 'directions')}, {counted(len(items), 'item', 'items')}"
    method = cut(board.method, font_for(board.method, 26, bold=True), width // 2)
    sheet.text(MARGIN, sheet.y, method, 26, ACCENT, width, bold=True)
    after = MARGIN + round(font_for(method, 26, bold=True).getlength(method)) + 16
    sheet.text(after, sheet.y, pieces, 26, SOFT, width // 2)
    sheet.y = sheet.text(MARGIN, sheet.y + 36, board.title, 64, INK, width, lines=2) + 8
    if board.remark:
        sheet.y = sheet.text(MARGIN, sheet.y, board.remark, 26, SOFT, width, lines=2) + 6
    sheet.rule(sheet.y + 14, INK, 2)
    sheet.y += 42


def _tile(sheet: _Sheet, x: int, y: int, tile: int, number: int, direction: Direction) -> None:
    """Number and words, the first item large with its title, the next ones small below it."""
    sheet.text(x, y, str(number), 22, ACCENT, tile, bold=True)
    sheet.text(x + 34, y, direction.lead, 22, SOFT, tile - 34)
    sheet.text(x, y + 28, direction.words, 26, INK, tile, lines=2)
    below = y + 98
    if not direction.items:
        return
    sheet.image.paste(_shown(direction.items[0], tile), (x, below))
    if direction.items[0].image:  # a card holds the title itself
        sheet.text(x, below + tile + 6, direction.items[0].title, 20, SOFT, tile)
    small = (tile - (ITEMS - 2) * SMALL_GAP) // (ITEMS - 1)
    for place, item in enumerate(direction.items[1:ITEMS]):
        sheet.image.paste(_shown(item, small), (x + place * (small + SMALL_GAP), below + tile + 42))


def _foot(sheet: _Sheet, board: Board) -> None:
    width = WIDTH - 2 * MARGIN
    sheet.rule(sheet.y, RULE, 2)
    source = cut(f"Catalogue “{board.catalogue}”", font_for(board.catalogue, 20), width // 3)
    sheet.text(MARGIN, sheet.y + 18, source, 20, SOFT, width)
    after = round(font_for(source, 20).getlength(source)) + 32
    link = cut(board.link, font_for(board.link, 20), width - after)
    at = WIDTH - MARGIN - round(font_for(link, 20).getlength(link))
    sheet.text(at, sheet.y + 18, link, 20, SOFT, width)
    sheet.y += 72


def _shown(item: Item, side: int) -> Image.Image:
    """The item's picture, whole, on a square; a text card where there is none."""
    try:
        if item.image:
            with Image.open(item.image) as picture:
                return ImageOps.pad(picture.convert("RGB"), (side, side), Image.Resampling.LANCZOS, color=BOARD)
    except OSError:
        pass  # it was removed, or is damaged
    return _card(item, side)


def _card(item: Item, side: int) -> Image.Image:
    """The title, and who made it, on the category's colour, as the page has it."""
    hue, inside = crc32(item.category.encode()) % 360, side - 2 * max(8, side // 14)
    card = Image.new("RGB", (side, side), f"hsl({hue}, 32%, 86%)")
    pen, size = ImageDraw.Draw(card), max(14, side // 10)
    font, x = font_for(item.title, size), (side - inside) // 2
    y, lines = x, max(1, int(inside * 0.7 / (size * 1.2)))
    for line in wrap(item.title, font, inside, lines):
        pen.text((x, y), line, INK, font)
        y += round(size * 1.2)
    if side > 200:
        told = item.subtitle or ", ".join(item.tags[:2]) or item.category
        small = font_for(told, 18)
        pen.text((x, side - x - 22), cut(told, small, inside), SOFT, small)
    return card


def _png(image: Image.Image) -> bytes:
    """As it is, or in 256 colours where that would be too many bytes, as it is with many photos."""
    data = _packed(image)
    if len(data) <= BYTES:
        return data
    palette = image.reduce(4).quantize(256)  # of the whole it would take a second
    return _packed(image.quantize(palette=palette))


def _packed(image: Image.Image) -> bytes:
    packed = io.BytesIO()
    image.save(packed, "PNG")
    return packed.getvalue()
