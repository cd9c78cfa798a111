//! One hit as one JSON line: `--format hits`.

use super::escape::json;
use crate::model::{Client, EndpointRef, Signal, Slot, Stamp};
use std::io::Write;

/// A hit ready to be printed; field by field what docs/formats.md tells.
#[derive(Clone, Copy, Debug)]
pub struct HitLine<'a> {
    /// Path as given or walked to; `-` for standard input.
    pub source: &'a str,
    /// Line number from 1, of the decompressed input.
    pub line: u64,
    /// The signal.
    pub signal: Signal,
    /// The slot, where the line says.
    pub slot: Option<Slot>,
    /// The target, where the line says.
    pub target: Option<EndpointRef<'a>>,
    /// The client, where the line or its record proves it.
    pub client: Option<Client>,
    /// Who logged it.
    pub reporter: Option<&'a str>,
    /// When, in the zone that the log prints.
    pub time: Option<Stamp>,
    /// Id of the rule that matched.
    pub rule: &'a str,
    /// Whether this hit is counted, or repeats an event of its record.
    pub event: bool,
    /// How often a `message repeated n times` says that it happened, else 1.
    pub repeats: u64,
}

impl HitLine<'_> {
    /// Appends the JSON object and a newline. The field order is fixed.
    pub fn write_to(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"source\":");
        json(self.source, out);
        number(out, ",\"line\":", Some(self.line));
        out.extend_from_slice(b",\"signal\":\"");
        out.extend_from_slice(self.signal.id().as_bytes());
        out.push(b'"');
        number(out, ",\"slot\":", self.slot.map(|slot| u64::from(slot.get())));
        text(out, ",\"host\":", self.target.map(|target| target.host));
        number(out, ",\"port\":", self.target.and_then(|target| target.port).map(u64::from));
        text(out, ",\"client\":", self.client.map(Client::id));
        text(out, ",\"reporter\":", self.reporter);
        out.extend_from_slice(b",\"time\":");
        match self.time {
            // Writing into a vector cannot fail.
            Some(time) => drop(write!(out, "\"{time}\"")),
            None => out.extend_from_slice(b"null"),
        }
        text(out, ",\"rule\":", Some(self.rule));
        out.extend_from_slice(if self.event { b",\"event\":true" } else { b",\"event\":false" });
        number(out, ",\"repeats\":", Some(self.repeats));
        out.extend_from_slice(b"}\n");
    }
}

fn text(out: &mut Vec<u8>, key: &str, value: Option<&str>) {
    out.extend_from_slice(key.as_bytes());
    match value {
        Some(value) => json(value, out),
        None => out.extend_from_slice(b"null"),
    }
}

/// Decimal digits without the formatting machinery: this runs once per hit.
fn number(out: &mut Vec<u8>, key: &str, value: Option<u64>) {
    out.extend_from_slice(key.as_bytes());
    let Some(mut value) = value else { return out.extend_from_slice(b"null") };
    let mut digits = [0; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + u8::try_from(value % 10).unwrap_or(0);
        value /= 10;
        if value == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Moment;
    use proptest::prelude::*;

    fn printed(hit: &HitLine<'_>) -> String {
        let mut out = Vec::new();
        hit.write_to(&mut out);
        String::from_utf8(out).unwrap()
    }

    const FULL: HitLine<'_> = HitLine {
        source: "app.log",
        line: 17,
        signal: Signal::Moved,
        slot: Slot::new(7638),
        target: Some(EndpointRef { host: "127.0.0.1", port: Some(7001) }),
        client: Some(Client::RedisPy),
        reporter: Some("pod/web-abc/web"),
        time: Some(Stamp { moment: Moment::universal(1_776_939_330_123), offset_minutes: 0 }),
        rule: "database/redis-cluster-moved",
        event: true,
        repeats: 1,
    };

    #[test]
    fn prints_the_contract_line() {
        assert_eq!(
            printed(&FULL),
            concat!(
                r#"{"source":"app.log","line":17,"signal":"moved","slot":7638,"host":"127.0.0.1","port":7001,"#,
                r#""client":"redis-py","reporter":"pod/web-abc/web","time":"2026-04-23T10:15:30.123Z","#,
                r#""rule":"database/redis-cluster-moved","event":true,"repeats":1}"#,
                "\n"
            )
        );
        let bare = HitLine {
            slot: None,
            target: None,
            client: None,
            reporter: None,
            time: None,
            event: false,
            ..FULL
        };
        assert!(printed(&bare).contains(
            r#""slot":null,"host":null,"port":null,"client":null,"reporter":null,"time":null,"rule":"database/redis-cluster-moved","event":false"#
        ));
    }

    proptest! {
        #[test]
        fn any_text_reads_back(source in any::<String>(), host in any::<String>(), line: u64, repeats: u64) {
            let target = Some(EndpointRef { host: &host, port: None });
            let line = printed(&HitLine { source: &source, line, repeats, target, ..FULL });
            prop_assert_eq!(line.matches('\n').count(), 1);
            let read: serde_json::Value = serde_json::from_str(&line).unwrap();
            prop_assert_eq!(read["source"].as_str(), Some(source.as_str()));
            prop_assert_eq!(read["host"].as_str(), Some(host.as_str()));
            prop_assert_eq!(read["repeats"].as_u64(), Some(repeats));
            prop_assert!(read["port"].is_null());
        }
    }
}
