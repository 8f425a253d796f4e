"""A request in another language is told from an English one, and an English one is left alone."""

import json
import random

import pytest

from r4t_demo.language import is_english
from r4t_demo.settings import ROOT

FOREIGN = {
    "German": ["Kleid für eine Hochzeit im Sommer", "etwas Warmes für den Winter", "was ziehe ich zum Vorstellungsgespräch an"],
    "French": ["robe pour un mariage d'été", "que porter à un entretien d'embauche", "une chanson pour un dimanche pluvieux"],
    "Spanish": ["vestido para una boda en verano", "algo abrigado para el invierno", "música para un domingo lluvioso"],
    "Italian": ["vestito per un matrimonio estivo", "qualcosa di caldo per l'inverno", "cosa indossare a un colloquio"],
    "Portuguese": ["vestido para um casamento de verão", "algo quente para o inverno", "presente para minha mãe"],
    "Dutch": ["jurk voor een bruiloft in de zomer", "iets warms voor de winter", "muziek voor een regenachtige zondag"],
    "Polish": ["sukienka na letnie wesele", "co założyć na rozmowę kwalifikacyjną", "prezent dla mamy"],
    "Swedish": ["klänning till ett sommarbröllop", "något varmt för vintern", "musik för en regnig söndag"],
    "Turkish": ["yaz düğünü için elbise", "kış için sıcak bir şey", "annem için hediye"],
    "Japanese": ["夏の結婚式のドレス", "冬に暖かいもの", "雨の日曜日の音楽"],
    "Russian": ["платье на летнюю свадьбу", "подарок маме", "пальто"],
    "Arabic": ["فستان لحفل زفاف صيفي", "هدية لأمي", "معطف"],
}
ENGLISH = (
    "bohemian festival style", "boho", "gucci", "adidas samba", "comme des garcons", "maison margiela", "louis vuitton",
    "hygge", "café", "chic soirée", "wabi sabi", "zara dress", "dolce vita", "y2k", "pizza toppings", "quinceañera guest", "☀ ☂",
    "bossa nova", "spaghetti carbonara", "après ski",
    "2026", "",
)  # fmt: skip


@pytest.mark.parametrize("language", FOREIGN)
def test_another_language_is_noticed(language):
    assert not any(map(is_english, FOREIGN[language]))


@pytest.mark.parametrize("text", ENGLISH)
def test_short_words_names_and_signs_are_left_alone(text):
    assert is_english(text)


def test_almost_no_english_request_is_taken_for_another_language():
    labelled = [json.loads(line)["query"] for file in (ROOT / "assets/suits").glob("*.jsonl") for line in lines(file)]
    atelier = [json.loads(line)["query"] for line in lines(ROOT / "assets/atelier/queries.jsonl")]
    asked = labelled + random.Random(0).sample(atelier, 200)
    assert len(labelled) == 64
    assert sum(not is_english(text) for text in asked) <= 0.01 * len(asked)


def lines(file):
    return file.read_text(encoding="utf-8").splitlines()
