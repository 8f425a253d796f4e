"""What bounds a job: time, disk, age; a clock that is set and a disk that is full."""

import os
import shutil
import subprocess
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from r4t_demo.errors import UserError
from r4t_demo.jobs import Jobs, store
from r4t_demo.settings import Settings
from tests.jobs.stand_in import Ends, at_work, reach


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
    monkeypatch.setattr(store, "SPARE", 2**60)
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
        jobs.store.write(job, replace(jobs.store.record(job), created=past, queued=past, ended=past))
    jobs.advance()
    assert {path.name for path in jobs.root.iterdir() if path.is_dir()} == {new, busy}


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
