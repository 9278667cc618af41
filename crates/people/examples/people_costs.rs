//! What the store's part of signing in costs: a challenge made, taken, a session begun; and who holds a session.
//!
//! `cargo run --release -p vauban-people --example people_costs -- FOLDER`

use std::{
    io::{self, Write},
    path::PathBuf,
    time::Instant,
};

use jiff::{SignedDuration, Timestamp};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};
use vauban_people::{
    Actor, Agent, Binding, BrowserToken, CredentialId, Enrolment, Means, NewChallenge, NewKey, People, PeopleError,
    Purpose, Rules, SessionToken, Used, Visit,
};

const SIGN_INS: u32 = 20_000;
const READS: u32 = 500_000;
const CREDENTIAL: usize = 500;
const STATE: usize = 600;

struct Keys {
    ids: Vec<CredentialId>,
    visit: Visit,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from).ok_or("give a folder that may be written")?;
    let people = People::open(&folder.join("costs.sqlite"), Rules::default())?;
    let mut rng = ChaCha20Rng::from_seed([1; 32]);
    let now = Timestamp::from_second(1_800_000_000)?;
    let keys = founded(&people, &mut rng, now)?;
    let mut out = io::stdout().lock();

    let (wall, cpu) = (Instant::now(), cpu_seconds());
    let mut last = None;
    for number in 0..SIGN_INS {
        let at = now + SignedDuration::from_millis(i64::from(number) * 5);
        last = Some(sign_in(&people, &keys, number, &mut rng, at)?);
    }
    let (wall, cpu) = (wall.elapsed().as_secs_f64(), cpu_seconds() - cpu);
    let count = f64::from(SIGN_INS);
    writeln!(out, "sign-ins: {:.0} a second, {:.0} us of CPU each", count / wall, cpu / count * 1e6)?;

    let hash = last.ok_or("nobody signed in")?.hash();
    let at = now + SignedDuration::from_millis(i64::from(SIGN_INS) * 5);
    let wall = Instant::now();
    for _ in 0..READS {
        people.who(&hash, at)?.ok_or("nobody holds the session")?;
    }
    writeln!(out, "who: {:.1} us each", wall.elapsed().as_secs_f64() / f64::from(READS) * 1e6)?;

    let wall = Instant::now();
    people.tend(at)?;
    writeln!(out, "tend: {:.1} ms", wall.elapsed().as_secs_f64() * 1e3)?;
    let bytes = std::fs::metadata(folder.join("costs.sqlite"))?.len();
    writeln!(out, "file: {} KB after {SIGN_INS} sign-ins", bytes / 1024)?;
    Ok(())
}

/// Two founders, because everybody else would have to be approved.
fn founded(people: &People, rng: &mut ChaCha20Rng, now: Timestamp) -> Result<Keys, Box<dyn std::error::Error>> {
    let visit = Visit { binding: Binding::Plain, address: Some([192, 0, 2, 1].into()), agent: Agent::new("costs") };
    let mut ids = Vec::new();
    for name in ["Ana", "Ben"] {
        let request = people.found(name.parse()?, rng, now)?.id;
        let link = people.give_link(&Actor::Machine, request, rng, now)?.hash();
        let id = CredentialId::new(name.as_bytes())?;
        let key = NewKey { id: id.clone(), credential: vec![0; CREDENTIAL], label: name.parse()?, attested: true };
        people.enrol(&Enrolment { request, link, means: Means::Key(&key), visit: &visit }, rng, now)?;
        ids.push(id);
    }
    Ok(Keys { ids, visit })
}

fn sign_in(
    people: &People,
    keys: &Keys,
    number: u32,
    rng: &mut ChaCha20Rng,
    now: Timestamp,
) -> Result<SessionToken, PeopleError> {
    let browser = BrowserToken::random(rng).hash();
    let state = [0; STATE];
    let new = NewChallenge { purpose: Purpose::SignIn, state: &state, browser, address: keys.visit.address };
    let challenge = people.challenge(&new, rng, now)?;
    people.take(&challenge.hash(), &browser, now)?;
    let Some(id) = keys.ids.get(number as usize % keys.ids.len()) else { unreachable!("there are two") };
    let key = people.key(id)?;
    let mut after = key.credential.clone();
    // The counter of a key, as far as the store sees it: other bytes.
    after.splice(..4, number.to_be_bytes());
    let used = Used { id, before: &key.credential, after: &after };
    Ok(people.sign_in(&used, &keys.visit, rng, now)?.token)
}

fn cpu_seconds() -> f64 {
    let spent = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    #[expect(clippy::cast_precision_loss, reason = "seconds of a run")]
    let seconds = spent.tv_sec as f64 + spent.tv_nsec as f64 / 1e9;
    seconds
}
