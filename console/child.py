"""The poller as a child of the screen: `python -m console.child`, its order as JSON from `console.launch` on stdin."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from console.settings_secrets import MadeWith
from data.desk.rules import Rules
from data.metrics import Goal
from data.poller import Source, run


def main() -> int:
    """Poll as ordered until the parent is gone; return the exit code."""
    order = json.load(sys.stdin)
    return run(
        Path(order["store"]),
        [
            Source(name, adapter, MadeWith.taken_over(options), interval_ms)
            for name, adapter, options, interval_ms in order["sources"]
        ],
        parent=order["parent"],
        zone=order["zone"],
        site=order["site"],
        rules=Rules.taken_over(order["rules"]),
        goals={queue: Goal(*goal) for queue, goal in order["goals"].items()},
    )


if __name__ == "__main__":
    sys.exit(main())
