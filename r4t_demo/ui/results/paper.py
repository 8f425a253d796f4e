"""The tables of the R4T paper (arXiv 2603.06397), as it prints them; None is its dash."""

OAR_HEAD = ("groundedness", "diversity", "alignment", "average")
OAR = {  # method: Polyvore, music; scores of a language model as judge, 20 to 100
    "No fan-out": ((22.4, 34.4, 21.4, 26.1), (48.8, 20.0, 41.8, 36.9)),
    "Gemma3-4B zero-shot": ((28.4, 56.0, 31.2, 38.5), (49.8, 42.6, 51.8, 48.1)),
    "Gemma3-4B best of 5": ((28.9, 61.0, 32.7, 40.9), (51.4, 43.2, 53.0, 49.2)),
    "R4T-FOLM (Gemma)": ((30.8, 76.8, 39.8, 49.1), (63.1, 49.2, 62.0, 58.1)),
    "R4T-Diffusion (Gemma)": ((None, 74.3, 37.6, None), (None, 46.7, 59.6, None)),
    "Qwen3-4B zero-shot": ((23.8, 37.0, 23.4, 28.1), (42.0, 38.8, 41.2, 40.7)),
    "R4T-FOLM (Qwen)": ((37.0, 62.8, 28.0, 42.6), (48.2, 44.8, 49.4, 47.5)),
    "R4T-Diffusion (Qwen)": ((None, 65.0, 27.4, None), (None, 44.5, 52.0, None)),
}
# The paper's names for the two methods that a ratio here compares.
COUNTERPARTS = {
    "folm/zero-shot": ("R4T-FOLM (Gemma)", "Gemma3-4B zero-shot"),
    "folm/best-of-5": ("R4T-FOLM (Gemma)", "Gemma3-4B best of 5"),
    "diffusion/folm": ("R4T-Diffusion (Gemma)", "R4T-FOLM (Gemma)"),
}

WSCR_HEAD = ("Recall@5K", "Hit@5K", "VS")
WSCR = {
    "Gemini-2.5-Flash": (15.7, 52.1, 33.4),
    "Gemma3-4B zero-shot": (6.0, 25.9, 44.2),
    "Qwen3-4B zero-shot": (10.1, 33.9, 46.4),
    "R4T-FOLM (Gemma)": (16.9, 54.4, 40.5),
    "R4T-FOLM (Qwen)": (20.9, 64.6, 27.5),
    "R4T-Diffusion (Gemma)": (15.0, 54.1, 46.2),
    "R4T-Diffusion (Qwen)": (16.5, 57.5, 34.7),
}

LATENCY_SECONDS = {8: (1.46, 0.07), 1024: (50.0, 4.21)}  # batch: autoregressive (the larger one "about"), diffusion
