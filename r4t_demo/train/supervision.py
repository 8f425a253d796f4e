"""The frozen FOLM writes the diffusion retriever's training data: pairs of a query embedding and a target set."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

from r4t_demo.errors import UserError
from r4t_demo.fanout.folm import Folm
from r4t_demo.fanout.words import core_of
from r4t_demo.files import write_atomically
from r4t_demo.index.base import VectorIndex
from r4t_demo.train.progress import Progress

FRAME = {"a", "and", "aesthetic", "clothes", "for", "in", "look", "outfit", "style", "the", "with"}  # name no garment alone


def write(
    folm: Folm,
    queries: Sequence[str],
    index: VectorIndex,
    out: Path,
    *,
    samples: int = 16,
    batch: int = 160,
    k: int = 10,
    seed: int = 0,
) -> Iterator[Progress]:
    """Sample lists at temperature 0.9 and keep, for each, the rows of the items that its sub-queries find first.

    OAR targets are the embeddings of retrieved content. A list with fewer than k distinct sub-queries is left out. Writes one
    shard a batch of queries, ``shard-00000.safetensors`` with ``query`` (n,) int64 into ``queries`` and ``rows`` (n, k) int64
    into the index, and ``shard-00000.txt`` with what the sub-queries add to their query; a finished shard is not written again,
    so the work resumes.
    """
    vectors = folm.encoder.encode_text(queries)
    total = -(-len(queries) // batch)
    for shard in range(total):
        path = out / f"shard-{shard:05d}.safetensors"
        if path.exists():
            continue
        part = range(shard * batch, min(len(queries), (shard + 1) * batch))
        sampled = folm.sample_lists([queries[i] for i in part], vectors[part], k, samples, seed=seed * 1_000_003 + shard)
        pairs = [(i, texts) for i, lists in zip(part, sampled, strict=True) for texts in lists if len(texts) == k]
        texts = list(dict.fromkeys(text for _, sub_queries in pairs for text in sub_queries))  # a query's lists share many
        found = dict(zip(texts, index.search(folm.encoder.encode_text(texts), 1)[1][:, 0], strict=True))
        rows = np.array([found[text] for _, sub_queries in pairs for text in sub_queries], np.int64).reshape(-1, k)
        named = dict.fromkeys(garment_words(text, queries[i]) for i, sub_queries in pairs for text in sub_queries)
        bank = "".join(f"{text}\n" for text in named if text)
        write_atomically(
            path.with_suffix(".txt"), lambda temporary, bank=bank: temporary.write_text(bank, encoding="utf-8") and None
        )
        tensors = {"query": np.array([i for i, _ in pairs], np.int64), "rows": rows}
        write_atomically(path, lambda temporary, tensors=tensors: save_file(tensors, temporary))
        distinct = sum(len(set(row)) for row in rows) / max(1, len(rows))
        yield Progress("supervision", shard + 1, total, {"pairs": len(pairs), "distinct_items": distinct})


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


def read(folder: Path) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Return query numbers (n,), target rows (n, k) and the bank of phrases, most frequent over the shards first.

    The bank keeps what half of the shards hold or more: the rest are slips of the pen, such as a brand without a garment.
    """
    shards = sorted(folder.glob("shard-*.safetensors"))
    if not shards:
        raise UserError(f"There are no training pairs in {folder}. Write them: python -m r4t_demo train supervision")
    tensors = [load_file(shard) for shard in shards]
    counts: dict[str, int] = {}
    for shard in shards:
        for text in shard.with_suffix(".txt").read_text(encoding="utf-8").splitlines():
            counts[text] = counts.get(text, 0) + 1
    bank = sorted((text for text in counts if 2 * counts[text] >= len(shards)), key=lambda text: -counts[text])
    return np.concatenate([t["query"] for t in tensors]), np.concatenate([t["rows"] for t in tensors]), bank


def widen(query_of: np.ndarray, rows: np.ndarray, slots: int) -> tuple[np.ndarray, np.ndarray]:
    """Give every set (n, k) spare rows from the next list of its query, so that it fills ``slots`` of the retriever.

    Lists whose query has no second list, or none with enough items of its own, are left out.
    """
    of, wide = [], []
    for query in np.unique(query_of):
        lists = rows[query_of == query]
        for own, other in zip(lists, np.roll(lists, -1, axis=0), strict=True):
            spare = [row for row in dict.fromkeys(other.tolist()) if row not in own][: slots - len(own)]
            if len(own) + len(spare) == slots:
                of.append(query)
                wide.append([*own, *spare])
    return np.array(of, np.int64), np.array(wide, np.int64).reshape(-1, slots)
