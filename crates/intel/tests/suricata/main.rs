//! Rules for Suricata: their text, and what the real program (Debian package `suricata`) makes of them where `VAUBAN_SLOW` is set.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test says what it expects in the shortest way, and what it leaves out"
)]

mod packets;
mod program;
mod text;

use vauban_intel::{
    Document,
    export::{ExportFormat, Exported, Selection, export},
    read_document,
};
use vauban_model::{Indicator, Marking};

/// The indicators of a table.
fn table(rows: &str) -> Vec<Indicator> {
    let text = format!("type,value,name,tlp,technique\n{rows}");
    let reading = read_document(&Document::new("feed.csv", "Source", text.as_bytes()));
    assert!(reading.refused.is_empty(), "{:?}", reading.refused);
    reading.indicators
}

fn rules(indicators: &[Indicator]) -> Exported {
    let now = "2026-01-01T00:00:00Z".parse().unwrap();
    export(indicators, ExportFormat::Suricata, &Selection { clearance: Marking::AmberStrict, now, expired_too: false })
}
