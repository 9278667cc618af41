//! A table with a header, one row for each value.

use csv::WriterBuilder;
use vauban_model::{Indicator, Test};

const HEADER: [&str; 13] = [
    "type",
    "value",
    "name",
    "description",
    "source",
    "tlp",
    "confidence",
    "valid_from",
    "valid_until",
    "labels",
    "techniques",
    "references",
    "id",
];

/// The table, and how many indicators stand in it.
pub(super) fn write(indicators: &[&Indicator]) -> (String, usize) {
    let mut writer = WriterBuilder::new().from_writer(Vec::new());
    let mut written = 0;
    let _ = writer.write_record(HEADER);
    for indicator in indicators {
        let mut any = false;
        for test in &indicator.tests {
            let kind = match test {
                Test::Observable(observable) => observable.kind.as_str(),
                Test::Network(_) => "network",
                Test::Pattern(_) | Test::Yara { .. } | Test::Sigma { .. } => continue,
            };
            any = true;
            let techniques: Vec<&str> = indicator.techniques.iter().map(vauban_model::Technique::as_str).collect();
            let time = |time: Option<jiff::Timestamp>| time.map(|time| time.to_string()).unwrap_or_default();
            let row = [
                kind.to_owned(),
                test.value().to_owned(),
                indicator.name.clone(),
                indicator.description.clone(),
                indicator.source.name.clone(),
                indicator.marking.to_string(),
                indicator.confidence.map(|sure| sure.to_string()).unwrap_or_default(),
                time(indicator.validity.from),
                time(indicator.validity.until),
                indicator.labels.join("; "),
                techniques.join("; "),
                indicator.source.references.join(" "),
                indicator.id.to_string(),
            ];
            // Writing to memory does not fail.
            let _ = writer.write_record(row.map(|cell| harmless(&cell)));
        }
        written += usize::from(any);
    }
    let bytes = writer.into_inner().unwrap_or_default();
    (String::from_utf8_lossy(&bytes).into_owned(), written)
}

/// A cell that a spreadsheet would run as a formula begins with an apostrophe instead.
fn harmless(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}
