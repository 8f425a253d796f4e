"""Is a request written in English? The encoder and the language model read nothing else.

py3langid tells languages apart by the letters that follow each other. On a request's few words it is often sure and wrong
("bossa nova", "spaghetti carbonara"), so it is asked only where most words are none that the text encoder knows whole.
"""

import re
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from r4t_demo import minilm

# Those that visitors may well write in; of all 97 that it knows, one is always near some English words.
LANGUAGES = (
    "ar", "cs", "da", "de", "el", "en", "es", "fi", "fr", "he", "hi", "hu", "it", "ja", "ko", "nl", "no", "pl", "pt", "ro", "ru",
    "sv", "tr", "uk", "zh",
)  # fmt: skip
LATIN_END = 0x24F  # the last of Unicode's Latin letters, but for rare ones
LEAST, KNOWN = 3, 2 / 3  # words of a request, and the share of known ones from which it is English
SURE = 0.01  # the probability of English below which it is none
FOREIGN = "This does not seem to be English, the only language that the models here read: the answer may miss what you mean."


def is_english(text: str) -> bool:
    """Whether a request may be English; False only where that is very unlikely, never for one or two words in Latin letters."""
    letters = [letter for letter in text if letter.isalpha()]
    if sum(ord(letter) > LATIN_END for letter in letters) > len(letters) / 2:
        return False
    words = re.findall(r"[^\W\d_]+", text.lower())
    if len(words) < LEAST or sum(word in _vocabulary() for word in words) > KNOWN * len(words):
        return True
    return dict(_identifier().rank(text.lower()))["en"] >= SURE


@cache
def _identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(LANGUAGES)
    return identifier


@cache
def _vocabulary() -> frozenset[str]:
    """The words that MiniLM has a token of their own for."""
    return frozenset((minilm.folder() / "vocab.txt").read_text(encoding="utf-8").splitlines())
