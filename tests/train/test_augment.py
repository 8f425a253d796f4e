"""Augmentation: what it may change about a picture, and what not."""

import torch

from r4t_demo.train import augment as training


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def thing(count: int, side: int = 24) -> torch.Tensor:
    """A dark blue square on white, (count, 3, side, side)."""
    images = torch.ones(count, 3, side, side)
    images[:, :, side // 3 : -side // 3, side // 3 : -side // 3] = torch.tensor([0.1, 0.1, 0.5]).view(3, 1, 1)
    return images


def test_the_seed_decides_and_the_range_is_the_encoders() -> None:
    pixels = (thing(30) * 255).to(torch.uint8)
    images, again = (training.augment(pixels, 16, seeded()) for _ in range(2))
    assert images.shape == (30, 3, 16, 16) and torch.equal(images, again)
    assert images.min() >= -1 and images.max() <= 1
    assert not torch.equal(images[0], images[1])


def test_half_of_the_pictures_are_mirrored() -> None:
    halves = torch.zeros(200, 3, 24, 24)
    halves[..., 12:] = 1
    right = training.moved(halves, 16, seeded())[..., -1].mean((1, 2)) > 0.5
    assert 0.35 < right.float().mean() < 0.65


def test_a_thing_becomes_smaller_and_larger_but_stays_in_sight() -> None:
    share = (training.moved(thing(200), 24, seeded()).mean(1) < 0.6).float().mean((1, 2))
    whole = (thing(1).mean(1) < 0.6).float().mean()
    assert share.min() > 0.2 * whole and share.min() < 0.5 * whole and share.max() > 1.2 * whole


def test_only_what_is_white_becomes_another_ground() -> None:
    images = thing(400)
    changed = training.other_ground(images, seeded())
    torch.testing.assert_close(changed[:, :, 10:14, 10:14], images[:, :, 10:14, 10:14])
    middle, side = ((changed[:, :, 0, column] < 0.99).any(1) for column in (12, 0))
    assert 0.35 < middle.float().mean() < 0.65, "some keep their white"
    assert 0.2 < side[middle].float().mean() < 0.5 and not (side & ~middle).any(), "most keep white bars at their sides"


def test_the_light_is_a_tint_not_another_colour() -> None:
    images = thing(100)
    change = (training.other_light(images, seeded()) - images).abs()
    assert change.max() < 0.25 and change.mean() > 0.01


def test_some_pictures_lose_their_detail() -> None:
    stripes = torch.zeros(200, 3, 24, 24)
    stripes[..., ::2] = 1
    contrast = training.out_of_focus(stripes, seeded()).std((1, 2, 3))
    assert 0.08 < (contrast < 0.4).float().mean() < 0.35
