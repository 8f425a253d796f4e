"""The index in Milvus: one client for milvus-lite in the process, a milvus-lite server and a distributed cluster.

A collection holds ``row`` (the key), ``vector`` and ``category``, and, as its properties, whose vectors they are and what
they were made from. It is filled under another name and renamed when it is whole, so that no half-filled one is ever read.
"""

import json
import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from pymilvus import DataType, MilvusClient, MilvusException

from r4t_demo.errors import UserError
from r4t_demo.index.kinds import Hnsw

GRAPH = Hnsw()
MAX_EFFORT = 32_768  # the largest ef that Milvus takes
BATCH = 1_000  # rows a message: a server takes 64 MiB at most
SECONDS = 30  # that a search or a read may take
# milvus-lite hangs up on a client that pings it every ten seconds while idle, as pymilvus does unless told otherwise.
QUIET = {"grpc.keepalive_permit_without_calls": False, "grpc.keepalive_time_ms": 330_000}
ENCODER, SOURCE = "r4t.encoder", "r4t.source"

logging.getLogger("pymilvus").setLevel(logging.CRITICAL)  # it logs a traceback beside every error that it raises


class MilvusIndex:
    """A VectorIndex over one collection."""

    def __init__(self, uri: str, name: str, encoder_id: str | None = None, source: str | None = None):
        """Open a collection; UserError when it is missing, or of another encoder or source than the caller expects."""
        self.uri, self.name = uri, name
        self._client = _connect(uri)
        with _told(uri):
            if not self._client.has_collection(name):
                raise UserError(f"Milvus at '{_shown(uri)}' has no collection '{name}'. {_REFILL}")
            description = self._client.describe_collection(name)
            self._client.load_collection(name)
        self.encoder_id, self.source = (description["properties"].get(key) for key in (ENCODER, SOURCE))
        self.dim: int = next(field["params"]["dim"] for field in description["fields"] if field["name"] == "vector")
        if encoder_id is not None and self.encoder_id != encoder_id:
            raise UserError(
                f"The collection '{name}' was made with the encoder '{self.encoder_id}', not '{encoder_id}'. {_REFILL}"
            )
        if source is not None and self.source != source:
            raise UserError(f"The collection '{name}' was made from another version of the catalogue. {_REFILL}")

    @classmethod
    def exists(cls, uri: str, name: str) -> bool:
        """Whether there is such a collection; UserError when Milvus cannot be reached."""
        client = _connect(uri)
        with _told(uri):
            return client.has_collection(name)

    @classmethod
    def create(
        cls, uri: str, name: str, blocks: Iterable[tuple[np.ndarray, Sequence[str]]], dim: int, encoder_id: str, source: str = ""
    ) -> "MilvusIndex":
        """Fill a new collection, in the place of one of that name.

        ``blocks``: unit vectors (b, dim) and their b categories, for rows 0, 1, 2, … in order.
        """
        client, draft = _connect(uri), f"{name}_filling"
        with _told(uri):
            _drop(client, draft)
            _create(client, draft, dim, {ENCODER: encoder_id, SOURCE: source})
            start = 0
            for vectors, categories in blocks:
                _write(client, draft, range(start, start + len(vectors)), vectors, categories)
                start += len(vectors)
            client.flush(draft)  # until then a search compares every row
            _drop(client, name)
            client.rename_collection(draft, name)
        return cls(uri, name, encoder_id, source)

    def __len__(self) -> int:
        with _told(self.uri):
            return self._client.query(self.name, output_fields=["count(*)"], timeout=SECONDS)[0]["count(*)"]

    def search(
        self, vectors: np.ndarray, n: int, *, effort: int | None = None, categories: Sequence[str] | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """See VectorIndex.search.

        A server keeps the efforts of simultaneous requests apart; milvus-lite sets them on its shared index, so that there
        one request may run with another's.
        """
        ef = min(max(effort or GRAPH.effort, n), MAX_EFFORT)
        wanted = "" if categories is None else f"category in {json.dumps(list(categories), ensure_ascii=False)}"
        with _told(self.uri):
            answers = self._client.search(
                self.name,
                data=list(np.asarray(vectors, dtype=np.float32)),
                limit=n,
                filter=wanted,
                output_fields=["row"],
                search_params={"params": {"ef": ef}},
                timeout=SECONDS,
            )
        shape = (len(answers), max(map(len, answers), default=0))
        scores, rows = np.full(shape, -np.inf, np.float32), np.full(shape, -1, np.int64)
        for place, hits in enumerate(answers):
            scores[place, : len(hits)] = [hit["distance"] for hit in hits]
            rows[place, : len(hits)] = [hit["row"] for hit in hits]
        return scores, rows

    def vectors(self, rows: np.ndarray) -> np.ndarray:
        """See VectorIndex.vectors; UserError for a row that is not there."""
        rows = np.asarray(rows, dtype=np.int64)
        distinct, places = np.unique(rows, return_inverse=True)
        stored = np.empty((len(distinct), self.dim), np.float32)
        for start in range(0, len(distinct), BATCH):
            batch = distinct[start : start + BATCH].tolist()
            with _told(self.uri):
                found = self._client.get(self.name, ids=batch, output_fields=["row", "vector"], timeout=SECONDS)
            by_row = {entity["row"]: entity["vector"] for entity in found}
            if missing := set(batch) - by_row.keys():
                raise UserError(f"The collection '{self.name}' holds no row {min(missing)}. {_REFILL}")
            stored[start : start + len(batch)] = [by_row[row] for row in batch]
        return stored[places].reshape(*rows.shape, self.dim)


_REFILL = "Fill it anew: python -m r4t_demo index --catalog FOLDER --index milvus:URI"


def _connect(uri: str) -> MilvusClient:
    with _told(uri):
        return MilvusClient(uri, timeout=SECONDS, grpc_options=QUIET)


def _create(client: MilvusClient, name: str, dim: int, properties: dict[str, str]) -> None:
    schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("row", DataType.INT64, is_primary=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dim)
    schema.add_field("category", DataType.VARCHAR, max_length=512)
    indexes = client.prepare_index_params()
    graph = {"M": GRAPH.links, "efConstruction": GRAPH.ef_construction}
    indexes.add_index("vector", index_type="HNSW", metric_type="IP", params=graph)
    # Strong: what was written is what the next search sees, on every node.
    client.create_collection(name, schema=schema, index_params=indexes, properties=properties, consistency_level="Strong")


def _write(client: MilvusClient, name: str, rows: Sequence[int], vectors: np.ndarray, categories: Sequence[str]) -> None:
    entities = [
        {"row": int(row), "vector": vector, "category": category}
        for row, vector, category in zip(rows, np.asarray(vectors, dtype=np.float32), categories, strict=True)
    ]
    for start in range(0, len(entities), BATCH):
        client.upsert(name, entities[start : start + BATCH])


def _drop(client: MilvusClient, name: str) -> None:
    if client.has_collection(name):
        client.drop_collection(name)


@contextmanager
def _told(uri: str) -> Iterator[None]:
    """Turn what Milvus reports into one sentence, without the credentials that an address may hold."""
    try:
        yield
    except MilvusException as error:
        reason = " ".join(str(error.message).replace(uri, _shown(uri)).split())
        hint = "check the address and that the server runs, or leave R4T_INDEX empty to use FAISS"
        raise UserError(f"Milvus at '{_shown(uri)}' failed ({reason}): {hint}.") from error


def _shown(uri: str) -> str:
    return re.sub(r"//[^/@]*@", "//", uri)
