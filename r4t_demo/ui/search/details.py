"""One item large, with its attributes and a row of similar items: the inside of the details dialog."""

from r4t_demo.ui.markup import card, esc, picture, strip


def render_details(item, similar, asks: bool = False) -> str:
    """Return the dialog's content. The list of what found the item is filled in by the page, which shows the search.

    ``asks``: the page can be asked for a set around the item, and for more or less like it.
    """
    row = strip([card(hit, rank) for rank, hit in enumerate(similar, start=1)])
    more = f'<h3 class="label">Similar items</h3>{row}' if similar else ""
    return (
        f'<div class="item"><div class="picture">{picture(item, eager=True)}</div><div class="about">'
        f'<p class="label">{esc(item.kind)}</p><h2 id="details-title" tabindex="-1">{esc(item.title)}</h2>'
        f"{_asking(item.item_id) if asks else ''}{_attributes(item.attributes)}"
        f'<h3 class="label">Found by</h3><ul class="found-by"></ul></div></div>'
        f"{more}"
    )


def _asking(item_id: str) -> str:
    """What can be asked with the item; the page tells which of it is asked already."""
    shown = {"item": "A set around this", "plus": "More like this", "minus": "Less like this"}
    buttons = "".join(f'<button type="button" data-ask="{name}">{text}</button>' for name, text in shown.items())
    return f'<p class="asking-with" data-id="{esc(item_id)}">{buttons}</p>'


def _attributes(attributes: dict) -> str:
    rows = []
    for name, value in attributes.items():
        values = [value] if isinstance(value, str | int | float) else list(value) if _is_list(value) else []
        shown = [str(one) for one in values if one not in ("", None) and one == one]
        # A sentence, such as a description, reads as text; a word is a chip.
        chips = "".join(f'<span class="{"chip" if len(one) <= 40 else "text"}">{esc(one)}</span>' for one in shown)
        if chips:
            rows.append(f"<div><dt>{esc(name.replace('_', ' '))}</dt><dd>{chips}</dd></div>")
    return f'<dl class="attributes">{"".join(rows)}</dl>' if rows else ""


def _is_list(value: object) -> bool:
    return hasattr(value, "__iter__") and not isinstance(value, dict | bytes)
