"""The frozen FOLM writes the diffusion retriever's training data: pairs of a query embedding and a target set.

A folder of pairs holds ``manifest.json``, and for each batch of queries ``shard-00000.safetensors`` and ``shard-00000.txt``.
The manifest has the ``settings`` that every shard was written with (the queries by their hash, the policy by its weights'), and
under ``shards`` what each finished one holds; a shard that is not listed there is written again, so the work resumes.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, cycle, islice
from pathlib import Path
from typing import Any, Literal

import numpy as np
from safetensors.numpy import load_file, save_file

from r4t_demo.encoder import Encoder
from r4t_demo.errors import UserError
from r4t_demo.fanout.base import core_of
from r4t_demo.fanout.compiled import digest_of
from r4t_demo.fanout.folm import Folm
from r4t_demo.files import write_atomically, write_json, write_text
from r4t_demo.index.base import VectorIndex
from r4t_demo.train.core.progress import Progress
from r4t_demo.train.folm.soft_grpo import Reward

MANIFEST = "manifest.json"
# Between the 0.3 of a visitor's list and the paper's 0.9, at which a small model's lists suit less (docs/design-notes.md). Two
# lists of a query must differ, though: each fills up the other's set.
TEMPERATURE = 0.5
FRAME = {"a", "and", "aesthetic", "clothes", "for", "in", "look", "outfit", "style", "the", "with"}  # name no garment alone


@dataclass(frozen=True)
class Best:
    """A filter: of each query's lists the ``keep`` that ``reward`` likes best go on."""

    keep: int
    reward: Reward


@dataclass(frozen=True)
class Pairs:
    """Training pairs: ``query_of`` (n,) into the queries, ``rows`` (n, k) into ``targets`` (t, d), unit rows; phrases."""

    query_of: np.ndarray
    rows: np.ndarray
    targets: np.ndarray
    bank: list[str]


def write(
    folm: Folm,
    queries: Sequence[str],
    index: VectorIndex,
    out: Path,
    *,
    targets: Literal["content", "text"] = "content",
    samples: int = 16,
    best: Best | None = None,
    batch: int = 128,
    k: int = 10,
    seed: int = 0,
) -> Iterator[Progress]:
    """Sample lists at ``TEMPERATURE`` and keep, for each, the vectors that its sub-queries stand for (R4T, "Supervision").

    ``targets``: "content" is the item that a sub-query finds first (OAR), "text" its own embedding (WSCR). A list with fewer than
    k distinct sub-queries is left out, and so is what ``best`` does not keep; the records tell the reward before and after it.

    A shard has ``query`` (n,) int64 into ``queries`` and ``rows`` (n, k) int64, into the index for content, else into its own
    ``targets`` (t, d) float16; its text file has what the sub-queries add to their query. UserError where ``out`` was written
    with other settings.
    """
    manifest = _begin(out, _settings(folm, queries, index, targets, samples, best, batch, k, seed))
    vectors = folm.encoder.encode_text(queries)
    total = -(-len(queries) // batch)
    for shard in range(total):
        path = out / f"shard-{shard:05d}.safetensors"
        if path.stem in manifest["shards"] and path.exists():
            continue
        part = range(shard * batch, min(len(queries), (shard + 1) * batch))
        sampled = folm.sample_lists(
            [queries[i] for i in part], vectors[part], k, samples, seed=seed * 1_000_003 + shard, temperature=TEMPERATURE
        )
        pairs = [(i, texts) for i, lists in zip(part, sampled, strict=True) for texts in lists if len(texts) == k]
        counts: dict[str, float | str] = {"lists": len(part) * samples, "whole_lists": len(pairs)}
        if best and pairs:
            pairs, rewarded = _best(pairs, best, vectors, index, folm.encoder, k)
            counts |= rewarded
        texts = list(dict.fromkeys(text for _, sub_queries in pairs for text in sub_queries))  # a query's lists share many
        embedded = folm.encoder.encode_text(texts)
        places = index.search(embedded, 1)[1][:, 0] if targets == "content" else range(len(texts))
        place_of = dict(zip(texts, places, strict=True))
        rows = np.array([place_of[text] for _, sub_queries in pairs for text in sub_queries], np.int64).reshape(-1, k)
        named = dict.fromkeys(garment_words(text, queries[i]) for i, sub_queries in pairs for text in sub_queries)
        bank = "".join(f"{text}\n" for text in named if text)
        write_text(path.with_suffix(".txt"), bank)
        tensors = {"query": np.array([i for i, _ in pairs], np.int64), "rows": rows}
        tensors |= {"targets": embedded.astype(np.float16)} if targets == "text" else {}
        write_atomically(path, partial(save_file, tensors))
        counts |= {"pairs": len(pairs), "distinct_targets": sum(len(set(row)) for row in rows) / max(1, len(rows))}
        manifest["shards"][path.stem] = counts
        _save(out, manifest)
        yield Progress("supervision", shard + 1, total, counts)


def _best(
    pairs: list[tuple[int, list[str]]], best: Best, vectors: np.ndarray, index: VectorIndex, encoder: Encoder, k: int
) -> tuple[list[tuple[int, list[str]]], dict[str, float]]:
    """The pairs that the filter keeps, in their order, and the mean reward of all and of those."""
    asked = [i for i, _ in pairs]
    judged = best.reward([texts for _, texts in pairs], asked, vectors[asked], index, encoder, k)
    reward = judged.parts @ np.asarray(best.reward.weights)
    rows_of: dict[int, list[int]] = {}
    for row in np.argsort(-reward, kind="stable").tolist():
        rows_of.setdefault(asked[row], []).append(row)
    kept = sorted(row for rows in rows_of.values() for row in rows[: best.keep])
    return [pairs[row] for row in kept], {"reward": float(reward.mean()), "reward_kept": float(reward[kept].mean())}


def _settings(
    folm: Folm, queries: Sequence[str], index: VectorIndex, targets: str, samples: int, best: Best | None, batch: int,
    k: int, seed: int,
) -> dict[str, Any]:  # fmt: skip
    """Everything that shapes the shards, as a JSON value."""
    kept = best and {"keep": best.keep, "reward": list(best.reward.names), "weights": list(best.reward.weights)}
    return {
        "targets": targets, "samples": samples, "temperature": TEMPERATURE, "filter": kept, "batch": batch, "k": k, "seed": seed,
        "encoder": folm.encoder.id, "policy": digest_of(folm.model), "items": len(index), **_asked(queries),
    }  # fmt: skip


def _asked(queries: Sequence[str]) -> dict[str, Any]:
    return {"queries": len(queries), "queries_sha256": hashlib.sha256("\n".join(queries).encode()).hexdigest()}


def _begin(out: Path, settings: dict[str, Any]) -> dict:
    """The manifest of the folder, which is begun where there is none. UserError where other settings wrote in it."""
    if not (out / MANIFEST).is_file():
        if any(out.glob("shard-*")):
            raise UserError(f"'{out}' holds training pairs without a {MANIFEST}, so nobody knows whose: remove it and try again.")
        _save(out, {"settings": settings, "shards": {}})
    manifest = _manifest(out)
    if other := [name for name, value in settings.items() if manifest["settings"].get(name) != value]:
        raise UserError(f"'{out}' was written with other settings ({', '.join(other)}): remove it, or name another folder.")
    return manifest


def _manifest(folder: Path) -> dict:
    return json.loads((folder / MANIFEST).read_text(encoding="utf-8"))


def _save(out: Path, manifest: dict) -> None:
    write_json(out / MANIFEST, manifest, sort_keys=True)


def garment_words(sub_query: str, query: str) -> str:
    """Return a sub-query without the words of the query that it builds on: "rainy sunday wool coat" -> "wool coat".

    One query's words would puzzle as the reading of another query's direction. Empty where nothing is left.
    """
    words = re.sub(rf"(?<!\w){re.escape(core_of(query))}(?!\w)", " ", sub_query).split()  # whole words: "red" is not in "layered"
    while words and words[0] in FRAME:
        words.pop(0)
    while words and words[-1] in FRAME:
        words.pop()
    return " ".join(words)


def read(folder: Path, queries: Sequence[str], index: VectorIndex, encoder_id: str) -> Pairs:
    """Return the pairs of a finished folder; its bank has the most frequent phrases over the shards first.

    The bank keeps what half of the shards hold or more: the rest are slips of the pen, such as a brand without a garment.
    UserError where nothing is there, a part is missing, or the pairs are those of other ``queries`` or of another encoder.
    """
    if not (folder / MANIFEST).is_file():
        raise UserError(f"There are no training pairs in {folder}. Write them: python -m r4t_demo train supervision")
    manifest = _manifest(folder)
    settings, names = manifest["settings"], sorted(manifest["shards"])
    for what, expected in {"encoder": encoder_id, **_asked(queries)}.items():
        if settings[what] != expected:
            raise UserError(f"The training pairs in {folder} are of other settings ({what}): remove them and write them again.")
    if len(names) < -(-len(queries) // settings["batch"]):
        raise UserError(
            f"The training pairs in {folder} are not finished: python -m r4t_demo train supervision goes on with them."
        )
    tensors = [load_file(folder / f"{name}.safetensors") for name in names]
    rows = [shard["rows"] for shard in tensors]
    if settings["targets"] == "content":
        targets = index.vectors(np.arange(len(index)))
    else:
        starts = np.cumsum([0, *(len(shard["targets"]) for shard in tensors)])
        rows = [shard + start for shard, start in zip(rows, starts, strict=False)]
        targets = np.concatenate([shard["targets"] for shard in tensors]).astype(np.float32)
        targets /= np.linalg.norm(targets, axis=1, keepdims=True)  # half precision rounds
    counts: dict[str, int] = {}
    for name in names:
        for text in (folder / f"{name}.txt").read_text(encoding="utf-8").splitlines():
            counts[text] = counts.get(text, 0) + 1
    bank = sorted((text for text in counts if 2 * counts[text] >= len(names)), key=lambda text: -counts[text])
    return Pairs(np.concatenate([shard["query"] for shard in tensors]), np.concatenate(rows), targets, bank)


def widen(query_of: np.ndarray, rows: np.ndarray, slots: int, repeat: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Give every set (n, k) spare rows from the next list of its query, so that it fills ``slots`` of the retriever.

    Lists whose query has no second list, or none with enough items of its own, are left out; or, with ``repeat``, rows of that
    list come twice.
    """
    of, wide = [], []
    for query in np.unique(query_of):
        lists = rows[query_of == query]
        for own, other in zip(lists, np.roll(lists, -1, axis=0), strict=True):
            spare = [row for row in dict.fromkeys(other.tolist()) if row not in own]
            spare = list(islice(chain(spare, cycle(other.tolist()) if repeat else ()), slots - len(own)))
            if len(own) + len(spare) == slots:
                of.append(query)
                wide.append([*own, *spare])
    return np.array(of, np.int64), np.array(wide, np.int64).reshape(-1, slots)
