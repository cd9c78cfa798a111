"""Child processes of one recording, and the way to end all of them.

Every process the lab starts goes through a `Procs`, so that an error, a SIGTERM or Ctrl-C leaves nothing
behind. Waiting goes through `Procs.sleep`, which a stop interrupts.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time


class Stopped(Exception):
    """The recording is being ended from outside."""


class Procs:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._children: list[subprocess.Popen] = []
        self._stop = threading.Event()

    def start(self, argv: list[str], **kw) -> subprocess.Popen:
        """Starts a child in a process group of its own (so Ctrl-C reaches only the recorder)."""
        if self._stop.is_set():
            raise Stopped
        kw.setdefault("stdin", subprocess.DEVNULL)
        child = subprocess.Popen(argv, start_new_session=True, **kw)
        with self._lock:
            self._children.append(child)
        return child

    def run(self, argv: list[str], timeout: float = 120, **kw) -> str:
        """Runs a command to its end and gives its output; a failure raises with that output."""
        kw.setdefault("stdin", subprocess.DEVNULL)
        if self._stop.is_set():
            raise Stopped
        done = subprocess.run(
            argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=timeout, **kw
        )
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(argv)}: exit {done.returncode}\n{done.stdout[-4000:]}")
        return done.stdout

    def sleep(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise Stopped

    def stop(self) -> None:
        """Makes every `sleep` and `start` raise, then ends all children."""
        self._stop.set()
        self.end(self._children)

    def end(self, children: list[subprocess.Popen], grace: float = 3.0) -> None:
        """SIGTERM, then SIGKILL to what is left after `grace` seconds."""
        with self._lock:
            live = [c for c in children if c.poll() is None]
        for child in live:
            _signal_group(child, signal.SIGTERM)
        until = time.monotonic() + grace
        for child in live:
            try:
                child.wait(max(0.05, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                _signal_group(child, signal.SIGKILL)
                child.wait()


def _signal_group(child: subprocess.Popen, sig: int) -> None:
    try:
        os.killpg(child.pid, sig)
    except ProcessLookupError:
        pass
