"""What the models read of a request: its seeds and the items that a plain search finds around them, each with its metric.

Reconstruction: the paper's model reads a sequence of item embeddings, trained on in-pattern trajectories ordered by predicted
density. Three seeds are a short trajectory, and say little of what lies around them; the index knows more. So the seeds are read
and the NEAR items nearest to their mean, and an item's place in the trajectory is told by its density itself, not by a position.
Items found so are read without labels, whatever their split.
"""

from dataclasses import dataclass

import numpy as np
import torch

from r4t_demo.pattern.task import Task, search, unit

NEAR = 32  # items read around the seeds
MAX_SEEDS = 8  # that are read; of more so many, evenly over their order
MARKS = 3


@dataclass(frozen=True)
class Context:
    """Of B requests: ``rows`` (B, n), the seeds and then what lies near; ``marks`` (B, n, MARKS) and ``attribute`` (B,).

    An item's marks: the predicted density of the attribute there, its cosine with the mean of the seeds, and whether it is one.
    """

    rows: np.ndarray
    marks: np.ndarray
    attribute: np.ndarray

    def tensors(self, vectors: np.ndarray) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """What a model takes: items (B, n, d), marks and attribute."""
        return torch.from_numpy(vectors[self.rows]), torch.from_numpy(self.marks), torch.from_numpy(self.attribute)

    def of(self, chosen: np.ndarray) -> "Context":
        """Some of the requests."""
        return Context(self.rows[chosen], self.marks[chosen], self.attribute[chosen])


def read(task: Task, seeds: np.ndarray, attribute: np.ndarray, density: np.ndarray | None = None) -> Context:
    """The context of seed rows (B, s) and attributes (B,).

    ``density`` (B, n items) is that of each request's attribute; without it all items are as dense. Of more than MAX_SEEDS seeds
    so many are read, evenly over their order.
    """
    places = np.linspace(0, seeds.shape[1] - 1, min(MAX_SEEDS, seeds.shape[1])).round().astype(int)
    mean = unit(task.vectors[seeds].mean(1))
    _, found = search(task.index, mean[:, None], seeds, min(NEAR, len(task.vectors) - seeds.shape[1]))
    rows = np.concatenate([seeds[:, places], found], axis=1)
    dense = np.ones(rows.shape) if density is None else np.take_along_axis(density, rows, 1)
    is_seed = np.broadcast_to(np.arange(rows.shape[1]) < len(places), rows.shape)
    marks = np.stack([dense, np.einsum("bnd,bd->bn", task.vectors[rows], mean), is_seed], axis=-1).astype(np.float32)
    return Context(rows, marks, attribute)
