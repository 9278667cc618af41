//! The whole story of one sighting, for a person who has to decide: where, what, how sure, what it means, what to do,
//! what to keep.

use std::fmt::Write as _;

use vauban_model::{Exposure, Lang, ObservableKind, Sighting, printable};

use crate::{
    terminal::paragraph,
    words::{defanged, exposure, how, say, severity, what_not_to_do, whom_to_call, without_links},
};

/// What is known beside the sighting.
#[derive(Debug, Clone, Default)]
pub struct Circumstances<'c> {
    /// Sightings of the same observable at the same location by other indicators.
    pub others: Vec<&'c Sighting>,
    /// When it was first and last seen by a sweep.
    pub seen: Option<(String, String)>,
    /// The SHA-256 of the file, as it was when it was swept.
    pub sha256: Option<String>,
    /// What has become of the file, in words of [`Lang`]; empty when that was not asked.
    pub evidence: String,
}

/// Tells the story at 80 columns.
#[must_use]
pub fn story(sighting: &Sighting, around: &Circumstances<'_>, lang: Lang) -> String {
    let mut out = String::new();
    let value = printable(&defanged(sighting.observable.kind, &sighting.observable.value));
    paragraph(&mut out, "", &format!("{}  {value}", severity(lang, sighting.severity)));
    heading(&mut out, lang, "Où", "Where");
    for (depth, segment) in sighting.location.segments().iter().enumerate() {
        paragraph(
            &mut out,
            &format!("  {}{}", "  ".repeat(depth.min(8)), if depth == 0 { "" } else { "! " }),
            &printable(segment),
        );
    }
    if let Some(offset) = sighting.offset {
        let _ = writeln!(out, "  {} {offset}", say(lang, "à l'octet", "at byte"));
    }
    if let Some(at) = sighting.at {
        paragraph(
            &mut out,
            "  ",
            &format!("{} {at}", say(lang, "selon la pièce elle-même, le", "by the evidence's own account, on")),
        );
    }
    if let Some((first, last)) = &around.seen {
        let text = match lang {
            Lang::Fr => format!("vu par une analyse le {first}, la dernière fois le {last}"),
            Lang::En => format!("seen by a sweep on {first}, last on {last}"),
        };
        paragraph(&mut out, "  ", &text);
    }
    if !around.evidence.is_empty() {
        paragraph(&mut out, "  ", &around.evidence);
    }
    if let Some(excerpt) = &sighting.excerpt {
        heading(&mut out, lang, "Extrait", "Excerpt");
        paragraph(&mut out, "  | ", &printable(&without_links(excerpt)));
    }
    heading(&mut out, lang, "Ce que c'est", "What it is");
    indicator(&mut out, sighting, lang);
    for other in &around.others {
        indicator(&mut out, other, lang);
    }
    if !sighting.how.is_empty() {
        let steps: Vec<String> = sighting.how.iter().map(|step| how(lang, step)).collect();
        paragraph(&mut out, "  ", &format!("{} {}", say(lang, "reconnu ainsi :", "recognised so:"), steps.join(", ")));
    }
    heading(&mut out, lang, "Peut-on se tromper ?", "Could it be a mistake?");
    paragraph(&mut out, "  ", doubt(sighting, lang));
    heading(&mut out, lang, "Ce que cela veut dire", "What it means");
    paragraph(
        &mut out,
        "  ",
        &format!("{}. {}", capital(exposure(lang, sighting.exposure)), meaning(sighting.exposure, lang)),
    );
    heading(&mut out, lang, "Que faire", "What to do");
    paragraph(&mut out, "  ", sighting.advice.get(lang));
    paragraph(&mut out, "  ", what_not_to_do(lang));
    paragraph(&mut out, "  ", whom_to_call(lang));
    heading(&mut out, lang, "Ce qu'il faut garder", "What to keep");
    let file = sighting.location.segments().first().map_or(String::new(), |path| printable(path));
    paragraph(&mut out, "  ", &format!("{} {file}", say(lang, "le fichier", "the file")));
    if let Some(sha256) = &around.sha256 {
        let _ = writeln!(out, "  SHA-256\n  {sha256}");
    }
    let command = format!("vauban record keep {}", sighting.short_name());
    let text = match lang {
        Lang::Fr => format!("`{command}` en met une copie chiffrée à l'abri."),
        Lang::En => format!("`{command}` puts an encrypted copy aside."),
    };
    paragraph(&mut out, "  ", &text);
    out
}

fn heading(out: &mut String, lang: Lang, fr: &'static str, en: &'static str) {
    let _ = writeln!(out, "\n{}", say(lang, fr, en));
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

fn indicator(out: &mut String, sighting: &Sighting, lang: Lang) {
    let indicator = &sighting.indicator;
    let value = printable(&defanged(sighting.observable.kind, &indicator.value));
    let name = printable(&indicator.name);
    paragraph(out, "  ", &if name == value { name } else { format!("{name} ({value})") });
    let mut source = format!("{} {}", say(lang, "source :", "source:"), printable(&indicator.source));
    if let Some(confidence) = indicator.confidence {
        let _ = write!(source, ", {} {confidence}/100", say(lang, "confiance", "confidence"));
    }
    if let Some(since) = indicator.known_since {
        let since = since.to_string();
        let day = since.get(..10).unwrap_or(&since);
        let _ = write!(source, ", {} {day}", say(lang, "connu depuis le", "known since"));
    }
    paragraph(out, "    ", &format!("{source}, {}", indicator.marking));
    paragraph(out, "    ", indicator.id.as_str());
    for reference in indicator.references.iter().take(5) {
        paragraph(out, "    ", &printable(reference));
    }
}

/// How likely it is that nothing is behind it.
fn doubt(sighting: &Sighting, lang: Lang) -> &'static str {
    let mentioned = sighting.how.iter().any(|step| step == "mentioned");
    match (sighting.observable.kind, sighting.indicator.confidence.unwrap_or(50)) {
        (_, 0..=24) => say(
            lang,
            "Oui, facilement : la source elle-même n'est pas sûre. Ne concluez rien de ce seul signe.",
            "Easily: the source itself is not sure. Conclude nothing from this sign alone.",
        ),
        (ObservableKind::FileHash, _) if !mentioned => say(
            lang,
            "Très peu : ce sont exactement les octets que la source décrit.",
            "Hardly: these are exactly the bytes that the source describes.",
        ),
        (ObservableKind::FileName, _) => say(
            lang,
            "Oui : un nom de fichier appartient à tout le monde. Comparez le contenu.",
            "Yes: a file name is anybody's. Compare the content.",
        ),
        (ObservableKind::ProcessName, _) => say(
            lang,
            "C'est possible : un nom de programme peut être porté par un autre. Faites examiner l'appareil.",
            "Possibly: another program may bear the same name. Have the device examined.",
        ),
        (ObservableKind::Ipv4Addr | ObservableKind::Ipv6Addr, _) => say(
            lang,
            "C'est possible : les adresses changent de mains. Comparez la date avec celle de la source.",
            "Possibly: addresses change hands. Compare the date with that of the source.",
        ),
        (ObservableKind::Bytes, _) => say(
            lang,
            "C'est possible : une règle juge une ressemblance. Faites regarder le fichier.",
            "Possibly: a rule judges a likeness. Have the file looked at.",
        ),
        (ObservableKind::Event, _) => say(
            lang,
            "C'est possible : une règle juge une habitude d'attaquant, et l'administration en a de semblables. Demandez à la personne si c'était elle.",
            "Possibly: a rule judges a habit of attackers, and administrators have some of the same. Ask the person whether it was them.",
        ),
        _ if mentioned => say(
            lang,
            "C'est possible : un texte en parle, par exemple un rapport ou un avertissement comme celui-ci.",
            "Possibly: a text speaks of it, for example a report or a warning like this one.",
        ),
        _ => say(
            lang,
            "Peu probable, sauf si le texte est lui-même un avertissement qui cite l'indicateur.",
            "Not likely, unless the text is itself a warning that quotes the indicator.",
        ),
    }
}

/// What having got this far says, and what it does not.
const fn meaning(exposure: Exposure, lang: Lang) -> &'static str {
    match exposure {
        Exposure::Present => say(
            lang,
            "La trace est dans vos fichiers ; rien ne dit que quelqu'un l'ait rencontrée.",
            "The trace lies in your files; nothing says that anybody met it.",
        ),
        Exposure::Received => say(
            lang,
            "On l'a envoyée à quelqu'un chez vous. Cela ne dit pas qu'il ait cliqué ou répondu.",
            "It was sent to somebody of yours. That does not say that they clicked or answered.",
        ),
        Exposure::Opened => say(
            lang,
            "Quelqu'un l'a eu devant lui. Ce que la pièce a fait ensuite reste à établir.",
            "Somebody had it before them. What it did then remains to be found out.",
        ),
        Exposure::Contacted => say(
            lang,
            "Une machine a parlé à cette adresse. Un lien suivi, une image chargée ou un programme installé : il faut savoir lequel.",
            "A machine talked to this address. A link followed, a picture loaded or a program installed: find out which.",
        ),
        Exposure::Executed => say(
            lang,
            "Cela a fonctionné sur la machine. Considérez tout ce qu'elle contient comme lu par l'attaquant.",
            "It ran on the machine. Take everything on it as read by the attacker.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{check, findings};

    #[test]
    fn the_story_reads_as_expected_in_both_languages() {
        let case = findings();
        for (lang, name) in [(Lang::Fr, "story.fr.txt"), (Lang::En, "story.en.txt")] {
            let around = Circumstances {
                others: vec![&case.sightings[1]],
                seen: Some(("2026-11-20".into(), "2026-11-24".into())),
                sha256: Some("ab".repeat(32)),
                evidence: String::new(),
            };
            let text = story(&case.sightings[0], &around, lang);
            assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
            check(name, &text);
        }
    }
}
