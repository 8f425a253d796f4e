"""The run that makes ``clip-mini``, from the published networks to the folder that the app loads."""

import hashlib
import random
from collections.abc import Generator, Iterator, Sequence
from copy import deepcopy
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from r4t_demo import minilm
from r4t_demo.files import write_atomically, write_json
from r4t_demo.train.core.progress import Progress
from r4t_demo.train.data import corpus
from r4t_demo.train.encoder import alignment, network, training_data
from r4t_demo.train.encoder.network import Towers, Words
from r4t_demo.train.encoder.training_data import Embed, Source
from r4t_demo.train.encoder.world import World, class_vectors

SAMPLE = 20_000  # texts whose similarities the text map keeps
# Of the sources, photos, drawings and phone photos in this order: how many pictures of each a step sees, and how many changed
# views of each a fit. ``titles`` is the part of a photo's captions that are its title.
PROBE: dict[str, Any] = {"steps": 500, "counts": (1536, 256, 384), "views": (0, 0, 1), "titles": 0.6}
TUNED: dict[str, Any] = {"steps": 1_500, "counts": (208, 32, 40), "size": 144, "titles": 0.75}
SHARE = 0.6  # of the tuned weights in the average with the published ones
FITTED: dict[str, Any] = {"steps": 1_400, "counts": (1536, 1024, 128), "views": (1, 1, 3), "titles": 0.85, "held": 20.0}


def train(
    data: Path, assets: Path, states: Path, out: Path, words: Sequence[str], steps: int | None = None
) -> Iterator[Progress]:
    """Train the encoder on the photos under ``data`` and the drawings under ``assets``, and write it to ``out``.

    What is finished lies in ``states``, and a killed run goes on there. ``steps`` shortens every stage.
    """
    embed = partial(training_data.kept_vectors, minilm.MiniLM().embed, states / "minilm")
    sources = all_sources(data, assets, embed, states)
    texts = Words(torch.from_numpy(embed(sample_texts(data, assets, words))), torch.from_numpy(class_vectors(embed)))
    trunk, weight, bias = network.published(network.NETWORK)
    before = deepcopy(trunk)
    towers = Towers(trunk, network.leading_axes(texts.sample.numpy()))

    def stage(settings: dict[str, Any]) -> tuple[list[Source], dict[str, Any]]:
        photos, *others = sources
        rest = {name: value for name, value in settings.items() if name in ("counts", "size", "held")}
        meant = replace(photos, chances=training_data.shared(settings["titles"]))
        return [meant, *others], rest | {"steps": steps or settings["steps"]}

    def fitted(settings: dict[str, Any], name: str, seed: int) -> Generator[Progress, None, World]:
        seen = yield from _features(towers, sources, settings["views"], states / f"features-{name}")
        world = World(weight, bias, torch.cat([seen[0][::6, 0], *(part.flatten(0, 1) for part in seen[1:])]).float())
        meant, options = stage(settings)
        yield from alignment.fit(towers, meant, seen, world, texts, states / f"{name}.safetensors", seed=seed, **options)
        return world

    world = yield from fitted(PROBE, "probe", 0)
    meant, options = stage(TUNED)
    yield from alignment.tune(towers, before, meant, world, texts, states / "tuned.safetensors", seed=1, **options)
    towers.trunk = network.averaged(before, towers.trunk, SHARE)
    yield from fitted(FITTED, "projection", 2)
    network.export(towers, out)
    write_json(out / "training.json", record(data, assets), indent=2)


def record(data: Path, assets: Path) -> dict:
    """Return what the run is made of: its stages and the hashes of all that it reads."""
    read = [*sorted((data / "fashion-products").glob("*.parquet")), data / training_data.PHONES, data / corpus.PLAYLISTS]
    read += [assets / "atelier" / name for name in ("items.parquet", "outfits.jsonl", "queries.jsonl")]
    return {
        "command": "python -m r4t_demo train encoder",
        "network": network.NETWORK,
        "stages": {"probe": PROBE, "tuned": TUNED, "share of the tuned": SHARE, "projection": FITTED},
        "sha256": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in read},
    }


def all_sources(data: Path, assets: Path, embed: Embed, cache: Path) -> list[Source]:
    """Return the photos, the drawings and the phone photos."""
    return [
        training_data.photos(data, embed, cache, corpus.held_out_terms(assets)),
        training_data.atelier(assets / "atelier", embed, cache),
        training_data.phones(data, embed, cache),
    ]


def sample_texts(data: Path, assets: Path, words: Sequence[str], seed: int = 0) -> list[str]:
    """Return SAMPLE texts of any subject: everyday words and their combinations, product titles, names of music.

    None holds a held-out term or a held-out word.
    """
    held_out = corpus.held_out_words(list(words))
    rest = corpus.without_words(words, held_out)
    texts = [*rest, *corpus.photo_titles(data), *corpus.combinations(rest, 40_000, seed), *corpus.music_texts(data)]
    clean = corpus.without_terms(corpus.without_words(texts, held_out), corpus.held_out_terms(assets))
    return random.Random(seed).sample(clean, min(SAMPLE, len(clean)))


def _features(
    towers: Towers, sources: Sequence[Source], views: Sequence[int], folder: Path
) -> Generator[Progress, None, list[torch.Tensor]]:
    """The features of every source, each kept in a file of its own once it is whole."""
    found = []
    for number, (source, count) in enumerate(zip(sources, views, strict=True)):
        path = folder / f"{number}.safetensors"
        if not path.exists():
            features = yield from network.trunk_features(towers.trunk, source, count)
            write_atomically(path, partial(save_file, {"features": features}))
        found.append(load_file(path)["features"])
    return found
