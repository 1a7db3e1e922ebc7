"""`python -m tests.runs.engines.fake_host`: the host of r2p with the engine of the tests."""

from __future__ import annotations

import sys

from r2p_tui.runs.engines.host import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], {"fake": "tests.runs.engines.fake_engine:FakeEngine"}))
