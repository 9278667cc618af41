//! Who writes, and whether the name, the address and the way belong together.

use vauban_lookalike::{Owner, mixes_scripts, owner, registrable};

use crate::{
    Code, Facts, Known, Letter,
    letter::{Address, is_costume, is_invisible},
    places::{is_free_hosting, is_freemail, is_throwaway},
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
        if let Some(reply) = header.reply_to.iter().find(|reply| is_throwaway(reply.domain())) {
            facts.add(Code::ThrowawayEnding, &reply.address);
        }
        // On a list, the sender is the list.
        let mut senders = std::iter::once(author).chain(header.sender.iter().filter(|_| !header.is_list));
        if let Some(sender) = senders.find(|sender| is_made_up(sender, &header.from_text, header.is_list)) {
            facts.add(Code::ScriptAsSender, &sender.address);
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
    } else if header.from_text.ends_with(" >") || header.from_text.contains("< ") {
        facts.add(Code::SpaceInSender, &header.from_text);
    }
    let name = header.from.first().map(|from| from.name.as_str()).unwrap_or_default();
    if is_disguised(name) {
        facts.add(Code::DisguisedName, header.from.first().map(Address::shown).unwrap_or_default());
    }
    if !header.has_own_id() {
        facts.add(Code::NoMessageId, format!("Message-ID: {}", header.message_id));
    }
}

/// A name as it is read: without what is not seen, and letters that were spread out put together.
fn plain(name: &str) -> String {
    let seen: String = name.chars().filter(|c| !is_invisible(*c)).collect();
    let Some((start, end)) = spread(&seen) else { return seen };
    let (before, spread, after) = (
        seen.get(..start).unwrap_or_default(),
        seen.get(start..end).unwrap_or_default(),
        seen.get(end..).unwrap_or_default(),
    );
    format!("{before}{}{after}", spread.replace(' ', ""))
}

/// Where letters stand apart, five or more (`P a y P a l`): from, to.
fn spread(name: &str) -> Option<(usize, usize)> {
    let mut words = Vec::new();
    let mut at = 0;
    for word in name.split(' ') {
        words.push((at, at + word.len(), word.chars().count() == 1 && word.chars().all(char::is_alphabetic)));
        at += word.len() + 1;
    }
    let run = words.split(|(.., is_letter)| !is_letter).find(|run| run.len() >= 5)?;
    Some((run.first()?.0, run.last()?.1))
}

/// Whether a name holds characters that are there to pass filters, or letters that stand apart.
fn is_disguised(name: &str) -> bool {
    let hidden = name.chars().any(|c| is_invisible(c) && !matches!(c, '\u{200d}' | '\u{200e}' | '\u{200f}'))
        || name.chars().collect::<Vec<_>>().windows(3).any(
            |window| matches!(*window, [a, '\u{200d}', b] if a.is_ascii_alphanumeric() && b.is_ascii_alphanumeric()),
        );
    hidden || mixes_scripts(name) || name.chars().any(is_costume) || spread(name).is_some()
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
    if let Some(other) = address_in(name).filter(|other| deceives(other, name, domain, known)) {
        // Forwarding services write the author's address there, and nobody knows that name.
        let is_known = known.protected().owner_of(&other).is_some();
        facts.add(if is_known { Code::AddressInName } else { Code::StrangeAddressInName }, author.shown());
    }
    if let Some(brand) = known.brands().claimed_by(&plain(name))
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
        } else if !header.is_list && !header.recipients.iter().any(|reader| reader.address == reply.address) {
            // An answer to one of its readers goes to a list, whose messages do not all say that they are of one.
            facts.add(Code::ReplyToElsewhere, evidence);
        }
    }
    if let Some(path) = &header.return_path
        && !header.is_list
        && let Some((_, host)) = path.rsplit_once('@')
        && owner(host) != owner(author.domain())
    {
        let is_stranger = pretends && !known.is_inside(host);
        let code = if is_stranger && is_freemail(host) && !known.is_person(path) {
            Code::InsideByFreeMail
        } else if is_stranger {
            Code::ReturnPathOutside
        } else {
            Code::ReturnPathElsewhere
        };
        facts.add(code, path);
    }
}

/// Whether a program made the address up: runs of digits and letters that no language speaks, capitals at random.
/// `written` is the field as it stands: addresses are kept in lower case.
fn is_made_up(author: &Address, written: &str, is_list: bool) -> bool {
    let label = registrable(author.domain()).and_then(|domain| domain.split('.').next()).unwrap_or_default();
    // Lists and newsletters put the reader's number into an address with a structure.
    let local = author.local();
    let is_word = local.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let cased =
        written.to_ascii_lowercase().rfind(local).and_then(|at| written.get(at..at + local.len())).unwrap_or_default();
    !is_list && is_word && (is_gibberish(local) || has_random_capitals(cased)) || is_gibberish(label)
}

/// Whether capitals stand where neither a name (`DeLaCruz`) nor a habit (`jSmith`, `hugoBERNARD`) puts them.
fn has_random_capitals(text: &str) -> bool {
    let three = || text.as_bytes().windows(3).filter_map(|window| <[u8; 3]>::try_from(window).ok());
    let (small, capital) = (|byte: u8| byte.is_ascii_lowercase(), |byte: u8| byte.is_ascii_uppercase());
    let meets = text.as_bytes().windows(2).filter(|pair| matches!(**pair, [a, b] if small(a) && capital(b))).count();
    let heaps = three().any(|[a, b, c]| small(a) && capital(b) && capital(c));
    let breaks_off = three().any(|[a, b, c]| capital(a) && capital(b) && small(c));
    let lonely = three().any(|[a, b, c]| capital(a) && small(b) && !b"aeiouy".contains(&b) && capital(c));
    text.len() >= 5
        && text.bytes().all(|byte| byte.is_ascii_alphabetic())
        && (meets >= 2 && (heaps || lonely) || meets >= 1 && heaps && breaks_off)
}

/// The longest run of letters that nobody can speak: no vowel, and each sound of several letters counted once.
pub(super) fn mute_run(word: &str) -> usize {
    let sounds = ["sch", "tch", "ch", "sh", "th", "ph", "ck", "gh", "st"]
        .iter()
        .fold(word.to_ascii_lowercase(), |word, sound| word.replace(sound, "s"));
    let runs = sounds.as_bytes().split(|byte| !byte.is_ascii_alphabetic() || b"aeiouy".contains(byte)).map(<[u8]>::len);
    runs.max().unwrap_or(0)
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
        let longest_run = mute_run(word);
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
    fn capitals_at_random_are_told() {
        for text in ["PzQzHjP", "sETrbAU", "hoPbjgDL", "vMOTCEcif"] {
            assert!(has_random_capitals(text), "{text}");
        }
        for text in
            ["HugoBernard", "jSmith", "HUGO", "DeLaCruz", "McDonald", "hugoB", "hugoBERNARD", "noReply", "JBSmith"]
        {
            assert!(!has_random_capitals(text), "{text}");
        }
    }

    #[test]
    fn letters_that_stand_apart_are_put_together() {
        assert_eq!(plain("P a y P a l Service"), "PayPal Service");
        assert_eq!(plain("M\u{e0139}icrosoft"), "Microsoft");
        assert!(is_disguised("E n t r e g a") && !is_disguised("J. R. R. Tolkien") && !is_disguised("A B C News"));
    }

    #[test]
    fn an_address_in_a_name_is_found() {
        assert_eq!(address_in("claire.martin@elysee.fr (via)").as_deref(), Some("elysee.fr"));
        assert_eq!(address_in("Amazon.com").as_deref(), Some("amazon.com"));
        assert_eq!(address_in("J.R. Smith"), None);
        assert_eq!(address_in("Dr. A. Node.js"), None);
    }
}
