"""The real networks, very small and untrained, with weights that make every part of them matter."""

import json
import math
from copy import copy
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders
from tokenizers.models import BPE, WordLevel
from tokenizers.pre_tokenizers import ByteLevel, Whitespace
from tokenizers.processors import TemplateProcessing
from tokenizers.trainers import BpeTrainer

import r4t_demo.torch_guard  # noqa: F401  (must come before open_clip and transformers)

# isort: split
import open_clip
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from r4t_demo.encoder import Encoder
from r4t_demo.fanout.compiled import Compiled, graph_of
from r4t_demo.fanout.denoiser import PAPER, DenoiserConfig, SetDenoiser
from r4t_demo.fanout.folm import Folm
from r4t_demo.train.diffusion import edm
from r4t_demo.train.folm.policy import LoraPolicy
from tests.doubles import HashEncoder

torch.set_num_threads(1)  # threads cost more than they bring at this size

END = "<|im_end|>"
TEXTS = ["red dress", "blue hat with feather", "boho festival look", "gothic black boots", "ivory scarf for a party"]
CLIP = {
    "encoder_id": "clip-tiny-8",
    "model_cfg": {
        "embed_dim": 8,
        "custom_text": True,
        "vision_cfg": {"image_size": 16, "layers": 1, "width": 16, "head_width": 8, "patch_size": 8},
        "text_cfg": {"context_length": 12, "vocab_size": 49408, "width": 8, "heads": 2, "layers": 2},
    },
    "preprocess_cfg": {"size": 16, "mean": [0.5] * 3, "std": [0.25] * 3, "resize_mode": "longest", "fill_color": 255},
}


PLAIN_CLIP = {
    "model_cfg": {
        "embed_dim": 8,
        "vision_cfg": {"image_size": 32, "layers": 1, "width": 16, "head_width": 8, "patch_size": 16},
        "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 8, "heads": 2, "layers": 2},
    },
}
SIGLIP = {
    "model_cfg": {
        "embed_dim": 64,
        "init_logit_bias": -10,
        "custom_text": True,
        "vision_cfg": {"image_size": 160, "timm_model_name": "test_vit", "timm_pool": "map", "timm_proj": "none"},
        "text_cfg": {
            "context_length": 10, "vocab_size": 6, "width": 16, "heads": 2, "layers": 2, "pool_type": "last",
            "no_causal_mask": True, "proj_bias": True, "norm_kwargs": {"eps": 1e-6},
            "hf_tokenizer_name": "made/words", "tokenizer_kwargs": {"clean": "canonicalize"},
        },
    },
    "preprocess_cfg": {"size": 160, "mean": [0.5] * 3, "std": [0.5] * 3, "interpolation": "bicubic", "resize_mode": "squash"},
}  # fmt: skip
WORDS = ["<unk>", "</s>", "red", "hat", "boho", "dress"]  # SigLIP's vocabulary of six


def write_clip(folder: Path, config: dict) -> torch.nn.Module:
    """An open_clip model with random weights as a checkpoint folder; returns the model as open_clip makes it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "open_clip_config.json").write_text(json.dumps(config))
    model = randomised(open_clip.create_model(f"local-dir:{folder}", load_weights=False))
    save_file(model.state_dict(), folder / "open_clip_model.safetensors")
    return model


def write_words(folder: Path) -> None:
    """A tokenizer folder in the manner of SigLIP's: an end token behind the text, and the same one as padding."""
    words = Tokenizer(WordLevel({word: row for row, word in enumerate(WORDS)}, unk_token="<unk>"))
    words.pre_tokenizer = Whitespace()
    words.post_processor = TemplateProcessing(single="$A </s>", special_tokens=[("</s>", WORDS.index("</s>"))])
    special = {"unk_token": "<unk>", "eos_token": "</s>", "pad_token": "</s>"}
    PreTrainedTokenizerFast(tokenizer_object=words, **special).save_pretrained(folder)


def randomised(model: torch.nn.Module) -> torch.nn.Module:
    """Weights that make every part matter: a fresh model hides some."""
    torch.manual_seed(0)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn(parameter.shape) * 0.3)
    return model.eval()


def in_float32(encoder: Encoder) -> Encoder:
    """The same encoder as a machine without a GPU loads it, to be compared with an oracle."""
    return Encoder(encoder.model, encoder.preprocess, encoder.tokenizer, encoder.id)


TINY = {"slots": 4, "width": 32, "layers": 2, "heads": 2}
KINDS = {"mini": TINY, "paper": PAPER | TINY | {"steps": 32}}  # the denoiser's two configurations but for their sizes


def unit(*shape: int, seed: int = 0) -> torch.Tensor:
    """Rows of unit length in random directions."""
    return torch.nn.functional.normalize(torch.randn(shape, generator=torch.Generator().manual_seed(seed)), dim=-1)


def tiny_denoiser(encoder_id: str = "hash", seed: int = 0, dim: int = 16, kind: str = "mini") -> SetDenoiser:
    """A denoiser with random weights everywhere: a fresh one starts as c_skip x and hides its blocks."""
    model = SetDenoiser(DenoiserConfig(**(KINDS[kind] | {"dim": dim, "encoder_id": encoder_id})))
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.15)
    return model


def save_retriever(model: SetDenoiser, encoder: HashEncoder, folder: Path) -> None:
    """Save a denoiser with a bank of two phrases."""
    phrases = ["red dress", "hat"]
    edm.save(model, phrases, encoder.encode_text(phrases), folder)


def tiny_tokenizer() -> PreTrainedTokenizerFast:
    """A byte-level BPE over some 290 tokens, in the manner of SmolLM2's: its end token closes a list and pads."""
    tokenizer = Tokenizer(BPE())
    tokenizer.pre_tokenizer = ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = ByteLevel.alphabet()
    trainer = BpeTrainer(vocab_size=400, special_tokens=[END], initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator([f" {text}," for text in TEXTS] * 3, trainer)
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=END, pad_token=END)


def tiny_folm(encoder: HashEncoder, seed: int = 0) -> Folm:
    """A two-layer language model that asks for and reads compact lists, as the embedded one does."""
    tokenizer = tiny_tokenizer()
    torch.manual_seed(seed)
    end = tokenizer.convert_tokens_to_ids(END)
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=2, max_position_embeddings=512, tie_word_embeddings=True, initializer_range=0.2, bos_token_id=None,
        eos_token_id=end, pad_token_id=end,
    )  # fmt: skip
    return Folm(LlamaForCausalLM(config), tokenizer, encoder, card="dress, hat, boots")


def list_writer(encoder: HashEncoder) -> Folm:
    """A tiny language model that writes whole lists: wherever it is, a third of what it says are commas, the rest words."""
    folm = tiny_folm(encoder)
    table, ids = folm.model.get_input_embeddings().weight, folm.tokenizer.convert_tokens_to_ids
    words = [row for token, row in folm.tokenizer.get_vocab().items() if len(token.strip("Ġ")) > 1 and token.strip("Ġ").isalpha()]
    with torch.no_grad():
        # The layers hardly speak, so what a token has in its first dimension is a bias of its logit, times about eleven.
        for layer in folm.model.model.layers:
            layer.self_attn.o_proj.weight.mul_(0.02)
            layer.mlp.down_proj.weight.mul_(0.02)
        folm.model.model.norm.weight[0] = 2.0
        table.mul_(0.2)[:, 0] = 3.0
        table[words, 0] = 4.0
        table[ids(","), 0] = 4.0 + math.log(len(words) / 2) / 11.3
    return folm


def save_folm(folm: Folm, folder: Path) -> Path:
    """Save a tiny model as a folder of ``transformers``, and return it: what an adapter can name as its base."""
    folm.model.save_pretrained(folder)
    folm.tokenizer.save_pretrained(folder)
    (folder / "folm.json").write_text('{"format": "compact"}')
    return folder


def save_adapter(folm: Folm, base: Path, folder: Path) -> Path:
    """Save a LoRA adapter that changes nothing yet, as training does; ``folm`` is the tiny model in ``base``."""
    LoraPolicy(folm, str(base)).save(folder)
    return folder


def compiled(folm: Folm) -> Folm:
    """The same language model as it is served on a CPU."""
    served = copy(folm)
    served.model = Compiled(graph_of(folm.model))
    return served


def weights_of(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    return {name: value.detach().clone() for name, value in model.state_dict().items()}


def assert_same_weights(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor], **tolerance: float) -> None:
    assert a.keys() == b.keys()
    for name, value in a.items():
        torch.testing.assert_close(value, b[name], msg=name, **({"rtol": 0, "atol": 0} | tolerance))


def moved(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> set[str]:
    """Names of the weights that differ."""
    return {name for name, value in a.items() if not torch.equal(value, b[name])}


def as_drawn(folm: Folm, scores: torch.Tensor, prompt: list[int], written: list[int]) -> torch.Tensor:
    """Log-probabilities (V,) from bare ``scores`` behind some tokens: in an endless list, an end's chance is the comma's."""
    chances = scores.double().softmax(-1)
    if folm.form.endless:
        [comma] = folm.tokenizer.encode(",", add_special_tokens=False)
        chances[comma] += chances[folm.ends].sum()
        chances[[*folm.ends, *folm.tokenizer.all_special_ids]] = 0
        if _closes(folm, [*prompt, *written][-1]):
            chances[comma] = 0
        if not written or _closes(folm, written[-1]):
            chances[_first_of_repeated(folm, written)] = 0
        chances /= chances.sum()
    return chances.clamp(min=1e-30).log()


def _closes(folm: Folm, token: int) -> bool:
    return not {*folm.form.closers}.isdisjoint(folm.tokenizer.decode([token]))


def _first_of_repeated(folm: Folm, written: list[int]) -> list[int]:
    """The first tokens of the finished things that an earlier one has the name of."""
    things: list[list[int]] = [[]]
    for token in written:
        if _closes(folm, token):
            things.append([])
        else:
            things[-1].append(token)
    named = [(folm.form.pieces(folm.tokenizer.decode(thing))[0], thing[0]) for thing in things[:-1] if thing]
    names = [name for name, _ in named]
    return [first for at, (name, first) in enumerate(named) if name in names[:at]]
