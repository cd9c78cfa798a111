//! Text that a collector puts before each line of an application.
//!
//! Layouts were read in the producers' sources: kubectl (`cmd/logs`), the CRI log
//! format (`kubernetes/cri-client`), compose, docker/cli, stern, kail, logcli, conmon,
//! RFC 3164 and RFC 5424, Heroku's log drains, `aws logs tail`, Fluentd, Fluent Bit.

use super::clock::{self, Shape, Time, digit_run};
use super::reporter::{Reporter, name};
use super::{Layer, PREFIX_LIMIT, SourceContext, Stream, envelope, level, opening};
use memchr::{memchr, memmem};

/// What the start of a text turned out to be.
pub(super) enum Step<'t> {
    /// A wrapper: the application's text is inside.
    Peel(Layer<'t>),
    /// No wrapper; the time at its very start, if there is one.
    Stop(Option<Time>),
}

/// Looks for one wrapper at the start of the text.
pub(super) fn open<'t>(text: &'t [u8], context: &SourceContext) -> Step<'t> {
    let head = &text[..text.len().min(PREFIX_LIMIT)];
    let Some(&first) = head.first() else { return Step::Stop(None) };
    let layer = match first {
        b'[' => kubectl(head).or_else(|| fluent_bit(head)).or_else(|| monotonic(head)),
        b'<' => syslog_priority(head, context),
        b'0'..=b'9' => octet_counted(head).or_else(|| compose(head)),
        b'a'..=b'z' | b'A'..=b'Z' | b'_' => named(head, context),
        _ => None,
    };
    if let Some(layer) = layer {
        return Step::Peel(layer);
    }
    match clock::read(head, context.day_first) {
        Some(time) => match after_time(head, &time, context) {
            Some(layer) => Step::Peel(layer),
            None => Step::Stop(Some(time)),
        },
        None => Step::Stop(None),
    }
}

fn named<'t>(head: &'t [u8], context: &SourceContext) -> Option<Layer<'t>> {
    compose(head).or_else(|| kail(head)).or_else(|| stern(head, context))
}

/// `[pod/NAME/CONTAINER] text`; the container may be empty.
pub(super) fn kubectl(head: &[u8]) -> Option<Layer<'_>> {
    let inner = head.strip_prefix(b"[pod/")?;
    let end = inner.iter().take(512).position(|&b| b == b']')?;
    let slash = memchr(b'/', &inner[..end])?;
    let (pod, container) = (&inner[..slash], &inner[slash + 1..end]);
    if pod.is_empty() || !pod.iter().chain(container).all(|&b| is_name_byte(b)) {
        return None;
    }
    let after = 5 + end + 1;
    let skip = match head.get(after) {
        Some(b' ') => after + 1,
        None => after,
        Some(_) => return None,
    };
    Some(Layer::skip(skip).by(Reporter::Pod { pod: name(pod), container: name(container) }))
}

const fn is_name_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.')
}

/// Length of the name at the start of the text.
fn name_len(text: &[u8]) -> usize {
    text.iter().take(256).take_while(|&&b| is_name_byte(b)).count()
}

/// `web-1  | text`, `0|api  | text`, `svc.1.TASK@node    | text`.
///
/// Producers pad the name with at least two spaces. With one, as overmind prints for
/// the longest name, the name must carry a replica's number, or a record must begin
/// behind it: `a | b` is an application's text.
fn compose(head: &[u8]) -> Option<Layer<'_>> {
    let process = digit_run(head, 0);
    let at = if process > 0 && process < 6 && head.get(process) == Some(&b'|') { process + 1 } else { 0 };
    let mut end = at + name_len(&head[at..]);
    let label = at..end;
    if head.get(end) == Some(&b'@') {
        end += 1 + name_len(&head[end + 1..]);
    }
    let spaces = head[end..].iter().take(128).take_while(|&&b| b == b' ').count();
    let bar = end + spaces;
    if label.is_empty() || spaces == 0 || head.get(bar) != Some(&b'|') {
        return None;
    }
    let skip = match head.get(bar + 1) {
        Some(b' ') => bar + 2,
        None => bar + 1,
        Some(_) => return None,
    };
    let token = &head[label.clone()];
    let numbered = token.iter().any(|b| b"-_.".contains(b)) && token.last().is_some_and(u8::is_ascii_digit);
    let plain_number = token.iter().all(|b| b.is_ascii_digit() || *b == b'.');
    if plain_number || level::word(token).is_some() {
        return None;
    }
    if spaces < 2 && !numbered && at == 0 && !opening::starts_record(&head[skip..]) {
        return None;
    }
    let shown = if end > label.end { &head[label.start..end] } else { token };
    Some(Layer::skip(skip).by(Reporter::Container(name(shown))))
}

/// `NAMESPACE/POD[CONTAINER]: text`.
fn kail(head: &[u8]) -> Option<Layer<'_>> {
    let namespace = name_len(head);
    if namespace == 0 || head.get(namespace) != Some(&b'/') {
        return None;
    }
    let pod_at = namespace + 1;
    let pod = &head[pod_at..pod_at + name_len(&head[pod_at..])];
    let open = pod_at + pod.len();
    if pod.is_empty() || head.get(open) != Some(&b'[') {
        return None;
    }
    let container = &head[open + 1..open + 1 + name_len(&head[open + 1..])];
    let close = open + 1 + container.len();
    // A number in brackets is a process, and then this is some other tag.
    if container.iter().all(u8::is_ascii_digit) || !head[close..].starts_with(b"]: ") {
        return None;
    }
    Some(Layer::skip(close + 3).by(Reporter::Pod { pod: name(pod), container: name(container) }))
}

/// `POD CONTAINER text` and `NS POD CONTAINER text`.
///
/// Bare words: accepted only where the pod's name has the suffix that a Deployment
/// gives, or starts with the container's, or ends in a number with a record behind.
fn stern<'t>(head: &'t [u8], context: &SourceContext) -> Option<Layer<'t>> {
    let first = dns_word(head)?;
    let second_at = first.len() + 1;
    let second = dns_word(head.get(second_at..)?)?;
    let third_at = second_at + second.len() + 1;
    if let Some(layer) = pod_and_container(head, first, second, third_at, context) {
        return Some(layer);
    }
    let third = dns_word(head.get(third_at..)?)?;
    pod_and_container(head, second, third, third_at + third.len() + 1, context)
}

/// A lower-case DNS name that a single space ends.
fn dns_word(text: &[u8]) -> Option<&[u8]> {
    let is_dns = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.';
    let len = text.iter().take(254).take_while(|&&b| is_dns(b)).count();
    (len > 0 && text.get(len) == Some(&b' ')).then(|| &text[..len])
}

fn pod_and_container<'t>(
    head: &'t [u8],
    pod: &'t [u8],
    container: &'t [u8],
    at: usize,
    context: &SourceContext,
) -> Option<Layer<'t>> {
    let dash = pod.iter().rposition(|&b| b == b'-')?;
    let (stem, suffix) = (&pod[..dash], &pod[dash + 1..]);
    let generated = |part: &[u8], lengths: std::ops::RangeInclusive<usize>| {
        lengths.contains(&part.len()) && part.iter().any(u8::is_ascii_digit)
    };
    let hash = stem.iter().rposition(|&b| b == b'-').map(|n| &stem[n + 1..]);
    let of_deployment = suffix.len() == 5 && hash.is_some_and(|h| generated(h, 6..=10));
    let of_set = generated(suffix, 5..=5) || (!suffix.is_empty() && suffix.iter().all(u8::is_ascii_digit));
    let named_alike =
        pod.len() > container.len() && pod.starts_with(container) && pod[container.len()] == b'-';
    let rest = head.get(at..).unwrap_or_default();
    let sure = of_deployment
        || named_alike
        || (of_set && {
            let time = clock::read(rest, context.day_first);
            opening::describe(rest, time.as_ref(), context).opening != opening::Opening::Plain
        });
    sure.then(|| {
        let skip = at.min(head.len());
        Layer::skip(skip).by(Reporter::Pod { pod: name(pod), container: name(container) })
    })
}

/// `83 <40>1 …`: syslog over TCP with octet counting (RFC 6587).
fn octet_counted(head: &[u8]) -> Option<Layer<'_>> {
    let run = digit_run(head, 0);
    let rest = head.get(run + 1..)?;
    ((1..=6).contains(&run)
        && head[run] == b' '
        && rest.first() == Some(&b'<')
        && read_priority(rest).is_some())
    .then(|| Layer::skip(run + 1))
}

/// `<PRI>`: (priority, bytes).
fn read_priority(text: &[u8]) -> Option<(u32, usize)> {
    let run = digit_run(text, 1);
    if text.first() != Some(&b'<') || !(1..=3).contains(&run) || text.get(run + 1) != Some(&b'>') {
        return None;
    }
    let value: u32 = std::str::from_utf8(&text[1..=run]).ok()?.parse().ok()?;
    (value < 192).then_some((value, run + 2))
}

/// `<PRI>` before RFC 5424, RFC 3164, or bare text (.NET's systemd console).
fn syslog_priority<'t>(head: &'t [u8], context: &SourceContext) -> Option<Layer<'t>> {
    let (priority, at) = read_priority(head)?;
    let rest = &head[at..];
    let mut layer = match rest.strip_prefix(b"1 ") {
        Some(fields) => rfc5424(fields, context).map(|layer| layer.behind(at + 2)),
        None => None,
    }
    .or_else(|| {
        let time = clock::read(rest, context.day_first)?;
        Some(syslog_tail(rest, &time)?.behind(at))
    })
    .unwrap_or_else(|| Layer::skip(at));
    layer.level = level::priority(priority);
    layer.begins_record = true;
    Some(layer)
}

/// `TIME HOST APP PROCID MSGID [sd] text`. Heroku leaves the structured data out.
fn rfc5424<'t>(fields: &'t [u8], context: &SourceContext) -> Option<Layer<'t>> {
    let time = clock::read(fields, context.day_first);
    let mut at = match &time {
        Some(time) => time.len,
        None if fields.starts_with(b"- ") => 1,
        None => return None,
    };
    let mut parts: [&[u8]; 4] = [b""; 4];
    for part in &mut parts {
        let rest = fields.get(at..)?.strip_prefix(b" ")?;
        let len = memchr(b' ', rest).unwrap_or(rest.len());
        *part = &rest[..len];
        at += 1 + len;
    }
    let [host, app, process, _message_id] = parts;
    at = structured_data_end(fields, at);
    if fields[at..].starts_with(b"\xEF\xBB\xBF") {
        at += 3;
    }
    let mut layer = Layer::skip(at);
    layer.reading = time.map(|t| t.reading);
    let is_dyno = host == b"host" && process.contains(&b'.');
    layer.reporter = if is_dyno {
        Some(Reporter::Container(name(process)))
    } else {
        (host != b"-")
            .then(|| Reporter::Host { host: name(host), unit: name(if app == b"-" { b"" } else { app }) })
    };
    Some(layer)
}

/// Where the message begins: behind ` -` or ` [id k="v"][…]`, and one space.
fn structured_data_end(fields: &[u8], at: usize) -> usize {
    let mut end = at;
    if fields[at..].starts_with(b" - ") || &fields[at..] == b" -" {
        end = at + 2;
    } else if fields[at..].starts_with(b" [") {
        end = at + 1;
        while fields.get(end) == Some(&b'[') {
            let mut quoted = false;
            let mut i = end + 1;
            loop {
                match fields.get(i) {
                    None => return at + 1,
                    Some(b'\\') if quoted => i += 1,
                    Some(b'"') => quoted = !quoted,
                    Some(b']') if !quoted => break,
                    Some(_) => {}
                }
                i += 1;
            }
            end = i + 1;
        }
        if !matches!(fields.get(end), None | Some(b' ')) {
            end = at;
        }
    }
    if fields.get(end) == Some(&b' ') { end + 1 } else { end }
}

/// `[12345.678901] host unit[pid]: text`: journald's monotonic output has no wall clock.
fn monotonic(head: &[u8]) -> Option<Layer<'_>> {
    let inner = head[1..].iter().take(24).position(|&b| b == b']')? + 1;
    let stamp = head[1..inner].trim_ascii_start();
    let dot = memchr(b'.', stamp)?;
    let digits = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    if !digits(&stamp[..dot]) || !digits(&stamp[dot + 1..]) || head.get(inner + 1) != Some(&b' ') {
        return None;
    }
    let tag = host_and_tag(&head[inner + 2..], true)?;
    Some(tag.behind(inner + 2))
}

/// `[0] tag: [[1776939330.123, {}], {"log"=>"…"}]`.
fn fluent_bit(head: &[u8]) -> Option<Layer<'_>> {
    let run = digit_run(head, 1);
    if !(1..=9).contains(&run) || !head[run + 1..].starts_with(b"] ") {
        return None;
    }
    let open = memmem::find(&head[..head.len().min(512)], b": [")? + 3;
    let number_at = if head.get(open) == Some(&b'[') { open + 1 } else { open };
    let time = clock::read(&head[number_at..], None)?;
    let text = arrow_string(head, b"log").or_else(|| arrow_string(head, b"message"))?;
    let mut layer = Layer::text(text);
    layer.reading = Some(time.reading);
    let pod = arrow_string(head, b"pod_name");
    let container = arrow_string(head, b"container_name");
    let own = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned().into();
    layer.reporter = match (pod, container) {
        (Some(pod), container) => {
            Some(Reporter::Pod { pod: own(pod), container: own(container.unwrap_or_default()) })
        }
        (None, Some(container)) => Some(Reporter::Container(own(container))),
        (None, None) => None,
    };
    layer.stream = match arrow_string(head, b"stream").as_deref() {
        Some(b"stdout") => Some(Stream::Out),
        Some(b"stderr") => Some(Stream::Err),
        _ => None,
    };
    Some(layer)
}

/// The value of `"key"=>"value"`, unescaped; what there is of it when it is cut.
fn arrow_string(head: &[u8], key: &[u8]) -> Option<Vec<u8>> {
    let at = memmem::find_iter(head, b"\"=>\"")
        .find(|&at| head[..at].ends_with(key) && head[..at - key.len()].ends_with(b"\""))?
        + 4;
    let mut out = Vec::new();
    let mut bytes = head[at..].iter();
    while let Some(&b) = bytes.next() {
        match b {
            b'"' => break,
            b'\\' => out.push(match bytes.next() {
                Some(b'n') => b'\n',
                Some(b't') => b'\t',
                Some(b'r') => b'\r',
                Some(&other) => other,
                None => break,
            }),
            _ => out.push(b),
        }
    }
    Some(out)
}

/// What follows a time, when that makes the time a wrapper's.
fn after_time<'t>(head: &'t [u8], time: &Time, context: &SourceContext) -> Option<Layer<'t>> {
    let after = &head[time.len..];
    let zoned = time.reading.names_zone();
    let iso = time.shape == Shape::IsoT;
    if head[0] == b'@' {
        return Some(Layer::skip(time.len + usize::from(after.first() == Some(&b' '))).at(time));
    }
    let collected = iso && zoned && matches!(time.fraction, 7 | 9);
    let Some(&between) = after.first() else {
        return collected.then(|| Layer::skip(time.len).at(time));
    };
    if between == b'\t' && iso && zoned {
        return fluentd(head, time);
    }
    if between != b' ' {
        return None;
    }
    let at = time.len + 1;
    let rest = &head[at..];
    if let Some(layer) = compose(rest) {
        return Some(layer.behind(at).at(time));
    }
    if !iso {
        return syslog_tail(head, time);
    }
    if let Some(layer) = cri(rest) {
        return Some(layer.behind(at).at(time));
    }
    if zoned {
        let found = gitlab(rest).or_else(|| loki(rest)).or_else(|| heroku(rest)).or_else(|| aws_stream(rest));
        if let Some(layer) = found {
            return Some(layer.behind(at).at(time));
        }
    }
    if let Some(layer) = syslog_tail(head, time) {
        return Some(layer);
    }
    if zoned && let Some(layer) = named(rest, context) {
        return Some(layer.behind(at).at(time));
    }
    let inner_stands_alone = zoned
        && (rest.starts_with(b"{\"")
            || opening::is_trace_text(rest)
            || clock::read(rest.strip_prefix(b"[").unwrap_or(rest), context.day_first).is_some());
    (collected || inner_stands_alone).then(|| Layer::skip(at).at(time))
}

/// `stdout F text`; the tag may grow (`F:key=value`), `P` marks a piece of a line.
fn cri(rest: &[u8]) -> Option<Layer<'_>> {
    let stream = match rest.get(..7)? {
        b"stdout " => Stream::Out,
        b"stderr " => Stream::Err,
        _ => return None,
    };
    let tags = &rest[7..];
    let end = memchr(b' ', &tags[..tags.len().min(256)]).unwrap_or(tags.len().min(256));
    let mut parts = tags[..end].split(|&b| b == b':');
    let partial = match parts.next()? {
        b"F" => false,
        b"P" => true,
        _ => return None,
    };
    let mut layer = Layer::skip((7 + end + 1).min(rest.len()));
    layer.stream = Some(stream);
    layer.partial = partial;
    Some(layer)
}

/// GitLab's job log: two digits, the stream, and whether the line goes on the last one.
fn gitlab(rest: &[u8]) -> Option<Layer<'_>> {
    let [a, b, stream, mark, ..] = rest else { return None };
    if !a.is_ascii_digit() || !b.is_ascii_digit() || !matches!(mark, b' ' | b'+') {
        return None;
    }
    let stream = match stream {
        b'O' => Stream::Out,
        b'E' => Stream::Err,
        _ => return None,
    };
    let mut layer = Layer::skip(4);
    layer.stream = Some(stream);
    Some(layer)
}

/// logcli: `{app="x", pod="y"} text`.
fn loki(rest: &[u8]) -> Option<Layer<'_>> {
    if rest.first() != Some(&b'{') {
        return None;
    }
    let mut at = 1;
    let (mut pod, mut container) = (None, None);
    loop {
        while matches!(rest.get(at), Some(b' ' | b',')) {
            at += 1;
        }
        if rest.get(at) == Some(&b'}') {
            break;
        }
        let key_len = name_len(&rest[at..]);
        let key = rest.get(at..at + key_len).filter(|k| !k.is_empty())?;
        at += key_len;
        let value_at = at + 2;
        if rest.get(at..value_at) != Some(b"=\"") {
            return None;
        }
        let mut end = value_at;
        loop {
            match rest.get(end)? {
                b'"' => break,
                b'\\' => end += 2,
                _ => end += 1,
            }
        }
        let value = rest.get(value_at..end)?;
        at = end + 1;
        match key {
            b"pod" | b"pod_name" | b"k8s_pod_name" => pod = Some(value),
            b"container" | b"container_name" | b"k8s_container_name" => container = Some(value),
            _ => {}
        }
    }
    at += 1;
    while rest.get(at) == Some(&b' ') {
        at += 1;
    }
    // The label set is padded; what stands behind the pad starts without a space.
    let layer = Layer::skip(at);
    Some(match (pod, container) {
        (Some(pod), container) => {
            layer.by(Reporter::Pod { pod: name(pod), container: name(container.unwrap_or_default()) })
        }
        (None, Some(container)) => layer.by(Reporter::Container(name(container))),
        (None, None) => layer,
    })
}

/// `app[web.1]: text`.
fn heroku(rest: &[u8]) -> Option<Layer<'_>> {
    let source = name_len(rest);
    if source == 0 || rest.get(source) != Some(&b'[') {
        return None;
    }
    let dyno = &rest[source + 1..source + 1 + name_len(&rest[source + 1..])];
    let close = source + 1 + dyno.len();
    if dyno.is_empty() || dyno.iter().all(u8::is_ascii_digit) || !rest[close..].starts_with(b"]: ") {
        return None;
    }
    let mut layer = Layer::skip(close + 3).by(Reporter::Container(name(dyno)));
    layer.begins_record = true;
    Some(layer)
}

/// `aws logs tail`: `prefix/container/TASK-ID text` and Lambda's `2026/04/23/[1]HASH text`.
fn aws_stream(rest: &[u8]) -> Option<Layer<'_>> {
    let len = memchr(b' ', &rest[..rest.len().min(512)])?;
    let stream = &rest[..len];
    let hash = stream.len().checked_sub(32).map(|at| &stream[at..])?;
    if !hash.iter().all(u8::is_ascii_hexdigit)
        || !stream[..len - 32].ends_with(b"/") && !stream.contains(&b']')
    {
        return None;
    }
    let slashes = stream.iter().filter(|&&b| b == b'/').count();
    if slashes < 2 {
        return None;
    }
    // `awslogs-stream-prefix` says nothing about who logged.
    let shown = if slashes == 2 { &stream[memchr(b'/', stream)? + 1..] } else { stream };
    Some(Layer::skip(len + 1).by(Reporter::Container(name(shown))))
}

/// Fluentd `out_file`: `TIME\ttag\t{json}`.
fn fluentd<'t>(head: &'t [u8], time: &Time) -> Option<Layer<'t>> {
    let rest = &head[time.len + 1..];
    let tag = memchr(b'\t', &rest[..rest.len().min(512)])?;
    (rest.get(tag + 1) == Some(&b'{')).then(|| Layer::skip(time.len + 1 + tag + 1).at(time))
}

/// `TIME host unit[pid]: text`, for the times that syslog and journald print.
fn syslog_tail<'t>(head: &'t [u8], time: &Time) -> Option<Layer<'t>> {
    let rest = head.get(time.len..)?.strip_prefix(b" ")?;
    let at = time.len + 1;
    let tag = match time.shape {
        Shape::MonthFirst => host_and_tag(rest, false).or_else(|| bare_tag(rest)),
        // With a numeric offset this is journald's or rsyslog's; a `Z` is rather an
        // application's, so its tag must carry a process.
        Shape::IsoT => host_and_tag(rest, !time.reading.names_zone() || head[time.len - 1] == b'Z'),
        Shape::Other if head[0].is_ascii_alphabetic() => {
            // `Thu 2026-04-23 10:15:30 CEST host unit[1]: text`
            let zone = rest.iter().take(6).take_while(|b| b.is_ascii_uppercase()).count();
            if (2..=5).contains(&zone) && rest.get(zone) == Some(&b' ') {
                host_and_tag(&rest[zone + 1..], true).map(|tag| tag.behind(zone + 1))
            } else {
                host_and_tag(rest, true)
            }
        }
        Shape::Other if time.fraction == 6 && digit_run(head, 0) == 10 => host_and_tag(rest, true),
        Shape::Other => None,
    }?;
    Some(tag.behind(at).at(time))
}

fn is_tag_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"-_./@()+*$~\\".contains(&b)
}

/// `host unit[pid]: text`, or `host unit: text` unless a process id is required.
fn host_and_tag(rest: &[u8], needs_process: bool) -> Option<Layer<'_>> {
    let host_len = rest.iter().take(256).take_while(|&&b| is_name_byte(b) || b == b':').count();
    let host = &rest[..host_len];
    if host.is_empty() || rest.get(host_len) != Some(&b' ') || host.ends_with(b":") {
        return None;
    }
    if level::word(host).is_some() {
        return None;
    }
    let (tag, skip) = tag(&rest[host_len + 1..], needs_process)?;
    if level::word(tag).is_some() {
        return None;
    }
    let mut layer = Layer::skip(host_len + 1 + skip).by(Reporter::Host { host: name(host), unit: name(tag) });
    layer.begins_record = true;
    Some(layer)
}

/// `unit[pid]: text` without a host.
fn bare_tag(rest: &[u8]) -> Option<Layer<'_>> {
    let (_, skip) = tag(rest, true)?;
    let mut layer = Layer::skip(skip);
    layer.begins_record = true;
    Some(layer)
}

/// A tag: (its name, where the text behind it begins).
fn tag(rest: &[u8], needs_process: bool) -> Option<(&[u8], usize)> {
    let len = rest.iter().take(256).take_while(|&&b| is_tag_byte(b)).count();
    let mut end = len;
    if rest.get(len) == Some(&b'[') {
        let process = rest[len + 1..].iter().take(64).position(|&b| b == b']')?;
        end = len + 1 + process + 1;
    } else if needs_process {
        return None;
    }
    if len == 0 || rest.get(end) != Some(&b':') {
        return None;
    }
    match rest.get(end + 1) {
        Some(b' ') => Some((&rest[..len], end + 2)),
        None => Some((&rest[..len], end + 1)),
        Some(_) => None,
    }
}

/// The `[pod/NAME/CONTAINER] ` that stands inside a line: kubectl joins the last line of
/// a source that ends without a newline to the next source's first line.
pub(super) fn joined_prefix(line: &[u8]) -> Option<usize> {
    memmem::find_iter(line, b"[pod/").find(|&at| at > 0 && kubectl(&line[at..]).is_some())
}

/// Reads the wrapper at the start, whether text or JSON.
pub(super) fn step<'t>(text: &'t [u8], context: &SourceContext) -> Result<Layer<'t>, Rest<'t>> {
    if let Some(json) = envelope::json_start(text) {
        return match envelope::open(&text[json..], context) {
            envelope::Envelope::Wrapper(layer) => Ok(layer),
            envelope::Envelope::Record(record) => Err(Rest::Record(record)),
        };
    }
    match open(text, context) {
        Step::Peel(layer) => Ok(layer),
        Step::Stop(time) => Err(Rest::Text(time)),
    }
}

/// What is left when no wrapper is found.
pub(super) enum Rest<'t> {
    /// Text, with the time at its start.
    Text(Option<Time>),
    /// An application's JSON record.
    Record(envelope::Record<'t>),
}

impl Rest<'_> {
    pub(super) fn into_owned<'l>(self) -> Rest<'l> {
        match self {
            Self::Text(time) => Rest::Text(time),
            Self::Record(record) => Rest::Record(envelope::Record {
                reporter: record.reporter.map(Reporter::into_owned),
                ..record
            }),
        }
    }
}

impl Layer<'_> {
    fn at(mut self, time: &Time) -> Self {
        self.reading = Some(time.reading);
        self
    }
}
