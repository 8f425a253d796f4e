"""The real app with one more budget, so small that a test can wait for it: python -m tests.browser.tiny_app."""

from r4t_demo import start
from r4t_demo.jobs import queue
from tests.browser.tiny_run import tiny_offered

if __name__ == "__main__":
    with tiny_offered(queue):
        start.main()
