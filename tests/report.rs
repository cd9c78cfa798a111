//! The report document and its emitters, all on one fixed rich report.

#[path = "report/sample.rs"]
mod sample;

use scan::report::{Format, RenderContext, Report};

fn emitted(format: Format, report: &Report, cx: &RenderContext) -> String {
    let mut out = Vec::new();
    format.emitter().emit(report, cx, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
#[ignore = "for looking at"]
fn show() {
    let get = |name: &str| std::env::var(name).ok();
    let cx = RenderContext {
        width: get("W").and_then(|w| w.parse().ok()).unwrap_or(80),
        colour: get("C").is_some(),
        unicode: get("A").is_none(),
        ..RenderContext::default()
    };
    let format = get("F").and_then(|f| Format::from_id(&f)).unwrap_or(Format::Text);
    use std::io::Write;
    std::io::stderr().write_all(emitted(format, &sample::report(), &cx).as_bytes()).unwrap();
}
