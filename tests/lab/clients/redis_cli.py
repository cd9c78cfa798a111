"""Feeds redis-cli: commands on a pipe, or typed at its prompt through a pty with -c. Usage: redis_cli.py JOB.json

redis-cli's output is the log. It prints no request numbers, so the notes are in the order of the commands; what each
command gives is asked of the same node over a connection of its own, just before redis-cli gets it.
"""

import json
import os
import pty
import random
import select
import socket
import subprocess
import sys
import time

job = json.load(open(sys.argv[1]))
notes = open(job["notes"], "a", buffering=1)
host, _, port = job["seeds"][0].rpartition(":")
pick = random.Random(job["seed"])


def ask(words, at):
    """The node's reply to the command, its first line only."""
    with socket.create_connection(at, 5) as s:
        s.sendall((" ".join(words) + "\r\n").encode())
        return s.makefile("rb").readline().decode().strip()


def redirection(words, at):
    kind, _, rest = ask(words, at).lstrip("-").partition(" ")
    if kind not in ("MOVED", "ASK"):
        return None
    slot, _, target = rest.partition(" ")
    to, _, to_port = target.rpartition(":")
    return {"kind": kind.lower(), "slot": int(slot), "host": to, "port": int(to_port)}


def note(what):
    notes.write(json.dumps({"req": None, "t": time.time(), **what}) + "\n")


def commands():
    lines = open(job["traffic"]).read().splitlines()
    end = time.monotonic() + job["seconds"]
    while time.monotonic() < end and not os.path.exists(job["stop"]):
        yield pick.choice(lines).split()
        time.sleep(1 / job["rate"])


def piped():
    cli = subprocess.Popen(["redis-cli", "-h", host, "-p", port], stdin=subprocess.PIPE)
    for words in commands():
        found = redirection(words, (host, int(port)))
        if found:
            note(found)
        cli.stdin.write((" ".join(words) + "\n").encode())
        cli.stdin.flush()
    cli.stdin.close()
    return cli.wait()


def typed():
    """redis-cli -c moves to the node it was sent to, so the next command is asked there."""
    pid, fd = pty.fork()
    if pid == 0:
        os.environ["TERM"] = "dumb"
        os.execvp("redis-cli", ["redis-cli", "-c", "-h", host, "-p", port])
    at = (host, int(port))
    read_until_prompt(fd)
    for words in commands():
        found = redirection(words, at)
        if found:
            note({**found, "text": f"-> Redirected to slot [{found['slot']}] located at {found['host']}:{found['port']}",
                  "kind": "redirect", "was": found["kind"]})
            at = (found["host"], found["port"])
        os.write(fd, (" ".join(words) + "\n").encode())
        read_until_prompt(fd)
    os.write(fd, b"exit\n")
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def read_until_prompt(fd):
    """Copies redis-cli's terminal output until it asks for the next command."""
    tail = b""
    while not tail.endswith(b"> "):
        ready, _, _ = select.select([fd], [], [], 5)
        if not ready:
            raise SystemExit("redis-cli gave no prompt")
        raw = os.read(fd, 4096)
        sys.stdout.buffer.write(raw.replace(b"\r\n", b"\n"))
        sys.stdout.buffer.flush()
        tail = (tail + raw)[-4:]


sys.exit(typed() if job["mode"] == "cluster" else piped())
