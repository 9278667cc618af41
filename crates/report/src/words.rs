//! The reports' own words, in both languages.

use vauban_model::{Exposure, Lang, Reason, Severity};

/// One of two texts.
pub(crate) const fn say(lang: Lang, fr: &'static str, en: &'static str) -> &'static str {
    match lang {
        Lang::Fr => fr,
        Lang::En => en,
    }
}

/// A severity as a word with a sign that survives black-and-white print.
pub(crate) const fn severity(lang: Lang, severity: Severity) -> &'static str {
    match severity {
        Severity::High => say(lang, "!!! grave", "!!! high"),
        Severity::Medium => say(lang, "!! moyen", "!! medium"),
        Severity::Low => say(lang, "! faible", "! low"),
    }
}

/// How far it got, as a sentence's end.
pub(crate) const fn exposure(lang: Lang, exposure: Exposure) -> &'static str {
    match exposure {
        Exposure::Present => say(lang, "présent dans les fichiers", "present in the files"),
        Exposure::Received => say(lang, "reçu par quelqu'un", "received by somebody"),
        Exposure::Opened => say(lang, "ouvert par quelqu'un", "opened by somebody"),
        Exposure::Contacted => say(lang, "contacté par une machine", "contacted by a machine"),
        Exposure::Executed => say(lang, "exécuté", "executed"),
    }
}

/// Why something was not read.
pub(crate) const fn reason(lang: Lang, reason: Reason) -> &'static str {
    match reason {
        Reason::Encrypted => say(lang, "chiffré", "encrypted"),
        Reason::Corrupt => say(lang, "abîmé ou tronqué", "broken or cut short"),
        Reason::TooLarge => say(lang, "trop grand", "too large"),
        Reason::TooDeep => say(lang, "trop imbriqué", "nested too deep"),
        Reason::TooMany => say(lang, "trop d'éléments", "too many entries"),
        Reason::Unsupported => say(lang, "format non lu", "format not read"),
        Reason::Timeout => say(lang, "temps dépassé", "out of time"),
        Reason::Crashed => say(lang, "notre lecteur a échoué", "our reader failed"),
        Reason::Denied => say(lang, "accès refusé", "access denied"),
    }
}

/// What to do about something that was not read.
pub(crate) const fn remedy(lang: Lang, reason: Reason) -> &'static str {
    match reason {
        Reason::Encrypted => say(
            lang,
            "Demandez le mot de passe à son propriétaire, déchiffrez une copie et relancez l'analyse dessus.",
            "Ask its owner for the password, decrypt a copy and sweep that.",
        ),
        Reason::Corrupt => say(
            lang,
            "Cherchez une copie saine (sauvegarde, expéditeur) ; un fichier abîmé exprès est lui-même suspect.",
            "Look for a sound copy (backup, sender); a file broken on purpose is itself suspicious.",
        ),
        Reason::TooLarge | Reason::TooDeep | Reason::TooMany => say(
            lang,
            "Ouvrez-le sur une machine isolée et analysez ce qu'il contient, ou demandez à un spécialiste.",
            "Unpack it on an isolated machine and sweep what it holds, or ask a specialist.",
        ),
        Reason::Unsupported => say(
            lang,
            "Convertissez-le ou extrayez-le avec un autre outil, puis analysez le résultat.",
            "Convert or extract it with another tool, then sweep the result.",
        ),
        Reason::Timeout | Reason::Crashed => say(
            lang,
            "Relancez l'analyse sur ce seul fichier ; si cela se répète, signalez-le-nous et faites-le voir.",
            "Sweep this file alone; if it happens again, report it to us and have it looked at.",
        ),
        Reason::Denied => say(
            lang,
            "Relancez l'analyse avec un compte qui a le droit de le lire.",
            "Sweep again with an account that may read it.",
        ),
    }
}

/// Written so that nobody can click on it by mistake.
pub(crate) fn defanged(value: &str) -> String {
    let clickable = value.contains("://") || value.contains('@') || looks_like_host(value);
    if clickable { value.replace("http", "hxxp").replace('.', "[.]") } else { value.to_owned() }
}

fn looks_like_host(value: &str) -> bool {
    !value.contains([' ', '\'', '"', '=']) && value.contains('.')
}

/// `1 file`, `2 files`.
pub(crate) fn count(lang: Lang, number: u64, fr: (&str, &str), en: (&str, &str)) -> String {
    let (one, many) = match lang {
        Lang::Fr => fr,
        Lang::En => en,
    };
    // French counts zero as one thing.
    let singular = number == 1 || (number == 0 && lang == Lang::Fr);
    format!("{} {}", grouped(number), if singular { one } else { many })
}

/// Thousands separated by a thin space, readable in both languages.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// The sentence everybody reads first.
pub(crate) fn verdict(lang: Lang, high: u64, other: u64, unread: u64, partial: bool) -> String {
    let mut sentence = if high > 0 {
        say(
            lang,
            "Des traces connues d'attaquants ont été trouvées. Agissez maintenant, dans l'ordre ci-dessous.",
            "Known traces of attackers were found. Act now, in the order below.",
        )
        .to_owned()
    } else if other > 0 {
        say(
            lang,
            "Des indices ont été trouvés, sans preuve forte. Regardez-les aujourd'hui.",
            "Signs were found, no strong proof. Look at them today.",
        )
        .to_owned()
    } else if unread > 0 {
        say(
            lang,
            "Rien de connu dans ce qui a été lu ; mais tout n'a pas pu l'être.",
            "Nothing known in what was read; but not everything could be read.",
        )
        .to_owned()
    } else {
        say(
            lang,
            "Rien de connu n'a été trouvé, et tout a été lu.",
            "Nothing known was found, and everything was read.",
        )
        .to_owned()
    };
    if partial {
        sentence.push(' ');
        sentence.push_str(say(
            lang,
            "L'analyse a été interrompue : ce rapport est PARTIEL.",
            "The sweep was interrupted: this report is PARTIAL.",
        ));
    }
    sentence
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indicators_cannot_be_clicked() {
        assert_eq!(defanged("http://evil.example/a"), "hxxp://evil[.]example/a");
        assert_eq!(defanged("a@evil.example"), "a@evil[.]example");
        assert_eq!(defanged("d41d8cd98f00b204e9800998ecf8427e"), "d41d8cd98f00b204e9800998ecf8427e");
    }

    #[test]
    fn numbers_are_readable() {
        assert_eq!(count(Lang::En, 12_345, ("", ""), ("file", "files")), "12\u{202f}345 files");
        assert_eq!(count(Lang::Fr, 0, ("fichier", "fichiers"), ("", "")), "0 fichier");
    }
}
