"""The encoder's losses, and the two loops that learn by them: on fixed features, and on pictures.

Every loss is taken twice, over all dimensions and over the first ``PREFIX``, which shall serve alone (Kusupati et al.,
"Matryoshka Representation Learning", 2022).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from r4t_demo.torch_guard import mixed_precision
from r4t_demo.train.core.progress import Progress, load_state, one_cycle, save_state
from r4t_demo.train.encoder.augment import augment
from r4t_demo.train.encoder.network import FIXED, Towers, Trunk, Words, nested
from r4t_demo.train.encoder.training_data import Source
from r4t_demo.train.encoder.world import World

SAME = 0.97  # texts as near as this say the same
KEPT, WORLD, KINDS = 60.0, 1.0, 0.5  # weights of the losses, beside 1 for the captions'


def fit(
    towers: Towers, sources: Sequence[Source], features: Sequence[torch.Tensor], world: World, words: Words, state: Path,
    *, counts: Sequence[int], steps: int, held: float = 0.0, rate: float = 1e-3, seed: int = 0,
) -> Iterator[Progress]:  # fmt: skip
    """Fit the head and the text map on ``features`` of the ``sources``, of each (n, views, f); ``counts`` of them a step.

    ``held`` is how strongly pictures of a source without captions stay where the head places them before: of few pictures a fit
    that goes over them many times would learn the pictures themselves.
    """
    seen = torch.cat([part[:, 0].float() for part in features])
    towers.mean.copy_(seen.mean(0))
    towers.deviation.copy_(seen.std(0) + 1e-3)
    before = deepcopy(towers).requires_grad_(False)
    groups = [
        {"params": [towers.text.weight], "share": 0.3},
        {"params": [*towers.head.parameters(), towers.scales], "share": 1.0},
    ]
    learner = nn.ModuleDict({"head": towers.head, "text": towers.text})

    def losses_of(generator: torch.Generator) -> dict[str, torch.Tensor]:
        batch, vectors, moved = [], [], [torch.zeros(())]
        for source, part, count in zip(sources, features, counts, strict=True):
            rows = _draw(source, count, generator)
            views = torch.randint(part.shape[1], (count,), generator=generator)
            batch.append((source, rows))
            shown = part[rows, views].float()
            vectors.append(towers.place(shown, generator))
            if source.captions is None:
                moved.append(1 - F.cosine_similarity(vectors[-1], before.place(shown)).mean())
        imagined, answers = world.sample(512, generator)
        losses = _losses(towers, batch, vectors, words, generator)
        losses["world"] = WORLD * _agree(towers, towers.place(imagined, generator), answers, words, generator)
        return losses | {"held": held * _sum(moved)}

    yield from _learn(towers, learner, groups, losses_of, state, steps, rate, seed)


def tune(
    towers: Towers, before: Trunk, sources: Sequence[Source], world: World, words: Words, state: Path,
    *, counts: Sequence[int], steps: int, size: int, rate: float = 3e-4, seed: int = 0,
) -> Iterator[Progress]:  # fmt: skip
    """Tune the trunk's last stages and the head on pictures at the side ``size``; the text map stays as it is.

    What the published trunk ``before`` answered about the world is asked for all along.
    """
    trunk = towers.trunk.eval()
    for part in (trunk.conv_stem, trunk.bn1, *trunk.blocks[:FIXED]):
        part.requires_grad_(False)
    top = [parameter for parameter in trunk.parameters() if parameter.requires_grad]
    groups = [{"params": top, "share": 1.0}, {"params": [*towers.head.parameters(), towers.scales], "share": 2.0}]
    learner = nn.ModuleDict({"trunk": trunk, "head": towers.head})

    def losses_of(generator: torch.Generator) -> dict[str, torch.Tensor]:
        batch = [(source, _draw(source, count, generator)) for source, count in zip(sources, counts, strict=True)]
        images = [augment(torch.from_numpy(source.pixels[rows]), size, generator) for source, rows in batch]
        with mixed_precision():
            with torch.no_grad():
                low = trunk.blocks[:FIXED](trunk.bn1(trunk.conv_stem(torch.cat(images))))
                old = _top(before, low)
            new = _top(trunk, low)
        new, old = new.float(), old.float()
        losses = _losses(towers, batch, towers.place(new).split(list(counts)), words, generator)
        answer = (new @ world.weight.T + world.bias).log_softmax(1)
        return losses | {"forgotten": F.kl_div(answer, world.answers(old), reduction="batchmean")}

    yield from _learn(towers, learner, groups, losses_of, state, steps, rate, seed)


def _learn(
    towers: Towers, learner: nn.ModuleDict, groups: list[dict[str, Any]],
    losses_of: Callable[[torch.Generator], dict[str, torch.Tensor]], state: Path, steps: int, rate: float, seed: int,
) -> Iterator[Progress]:  # fmt: skip
    """Descend ``losses_of`` a step's generator with AdamW, from where ``state`` says; a group's rate is its share of ``rate``."""
    learner.register_parameter("scales", towers.scales)
    optimizer = torch.optim.AdamW(groups, lr=rate, weight_decay=0.02)
    first = load_state(state, learner, optimizer)
    for step in range(first, steps):
        for group in optimizer.param_groups:
            group["lr"] = rate * group["share"] * one_cycle(step, steps, warmup=50)
        losses = losses_of(torch.Generator().manual_seed(seed * 1_000_003 + step))
        optimizer.zero_grad()
        _sum(losses.values()).backward()
        nn.utils.clip_grad_norm_([one for one in learner.parameters() if one.grad is not None], 1.0)
        optimizer.step()
        if (step + 1) % 50 == 0 or step + 1 == steps:
            save_state(state, learner, optimizer, step + 1)
        if (step + 1) % 10 == 0 or step + 1 == steps:
            yield Progress(state.stem, step + 1, steps, {name: loss.item() for name, loss in losses.items()})


def _losses(
    towers: Towers, batch: Sequence[tuple[Source, np.ndarray]], vectors: Sequence[torch.Tensor], words: Words, generator
) -> dict[str, torch.Tensor]:
    """The losses of pictures at ``vectors``: of captions, of kinds' names, and of what the text map changes."""
    told = [_captions(*part, generator) for part in batch if part[0].captions is not None]
    seen = torch.cat([part for part, (source, _) in zip(vectors, batch, strict=True) if source.captions is not None])
    said, pulls = (torch.cat(parts) for parts in zip(*told, strict=True))
    losses = {"captions": _contrast(towers, seen, said, pulls)}
    told_kinds = (_kinds(towers, *part, seen, generator) for part, seen in zip(batch, vectors, strict=True))
    losses["kinds"] = KINDS * _sum(told_kinds)
    some = words.sample[torch.randint(len(words.sample), (512,), generator=generator)]
    losses["kept"] = KEPT * _sum(F.mse_loss(ours @ ours.T, some @ some.T) for ours in nested(towers.text(some)))
    return losses


def _contrast(towers: Towers, vectors: torch.Tensor, said: torch.Tensor, pulls: torch.Tensor) -> torch.Tensor:
    """InfoNCE of pictures and captions, and an image's pull times 1 - cosine to its caption.

    Captions of a batch that nearly coincide count as the same one, so that two red T-shirts do not repel each other.
    """
    same = (said @ said.T > SAME).float()
    spread, loss = same / same.sum(1, keepdim=True), torch.zeros(())
    for seen, read in zip(nested(vectors), nested(towers.text(said)), strict=True):
        logits = seen @ read.T * towers.scales[0].exp().clamp(max=100)
        contrast = (F.cross_entropy(logits, spread) + F.cross_entropy(logits.T, spread)) / 2
        loss = loss + contrast + 0.25 * (pulls * (1 - (seen * read).sum(1))).mean()
    return loss


def _kinds(towers: Towers, source: Source, rows: np.ndarray, vectors: torch.Tensor, generator) -> torch.Tensor:
    """Zero-shot cross-entropy over the names of a source's kinds, each said in one of its wordings."""
    names = towers.text(_said(torch.from_numpy(source.wordings), generator))
    goal = torch.from_numpy(source.kinds[rows])
    pairs = zip(nested(vectors), nested(names), strict=True)
    return _sum(F.cross_entropy(seen @ name.T * towers.scales[1].exp().clamp(max=100), goal) for seen, name in pairs)


def _agree(towers: Towers, vectors: torch.Tensor, answers: torch.Tensor, words: Words, generator) -> torch.Tensor:
    """Cross-entropy of the zero-shot answer over the thousand classes, each said in one of its wordings, to the classifier's."""
    pairs = zip(nested(vectors), nested(towers.text(_said(words.classes, generator))), strict=True)
    return _sum(F.cross_entropy(seen @ name.T * towers.scales[2].exp().clamp(max=100), answers) for seen, name in pairs)


def _said(wordings: torch.Tensor, generator) -> torch.Tensor:
    """One wording of each (n, d), of ``wordings`` (n, w, d)."""
    choice = torch.randint(wordings.shape[1], (len(wordings),), generator=generator)
    return wordings[torch.arange(len(wordings)), choice]


def _captions(source: Source, rows: np.ndarray, generator) -> tuple[torch.Tensor, torch.Tensor]:
    """One caption's vector for each of the rows (b, d), and the pull towards it (b,)."""
    assert source.captions is not None
    choice = torch.multinomial(torch.tensor(source.chances), len(rows), replacement=True, generator=generator).numpy()
    return torch.from_numpy(source.captions[rows, choice].astype(np.float32)), torch.full((len(rows),), source.pull)


def _draw(source: Source, count: int, generator) -> np.ndarray:
    drawn = torch.multinomial(torch.from_numpy(source.weights), count, replacement=True, generator=generator)
    return drawn.sort().values.numpy()  # in the order of the file


def _top(trunk: Trunk, low: torch.Tensor) -> torch.Tensor:
    return trunk.forward_head(trunk.bn2(trunk.conv_head(trunk.blocks[FIXED:](low))))


def _sum(losses: Iterable[torch.Tensor]) -> torch.Tensor:
    return torch.stack(list(losses)).sum()
