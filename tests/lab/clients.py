"""The client programs: how each is installed, started, and how its log is cut into records."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import install

REDIS_PY_5 = "5.3.1"
REDIS_PY_8 = "8.1.0"
IOREDIS_5 = "5.11.1"
IOREDIS_6 = "6.0.0"
PINO = "10.4.0"
JEDIS_5 = "5.2.0"
JEDIS_8 = "8.0.2"
LOGBACK = "1.5.18"
GO_REDIS = "v9.23.0"

# A line that begins a record, for each layout.
PYTHON = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} "
LOGBACK_LINE = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} "
SLOG = r"time=|\d{4}/\d\d/\d\d |redis: \d{4}/"  # log/slog and log
PINO_LINE = r"\{"
CONSOLE = r"cart |served |\d{4}-\d\d-\d\dT|\[ioredis\]"
ANY_LINE = r""


@dataclass(frozen=True)
class Client:
    name: str  # what --client selects, and the beginning of log names
    label: str  # with its version, as the truth files say it
    id: str  # the id `scan` reports
    prepare: Callable[[], Path]
    command: Callable[[Path], list[str]]
    record: str

    def argv(self, job: Path) -> list[str]:
        return [*self.command(self.prepare()), str(job)]


def _redis_py(name: str, version: str) -> Client:
    return Client(
        name, f"redis-py {version}", "redis-py", lambda: install.redis_py(version),
        lambda home: [str(home / "venv/bin/python"), str(home / "redis_py.py")], PYTHON,
    )


def _ioredis(name: str, version: str, record: str) -> Client:
    return Client(
        name, f"ioredis {version}", "ioredis", lambda: install.ioredis(version, PINO),
        lambda home: ["node", str(home / "ioredis.js")], record,
    )


def _jedis(name: str, version: str) -> Client:
    return Client(
        name, f"Jedis {version}", "jedis", lambda: install.jedis(version, LOGBACK),
        lambda home: ["java", "-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp",
                      f"{home}:{home}/target/classes:{home}/target/dependency/*", "Cart"],
        LOGBACK_LINE,
    )


_ALL = [
    _redis_py("redis-py-5", REDIS_PY_5),
    _redis_py("redis-py-8", REDIS_PY_8),
    _ioredis("ioredis-5", IOREDIS_5, CONSOLE),
    _ioredis("ioredis-6", IOREDIS_6, CONSOLE),
    _ioredis("ioredis-6-pino", IOREDIS_6, PINO_LINE),
    _jedis("jedis-5", JEDIS_5),
    _jedis("jedis-8", JEDIS_8),
    Client("go-redis", f"go-redis {GO_REDIS}", "go-redis", lambda: install.go_redis(GO_REDIS),
           lambda home: [str(home / "cart")], SLOG),
    Client("redis-cli", "redis-cli", "redis-cli", lambda: install.PROGRAMS,
           lambda home: [sys.executable, str(home / "redis_cli.py")], ANY_LINE),
]

CLIENTS = {c.name: c for c in _ALL}
