#!/usr/bin/env python3
"""Records real logs of real Redis clients against a real cluster on loopback, with the truth of each. See README.md."""

from __future__ import annotations

import argparse
import concurrent.futures
import json
import shutil
import signal
import sys
import tempfile
from pathlib import Path

import check
import index
import install
import scenarios
import truth
from clients import CLIENTS
from procs import Procs, Stopped
from run import Run

QUICK_CLIENTS = ["redis-py-8", "ioredis-6", "ioredis-6-pino", "go-redis", "redis-cli"]
ROOT = Path(__file__).resolve().parents[2]


def arguments() -> argparse.Namespace:
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--scenario", nargs="+", choices=sorted(scenarios.ALL), help="only these (default: all)")
    p.add_argument("--client", nargs="+", choices=sorted(CLIENTS), help="only these (default: all)")
    p.add_argument("--quick", action="store_true", help="the short scenarios that CI runs live")
    p.add_argument("--out", type=Path, default=ROOT / "fixtures", help="where logs and truth go (default: fixtures)")
    p.add_argument("--side-by-side", type=int, default=3, metavar="N", help="scenarios at a time (default: 3)")
    p.add_argument("--keep", action="store_true", help="keep the temporary folder and say where it is")
    p.add_argument("--check", action="store_true", help="record nothing: check the logs and truth files in --out")
    p.add_argument("--settle", action="store_true", help="record nothing: settle the truth files in --out again")
    return p.parse_args()


def record_one(name: str, procs: Procs, home: Path, out: Path, wanted: set[str] | None) -> list[str]:
    run = Run(name, procs, home / name, out, wanted)
    try:
        scenarios.ALL[name](run)
        return run.deliver()
    finally:
        if run.cluster:
            run.cluster.stop()


def record(args: argparse.Namespace) -> int:
    names = args.scenario or list(scenarios.QUICK if args.quick else scenarios.SCENARIOS)
    wanted = set(args.client) if args.client else None
    install.redis_server()
    for client in sorted(wanted or (QUICK_CLIENTS if args.quick else CLIENTS)):
        CLIENTS[client].prepare()

    args.out.mkdir(parents=True, exist_ok=True)
    procs = Procs()
    home = Path(tempfile.mkdtemp(prefix="scan-lab-"))
    failed = 0
    try:
        with concurrent.futures.ThreadPoolExecutor(args.side_by_side) as pool:
            runs = {pool.submit(record_one, n, procs, home, args.out, wanted): n for n in names}
            try:
                for done in concurrent.futures.as_completed(runs):
                    try:
                        for line in done.result():
                            print(line, flush=True)
                    except Stopped:
                        pass
                    except Exception as e:
                        failed += 1
                        print(f"{runs[done]} FAILED: {type(e).__name__}: {e}", file=sys.stderr, flush=True)
            except BaseException:
                procs.stop()
                raise
    finally:
        procs.stop()
        if args.keep:
            print(f"kept {home}", file=sys.stderr)
        else:
            shutil.rmtree(home, ignore_errors=True)
    index.write(args.out)
    return 1 if failed else 0


def main() -> int:
    args = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if args.check:
        return check.folder(args.out)
    if args.settle:
        for path in sorted(args.out.glob("*.truth.json")):
            truth.write(path, truth.settle(json.loads(path.read_text())))
        return check.folder(args.out)
    try:
        return record(args)
    except install.Missing as e:
        print(f"cannot record: {e}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
