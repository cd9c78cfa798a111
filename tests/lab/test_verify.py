"""Tests of the comparison in verify.py, with a stand-in for `scan` that repeats or twists the truth, and of the
last step of truth.py.

    python3 -m unittest discover -s tests/lab
"""

import json
import stat
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import truth as truth_step
import verify

EVENT = {"line": 2, "signal": "moved", "slot": 12182, "host": "127.0.0.1", "port": 7001, "client": "redis-py"}
TRUTH = {"log": "a.log", "client_id": "redis-py", "events": [EVENT],
         "incidents": [{"kind": ["moved-storm"], "states": ["over"], "causes": ["standalone-client"],
                        "slots_within": "12000-12200", "start": "2026-11-21T10:00:00Z"}]}
HIT = {"source": "a.log", "reporter": None, "time": None, "rule": "r", "event": True, "repeats": 1, **EVENT}
INCIDENT = {"kind": "moved-storm", "state": "over", "cause": {"id": "standalone-client"}, "slots": "12182",
            "start": "2026-11-21T10:00:01", "end": None}


def compare(hits, incidents, truth=TRUTH):
    with tempfile.TemporaryDirectory() as folder:
        scan = Path(folder) / "scan"
        report = {"events": {"all": sum(h["event"] for h in hits)}, "incidents": incidents}
        out = {"hits": "".join(json.dumps(h) + "\n" for h in hits), "json": json.dumps(report)}
        scan.write_text(f"#!{sys.executable}\nimport sys\nsys.stdout.write({out!r}[sys.argv[2]])\n")
        scan.chmod(scan.stat().st_mode | stat.S_IXUSR)
        return verify.compare(str(scan), Path("a.log"), truth)


class Verify(unittest.TestCase):
    def differences(self, hits, incidents=(INCIDENT,), truth=TRUTH):
        return compare(hits, list(incidents), truth)[0]

    def test_the_truth_itself_passes(self):
        self.assertEqual(compare([HIT], [INCIDENT]), ([], 1, 1, ""))

    def test_a_missing_event(self):
        self.assertIn("not found", self.differences([])[0])

    def test_a_wrong_field(self):
        for field, value in (("line", 3), ("slot", 1), ("port", 1), ("host", "x"), ("signal", "ask"), ("client", None)):
            self.assertTrue(self.differences([{**HIT, field: value}]), field)

    def test_an_event_counted_twice(self):
        self.assertIn("counted 2 times", self.differences([HIT, HIT])[0])

    def test_a_repeat_is_not_an_event(self):
        self.assertEqual(self.differences([HIT, {**HIT, "line": 3, "event": False}]), [])
        self.assertIn("not counted", self.differences([{**HIT, "event": False}])[0])

    def test_an_event_that_never_happened(self):
        self.assertIn("no such event", self.differences([HIT, {**HIT, "line": 9}])[0])

    def test_other_signals_are_only_told(self):
        self.assertEqual(compare([HIT, {**HIT, "line": 9, "signal": "unreachable"}], [INCIDENT])[3], "1 unreachable")

    def test_alternatives_and_optional_events(self):
        either = {**EVENT, "signal": ["redirect", "moved"]}
        truth = {**TRUTH, "events": [either, {**EVENT, "line": 5, "optional": True}]}
        self.assertEqual(self.differences([{**HIT, "signal": "redirect"}], truth=truth), [])
        self.assertEqual(self.differences([HIT, {**HIT, "line": 5}], truth=truth), [])

    def test_a_wrong_guess_of_the_client(self):
        event = {k: v for k, v in EVENT.items() if k != "client"}
        truth = {**TRUTH, "events": [event]}
        self.assertEqual(self.differences([{**HIT, "client": None}], truth=truth), [])
        self.assertIn("not jedis", self.differences([{**HIT, "client": "jedis"}], truth=truth)[0])

    def test_a_wrong_incident(self):
        for field, value in (("kind", "failover"), ("state", "ongoing-at-end"), ("cause", {"id": "failover"}),
                             ("slots", "1"), ("start", "2026-11-21T10:00:03Z"), ("start", None)):
            self.assertTrue(self.differences([HIT], [{**INCIDENT, field: value}]), field)

    def test_a_start_between_the_opening_and_the_first_event(self):
        wanted = {**TRUTH["incidents"][0], "start_from": "2026-11-21T09:59:50Z"}
        truth = {**TRUTH, "incidents": [wanted]}
        for start, passes in (("2026-11-21T09:59:49Z", True), ("2026-11-21T09:59:55Z", True),
                              ("2026-11-21T09:59:47Z", False), ("2026-11-21T10:00:03Z", False)):
            wrong = self.differences([HIT], [{**INCIDENT, "start": start}], truth=truth)
            self.assertEqual(wrong == [], passes, start)


class Settle(unittest.TestCase):
    def settled(self, *events, actions=(), incidents=()):
        doc = {"events": [dict(e) for e in events], "actions": list(actions), "incidents": list(incidents)}
        once = json.loads(json.dumps(truth_step.settle(doc)))
        self.assertEqual(truth_step.settle(json.loads(json.dumps(once))), once, "twice is once")
        return once

    def test_the_limit_takes_slot_and_target_of_the_redirection_it_names(self):
        limit = {"line": 2, "signal": "too-many-redirects", "slot": None, "host": None, "port": None}
        done = self.settled(limit, EVENT)["events"][0]
        self.assertEqual((done["slot"], done["host"], done["port"]), (12182, "127.0.0.1", 7001))
        alone = {**limit, "line": 3}
        self.assertIsNone(self.settled(alone, EVENT)["events"][0]["slot"])
        down = {**EVENT, "signal": "clusterdown", "slot": 1}
        self.assertIsNone(self.settled(limit, down)["events"][0]["slot"])

    def test_an_open_slot_is_open_from_the_action_on(self):
        action = {"at": "2026-11-21T09:59:50Z", "what": "slot 1500 opened: a -> b; it stays open to the end"}
        stuck = {"causes": ["stuck-migration"], "start": "2026-11-21T10:00:00Z"}
        self.assertEqual(self.settled(actions=[action], incidents=[dict(stuck)])["incidents"][0]["start_from"], action["at"])
        self.assertNotIn("start_from", self.settled(incidents=[dict(stuck)])["incidents"][0])


if __name__ == "__main__":
    unittest.main()
