//! Zeek's logs, in its own form (tab-separated, with the names of the fields above) and as JSON lines.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::{Map, Value};
use vauban_intake::{Budget, Problem};

use crate::{
    Context, Item, Passage, Reader, Sink,
    conversation::{Conversation, first_object, without_escapes},
};

/// Reads Zeek's logs.
pub(in crate::formats) struct Zeek;

/// Lines longer than this are text only, and fields beyond so many are.
const LONGEST: usize = 4 << 20;
const MOST_FIELDS: usize = 256;

impl Reader for Zeek {
    fn name(&self) -> &'static str {
        "zeek"
    }

    fn recognises(&self, item: &Item<'_>) -> bool {
        item.has_magic(0, b"#separator ")
            || first_object(item.bytes).is_some_and(|row| {
                row.get("ts").is_some_and(|ts| ts.is_number() || ts.is_string())
                    && (row.contains_key("uid") || row.contains_key("fuid") || row.contains_key("fingerprint"))
            })
    }

    fn read(&self, item: &Item<'_>, budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
        let mut names: Vec<&str> = Vec::new();
        let (mut offset, mut bad) = (0_u64, 0_u64);
        for line in item.bytes.split_inclusive(|byte| *byte == b'\n') {
            budget.check_time()?;
            let here = offset;
            offset += line.len() as u64;
            let line = line.trim_ascii_end();
            if let Some(rest) = line.strip_prefix(b"#fields\t") {
                names = std::str::from_utf8(rest).unwrap_or_default().split('\t').take(MOST_FIELDS).collect();
            }
            if line.is_empty() || line.starts_with(b"#") {
                continue;
            }
            if line.len() <= LONGEST && line.starts_with(b"{") {
                if let Ok(row) = serde_json::from_slice::<Map<String, Value>>(line) {
                    let field = |name: &str| row.get(name).and_then(Value::as_str);
                    let seconds = row.get("ts").and_then(|ts| ts.as_f64().or_else(|| ts.as_str()?.parse().ok()));
                    let at = seconds.and_then(time).or_else(|| field("ts")?.parse().ok());
                    conversation(&field, at).tell(&without_escapes(line, &row), here, sink);
                    continue;
                }
            } else if let Ok(text) = std::str::from_utf8(line)
                && !names.is_empty()
                && line.len() <= LONGEST
            {
                let row: HashMap<&str, &str> = names.iter().copied().zip(text.split('\t')).collect();
                let field = |name: &str| row.get(name).copied().filter(|value| !matches!(*value, "-" | "(empty)"));
                let at = field("ts").and_then(|ts| ts.parse().ok()).and_then(time);
                conversation(&field, at).tell(line, here, sink);
                continue;
            }
            bad += 1;
            sink.passage(Passage { bytes: line, offset: Some(here), how: &[], context: Context::default() });
        }
        if bad == 0 { Ok(()) } else { Err(Problem::corrupt(format!("{bad} lines are no rows of a log"))) }
    }
}

fn conversation<'c>(field: &dyn Fn(&str) -> Option<&'c str>, at: Option<Timestamp>) -> Conversation<'c> {
    // `uri` stands in http.log; the certificate's fingerprint in x509.log.
    let request = field("uri").map(|path| (field("host").or_else(|| field("id.resp_h")).unwrap_or_default(), path));
    Conversation {
        at,
        request,
        hashes: ["md5", "sha1", "sha256"].iter().filter_map(|name| field(name)).collect(),
        ja3: field("ja3"),
        ja4: field("ja4"),
        certificates: field("fingerprint").into_iter().collect(),
    }
}

fn time(seconds: f64) -> Option<Timestamp> {
    // Beyond these years it is no time of a log.
    (0.0..4e9).contains(&seconds).then(|| Timestamp::from_millisecond((seconds * 1000.0) as i64).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixtures_read_as_expected() {
        crate::testing::check_fixtures(&Zeek);
    }
}
