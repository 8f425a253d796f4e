"""The three kinds of FAISS index and the rule that chooses one; all keep the whole vectors, so all can search exactly.

How much an approximate search must look at to find nearly all depends on the vectors, so a finished index is measured: it
searches with the least effort that finds what it should.
"""

from dataclasses import dataclass
from math import isqrt

import faiss
import numpy as np
from faiss.contrib.evaluation import knn_intersection_measure

from r4t_demo.errors import UserError
from r4t_demo.files import GIB

EXACT_BELOW = 100_000  # rows: exact search of so few costs milliseconds, so nothing is gained by approximating it
EFFORTS = 100, 200, 400, 800, 1600
CANDIDATES = 16  # of a list that is looked into, are compared exactly
RECALL, PROBES, NEIGHBOURS = 0.98, 200, 10  # the share of that many stored rows' exact neighbours that is to be found


@dataclass(frozen=True)
class Flat:
    """Every vector is compared. There is nothing to set."""

    name = "faiss-flat-ip"

    def memory(self, n: int, d: int) -> int:
        """Bytes that n rows of d float32 take in memory once loaded."""
        return 4 * n * d

    def empty(self, d: int) -> faiss.Index:
        """An index without rows."""
        return faiss.IndexFlatIP(d)

    def training_rows(self) -> int:
        """How many rows the index learns from before it takes any."""
        return 0

    def parameters(self, effort: int | None, n: int, selector: faiss.IDSelector | None) -> faiss.SearchParameters:
        """What FAISS is told for one request of n rows, so that the shared index is never changed."""
        return faiss.SearchParameters(sel=selector)

    def exact(self, index: faiss.Index) -> faiss.Index:
        """The whole vectors inside ``index``, in row order."""
        return index


@dataclass(frozen=True)
class Hnsw:
    """A graph over the whole vectors (Malkov and Yashunin 2016).

    ``effort`` is efSearch, the candidates kept on the walk; 0: measured.
    """

    links: int = 32
    ef_construction: int = 64
    effort: int = 0

    name = "faiss-hnsw-ip"

    def memory(self, n: int, d: int) -> int:
        """Vectors and, at four bytes each, 2·links neighbours at the ground level, a tenth above it, and the offsets."""
        return n * (4 * d + 4 * 2 * self.links * 11 // 10 + 12)

    def empty(self, d: int) -> faiss.Index:
        index = faiss.IndexHNSWFlat(d, self.links, faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efConstruction = self.ef_construction
        return index

    def training_rows(self) -> int:
        return 0

    def set_effort(self, index: faiss.Index, effort: int) -> None:
        """Keep it in the index, and so in its file."""
        index.hnsw.efSearch = effort

    def parameters(self, effort: int | None, n: int, selector: faiss.IDSelector | None) -> faiss.SearchParameters:
        return faiss.SearchParametersHNSW(efSearch=max(effort or self.effort, n), sel=selector)

    def exact(self, index: faiss.Index) -> faiss.Index:
        return faiss.downcast_index(index.storage)


@dataclass(frozen=True)
class IvfPq:
    """Compressed codes in ``cells`` inverted lists (Jégou et al. 2011), the best ranked again by their whole vectors.

    The saved file is mapped: codes are read by every search and so stay in memory, vectors (4·d bytes against
    ``code_bytes``) only while there is room. ``effort`` is the number of candidates that are compared by their whole vectors,
    four for each wanted row at least, out of a list for every CANDIDATES of them; 0: measured.
    """

    cells: int
    code_bytes: int
    effort: int = 0

    name = "faiss-ivfpq-rerank-ip"

    @classmethod
    def fitted(cls, n: int, d: int) -> "IvfPq":
        """About two lists for each of sqrt(n), and a byte for four numbers where d divides so."""
        return cls(cells=2 ** round(np.log2(2 * isqrt(n))), code_bytes=max(m for m in range(1, max(d // 4, 1) + 1) if d % m == 0))

    def memory(self, n: int, d: int) -> int:
        """What every search reads: codes and row numbers, the centres of the lists and those of the codes."""
        return n * (self.code_bytes + 8) + 4 * (self.cells + 256) * d

    def empty(self, d: int) -> faiss.Index:
        lists = faiss.IndexIVFPQ(faiss.IndexFlatIP(d), d, self.cells, self.code_bytes, 8, faiss.METRIC_INNER_PRODUCT)
        return faiss.IndexRefineFlat(lists)

    def training_rows(self) -> int:
        return 64 * max(self.cells, 256)  # FAISS asks for 39 rows a centre at least; a code has 256 centres

    def set_effort(self, index: faiss.Index, effort: int) -> None:
        index.k_factor, faiss.downcast_index(index.base_index).nprobe = effort / NEIGHBOURS, self._lists(effort)

    def parameters(self, effort: int | None, n: int, selector: faiss.IDSelector | None) -> faiss.SearchParameters:
        effort = effort or self.effort
        lists = faiss.SearchParametersIVF(nprobe=self._lists(effort), sel=selector)
        return faiss.IndexRefineSearchParameters(k_factor=max(4, effort / n), base_index_params=lists)

    def exact(self, index: faiss.Index) -> faiss.Index:
        return faiss.downcast_index(index.refine_index)

    def _lists(self, effort: int) -> int:
        return min(-(-effort // CANDIDATES), self.cells)


Kind = Flat | Hnsw | IvfPq


def choose(n: int, d: int, budget: int) -> Kind:
    """The kind for n rows of d numbers in ``budget`` bytes of memory: exact, else a graph, else codes; UserError past these."""
    if n < EXACT_BELOW:
        return Flat()
    for kind in (Hnsw(), IvfPq.fitted(n, d)):
        if kind.memory(n, d) <= budget:
            return kind
    raise UserError(
        f"An index of {n:,} vectors needs {kind.memory(n, d) / GIB:.1f} GiB of memory and may take {budget / GIB:.1f}: "
        "raise R4T_MEMORY, or keep the vectors in Milvus (R4T_INDEX=milvus:URI)."
    )


def measured_effort(index: faiss.Index, kind: Hnsw | IvfPq) -> int:
    """The effort of a finished ``index``: the least of EFFORTS that finds RECALL of what an exact search finds, else the last."""
    exact = kind.exact(index)
    probes = exact.reconstruct_batch(np.linspace(0, index.ntotal - 1, PROBES).astype(np.int64))
    truth = exact.search(probes, NEIGHBOURS)[1]
    for effort in EFFORTS:
        found = index.search(probes, NEIGHBOURS, params=kind.parameters(effort, NEIGHBOURS, None))[1]
        if knn_intersection_measure(found, truth) >= RECALL:
            break
    return effort


def kind_of(index: faiss.Index) -> Kind | None:
    """Read the kind and its parameters off an index; None for one that this program does not make."""
    if index.metric_type != faiss.METRIC_INNER_PRODUCT:
        return None
    if isinstance(index, faiss.IndexFlatIP):
        return Flat()
    if isinstance(index, faiss.IndexHNSWFlat):
        return Hnsw(index.hnsw.nb_neighbors(1), index.hnsw.efConstruction, index.hnsw.efSearch)
    if isinstance(index, faiss.IndexRefineFlat) and isinstance(lists := faiss.downcast_index(index.base_index), faiss.IndexIVFPQ):
        return IvfPq(lists.nlist, lists.pq.M, round(index.k_factor * NEIGHBOURS))
    return None
