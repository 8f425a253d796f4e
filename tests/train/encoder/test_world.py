"""What is imagined of a classifier's classes, and how these are called."""

from collections.abc import Sequence

import numpy as np
import torch
from timm.data import ImageNetInfo

from r4t_demo.train.encoder import world
from r4t_demo.train.encoder.world import World


def classifier() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Three classes of Gaussian features by linear discriminant analysis; pictures of the first class alone."""
    generator = torch.Generator().manual_seed(0)
    means = torch.tensor([[4.0, 1, 1, 1], [1, 4, 1, 1], [1, 1, 4, 1]])
    spread = torch.tensor([1.0, 0.5, 0.5, 1.0])
    weight = means / spread**2
    bias = -0.5 * (means**2 / spread**2).sum(1)
    return weight, bias, means[0] + spread * torch.randn(4000, 4, generator=generator)


def test_imagined_features_are_told_by_the_classifier_itself() -> None:
    weight, bias, seen = classifier()
    features, answers = World(weight, bias, seen).sample(2000, torch.Generator().manual_seed(1))
    assert features.shape == (2000, 4) and features.min() >= 0
    torch.testing.assert_close(answers, (features @ weight.T + bias).softmax(1))
    torch.testing.assert_close(answers.sum(1), torch.ones(2000))


def test_every_class_is_imagined_though_pictures_show_one() -> None:
    weight, bias, seen = classifier()
    _, plain = seen, World(weight, bias, seen).answers(seen)
    assert (plain.argmax(1) == 0).float().mean() > 0.95
    _, answers = World(weight, bias, seen).sample(2000, torch.Generator().manual_seed(1))
    shares = np.bincount(answers.argmax(1), minlength=3) / 2000
    assert shares.min() > 0.15


def test_a_class_moves_features_towards_its_own_mean() -> None:
    """By linear discriminant analysis: covariance times weights are the means' differences, up to what is added to it."""
    weight, bias, seen = classifier()
    towards = World(weight, bias, seen).towards
    means = torch.tensor([[4.0, 1, 1, 1], [1, 4, 1, 1], [1, 1, 4, 1]])
    assert torch.nn.functional.cosine_similarity(towards, means - means.mean(0)).min() > 0.97


def test_classes_are_called_by_their_names_other_words_and_gloss() -> None:
    asked: list[str] = []

    def embed(texts: Sequence[str]) -> np.ndarray:
        asked.extend(texts)
        return np.random.default_rng(0).standard_normal((len(texts), 8))

    vectors = world.class_vectors(embed)
    assert vectors.shape == (1000, world.SAID, 8)
    assert {"coffee mug", "flowerpot", "house plant"} <= set(asked), "people's words beside the class's own"
    assert ImageNetInfo().index_to_description(0, detailed=True).split(":", 1)[1].strip() in asked
