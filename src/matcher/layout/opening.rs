//! How a text begins: as a record, as a record's continuation, or as neither.

use super::clock::{self, Reading, Time, digit_run};
use super::{PREFIX_LIMIT, SourceContext, envelope, level};
use crate::model::Level;
use memchr::{memchr, memmem};

/// How the body of a line begins. Whether an `Exception` or a `Plain` line continues
/// the record before it depends on what stands there: that is the caller's to decide.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Opening {
    /// Starts a record: a time, a level, JSON, a server's or collector's header.
    Header,
    /// Continues one: an indented line, a stack frame, `Caused by:`, a lone bracket.
    Continuation,
    /// `Traceback (most recent call last):`, which continues a record if one is open.
    Traceback,
    /// A class name and its message: `redis.exceptions.MovedError: …`.
    Exception,
    /// `/app/x.rb:12:in 'call': text (Class)`.
    RubyTrace,
    /// Anything else.
    Plain,
    /// Nothing but white space.
    Blank,
}

/// What the start of an application's own text tells.
pub(super) struct Described {
    pub(super) reading: Option<Reading>,
    pub(super) level: Option<Level>,
    pub(super) opening: Opening,
}

impl Described {
    const fn bare(opening: Opening) -> Self {
        Self { reading: None, level: None, opening }
    }

    fn header(reading: Option<Reading>, level: Option<Level>) -> Self {
        Self { reading, level, opening: Opening::Header }
    }
}

/// Reads the start of a text without wrappers. `time` is the time at its very start.
pub(super) fn describe(text: &[u8], time: Option<&Time>, context: &SourceContext) -> Described {
    let text = &text[..text.len().min(PREFIX_LIMIT)];
    if let Some(time) = time {
        let level = klog_level(text).or_else(|| level::after_time(&text[time.len..]));
        return Described::header(Some(time.reading), level);
    }
    let Some(&first) = text.first() else { return Described::bare(Opening::Blank) };
    if first.is_ascii_whitespace() {
        return indented(text, context);
    }
    if let Some(opening) = trace(text) {
        return Described::bare(opening);
    }
    if let Some(header) = header(text, first, context) {
        return header;
    }
    if is_exception(text) {
        return Described::bare(Opening::Exception);
    }
    Described::bare(Opening::Plain)
}

/// Whether a record begins at this text, for prefixes that are sure only then.
pub(super) fn starts_record(text: &[u8]) -> bool {
    let text = &text[..text.len().min(PREFIX_LIMIT)];
    let Some(&first) = text.first() else { return false };
    let nothing_known = SourceContext::new(jiff::civil::DateTime::ZERO);
    clock::read(text, None).is_some()
        || envelope::json_start(text).is_some()
        || header(text, first, &nothing_known).is_some()
}

fn klog_level(text: &[u8]) -> Option<Level> {
    if text.get(1)?.is_ascii_digit() { level::letter(text[0]) } else { None }
}

/// A line that begins with white space.
fn indented(text: &[u8], context: &SourceContext) -> Described {
    let inner = text.trim_ascii();
    let indent = text.len() - text.trim_ascii_start().len();
    match inner {
        b"" => return Described::bare(Opening::Blank),
        // An element of a pretty-printed array is a record of its own.
        b"{" if indent <= 8 => return Described::header(None, None),
        _ => {}
    }
    if inner[0] == b'"'
        && let Some((reading, level)) = envelope::printed_field(inner)
    {
        return Described { reading, level, opening: Opening::Continuation };
    }
    // Loggers that pad the level to five letters and print no time.
    let padded =
        text[0] == b' ' && indent == 1 && (inner.starts_with(b"INFO ") || inner.starts_with(b"WARN "));
    if padded && let Some((level, _)) = level::opening(inner) {
        return Described::header(None, Some(level));
    }
    // Some layouts put a space before the time.
    if indent == 1
        && let Some(time) = clock::read(inner, context.day_first)
    {
        return Described::header(Some(time.reading), level::after_time(&inner[time.len..]));
    }
    Described::bare(Opening::Continuation)
}

/// Text that belongs to a stack trace, whatever stands before it; white space may.
pub(super) fn is_trace_text(text: &[u8]) -> bool {
    let text = &text[..text.len().min(PREFIX_LIMIT)];
    let inner = text.trim_ascii_start();
    text.first() == Some(&b'\t') || inner.starts_with(b"File \"") || trace(inner).is_some()
}

/// Stack traces and what is printed around them, at the very start of the text.
fn trace(text: &[u8]) -> Option<Opening> {
    let starts = |prefixes: &[&[u8]]| prefixes.iter().any(|p| text.starts_with(p));
    let continued = match *text.first()? {
        b'a' => text.starts_with(b"at ") && is_frame(&text[3..]),
        b'.' => is_more(text),
        b'C' | b'S' | b'W' | b'D' | b'[' => starts(&[
            b"Caused by:",
            b"Suppressed:",
            b"Wrapped by:",
            b"During handling of",
            b"Stack trace:",
            b"[cause]:",
            b"[errors]:",
            b"[CIRCULAR REFERENCE",
        ]),
        b'T' if text.starts_with(b"Traceback (most recent call last)") => return Some(Opening::Traceback),
        b'T' => starts(&[b"The above exception was", b"Trying again in "]),
        b'E' if text.starts_with(b"Exception in thread ") => return Some(Opening::Exception),
        b's' => text.starts_with(b"stack backtrace:"),
        b'n' => text.starts_with(b"note: run with `RUST_BACKTRACE"),
        b'P' => starts(&[b"PHP Stack trace:", b"PHP   "]),
        b'g' => text.starts_with(b"goroutine ") && text.get(10).is_some_and(u8::is_ascii_digit),
        b'c' => text.starts_with(b"created by "),
        b't' => text.starts_with(b"thrown in "),
        b'f' => text.starts_with(b"from ") && memmem::find(text, b".rb:").is_some(),
        b'-' => starts(&[b"---> ", b"--- End of"]),
        b'#' => {
            let run = digit_run(text, 1);
            run > 0 && text.get(run + 1) == Some(&b' ')
        }
        b'}' if is_labelled(&text[1..]) => true,
        b'}' | b']' | b')' => text.iter().all(|b| b"}]),; \t".contains(b)),
        _ => false,
    };
    if continued || is_go_frame(text) {
        return Some(Opening::Continuation);
    }
    ruby_frame(text)
}

/// What follows `at `: a frame names a method, a file or `<anonymous>`.
fn is_frame(rest: &[u8]) -> bool {
    let rest = rest.strip_prefix(b"async ").unwrap_or(rest);
    let rest = rest.strip_prefix(b"new ").unwrap_or(rest);
    let token = rest.split(|&b| b == b' ').next().unwrap_or_default();
    let named =
        token.iter().any(|b| b"./(<:".contains(b)) && !token.ends_with(b".") && !token.ends_with(b":");
    let located = rest.get(token.len()..).is_some_and(|r| r.starts_with(b" (") || r.starts_with(b" ["));
    !token.is_empty() && (named || located) && !token[0].is_ascii_digit()
}

/// ` reason: ReplyError: …` after an object's closing brace: what else was printed with it.
fn is_labelled(rest: &[u8]) -> bool {
    let Some(rest) = rest.strip_prefix(b" ") else { return false };
    let label = rest.iter().take(32).take_while(|b| b.is_ascii_alphanumeric()).count();
    label > 0 && rest[label..].starts_with(b": ")
}

/// `... 12 more`, `... 3 common frames omitted`.
fn is_more(text: &[u8]) -> bool {
    let Some(rest) = text.strip_prefix(b"... ") else { return false };
    let run = digit_run(rest, 0);
    let rest = &rest[run..];
    run > 0 && [&b" more"[..], b" common frames", b" frames", b" lines"].iter().any(|p| rest.starts_with(p))
}

/// `github.com/x/y.(*T).M(0xc000…)`: Go prints the function of a frame unindented.
fn is_go_frame(text: &[u8]) -> bool {
    let text = text.trim_ascii_end();
    // `%+v` of an error with a stack prints functions without their arguments.
    if text.contains(&b'/') && !text.contains(&b' ') && memmem::find(text, b".(*").is_some() {
        return true;
    }
    let Some(open) = text.iter().rposition(|&b| b == b'(') else { return false };
    let args = &text[open + 1..];
    text.ends_with(b")")
        && [&b"0x"[..], b"...", b"{0x", b")"].iter().any(|p| args.starts_with(p))
        && text[..open].contains(&b'.')
        && !text[..open].contains(&b' ')
}

/// `/app/x.rb:12:in 'call': text (Class)`, or the bare frame Rails prints below it.
fn ruby_frame(text: &[u8]) -> Option<Opening> {
    let at = memmem::find(&text[..text.len().min(512)], b".rb:")? + 4;
    if text[..at].contains(&b' ') {
        return None;
    }
    let rest = text.get(at + digit_run(text, at)..)?.strip_prefix(b":in ")?;
    Some(if memmem::find(rest, b": ").is_some() { Opening::RubyTrace } else { Opening::Continuation })
}

/// A record's header that does not begin with its time.
fn header(text: &[u8], first: u8, context: &SourceContext) -> Option<Described> {
    match first {
        b'{' => return Some(Described::header(None, None)),
        b'0'..=b'9' => {
            if let Some(found) = redis_server(text).or_else(|| access_log(text)) {
                return Some(found);
            }
        }
        b'[' => {
            if let Some(found) = bracketed(text, context) {
                return Some(found);
            }
        }
        b'(' | b'<' | b'"' | b'|' | b'*' => {
            if let Some(time) = clock::read(&text[1..], context.day_first) {
                return Some(Described::header(Some(time.reading), level::after_time(&text[1 + time.len..])));
            }
        }
        b'-' if text.starts_with(b"-- ") => return Some(Described::header(None, None)),
        b'D' | b'I' | b'W' | b'E' | b'F' | b'A' if text[1..].starts_with(b", [") => {
            // Ruby's logger: `E, [2026-04-23T10:15:30.497736 #126554] ERROR -- prog: text`.
            let level = level::letter(first).or((first == b'A').then_some(Level::Fatal));
            let reading = clock::read(&text[4..], context.day_first).map(|t| t.reading);
            return Some(Described::header(reading, level));
        }
        b't' if text.starts_with(b"thread '") && memmem::find(text, b"panicked at").is_some() => {
            return Some(Described::header(None, Some(Level::Fatal)));
        }
        b'p' if text.starts_with(b"panic: ") => return Some(Described::header(None, Some(Level::Fatal))),
        b'f' if text.starts_with(b"fatal error: ") => {
            return Some(Described::header(None, Some(Level::Fatal)));
        }
        _ => {}
    }
    level_first(text, context).or_else(|| logfmt(text, context)).or_else(|| access_log(text))
}

/// `ERROR x`, `[error] x`, `INFO  [2026-04-23 10:15:30,123] x`, `error: x`.
fn level_first(text: &[u8], context: &SourceContext) -> Option<Described> {
    let (level, mut at) = level::opening(text)?;
    let limit = (at + 4).min(text.len());
    while at < limit && b" \t[(|:,-".contains(&text[at]) {
        at += 1;
    }
    let reading = text.get(at..).and_then(|rest| clock::read(rest, context.day_first)).map(|t| t.reading);
    Some(Described::header(reading, Some(level)))
}

/// `[2026-04-23 10:15:30,123] INFO`, `[3574] 13 Apr 12:52:30.731 # x`, `[main] ERROR x`.
fn bracketed(text: &[u8], context: &SourceContext) -> Option<Described> {
    let inner = text.get(1..)?;
    if let Some(time) = clock::read(inner, context.day_first) {
        return Some(Described::header(Some(time.reading), level::after_time(&inner[time.len..])));
    }
    let close = inner.iter().take(120).position(|&b| b == b']')?;
    let name = &inner[..close];
    if let Some((level, _)) = level::opening(text) {
        let rest = inner.get(close + 1..).unwrap_or_default();
        let skip = rest.iter().take(3).take_while(|b| b" [|:-".contains(b)).count();
        let reading = clock::read(&rest[skip..], context.day_first).map(|t| t.reading);
        return Some(Described::header(reading, Some(level)));
    }
    let rest = inner.get(close + 1..)?.trim_ascii_start();
    if !name.is_empty()
        && name.iter().all(u8::is_ascii_digit)
        && let Some(time) = clock::read(rest, context.day_first)
    {
        return Some(Described::header(Some(time.reading), redis_level(&rest[time.len..])));
    }
    if let Some((level, _)) = level::opening(rest) {
        return Some(Described::header(None, Some(level)));
    }
    // `[main] 2026-04-23 10:15:30 ERROR x`, `[app][2026-…] x`
    let rest = rest.strip_prefix(b"[").unwrap_or(rest);
    let time = clock::read(rest, context.day_first)?;
    Some(Described::header(Some(time.reading), level::after_time(&rest[time.len..])))
}

fn redis_level(after: &[u8]) -> Option<Level> {
    match after {
        [b' ', mark, b' ', ..] | [b' ', mark] => level::redis(*mark),
        _ => None,
    }
}

/// `1:M 23 Apr 2026 10:15:30.123 * text`, `1:signal-handler (1776939330) text`
/// (Redis and Valkey `src/server.c`, `serverLogRaw`; Valkey may print other times here).
fn redis_server(text: &[u8]) -> Option<Described> {
    let run = digit_run(text, 0);
    if run > 10 || text.get(run) != Some(&b':') {
        return None;
    }
    let rest = &text[run + 1..];
    if let Some(handler) = rest.strip_prefix(b"signal-handler (") {
        let time = clock::read(handler, None)?;
        return Some(Described::header(Some(time.reading), Some(Level::Warn)));
    }
    let [b'X' | b'C' | b'S' | b'M', b' ', rest @ ..] = rest else { return None };
    let time = clock::read(rest, None)?;
    Some(Described::header(Some(time.reading), redis_level(&rest[time.len..])))
}

/// `10.0.0.1 - - [23/Apr/2026:10:15:30 +0200] "GET …`.
fn access_log(text: &[u8]) -> Option<Described> {
    let near = &text[..text.len().min(256)];
    let open = memchr(b'[', near)?;
    if !near[..open].ends_with(b" ") || memmem::find(&near[..open], b" - ").is_none() {
        return None;
    }
    let rest = &text[open + 1..];
    let time = clock::read(rest, None)?;
    (rest.get(time.len) == Some(&b']') && memchr(b'/', &rest[..3]).is_some())
        .then(|| Described::header(Some(time.reading), None))
}

/// `time=2026-04-23T10:15:30.123Z level=ERROR msg="text"`: needs a time or a level.
fn logfmt(text: &[u8], context: &SourceContext) -> Option<Described> {
    const PAIRS: usize = 12;
    let (mut reading, mut level) = (None, None);
    let mut at = 0;
    for _ in 0..PAIRS {
        let rest = text.get(at..)?;
        let is_key = |b: &&u8| b.is_ascii_alphanumeric() || b"_-.@".contains(b);
        let key_len = rest.iter().take(40).take_while(is_key).count();
        if key_len == 0 || rest.get(key_len) != Some(&b'=') {
            break;
        }
        let (key, value) = (&rest[..key_len], &rest[key_len + 1..]);
        let (value, used) = logfmt_value(value);
        match key {
            b"time" | b"ts" | b"t" | b"timestamp" | b"@timestamp" | b"datetime" if reading.is_none() => {
                reading = envelope::time_text(value, context.day_first);
            }
            b"level" | b"lvl" | b"severity" | b"loglevel" if level.is_none() => level = level::value(value),
            _ => {}
        }
        at += key_len + 1 + used;
        while text.get(at) == Some(&b' ') {
            at += 1;
        }
        if reading.is_some() && level.is_some() {
            break;
        }
    }
    (reading.is_some() || level.is_some()).then(|| Described::header(reading, level))
}

/// A bare or quoted value: (its text, bytes it takes).
fn logfmt_value(text: &[u8]) -> (&[u8], usize) {
    if text.first() != Some(&b'"') {
        let len = memchr(b' ', text).unwrap_or(text.len());
        return (&text[..len], len);
    }
    let mut at = 1;
    while let Some(&b) = text.get(at) {
        match b {
            b'"' => return (&text[1..at], at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    (&text[1..], text.len())
}

/// A class name with its message: `redis.exceptions.MovedError: 1 h:1`,
/// `ReplyError: …`, `SimpleError [ReplyError]: …`, `Redis::CommandError (…)`.
fn is_exception(text: &[u8]) -> bool {
    let text = text.trim_ascii_end();
    let mut len = 0;
    while let Some(&b) = text.get(len) {
        let joins = b == b':' && text.get(len + 1) == Some(&b':');
        if joins {
            len += 2;
        } else if b.is_ascii_alphanumeric() || b"_.$\\+/".contains(&b) {
            len += 1;
        } else {
            break;
        }
        if len > 300 {
            return false;
        }
    }
    let (name, rest) = (&text[..len.min(text.len())], text.get(len..).unwrap_or_default());
    let ended = rest.is_empty()
        || rest.starts_with(b": ")
        || rest == b":"
        || rest.starts_with(b" (")
        || rest.starts_with(b"('")
        || rest.starts_with(b"(\"")
        || (rest.starts_with(b" [") && memmem::find(rest, b"]:").is_some());
    ended && is_class_name(name, !rest.is_empty())
}

/// Whether this names a class: dotted or scoped with a capital last part, or a capital
/// word that ends as exceptions do.
fn is_class_name(name: &[u8], has_message: bool) -> bool {
    let separator = |b: &u8| b".:\\$+/".contains(b);
    let last_at = name.iter().rposition(separator).map_or(0, |n| n + 1);
    let (path, last) = (&name[..last_at], &name[last_at..]);
    if !last.first().is_some_and(u8::is_ascii_uppercase) || !last.iter().any(u8::is_ascii_lowercase) {
        return false;
    }
    let ends_so =
        [&b"Error"[..], b"Exception", b"Failure", b"Timeout", b"Interrupt"].iter().any(|e| last.ends_with(e));
    let slashed = path.contains(&b'/');
    let scoped = !path.is_empty() && path[0].is_ascii_alphabetic() && !slashed;
    ends_so || (scoped && has_message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opening(text: &str) -> Opening {
        let context = SourceContext::new(jiff::civil::datetime(2026, 11, 21, 12, 0, 0, 0));
        let time = clock::read(text.as_bytes(), None);
        describe(text.as_bytes(), time.as_ref(), &context).opening
    }

    #[test]
    fn texts_that_start_a_record() {
        let rows = [
            "2026-04-23 10:15:30,123 ERROR x",
            "[2026-04-23 10:15:30,123] INFO x",
            "ERROR app: x",
            "[error] x",
            "ERROR:app:x",
            "WARNING:root:text",
            "WARN x",
            "[main] ERROR x",
            "[http-nio-1] ERROR x - y",
            "E0423 10:15:30.123456    1234 f.go:9] x",
            "E, [2026-04-23T10:15:30.497736 #126554] ERROR -- : x",
            "{\"a\":1}",
            "1:M 23 Apr 2026 10:15:30.123 * x",
            "[3574] 13 Apr 12:52:30.731 # x",
            "1:signal-handler (1776939330) Received SIGTERM",
            "level=error msg=x",
            "time=2026-04-23T10:15:30Z msg=x",
            "10.0.0.1 - - [23/Apr/2026:10:15:30 +0200] \"GET /\" 200 1",
            "[02:00:59 ERR] x",
            "fail: Cat[0]",
            "info: Cat[0]",
            "error: get failed",
            "INFO  [2026-04-23 10:15:30,123] c.x: y",
            " INFO x: y",
            "thread 'main' panicked at src/main.rs:10:5:",
            "panic: x",
            "[WARNING] Node 10.0.0.11:6379 has",
            "-- Boot 1 --",
            "  {",
            "SEVERE: x",
            "PHP Fatal error:  Uncaught X",
            "[app][2026-04-23 10:15:30] x",
            "ERROR [com.example.Cart] (vert.x-eventloop-thread-1) MOVED 5776 10.0.0.12:6379",
        ];
        for text in rows {
            assert_eq!(opening(text), Opening::Header, "{text}");
        }
    }

    #[test]
    fn texts_that_continue_one() {
        let rows = [
            "\tat x.y.Z(Z.java:1)",
            "    at parseError (/a.js:1:2) {",
            "at x.y.Z(Z.java:1)",
            "at async f (/a.js:1)",
            "... 12 more",
            "... 3 common frames omitted",
            "Caused by: a.B: x",
            "Suppressed: a.B: x",
            "Wrapped by: a.B: x",
            "During handling of the above exception, another exception occurred:",
            "The above exception was the direct cause of the following exception:",
            "goroutine 1 [running]:",
            "---> System.X: y",
            "--- End of inner exception stack trace ---",
            "#0 /x.php(3): f()",
            "#1 {main}",
            "Stack trace:",
            "  thrown in /x.php on line 3",
            "}",
            "]",
            ")",
            "},",
            "})",
            "} ]",
            "from /app/x.rb:12:in 'call'",
            "[cause]: SimpleError: MOVED 1 h:1",
            "Trying again in 2.00 seconds... (1/100)",
            "main.main()",
            "github.com/x/y.(*T).M(0xc0001)",
            "created by main.start in goroutine 1",
            "app/models/x.rb:12:in 'call'",
            "      MOVED 1 h:1",
            "  File \"/app/x.py\", line 1, in f",
            "    \"textPayload\": \"MOVED 1 h:1\",",
        ];
        for text in rows {
            assert_eq!(opening(text), Opening::Continuation, "{text}");
        }
    }

    #[test]
    fn class_names_with_their_message() {
        let rows = [
            "redis.exceptions.MovedError: 1 h:1",
            "ReplyError: MOVED 1 h:1",
            "Redis::CommandError (ASK 1 h:1):",
            "io.lettuce.core.RedisCommandExecutionException: MOVED 1 h:1",
            "Error: Too many Cluster redirections.",
            "SimpleError [ReplyError]: ASK 1 h:1",
            "org.redisson.client.RedisMovedException",
            "Redis::Cluster::NodeMightBeDown: The client",
            "django_redis.exceptions.ConnectionInterrupted: x",
            "Predis\\Response\\ServerException: MOVED 1 h:1",
            "RedisClusterException: The slot 100 is not covered",
            "System.AggregateException: One or more errors occurred.",
            "com.x.Outer$Inner: text",
            "Exception in thread \"main\" java.lang.X: y",
            "redis.clients.jedis.exceptions.JedisMovedDataException: x",
            "MaxCommandRedirectionsError: Too many",
            "MovedError('1 h:1')",
        ];
        for text in rows {
            assert_eq!(opening(text), Opening::Exception, "{text}");
        }
    }

    #[test]
    fn what_is_neither() {
        let rows = [
            ("", Opening::Blank),
            ("   ", Opening::Blank),
            ("\t", Opening::Blank),
            ("Traceback (most recent call last):", Opening::Traceback),
            ("/app/x.rb:12:in 'call': MOVED 1 h:1 (Redis::CommandError)", Opening::RubyTrace),
            ("get failed: MOVED 1 h:1", Opening::Plain),
            ("at least one node is down", Opening::Plain),
            ("from the start", Opening::Plain),
            ("... and so on", Opening::Plain),
            ("(error) MOVED 1 h:1", Opening::Plain),
            ("-> Redirected to slot [1] located at h:1", Opening::Plain),
            ("ERR MOVED 1 h:1", Opening::Plain),
            ("Redis Client Error [ErrorReply: MOVED 1 h:1]", Opening::Plain),
            ("a=b c=d", Opening::Plain),
            ("[ioredis] Unhandled error event: X", Opening::Plain),
            ("CONFIG SET x y", Opening::Plain),
            ("#hash", Opening::Plain),
            ("} else {", Opening::Plain),
            ("} reason: ReplyError: MOVED 1 h:1", Opening::Continuation),
            ("} and so on: x", Opening::Plain),
            ("MOVED 1 10.0.0.1:6379", Opening::Plain),
            ("10.0.0.1:6379> get x", Opening::Plain),
            ("error reading the map", Opening::Plain),
            ("[0] tag", Opening::Plain),
            ("server.example.net: up", Opening::Plain),
            ("{error,<<\"x\">>}", Opening::Header),
        ];
        for (text, expected) in rows {
            assert_eq!(opening(text), expected, "{text}");
        }
    }
}
