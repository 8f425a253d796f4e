"""The property check: lists earn by the different suiting kinds that they find."""

import numpy as np
import pytest

from r4t_demo import rewards
from r4t_demo.engine import Engine
from r4t_demo.train.data.demonstrations import Demonstration
from r4t_demo.train.folm.soft_grpo import judge
from r4t_demo.train.folm.suiting import WEIGHT, SuitingReward
from tests.doubles import CATEGORIES

PIECES = ["", *CATEGORIES, "red dress", "navy boots"]


@pytest.mark.parametrize("seed", range(20))
def test_a_list_earns_the_lift_of_each_different_kind_once(engine: Engine, seed: int) -> None:
    names = sorted({*CATEGORIES})
    rng, k = np.random.default_rng(seed), 5
    lists = [rng.choice(PIECES, rng.integers(1, 9)).tolist() for _ in range(4)]
    lift = np.pad(rng.uniform(-1, 1, (2, len(names))), ((0, 0), (0, 1)))
    reward = SuitingReward(np.array([names.index(item.category) for item in engine.catalog.items]), lift)
    asked, vectors = [row % 2 for row in range(len(lists))], np.tile(engine.encoder.encode_text(["boho"]), (len(lists), 1))
    judged = reward(lists, asked, vectors, engine.index, engine.encoder, k)
    plain = judge(lists, vectors, engine.index, engine.encoder, k, rewards.WEIGHTS)
    np.testing.assert_allclose(judged.parts[:, :3], plain.parts)
    for row, pieces in enumerate(lists):
        counted = list(dict.fromkeys(piece for piece in pieces if piece))[:k]
        worth = sum(lift[asked[row], names.index(kind)] for kind in {text.split()[-1] for text in counted}) / k
        assert np.isclose(judged.parts[row, 3], worth)
        for place, piece in enumerate(pieces):
            others = {text.split()[-1] for text in counted if text != piece}
            counts = piece in counted and pieces.index(piece) == place and piece.split()[-1] not in others
            loss = lift[asked[row], names.index(piece.split()[-1])] / k if counts else 0.0
            assert np.isclose(judged.credits[row][place], plain.credits[row][place] + WEIGHT * loss)


def test_what_lists_of_like_requests_name_suits_and_what_all_name_says_nothing(engine: Engine) -> None:
    beach, office = ("dress", "hat", "belt"), ("boots", "handbag", "belt")
    shown = [Demonstration("fashion", f"a day at the beach {number}", beach) for number in range(60)]
    shown += [Demonstration("fashion", f"board meeting at the office {number}", office) for number in range(60)]
    reward = SuitingReward.on(engine, shown, ["the beach", "the office"], rewards.WEIGHTS)
    for query, (own, other) in enumerate(((beach, office), (office, beach))):
        lists = [list(own), list(other), ["scarf"]]
        parts = reward(lists, [query] * 3, engine.encoder.encode_text(["x"] * 3), engine.index, engine.encoder, 3).parts[:, 3]
        assert parts[0] > 0.05 > 0 > parts[1] and parts[2] == 0
        assert np.isclose(parts[0], -parts[1]), "a belt, which all name, is worth nothing"
