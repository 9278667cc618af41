//! What was found in a message: one fact of one kind, with its evidence.

use serde::{Deserialize, Serialize};
use vauban_model::printable;

/// The kinds of facts. What each weighs, why, and what is said of it stands in `facts.toml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// This message contains a known trace of attackers.
    KnownIndicator,
    /// This message claims to come from your organisation, but nothing proves it and your own domain denies it.
    OwnDomainSpoof,
    /// A disk image is attached: opening it can install a program.
    DiskImage,
    /// A shortcut is attached: opening it starts a program.
    Shortcut,
    /// An attached page builds a file inside your browser to slip past filters.
    HtmlSmuggling,
    /// The sender's domain imitates a known name with letters that look alike.
    HomoglyphDomain,
    /// A link leads to a name that imitates a known one with letters that look alike.
    HomoglyphLink,
    /// A link opens a file or a share on an unknown computer.
    FileLink,
    /// A program is attached.
    Program,
    /// A script, or a document that the system runs like one, is attached.
    Script,
    /// The message asks for a password in a form.
    CredentialForm,
    /// The message asks to enter a device code: that would sign another's device in to your account.
    DeviceCode,
    /// The sender's domain imitates a known name.
    LookalikeDomain,
    /// A link shows a name before an @ and leads elsewhere.
    UserinfoLink,
    /// A link carries a hidden page in itself.
    DataLink,
    /// A link leads to a name that imitates a known one.
    LookalikeLink,
    /// A link shows one address and leads to another.
    LinkTextDiffers,
    /// The name of somebody in your organisation, with an address that is not theirs.
    StaffNameOutside,
    /// The message seems to come from inside, but the answer would go elsewhere.
    ReplyToOutside,
    /// The displayed name contains another address than the real one.
    AddressInName,
    /// The name of an attachment hides what it is.
    DisguisedFileName,
    /// A OneNote notebook is attached: it can contain programs.
    Notebook,
    /// A known conversation goes on from an address that never took part in it.
    NewAddressInThread,
    /// The displayed name is that of a known company, the address is not.
    BrandNameOutside,
    /// An attachment is locked: no filter can read it.
    EncryptedAttachment,
    /// The name of a partner, with an address that is not theirs.
    PartnerNameOutside,
    /// The sender's name contains disguised characters.
    DisguisedName,
    /// An attached document contains macros.
    Macro,
    /// A link goes through a known site to lead elsewhere.
    OpenRedirect,
    /// A link leads to a computer without a name.
    IpLink,
    /// The sender's domain declares that this message is not its own.
    DmarcFail,
    /// A link asks to let an application read your account.
    ConsentLink,
    /// An attached page or picture contains hidden code.
    ScriptInPage,
    /// This message answers one that your organisation never sent.
    UnknownThread,
    /// The message could not be read to its end.
    Unreadable,
    /// The message is larger than the filter holds; its beginning was judged.
    TooLarge,
    /// An address of your organisation, handed over by a foreign server.
    OwnDomainFromOutside,
    /// The message announces new bank details.
    BankDetails,
    /// A code to be photographed leads to a site.
    CodeLink,
    /// The message has no sender.
    NoSender,
    /// The sender is not written as it must be.
    MalformedSender,
    /// The message claims to come from yourself.
    SenderIsReader,
    /// Words of the message are disguised with invisible or foreign characters.
    DisguisedWords,
    /// The sending server is not allowed by the sender's domain.
    SpfFail,
    /// The sender uses a free name of a host of applications.
    FreeHostingSender,
    /// The message speaks of money or a threat and gives a number to call.
    CallBack,
    /// A shortened link hides where it leads.
    Shortener,
    /// A link leads to a free page of a host of applications.
    FreeHostingLink,
    /// The sender's address seems made up by a program.
    ScriptAsSender,
    /// The message promises an unexpected prize or gift.
    Reward,
    /// A link carries your address.
    ReaderInLink,
    /// The message greets you by your address.
    ReaderGreeted,
    /// The subject addresses you by your address.
    ReaderInSubject,
    /// A link leads to a name written in another alphabet.
    PunycodeLink,
    /// The answer would go to another domain than the sender's.
    ReplyToElsewhere,
    /// A name under an ending where throwaway names are bought.
    ThrowawayEnding,
    /// The message speaks of a password, a sign-in or an account to verify.
    AsksCredentials,
    /// The message speaks of a payment, a transfer or an invoice.
    AsksMoney,
    /// A web page is attached.
    PageAttached,
    /// The message contains much text that is not shown.
    HiddenText,
    /// The message is a picture to click on.
    PictureOnly,
    /// The message contains a form.
    Form,
    /// The sender's domain contains a known name.
    AmongDomain,
    /// The message congratulates.
    Congratulates,
    /// This address writes to you for the first time.
    FirstContact,
    /// The message urges to act.
    Urgency,
    /// The message threatens with a loss, a block or a closure.
    Threat,
    /// The message announces a shared document, a parcel or a voice message.
    SharedDocument,
    /// The subject says it is an answer, but the message answers nothing.
    AnswerWithoutThread,
    /// The message asks for secrecy or keeps you from calling back.
    Secrecy,
    /// No link leads to the sender's own site.
    LinksElsewhere,
    /// A link goes through one site to lead to another.
    Redirect,
    /// The sender's domain doubts this sending server.
    SpfSoftfail,
    /// The message's signature does not fit.
    DkimFail,
    /// Nothing proves where this message comes from.
    Unauthenticated,
    /// The message has no identifier.
    NoMessageId,
    /// The message seems to come from inside, but was sent by somebody outside.
    ReturnPathOutside,
    /// Bounces of this message would go to another domain.
    ReturnPathElsewhere,
    /// A link is written in letters or digits that only look like plain ones.
    DisguisedLink,
    /// A link shows an address of somebody unknown and leads to another.
    LinkTextElsewhere,
    /// One of many links leads to a place whose owner nobody knows.
    OneOfManyLinks,
    /// The displayed name contains an address of somebody else.
    StrangeAddressInName,
    /// The message is signed as a known company's, which did not send it.
    SignedByAnother,
    /// A service writes from a free mailbox.
    ServiceFromFreeMail,
    /// The name and the free mailbox have nothing in common.
    NameOfAnother,
    /// The answer would go to a free mailbox that is not the sender's.
    FreeMailAnswer,
    /// A link writes an answer for you, to a mailbox of a stranger.
    PreparedAnswer,
    /// The message seems to come from inside, but was sent from a stranger's free mailbox.
    InsideByFreeMail,
    /// The sender's address is written with a space that no mail program writes.
    SpaceInSender,
    /// The message advertises gifts, winnings or bargains.
    Offer,
    /// The message names no reader.
    NobodyNamed,
    /// A blank of the message was not filled in.
    UnfilledBlank,
    /// The subject or the sender's name carries a mark made up by a program.
    MarkedCopy,
    /// The message offers a stranger's fortune, or asks for help to move one.
    AdvanceFee,
    /// The message speaks of a very large sum.
    GreatSum,
    /// The message gives a wallet of cryptocurrency to pay to.
    WalletAddress,
    /// The message threatens to publish something about you.
    Extortion,
    /// The message lures with intimacy or with pills.
    Lure,
}

impl Code {
    /// The word for it in every output: `lookalike-domain`.
    #[must_use]
    pub fn word(self) -> String {
        serde_json::to_value(self).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
    }
}

/// One fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// Its kind.
    pub code: Code,
    /// What it was seen in: printable, and short.
    pub evidence: String,
}

/// The facts of one message, each kind once: a message with two shortened links is not twice as bad.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    facts: Vec<Fact>,
}

/// Characters of evidence that are kept.
const EVIDENCE: usize = 160;

impl Facts {
    /// Notes a fact. The first of its kind explains it.
    pub fn add(&mut self, code: Code, evidence: impl AsRef<str>) {
        if self.has(code) {
            return;
        }
        let printed = printable(evidence.as_ref().trim());
        let mut evidence: String = printed.chars().take(EVIDENCE).collect();
        if evidence.len() < printed.len() {
            evidence.push('…');
        }
        self.facts.push(Fact { code, evidence });
    }

    /// Whether there is one of this kind.
    #[must_use]
    pub fn has(&self, code: Code) -> bool {
        self.facts.iter().any(|fact| fact.code == code)
    }

    /// All of them, in the order in which they were found.
    pub fn iter(&self) -> impl Iterator<Item = &Fact> {
        self.facts.iter()
    }

    /// Adds those of another.
    pub fn extend(&mut self, others: Self) {
        for Fact { code, evidence } in others.facts {
            self.add(code, evidence);
        }
    }
}
