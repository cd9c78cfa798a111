//! Credentials leave a text before it is stored or printed.
//!
//! What counts: user information in URLs, arguments of `AUTH` (also inside `HELLO`,
//! as quoted words, in RESP, as a client's `args`), passwords in directives, options
//! and assignments, `Authorization` headers. A password that nothing marks as one
//! cannot be seen. Prose after the word "auth" is left alone where it is recognised,
//! and a redirection (`MOVED 1234 h:p`, `1234 h:p`) is never touched.

use super::{EndpointRef, Slot};
use aho_corasick::AhoCorasick;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

/// What stands where a credential was.
const MASK: &[u8] = b"***";

/// Every credential is marked by one of these; text without any is not looked at
/// again. Ten short ASCII needles build always, so a failure to build would only turn
/// the prefilter off, never the program.
static MARKS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let needles =
        ["://", "%3a%2f%2f", "auth", "pass", "pwd", "secret", "token", "bearer", "key", "setuser", " -a "];
    AhoCorasick::builder().ascii_case_insensitive(true).build(needles).ok()
});

/// The text with every credential replaced by `***`; borrowed when there is none.
///
/// Takes time linear in the text, changes nothing else, and changes nothing when
/// applied again.
pub fn redact(text: &[u8]) -> Cow<'_, [u8]> {
    let Some(marks) = MARKS.as_ref() else { return Cow::Borrowed(text) };
    let mut search = Search { text, done: 0, found: Vec::new(), token: 0..0, last_at: None };
    for mark in marks.find_iter(text) {
        if mark.start() >= search.done {
            search.look_at(mark.range());
        }
    }
    if search.found.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    let mut kept = 0;
    for span in search.found {
        out.extend_from_slice(&text[kept..span.start]);
        out.extend_from_slice(MASK);
        kept = span.end;
    }
    out.extend_from_slice(&text[kept..]);
    Cow::Owned(out)
}

/// What an identifier says about the words after it.
enum Meaning {
    /// `AUTH [user] password`.
    Command,
    /// `requirepass password`: up to this many words.
    Directive(usize),
    /// `password=…`; with `loose`, also after a colon that follows a bare word.
    Assignment { loose: bool },
    /// `Authorization: Bearer …`.
    Header,
    /// `Bearer …` on its own.
    Bearer,
    /// Nothing.
    Plain,
}

struct Search<'t> {
    text: &'t [u8],
    /// Everything before this is decided.
    done: usize,
    /// Credentials, in order, without overlap.
    found: Vec<Range<usize>>,
    /// The last blank-free run that was looked up, so that many URLs in one run do
    /// not each walk it to its end.
    token: Range<usize>,
    /// Last `@` of `token`.
    last_at: Option<usize>,
}

impl Search<'_> {
    fn look_at(&mut self, mark: Range<usize>) {
        let needle = &self.text[mark.clone()];
        if needle == b"://" {
            return self.url(mark.end);
        }
        if needle[0] == b'%' {
            return self.encoded_url(mark.end);
        }
        if needle.eq_ignore_ascii_case(b" -a ") {
            return self.cli_password(mark);
        }
        let word = self.word_around(mark);
        self.done = word.end;
        let name: Vec<u8> = self.text[word.clone()].to_ascii_lowercase();
        let option = name.starts_with(b"-");
        match meaning(&name) {
            Meaning::Command => self.command(&word),
            Meaning::Directive(words) => self.words(word.end, words),
            Meaning::Assignment { loose } => self.assignment(word.end, loose, option),
            Meaning::Header => self.header(word.end),
            Meaning::Bearer => self.bearer(word.end),
            Meaning::Plain if name.ends_with(b"setuser") => self.acl_rules(word.end),
            Meaning::Plain => {}
        }
    }

    /// The identifier that the mark is part of; looked for within 64 bytes.
    fn word_around(&self, mark: Range<usize>) -> Range<usize> {
        let in_word = |b: &u8| b.is_ascii_alphanumeric() || b"_-.".contains(b);
        let back = self.text[self.done..mark.start].iter().rev().take(64).take_while(|b| in_word(b)).count();
        let on = self.text[mark.end..].iter().take(64).take_while(|b| in_word(b)).count();
        let start = mark.start - back;
        // In `\nAUTH` the letter belongs to the escape.
        let escape =
            back > 0 && start > 0 && self.text[start - 1] == b'\\' && b"nrt".contains(&self.text[start]);
        start + usize::from(escape)..mark.end + on
    }

    fn mask(&mut self, mut span: Range<usize>) {
        self.done = self.done.max(span.end);
        let value = &self.text[span.clone()];
        let rest = &self.text[span.end..];
        if rest.len() > 1 && rest[0] == b' ' && rest[1].is_ascii_digit() {
            // A redirection's first word may be glued to the value.
            let kept = [&b"MOVED"[..], b"ASK"].into_iter().find(|kind| value.ends_with(kind));
            span.end -= kept.map_or(0, <[u8]>::len);
        }
        if !span.is_empty() {
            self.found.push(span);
        }
    }

    fn at(&self, position: usize) -> u8 {
        self.text.get(position).copied().unwrap_or(0)
    }

    fn skip(&self, from: usize, set: &[u8]) -> usize {
        from + self.text[from..].iter().take_while(|b| set.contains(b)).count()
    }

    /// `scheme://user:password@host`: everything between the first colon and the last
    /// `@` of the authority (RFC 3986, section 3.2.1), or all of it when it has no
    /// colon and the scheme is one where a lone word may be a secret.
    fn url(&mut self, start: usize) {
        let authority = self.until(start, b"/?#");
        let at = self.text[start..authority].iter().rposition(|&b| b == b'@').map(|n| start + n);
        let colon = self.text[start..authority].iter().position(|&b| b == b':').map(|n| start + n);
        let at = at.or_else(|| {
            // An unencoded `/`, `?` or `#` in the password: what follows the colon is
            // no port then, and an `@` comes later in the same run.
            let after = &self.text[colon? + 1..authority];
            let port = !after.is_empty() && after.iter().all(u8::is_ascii_digit);
            (!port).then(|| self.last_at_of_token(start)).flatten()
        });
        let Some(at) = at else { return };
        match colon.filter(|&colon| colon < at) {
            Some(colon) => self.mask(colon + 1..at),
            None if self.lone_user_is_secret(start) => self.mask(start..at),
            None => {}
        }
    }

    fn lone_user_is_secret(&self, start: usize) -> bool {
        let head = &self.text[start.saturating_sub(10)..start - 3];
        let schemes: [&[u8]; 6] = [b"redis", b"rediss", b"valkey", b"valkeys", b"http", b"https"];
        schemes.iter().any(|s| head.len() >= s.len() && head[head.len() - s.len()..].eq_ignore_ascii_case(s))
    }

    /// The same, percent-encoded as one value of another URL.
    fn encoded_url(&mut self, start: usize) {
        let end = self.until(start, b"&");
        let part = &self.text[start..end];
        let find = |needle: &[u8]| part.windows(3).position(|w| w.eq_ignore_ascii_case(needle));
        let at = part.windows(3).rposition(|w| w == b"%40");
        self.done = end;
        match (find(b"%3A"), at) {
            (Some(colon), Some(at)) if colon < at => self.mask(start + colon + 3..start + at),
            (_, Some(at)) => self.mask(start..start + at),
            _ => {}
        }
    }

    /// Where the run that starts here ends: at a blank, a quote, a bracket of markup,
    /// a control byte, a backslash, or one of `more`.
    fn until(&self, start: usize, more: &[u8]) -> usize {
        let ends = |b: &u8| b.is_ascii_control() || b" \"'`<>\\".contains(b) || more.contains(b);
        start + self.text[start..].iter().take_while(|b| !ends(b)).count()
    }

    fn last_at_of_token(&mut self, start: usize) -> Option<usize> {
        if !self.token.contains(&start) {
            self.token = start..self.until(start, b"");
            let token = &self.text[self.token.clone()];
            self.last_at = token.iter().rposition(|&b| b == b'@').map(|n| start + n);
        }
        self.last_at.filter(|&at| at >= start)
    }

    /// `redis-cli -a password`, when the command is named before it.
    fn cli_password(&mut self, mark: Range<usize>) {
        let before = &self.text[mark.start.saturating_sub(256)..mark.start];
        if memchr::memmem::find(before, b"-cli").is_some() {
            self.words(mark.end - 1, 1);
        }
    }

    /// `AUTH` in its many spellings.
    fn command(&mut self, word: &Range<usize>) {
        let end = word.end;
        if let Some(quote) = self.quote_at(end) {
            let after = end + quote.len();
            let next = self.skip(after, b" ");
            if self.at(next) == b':' || self.text[next..].starts_with(b"=>") {
                return self.assignment(end, false, false);
            }
            if self.args_after(after) || self.args_before(word.start) {
                return;
            }
            return self.quoted_list(after, 2);
        }
        if self.resp(end) {
            return;
        }
        match self.at(end) {
            b'(' => self.quoted_list(end + 1, 2),
            b'=' => self.assignment(end, false, false),
            b' ' | b'\t' if self.is_command_word(word) => self.words(end, 2),
            _ => {}
        }
    }

    /// In capitals it is the command. In small letters it is prose more often, so it
    /// must open its text or quotation, and only one or two words may follow.
    fn is_command_word(&self, word: &Range<usize>) -> bool {
        if self.text[word.start..word.end].starts_with(b"AUTH") {
            return true;
        }
        let blanks = self.text[..word.start].iter().rev().take(8).take_while(|&&b| b == b' ').count();
        let opener = word.start.checked_sub(blanks + 1).map(|n| self.text[n]);
        if opener.is_some_and(|b| !b"[({:>\"'`=,|\n".contains(&b)) {
            return false;
        }
        let mut at = word.end;
        for _ in 0..2 {
            at = self.skip(at, b" \t");
            at = self.until(at, b"]),;");
            if at >= self.text.len() || b"\"'`]),;\\\n".contains(&self.at(at)) || self.at(at - 1) == b':' {
                return true;
            }
        }
        false
    }

    /// Up to `limit` words that follow as words.
    fn words(&mut self, from: usize, limit: usize) {
        let mut at = from;
        for _ in 0..limit {
            let start = self.skip(at, b" \t=:\"'`(");
            if start == at || is_redirection(&self.text[start..]) {
                return;
            }
            let end = self.until(start, b"");
            let trimmed = self.text[start..end].iter().rev().take_while(|b| b"]),;:}".contains(b)).count();
            let end = end - trimmed;
            if start >= end || is_prose(&self.text[start..end]) {
                return;
            }
            self.mask(start..end);
            at = end;
            // A closing quote ends that word, not the list; any other mark ends it.
            if b"\"'`".contains(&self.at(at)) {
                at += 1;
            }
            if trimmed > 0 {
                return;
            }
        }
    }

    /// The quotation mark here: bare or, inside a JSON string, with a backslash.
    fn quote_at(&self, position: usize) -> Option<&'static [u8]> {
        let rest = self.text.get(position..)?;
        let quotes: [&'static [u8]; 5] = [b"\"", b"'", b"`", b"\\\"", b"\\'"];
        quotes.into_iter().find(|q| rest.starts_with(q))
    }

    /// Reads a quotation that opens here; gives its inside and where it ends.
    fn quotation(&self, open: usize) -> Option<(Range<usize>, usize)> {
        let quote = self.quote_at(open)?;
        let start = open + quote.len();
        let mut at = start;
        while at < self.text.len() {
            if self.text[at..].starts_with(quote) {
                return Some((start..at, at + quote.len()));
            }
            at += if self.text[at] == b'\\' { 2 } else { 1 };
        }
        None
    }

    /// Up to `limit` quotations, set apart by blanks and commas.
    fn quoted_list(&mut self, from: usize, limit: usize) {
        let mut at = from;
        for _ in 0..limit {
            at = self.skip(at, b" \t,[");
            let Some((inside, end)) = self.quotation(at) else { return };
            self.mask_value(inside);
            at = end;
        }
    }

    /// `name: 'auth', args: [ 'secret' ]`, the way client libraries print a command.
    fn args_after(&mut self, from: usize) -> bool {
        let window = from..self.text.len().min(from + 24);
        let Some(args) = memchr::memmem::find(&self.text[window], b"args") else { return false };
        let from = self.skip(from + args + 4, b"\\\"' :=>");
        if self.at(from) == b'[' {
            self.quoted_list(from + 1, 3);
            return true;
        }
        false
    }

    /// The same with the arguments first: `"args":["secret"],"name":"auth"`.
    fn args_before(&mut self, auth: usize) -> bool {
        let decided = self.found.last().map_or(0, |span| span.end);
        let from = auth.saturating_sub(256).max(decided);
        let Some(window) = self.text.get(from..auth) else { return false };
        let Some(close) = window.iter().rposition(|&b| b == b']') else { return false };
        let between = &window[close..];
        if between.len() > 24 || memchr::memmem::find(between, b"name").is_none() {
            return false;
        }
        let Some(open) = memchr::memmem::rfind(&window[..close], b"args") else { return false };
        let list = self.skip(from + open + 4, b"\\\"' :=>");
        if self.at(list) != b'[' {
            return false;
        }
        self.quoted_list(list + 1, 3);
        true
    }

    /// `AUTH\r\n$6\r\nsecret\r\n`, as bytes or as escapes.
    fn resp(&mut self, from: usize) -> bool {
        let ends: [&[u8]; 2] = [b"\r\n", b"\\r\\n"];
        let Some(end) = ends.into_iter().find(|e| self.text[from..].starts_with(e)) else { return false };
        let mut at = from;
        for _ in 0..2 {
            at += end.len();
            if self.at(at) != b'$' {
                break;
            }
            at = self.skip(at + 1, b"0123456789");
            if !self.text[at..].starts_with(end) {
                break;
            }
            let start = at + end.len();
            let len = memchr::memmem::find(&self.text[start..], end).unwrap_or(self.text.len() - start);
            self.mask(start..start + len);
            at = start + len;
            if !self.text[at..].starts_with(end) {
                break;
            }
        }
        true
    }

    /// `password=x`, `"password": "x"`, `'password' => 'x'`, `--pass x`.
    fn assignment(&mut self, from: usize, loose: bool, option: bool) {
        let quoted_key = self.quote_at(from).map_or(0, <[u8]>::len);
        let at = self.skip(from + quoted_key, b" \t");
        let (value, colon) = match self.at(at) {
            b'=' if self.at(at + 1) == b'>' => (at + 2, false),
            b'=' => (at + 1, false),
            b':' => (at + 1, true),
            _ if option && at > from => (at, false),
            _ => return,
        };
        if colon && quoted_key == 0 && !loose {
            return;
        }
        let value = self.skip(value, b" \t");
        if let Some((inside, _)) = self.quotation(value) {
            return self.mask_value(inside);
        }
        let end = self.until(value, b",;&)]}");
        let word = &self.text[value..end];
        let nothing: [&[u8]; 8] =
            [b"null", b"nil", b"none", b"None", b"undefined", b"true", b"false", b"(null"];
        // After a bare `password: ` prose may follow, as in "wrong password: access denied".
        let prose = colon && quoted_key == 0 && is_prose(word);
        if !nothing.contains(&word) && !prose && !is_redirection(&self.text[value..]) {
            self.mask(value..end);
        }
    }

    /// Masks a quoted value, unless it is empty or tells of a redirection.
    fn mask_value(&mut self, inside: Range<usize>) {
        let text = &self.text[inside.clone()];
        let redirection = |needle: &[u8]| {
            memchr::memmem::find(text, needle)
                .is_some_and(|n| text.get(n + needle.len()).is_some_and(u8::is_ascii_digit))
        };
        if is_redirection(text) || redirection(b"MOVED ") || redirection(b"ASK ") {
            self.done = self.done.max(inside.end);
        } else {
            self.mask(inside);
        }
    }

    /// `Authorization: Bearer abc`, `"authorization":"Basic abc"`.
    fn header(&mut self, from: usize) {
        let at = self.skip(from, b" \t\\\"'");
        if self.at(at) != b':' && self.at(at) != b'=' {
            return;
        }
        let start = self.skip(at + 1, b" \t\\\"'[>");
        let end = self.until(start, b",");
        // The scheme stays, its credentials go; without a scheme everything goes.
        if self.at(end) == b' ' && self.text[start..end].iter().all(u8::is_ascii_alphabetic) && end > start {
            let value = self.skip(end, b" ");
            let stop = self.until(value, b",");
            if value < stop && !is_redirection(&self.text[value..]) {
                self.mask(value..stop);
            }
        } else if !is_redirection(&self.text[start..]) {
            self.mask(start..end);
        }
    }

    fn bearer(&mut self, from: usize) {
        let start = self.skip(from, b" ");
        let end = self.until(start, b",");
        // Shorter words are prose ("bearer token").
        let masked = self.text[start..end].starts_with(MASK);
        if start > from && (end - start >= 12 || masked) && !is_redirection(&self.text[start..]) {
            self.mask(start..end);
        }
    }

    /// `ACL SETUSER bob on >secret <old #hash ~* +@all`.
    fn acl_rules(&mut self, from: usize) {
        let mut at = from;
        while at < self.text.len() && self.text[at] != b'\n' {
            at = self.skip(at, b" \t\"',\\");
            let rule = self.at(at);
            let start = if b"><#".contains(&rule) { at + 1 } else { at };
            let ends = |b: &u8| b.is_ascii_control() || b" \"'`\\,".contains(b);
            let end = start + self.text[start..].iter().take_while(|b| !ends(b)).count();
            if start > at {
                self.mask(start..end);
            }
            at = end.max(at + 1);
        }
    }
}

/// What a lower-case identifier announces.
fn meaning(name: &[u8]) -> Meaning {
    let bare: Vec<u8> = name.iter().copied().filter(|b| !b"_-".contains(b)).collect();
    let last = bare.rsplit(|&b| b == b'.').find(|part| !part.is_empty()).unwrap_or(&bare);
    let ends = |ends: &[&[u8]]| ends.iter().any(|e| last.ends_with(e));
    match last {
        b"auth" | b"auth2" if !name.starts_with(b"-") && !name.contains(&b'-') => Meaning::Command,
        b"requirepass" | b"masterauth" | b"primaryauth" => Meaning::Directive(1),
        b"tlskeyfilepass" | b"tlsclientkeyfilepass" => Meaning::Directive(1),
        // `sentinel auth-pass <master> <password>`; `SENTINEL SET m auth-pass <password>`.
        b"authpass" if name.contains(&b'-') => Meaning::Directive(2),
        b"bearer" => Meaning::Bearer,
        b"rediscliauth" => Meaning::Assignment { loose: false },
        b"pass" => Meaning::Assignment { loose: false },
        _ if ends(&[b"authorization"]) => Meaning::Header,
        _ if ends(&[b"password", b"passwd", b"passphrase"]) => Meaning::Assignment { loose: true },
        _ if ends(&[b"pwd", b"secret", b"token", b"apikey", b"accesskey", b"secretkey", b"privatekey"]) => {
            Meaning::Assignment { loose: false }
        }
        _ if ends(&[b"pass"]) && (name.ends_with(b"_pass") || name.ends_with(b"-pass")) => {
            Meaning::Assignment { loose: false }
        }
        _ => Meaning::Plain,
    }
}

/// Whether a redirection, with or without its kind, begins here.
fn is_redirection(text: &[u8]) -> bool {
    let text = ["MOVED", "ASK"].iter().fold(text, |t, kind| t.strip_prefix(kind.as_bytes()).unwrap_or(t));
    let text = text.trim_ascii_start();
    let digits = text.iter().take(6).take_while(|b| b.is_ascii_digit()).count();
    Slot::parse(&text[..digits]).is_some()
        && text.get(digits) == Some(&b' ')
        && EndpointRef::parse_prefix(&text[digits + 1..]).is_some()
}

/// Whether this word goes on a sentence instead of being a password.
fn is_prose(word: &[u8]) -> bool {
    const WORDS: &[&[u8]] = &[
        b"a",
        b"access",
        b"after",
        b"an",
        b"and",
        b"as",
        b"at",
        b"authentication",
        b"before",
        b"but",
        b"by",
        b"call",
        b"called",
        b"command",
        b"commands",
        b"denied",
        b"disabled",
        b"does",
        b"enabled",
        b"err",
        b"error",
        b"errors",
        b"failed",
        b"failure",
        b"for",
        b"from",
        b"had",
        b"has",
        b"if",
        b"in",
        b"incorrect",
        b"invalid",
        b"is",
        b"loading",
        b"mechanism",
        b"method",
        b"mismatch",
        b"missing",
        b"mode",
        b"moved",
        b"needed",
        b"no",
        b"noauth",
        b"noperm",
        b"not",
        b"of",
        b"ok",
        b"on",
        b"or",
        b"readonly",
        b"rejected",
        b"request",
        b"required",
        b"requires",
        b"response",
        b"returned",
        b"sent",
        b"string",
        b"succeeded",
        b"success",
        b"successful",
        b"successfully",
        b"the",
        b"to",
        b"type",
        b"using",
        b"via",
        b"was",
        b"with",
        b"without",
        b"wrong",
        b"wrongpass",
        b"ask",
        b"tryagain",
        b"clusterdown",
        b"set",
        b"option",
    ];
    // A placeholder such as `<password>` and a lone sign are no secrets either.
    word.first() == Some(&b'<')
        || !word.iter().any(|b| b.is_ascii_alphanumeric() || !b.is_ascii() || *b == b'*')
        || WORDS.iter().any(|w| word.eq_ignore_ascii_case(w))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn redacted(text: &str) -> String {
        String::from_utf8_lossy(&redact(text.as_bytes())).into_owned()
    }

    #[test]
    fn credentials_go() {
        let cases = [
            ("redis://user:secret@h:6379/0", "redis://user:***@h:6379/0"),
            ("rediss://:p%40ss@h", "rediss://:***@h"),
            ("valkeys://u:p@ss@h:1", "valkeys://u:***@h:1"),
            ("redis://secret@h:1", "redis://***@h:1"),
            ("redis://u:p/w#x@h:1 failed", "redis://u:***@h:1 failed"),
            ("unix://u:secret@/run/redis.sock", "unix://u:***@/run/redis.sock"),
            ("http://bob:secret@proxy:3128/?x=1", "http://bob:***@proxy:3128/?x=1"),
            ("redis://a:s1@h1,redis://b:s2@h2", "redis://a:***@h1,redis://b:***@h2"),
            ("url=redis%3A%2F%2Fu%3Asecret%40h%3A1&x=1", "url=redis%3A%2F%2Fu%3A***%40h%3A1&x=1"),
            ("AUTH secret", "AUTH ***"),
            ("> AUTH bob secret", "> AUTH *** ***"),
            ("HELLO 3 AUTH bob secret SETNAME x", "HELLO 3 AUTH *** *** SETNAME x"),
            (r#""AUTH" "secret""#, r#""AUTH" "***""#),
            (r#""auth" "bob" "secret""#, r#""auth" "***" "***""#),
            (r#"["AUTH","bob","se\"cret"]"#, r#"["AUTH","***","***"]"#),
            (r#"{\"cmd\":[\"AUTH\",\"secret\"]}"#, r#"{\"cmd\":[\"AUTH\",\"***\"]}"#),
            (r#"{"name":"auth","args":["secret"]}"#, r#"{"name":"auth","args":["***"]}"#),
            (r#"{"args":["bob","secret"],"name":"auth"}"#, r#"{"args":["***","***"],"name":"auth"}"#),
            ("command: { name: 'auth', args: [ 'secret' ] }", "command: { name: 'auth', args: [ '***' ] }"),
            ("auth secret: NOAUTH", "auth ***: NOAUTH"),
            ("[auth bob secret]", "[auth *** ***]"),
            ("client.auth('secret')", "client.auth('***')"),
            (r"*2\r\n$4\r\nAUTH\r\n$6\r\nsecret\r\n", r"*2\r\n$4\r\nAUTH\r\n$6\r\n***\r\n"),
            ("CONFIG SET requirepass secret", "CONFIG SET requirepass ***"),
            (r#"masterauth "secret""#, r#"masterauth "***""#),
            ("sentinel auth-pass mymaster secret", "sentinel auth-pass *** ***"),
            ("h:6379,password=secret,ssl=True", "h:6379,password=***,ssl=True"),
            (r#""password": "se cret""#, r#""password": "***""#),
            ("'password' => 'secret',", "'password' => '***',"),
            ("SPRING_REDIS_PASSWORD=secret x", "SPRING_REDIS_PASSWORD=*** x"),
            ("spring.redis.password: secret", "spring.redis.password: ***"),
            ("passwd=secret;", "passwd=***;"),
            ("?token=abc&x=1", "?token=***&x=1"),
            (r#"{"access_token":"abc"}"#, r#"{"access_token":"***"}"#),
            ("redis-cli -h h -a secret -p 1 get x", "redis-cli -h h -a *** -p 1 get x"),
            ("redis-cli --pass secret ping", "redis-cli --pass *** ping"),
            ("REDISCLI_AUTH=secret redis-cli", "REDISCLI_AUTH=*** redis-cli"),
            ("Authorization: Bearer abc.def", "Authorization: Bearer ***"),
            (r#""authorization":"Basic YWJj""#, r#""authorization":"Basic ***""#),
            ("Authorization: abc", "Authorization: ***"),
            ("sent bearer eyJhbGciOiJIUzI1NiJ9", "sent bearer ***"),
            ("ACL SETUSER bob on >secret ~* +@all", "ACL SETUSER bob on >*** ~* +@all"),
            ("MIGRATE h 1 k 0 5000 AUTH2 bob secret KEYS a", "MIGRATE h 1 k 0 5000 AUTH2 *** *** KEYS a"),
        ];
        for (text, expected) in cases {
            assert_eq!(redacted(text), expected, "{text}");
            assert_eq!(redacted(expected), expected, "again: {text}");
        }
    }

    #[test]
    fn everything_else_stays() {
        let cases = [
            "MOVED 7638 127.0.0.1:7001",
            "AUTH MOVED 7638 127.0.0.1:7001",
            "AUTH failed: WRONGPASS invalid username-password pair or user is disabled.",
            "NOAUTH Authentication required.",
            "ERR AUTH <password> called without any password configured for the default user",
            "the auth service moved to another host",
            "author: somebody, authors: two",
            "password: MOVED 7638 127.0.0.1:7001",
            r#"{"auth":"ASK 12 10.0.0.1:6379"}"#,
            "password=7638 127.0.0.1:7001",
            "wrong password: access denied",
            "password: null",
            r#""password":"""#,
            "ssh://git@host/x.git",
            "http://host/mail?to=a@b.c",
            "redis://10.0.0.1:6379/0?x=a@b",
            "tokens=5 bypass=1 compass: north",
            "ls -a here",
            "a bearer token was sent",
            "requirepass is not set",
        ];
        for text in cases {
            assert_eq!(redacted(text), text);
        }
    }

    #[test]
    fn time_is_linear_in_the_text() {
        // Each of these made of a million bytes ends at once, or never.
        for unit in [
            "://",
            "redis://a:b/",
            "AUTH ",
            "auth \"",
            "password=\"",
            "\\\"auth\\\",args:[",
            "setuser >",
            "]name\"auth\"",
        ] {
            let text = unit.repeat(1_000_000 / unit.len());
            assert!(redact(text.as_bytes()).len() < 4 * text.len());
        }
    }

    proptest! {
        #[test]
        fn any_bytes_do(text in proptest::collection::vec(any::<u8>(), 0..200)) {
            redact(&text);
        }

        #[test]
        fn twice_is_once(text in "(redis://|AUTH |auth|\"|'|:|@| |password|=|args|name|\\[|\\]|x|\\\\|,|Bearer|authorization|setuser|>|\\r\\n|\\$3|-a |-cli){0,12}") {
            let once = redact(text.as_bytes()).into_owned();
            prop_assert_eq!(redact(&once).into_owned(), once.clone());
        }

        #[test]
        fn a_redirection_stays(before in "(redis://u:|AUTH |password=|token: |\"auth\" \"|Bearer |Authorization: |x){0,3}", slot in 0u16..16384) {
            let moved = format!("MOVED {slot} 10.0.0.12:6379");
            let text = format!("{before}{moved}");
            prop_assert!(redacted(&text).contains(&moved), "{}", redacted(&text));
        }
    }
}
