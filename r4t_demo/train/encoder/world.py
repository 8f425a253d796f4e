"""What a published classifier knows of the world beyond clothes: its thousand classes as pictures' features and as words.

No picture of a lamp or a guitar is among the training data. But a softmax classifier on features f, with weights W, is linear
discriminant analysis turned round: W = S^-1 M, where M are the classes' means less that of all and S is the spread within a class
(Hastie, Tibshirani, Friedman, "The Elements of Statistical Learning", 4.3). So S W tells in which direction the features of a
class lie. Features of training pictures moved that way are answered by the classifier itself, and its answers are taught.
"""

import numpy as np
import torch
import torch.nn.functional as F
from timm.data import ImageNetInfo

from r4t_demo.seen.classifier import class_names
from r4t_demo.train.encoder.captions import class_wordings
from r4t_demo.train.encoder.training_data import Embed

FURTHEST = 8.0  # how many times S W features are moved at most
SAID = 6  # wordings of a class
RIDGE = 0.1  # of each feature's own variance is added to S


class World:
    """Samples features with the classifier's answers.

    ``weight`` (1000, f) and ``bias`` (1000,) are the classifier's; ``features`` (n, f) those of training pictures.
    """

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor, features: torch.Tensor) -> None:
        self.weight, self.bias = weight, bias
        self.centre = features.mean(0)
        self.spread = features - self.centre
        covariance = torch.cov(features.T)
        covariance = covariance + RIDGE * torch.diag(covariance.diag())
        self.towards = (weight - weight.mean(0)) @ covariance

    def sample(self, count: int, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        """Return features (count, f) of imagined things and the classifier's probabilities for them (count, 1000)."""
        classes = torch.randint(len(self.towards), (count,), generator=generator)
        others = torch.randint(len(self.spread), (count,), generator=generator)
        far, near = torch.rand(2, count, 1, generator=generator)
        moved = self.centre + near * self.spread[others] + far * FURTHEST * self.towards[classes]
        features = moved.clamp(min=0)  # the last layer's own floor
        return features, self.answers(features)

    def answers(self, features: torch.Tensor) -> torch.Tensor:
        """Return the classifier's probabilities (n, 1000) for features (n, f)."""
        return F.softmax(features @ self.weight.T + self.bias, 1)


def class_vectors(embed: Embed) -> np.ndarray:
    """Return unit vectors of what each of the thousand classes is called, (1000, SAID, d): its names, other words, its gloss."""
    info = ImageNetInfo()
    said = class_wordings(class_names())
    for number, words in enumerate(said):
        gloss = info.index_to_description(number, detailed=True).split(":", 1)[-1].strip()
        said[number] = [*([*words, f"a photo of a {words[0]}"] * SAID)[: SAID - 1], gloss]
    return embed([text for words in said for text in words]).reshape(len(said), SAID, -1)
