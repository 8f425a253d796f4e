"""``python -m r4t_demo train STEP``: the steps that make checkpoints/, in the order of ``make checkpoints``.

Each step resumes from its state under ``--runs`` when it was cut short, and moves a finished checkpoint into place at once.
The steps from Soft-GRPO on are R4T's own; with ``--task wscr`` they go another way through the same code (``Task``).
"""

import argparse
import json
import random
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from r4t_demo.errors import UserError
from r4t_demo.settings import Settings

TEXT_STEPS = 1600
# The image tower's runs: side of the pictures, steps, batch, rate, drawings for every photo. Small pictures come first: they cost
# half, and most of what there is to learn can be seen in them.
IMAGE_RUNS = ((64, 1500, 256, 1e-3, 0.25), (96, 2400, 256, 7e-4, 0.35))
# How strongly a picture is drawn to its caption. A drawing has one target, which says all that a shopper would call it; a
# photo has several captions, of which each says a part.
PHOTO_PULL, DRAWING_PULL = 1.0, 8.0
OAR_WEIGHTS = (0.4, 0.2, 0.4)  # groundedness, diversity, alignment


@dataclass(frozen=True)
class Task:
    """What R4T's steps write: the checkpoints' names, the prefix of their states and how many lists a training query gets.

    Open-ended retrieval (OAR) learns from the composite reward, on many queries, and its retriever from the items found. Weakly
    supervised retrieval (WSCR) learns from the recall of Atelier's training outfits, on their titles alone, and its retriever
    from the sub-queries' text embeddings. Its teacher, which nothing serves, stays with the states.
    """

    policy: str
    student: str
    prefix: str
    samples: int


TASKS = {
    "oar": Task("folm-mini", "diffusion-mini", "", samples=2),
    "wscr": Task("folm-wscr", "diffusion-wscr", "wscr-", samples=16),
}


def add_parser(subparsers) -> None:
    """Add the ``train`` command."""
    parser = subparsers.add_parser("train", help="retrain a checkpoint")
    parser.add_argument("step", choices=list(STEPS), help="in this order")
    parser.add_argument(
        "--data",
        type=Path,
        default=Path("../shared/data"),
        help="folder of the real photos and playlists (encoder and folm-base)",
    )
    parser.add_argument(
        "--task",
        choices=list(TASKS),
        default="oar",
        help="of soft-grpo and the steps behind it (%(default)s)",
    )
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="folder for resumable states")
    parser.add_argument("--out", type=Path, help="folder to write the checkpoints to (default: the app's)")
    parser.add_argument("--steps", type=int, help="shorten or lengthen the run")
    parser.add_argument("--samples", type=int, help="lists that supervision samples a query (oar 2, wscr 16)")
    parser.add_argument("--keep", type=int, help="of which supervision keeps those with the highest reward (all)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--events", type=Path, help="append every progress record to this file, one JSON object a line")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Run one step and show its progress on standard error."""
    import torch

    settings = Settings.from_env()
    torch.set_num_threads(settings.threads)
    args.out = args.out or settings.checkpoints
    follow(STEPS[args.step](args, settings), args.events)


def follow(records: Iterable, events: Path | None) -> None:
    """Print each record and, where asked, append it to a file of JSON lines."""
    for record in records:
        figures = "  ".join(
            f"{name} {value:.3f}" if isinstance(value, float) else f"{name}: {value}" for name, value in record.metrics.items()
        )
        print(f"{record.stage} {record.step}/{record.total}  {figures}", file=sys.stderr, flush=True)
        if events:
            events.parent.mkdir(parents=True, exist_ok=True)
            with events.open("a", encoding="utf-8") as file:
                file.write(
                    json.dumps({"stage": record.stage, "step": record.step, "total": record.total, "metrics": record.metrics})
                    + "\n"
                )


def _need_data(data: Path) -> None:
    if not (data / "fashion-products").is_dir():
        raise UserError(
            "This step trains on real photos that are not part of the project: "
            f"no folder {data / 'fashion-products'}; name it with --data."
        )


def _words() -> list[str]:
    from r4t_demo.train import corpus, teacher

    return corpus.everyday_words(teacher.teacher_folder() / "vocab.txt")


def _tower_texts(args, settings: Settings) -> list[str]:
    """What the text tower reads: everyday words and their combinations, fashion, product titles, music."""
    from r4t_demo.train import corpus

    everyday = _words()
    held_out = corpus.held_out_words(everyday)
    words = corpus.without_words(everyday, held_out)
    queries = corpus.training_queries(settings.assets)
    texts = [
        *words,
        *corpus.photo_titles(args.data),
        *corpus.combinations(words, 40_000, args.seed),
        *corpus.term_phrases(queries, 25_000, args.seed),
        *corpus.music_texts(args.data),
    ]
    return corpus.without_terms(corpus.without_words(texts, held_out), corpus.held_out_terms(settings.assets))


def _towers_space(args, settings: Settings):
    """Return the function that embeds texts in the towers' space: MiniLM, kept on disk, behind one projection."""
    from r4t_demo.train import corpus, encoder, teacher

    states = args.runs / "encoder"
    minilm = teacher.Teacher()

    def minilm_vectors(texts: list[str]):
        return teacher.kept_vectors(minilm, texts, states / "minilm")

    sample = random.Random(0).sample(_tower_texts(args, settings), 20_000)
    terms, looks = corpus.training_terms(settings.assets)
    space = teacher.fit_space(minilm_vectors(sample), minilm_vectors(terms), looks, encoder.DIM)
    return lambda texts: teacher.rotate(minilm_vectors(list(texts)), space)


def _text_tower(args, settings: Settings):
    from r4t_demo.train import encoder

    _need_data(args.data)
    embed, texts = _towers_space(args, settings), _tower_texts(args, settings)
    model, state = encoder.new_model(), args.runs / "encoder/text.safetensors"
    if not state.exists():
        encoder.start_as_average_of_words(model, embed)
    yield from encoder.distil_text(model, texts, embed(texts), state, steps=args.steps or TEXT_STEPS, seed=args.seed)


def _image_tower(args, settings: Settings):
    import numpy as np

    from r4t_demo.train import corpus, encoder, encoder_data

    _need_data(args.data)
    states = args.runs / "encoder"
    if not (states / "text.safetensors").exists():
        raise UserError("Train the text tower first: python -m r4t_demo train text-tower")
    # The captions' vectors are those of the finished text tower: a picture shall lie where its words are found later.
    embed = encoder.text_reader(states / "text.safetensors")
    photos, captions = encoder_data.photos(args.data, embed, states, corpus.held_out_terms(settings.assets))
    drawn, targets = encoder_data.atelier(settings.assets / "atelier", embed)
    pixels = np.concatenate([photos, drawn])
    captions = np.concatenate([captions, np.repeat(targets, captions.shape[1], axis=1)])

    def of_each(photo: float, drawing: float) -> np.ndarray:
        return np.concatenate([np.full(len(photos), photo), np.full(len(drawn), drawing)])

    model, state, pulls = encoder.new_model(), None, of_each(PHOTO_PULL, DRAWING_PULL)
    encoder.start_from_imagenet(model)
    for number, (size, steps, batch, rate, drawings) in enumerate(IMAGE_RUNS):
        if state:
            encoder.start_tower(model.visual, state, "model.tower.")
        state, weights = states / f"image{number}.safetensors", of_each(1 / len(photos), drawings / len(drawn))
        yield from encoder.align_images(
            model, pixels, captions, weights, pulls, state,
            steps=args.steps or steps, size=size, batch=batch, rate=rate, seed=args.seed + number,
        )  # fmt: skip
    encoder.export(encoder.with_towers(states / "text.safetensors", state), args.out / "clip-mini")


def _folm_base(args, settings: Settings):
    from r4t_demo.encoder import Encoder
    from r4t_demo.train import corpus, folm, lists

    _need_data(args.data)
    encoder = Encoder.load(settings.encoder)
    words = _words()
    held_out = corpus.held_out_terms(settings.assets)
    terms = corpus.broad_queries(settings.assets)
    general = corpus.without_terms([*corpus.combinations(words, 6_000, 1), *corpus.photo_titles(args.data)[::40]], held_out)
    queries = list(dict.fromkeys([*terms, *general]))
    titles = (title.lower() for title in corpus.photo_titles(args.data)[::4])
    phrases = corpus.without_terms([*lists.phrase_bank(30_000), *titles], held_out)
    tokenizer = folm.train_tokenizer(
        [
            *queries,
            *phrases,
            *(lists.fill(template, random.Random(i), "") for i in range(200) for template in lists.PARAPHRASES),
            *words,
        ]
    )
    model = folm.new_model(tokenizer, encoder.dim, encoder.id)
    yield from folm.supervise(
        model, tokenizer, queries, encoder.encode_text(queries), phrases, encoder.encode_text(phrases),
        args.runs / "folm-base.safetensors", steps=args.steps or 400, seed=args.seed,
    )  # fmt: skip
    folm.save(model, tokenizer, args.out / "folm-base")


def _state(args, name: str) -> Path:
    return args.runs / f"{TASKS[args.task].prefix}{name}"


def _teacher(args) -> Path:
    return _state(args, "diffusion-teacher") if args.task == "wscr" else args.out / "diffusion-teacher"


def _outfits(settings: Settings) -> list:
    """Atelier's training outfits, their titles free of held-out terms."""
    from r4t_demo.train import corpus, reference_sets

    sets = reference_sets.select(reference_sets.titled_outfits(settings.assets / "atelier"), "train")
    titles = set(corpus.without_terms([one.query for one in sets], corpus.held_out_terms(settings.assets)))
    return [one for one in sets if one.query in titles]


def _practice(args, settings: Settings, catalog) -> tuple[list[str], object]:
    """The queries that the policy practises on, and their reward: for WSCR one of each outfit, with its own items as the set."""
    from r4t_demo.train import corpus
    from r4t_demo.train.set_recall import SetRecall
    from r4t_demo.train.soft_grpo import OarReward

    if args.task == "oar":
        return corpus.broad_queries(settings.assets), OarReward(OAR_WEIGHTS)
    outfits = _outfits(settings)
    return [one.query for one in outfits], SetRecall([{catalog.row(item) for item in one.items} for one in outfits])


def _distilled(args, settings: Settings) -> list[str]:
    """The queries of the retriever's training pairs."""
    from r4t_demo.train import corpus

    if args.task == "oar":
        return corpus.distillation_queries(settings.assets, _words())
    return list(dict.fromkeys(one.query for one in _outfits(settings)))


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
    if args.task == "oar":
        return Best(args.keep, OarReward(OAR_WEIGHTS))
    rows_of: dict[str, set[int]] = {}
    for one in _outfits(settings):
        rows_of.setdefault(one.query, set()).update(map(catalog.row, one.items))
    return Best(args.keep, SetRecall(list(rows_of.values())))


def _soft_grpo(args, settings: Settings):
    from r4t_demo.engine import Engine
    from r4t_demo.fanout.folm import Folm
    from r4t_demo.train import folm, soft_grpo

    engine = Engine.load(settings)
    policy = Folm.load(args.out / "folm-base", engine.encoder)
    queries, reward = _practice(args, settings, engine.catalog)
    yield from soft_grpo.train(
        policy, queries, engine.index, _state(args, "soft-grpo.safetensors"),
        steps=args.steps or 230, reward=reward, seed=args.seed,
    )  # fmt: skip
    folm.save(policy.model, policy.tokenizer, args.out / TASKS[args.task].policy)


def _supervision(args, settings: Settings):
    from r4t_demo.engine import Engine
    from r4t_demo.fanout.folm import Folm
    from r4t_demo.train import supervision

    engine = Engine.load(settings)
    folm = Folm.load(args.out / TASKS[args.task].policy, engine.encoder)
    yield from supervision.write(
        folm, _distilled(args, settings), engine.index, _state(args, "supervision"),
        targets="content" if args.task == "oar" else "text", samples=args.samples or TASKS[args.task].samples,
        best=_best(args, settings, engine.catalog), seed=args.seed,
    )  # fmt: skip


def _diffusion(args, settings: Settings):
    from r4t_demo.engine import Engine
    from r4t_demo.train import diffusion, supervision

    engine = Engine.load(settings)
    queries = _distilled(args, settings)
    pairs = supervision.read(_state(args, "supervision"), queries, engine.index, engine.encoder.id)
    query_of, rows = supervision.widen(pairs.query_of, pairs.rows, diffusion.SLOTS)
    if not len(rows):
        raise UserError(
            "No query has two lists of enough different targets to learn from: write more with supervision --samples."
        )
    model, ema = diffusion.new_models(engine.encoder.dim, diffusion.SLOTS, engine.encoder.id)
    yield from diffusion.train(
        model, ema, engine.encoder.encode_text(queries), query_of, rows, pairs.targets, _state(args, "diffusion.safetensors"),
        steps=args.steps or 4500, seed=args.seed,
    )  # fmt: skip
    diffusion.save(ema, pairs.bank, engine.encoder, _teacher(args))


def _one_step(args, settings: Settings):
    from r4t_demo.encoder import Encoder
    from r4t_demo.fanout.diffusion import DiffusionRetriever
    from r4t_demo.train import diffusion, one_step

    encoder = Encoder.load(settings.encoder)
    teacher = DiffusionRetriever.load(_teacher(args), encoder)
    query_vectors = encoder.encode_text(_distilled(args, settings))
    yield from one_step.write_pairs(teacher.model, query_vectors, _state(args, "one-step"), seed=args.seed)
    student, ema = one_step.new_student(teacher.model)
    yield from one_step.train(
        student, ema, query_vectors, one_step.read_pairs(_state(args, "one-step")), _state(args, "one-step.safetensors"),
        steps=args.steps or 6000, seed=args.seed,
    )  # fmt: skip
    diffusion.save(ema, teacher.phrases, encoder, args.out / TASKS[args.task].student)


STEPS = {
    "text-tower": _text_tower,
    "image-tower": _image_tower,
    "folm-base": _folm_base,
    "soft-grpo": _soft_grpo,
    "supervision": _supervision,
    "diffusion": _diffusion,
    "one-step": _one_step,
}
