"""The race: both methods on the same requests, in the app's own lines, and who takes too long is stopped."""

import pytest

from r4t_demo.errors import UserError
from r4t_demo.serve.desk import Desk
from r4t_demo.serve.race import COUNTS, Lap, race
from tests.ui.fake_engine import FakeEngine

QUERIES = ["rainy Sunday", "ski weekend", "black tie evening"]


@pytest.fixture
def engine(tmp_path):
    return FakeEngine(tmp_path)


def test_each_method_answers_all_of_them_and_tells_how_far_it_is(engine):
    laps = list(race(Desk(engine).engine, QUERIES, 8))
    assert [lap for lap in laps if lap.ended] == [
        Lap("diffusion", 8, 8, pytest.approx(8 * 0.038), True),
        Lap("folm", 8, 8, pytest.approx(8 * 0.421), True),
    ]  # the milliseconds that the engine tells, of all requests together
    written = [lap.answered for lap in laps if lap.method == "folm"]
    assert written == sorted(written) and written[0] == 0 and written[-1] == 8 and len(written) > 8
    assert not any(lap.stopped for lap in laps)


def test_many_go_in_batches_of_the_lines_own_size_with_the_requests_over_and_over(engine, monkeypatch):
    asked, run = [], engine.run

    def noted(queries, methods, **options):
        asked.append((methods, queries))
        return run(queries, methods, **options)

    monkeypatch.setattr(engine, "run", noted)
    list(race(Desk(engine).engine, QUERIES, 128, limit=100.0))
    assert [(methods, len(queries)) for methods, queries in asked] == [(["diffusion"], 8)] * 16 + [(["folm"], 8)] * 16
    assert asked[0][1][:4] == [*QUERIES, QUERIES[0]]


def test_who_takes_too_long_is_stopped_with_what_was_reached(engine):
    *_, diffusion, folm = [lap for lap in race(Desk(engine).engine, QUERIES, 32, limit=0.0) if lap.ended]
    assert (diffusion.answered, diffusion.stopped) == (0, True)  # not even begun
    assert folm.stopped and folm.answered == 0 and folm.asked == 32


def test_a_list_that_is_whole_counts_though_its_batch_is_not(engine, monkeypatch):
    """The clock goes by the sub-queries that are told: ten of the first list, then the time is over."""
    clock = iter(range(1000))
    monkeypatch.setattr("r4t_demo.serve.race.perf_counter", lambda: float(next(clock)))
    *_, folm = race(Desk(engine).engine, QUERIES, 8, limit=14.0)
    assert (folm.answered, folm.asked, folm.stopped) == (1, 8, True)


def test_who_looks_away_stops_it(engine):
    desk = Desk(engine)
    watched = race(desk.engine, QUERIES, 128)
    next(lap for lap in watched if lap.method == "folm")
    watched.close()
    assert desk.load == {"running": 0, "waiting": 0}
    assert sum(methods == ["folm"] for _, methods, _ in engine.calls) == 1, "no further batch has begun"


def test_another_number_is_refused_and_so_is_a_full_line(engine):
    with pytest.raises(UserError, match="7 requests at once cannot be raced: choose 1, 8, 32 or 128"):
        next(race(Desk(engine).engine, QUERIES, 7))
    desk = Desk(engine)
    desk.close(0)
    with pytest.raises(UserError, match="stopped or restarted"):
        list(race(desk.engine, QUERIES, COUNTS[0]))
