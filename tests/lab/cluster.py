"""A real Redis cluster on loopback: 3 masters and 3 replicas, in a temporary directory, always torn down."""

from __future__ import annotations

import signal
import socket
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from procs import Procs
from resp import Node, RespError
from slots import parse_ranges

HOST = "127.0.0.1"
SIZE = 6

_ports_lock = threading.Lock()
_ports_given: set[int] = set()


def free_ports(first: int = 7000, last: int = 9900) -> list[int]:
    """Six neighbouring ports, free together with their bus ports; never the same twice in one recorder."""
    with _ports_lock:
        for base in range(first, last, 10):
            block = list(range(base, base + SIZE))
            if base in _ports_given or not all(_free(p) and _free(p + 10000) for p in block):
                continue
            _ports_given.add(base)
            return block
    raise RuntimeError(f"no six free neighbouring ports between {first} and {last}")


def _free(port: int) -> bool:
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind((HOST, port))
        except OSError:
            return False
        return True


@dataclass
class Member:
    """One line of CLUSTER NODES."""

    id: str
    port: int
    flags: str
    master: str
    slots: set[int]

    @property
    def is_master(self) -> bool:
        return "master" in self.flags and "fail" not in self.flags.split(",")


class Cluster:
    def __init__(self, procs: Procs, home: Path, node_timeout_ms: int = 5000) -> None:
        self.procs = procs
        self.home = home
        self.ports = free_ports()
        self.node_timeout_ms = node_timeout_ms
        self.servers: dict[int, object] = {}
        self._nodes: dict[int, Node] = {}

    # -- life -------------------------------------------------------------

    def start(self) -> None:
        for port in self.ports:
            self._start_server(port)
        for port in self.ports:
            self._wait_ping(port)
        self.procs.run(
            ["redis-cli", "--cluster", "create", *[f"{HOST}:{p}" for p in self.ports]]
            + ["--cluster-replicas", "1", "--cluster-yes"],
        )
        self.wait_healthy(replicas=3)

    def _start_server(self, port: int) -> None:
        folder = self.home / str(port)
        folder.mkdir(parents=True)
        (folder / "redis.conf").write_text(
            f"port {port}\nbind {HOST}\ncluster-enabled yes\ncluster-config-file nodes.conf\n"
            f"cluster-node-timeout {self.node_timeout_ms}\nappendonly no\nsave \"\"\n"
            "repl-diskless-sync-delay 0\nprotected-mode no\n"
        )
        log = open(folder / "redis-server.log", "wb")
        self.servers[port] = self.procs.start(
            ["redis-server", "redis.conf"], cwd=folder, stdout=log, stderr=log
        )
        log.close()

    def _wait_ping(self, port: int) -> None:
        until = time.monotonic() + 20
        while True:
            try:
                self.node(port)("PING")
                return
            except (OSError, RespError):
                self._nodes.pop(port, None)
                if time.monotonic() > until:
                    raise RuntimeError(f"redis-server on port {port} did not answer")
                self.procs.sleep(0.1)

    def wait_healthy(self, replicas: int | None = None, timeout: float = 40) -> None:
        """Until every live node says ok and all of them give the slots to the same owners."""
        until = time.monotonic() + timeout
        while True:
            if self._healthy(replicas):
                return
            if time.monotonic() > until:
                raise RuntimeError("the cluster did not become healthy")
            self.procs.sleep(0.2)

    def _healthy(self, replicas: int | None) -> bool:
        views = []
        for port in self.live():
            if "cluster_state:ok" not in self.node(port)("CLUSTER", "INFO"):
                return False
            members = self.members(port)
            views.append({m.port: frozenset(m.slots) for m in members if m.slots})
            if replicas is not None and sum("slave" in m.flags for m in members) != replicas:
                return False
        return all(v == views[0] for v in views)

    def stop(self) -> None:
        for node in self._nodes.values():
            node.close()
        self._nodes.clear()
        self.procs.end(list(self.servers.values()))

    def kill(self, port: int) -> None:
        """The way a machine dies: no goodbye."""
        self.servers[port].send_signal(signal.SIGKILL)
        self.servers[port].wait()
        self._nodes.pop(port).close()

    # -- questions ----------------------------------------------------------

    def live(self) -> list[int]:
        return [p for p in self.ports if self.servers[p].poll() is None]

    def node(self, port: int) -> Node:
        if port not in self._nodes:
            self._nodes[port] = Node(HOST, port)
        return self._nodes[port]

    def members(self, via: int | None = None) -> list[Member]:
        out = []
        for line in self.node(via or self.live()[0])("CLUSTER", "NODES").splitlines():
            words = line.split()
            port = int(words[1].split("@")[0].rpartition(":")[2])
            owned = ",".join(w for w in words[8:] if not w.startswith("["))
            out.append(Member(words[0], port, words[2], words[3], parse_ranges(owned)))
        return out

    def masters(self) -> list[Member]:
        """The masters with slots, in the order of their slots."""
        return sorted((m for m in self.members() if m.is_master and m.slots), key=lambda m: min(m.slots))

    def seeds(self) -> list[str]:
        return [f"{HOST}:{p}" for p in self.ports]

    def server_version(self) -> str:
        info = self.node(self.live()[0])("INFO", "server")
        return next(l.partition(":")[2].strip() for l in info.splitlines() if l.startswith("redis_version:"))

    def errorstats(self, port: int) -> dict[str, int]:
        """How often this server sent each error reply so far."""
        out = {}
        for line in self.node(port)("INFO", "errorstats").splitlines():
            if line.startswith("errorstat_"):
                name, _, rest = line[len("errorstat_") :].partition(":")
                out[name] = int(rest.partition("=")[2].strip())
        return out

    def server_log(self, port: int) -> Path:
        return self.home / str(port) / "redis-server.log"

    # -- moving slots -------------------------------------------------------

    def open_slot(self, slot: int, src: Member, dst: Member) -> None:
        self.node(dst.port)("CLUSTER", "SETSLOT", slot, "IMPORTING", src.id)
        self.node(src.port)("CLUSTER", "SETSLOT", slot, "MIGRATING", dst.id)

    def move_keys(self, slot: int, src: Member, dst: Member, most: int = 10) -> int:
        """Moves up to `most` keys of the slot; gives how many there were to move."""
        keys = self.node(src.port)("CLUSTER", "GETKEYSINSLOT", slot, most)
        if keys:
            self.node(src.port)("MIGRATE", HOST, dst.port, "", 0, 5000, "KEYS", *keys)
        return len(keys)

    def move_key(self, key: str, src: Member, dst: Member) -> None:
        self.node(src.port)("MIGRATE", HOST, dst.port, key, 0, 5000)

    def close_slot(self, slot: int, dst: Member) -> None:
        """The target first, then everybody else, as redis-cli does."""
        order = [dst.port] + [m.port for m in self.masters() if m.port != dst.port]
        for port in order:
            self.node(port)("CLUSTER", "SETSLOT", slot, "NODE", dst.id)
