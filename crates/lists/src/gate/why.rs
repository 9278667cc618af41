//! Why an entry is set aside, for whoever keeps the filter.

use vauban_model::Text;

/// Why an entry of a list does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Why {
    /// A name of a single label: a whole top-level domain, or a machine of the own network.
    SingleLabel,
    /// A public suffix, under which anybody can open a site.
    PublicSuffix,
    /// A name with public suffixes below it.
    AboveSuffix,
    /// The organisation's own name, or one below or above it.
    Own,
    /// A name that must always work, or one below or above it.
    Always,
    /// A service that honest people use, or a name above one.
    Service,
    /// Somebody who publishes reports about attacks, or a name above one.
    Publisher,
    /// An address or a network that everybody needs, or the organisation's own.
    Network,
}

impl Why {
    /// The reason as a sentence.
    #[must_use]
    pub fn text(self) -> Text {
        let (fr, en) = match self {
            Self::SingleLabel => (
                "Un nom d'un seul mot désigne un domaine de premier niveau entier, ou une machine de votre réseau.",
                "A name of a single word is a whole top-level domain, or a machine of your network.",
            ),
            Self::PublicSuffix => (
                "C'est un suffixe public, sous lequel chacun peut ouvrir un site.",
                "This is a public suffix, under which anybody can open a site.",
            ),
            Self::AboveSuffix => (
                "Ce nom se trouve au-dessus de suffixes publics, sous lesquels chacun peut ouvrir un site.",
                "This name stands above public suffixes, under which anybody can open a site.",
            ),
            Self::Own => ("Ce nom est celui de votre organisation.", "This name is your organisation's own."),
            Self::Always => (
                "Votre configuration dit que ce nom doit toujours fonctionner.",
                "Your configuration says that this name must always work.",
            ),
            Self::Service => (
                "C'est un service très répandu, que d'honnêtes gens utilisent.",
                "This is a widely used service that honest people use.",
            ),
            Self::Publisher => (
                "C'est le site de ceux qui publient des rapports sur les attaques, que ces listes citent.",
                "This is the site of people who publish reports about attacks, which such lists quote.",
            ),
            Self::Network => (
                "Cette adresse ou ce réseau est privé, très répandu, trop vaste, ou à vous.",
                "This address or network is private, used by everybody, too wide, or your own.",
            ),
        };
        Text::new(fr, en)
    }
}
