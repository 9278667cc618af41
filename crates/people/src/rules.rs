//! The numbers of the rules. Each has bounds: a configuration may make a rule stricter, not undo it.

use jiff::SignedDuration;

use crate::Binding;

/// A number that undoes a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{what} must be from {least} to {most}")]
pub struct RulesError {
    /// Which.
    pub what: &'static str,
    /// The least it may be, in seconds where it is a time.
    pub least: i64,
    /// The most.
    pub most: i64,
}

/// How long things last and how many there may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// For how long an authentication is fresh enough to change keys.
    pub fresh: SignedDuration,
    /// How long a challenge waits for its answer.
    pub challenge: SignedDuration,
    /// How long a request waits for its approvals, and then for its link to be made.
    pub waiting: SignedDuration,
    /// How long a link is good.
    pub link: SignedDuration,
    /// How long a recovery, or somebody's becoming an administrator, waits for a veto.
    pub delay: SignedDuration,
    /// How long a session lasts that is bound to nothing.
    pub plain: SignedDuration,
    /// How long a session lasts that is bound to a device.
    pub bound: SignedDuration,
    /// How long each cookie of such a session is good (Device Bound Session Credentials).
    pub cookie: SignedDuration,
    /// How long a pass for a tool is good.
    pub pass: SignedDuration,
    /// The furthest end of a volunteer.
    pub volunteer: SignedDuration,
    /// How long events are kept after they were handed over, and sessions and requests after their end.
    pub kept: SignedDuration,
    /// Keys of a person.
    pub keys: u32,
    /// Live sessions of a person; the oldest makes room.
    pub sessions: u32,
    /// Challenges of people who are not known yet, altogether.
    pub challenges: u32,
    /// Challenges of one address, behind which a whole office may be; the oldest makes room.
    pub challenges_address: u32,
    /// Challenges of one person, or one request; the oldest makes room.
    pub challenges_each: u32,
    /// Requests that are open, altogether.
    pub requests: u32,
    /// Events that are kept, handed over or not.
    pub events: u64,
    /// Whether administrators need keys whose model is attested.
    pub attested_administrators: bool,
}

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

impl Default for Rules {
    fn default() -> Self {
        let seconds = SignedDuration::from_secs;
        Self {
            fresh: seconds(5 * MINUTE),
            challenge: seconds(5 * MINUTE),
            waiting: seconds(DAY),
            link: seconds(DAY),
            delay: seconds(2 * MINUTE),
            plain: seconds(HOUR),
            bound: seconds(12 * HOUR),
            cookie: seconds(5 * MINUTE),
            pass: seconds(15 * MINUTE),
            volunteer: seconds(366 * DAY),
            kept: seconds(90 * DAY),
            keys: 16,
            sessions: 32,
            challenges: 10_000,
            challenges_address: 500,
            challenges_each: 20,
            requests: 500,
            events: 1_000_000,
            attested_administrators: false,
        }
    }
}

impl Rules {
    /// How long a session lasts. What an account began lasts an hour whatever it is bound to: its provider may have shut its holder out
    /// meanwhile, and tells us when they come again.
    pub(crate) const fn lasting(&self, binding: &Binding, is_elsewhere: bool) -> SignedDuration {
        match binding {
            Binding::Device { .. } | Binding::Certificate { .. } if !is_elsewhere => self.bound,
            _ => self.plain,
        }
    }

    /// Checks every number against its bounds.
    ///
    /// # Errors
    /// Names the first that undoes its rule.
    pub fn check(&self) -> Result<(), RulesError> {
        let seconds = [
            ("fresh", self.fresh, 1, 5 * MINUTE),
            ("challenge", self.challenge, 1, 5 * MINUTE),
            ("waiting", self.waiting, 1, 7 * DAY),
            ("link", self.link, 1, DAY),
            ("delay", self.delay, MINUTE, 7 * DAY),
            ("plain", self.plain, 1, HOUR),
            ("bound", self.bound, 1, 7 * DAY),
            ("cookie", self.cookie, 1, 5 * MINUTE),
            ("pass", self.pass, 1, HOUR),
            ("volunteer", self.volunteer, 1, 732 * DAY),
            ("kept", self.kept, DAY, 3_660 * DAY),
        ];
        let counts = [
            ("keys", u64::from(self.keys), 2, 64),
            ("sessions", u64::from(self.sessions), 1, 256),
            ("challenges", u64::from(self.challenges), 100, 1_000_000),
            ("challenges_address", u64::from(self.challenges_address), 1, 100_000),
            ("challenges_each", u64::from(self.challenges_each), 1, 1_000),
            ("requests", u64::from(self.requests), 1, 100_000),
            ("events", self.events, 1_000, 1_000_000_000),
        ];
        let lasting = seconds.into_iter().map(|(what, value, least, most)| (what, value.as_secs(), least, most));
        let counted = counts
            .into_iter()
            .map(|(what, value, least, most)| (what, i64::try_from(value).unwrap_or(i64::MAX), least, most));
        match lasting.chain(counted).find(|(_, value, least, most)| value < least || value > most) {
            Some((what, _, least, most)) => Err(RulesError { what, least, most }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_cannot_undo_a_rule() {
        assert_eq!(Rules::default().check(), Ok(()));
        let long = Rules { fresh: SignedDuration::from_mins(6), ..Rules::default() };
        assert_eq!(long.check().unwrap_err().what, "fresh");
        let short = Rules { delay: SignedDuration::from_secs(59), ..Rules::default() };
        assert_eq!(short.check(), Err(RulesError { what: "delay", least: 60, most: 7 * DAY }));
    }
}
