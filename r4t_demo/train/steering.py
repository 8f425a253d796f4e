"""The training step of the steering models: MO-DiT and HPPO on the catalogue that the settings name, or on the real photos."""

from dataclasses import replace

from r4t_demo.errors import UserError
from r4t_demo.settings import Settings


def modit(args, settings: Settings):
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


STEPS = {"modit": modit}
