//! What can be wrong with a line, for people.

use vauban_model::Text;

use crate::name::NotAName;

/// What is wrong with a line, or why it cannot be carried out by names alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    NotThisFormat,
    TooLong,
    NotAName(NotAName),
    OutOfZone,
    NotATrigger,
    Trigger,
    Directive,
    LeadsSomewhere,
    AsksElsewhere,
    AboutPages,
    Wildcard,
    OtherOption,
}

impl Trouble {
    pub(crate) fn text(self) -> Text {
        let (fr, en) = match self {
            Self::NotThisFormat => ("pas une ligne de ce format", "not a line of this format"),
            Self::TooLong => ("ligne trop longue", "the line is too long"),
            Self::NotAName(NotAName::Empty) => ("un nom, ou une partie de nom, est vide", "a name or a label is empty"),
            Self::NotAName(NotAName::IllegalByte) => {
                ("un caractère qu'aucun nom ne contient", "a character that no name holds")
            }
            Self::NotAName(NotAName::TooLong) => ("plus long que tout nom", "longer than any name"),
            Self::NotAName(NotAName::Address) => ("une adresse, pas un nom", "an address, not a name"),
            Self::NotAName(NotAName::NoAsciiForm) => {
                ("un nom qui n'a pas de forme ASCII (IDNA)", "a name without a form in ASCII (IDNA)")
            }
            Self::OutOfZone => ("hors de la zone", "outside the zone"),
            Self::NotATrigger => ("une adresse mal écrite", "an address that is written wrongly"),
            Self::Trigger => (
                "concerne des clients ou des serveurs de noms : non pris en charge",
                "about clients or name servers: not supported",
            ),
            Self::Directive => ("directive non prise en charge", "a directive that is not supported"),
            Self::LeadsSomewhere => (
                "mène à une autre adresse au lieu de bloquer : non pris en charge",
                "leads to another address instead of blocking: not supported",
            ),
            Self::AsksElsewhere => {
                ("interroge un autre serveur : non pris en charge", "asks another server: not supported")
            }
            Self::AboutPages => (
                "concerne le contenu de pages, pas un nom : non pris en charge",
                "about what stands in pages, not about a name: not supported",
            ),
            Self::Wildcard => (
                "un joker ailleurs qu'au début : non pris en charge",
                "a wildcard elsewhere than at the beginning: not supported",
            ),
            Self::OtherOption => ("une autre option : non prise en charge", "another option: not supported"),
        };
        Text::new(fr, en)
    }
}
