"""Augmentation: what it may change about a picture, and what not."""

import torch

from r4t_demo.train.encoder import augment as training


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def thing(count: int, side: int = 24) -> torch.Tensor:
    """A dark blue square on white and its matte, (count, 4, side, side)."""
    images = torch.ones(count, 4, side, side)
    images[:, 3] = 0
    images[:, :, side // 3 : -side // 3, side // 3 : -side // 3] = torch.tensor([0.1, 0.1, 0.5, 1.0]).view(4, 1, 1)
    return images


def test_the_seed_decides_and_the_range_is_the_encoders() -> None:
    pixels = (thing(30) * 255).to(torch.uint8)
    images, again = (training.augment(pixels, 16, seeded()) for _ in range(2))
    assert images.shape == (30, 3, 16, 16) and torch.equal(images, again)
    assert images.min() >= -1 and images.max() <= 1
    assert not torch.equal(images[0], images[1])


def test_half_of_the_pictures_are_mirrored_and_some_lie_on_a_side() -> None:
    halves = torch.zeros(400, 4, 24, 24)
    halves[..., 12:] = 1
    moved = training.moved(halves, 16, seeded())[:, 0]
    across, down = (
        moved[..., 12:].mean((1, 2)) - moved[..., :4].mean((1, 2)),
        moved[:, 12:].mean((1, 2)) - moved[:, :4].mean((1, 2)),
    )
    lying = down.abs() > across.abs()
    assert 0.1 < lying.float().mean() < 0.35, "two quarter turns of three, for some"
    assert 0.35 < (across[~lying] > 0).float().mean() < 0.65
    assert 0.35 < (down[lying] > 0).float().mean() < 0.65


def test_a_thing_becomes_smaller_and_larger_but_stays_in_sight() -> None:
    share = (training.moved(thing(200), 24, seeded())[:, :3].mean(1) < 0.6).float().mean((1, 2))
    whole = (thing(1)[:, :3].mean(1) < 0.6).float().mean()
    assert share.min() > 0.2 * whole and share.min() < 0.5 * whole and share.max() > 1.2 * whole


def test_only_what_does_not_belong_to_the_thing_becomes_another_ground() -> None:
    images = thing(400)
    changed = training.on_ground(images, seeded())
    assert changed.shape == (400, 3, 24, 24)
    torch.testing.assert_close(changed[:, :, 10:14, 10:14], images[:, :3, 10:14, 10:14])
    middle, side = ((changed[:, :, 4, column] < 0.999).any(1) for column in (12, 0))
    assert 0.35 < middle.float().mean() < 0.65, "some keep their white"
    assert 0.05 < (middle & ~side).float().sum() / middle.sum() < 0.5, "some keep white bars at their sides"


def test_a_picture_without_a_matte_keeps_its_ground() -> None:
    images = torch.rand(50, 4, 24, 24, generator=seeded())
    images[:, 3] = 1
    torch.testing.assert_close(training.on_ground(images, seeded()), images[:, :3])


def test_plain_is_the_whole_picture() -> None:
    pixels = (thing(2) * 255).to(torch.uint8)
    torch.testing.assert_close(training.plain(pixels, 24), pixels[:, :3].float() / 127.5 - 1, atol=1e-4, rtol=0)
    assert training.plain(pixels, 48).shape == (2, 3, 48, 48)


def test_the_light_is_a_tint_not_another_colour() -> None:
    images = thing(100)[:, :3]
    change = (training.other_light(images, seeded()) - images).abs()
    assert change.max() < 0.35 and change.mean() > 0.01


def test_some_pictures_lose_their_detail() -> None:
    stripes = torch.zeros(200, 3, 24, 24)
    stripes[..., ::2] = 1
    contrast = training.out_of_focus(stripes, seeded()).std((1, 2, 3))
    assert 0.08 < (contrast < 0.35).float().mean() < 0.35
