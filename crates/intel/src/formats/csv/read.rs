//! Reading a table row by row: a row is one indicator, with as many tests as it has values.

use csv::{ReaderBuilder, StringRecord, Trim};
use vauban_model::{Technique, Test};

use super::columns::{Column, column, kind};
use crate::{
    Document, NotAValue, classify,
    formats::Format,
    reading::{Draft, Place, Reading},
    value::of_kind,
    when::timestamp,
};

/// Tables.
pub(crate) struct Csv;

impl Format for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn recognises(&self, document: &Document<'_>) -> bool {
        header(document).is_some()
    }

    fn read(&self, document: &Document<'_>, out: &mut Reading) {
        let Some(header) = header(document) else { return };
        let rest = document.text().get(header.end..).unwrap_or_default();
        let mut reader = ReaderBuilder::new()
            .delimiter(header.delimiter)
            .has_headers(false)
            .flexible(true)
            .comment(Some(b'#'))
            .trim(Trim::All)
            .from_reader(rest.as_bytes());
        let mut row = StringRecord::new();
        loop {
            let line = u32::try_from(reader.position().line()).unwrap_or(u32::MAX).saturating_add(header.line);
            match reader.read_record(&mut row) {
                Ok(false) => return,
                Ok(true) => {
                    let line = row
                        .position()
                        .map_or(line, |at| u32::try_from(at.line()).unwrap_or(u32::MAX).saturating_add(header.line));
                    read_row(&row, &header.columns, line, document, out);
                }
                Err(error) => {
                    out.refuse(document, Place::Line(line), "", error.to_string());
                    if error.is_io_error() {
                        return;
                    }
                }
            }
        }
    }
}

struct Header {
    columns: Vec<Column>,
    delimiter: u8,
    /// Its own line, from 1.
    line: u32,
    /// Where the rows begin.
    end: usize,
}

/// The first line that is no comment, or the last comment before it, if it names a column of values.
fn header(document: &Document<'_>) -> Option<Header> {
    let text = document.text();
    let mut at = 0;
    for (line, raw) in (1_u32..).zip(text.split_inclusive('\n')).take(100) {
        at += raw.len();
        let bare = raw.trim();
        if bare.is_empty() {
            continue;
        }
        let found = b",;\t|".iter().copied().find_map(|delimiter| {
            let names = bare.trim_start_matches('#').split(char::from(delimiter));
            let columns: Vec<Column> = names.take(256).map(column).collect();
            let holds_values = columns.iter().any(|column| matches!(column, Column::Value | Column::Of(_)));
            let known = columns.iter().filter(|column| **column != Column::Unknown).count();
            (holds_values && columns.len() > 1 && known * 2 >= columns.len().min(6)).then_some((columns, delimiter))
        });
        if let Some((columns, delimiter)) = found {
            return Some(Header { columns, delimiter, line, end: at });
        }
        if bare.starts_with('#') {
            continue;
        }
        // A table of one column is a table only when it calls itself so.
        let single = column(bare);
        let is_single = document.extension_is(&["csv", "tsv"]) && matches!(single, Column::Value | Column::Of(_));
        return is_single.then(|| Header { columns: vec![single], delimiter: b',', line, end: at });
    }
    None
}

fn read_row(row: &StringRecord, columns: &[Column], line: u32, document: &Document<'_>, out: &mut Reading) {
    let mut draft = Draft { line: Some(line), ..Draft::default() };
    let said_kind = cells(row, columns, Column::Kind).find_map(kind);
    let mut empty = true;
    for (cell, column) in row.iter().zip(columns) {
        if cell.is_empty() || matches!(cell, "-" | "N/A" | "n/a" | "None" | "null") {
            continue;
        }
        match *column {
            Column::Value => {
                empty = false;
                let tests =
                    said_kind.map_or_else(|| classify(cell), |kind| of_kind(kind, cell).or_else(|_| classify(cell)));
                take(tests, cell, line, &mut draft.tests, document, out);
            }
            Column::Of(kind) => {
                empty = false;
                take(of_kind(kind, cell), cell, line, &mut draft.tests, document, out);
            }
            Column::Description => draft.description = cell.to_owned(),
            Column::Label => draft.labels.extend(
                cell.split([',', ';', '|'])
                    .map(str::trim)
                    .filter(|label| !label.is_empty())
                    .take(32)
                    .map(str::to_owned),
            ),
            Column::Source => draft.source = Some(cell.to_owned()),
            Column::Marking => draft.marking = cell.parse().ok(),
            Column::Confidence => draft.confidence = confidence(cell),
            Column::From => draft.validity.from = timestamp(cell),
            Column::Until => draft.validity.until = timestamp(cell),
            Column::Reference => draft.references.push(cell.to_owned()),
            Column::Technique => {
                draft.techniques.extend(cell.split([',', ';', '|', ' ']).filter_map(Technique::find).take(32))
            }
            Column::Kind | Column::Unknown => {}
        }
    }
    // A marking that cannot be read is taken as the strictest: a misspelt RED must not leave the house.
    if draft.marking.is_none() && cells(row, columns, Column::Marking).any(|cell| !cell.is_empty()) {
        draft.marking = Some(vauban_model::Marking::Red);
    }
    if empty && !row.iter().all(str::is_empty) {
        out.refuse(document, Place::Line(line), &row.iter().collect::<Vec<_>>().join(" "), "a row without a value");
    }
    out.add(document, draft);
}

fn take(
    found: Result<Vec<Test>, NotAValue>,
    cell: &str,
    line: u32,
    tests: &mut Vec<Test>,
    document: &Document<'_>,
    out: &mut Reading,
) {
    match found {
        Ok(found) => tests.extend(found),
        Err(error) => out.refuse(document, Place::Line(line), cell, error.to_string()),
    }
}

fn cells<'r>(row: &'r StringRecord, columns: &'r [Column], wanted: Column) -> impl Iterator<Item = &'r str> {
    row.iter().zip(columns).filter(move |(_, column)| **column == wanted).map(|(cell, _)| cell)
}

fn confidence(cell: &str) -> Option<u8> {
    match cell.to_ascii_lowercase().as_str() {
        "low" => Some(15),
        "medium" | "moderate" => Some(50),
        "high" => Some(85),
        number => number.trim_end_matches('%').trim().parse().ok().filter(|sure| *sure <= 100),
    }
}
