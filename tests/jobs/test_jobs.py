"""Jobs as visitors and their page see them, over a process that stands in for a training run."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from r4t_demo.errors import UserError
from r4t_demo.jobs import Jobs, queue
from r4t_demo.jobs.folder import CATALOG, EVENTS, QUERIES, Record
from r4t_demo.settings import Settings
from r4t_demo.sources.understood import Column, Understood, chosen_columns
from r4t_demo.train.core.child import Child
from r4t_demo.train.core.events import read_events
from tests.jobs.stand_in import RUN, Ends, at_work, reach, until


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
    assert (jobs.root / job / QUERIES).read_text() == "rainy sunday\nblack tie\n"
    assert jobs.result(job) == jobs.catalog(job) == jobs.root / job / "catalog"
    assert [event["stage"] for event in jobs.events(job)[0]] == ["read", "finished"], "the preparation's are gone"


def test_what_it_runs_is_the_command_line(upload: Path, settings: Settings) -> None:
    record = Record("ann", "shop.zip", "upload/shop.zip", "small", "queued", 0.0, 0.0)
    folder = settings.jobs / "job"
    argv = queue.command(folder, record)
    assert argv[1:5] == ["-m", "r4t_demo", "train", str(folder / "upload/shop.zip")]
    assert argv[argv.index("--budget") + 1] == "small" and "--queries" not in argv
    assert queue.command(folder, replace(record, budget=None))[-2:] == ["--until", "queries"]
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
    message = reach(jobs, job, "failed").message
    assert "Resume goes on" in message, "the sentence is not that of the run before"
    assert "ended in 'Read the catalogue' without a word" in message
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


def test_a_preparation_that_asks_goes_on_with_the_columns_that_it_is_told(jobs: Jobs, ends: Ends, upload: Path) -> None:
    ends.next = "asks"
    job = jobs.start([upload], "ann")
    folder = jobs.root / job
    assert reach(jobs, job, "asks").message == "row 3: no picture." and jobs.columns(job) is None
    with pytest.raises(UserError, match="cannot be changed"):
        jobs.choose(job, {"Sache": "title"})
    names = ["Sache", 'a, "b" = c']
    Understood([Column(name, "ignored", []) for name in names], False, "?").save(folder)
    (folder / CATALOG).mkdir()
    for wrong, sentence in (({"Sache": "king"}, "no role 'king'"), ({"Other": "title"}, "no column 'Other'")):
        with pytest.raises(UserError, match=sentence):
            jobs.choose(job, wrong)
    assert jobs.status(job).state == "asks" and (folder / CATALOG).is_dir()
    ends.next = "crash"
    wanted = {names[0]: "category", names[1]: "title"}
    jobs.choose(job, wanted)
    reach(jobs, job, "failed")
    assert not (folder / CATALOG).exists(), "what was read otherwise is gone"
    assert [column.role for column in jobs.columns(job).columns] == ["category", "title"]
    ends.next = "finished"
    jobs.resume(job)
    reach(jobs, job, "ready")
    jobs.train(job, "small")
    reach(jobs, job, "done")
    argv = queue.command(folder, jobs.store.record(job))
    assert chosen_columns(argv[argv.index("--columns") + 1]) == wanted, "a resumed run and a training read it the same"
    assert "--ask" not in argv and "--ask" in queue.command(folder, replace(jobs.store.record(job), columns=None))


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
    jobs.queue.command = lambda folder, record: [sys.executable, "-c", deaf, str(folder / EVENTS), "wait"]
    job = jobs.start([upload], "ann", "small")
    processes = at_work(jobs, job)
    jobs.cancel(job)
    _, alive = psutil.wait_procs(processes, timeout=2)
    assert alive == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may raise a priority")
def test_a_process_that_shall_end_gets_the_time_to(jobs: Jobs, upload: Path) -> None:
    heard = "lambda *_: (events.with_name('nice').write_text(str(os.nice(0))), os._exit(0))"
    tells = RUN.replace("if end ==", f"import os, signal; signal.signal(signal.SIGTERM, {heard})\nif end ==")
    jobs.queue.command = lambda folder, record: [sys.executable, "-c", tells, str(folder / EVENTS), "wait"]
    job = jobs.start([upload], "ann", "small")
    at_work(jobs, job)
    time.sleep(0.2)
    jobs.cancel(job)
    assert (jobs.root / job / "nice").read_text() == "0", "among others at work, one of the lowest priority takes seconds to end"


def test_a_new_app_finds_the_job_of_one_that_was_killed(settings: Settings, upload: Path) -> None:
    app = f"""
import sys, time
from pathlib import Path
from r4t_demo.jobs import Jobs, store
from r4t_demo.settings import Settings
store.SPARE = 0
argv = lambda folder, record: [sys.executable, "-c", {RUN!r}, str(folder / "events.jsonl"), "wait"]
print(Jobs(Settings(jobs=Path({str(settings.jobs)!r})), argv).start([Path({str(upload)!r})], "ann", "small"), flush=True)
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
    record = jobs.store.record(job)
    myself = psutil.Process().pid
    jobs.store.write(job, replace(record, pid=myself))  # as if this process had got the id of the job's, which is gone
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


def test_events_are_read_on_from_where_one_stopped(jobs: Jobs, upload: Path, tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text('{"step": 1}\n{"step": 2}\n{"ste')
    events, after = read_events(path)
    assert [event["step"] for event in events] == [1, 2]
    with path.open("a") as file:
        file.write('{"step": 3}\n{"step": 4}\n')
    assert [event["step"] for event in read_events(path, after)[0]] == [4], "what a kill cut short is left out"
    path.write_text('{"step": 9}\n')
    assert read_events(path, after)[0] == [{"step": 9}], "a new run's file is read from its start"


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
        assert jobs.store.record(job).source == place
        assert sorted(path.name for path in (jobs.root / job / place).iterdir()) == names
    assert jobs.status(loose).name == "3 files" and jobs.status(whole).name == "pictures"
    assert json.loads((jobs.root / loose / "status.json").read_text())["session"] == "ann"


@pytest.mark.parametrize("ask", [lambda jobs: jobs.start([], "ann"), lambda jobs: jobs.start([Path("x")], "ann", "huge")])
def test_what_cannot_be_started_leaves_nothing(jobs: Jobs, ask: Callable[[Jobs], str]) -> None:
    with pytest.raises(UserError, match="nothing to read|no budget 'huge'.*small, medium, large"):
        ask(jobs)
    assert not jobs.root.exists() or not [path for path in jobs.root.iterdir() if path.is_dir()]


def test_a_damaged_status_file_is_a_sentence_and_no_other_jobs_trouble(jobs: Jobs, ends: Ends, upload: Path) -> None:
    ends.next = "finished"
    damaged = jobs.start([upload], "ann", "small")
    reach(jobs, damaged, "done")
    (jobs.root / damaged / "status.json").write_text('{"session": "ann", "na')
    with pytest.raises(UserError, match="status file is damaged"):
        jobs.status(damaged)
    assert reach(jobs, jobs.start([upload], "ben", "small"), "done") and jobs.of("ann") == []
    shutil.rmtree(jobs.root / damaged)
