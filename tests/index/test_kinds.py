"""Which kind of index is chosen, and whether it takes the memory that the choice counts on."""

from dataclasses import replace

import faiss
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from r4t_demo.errors import UserError
from r4t_demo.files import GIB
from r4t_demo.index import kinds
from r4t_demo.index.faiss_index import FaissIndex
from r4t_demo.index.kinds import EXACT_BELOW, Flat, Hnsw, IvfPq, choose, kind_of
from tests.index.rows import unit_rows


def test_small_is_exact_then_a_graph_then_codes() -> None:
    assert choose(99_999, 256, 1) == Flat()
    assert choose(100_000, 256, 4 * GIB) == choose(1_000_000, 256, 4 * GIB) == Hnsw()
    assert choose(1_000_000, 256, GIB) == IvfPq(cells=2048, code_bytes=64)
    assert choose(5_000_000, 256, 4 * GIB) == IvfPq(cells=4096, code_bytes=64)
    with pytest.raises(UserError, match=r"100,000,000 vectors needs 6\.7 GiB of memory and may take 4\.0: raise R4T_MEMORY"):
        choose(100_000_000, 256, 4 * GIB)


@given(st.integers(EXACT_BELOW, 10**8), st.integers(1, 2_048), st.integers(0, 40))
def test_the_choice_fits_the_budget_and_more_memory_never_costs_accuracy(n: int, d: int, gib: int) -> None:
    def rank(budget: int) -> int:
        try:
            kind = choose(n, d, budget)
        except UserError:
            return 0
        assert kind.memory(n, d) <= budget
        return 1 + (kind == Hnsw())

    assert rank(gib * GIB) <= rank((gib + 1) * GIB)


@given(st.integers(EXACT_BELOW, 10**8), st.integers(1, 2_048))
def test_codes_divide_the_numbers_of_a_vector(n: int, d: int) -> None:
    kind = IvfPq.fitted(n, d)
    assert d % kind.code_bytes == 0
    assert 1 <= kind.code_bytes <= max(d // 4, 1)
    assert kind.training_rows() <= 64 * 4 * n**0.5  # 2·sqrt(n) cells, rounded to a power of two


@pytest.mark.parametrize("kind", [Flat(), Hnsw(links=8, ef_construction=20, effort=30), IvfPq(16, 4, effort=70)])
def test_a_kind_is_read_off_its_index(kind: Flat | Hnsw | IvfPq) -> None:
    index = kind.empty(16)
    if kind.training_rows():
        index.train(unit_rows(5_000, 16))
    index.add(unit_rows(5_000, 16))
    if not isinstance(kind, Flat):
        kind.set_effort(index, kind.effort)
    assert kind_of(faiss.deserialize_index(faiss.serialize_index(index))) == kind
    np.testing.assert_array_equal(kind.exact(index).reconstruct_n(0, 5_000), unit_rows(5_000, 16))
    on_disk = faiss.serialize_index(index).nbytes - (4 * 5_000 * 16 if isinstance(kind, IvfPq) else 0)
    assert kind.memory(5_000, 16) == pytest.approx(on_disk, rel=0.15)


@pytest.mark.parametrize("unsettled", [Hnsw(8, 20), IvfPq(64, 1)], ids=["graph", "codes"])
def test_the_effort_is_the_least_that_finds_nearly_all(unsettled: Hnsw | IvfPq, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "EFFORTS", (1, 16, 64, 256, 1_024))
    rows = unit_rows(4_000, 16)
    index = FaissIndex.build(rows, "e", kind=unsettled)
    probes = rows[np.linspace(0, 3_999, kinds.PROBES).astype(int)]
    truth = np.argsort(-probes @ rows.T, axis=1)[:, :10]

    def recall(effort: int | None) -> float:
        found = index.search(probes, 10, effort=effort)[1]
        return float(np.mean([len(set(one) & set(other)) / 10 for one, other in zip(found, truth, strict=True)]))

    settled = index.kind.effort
    assert recall(None) == recall(settled) >= kinds.RECALL
    assert settled > 1 and recall(kinds.EFFORTS[kinds.EFFORTS.index(settled) - 1]) < kinds.RECALL
    assert FaissIndex.build(rows, "e", kind=replace(unsettled, effort=7)).kind.effort == 7, "one that is asked for is kept"


def test_other_indexes_have_no_kind() -> None:
    assert kind_of(faiss.IndexFlatL2(4)) is None
    assert kind_of(faiss.IndexHNSWFlat(4, 8)) is None
    assert kind_of(faiss.IndexScalarQuantizer(4, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)) is None
