"""The words of a query."""

import re

TEMPLATE_WORDS = re.compile(
    r"^(a|an|the|my|for|something|what to wear to|what to wear for|clothes for|outfit for|looks for)\s+"
    r"|\s+(style|outfit|outfits|look|looks|fashion|clothes|wear|wardrobe|ideas|pieces|essentials|inspiration|aesthetic)$"
)


def core_of(query: str) -> str:
    """Return the words of a query that carry its meaning: "a boho wanderer look" -> "boho wanderer"."""
    core = " ".join(query.lower().split())
    while (shorter := TEMPLATE_WORDS.sub("", core).strip()) != core and shorter:
        core = shorter
    return core
