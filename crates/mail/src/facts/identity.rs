//! Who writes, and whether the name, the address and the way belong together.

use vauban_lookalike::{Owner, mixes_scripts, owner, registrable};

use crate::{
    Code, Facts, Known, Letter,
    letter::{Address, is_invisible},
    places::{is_free_hosting, is_throwaway},
};

pub(super) fn look(letter: &Letter, known: &Known, facts: &mut Facts) {
    let header = &letter.header;
    shape(letter, facts);
    let Some(author) = header.from.first() else { return };
    let domain = author.domain();
    if known.is_own(domain) {
        from_inside(letter, author, known, facts);
    } else {
        borrowed(author, known, facts);
        let registered = registrable(domain).unwrap_or(domain);
        if is_free_hosting(domain) {
            facts.add(Code::FreeHostingSender, domain);
        } else if is_throwaway(registered) {
            facts.add(Code::ThrowawayEnding, domain);
        }
        if is_made_up(author, header.is_list) {
            facts.add(Code::ScriptAsSender, &author.address);
        }
    }
    let reader = header.reader();
    let claims_it = reader == author.address || author.name.eq_ignore_ascii_case(reader);
    if !reader.is_empty() && !header.is_list && claims_it {
        facts.add(Code::SenderIsReader, author.shown());
    }
    answers_elsewhere(letter, author, known, facts);
}

/// What every honest program writes.
fn shape(letter: &Letter, facts: &mut Facts) {
    let header = &letter.header;
    if header.from_fields == 0 {
        facts.add(Code::NoSender, "From");
    }
    let odd = match header.from.first() {
        None => header.from_fields > 0,
        Some(author) => {
            header.from_fields > 1
                || header.from.len() > 1 && header.sender.is_none()
                || !author.domain().contains('.')
                || author.address.chars().any(|c| c.is_whitespace() || "<>,;'\"()".contains(c) || is_costume(c))
                || !author.domain().chars().all(|c| c.is_alphanumeric() || ".-".contains(c))
        }
    };
    if odd {
        facts.add(Code::MalformedSender, &header.from_text);
    }
    let name = header.from.first().map(|from| from.name.as_str()).unwrap_or_default();
    if is_disguised(name) {
        facts.add(Code::DisguisedName, header.from.first().map(Address::shown).unwrap_or_default());
    }
    if header.message_id.is_empty() {
        facts.add(Code::NoMessageId, "Message-ID");
    }
}

/// Whether a name holds characters that are there to pass filters.
fn is_disguised(name: &str) -> bool {
    let hidden = name.chars().any(|c| is_invisible(c) && !matches!(c, '\u{200d}' | '\u{200e}' | '\u{200f}'))
        || name.chars().collect::<Vec<_>>().windows(3).any(
            |window| matches!(*window, [a, '\u{200d}', b] if a.is_ascii_alphanumeric() && b.is_ascii_alphanumeric()),
        );
    hidden || mixes_scripts(name) || name.chars().any(is_costume)
}

/// Letters of mathematics and of other costumes, which look like plain ones.
const fn is_costume(c: char) -> bool {
    matches!(c, '\u{1d400}'..='\u{1d7ff}' | '\u{ff21}'..='\u{ff5a}' | '\u{1f130}'..='\u{1f149}' | '\u{24b6}'..='\u{24e9}')
}

/// The organisation's own address: who handed it over?
fn from_inside(letter: &Letter, author: &Address, known: &Known, facts: &mut Facts) {
    if let Some(hop) = &letter.header.hop
        && known.is_own(&hop.by)
        && !hop.names.is_empty()
        && !hop.names.iter().any(|name| known.is_own(name) || carries_for_anybody(name, known))
    {
        facts.add(Code::OwnDomainFromOutside, format!("{} ({})", author.address, hop.names.join(", ")));
    }
}

/// Large providers of mail, and of newsletters, deliver for all their customers.
fn carries_for_anybody(name: &str, known: &Known) -> bool {
    matches!(known.protected().owner_of(name), Some(Owner::Provider | Owner::Brand))
}

/// Names that are not the sender's.
fn borrowed(author: &Address, known: &Known, facts: &mut Facts) {
    let (name, domain) = (author.name.as_str(), author.domain());
    let shown = if name.is_empty() { author.local() } else { name };
    if let Some((person, is_own)) = known.borrowed_name(shown, &author.address) {
        let code = if is_own { Code::StaffNameOutside } else { Code::PartnerNameOutside };
        facts.add(code, format!("{} ≠ {person}", author.shown()));
    } else if let Some(person) = known.borrowed_local(author.local(), &author.address) {
        facts.add(Code::StaffNameOutside, format!("{} ≠ {person}", author.shown()));
    } else if let Some(partner) = known.borrowed_partner(name, domain) {
        facts.add(Code::PartnerNameOutside, format!("{} ≠ {partner}", author.shown()));
    }
    if address_in(name).is_some_and(|other| deceives(&other, name, domain, known)) {
        facts.add(Code::AddressInName, author.shown());
    }
    if let Some(brand) = known.brands().claimed_by(name)
        && !brand.owns(domain)
        && !known.is_inside(domain)
    {
        facts.add(Code::BrandNameOutside, format!("{} ≠ {}", author.shown(), brand.name));
    }
}

/// Whether the host in a displayed name claims to be somebody else: a whole address, or the name of a known owner. Many
/// papers bear the name of their site.
fn deceives(other: &str, name: &str, domain: &str, known: &Known) -> bool {
    let is_address = name.contains('@') || name.contains("(at)");
    registrable(other) != registrable(domain) && (is_address || known.protected().owner_of(other).is_some())
}

/// The host that a displayed name shows, where it shows one.
fn address_in(name: &str) -> Option<String> {
    name.to_lowercase()
        .split(|c: char| c.is_whitespace() || "<>()[],;\"'|".contains(c))
        .map(|word| word.rsplit_once('@').map_or(word, |(_, host)| host).trim_end_matches('.'))
        .find(|word| {
            let is_name = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte));
            is_name
                && word.contains('.')
                && (reserved(word) || psl::suffix(word.as_bytes()).is_some_and(|end| end.is_known()))
                && registrable(word).is_some()
        })
        .map(str::to_owned)
}

/// Endings of networks without the public tree (RFC 2606, RFC 8375).
fn reserved(host: &str) -> bool {
    [".example", ".test", ".lan", ".local", ".home.arpa"].iter().any(|ending| host.ends_with(ending))
}

/// Where an answer would go.
fn answers_elsewhere(letter: &Letter, author: &Address, known: &Known, facts: &mut Facts) {
    let header = &letter.header;
    let own = |address: &Address| known.is_own(address.domain());
    let pretends = known.is_own(author.domain()) || facts.has(Code::StaffNameOutside);
    let elsewhere = header
        .reply_to
        .iter()
        .find(|reply| reply.address.contains('@') && owner(reply.domain()) != owner(author.domain()) && !own(reply));
    if let Some(reply) = elsewhere {
        let evidence = format!("{} → {}", author.address, reply.shown());
        if pretends && !known.is_inside(reply.domain()) && !header.is_list {
            facts.add(Code::ReplyToOutside, evidence);
        } else if !header.is_list {
            facts.add(Code::ReplyToElsewhere, evidence);
        }
    }
    if let Some(path) = &header.return_path
        && !header.is_list
        && let Some((_, host)) = path.rsplit_once('@')
        && owner(host) != owner(author.domain())
    {
        let code = if pretends && !known.is_inside(host) { Code::ReturnPathOutside } else { Code::ReturnPathElsewhere };
        facts.add(code, path);
    }
}

/// Whether a program made the address up: runs of digits and letters that no language speaks.
fn is_made_up(author: &Address, is_list: bool) -> bool {
    let label = registrable(author.domain()).and_then(|domain| domain.split('.').next()).unwrap_or_default();
    // Lists and newsletters put the reader's number into an address with a structure.
    let local = author.local();
    let is_word = local.bytes().all(|byte| byte.is_ascii_alphanumeric());
    !is_list && is_word && is_gibberish(local) || is_gibberish(label)
}

fn is_gibberish(text: &str) -> bool {
    text.split(['.', '-', '_', '+']).any(|word| {
        let letters = word.bytes().filter(u8::is_ascii_alphabetic).count();
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        let changes = word
            .as_bytes()
            .windows(2)
            .filter(|pair| matches!(pair, [a, b] if a.is_ascii_digit() != b.is_ascii_digit()))
            .count();
        // One sound, several letters.
        let sounds = ["sch", "tch", "ch", "sh", "th", "ph", "ck", "gh", "st"]
            .iter()
            .fold(word.to_ascii_lowercase(), |word, sound| word.replace(sound, "s"));
        let longest_run = sounds
            .as_bytes()
            .split(|byte| !byte.is_ascii_alphabetic() || b"aeiouy".contains(&byte.to_ascii_lowercase()))
            .map(<[u8]>::len)
            .max()
            .unwrap_or(0);
        word.is_ascii()
            && letters >= 3
            && (longest_run >= 5 || changes >= 4 && letters + digits >= 8 || digits >= 8 && letters >= 4)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_costume_are_told() {
        for name in ["Pay\u{200b}Pal", "\u{1d40f}aypal", "P\u{430}ypal", "V\u{200d}enmo"] {
            assert!(is_disguised(name), "{name:?}");
        }
        for name in ["Léa Petit", "Пётр", "👩\u{200d}💻 Dev", "山田", ""] {
            assert!(!is_disguised(name), "{name:?}");
        }
    }

    #[test]
    fn made_up_names_are_told() {
        for text in ["k4j5h6k7", "svylfqrtxz", "mailsuspremdeusmachine24395001", "4llx1jbw8647"] {
            assert!(is_gibberish(text), "{text}");
        }
        for text in [
            "hugo.bernard",
            "bernard.perso0",
            "noreply",
            "christophe1975",
            "schwartzkopf",
            "jschmidt",
            "kschwartz",
            "jchristensen",
            "strzelczyk",
            "no-reply",
            "cftc",
            "lea.petit2027",
        ] {
            assert!(!is_gibberish(text), "{text}");
        }
    }

    #[test]
    fn an_address_in_a_name_is_found() {
        assert_eq!(address_in("claire.martin@elysee.fr (via)").as_deref(), Some("elysee.fr"));
        assert_eq!(address_in("Amazon.com").as_deref(), Some("amazon.com"));
        assert_eq!(address_in("J.R. Smith"), None);
        assert_eq!(address_in("Dr. A. Node.js"), None);
    }
}
