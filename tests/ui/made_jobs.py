"""Jobs in every phase, as files: what a run would have left in its folder, without a run."""

import json
import secrets
import time
from pathlib import Path

from r4t_demo.catalog import Catalog
from r4t_demo.jobs import Jobs
from r4t_demo.jobs.folder import CATALOG, EVENTS, STATUS, ZIPS, Record
from r4t_demo.pattern.own import FOLDER as STEERING
from r4t_demo.train.core import events
from r4t_demo.train.core.child import since_boot
from r4t_demo.train.tune import catalog_queries
from r4t_demo.train.tune.archive import zip_name
from r4t_demo.ui.own.tab import PARTS
from tests.sources.makers import taken_in

UNDERSTOOD = {
    "labels": [["rustic", 22], ["coastal", 21], ["teal", 9]], "words": [["speckled", 17], ["ribbed", 12]],
    "seen": [["table lamps", 16], ["mugs", 15]], "domain": [["home", 40]],
}  # fmt: skip
QUERY = "cosy evening at home"
MESSAGES = {
    "failed": "It was stopped after 120 minutes, the most that a run may take.",
    "asks": "No column is called a title.",
    "refused": "The catalogue has 5 items, and at least 20 are needed to train on it.",
}


def make_job(
    jobs: Jobs, source: Path, state: str, budget: str | None = "small", session: str = "another", rollouts: int = 24,
    steers: bool = False,
) -> str:  # fmt: skip
    """Leave a job over ``source`` in a state; ``rollouts`` of 24 are told of in its events. Returns its id.

    ``steers``: it has a folder for what steers it, and nothing in that; see ``fake_steering``.
    """
    job = secrets.token_urlsafe(16)
    folder = jobs.root / job
    taken_in(source, folder / CATALOG)
    catalog = Catalog.load(folder / CATALOG)
    queries = catalog_queries.make_queries(catalog, UNDERSTOOD, 160)
    catalog_queries.save(folder / CATALOG, queries, UNDERSTOOD)
    for event in run_events(catalog, rollouts if budget else 0):
        events.append(folder / EVENTS, event)
    if steers:
        (folder / CATALOG / STEERING).mkdir()
    if state == "done":
        (folder / CATALOG / "comparison.json").write_text(json.dumps(COMPARISON))
        (folder / ZIPS).mkdir()
        (folder / ZIPS / zip_name(source.name)).write_bytes(b"packed")
        events.append(folder / EVENTS, {"stage": events.FINISHED, "step": 1, "total": 1, "metrics": {}})
    now = time.time()
    ended = 0.0 if state in ("queued", "running") else now
    message = MESSAGES.get(state, "")
    times = now - 200, now - 190, ended, 1, since_boot() - 180
    Record(session, source.name, "upload", budget, state, *times, message, seconds=170.0).write(folder / STATUS)
    return job


def run_events(catalog: Catalog, rollouts: int):
    """What a run says, up to a rollout."""
    for stage, total in (("read", len(catalog)), ("embed", len(catalog)), ("queries", 400)):
        yield {"stage": stage, "step": total, "total": total, "metrics": {"seconds_left": 300.0}}
    for step in range(1, rollouts + 1):
        share = step / 24
        metrics = {
            "reward": 0.3 + 0.15 * share, "groundedness": 0.4 + 0.1 * share, "diversity": 0.35 + 0.3 * share**0.5,
            "alignment": 0.5 - 0.1 * share, "entropy": 2.1 - 0.7 * share, "kl": 0.01 * share, "frac_reward_zero_std": 0.02,
            "seconds_left": 240 - 10.0 * step,
        }  # fmt: skip
        event = {"stage": "soft-grpo", "step": step, "total": 24, "metrics": metrics}
        if step % 6 == 1:
            items = catalog.items[step :: max(1, len(catalog) // 13)][:10]
            event["answer"] = {
                "query": QUERY,
                "sub_queries": [f"{QUERY} {item.title}" for item in items],
                "items": [item.item_id for item in items],
            }
        yield event
    if rollouts == 24:
        for step in range(20, 161, 20):
            yield {"stage": "diffusion", "step": step, "total": 160, "metrics": {"loss": 1 / step**0.5, "seconds_left": 30.0}}


METHODS = ("none", "mmr", "folm-before", "folm", "diffusion")
EVIL = "<img src=x onerror=alert(1)>"  # a title of markup
COMPARISON = {
    "n_queries": 40,
    "methods": {
        name: {
            metric: [0.3 + i / 20, 0.27 + i / 20, 0.33 + i / 20] for metric in ("diversity", "content_alignment", "groundedness")
        }
        for i, name in enumerate(METHODS)
    },
    "labelled": None,
    "ratios": {"folm/folm-before": {"diversity": [1.31, 1.2, 1.4]}, "diffusion/folm": {"diversity": [0.97, 0.94, 1.01]}},
}


def visible(drawn) -> set[str]:
    """The parts of the tab that a step shows."""
    return {part for part in PARTS if drawn.get(f"{part}_part", {}).get("visible")}
