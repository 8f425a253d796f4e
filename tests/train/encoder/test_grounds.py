"""Grounds made by code."""

import torch

from r4t_demo.train.encoder.grounds import grounds, with_shadow


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_grounds_are_pictures_and_the_seed_decides() -> None:
    made, again = grounds(40, 32, seeded()), grounds(40, 32, seeded())
    assert made.shape == (40, 3, 32, 32) and torch.equal(made, again)
    assert made.min() >= 0 and made.max() <= 1
    assert not torch.equal(made, grounds(40, 32, seeded(1)))


def test_grounds_differ_in_light_colour_and_texture() -> None:
    made = grounds(200, 32, seeded())
    light = made.mean((1, 2, 3))
    assert light.min() < 0.25 and light.max() > 0.75
    assert (made.mean((2, 3)).std(1) > 0.05).float().mean() > 0.2, "some are coloured"
    texture = made.mean(1).flatten(1).std(1)
    assert texture.min() < 0.05 < 0.15 < texture.max()


def test_few_grounds_are_made_as_well() -> None:
    assert [len(grounds(count, 16, seeded())) for count in range(4)] == [0, 1, 2, 3]


def test_a_shadow_is_near_the_thing() -> None:
    matte = torch.zeros(60, 1, 64, 64)
    matte[:, :, 24:40, 24:40] = 1
    shaded = with_shadow(torch.ones(60, 3, 64, 64), matte, seeded())
    assert shaded.max() <= 1 and shaded.min() >= 0.4 - 1e-6
    assert shaded[:, :, 28:36, 28:36].mean() < 0.85 < 0.999 < shaded[:, :, :8, :8].mean()
