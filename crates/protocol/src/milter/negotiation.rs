//! What both sides agree on first.

/// What a filter may change, as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actions(pub u32);

impl Actions {
    /// `SMFIF_ADDHDRS`: add header fields.
    pub const ADD_HEADERS: u32 = 0x01;
    /// `SMFIF_CHGBODY`: replace the body.
    pub const REPLACE_BODY: u32 = 0x02;
    /// `SMFIF_DELRCPT`: take recipients out.
    pub const DELETE_RECIPIENTS: u32 = 0x08;
    /// `SMFIF_CHGHDRS`: change and delete header fields.
    pub const CHANGE_HEADERS: u32 = 0x10;
}

/// Steps of the protocol, as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Steps(pub u32);

impl Steps {
    /// `SMFIP_NOUNKNOWN`: unknown commands of SMTP are not told.
    pub const NO_UNKNOWN: u32 = 0x100;
    /// No answer is given to header fields, connection, greeting, sender, recipients, data, unknown commands, end of the
    /// header, and pieces of the body (`SMFIP_NR_*`): a message costs one round trip.
    pub const NO_REPLIES: u32 = 0x80 | 0x1000 | 0x2000 | 0x4000 | 0x8000 | 0x1_0000 | 0x2_0000 | 0x4_0000 | 0x8_0000;
    /// `SMFIP_HDR_LEADSPC`: values keep the space in front of them, without which no signature over a header holds.
    pub const LEADING_SPACE: u32 = 0x10_0000;
}

/// Why nothing can be agreed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NegotiationError {
    /// Too old.
    #[error("the mail server speaks version {0} of the protocol; 6 is needed")]
    Version(u32),
    /// It allows no change of header fields.
    #[error("the mail server lets no filter change header fields")]
    NoHeaders,
}

/// What was agreed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Negotiation {
    /// What may be changed.
    pub actions: Actions,
    /// Which steps are left out.
    pub steps: Steps,
}

impl Negotiation {
    /// Answers an offer. Sendmail and Postfix both speak version 6 since 2008.
    ///
    /// # Errors
    /// When a filter could not do its work.
    pub fn answer(version: u32, actions: u32, steps: u32) -> Result<Self, NegotiationError> {
        if version < 6 {
            return Err(NegotiationError::Version(version));
        }
        let needed = Actions::ADD_HEADERS | Actions::CHANGE_HEADERS;
        if actions & needed != needed {
            return Err(NegotiationError::NoHeaders);
        }
        Ok(Self {
            actions: Actions(actions & (needed | Actions::REPLACE_BODY | Actions::DELETE_RECIPIENTS)),
            steps: Steps(steps & (Steps::NO_UNKNOWN | Steps::NO_REPLIES | Steps::LEADING_SPACE)),
        })
    }

    /// The bytes of the answer.
    #[must_use]
    pub fn to_bytes(self) -> Vec<u8> {
        let mut bytes = vec![0, 0, 0, 13, b'O'];
        for number in [6, self.actions.0, self.steps.0] {
            bytes.extend(number.to_be_bytes());
        }
        bytes
    }

    /// Whether all of these changes were agreed on.
    #[must_use]
    pub const fn allows(self, actions: u32) -> bool {
        self.actions.0 & actions == actions
    }

    /// Whether this command is to be answered with [`Reply::Continue`](super::Reply::Continue).
    #[must_use]
    pub const fn wants_reply(self, command: u8) -> bool {
        let bit = match command {
            b'L' => 0x80,
            b'C' => 0x1000,
            b'H' => 0x2000,
            b'M' => 0x4000,
            b'R' => 0x8000,
            b'T' => 0x1_0000,
            b'U' => 0x2_0000,
            b'N' => 0x4_0000,
            b'B' => 0x8_0000,
            _ => return false,
        };
        self.steps.0 & bit == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_offered_is_asked_for() {
        let agreed = Negotiation::answer(6, 0x11, 0x80 | 0x10_0000).unwrap();
        assert_eq!((agreed.actions, agreed.steps), (Actions(0x11), Steps(0x80 | 0x10_0000)));
        assert!(!agreed.wants_reply(b'L') && agreed.wants_reply(b'C') && !agreed.wants_reply(b'E'));
        assert_eq!(agreed.to_bytes(), [0, 0, 0, 13, b'O', 0, 0, 0, 6, 0, 0, 0, 0x11, 0, 0x10, 0, 0x80]);
        assert_eq!(Negotiation::answer(2, 0x1ff, 0), Err(NegotiationError::Version(2)));
        assert_eq!(Negotiation::answer(6, 0x01, 0), Err(NegotiationError::NoHeaders));
    }
}
