"""The few lines of the Redis protocol that driving a cluster needs (RESP2, one connection per node)."""

from __future__ import annotations

import socket


class RespError(Exception):
    """An error reply; `str(e)` is the reply as sent."""


class Node:
    """A blocking connection to one server."""

    def __init__(self, host: str, port: int, timeout: float = 10.0) -> None:
        self.host, self.port = host, port
        self._sock = socket.create_connection((host, port), timeout)
        self._file = self._sock.makefile("rb")

    def __call__(self, *words):
        out = b"*%d\r\n" % len(words)
        for w in words:
            raw = w if isinstance(w, bytes) else str(w).encode()
            out += b"$%d\r\n%s\r\n" % (len(raw), raw)
        self._sock.sendall(out)
        return self._reply()

    def _reply(self):
        line = self._file.readline()
        if not line.endswith(b"\r\n"):
            raise ConnectionError(f"{self.host}:{self.port} closed the connection")
        kind, rest = line[:1], line[1:-2]
        if kind == b"+":
            return rest.decode()
        if kind == b"-":
            raise RespError(rest.decode())
        if kind == b":":
            return int(rest)
        if kind == b"$":
            n = int(rest)
            if n < 0:
                return None
            body = self._file.read(n + 2)[:-2]
            return body.decode(errors="replace")
        if kind == b"*":
            n = int(rest)
            return None if n < 0 else [self._reply() for _ in range(n)]
        raise ValueError(f"unexpected reply {line!r}")

    def close(self) -> None:
        self._file.close()
        self._sock.close()
