"""Jobs as visitors and their page see them, over a process that stands in for a training run."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from r4t_demo import jobs as module
from r4t_demo.child import Child
from r4t_demo.errors import UserError
from r4t_demo.jobs import Jobs
from r4t_demo.settings import Settings

# argv: events file, how it shall end. It starts a process of its own, as a data loader would.
RUN = """
import subprocess, sys, time
from pathlib import Path
from r4t_demo.train.events import append
events, end = Path(sys.argv[1]), sys.argv[2]
helper = subprocess.Popen(["sleep", "900"])
append(events, {"stage": "read", "step": 1, "total": 4, "metrics": {"seconds_left": 9.5, "helper": helper.pid}})
if end == "wait":
    time.sleep(900)
helper.kill()
if end != "crash":
    append(events, {"stage": end, "step": 1, "total": 1, "metrics": {"message": "row 3: no picture."}})
"""


@pytest.fixture
def upload(tmp_path: Path) -> Path:
    path = tmp_path / "shop.zip"
    path.write_bytes(b"zip")
    return path


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(module, "SPARE", 0)  # the machine that tests may be nearly full
    monkeypatch.setattr(module, "WEIGH", -1.0)
    return Settings(jobs=tmp_path / "jobs")


class Ends:
    """The command of the next processes, by how they shall end."""

    def __init__(self) -> None:
        self.next = "wait"

    def __call__(self, folder: Path, record) -> list[str]:
        return [sys.executable, "-c", RUN, str(folder / module.EVENTS), self.next]


@pytest.fixture
def ends() -> Ends:
    return Ends()


@pytest.fixture
def jobs(settings: Settings, ends: Ends):
    jobs = Jobs(settings, ends)
    yield jobs
    for path in settings.jobs.glob("*/status.json"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Jobs, "_advance", lambda self: None)
            jobs.cancel(path.parent.name)


def until(condition: Callable[[], object]) -> object:
    """Wait for a condition; the test fails where it never comes."""
    end = time.monotonic() + 120  # a job has the lowest priority, and the machine may be busy
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.02)
    raise AssertionError("it never came")


def reach(jobs: Jobs, job: str, state: str) -> module.Status:
    return until(lambda: (status := jobs.status(job)).state == state and status)


def at_work(jobs: Jobs, job: str) -> list[psutil.Process]:
    """Wait for the first event of a job's process; returns that and the one that it started."""
    record = jobs._record(job)
    [event] = until(lambda: [one for one in jobs.events(job)[0] if one["time"] > record.queued])
    return [psutil.Process(record.pid), psutil.Process(event["metrics"]["helper"])]


def test_a_preparation_is_ready_and_a_whole_run_is_done(jobs: Jobs, ends: Ends, upload: Path) -> None:
    ends.next = "finished"
    job = jobs.start([upload], "ann")
    assert (jobs.root / job / "upload" / "shop.zip").read_bytes() == b"zip"
    assert reach(jobs, job, "ready").name == "shop.zip"
    with pytest.raises(UserError, match="no result yet"):
        jobs.result(job)
    jobs.train(job, "small", ["rainy  sunday", " ", "black tie"])
    status = reach(jobs, job, "done")
    assert (status.budget, status.seconds_left, status.message) == ("small", None, "")
    assert (jobs.root / job / module.QUERIES).read_text() == "rainy sunday\nblack tie\n"
    assert jobs.result(job) == jobs.catalog(job) == jobs.root / job / "catalog"
    assert [event["stage"] for event in jobs.events(job)[0]] == ["read", "finished"], "the preparation's are gone"


def test_what_it_runs_is_the_command_line(upload: Path, settings: Settings) -> None:
    record = module.Record("ann", "shop.zip", "upload/shop.zip", "small", "queued", 0.0, 0.0)
    folder = settings.jobs / "job"
    argv = module._command(folder, record)
    assert argv[1:5] == ["-m", "r4t_demo", "train", str(folder / "upload/shop.zip")]
    assert argv[argv.index("--budget") + 1] == "small" and "--queries" not in argv
    assert module._command(folder, replace(record, budget=None))[-2:] == ["--until", "queries"]
    environment = replace(settings, threads=7).environment()
    assert environment["R4T_THREADS"] == "7" and Path(environment["R4T_CHECKPOINTS"]).is_absolute()


@pytest.mark.parametrize(("threads", "left"), [(4, "3"), (1, "1")])
def test_a_run_leaves_one_core_to_the_visitors(upload: Path, settings: Settings, threads: int, left: str) -> None:
    tell = "import os, sys; from pathlib import Path; Path(sys.argv[1]).write_text(os.environ['R4T_THREADS'])"
    jobs = Jobs(replace(settings, threads=threads), lambda folder, _: [sys.executable, "-c", tell, str(folder / "threads")])
    told = jobs.root / jobs.start([upload], "ann", "small") / "threads"
    until(lambda: told.is_file() and told.read_text())
    assert told.read_text() == left


def test_a_failure_is_told_by_its_own_sentence_and_a_kill_by_one_of_ours(jobs: Jobs, ends: Ends, upload: Path) -> None:
    ends.next = "failed"
    job = jobs.start([upload], "ann", "small")
    assert reach(jobs, job, "failed").message == "row 3: no picture."
    ends.next = "wait"
    jobs.resume(job)
    leader, helper = at_work(jobs, job)
    leader.kill()
    assert "Resume goes on" in reach(jobs, job, "failed").message, "the sentence is not that of the run before"
    helper.kill()
    ends.next = "finished"
    jobs.resume(job)
    assert reach(jobs, job, "done").message == ""
    with pytest.raises(UserError, match="nothing to resume"):
        jobs.resume(job)


def test_what_was_refused_is_not_resumed_but_may_be_begun_otherwise(jobs: Jobs, ends: Ends, upload: Path) -> None:
    ends.next = "refused"
    job = jobs.start([upload], "ann", "small")
    assert reach(jobs, job, "refused").message == "row 3: no picture."
    with pytest.raises(UserError, match="refused again"):
        jobs.resume(job)
    assert jobs.status(job).state == "refused"
    ends.next = "finished"
    jobs.train(job, "small", ["rainy sunday"])
    assert reach(jobs, job, "done").message == ""


def test_cancel_leaves_no_process_behind(jobs: Jobs, upload: Path) -> None:
    job = jobs.start([upload], "ann", "small")
    processes = at_work(jobs, job)
    assert jobs.status(job).seconds_left == 9.5 and processes[0].nice() == 19
    if sys.platform == "linux":
        assert Path(f"/proc/{processes[0].pid}/oom_score_adj").read_text() == "1000\n", "the first to go when the memory is full"
    jobs.cancel(job)
    assert jobs.status(job).state == "cancelled"
    _, alive = psutil.wait_procs(processes, timeout=2)
    assert alive == []


def test_a_process_that_does_not_listen_is_killed(jobs: Jobs, upload: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deaf = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n{RUN}"
    jobs._command = lambda folder, record: [sys.executable, "-c", deaf, str(folder / module.EVENTS), "wait"]
    job = jobs.start([upload], "ann", "small")
    processes = at_work(jobs, job)
    jobs.cancel(job)
    _, alive = psutil.wait_procs(processes, timeout=2)
    assert alive == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may raise a priority")
def test_a_process_that_shall_end_gets_the_time_to(jobs: Jobs, upload: Path) -> None:
    heard = "lambda *_: (events.with_name('nice').write_text(str(os.nice(0))), os._exit(0))"
    tells = RUN.replace("if end ==", f"import os, signal; signal.signal(signal.SIGTERM, {heard})\nif end ==")
    jobs._command = lambda folder, record: [sys.executable, "-c", tells, str(folder / module.EVENTS), "wait"]
    job = jobs.start([upload], "ann", "small")
    at_work(jobs, job)
    time.sleep(0.2)
    jobs.cancel(job)
    assert (jobs.root / job / "nice").read_text() == "0", "among others at work, one of the lowest priority takes seconds to end"


def test_a_new_app_finds_the_job_of_one_that_was_killed(settings: Settings, upload: Path) -> None:
    app = f"""
import sys, time
from pathlib import Path
from r4t_demo import jobs
from r4t_demo.settings import Settings
jobs.SPARE = 0
argv = lambda folder, record: [sys.executable, "-c", {RUN!r}, str(folder / jobs.EVENTS), "wait"]
print(jobs.Jobs(Settings(jobs=Path({str(settings.jobs)!r})), argv).start([Path({str(upload)!r})], "ann", "small"), flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", app], stdout=subprocess.PIPE, text=True) as first:
        job = first.stdout.readline().strip()
        first.kill()
    second = Jobs(settings)
    processes = at_work(second, job)
    assert second.status(job).state == "running"
    second.cancel(job)
    assert psutil.wait_procs(processes, timeout=2)[1] == []


def test_a_recycled_process_id_is_not_the_jobs(jobs: Jobs, upload: Path) -> None:
    job = jobs.start([upload], "ann", "small")
    processes = at_work(jobs, job)
    record = jobs._record(job)
    myself = psutil.Process().pid
    jobs._write(job, replace(record, pid=myself))  # as if this process had got the id of the job's, which is gone
    assert jobs.status(job).state == "failed"
    jobs.cancel(job)  # would end the tests
    assert not Child(myself, record.began).alive() and Child(record.pid, record.began).alive()
    Child(record.pid, record.began).kill()
    assert psutil.wait_procs(processes, timeout=2)[1] == []


def test_one_run_a_session_and_a_queue_for_all(jobs: Jobs, ends: Ends, upload: Path) -> None:
    first = jobs.start([upload], "ann", "small")
    with pytest.raises(UserError, match="already"):
        jobs.start([upload], "ann", "small")
    second, third = jobs.start([upload], "ben", "small"), jobs.start([upload], "cat", "small")
    assert [jobs.status(job).position for job in (first, second, third)] == [None, 1, 2]
    prepared = jobs.start([upload], "dan")
    assert jobs.status(prepared).state == "running", "a preparation does not wait for trainings"
    ends.next = "finished"
    jobs.cancel(second)
    assert jobs.status(third).position == 1
    jobs.cancel(first)
    reach(jobs, third, "done")
    assert {status.job for status in jobs.of("ann")} == {first}
    with pytest.raises(UserError, match="already"):
        jobs.train(prepared, "small")


def test_an_id_that_is_none_leads_nowhere(jobs: Jobs, upload: Path) -> None:
    job = jobs.start([upload], "ann", "small")
    assert len(job) >= 20
    for name in ("", "..", "../jobs", f"{job}/../{job}", "unknown", job[:-1]):
        for ask in (jobs.status, jobs.cancel, jobs.events, jobs.log, jobs.resume, jobs.result, jobs.delete):
            with pytest.raises(UserError, match="no such run"):
                ask(name)
    assert "ann" not in str(jobs.status(job)), "the session of a job is nobody's business"
    jobs.delete(job)
    assert not (jobs.root / job).exists()


@pytest.mark.parametrize(("limits", "sentence"), [({"job_minutes": 0}, "after 0 minutes"), ({"job_disk": 0}, "more than 0 GiB")])
def test_a_run_over_a_limit_is_stopped_with_a_sentence(jobs: Jobs, upload: Path, limits: dict, sentence: str) -> None:
    job = jobs.start([upload], "ann", "small")
    processes = at_work(jobs, job)
    for name, value in limits.items():
        object.__setattr__(jobs.settings, name, value)
    jobs.advance()
    status = jobs.status(job)
    assert status.state == "failed" and sentence in status.message
    assert psutil.wait_procs(processes, timeout=2)[1] == []


def test_a_full_disk_refuses_new_runs_and_stops_old_ones(jobs: Jobs, upload: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    job = jobs.start([upload], "ann", "small")
    at_work(jobs, job)
    monkeypatch.setattr(module, "SPARE", 2**60)
    with pytest.raises(UserError, match="too little room.*0.0 GiB"):
        jobs.start([upload], "ben", "small")
    assert [path.name for path in jobs.root.iterdir() if path.is_dir()] == [job], "nothing of the refused one stays"
    jobs.advance()
    assert "nearly full" in jobs.status(job).message


def test_old_jobs_are_removed_and_working_ones_are_not(jobs: Jobs, ends: Ends, upload: Path) -> None:
    ends.next = "finished"
    old, new = jobs.start([upload], "ann", "small"), jobs.start([upload], "ben", "small")
    reach(jobs, old, "done")
    jobs.advance()
    reach(jobs, new, "done")
    ends.next = "wait"
    busy = jobs.start([upload], "cat")
    cut_short = jobs.root / "cut-short"
    cut_short.mkdir()
    past = time.time() - 8 * 86_400
    os.utime(cut_short, (past, past))
    for job in (old, busy):
        jobs._write(job, replace(jobs._record(job), created=past, queued=past, ended=past))
    jobs.advance()
    assert {path.name for path in jobs.root.iterdir() if path.is_dir()} == {new, busy}


def test_events_are_read_on_from_where_one_stopped(jobs: Jobs, upload: Path, tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text('{"step": 1}\n{"step": 2}\n{"ste')
    events, after = module.read_events(path)
    assert [event["step"] for event in events] == [1, 2]
    with path.open("a") as file:
        file.write('{"step": 3}\n{"step": 4}\n')
    assert [event["step"] for event in module.read_events(path, after)[0]] == [4], "what a kill cut short is left out"
    path.write_text('{"step": 9}\n')
    assert module.read_events(path, after)[0] == [{"step": 9}], "a new run's file is read from its start"


def test_many_files_and_folders_are_kept_as_they_came(jobs: Jobs, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    names = ["a.png", "b.png", "table.csv"]
    for name in names:
        (folder / name).write_text(name)
    loose = jobs.start([folder / name for name in names], "ann")
    whole = jobs.start([folder], "ben")
    shutil.rmtree(folder)
    for job, place in ((loose, "upload"), (whole, "upload/pictures")):
        assert jobs._record(job).source == place
        assert sorted(path.name for path in (jobs.root / job / place).iterdir()) == names
    assert jobs.status(loose).name == "3 files" and jobs.status(whole).name == "pictures"
    assert json.loads((jobs.root / loose / "status.json").read_text())["session"] == "ann"


@pytest.mark.parametrize("ask", [lambda jobs: jobs.start([], "ann"), lambda jobs: jobs.start([Path("x")], "ann", "huge")])
def test_what_cannot_be_started_leaves_nothing(jobs: Jobs, ask: Callable[[Jobs], str]) -> None:
    with pytest.raises(UserError, match="nothing to read|no budget 'huge'.*small, medium, large"):
        ask(jobs)
    assert not jobs.root.exists() or not [path for path in jobs.root.iterdir() if path.is_dir()]


@pytest.mark.skipif(not psutil.LINUX, reason="the clock is set through psutil's own parts, which are others elsewhere")
@pytest.mark.parametrize("hours", [-9, 9])
def test_a_wall_clock_that_is_set_changes_no_run(
    jobs: Jobs, ends: Ends, upload: Path, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    first = jobs.start([upload], "ann", "small")
    processes = at_work(jobs, first)
    second = jobs.start([upload], "ben", "small")
    now, booted = time.time, psutil._pslinux.boot_time  # what follows is what the kernel does when its clock is set
    monkeypatch.setattr(time, "time", lambda: now() + 3600 * hours)
    monkeypatch.setattr(psutil._pslinux, "boot_time", lambda: booted() + 3600 * hours)
    jobs.advance()
    status = jobs.status(first)
    assert (status.state, status.seconds_left) == ("running", 9.5) and 0 <= status.seconds < 300, status
    third = jobs.start([upload], "cat", "small")
    assert [jobs.status(job).position for job in (first, second, third)] == [None, 1, 2]
    ends.next = "finished"
    jobs.cancel(first)
    assert psutil.wait_procs(processes, timeout=5)[1] == [] and 0 <= jobs.status(first).seconds < 300
    assert 0 <= reach(jobs, second, "done").seconds < 300, "its events are of another time than its status"
    jobs.advance()
    assert jobs.status(third).position is None


def test_a_damaged_status_file_is_a_sentence_and_no_other_jobs_trouble(jobs: Jobs, ends: Ends, upload: Path) -> None:
    ends.next = "finished"
    damaged = jobs.start([upload], "ann", "small")
    reach(jobs, damaged, "done")
    (jobs.root / damaged / "status.json").write_text('{"session": "ann", "na')
    with pytest.raises(UserError, match="status file is damaged"):
        jobs.status(damaged)
    assert reach(jobs, jobs.start([upload], "ben", "small"), "done") and jobs.of("ann") == []
    shutil.rmtree(jobs.root / damaged)


@pytest.fixture
def small_disk(tmp_path: Path):
    """The folder of runs on a disk of 1 MiB of its own."""
    folder = tmp_path / "small"
    folder.mkdir()
    if shutil.which("mount") is None or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "small", folder]).returncode:
        pytest.skip("only root may make a small disk")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_disk_that_fills_up_in_an_upload_leaves_nothing_of_it(
    settings: Settings, ends: Ends, small_disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plenty = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda place: plenty)  # somebody else takes the room after it was checked
    jobs = Jobs(replace(settings, jobs=small_disk), ends)
    large, small = tmp_path / "large.zip", tmp_path / "small.zip"
    large.write_bytes(bytes(2**21))
    small.write_bytes(b"zip")
    with pytest.raises(UserError, match="cannot be kept.*No space left"):
        jobs.start([large], "ann")
    assert [path for path in small_disk.iterdir() if path.is_dir()] == []
    ends.next = "finished"
    reach(jobs, jobs.start([small], "ann"), "ready")


def test_what_ends_on_a_full_disk_is_told_and_goes_on_once_there_is_room(
    settings: Settings, ends: Ends, small_disk: Path, upload: Path
) -> None:
    jobs = Jobs(replace(settings, jobs=small_disk), ends)
    job = jobs.start([upload], "ann", "small")
    processes = at_work(jobs, job)
    filler = small_disk / "filler"
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while file.write(bytes(4096)):
            pass
    for process in processes:
        process.kill()
    assert "the disk is full: Resume goes on" in reach(jobs, job, "failed").message, "though it cannot be written down"
    filler.unlink()
    ends.next = "finished"
    jobs.resume(job)
    reach(jobs, job, "done")
