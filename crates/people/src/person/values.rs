//! What is known of a person: as little as the rules need, and no address of mail.

use std::collections::BTreeSet;

use jiff::Timestamp;
use vauban_model::Text;

use crate::{Group, Name, Named, PersonId, words::words};

words!(
    /// What a person may do.
    Role {
        /// Sign in, and see what is theirs.
        Member = "member",
        /// Ask, approve, suspend: from a session that is bound.
        Administrator = "administrator",
    }
);

words!(
    /// How a person belongs to the organisation.
    Tie {
        /// For as long as it lasts.
        Staff = "staff",
        /// Until an end that is fixed.
        Volunteer = "volunteer",
    }
);

words!(
    /// Where a person stands.
    Standing {
        /// Two people approved, and nobody used the link yet.
        Invited = "invited",
        /// May sign in.
        Active = "active",
        /// May not, for now.
        Suspended = "suspended",
        /// May not any more; keeps only the name.
        Gone = "gone",
    }
);

/// A person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub id: PersonId,
    /// Called what. No two persons who are not gone have the same name.
    pub name: Name,
    /// How they belong.
    pub tie: Tie,
    /// What they may do.
    pub role: Role,
    /// Their groups: compartments of the policy.
    pub groups: BTreeSet<Group>,
    /// Where they stand.
    pub standing: Standing,
    /// Their end. From this moment on they are not active, whether or not [`tend`](crate::People::tend) came by.
    pub until: Option<Timestamp>,
    /// Since when they are known.
    pub added: Timestamp,
}

impl Person {
    /// Whether they may sign in, approve and go on with a session.
    #[must_use]
    pub fn is_active(&self, now: Timestamp) -> bool {
        self.standing == Standing::Active && self.until.is_none_or(|until| now < until)
    }

    /// As events name them.
    #[must_use]
    pub fn named(&self) -> Named {
        Named { id: self.id, name: self.name.clone() }
    }
}

/// What was done, and leaves the organisation in a state that somebody should know of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warning {
    /// Fewer than two administrators are active: nothing can be approved but by break-glass keys.
    FewAdministrators {
        /// How many are.
        left: u64,
    },
}

impl Warning {
    /// What a person reads, and what to do next.
    #[must_use]
    pub fn text(self) -> Text {
        let Self::FewAdministrators { left } = self;
        Text::new(
            format!(
                "Administrateurs restants : {left}. Aucune demande ne peut plus être approuvée, sauf, par deux clés de secours s'il y en a, celle qui rend un administrateur. Nommez-en d'autres tout de suite."
            ),
            format!(
                "Administrators left: {left}. No request can be approved any more but, by two break-glass keys where there are some, one that brings an administrator back. Name others at once."
            ),
        )
    }
}
