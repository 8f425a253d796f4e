"""A checkpoint's folder: which of its files belong to it, what it is, and for which encoder it was trained."""

import json
from dataclasses import dataclass
from pathlib import Path

from r4t_demo.encoder import Encoder
from r4t_demo.errors import UserError
from r4t_demo.fanout.base import check_encoder

# Weights as safetensors, the rest as JSON and text: nothing that runs when it is read.
FILES = ("*.safetensors", "*.json", "*.txt", "*.jinja", "*.model", "README.md")
LANGUAGE_MODEL, ADAPTER = "language model", "LoRA adapter of a language model"
DIFFUSION = "diffusion retriever"
SETTINGS = {  # what a checkpoint may be, and the setting that puts it into the app
    LANGUAGE_MODEL: "R4T_FOLM",
    ADAPTER: "R4T_FOLM",
    DIFFUSION: "R4T_DIFFUSION",
    "regression retriever": "",
    "encoder": "R4T_ENCODER",
}


@dataclass(frozen=True)
class Checkpoint:
    """``what`` is a key of ``SETTINGS``. ``encoder`` and ``dim``, of the vectors it was trained for, are empty and 0 where
    it reads words alone.
    """

    folder: Path
    what: str
    encoder: str = ""
    dim: int = 0

    @classmethod
    def read(cls, folder: Path) -> "Checkpoint":
        """Tell by its files what a folder holds; UserError where that is no checkpoint."""
        if (folder / "open_clip_config.json").is_file():
            return cls(folder, "encoder")
        if (folder / "adapter_config.json").is_file():
            return cls(folder, ADAPTER)
        try:
            config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
            if "slots" in config:
                what = DIFFUSION if "sampler" in config else "regression retriever"
                return cls(folder, what, config["encoder_id"], config["dim"])
            config["model_type"]  # every model of transformers has one
            return cls(folder, LANGUAGE_MODEL)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UserError(f"There is no checkpoint in {folder}: its config.json is missing or of something else.") from error

    @property
    def setting(self) -> str:
        """The setting that takes it; empty where none does."""
        return SETTINGS[self.what]

    def fits(self, encoder: Encoder) -> bool:
        """Whether it was trained for this encoder, or for none."""
        return not self.encoder or (self.encoder, self.dim) == (encoder.id, encoder.dim)

    def check(self, setting: str, encoder: Encoder) -> None:
        """UserError unless it is what ``setting`` takes, and fits ``encoder``."""
        if self.setting != setting:
            wanted = " or ".join(f"{_article(what)} {what}" for what, name in SETTINGS.items() if name == setting)
            raise UserError(f"{setting} takes {wanted}, and {self.folder} holds {_article(self.what)} {self.what}.")
        if self.encoder:
            check_encoder(f"The {self.what} in {self.folder}", self.encoder, self.dim, encoder)


def _article(noun: str) -> str:
    return "an" if noun[0] in "aeiou" else "a"
