//! What stays true when the knowledge changes: contents that no change of indicators or rules can affect are taken over
//! unread.
//!
//! It errs on one side: what might be affected is read again.

use std::{collections::BTreeSet, ops::ControlFlow};

use sha2::{Digest as _, Sha256};
use vauban_examine::Scanned;
use vauban_matching::set::{IndicatorSet, OpenError, RuleEntry};
use vauban_record::{KnownStore, RecordError};
use vauban_yara::{Bounds, RuleSource, reach};

/// A rule by what it says: its engine and a digest.
type Print = [u8; 17];

const YARA: u8 = b'y';
const SIGMA: u8 = b's';

/// All rules of a set, as they are remembered beside the knowledge.
pub(crate) fn prints(set: &IndicatorSet) -> Result<Vec<u8>, OpenError> {
    let of = |engine: u8, rules: Vec<RuleEntry>| rules.into_iter().map(move |rule| print(engine, &rule));
    let all: BTreeSet<Print> = of(YARA, set.rules()?).chain(of(SIGMA, set.sigma_rules()?)).collect();
    Ok(all.into_iter().flatten().collect())
}

/// Takes over every content that was examined with `from` and that is the same with the new set: it shows nothing that the
/// set knows, nothing was found in it, and none of the rules that came can have to do with it. (One that went found
/// nothing in it.) `before` are the rules of `from`.
pub(crate) fn take_over(
    store: &mut KnownStore,
    (from, before): (i64, &[u8]),
    to: i64,
    set: &IndicatorSet,
) -> Result<(), RecordError> {
    // Such a pattern may match what shows none of its parts.
    if set.patterns().iter().any(|pattern| !pattern.anchored) {
        return Ok(());
    }
    let Some(news) = News::of(before, set) else { return Ok(()) };
    let mut affected = store.with_findings(from)?;
    if !news.is_empty() {
        store.each_scanned(from, &mut |content, scanned| {
            if Scanned::from_bytes(scanned).is_none_or(|scanned| news.can_affect(&scanned)) {
                affected.push(content);
            }
        })?;
    }
    store.ask(
        &mut |kind, value| {
            let mut met = false;
            set.look_up(kind, value, &mut |_| met = true);
            met
        },
        &mut |observation| {
            affected.extend(observation.places.iter().map(|place| place.content));
            ControlFlow::Continue(())
        },
    )?;
    affected.sort_unstable();
    affected.dedup();
    store.carry_over(from, to, &affected).map(drop)
}

/// The rules that came.
struct News {
    /// Where the YARA rules among them can match.
    reach: BTreeSet<Bounds>,
    /// Whether there are rules over events among them.
    events: bool,
}

impl News {
    /// None when a rule cannot be read: then nothing can be said.
    fn of(before: &[u8], set: &IndicatorSet) -> Option<Self> {
        let (before, []) = before.as_chunks::<17>() else { return None };
        let before: BTreeSet<&Print> = before.iter().collect();
        let is_new = |engine: u8| {
            let before = &before;
            move |rule: &RuleEntry| !before.contains(&print(engine, rule))
        };
        let yara = set.rules().ok()?.into_iter().filter(is_new(YARA));
        let reach = yara.flat_map(|rule| reach(&RuleSource { rule: &rule.rule, text: &rule.text })).collect();
        let events = set.sigma_rules().ok()?.iter().any(is_new(SIGMA));
        Some(Self { reach, events })
    }

    fn is_empty(&self) -> bool {
        self.reach.is_empty() && !self.events
    }

    fn can_affect(&self, scanned: &Scanned) -> bool {
        self.events && scanned.has_events()
            || scanned.any(|head, sizes| self.reach.iter().any(|bounds| bounds.could_admit(head, sizes)))
    }
}

/// A rule with the time in which its indicator counts: findings depend on nothing else of an indicator.
fn print(engine: u8, rule: &RuleEntry) -> Print {
    let validity = format!("{:?}", rule.indicator.validity);
    let mut digest = Sha256::new();
    for part in [&rule.rule, &rule.text, &validity] {
        digest.update((part.len() as u64).to_le_bytes());
        digest.update(part);
    }
    let digest = digest.finalize();
    let mut print = [engine; 17];
    print[1..].iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    print
}
