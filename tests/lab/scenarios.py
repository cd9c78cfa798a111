"""What is done to a cluster while clients run. Each scenario drives one `Run`."""

from __future__ import annotations

import random
import time
from pathlib import Path

from run import Run
from slots import SLOTS, Tags, key_slot, ranges
from truth import iso

TAGS = Tags()


def plain_keys(n: int, seed: int = 7) -> list[str]:
    """Keys as a shop has them, over all slots."""
    pick = random.Random(seed)
    return [f"cart:{pick.randrange(1000, 99999)}" for _ in range(n)]


def fill(run: Run, keys: list[str]) -> None:
    """Sets the keys, each at the owner of its slot."""
    owners = {s: m.port for m in run.cluster.masters() for s in m.slots}
    for key in keys:
        run.cluster.node(owners[key_slot(key)])("SET", key, "3 items")


def at(port: int) -> list[str]:
    return [f"127.0.0.1:{port}"]


def incident(found: list[dict], end: bool = True, **what) -> list[dict]:
    """One incident that begins with the first of `found` and, unless `end` is false, ends with the last."""
    if not found:
        return []
    times = {"start": iso(found[0]["_t"])} | ({"end": iso(found[-1]["_t"])} if end else {})
    return [{**what, **times}]


# -- (a) a client that is not cluster aware ------------------------------------


def storm(run: Run, seconds: float = 200, quick: bool = False) -> None:
    """Plain clients on one node of a healthy cluster, the same keys again and again."""
    run.start_cluster()
    first = run.cluster.masters()[0]
    keys = plain_keys(40)
    fill(run, keys)
    traffic = run.traffic("storm", [f"GET {k}" for k in keys] + [f"SET {k} 4-items" for k in keys[:20]])
    others = ranges(set(range(SLOTS)) - first.slots)

    def timed(found):
        return incident(found, kind=["moved-storm"], states=["ongoing-at-end"], causes=["standalone-client"],
                        slots_within=others)

    def untimed(found):
        return [{"kind": ["moved-storm", "moved-burst-open"], "states": ["undated"],
                 "causes": ["standalone-client", "undecided"], "slots_within": others}]

    run.act(f"plain clients start, each on 127.0.0.1:{first.port} only")

    def start(client, log, seed, judge=timed, **job):
        run.client(client, log, traffic=traffic, seeds=at(first.port), judge=judge, seed=seed, **job)

    if quick:
        start("redis-py-8", "quick-redis-py-8-storm", 1, seconds=seconds, rate=3, style="exception")
        start("ioredis-6", "quick-ioredis-6-storm", 2, untimed, seconds=seconds, rate=3)
        start("go-redis", "quick-go-redis-storm", 3, seconds=seconds, rate=3, shown=False)
        start("redis-cli", "quick-redis-cli-storm", 4, untimed, seconds=10, rate=8, shown=False)
    else:
        start("redis-py-5", "redis-py-5-standalone-storm", 1, seconds=200, rate=1, shown=False)
        start("redis-py-8", "redis-py-8-standalone-storm", 2, seconds=200, rate=1, shown=False)
        start("redis-py-8", "redis-py-8-traceback-storm", 3, seconds=55, rate=1.6, style="exception")
        start("go-redis", "go-redis-standalone-storm", 4, seconds=150, rate=2, shown=False)
        start("ioredis-5", "ioredis-5-standalone-storm", 5, untimed, seconds=40, rate=3)
        start("ioredis-6-pino", "ioredis-6-pino-standalone-storm", 6, seconds=60, rate=2, style="pino")
        start("jedis-5", "jedis-5-standalone-storm", 7, seconds=45, rate=2.5, style="exception")
        start("jedis-8", "jedis-8-standalone-storm", 8, seconds=45, rate=2.5, shown=False)
        start("redis-cli", "redis-cli-standalone-storm", 9, untimed, seconds=40, rate=3, shown=False)
        start("redis-cli", "redis-cli-c-redirected", 10, None, mode="cluster", seconds=40, rate=3,
              note="redis-cli -c follows by itself, at every change of node; no incident is required")
    run.finish_clients(seconds + 20)


# -- (b) a live resharding, slot by slot -----------------------------------------


def reshard(run: Run, slots: int = 110, pause: float = 0.11, quick: bool = False) -> None:
    """Slots of the first master move to the second, paced, while clients ask the source for their keys."""
    run.start_cluster()
    src, dst = run.cluster.masters()[:2]
    moving = sorted(src.slots)[100 : 100 + slots]
    parts = ["lines", "total", "owner", "coupon"]
    fill(run, [TAGS.key(s, p) for s in moving for p in parts])
    rest = [TAGS.key(s, "lines") for s in sorted(src.slots)[1000:5000:100]]
    fill(run, rest)
    background = [f"GET {k}" for k in rest[:20]]
    traffic = run.traffic("reshard", background)
    windows: dict[str, list[str]] = {}

    def campaign(found):
        return incident([e for e in found if e["signal"] == "ask"], end=False, kind=["ask-campaign"],
                        states=["completed", "mixed", "presumed-ended"], causes=["resharding"],
                        slots_within=ranges(moving))

    def start(client, log, seed, **job):
        run.client(client, log, traffic=traffic, seeds=at(src.port), seed=seed, seconds=300,
                   extra={"windows": windows}, **job)

    if quick:
        start("redis-py-8", "quick-redis-py-8-reshard", 1, judge=campaign, rate=8, style="exception")
        start("go-redis", "quick-go-redis-reshard", 2, judge=campaign, rate=8, style="log", shown=False)
        start("ioredis-6-pino", "quick-ioredis-6-reshard", 3, judge=campaign, rate=8, style="pino")
    else:
        start("redis-py-5", "redis-py-5-reshard", 1, judge=campaign, rate=6, shown=False)
        start("redis-py-8", "redis-py-8-reshard", 2, judge=campaign, rate=2.5, style="exception")
        start("go-redis", "go-redis-reshard", 3, judge=campaign, rate=6, style="log", shown=False)
        start("go-redis", "go-redis-cluster-reshard", 4, mode="cluster", rate=3,
              note="a cluster client that follows silently: nothing may be found")
        start("jedis-8", "jedis-8-cluster-reshard", 5, mode="cluster", rate=4, debug=True,
              note="DEBUG of a following client: it prints the target, but neither slot nor kind")
    run.procs.sleep(5)
    run.act(f"resharding starts: slots {ranges(moving)} from 127.0.0.1:{src.port} to 127.0.0.1:{dst.port}")
    before: list[str] = []
    for slot in moving:
        keys = [TAGS.key(slot, p) for p in parts]
        here = [f"GET {k}" for k in keys] + [f"SET {TAGS.key(slot, 'note')} gift"]
        traffic.set(here * 4 + before + background)
        opened = time.time()
        run.cluster.open_slot(slot, src, dst)
        run.procs.sleep(pause)
        for key in keys:
            run.cluster.move_key(key, src, dst)
            run.procs.sleep(pause)
        while run.cluster.move_keys(slot, src, dst):
            pass
        run.procs.sleep(pause)
        run.cluster.close_slot(slot, dst)
        windows[str(slot)] = [iso(opened), iso(time.time())]
        before = [here[0]] * 6
    run.act("resharding is over")
    traffic.set(background)
    run.procs.sleep(8)
    run.finish_clients(0)


def cli_reshard(run: Run) -> None:
    """redis-cli moves 100 slots of many keys, under cluster clients that follow and tell so at DEBUG."""
    run.start_cluster()
    src, dst = run.cluster.masters()[:2]
    likely = sorted(src.slots)[:100]  # redis-cli takes them in this order
    for slot in likely:
        words = [w for n in range(800) for w in (TAGS.key(slot, str(n)), "1 item")]
        run.cluster.node(src.port)("MSET", *words)
    background = [f"GET {k}" for k in plain_keys(20)]
    traffic = run.traffic("cli-reshard", background)

    def campaign(found):
        return incident([e for e in found if e["signal"] == "ask"], end=False, kind=["ask-campaign"],
                        states=["completed", "mixed", "presumed-ended"], causes=["resharding"],
                        slots_within=ranges(likely))

    run.client("redis-py-8", "redis-py-8-cluster-debug-reshard", traffic=traffic, seeds=at(src.port), mode="cluster",
               seconds=300, rate=12, debug=True, judge=campaign)
    run.client("ioredis-6", "ioredis-6-cluster-debug-reshard", traffic=traffic, seeds=at(src.port), mode="cluster",
               seconds=300, rate=12, debug=True,
               note="ioredis prints no slot at DEBUG, so no incident is required; the slot is null on purpose")
    run.procs.sleep(4)
    run.act(f"redis-cli --cluster reshard: 100 slots from 127.0.0.1:{src.port} to 127.0.0.1:{dst.port}")
    owned = set(src.slots)
    path = run.home / "redis-cli-reshard.log"
    with open(path, "wb") as sink:
        cli = run.procs.start(
            ["redis-cli", "--cluster", "reshard", at(src.port)[0], "--cluster-from", src.id, "--cluster-to", dst.id,
             "--cluster-slots", "100", "--cluster-yes", "--cluster-pipeline", "1"], stdout=sink, stderr=sink)
    last = None
    while cli.poll() is None:
        slot = open_slot_of(run.cluster.node(src.port)("CLUSTER", "NODES"))
        if slot is not None and slot != last:
            here = [f"GET {TAGS.key(slot, str(n))}" for n in range(0, 800, 20)]
            there = [f"GET {TAGS.key(last, '1')}"] * 20 if last is not None else []
            traffic.set(here + there + background[:5])
            last = slot
        run.procs.sleep(0.02)
    if cli.returncode:
        raise RuntimeError(f"redis-cli --cluster reshard failed:\n{path.read_text()[-2000:]}")
    run.act("redis-cli has ended")
    traffic.set(background)
    run.procs.sleep(5)
    run.finish_clients(0)
    moved = owned - next(m.slots for m in run.cluster.members() if m.id == src.id)
    run.tool_log("redis-cli-reshard", path, moved_lines(path, moved, dst.port))


def open_slot_of(nodes: str) -> int | None:
    """The slot that CLUSTER NODES shows as migrating out."""
    for word in nodes.split():
        if word.startswith("[") and "->-" in word:
            return int(word[1:].partition("->-")[0])
    return None


def moved_lines(path: Path, moved: set[int], port: int) -> list[dict]:
    """The moved slots are those that changed hands; each has one line that tells of the move, and one in the plan."""
    lines = path.read_text().split("\n")
    out = []
    for slot in sorted(moved):
        done = [i for i, l in enumerate(lines) if l.startswith(f"Moving slot {slot} from 127.0.0.1:")]
        plan = [i for i, l in enumerate(lines) if l.startswith(f"    Moving slot {slot} from ")]
        if len(done) != 1:
            raise RuntimeError(f"redis-cli printed {len(done)} lines for slot {slot}")
        out.append({"line": done[0] + 1, "signal": "migration", "slot": slot, "host": ["127.0.0.1", None],
                    "port": [port, None], "client": "redis-cli"})
        out += [{"line": i + 1, "signal": "migration", "slot": slot, "host": None, "port": None, "optional": True}
                for i in plan]
    return sorted(out, key=lambda e: e["line"])


# -- (c) a migration left open -----------------------------------------------------


def stuck(run: Run) -> None:
    """One slot stays open from second 8 to the end; another of the same pair opens after it and completes."""
    run.start_cluster()
    src, dst = run.cluster.masters()[:2]
    left, done = sorted(src.slots)[1500], sorted(src.slots)[1501]
    parts = ["lines", "total", "owner", "coupon", "notes", "seen"]
    keys = {s: [TAGS.key(s, p) for p in parts] for s in (left, done)}
    rest = [TAGS.key(s, "lines") for s in sorted(src.slots)[2000:5000:150]]
    fill(run, keys[left] + keys[done] + rest)
    gets = {s: [f"GET {k}" for k in keys[s]] for s in keys}
    both = f"MGET {keys[left][0]} {keys[left][5]}"  # one key moved, one not
    mixed = gets[left] + [both] * 3 + gets[done] + [f"GET {k}" for k in rest[:8]]
    traffic = run.traffic("stuck", mixed)
    # A cluster client spends 16 tries on each TRYAGAIN: mostly single keys for it, so that time passes as it should.
    calm = run.traffic("stuck-calm", gets[left] + [both] * 4 + gets[done] + [f"GET {k}" for k in rest])

    def open_at_end(found):
        return incident([e for e in found if e["signal"] == "ask" and e["slot"] == left], end=False,
                        kind=["ask-window", "ask-campaign"], states=["stuck", "mixed"], causes=["stuck-migration"],
                        slots_within=ranges([left, done]))

    note = ("the cluster client follows ASK silently, so only the refused multi-key commands reach its log; "
            "no ASK window can be seen in it")

    def start(client, log, seed, traffic=traffic, **job):
        run.client(client, log, traffic=traffic, seeds=at(src.port), seed=seed, seconds=105, **job)

    start("redis-py-8", "redis-py-8-stuck-slot", 1, rate=1.2, style="exception", judge=open_at_end)
    start("jedis-5", "jedis-5-stuck-slot", 2, rate=1.5, style="exception", judge=open_at_end)
    start("go-redis", "go-redis-stuck-slot", 3, rate=2, shown=False, judge=open_at_end)
    start("ioredis-6-pino", "ioredis-6-cluster-stuck-slot", 4, calm, mode="cluster", rate=2, style="pino", note=note)
    start("redis-py-8", "redis-py-8-cluster-stuck-slot", 5, calm, mode="cluster", rate=2, style="exception",
          note=note)
    run.procs.sleep(8)
    run.act(f"slot {left} opened: 127.0.0.1:{src.port} -> 127.0.0.1:{dst.port}; it stays open to the end")
    run.cluster.open_slot(left, src, dst)
    for key in keys[left][:3]:
        run.cluster.move_key(key, src, dst)
    run.procs.sleep(20)
    run.act(f"slot {done} opened: the same pair")
    run.cluster.open_slot(done, src, dst)
    for key in keys[done]:
        run.procs.sleep(1.5)
        run.cluster.move_key(key, src, dst)
    run.procs.sleep(2)
    run.cluster.close_slot(done, dst)
    run.act(f"slot {done} completed")
    run.finish_clients(110)


# -- (d) a failover ------------------------------------------------------------------


def failover(run: Run) -> None:
    """A master is killed; its replica takes over after the node timeout."""
    run.start_cluster(node_timeout_ms=4000)
    near, victim = run.cluster.masters()[:2]
    keys = plain_keys(60)
    fill(run, keys)
    everywhere = run.traffic("everywhere", [f"GET {k}" for k in keys] + [f"SET {k} 5-items" for k in keys[:20]])
    lost = run.traffic("lost", [f"GET {k}" for k in keys if key_slot(k) in victim.slots])
    note = ("which incidents a report should hold here is not settled: connection errors, CLUSTERDOWN and MOVED of "
            "one failover; events only")

    def start(client, log, seed, traffic, **job):
        run.client(client, log, traffic=traffic, seed=seed, seconds=65, note=note, **job)

    seeds = {"mode": "cluster", "seeds": run.cluster.seeds()}
    start("redis-py-8", "redis-py-8-cluster-failover", 1, everywhere, rate=6, style="exception", **seeds)
    start("go-redis", "go-redis-cluster-failover", 2, everywhere, rate=4, shown=False, **seeds)
    start("jedis-8", "jedis-8-cluster-failover", 3, everywhere, rate=4, style="exception", **seeds)
    start("ioredis-5", "ioredis-5-cluster-failover", 4, everywhere, rate=6, **seeds)
    start("redis-py-5", "redis-py-5-failover", 5, lost, rate=2, shown=False, seeds=at(near.port))
    run.procs.sleep(12)
    run.act(f"master 127.0.0.1:{victim.port} killed")
    run.cluster.kill(victim.port)
    heir = None
    until = time.monotonic() + 40
    while heir is None:
        run.procs.sleep(0.2)
        heir = next((m for m in run.cluster.members(near.port)
                     if m.is_master and m.port != victim.port and m.slots & victim.slots), None)
        if time.monotonic() > until:
            raise RuntimeError("no replica took over")
    run.act(f"127.0.0.1:{heir.port} has taken over slots {ranges(victim.slots)}")
    run.finish_clients(70)
    run.server_log("redis-server-failover", near.port)
    run.server_log("redis-server-promoted", heir.port)


SCENARIOS = {"storm": storm, "reshard": reshard, "cli-reshard": cli_reshard, "stuck": stuck, "failover": failover}
QUICK = {
    "quick-storm": lambda run: storm(run, seconds=35, quick=True),
    "quick-reshard": lambda run: reshard(run, slots=30, pause=0.1, quick=True),
}
ALL = {**SCENARIOS, **QUICK}
