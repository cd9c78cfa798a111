//! Logs made up from the shapes of lines that real programs print: loggers, tracebacks,
//! JSON, the wrappers of container runtimes and collectors, and the damage in between.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

const NODE: &str = "0123456789abcdef0123456789abcdef01234567";

/// A made-up log.
#[derive(Clone)]
pub(crate) struct Log(pub(crate) Vec<u8>);

impl std::fmt::Debug for Log {
    /// Its lines, as far as a person would read on.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "log of {} bytes:", self.0.len())?;
        for line in self.0.split_inclusive(|&b| b == b'\n').take(40) {
            let shown = line[..line.len().min(400)].escape_ascii();
            write!(f, "\n    {shown} ({} bytes)", line.len())?;
        }
        Ok(())
    }
}

/// A node's address, or something near one.
fn endpoint() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => select(vec![
            "10.0.0.12:6379", "10.0.0.13:6379", "10.0.0.12:6380", "redis-2.redis:6379", "::1:17002",
            "2001:db8::12:6379", "[2001:db8::12]:6379", ":6379", "?:6379", "<IP>", "node-1.example.net:6379",
        ]).prop_map(str::to_owned),
        1 => select(vec!["10.5:100", "me:80", "10.0.0.1:99999", "10.0.0.256:6379", "10:15:30", "x"])
            .prop_map(str::to_owned),
    ]
}

/// `<slot> <host>:<port>`, mostly one of few, so that they repeat.
pub(crate) fn pair() -> impl Strategy<Value = String> {
    let slot = prop_oneof![
        8 => select(vec![0u32, 42, 3999, 5061, 12182, 16383]),
        1 => select(vec![16384u32, 99999, 123_456]),
    ];
    (slot, endpoint()).prop_map(|(slot, endpoint)| format!("{slot} {endpoint}"))
}

/// What a line says of a cluster, or seems to.
pub(crate) fn message() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => pair().prop_map(|p| format!("MOVED {p}")),
        4 => pair().prop_map(|p| format!("ASK {p}")),
        3 => pair().prop_map(|p| format!("MovedError: {p}")),
        2 => pair().prop_map(|p| format!("AskError('{p}')")),
        2 => pair().prop_map(|p| format!("redis.exceptions.ResponseError: MOVED {p}")),
        1 => pair().prop_map(|p| format!("An error was signalled by the server - Moved: {p}")),
        1 => pair().prop_map(|p| format!("Command # 3 (SET a b) of pipeline caused error: MOVED {p}")),
        5 => pair(),
        2 => pair().prop_map(|p| format!("redis get failed: {p}")),
        1 => (0u32..16384, endpoint())
            .prop_map(|(s, e)| format!("-> Redirected to slot [{s}] located at {e}")),
        1 => (0u32..16384, endpoint()).prop_map(|(s, e)| format!("Key has MOVED to Endpoint {e} and hashslot {s}")),
        1 => pair().prop_map(|p| format!("Too many Cluster redirections. Last error: MOVED {p}")),
        1 => endpoint().prop_map(|e| format!("Error 111 connecting to {e}. Connection refused.")),
        1 => (0u32..16384).prop_map(|s| format!("Migrating slot {s} to node {NODE}")),
        1 => (0u32..16384).prop_map(|s| format!("Import task {NODE} created for slots: {s} {}-{}", s + 2, s + 9)),
        3 => select(vec![
            "CLUSTERDOWN Hash slot not served",
            "READONLY You can't write against a read only replica.",
            "TRYAGAIN Multiple keys request during rehashing of slot",
            "NOAUTH Authentication required.",
            "org.redisson.client.RedisMovedException",
            "redis.clients.jedis.exceptions.JedisMovedDataException",
            "MovedError",
        ]).prop_map(str::to_owned),
        1 => select(vec![
            "HTTP/1.1 301 Moved Permanently", "BID 3998 10.4:200 ASK 3999 10.5:100", "REMOVED 12 10.0.0.1:6379",
            "user connected", "cache refreshed by redis", "GET /health 200", "",
        ]).prop_map(str::to_owned),
    ]
}

/// A time of day, so that records differ and lie in no order.
fn clock() -> impl Strategy<Value = String> {
    (0u32..24, 0u32..60, 0u32..60, 0u32..1000)
        .prop_map(|(h, m, s, ms)| format!("{h:02}:{m:02}:{s:02}.{ms:03}"))
}

/// The lines of one log record, without what wraps them.
pub(crate) fn record() -> BoxedStrategy<Vec<Vec<u8>>> {
    let told = (message(), message(), clock()).boxed();
    let lines = |text: String| text.split('\n').map(|line| line.as_bytes().to_vec()).collect::<Vec<_>>();
    let shape = |f: fn(&str, &str, &str) -> String| {
        told.clone().prop_map(move |(a, b, t)| f(&a, &b, &t)).prop_map(lines)
    };
    prop_oneof![
        4 => shape(|a, _, t| format!("2026-11-21 {} ERROR app.cart: {a}", t.replace('.', ","))),
        2 => shape(|a, _, t| format!("2026-11-21T{t}Z ERROR app: {a}")),
        2 => shape(|a, _, _| a.to_owned()),
        2 => shape(|a, b, _| format!("{a} then {b}")),
        3 => shape(|a, _, t| format!(
            "2026-11-21 {} ERROR app.cart: get failed\nTraceback (most recent call last):\n  File \"/app/x.py\", line 3, in get\n    raise response\nredis.exceptions.{a}", t.replace('.', ","))),
        2 => shape(|a, b, _| format!(
            "Traceback (most recent call last):\n  File \"/site-packages/redis/client.py\", line 3, in get\n    raise response\nredis.exceptions.{a}\n\nDuring handling of the above exception, another exception occurred:\n\nTraceback (most recent call last):\n  File \"/app/x.py\", line 9, in f\nRuntimeError: {b}")),
        3 => shape(|a, b, t| format!(
            "2026-11-21 {t}  WARN 1 --- [nio-8080-exec-1] c.e.Cart : failed: {a}\nredis.clients.jedis.exceptions.JedisMovedDataException: {a}\n\tat redis.clients.jedis.Protocol.processError(Protocol.java:119)\n\tat com.example.Cart.get(Cart.java:7)\nCaused by: java.lang.RuntimeException: {b}\n\t... 12 more")),
        2 => shape(|a, _, _| format!(
            "ReplyError: {a}\n    at parseError (/app/node_modules/redis-parser/lib/parser.js:179:12)\n    at parseType (/app/node_modules/redis-parser/lib/parser.js:302:14) {{\n  command: {{ name: 'get', args: [ 'k' ] }}\n}}")),
        3 => shape(|a, _, t| {
            let a = json(a);
            format!("{{\"level\":50,\"time\":\"2026-11-21T{t}Z\",\"msg\":\"x\",\"err\":{{\"message\":\"{a}\",\"stack\":\"ReplyError: {a}\\n    at parseError (/app/node_modules/ioredis/x.js:1:2)\"}}}}")
        }),
        1 => shape(|a, b, t| format!(
            "{{\"@timestamp\":\"2026-11-21T{t}Z\",\"message\":\"{}\",\"stack_trace\":\"{}\\n\\tat a.B.c(B.java:1)\\nCaused by: {}\"}}", json(a), json(a), json(b))),
        2 => shape(|a, _, t| format!("2026/11/21 {} get failed: {a}", &t[..8])),
        2 => shape(|a, _, t| format!("time=2026-11-21T{t}Z level=ERROR msg=\"redis get\" err=\"{a}\"")),
        1 => shape(|a, _, t| format!("1:M 21 Nov 2026 {t} * {a}")),
        1 => shape(|a, _, t| format!("Nov 21 {} host-1 app[7]: message repeated 5 times: [ {a} ]", &t[..8])),
        1 => shape(|a, _, t| format!(
            "Nov 21 {} host-1 app[7]: {a}\nNov 21 {} host-1 app[7]: last message repeated 3 times", &t[..8], &t[..8])),
        1 => shape(|a, _, _| format!(" :: Spring Boot ::                (v3.2.0)\nStarted Application in 3.2 seconds\n{a}")),
        1 => shape(|_, _, t| format!("2026-11-21 {t}  INFO 1 --- [main] c.e.App : Tomcat initialized with port 8080")),
        1 => shape(|_, _, _| String::new()),
        // Bytes that are no text.
        1 => (message(), vec(any::<u8>(), 0..12)).prop_map(|(a, junk)| {
            let junk = junk.into_iter().filter(|b| *b != b'\n');
            vec![[b"app \xff\xfe".to_vec(), junk.collect(), a.into_bytes()].concat()]
        }),
    ]
    .boxed()
}

fn json(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

/// Terminal colours somewhere in a line.
fn coloured(line: &[u8], from: usize, to: usize) -> Vec<u8> {
    let (from, to) = (from % (line.len() + 1), to % (line.len() + 1));
    let (from, to) = (from.min(to), from.max(to));
    [&line[..from], b"\x1b[31m", &line[from..to], b"\x1b[0m", &line[to..]].concat()
}

/// What puts its own text around the lines of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrapper {
    /// Nothing.
    Bare,
    /// `kubectl logs --prefix`.
    Kubectl,
    /// The same with `--timestamps`.
    KubectlTimes,
    /// The kubelet's files; long lines are cut in pieces.
    Cri,
    /// Docker's json-file driver; long lines are cut in pieces.
    DockerJson,
    /// `docker compose logs`.
    Compose,
    /// Syslog files.
    Syslog,
}

const WRAPPERS: [Wrapper; 7] = [
    Wrapper::Bare,
    Wrapper::Kubectl,
    Wrapper::KubectlTimes,
    Wrapper::Cri,
    Wrapper::DockerJson,
    Wrapper::Compose,
    Wrapper::Syslog,
];

/// Wraps a line. Where `cuts` are given, a runtime that cuts lines cuts there.
fn wrap(wrapper: Wrapper, pod: usize, line: &[u8], cuts: &[usize], out: &mut Vec<Vec<u8>>) {
    let time = "2026-11-21T02:00:59.130456789Z";
    let put = |prefix: String, text: &[u8]| [prefix.as_bytes(), text].concat();
    let stream = if pod.is_multiple_of(2) { "stdout" } else { "stderr" };
    let mut places: Vec<usize> = cuts.iter().map(|cut| cut % (line.len() + 1)).collect();
    places.sort_unstable();
    places.push(line.len());
    let starts = [0].into_iter().chain(places.iter().copied());
    let pieces =
        starts.zip(&places).enumerate().map(|(i, (from, &to))| (&line[from..to], i + 1 == places.len()));
    match wrapper {
        Wrapper::Bare => out.push(line.to_vec()),
        Wrapper::Kubectl => out.push(put(format!("[pod/web-{pod}/app] "), line)),
        Wrapper::KubectlTimes => out.push(put(format!("[pod/web-{pod}/app] {time} "), line)),
        Wrapper::Compose => out.push(put(format!("web-{pod}  | "), line)),
        Wrapper::Syslog => out.push(put(format!("Nov 21 02:00:59 host-{pod} app[7]: "), line)),
        Wrapper::Cri => out.extend(pieces.map(|(piece, last)| {
            let tag = if last { 'F' } else { 'P' };
            put(format!("{time} {stream} {tag} "), piece)
        })),
        Wrapper::DockerJson => out.extend(pieces.map(|(piece, last)| {
            let end = if last { "\\n" } else { "" };
            let text = json(&String::from_utf8_lossy(piece)).replace('\t', "\\t");
            format!("{{\"log\":\"{text}{end}\",\"stream\":\"{stream}\",\"time\":\"{time}\"}}").into_bytes()
        })),
    }
}

/// One record as it stands in a log: its wrapped lines.
fn wrapped(base: Wrapper) -> impl Strategy<Value = Vec<Vec<u8>>> {
    let wrapper = prop_oneof![6 => Just(base), 1 => select(WRAPPERS.to_vec())];
    let cuts = prop_oneof![3 => Just(Vec::new()), 2 => vec(any::<u16>().prop_map(usize::from), 1..4)];
    let colours = proptest::option::weighted(0.15, (any::<u16>(), any::<u16>()));
    let padding = prop_oneof![30 => Just(0usize), 1 => 1usize..9000];
    (record(), wrapper, 0usize..3, cuts, colours, padding, any::<bool>()).prop_map(
        |(record, wrapper, pod, cuts, colours, padding, carriage)| {
            let mut out = Vec::new();
            for mut line in record {
                if padding > 0 {
                    let pad = vec![b'x'; padding];
                    let sides = if pod == 0 { [pad, line] } else { [line, pad] };
                    line = sides.join(&b' ');
                }
                if let Some((from, to)) = colours {
                    line = coloured(&line, from.into(), to.into());
                }
                wrap(wrapper, pod, &line, &cuts, &mut out);
            }
            if carriage {
                out.iter_mut().for_each(|line| line.push(b'\r'));
            }
            out
        },
    )
}

/// A log of so many records; neighbouring ones may interleave, as pods do.
pub(crate) fn log(records: std::ops::Range<usize>) -> BoxedStrategy<Log> {
    let base = prop_oneof![2 => Just(Wrapper::Bare), 3 => select(WRAPPERS.to_vec())];
    let records =
        base.prop_flat_map(move |base| vec((wrapped(base), proptest::bool::weighted(0.3)), records.clone()));
    (records, proptest::bool::weighted(0.8))
        .prop_map(|(records, ended)| {
            let mut lines: Vec<Vec<u8>> = Vec::new();
            let mut last = 0;
            for (record, interleaves) in records {
                if interleaves && last > 0 {
                    // Every second place among the lines of the record before.
                    let start = lines.len() - last;
                    for (i, line) in record.into_iter().enumerate() {
                        let at = (start + 2 * i + 1).min(lines.len());
                        lines.insert(at, line);
                    }
                    last = 0;
                } else {
                    last = record.len();
                    lines.extend(record);
                }
            }
            let mut text = lines.join(&b'\n');
            if ended {
                text.push(b'\n');
            }
            Log(text)
        })
        .boxed()
}

/// A log with stretches between its records so long that its ends are out of each
/// other's sight: quiet lines, or lines of hundreds of kilobytes with messages in them.
pub(crate) fn far_log() -> BoxedStrategy<Log> {
    let quiet = (1usize..120_000, any::<bool>()).prop_map(|(length, dated)| {
        let line: &[u8] =
            if dated { b"2026-11-21 02:01:00,000 INFO app: all is well\n" } else { b"all is well\n" };
        line.iter().copied().cycle().take(length).chain([b'\n']).collect::<Vec<u8>>()
    });
    let long = (vec((message(), 0usize..70_000), 1..8), any::<bool>()).prop_map(|(messages, cased)| {
        let mut out =
            if cased { b"{\"msg\":\"".to_vec() } else { b"2026-11-21 02:01:00,000 ERROR app: ".to_vec() };
        for (message, gap) in messages {
            out.extend(message.as_bytes());
            out.extend(b"\\n ");
            out.resize(out.len() + gap, b'.');
            out.push(b' ');
        }
        out.push(b'\n');
        out
    });
    vec(prop_oneof![2 => quiet, 2 => long, 3 => log(1..12).prop_map(|log| log.0)], 2..7)
        .prop_map(|parts| Log(parts.concat()))
        .boxed()
}
