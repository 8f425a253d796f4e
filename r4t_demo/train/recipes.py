"""R4T's own training steps, from demonstrations on, and the steering models' one.

``--task`` and ``--from`` lead other ways through the code (``Task``).
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from r4t_demo.cli.options import with_public_catalog, with_sample_catalog
from r4t_demo.errors import UserError
from r4t_demo.settings import Settings

if TYPE_CHECKING:
    from r4t_demo.train.folm.soft_grpo import Reward

OAR_WEIGHTS = (0.6, 0.2, 0.2)  # groundedness, diversity, alignment: the paper's
ROLLOUTS, RATE = 6, 1e-4  # of the embedded model: without a property check its lists forget what suits at three times the rate
MICRO = 16  # lists that pass through the network at once
COMMAND = "python -m r4t_demo train"


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
POLICY_STEPS = ("soft-grpo", "sft")  # the steps whose language model can write a retriever's training lists
WITHOUT_RL = Task("folm-sft", "diffusion-base-teacher", "diffusion-base", "base-", samples=2)
# Demonstrations of a domain, put in the words of one of the embedded catalogues, and how many of them at most.
GROUNDED = {"atelier": ("fashion", 5_000), "rainy-sunday": ("music", 2_500), "hearth-and-shelf": ("home", 2_500)}
HELD_OUT = 60  # requests of each whose loss is shown
AS_THEY_ARE = 600  # demonstrations of any domain that stay as they are


def _task(args) -> Task:
    if args.source == "soft-grpo":
        return TASKS[args.task]
    if args.task != "oar":
        raise UserError("--from sft makes a retriever for open-ended retrieval: leave --task out.")
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
    from r4t_demo.train.data import corpus, reference_sets

    if args.task == "stylist":
        every = reference_sets.stylist_outfits(args.data)
        elsewhere = {one.query for one in every if one.split != "train"}
        return [one for one in reference_sets.select(every, "train") if one.query not in elsewhere]
    sets = reference_sets.select(reference_sets.titled_outfits(settings.assets / "atelier"), "train")
    titles = set(corpus.without_terms([one.query for one in sets], corpus.held_out_terms(settings.assets)))
    return [one for one in sets if one.query in titles]


def _practice(args, settings: Settings, engine, weights: Sequence[float]) -> tuple[list[str], "Reward"]:
    """The queries that the policy practises on, and their reward.

    ``weights`` are those of OAR's three parts; for WSCR there is one query of each outfit, with its own items as the set.
    """
    from r4t_demo.train.data import corpus, demonstrations
    from r4t_demo.train.folm.set_recall import SetRecall
    from r4t_demo.train.folm.soft_grpo import OarReward
    from r4t_demo.train.folm.suiting import SuitingReward

    if args.task == "photos":
        return corpus.training_queries(settings.catalog_folder), OarReward(weights)
    if args.task == "oar":
        queries = corpus.everyday_requests(settings.assets)
        shown = demonstrations.select(settings.assets / demonstrations.FOLDER, "train")
        return queries, SuitingReward.on(engine, [one for one in shown if one.domain == "fashion"], queries, weights)
    outfits = _outfits(args, settings)
    return [one.query for one in outfits], SetRecall([{*map(engine.catalog.row, one.items)} for one in outfits])


def _distilled(args, settings: Settings) -> list[str]:
    """The queries of the retriever's training pairs."""
    from r4t_demo import minilm
    from r4t_demo.train.data import corpus

    if args.task == "photos":
        return corpus.training_queries(settings.catalog_folder)
    if args.task == "oar":
        return corpus.distillation_queries(settings.assets, corpus.everyday_words(minilm.folder() / "vocab.txt"))
    return list(dict.fromkeys(one.query for one in _outfits(args, settings)))


def _best(args, settings: Settings, catalog):
    """The filter that ``--keep`` asks for. A title is rewarded for the items of all its outfits."""
    from r4t_demo.train.diffusion.supervision import Best
    from r4t_demo.train.folm.set_recall import SetRecall
    from r4t_demo.train.folm.soft_grpo import OarReward

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


def _split(args, settings: Settings):
    """Assign the demonstrations' requests to splits."""
    from r4t_demo.train.core.progress import Progress
    from r4t_demo.train.data import demonstrations

    splits = demonstrations.save_splits(settings.assets)
    yield Progress("split", 1, 1, {name: float(len(queries)) for name, queries in splits.items()})


def _sft(args, settings: Settings):
    """Demonstrations into an adapter of the embedded language model."""
    from r4t_demo.encoder import Encoder
    from r4t_demo.train.data import demonstrations
    from r4t_demo.train.folm import sft

    folder = settings.assets / demonstrations.FOLDER
    lists, held_out = (demonstrations.select(folder, split) for split in ("train", "held-out"))
    policy = _policy(Encoder.load(settings.encoder), seed=args.seed)
    yield from sft.train(policy, lists, held_out, args.runs / "sft.safetensors", steps=args.steps or 320, seed=args.seed)
    policy.save(args.out / "folm-sft")


def _ground(args, settings: Settings):
    """Demonstrations in the words of the embedded catalogues, into the adapter, beside some as they are for any other."""
    from r4t_demo.encoder import Encoder
    from r4t_demo.engine import Engine
    from r4t_demo.fanout.card import catalog_card
    from r4t_demo.train.data import corpus, demonstrations
    from r4t_demo.train.folm import grounding, sft

    encoder, rng, folder = Encoder.load(settings.encoder), random.Random(7), settings.assets / demonstrations.FOLDER
    shown, kept = (demonstrations.select(folder, split) for split in ("train", "held-out"))
    policy, lists, held_out = _policy(encoder, args.out / "folm-sft"), [], []
    for name, (domain, count) in GROUNDED.items():
        engine = Engine.load(settings if name == "atelier" else with_sample_catalog(settings, name, args.runs))
        card = catalog_card(engine.catalog, policy.folm.count_tokens)
        own, others = ([one for one in part if one.domain == domain and not one.card] for part in (shown, kept))
        asked = corpus.everyday_requests(settings.assets) if name == "atelier" else sorted({one.query for one in shown})
        ground = partial(grounding.grounded, engine, own, form=policy.folm.form, card=card)
        lists += ground(rng.sample(asked, min(count, len(asked))))
        held_out += ground([one.query for one in others[:HELD_OUT]])
    lists += rng.sample(shown, AS_THEY_ARE)
    yield from sft.train(
        policy, lists, held_out, args.runs / "ground.safetensors",
        stage="ground", steps=args.steps or 600, rate=5e-4, seed=args.seed,
    )  # fmt: skip
    policy.save(args.runs / "folm-ground")


def _policy(encoder, start: "str | Path" = "", seed: int = 0, catalog=None):
    """The embedded language model, or the model or adapter of a folder or Hub id, with an adapter to train."""
    from r4t_demo.fanout.folm import Folm
    from r4t_demo.fanout.language_model import REVISION, SMOLLM2, below, folder_of
    from r4t_demo.train.folm.policy import LoraPolicy

    source = str(start) or f"{SMOLLM2}@{REVISION}"
    folm = Folm.load(source, encoder, Path(source).name, form=None if start else "compact", catalog=catalog, merge=False)
    folder = folder_of(source)
    base = below(folder)
    return LoraPolicy(folm, source if base == str(folder) else base, seed)


def _soft_grpo(args, settings: Settings):
    """Soft-GRPO, of the embedded model from its grounded lists, or with ``--policy`` of an instruct model as it is."""
    from r4t_demo import rewards
    from r4t_demo.engine import Engine
    from r4t_demo.train.core.processes import crew
    from r4t_demo.train.folm import soft_grpo

    if args.source != "soft-grpo":
        raise UserError("--from says whose lists a retriever learns from: leave it out of soft-grpo.")
    processes = crew()  # before anything is loaded: it gives each process its own GPU
    engine = Engine.load(settings)
    start = args.policy or args.runs / "folm-ground"
    if not args.policy and not start.is_dir():
        raise UserError(f"Soft-GRPO starts from '{start}', which is missing: run {COMMAND} ground before it.")
    name = f"folm-{TASKS[args.task].prefix}{Path(args.policy).name}" if args.policy else TASKS[args.task].policy
    policy = _policy(engine.encoder, start, args.seed, engine.catalog)
    queries, reward = _practice(args, settings, engine, rewards.WEIGHTS if args.policy else OAR_WEIGHTS)
    state = _state(args, f"folm-{Path(args.policy).name}.safetensors" if args.policy else "soft-grpo.safetensors")
    yield from soft_grpo.train(
        policy, queries, engine.index, state, steps=args.steps or (200 if args.policy else ROLLOUTS), reward=reward,
        rate=2e-5 if args.policy else RATE, seed=args.seed, batch=args.batch, micro=args.micro_batch or MICRO,
        every=10 if args.policy else 2, check=_common_sense(engine, policy, settings) if args.task == "oar" else None,
    )  # fmt: skip
    if processes.is_main_process:
        policy.save(args.out / name)


def _common_sense(engine, policy, settings: Settings):
    """What ``evaluate suits`` says of the policy as it is; for the log, nothing is chosen by it."""
    from r4t_demo.evaluate import suits

    labelled = suits.load(settings.assets / "suits" / "atelier.jsonl")

    def measure() -> dict[str, float]:
        figures = suits.of_lists(engine, labelled, policy.sample_lists)
        return {f"suits/{name}": value for name, value in zip(suits.METRICS, figures, strict=True)}

    return measure


def _supervision(args, settings: Settings):
    from r4t_demo.engine import Engine
    from r4t_demo.fanout.folm import Folm
    from r4t_demo.train.diffusion import supervision

    engine = Engine.load(settings)
    folm = Folm.load(args.out / _task(args).policy, engine.encoder, catalog=engine.catalog)
    yield from supervision.write(
        folm, _distilled(args, settings), engine.index, _state(args, "supervision"),
        targets=_task(args).targets, samples=args.samples or _task(args).samples,
        best=_best(args, settings, engine.catalog), seed=args.seed,
    )  # fmt: skip


def _diffusion(args, settings: Settings):
    from r4t_demo.engine import Engine
    from r4t_demo.train.diffusion import edm
    from r4t_demo.train.diffusion.fit import fit_retriever

    yield from fit_retriever(
        Engine.load(settings), _distilled(args, settings), _state(args, "supervision"), _state(args, "diffusion.safetensors"),
        _teacher(args), steps=args.steps or edm.STEPS, seed=args.seed,
    )  # fmt: skip


def _one_step(args, settings: Settings):
    from r4t_demo.encoder import Encoder
    from r4t_demo.fanout.denoiser import SetDenoiser
    from r4t_demo.fanout.retriever import load_bank, load_network
    from r4t_demo.train.diffusion import edm, one_step

    encoder = Encoder.load(settings.encoder)
    teacher = load_network(SetDenoiser, _teacher(args), encoder)
    steps = {"whole_steps": args.steps, "refined_steps": args.steps} if args.steps else {}
    student = yield from one_step.distil(
        teacher, encoder.encode_text(_distilled(args, settings)), _state(args, "one-step"), seed=args.seed, **steps
    )
    edm.save(student, *load_bank(_teacher(args)), args.out / _task(args).student)


def _modit(args, settings: Settings):
    """Train on a catalogue's attributes and write checkpoints/modit-mini, or modit-NAME for another catalogue than Atelier."""
    from r4t_demo.engine import Engine
    from r4t_demo.pattern import checkpoint
    from r4t_demo.pattern.recipe import Plan, Run
    from r4t_demo.pattern.steer import folder_name
    from r4t_demo.pattern.task import make_task

    if args.task in ("wscr", "stylist"):
        raise UserError(f"modit learns from a catalogue's attributes, not from outfits: leave --task {args.task} out.")
    engine, plan = Engine.load(settings), Plan(seed=args.seed)
    if args.steps:
        plan = replace(plan, raw=args.steps, ordered=args.steps, tails=args.steps, preference=args.steps)
    task = make_task(engine.catalog, engine.index, plan.label_share)
    run = Run(task, plan, args.runs / "modit", engine.encoder.id)
    yield from run.train()
    checkpoint.save(run, args.out / folder_name(engine.catalog.name))


STEPS: dict[str, Callable] = {
    "split": _split,
    "sft": _sft,
    "ground": _ground,
    "soft-grpo": _soft_grpo,
    "supervision": _supervision,
    "diffusion": _diffusion,
    "one-step": _one_step,
    "modit": _modit,
}
