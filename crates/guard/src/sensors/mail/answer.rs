//! What the mail server is told.

use vauban_mail::{Judgement, Verdict};
use vauban_protocol::milter::Reply;

use super::message::Message;

/// The words for a sender that is to come again.
const LATER: &str = "451 4.7.1 The filter cannot judge this message now; please try again later";
/// The words for a sender whose message can be neither delivered nor kept back.
const REFUSED: &str = "550 5.7.1 This message was refused by the organisation's filter; please call your correspondent";

/// Delivers, with what the filter found in the header.
pub(super) fn deliver(message: &Message, judgement: &Judgement) -> Vec<Reply> {
    let mut replies = without_forgeries(message);
    let codes: Vec<String> =
        judgement.reasons.iter().map(|reason| format!("{}={}", reason.code.word(), reason.weight)).collect();
    if judgement.verdict != Verdict::Deliver {
        replies.push(field("X-Vauban-Reasons", &folded(&codes)));
    }
    replies.push(field("X-Vauban-Verdict", &format!(" {}; score={}", judgement.verdict.word(), judgement.score)));
    replies.push(Reply::Continue);
    replies
}

/// Delivers what was not judged, and says so.
pub(super) fn unjudged(message: &Message, why: &str) -> Vec<Reply> {
    let mut replies = without_forgeries(message);
    replies.push(field("X-Vauban-Verdict", &format!(" none; reason={why}")));
    replies.push(Reply::Continue);
    replies
}

/// Outgoing mail passes; what claims to be the filter's word does not.
pub(super) fn outgoing(message: &Message) -> Vec<Reply> {
    let mut replies = without_forgeries(message);
    replies.push(Reply::Continue);
    replies
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

    #[test]
    fn what_is_found_stands_in_the_header_and_forgeries_do_not() {
        let message = Message { forged: vec![("X-Vauban-Verdict".to_owned(), 2)], ..Message::default() };
        let mut facts = Facts::default();
        for code in [Code::StaffNameOutside, Code::Urgency, Code::LinksElsewhere, Code::AsksMoney] {
            facts.add(code, "secret words");
        }
        let replies = deliver(&message, &Weights::built_in().judge(&facts));
        assert_eq!(replies[0], Reply::DeleteHeader(2, "X-Vauban-Verdict".to_owned()));
        assert_eq!(replies[1], Reply::DeleteHeader(1, "X-Vauban-Verdict".to_owned()));
        assert_eq!(
            replies[2],
            field("X-Vauban-Reasons", " staff-name-outside=5 asks-money=1.5 links-elsewhere=1\n urgency=0.5")
        );
        assert_eq!(replies[3], field("X-Vauban-Verdict", " quarantine; score=8"));
        assert_eq!(replies[4], Reply::Continue);
    }
}
