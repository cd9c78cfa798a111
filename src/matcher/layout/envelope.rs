//! JSON lines: collectors' envelopes around a text, and applications' own records.
//!
//! One pass of `serde_json` over the top level keeps the raw text of the few fields that
//! matter; only the message of an envelope is unescaped. A line that is cut or not quite
//! JSON tells what was read before the damage.

use super::clock::{self, Reading};
use super::reporter::Reporter;
use super::{Layer, SourceContext, Stream, level};
use crate::model::Level;
use memchr::memmem;
use serde::Deserializer as _;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// Longer lines are not parsed: their time is looked for near their ends.
const LONGEST_PARSED: usize = 64 * 1024;

/// What a JSON line turned out to be.
pub(super) enum Envelope<'t> {
    /// A collector's: the application's text is one of its strings.
    Wrapper(Layer<'t>),
    /// An application's record.
    Record(Record<'t>),
}

/// What an application's JSON record tells.
#[derive(Default)]
pub(super) struct Record<'t> {
    pub(super) reporter: Option<Reporter<'t>>,
    pub(super) reading: Option<Reading>,
    pub(super) level: Option<Level>,
}

/// Where a JSON object starts: at once, or behind an array's `[` or `,`.
pub(super) fn json_start(text: &[u8]) -> Option<usize> {
    let at = match text {
        [b'{', ..] => 0,
        [b'[' | b',', b'{', ..] => 1,
        _ => return None,
    };
    // `{error,…}` is Erlang's, `{` alone opens a printed object: neither is read here.
    let next = text[at + 1..].iter().take(16).find(|b| !b.is_ascii_whitespace());
    matches!(next, Some(b'"' | b'}')).then_some(at)
}

macro_rules! fields {
    ($($field:ident: $($path:literal)|+,)*) => {
        /// Raw JSON texts of the fields that matter, by meaning.
        #[derive(Default)]
        struct Fields<'t> {
            $($field: Option<&'t str>,)*
            times: [Option<&'t str>; TIMES.len()],
            levels: [Option<&'t str>; LEVELS.len()],
        }

        impl<'t> Fields<'t> {
            fn keep(&mut self, path: &str, value: &'t str) {
                match path {
                    $($($path)|+ => self.$field = Some(value),)*
                    _ => {}
                }
            }
        }
    };
}

fields! {
    log: "log",
    message: "message",
    journal_message: "MESSAGE",
    line: "line",
    text_payload: "textPayload",
    stream: "stream",
    docker_time: "time",
    journal_time: "__REALTIME_TIMESTAMP",
    journal_host: "_HOSTNAME",
    journal_unit: "_SYSTEMD_UNIT",
    journal_tag: "SYSLOG_IDENTIFIER",
    journal_container: "CONTAINER_NAME",
    pod: "kubernetes.pod_name" | "kubernetes.pod.name" | "k8s.pod.name" | "podName"
        | "resource.labels.pod_name" | "labels.pod" | "labels.pod_name" | "labels.k8s_pod_name"
        | "resource.k8s.pod.name",
    container: "kubernetes.container_name" | "kubernetes.container.name" | "k8s.container.name"
        | "containerName" | "container_name" | "resource.labels.container_name" | "labels.container"
        | "labels.container_name" | "resource.k8s.container.name",
    container_id: "container_id",
    kail_pod: "name",
    kail_namespace: "namespace",
    kail_container: "container",
    docker_container: "container.name",
    labels: "labels",
    kubernetes: "kubernetes",
    host: "host" | "hostname",
    host_name: "host.name",
    service: "service",
    service_name: "service.name",
    log_stream: "logStreamName",
    ingestion: "ingestionTime" | "eventId",
    datadog: "ddsource" | "ddtags" | "tags" | "attributes",
    shipper: "agent" | "source_type" | "@metadata" | "log.file.path" | "input" | "beat",
    vector_file: "file",
    error: "error" | "err" | "exception" | "stack_trace" | "error.stack_trace" | "stack",
    epoch_second: "instant.epochSecond",
    nano_of_second: "instant.nanoOfSecond",
}

/// Names of the time, the ones to trust first in front.
const TIMES: [&str; 22] = [
    "time",
    "ts",
    "timestamp",
    "@timestamp",
    "@t",
    "t",
    "Timestamp",
    "datetime",
    "date",
    "eventTime",
    "asctime",
    "__REALTIME_TIMESTAMP",
    "timeUnixNano",
    "timestamp_ns",
    "timeMillis",
    "TIME",
    "TS",
    "Time",
    "dt",
    "_SOURCE_REALTIME_TIMESTAMP",
    "@m.time",
    "observedTimeUnixNano",
];

/// Names of the level, likewise.
const LEVELS: [&str; 14] = [
    "level",
    "severity",
    "lvl",
    "@l",
    "log.level",
    "levelname",
    "LogLevel",
    "PRIORITY",
    "status",
    "severityText",
    "level_value",
    "Level",
    "severity_text",
    "loglevel",
];

/// Objects whose fields are looked at as well.
const NESTED: [&str; 12] = [
    "log",
    "kubernetes",
    "kubernetes.pod",
    "kubernetes.container",
    "resource",
    "resource.labels",
    "labels",
    "host",
    "service",
    "container",
    "instant",
    "k8s",
];

impl<'t> Fields<'t> {
    fn note(&mut self, path: &str, value: &'t str) {
        if let Some(rank) = TIMES.iter().position(|name| *name == path) {
            self.times[rank] = Some(value);
        }
        if let Some(rank) = LEVELS.iter().position(|name| *name == path) {
            self.levels[rank] = Some(value);
        }
        self.keep(path, value);
    }

    /// False when the JSON is cut or damaged; what was noted before that stays.
    fn read(&mut self, prefix: &str, json: &'t str) -> bool {
        let mut parser = serde_json::Deserializer::from_str(json);
        parser.deserialize_map(Collect { fields: self, prefix }).is_ok()
    }
}

struct Collect<'f, 't> {
    fields: &'f mut Fields<'t>,
    prefix: &'f str,
}

impl<'t> Visitor<'t> for Collect<'_, 't> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key_seed(Key)? {
            if key.is_empty() || key.len() > 40 {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let raw = map.next_value::<&'t RawValue>()?.get();
            let joined;
            let path = if self.prefix.is_empty() {
                key.as_ref()
            } else {
                joined = format!("{}.{key}", self.prefix);
                &joined
            };
            self.fields.note(path, raw);
            if raw.starts_with('{') && NESTED.contains(&path) {
                self.fields.read(path, raw);
            }
        }
        Ok(())
    }
}

/// A key: borrowed, unless it holds an escape.
struct Key;

impl<'t> DeserializeSeed<'t> for Key {
    type Value = Cow<'t, str>;

    fn deserialize<D: serde::Deserializer<'t>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        struct Text;
        impl<'t> Visitor<'t> for Text {
            type Value = Cow<'t, str>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_borrowed_str<E>(self, text: &'t str) -> Result<Self::Value, E> {
                Ok(Cow::Borrowed(text))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Cow::Owned(text.to_owned()))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// Reads a line that starts with `{`.
pub(super) fn open<'t>(text: &'t [u8], context: &SourceContext) -> Envelope<'t> {
    if text.len() > LONGEST_PARSED {
        return Envelope::Record(searched(text, context));
    }
    // What follows a broken character is not JSON.
    let valid = match std::str::from_utf8(text) {
        Ok(valid) => valid,
        Err(error) => std::str::from_utf8(&text[..error.valid_up_to()]).unwrap_or_default(),
    };
    let mut fields = Fields::default();
    let whole = fields.read("", valid);
    if let Some(layer) = fields.wrapper(context) {
        return Envelope::Wrapper(layer);
    }
    let mut record = Record {
        reporter: fields.collected_reporter(),
        reading: fields.time(context),
        level: fields.level(),
    };
    if record.reading.is_none() && !whole {
        record.reading = searched(text, context).reading;
    }
    Envelope::Record(record)
}

impl<'t> Fields<'t> {
    fn time(&self, context: &SourceContext) -> Option<Reading> {
        let by_name =
            self.times.iter().flatten().find_map(|raw| time_value(raw.as_bytes(), context.day_first));
        by_name.or_else(|| {
            let seconds: i64 = self.epoch_second?.parse().ok()?;
            let nanos: i64 = self.nano_of_second.and_then(|n| n.parse().ok()).unwrap_or(0);
            (0..10_000_000_000).contains(&seconds).then(|| Reading::epoch(seconds * 1000 + nanos / 1_000_000))
        })
    }

    fn level(&self) -> Option<Level> {
        self.levels.iter().enumerate().find_map(|(rank, raw)| {
            let raw = (*raw)?;
            let is_text = raw.starts_with('"');
            // A `status` that is a number is an answer's, not a level.
            if LEVELS[rank] == "status" && !is_text {
                return None;
            }
            level::value(raw.trim_matches('"').as_bytes())
        })
    }

    /// The collector's layer, when the fields are a collector's.
    fn wrapper(&self, context: &SourceContext) -> Option<Layer<'t>> {
        let (text, reporter, begins_record) = self.envelope(context)?;
        let reading = self.time(context);
        let stream = match self.stream {
            Some("\"stdout\"") => Some(Stream::Out),
            Some("\"stderr\"") => Some(Stream::Err),
            _ => None,
        };
        // Docker cuts long lines and ends only the last piece with a newline.
        let is_docker = self.log.is_some() && self.kubernetes.is_none() && self.container_id.is_none();
        let partial = is_docker && stream.is_some() && !text.ends_with(b"\n");
        let mut text = text;
        let end = super::trim_line_end(&text).len();
        text.truncate(end);
        let mut layer = Layer::text(text);
        layer.reporter = reporter;
        layer.reading = reading;
        layer.level = self.level();
        layer.stream = stream;
        layer.partial = partial;
        layer.begins_record = begins_record;
        Some(layer)
    }

    /// (text, reporter, whether each line is a record).
    fn envelope(&self, context: &SourceContext) -> Option<(Vec<u8>, Option<Reporter<'t>>, bool)> {
        if let Some(raw) = self.journal_message
            && (self.journal_time.is_some() || self.journal_host.is_some())
        {
            let reporter = match (string(self.journal_container), string(self.journal_host)) {
                (Some(container), _) => Some(Reporter::Container(container)),
                (None, Some(host)) => {
                    let unit = string(self.journal_unit).or_else(|| string(self.journal_tag));
                    Some(Reporter::Host { host, unit: unit.unwrap_or_default() })
                }
                (None, None) => None,
            };
            return Some((journal_text(raw), reporter, true));
        }
        let reporter = self.collected_reporter();
        if let Some(text) = self.log.and_then(unescape) {
            let of_docker = self.docker_time.is_some() && (self.stream.is_some() || context.docker_json);
            let of_collector = self.kubernetes.is_some() || self.container_id.is_some() || reporter.is_some();
            return (of_docker || of_collector).then_some((text, reporter, false));
        }
        if let Some(text) = self.line.and_then(unescape)
            && self.labels.is_some()
        {
            return Some((text, reporter, false));
        }
        if let Some(text) = self.text_payload.and_then(unescape) {
            return Some((text, reporter, false));
        }
        let message = self.message?;
        if let (Some(pod), Some(_), Some(container)) =
            (self.kail_pod, self.kail_namespace, self.kail_container)
            && self.times.iter().all(Option::is_none)
        {
            // A message that was JSON itself arrives as an object.
            let text = unescape(message).unwrap_or_else(|| message.as_bytes().to_vec());
            let pod = string(Some(pod))?;
            let container = string(Some(container)).unwrap_or_default();
            return Some((text, Some(Reporter::Pod { pod, container }), false));
        }
        if self.error.is_some() {
            return None;
        }
        let of_collector = self.kubernetes.is_some()
            || self.pod.is_some()
            || self.shipper.is_some()
            || (self.log_stream.is_some() || self.ingestion.is_some())
            || (self.datadog.is_some() && self.service.is_some())
            || (self.vector_file.is_some() && self.host.is_some());
        if !of_collector {
            return None;
        }
        let stream_name = || string(self.log_stream).map(Reporter::Container);
        Some((unescape(message)?, reporter.or_else(stream_name), false))
    }

    /// The reporter that a collector's fields name.
    fn collected_reporter(&self) -> Option<Reporter<'t>> {
        let container = string(self.container).or_else(|| string(self.docker_container));
        if let Some(pod) = string(self.pod) {
            return Some(Reporter::Pod { pod, container: container.unwrap_or_default() });
        }
        if let Some(container) = container {
            // Docker's API prints names with a slash in front.
            let bare = match container {
                Cow::Borrowed(name) => Cow::Borrowed(name.trim_start_matches('/')),
                Cow::Owned(name) => Cow::Owned(name.trim_start_matches('/').to_owned()),
            };
            return Some(Reporter::Container(bare));
        }
        // A bare `host` may as well be the server that the record is about.
        let collected = self.datadog.is_some() || self.shipper.is_some() || self.host_name.is_some();
        let host = string(self.host_name).or_else(|| string(self.host).filter(|_| collected))?;
        let unit = string(self.service_name).or_else(|| string(self.service))?;
        Some(Reporter::Host { host, unit })
    }
}

/// A string's text, borrowed when nothing in it is escaped. Empty is none.
fn string(raw: Option<&str>) -> Option<Cow<'_, str>> {
    let inner = raw?.strip_prefix('"')?.strip_suffix('"')?;
    if inner.is_empty() {
        return None;
    }
    if !inner.contains('\\') {
        return Some(Cow::Borrowed(inner));
    }
    serde_json::from_str::<String>(raw?).ok().map(Cow::Owned)
}

/// The bytes of a JSON string; `None` for anything else.
fn unescape(raw: &str) -> Option<Vec<u8>> {
    raw.starts_with('"').then_some(())?;
    // serde_json refuses lone surrogates in a string but takes them in bytes.
    let mut parser = serde_json::Deserializer::from_str(raw);
    struct Bytes;
    impl<'t> Visitor<'t> for Bytes {
        type Value = Vec<u8>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }

        fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Self::Value, E> {
            Ok(bytes.to_vec())
        }
    }
    parser.deserialize_bytes(Bytes).ok()
}

/// journald prints `null` for a long field, numbers for bytes that are not printable
/// text, and an array of either when a field occurs more than once.
fn journal_text(raw: &str) -> Vec<u8> {
    if let Some(text) = unescape(raw) {
        return text;
    }
    if let Ok(bytes) = serde_json::from_str::<Vec<u8>>(raw) {
        return bytes;
    }
    let last = serde_json::from_str::<Vec<&RawValue>>(raw).ok().and_then(|all| all.last().map(|v| v.get()));
    match last {
        Some(last) if last.starts_with('[') => serde_json::from_str(last).unwrap_or_default(),
        Some(last) => unescape(last).unwrap_or_default(),
        None => Vec::new(),
    }
}

/// A time from a raw JSON value: a string in any layout, or a number of s, ms, us or ns.
fn time_value(raw: &[u8], day_first: Option<bool>) -> Option<Reading> {
    match raw.first()? {
        b'"' => {
            let inner = raw[1..].strip_suffix(b"\"").unwrap_or(&raw[1..]);
            time_text(inner, day_first)
        }
        b'0'..=b'9' => number(raw),
        _ => None,
    }
}

/// A time that fills a text: `2026-…`, `1776939330.123`.
pub(super) fn time_text(text: &[u8], day_first: Option<bool>) -> Option<Reading> {
    let text = text.trim_ascii();
    if let Some(time) = clock::read(text, day_first) {
        return Some(time.reading);
    }
    text.first()?.is_ascii_digit().then(|| number(text)).flatten()
}

fn number(text: &[u8]) -> Option<Reading> {
    if let Some(millis) = clock::epoch_millis(text) {
        return Some(Reading::epoch(millis));
    }
    let value: f64 = std::str::from_utf8(text).ok()?.parse().ok()?;
    let millis = match value {
        1e9..1e10 => value * 1e3,
        1e12..1e13 => value,
        1e15..1e16 => value / 1e3,
        1e18..1e19 => value / 1e6,
        _ => return None,
    };
    // Within the ranges above the number is far below 2^53.
    #[expect(clippy::cast_possible_truncation, reason = "bounded by the ranges above")]
    let millis = millis.round() as i64;
    Some(Reading::epoch(millis))
}

/// The time of a record that is too long, or too damaged, to be parsed.
fn searched<'t>(text: &[u8], context: &SourceContext) -> Record<'t> {
    const REACH: usize = 4096;
    let ends = [&text[..text.len().min(REACH)], &text[text.len().saturating_sub(REACH)..]];
    let field = |names: &[&str], read: &dyn Fn(&[u8]) -> bool| {
        ends.iter().any(|part| names.iter().any(|name| field_values(part, name).any(read)))
    };
    let (reading, level) = (std::cell::Cell::new(None), std::cell::Cell::new(None));
    field(&TIMES, &|value| {
        reading.set(time_value(value, context.day_first));
        reading.get().is_some()
    });
    field(&LEVELS, &|value| {
        level.set(level::value(
            value.trim_ascii().strip_prefix(b"\"").and_then(|v| v.strip_suffix(b"\"")).unwrap_or(value),
        ));
        level.get().is_some()
    });
    Record { reporter: None, reading: reading.get(), level: level.get() }
}

/// Raw values of `"name":value` in a piece of JSON, strings with their quotes.
fn field_values<'p>(part: &'p [u8], name: &str) -> impl Iterator<Item = &'p [u8]> {
    let quoted = format!("\"{name}\"");
    let found: Vec<usize> = memmem::find_iter(part, &quoted).map(|at| at + quoted.len()).take(8).collect();
    found.into_iter().filter_map(|at| {
        let value = part[at..].trim_ascii_start().strip_prefix(b":")?.trim_ascii_start();
        let end = if value.first() == Some(&b'"') {
            value[1..].iter().take(80).position(|&b| b == b'"')? + 2
        } else {
            value.iter().take(80).position(|b| b",} \t".contains(b)).unwrap_or(value.len().min(80))
        };
        Some(&value[..end])
    })
}

/// `"timestamp": "2026-…",` of a pretty-printed object: its time or its level.
pub(super) fn printed_field(text: &[u8]) -> Option<(Option<Reading>, Option<Level>)> {
    let rest = text.strip_prefix(b"\"")?;
    let end = rest.iter().take(40).position(|&b| b == b'"')?;
    let name = std::str::from_utf8(&rest[..end]).ok()?;
    let value = field_values(text, name).next()?;
    if TIMES.contains(&name) {
        return time_value(value, None).map(|reading| (Some(reading), None));
    }
    if LEVELS.contains(&name) && name != "status" {
        let word = value.strip_prefix(b"\"").and_then(|v| v.strip_suffix(b"\"")).unwrap_or(value);
        return level::value(word).map(|level| (None, Some(level)));
    }
    None
}
