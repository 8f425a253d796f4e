"""Every category, silhouette, material, pattern, trim and detail shows in the picture, always the same way."""

import re

import pytest

from artwork.atelier.draw import DETAILS, DRAWERS, TRIMS_SHOWN, raster, svg
from artwork.atelier.spec import Garment
from r4t_demo.errors import UserError
from r4t_demo.train.data.wardrobe import CATEGORIES, MATERIALS, PATTERNS, TRIMS

SMALL = 96


def plain(category: str, silhouette: str | None = None, **changes: object) -> Garment:
    """A two-coloured cotton garment of the category."""
    fields = {"material": "cotton", "pattern": "plain", "colours": ("teal", "cream")} | changes
    return Garment(category, silhouette or CATEGORIES[category][0], **fields)


def marks(garment: Garment) -> str:
    """The drawing without its numbers: a trim that merely moved things would not count as shown."""
    return re.sub(r"-?\d*\.?\d+", "", svg(garment))


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_silhouette_is_a_picture_of_its_own(category: str) -> None:
    pictures = [raster(plain(category, silhouette), SMALL) for silhouette in CATEGORIES[category]]
    assert all(picture.startswith(b"\x89PNG") and len(picture) > 2500 for picture in pictures)
    assert len(set(pictures)) == len(pictures)


def test_drawers_cover_the_vocabulary() -> None:
    assert set(DRAWERS) == set(TRIMS_SHOWN) == set(CATEGORIES)
    assert set(DETAILS) <= set(CATEGORIES)
    assert {trim for trims in TRIMS_SHOWN.values() for trim in trims} == set(TRIMS)


@pytest.mark.parametrize("category", ["dress", "puffer", "handbag", "boots"])
def test_same_garment_same_bytes(category: str) -> None:
    garment = plain(category, material="faux fur", pattern="tie-dye", trims=TRIMS_SHOWN[category][:3], seed=7)
    assert raster(garment, SMALL) == raster(garment, SMALL)


def test_every_material_and_pattern_differs() -> None:
    materials = [raster(plain("skirt", material=material), SMALL) for material in MATERIALS]
    patterns = [raster(plain("skirt", pattern=pattern), SMALL) for pattern in PATTERNS]
    assert len(set(materials)) == len(MATERIALS)
    assert len(set(patterns)) == len(PATTERNS)


def test_seed_changes_only_accidents() -> None:
    first, second = plain("skirt", seed=1), plain("skirt", seed=2)
    assert svg(first) != svg(second)
    assert marks(first) == marks(second)


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_trim_shows(category: str) -> None:
    bare = marks(plain(category))
    for trim in TRIMS_SHOWN[category]:
        assert marks(plain(category, trims=(trim,))) != bare, f"{trim} does not show on a {category}"


@pytest.mark.parametrize("category", DETAILS)
def test_every_detail_changes_the_picture(category: str) -> None:
    for name, values in DETAILS[category].items():
        assert any(
            len({svg(plain(category, silhouette, details={name: value})) for value in values}) == len(values)
            for silhouette in CATEGORIES[category]
        ), f"no {category} shows every value of {name}"


@pytest.mark.parametrize(
    ("garment", "sentence"),
    [
        (Garment("crinoline", "grand", "cotton", "plain", ("red",)), "Unknown category 'crinoline'"),
        (plain("dress", "sari"), "no silhouette 'sari'"),
        (plain("dress", material="kevlar"), "Unknown material 'kevlar'"),
        (plain("dress", pattern="moire"), "Unknown pattern 'moire'"),
        (plain("dress", colours=("octarine",)), "Unknown colour 'octarine'"),
        (plain("dress", colours=()), "has no colour"),
        (plain("dress", details={"sleeve": "dolman"}), "no detail sleeve='dolman'"),
    ],
)
def test_unknown_names_are_explained(garment: Garment, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        svg(garment)
