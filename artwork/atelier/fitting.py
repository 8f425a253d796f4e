"""What everything with a bodice has in common: fitting a cut to the details, its width, and where it wears its trims."""

from dataclasses import replace
from typing import Any

from artwork.atelier.adorn import Spots
from artwork.atelier.bodice import Cut
from artwork.atelier.sleeves import arm
from artwork.atelier.spec import Garment

LENGTHS = {"cropped": 0.76, "regular": 1.0, "longline": 1.24}  # share of the silhouette's usual length


def contrast(garment: Garment, **instead: Any) -> dict[str, Any]:
    """A panel's arguments for a part set off from the rest: the second cloth, or the main one changed `instead`."""
    return {"colour": 1} if len(garment.colours) > 1 else instead


def restyled(details: dict[str, str], cut: Cut) -> Cut:
    """The cut with the neckline and the sleeve that the details ask for."""
    depth = 0.0 if "neckline" in details else cut.depth  # another neckline has its own usual depth
    return replace(cut, neckline=details.get("neckline", cut.neckline), sleeve=details.get("sleeve", cut.sleeve), depth=depth)


def cut_to_waist(details: dict[str, str], cut: Cut) -> Cut:
    """The restyled cut, ending at the waist, where a skirt or trousers are joined to it."""
    return replace(restyled(details, cut), length=cut.waist_at, half=cut.waist, sag=1.0)


def cut_to(details: dict[str, str], cut: Cut) -> Cut:
    """The cut with the neckline, the sleeve and the length that the details ask for."""
    cut = restyled(details, cut)
    length = max(cut.underarm + 12, cut.length * LENGTHS[details.get("length", "regular")])
    if length >= cut.length or cut.length <= cut.waist_at:
        return replace(cut, length=length)
    kept = max(0.0, length - cut.waist_at) / (cut.length - cut.waist_at)  # a cropped hem ends nearer to the waist
    return replace(cut, length=length, half=cut.waist + (cut.half - cut.waist) * kept)


def reach(cut: Cut) -> float:
    """Half-width that the item needs."""
    side = max(cut.bust, cut.half) + 1.5
    if not cut.sleeved:
        return side
    bulge = {"puff": 4.0, "balloon": 9.0, "bishop": 4.0}.get(cut.sleeve, 1.5)
    return max(side, arm(cut).outer[0] + bulge)


def lowest(cut: Cut) -> float:
    """How far down the item reaches: its hem or the ends of its sleeves."""
    hem = cut.length + cut.sag
    if not cut.sleeved:
        return hem
    one = arm(cut)
    return max(hem, one.outer[1] + 2, one.inner[1] + 4)


def top_spots(cut: Cut) -> Spots:
    """Where a top wears its trims."""
    d, low = cut.drop, cut.length
    top = max(2.0, d - 6)
    edge = (-8.0, top, 8.0, top, (d - top) * 0.95)
    seams = tuple(
        f"M{s * cut.bust} {cut.underarm}C{s * cut.bust} {cut.underarm + 6} {s * cut.waist} {low - 14} {s * cut.half} {low}"
        for s in (-1, 1)
    )
    mid = (cut.underarm + low) / 2
    fields = ((8.5, cut.underarm + 2.5), (-8.5, mid + 3), (9.5, low - 7), (-cut.half * 0.45, low - 5), (-9.0, cut.underarm - 3))
    return Spots(
        ((-cut.half + 0.4, low, cut.half - 0.4, low, cut.sag),),
        (edge,),
        fields,
        (d + 1.5, low - 3),
        seams,
        (min(cut.waist, cut.half), min(cut.waist_at, low - 4)),
    )
