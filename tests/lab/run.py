"""One run: a cluster, the clients that talk to it, what was done to it and when, and the logs with their truth."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

import truth
from clients import CLIENTS, Client
from cluster import Cluster
from procs import Procs
from slots import ranges


class Traffic:
    """A file of commands, one a line, from which a program picks at random; rewritten as a scenario goes on."""

    def __init__(self, path: Path, commands: list[str]) -> None:
        self.path = path
        self.set(commands)

    def set(self, commands: list[str]) -> None:
        new = self.path.with_suffix(".new")
        new.write_text("\n".join(commands) + "\n")
        os.replace(new, self.path)


@dataclass
class Recorded:
    """One log. `judge` says, from the joined events, which incidents a right report must hold."""

    name: str
    client: str
    path: Path
    notes: Path | None
    record: str
    client_id: str | None = None
    client_shown: str | None = None
    judge: Callable[[list[dict]], list[dict]] | None = None
    note: str = ""
    ready_events: list[dict] | None = None
    extra: dict = field(default_factory=dict)


class Run:
    def __init__(self, scenario: str, procs: Procs, home: Path, out: Path, wanted: set[str] | None) -> None:
        self.scenario, self.procs, self.home, self.out = scenario, procs, home, out
        self.wanted = wanted
        self.actions: list[dict] = []
        self.logs: list[Recorded] = []
        self.children: list[tuple[str, subprocess.Popen, Path]] = []
        home.mkdir(parents=True)
        self.cluster: Cluster | None = None

    # -- what scenarios call ------------------------------------------------

    def start_cluster(self, **kw) -> Cluster:
        self.cluster = Cluster(self.procs, self.home / "servers", **kw)
        self.cluster.start()
        self.server = f"redis {self.cluster.server_version()}"
        self.act(f"cluster of 3 masters and 3 replicas is up on ports {ranges(self.cluster.ports)}")
        return self.cluster

    def act(self, what: str) -> None:
        self.actions.append({"at": truth.iso(time.time()), "what": what})

    def traffic(self, name: str, commands: list[str]) -> Traffic:
        return Traffic(self.home / f"{name}.traffic", commands)

    def client(self, client: str, log: str, *, traffic: Traffic, judge=None, note: str = "", shown: bool = True,
               extra: dict | None = None, **job) -> None:
        """Starts a client program that writes `log`. `shown`: its records name the library (a class, a frame)."""
        if self.wanted and client not in self.wanted:
            return
        c: Client = CLIENTS[client]
        stem = self.home / log
        settings = {"mode": "plain", "style": "message", "rate": 2, "seconds": 60, "seed": 1,
                    "seeds": [self.cluster.seeds()[0]], **job, "traffic": str(traffic.path),
                    "notes": f"{stem}.notes", "stop": str(self.home / "stop")}
        job_file = stem.with_name(log + ".job")
        job_file.write_text(json.dumps(settings))
        path = stem.with_name(log + ".log")
        with open(path, "wb") as sink:
            env = {**os.environ, "TZ": "UTC", "NO_COLOR": "1"}
            for gone in ("PYTHONPATH", "NODE_OPTIONS", "FORCE_COLOR"):
                env.pop(gone, None)
            if settings.get("debug"):
                env |= {"DEBUG": "ioredis:*", "LOG_LEVEL": "DEBUG"}
            child = self.procs.start(c.argv(job_file), cwd=self.home, stdout=sink, stderr=sink, env=env)
        self.children.append((log, child, path))
        self.logs.append(Recorded(log, c.label, path, Path(settings["notes"]), c.record, c.id,
                                  c.id if shown else None, judge, note, extra=extra or {}))

    def tool_log(self, log: str, path: Path, events: list[dict]) -> None:
        """The output of redis-cli --cluster, with its events."""
        self.logs.append(Recorded(log, "redis-cli " + self.server.split()[1], path, None, "", "redis-cli",
                                  ready_events=events))

    def server_log(self, log: str, port: int) -> None:
        """A server's own log. What it tells is known by the server's fixed texts, not noted by a second party."""
        path = self.cluster.server_log(port)
        note = ("events found by the server's fixed texts; those marked optional need not be reported; whether a report "
                "calls this failover or cluster-errors is not settled, so no incident is required")
        self.logs.append(Recorded(log, self.server, path, None, "", "redis-server", note=note,
                                  ready_events=server_texts(path), extra={"port": port}))

    def finish_clients(self, seconds: float) -> None:
        """Waits for the programs to end by themselves; the stop file asks them to, after `seconds`."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and any(c.poll() is None for _, c, _ in self.children):
            self.procs.sleep(0.2)
        (self.home / "stop").touch()
        until = time.monotonic() + 30
        while any(c.poll() is None for _, c, _ in self.children):
            if time.monotonic() > until:
                left = [log for log, c, _ in self.children if c.poll() is None]
                raise RuntimeError(f"{self.scenario}: did not end: {', '.join(left)}")
            self.procs.sleep(0.2)
        for log, child, path in self.children:
            if child.returncode != 0:
                tail = path.read_text(errors="replace")[-2000:]
                raise RuntimeError(f"{self.scenario}: {log} ended with {child.returncode}:\n{tail}")

    # -- after the run --------------------------------------------------------

    def deliver(self) -> list[str]:
        """Joins truth and logs, and copies both to the output folder. Gives a line of summary for each."""
        summary = []
        for r in self.logs:
            log = truth.Log(r.path, r.record)
            if r.ready_events is not None:
                found, uncounted = r.ready_events, {}
            else:
                found, uncounted = truth.events(log, truth.read_notes(r.notes), r.client_shown)
            doc = {"log": f"{r.name}.log", "scenario": self.scenario, "client": r.client}
            if r.client_id:
                doc["client_id"] = r.client_id
            doc |= {"made": time.strftime("%Y-%m-%d", time.gmtime()), "server": self.server}
            if r.note:
                doc["note"] = r.note
            if uncounted:
                doc["uncounted"] = uncounted
            doc |= r.extra
            doc |= {"actions": self.actions, "events": found, "incidents": r.judge(found) if r.judge else []}
            check_clean(r.path)
            shutil.copy(r.path, self.out / f"{r.name}.log")
            truth.write(self.out / f"{r.name}.truth.json", truth.settle(doc))
            summary.append(f"{r.name}: {len(log.lines) - 1} lines, {truth.count(found)} {uncounted or ''}")
        return summary


SERVER_TEXTS = [  # text, signal, whether a report may leave it out
    ("Cluster state changed: fail", "clusterdown", False),
    ("Cluster state changed: ok", "clusterdown", True),
    ("as failing (quorum reached).", "failover", False),
    ("FAIL message received from", "failover", False),
    ("Failover election won: I'm the new master.", "failover", False),
    ("Failover auth granted to", "failover", True),
    ("Failover auth denied to", "failover", True),
    ("Start of election delayed for", "failover", True),
    ("Starting a failover election for epoch", "failover", True),
    ("Currently unable to failover:", "failover", True),
    ("after successful failover", "failover", True),
    ("Clear FAIL state for node", "failover", True),
    ("Configuration change detected. Reconfiguring myself as a replica of", "failover", True),
]


def server_texts(path: Path) -> list[dict]:
    out = []
    for i, line in enumerate(path.read_text().split("\n")):
        for text, signal, optional in SERVER_TEXTS:
            if text in line:
                event = {"line": i + 1, "signal": signal, "slot": None, "host": None, "port": None}
                out.append({**event, "optional": True} if optional else {**event, "client": "redis-server"})
    return out


def check_clean(path: Path) -> None:
    """No log may carry this machine's name."""
    host = os.uname().nodename
    if len(host) > 3 and re.search(rf"\b{re.escape(host)}\b", path.read_text(errors="replace")):
        raise RuntimeError(f"{path.name} holds the name of this machine")
