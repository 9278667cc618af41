//! YARA rules over raw bytes and Sigma rules over events, as the scanner of an examination.

use std::time::Duration;

use vauban_intake::{Problem, StopFlag};
use vauban_knowledge::Knowledge;
use vauban_model::{Reason, Severity};
use vauban_observe::LogEvent;
use vauban_sigma::LogSource;
use vauban_yara::{Hints, ScanStopped, Scanner};

use crate::rules::{EventHit, RuleHit, RuleScanner, Scanners};

/// The longest that all rules together may take on one item.
const RULES_TIME: Duration = Duration::from_secs(60);

impl Scanners for Knowledge {
    fn scanner(&self) -> Box<dyn RuleScanner + '_> {
        Box::new(KnowledgeScanner { knowledge: self, scanner: Scanner::new(&self.rules) })
    }
}

struct KnowledgeScanner<'k> {
    knowledge: &'k Knowledge,
    scanner: Scanner<'k>,
}

impl RuleScanner for KnowledgeScanner<'_> {
    fn scan(&mut self, name: &str, bytes: &[u8], stop: &StopFlag, hits: &mut Vec<RuleHit>) -> Result<(), Problem> {
        let extension =
            name.rsplit_once('.').map_or(String::new(), |(_, end)| format!(".{}", end.to_ascii_lowercase()));
        let hints = Hints { file_name: name, file_path: name, extension: &extension, ..Hints::default() };
        let entries = &self.knowledge.rule_entries;
        let outcome = self.scanner.scan(bytes, &hints, RULES_TIME, stop.as_atomic(), &mut |found| {
            if let Some(entry) = entries.get(found.number) {
                let mut indicator = entry.indicator.clone();
                let meta = |key: &str| found.meta.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
                let severity = severity(meta("score").or_else(|| meta("severity")), indicator.confidence);
                if let Some(reference) = meta("reference")
                    && !indicator.source.references.iter().any(|known| known == reference)
                {
                    indicator.source.references.push(reference.to_owned());
                }
                hits.push(RuleHit {
                    indicator,
                    rule: found.rule,
                    offset: found.first.as_ref().map(|first| first.offset),
                    severity,
                });
            }
        });
        outcome.map_err(|stopped| match stopped {
            ScanStopped::Timeout(_) | ScanStopped::Asked => Problem::new(Reason::Timeout, stopped.to_string()),
            ScanStopped::Failed(_) => Problem::new(Reason::Crashed, stopped.to_string()),
        })
    }

    fn event(&mut self, event: &LogEvent<'_>, hits: &mut Vec<EventHit>) {
        let LogEvent { product, channel, id, fields, .. } = *event;
        let source = LogSource { product, channel, event_id: id, ..LogSource::default() };
        let rules = self.knowledge.event_rules();
        hits.extend(rules.set.matching(&source, fields).into_iter().filter_map(|met| {
            let entry = rules.entries.get(met.number)?;
            Some(EventHit {
                indicator: entry.indicator.clone(),
                rule: entry.rule.clone(),
                severity: severity(None, entry.indicator.confidence),
                fields: met.fields,
            })
        }));
    }
}

/// The author's score (0 to 100, the habit of public rule sets), else the source's confidence. A rule is a judgement
/// about content, not the thing itself: without either it is medium.
fn severity(score: Option<&str>, confidence: Option<u8>) -> Severity {
    let score = score.and_then(|score| score.trim().parse::<i64>().ok()).or(confidence.map(i64::from));
    match score {
        Some(75..) => Severity::High,
        Some(..40) => Severity::Low,
        _ => Severity::Medium,
    }
}
