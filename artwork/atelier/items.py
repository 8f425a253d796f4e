"""The catalogue's items: garments sampled from each style's data, labelled by what every style admits."""

import colorsys
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from artwork.atelier import cloth, terms, titles
from artwork.atelier.draw import DETAILS, TRIMS_SHOWN
from artwork.atelier.spec import Garment
from artwork.atelier.styles import Style, admits, load_styles
from r4t_demo.train.data.wardrobe import COLOURS

PER_STYLE = 74  # a few cuts run out of anything new: about 72 remain
SHARED, SHARED_AT_LAST = 3, 8  # an item that more styles than this would take says too little about any of them
_FEW_TRIES, _TRIES = 80, 200
_SHARE = {"dress": 3.0, "boots": 1.6, "handbag": 1.6, "skirt": 1.6, "trousers": 1.5, "coat": 1.4, "jacket": 1.4, "top": 1.4}
_THREE = {  # patterns of three colours
    "plaid", "tartan", "floral", "tropical", "patchwork", "Fair Isle", "argyle", "colour-block", "embroidered", "paisley",
    "geometric", "ditsy floral", "camouflage", "tie-dye",
}  # fmt: skip
_TWO = {  # trims in a second colour
    "contrast piping", "side stripe", "bows", "rosettes", "feathers", "tassels", "pompoms", "butterflies", "embroidery", "laces",
}  # fmt: skip


@dataclass(frozen=True)
class Piece:
    """One catalogue item: the garment, and everything that is said about it."""

    item_id: str
    garment: Garment
    title: str
    description: str
    aesthetics: tuple[str, ...]
    seasons: tuple[str, ...]
    formality: str


def _draw(rng: random.Random, weighed: Mapping[str, float]) -> str:
    return rng.choices(list(weighed), list(weighed.values()))[0]


def _contrast(one: str, other: str) -> float:
    """Distance of two colours as the eye tells cloth from print: lightness first, then hue where both have one."""

    def parts(name: str) -> tuple[float, float, float]:
        red, green, blue = (int(COLOURS[name][i : i + 2], 16) / 255 for i in (1, 3, 5))
        hue, saturation, _ = colorsys.rgb_to_hsv(red, green, blue)
        return 0.3 * red + 0.59 * green + 0.11 * blue, hue, saturation

    (light, hue, strong), (light2, hue2, strong2) = parts(one), parts(other)
    turn = abs(hue - hue2)
    return abs(light - light2) + min(turn, 1 - turn) * min(strong, strong2)


def _colours(style: Style, material: str, pattern: str, trims: tuple[str, ...], rng: random.Random) -> tuple[str, ...] | None:
    """Draw one to three colours that stand out from each other, or None where the style has too few for the pattern."""
    tones = style.metals if material == "metal" else style.palette
    mains = {name: weight for name, weight in tones.items() if name in cloth.colours(material, pattern)}
    if not mains:
        return None
    chosen = [_draw(rng, mains)]
    wanted = 3 if pattern in _THREE else 2 if pattern != "plain" or _TWO & set(trims) else 1
    while len(chosen) < wanted and material != "metal":
        figure = cloth.second_colours(pattern) if len(chosen) == 1 else tones
        apart = 0.22 if len(chosen) == 1 else 0.14
        rest = {name: w for name, w in tones.items() if name in figure and all(_contrast(name, c) > apart for c in chosen)}
        if not rest:
            break
        chosen.append(_draw(rng, rest))
    return tuple(chosen) if len(chosen) > 1 or pattern == "plain" else None


def _trims(style: Style, category: str, material: str, rng: random.Random) -> tuple[str, ...]:
    suitable = set(cloth.trims(category)) & set(TRIMS_SHOWN[category])
    shown = {name: weight for name, weight in style.trims.items() if name in suitable}
    count = rng.choices((0, 1, 2), (3, 5, 2))[0] if material != "metal" else rng.choice((0, 1))
    chosen: list[str] = []
    while shown and len(chosen) < count:
        chosen.append(_draw(rng, shown))
        del shown[chosen[-1]]
    return tuple(sorted(chosen))


def _details(style: Style, category: str, silhouette: str, material: str, rng: random.Random) -> dict[str, str]:
    """Choose among what varies within the cut and is drawn: what the style likes, where it has a say. Gems are set in metal."""
    chosen = {}
    for name, values in cloth.details(category, silhouette).items():
        drawn = [value for value in values if value in DETAILS[category].get(name, ())]
        liked = [value for value in drawn if value in style.details.get(name, ())]
        if drawn and (name != "gem" or material == "metal"):
            chosen[name] = rng.choice(liked or drawn)
    return chosen


def sample(style: Style, category: str, rng: random.Random) -> Garment | None:
    """Draw one garment that the style admits, or None where the dice found no cloth, pattern or colour for the cut."""
    silhouette = rng.choice(style.cuts[category])
    possible = cloth.materials(category, silhouette)
    fits = {name: float(style.materials.get(name, 0)) for name in possible if name in style.materials}
    fits |= {name: 1.0 for name in cloth.staples(category, silhouette) if name not in fits}
    if not fits:
        return None
    material = _draw(rng, fits)
    carried = {name: weight for name, weight in style.patterns.items() if name in cloth.patterns(material)}
    pattern = _draw(rng, carried)
    trims = _trims(style, category, material, rng)
    colours = next(filter(None, (_colours(style, material, pattern, trims, rng) for _ in range(6))), None)
    details = _details(style, category, silhouette, material, rng)
    if not colours:
        return None
    return Garment(category, silhouette, material, pattern, colours, trims, details, rng.randrange(1 << 16))


def visible(garment: Garment) -> tuple:
    """Return all that a picture of the garment shows; two items never share it."""
    details = tuple(sorted(garment.details.items()))
    return (garment.category, garment.silhouette, garment.material, garment.pattern, garment.colours, garment.trims, details)


def _rounds(style: Style) -> list[str]:
    """Share PER_STYLE garments among the style's categories, at least two each, more where there are more cuts."""
    weight = {category: _SHARE.get(category, 1.0) * len(cuts) ** 0.5 for category, cuts in style.cuts.items()}
    counts = dict.fromkeys(weight, 2)
    while sum(counts.values()) < PER_STYLE:
        counts[max(weight, key=lambda category: weight[category] / (counts[category] - 0.5))] += 1
    return [category for category, count in counts.items() for _ in range(count)]


def _new(style: Style, category: str, taken: set, looks: set, rng: random.Random) -> tuple[Garment, tuple[str, ...]] | None:
    """Find a garment unlike all taken ones; at first also one of a new cloth, and one that few other styles would take."""
    for attempt in range(_TRIES):
        garment = sample(style, category, rng)
        if garment is None or visible(garment) in taken:
            continue
        look = (garment.category, garment.silhouette, garment.material, garment.pattern, garment.colours[0])
        if attempt < _FEW_TRIES and look in looks:
            continue
        labels = tuple(name for name, other in load_styles().items() if admits(other, garment))
        if len(labels) > (SHARED if attempt < _FEW_TRIES else SHARED_AT_LAST):
            continue
        taken.add(visible(garment))
        looks.add(look)
        return garment, labels
    return None


def _unused_title(garment: Garment, style: Style, used: set[str], rng: random.Random) -> str:
    for _ in range(40):
        text = titles.title(garment, style, rng)
        if text.lower() not in used:
            break
    used.add(text.lower())
    return text


def make_items(seed: int = 0) -> Iterator[Piece]:
    """Yield the whole catalogue, style by style, the same for the same seed."""
    taken: set = set()
    used: set[str] = set()
    number = 0
    for style in load_styles().values():
        rng = random.Random(f"{seed}/{style.name}")
        looks: set = set()
        for category in _rounds(style):
            found = _new(style, category, taken, looks, rng)
            if found is None:
                continue
            garment, labels = found
            title = _unused_title(garment, style, used, rng)
            term = rng.choice(terms.of(rng.choice(labels), "train"))
            worn = tuple(s for s in cloth.seasons(garment) if s in style.seasons) or cloth.seasons(garment)
            caption = f"{title[0].lower()}{title[1:]}, {term}"
            yield Piece(f"at-{number:05d}", garment, title, caption, labels, worn, cloth.formality(garment, style.formality))
            number += 1
