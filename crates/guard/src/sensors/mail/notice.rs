//! The guard's own words to people, as mail: plain text, in the languages of the configuration, never in answer to a program.

use std::{fmt::Write as _, time::SystemTime};

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use lettre::message::{
    Mailbox, Message,
    header::{ContentType, HeaderName, HeaderValue},
};
use vauban_model::{Lang, Text};

/// The words of one notice, in any language.
pub(super) struct Notice<'n> {
    /// From whom: the guard's own address.
    pub(super) from: &'n str,
    /// To whom.
    pub(super) to: &'n str,
    /// Where an answer goes, when not to the sender.
    pub(super) reply_to: Option<&'n str>,
    /// What its own id begins with, for whoever answers it; empty for nothing in particular.
    pub(super) id: &'n str,
    /// The id of the message that it answers; empty for none.
    pub(super) answers: &'n str,
    /// The subject.
    pub(super) subject: Text,
    /// The text.
    pub(super) body: &'n dyn Fn(Lang) -> String,
}

/// Between the languages.
const RULE: &str = "\n--------------------------------------------------------------------\n\n";

impl Notice<'_> {
    /// The message, with its line ends as in SMTP. None when an address is not one.
    pub(super) fn message(&self, languages: &[Lang], now: Timestamp, random: [u8; 16]) -> Option<Vec<u8>> {
        let from: lettre::Address = self.from.parse().ok()?;
        let domain = from.domain().to_owned();
        let subjects: Vec<&str> = languages.iter().map(|lang| self.subject.get(*lang)).collect();
        let mut body = String::new();
        for (at, lang) in languages.iter().enumerate() {
            if at > 0 {
                body.push_str(RULE);
            }
            // Writing to a string cannot fail.
            let _ = write!(body, "{}", (self.body)(*lang));
        }
        let at = SystemTime::try_from(now).ok()?;
        let mut message = Message::builder()
            .from(Mailbox::new(Some("Vauban".to_owned()), from))
            .to(Mailbox::new(None, self.to.parse().ok()?))
            .subject(subjects.join(" / "))
            .date(at)
            .message_id(Some(if self.id.is_empty() {
                format!("<{}@{domain}>", HEXLOWER.encode(&random))
            } else {
                format!("<{}@{domain}>", self.id)
            }))
            // RFC 3834: no program answers this, and this answers no program.
            .raw_header(header("Auto-Submitted", "auto-generated")?)
            .header(ContentType::TEXT_PLAIN);
        if let Some(reply_to) = self.reply_to {
            message = message.reply_to(Mailbox::new(None, reply_to.parse().ok()?));
        }
        let id = self.answers;
        if !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>')) {
            message = message.in_reply_to(format!("<{id}>")).references(format!("<{id}>"));
        }
        Some(message.body(wrapped(&body)).ok()?.formatted())
    }
}

fn header(name: &'static str, value: &str) -> Option<HeaderValue> {
    Some(HeaderValue::new(HeaderName::new_from_ascii(name.to_owned()).ok()?, value.to_owned()))
}

/// Lines of 72 characters at the most; what stands in front of a line's text is in front of all of its lines.
fn wrapped(text: &str) -> String {
    const WIDTH: usize = 72;
    let mut out = String::new();
    for line in text.lines() {
        let indent: String = line.chars().take_while(|c| matches!(c, ' ' | '-' | '>')).collect();
        let hanging = " ".repeat(indent.chars().count());
        let mut used = indent.chars().count();
        out.push_str(&indent);
        let mut is_first = true;
        for word in line.get(indent.len()..).unwrap_or_default().split_whitespace() {
            let length = word.chars().count();
            if !is_first && used + 1 + length > WIDTH {
                out.push('\n');
                out.push_str(&hanging);
                used = hanging.len();
            } else if !is_first {
                out.push(' ');
                used += 1;
            }
            out.push_str(word);
            used += length;
            is_first = false;
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_is_a_message_that_no_program_answers() {
        let notice = Notice {
            from: "vauban@campagne.example",
            to: "claire@campagne.example",
            reply_to: Some("vauban+ask-x@campagne.example"),
            id: "",
            answers: "1@b.example",
            subject: Text::new("Un message retenu", "A message kept back"),
            body: &|lang| if lang == Lang::Fr { "Déjà vu\n".to_owned() } else { "Seen\n".to_owned() },
        };
        let message = notice.message(&[Lang::Fr, Lang::En], Timestamp::UNIX_EPOCH, [7; 16]).unwrap();
        let text = String::from_utf8(message).unwrap();
        for line in [
            "From: Vauban <vauban@campagne.example>\r\n",
            "To: claire@campagne.example\r\n",
            "Reply-To: vauban+ask-x@campagne.example\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "In-Reply-To: <1@b.example>\r\n",
            "Message-ID: <07070707070707070707070707070707@campagne.example>\r\n",
            "Date: Thu, 01 Jan 1970 00:00:00 +0000\r\n",
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
        assert!(text.contains("Seen"));
        let named = Notice { id: "ask-abc", ..notice };
        let text = named.message(&[Lang::En], Timestamp::UNIX_EPOCH, [7; 16]).unwrap();
        assert!(String::from_utf8(text).unwrap().contains("Message-ID: <ask-abc@campagne.example>"));
        let injected = Notice { answers: "1@b>\r\nBcc: x", ..named };
        let text = injected.message(&[Lang::En], Timestamp::UNIX_EPOCH, [7; 16]).unwrap();
        assert!(!String::from_utf8(text).unwrap().contains("Bcc"));
    }

    #[test]
    fn long_lines_are_wrapped_under_their_beginning() {
        let text = wrapped(&format!("  - {}\n\nend\n", "word ".repeat(30)));
        assert!(text.lines().all(|line| line.chars().count() <= 72), "{text}");
        assert!(text.starts_with("  - word word"), "{text}");
        assert!(text.lines().nth(1).unwrap().starts_with("    word"), "{text}");
        assert!(text.ends_with("\n\nend\n"));
    }
}
