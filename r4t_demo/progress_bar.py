"""Progress on standard error."""

from collections.abc import Iterable


def show_progress(records: Iterable[dict]) -> None:
    """A bar a stage with items/s and the time left; what an earlier run had finished counts for neither.

    A record has "stage", "step" and "total", in items.
    """
    from tqdm import tqdm

    bars: dict[str, tqdm] = {}
    for record in records:
        stage = record["stage"]
        if stage not in bars:
            bars[stage] = tqdm(desc=stage, total=record["total"], initial=record["step"], unit=" items")
        bars[stage].update(record["step"] - bars[stage].n)
    for bar in bars.values():
        bar.close()
