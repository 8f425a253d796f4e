"""Any open_clip model as one thing: texts or pictures in, unit vectors out."""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import load_file
from torch.nn.utils.fusion import fuse_conv_bn_eval

import r4t_demo.torch_guard as torch_guard  # must come before open_clip
from r4t_demo import minilm
from r4t_demo.errors import UserError, hub_failure

BATCH = 256
CPU = torch.device("cpu")
PREFIX = 128  # of clip-mini's dimensions serve alone


class Encoder:
    """A text tower and an image tower in one space.

    ``id`` identifies the space; an index or a checkpoint made with another id does not fit. ``dim`` is the vectors' width.
    The towers are on ``device``; a ``precision`` below float32 is that of their matrix products alone.
    """

    def __init__(
        self, model: Any, preprocess, tokenizer, encoder_id: str,
        device: torch.device = CPU, precision: torch.dtype = torch.float32,
    ) -> None:  # fmt: skip
        # Convolutions are a third faster where the channels of a pixel lie side by side.
        self.model = model.float().eval().to(device, memory_format=torch.channels_last)
        self.preprocess = preprocess
        self.tokenizer = tokenizer
        self.device, self.precision = device, precision
        self.id = encoder_id
        self.dim = self.encode_text(["a"]).shape[1]

    @classmethod
    def load(cls, name: str) -> "Encoder":
        """Load a model with its own preprocessing and tokenizer; on the GPU, in half precision, where there is one.

        ``name``: ``local-dir:FOLDER``, ``hf-hub:ORG/NAME`` or one of open_clip's own, ``ARCHITECTURE:WEIGHTS``. UserError where
        there is none of that name, or its files are missing, broken or out of reach.
        """
        import open_clip

        source, weights = _source(name)
        # Some weights want QuickGELU where their architecture has GELU: open_clip only warns, and its vectors are wrong.
        quick = open_clip.get_pretrained_cfg(source, weights or "").get("quick_gelu", False)
        try:
            # With a custom text tower every model has the one that ``text_features`` looks for.
            options = {"force_quick_gelu": quick, "force_custom_text": True}
            if _reads_by_minilm(source):
                model, preprocess, tokenizer = _completed(Path(source.removeprefix("local-dir:")))
            else:
                with torch_guard.LOADING:
                    model, preprocess = open_clip.create_model_from_pretrained(source, weights, **options)
                tokenizer = open_clip.get_tokenizer(source)
        except Exception as error:  # a foreign model can be broken in any way
            raise hub_failure(f"The encoder {name} cannot be loaded", error) from error
        return _placed(model, preprocess, tokenizer, encoder_id(name))

    def __reduce__(self) -> tuple:
        """Pickled, it leaves its GPU, and takes the place that it finds in the process where it arrives."""
        return _placed, (deepcopy(self.model).cpu(), self.preprocess, self.tokenizer, self.id)

    @cached_property
    def digest(self) -> str:
        """Of the weights: retrained ones keep the id, but their vectors must not be mixed with others.

        It is the same on every machine; what the towers answer is not, to the last bit.
        """
        digest = hashlib.sha256()
        for name, tensor in sorted(self.model.state_dict().items()):
            digest.update(name.encode())
            digest.update(tensor.cpu().contiguous().numpy())
        return digest.hexdigest()

    def encode_text(self, texts: Sequence[str]) -> np.ndarray:
        """Return unit vectors, shape (len(texts), dim), float32."""
        return self._encode(texts, lambda part: text_features(self.model, self.tokenizer(list(part)).to(self.device)))

    def encode_images(self, images: Sequence[Image.Image]) -> np.ndarray:
        """Return unit vectors, shape (len(images), dim), float32."""
        return self._encode(images, lambda part: self.model.encode_image(self._pixels(part).to(self.device)))

    def _pixels(self, images: Sequence[Image.Image]) -> torch.Tensor:
        return torch.stack([self.preprocess(image.convert("RGB")) for image in images])

    @torch.inference_mode()
    def _encode(self, inputs: Sequence, features: Callable[[Sequence], torch.Tensor]) -> np.ndarray:
        if not len(inputs):
            return np.empty((0, self.dim), np.float32)
        vectors = []
        for start in range(0, len(inputs), BATCH):
            with torch.autocast(self.device.type, self.precision, enabled=self.precision != torch.float32):
                rows = features(inputs[start : start + BATCH])
            vectors.append(F.normalize(rows.float(), dim=-1).cpu())
        return torch.cat(vectors).numpy()


def _placed(model: torch.nn.Module, preprocess, tokenizer, encoder_id: str) -> Encoder:
    return Encoder(model, preprocess, tokenizer, encoder_id, *_place())


def _place() -> tuple[torch.device, torch.dtype]:
    """Where the towers run, and in which precision they multiply."""
    if not torch.cuda.is_available():
        return CPU, torch_guard.native_dtype(CPU)
    # By number: in another thread "the current GPU" is the first one. Of the half formats, float16 is the one that every GPU
    # multiplies fast, and it rounds eight times finer.
    return torch.device("cuda", torch.cuda.current_device()), torch.float16


def _source(name: str) -> tuple[str, str | None]:
    """What open_clip takes a model from, and its weights' tag where the architecture is one of open_clip's own."""
    import open_clip

    if name.startswith(("local-dir:", "hf-hub:")):
        return name, None
    architecture, _, weights = name.partition(":")
    known = open_clip.list_pretrained_tags_by_model(architecture)
    if not known:
        forms = "local-dir:FOLDER, hf-hub:ORG/NAME or an architecture of open_clip with its weights, such as ViT-B-32:openai"
        raise UserError(f"There is no encoder '{name}': write {forms}.")
    if weights not in known:
        wanted = f"has no weights '{weights}'" if weights else "is an architecture without weights"
        raise UserError(f"The encoder {architecture} {wanted}: write {architecture}: and one of {', '.join(known)} behind it.")
    return architecture, weights


def _reads_by_minilm(source: str) -> bool:
    """Whether a source is a folder whose text tower is MiniLM, of which it need hold no more than the last layer."""
    path = Path(source.removeprefix("local-dir:")) / "open_clip_config.json"
    if not source.startswith("local-dir:") or not path.is_file():
        return False
    return json.loads(path.read_text())["model_cfg"]["text_cfg"].get("hf_model_name") == minilm.NAME


def _completed(folder: Path) -> tuple[torch.nn.Module, Any, Any]:
    """The model of such a folder with MiniLM's weights from their own package, its preprocessing and its tokenizer."""
    from open_clip.model import CustomTextCLIP
    from open_clip.tokenizer import HFTokenizer
    from open_clip.transform import PreprocessCfg, image_transform_v2

    config, reader = json.loads((folder / "open_clip_config.json").read_text()), minilm.folder()
    parts = {name: value for name, value in config["model_cfg"].items() if name != "custom_text"}
    parts["text_cfg"] |= {"hf_model_name": str(reader), "hf_model_pretrained": False}
    model = CustomTextCLIP(**parts)
    read = {f"text.transformer.{name}": value for name, value in load_file(reader / "model.safetensors").items()}
    read = {name: value for name, value in read.items() if name in model.state_dict()}  # it has a pooler besides
    model.load_state_dict(read | load_file(folder / "open_clip_model.safetensors"))  # a tuned one's own weights count
    preprocess = image_transform_v2(PreprocessCfg(**config["preprocess_cfg"]), is_train=False)
    return model, preprocess, HFTokenizer(str(reader), context_length=parts["text_cfg"]["context_length"])


def encoder_id(name: str) -> str:
    """Return the identity of the space: the id written in a local folder's config, otherwise the name itself."""
    if not name.startswith("local-dir:"):
        return name
    config = Path(name.removeprefix("local-dir:")) / "open_clip_config.json"
    if not config.is_file():
        raise UserError(f"The encoder folder {config.parent} has no open_clip_config.json.")
    return json.loads(config.read_text()).get("encoder_id", config.parent.name)


def text_features(model: Any, tokens: torch.Tensor) -> torch.Tensor:
    """Return a model's text features (n, dim), not normalised, without paying for padding where that is safe.

    A tower like the first CLIP's is causal and pools at its end token (the highest id): it sees nothing behind it, so a batch of
    five-word texts costs five words and not the whole context. open_clip itself always runs the whole context; towers with
    anything else about them (SigLIP's, CoCa's, those of transformers) are left to it.
    """
    from open_clip.hf_model import MeanPooler

    tower: Any = getattr(model, "text", None)
    if isinstance(getattr(tower, "pooler", None), MeanPooler):  # what is padded is masked, in the attention and in the mean
        return model.encode_text(tokens[:, : int((tokens != tower.config.pad_token_id).sum(1).max())])
    if not _pools_at_its_end_token(tower):
        return model.encode_text(tokens)
    # Not the count of ids above 0: id 0 is also "!", within a run of punctuation.
    length = int(tokens.argmax(1).max()) + 1
    tokens = tokens[:, :length]
    x = tower.token_embedding(tokens) + tower.positional_embedding[:length]
    x = tower.ln_final(tower.transformer(x, attn_mask=tower.attn_mask[:length, :length]))
    return x[torch.arange(len(x), device=x.device), tokens.argmax(1)] @ tower.text_projection


def _pools_at_its_end_token(tower: Any) -> bool:
    return (
        getattr(tower, "pool_type", None) == "argmax"
        and tower.attn_mask is not None  # causal
        and tower.cls_emb is None  # CoCa appends a token of its own
        and isinstance(tower.text_projection, torch.Tensor)  # a plain matrix
    )


def norms_behind_convolutions(model: torch.nn.Module) -> Iterator[tuple[torch.nn.Module, str, str]]:
    """Yield (parent, name, name) of every convolution and the batch norm that its parent lists directly behind it."""
    from timm.layers import BatchNormAct2d

    for parent in model.modules():
        children = [(name, child) for name, child in parent.named_children() if type(child) is not torch.nn.Identity]
        for (name, child), (behind, norm) in pairwise(children):
            if isinstance(child, torch.nn.Conv2d) and isinstance(norm, torch.nn.BatchNorm2d | BatchNormAct2d):
                yield parent, name, behind


def fold_norms(model: Any) -> Any:
    """Put the batch norms of a finished network into the convolutions before them, in place: the same, half as fast again."""
    for parent, name, behind in list(norms_behind_convolutions(model)):
        norm = getattr(parent, behind)
        setattr(parent, name, fuse_conv_bn_eval(getattr(parent, name), norm))
        setattr(parent, behind, getattr(norm, "act", torch.nn.Identity()))
    return model
