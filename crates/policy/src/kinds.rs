//! Kinds of tools, and the built-in table of who is what.

use std::{collections::BTreeMap, fmt, sync::LazyLock};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vauban_model::Text;

use crate::Tool;

/// A kind of tool, which a compartment may keep out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Messaging that belongs to people, not to the organisation.
    PrivateMessaging,
    /// Messaging that the organisation works with.
    WorkMessaging,
    /// Networks of friends and followers.
    SocialNetwork,
    /// Mailboxes that belong to people.
    PersonalMail,
    /// Resolvers asked in secret, past the filter of names.
    EncryptedDns,
    /// Tor, VPN and the like.
    Anonymiser,
    /// Control of a machine from elsewhere, and tunnels to it.
    RemoteAccess,
    /// Places where anybody drops a file.
    FileDrop,
}

impl Kind {
    pub(crate) const ALL: [Self; 8] = [
        Self::PrivateMessaging,
        Self::WorkMessaging,
        Self::SocialNetwork,
        Self::PersonalMail,
        Self::EncryptedDns,
        Self::Anonymiser,
        Self::RemoteAccess,
        Self::FileDrop,
    ];

    /// The word for it in the configuration and in rule ids.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::PrivateMessaging => "private-messaging",
            Self::WorkMessaging => "work-messaging",
            Self::SocialNetwork => "social-network",
            Self::PersonalMail => "personal-mail",
            Self::EncryptedDns => "encrypted-dns",
            Self::Anonymiser => "anonymiser",
            Self::RemoteAccess => "remote-access",
            Self::FileDrop => "file-drop",
        }
    }

    /// The kind of this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// What it is called.
    #[must_use]
    pub fn text(self) -> Text {
        match self {
            Self::PrivateMessaging => Text::new("les messageries privées", "private messaging"),
            Self::WorkMessaging => Text::new("la messagerie de travail", "messaging of work"),
            Self::SocialNetwork => Text::new("les réseaux sociaux", "social networks"),
            Self::PersonalMail => Text::new("le mail personnel", "personal mail"),
            Self::EncryptedDns => Text::new("les résolveurs DNS chiffrés d'ailleurs", "encrypted DNS elsewhere"),
            Self::Anonymiser => Text::new("Tor, les VPN et les anonymiseurs", "Tor, VPNs and anonymisers"),
            Self::RemoteAccess => Text::new("la prise de contrôle à distance", "remote control"),
            Self::FileDrop => Text::new("les dépôts de fichiers publics", "public file drops"),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

static BUILT_IN: LazyLock<BTreeMap<String, Tool>> =
    LazyLock::new(|| toml::from_str(include_str!("../tools.toml")).expect("the file is read by a test"));

/// The tools that everybody knows.
pub(crate) fn built_in() -> &'static BTreeMap<String, Tool> {
    &BUILT_IN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole_and_every_name_stands_once() {
        let mut seen = std::collections::HashSet::new();
        for (tool, entry) in built_in() {
            assert!(!entry.kinds.is_empty() && !entry.names.is_empty(), "{tool}");
            for name in &entry.names {
                assert!(seen.insert(name), "{name} stands twice");
                assert_eq!(*name, name.to_lowercase(), "{name}");
            }
            for address in &entry.addresses {
                assert!(address.parse::<ipnet::IpNet>().is_ok(), "{address}");
            }
        }
        for kind in Kind::ALL {
            assert_eq!(Kind::from_word(kind.word()), Some(kind));
            assert_eq!(serde_json_word(kind), kind.word());
        }
    }

    fn serde_json_word(kind: Kind) -> String {
        #[derive(Serialize)]
        struct Holds {
            kind: Kind,
        }
        let text = toml::Table::try_from(Holds { kind }).unwrap();
        text["kind"].as_str().unwrap().to_owned()
    }
}
