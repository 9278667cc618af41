//! What a client may ask to be told of a person.

use serde::{Deserialize, Serialize};

use crate::Refusal;

/// Those that mean something here. Others are left out of what is granted, silently (RFC 6749, section 3.3).
pub(crate) const SCOPES: [&str; 3] = ["openid", "profile", "groups"];

/// What was granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Scope {
    /// The name.
    pub(crate) profile: bool,
    /// The groups.
    pub(crate) groups: bool,
}

impl Scope {
    /// Of the words of a request, `openid` among them.
    pub(crate) fn of(words: &[&str]) -> Result<Self, Refusal> {
        if !words.contains(&"openid") {
            return Err(Refusal::Scope);
        }
        Ok(Self { profile: words.contains(&"profile"), groups: words.contains(&"groups") })
    }

    /// Whether nothing of it is beyond another (RFC 6749, section 6).
    pub(crate) const fn is_within(self, other: Self) -> bool {
        (!self.profile || other.profile) && (!self.groups || other.groups)
    }

    pub(crate) fn text(self) -> String {
        let words = [("openid", true), ("profile", self.profile), ("groups", self.groups)];
        words.iter().filter(|(_, is_there)| *is_there).map(|(word, _)| *word).collect::<Vec<_>>().join(" ")
    }
}
