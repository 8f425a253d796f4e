"""The entry of a Space and of ``make demo``; ``python -m r4t_demo app`` is the same."""

import sys

from r4t_demo.__main__ import main

if __name__ == "__main__":
    sys.exit(main(["app"]))
