//! What was answered to devices whose traffic leaves by names only, so that it can be judged again: a connection may stand for
//! long after its answer's time is over. No clock, no kernel.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    net::IpAddr,
    time::Instant,
};

use super::engine::Asker;

/// Answers that are kept in mind.
const MOST: usize = 100_000;
/// Answers of one name to one device; those of a name that turns about.
const MOST_OF_NAME: usize = 64;
/// So many are forgotten together when there are too many.
const TOGETHER: usize = 64;

/// One answer. A name may have several at the same time: of both families, and one after the other.
#[derive(Debug, Clone)]
pub(super) struct Answered {
    pub(super) asker: Asker,
    /// The addresses of the device that it was opened to.
    pub(super) device: BTreeSet<IpAddr>,
    /// The names that it leads to.
    pub(super) chain: Vec<String>,
    /// What was opened.
    pub(super) addresses: BTreeSet<IpAddr>,
    /// When it was last given, and until when connections begin.
    pub(super) given: Instant,
    pub(super) until: Instant,
}

/// What a device is to be cut from: its addresses, and those that are no longer for it.
pub(super) type Cut = (BTreeSet<IpAddr>, BTreeSet<IpAddr>);

/// All answers, by device and name.
#[derive(Debug, Default)]
pub(super) struct Opened {
    devices: HashMap<IpAddr, HashMap<Box<str>, Vec<Answered>>>,
    count: usize,
}

impl Opened {
    /// Keeps an answer. What had to be forgotten for it is to be cut: nothing stays open that is not known any more.
    pub(super) fn keep(&mut self, name: &str, answer: Answered, now: Instant) -> Vec<Cut> {
        let mut forgotten = if self.count >= MOST { self.make_room() } else { Vec::new() };
        let answers = self.devices.entry(answer.asker.address).or_default().entry(name.into()).or_default();
        let same = answers.iter_mut().find(|own| own.chain == answer.chain && own.addresses == answer.addresses);
        if let Some(same) = same {
            same.device.extend(&answer.device);
            (same.given, same.until) = (answer.given, same.until.max(answer.until));
            same.asker = answer.asker;
        } else {
            if answers.len() >= MOST_OF_NAME
                && let Some(oldest) = (0..answers.len()).min_by_key(|at| answers.get(*at).map(|own| own.given))
            {
                forgotten.push(answers.swap_remove(oldest));
                self.count -= 1;
            }
            answers.push(answer);
            self.count += 1;
        }
        self.cuts(forgotten, now)
    }

    /// Forgets every answer that does not pass any more; what its device is to be cut from. An address that another answer has
    /// open to the same device stays.
    pub(super) fn fallen(&mut self, passes: impl Fn(&str, &Answered) -> bool, now: Instant) -> Vec<Cut> {
        let mut fallen = Vec::new();
        for names in self.devices.values_mut() {
            for (name, answers) in &mut *names {
                fallen.extend(answers.extract_if(.., |answer| !passes(name, answer)));
            }
            names.retain(|_, answers| !answers.is_empty());
        }
        self.devices.retain(|_, names| !names.is_empty());
        self.count -= fallen.len();
        self.cuts(fallen, now)
    }

    /// Whoever has the most loses the oldest of them: no device makes another's answers be forgotten.
    fn make_room(&mut self) -> Vec<Answered> {
        let Some(names) = self.devices.values_mut().max_by_key(|names| names.len()) else { return Vec::new() };
        let last = |answers: &Vec<Answered>| answers.iter().map(|answer| answer.given).max();
        let mut by_age: Vec<(Option<Instant>, Box<str>)> =
            names.iter().map(|(name, answers)| (last(answers), name.clone())).collect();
        by_age.sort_unstable();
        by_age.truncate(TOGETHER);
        let forgotten: Vec<Answered> =
            by_age.into_iter().filter_map(|(_, name)| names.remove(&name)).flatten().collect();
        self.count -= forgotten.len();
        forgotten
    }

    fn cuts(&self, gone: Vec<Answered>, now: Instant) -> Vec<Cut> {
        let mut still: HashMap<IpAddr, HashSet<IpAddr>> = HashMap::new();
        let mut cuts = Vec::new();
        for answer in gone {
            let device = answer.asker.address;
            let still = still.entry(device).or_insert_with(|| {
                let answers = self.devices.get(&device).into_iter().flat_map(HashMap::values).flatten();
                answers
                    .filter(|answer| answer.until > now)
                    .flat_map(|answer| answer.addresses.iter().copied())
                    .collect()
            });
            let addresses: BTreeSet<IpAddr> =
                answer.addresses.into_iter().filter(|address| !still.contains(address)).collect();
            if !addresses.is_empty() {
                cuts.push((answer.device, addresses));
            }
        }
        cuts
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const DEVICE: &str = "10.20.0.7";

    fn set(texts: &[&str]) -> BTreeSet<IpAddr> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn answered(device: &str, addresses: &[&str], given: Instant) -> Answered {
        let asker = Asker::at(device.parse().unwrap());
        let until = given + Duration::from_secs(60);
        Answered { asker, device: set(&[device]), chain: Vec::new(), addresses: set(addresses), given, until }
    }

    #[test]
    fn every_answer_of_a_name_is_cut_with_it() {
        let (mut opened, now) = (Opened::default(), Instant::now());
        for addresses in [&["192.0.2.1"][..], &["2001:db8::1"], &["192.0.2.2", "192.0.2.3"], &["192.0.2.1"]] {
            assert!(opened.keep("bad.example", answered(DEVICE, addresses, now), now).is_empty());
        }
        opened.keep("good.example", answered(DEVICE, &["192.0.2.3"], now), now);
        opened.keep("bad.example", answered("10.20.0.8", &["192.0.2.1"], now), now);
        let cut = opened.fallen(
            |name, answer| name != "bad.example" || answer.asker.address != set(&[DEVICE]).pop_first().unwrap(),
            now,
        );
        let all: BTreeSet<IpAddr> = cut.iter().flat_map(|(_, addresses)| addresses.clone()).collect();
        assert_eq!(all, set(&["192.0.2.1", "192.0.2.2", "2001:db8::1"]), "what a good name has stays");
        assert!(cut.iter().all(|(device, _)| *device == set(&[DEVICE])));
        // What a good name had long ago keeps nothing open.
        opened.keep("bad.example", answered(DEVICE, &["192.0.2.3"], now), now);
        let later = now + Duration::from_secs(61);
        assert_eq!(opened.fallen(|name, _| name != "bad.example", later).len(), 2, "one for each device");
        assert_eq!(opened.count, 1);
    }

    #[test]
    fn what_is_forgotten_is_cut_and_only_who_asks_too_much_forgets() {
        let (mut opened, now) = (Opened::default(), Instant::now());
        opened.keep("quiet.example", answered("10.20.0.8", &["192.0.2.200"], now), now);
        for number in 0..200_u64 {
            let address = format!("198.51.100.{number}");
            let cut =
                opened.keep("turns.example", answered(DEVICE, &[&address], now + Duration::from_millis(number)), now);
            assert_eq!(cut.len(), usize::from(number >= MOST_OF_NAME as u64), "{number}");
        }
        let mut forgotten = 0;
        for number in 0..MOST + 10 {
            let cut = opened.keep(&format!("n{number}.example"), answered(DEVICE, &["192.0.2.9"], now), now);
            forgotten += cut.len();
            assert!(cut.iter().all(|(device, _)| *device == set(&[DEVICE])));
        }
        assert!(opened.count <= MOST && forgotten == 0, "the address is still another name's");
        assert_eq!(opened.fallen(|name, _| name != "quiet.example", now).len(), 1);
    }
}
