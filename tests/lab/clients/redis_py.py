"""A small cart service on redis-py, with ordinary `logging`. Usage: redis_py.py JOB.json

Ends by itself after the job's seconds, or when the job's stop file appears. For every redirection or cluster
error it logs, it notes beside the log what the exception object said.
"""

import json
import logging
import os
import random
import sys
import time

import redis
from redis import exceptions as errors
from redis.cluster import ClusterNode, RedisCluster

job = json.load(open(sys.argv[1]))
notes = open(job["notes"], "a", buffering=1)

logging.basicConfig(
    stream=sys.stderr,
    level=logging.DEBUG if job.get("debug") else logging.INFO,
    format="%(asctime)s %(levelname)s %(name)s: %(message)s",
)
logger = logging.getLogger("shop.cart")


def note(req, **what):
    notes.write(json.dumps({"req": req, "t": time.time(), **what}) + "\n")


def tell(req, e):
    """What the exception object says, without reading the log line."""
    text = str(e)
    if isinstance(e, errors.AskError):  # a MovedError is an AskError
        kind = "moved" if isinstance(e, errors.MovedError) else "ask"
        note(req, kind=kind, slot=e.slot_id, host=e.host, port=e.port, bare=job["style"] == "message")
    elif isinstance(e, errors.TryAgainError):
        note(req, kind="tryagain", text=text)
    elif isinstance(e, errors.ClusterDownError):
        note(req, kind="clusterdown", text=text)
    elif isinstance(e, errors.ClusterCrossSlotError):
        note(req, kind="crossslot", text=text)
    elif isinstance(e, errors.SlotNotCoveredError):
        note(req, kind="slot-unserved", text=text)
    elif isinstance(e, errors.ClusterError):
        note(req, kind="too-many-redirects" if "TTL" in text else "other", text=text)
    elif isinstance(e, (errors.ConnectionError, errors.TimeoutError)):
        note(req, kind="unreachable", text=text)
    elif isinstance(e, errors.ResponseError):  # redis-py before 6, plain client: the reply as sent
        word, _, rest = text.partition(" ")
        if word in ("MOVED", "ASK"):
            slot, _, target = rest.partition(" ")
            host, _, port = target.rpartition(":")
            note(req, kind=word.lower(), slot=int(slot), host=host, port=int(port))
        elif word in ("TRYAGAIN", "CLUSTERDOWN", "CROSSSLOT"):
            note(req, kind=word.lower(), text=text)
        else:
            note(req, kind="other", text=text)
    else:
        note(req, kind="other", text=text)


def note_followed():
    """The cluster client follows redirections silently but for its DEBUG lines; the parser builds one exception
    object for each reply (MovedError inherits AskError's constructor), so that is the place to count them."""
    was = errors.AskError.__init__

    def init(self, *args, **kwargs):
        was(self, *args, **kwargs)
        kind = "moved" if isinstance(self, errors.MovedError) else "ask"
        note(None, kind=kind, slot=self.slot_id, host=self.host, port=self.port, followed=True)

    errors.AskError.__init__ = init


def connect():
    seeds = [s.rpartition(":") for s in job["seeds"]]
    if job["mode"] == "plain":
        host, _, port = seeds[0]
        return redis.Redis(host=host, port=int(port), decode_responses=True, socket_timeout=2)
    nodes = [ClusterNode(h, int(p)) for h, _, p in seeds]
    return RedisCluster(startup_nodes=nodes, decode_responses=True, socket_timeout=2)


def call(client, words):
    name, args = words[0].lower(), words[1:]
    if name == "mget":
        return client.mget(args)
    if name == "mset":
        return client.mset(dict(zip(args[::2], args[1::2])))
    return getattr(client, name)(*args)


def main():
    if job.get("debug"):
        note_followed()
    logger.info("cart service starting, redis-py %s, redis at %s", redis.__version__, job["seeds"][0])
    client = connect()
    pick = random.Random(job.get("seed", 1))
    end = time.monotonic() + job["seconds"]
    due, beat, ok, failed, req = time.monotonic(), time.monotonic() + 5, 0, 0, 0
    while time.monotonic() < end and not os.path.exists(job["stop"]):
        req += 1
        words = pick.choice(open(job["traffic"]).read().splitlines()).split()
        try:
            call(client, words)
            ok += 1
        except errors.RedisError as e:
            failed += 1
            if job["style"] == "exception":
                logger.exception("cart %s failed req=%d", words[0].lower(), req)
            else:
                logger.error("cart %s failed req=%d: %s", words[0].lower(), req, e)
            tell(req, e)
        if time.monotonic() >= beat:
            logger.info("served %d requests, %d failed", ok, failed)
            beat += 5
        due = max(due + 1 / job["rate"], time.monotonic())
        time.sleep(max(0, due - time.monotonic()))
    logger.info("cart service stopping, served %d requests, %d failed", ok, failed)


main()
