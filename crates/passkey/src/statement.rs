//! A model as its maker describes it: a metadata statement of the FIDO Alliance (Metadata Statement, version 3), of which the AAGUID and
//! the roots are read. Who signed it is not asked: whoever lays it down answers for it.

use std::fmt;

use data_encoding::BASE64;
use serde::Deserialize;

use crate::{
    model::{Model, Models, NotARoot},
    words::Words,
};

/// The longest statement that is read, in bytes: pictures and words in many languages are in them.
pub const LONGEST_STATEMENT: usize = 1 << 20;

/// The bytes are no statement that lets a root vouch for a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAStatement {
    /// Longer than [`LONGEST_STATEMENT`].
    TooLong,
    /// No JSON, or not that of a statement.
    Unreadable,
    /// No AAGUID is in it: keys of U2F and UAF have none.
    NoModel,
    /// No root is in it: the maker vouches for nobody.
    NoRoot,
    /// One of its roots is no certificate, or there are too many.
    Root(NotARoot),
}

impl NotAStatement {
    /// What a person reads, as the end of a sentence.
    #[must_use]
    pub const fn words(self) -> Words {
        match self {
            Self::TooLong => Words { fr: "plus d’un mébioctet", en: "more than a mebibyte" },
            Self::Unreadable => Words {
                fr: "ce n’est pas la déclaration FIDO d’un modèle de clé (JSON)",
                en: "this is not the FIDO metadata statement of a model of key (JSON)",
            },
            Self::NoModel => {
                Words { fr: "aucun modèle n’y est nommé par son AAGUID", en: "it names no model by its AAGUID" }
            }
            Self::NoRoot => Words {
                fr: "aucun certificat racine n’y est : le fabricant ne répond de personne",
                en: "no root certificate is in it: the maker vouches for nobody",
            },
            Self::Root(NotARoot::TooMany) => {
                Words { fr: "trop de certificats racine en tout", en: "too many root certificates altogether" }
            }
            Self::Root(NotARoot::NotACertificate | NotARoot::NoModel) => Words {
                fr: "une de ses racines n’est pas un certificat",
                en: "one of its roots is not a certificate",
            },
        }
    }
}

impl fmt::Display for NotAStatement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.words().en)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Statement {
    aaguid: Option<String>,
    #[serde(default)]
    attestation_root_certificates: Vec<String>,
}

impl Models {
    /// Lets the roots of a metadata statement vouch for its model: all of them, or, where one is none, nobody.
    ///
    /// # Errors
    ///
    /// [`NotAStatement`] for what is none, or vouches for nothing.
    pub fn trust_statement(&mut self, statement: &[u8]) -> Result<Model, NotAStatement> {
        if statement.len() > LONGEST_STATEMENT {
            return Err(NotAStatement::TooLong);
        }
        let told: Statement = serde_json::from_slice(statement).map_err(|_| NotAStatement::Unreadable)?;
        let model: Model = told.aaguid.and_then(|text| text.parse().ok()).ok_or(NotAStatement::NoModel)?;
        if told.attestation_root_certificates.is_empty() {
            return Err(NotAStatement::NoRoot);
        }
        let mut trusted = self.clone();
        for root in &told.attestation_root_certificates {
            // Makers break their lines, some of them.
            let text: String = root.split_ascii_whitespace().collect();
            let root = BASE64.decode(text.as_bytes()).map_err(|_| NotAStatement::Root(NotARoot::NotACertificate))?;
            trusted.trust(&root, [model]).map_err(NotAStatement::Root)?;
        }
        *self = trusted;
        Ok(model)
    }
}
