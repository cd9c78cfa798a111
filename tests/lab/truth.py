"""Joins what a client program noted while it ran with the lines of the log it wrote.

A program notes each redirection from the error object in its hands, with the number of the request. The log carries
that number too (`req=17`), so a note finds its record by number, and its line as the first of that record on which the
noted text stands. Notes without a number (redirections a client followed by itself) are joined by their order.
"""

from __future__ import annotations

import json
import re
from datetime import datetime, timezone
from pathlib import Path

# Signals of which a truth file lists every event. The others are only counted (`uncounted`).
LISTED = ("moved", "ask", "redirect", "tryagain", "crossslot", "clusterdown", "slot-unserved", "too-many-redirects",
          "migration")


class Unjoined(Exception):
    pass


def iso(t: float) -> str:
    return datetime.fromtimestamp(t, timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read_notes(path: Path) -> list[dict]:
    return [json.loads(l) for l in path.read_text().splitlines()] if path.exists() else []


class Log:
    def __init__(self, path: Path, record_start: str) -> None:
        self.path = path
        self.lines = path.read_text(errors="replace").split("\n")
        starts = re.compile(record_start)
        self.heads = [i for i, l in enumerate(self.lines) if starts.match(l)]
        self._by_req: dict[int, tuple[int, int]] = {}
        for n, head in enumerate(self.heads):
            end = self.heads[n + 1] if n + 1 < len(self.heads) else len(self.lines)
            for line in self.lines[head:end]:
                for req in re.findall(r'\breq(?:=|":)(\d+)', line):
                    self._by_req.setdefault(int(req), (head, end))

    def record(self, req: int) -> range:
        if req not in self._by_req:
            raise Unjoined(f"{self.path.name}: no record of request {req}")
        return range(*self._by_req[req])

    def find(self, where: range, text: str) -> int:
        """The first line of `where` with `text` standing alone in it."""
        for i in where:
            at = self.lines[i].find(text)
            while at >= 0:
                before, after = self.lines[i][at - 1 : at], self.lines[i][at + len(text) :][:1]
                if not before.isalnum() and not after.isdigit():
                    return i
                at = self.lines[i].find(text, at + 1)
        raise Unjoined(f"{self.path.name}: {text!r} is not in lines {where.start + 1}-{where.stop}")


def events(log: Log, notes: list[dict], client_shown: str | None) -> tuple[list[dict], dict[str, int]]:
    """The events in the order of the log, and the numbers of the kinds not listed."""
    out, uncounted, at = [], {}, 0
    for n in notes:
        if n["kind"] not in LISTED:
            uncounted[n["kind"]] = uncounted.get(n["kind"], 0) + 1
            continue
        text = n.get("text") or f"{n['slot']} {n['host']}:{n['port']}"
        if n.get("req") is not None:
            line = log.find(log.record(n["req"]), text)
        else:
            line = log.find(range(at, len(log.lines)), text)
            at = line + 1
        event = {"line": line + 1, "signal": n["kind"], "slot": n.get("slot"), "host": n.get("host"),
                 "port": n.get("port"), "_t": n["t"]}
        if n.get("unprinted"):  # known to the client, but not on the line
            event[n["unprinted"]] = None
        if n.get("bare"):  # `<slot> <host>:<port>` with no word: the line does not tell moved from ask
            event["signal"] = ["redirect", n["kind"]]
            event["was"] = n["kind"]
        elif client_shown:
            event["client"] = client_shown
        if n.get("was"):
            event["was"] = n["was"]
        out.append(event)
    out.sort(key=lambda e: e["line"])
    return out, uncounted


def settle(doc: dict) -> dict:
    """What follows from the parts of a truth file together. Doing it again changes nothing.

    `Too many … Last error: MOVED …` is one event of the limit and one of the redirection, and both are about the slot
    and the target of that redirection. A slot that stays open is open from the action on: what a client is refused
    before its first ASK (TRYAGAIN) belongs to it.
    """
    redirections = {e["line"]: e for e in doc["events"] if e["signal"] in ("moved", "ask")}
    for e in doc["events"]:
        inner = redirections.get(e["line"])
        if e["signal"] == "too-many-redirects" and e["slot"] is None and inner:
            e.update({f: inner[f] for f in ("slot", "host", "port")})
    opened = [a["at"] for a in doc["actions"] if "it stays open to the end" in a["what"]]
    for i in doc["incidents"]:
        if opened and i["causes"] == ["stuck-migration"]:
            i["start_from"] = opened[0]
    return doc


def count(found: list[dict]) -> dict[str, int]:
    """Events by signal, without the optional ones."""
    out: dict[str, int] = {}
    for e in found:
        if e.get("optional"):
            continue
        signal = e["signal"] if isinstance(e["signal"], str) else e["signal"][0]
        out[signal] = out.get(signal, 0) + 1
    return out


def write(path: Path, doc: dict) -> None:
    """One event a line, so that a difference is readable."""
    doc = {**doc, "events": [{k: v for k, v in e.items() if not k.startswith("_")} for e in doc["events"]]}
    lines = []
    for key, value in doc.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            body = ",\n".join("  " + json.dumps(v) for v in value)
            lines.append(f" {json.dumps(key)}: [\n{body}\n ]")
        else:
            lines.append(f" {json.dumps(key)}: {json.dumps(value)}")
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
