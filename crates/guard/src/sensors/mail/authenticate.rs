//! Who really sent it: SPF (RFC 7208), DKIM (RFC 6376), DMARC (RFC 7489) and ARC (RFC 8617), computed here. What headers say
//! of such results is not looked at.
//!
//! The one thing that is asked over the network, of the one resolver that the configuration names. No answer is no fact:
//! a resolver that is down neither stops mail nor makes it suspicious, and shows in a metric.

use std::{net::SocketAddr, time::Duration};

use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig, ResolverOpts};
use mail_auth::{
    ArcOutput, AuthenticatedMessage, DkimResult, DmarcResult, MessageAuthenticator, SpfResult, dmarc::Policy,
    dmarc::verify::DmarcParameters, spf::verify::SpfParameters,
};
use tokio::time::timeout;
use vauban_lookalike::{Owner, owner};
use vauban_mail::{Code, Facts, Known};

use super::message::{Message, header_lines};

/// How long all questions about one message may take.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long one question may take.
const QUESTION: Duration = Duration::from_secs(3);
/// Signatures of one message that are checked; each costs a question and a computation.
const MOST_SIGNATURES: usize = 10;

/// Asks for the records of domains.
pub struct Authenticator {
    resolver: MessageAuthenticator,
}

/// What a proof shows: the domain that vouches for the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Passed {
    /// Nothing was there to check.
    #[default]
    Nothing,
    /// It holds, and is the author's own.
    Yes,
    /// The domain's owner doubts it (SPF `~all`).
    Doubt,
    /// It does not hold.
    No,
}

/// What the records of its domains say of a message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Proofs {
    /// The author's domain.
    pub domain: String,
    /// SPF of the envelope's sender.
    pub spf: Passed,
    /// Whether SPF holds for the author's own domain.
    pub spf_aligned: bool,
    /// The best of its signatures.
    pub dkim: Passed,
    /// Whether one of them is the author's own.
    pub dkim_aligned: bool,
    /// What the author's domain asks for when neither is: none, when it publishes no policy.
    pub policy: Option<Asked>,
    /// The domain whose unbroken chain says that the message was well when it passed there.
    pub vouched: Option<String>,
}

/// What a domain asks to be done with messages that are not its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Nothing (`p=none`).
    Nothing,
    /// To keep them back, or to refuse them.
    Stop,
}

impl Authenticator {
    /// An authenticator that asks this resolver; none for `none`, or when the system names no resolver.
    #[must_use]
    pub fn new(resolver: &str) -> Option<Self> {
        let mut options = ResolverOpts::default();
        options.timeout = QUESTION;
        options.attempts = 1;
        let resolver = match resolver {
            "none" => return None,
            "system" => MessageAuthenticator::new_system_conf().ok()?,
            address => {
                let address: SocketAddr = address.parse().ok()?;
                let mut connections = vec![ConnectionConfig::udp(), ConnectionConfig::tcp()];
                connections.iter_mut().for_each(|connection| connection.port = address.port());
                let server = NameServerConfig::new(address.ip(), true, connections);
                let config = ResolverConfig::from_parts(None, Vec::new(), vec![server]);
                MessageAuthenticator::new(config, options).ok()?
            }
        };
        Some(Self { resolver })
    }

    /// Asks for everything about one message. None when there was no answer.
    pub(super) async fn ask(&self, message: &Message) -> Option<Proofs> {
        timeout(PATIENCE, self.proofs(message)).await.ok()?
    }

    async fn proofs(&self, message: &Message) -> Option<Proofs> {
        let client = message.client?;
        if signatures(&message.bytes) > MOST_SIGNATURES {
            return Some(Proofs { dkim: Passed::No, ..Proofs::default() });
        }
        let parsed = AuthenticatedMessage::parse(&message.bytes)?;
        let dkim = self.resolver.verify_dkim(&parsed).await;
        let envelope =
            if message.sender.is_empty() { format!("postmaster@{}", message.helo) } else { message.sender.clone() };
        let envelope_domain = envelope.rsplit_once('@').map_or("", |(_, domain)| domain);
        let spf = self
            .resolver
            .verify_spf(SpfParameters::verify_mail_from(client, &message.helo, "filter.invalid", &envelope))
            .await;
        let dmarc = self.resolver.verify_dmarc(DmarcParameters::new(&parsed, &dkim, envelope_domain, &spf)).await;
        let unanswered = spf.result() == SpfResult::TempError
            || matches!(dmarc.dkim_result(), DmarcResult::TempError(_))
            || dkim.iter().any(|output| matches!(output.result(), DkimResult::TempError(_)));
        if unanswered {
            return None;
        }
        let arc = self.resolver.verify_arc(&parsed).await;
        let holds = |result: &DkimResult| *result == DkimResult::Pass;
        let domain = parsed.from.first().and_then(|from| from.rsplit_once('@')).map(|(_, domain)| domain.to_owned());
        let domain = domain.unwrap_or_default();
        // Without a policy the records still show whether anything vouches for the author.
        let same = |other: &str| !domain.is_empty() && owner(other) == owner(&domain);
        Some(Proofs {
            spf: match spf.result() {
                SpfResult::Pass => Passed::Yes,
                SpfResult::SoftFail => Passed::Doubt,
                SpfResult::Fail => Passed::No,
                _ => Passed::Nothing,
            },
            spf_aligned: spf.result() == SpfResult::Pass && same(envelope_domain),
            dkim: if dkim.iter().any(|output| holds(output.result())) {
                Passed::Yes
            } else if dkim.iter().any(|output| matches!(output.result(), DkimResult::Fail(_))) {
                Passed::No
            } else {
                Passed::Nothing
            },
            dkim_aligned: dkim
                .iter()
                .any(|output| holds(output.result()) && output.signature().is_some_and(|signature| same(&signature.d))),
            policy: dmarc.dmarc_record().map(|_| match dmarc.policy() {
                Policy::Quarantine | Policy::Reject => Asked::Stop,
                _ => Asked::Nothing,
            }),
            vouched: vouched(&arc),
            domain,
        })
    }
}

/// Whoever sealed the chain last, when it is whole.
fn vouched(arc: &ArcOutput<'_>) -> Option<String> {
    if *arc.result() != DkimResult::Pass {
        return None;
    }
    arc.sets().last().map(|set| set.seal.header.d.clone())
}

impl Proofs {
    /// Whether the author's own domain vouches for the message.
    #[must_use]
    pub const fn is_proven(&self) -> bool {
        self.spf_aligned || self.dkim_aligned
    }

    /// What follows. Weak where forwarding explains it, strong where only a lie does.
    #[must_use]
    pub fn facts(&self, known: &Known) -> Facts {
        let mut facts = Facts::default();
        let Self { domain, spf, dkim, policy, .. } = self;
        // A list or a provider of ours that saw it before it changed it, and says so in an unbroken chain.
        let is_vouched =
            self.vouched.as_ref().is_some_and(|sealer| known.protected().owner_of(sealer).is_some_and(is_near));
        if self.is_proven() || is_vouched {
            return facts;
        }
        if known.is_own(domain) {
            let denies = policy.is_some() || matches!(spf, Passed::No | Passed::Doubt);
            facts.add(if denies { Code::OwnDomainSpoof } else { Code::OwnDomainFromOutside }, domain);
            return facts;
        }
        if *policy == Some(Asked::Stop) {
            facts.add(Code::DmarcFail, domain);
        }
        match spf {
            Passed::No => facts.add(Code::SpfFail, domain),
            Passed::Doubt => facts.add(Code::SpfSoftfail, domain),
            Passed::Yes | Passed::Nothing => {}
        }
        if *dkim == Passed::No {
            facts.add(Code::DkimFail, domain);
        }
        if *spf == Passed::Nothing && *dkim == Passed::Nothing {
            facts.add(Code::Unauthenticated, domain);
        }
        facts
    }
}

/// Those who carry the organisation's own mail.
const fn is_near(owner: Owner) -> bool {
    matches!(owner, Owner::Organisation | Owner::Partner | Owner::Provider)
}

/// How many signatures a header claims to have.
fn signatures(message: &[u8]) -> usize {
    header_lines(message)
        .filter(|line| {
            [&b"dkim-signature:"[..], b"arc-seal:"]
                .iter()
                .any(|name| line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)))
        })
        .count()
}

#[cfg(test)]
mod tests {
    use vauban_mail::Organisation;

    use super::*;

    fn codes(proofs: Proofs) -> Vec<Code> {
        let known = Known::new(Organisation {
            domains: vec!["campagne.example".to_owned()],
            providers: vec!["Microsoft 365".to_owned()],
            ..Organisation::default()
        });
        let proofs = Proofs {
            domain: if proofs.domain.is_empty() { "lumiere.test".to_owned() } else { proofs.domain },
            ..proofs
        };
        proofs.facts(&known).iter().map(|fact| fact.code).collect()
    }

    #[test]
    fn proofs_become_facts() {
        let own = || "campagne.example".to_owned();
        let stop = Some(Asked::Stop);
        assert_eq!(codes(Proofs { spf_aligned: true, policy: stop, ..Proofs::default() }), []);
        assert_eq!(codes(Proofs { spf: Passed::No, dkim_aligned: true, policy: stop, ..Proofs::default() }), []);
        assert_eq!(codes(Proofs { spf: Passed::Yes, policy: stop, ..Proofs::default() }), [Code::DmarcFail]);
        assert_eq!(
            codes(Proofs { spf: Passed::No, dkim: Passed::No, ..Proofs::default() }),
            [Code::SpfFail, Code::DkimFail]
        );
        assert_eq!(codes(Proofs::default()), [Code::Unauthenticated]);
        assert_eq!(
            codes(Proofs { domain: own(), policy: Some(Asked::Nothing), ..Proofs::default() }),
            [Code::OwnDomainSpoof]
        );
        assert_eq!(codes(Proofs { domain: own(), spf: Passed::No, ..Proofs::default() }), [Code::OwnDomainSpoof]);
        assert_eq!(codes(Proofs { domain: own(), ..Proofs::default() }), [Code::OwnDomainFromOutside]);
        assert_eq!(codes(Proofs { domain: own(), dkim_aligned: true, policy: stop, ..Proofs::default() }), []);
        let sealed_by = |sealer: &str| Proofs {
            domain: own(),
            policy: stop,
            vouched: Some(sealer.to_owned()),
            ..Proofs::default()
        };
        assert_eq!(codes(sealed_by("microsoft.com")), []);
        assert_eq!(codes(sealed_by("evil.test")), [Code::OwnDomainSpoof]);
    }

    #[test]
    fn signatures_are_counted_in_the_header_alone() {
        assert_eq!(signatures(b"DKIM-Signature: a\r\n b\r\ndkim-signature: c\r\n\r\nDKIM-Signature: d\r\n"), 2);
    }
}
