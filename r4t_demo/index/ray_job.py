"""``index`` on a Ray cluster: Ray Data deals the shards of ``build.Shards`` out to actors that hold the encoder.

The catalogue's folder and this program have to lie under the same path on every machine. Vectors do not travel: an actor writes
the shards that it embeds, so a run that is cut off goes on like any other, with Ray or without.
"""

import logging
import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
import ray
import ray.data
import torch

from r4t_demo.catalog import Catalog
from r4t_demo.encoder import Encoder
from r4t_demo.errors import UserError
from r4t_demo.files import GIB
from r4t_demo.index.build import IMAGE_WEIGHT, Shards
from r4t_demo.index.kinds import choose


@contextmanager
def connected(address: str) -> Iterator[None]:
    """Within, this process is part of the cluster that its machine belongs to ("auto"), or of a Ray of its own ("local").

    UserError where there is none to reach.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # a Ray of our own tells nobody about itself
    try:
        ray.init(address, include_dashboard=False, logging_level=logging.ERROR)
    except Exception as error:  # Ray raises nearly anything here
        reason = str(error).partition("\n")[0].rstrip(".")
        raise UserError(f"There is no Ray to work with ({reason}): start it with 'ray start', or give --ray local.") from error
    try:
        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = context.print_on_execution_start = False
        logging.getLogger("ray.data").setLevel(logging.ERROR)
        yield
    finally:
        ray.shutdown()


def build_on_ray(
    catalog: Catalog,
    encoder: Encoder,
    batch: int = 64,
    image_weight: float = IMAGE_WEIGHT,
    threads: int = 2,
    budget: int = 4 * GIB,
) -> Iterator[dict[str, int | str]]:
    """``build.build_index`` on the Ray that this process is connected to; yield a record a shard.

    An actor takes ``threads`` cores, and a GPU where the cluster has some; there are as many as find room. OSError where one of
    them cannot read a picture or write a shard.
    """
    kind = choose(len(catalog), encoder.dim, budget)
    shards = Shards(catalog, batch, image_weight)
    shards.begin(encoder)
    step = shards.finished()
    yield shards.record(step)
    if missing := [start for start in shards.starts if not shards.has(start)]:
        for items in _embed(shards, missing, encoder, threads):
            step += items
            yield shards.record(step)
    shards.join(encoder, kind)


def _embed(shards: Shards, missing: list[int], encoder: Encoder, threads: int) -> Iterator[int]:
    """Have the shards embedded, in any order; yield the number of items of each."""
    job = ray.put((shards, encoder, threads))
    rows = [{"start": start} for start in missing]
    embedded = ray.data.from_items(rows, override_num_blocks=len(rows)).map_batches(
        Embedder,
        fn_constructor_args=(job,),
        batch_size=1,
        compute=ray.data.ActorPoolStrategy(),
        num_cpus=threads,
        num_gpus=1 if ray.cluster_resources().get("GPU") else None,
    )
    for row in embedded.iter_rows():
        if row["error"]:
            raise OSError(row["error"])
        yield row["items"]


class Embedder:
    """What an actor does: hold the encoder, on the GPU if it was given one, and embed one shard after the other."""

    def __init__(self, job: ray.ObjectRef):
        torch.set_num_threads(1)  # whole batches run side by side instead
        self.shards, self.encoder, threads = ray.get(job)
        self.pool = ThreadPoolExecutor(threads)

    def __call__(self, batch: dict[str, np.ndarray]) -> dict[str, list]:
        """``start``: of one shard, (1,) int64. Return its number of ``items``, or an ``error`` that is not empty."""
        items, error = 0, ""
        try:
            (items,) = deque(self.shards.embed(int(batch["start"][0]), self.encoder, self.pool), maxlen=1)
        except OSError as found:  # Ray would hide it in an exception of its own
            error = str(found)
        return {"items": [items], "error": [error]}
