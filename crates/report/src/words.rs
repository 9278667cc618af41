//! The reports' own words, in both languages.

use vauban_model::{Exposure, Lang, ObservableKind, Reason, Severity, printable};

/// One of two texts.
pub(crate) const fn say(lang: Lang, fr: &'static str, en: &'static str) -> &'static str {
    match lang {
        Lang::Fr => fr,
        Lang::En => en,
    }
}

/// A severity as a word with a sign that survives black-and-white print.
#[must_use]
pub const fn severity(lang: Lang, severity: Severity) -> &'static str {
    match severity {
        Severity::High => say(lang, "!!! grave", "!!! high"),
        Severity::Medium => say(lang, "!! moyen", "!! medium"),
        Severity::Low => say(lang, "! faible", "! low"),
    }
}

/// How far it got, as a sentence's end.
#[must_use]
pub const fn exposure(lang: Lang, exposure: Exposure) -> &'static str {
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

/// Written so that neither a person nor a program that turns addresses into links can open it by mistake.
#[must_use]
pub fn defanged(kind: ObservableKind, value: &str) -> String {
    use ObservableKind as K;
    match kind {
        K::DomainName | K::Url | K::Ipv4Addr | K::EmailAddr => without_links(value).replace('.', "[.]"),
        K::Ipv6Addr => value.replace(':', "[:]"),
        _ => value.to_owned(),
    }
}

/// Text in which no address begins like a link any more; everything else stays as it was.
pub(crate) fn without_links(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at);
        let scheme = before.len() - before.bytes().rev().take_while(u8::is_ascii_alphabetic).count();
        let (lead, word) = before.split_at(scheme);
        out.push_str(lead);
        match word.to_ascii_lowercase().as_str() {
            "http" => out.push_str("hxxp://"),
            "https" => out.push_str("hxxps://"),
            _ => {
                out.push_str(word);
                out.push_str("[:]//");
            }
        }
        rest = &after[3..];
    }
    out.push_str(rest);
    out
}

/// A step by which something was recognised, in words.
pub(crate) fn how(lang: Lang, step: &str) -> String {
    let text = match step {
        "subdomain" => say(lang, "sous-domaine de l'indicateur", "a name below the indicator's"),
        "network" => say(lang, "adresse du réseau de l'indicateur", "an address in the indicator's network"),
        "mentioned" => say(lang, "mentionné dans un texte", "mentioned in a text"),
        "defanged" => say(lang, "écrit désamorcé (hxxp, [.])", "written defanged (hxxp, [.])"),
        "base64" => say(lang, "caché en base64", "hidden in base64"),
        "hex" | "hexadecimal" => say(lang, "caché en hexadécimal", "hidden in hexadecimal"),
        "percent-encoding" => say(lang, "caché en %XX", "hidden in percent-encoding"),
        "quoted-printable" => say(lang, "codé en quoted-printable", "coded in quoted-printable"),
        "idna" => say(lang, "nom international (IDNA)", "an international name (IDNA)"),
        "pattern" => say(lang, "motif de plusieurs traits", "a pattern of several traits"),
        "path-end" => say(lang, "fin du chemin", "the end of its path"),
        "folder" => say(lang, "dans un dossier de l'indicateur", "in a folder of the indicator's"),
        "utf-16" => say(lang, "texte en UTF-16", "text in UTF-16"),
        _ => return printable(step),
    };
    text.to_owned()
}

/// `1 file`, `2 files`.
pub(crate) fn count(lang: Lang, number: u64, fr: (&str, &str), en: (&str, &str)) -> String {
    let (one, many) = match lang {
        Lang::Fr => fr,
        Lang::En => en,
    };
    // French counts zero as one thing.
    let singular = number == 1 || (number == 0 && lang == Lang::Fr);
    format!("{} {}", grouped(lang, number), if singular { one } else { many })
}

/// Thousands set apart, in each language's way.
pub(crate) fn grouped(lang: Lang, number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(match lang {
                Lang::Fr => '\u{a0}',
                Lang::En => ',',
            });
        }
        text.push(digit);
    }
    text
}

/// Whom to call.
pub(crate) const fn whom_to_call(lang: Lang) -> &'static str {
    say(
        lang,
        "Appelez, par téléphone et non depuis une machine touchée, votre agence nationale ; en France le CERT-FR (cert.ssi.gouv.fr), qui répond jour et nuit. Gardez ce rapport : c'est la première chose qu'elle demandera.",
        "Call your national agency or CERT, by telephone and not from a machine that was hit (in France: CERT-FR, cert.ssi.gouv.fr, day and night). Keep this report: it is the first thing they will ask for.",
    )
}

/// What must not be done, whatever was found.
pub(crate) const fn what_not_to_do(lang: Lang) -> &'static str {
    say(
        lang,
        "Ne supprimez rien, n'ouvrez rien, n'éteignez pas la machine : ce sont des preuves. N'en parlez pas par la messagerie qui est peut-être lue.",
        "Delete nothing, open nothing, do not switch the machine off: it is evidence. Do not discuss it over mail that may be read by others.",
    )
}

/// What "nothing found" means, and what it does not.
pub(crate) const fn meaning_of_clean(lang: Lang) -> &'static str {
    say(
        lang,
        "« Rien trouvé » veut dire : aucun de ces indicateurs n'est dans ce qui a été lu. Cela ne veut pas dire qu'aucun attaquant n'est là.",
        "\"Nothing found\" means: none of these indicators is in what was read. It does not mean that no attacker is there.",
    )
}

/// The sentence everybody reads first.
pub(crate) fn verdict(lang: Lang, high: u64, other: u64, unread: u64, partial: bool) -> String {
    let mut sentence = if high > 0 {
        say(
            lang,
            "Des traces connues d'attaquants ont été trouvées. Agissez maintenant, dans l'ordre qui suit.",
            "Known traces of attackers were found. Act now, in this order.",
        )
        .to_owned()
    } else if other > 0 {
        say(
            lang,
            "Des indices ont été trouvés, sans preuve forte. Regardez-les aujourd'hui.",
            "Signs were found, no strong proof. Look at them today.",
        )
        .to_owned()
    } else if partial {
        say(lang, "Rien de connu dans ce qui a été lu jusqu'ici.", "Nothing known in what was read so far.").to_owned()
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
        assert_eq!(defanged(ObservableKind::Url, "HTTP://evil.example/a"), "hxxp://evil[.]example/a");
        assert_eq!(
            defanged(ObservableKind::Url, "https://a.example/?u=http://b.example"),
            "hxxps://a[.]example/?u=hxxp://b[.]example"
        );
        assert_eq!(defanged(ObservableKind::EmailAddr, "a@evil.example"), "a@evil[.]example");
        assert_eq!(defanged(ObservableKind::Ipv6Addr, "2001:db8::1"), "2001[:]db8[:][:]1");
        assert_eq!(defanged(ObservableKind::FileName, "invoice.doc"), "invoice.doc");
        assert_eq!(without_links("see é://x and ftp://y, not a link"), "see é[:]//x and ftp[:]//y, not a link");
    }

    #[test]
    fn an_interrupted_sweep_never_says_that_everything_was_read() {
        for lang in [Lang::Fr, Lang::En] {
            let text = verdict(lang, 0, 0, 0, true);
            assert!(text.contains("PARTI") && !text.contains("everything") && !text.contains("tout a été"), "{text}");
        }
    }

    #[test]
    fn numbers_are_readable() {
        assert_eq!(count(Lang::En, 12_345, ("", ""), ("file", "files")), "12,345 files");
        assert_eq!(count(Lang::Fr, 0, ("fichier", "fichiers"), ("", "")), "0 fichier");
    }
}
