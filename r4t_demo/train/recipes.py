"""R4T's own training steps, from Soft-GRPO on; ``--task`` and ``--from`` lead another way through the same code (``Task``)."""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from r4t_demo.errors import UserError
from r4t_demo.options import with_public_catalog
from r4t_demo.settings import Settings

if TYPE_CHECKING:
    import numpy as np

    from r4t_demo.train.soft_grpo import Reward

OAR_WEIGHTS = (0.45, 0.15, 0.4)  # groundedness, diversity, alignment: the mini's, chosen on Atelier's validation queries
FEW_ITEMS = 100  # in a catalogue of fewer, two lists for one query hardly find a dozen different ones


@dataclass(frozen=True)
class Task:
    """What R4T's steps write: the checkpoints' names, the prefix of their states and how many lists a training query gets.

    Open-ended retrieval (OAR) learns from the composite reward, on many queries, and its retriever from the items found
    (``targets`` "content"). Weakly supervised retrieval (WSCR) learns from the recall of training outfits, on their queries
    alone, and its retriever from the sub-queries' text embeddings ("text"). A ``teacher`` without a name, which nothing serves,
    stays with the states. ``catalog`` is one of ``real_catalogs``; without it, the settings' own is meant.
    """

    policy: str
    teacher: str | None
    student: str
    prefix: str
    samples: int
    catalog: str | None = None
    targets: Literal["content", "text"] = "content"


TASKS = {
    "oar": Task("folm-mini", "diffusion-teacher", "diffusion-mini", "", samples=2),
    "wscr": Task("folm-wscr", None, "diffusion-wscr", "wscr-", samples=16, targets="text"),
    "stylist": Task("folm-stylist", None, "diffusion-stylist", "stylist-", samples=8, catalog="stylist", targets="text"),
    "photos": Task("folm-photos", "diffusion-photos-teacher", "diffusion-photos", "photos-", samples=16, catalog="photos"),
}
POLICY_STEPS = ("soft-grpo", "folm-base")  # the steps whose language model can write a retriever's training lists
# Half of folm-base's lists are too short to learn from, so it writes twice as many.
WITHOUT_RL = Task("folm-base", "diffusion-base-teacher", "diffusion-base", "base-", samples=4)


def _task(args) -> Task:
    if args.source == "soft-grpo":
        return TASKS[args.task]
    if args.task != "oar":
        raise UserError("--from folm-base makes a retriever for open-ended retrieval: leave --task out.")
    return WITHOUT_RL


def with_catalog(args, settings: Settings) -> Settings:
    """The settings with the task's own catalogue, which is made unless it is there."""
    name = TASKS[args.task].catalog
    return with_public_catalog(settings, name, args.data, args.runs) if name else settings


def _state(args, name: str) -> Path:
    return args.runs / f"{_task(args).prefix}{name}"


def _teacher(args) -> Path:
    name = _task(args).teacher
    return args.out / name if name else _state(args, "diffusion-teacher")


def _outfits(args, settings: Settings) -> list:
    """The task's training outfits: Atelier's, their titles free of held-out terms, or the stylists', asked as no other is."""
    from r4t_demo.train import corpus, reference_sets

    if args.task == "stylist":
        every = reference_sets.stylist_outfits(args.data)
        elsewhere = {one.query for one in every if one.split != "train"}
        return [one for one in reference_sets.select(every, "train") if one.query not in elsewhere]
    sets = reference_sets.select(reference_sets.titled_outfits(settings.assets / "atelier"), "train")
    titles = set(corpus.without_terms([one.query for one in sets], corpus.held_out_terms(settings.assets)))
    return [one for one in sets if one.query in titles]


def _practice(args, settings: Settings, catalog, weights: Sequence[float]) -> tuple[list[str], "Reward"]:
    """The queries that the policy practises on, and their reward.

    ``weights`` are those of OAR's parts; for WSCR there is one query of each outfit, with its own items as the set.
    """
    from r4t_demo.train import corpus
    from r4t_demo.train.set_recall import SetRecall
    from r4t_demo.train.soft_grpo import OarReward

    if args.task == "photos":
        return corpus.training_queries(settings.catalog_folder), OarReward(weights)
    if args.task == "oar":
        return corpus.broad_queries(settings.assets), OarReward(weights)
    outfits = _outfits(args, settings)
    return [one.query for one in outfits], SetRecall([{catalog.row(item) for item in one.items} for one in outfits])


def _distilled(args, settings: Settings) -> list[str]:
    """The queries of the retriever's training pairs."""
    from r4t_demo import minilm
    from r4t_demo.train import corpus

    if args.task == "photos":
        return corpus.training_queries(settings.catalog_folder)
    if args.task == "oar":
        return corpus.distillation_queries(settings.assets, corpus.everyday_words(minilm.folder() / "vocab.txt"))
    return list(dict.fromkeys(one.query for one in _outfits(args, settings)))


def _best(args, settings: Settings, catalog):
    """The filter that ``--keep`` asks for. A title is rewarded for the items of all its outfits."""
    from r4t_demo.train.set_recall import SetRecall
    from r4t_demo.train.soft_grpo import OarReward
    from r4t_demo.train.supervision import Best

    if args.samples is not None and args.samples < 1:
        raise UserError("--samples is below 1: give a number of at least 1.")
    if args.keep is None:
        return None
    if args.keep < 2:
        raise UserError("--keep is below 2: the retriever's sets are filled up from a second list of the same query.")
    if _task(args).targets == "content":
        return Best(args.keep, OarReward(OAR_WEIGHTS))
    rows_of: dict[str, set[int]] = {}
    for one in _outfits(args, settings):
        rows_of.setdefault(one.query, set()).update(map(catalog.row, one.items))
    return Best(args.keep, SetRecall(list(rows_of.values())))


def _soft_grpo(args, settings: Settings):
    from r4t_demo.engine import Engine
    from r4t_demo.fanout.folm import Folm
    from r4t_demo.train import folm, soft_grpo
    from r4t_demo.train.policy import MiniPolicy
    from r4t_demo.train.processes import crew

    if args.source != "soft-grpo":
        raise UserError("--from says whose lists a retriever learns from: leave it out of soft-grpo.")
    if args.policy:
        yield from _instruct(args, settings)
        return
    engine = Engine.load(settings)
    mini = Folm.load(args.out / "folm-base", engine.encoder)
    queries, reward = _practice(args, settings, engine.catalog, OAR_WEIGHTS)
    yield from soft_grpo.train(
        MiniPolicy(mini), queries, engine.index, _state(args, "soft-grpo.safetensors"),
        steps=args.steps or 90, reward=reward, seed=args.seed, batch=args.batch, micro=args.micro_batch,
    )  # fmt: skip
    if crew().is_main_process:
        folm.save(mini.model, mini.tokenizer, args.out / TASKS[args.task].policy)


def _instruct(args, settings: Settings):
    """Soft-GRPO on an instruct model."""
    from r4t_demo import rewards
    from r4t_demo.engine import Engine
    from r4t_demo.fanout.instruct import InstructFolm
    from r4t_demo.train import soft_grpo
    from r4t_demo.train.instruct import InstructPolicy
    from r4t_demo.train.processes import crew

    processes = crew()  # before anything is loaded: it gives each process its own GPU
    engine, name = Engine.load(settings), Path(args.policy).name
    policy = InstructPolicy(InstructFolm.load(args.policy, engine.encoder, name), args.seed)
    queries, reward = _practice(args, settings, engine.catalog, rewards.WEIGHTS)
    yield from soft_grpo.train(
        policy, queries, engine.index, _state(args, f"folm-{name}.safetensors"),
        steps=args.steps or 200, reward=reward, rate=2e-5, seed=args.seed, batch=args.batch, micro=args.micro_batch or 4,
    )  # fmt: skip
    if processes.is_main_process:
        policy.save(args.out / f"folm-{TASKS[args.task].prefix}{name}")


def _supervision(args, settings: Settings):
    from r4t_demo.engine import Engine
    from r4t_demo.fanout.folm import Folm
    from r4t_demo.train import supervision

    engine = Engine.load(settings)
    folm = Folm.load(args.out / _task(args).policy, engine.encoder)
    yield from supervision.write(
        folm, _distilled(args, settings), engine.index, _state(args, "supervision"),
        targets=_task(args).targets, samples=args.samples or _task(args).samples,
        best=_best(args, settings, engine.catalog), seed=args.seed,
    )  # fmt: skip


def training_sets(engine, queries: Sequence[str], written: Path) -> tuple:
    """The sets that a retriever learns from what ``supervision`` has ``written`` for ``queries``, and the bank of phrases."""
    from r4t_demo.train import diffusion, supervision
    from r4t_demo.train.sets import TrainingSets

    pairs = supervision.read(written, queries, engine.index, engine.encoder.id)
    few = len(engine.index) < FEW_ITEMS
    query_of, rows = supervision.widen(pairs.query_of, pairs.rows, diffusion.SLOTS, repeat=few)
    if not len(rows):
        raise UserError(
            "No query has two lists of enough different targets to learn from: write more with supervision --samples, or, on a "
            "catalogue of your own, take a larger budget."
        )
    return TrainingSets(engine.encoder.encode_text(queries), query_of, rows, pairs.targets), pairs.bank


def _diffusion(args, settings: Settings):
    from r4t_demo.engine import Engine
    from r4t_demo.train import diffusion

    yield from fit_retriever(
        Engine.load(settings), _distilled(args, settings), _state(args, "supervision"), _state(args, "diffusion.safetensors"),
        _teacher(args), steps=args.steps or diffusion.STEPS, seed=args.seed,
    )  # fmt: skip


def fit_retriever(
    engine, queries: Sequence[str], written: Path, state: Path, out: Path, *, steps: int, seed: int, start: Path | None = None,
    bank: tuple[list[str], "np.ndarray"] | None = None, **options,
):  # fmt: skip
    """Train the many-step retriever on the pairs that ``supervision`` has ``written`` for ``queries``, and save it in ``out``.

    ``start`` is a checkpoint to go on from. ``bank``: phrases and their unit vectors (n, d), by which directions are read;
    without it, what the lists have in common, and where that is nothing, the phrases of ``start``. ``options`` go to
    ``diffusion.train``.
    """
    from r4t_demo.fanout.denoiser import SetDenoiser
    from r4t_demo.fanout.retriever import load_bank, load_network
    from r4t_demo.train import diffusion

    sets, phrases = training_sets(engine, queries, written)
    if start:
        model = load_network(SetDenoiser, start, engine.encoder)
        ema = copy.deepcopy(model).requires_grad_(False)
        phrases = phrases or load_bank(start)[0]
    else:
        model, ema = diffusion.new_models(engine.encoder.dim, diffusion.SLOTS, engine.encoder.id)
    yield from diffusion.train(model, ema, sets, state, steps=steps, seed=seed, **options)
    phrases, vectors = bank or (phrases, engine.encoder.encode_text(phrases))
    diffusion.save(ema, phrases, vectors, out)


def _regression(args, settings: Settings, *, matched: bool):
    from r4t_demo.engine import Engine
    from r4t_demo.train import diffusion, regression

    if _task(args) is not TASKS["oar"]:
        raise UserError("The regression learns open-ended retrieval from folm-mini's lists: leave --task and --from out.")
    name = "regression-matched" if matched else "regression"
    engine = Engine.load(settings)
    sets, phrases = training_sets(engine, _distilled(args, settings), _state(args, "supervision"))
    model, ema = regression.new_models(engine.encoder.dim, diffusion.SLOTS, engine.encoder.id)
    yield from regression.train(
        model, ema, sets, _state(args, f"{name}.safetensors"),
        matched=matched, steps=args.steps or diffusion.STEPS, seed=args.seed,
    )  # fmt: skip
    diffusion.save(ema, phrases, engine.encoder.encode_text(phrases), args.out / name)


def _one_step(args, settings: Settings):
    from r4t_demo.encoder import Encoder
    from r4t_demo.fanout.denoiser import SetDenoiser
    from r4t_demo.fanout.retriever import load_bank, load_network
    from r4t_demo.train import diffusion, one_step

    encoder = Encoder.load(settings.encoder)
    teacher = load_network(SetDenoiser, _teacher(args), encoder)
    steps = {"whole_steps": args.steps, "refined_steps": args.steps} if args.steps else {}
    student = yield from one_step.distil(
        teacher, encoder.encode_text(_distilled(args, settings)), _state(args, "one-step"), seed=args.seed, **steps
    )
    diffusion.save(student, *load_bank(_teacher(args)), args.out / _task(args).student)


STEPS: dict[str, Callable] = {
    "soft-grpo": _soft_grpo,
    "supervision": _supervision,
    "diffusion": _diffusion,
    "one-step": _one_step,
    "regression": partial(_regression, matched=False),
    "regression-matched": partial(_regression, matched=True),
}
