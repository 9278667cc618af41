//! A verdict as a line for programs, and as a few lines for people.

use std::fmt::Write as _;

use serde_json::{Value, json};
use vauban_model::{Lang, printable};

use crate::{Judgement, Said, Verdict};

/// One line of JSON (without its end): the shape stands in the design and in `docs/mail.md`.
#[must_use]
pub fn json_line(path: &str, message: u64, said: &Said, judgement: &Judgement) -> String {
    let reasons: Vec<Value> = judgement
        .reasons
        .iter()
        .map(|reason| {
            json!({
                "code": reason.code,
                "weight": reason.weight,
                "decisive": reason.is_decisive,
                "fr": reason.text.fr,
                "en": reason.text.en,
                "evidence": reason.evidence,
            })
        })
        .collect();
    json!({
        "path": path,
        "message": message,
        "verdict": judgement.verdict,
        "score": judgement.score,
        "from": said.from,
        "subject": said.subject,
        "reasons": reasons,
    })
    .to_string()
}

/// For a person: what the message is, what became of it, and every reason with its weight.
#[must_use]
pub fn paragraph(path: &str, message: u64, said: &Said, judgement: &Judgement, lang: Lang) -> String {
    let mut text = String::new();
    let verdict = match (judgement.verdict, lang) {
        (Verdict::Deliver, Lang::Fr) => "REMETTRE",
        (Verdict::Deliver, Lang::En) => "DELIVER",
        (Verdict::Flag, Lang::Fr) => "SIGNALER",
        (Verdict::Flag, Lang::En) => "FLAG",
        (Verdict::Quarantine, Lang::Fr) => "QUARANTAINE",
        (Verdict::Quarantine, Lang::En) => "QUARANTINE",
    };
    let number = if message > 1 { format!(" ({message})") } else { String::new() };
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{verdict}  {}{number}", printable(path));
    let (from, subject) = match lang {
        Lang::Fr => ("de", "objet"),
        Lang::En => ("from", "subject"),
    };
    let _ = writeln!(text, "  {from}: {}", printable(&said.from));
    let _ = writeln!(text, "  {subject}: {}", printable(&said.subject));
    for reason in &judgement.reasons {
        let _ = writeln!(text, "  {:>4}  {}", format!("+{}", reason.weight), reason.text.get(lang));
        if !reason.evidence.is_empty() {
            let _ = writeln!(text, "        {}", reason.evidence);
        }
    }
    let _ = writeln!(text, "  {:>4}  {}", judgement.score, if lang == Lang::Fr { "en tout" } else { "in all" });
    text
}
