"""The methods by name: one line each, loaded when first asked for, once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, cast

from r4t_demo.catalog import Catalog
from r4t_demo.encoder import Encoder
from r4t_demo.errors import UserError
from r4t_demo.fanout import language_model
from r4t_demo.fanout.base import FanOutMethod
from r4t_demo.fanout.baselines import MMR, BestOf, KMeans, NoFanOut, Template
from r4t_demo.fanout.checkpoint import Checkpoint
from r4t_demo.index.base import VectorIndex

if TYPE_CHECKING:
    from r4t_demo.fanout.folm import Folm


@dataclass(frozen=True)
class Method:
    """``needs`` is the checkpoint folder that must be there, and ``made_by`` the command that makes it; ``takes`` names what its
    ``fan_out`` takes besides the seed: ``steps`` of the sampler, ``variety``, the dial between alignment and diversity, and
    ``tell``, who hears of a list as it grows.
    With ``writes`` a language model writes the sub-queries, which takes a hundred times as long as anything else; the model below
    the checkpoint's adapter must be on this machine.
    ``tuned`` methods are there where the catalogue has checkpoints of its own (``OWN``).
    """

    description: str
    build: Callable[["MethodSet"], FanOutMethod]
    needs: str | None = None
    made_by: str = "make checkpoints"
    takes: tuple[str, ...] = ()
    writes: bool = False
    tuned: bool = False


# What a catalogue's own folder may hold after a run on it, and which of the app's checkpoints it takes the place of.
OWN = {"folm-mini": "folm", "diffusion-mini": "diffusion", "diffusion-teacher": "diffusion-teacher"}


@dataclass
class MethodSet:
    """The methods over one catalogue. ``method_set["folm"]`` loads it on first use; safe from several threads."""

    checkpoints: Path
    catalog: Catalog
    index: VectorIndex
    encoder: Encoder
    chosen: Mapping[str, Path] = field(default_factory=dict)  # folders that take the place of checkpoints
    _loaded: dict[str, FanOutMethod] = field(default_factory=dict)
    _lock: RLock = field(default_factory=RLock)  # re-entrant: best-of-5 asks for sft while it is being loaded

    def available(self) -> dict[str, str]:
        """name -> description of the methods whose checkpoint is there, and was trained for this encoder."""
        return {name: method.description for name, method in METHODS.items() if self._has(method) and self._fits(method)}

    def __getitem__(self, name: str) -> FanOutMethod:
        method = lookup(name)
        with self._lock:
            if name not in self._loaded:
                if not self._found(method):
                    missing = self.catalog.root / OWN["folm-mini"] if method.tuned else self.folder(str(method.needs))
                    raise UserError(f"The method '{name}' needs '{missing}', which is missing: run {method.made_by}.")
                self._loaded[name] = method.build(self)
            return self._loaded[name]

    def loaded(self) -> list[str]:
        """The names of those that have been loaded."""
        return sorted(self._loaded)

    def folder(self, name: str) -> Path:
        """Where a checkpoint is: the catalogue's own where there is one, else the one chosen, else the app's."""
        own = self.catalog.root / OWN.get(name, name)
        return own if name in OWN and own.is_dir() else self.chosen.get(name, self.checkpoints / name)

    def _has(self, method: Method) -> bool:
        return self._found(method) and (not method.writes or language_model.available(self._written_by(method)))

    def _found(self, method: Method) -> bool:
        tuned = not method.tuned or (self.catalog.root / OWN["folm-mini"]).is_dir()
        return tuned and (method.needs is None or self.folder(method.needs).is_dir())

    def _written_by(self, method: Method) -> str:
        """The language model of a method that writes."""
        return language_model.below(self.folder(method.needs)) if method.needs else language_model.SMOLLM2

    def _fits(self, method: Method) -> bool:
        folder = method.needs and self.folder(method.needs)
        return not folder or not (folder / "config.json").is_file() or Checkpoint.read(folder).fits(self.encoder)


def lookup(name: str) -> Method:
    """The method of a name; UserError for an unknown one.

    ``mmr:0.5`` is mmr with its lam set by hand, ``instruct:NAME`` an instruct model or its LoRA adapter, NAME a folder or Hub id.
    """
    kind, _, option = name.partition(":")
    if name in METHODS:
        return METHODS[name]
    if kind == "mmr":
        lam = _share(option)
        return Method(
            f"Maximal marginal relevance, lam = {lam}.", lambda parts: MMR(parts.index, parts.catalog, lam=lam, name=name)
        )
    if kind == "instruct" and option:
        return Method(f"The instruct model {option}.", lambda parts: _folm(parts, name, option), takes=("tell",))
    raise UserError(f"There is no method '{name}': choose from {', '.join(METHODS)}.")


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= 1.0:
        raise UserError(f"'mmr:{text}' is no method: write a number between 0 and 1 behind the colon, such as mmr:0.5.")
    return value


def _folm(parts: MethodSet, name: str, source: str | Path, form: str | None = None) -> FanOutMethod:
    from r4t_demo.fanout.folm import Folm  # transformers takes seconds to import: only for who asks

    return Folm.load(source, parts.encoder, name, form=form, catalog=parts.catalog)


def _diffusion(parts: MethodSet, name: str, folder: str) -> FanOutMethod:
    from r4t_demo.fanout.diffusion import DiffusionRetriever

    return DiffusionRetriever.load(parts.folder(folder), parts.encoder, parts.index, name)


def _writes(name: str, checkpoint: str, description: str, **more: Any) -> Method:
    """A language model with the adapter of a checkpoint."""
    return Method(
        description, lambda parts: _folm(parts, name, parts.folder(checkpoint)), checkpoint, takes=("tell",), writes=True, **more
    )


def _draws(name: str, checkpoint: str, description: str, takes: tuple[str, ...] = ("variety",), **more: Any) -> Method:
    """A diffusion retriever."""
    return Method(description, lambda parts: _diffusion(parts, name, checkpoint), checkpoint, takes=takes, **more)


TRAIN = "python -m r4t_demo train"


def _trained_on(task: str, what: str) -> dict[str, Method]:
    """The FOLM of a further task and the retriever distilled from it; no release carries them."""
    folm, diffusion, made_by = f"folm-{task}", f"diffusion-{task}", f"{TRAIN} STEP --task {task}"
    of_folm = f"The FOLM after Soft-GRPO on {what}."
    of_diffusion = "Distilled from that one: all directions in one network call."
    return {
        folm: _writes(folm, folm, of_folm, made_by=made_by),
        diffusion: _draws(diffusion, diffusion, of_diffusion, made_by=made_by),
    }


METHODS: dict[str, Method] = {
    "none": Method(
        "Plain search: the query's own best items.",
        lambda parts: NoFanOut(parts.index, parts.catalog),
    ),
    "mmr": Method(
        "Maximal marginal relevance: the best 200 items, thinned for variety.",
        lambda parts: MMR(parts.index, parts.catalog),
    ),
    "kmeans": Method(
        "The best 200 items in clusters, of each the item at its centre.",
        lambda parts: KMeans(parts.index, parts.catalog),
    ),
    "template": Method(
        "The query with ten of the catalogue's categories, drawn at random.",
        lambda parts: Template(parts.catalog, parts.encoder),
    ),
    "zero-shot": Method(
        "The model as published, with two examples in its prompt.",
        lambda parts: _folm(parts, "zero-shot", language_model.SMOLLM2, "few-shot"),
        writes=True,
        takes=("tell",),
    ),
    "sft": _writes("sft", "folm-sft", "The language model after its demonstrations, before Soft-GRPO."),
    "best-of-5": Method(
        "The best by reward of five lists of the model before Soft-GRPO.",
        lambda parts: BestOf(cast("Folm", parts["sft"]), parts.index, parts.encoder),
        needs="folm-sft",
        writes=True,
    ),
    "folm": _writes("folm", "folm-mini", "The fan-out language model after Soft-GRPO."),
    "folm-before": Method(
        "The language model before its training on this catalogue.",
        lambda parts: _folm(parts, "folm-before", parts.checkpoints / "folm-mini"),
        needs="folm-mini",
        made_by=f"{TRAIN} SOURCE --out DIR",
        writes=True,
        takes=("tell",),
        tuned=True,
    ),
    "diffusion": _draws("diffusion", "diffusion-mini", "Distilled from the FOLM: all directions in one network call."),
    "diffusion-teacher": _draws(
        "diffusion-teacher",
        "diffusion-teacher",
        "The many-step retriever: five steps of Heun's method.",
        takes=("steps", "variety"),
    ),
    "diffusion-base": _draws(
        "diffusion-base",
        "diffusion-base",
        "Distilled from the model before Soft-GRPO, in one network call.",
        made_by=f"{TRAIN} STEP --from sft",
    ),
    **_trained_on("wscr", "set recall of titled outfits"),
    **_trained_on("stylist", "set recall of real stylists' outfits"),
    **_trained_on("photos", "real product photos"),
}


def register(name: str, method: Method) -> None:
    """Offer a further method under ``name``, from outside the package."""
    METHODS[name] = method
