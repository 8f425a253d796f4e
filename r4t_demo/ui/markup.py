"""Small pieces of HTML that several parts of the page share. Everything that is shown passes through ``esc``."""

import json
from collections.abc import Sequence
from html import escape as esc
from typing import NamedTuple
from urllib.parse import quote
from zlib import crc32

NAMES = {
    "none": "No fan-out", "mmr": "MMR", "kmeans": "k-means", "zero-shot": "Zero-shot LM", "sft": "SFT", "best-of-5": "Best of 5",
    "folm": "FOLM",
    "modit": "MO-DiT", "hppo": "MO-DiT + HPPO", "stage1": "Stage 1", "direction": "Vector arithmetic",
    "filter-sparse": "Sparse filter",
}  # fmt: skip


class Mark(NamedTuple):
    """What is special about a card: its badge's style and word (without one it has no badge), and how a screen reader says it."""

    kind: str
    text: str
    spoken: str


def display_name(method: str) -> str:
    """The method's name as the page writes it; one that is written in words stays."""
    spaced = method if " " in method else method.replace("-", " ")
    return NAMES.get(method, f"{spaced[:1].upper()}{spaced[1:]}".replace("Folm", "FOLM"))


def image_url(path) -> str:
    """The address under which Gradio serves a picture of the catalogue."""
    return "/gradio_api/file=" + quote(path.resolve().as_posix())


def picture(item, *, eager: bool = False) -> str:
    """The item's picture; where it has none, a cover with its title, who made it and its tags on its category's colour."""
    if item.image is None:
        subtitle = f'<span class="by">{esc(item.subtitle)}</span>' if item.subtitle else ""
        tags = "".join(f"<span>{esc(tag)}</span>" for tag in item.tags[:3] or [item.category])
        return (
            f'<span class="cover" style="--hue:{crc32(item.category.encode()) % 360}"><span class="name">{esc(item.title)}</span>'
            f'{subtitle}<span class="tags">{tags}</span></span>'
        )
    loading = "eager" if eager else "lazy"
    return f'<img src="{esc(image_url(item.image))}" alt="{esc(item.title)}" loading="{loading}" width="320" height="320"/>'


def card(hit, rank: int, *, found: str = "", mark: Mark | None = None, eager: bool = False) -> str:
    """One found item as a button; ``found`` says in words what found it, for the details."""
    spoken = f"{item_words(hit, rank)}{f', {mark.spoken}' if mark else ''}. Show details."
    badge = f'<span class="badge {mark.kind}">{esc(mark.text)}</span>' if mark and mark.text else ""
    caption = f'<span class="caption">{esc(hit.item.title)}</span>' if hit.item.image else ""  # a cover holds the title itself
    data = f'data-item="{esc(hit.item.item_id)}" data-found="{esc(found)}"'
    return (
        f'<button type="button" class="card" {data} aria-label="{esc(spoken)}">'
        f'<span class="picture">{picture(hit.item, eager=eager)}{badge}</span>'
        f'{caption}<span class="rank"><span>No. {rank}</span><span>{hit.score:.2f}</span></span></button>'
    )


def strip(cards: list[str], per_row: int = 0) -> str:
    """Cards side by side, ``per_row`` or else up to six in a row, more in two even rows; a few keep the size of four, so that
    none is stretched."""
    per_row = per_row or max(4, len(cards) if len(cards) <= 6 else -(-len(cards) // 2))
    return f'<ul class="strip" style="--per-row:{per_row}">{"".join(f"<li>{one}</li>" for one in cards)}</ul>'


def item_words(hit, rank: int) -> str:
    """The item as a screen reader says it."""
    return f"{hit.item.title}, number {rank}, similarity {hit.score:.2f}"


def steer_button(item_ids: Sequence[str], text: str) -> str:
    """A button that sends items over to the Steer tab."""
    return f'<button type="button" class="send" data-steer="{esc(json.dumps(list(item_ids)))}">{esc(text)}</button>'


def counted(number: int, one: str, many: str) -> str:
    """A number and its noun: 1 item, 2,000 items."""
    return f"{number:,} {one if number == 1 else many}"


def milliseconds(value: float) -> str:
    """A duration with as many digits as it deserves: 0.42 ms, 7.3 ms, 128 ms, 1.24 s."""
    if value >= 1000:
        return f"{value / 1000:.2f} s"
    return f"{value:.2f} ms" if value < 1 else f"{value:.1f} ms" if value < 10 else f"{value:.0f} ms"
