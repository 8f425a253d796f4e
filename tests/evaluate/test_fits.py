"""Counting what is told not to fit."""

from types import SimpleNamespace

import numpy as np
import pytest

from r4t_demo.domains import Domains, Fit
from r4t_demo.errors import UserError
from r4t_demo.evaluate import fits
from r4t_demo.evaluate.fits import Asked
from r4t_demo.settings import ROOT


def test_folded_requests_are_counted_on_both_sides(monkeypatch):
    told = {"dress": 0.9, "boots": 0.05, "pizza": 0.01, "film": 0.2}
    domains = Domains("axes", ("clothes", "food"), np.zeros((3, 2), np.float32), threshold=0.1)
    engine = SimpleNamespace(
        fit=SimpleNamespace(domains=domains, scores=lambda rows: rows[:, 0]),
        encoder=SimpleNamespace(id="axes", encode_text=lambda texts: np.array([[told[text], 0.0] for text in texts])),
        index=SimpleNamespace(search=lambda rows, n: (1 - rows[:, :1], None)),
        settings=SimpleNamespace(assets=ROOT / "assets"),
    )
    asked = [Asked("dress", True), Asked("boots", True), Asked("pizza", False), Asked("film", False)]
    monkeypatch.setattr(fits, "of_domain", lambda *_: asked)
    result = fits.evaluate(engine, asked, "fashion")
    assert result["written"] == result["held-out"]
    assert result["written"]["regression"] == {"fits": [1, 2], "misses": [1, 2], "auc": 0.75}
    assert result["written"]["cosine"]["auc"] == 0.25
    assert "1 of 2" in fits.tables({"shop": result})


def test_nothing_is_measured_for_another_encoder():
    with pytest.raises(UserError, match="Nothing is fitted for the encoder hash-48"):
        fits.evaluate(SimpleNamespace(fit=Fit(None), encoder=SimpleNamespace(id="hash-48")), [], "fashion")


def test_a_broken_or_missing_file_is_named(tmp_path):
    (tmp_path / "shop.jsonl").write_text('{"query": "x", "fits": true}\n{"query": "y"}\n')
    with pytest.raises(UserError, match="'shop.jsonl', line 2"):
        fits.load(tmp_path / "shop.jsonl")
    with pytest.raises(UserError, match="no labelled requests"):
        fits.load(tmp_path / "other.jsonl")
