//! Why a statement of counts is none.

use super::Week;
use crate::{Words, line::LineError, signing::NotSigned};

/// Why a statement of counts proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CountsError {
    /// Not such a text in its one spelling.
    #[error("not counts: {0}")]
    Line(#[from] LineError),
    /// Of another stream, or another hub.
    #[error("the counts are of another stream")]
    OtherStream,
    /// Another party's.
    #[error("the counts are another party's")]
    OtherParty,
    /// Of another week than the one that was named beside them.
    #[error("the counts are of the week {0}")]
    OtherWeek(Week),
    /// The week is not over, so that nobody can have counted it.
    #[error("the week {0} is not over")]
    Early(Week),
    /// The week is over for too long.
    #[error("the week {0} is over for too long")]
    Late(Week),
    /// Signed by another key, or changed.
    #[error("the counts: {0}")]
    NotSigned(#[from] NotSigned),
}

impl CountsError {
    /// What a person reads, and what to do next.
    #[must_use]
    pub fn words(&self) -> Words {
        match self {
            Self::Line(_) => Words::new("Ce n'est pas un décompte.", "This is not a statement of counts."),
            Self::OtherStream => {
                Words::new("Ce décompte concerne un autre flux.", "These counts are of another stream.")
            }
            Self::OtherParty => {
                Words::new("Ce décompte vient d'un autre destinataire.", "These counts are another recipient's.")
            }
            Self::OtherWeek(week) => Words::new(
                format!("Ce décompte est celui d'une autre semaine, {week}."),
                format!("These counts are of another week, {week}."),
            ),
            Self::Early(week) => Words::new(
                format!("La semaine {week} n'est pas finie. Vérifiez les horloges."),
                format!("The week {week} is not over. Check the clocks."),
            ),
            Self::Late(week) => Words::new(
                format!("La semaine {week} est finie depuis trop longtemps : ce décompte n'est plus pris."),
                format!("The week {week} is over for too long: these counts are taken no more."),
            ),
            Self::NotSigned(_) => {
                Words::new("La signature de ce décompte est fausse.", "The signature of these counts is wrong.")
            }
        }
    }
}
