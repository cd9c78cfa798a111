//! Whole lines of every producer, read through [`peel`].

use super::*;
use proptest::prelude::*;

fn context() -> SourceContext {
    SourceContext::new(jiff::civil::datetime(2026, 11, 21, 12, 0, 0, 0))
}

/// reporter | stamp | opening | body
fn read(line: &str) -> [String; 4] {
    show(&peel(line.as_bytes(), &context()))
}

fn show(peeled: &Peeled<'_>) -> [String; 4] {
    [
        peeled.reporter.as_ref().map_or_else(|| "-".to_owned(), Reporter::label),
        peeled.stamp.map_or_else(|| "-".to_owned(), |s| s.to_string()),
        format!("{:?}", peeled.opening),
        String::from_utf8_lossy(&peeled.body).into_owned(),
    ]
}

fn check(rows: &[(&str, &str, &str, &str, &str)]) {
    let mut wrong = Vec::new();
    for (line, reporter, stamp, opening, body) in rows {
        let got = read(line);
        let expected = [*reporter, *stamp, *opening, *body];
        if got != expected {
            wrong.push(format!("{line}\n  got      {got:?}\n  expected {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const T: &str = "2026-04-23T10:15:30.123Z";
const Z: &str = "2026-04-23T10:15:30.000Z";
const EAST: &str = "2026-04-23T10:15:30.123+02:00";
const LOCAL: &str = "2026-04-23T10:15:30.123";
const LOCAL_S: &str = "2026-04-23T10:15:30.000";
const M: &str = "MOVED 3999 10.0.0.5:6379";

#[test]
fn wrappers_of_container_platforms() {
    check(&[
        ("[pod/web-abc/web] MOVED 3999 10.0.0.5:6379", "pod/web-abc/web", "-", "Plain", M),
        ("[pod/web-abc/] MOVED 3999 10.0.0.5:6379", "pod/web-abc", "-", "Plain", M),
        (
            "[pod/web-abc/web] 2026-04-23T10:15:30.123456789Z MOVED 3999 10.0.0.5:6379",
            "pod/web-abc/web",
            T,
            "Plain",
            M,
        ),
        (
            "[pod/web-abc/web] 2026-04-23T10:15:30.123456789Z \tat a.B.c(B.java:1)",
            "pod/web-abc/web",
            T,
            "Continuation",
            "\tat a.B.c(B.java:1)",
        ),
        ("[pod/a/b] \tat x.Y(Z.java:1)", "pod/a/b", "-", "Continuation", "\tat x.Y(Z.java:1)"),
        (
            "[pod/a/b] 2026-04-23 10:15:30,123 ERROR x",
            "pod/a/b",
            LOCAL,
            "Header",
            "2026-04-23 10:15:30,123 ERROR x",
        ),
        ("[pod/a/b] ", "pod/a/b", "-", "Blank", ""),
        ("[pod/a/b", "-", "-", "Plain", "[pod/a/b"),
        ("2026-04-23T10:15:30.123456789Z MOVED 3999 10.0.0.5:6379", "-", T, "Plain", M),
        ("2026-04-23T10:15:30.123456789Z ", "-", T, "Blank", ""),
        ("2026-04-23T10:15:30.123456789Z", "-", T, "Blank", ""),
        ("2026-04-23T10:15:30.123456789Z stdout F MOVED 3999 10.0.0.5:6379", "-", T, "Plain", M),
        (
            "2026-04-23T10:15:30.123456789+02:00 stderr F {\"level\":50,\"time\":1776932130124}",
            "-",
            "2026-04-23T08:15:30.124Z",
            "Header",
            "{\"level\":50,\"time\":1776932130124}",
        ),
        ("2026-04-23T10:15:30.123456789Z stdout F:key=value x", "-", T, "Plain", "x"),
        ("2026-04-23T10:15:30.123456789Z stdout F ", "-", T, "Blank", ""),
        ("2026-04-23T10:15:30.123456789Z stdout F", "-", T, "Blank", ""),
        (
            "2026-04-23T10:15:30.123456789Z stdout F 2026-04-23 12:15:30,500 ERROR x",
            "-",
            T,
            "Header",
            "2026-04-23 12:15:30,500 ERROR x",
        ),
        (
            "2026-04-23T10:15:30.123456789Z stdout F 2026-04-23T10:15:30.120Z ERROR x",
            "-",
            "2026-04-23T10:15:30.120Z",
            "Header",
            "2026-04-23T10:15:30.120Z ERROR x",
        ),
        (
            r#"{"log":"MOVED 3999 10.0.0.5:6379\n","stream":"stdout","time":"2026-04-23T10:15:30.123456789Z"}"#,
            "-",
            T,
            "Plain",
            M,
        ),
        (
            r#"{"log":"\u0009at a.B.c(B.java:1)\n","stream":"stderr","time":"2026-04-23T10:15:30.123456789Z"}"#,
            "-",
            T,
            "Continuation",
            "\tat a.B.c(B.java:1)",
        ),
        (
            r#"{"log":"{\"level\":50,\"msg\":\"MOVED 3999 10.0.0.5:6379\"}\n","stream":"stdout","time":"2026-04-23T10:15:30.123456789Z"}"#,
            "-",
            T,
            "Header",
            r#"{"level":50,"msg":"MOVED 3999 10.0.0.5:6379"}"#,
        ),
        (
            r#"{"log":"MOVED 3999 10.0.0.5:6379\n","stream":"stdout","time":"2026-04-23T10:15:30.123Z","kubernetes":{"pod_name":"web-abc","container_name":"web"}}"#,
            "pod/web-abc/web",
            T,
            "Plain",
            M,
        ),
        (
            r#"{"log":"x","container_id":"4f","container_name":"/web-1","source":"stdout"}"#,
            "container/web-1",
            "-",
            "Plain",
            "x",
        ),
        ("web-1  | MOVED 3999 10.0.0.5:6379", "container/web-1", "-", "Plain", M),
        (
            "web-1  | 2026-04-23T10:15:30.123456789Z MOVED 3999 10.0.0.5:6379",
            "container/web-1",
            T,
            "Plain",
            M,
        ),
        ("web_1    | \tat a.B.c(B.java:1)", "container/web_1", "-", "Continuation", "\tat a.B.c(B.java:1)"),
        ("web-1  | ", "container/web-1", "-", "Blank", ""),
        ("web-1 | MOVED 3999 10.0.0.5:6379", "container/web-1", "-", "Plain", M),
        ("web | {\"level\":50}", "container/web", "-", "Header", "{\"level\":50}"),
        ("web.1.x2y3@node-1    | MOVED 3999 10.0.0.5:6379", "container/web.1.x2y3@node-1", "-", "Plain", M),
        (
            "2026-04-23T10:15:30.123456789Z web.1.x2y3@node-1    | MOVED 3999 10.0.0.5:6379",
            "container/web.1.x2y3@node-1",
            T,
            "Plain",
            M,
        ),
        ("0|api  | MOVED 3999 10.0.0.5:6379", "container/api", "-", "Plain", M),
        (
            "10:15:30 web.1  | MOVED 3999 10.0.0.5:6379",
            "container/web.1",
            "2026-11-21T10:15:30.000",
            "Plain",
            M,
        ),
        ("a | b", "-", "-", "Plain", "a | b"),
        ("get key | MOVED 1 h:1", "-", "-", "Plain", "get key | MOVED 1 h:1"),
        ("ERROR  | MOVED 1 h:1", "-", "-", "Header", "ERROR  | MOVED 1 h:1"),
        (
            "2026-04-23 10:15:30.123 | ERROR    | app:f:1 - x",
            "-",
            LOCAL,
            "Header",
            "2026-04-23 10:15:30.123 | ERROR    | app:f:1 - x",
        ),
    ]);
}

#[test]
fn wrappers_of_log_viewers_and_shippers() {
    check(&[
        (
            "web-7d4b9c6f58-x2x4z web MOVED 3999 10.0.0.5:6379",
            "pod/web-7d4b9c6f58-x2x4z/web",
            "-",
            "Plain",
            M,
        ),
        (
            "shop web-7d4b9c6f58-x2x4z web MOVED 3999 10.0.0.5:6379",
            "pod/web-7d4b9c6f58-x2x4z/web",
            "-",
            "Plain",
            M,
        ),
        (
            "web-7d4b9c6f58-x2x4z web 2026-04-23T10:15:30.123456789Z MOVED 3999 10.0.0.5:6379",
            "pod/web-7d4b9c6f58-x2x4z/web",
            T,
            "Plain",
            M,
        ),
        ("web-abc web MOVED 3999 10.0.0.5:6379", "pod/web-abc/web", "-", "Plain", M),
        ("redis-1 app ERROR: x", "pod/redis-1/app", "-", "Header", "ERROR: x"),
        ("redis-1 is down", "-", "-", "Plain", "redis-1 is down"),
        ("re-connect failed for x", "-", "-", "Plain", "re-connect failed for x"),
        (
            r#"{"message":"MOVED 3999 10.0.0.5:6379","nodeName":"n","namespace":"shop","podName":"web-abc","containerName":"web"}"#,
            "pod/web-abc/web",
            "-",
            "Plain",
            M,
        ),
        ("shop/web-abc[web]: MOVED 3999 10.0.0.5:6379", "pod/web-abc/web", "-", "Plain", M),
        (
            r#"{"namespace":"shop","name":"web-abc","container":"web","message":{"level":"error","msg":"x"}}"#,
            "pod/web-abc/web",
            "-",
            "Header",
            r#"{"level":"error","msg":"x"}"#,
        ),
        (
            r#"2026-04-23T10:15:30Z {app="x", pod="web-abc", container="web"}    MOVED 3999 10.0.0.5:6379"#,
            "pod/web-abc/web",
            Z,
            "Plain",
            M,
        ),
        (r#"2026-04-23T10:15:30Z {app="x"} MOVED 3999 10.0.0.5:6379"#, "-", Z, "Plain", M),
        (r#"2026-04-23T10:15:30Z {} MOVED 3999 10.0.0.5:6379"#, "-", Z, "Plain", M),
        (
            r#"{"labels":{"pod":"web-abc","container":"web"},"line":"MOVED 3999 10.0.0.5:6379","timestamp":"2026-04-23T10:15:30.123456789Z"}"#,
            "pod/web-abc/web",
            T,
            "Plain",
            M,
        ),
        (
            "2026-04-23T10:15:30.123456+00:00 app[web.1]: MOVED 3999 10.0.0.5:6379",
            "container/web.1",
            T,
            "Header",
            M,
        ),
        (
            "2026-04-23T10:15:30.123000+00:00 ecs/web/0123456789abcdef0123456789abcdef MOVED 3999 10.0.0.5:6379",
            "container/web/0123456789abcdef0123456789abcdef",
            T,
            "Plain",
            M,
        ),
        (
            "2026-04-23T10:15:30+00:00\tkube.web\t{\"log\":\"MOVED 3999 10.0.0.5:6379\",\"stream\":\"stdout\",\"kubernetes\":{\"pod_name\":\"web-abc\",\"container_name\":\"web\"}}",
            "pod/web-abc/web",
            Z,
            "Plain",
            M,
        ),
        (
            r#"[0] kube.web: [[1776939330.123000000, {}], {"log"=>"MOVED 3999 10.0.0.5:6379", "stream"=>"stdout"}]"#,
            "-",
            T,
            "Plain",
            M,
        ),
        (r#"[12] web: [1776939330.123, {"message"=>"say \"x\"\n"}]"#, "-", T, "Plain", "say \"x\"\n"),
        (
            r#"{"@timestamp":"2026-04-23T10:15:30.123Z","message":"MOVED 3999 10.0.0.5:6379","kubernetes":{"pod":{"name":"web-abc"},"container":{"name":"web"}},"agent":{"type":"filebeat"}}"#,
            "pod/web-abc/web",
            T,
            "Plain",
            M,
        ),
        (
            r#"{"file":"/var/log/a.log","host":"web-1","message":"MOVED 3999 10.0.0.5:6379","source_type":"file","timestamp":"2026-04-23T10:15:30.123Z"}"#,
            "-",
            T,
            "Plain",
            M,
        ),
        (
            r#"{"insertId":"a","textPayload":"MOVED 3999 10.0.0.5:6379","resource":{"labels":{"pod_name":"web-abc","container_name":"web"}},"timestamp":"2026-04-23T10:15:30.123Z","severity":"ERROR"}"#,
            "pod/web-abc/web",
            T,
            "Plain",
            M,
        ),
        (
            r#"{"insertId":"a","jsonPayload":{"message":"x"},"resource":{"labels":{"pod_name":"web-abc","container_name":"web"}},"timestamp":"2026-04-23T10:15:30.123Z"}"#,
            "pod/web-abc/web",
            T,
            "Header",
            r#"{"insertId":"a","jsonPayload":{"message":"x"},"resource":{"labels":{"pod_name":"web-abc","container_name":"web"}},"timestamp":"2026-04-23T10:15:30.123Z"}"#,
        ),
        (
            r#"{"timestamp":"2026-04-23T10:15:30.123Z","status":"error","message":"MOVED 3999 10.0.0.5:6379","host":"web-1","service":"cart","ddsource":"python"}"#,
            "host/web-1/cart",
            T,
            "Plain",
            M,
        ),
        (
            r#"{"logStreamName":"web/1","timestamp":1776939330123,"message":"MOVED 3999 10.0.0.5:6379","eventId":"1"}"#,
            "container/web/1",
            T,
            "Plain",
            M,
        ),
        ("2026-04-23T10:15:30.1234567Z MOVED 3999 10.0.0.5:6379", "-", T, "Plain", M),
        ("2026-04-23T10:15:30.123456Z 00O MOVED 3999 10.0.0.5:6379", "-", T, "Plain", M),
        ("2026-04-23T10:15:30.123Z {\"level\":50}", "-", T, "Header", "{\"level\":50}"),
        ("@4000000069e9f14c075bcd15 MOVED 3999 10.0.0.5:6379", "-", T, "Plain", M),
        (
            "@4000000069e9f14c075bcd15 2026-04-23 10:15:30,123 ERROR x",
            "-",
            T,
            "Header",
            "2026-04-23 10:15:30,123 ERROR x",
        ),
    ]);
}

#[test]
fn syslog_and_journald() {
    check(&[
        ("Apr 23 10:15:30 web-1 app[12]: MOVED 3999 10.0.0.5:6379", "host/web-1/app", LOCAL_S, "Header", M),
        (
            "Apr 23 10:15:30 web-1 app[12]: \tat a.B.c(B.java:1)",
            "host/web-1/app",
            LOCAL_S,
            "Continuation",
            "\tat a.B.c(B.java:1)",
        ),
        (
            "Apr 23 10:15:30 web-1 app[12]: Caused by: a.B: x",
            "host/web-1/app",
            LOCAL_S,
            "Continuation",
            "Caused by: a.B: x",
        ),
        (
            "Apr 23 10:15:30 web-1 app[12]: Traceback (most recent call last):",
            "host/web-1/app",
            LOCAL_S,
            "Traceback",
            "Traceback (most recent call last):",
        ),
        (
            "Apr 23 10:15:30 web-1 app[12]: redis.exceptions.MovedError: 1 h:1",
            "host/web-1/app",
            LOCAL_S,
            "Exception",
            "redis.exceptions.MovedError: 1 h:1",
        ),
        ("Apr 23 10:15:30 web-1 kernel: x", "host/web-1/kernel", LOCAL_S, "Header", "x"),
        (
            "Apr  3 10:15:30 web-1 app.service[12]: x",
            "host/web-1/app.service",
            "2026-04-03T10:15:30.000",
            "Header",
            "x",
        ),
        ("<13>Apr 23 10:15:30 web-1 app[12]: x", "host/web-1/app", LOCAL_S, "Header", "x"),
        ("Apr 23 10:15:30 ERROR app: x", "-", LOCAL_S, "Header", "Apr 23 10:15:30 ERROR app: x"),
        (
            "2026-04-23T10:15:30+02:00 web-1 app[12]: x",
            "host/web-1/app",
            "2026-04-23T10:15:30.000+02:00",
            "Header",
            "x",
        ),
        ("2026-04-23T10:15:30.123456+02:00 web-1 kernel: x", "host/web-1/kernel", EAST, "Header", "x"),
        ("Thu 2026-04-23 10:15:30 CEST web-1 app[12]: x", "host/web-1/app", LOCAL_S, "Header", "x"),
        ("1776939330.123456 web-1 app[12]: x", "host/web-1/app", T, "Header", "x"),
        ("[12345.678901] web-1 app[12]: x", "host/web-1/app", "-", "Header", "x"),
        ("[12345.678901] eth0: x", "-", "-", "Plain", "[12345.678901] eth0: x"),
        (
            "<34>1 2026-04-23T10:15:30.123Z web-1 app 12 ID47 - \u{feff}MOVED 3999 10.0.0.5:6379",
            "host/web-1/app",
            T,
            "Header",
            M,
        ),
        (
            "<34>1 2026-04-23T10:15:30.123Z web-1 app - - [x@1 a=\"]\\\"\" b=\"c\"][y] MOVED 3999 10.0.0.5:6379",
            "host/web-1/app",
            T,
            "Header",
            M,
        ),
        ("<34>1 - - - - - - x", "-", "-", "Header", "x"),
        (
            "83 <40>1 2026-04-23T10:15:30+00:00 host app web.3 - State changed",
            "container/web.3",
            Z,
            "Header",
            "State changed",
        ),
        ("<6>Category[0] text", "-", "-", "Header", "Category[0] text"),
        (
            "Apr 23 10:15:30 web-1 app[12]: {\"time\":\"2026-04-23T08:15:30.123Z\"}",
            "host/web-1/app",
            "2026-04-23T08:15:30.123Z",
            "Header",
            "{\"time\":\"2026-04-23T08:15:30.123Z\"}",
        ),
        (
            r#"{"__REALTIME_TIMESTAMP":"1776939330123456","_HOSTNAME":"web-1","_SYSTEMD_UNIT":"app.service","SYSLOG_IDENTIFIER":"app","PRIORITY":"3","MESSAGE":"MOVED 3999 10.0.0.5:6379"}"#,
            "host/web-1/app.service",
            T,
            "Header",
            M,
        ),
        (
            r#"{"__REALTIME_TIMESTAMP":"1776939330123456","_HOSTNAME":"web-1","SYSLOG_IDENTIFIER":"app","MESSAGE":[27,91,51,49,109,77,79,86,69,68,27,91,48,109,32,49]}"#,
            "host/web-1/app",
            T,
            "Header",
            "MOVED 1",
        ),
        (
            r#"{"__REALTIME_TIMESTAMP":"1776939330123456","_HOSTNAME":"web-1","MESSAGE":null}"#,
            "host/web-1",
            T,
            "Header",
            "",
        ),
        (
            r#"{"__REALTIME_TIMESTAMP":"1776939330123456","_HOSTNAME":"h","CONTAINER_NAME":"web-1","MESSAGE":"\tat x.Y(Z.java:1)"}"#,
            "container/web-1",
            T,
            "Continuation",
            "\tat x.Y(Z.java:1)",
        ),
    ]);
}

#[test]
fn application_layouts() {
    // (line, stamp, level): each is a record whose body is the whole line.
    let rows: [(&str, &str, Option<Level>); 52] = [
        ("1:M 23 Apr 2026 10:15:30.123 * Ready", LOCAL, Some(Level::Info)),
        ("26877:S 23 Apr 2026 10:15:30.123 # Cluster state changed: fail", LOCAL, Some(Level::Warn)),
        ("1:X 23 Apr 2026 10:15:30.123 - x", LOCAL, Some(Level::Debug)),
        ("1:M 2026-04-23T10:15:30.123+02:00 * x", EAST, Some(Level::Info)),
        ("1:M 1776939330123 * x", T, Some(Level::Info)),
        ("[3574] 23 Apr 10:15:30.123 # msg", LOCAL, Some(Level::Warn)),
        ("1:signal-handler (1776939330) Received SIGTERM", Z, Some(Level::Warn)),
        (
            "pid=1 role=primary timestamp=\"2026-04-23T10:15:30.123+02:00\" level=notice message=\"x\"",
            EAST,
            Some(Level::Info),
        ),
        ("pid=1 role=primary timestamp=1776939330123 level=warning message=\"x\"", T, Some(Level::Warn)),
        (
            "2026-04-23T10:15:30.123Z  INFO 88909 --- [myapp] [           main] o.s.b.Main       : text",
            T,
            Some(Level::Info),
        ),
        (
            "2026-04-23 10:15:30.123 DEBUG 11672 --- [nio-8082-exec-1] c.b.Class : text",
            LOCAL,
            Some(Level::Debug),
        ),
        ("2026-04-23 10:15:30,123 [thread] ERROR logger - text", LOCAL, Some(Level::Error)),
        ("[2026-04-23 10:15:30,123] INFO [ctx] text (logger)", LOCAL, Some(Level::Info)),
        ("[2026-04-23T10:15:30,123][WARN ][logger ] [node] text", LOCAL, Some(Level::Warn)),
        ("2026-04-23 10:15:30,123 - app - ERROR - text", LOCAL, Some(Level::Error)),
        ("WARNING:root:text", "-", Some(Level::Warn)),
        ("2026/04/23 10:15:30 get user:1: \"MOVED 1 h:1\"", LOCAL_S, None),
        ("2026/04/23 10:15:30.123456 file.go:12: text", LOCAL, None),
        (
            "time=2026-04-23T10:15:30.123Z level=INFO msg=\"text\" err=\"MOVED 3999 127.0.0.1:6381\"",
            T,
            Some(Level::Info),
        ),
        ("time=\"2026-04-23T10:15:30Z\" level=error msg=\"pipeline failed\"", Z, Some(Level::Error)),
        ("ts=1776939330.123 caller=a.go:1 level=warn msg=x", T, Some(Level::Warn)),
        ("t=2026-04-23T10:15:30.123Z lvl=eror msg=x", T, None),
        ("E0423 10:15:30.123456    1234 file.go:99] \"text\" err=\"MOVED 1 h:1\"", LOCAL, Some(Level::Error)),
        ("[2026-04-23T10:15:30Z ERROR app] text", Z, Some(Level::Error)),
        ("2026-04-23T10:15:30.123456Z ERROR target: text", T, Some(Level::Error)),
        ("2026-04-23T10:15:30.123456Z  INFO logger_core: moved_error - x", T, Some(Level::Info)),
        ("E, [2026-04-23T10:15:30.123736 #126554] ERROR -- prog: [uuid] text", LOCAL, Some(Level::Error)),
        (
            "[2026-04-23T10:15:30.123456+02:00] channel.ERROR: text {\"exception\":\"x\"} []",
            EAST,
            Some(Level::Error),
        ),
        ("[2026-04-23 10:15:30] production.ERROR: MOVED 3026 h:1", LOCAL_S, Some(Level::Error)),
        ("info: Category[0]", "-", Some(Level::Info)),
        ("fail: Category[0]", "-", Some(Level::Error)),
        ("[02:15:30 ERR] text", "2026-11-21T02:15:30.000", Some(Level::Error)),
        ("2026-04-23 10:15:30.123 +02:00 [ERR] text", EAST, Some(Level::Error)),
        ("[2026-04-23 10:15:30.123][8][info][config] [source/x.cc:168] text", LOCAL, Some(Level::Info)),
        ("2026/04/23 10:15:30 [error] 7#7: *1 text, client: x", LOCAL_S, Some(Level::Error)),
        ("[Thu Apr 23 10:15:30.123456 2026] [core:error] [pid 7] text", LOCAL, Some(Level::Error)),
        (
            "10.0.0.1 - - [23/Apr/2026:10:15:30 +0200] \"GET / HTTP/1.1\" 200 1",
            "2026-04-23T10:15:30.000+02:00",
            None,
        ),
        ("10:15:30.123 [error] text", "2026-11-21T10:15:30.123", Some(Level::Error)),
        ("[2026-04-23 10:15:30,123: ERROR/MainProcess] consumer: Cannot connect", LOCAL, Some(Level::Error)),
        ("[2026-04-23 10:15:30 +0000] [12] [ERROR] x", Z, Some(Level::Error)),
        ("2026-04-23T10:15:30.123Z pid=27730 tid=6c2 ERROR: heartbeat: MOVED 1 h:1", T, Some(Level::Error)),
        ("2026-04-23T10:15:30.123Z ioredis:cluster command get is moved to 10.0.0.11:6379", T, None),
        ("2026-04-23T10:15:30.123Z error: get failed: MOVED 12182 10.0.0.12:6379", T, Some(Level::Error)),
        (
            "10:15:30.123 [http-nio-8080-exec-3] ERROR c.e.CartService - redis failure",
            "2026-11-21T10:15:30.123",
            Some(Level::Error),
        ),
        ("INFO  [2026-04-23 10:15:30,123] com.x.Y: z", LOCAL, Some(Level::Info)),
        ("[ERROR] 2026-04-23T10:15:30.123Z x", T, Some(Level::Error)),
        (
            "ERROR [com.example.Cart] (vert.x-eventloop-thread-1) MOVED 5776 10.0.0.12:6379",
            "-",
            Some(Level::Error),
        ),
        ("Apr 23, 2026 10:15:30 AM com.x.Y run", LOCAL_S, None),
        ("[23-Apr-2026 10:15:30 UTC] PHP Fatal error:  Uncaught RedisException", Z, None),
        ("thread 'main' panicked at src/main.rs:10:5: x", "-", Some(Level::Fatal)),
        ("260423 101530 12 WARN dfs.X: y", LOCAL_S, Some(Level::Warn)),
        ("2026-04-23 10:15:30.123|ERROR|Cart|x", LOCAL, Some(Level::Error)),
    ];
    let mut wrong = Vec::new();
    for (line, stamp, level) in rows {
        let [reporter, time, opening, body] = read(line);
        let found = peel(line.as_bytes(), &context()).level;
        let got = (reporter.as_str(), time.as_str(), opening.as_str(), body.as_str(), found);
        if got != ("-", stamp, "Header", line, level) {
            wrong.push(format!("{line}\n  got {got:?}\n  expected {stamp} {level:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn json_records() {
    let rows: [(&str, &str, Option<Level>); 22] = [
        (
            r#"{"level":50,"time":1776939330123,"pid":763,"hostname":"web-1","msg":"x"}"#,
            T,
            Some(Level::Error),
        ),
        (
            r#"{"level":"error","ts":1776939330.123,"caller":"a.go:1","msg":"x","error":"y"}"#,
            T,
            Some(Level::Error),
        ),
        (r#"{"level":"error","ts":1.776939330123e9,"msg":"x"}"#, T, Some(Level::Error)),
        (r#"{"time":"2026-04-23T10:15:30.123Z","level":"WARN","msg":"x"}"#, T, Some(Level::Warn)),
        (
            r#"{"@timestamp":"2026-04-23T10:15:30.123+02:00","log.level":"ERROR","message":"x"}"#,
            EAST,
            Some(Level::Error),
        ),
        (
            r#"{"@timestamp":"2026-04-23T10:15:30.123Z","log":{"level":"ERROR"},"message":"x"}"#,
            T,
            Some(Level::Error),
        ),
        (
            r#"{"@timestamp":"2026-04-23T10:15:30.123Z","level":"ERROR","level_value":40000,"stack_trace":"x"}"#,
            T,
            Some(Level::Error),
        ),
        (r#"{"@t":"2026-04-23T10:15:30.1230000Z","@mt":"x","@l":"Error","@x":"y"}"#, T, Some(Level::Error)),
        (
            r#"{"asctime":"2026-04-23 10:15:30,123","levelname":"ERROR","message":"x","exc_info":"y"}"#,
            LOCAL,
            Some(Level::Error),
        ),
        (
            r#"{"instant":{"epochSecond":1776939330,"nanoOfSecond":123000000},"level":"ERROR","message":"x"}"#,
            T,
            Some(Level::Error),
        ),
        (r#"{"timeMillis":1776939330123,"level":"WARN","message":"x"}"#, T, Some(Level::Warn)),
        (
            r#"{"Timestamp":"10:15:30 ","EventId":0,"LogLevel":"Error","Message":"x"}"#,
            "2026-11-21T10:15:30.000",
            Some(Level::Error),
        ),
        (
            r#"{"timeUnixNano":"1776939330123456789","severityText":"ERROR","body":{"stringValue":"x"}}"#,
            T,
            Some(Level::Error),
        ),
        (r#"{"severity":"CRITICAL","message":"x","time":"2026-04-23T10:15:30.123Z"}"#, T, Some(Level::Fatal)),
        (r#"{"time":"10ms","ts":1776939330123,"msg":"x"}"#, T, None),
        (r#"{"time":1,"time":1776939330123,"msg":"the last of equal names counts"}"#, T, None),
        (r#"{"short_message":"x","timestamp":1776939330.123,"level":3}"#, T, Some(Level::Error)),
        (r#"{"status":404,"msg":"x"}"#, "-", None),
        (
            r#"{"time":"2026-04-23T10:15:30.123Z","level":"error","msg":"cut in the mid"#,
            T,
            Some(Level::Error),
        ),
        (r#"{"msg":"a bad \q escape","time":"2026-04-23T10:15:30.123Z"}"#, T, None),
        (r#"{"message":"x","host":"10.0.0.5","service":"cart","time":1776939330123}"#, T, None),
        ("[{\"time\":\"2026-04-23T10:15:30.123Z\",\"msg\":\"x\"},", T, None),
    ];
    let mut wrong = Vec::new();
    for (line, stamp, level) in rows {
        let [reporter, time, opening, body] = read(line);
        let found = peel(line.as_bytes(), &context()).level;
        let got = (reporter.as_str(), time.as_str(), opening.as_str(), body.as_str(), found);
        if got != ("-", stamp, "Header", line, level) {
            wrong.push(format!("{line}\n  got {got:?}\n  expected {stamp} {level:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn printed_json_tells_its_time_line_by_line() {
    let peeled = peel(b"    \"timestamp\": \"2026-04-23T10:15:30.123Z\",", &context());
    assert_eq!(peeled.stamp.map(|s| s.to_string()).as_deref(), Some(T));
    assert_eq!(peeled.opening, Opening::Continuation);
    let peeled = peel(b"    \"severity\": \"ERROR\"", &context());
    assert_eq!((peeled.level, peeled.opening), (Some(Level::Error), Opening::Continuation));
}

#[test]
fn escapes_of_terminals_are_no_obstacle() {
    check(&[
        (
            "\u{1b}[2m2026-04-23T10:15:30.123467Z\u{1b}[0m \u{1b}[33m WARN\u{1b}[0m \u{1b}[2mlogger_core\u{1b}[0m: x",
            "-",
            T,
            "Header",
            "2026-04-23T10:15:30.123467Z  WARN logger_core: x",
        ),
        ("\u{1b}[36mweb-1  | \u{1b}[0mMOVED 3999 10.0.0.5:6379", "container/web-1", "-", "Plain", M),
        (
            r#"{"log":"\u001b[31mMOVED\u001b[0m 3999 10.0.0.5:6379\n","stream":"stdout","time":"2026-04-23T10:15:30.123Z"}"#,
            "-",
            T,
            "Plain",
            M,
        ),
    ]);
    assert_eq!(peel(b"\x1b[31mx", &context()).body_offset, None);
}

#[test]
fn line_ends_and_junk_before_the_text() {
    check(&[
        ("MOVED 3999 10.0.0.5:6379\r\n", "-", "-", "Plain", M),
        ("\u{feff}2026-04-23 10:15:30,123 x", "-", LOCAL, "Header", "2026-04-23 10:15:30,123 x"),
        ("\u{1e}{\"time\":1776939330123}", "-", T, "Header", "{\"time\":1776939330123}"),
        ("\0\0\0\0MOVED 3999 10.0.0.5:6379", "-", "-", "Plain", M),
        ("", "-", "-", "Blank", ""),
        ("\n", "-", "-", "Blank", ""),
    ]);
}

#[test]
fn pieces_of_lines_and_their_stream() {
    let read = |line: &str| {
        let peeled = peel(line.as_bytes(), &context());
        (peeled.stream, peeled.partial)
    };
    assert_eq!(read("2026-04-23T10:15:30.123456789Z stdout P MOVED 39"), (Some(Stream::Out), true));
    assert_eq!(read("2026-04-23T10:15:30.123456789Z stderr F 99 h:1"), (Some(Stream::Err), false));
    assert_eq!(
        read(r#"{"log":"MOVED 39","stream":"stderr","time":"2026-04-23T10:15:30Z"}"#),
        (Some(Stream::Err), true)
    );
    assert_eq!(
        read(r#"{"log":"x\n","stream":"stdout","time":"2026-04-23T10:15:30Z"}"#),
        (Some(Stream::Out), false)
    );
    // Only Docker ends the text of whole lines with a newline.
    assert_eq!(
        read(r#"{"log":"x","stream":"stdout","kubernetes":{"pod_name":"p"}}"#),
        (Some(Stream::Out), false)
    );
    assert_eq!(read("MOVED 3999 h:1"), (None, false));
    let known = SourceContext { docker_json: true, ..context() };
    assert_eq!(peel(br#"{"log":"x\n","time":"2026-04-23T10:15:30Z"}"#, &known).body.as_ref(), b"x");
}

#[test]
fn notes_of_repetition() {
    let read = |line: &str| {
        let peeled = peel(line.as_bytes(), &context());
        (peeled.repeats, String::from_utf8_lossy(&peeled.body).into_owned(), peeled.body_offset)
    };
    let note = "Apr 23 10:15:30 h app[1]: last message repeated 5 times";
    assert_eq!(
        read(note),
        (Some(Repeats::Previous(5)), "last message repeated 5 times".to_owned(), Some(26))
    );
    let this = "Apr 23 10:15:30 h app[1]: message repeated 5 times: [ MOVED 1 h:1]";
    assert_eq!(read(this), (Some(Repeats::This(5)), "MOVED 1 h:1]".to_owned(), Some(54)));
    assert_eq!(read("message repeated often").0, None);
    assert_eq!(read("message repeated 99999999999999999999999 times: [ x]").0, None);
}

#[test]
fn what_the_path_says_is_not_replaced_by_less() {
    let mut known = context();
    known.reporter = Some("pod/web-abc/web".to_owned());
    assert_eq!(peel(b"Apr 23 10:15:30 h app[1]: x", &known).reporter, None);
    let label = peel(b"[pod/a/b] x", &known).reporter.map(|r| r.label());
    assert_eq!(label.as_deref(), Some("pod/a/b"));
}

#[test]
fn a_zone_makes_local_times_universal() {
    let mut known = context();
    known.zone = jiff::tz::TimeZone::get("Europe/Berlin").ok();
    assert!(known.zone.is_some());
    let stamp = |line: &str| peel(line.as_bytes(), &known).stamp.map(|s| s.to_string());
    assert_eq!(stamp("2026-04-23 10:15:30,123 x").as_deref(), Some(EAST));
    assert_eq!(stamp("2026-01-23 10:15:30,123 x").as_deref(), Some("2026-01-23T10:15:30.123+01:00"));
    // An hour that occurs twice, and one that does not occur.
    assert_eq!(stamp("2026-10-25 02:30:00 x").as_deref(), Some("2026-10-25T02:30:00.000+02:00"));
    assert_eq!(stamp("2026-03-29 02:30:00 x").as_deref(), Some("2026-03-29T03:30:00.000+02:00"));
}

#[test]
fn a_prefix_inside_a_line() {
    let line = b"[pod/a/b] last line[pod/c/d] first";
    assert_eq!(joined_prefix(line), Some(19));
    assert_eq!(joined_prefix(b"[pod/a/b] text"), None);
    assert_eq!(joined_prefix(b"x [pod/ y"), None);
}

#[test]
fn a_line_of_megabytes_is_read_near_its_ends() {
    let padding = "x".repeat(5 << 20);
    let long = format!("{{\"time\":1776939330123,\"level\":50,\"msg\":\"{padding}\"}}");
    let peeled = peel(long.as_bytes(), &context());
    assert_eq!(peeled.stamp.map(|s| s.to_string()).as_deref(), Some(T));
    assert_eq!(peeled.level, Some(Level::Error));
    let late = format!("{{\"msg\":\"{padding}\",\"ts\":\"2026-04-23T10:15:30.123Z\"}}");
    assert_eq!(peel(late.as_bytes(), &context()).stamp.map(|s| s.to_string()).as_deref(), Some(T));
    assert_eq!(peel(padding.as_bytes(), &context()).opening, Opening::Plain);
}

/// Bytes that often look like the start of some layout.
fn nearly_a_line() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..12),
        prop::sample::select(vec![
            "[pod/",
            "a/b] ",
            "2026-04-23T10:15:30",
            ".123456789Z ",
            ",123",
            " stdout F ",
            "Apr 23 10:15:30 ",
            "h app[1]: ",
            "<34>1 ",
            "{\"log\":\"",
            "\",\"time\":\"",
            "{",
            "}",
            "[",
            "]",
            "web-1  | ",
            "1:M 23 Apr 2026 ",
            "10:15:30",
            "ERROR ",
            "at ",
            "\t",
            " ",
            "\u{1b}[31m",
            "@4000000069e9f14c075bcd15",
            "level=",
            "\"",
            "\\",
            "[0] t: [[1776939330.1, {",
            "\"log\"=>\"",
            "- ",
            "message repeated ",
            "5 times: [ ",
            "Traceback",
            ".rb:1:in ",
            "::",
            "Error",
            ": ",
            " (",
            "#1 ",
            "0|",
            "\n",
            "\r",
            "04/05/2026 ",
            "PM",
            "+0200",
            "83 ",
            "00O ",
            "app[web.1]: ",
            "{a=\"",
            "\u{feff}",
        ])
        .prop_map(|s| s.as_bytes().to_vec()),
    ];
    prop::collection::vec(piece, 0..10).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read(line in nearly_a_line()) {
        let peeled = peel(&line, &context());
        let whole = trim_line_end(&line);
        if let Cow::Borrowed(body) = peeled.body {
            prop_assert!(whole.ends_with(body));
            prop_assert_eq!(peeled.body_offset, Some(whole.len() - body.len()));
        } else {
            prop_assert_eq!(peeled.body_offset, None);
        }
        let _ = (joined_prefix(&line), first_full_date(&line), guess_day_first(&line), looks_like_docker_json(&line));
    }

    #[test]
    fn any_name_is_read(name in "[a-z0-9_./@-]{0,40}|\\PC{0,20}") {
        let stripped = strip_rotation(&name);
        prop_assert!(name.is_empty() || !stripped.is_empty());
        let _ = (rotation_rank(&name), source_identity(&name));
    }
}
