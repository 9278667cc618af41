//! One self-contained HTML page: no script, no network, prints well, readable without colour.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use std::collections::BTreeMap;

use vauban_model::{Lang, Marking, Reason, Severity, Sighting, Unread, printable};

use crate::{
    Findings,
    progress::{bytes_text, duration_text},
    steps::steps,
    technique_name,
    words::{
        defanged, exposure, grouped, how, meaning_of_clean, reason, remedy, say, severity, verdict, what_not_to_do,
        whom_to_call, without_links,
    },
};

/// Sightings and unread items shown in full; a page of a hundred megabytes helps nobody.
const SHOWN: usize = 2_000;
const TIMELINE: usize = 200;
const STEPS: usize = 12;
/// Sightings that stand open when the page is opened.
const OPEN: usize = 20;

const STYLE: &str = include_str!("style.css");

/// The page.
#[must_use]
pub fn page(findings: &Findings<'_>, lang: Lang) -> String {
    let code = match lang {
        Lang::Fr => "fr",
        Lang::En => "en",
    };
    let title = say(lang, "Rapport d'analyse Vauban", "Vauban sweep report");
    html! {
        (DOCTYPE)
        html lang=(code) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    (head(findings, lang, title))
                    (next_steps(findings, lang))
                    (timeline(findings.sightings, lang))
                    (sightings(findings.sightings, lang))
                    (unread(findings.unread, lang))
                    (coverage(findings, lang))
                }
            }
        }
    }
    .into_string()
}

fn head(findings: &Findings<'_>, lang: Lang, title: &str) -> Markup {
    let by = |wanted| findings.sightings.iter().filter(|sighting| sighting.severity == wanted).count() as u64;
    let (high, medium, low) = (by(Severity::High), by(Severity::Medium), by(Severity::Low));
    let sentence = verdict(lang, high, medium + low, findings.unread.len() as u64, findings.summary.partial);
    html! {
        header {
            p.product { (title) " · " (minute(&findings.sweep.finished.to_string())) }
            p.note { (sharing(findings.sightings, lang)) }
            @if findings.summary.partial {
                p.partial { strong { (say(lang, "Rapport partiel", "Partial report")) } " — " (say(lang,
                    "l'analyse a été arrêtée avant la fin ; ce qui n'a pas été atteint n'est pas dans ce rapport. Relancez la même commande.",
                    "the sweep was stopped before its end; what it did not reach is not in this report. Run the same command again.")) }
            }
            h1 class=(if high > 0 { "alarm" } else { "calm" }) { (sentence) }
            dl.figures {
                (figure(lang, say(lang, "grave", "high"), high))
                (figure(lang, say(lang, "moyen", "medium"), medium))
                (figure(lang, say(lang, "faible", "low"), low))
                (figure(lang, say(lang, "non lus", "unread"), findings.unread.len() as u64))
                (figure(lang, say(lang, "lus", "read"), findings.summary.read))
            }
        }
    }
}

/// With whom the report may be shared. It tells who was hit, so it is never freer than TLP:AMBER.
fn sharing(sightings: &[Sighting], lang: Lang) -> String {
    let strictest = sightings.iter().map(|sighting| sighting.indicator.marking).max().unwrap_or_default();
    let (label, whom) = match strictest {
        Marking::Red => (Marking::Red, say(lang, "personne d'autre que vous", "nobody but you")),
        Marking::AmberStrict => {
            (Marking::AmberStrict, say(lang, "votre organisation seule", "your organisation alone"))
        }
        _ => (
            Marking::Amber,
            say(lang, "votre organisation et ceux qui l'aident", "your organisation and those who help it"),
        ),
    };
    match lang {
        Lang::Fr => format!("Diffusion {label} : {whom}."),
        Lang::En => format!("Sharing {label}: {whom}."),
    }
}

fn figure(lang: Lang, name: &str, number: u64) -> Markup {
    html! { div { dt { (name) } dd { (grouped(lang, number)) } } }
}

/// Distinct advice, the most urgent first, each once.
fn next_steps(findings: &Findings<'_>, lang: Lang) -> Markup {
    let steps = steps(findings.sightings, lang);
    let urgent = findings.sightings.iter().any(|sighting| sighting.severity == Severity::High);
    html! {
        section {
            h2 { (say(lang, "Que faire maintenant", "What to do now")) }
            @if steps.is_empty() {
                p { (say(lang,
                    "Rien d'urgent. Gardez ce rapport : il dit ce qui a été regardé, et avec quelles connaissances.",
                    "Nothing urgent. Keep this report: it says what was looked at, and with what knowledge.")) }
                p { (meaning_of_clean(lang)) }
            } @else {
                @if urgent {
                    p.call { strong { (whom_to_call(lang)) } }
                    p.call { (what_not_to_do(lang)) }
                }
                ol {
                    @for step in steps.iter().take(STEPS) {
                        li { (step.advice) " " span.values { "(" (step.about(lang, 4)) ")" } }
                    }
                }
                @if steps.len() > STEPS { (more(lang, steps.len() - STEPS, "autres conseils", "more steps")) }
            }
            @if !findings.unread.is_empty() {
                p { (say(lang,
                    "Puis regardez ce qui n'a pas pu être lu, plus bas : un attaquant peut s'y cacher.",
                    "Then look at what could not be read, below: an attacker may hide there.")) }
            }
        }
    }
}

/// Says how much a bounded list leaves out, and where it is.
fn more(lang: Lang, number: usize, fr: &'static str, en: &'static str) -> Markup {
    html! {
        p.note { (grouped(lang, number as u64)) " " (say(lang, fr, en)) " "
            (say(lang, "dans la sortie --format jsonl.", "in the output of --format jsonl.")) }
    }
}

fn timeline(sightings: &[Sighting], lang: Lang) -> Markup {
    let mut dated: Vec<&Sighting> = sightings.iter().filter(|sighting| sighting.at.is_some()).collect();
    dated.sort_by_key(|sighting| sighting.at);
    html! {
        @if !dated.is_empty() {
            section {
                h2 { (say(lang, "Chronologie", "Timeline")) }
                p.note { (say(lang, "Heures UTC, selon les preuves elles-mêmes.", "Times in UTC, by the evidence's own account.")) }
                table {
                    thead { tr {
                        th scope="col" { (say(lang, "Quand", "When")) }
                        th scope="col" { (say(lang, "Quoi", "What")) }
                        th scope="col" { (say(lang, "Jusqu'où", "How far")) }
                        th scope="col" { (say(lang, "Où", "Where")) }
                    } }
                    tbody {
                        @for sighting in dated.iter().take(TIMELINE) {
                            tr {
                                td.time { (sighting.at.map_or(String::new(), |at| minute(&at.to_string()))) }
                                td.mono { (printable(&defanged(sighting.observable.kind, &sighting.observable.value))) }
                                td { (exposure(lang, sighting.exposure)) }
                                td.mono { (sighting.location.to_string()) }
                            }
                        }
                    }
                }
                @if dated.len() > TIMELINE { (more(lang, dated.len() - TIMELINE, "autres dates", "more dates")) }
            }
        }
    }
}

fn sightings(sightings: &[Sighting], lang: Lang) -> Markup {
    let mut sorted: Vec<&Sighting> = sightings.iter().collect();
    sorted.sort_by_key(|sighting| std::cmp::Reverse((sighting.severity, sighting.exposure)));
    html! {
        @if !sorted.is_empty() {
            section {
                h2 { (say(lang, "Signalements", "Sightings")) " (" (grouped(lang, sorted.len() as u64)) ")" }
                @for (index, sighting) in sorted.iter().take(SHOWN).enumerate() {
                    (one(sighting, lang, index < OPEN))
                }
                @if sorted.len() > SHOWN { (more(lang, sorted.len() - SHOWN, "autres signalements", "more sightings")) }
            }
        }
    }
}

fn one(sighting: &Sighting, lang: Lang, open: bool) -> Markup {
    let indicator = &sighting.indicator;
    html! {
        details class=(sighting.severity.as_str()) open[open] {
            summary {
                strong { (severity(lang, sighting.severity)) } " "
                span.mono { (printable(&defanged(sighting.observable.kind, &sighting.observable.value))) } " — "
                (exposure(lang, sighting.exposure))
            }
            dl {
                dt { (say(lang, "Où", "Where")) }
                dd.mono { (sighting.location.to_string())
                    @if let Some(offset) = sighting.offset { " (" (say(lang, "octet", "byte")) " " (offset) ")" } }
                @if let Some(excerpt) = &sighting.excerpt {
                    dt { (say(lang, "Extrait", "Excerpt")) }
                    dd.mono.excerpt { (printable(&without_links(excerpt))) }
                }
                @if let Some(at) = sighting.at {
                    dt { (say(lang, "Quand", "When")) }
                    dd { (minute(&at.to_string())) }
                }
                @if !sighting.how.is_empty() {
                    dt { (say(lang, "Comment reconnu", "How it was recognised")) }
                    dd { (sighting.how.iter().map(|step| how(lang, step)).collect::<Vec<_>>().join(" → ")) }
                }
                @if sighting.occurrences > 1 {
                    dt { (say(lang, "Combien de fois ici", "How often here")) }
                    dd { (grouped(lang, sighting.occurrences)) }
                }
                dt { (say(lang, "Indicateur", "Indicator")) }
                dd { span.mono { (printable(&defanged(sighting.observable.kind, &indicator.value))) }
                    @if indicator.name != indicator.value { " — " (printable(&indicator.name)) } }
                dt { (say(lang, "Source", "Source")) }
                dd { (printable(&indicator.source)) " · " (indicator.marking.as_str())
                    @if let Some(since) = indicator.known_since { " · " (say(lang, "connu depuis le", "known since")) " " (day(&since.to_string())) }
                    @if let Some(confidence) = indicator.confidence { " · " (say(lang, "confiance", "confidence")) " " (confidence) "/100" } }
                @if !indicator.references.is_empty() {
                    dt { (say(lang, "À lire", "Read more")) }
                    dd.mono { @for reference in &indicator.references { (printable(reference)) br; } }
                }
                @if !sighting.techniques.is_empty() {
                    dt { "ATT&CK" }
                    dd { @for technique in &sighting.techniques {
                        (technique.as_str()) " " (technique_name(technique.as_str()).unwrap_or_default()) br; } }
                }
                dt { (say(lang, "Que faire", "What to do")) }
                dd { (sighting.advice.get(lang)) }
            }
        }
    }
}

fn unread(unread: &[Unread], lang: Lang) -> Markup {
    let mut reasons: BTreeMap<Reason, Vec<&Unread>> = BTreeMap::new();
    for one in unread {
        reasons.entry(one.reason).or_default().push(one);
    }
    html! {
        section {
            h2 { (say(lang, "Ce qui n'a pas été lu", "What was not read")) " (" (grouped(lang, unread.len() as u64)) ")" }
            @if unread.is_empty() {
                p { (say(lang, "Rien : tout a été lu.", "Nothing: everything was read.")) }
            }
            @for (why, all) in &reasons {
                h3 { (reason(lang, *why)) " (" (grouped(lang, all.len() as u64)) ")" }
                p { (remedy(lang, *why)) }
                ul { @for one in all.iter().take(SHOWN / 10) {
                    li { span.mono { (one.location.to_string()) } " — " (printable(&one.detail)) } } }
                @if all.len() > SHOWN / 10 { (more(lang, all.len() - SHOWN / 10, "autres", "more")) }
            }
        }
    }
}

fn coverage(findings: &Findings<'_>, lang: Lang) -> Markup {
    let (summary, sweep) = (findings.summary, findings.sweep);
    let row = |name: &str, value: String| html! { tr { th scope="row" { (name) } td { (value) } } };
    html! {
        section {
            h2 { (say(lang, "Ce qui a été regardé", "What was looked at")) }
            p.note { (say(lang,
                "Fichiers + éléments = lus + non lus : rien n'est passé sous silence.",
                "Files + items = read + unread: nothing is passed over in silence.")) }
            table.facts { tbody {
                (row(say(lang, "Chemins", "Paths"), sweep.paths.iter().map(|path| printable(path)).collect::<Vec<_>>().join(", ")))
                (row(say(lang, "Fichiers", "Files"), format!("{} ({})", grouped(lang, summary.files), bytes_text(lang, summary.bytes))))
                @if summary.unchanged > 0 {
                    (row(say(lang, "Inchangés depuis la dernière fois", "Unchanged since last time"), grouped(lang, summary.unchanged)))
                }
                (row(say(lang, "Éléments dans les fichiers", "Items inside them"), grouped(lang, summary.items)))
                (row(say(lang, "Lus", "Read"), grouped(lang, summary.read)))
                (row(say(lang, "Non lus", "Unread"), grouped(lang, summary.unread)))
                (row(say(lang, "Indicateurs recherchés", "Indicators looked for"), grouped(lang, sweep.indicators)))
                (row(say(lang, "Indicateurs mis de côté (d'usage courant)", "Indicators set aside (in common use)"), grouped(lang, sweep.set_aside)))
                (row(say(lang, "Version du jeu d'indicateurs", "Version of the indicator set"), sweep.set_version.clone()))
                (row(say(lang, "Début", "Started"), minute(&sweep.started.to_string())))
                (row(say(lang, "Durée", "Duration"), duration_text(summary.elapsed_s)))
                (row("Vauban", sweep.program.clone()))
            } }
            (by_format(findings, lang))
        }
    }
}

fn by_format(findings: &Findings<'_>, lang: Lang) -> Markup {
    let mut formats: Vec<_> = findings.sweep.formats.iter().collect();
    formats.sort_by(|a, b| (b.files, &a.format).cmp(&(a.files, &b.format)));
    html! {
        @if !formats.is_empty() {
            h3 { (say(lang, "Par type de fichier", "By type of file")) }
            table.formats {
                thead { tr {
                    th scope="col" { (say(lang, "Type", "Type")) }
                    th scope="col" { (say(lang, "Fichiers", "Files")) }
                    th scope="col" { (say(lang, "Lus en entier", "Read wholly")) }
                    th scope="col" { (say(lang, "Pas lus, ou pas en entier", "Not read, or not wholly")) }
                } }
                tbody { @for one in formats { tr {
                    td { (printable(&one.format)) }
                    td { (grouped(lang, one.files)) }
                    td { (grouped(lang, one.files.saturating_sub(one.unread))) }
                    td { (grouped(lang, one.unread)) }
                } } }
            }
        }
    }
}

fn day(timestamp: &str) -> String {
    timestamp.get(..10).unwrap_or(timestamp).to_owned()
}

fn minute(timestamp: &str) -> String {
    match (timestamp.get(..10), timestamp.get(11..16)) {
        (Some(day), Some(time)) => format!("{day} {time} UTC"),
        _ => timestamp.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{check, findings};

    #[test]
    fn reads_as_expected_in_both_languages() {
        let case = findings();
        check("report.fr.html", &page(&case.findings(), Lang::Fr));
        check("report.en.html", &page(&case.findings(), Lang::En));
    }

    #[test]
    fn ten_thousand_sightings_stay_a_page_that_says_what_it_leaves_out() {
        let mut case = findings();
        let template = case.sightings[0].clone();
        case.sightings = (0..10_000)
            .map(|number| {
                let mut one = template.clone();
                one.indicator.value = format!("{number}.example");
                one
            })
            .collect();
        let page = page(&case.findings(), Lang::En);
        assert_eq!(page.matches("<details").count(), SHOWN);
        assert!(page.contains("8,000 more sightings") && page.contains("9,800 more dates"));
        assert!(page.len() < 8_000_000, "{}", page.len());
    }

    #[test]
    fn an_interrupted_sweep_says_so_first() {
        let mut case = findings();
        case.summary.partial = true;
        let page = page(&case.findings(), Lang::Fr);
        assert!(page.find("Rapport partiel").unwrap() < page.find("<h1").unwrap());
    }

    #[test]
    fn hostile_text_stays_text_and_nothing_is_fetched() {
        let mut case = findings();
        case.sightings[0].excerpt = Some("<script>alert(1)</script><img src=http://evil.example/x>".into());
        case.sightings[0].indicator.name = "\"><script>".into();
        let page = page(&case.findings(), Lang::En);
        assert!(!page.contains("<script") && !page.contains("<img") && !page.contains("<a "));
        assert!(!page.contains("http://") && !page.contains('\u{1b}'));
        assert!(!page.contains("<link") && !page.contains("@import") && !page.contains("url("));
    }
}
