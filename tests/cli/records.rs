//! Records, wrappers, partial lines and repeats: one event is counted once.

use super::place::{Place, told};
use serde_json::json;

fn counted(text: &str) -> Vec<serde_json::Value> {
    let place = Place::with(&[("app.log", text)]);
    let by_file = place.events(&["app.log"]);
    let by_pipe = place.pipe(&["--format", "hits"], text).clean().events();
    assert_eq!(told(&by_file), told(&by_pipe), "a pipe has the same events: {text}");
    by_file
}

/// Pieces of a record that a container runtime cut, at every place of the redirection: a log
/// of one record for each cut, each with a slot of its own.
#[test]
fn partial_lines_are_joined_before_they_are_read() {
    let text = |slot: usize| {
        format!("ERROR redis.exceptions.ResponseError: MOVED {slot} 10.20.30.40:7001 while reading")
    };
    let (start, end) = (text(12000).find("MOVED").unwrap(), text(12000).find(" while").unwrap());
    let (mut cri, mut torn, mut docker, mut expected) =
        (String::new(), String::new(), String::new(), Vec::new());
    for first in start + 1..end {
        let slot = 12000 + first;
        let text = text(slot);
        expected.push(format!("moved {slot} 10.20.30.40:7001"));
        let second = (first + 6).min(end);
        let pieces = [(&text[..first], 'P'), (&text[first..second], 'P'), (&text[second..], 'F')];
        for (n, (piece, tag)) in pieces.into_iter().enumerate() {
            let time = format!("2026-04-23T10:{:02}:{n:02}.123456789Z", first % 60);
            let line = format!("{time} stderr {tag} {piece}\n");
            cri += &line;
            torn += &line;
            // A line of the other stream in between does not end the record.
            torn += &format!("{time} stdout F GET /health 200\n");
            let log = if tag == 'F' { format!("{piece}\n") } else { piece.to_owned() };
            docker += &format!("{}\n", json!({"log": log, "stream": "stderr", "time": time}));
        }
    }
    for (name, log) in [("CRI", cri), ("CRI, two streams", torn), ("docker", docker)] {
        let events = counted(&log);
        assert_eq!(told(&events), expected, "{name}");
        assert!(events.iter().all(|e| e["client"] == "redis-py"), "{name}");
    }
}

/// Frameworks print one error several times.
#[test]
fn one_record_is_one_event() {
    let pino = json!({"level": 50, "time": 1_776_939_330_123_u64, "pid": 1, "hostname": "h",
        "err": {"type": "ReplyError", "message": "MOVED 7638 10.0.0.2:7001",
                "stack": "ReplyError: MOVED 7638 10.0.0.2:7001\n    at parseError (/app/node_modules/redis-parser/lib/parser.js:179:12)"},
        "msg": "MOVED 7638 10.0.0.2:7001"});
    let java = "\
2026-04-23 10:15:30.123 ERROR 1 --- [main] c.e.Cart : failed
org.springframework.data.redis.ClusterRedirectException: Redirect: slot 7638 to 10.0.0.2:7001.; nested exception is redis.clients.jedis.exceptions.JedisMovedDataException: MOVED 7638 10.0.0.2:7001
\tat org.springframework.data.redis.connection.jedis.JedisExceptionConverter.convert(JedisExceptionConverter.java:45)
Caused by: redis.clients.jedis.exceptions.JedisMovedDataException: MOVED 7638 10.0.0.2:7001
\tat redis.clients.jedis.Protocol.processError(Protocol.java:118)
\t... 5 common frames omitted
";
    let python = "\
2026-04-23 10:15:30,123 ERROR cart: get failed: MOVED 7638 10.0.0.2:7001
Traceback (most recent call last):
  File \"/usr/lib/python3/site-packages/redis/client.py\", line 559, in _parse_response
    raise response
redis.exceptions.ResponseError: MOVED 7638 10.0.0.2:7001
";
    for (name, text) in
        [("pino", format!("{pino}\n")), ("java", java.to_owned()), ("python", python.to_owned())]
    {
        let events = counted(&text);
        assert_eq!(told(&events), ["moved 7638 10.0.0.2:7001"], "{name}");
        let again = counted(&text.repeat(2));
        assert_eq!(again.len(), 2, "{name}: two records are two events");
    }
}

#[test]
fn interleaved_pods_keep_their_records() {
    let text = "\
[pod/web-a/app] 2026-04-23T10:15:30.000000001Z ERROR cart failed
[pod/web-b/app] 2026-04-23T10:15:30.000000002Z ERROR cart failed
[pod/web-a/app] 2026-04-23T10:15:30.000000003Z Traceback (most recent call last):
[pod/web-b/app] 2026-04-23T10:15:30.000000004Z Traceback (most recent call last):
[pod/web-a/app] 2026-04-23T10:15:30.000000005Z redis.exceptions.ResponseError: MOVED 100 10.0.0.2:7001
[pod/web-b/app] 2026-04-23T10:15:30.000000006Z redis.exceptions.ResponseError: MOVED 100 10.0.0.2:7001
[pod/web-a/sidecar] 2026-04-23T10:15:31.000000006Z redis.exceptions.ResponseError: MOVED 100 10.0.0.2:7001
";
    let events = counted(text);
    let reporters: Vec<&str> = events.iter().map(|e| e["reporter"].as_str().unwrap()).collect();
    assert_eq!(reporters, ["pod/web-a/app", "pod/web-b/app", "pod/web-a/sidecar"]);
    assert!(events.iter().all(|e| e["client"] == "redis-py"), "{events:?}");
}

#[test]
fn repeats_are_multiplied() {
    let one = "Apr 23 10:15:30 web app[1]: redis.exceptions.ResponseError: MOVED 100 10.0.0.2:7001\n";
    let five = "Apr 23 10:15:31 web app[1]: message repeated 5 times: [ redis.exceptions.ResponseError: MOVED 100 10.0.0.2:7001]\n";
    for (text, repeats) in [(one.to_owned(), 1), (five.to_owned(), 5), (format!("{one}{five}"), 6)] {
        let place = Place::with(&[("syslog", &text)]);
        let sum: u64 =
            place.events(&["--year", "2026", "syslog"]).iter().map(|e| e["repeats"].as_u64().unwrap()).sum();
        assert_eq!(sum, repeats, "{text}");
        let report = place.scan(&["--format", "json", "--year", "2026", "syslog"]).clean();
        assert_eq!(report.total(), repeats, "{text}");
        assert_eq!(report.json()["groups"][0]["events"], repeats, "{text}");
    }
}

#[test]
fn reporters_come_from_wrappers() {
    let error = "redis.exceptions.ResponseError: MOVED 100 10.0.0.2:7001";
    for (line, reporter) in [
        (format!("[pod/web-a/app] {error}"), "pod/web-a/app"),
        (format!("[pod/web-a/app] 2026-04-23T10:15:30.123456789Z {error}"), "pod/web-a/app"),
        (format!("web-1  | {error}"), "container/web-1"),
        (format!("Apr 23 10:15:30 web-host app[4711]: {error}"), "host/web-host/app"),
        (format!("2026-04-23T10:15:30Z ERROR {error}"), "file/app.log"),
    ] {
        let place = Place::with(&[("app.log", &format!("{line}\n"))]);
        assert_eq!(place.events(&["--year", "2026", "app.log"])[0]["reporter"], reporter, "{line}");
    }
}
