//! A page of plain text: lines, wrapped paragraphs, labelled fields.
//!
//! Everything that reaches it is made safe here: text passes `escape::terminal`, and a
//! line that a CI runner would take for a command is broken. So a forgotten escape in
//! an emitter cannot let a log line act.

use super::RenderContext;
use crate::report::escape;
use anstyle::{AnsiColor, Style};
use std::io::{self, Write};

/// What a piece of text is, for its style.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Tone {
    /// Running text.
    Plain,
    /// What the eye should find first.
    Strong,
    /// Labels, rules, what can be skipped.
    Quiet,
    /// Something to type.
    Code,
    /// Severity critical or high.
    Alarm,
    /// Severity medium.
    Caution,
    /// Severity low or info.
    Calm,
}

impl Tone {
    /// Colours only repeat what a word or sign says already; red, yellow and cyan stay
    /// apart for the colour-blind.
    fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Strong => Style::new().bold(),
            Self::Quiet => Style::new().dimmed(),
            Self::Code => AnsiColor::Cyan.on_default(),
            Self::Alarm => AnsiColor::Red.on_default().bold(),
            Self::Caution => AnsiColor::Yellow.on_default().bold(),
            Self::Calm => AnsiColor::Cyan.on_default().bold(),
        }
    }
}

/// A piece of text with a tone.
#[derive(Clone, Debug)]
pub(crate) struct Span {
    text: String,
    tone: Tone,
}

/// A piece of text with a tone.
pub(crate) fn span(tone: Tone, text: impl Into<String>) -> Span {
    Span { text: text.into(), tone }
}

/// A piece of plain text.
pub(crate) fn plain(text: impl Into<String>) -> Span {
    span(Tone::Plain, text)
}

/// Running text in which `backticks` mark something to type.
pub(crate) fn prose(text: &str) -> Vec<Span> {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return vec![plain(text)];
    }
    let tone = |i: usize| if i % 2 == 1 { Tone::Code } else { Tone::Plain };
    let spans = parts.iter().enumerate().map(|(i, part)| span(tone(i), *part));
    spans.filter(|span| !span.text.is_empty()).collect()
}

/// Columns of a field's label, on pages wide enough for labels at the side.
const LABEL: usize = 12;
/// Narrower pages have labels on lines of their own.
const NARROW: usize = 60;

/// A page being written.
pub(crate) struct Page<'o> {
    out: &'o mut dyn Write,
    cx: &'o RenderContext,
    /// Label to print before the next line of a field.
    label: Option<(&'static str, Tone)>,
}

impl<'o> Page<'o> {
    pub(crate) fn new(out: &'o mut dyn Write, cx: &'o RenderContext) -> Self {
        Self { out, cx, label: None }
    }

    /// Columns of the page; below 24 nothing can be laid out.
    pub(crate) fn width(&self) -> usize {
        self.cx.width.max(24)
    }

    /// One of two spellings, for terminals with and without Unicode.
    pub(crate) fn sign(&self, unicode: &'static str, ascii: &'static str) -> &'static str {
        if self.cx.unicode { unicode } else { ascii }
    }

    /// What stands for left-out text.
    pub(crate) fn ellipsis(&self) -> &'static str {
        self.sign("…", "...")
    }

    /// Text of unknown origin as this page can show it.
    pub(crate) fn safe(&self, text: &str) -> String {
        let text = escape::terminal(text.as_bytes());
        if self.cx.unicode || text.is_ascii() {
            return text;
        }
        let ascii = |c: char| if c.is_ascii() { c.to_string() } else { c.escape_unicode().to_string() };
        text.chars().map(ascii).collect()
    }

    /// The same, cut to `width` columns.
    pub(crate) fn safe_cut(&self, text: &str, width: usize) -> String {
        escape::cut(&self.safe(text), width, self.ellipsis()).into_owned()
    }

    /// An empty line.
    pub(crate) fn blank(&mut self) -> io::Result<()> {
        self.out.write_all(b"\n")
    }

    /// A line as it is.
    pub(crate) fn line(&mut self, spans: &[Span]) -> io::Result<()> {
        let safe: Vec<Span> = spans.iter().map(|s| span(s.tone, self.safe(&s.text))).collect();
        self.put(0, &safe)
    }

    /// A paragraph: `lead` before its first line, the others hang below its end.
    pub(crate) fn paragraph(&mut self, lead: &str, spans: &[Span]) -> io::Result<()> {
        self.flow(0, lead, spans)
    }

    /// Begins a field; what is written with [`Self::entry`] follows its label.
    pub(crate) fn field(&mut self, label: &'static str) {
        self.label = Some((label, Tone::Quiet));
    }

    /// Ends a field, which may have had nothing to show.
    pub(crate) fn no_field(&mut self) {
        self.label = None;
    }

    /// The same for a field that asks the reader to act.
    pub(crate) fn action(&mut self, label: &'static str) {
        self.label = Some((label, Tone::Strong));
    }

    /// A paragraph of the field.
    pub(crate) fn entry(&mut self, lead: &str, spans: &[Span]) -> io::Result<()> {
        let indent = self.begin_entry()?;
        self.flow(indent, lead, spans)
    }

    /// A line of the field, not wrapped.
    pub(crate) fn row(&mut self, spans: &[Span]) -> io::Result<()> {
        let indent = self.begin_entry()?;
        let safe: Vec<Span> = spans.iter().map(|s| span(s.tone, self.safe(&s.text))).collect();
        self.put(indent, &safe)
    }

    /// Columns that a field's lines have.
    pub(crate) fn room(&self) -> usize {
        self.width() - self.indent()
    }

    fn indent(&self) -> usize {
        if self.width() < NARROW { 2 } else { LABEL }
    }

    fn begin_entry(&mut self) -> io::Result<usize> {
        let indent = self.indent();
        if let Some((label, tone)) = self.label
            && self.width() < NARROW
        {
            self.label = None;
            self.put(0, &[span(tone, label)])?;
        }
        Ok(indent)
    }

    fn flow(&mut self, indent: usize, lead: &str, spans: &[Span]) -> io::Result<()> {
        let hang = escape::columns(lead);
        let room = self.width().saturating_sub(indent + hang).max(8);
        let mut lines = self.wrap(spans, room).into_iter();
        let mut first = vec![plain(lead)];
        first.extend(lines.next().unwrap_or_default());
        self.put(indent, &first)?;
        for line in lines {
            self.put(indent + hang, &line)?;
        }
        Ok(())
    }

    /// Breaks spans into lines of at most `room` columns. A command stays whole when it
    /// fits a line; a longer one is continued with a backslash, so that it can still be
    /// copied into a shell. Only a longer word than the line stands out.
    fn wrap(&self, spans: &[Span], room: usize) -> Vec<Vec<Span>> {
        let mut lines: Vec<Vec<Span>> = Vec::new();
        let mut line: Vec<Span> = Vec::new();
        let mut used = 0;
        let mut after_command = false;
        for word in self.words(spans, room) {
            // What follows a broken command would be copied with it.
            let own_line = word.own_line || (after_command && !word.continues);
            after_command = word.is_command && !word.continued;
            let wide: usize = word.spans.iter().map(|s| escape::columns(&s.text)).sum();
            let gap = usize::from(word.gap && used > 0);
            let tail = if word.continued { 2 } else { 0 };
            if used > 0 && (own_line || used + gap + wide + tail > room) {
                if word.continues {
                    line.push(span(Tone::Code, " \\"));
                }
                lines.push(std::mem::take(&mut line));
                used = 0;
            } else if gap > 0 {
                // Between two words of a command the blank is code as well.
                let tone = if word.continues { Tone::Code } else { Tone::Plain };
                line.push(span(tone, " "));
                used += 1;
            }
            used += wide;
            line.extend(word.spans);
        }
        if !line.is_empty() {
            lines.push(line);
        }
        lines
    }

    /// Cuts spans at blanks into what must not be broken.
    fn words(&self, spans: &[Span], room: usize) -> Vec<Word> {
        let mut words: Vec<Word> = Vec::new();
        let mut gap = true;
        for piece in spans {
            let text = self.safe(&piece.text);
            if piece.tone == Tone::Code {
                // Without colour, backticks tell the command from the words around it;
                // one that has lines to itself needs none.
                let quoted = if self.cx.colour { text.clone() } else { format!("`{text}`") };
                if escape::columns(&quoted) <= room {
                    push(&mut words, gap, span(Tone::Code, quoted));
                } else {
                    let parts = shell_words(&text);
                    let last = parts.len() - 1;
                    for (i, part) in parts.into_iter().enumerate() {
                        let spans = vec![span(Tone::Code, part)];
                        words.push(Word {
                            spans,
                            gap: true,
                            own_line: i == 0,
                            is_command: true,
                            continues: i > 0,
                            continued: i < last,
                        });
                    }
                }
                gap = false;
                continue;
            }
            for (i, part) in text.split(' ').enumerate() {
                gap |= i > 0;
                if !part.is_empty() {
                    push(&mut words, gap, span(piece.tone, part));
                    gap = false;
                }
            }
        }
        words
    }

    /// Writes one line of safe text: without trailing blanks, and without a beginning
    /// that a CI runner obeys.
    fn put(&mut self, indent: usize, spans: &[Span]) -> io::Result<()> {
        let mut spans: Vec<Span> = spans.iter().filter(|s| !s.text.is_empty()).cloned().collect();
        while let Some(last) = spans.last_mut() {
            last.text.truncate(last.text.trim_end_matches(' ').len());
            if !last.text.is_empty() {
                break;
            }
            spans.pop();
        }
        let mut start = " ".repeat(indent);
        if let Some((label, tone)) = self.label.take() {
            spans.insert(0, span(tone, format!("{label:<indent$}")));
            start.clear();
        }
        defuse(&mut spans);
        let mut text = start;
        for piece in &joined(spans) {
            if self.cx.colour && piece.tone != Tone::Plain && !piece.text.trim().is_empty() {
                let style = piece.tone.style();
                text.push_str(&format!("{style}{}{style:#}", piece.text));
            } else {
                text.push_str(&piece.text);
            }
        }
        text.truncate(text.trim_end_matches(' ').len());
        text.push('\n');
        self.out.write_all(text.as_bytes())
    }
}

/// The same spans with neighbours of one tone as one, a blank between them included.
fn joined(spans: Vec<Span>) -> Vec<Span> {
    let mut out: Vec<Span> = Vec::with_capacity(spans.len());
    for piece in spans {
        let blank = out.last().is_some_and(|last| last.text.trim().is_empty());
        if blank && out.len() > 1 && out[out.len() - 2].tone == piece.tone {
            let gap = out.pop().map_or(String::new(), |gap| gap.text);
            out.push(span(piece.tone, gap));
        }
        let from = out.iter().rposition(|last| last.tone != piece.tone).map_or(0, |at| at + 1);
        let mut text: String = out.drain(from..).map(|last| last.text).collect();
        text.push_str(&piece.text);
        out.push(span(piece.tone, text));
    }
    out
}

/// What is not broken over lines.
struct Word {
    spans: Vec<Span>,
    /// A blank stands before it.
    gap: bool,
    /// It begins a line.
    own_line: bool,
    /// It is part of a command that has to be broken.
    is_command: bool,
    /// It is not the first part.
    continues: bool,
    /// It is not the last part.
    continued: bool,
}

fn push(words: &mut Vec<Word>, gap: bool, piece: Span) {
    match words.last_mut() {
        Some(word) if !gap && !word.is_command => word.spans.push(piece),
        _ => words.push(Word {
            spans: vec![piece],
            gap,
            own_line: false,
            is_command: false,
            continues: false,
            continued: false,
        }),
    }
}

/// The words of a command, cut at blanks outside of quotation marks.
fn shell_words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for c in command.chars() {
        match (quote, c) {
            (None, ' ') => words.push(String::new()),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
        if (quote.is_some() || c != ' ')
            && let Some(word) = words.last_mut()
        {
            word.push(c);
        }
    }
    words
}

/// Breaks what a CI runner reads as a command at the beginning of a line: GitHub's
/// `::name::` also after blanks, Buildkite's `--- ` and the like.
fn defuse(spans: &mut [Span]) {
    let whole: String = spans.iter().map(|s| s.text.as_str()).collect();
    let text = whole.trim_start();
    let github = text.strip_prefix("::").is_some_and(|rest| rest.contains("::"));
    let buildkite = ["--- ", "+++ ", "~~~ ", "^^^ "].iter().any(|head| whole.starts_with(head));
    if github || buildkite {
        let Some(first) = spans.iter_mut().find(|s| !s.text.trim_start().is_empty()) else { return };
        let at = first.text.len() - first.text.trim_start().len();
        let escaped = format!("\\x{:02x}", first.text.as_bytes()[at]);
        first.text.replace_range(at..=at, &escaped);
    }
}
