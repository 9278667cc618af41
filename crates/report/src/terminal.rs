//! The summary on a terminal: calm, short, at most 80 columns, next step first.
//!
//! Colour is an ornament that the caller may ask for; words and signs carry everything.

use std::{collections::BTreeMap, fmt::Write as _};

use vauban_model::{Lang, Reason, Severity, Sighting, Unread, printable};

use crate::{
    Findings,
    progress::{bytes_text, duration_text},
    steps::steps,
    words::{
        count, defanged, exposure, grouped, how, meaning_of_clean, reason, remedy, say, severity, verdict,
        what_not_to_do, whom_to_call,
    },
};

const WIDTH: usize = 80;
/// Sightings told one by one; the rest is in the other reports.
const SHOWN: usize = 20;
const LOCATIONS_SHOWN: usize = 5;
const STEPS_SHOWN: usize = 4;

/// The whole summary.
#[must_use]
pub fn summary(findings: &Findings<'_>, lang: Lang, colour: bool) -> String {
    let mut out = String::new();
    let high = findings.sightings.iter().filter(|sighting| sighting.severity == Severity::High).count() as u64;
    let other = findings.sightings.len() as u64 - high;
    let sentence = verdict(lang, high, other, findings.unread.len() as u64, findings.summary.partial);
    out.push('\n');
    paragraph(&mut out, "", &paint(colour, if high > 0 { "1;31" } else { "1" }, &sentence));
    next_steps(&mut out, findings.sightings, high > 0, lang, colour);
    sightings(&mut out, findings.sightings, lang, colour);
    unread(&mut out, findings.unread, lang);
    coverage(&mut out, findings, lang);
    out
}

/// Each advice once, the most urgent first; then what holds for all.
fn next_steps(out: &mut String, sightings: &[Sighting], urgent: bool, lang: Lang, colour: bool) {
    let steps = steps(sightings, lang);
    if steps.is_empty() {
        return;
    }
    out.push('\n');
    let _ = writeln!(out, "{}", paint(colour, "1", say(lang, "Que faire maintenant", "What to do now")));
    for (number, step) in (1_usize..).zip(steps.iter().take(STEPS_SHOWN)) {
        paragraph(out, &format!("  {number}. "), &format!("{} ({})", step.advice, step.about(lang, 2)));
    }
    if urgent {
        paragraph(out, "  ", what_not_to_do(lang));
        paragraph(out, "  ", whom_to_call(lang));
    }
    out.push('\n');
    let _ = writeln!(out, "{}", paint(colour, "1", say(lang, "Ce qui a été trouvé", "What was found")));
}

/// Sightings of one indicator together: the most urgent first.
fn sightings(out: &mut String, sightings: &[Sighting], lang: Lang, colour: bool) {
    let mut groups: BTreeMap<(std::cmp::Reverse<Severity>, &str, &str), Vec<&Sighting>> = BTreeMap::new();
    for sighting in sightings {
        let indicator = &sighting.indicator;
        groups
            .entry((std::cmp::Reverse(sighting.severity), indicator.value.as_str(), indicator.id.as_str()))
            .or_default()
            .push(sighting);
    }
    // In the order of the steps above: the most urgent, and what got furthest, first.
    let furthest = |group: &Vec<&Sighting>| group.iter().map(|sighting| sighting.exposure).max();
    let mut groups: Vec<_> = groups.into_iter().map(|((severity, ..), group)| (severity, group)).collect();
    groups.sort_by_key(|(severity, group)| (*severity, std::cmp::Reverse(furthest(group))));
    let more = groups.len().saturating_sub(SHOWN);
    for (_, group) in groups.iter().take(SHOWN) {
        let Some(first) = group.iter().max_by_key(|sighting| sighting.exposure) else { continue };
        let mark = match first.severity {
            Severity::High => "1;31",
            Severity::Medium => "1;33",
            Severity::Low => "1",
        };
        out.push('\n');
        let value = printable(&defanged(first.observable.kind, &first.indicator.value));
        let _ = writeln!(out, "{}  {}", paint(colour, mark, severity(lang, first.severity)), short(&value, WIDTH - 14));
        let mut what = format!("{} - {}", printable(&first.indicator.name), exposure(lang, first.exposure));
        if first.indicator.name == first.indicator.value {
            what = exposure(lang, first.exposure).to_owned();
        }
        paragraph(out, "    ", &what);
        let confidence = first
            .indicator
            .confidence
            .map_or(String::new(), |c| format!(", {} {c}/100", say(lang, "confiance", "confidence")));
        let known = first.indicator.known_since.map_or(String::new(), |at| {
            format!(", {} {}", say(lang, "connu depuis le", "known since"), day(&at.to_string()))
        });
        paragraph(
            out,
            "    ",
            &format!("{} {}{confidence}{known}", say(lang, "source :", "source:"), printable(&first.indicator.source)),
        );
        for sighting in group.iter().take(LOCATIONS_SHOWN) {
            let mut place = sighting.location.to_string();
            if let Some(at) = sighting.at {
                let _ = write!(place, " ({})", day(&at.to_string()));
            }
            if !sighting.how.is_empty() {
                let steps: Vec<_> = sighting.how.iter().map(|step| how(lang, step)).collect();
                let _ = write!(place, " [{}]", steps.join(", "));
            }
            paragraph(out, "    > ", &place);
        }
        let _ = writeln!(out, "    = vauban show {}", first.short_name());
        if group.len() > LOCATIONS_SHOWN {
            let left = (group.len() - LOCATIONS_SHOWN) as u64;
            let _ = writeln!(
                out,
                "    > {}",
                count(lang, left, ("autre endroit", "autres endroits"), ("more place", "more places"))
            );
        }
    }
    if more > 0 {
        out.push('\n');
        let text = count(
            lang,
            more as u64,
            (
                "autre indicateur rencontré : voir --report ou --format jsonl",
                "autres indicateurs rencontrés : voir --report ou --format jsonl",
            ),
            (
                "more indicator met: see --report or --format jsonl",
                "more indicators met: see --report or --format jsonl",
            ),
        );
        paragraph(out, "", &text);
    }
}

/// What was not read, by reason, with what to do.
fn unread(out: &mut String, unread: &[Unread], lang: Lang) {
    if unread.is_empty() {
        return;
    }
    let mut reasons: BTreeMap<Reason, Vec<&Unread>> = BTreeMap::new();
    for one in unread {
        reasons.entry(one.reason).or_default().push(one);
    }
    out.push('\n');
    let total = count(
        lang,
        unread.len() as u64,
        ("élément n'a pas été lu", "éléments n'ont pas été lus"),
        ("input was not read", "inputs were not read"),
    );
    let _ = writeln!(out, "{total}{}", say(lang, " :", ":"));
    for (why, all) in reasons {
        let _ = writeln!(out, "  {} ({})", reason(lang, why), all.len());
        for one in all.iter().take(3) {
            paragraph(out, "    > ", &format!("{}: {}", one.location, printable(&one.detail)));
        }
        if all.len() > 3 {
            let _ =
                writeln!(out, "    > … {}", count(lang, all.len() as u64 - 3, ("autre", "autres"), ("more", "more")));
        }
        paragraph(out, "    = ", remedy(lang, why));
    }
}

/// What "nothing found" rests on.
fn coverage(out: &mut String, findings: &Findings<'_>, lang: Lang) {
    let summary = findings.summary;
    let sweep = findings.sweep;
    out.push('\n');
    let files = count(lang, summary.files, ("fichier", "fichiers"), ("file", "files"));
    let items = count(lang, summary.items, ("élément dedans", "éléments dedans"), ("item inside", "items inside"));
    let (bytes, time) = (bytes_text(lang, summary.bytes), duration_text(summary.elapsed_s));
    let (read, unread) = (grouped(lang, summary.read), grouped(lang, summary.unread));
    let unchanged = match (summary.unchanged, lang) {
        (0, _) => String::new(),
        (number, Lang::Fr) => format!(", dont {} inchangés depuis la dernière fois", grouped(lang, number)),
        (number, Lang::En) => format!(", {} of them unchanged since last time", grouped(lang, number)),
    };
    let line = match lang {
        Lang::Fr => {
            format!("Regardé : {files}{unchanged} et {items} ({bytes}), {read} lus, {unread} non lus, en {time}.")
        }
        Lang::En => {
            format!("Looked at: {files}{unchanged} and {items} ({bytes}), {read} read, {unread} unread, in {time}.")
        }
    };
    paragraph(out, "", &line);
    let indicators = count(lang, sweep.indicators, ("indicateur", "indicateurs"), ("indicator", "indicators"));
    let (set, aside) = (printable(&sweep.set_version), grouped(lang, sweep.set_aside));
    let line = match lang {
        Lang::Fr => format!("Comparé à {indicators} (jeu {set}), {aside} mis de côté car d'usage courant."),
        Lang::En => format!("Compared with {indicators} (set {set}), {aside} set aside as in common use."),
    };
    paragraph(out, "", &line);
    if findings.sightings.is_empty() {
        paragraph(out, "", meaning_of_clean(lang));
    }
}

fn day(timestamp: &str) -> &str {
    timestamp.get(..10).unwrap_or(timestamp)
}

fn paint(colour: bool, code: &str, text: &str) -> String {
    if colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
}

/// At most `width` columns; the cut shows.
fn short(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(width.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

/// Wraps at spaces; a word longer than the line is broken where the line ends. Later lines are indented alike.
pub(crate) fn paragraph(out: &mut String, lead: &str, text: &str) {
    let indent = " ".repeat(lead.chars().count());
    let room = WIDTH - indent.len();
    let mut line = String::new();
    let mut lead = lead;
    let mut flush = |out: &mut String, line: &mut String| {
        let _ = writeln!(out, "{lead}{line}");
        lead = &indent;
        line.clear();
    };
    for word in text.split(' ') {
        let mut word = word;
        let width = visible(&line) + usize::from(!line.is_empty()) + visible(word);
        if width > room && !line.is_empty() {
            flush(out, &mut line);
        }
        while visible(word) > room {
            let cut = word.char_indices().nth(room).map_or(word.len(), |(at, _)| at);
            line.push_str(&word[..cut]);
            flush(out, &mut line);
            word = &word[cut..];
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() {
        flush(out, &mut line);
    }
}

/// Columns that a text takes, colour codes not counted.
fn visible(text: &str) -> usize {
    let mut columns = 0;
    let mut in_code = false;
    for c in text.chars() {
        match c {
            '\u{1b}' => in_code = true,
            'm' if in_code => in_code = false,
            _ if in_code => {}
            _ => columns += 1,
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{check, findings};

    #[test]
    fn reads_as_expected_in_both_languages() {
        for (lang, name) in [(Lang::Fr, "summary.fr.txt"), (Lang::En, "summary.en.txt")] {
            let case = findings();
            let text = summary(&case.findings(), lang, false);
            assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
            check(name, &text);
        }
    }

    #[test]
    fn a_clean_sweep_says_what_clean_means() {
        let mut case = findings();
        case.sightings.clear();
        case.unread.clear();
        (case.summary.sightings, case.summary.unread, case.summary.unchanged) = (0, 0, 1000);
        for (lang, name) in [(Lang::Fr, "clean.fr.txt"), (Lang::En, "clean.en.txt")] {
            let text = summary(&case.findings(), lang, false);
            assert!(text.contains(meaning_of_clean(lang).split(' ').next().unwrap()));
            check(name, &text);
        }
    }

    #[test]
    fn thousands_of_sightings_stay_a_page() {
        let mut case = findings();
        let template = case.sightings[0].clone();
        case.sightings = (0..10_000)
            .map(|number| {
                let mut one = template.clone();
                one.indicator.value = format!("{number}.{}.example", "x".repeat(200));
                one
            })
            .collect();
        let text = summary(&case.findings(), Lang::En, false);
        assert!(text.contains("9,980 more indicators met") && text.lines().count() < 200, "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
    }

    #[test]
    fn colour_changes_no_word() {
        let case = findings();
        let plain = summary(&case.findings(), Lang::En, false);
        let painted = summary(&case.findings(), Lang::En, true);
        let stripped = painted
            .replace("\u{1b}[1;31m", "")
            .replace("\u{1b}[1;33m", "")
            .replace("\u{1b}[1m", "")
            .replace("\u{1b}[0m", "");
        assert_eq!(stripped, plain);
    }
}
