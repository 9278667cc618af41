//! What the mail server is told.

use std::fmt::Write as _;

use vauban_mail::{Judgement, Leaving, Verdict};
use vauban_model::{Lang, Text, printable};
use vauban_protocol::milter::{Actions, Negotiation, Reply};

use super::message::{Message, header_lines};
use crate::config::{Banner, LeavingPolicy};

/// The words for a sender that is to come again.
const LATER: &str = "451 4.7.1 The filter cannot judge this message now; please try again later";
/// The words for a sender whose message can be neither delivered nor kept back.
const REFUSED: &str = "550 5.7.1 This message was refused by the organisation's filter; please call your correspondent";
/// The words for one of our own people whose message may not leave and cannot be kept back.
const REFUSED_OUTGOING: &str = "550 5.7.1 Work is not sent to private mailboxes; please ask your IT lead";
/// The words for whoever asks something of the guard and is not known.
const ONLY_FOR_OWN: &str =
    "550 5.7.1 This address answers the organisation's own people alone, signed in or proven by DKIM";
/// The words for a sender whose message can never be encrypted.
const NOT_SEALED: &str = "554 5.7.5 The reader's mail is stored encrypted, and this message cannot be: it is too large";
/// The words for a sender whose reader's key cannot be used.
const NO_KEY: &str = "451 4.7.5 The reader's mail is encrypted and the key cannot be used now; please try again later";
/// Words that stand around a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrapper {
    /// The words.
    pub(super) words: String,
    /// What stands between the parts: random, or whoever wrote the message could end its part and write words of the guard's.
    pub(super) boundary: String,
}

/// What the mail server lets a filter change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Changes {
    pub(super) may_delete_recipients: bool,
    pub(super) may_replace_body: bool,
}

impl From<Negotiation> for Changes {
    fn from(agreed: Negotiation) -> Self {
        Self {
            may_delete_recipients: agreed.allows(Actions::DELETE_RECIPIENTS),
            may_replace_body: agreed.allows(Actions::REPLACE_BODY),
        }
    }
}

/// The header fields that say what the filter found.
pub(super) fn verdict(judgement: &Judgement) -> Vec<(String, String)> {
    let codes: Vec<String> =
        judgement.reasons.iter().map(|reason| format!("{}={}", reason.code.word(), reason.weight)).collect();
    let verdict = format!(" {}; score={}", judgement.verdict.word(), judgement.score);
    let mut fields = Vec::new();
    if judgement.verdict != Verdict::Deliver {
        fields.push(("X-Vauban-Reasons".to_owned(), folded(&codes)));
    }
    fields.push(("X-Vauban-Verdict".to_owned(), verdict));
    fields
}

/// The header field that says that mail for a reader with a key was delivered in clear.
pub(super) fn in_clear(why: &str) -> (String, String) {
    ("X-Vauban-Encryption".to_owned(), format!(" none; reason={why}"))
}

/// Delivers with these header fields, and inside a message with these words where there are any.
pub(super) fn deliver(
    message: &Message,
    fields: &[(String, String)],
    banner: Option<&Wrapper>,
    changes: Changes,
) -> Vec<Reply> {
    let mut replies = without_forgeries(message);
    if let Some(wrapper) = banner.filter(|_| changes.may_replace_body) {
        let whole = wrapped(&message.bytes, wrapper);
        let end = whole.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(whole.len());
        for name in CONTENT {
            let count = header_lines(&message.bytes).filter(|line| starts_with_name(line, name)).count();
            let numbers = (1..=u32::try_from(count).unwrap_or(0)).rev();
            replies.extend(numbers.map(|number| Reply::DeleteHeader(number, (*name).to_owned())));
        }
        replies.extend(content_fields(&wrapper.boundary).map(|(name, value)| field(name, &value)));
        replies.extend(Reply::body(whole.get(end + 4..).unwrap_or_default()));
    }
    replies.extend(fields.iter().map(|(name, value)| field(name, value)));
    replies.push(Reply::Continue);
    replies
}

/// Delivers what was not judged, and says so.
pub(super) fn unjudged(message: &Message, why: &str, changes: Changes) -> Vec<Reply> {
    let fields = [("X-Vauban-Verdict".to_owned(), format!(" none; reason={why}"))];
    deliver(message, &fields, None, changes)
}

/// Header fields that say what the body is: those of the message that is put inside stay with it.
const CONTENT: &[&str] = &[
    "Content-Type",
    "Content-Transfer-Encoding",
    "Content-Disposition",
    "Content-ID",
    "Content-Description",
    "MIME-Version",
];

fn content_fields(boundary: &str) -> impl Iterator<Item = (&'static str, String)> {
    [("Content-Type", format!(" multipart/mixed; boundary=\"{boundary}\"")), ("MIME-Version", " 1.0".to_owned())]
        .into_iter()
}

/// The message as it arrived, whole, inside one that warns: its own signature holds for what stands inside, and nothing is
/// claimed for what stands around it.
pub(super) fn wrapped(message: &[u8], wrapper: &Wrapper) -> Vec<u8> {
    let Wrapper { words, boundary } = wrapper;
    let mut out = Vec::new();
    let mut kept = true;
    for line in header_lines(message) {
        if !line.starts_with(b" ") && !line.starts_with(b"\t") {
            kept = !CONTENT.iter().any(|name| starts_with_name(line, name));
        }
        if kept {
            out.extend(line);
        }
    }
    for (name, value) in content_fields(boundary) {
        out.extend(format!("{name}:{value}\r\n").bytes());
    }
    out.extend(
        format!(
            "\r\n--{boundary}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        )
        .bytes(),
    );
    out.extend(words.replace('\n', "\r\n").bytes());
    out.extend(
        format!("\r\n--{boundary}\r\nContent-Type: message/rfc822\r\nContent-Disposition: inline\r\n\r\n").bytes(),
    );
    out.extend(message);
    out.extend(format!("\r\n--{boundary}--\r\n").bytes());
    out
}

fn starts_with_name(line: &[u8], name: &str) -> bool {
    line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name.as_bytes()))
        && line.get(name.len()) == Some(&b':')
}

/// The words of the banner.
pub(super) fn banner(banner: Banner, judgement: &Judgement) -> Option<String> {
    let lang = match banner {
        Banner::None => return None,
        Banner::Fr => Lang::Fr,
        Banner::En => Lang::En,
    };
    let mut text = String::from(match lang {
        Lang::Fr => {
            "ATTENTION : ce message est suspect. Vérifiez auprès de l'expéditeur par un autre moyen avant d'y faire quoi que ce soit.\n\n"
        }
        Lang::En => {
            "CAUTION: this message is suspicious. Ask its sender in another way before you do anything with it.\n\n"
        }
    });
    for reason in judgement.reasons.iter().take(5) {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "- {}", reason.text.get(lang));
    }
    text.push_str(match lang {
        Lang::Fr => "\nLe message d'origine, inchangé, est joint ci-dessous.\n",
        Lang::En => "\nThe message as it arrived, unchanged, is attached below.\n",
    });
    Some(text)
}

/// The subject of what a sender is told.
pub(super) fn leaving_subject(policy: LeavingPolicy) -> Text {
    if policy == LeavingPolicy::Hold {
        Text::new("Votre message n'est pas parti", "Your message has not left")
    } else {
        Text::new("Travail et vie privée : votre message", "Work and private: your message")
    }
}

/// What a sender is told about mail that leaves for private places.
pub(super) fn leaving_words(found: &[Leaving], policy: LeavingPolicy, lang: Lang) -> String {
    let mut text = String::from(match (policy, lang) {
        (LeavingPolicy::Hold, Lang::Fr) => "Votre message est retenu : une deuxième personne décide s'il part.\n\n",
        (LeavingPolicy::Hold, Lang::En) => "Your message is kept back: a second person decides whether it leaves.\n\n",
        (_, Lang::Fr) => "Votre message est parti, mais la règle de votre organisation le déconseille.\n\n",
        (_, Lang::En) => "Your message has left, but your organisation's rule advises against it.\n\n",
    });
    for Leaving { leak, address } in found {
        let _ = writeln!(text, "{}\n  {}\n\n{}\n", leak.text().get(lang), printable(address), leak.next_step(lang));
    }
    text
}

pub(super) fn kept() -> Vec<Reply> {
    vec![Reply::Discard]
}

pub(super) fn later() -> Vec<Reply> {
    vec![Reply::Refuse(LATER.to_owned())]
}

pub(super) fn refused() -> Vec<Reply> {
    vec![Reply::Refuse(REFUSED.to_owned())]
}

pub(super) fn refused_outgoing() -> Vec<Reply> {
    vec![Reply::Refuse(REFUSED_OUTGOING.to_owned())]
}

pub(super) fn only_for_own() -> Vec<Reply> {
    vec![Reply::Refuse(ONLY_FOR_OWN.to_owned())]
}

pub(super) fn not_sealed() -> Vec<Reply> {
    vec![Reply::Refuse(NOT_SEALED.to_owned())]
}

pub(super) fn no_key() -> Vec<Reply> {
    vec![Reply::Refuse(NO_KEY.to_owned())]
}

fn field(name: &str, value: &str) -> Reply {
    Reply::InsertHeader(name.to_owned(), value.to_owned())
}

/// Header fields in the filter's name that came from outside are taken out, the last first, so that numbers stay right.
fn without_forgeries(message: &Message) -> Vec<Reply> {
    let fields = message.forged.iter();
    fields
        .flat_map(|(name, count)| (1..=*count).rev().map(|number| Reply::DeleteHeader(number, name.clone())))
        .collect()
}

/// Words of a header field, none of its lines too long (RFC 5322, section 2.1.1).
fn folded(words: &[String]) -> String {
    let mut text = String::new();
    let mut line = "X-Vauban-Reasons:".len();
    for word in words {
        if line + word.len() > 76 {
            text.push('\n');
            line = 0;
        }
        text.push(' ');
        text.push_str(word);
        line += word.len() + 1;
    }
    text
}

#[cfg(test)]
mod tests {
    use vauban_mail::{Code, Facts, Weights};

    use super::*;

    fn judgement() -> Judgement {
        let mut facts = Facts::default();
        for code in [Code::StaffNameOutside, Code::Urgency, Code::LinksElsewhere, Code::AsksMoney] {
            facts.add(code, "secret words");
        }
        Weights::built_in().judge(&facts)
    }

    #[test]
    fn what_is_found_stands_in_the_header_and_forgeries_do_not() {
        let message = Message { forged: vec![("X-Vauban-Verdict".to_owned(), 2)], ..Message::default() };
        let replies = deliver(&message, &verdict(&judgement()), None, Changes::default());
        assert_eq!(replies[0], Reply::DeleteHeader(2, "X-Vauban-Verdict".to_owned()));
        assert_eq!(replies[1], Reply::DeleteHeader(1, "X-Vauban-Verdict".to_owned()));
        assert_eq!(
            replies[2],
            field("X-Vauban-Reasons", " staff-name-outside=5 asks-money=1.5 links-elsewhere=1\n urgency=0.5")
        );
        assert_eq!(replies[3], field("X-Vauban-Verdict", " quarantine; score=8"));
        assert_eq!(replies[4], Reply::Continue);
    }

    #[test]
    fn a_message_with_a_banner_holds_the_message_as_it_arrived() {
        let bytes =
            b"Subject: a\r\nContent-Type: text/html;\r\n charset=x\r\nDKIM-Signature: s\r\n\r\n<p>\xff\r\n".to_vec();
        let message = Message { bytes: bytes.clone(), ..Message::default() };
        let words = banner(Banner::Fr, &judgement()).unwrap();
        let wrapper = Wrapper { words, boundary: "=_vauban-x".to_owned() };
        let whole = wrapped(&bytes, &wrapper);
        let text = String::from_utf8_lossy(&whole);
        assert!(text.starts_with("Subject: a\r\nDKIM-Signature: s\r\nContent-Type: multipart/mixed"), "{text}");
        assert!(whole.windows(bytes.len()).any(|window| window == bytes), "byte by byte");
        let changes = Changes { may_replace_body: true, ..Changes::default() };
        let replies = deliver(&message, &[], Some(&wrapper), changes);
        assert_eq!(replies[0], Reply::DeleteHeader(1, "Content-Type".to_owned()));
        assert!(replies.iter().any(|reply| matches!(reply, Reply::Body(body) if body.starts_with(b"--=_vauban-x"))));
        // A server that lets nobody replace the body gets the header fields alone.
        assert_eq!(deliver(&message, &[], Some(&wrapper), Changes::default()), [Reply::Continue]);
        assert_eq!(banner(Banner::None, &judgement()), None);
    }
}
