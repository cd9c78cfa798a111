//! What a file's path tells: who logged it, and its place among rotated files.

use super::clock::digit_run;
use std::borrow::Cow;

/// The reporter that a path names.
///
/// kubelet's `…/pods/NS_POD_UID/CONTAINER/0.log` and `…/containers/POD_NS_CONTAINER-ID.log`
/// are `pod/POD/CONTAINER`; Docker's `…/ID-json.log` is `container/ID`, a full id cut to
/// the 12 characters that Docker shows.
pub fn source_identity(path: &str) -> Option<String> {
    let mut parts = path.rsplit(['/', '\\']);
    let file = strip_rotation(parts.next()?);
    if let (Some(container), Some(directory)) = (parts.next(), parts.next()) {
        let restarts =
            file.strip_suffix(".log").is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
        if let (true, Some(pod)) = (restarts, pod_of_directory(directory)) {
            return Some(format!("pod/{pod}/{container}"));
        }
    }
    let stem = file.strip_suffix(".log")?;
    if let Some(id) = stem.strip_suffix("-json") {
        let is_id = id.len() >= 6 && id.bytes().all(|b| b.is_ascii_hexdigit());
        let named_alike = path.contains(&format!("{id}/{id}-json"));
        return (!id.is_empty() && (is_id || named_alike))
            .then(|| format!("container/{}", if id.len() == 64 && is_id { &id[..12] } else { id }));
    }
    let (pod, rest) = stem.split_once('_')?;
    let (_namespace, container) = rest.split_once('_')?;
    let (container, id) = container.rsplit_once('-')?;
    let is_id = id.len() >= 12 && id.bytes().all(|b| b.is_ascii_hexdigit());
    (is_id && !pod.is_empty() && !container.is_empty()).then(|| format!("pod/{pod}/{container}"))
}

/// The pod in `NS_POD_UID`: none of the three holds an underscore.
fn pod_of_directory(directory: &str) -> Option<&str> {
    let mut parts = directory.split('_');
    let (namespace, pod, uid) = (parts.next()?, parts.next()?, parts.next()?);
    let is_uid = uid.len() >= 8 && uid.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    (parts.next().is_none() && !namespace.is_empty() && !pod.is_empty() && is_uid).then_some(pod)
}

/// What rotation and compression did to a name.
#[derive(Default)]
struct Rotation {
    /// Digits of the date, as many as are printed, padded to `YYYYMMDDHHMMSS`.
    date: Option<u64>,
    /// `.1`, `.2` …
    number: Option<u64>,
}

/// A place in a rotated set; sorts oldest first.
///
/// Dated files come first, by date and then by rising index; numbered ones after them,
/// the highest number first; the file that is still written last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RotationRank {
    class: u8,
    date: u64,
    index: i64,
}

/// A file's name without the suffixes of rotation and compression: `app.log` for
/// `app.log.2.gz`, `app.log-20260423`, `app-2026-04-23.log`, `app.2026-04-23.0.log`.
/// Takes the last part of a path, or a whole one.
pub fn strip_rotation(name: &str) -> Cow<'_, str> {
    split(name).0
}

/// The place of a file among those that [`strip_rotation`] gives the same name.
pub fn rotation_rank(name: &str) -> RotationRank {
    let rotation = split(name).1;
    let index = rotation.number.and_then(|n| i64::try_from(n).ok()).unwrap_or(0);
    match (rotation.date, rotation.number) {
        (Some(date), _) => RotationRank { class: 0, date, index },
        (None, Some(_)) => RotationRank { class: 1, date: 0, index: -index },
        (None, None) => RotationRank { class: 2, date: 0, index: 0 },
    }
}

fn split(name: &str) -> (Cow<'_, str>, Rotation) {
    const COMPRESSED: [&str; 12] =
        [".tar.gz", ".tgz", ".gz", ".zst", ".zstd", ".bz2", ".xz", ".lz4", ".Z", ".zip", ".tmp", ".lzma"];
    let mut rotation = Rotation::default();
    let mut rest = name;
    while let Some(shorter) = COMPRESSED.iter().find_map(|end| strip_end(rest, end)) {
        rest = shorter;
    }
    let (directory, file) = rest.rfind(['/', '\\']).map_or(("", rest), |at| rest.split_at(at + 1));
    if let Some(seconds) = tai_seconds(file) {
        rotation.date = Some(seconds);
        return (Cow::Owned(format!("{directory}current")), rotation);
    }
    loop {
        if rotation.number.is_none()
            && let Some((shorter, number)) = strip_number(rest)
        {
            rotation.number = Some(number);
            rest = shorter;
        } else if rotation.date.is_none()
            && let Some((shorter, date)) = strip_date(rest)
        {
            rotation.date = Some(date);
            rest = shorter;
        } else if rotation.number.is_none()
            && rotation.date.is_none()
            && let Some(shorter) = strip_end(rest, ".old")
        {
            rotation.number = Some(1);
            rest = shorter;
        } else {
            break;
        }
    }
    // log4j and winston put the date before the extension.
    if rotation.date.is_none()
        && let Some((stem, extension)) = rest.rsplit_once('.')
        && matches!(extension, "log" | "txt" | "out" | "err" | "json" | "ndjson" | "jsonl")
    {
        let (before_index, index) = match strip_number(stem).or_else(|| strip_dashed_number(stem)) {
            Some((shorter, index)) => (shorter, Some(index)),
            None => (stem, None),
        };
        let dated =
            strip_date(stem).map(|found| (found, None)).or_else(|| Some((strip_date(before_index)?, index)));
        if let Some(((base, date), index)) = dated {
            rotation.date = Some(date);
            rotation.number = index.or(rotation.number);
            return (Cow::Owned(format!("{base}.{extension}")), rotation);
        }
    }
    (Cow::Borrowed(rest), rotation)
}

/// The name without this ending, if something is left before it.
fn strip_end<'n>(name: &'n str, end: &str) -> Option<&'n str> {
    name.strip_suffix(end).filter(|rest| !rest.is_empty() && !rest.ends_with(['/', '\\']))
}

/// `.12`: up to three digits, for `redis.6379` is a port.
fn strip_number(name: &str) -> Option<(&str, u64)> {
    strip_index(name, '.')
}

/// `-12`, as log4j may print an index after the date.
fn strip_dashed_number(name: &str) -> Option<(&str, u64)> {
    strip_index(name, '-')
}

fn strip_index(name: &str, between: char) -> Option<(&str, u64)> {
    let (base, digits) = name.rsplit_once(between)?;
    let is_number = (1..=3).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    (is_number && !base.is_empty() && !base.ends_with(['/', '\\']))
        .then(|| Some((base, digits.parse().ok()?)))?
}

/// `-20260423`, `-2026042310`, `.2026-04-23`, `.20260423-101530`, `_2026-04-23_10`, `-1776939330`.
fn strip_date(name: &str) -> Option<(&str, u64)> {
    // The longest ending of digits and dashes that reads as a date.
    let bytes = name.as_bytes();
    let tail = bytes.iter().rev().take(24).take_while(|b| b.is_ascii_digit() || b"-_.T:".contains(b)).count();
    let from = bytes.len() - tail;
    (from..bytes.len()).find_map(|at| {
        if !b"-_.".contains(&bytes[at]) || at == 0 || matches!(bytes[at - 1], b'/' | b'\\') {
            return None;
        }
        // A date does not begin in the middle of one.
        let date = date_number(&bytes[at + 1..])?;
        Some((&name[..at], date))
    })
}

/// `20260423`, `2026-04-23`, `2026-04-23-10`, `20260423-101530`, or seconds, as one number.
fn date_number(text: &[u8]) -> Option<u64> {
    if !text.first()?.is_ascii_digit() || !text.last()?.is_ascii_digit() {
        return None;
    }
    let mut digits: Vec<u8> = text.iter().copied().filter(u8::is_ascii_digit).collect();
    let number = |part: &[u8]| part.iter().fold(0u64, |n, b| n * 10 + u64::from(b - b'0'));
    let run = digit_run(text, 0);
    let is_seconds =
        run == 10 && digits.len() == 10 && (1_000_000_000..2_200_000_000).contains(&number(&digits));
    let (year, month, day) = (
        number(digits.get(..4)?),
        number(digits.get(4..6).unwrap_or(b"99")),
        number(digits.get(6..8).unwrap_or(b"01")),
    );
    let is_date = (1990..2100).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && matches!(run, 4 | 8 | 10 | 12 | 14)
        && (run != 4 || matches!(text.get(4), Some(b'-' | b'_' | b'.')))
        && (6..=14).contains(&digits.len())
        && digits.len().is_multiple_of(2);
    if is_date {
        digits.resize(14, b'0');
        return Some(number(&digits));
    }
    is_seconds.then(|| number(&digits))
}

/// svlogd and s6 name a rotated file by its TAI64N label, `@400000006…`.
fn tai_seconds(file: &str) -> Option<u64> {
    let label = file.strip_prefix('@')?.split('.').next()?;
    let seconds = label.get(..16).filter(|_| label.len() == 24)?;
    u64::from_str_radix(seconds, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_name_a_reporter() {
        let id = "4f1d8c2b7a9e4f1d8c2b7a9e4f1d8c2b7a9e4f1d8c2b7a9e4f1d8c2b7a9e4f1d";
        let rows = [
            (
                "/var/log/pods/shop_web-abc_0d1e2f3a-1111-2222-3333-444455556666/web/0.log".to_owned(),
                Some("pod/web-abc/web"),
            ),
            (
                "pods/shop_web-abc_0d1e2f3a11112222/web/3.log.20260423-101530.gz".to_owned(),
                Some("pod/web-abc/web"),
            ),
            (format!("/var/log/containers/web-abc_shop_web-side-{id}.log"), Some("pod/web-abc/web-side")),
            (format!("/var/lib/docker/containers/{id}/{id}-json.log"), Some("container/4f1d8c2b7a9e")),
            (format!("{id}-json.log.1"), Some("container/4f1d8c2b7a9e")),
            ("abc123/abc123-json.log".to_owned(), Some("container/abc123")),
            ("/var/log/app.log".to_owned(), None),
            ("my_app_worker-1.log".to_owned(), None),
            ("cart-json.log".to_owned(), None),
            ("a/b/0.log".to_owned(), None),
            (String::new(), None),
        ];
        for (path, expected) in rows {
            assert_eq!(source_identity(&path).as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn names_without_their_rotation() {
        let rows = [
            ("app.log", "app.log"),
            ("app.log.1", "app.log"),
            ("app.log.2.gz", "app.log"),
            ("app.log.gz", "app.log"),
            ("app.log-20260423", "app.log"),
            ("app.log-20260423.gz", "app.log"),
            ("app.log-2026042310.zst", "app.log"),
            ("app-2026-04-23.log.gz", "app.log"),
            ("app.2026-04-23.0.log", "app.log"),
            ("app-2026-04-23-1.log", "app.log"),
            ("app.log.2026-04-23", "app.log"),
            ("app-2026-04-23.log.1", "app.log"),
            ("0.log", "0.log"),
            ("0.log.20260423-101530", "0.log"),
            ("0.log.20260423-101530.gz", "0.log"),
            ("0.log.20260423-101530.tmp", "0.log"),
            ("app.log.2026-04-23_10", "app.log"),
            ("app.log.old", "app.log"),
            ("syslog.1", "syslog"),
            ("app.log.1.xz", "app.log"),
            ("redis.6379.log", "redis.6379.log"),
            ("worker.1.log", "worker.1.log"),
            ("web-1.log", "web-1.log"),
            ("@400000006ac5c1c72f34a5b8.s", "current"),
            ("current", "current"),
            ("dir/app.log.3", "dir/app.log"),
            ("1.gz", "1"),
            (".gz", ".gz"),
            ("app-json.log.1", "app-json.log"),
            ("app_20260423.log", "app.log"),
            ("20260423.log", "20260423.log"),
            ("app.log-1776939330", "app.log"),
            ("app.10.0.0.1.log", "app.10.0.0.1.log"),
        ];
        for (name, expected) in rows {
            assert_eq!(strip_rotation(name), expected, "{name}");
        }
    }

    #[test]
    fn rotated_sets_sort_oldest_first() {
        let sets: [&[&str]; 6] = [
            &["app.log.10", "app.log.2.gz", "app.log.1", "app.log"],
            &["app.log-20260421.gz", "app.log-20260422", "app.log-2026042310", "app.log"],
            &[
                "app.2026-04-22.0.log",
                "app.2026-04-22.1.log",
                "app.2026-04-22.10.log",
                "app.2026-04-23.0.log",
                "app.log",
            ],
            &["0.log.20260423-091530.gz", "0.log.20260423-101530", "0.log"],
            &["@400000006ac5c1c72f34a5b8.s", "@400000006ac5c1c82f34a5b8.s", "current"],
            &["app.log.old", "app.log"],
        ];
        for set in sets {
            let mut sorted = set.to_vec();
            sorted.reverse();
            sorted.sort_by_key(|name| rotation_rank(name));
            assert_eq!(sorted, set);
        }
    }
}
