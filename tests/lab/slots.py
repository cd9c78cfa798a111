"""Hash slots of keys, and keys for given slots."""

from __future__ import annotations

import binascii

SLOTS = 16384


def key_slot(key: str) -> int:
    raw = key.encode()
    start = raw.find(b"{")
    if start >= 0:
        end = raw.find(b"}", start + 1)
        if end > start + 1:
            raw = raw[start + 1 : end]
    return binascii.crc_hqx(raw, 0) % SLOTS


class Tags:
    """For every slot a short hash tag that falls into it: `tag(866)` is some `u123` with that slot."""

    def __init__(self) -> None:
        self._tags: dict[int, str] = {}
        n = 0
        while len(self._tags) < SLOTS:
            tag = f"u{n}"
            self._tags.setdefault(key_slot(tag), tag)
            n += 1

    def tag(self, slot: int) -> str:
        return self._tags[slot]

    def key(self, slot: int, part: str) -> str:
        return f"cart:{{{self._tags[slot]}}}:{part}"


def ranges(slots) -> str:
    """`{1,2,3,7}` as `1-3,7`."""
    out: list[list[int]] = []
    for s in sorted(set(slots)):
        if out and s == out[-1][1] + 1:
            out[-1][1] = s
        else:
            out.append([s, s])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in out)


def parse_ranges(text: str) -> set[int]:
    out: set[int] = set()
    for part in text.split(","):
        if part:
            a, _, b = part.partition("-")
            out.update(range(int(a), int(b or a) + 1))
    return out
