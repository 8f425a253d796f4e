"""One browser for all tests; one app over the real models, one over a slow engine without models."""

import os
import warnings
from typing import NoReturn

import pytest

from r4t_demo.errors import UserError
from r4t_demo.jobs import queue
from tests.browser.chromium import chromium
from tests.browser.tiny_run import tiny_offered


@pytest.fixture(scope="session")
def browser():
    try:
        with chromium() as running:
            yield running
    except (ImportError, OSError) as error:
        missing(f"NO BROWSER TEST HAS RUN: {error}")


def missing(what: str) -> NoReturn:
    """Skip what cannot run on a developer's machine; in CI it has to run."""
    if "CI" in os.environ:
        pytest.fail(what)
    warnings.warn(what, stacklevel=2)
    pytest.skip(what)


@pytest.fixture(scope="package")  # it offers what other tests must not see
def app_address(tmp_path_factory):
    """The address of the real app, over the assets and checkpoints of this repository, with one more budget for runs."""
    from r4t_demo import start

    with tiny_offered(queue):
        try:
            demo, address = start.main(prevent_thread_lock=True, port=0, jobs=tmp_path_factory.mktemp("jobs"))
        except UserError as error:
            missing(f"THE APP HAS NOT BEEN TESTED: {error}")
        yield address
        demo.close()


@pytest.fixture(scope="session")
def slow(tmp_path_factory):
    """(address, engine) of an app whose searches take some seconds, so that a slow browser sees them too."""
    from r4t_demo.ui.launch import launch
    from tests.ui.fake_engine import FakeEngine

    engine = FakeEngine(tmp_path_factory.mktemp("fake"), seconds=2.0)
    demo, address = launch(engine, prevent_thread_lock=True)
    yield address, engine
    demo.close()
