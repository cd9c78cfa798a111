"""Checks a folder of logs and truth files against each other, without `scan`."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

MOST_BYTES = 3_000_000
FIELDS = ("log", "scenario", "client", "made", "server", "actions", "events", "incidents")


def folder(out: Path) -> int:
    problems: list[str] = []
    truths = sorted(out.glob("*.truth.json"))
    logs = {p.name for p in out.glob("*.log")}
    for path in truths:
        doc = json.loads(path.read_text())
        problems += [f"{path.name}: {p}" for p in _one(doc, out)]
        logs.discard(doc.get("log"))
    problems += [f"{name}: has no truth file" for name in sorted(logs)]
    size = sum(p.stat().st_size for p in out.glob("*"))
    if size > MOST_BYTES:
        problems.append(f"all files together: {size} bytes, more than {MOST_BYTES}")
    for p in problems:
        print(p, file=sys.stderr)
    print(f"{len(truths)} logs with truth, {size} bytes, {len(problems)} problems")
    return 1 if problems or not truths else 0


def _one(doc: dict, out: Path):
    missing = [f for f in FIELDS if f not in doc]
    if missing:
        yield f"lacks {', '.join(missing)}"
        return
    if not (out / doc["log"]).exists():
        yield f"there is no {doc['log']}"
        return
    lines = (out / doc["log"]).read_text(errors="replace").split("\n")
    seen = set()
    for e in doc["events"]:
        if not 1 <= e["line"] <= len(lines):
            yield f"line {e['line']} is beyond the end"
            continue
        line = lines[e["line"] - 1]
        host = e["host"] if isinstance(e["host"], (str, type(None))) else e["host"][0]
        port = e["port"] if isinstance(e["port"], (int, type(None))) else e["port"][0]
        for shown in (None if e["slot"] is None else str(e["slot"]), None if host is None else f"{host}:{port}"):
            if shown is not None and not re.search(rf"(?<![\w.]){re.escape(shown)}(?!\d)", line):
                yield f"line {e['line']} does not show {shown}"
        key = (e["line"], str(e["signal"]), e["slot"], str(host), port)
        if key in seen:
            yield f"line {e['line']} has the same event twice"
        seen.add(key)
