//! Names that carry something else than a question: tunnels, and names that a program made up. A score with its reasons, noted
//! once; it blocks nothing by itself, because honest programs do strange things, too.

use std::{
    collections::{HashMap, HashSet},
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use jiff::{SignedDuration, Timestamp};
use vauban_protocol::dns::{kind, rcode};

/// How long what was seen counts.
const WINDOW: SignedDuration = SignedDuration::from_mins(10);
/// Pairs of asker and domain that are kept in mind, and names of each.
const MOST_PAIRS: usize = 8192;
const MOST_NAMES: usize = 512;
/// From which score on it is noted.
const NOTED: f64 = 1.0;
/// Names that were made up and do not exist, before that is noted: a program looks for its master among many.
const MADE_UP: usize = 12;

/// What is strange.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Strange {
    /// `tunnel` or `generated-names`.
    pub(super) rule: &'static str,
    /// At least 1.
    pub(super) score: f64,
    /// Why, for whoever keeps the guard.
    pub(super) reason: String,
}

/// One question that was answered from above.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) from: IpAddr,
    pub(super) name: &'a str,
    pub(super) kind: u16,
    pub(super) rcode: u16,
    pub(super) at: Timestamp,
}

/// What was seen lately.
#[derive(Debug, Default)]
pub(super) struct Lately(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    domains: HashMap<(IpAddr, String), Below>,
    made_up: HashMap<IpAddr, Below>,
}

/// Names below one domain, or that do not exist.
#[derive(Debug)]
struct Below {
    since: Timestamp,
    names: HashSet<Box<str>>,
    letters: usize,
    entropy: f64,
    /// Questions for records that carry much.
    roomy: usize,
    is_noted: bool,
}

impl Below {
    fn new(since: Timestamp) -> Self {
        Self { since, names: HashSet::new(), letters: 0, entropy: 0.0, roomy: 0, is_noted: false }
    }

    /// Forgets what is older than the window.
    fn at(&mut self, now: Timestamp) {
        if now.duration_since(self.since) > WINDOW || now < self.since {
            *self = Self::new(now);
        }
    }

    fn score(&self) -> (f64, String) {
        let number = self.names.len();
        if number < 20 {
            return (0.0, String::new());
        }
        let count = number as f64;
        let (length, entropy, roomy) = (self.letters as f64 / count, self.entropy / count, self.roomy as f64 / count);
        // Each part is what a tunnel cannot do without: many names, long ones, of letters like dice; answers with room.
        let parts = [
            (0.4 * (count / 200.0).min(1.0), format!("{number} different names")),
            (0.4 * ((length - 20.0) / 60.0).clamp(0.0, 1.0), format!("{length:.0} letters on average")),
            (0.3 * ((entropy - 3.2) / 0.8).clamp(0.0, 1.0), format!("{entropy:.1} bits a letter")),
            (0.3 * roomy.min(1.0), format!("{:.0} % for TXT, NULL and the like", roomy * 100.0)),
        ];
        let score = parts.iter().map(|(score, _)| score).sum();
        let told: Vec<String> = parts.into_iter().filter(|(score, _)| *score > 0.05).map(|(_, told)| told).collect();
        (score, told.join(", "))
    }
}

impl Lately {
    /// Looks at a question; tells what is strange the first time that it is.
    pub(super) fn look(&self, asked: Asked<'_>) -> Option<Strange> {
        let domain = vauban_lookalike::registrable(asked.name)?;
        let below = asked.name.len().checked_sub(domain.len() + 1).and_then(|end| asked.name.get(..end));
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.rcode == rcode::NX_DOMAIN && is_made_up(domain) {
            return seen.made_up(asked, domain);
        }
        let below = below.filter(|below| !below.is_empty())?;
        seen.tunnel(asked, domain, below)
    }
}

impl Seen {
    fn made_up(&mut self, asked: Asked<'_>, domain: &str) -> Option<Strange> {
        if self.made_up.len() >= MOST_PAIRS {
            self.made_up.clear();
        }
        let below = self.made_up.entry(asked.from).or_insert_with(|| Below::new(asked.at));
        below.at(asked.at);
        if below.names.len() < MOST_NAMES {
            below.names.insert(domain.into());
        }
        if below.is_noted || below.names.len() < MADE_UP {
            return None;
        }
        below.is_noted = true;
        let reason = format!("{} names that look made up and do not exist, {domain} the last", below.names.len());
        Some(Strange { rule: "generated-names", score: below.names.len() as f64 / MADE_UP as f64, reason })
    }

    fn tunnel(&mut self, asked: Asked<'_>, domain: &str, name: &str) -> Option<Strange> {
        if self.domains.len() >= MOST_PAIRS {
            self.domains.clear();
        }
        let below = self.domains.entry((asked.from, domain.to_owned())).or_insert_with(|| Below::new(asked.at));
        below.at(asked.at);
        if below.names.len() >= MOST_NAMES || !below.names.insert(name.into()) {
            return None;
        }
        below.letters += name.len();
        below.entropy += entropy(name);
        // NULL, private types, and those that carry texts and keys.
        below.roomy += usize::from(matches!(asked.kind, 10 | kind::TXT | 25 | 48 | 65_399));
        let (score, reason) = below.score();
        if below.is_noted || score < NOTED {
            return None;
        }
        below.is_noted = true;
        Some(Strange { rule: "tunnel", score, reason: format!("{domain}: {reason}") })
    }
}

/// Bits a letter.
fn entropy(text: &str) -> f64 {
    let mut counts = [0_usize; 256];
    for byte in text.bytes() {
        counts[usize::from(byte)] += 1;
    }
    let length = text.len() as f64;
    counts.iter().filter(|count| **count > 0).fold(0.0, |sum, count| {
        let part = *count as f64 / length;
        sum - part * part.log2()
    })
}

/// Whether a domain's own label looks like dice: long, and hardly to be spoken. Words have vowels between their consonants, in
/// French, English and most that are written with these letters.
fn is_made_up(domain: &str) -> bool {
    let label = domain.split('.').next().unwrap_or_default();
    if label.len() < 8 || label.starts_with("xn--") || label.contains('-') {
        return false;
    }
    let is_vowel = |byte: u8| matches!(byte, b'a' | b'e' | b'i' | b'o' | b'u' | b'y');
    let (mut run, mut longest, mut vowels, mut changes) = (0, 0, 0, 0);
    let mut before = None;
    for byte in label.bytes() {
        let digit = byte.is_ascii_digit();
        vowels += usize::from(is_vowel(byte));
        run = if is_vowel(byte) { 0 } else { run + 1 };
        longest = longest.max(run);
        changes += usize::from(before.is_some_and(|before| before != digit));
        before = Some(digit);
    }
    longest >= 5 || changes >= 4 || vowels * 6 < label.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(name: &str, kind: u16, rcode: u16, second: i64) -> Asked<'_> {
        let at = Timestamp::from_second(1_800_000_000 + second).unwrap();
        Asked { from: "10.20.0.5".parse().unwrap(), name, kind, rcode, at }
    }

    /// Letters like dice, in the alphabet of tunnels.
    fn dice(seed: u64, length: usize) -> String {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let letters = b"abcdefghijklmnopqrstuvwxyz234567";
        (0..length)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                char::from(letters[usize::try_from(state >> 40).unwrap() % 32])
            })
            .collect()
    }

    #[test]
    fn a_tunnel_is_noted_once_with_its_reasons() {
        let lately = Lately::default();
        let mut noted = Vec::new();
        for number in 0..300 {
            let name = format!("{}.{}.t.tunnel.example", dice(number, 60), dice(number + 1000, 40));
            noted.extend(lately.look(asked(&name, 10, 0, i64::try_from(number).unwrap())));
        }
        assert_eq!(noted.len(), 1, "{noted:?}");
        assert_eq!(noted[0].rule, "tunnel");
        assert!(noted[0].score >= 1.0 && noted[0].reason.starts_with("tunnel.example: "), "{noted:?}");
    }

    #[test]
    fn what_honest_services_ask_for_is_not() {
        let lately = Lately::default();
        for number in 0..400_u64 {
            let names = [
                format!("r{number}---sn-25ge7nsk.googlevideo.example"),
                format!("d{}.cloudfront.example", dice(number, 13)),
                format!("{number}.client-channel.example.org"),
                format!("{}.avqs.mcafee.example", dice(number, 26)),
                format!("p{}-imap.mail.example", number % 7),
            ];
            for name in &names {
                assert_eq!(lately.look(asked(name, 1, 0, 5)), None, "{name}");
            }
        }
    }

    #[test]
    fn a_program_that_looks_for_its_master_is_noted() {
        let lately = Lately::default();
        let mut noted = Vec::new();
        for number in 0..60 {
            let name = format!("{}.example", dice(number, 16));
            noted.extend(lately.look(asked(&name, 1, rcode::NX_DOMAIN, 9)));
        }
        assert_eq!(noted.len(), 1, "{noted:?}");
        assert_eq!(noted[0].rule, "generated-names");
        for honest in [
            "gouvernement.fr",
            "lemonde.fr",
            "wikipedia.org",
            "strasbourg.eu",
            "en-marche.fr",
            "photographie.fr",
            "bbc.co.uk",
        ] {
            assert!(!is_made_up(honest), "{honest}");
        }
    }

    #[test]
    fn what_is_kept_in_mind_has_an_end_and_bounds() {
        let lately = Lately::default();
        for number in 0..MOST_PAIRS * 2 {
            lately.look(asked(&format!("a.d{number}.example.com"), 1, 0, 0));
            lately.look(asked(&format!("a.domain-{number}.example"), 1, 0, 0));
        }
        assert!(lately.0.lock().unwrap().domains.len() <= MOST_PAIRS);
        for number in 0..2000 {
            lately.look(asked(&format!("n{number}.one.example"), 1, 0, 1));
        }
        let seen = lately.0.lock().unwrap();
        let key = ("10.20.0.5".parse().unwrap(), "one.example".to_owned());
        assert!(seen.domains.get(&key).is_none_or(|below| below.names.len() <= MOST_NAMES));
    }
}
