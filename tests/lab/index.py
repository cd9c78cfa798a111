"""Writes the README.md of a folder of recorded logs: what each is, and how it was made."""

from __future__ import annotations

import json
from pathlib import Path

from truth import count

WHAT = {
    "storm": "a healthy cluster; plain clients on one node, the same keys again and again",
    "reshard": "110 slots move, paced, slot by slot, while clients ask the source for their keys",
    "cli-reshard": "`redis-cli --cluster reshard` moves 100 slots under cluster clients that log at DEBUG",
    "stuck": "one slot stays open to the end; another of the same pair opens after it and completes",
    "failover": "a master is killed; its replica takes over (cluster-node-timeout 4 s)",
    "quick-storm": "the storm, short",
    "quick-reshard": "the reshard, short",
}

HEAD = """# Recorded logs

Made by `python3 tests/lab/record.py`: real clients and servers on loopback, unchanged logs, and for each a
`.truth.json` with what really happened (its fields: `tests/lab/README.md`). Nothing here is written by hand; this page
too comes from the recorder. To make one again: `python3 tests/lab/record.py --scenario NAME`, further narrowed by
`--client NAME`. To check them: `python3 tests/lab/record.py --check`, and against the program
`python3 tests/lab/verify.py --scan target/release/scan fixtures`.
"""


def write(out: Path) -> None:
    docs = [json.loads(p.read_text()) for p in sorted(out.glob("*.truth.json"))]
    text = HEAD
    for scenario, what in WHAT.items():
        rows = [d for d in docs if d["scenario"] == scenario]
        if not rows:
            continue
        text += f"\n## {scenario}\n\n{what[0].upper()}{what[1:]}.\n\n| log | client | server | made | events |\n"
        text += "| --- | --- | --- | --- | --- |\n"
        for d in rows:
            events = ", ".join(f"{n} {s}" for s, n in sorted(count(d["events"]).items())) or "none"
            text += f"| `{d['log']}` | {d['client']} | {d['server']} | {d['made']} | {events} |\n"
    (out / "README.md").write_text(text)
