#!/usr/bin/env python3
"""Compares what `scan` says of recorded logs with their truth files. Exits 1 on a difference.

    python3 tests/lab/verify.py --scan target/release/scan fixtures [MORE...]

A value in a truth file may be a list: any of its members is right.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from datetime import datetime, timezone
from pathlib import Path

# Signals whose counted hits must be exactly the truth's. Others count only where the truth lists them.
STRICT = {"moved", "ask", "redirect", "tryagain", "clusterdown", "crossslot", "migration"}
SECONDS = 2.0  # how far a report's times may be off


def main() -> int:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--scan", required=True, help="the program to check")
    p.add_argument("--show", type=int, default=5, metavar="N", help="differences to print of each log (default: 5)")
    p.add_argument("dirs", nargs="+", type=Path, metavar="DIR")
    args = p.parse_args()
    truths = sorted(t for d in args.dirs for t in d.glob("*.truth.json"))
    if not truths:
        print("no truth files found", file=sys.stderr)
        return 2
    width = max(len(t.name) for t in truths) - len(".truth.json")
    print(f"{'log':{width}}  events  found  incidents  verdict")
    bad = 0
    for path in truths:
        truth = json.loads(path.read_text())
        differences, found, matched, info = compare(args.scan, path.parent / truth["log"], truth)
        wanted = sum(not e.get("optional") for e in truth["events"])
        verdict = "ok" if not differences else f"{len(differences)} differences"
        incidents = f"{matched}/{len(truth['incidents'])}"
        print(f"{path.name[:-len('.truth.json')]:{width}}  {wanted:6}  {found:5}  {incidents:>9}  {verdict}"
              + (f"  (also: {info})" if info else ""))
        for d in differences[: args.show]:
            print(f"    {d}")
        if len(differences) > args.show:
            print(f"    … and {len(differences) - args.show} more")
        bad += bool(differences)
    print(f"{len(truths) - bad} passed, {bad} failed")
    return 1 if bad else 0


def compare(scan: str, log: Path, truth: dict) -> tuple[list[str], int, int, str]:
    """The differences, how many required events were found, how many incidents matched, and what else was hit."""
    try:
        hits = [json.loads(l) for l in run(scan, "hits", log).splitlines()]
    except (Unusable, json.JSONDecodeError) as e:
        return [f"hits: {e}"], 0, 0, ""
    differences, found, info = compare_events(truth, hits)
    try:
        report = json.loads(run(scan, "json", log))
    except (Unusable, json.JSONDecodeError) as e:
        return [*differences, f"report: {e}"], found, 0, info
    matched = 0
    for wanted in truth["incidents"]:
        why = match_incident(wanted, report["incidents"])
        if why is None:
            matched += 1
        else:
            differences.append(f"incident {'/'.join(accepted(wanted['kind']))}: {why}")
    listed = sum(report["events"].values())
    counted = sum(h["repeats"] for h in hits if h["event"])
    if listed != counted:
        differences.append(f"the report counts {listed} events, the hits {counted}")
    return differences, found, matched, info


class Unusable(Exception):
    pass


def run(scan: str, form: str, log: Path) -> str:
    done = subprocess.run([scan, "--format", form, str(log)], stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=120)
    if done.returncode != 0:
        raise Unusable(f"--format {form} exited {done.returncode}: {done.stderr.decode(errors='replace')[-300:]}")
    return done.stdout.decode()


# -- events --------------------------------------------------------------------


def accepted(value) -> list:
    return value if isinstance(value, list) else [value]


def is_hit_of(event: dict, hit: dict) -> bool:
    return hit["line"] == event["line"] and all(
        hit[f] in accepted(event[f]) for f in ("signal", "slot", "host", "port", "client") if f in event
    )


def say(e: dict) -> str:
    host = accepted(e.get("host"))[0]
    port = accepted(e.get("port"))[0]
    return f"line {e['line']}: {'/'.join(accepted(e['signal']))} {e.get('slot')} {host}:{port}"


def compare_events(truth: dict, hits: list[dict]) -> tuple[list[str], int, str]:
    by_line: dict[int, list[dict]] = {}
    for h in hits:
        by_line.setdefault(h["line"], []).append(h)
    differences, found, used = [], 0, set()
    for e in truth["events"]:
        all_here = [h for h in by_line.get(e["line"], []) if id(h) not in used and is_hit_of(e, h)]
        here = [h for h in all_here if h["event"]]
        used.update(id(h) for h in here)
        if len(here) == 1:
            found += not e.get("optional")
        elif len(here) > 1:
            differences.append(f"{say(e)}: counted {len(here)} times")
        elif not e.get("optional"):
            near = [h for h in by_line.get(e["line"], []) if id(h) not in used]
            why = "hit, but not counted" if all_here else "not found"
            seen = "; ".join(say(h) + f" client={h['client']} event={h['event']}" for h in near)
            differences.append(f"{say(e)} client={e.get('client', 'any')}: {why}" + (f", but {seen}" if seen else ""))
    listed = {s for e in truth["events"] for s in accepted(e["signal"])}
    others: Counter = Counter()
    for h in hits:
        if id(h) in used:
            if h["client"] not in (None, truth.get("client_id", h["client"])):
                differences.append(f"{say(h)}: client is {truth['client_id']}, not {h['client']}")
        elif h["event"] and (h["signal"] in STRICT or h["signal"] in listed):
            differences.append(f"{say(h)}: counted, but no such event happened")
        elif h["event"]:
            others[h["signal"]] += 1
    return differences, found, ", ".join(f"{n} {s}" for s, n in sorted(others.items()))


# -- incidents -----------------------------------------------------------------


def match_incident(wanted: dict, incidents: list[dict]) -> str | None:
    """None when one of the report's incidents is the wanted one, else what is wrong with the nearest."""
    nearest: list[str] = [f"no incident of that kind (the report has: "
                          f"{', '.join(i['kind'] for i in incidents) or 'none'})"]
    best = None
    for i in incidents:
        if i["kind"] not in accepted(wanted["kind"]):
            continue
        wrong = wrong_with(wanted, i)
        if not wrong:
            return None
        if best is None or len(wrong) < best:
            best, nearest = len(wrong), wrong
    return "; ".join(nearest)


def wrong_with(wanted: dict, i: dict) -> list[str]:
    wrong = []
    if "states" in wanted and i["state"] not in wanted["states"]:
        wrong.append(f"state {i['state']}, not {'/'.join(wanted['states'])}")
    if "causes" in wanted and i["cause"]["id"] not in wanted["causes"]:
        wrong.append(f"cause {i['cause']['id']}, not {'/'.join(wanted['causes'])}")
    if "slots_within" in wanted:
        beyond = slot_set(i.get("slots") or "") - slot_set(wanted["slots_within"])
        if beyond:
            wrong.append(f"{len(beyond)} slots beyond the true ones, such as {min(beyond)}")
    for end in ("start", "end"):
        if end in wanted:
            earliest = wanted.get(f"{end}_from", wanted[end])
            if i[end] is None:
                wrong.append(f"no {end}")
            elif not seconds(earliest) - SECONDS <= seconds(i[end]) <= seconds(wanted[end]) + SECONDS:
                since = f"between {earliest} and " if earliest != wanted[end] else ""
                wrong.append(f"{end} {i[end]}, not {since}{wanted[end]}")
    return wrong


def slot_set(text: str) -> set[int]:
    out: set[int] = set()
    for part in filter(None, text.split(",")):
        a, _, b = part.partition("-")
        out.update(range(int(a), int(b or a) + 1))
    return out


def seconds(text: str) -> float:
    """A time without a zone is UTC: the recorder runs every program so."""
    t = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return (t if t.tzinfo else t.replace(tzinfo=timezone.utc)).timestamp()


if __name__ == "__main__":
    sys.exit(main())
