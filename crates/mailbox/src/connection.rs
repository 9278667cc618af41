//! A signed-in user: the list of mailboxes, of the messages in one, and their bytes.

use std::num::NonZeroU32;

use imap_codec::imap_types::{
    command::CommandBody,
    core::{IString, NString},
    fetch::{MessageDataItem, MessageDataItemName},
    mailbox::Mailbox as Name,
    response::{Data, Response},
    sequence::{SeqOrUid, Sequence, SequenceSet},
};

use crate::{
    Account, Authorities, Circumstances, Login, MailboxError,
    conversation::{Conversation, Wire, validity},
    name::decode,
    sign_in::sign_in,
    stream::Encrypted,
};

/// A mailbox of the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// The name that people see.
    pub name: String,
    /// The name that the server knows.
    raw: Name<'static>,
}

/// What is known of a message without its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Envelope {
    /// Its number, which no other message of the mailbox ever gets.
    pub uid: u32,
    /// Its length in bytes, as the server says.
    pub size: u32,
    /// When the server got it, in seconds since 1970.
    pub received: Option<i64>,
}

/// The messages of a mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The validity of their numbers: with another one all numbers were given anew.
    pub validity: u32,
    /// How many there are, as the server says.
    pub exists: u32,
    /// Those that it lists, by their numbers.
    pub messages: Vec<Envelope>,
}

/// The most mailboxes of one user.
const MOST_MAILBOXES: usize = 20_000;
/// The most messages of one mailbox.
const MOST_MESSAGES: usize = 2_000_000;
/// Bytes that are asked for at a time.
const PIECE: u32 = 1 << 20;

/// A connection of a signed-in user. Every mailbox is opened for reading only.
pub struct Connection {
    session: Session<Encrypted>,
}

impl Connection {
    /// Dials the host of the account and signs in.
    ///
    /// # Errors
    /// When the server is not there, is not who it says, or refuses the user.
    pub fn open(
        account: &Account,
        login: &Login,
        authorities: &Authorities,
        circumstances: Circumstances,
    ) -> Result<Self, MailboxError> {
        let wire = Encrypted::open(account, authorities, circumstances)?;
        Ok(Self { session: Session::begin(wire, &account.user, &account.host, login)? })
    }

    /// The mailboxes that can be opened, in the order of their names.
    ///
    /// # Errors
    /// When the server does not say, or says too much.
    pub fn mailboxes(&mut self) -> Result<Vec<Mailbox>, MailboxError> {
        self.session.mailboxes()
    }

    /// The messages of a mailbox.
    ///
    /// # Errors
    /// When the server does not say, or says too much.
    pub fn messages(&mut self, mailbox: &Mailbox) -> Result<Listing, MailboxError> {
        self.session.messages(mailbox)
    }

    /// Hands over the bytes of a message, piece by piece, until there are none or `take` wants no more.
    ///
    /// # Errors
    /// When it is not there any more, or not the one that was listed.
    pub fn fetch(
        &mut self,
        mailbox: &Mailbox,
        validity: u32,
        uid: u32,
        take: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Result<(), MailboxError> {
        self.session.fetch(mailbox, validity, uid, take)
    }
}

struct Session<W> {
    conversation: Conversation<W>,
    opened: Option<(Name<'static>, u32)>,
}

impl<W: Wire> Session<W> {
    fn begin(wire: W, user: &str, host: &str, login: &Login) -> Result<Self, MailboxError> {
        let (mut conversation, known) = Conversation::begin(wire)?;
        if !known {
            let offered = conversation.capabilities()?;
            sign_in(&mut conversation, &offered, user, host, login)?;
        }
        Ok(Self { conversation, opened: None })
    }

    fn mailboxes(&mut self) -> Result<Vec<Mailbox>, MailboxError> {
        let mut all = Vec::new();
        let mut too_many = false;
        let command = CommandBody::list("", "*").map_err(|_| self.conversation.not_imap())?;
        self.conversation.command(command, "the list of mailboxes", &mut |said| {
            if let Response::Data(Data::List { items, mailbox, .. }) = said {
                let closed =
                    |flag: &str| flag.eq_ignore_ascii_case("\\Noselect") || flag.eq_ignore_ascii_case("\\NonExistent");
                too_many |= all.len() >= MOST_MAILBOXES;
                if !too_many && !items.iter().any(|flag| closed(&flag.to_string())) {
                    all.extend(Mailbox::of(&mailbox));
                }
            }
            Ok(None)
        })?;
        if too_many {
            return Err(MailboxError::TooMuch(self.conversation.wire.server().to_owned()));
        }
        all.sort_by(|one, other| one.name.cmp(&other.name));
        all.dedup();
        Ok(all)
    }

    /// Opens a mailbox for reading only, unless it is open.
    fn examine(&mut self, mailbox: &Mailbox) -> Result<(u32, u32), MailboxError> {
        self.opened = None;
        let (mut number, mut exists) = (0, 0);
        let command = CommandBody::examine(mailbox.raw.clone()).map_err(|_| self.conversation.not_imap())?;
        self.conversation.command(command, "to open the mailbox", &mut |said| {
            if let Response::Data(Data::Exists(messages)) = said {
                exists = messages;
            }
            number = validity(&said).unwrap_or(number);
            Ok(None)
        })?;
        self.opened = Some((mailbox.raw.clone(), number));
        Ok((number, exists))
    }

    fn messages(&mut self, mailbox: &Mailbox) -> Result<Listing, MailboxError> {
        let (validity, exists) = self.examine(mailbox)?;
        let mut all: Vec<Envelope> = Vec::new();
        if exists == 0 {
            return Ok(Listing { validity, exists, messages: all });
        }
        let items = vec![MessageDataItemName::Uid, MessageDataItemName::Rfc822Size, MessageDataItemName::InternalDate];
        let everything = SequenceSet::from(Sequence::Range(SeqOrUid::Value(NonZeroU32::MIN), SeqOrUid::Asterisk));
        let command = CommandBody::fetch(everything, items, true).map_err(|_| self.conversation.not_imap())?;
        let mut too_many = false;
        self.conversation.command(command, "the list of messages", &mut |said| {
            if let Response::Data(Data::Fetch { items, .. }) = said {
                let mut envelope = Envelope { uid: 0, size: 0, received: None };
                for item in items {
                    match item {
                        MessageDataItem::Uid(uid) => envelope.uid = uid.get(),
                        MessageDataItem::Rfc822Size(size) => envelope.size = size,
                        MessageDataItem::InternalDate(date) => envelope.received = Some(date.as_ref().timestamp()),
                        _ => {}
                    }
                }
                too_many |= all.len() >= MOST_MESSAGES;
                // A change of flags is told in the same way, without a number.
                if envelope.uid > 0 && !too_many {
                    all.push(envelope);
                }
            }
            Ok(None)
        })?;
        if too_many {
            return Err(MailboxError::TooMuch(self.conversation.wire.server().to_owned()));
        }
        all.sort_by_key(|envelope| envelope.uid);
        all.dedup_by_key(|envelope| envelope.uid);
        Ok(Listing { validity, exists, messages: all })
    }

    fn fetch(
        &mut self,
        mailbox: &Mailbox,
        number: u32,
        uid: u32,
        take: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Result<(), MailboxError> {
        let opened = match &self.opened {
            Some((name, opened)) if *name == mailbox.raw => *opened,
            _ => self.examine(mailbox)?.0,
        };
        if opened != number {
            return Err(MailboxError::Renewed);
        }
        let mut offset = 0_u32;
        loop {
            let piece = self.piece(uid, offset)?;
            let length = u32::try_from(piece.len()).unwrap_or(u32::MAX);
            if !take(&piece) || length < PIECE {
                return Ok(());
            }
            offset = offset.saturating_add(length);
        }
    }

    /// The bytes of a message from there on; fewer than were asked for at its end.
    fn piece(&mut self, uid: u32, offset: u32) -> Result<Vec<u8>, MailboxError> {
        let Some(number) = NonZeroU32::new(uid) else { return Err(MailboxError::Vanished) };
        let body = MessageDataItemName::BodyExt {
            section: None,
            partial: Some((offset, NonZeroU32::new(PIECE).unwrap_or(NonZeroU32::MIN))),
            peek: true,
        };
        let command = CommandBody::fetch(number, vec![body], true).map_err(|_| self.conversation.not_imap())?;
        let mut piece = None;
        self.conversation.command(command, "a message", &mut |said| {
            if let Response::Data(Data::Fetch { items, .. }) = said {
                let mut its = None;
                let mut bytes = None;
                for item in items {
                    match item {
                        MessageDataItem::Uid(told) => its = Some(told),
                        MessageDataItem::BodyExt { section: None, data: NString(data), .. } => {
                            bytes = Some(data.map(bytes_of).unwrap_or_default());
                        }
                        _ => {}
                    }
                }
                if its == Some(number) && bytes.is_some() {
                    piece = bytes;
                }
            }
            Ok(None)
        })?;
        let mut piece = piece.ok_or(MailboxError::Vanished)?;
        // More than was asked for would be read twice.
        piece.truncate(PIECE as usize);
        Ok(piece)
    }
}

impl Mailbox {
    fn of(name: &Name<'_>) -> Option<Self> {
        match name {
            Name::Inbox => Some(Self { name: "INBOX".to_owned(), raw: Name::Inbox }),
            Name::Other(other) => {
                let bytes = other.inner().as_ref();
                let name = decode(&String::from_utf8_lossy(bytes));
                Some(Self { name, raw: Name::try_from(bytes.to_vec()).ok()? })
            }
        }
    }
}

fn bytes_of(text: IString<'_>) -> Vec<u8> {
    match text {
        IString::Literal(literal) => literal.into_inner().into_owned(),
        IString::Quoted(quoted) => quoted.into_inner().into_owned().into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use vauban_model::Secret;

    use super::*;
    use crate::scripted::Scripted;

    const GREETING: &[u8] = b"* OK hello\r\n";
    const SIGNED_IN: &[&[u8]] = &[
        GREETING,
        b">CAPABILITY",
        b"* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN\r\nV1 OK done\r\n",
        b">PLAIN",
        b"V2 OK in\r\n",
    ];

    fn password() -> Login {
        Login::Password(Secret::new("secret".to_owned()))
    }

    fn begin(script: &[&[u8]], login: &Login) -> Result<Session<Scripted>, MailboxError> {
        Session::begin(Scripted::new(script), "alice", "imap.example", login)
    }

    fn signed_in(script: &[&[u8]]) -> Session<Scripted> {
        begin(&[SIGNED_IN, script].concat(), &password()).unwrap()
    }

    fn inbox() -> Mailbox {
        Mailbox { name: "INBOX".to_owned(), raw: Name::Inbox }
    }

    #[test]
    fn the_best_mechanism_that_the_server_offers_is_used() {
        let token = || Login::Token(Secret::new("t0ken".to_owned()));
        let base64 = |text: &str| data_encoding::BASE64.encode(text.as_bytes());
        let plain = base64("\0alice\0secret");
        let bearer = base64("n,a=alice,\x01host=imap.example\x01auth=Bearer t0ken\x01\x01");
        let google = base64("user=alice\x01auth=Bearer t0ken\x01\x01");
        for (login, offered, said) in [
            (password(), "SASL-IR AUTH=PLAIN", format!(">V2 AUTHENTICATE PLAIN {plain}\r\n")),
            (password(), "IDLE", ">V2 LOGIN alice secret\r\n".to_owned()),
            (token(), "SASL-IR AUTH=OAUTHBEARER AUTH=XOAUTH2", format!(">V2 AUTHENTICATE OAUTHBEARER {bearer}\r\n")),
            (token(), "SASL-IR AUTH=XOAUTH2", format!(">V2 AUTHENTICATE XOAUTH2 {google}\r\n")),
        ] {
            let offered = format!("* CAPABILITY IMAP4rev1 {offered}\r\nV1 OK done\r\n");
            let script: &[&[u8]] =
                &[GREETING, b">V1 CAPABILITY\r\n", offered.as_bytes(), said.as_bytes(), b"V2 OK in\r\n"];
            assert!(begin(script, &login).is_ok(), "{said}");
        }
        let nothing: &[&[u8]] = &[GREETING, b"* CAPABILITY IMAP4rev1 LOGINDISABLED\r\nV1 OK done\r\n"];
        assert!(matches!(begin(nothing, &password()), Err(MailboxError::NoMechanism(_))));
        assert!(matches!(begin(nothing, &token()), Err(MailboxError::NoMechanism(_))));
    }

    #[test]
    fn without_an_initial_response_the_question_is_awaited_and_a_reason_is_answered() {
        let plain = format!(">{}\r\n", data_encoding::BASE64.encode(b"\0alice\0secret"));
        let script: &[&[u8]] = &[
            GREETING,
            b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nV1 OK done\r\n",
            b">V2 AUTHENTICATE PLAIN\r\n",
            b"+ \r\n",
            plain.as_bytes(),
            b"+ eyJzdGF0dXMiOiI0MDEifQ==\r\n",
            b">\r\n",
            b"V2 NO [AUTHENTICATIONFAILED] wrong \x1b[2J\r\n",
        ];
        let Err(MailboxError::SignIn(said)) = begin(script, &password()) else { panic!("signed in") };
        assert!(said.contains("wrong") && !said.contains('\x1b'), "{said}");
    }

    #[test]
    fn mailboxes_and_messages_are_listed() {
        let mut session = signed_in(&[
            b"* LIST (\\Noselect) \"/\" \"[Gmail]\"\r\n* LIST () \"/\" Envoy&AOk-s\r\n* LIST () \"/\" {5}\r\na b/c\r\n* LIST () \"/\" INBOX\r\nV3 OK done\r\n",
            b">V4 EXAMINE INBOX\r\n",
            b"* 3 EXISTS\r\n* OK [UIDVALIDITY 77] ok\r\nV4 OK [READ-ONLY] done\r\n",
            b">V5 UID FETCH 1:* (UID RFC822.SIZE INTERNALDATE)\r\n",
            b"* 2 FETCH (UID 20 RFC822.SIZE 44 INTERNALDATE \"03-Apr-2017 07:00:00 +0000\")\r\n* 1 FETCH (FLAGS (\\Recent))\r\n",
            b"* 1 FETCH (UID 7 RFC822.SIZE 4)\r\n* 4 EXISTS\r\nV5 OK done\r\n",
        ]);
        let names: Vec<String> = session.mailboxes().unwrap().into_iter().map(|mailbox| mailbox.name).collect();
        assert_eq!(names, ["Envoyés", "INBOX", "a b/c"]);
        let Listing { validity, exists, messages } = session.messages(&inbox()).unwrap();
        assert_eq!((validity, exists), (77, 3));
        assert_eq!(
            messages,
            [
                Envelope { uid: 7, size: 4, received: None },
                Envelope { uid: 20, size: 44, received: Some(1_491_202_800) }
            ]
        );
    }

    #[test]
    fn a_message_is_fetched_without_marking_it() {
        let mut session = signed_in(&[
            b"* OK [UIDVALIDITY 77] ok\r\nV3 OK done\r\n",
            b">V4 UID FETCH 7 BODY.PEEK[]<0.1048576>\r\n",
            b"* 9 FETCH (UID 9 BODY[]<0> \"another\")\r\n* 1 FETCH (UID 7 BODY[]<0> {6}\r\na\r\n)\r\n)\r\nV4 OK done\r\n",
            b"V5 OK gone\r\n",
        ]);
        let mut bytes = Vec::new();
        session
            .fetch(&inbox(), 77, 7, &mut |some| {
                bytes.extend_from_slice(some);
                true
            })
            .unwrap();
        assert_eq!(bytes, b"a\r\n)\r\n");
        assert!(matches!(session.fetch(&inbox(), 77, 8, &mut |_| true), Err(MailboxError::Vanished)));
        assert!(matches!(session.fetch(&inbox(), 78, 8, &mut |_| true), Err(MailboxError::Renewed)));
    }

    #[test]
    fn a_hostile_server_is_left() {
        let endless = [b'x'; 1 << 16];
        let endless: Vec<&[u8]> = [&endless[..]; 80].to_vec();
        assert!(matches!(begin(&endless, &password()), Err(MailboxError::TooMuch(_))));
        let bye: &[&[u8]] = &[b"* BYE busy\r\n"];
        assert!(matches!(begin(bye, &password()), Err(MailboxError::Bye(said)) if said == "busy"));
        let http: &[&[u8]] = &[b"HTTP/1.1 400 Bad Request\r\n\r\n"];
        assert!(matches!(begin(http, &password()), Err(MailboxError::NotImap(_))));
        let other_tag: &[&[u8]] = &[GREETING, b"X9 OK\r\n"];
        assert!(matches!(begin(other_tag, &password()), Err(MailboxError::NotImap(_))));
        assert!(matches!(begin(&[], &password()), Err(MailboxError::Io { .. })));
        let mut lies = signed_in(&[b"* LIST () \"/\" {999999999999999999999}\r\n"]);
        assert!(matches!(lies.mailboxes(), Err(MailboxError::TooMuch(_))));
        let mut cut = signed_in(&[b"* LIST () \"/\" {5000}\r\nabc"]);
        assert!(matches!(cut.mailboxes(), Err(MailboxError::Io { .. })));
        let mut bye = signed_in(&[b"* 1 EXISTS\r\n* BYE shutting down\r\n"]);
        assert!(matches!(bye.messages(&inbox()), Err(MailboxError::Bye(_))));
        let mut chatty = signed_in(&[b"* XNEWS {3}\r\nabc (\r\n* LIST () \"/\" INBOX\r\nV3 OK done\r\n"]);
        assert_eq!(chatty.mailboxes().unwrap(), [inbox()], "what nobody asked for is passed over");
        let mut unclear =
            signed_in(&[b"* OK [UIDVALIDITY 7] x\r\n* 1 EXISTS\r\nV3 OK done\r\n* 1 FETCH (UID seven)\r\n"]);
        assert!(matches!(unclear.messages(&inbox()), Err(MailboxError::NotImap(_))), "a message is not");
        let mut refuses = signed_in(&[b"V3 NO no such mailbox\r\n"]);
        assert!(matches!(refuses.messages(&inbox()), Err(MailboxError::Refused { .. })));
    }

    #[test]
    fn no_bytes_of_a_server_make_it_panic() {
        let said = b"* OK hello\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR\r\nV1 OK done\r\nV2 OK done\r\n* LIST () \"/\" {5}\r\na b/c\r\nV3 OK done\r\n\
                     * 3 EXISTS\r\n* OK [UIDVALIDITY 77] x\r\nV4 OK done\r\n* 2 FETCH (UID 20 RFC822.SIZE 44)\r\nV5 OK done\r\n* 1 FETCH (UID 20 BODY[]<0> {3}\r\nabc)\r\nV6 OK done\r\n";
        let mut state = 1_u64;
        for round in 0..20_000 {
            let mut bytes = said.to_vec();
            for _ in 0..1 + round % 4 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let at = usize::try_from(state >> 33).unwrap() % bytes.len();
                bytes[at] = (state >> 20).to_le_bytes()[0];
            }
            let Ok(mut session) = begin(&[&bytes], &password()) else { continue };
            let Ok(mailboxes) = session.mailboxes() else { continue };
            for mailbox in mailboxes {
                if let Ok(listing) = session.messages(&mailbox) {
                    for message in listing.messages {
                        let _ = session.fetch(&mailbox, listing.validity, message.uid, &mut |_| true);
                    }
                }
            }
        }
    }
}
