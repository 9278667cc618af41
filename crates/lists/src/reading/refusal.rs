//! Why a copy of a list is not taken, in a sentence for whoever keeps the filter.

use serde::{Deserialize, Serialize};
use vauban_model::Text;

/// Why a copy of a list is not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// It could not be had.
    #[error("could not be fetched: {0}")]
    NotFetched(String),
    /// There is nothing in it that counts.
    #[error("holds no entry")]
    Empty,
    /// It is above a limit.
    #[error("larger than {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: u64,
    },
    /// It has more entries than a list may have, or all lists together more than the set can hold.
    #[error("more than {limit} entries")]
    TooMany {
        /// The limit.
        limit: u64,
    },
    /// A page of the web, such as that of a network that wants a sign-in first.
    #[error("a web page, not a list")]
    WebPage,
    /// A compressed file.
    #[error("compressed")]
    Compressed,
    /// Bytes that are no text.
    #[error("not text")]
    NotText,
    /// No format knows any of its lines.
    #[error("no known format")]
    UnknownFormat,
    /// Most of its lines are wrong.
    #[error("{bad} bad lines beside {good} entries")]
    MostlyBad {
        /// Lines that are wrong.
        bad: u64,
        /// Entries that are right.
        good: u64,
    },
    /// It has far fewer entries than the last good copy.
    #[error("shrank from {before} to {after} entries")]
    Shrunk {
        /// Entries of the last good copy.
        before: u64,
        /// Entries of this one.
        after: u64,
    },
    /// It wants to block too much of what everybody uses.
    #[error("{set_aside} of {entries} entries are names that no list may block")]
    BlocksTooMuch {
        /// Entries that the gate set aside.
        set_aside: u64,
        /// All entries.
        entries: u64,
    },
}

impl Refusal {
    /// The reason as a sentence.
    #[must_use]
    pub fn text(&self) -> Text {
        match self {
            Self::NotFetched(why) => Text::new(
                format!("La liste n'a pas pu être téléchargée ({why})."),
                format!("The list could not be fetched ({why})."),
            ),
            Self::Empty => {
                Text::new("La liste ne contient aucune entrée utilisable.", "The list holds no entry that can be used.")
            }
            Self::TooLarge { limit } => Text::new(
                format!("La liste dépasse {} Mio.", limit >> 20),
                format!("The list is larger than {} MiB.", limit >> 20),
            ),
            Self::TooMany { limit } => Text::new(
                format!("La liste a plus d'entrées que permis ({limit})."),
                format!("The list has more entries than allowed ({limit})."),
            ),
            Self::WebPage => Text::new(
                "À la place de la liste est arrivée une page web : une page d'erreur, ou celle d'un réseau qui demande de s'identifier.",
                "A web page came in place of the list: an error page, or that of a network that wants a sign-in.",
            ),
            Self::Compressed => Text::new(
                "La liste est un fichier compressé : indiquez l'adresse de sa forme texte.",
                "The list is a compressed file: name the address of its plain text.",
            ),
            Self::NotText => Text::new("Ce n'est pas un texte.", "This is not text."),
            Self::UnknownFormat => Text::new(
                "Aucun format connu : pas une ligne ne désigne un nom à bloquer.",
                "No known format: not one line is a name to block.",
            ),
            Self::MostlyBad { bad, good } => Text::new(
                format!("La plupart des lignes sont fausses : {bad}, pour {good} entrées justes."),
                format!("Most lines are wrong: {bad}, beside {good} good entries."),
            ),
            Self::Shrunk { before, after } => Text::new(
                format!("La liste a trop rétréci : {after} entrées au lieu de {before}."),
                format!("The list shrank too much: {after} entries in place of {before}."),
            ),
            Self::BlocksTooMuch { set_aside, entries } => Text::new(
                format!("La liste veut bloquer ce que tout le monde utilise : {set_aside} de ses {entries} entrées."),
                format!("The list wants to block what everybody uses: {set_aside} of its {entries} entries."),
            ),
        }
    }
}
