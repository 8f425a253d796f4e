"""The engine over a tiny catalogue: real search and baselines, stand-ins for the trained parts."""

import json
import subprocess
import sys
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from r4t_demo import rewards
from r4t_demo.catalog import Catalog
from r4t_demo.encoder import Encoder
from r4t_demo.engine import Engine, deal
from r4t_demo.errors import UserError
from r4t_demo.fanout import language_model
from r4t_demo.fanout.registry import METHODS
from r4t_demo.index.build import build_index
from r4t_demo.index.faiss_index import FaissIndex
from r4t_demo.settings import ROOT, Settings
from r4t_demo.train.diffusion.edm import save as save_diffusion
from tests.doubles import COLOURS, HashEncoder, write_catalog
from tests.tiny_models import SIGLIP, save_adapter, save_folm, tiny_denoiser, tiny_folm, write_clip, write_words

QUERIES = ["bohemian festival", "gothic red dress", "navy scarf"]


def test_answers_come_query_by_query(engine: Engine) -> None:
    results = engine.run(QUERIES, ["none", "folm", "diffusion"], k=6, n=3)
    assert [(r.query, r.method) for r in results] == [(q, m) for q in QUERIES for m in ("none", "folm", "diffusion")]
    for result in results:
        assert len(result.items) == len(result.sub_queries) == len(result.vectors) <= 6
        assert all(len(hits) == 3 for hits in result.items)


def test_hits_are_the_nearest_items_of_each_direction(engine: Engine) -> None:
    stored = engine.index.vectors(np.arange(len(engine.index)))
    for result in engine.run(QUERIES, ["folm", "mmr"], k=5, n=4):
        exact = result.vectors @ stored.T
        for direction, hits in zip(exact, result.items, strict=True):
            np.testing.assert_allclose([hit.score for hit in hits], np.sort(direction)[::-1][:4], atol=1e-5)
            for hit in hits:
                assert hit.item is engine.catalog.items[hit.row]
                assert hit.score == pytest.approx(float(direction[hit.row]), abs=1e-5)


def test_an_item_or_a_picture_asks_as_words_do(engine: Engine) -> None:
    """Directions are sought around its own embedding, and who reads words reads the title of what is nearest to it."""
    item = engine.catalog["gothic-red-hat"]
    red = Image.new("RGB", (9, 7), COLOURS["red"])
    methods = ["none", "folm", "diffusion"]
    answers = engine.run(["navy scarf", item, red], methods, k=4, n=2)
    assert [answer.method for answer in answers] == methods * 3
    words, by_item, by_picture = (answers[start : start + 3] for start in (0, 3, 6))
    alone = engine.run(["navy scarf"], methods, k=4, n=2)
    assert [answer.sub_queries for answer in words[::2]] == [answer.sub_queries for answer in alone[::2]]
    assert {answer.query for answer in by_item} == {"gothic red hat"} and by_item[0].items[0][0].item is item
    np.testing.assert_allclose(by_item[2].query_vector, engine.index.vectors(np.array([engine.catalog.row(item.item_id)]))[0])
    np.testing.assert_allclose(by_picture[2].query_vector, engine.encoder.encode_images([red])[0])
    nearest = by_picture[0].items[0][0].item
    assert {answer.query for answer in by_picture} == {nearest.title}
    assert all(text.startswith(nearest.title) for text in by_picture[1].sub_queries)
    assert engine.search(red, 1)[0].item is nearest


def test_an_item_of_another_catalogue_is_a_sentence(engine: Engine) -> None:
    with pytest.raises(UserError, match="has no item 'elsewhere'"):
        engine.run([replace(engine.catalog.items[0], item_id="elsewhere")], ["none"])


def test_a_distinct_answer_lists_no_item_twice(engine: Engine) -> None:
    plain = engine.run(QUERIES, ["folm", "diffusion"], k=5, n=3)
    for before, result in zip(plain, engine.run(QUERIES, ["folm", "diffusion"], k=5, n=3, distinct=True), strict=True):
        listed = [hit.row for hits in result.items for hit in hits]
        assert len(listed) == len(set(listed)) == 3 * len(result.items)
        assert result.items[0][0] == before.items[0][0], "the first direction keeps its first item"
        assert result.scores == before.scores and result.sub_queries == before.sub_queries
        stored = engine.index.vectors(np.arange(len(engine.index)))
        for place, hits in enumerate(result.items):
            taken = [other[0].row for other in result.items[:place]]
            best = np.delete(result.vectors[place] @ stored.T, taken).max()
            assert hits[0].score == pytest.approx(float(best), abs=1e-5)


def test_items_are_dealt_in_rounds() -> None:
    def hits(rows: str) -> list[SimpleNamespace]:
        return [SimpleNamespace(row=row) for row in rows]

    def dealt(found: list[str], n: int) -> list[str]:
        return ["".join(hit.row for hit in own) for own in deal([hits(rows) for rows in found], n)]

    assert dealt(["abc", "def"], 2) == ["ab", "de"]
    assert dealt(["abc", "abc", "abc"], 1) == ["a", "b", "c"]
    assert dealt(["abcd", "bacd"], 2) == ["ac", "bd"], "what a direction finds first is its own before another takes a second"
    assert dealt(["ab", "ab", "ab"], 1) == ["a", "b", ""], "nothing is left"


def test_scores_are_the_rewards_over_the_items_found_first(engine: Engine) -> None:
    for result in engine.run(QUERIES, ["folm", "diffusion"], k=7):
        top = engine.index.vectors(np.array([hits[0].row for hits in result.items]))
        assert result.scores["diversity"] == pytest.approx(float(rewards.diversity(top, 7)))
        assert result.scores["content_alignment"] == pytest.approx(float(rewards.alignment(top, result.query_vector)))
        if result.is_text:
            present = len(result.vectors) / 7
            ground, aligned = rewards.groundedness(result.vectors, top), rewards.alignment(result.vectors, result.query_vector)
            assert result.scores["groundedness"] == pytest.approx(present * float(ground))
            assert result.scores["alignment"] == pytest.approx(present * float(aligned))
        else:
            assert result.scores["groundedness"] is result.scores["alignment"] is None


def test_times_add_up(engine: Engine) -> None:
    for result in engine.run(QUERIES, [name for name, method in METHODS.items() if not method.tuned]):
        assert result.ms["total"] == pytest.approx(sum(result.ms[part] for part in ("encode", "fanout", "search")))
        assert all(value > 0 for value in result.ms.values())
    folm = engine.run(["x"], ["folm"])[0]
    assert folm.ms["fanout"] == pytest.approx(2.0)  # what the stand-in reports
    assert folm.ms["encode"] > 1.0


def test_the_seed_decides(engine: Engine) -> None:
    first, again, other = (engine.run(QUERIES, ["folm"], seed=seed) for seed in (1, 1, 2))
    assert [r.sub_queries for r in first] == [r.sub_queries for r in again]
    assert [r.sub_queries for r in first] != [r.sub_queries for r in other]


def test_options_go_to_the_methods_that_take_them(engine: Engine) -> None:
    engine.run(["x"], ["none", "folm", "diffusion", "diffusion-teacher"], steps=7, variety=-0.5)
    assert engine.fanouts["diffusion"].options == {"variety": -0.5}, "the student makes one call"
    assert engine.fanouts["diffusion-teacher"].options == {"steps": 7, "variety": -0.5}
    engine.run(["x"], ["diffusion-teacher"])
    assert engine.fanouts["diffusion-teacher"].options == {}, "at rest every method is asked as it was trained"


@pytest.mark.parametrize(
    ("queries", "options", "sentence"),
    [
        (["  "], {}, "The query is empty: type a few words"),
        ([], {}, "The query is empty"),
        (["fine", "\n"], {}, "The query is empty"),
        (["x" * 10_000], {}, "The query is 10,000 characters long: at most 500"),
        (["x"], {"k": 0}, "The number of directions is 0: it must be between 1 and 10"),
        (["x"], {"k": 11}, "between 1 and 10"),
        (["x"], {"n": 51}, "The number of items is 51: it must be between 1 and 50"),
        (["x"], {"steps": 0}, "The number of sampler steps is 0"),
        (["x"], {"variety": 1.5}, "The variety is 1.5: it must be between -1 .closer to the request. and 1 .more variety."),
        (["x"], {"variety": float("nan")}, "The variety is nan"),
        (["x"], {"seed": -1}, "The seed is -1: it must be between 0"),
        (
            ["x"],
            {"methods": ["magic"]},
            "There is no method 'magic': choose from none, mmr, kmeans, template, zero-shot, sft, best-of-5, folm, folm-before",
        ),
        (["x"], {"methods": ["mmr:2"]}, "'mmr:2' is no method: write a number between 0 and 1"),
        (["x"], {"methods": ["mmr:big"]}, "'mmr:big' is no method"),
    ],
)
def test_bad_input_is_told_in_a_sentence(engine: Engine, queries: list[str], options: dict, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        engine.run(queries, **options)


def test_the_longest_query_and_unusual_letters(engine: Engine) -> None:
    for query in ("x" * 500, "сарафан в стиле бохо", "👗✨", "<b>robe</b> d'été; DROP TABLE", "a\tb\nc"):
        assert len(engine.run([query], ["none"])[0].items) == 10


def test_mmr_by_hand(engine: Engine) -> None:
    near, far = (engine.run(["gothic look"], [name], k=8)[0] for name in ("mmr:1", "mmr:0.1"))
    assert far.scores["diversity"] > near.scores["diversity"]
    assert near.scores["content_alignment"] > far.scores["content_alignment"]
    assert near.method == "mmr:1"


def test_methods_without_a_checkpoint_or_its_language_model_are_left_out(
    catalog: Catalog, index: FaissIndex, encoder: HashEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, plain = Engine(Settings(checkpoints=tmp_path), catalog, index, encoder), ["none", "mmr", "kmeans", "template"]
    monkeypatch.setattr(language_model, "packed_file", lambda: None)
    monkeypatch.setattr(language_model, "SMOLLM2", "made/nowhere")
    assert list(engine.methods()) == plain
    below = str(tmp_path / "below")
    monkeypatch.setattr(language_model, "SMOLLM2", below)
    (tmp_path / "folm-sft").mkdir()
    (tmp_path / "folm-sft" / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": below}))
    assert list(engine.methods()) == plain, "the model below the adapter is not here"
    (tmp_path / "below").mkdir()
    assert list(engine.methods()) == [*plain, "zero-shot", "sft", "best-of-5"]
    with pytest.raises(UserError, match=r"The method 'folm' needs '.*folm-mini', which is missing: run make checkpoints"):
        engine.run(["x"], ["folm"])
    with pytest.raises(UserError, match=r"'.*diffusion-base', which is missing: run python -m r4t_demo train STEP --from sft"):
        engine.run(["x"], ["diffusion-base"])


def test_similar_items(engine: Engine) -> None:
    hits = engine.similar("gothic-black-boots", 5)
    assert len(hits) == 5
    assert "gothic-black-boots" not in [hit.item.item_id for hit in hits]
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len(engine.similar("gothic-black-boots", 50)) == 47  # all others
    with pytest.raises(UserError, match="no item 'sofa'"):
        engine.similar("sofa")
    with pytest.raises(UserError, match="The number of items is 0"):
        engine.similar("gothic-black-boots", 0)


@pytest.mark.parametrize("category", [None, "boots", "hat"])
def test_plain_search_finds_the_nearest_of_a_category(engine: Engine, category: str | None) -> None:
    exact = engine.encoder.encode_text(["gothic red boots"])[0] @ engine.index.vectors(np.arange(48)).T
    rows = [row for row, item in enumerate(engine.catalog.items) if category in (None, item.category)]
    best = sorted(rows, key=lambda row: -exact[row])
    for n in (1, 5, 50):
        hits = engine.search(" gothic red boots ", n, category)
        np.testing.assert_allclose([hit.score for hit in hits], exact[best[:n]], atol=1e-5)
        assert {hit.row for hit in hits} <= set(rows)
    near = engine.similar("gothic-red-boots", 50, category)
    assert {hit.row for hit in near} == {row for row in rows if engine.catalog.items[row].item_id != "gothic-red-boots"}


def test_plain_search_refuses_in_a_sentence(engine: Engine) -> None:
    for asked, sentence in (
        ((" ",), "The query is empty"),
        (("x" * 501,), "501 characters long"),
        (("x", 51), "The number of items is 51: it must be between 1 and 50"),
        (("x", 5, "sofa"), "'tiny' has no category 'sofa': choose from belt, boots, dress, handbag, hat, scarf.$"),
    ):
        with pytest.raises(UserError, match=sentence):
            engine.search(*asked)


def test_of_many_categories_a_sentence_names_some(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("r4t_demo.engine.MAX_TOLD", 2)
    with pytest.raises(UserError, match="choose from belt, boots …$"):
        engine.search("x", 5, "sofa")


def test_the_setting_chooses_the_index(engine: Engine, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Encoder, "load", classmethod(lambda cls, name: HashEncoder()))
    chosen = {"faiss": "", "milvus": f"milvus:{tmp_path / 'lite.db'}"}
    loaded = {name: Engine.load(replace(engine.settings, index=index)) for name, index in chosen.items()}
    assert isinstance(loaded["faiss"].index, FaissIndex)
    assert not isinstance(loaded["milvus"].index, FaissIndex)
    faiss, milvus = (loaded[name].run(QUERIES, ["none", "mmr"], k=6) for name in chosen)
    for a, b in zip(faiss, milvus, strict=True):
        assert [hit.row for hits in a.items for hit in hits] == [hit.row for hits in b.items for hit in hits]
        assert a.scores == pytest.approx(b.scores, abs=1e-5)


def test_an_index_of_another_size_is_refused(catalog: Catalog, encoder: HashEncoder) -> None:
    with pytest.raises(UserError, match="has 1 rows for 48 items"):
        Engine(Settings(), catalog, FaissIndex.build(encoder.encode_text(["x"]), encoder.id), encoder)
    wide = FaissIndex.build(np.eye(48, 64, dtype=np.float32), encoder.id)
    with pytest.raises(UserError, match="The index of 'tiny' has 64 dimensions, and the encoder hash-48 gives 48: make it again"):
        Engine(Settings(), catalog, wide, encoder)


def test_another_encoder_by_a_setting(encoder: HashEncoder, tmp_path: Path) -> None:
    """It searches an index of its own; what was made or trained for the former one is refused by name and width. A language
    model writes words, which any encoder reads."""
    write_clip(tmp_path / "siglip", SIGLIP)
    write_words(tmp_path / "siglip")
    folm = tiny_folm(encoder)
    save_adapter(folm, save_folm(folm, tmp_path / "below"), tmp_path / "folm-mini")
    save_diffusion(
        tiny_denoiser(encoder.id, dim=encoder.dim), ["boots"], encoder.encode_text(["boots"]), tmp_path / "diffusion-mini"
    )
    shop = Catalog.load(write_catalog(tmp_path / "shop"))
    deque(build_index(shop, encoder), maxlen=0)
    settings = Settings(catalog=str(shop.root), encoder=f"local-dir:{tmp_path / 'siglip'}", checkpoints=tmp_path)
    with pytest.raises(UserError, match="was made with the encoder 'hash-48', not 'siglip'"):
        Engine.load(settings)
    deque(build_index(shop, Encoder.load(settings.encoder)), maxlen=0)
    engine = Engine.load(settings)
    answers = engine.run(["boho hat"], ["none", "mmr", "kmeans", "template"], k=4)
    assert [answer.vectors.shape for answer in answers] == [(4, 64)] * 4
    [written] = engine.run(["boho hat"], ["folm"], k=4)
    assert written.is_text and written.vectors.shape == (len(written.sub_queries), 64)
    with pytest.raises(UserError, match=r"trained for the encoder hash-48 \(48 dimensions\), not for siglip \(64\)\."):
        engine.run(["boho hat"], ["diffusion"])
    assert "folm" in engine.methods() and "diffusion" not in engine.methods()


def test_threads_get_the_answers_that_one_gets(engine: Engine) -> None:
    alone = [engine.run([query], ["none", "mmr", "folm"]) for query in QUERIES]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda query: engine.run([query], ["none", "mmr", "folm"]), QUERIES * 8))
    for i, results in enumerate(together):
        for a, b in zip(alone[i % 3], results, strict=True):
            assert a.sub_queries == b.sub_queries
            assert [[hit.row for hit in hits] for hits in a.items] == [[hit.row for hit in hits] for hits in b.items]


def test_the_engine_alone_loads_neither_the_page_nor_training() -> None:
    code = """
import sys
import r4t_demo.engine
print(sorted(name for name in sys.modules if name.split(".")[0] in ("gradio", "peft") or name.startswith("r4t_demo.train")))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout == "[]\n", done.stdout
