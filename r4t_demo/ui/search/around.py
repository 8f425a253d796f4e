"""What is asked besides words: a picture or an item that a set is wanted around, items liked and disliked; told and shown.

The browser keeps all of it (``js/ask.js``) and tells it as a whole with every search, so that the server keeps nothing, and of
several quick clicks the last one says what all of them did.
"""

import io
import json
from base64 import b64decode, b64encode
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image

from r4t_demo.catalog import Catalog
from r4t_demo.engine import is_unicode
from r4t_demo.errors import UserError
from r4t_demo.sources.decode import query_image, read_query_image
from r4t_demo.ui.guard import is_upload
from r4t_demo.ui.markup import esc, picture
from r4t_demo.ui.search.ask import Ask

SMALL = 96  # pixels of the picture beside the request, drawn at half that size
_CHECKED = ' checked=""'
WEBP = "data:image/webp;base64,"
MARKS = {"plus": "More like", "minus": "Less like"}
PICTURE = """<label class="ask-picture"><input type="file" accept="image/*,.heic,.heif,.avif"
aria-label="Ask with a picture: choose a file, or drop or paste one anywhere on this tab"/><span aria-hidden="true">
<svg viewBox="0 0 20 20" width="20" height="20"><path d="M2.5 4.5h15v11h-15z M2.5 13l4.5-4 4 3.5 2.5-2 4 3.5"/>
<circle cx="13.5" cy="7.7" r="1.2"/></svg>Picture</span></label>"""


def take_picture(path: object) -> dict[str, str]:
    """Read an uploaded picture and remove the file: its small copy as a ``picture`` address, or the ``trouble`` in a sentence."""
    if not is_upload(path):
        return {"trouble": "This picture was not uploaded here: choose it again."}
    file = Path(str(path))
    try:
        return {"picture": _address(read_query_image(file, file.name))}
    except UserError as error:
        return {"trouble": str(error)}
    finally:
        file.unlink(missing_ok=True)


def with_told(ask: Ask, told: str) -> Ask:
    """Return a search of words with what the browser tells besides them; where there are words, they are the request.

    UserError for what no page tells.
    """
    try:
        values = json.loads(told or "{}")
        given: dict[str, Any] = {name: tuple(map(_id, values.get(name, []))) for name in MARKS}
        if not ask.q.strip():
            given |= {"item": _id(values.get("item", "")), "others": values.get("others") is True}
            given["picture"] = _picture(values.get("picture") or "")
        return replace(ask, **given)
    except UserError:
        raise
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise UserError("The page has told something that is no request: open it anew.") from error


def to_told(ask: Ask) -> str:
    """What the browser is to keep of a search that a link brought."""
    return json.dumps({name: getattr(ask, name) for name in ("item", "others", "plus", "minus")})


def render_around(ask: Ask, catalog: Catalog) -> str:
    """What is asked besides words, each with its way out; UserError for an unknown id."""
    parts = []
    if ask.picture:
        image = f'<img src="{_address(ask.picture, SMALL)}" alt="Your picture"/>'
        parts.append(_anchor(f'<span class="picture">{image}</span>', "your picture", "picture"))
    elif ask.item:
        item = catalog[ask.item]
        opens = f'data-item="{esc(item.item_id)}" aria-label="{esc(item.title)}. Show details."'
        drawn = f'<span class="picture">{picture(item, eager=True)}</span>'
        parts.append(_anchor(f'<button type="button" {opens}>{drawn}</button>', item.title, "item", item.item_id))
    if parts:
        box = f'<input type="checkbox" data-others=""{_CHECKED if ask.others else ""}/>'
        parts.append(f'<li class="others"><label>{box}Leave out its own kind</label></li>')
    parts += [_mark(name, catalog[item_id]) for name in MARKS for item_id in getattr(ask, name)]
    return f'<ul class="around" aria-label="Besides words">{"".join(parts)}</ul>' if parts else ""


def _anchor(shown: str, title: str, name: str, item_id: str = "") -> str:
    return (
        f'<li class="anchor">{shown}<span class="words">A set around <b><bdi>{esc(title)}</bdi></b></span>'
        f'<button type="button" class="out" data-out="{name}" data-id="{esc(item_id)}" aria-label="Remove {esc(title)}" '
        'title="Remove">✕</button></li>'
    )


def _mark(name: str, item) -> str:
    said = f"{MARKS[name]} {item.title}"
    return (
        f'<li class="wanted-{name}"><button type="button" class="words" data-item="{esc(item.item_id)}" '
        f'aria-label="{esc(said)}. Show details.">{MARKS[name]} <b><bdi>{esc(item.title)}</bdi></b></button>'
        f'<button type="button" class="out" data-out="{name}" data-id="{esc(item.item_id)}" aria-label="Remove: {esc(said)}" '
        'title="Remove">✕</button></li>'
    )


def _address(image: Image.Image, side: int = 0) -> str:
    """The picture as an address that holds it, at most ``side`` pixels long where that is given."""
    packed, small = io.BytesIO(), image.copy()
    if side:
        small.thumbnail((side, side))
    small.save(packed, "WEBP", quality=90)
    return WEBP + b64encode(packed.getvalue()).decode()


def _picture(address: str) -> Image.Image | None:
    return query_image(b64decode(address.removeprefix(WEBP), validate=True)) if address else None


def _id(value: object) -> str:
    if not (isinstance(value, str) and is_unicode(value)):
        raise TypeError
    return value
