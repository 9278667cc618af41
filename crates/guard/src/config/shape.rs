//! What may stand in `vauban.toml`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use vauban_egress::NetworkTable;
use vauban_mail::Organisation;
use vauban_model::Lang;
use vauban_policy::{Compartment, Device, Exception, Expect, List, Person, Policy, Settings, Tool};
use vauban_rpz::ServeSettings;

use super::{DnsTable, Peers, SignInTable};
use crate::exceptions::Made;

/// The whole file.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Whose mail it is: domains, people, partners, providers. The shape stands in docs/mail.md.
    #[serde(default)]
    #[schemars(with = "serde_json::Value")]
    pub organisation: Organisation,
    /// The process itself.
    #[serde(default)]
    pub guard: GuardTable,
    /// The filter of mail; none to do without.
    pub mail: Option<MailTable>,
    /// The filter of names; none to do without.
    pub dns: Option<DnsTable>,
    /// Compartments whose view of names is given out as a response policy zone, by their names. docs/rpz.md says to whom.
    #[serde(default)]
    pub zone: BTreeMap<String, ServeSettings>,
    /// What the kernel lets out; none to leave it alone. The shape stands in docs/network.md.
    pub network: Option<NetworkTable>,
    /// The pages in the browser; none to do without.
    pub portal: Option<PortalTable>,
    /// Signing in; none to do without.
    pub signin: Option<SignInTable>,
    /// What holds for all compartments. The shape of these tables stands in docs/policy.md.
    #[serde(default)]
    pub policy: Settings,
    /// The compartments.
    #[serde(default)]
    pub compartment: BTreeMap<String, Compartment>,
    /// The people.
    #[serde(default)]
    pub person: BTreeMap<String, Person>,
    /// Their devices.
    #[serde(default)]
    pub device: BTreeMap<String, Device>,
    /// Tools of the organisation's own.
    #[serde(default)]
    pub tool: BTreeMap<String, Tool>,
    /// Lists of names that others keep.
    #[serde(default)]
    pub list: Vec<List>,
    /// Exceptions.
    #[serde(default)]
    pub exception: Vec<Exception>,
    /// Exceptions that were made in the pages; they stand in the state directory, never in the file.
    #[serde(skip)]
    pub made: Vec<Made>,
    /// What must come out.
    #[serde(default)]
    pub expect: Vec<Expect>,
    /// The addresses of WireGuard's peers, by their keys; they stand in files of their own.
    #[serde(skip)]
    pub peers: Peers,
}

impl Config {
    /// The policy in it: exceptions of the file first, then those that were made in the pages.
    #[must_use]
    pub fn policy(&self) -> Policy {
        Policy {
            policy: self.policy.clone(),
            compartment: self.compartment.clone(),
            person: self.person.clone(),
            device: self.device.iter().map(|(name, device)| (name.clone(), self.peers.placed(device))).collect(),
            tool: self.tool.clone(),
            list: self.list.clone(),
            exception: self.exception.iter().cloned().chain(self.made.iter().map(Made::exception)).collect(),
            expect: self.expect.clone(),
        }
    }
}

/// The process itself.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GuardTable {
    /// Where `/healthz` and `/metrics` are served; loopback, because they are for the machine itself.
    pub http: String,
    /// Files that say which address each peer of WireGuard may have, as `wg show wg0 allowed-ips` prints it.
    pub wireguard: Vec<String>,
}

impl Default for GuardTable {
    fn default() -> Self {
        Self { http: "127.0.0.1:9780".to_owned(), wireguard: Vec::new() }
    }
}

/// The filter of mail.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MailTable {
    /// Where the mail server finds the filter: `127.0.0.1:9781`, or `unix:/path`.
    pub listen: String,
    /// What becomes of a message when the filter itself cannot work.
    pub on_failure: OnFailure,
    /// Who is asked for the records of domains (SPF, DKIM, DMARC): an address with its port, `system` for this machine's
    /// own resolver, or `none` to do without.
    pub resolver: String,
    /// For how many days the filter learns who writes to whom before a first contact or an unknown conversation counts.
    pub learning_days: u16,
    /// The most of one message that is held, in MiB. What is larger is judged by its beginning, and flagged.
    pub largest_mib: u64,
    /// The most of all messages that is held at a time, in MiB; further ones are asked to come again.
    pub held_mib: u64,
    /// How many messages are read at a time.
    pub readers: usize,
    /// The most memory that one reader may take, in MiB.
    pub reader_memory_mib: u64,
    /// How long one message may take, in seconds.
    pub seconds: u64,
    /// How many connections of the mail server are served at a time.
    pub connections: usize,
    /// Where the guard hands mail over (SMTP), past the filter: what is released, what is encrypted, and its own words.
    pub handover: String,
    /// The guard's own address: people forward suspicious mail to it, and its words come from it. Empty to do without.
    pub address: String,
    /// The languages of its words to people, in their order.
    pub languages: Vec<Language>,
    /// Whether a message that is flagged is put into one that says why, and in which language.
    pub banner: Banner,
    /// For how many days it is kept who wrote to whom with which verdict, and, unreadable, what stood in it.
    pub history_days: u16,
    /// Where messages are kept back.
    pub quarantine: Option<QuarantineTable>,
    /// Work and private apart in mail that leaves; none to let all of it pass.
    pub outgoing: Option<OutgoingTable>,
    /// Mail that only its reader can open; none to do without.
    pub openpgp: Option<OpenPgpTable>,
}

impl Default for MailTable {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:9781".to_owned(),
            on_failure: OnFailure::Tempfail,
            resolver: "system".to_owned(),
            learning_days: 14,
            largest_mib: 40,
            held_mib: 256,
            readers: 2,
            reader_memory_mib: 256,
            seconds: 60,
            connections: 200,
            handover: "127.0.0.1:10026".to_owned(),
            address: String::new(),
            languages: vec![Language::Fr, Language::En],
            banner: Banner::None,
            history_days: 90,
            quarantine: None,
            outgoing: None,
            openpgp: None,
        }
    }
}

/// A language of the guard's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// French.
    Fr,
    /// English.
    En,
}

impl From<Language> for Lang {
    fn from(language: Language) -> Self {
        match language {
            Language::Fr => Self::Fr,
            Language::En => Self::En,
        }
    }
}

/// Whether a message that is flagged is put into one that says why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Banner {
    /// No: header fields alone, and the message stays as it was signed.
    None,
    /// Yes, in French.
    Fr,
    /// Yes, in English.
    En,
}

/// What is done with mail that leaves for private places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LeavingPolicy {
    /// It leaves.
    Allow,
    /// It leaves, and its sender is told why that is not wanted.
    Warn,
    /// It is kept back until somebody else releases it, and its sender is told.
    Hold,
}

/// Work and private apart in mail that leaves.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OutgoingTable {
    /// A server forwards work to a private mailbox.
    pub auto_forward: LeavingPolicy,
    /// Documents for the sender's own private address.
    pub own_private_mailbox: LeavingPolicy,
    /// A colleague, reached at a private address.
    pub colleague_private: LeavingPolicy,
    /// The compartment that this server's mail belongs to: what is private is then what the policy keeps out of it. Empty to go
    /// by the known providers of mailboxes.
    pub compartment: String,
    /// Further domains that are private.
    pub private: Vec<String>,
    /// Clients whose mail leaves though they do not sign in (`10.0.0.0/8`): a webmail, a server that forwards.
    pub networks: Vec<String>,
}

impl Default for OutgoingTable {
    fn default() -> Self {
        Self {
            auto_forward: LeavingPolicy::Hold,
            own_private_mailbox: LeavingPolicy::Warn,
            colleague_private: LeavingPolicy::Warn,
            compartment: String::new(),
            private: Vec::new(),
            networks: Vec::new(),
        }
    }
}

/// Mail that only its reader can open.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenPgpTable {
    /// The folder with the readers' public keys.
    pub keys: String,
    /// What becomes of mail for a reader whose key cannot be used any more: it expired, say.
    #[serde(default)]
    pub on_unusable: OnUnusable,
}

/// What becomes of mail for a reader whose key cannot be used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnUnusable {
    /// The sender's server is asked to come again: nothing is written in clear that should not be.
    #[default]
    Tempfail,
    /// It is delivered in clear, with a header field that says so.
    Deliver,
}

/// The pages in the browser.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PortalTable {
    /// Where they are served: loopback, until people sign in.
    pub listen: String,
}

impl Default for PortalTable {
    fn default() -> Self {
        Self { listen: "127.0.0.1:9782".to_owned() }
    }
}

/// What becomes of a message when the filter itself cannot work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnFailure {
    /// The sender's server is asked to come again: nothing is lost, nothing passes unseen.
    Tempfail,
    /// It is delivered, with a header field that says that it was not judged.
    Deliver,
}

/// Where messages are kept back.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuarantineTable {
    /// The public keys (age1…) to which they are encrypted: those of the people who may open them. The private keys do
    /// not belong on this machine.
    pub recipients: Vec<String>,
    /// How many days they are kept.
    #[serde(default = "thirty")]
    pub days: u16,
    /// How many hours lie between two words to the same reader about what is kept back; 0 for none.
    #[serde(default = "four")]
    pub digest_hours: u16,
    /// Who may release a message: somebody with the key, or its reader, too.
    #[serde(default)]
    pub release_by: ReleaseBy,
    /// A file with a private key (age), for a guard that releases by itself. It belongs on no disk that can be stolen: name a
    /// credential of systemd (`/run/credentials/vauban-guard.service/quarantine`).
    #[serde(default)]
    pub key_file: String,
}

/// Who may release a message that was kept back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReleaseBy {
    /// Somebody who has the key, and is not the reader.
    #[default]
    SecondPerson,
    /// The reader, by an answer to the guard's word; what is decisive needs a second person all the same.
    Reader,
}

const fn four() -> u16 {
    4
}

const fn thirty() -> u16 {
    30
}
