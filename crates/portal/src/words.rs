//! The pages' own words for what the guard says in one.

use vauban_mail::{Leak, Reason, Weights};
use vauban_model::{Lang, ObservableKind, Text};
use vauban_record::HeldState;

/// What became of a message, with a sign that does not need colour.
pub(crate) fn verdict(word: &str) -> Text {
    match word {
        "deliver" => Text::new("✓ remis", "✓ delivered"),
        "flag" => Text::new("! suspect", "! flagged"),
        "quarantine" => Text::new("!!! retenu", "!!! kept back"),
        "refused" => Text::new("× refusé", "× refused"),
        "outgoing" => Text::new("→ parti", "→ sent"),
        "warn" => Text::new("→ parti, expéditeur averti", "→ sent, its sender was warned"),
        "hold" => Text::new("!! départ retenu", "!! kept from leaving"),
        other => Text::new(other.to_owned(), other.to_owned()),
    }
}

/// What became of a message that was kept back.
pub(crate) fn state(state: HeldState) -> Text {
    match state {
        HeldState::Held => Text::new("retenu", "kept back"),
        HeldState::Released => Text::new("remis", "released"),
        HeldState::Deleted => Text::new("supprimé", "deleted"),
        HeldState::Expired => Text::new("expiré", "expired"),
    }
}

/// What a kind of observable is called.
pub(crate) fn kind(kind: ObservableKind) -> Text {
    match kind {
        ObservableKind::DomainName => Text::new("nom de domaine", "domain name"),
        ObservableKind::Url => Text::new("adresse web", "web address"),
        ObservableKind::EmailAddr => Text::new("adresse mail", "mail address"),
        ObservableKind::Ipv4Addr | ObservableKind::Ipv6Addr => Text::new("adresse IP", "IP address"),
        ObservableKind::FileHash => Text::new("empreinte de fichier", "hash of a file"),
        _ => Text::new("autre", "other"),
    }
}

/// A number with its noun: in French one thing and none are singular, in English one is.
pub(crate) fn count(lang: Lang, number: usize, fr: (&str, &str), en: (&str, &str)) -> String {
    let word = match lang {
        Lang::Fr if number < 2 => fr.0,
        Lang::Fr => fr.1,
        Lang::En if number == 1 => en.0,
        Lang::En => en.1,
    };
    format!("{number} {word}")
}

/// The sentences of kinds of facts with their weights: those of incoming mail, then those of outgoing mail.
pub(crate) fn sentences(codes: &[String], lang: Lang) -> Vec<(f64, String)> {
    let reasons = Weights::built_in().explain(codes);
    let mut all: Vec<(f64, String)> =
        reasons.iter().map(|Reason { weight, text, .. }| (*weight, text.get(lang).to_owned())).collect();
    let leaks = [Leak::AutoForward, Leak::OwnPrivateMailbox, Leak::ColleaguePrivate];
    let leaks = leaks.into_iter().filter(|leak| codes.iter().any(|code| code == leak.word()));
    all.extend(leaks.map(|leak| (0.0, leak.text().get(lang).to_owned())));
    all
}
