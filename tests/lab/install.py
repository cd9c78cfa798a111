"""Gets servers and client libraries, each from its ordinary package registry, into a cache outside the tree.

Versions are pinned, so that a recording can be made again. Whatever cannot be had raises `Missing` with its name.
"""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

PROGRAMS = Path(__file__).resolve().parent / "clients"


class Missing(Exception):
    pass


def cache() -> Path:
    return Path(os.environ.get("SCAN_LAB_CACHE") or Path.home() / ".cache" / "scan-lab")


def _run(what: str, argv: list[str], cwd: Path | None = None, env: dict | None = None) -> None:
    try:
        done = subprocess.run(
            argv, cwd=cwd, env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=900,
        )
    except FileNotFoundError:
        raise Missing(f"{what}: there is no `{argv[0]}` here") from None
    except subprocess.TimeoutExpired:
        raise Missing(f"{what}: `{' '.join(argv)}` did not end within 15 minutes") from None
    if done.returncode != 0:
        raise Missing(f"{what}: `{' '.join(argv)}` failed:\n{done.stdout[-3000:]}")


def _once(what: str, folder: Path, build, programs: list[Path]) -> Path:
    """Puts the lab's own programs into `folder` and runs `build(folder)`, unless that was done for these programs."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = b"".join(p.read_bytes() for p in programs)
    mark, done = hashlib.sha256(texts).hexdigest(), folder / ".done"
    if not done.exists() or done.read_text() != mark:
        print(f"installing {what}", file=sys.stderr, flush=True)
        for program in programs:
            shutil.copy(program, folder)
        build(folder)
        done.write_text(mark)
    return folder


def redis_server() -> None:
    if shutil.which("redis-server") and shutil.which("redis-cli"):
        return
    print("installing redis-server", file=sys.stderr, flush=True)
    _run("redis-server", ["apt-get", "update", "-q"])
    _run("redis-server", ["apt-get", "install", "-q", "-y", "--no-install-recommends", "redis-server"],
         env={"DEBIAN_FRONTEND": "noninteractive"})


@functools.cache
def redis_py(version: str) -> Path:
    """A virtual environment with that redis-py and the program in it."""

    def build(folder: Path) -> None:
        what = f"redis-py {version}"
        _run(what, [sys.executable, "-m", "venv", "--clear", "venv"], folder)
        _run(what, ["venv/bin/pip", "install", "-q", f"redis=={version}"], folder)

    return _once(f"redis-py {version}", cache() / f"redis-py-{version}", build, [PROGRAMS / "redis_py.py"])


@functools.cache
def ioredis(version: str, pino: str) -> Path:
    def build(folder: Path) -> None:
        (folder / "package.json").write_text('{"name": "cart", "private": true}\n')
        _run(f"ioredis {version}", ["npm", "install", "--silent", "--no-audit", "--no-fund",
                                    f"ioredis@{version}", f"pino@{pino}"], folder)

    return _once(f"ioredis {version}", cache() / f"ioredis-{version}", build, [PROGRAMS / "ioredis.js"])


@functools.cache
def jedis(version: str, logback: str) -> Path:
    def build(folder: Path) -> None:
        source = folder / "src/main/java"
        noting = source / "redis/clients/jedis/exceptions"
        noting.mkdir(parents=True, exist_ok=True)
        shutil.copy(folder / "Cart.java", source)
        shutil.copy(folder / "JedisRedirectionException.java", noting)
        shutil.rmtree(folder / "target", ignore_errors=True)
        _run(f"Jedis {version}", ["mvn", "-q", "-B", "-DskipTests", f"-Djedis.version={version}",
                                  f"-Dlogback.version={logback}", "package", "dependency:copy-dependencies"],
             folder, {"MAVEN_OPTS": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"})

    programs = [PROGRAMS / "jedis" / n for n in ("pom.xml", "Cart.java", "JedisRedirectionException.java", "logback.xml")]
    return _once(f"Jedis {version}", cache() / f"jedis-{version}", build, programs)


@functools.cache
def go_redis(version: str) -> Path:
    def build(folder: Path) -> None:
        env = {"GOFLAGS": "-mod=mod -p=1"}
        _run(f"go-redis {version}", ["go", "get", f"github.com/redis/go-redis/v9@{version}"], folder, env)
        _run(f"go-redis {version}", ["go", "build", "-o", "cart", "."], folder, env)

    programs = [PROGRAMS / "go_redis" / n for n in ("go.mod", "main.go")]
    return _once(f"go-redis {version}", cache() / f"go-redis-{version}", build, programs)
