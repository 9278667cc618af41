//! Who wrote, to whom, in answer to what, by which way.

use mail_parser::{Address as ParsedAddress, HeaderValue, Message};
use vauban_model::printable;

use crate::outgoing::forwarding_mark;

/// A name and an address, as a header shows them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Address {
    /// The name that is displayed; empty when there is none.
    pub name: String,
    /// The address in lower case; empty when there is none.
    pub address: String,
}

impl Address {
    /// What stands before the `@`.
    #[must_use]
    pub fn local(&self) -> &str {
        self.address.rsplit_once('@').map_or("", |(local, _)| local)
    }

    /// What stands after it.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.address.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// For the evidence of a fact.
    #[must_use]
    pub fn shown(&self) -> String {
        let Self { name, address } = self;
        printable(&if name.is_empty() { address.clone() } else { format!("{name} <{address}>") })
    }
}

/// The last step of a message's way: who handed it to our own server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hop {
    /// What the client called itself, and the name that its address has.
    pub names: Vec<String>,
    /// Who took it.
    pub by: String,
}

/// The header fields that facts ask about.
#[derive(Debug, Clone, Default)]
pub struct Header {
    /// The authors. RFC 5322 wants one or more; a message for a reader has one.
    pub from: Vec<Address>,
    /// The From field as it stands, decoded.
    pub from_text: String,
    /// How many From fields there are.
    pub from_fields: usize,
    /// Where answers go, when that was said.
    pub reply_to: Vec<Address>,
    /// Who sent it for the author.
    pub sender: Option<Address>,
    /// The envelope's sender, when the delivering server wrote it down.
    pub return_path: Option<String>,
    /// To and Cc.
    pub recipients: Vec<Address>,
    /// The subject, decoded.
    pub subject: String,
    /// Its own id, without brackets.
    pub message_id: String,
    /// The ids that it says it answers.
    pub answers: Vec<String>,
    /// Whether a list for discussion distributed it (RFC 2919, RFC 2369). `List-Unsubscribe` alone is a newsletter.
    pub is_list: bool,
    /// The last step of its way.
    pub hop: Option<Hop>,
    /// The field that says that a server forwarded it, when one does.
    pub forwarded: Option<String>,
    /// Whether a program sent it (RFC 3834, section 5), or it is mail of a list or in bulk.
    pub is_automatic: bool,
}

impl Header {
    /// The author, if there is one.
    #[must_use]
    pub fn author(&self) -> Option<&Address> {
        self.from.first().filter(|from| !from.domain().is_empty())
    }

    /// The author's domain; empty when there is none.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.author().map_or("", Address::domain)
    }

    /// The address of the first reader; empty when none is named.
    #[must_use]
    pub fn reader(&self) -> &str {
        self.recipients.first().map_or("", |reader| &reader.address)
    }

    /// Whether its author gave it an id. A server on the way may have done so in its place.
    #[must_use]
    pub fn has_own_id(&self) -> bool {
        !self.message_id.is_empty() && !is_of_gateway(&self.message_id)
    }

    pub(super) fn of(message: &Message<'_>) -> Self {
        let from_fields =
            message.headers().iter().filter(|header| header.name.as_str().eq_ignore_ascii_case("from")).count();
        let answers = ids(message.in_reply_to()).into_iter().chain(ids(message.references())).collect();
        let return_path = message.return_path().as_text().map(|path| path.trim_matches(['<', '>', ' ']).to_lowercase());
        Self {
            from: addresses(message.from()),
            from_text: message.header_raw("From").unwrap_or_default().trim().to_owned(),
            from_fields,
            reply_to: addresses(message.reply_to()),
            sender: addresses(message.sender()).into_iter().next(),
            return_path: return_path.filter(|path| path.contains('@')),
            recipients: addresses(message.to())
                .into_iter()
                .chain(addresses(message.cc()))
                .take(MOST_RECIPIENTS)
                .collect(),
            subject: message.subject().unwrap_or_default().to_owned(),
            message_id: message.message_id().unwrap_or_default().to_lowercase(),
            answers,
            is_list: ["List-Id", "List-Post", "Mailing-List"].iter().any(|name| message.header_raw(*name).is_some()),
            hop: message.header_raw("Received").and_then(hop),
            is_automatic: is_automatic(message),
            forwarded: forwarding_mark(|name| message.header_raw(name).map(str::to_owned)),
        }
    }
}

fn is_automatic(message: &Message<'_>) -> bool {
    let is = |name: &str, words: &[&str]| {
        let value = message.header_raw(name).unwrap_or_default().trim().to_ascii_lowercase();
        words.iter().any(|word| value.starts_with(word))
    };
    let submitted = message.header_raw("Auto-Submitted").map(str::trim).unwrap_or("no");
    !submitted.to_ascii_lowercase().starts_with("no")
        || is("Precedence", &["bulk", "list", "junk", "auto_reply"])
        || message.header_raw("List-Id").is_some()
}

/// More recipients tell nothing more.
const MOST_RECIPIENTS: usize = 100;

fn addresses(field: Option<&ParsedAddress<'_>>) -> Vec<Address> {
    let Some(field) = field else { return Vec::new() };
    field
        .iter()
        .take(MOST_RECIPIENTS)
        .map(|address| Address {
            name: address.name().unwrap_or_default().trim().trim_matches(['"', '\'']).trim().to_owned(),
            address: address.address().unwrap_or_default().trim().to_lowercase(),
        })
        .filter(|address| !address.name.is_empty() || !address.address.is_empty())
        .collect()
}

fn ids(value: &HeaderValue<'_>) -> Vec<String> {
    let list = match value {
        HeaderValue::Text(text) => vec![text.to_lowercase()],
        HeaderValue::TextList(list) => list.iter().map(|text| text.to_lowercase()).collect(),
        _ => Vec::new(),
    };
    list.into_iter().filter(|id| id.contains('@')).take(MOST_RECIPIENTS).collect()
}

/// Whether a server that took the message made its id up, because its author wrote none: `<uuid@front-end>` at Exchange
/// Online, `mx.google.com` at Google. What their own users write has other ids.
fn is_of_gateway(id: &str) -> bool {
    let Some((local, host)) = id.rsplit_once('@') else { return false };
    let is_uuid = local.len() == 36
        && local.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        });
    host == "mx.google.com"
        || is_uuid && (host.ends_with(".prod.outlook.com") || host.ends_with(".prod.protection.outlook.com"))
}

/// `from helo (name [address]) by host ...`: the names of the client and the host that took it.
fn hop(received: &str) -> Option<Hop> {
    let unfolded = received.split_whitespace().take(60).collect::<Vec<_>>().join(" ");
    let (from, by) = unfolded.strip_prefix("from ")?.split_once(" by ")?;
    let names = from
        .split(|c: char| c.is_whitespace() || "()[]=,;".contains(c))
        .filter(|name| name.contains('.') && name.parse::<std::net::IpAddr>().is_err())
        .map(|name| name.trim_end_matches('.').to_lowercase())
        .collect();
    let by = by.split_whitespace().next().unwrap_or_default().trim_end_matches(';').to_lowercase();
    Some(Hop { names, by })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_a_gateway_gave_are_none() {
        for id in [
            "b027848e-7173-4f6f-82ee-4d26b96f499a@by1pepf0001ae18.namprd04.prod.outlook.com",
            "41887b32-8d2c-47c4-97a0-abd4fa24b061@vi1eur06ft059.eop-eur06.prod.protection.outlook.com",
            "66b1217f.050a0220.138bd9.b5c1@mx.google.com",
        ] {
            assert!(is_of_gateway(id), "{id}");
        }
        for id in [
            "sa0pr04mb7370f90066@sa0pr04mb7370.namprd04.prod.outlook.com",
            "cacntld@mail.gmail.com",
            "b027848e-7173-4f6f-82ee-4d26b96f499a@campagne.example",
            "",
        ] {
            assert!(!is_of_gateway(id), "{id}");
        }
    }

    #[test]
    fn the_last_step_is_read() {
        let hop = hop("from mail.sender.example (mail.sender.example [203.0.113.9]) by\r\n mx.campagne.example (Postfix) with ESMTPS").unwrap();
        assert_eq!(hop.names, ["mail.sender.example", "mail.sender.example"]);
        assert_eq!(hop.by, "mx.campagne.example");
        assert_eq!(super::hop("by mx.campagne.example; Wed"), None);
    }
}
