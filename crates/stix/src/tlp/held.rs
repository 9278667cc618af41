//! Why an object's marking cannot be told. Such an object is held: what nobody understands goes to nobody.

/// Why an object is held.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Held {
    /// It refers to a marking that is nowhere to be found.
    #[error("its marking {0} is not known")]
    Unknown(String),
    /// It refers to a marking that is neither of TLP nor a statement.
    #[error("its marking {0} is of a kind that is not understood")]
    NotUnderstood(String),
    /// Its markings are not written as the standard has them.
    #[error("its property {0} is not written as markings are")]
    Malformed(&'static str),
    /// A label or a statement says a TLP, and no marking does.
    #[error("{0} is said by a label, not by a marking")]
    LabelOnly(String),
}

impl Held {
    /// The reason in French.
    #[must_use]
    pub fn french(&self) -> String {
        match self {
            Self::Unknown(id) => format!("son marquage {id} n’est pas connu"),
            Self::NotUnderstood(id) => format!("son marquage {id} est d’un genre inconnu"),
            Self::Malformed(name) => format!("sa propriété {name} n’est pas écrite comme un marquage"),
            Self::LabelOnly(label) => format!("{label} est dit par une étiquette, pas par un marquage"),
        }
    }
}
