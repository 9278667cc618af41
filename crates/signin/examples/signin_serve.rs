//! Serves sign-in to this machine, for people whom two founders without browsers let in: for measuring.
//!
//! `signin_serve FOLDER PEOPLE` prints the origin, then a link for each of the people, and serves until it is stopped. Its randomness is a
//! counter, so that nobody takes it for more than it is.

use std::{
    collections::BTreeSet,
    future::pending,
    io::{self, Write as _},
    path::PathBuf,
    sync::atomic::{AtomicU64, Ordering},
};

use axum::Router;
use jiff::Timestamp;
use maud::{Markup, html};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};
use tokio::net::TcpListener;
use vauban_model::Lang;
use vauban_people::{
    Actor, Agent, Approval, Binding, CredentialId, Enrolment, Means, NewKey, NewPerson, People, PersonId, Role, Rules,
    Tie, Used, Visit,
};
use vauban_signin::{Settings, SignIn, serve};

type Failed = Box<dyn std::error::Error>;

/// An administrator of whom the store knows a key, and no more.
struct Founder {
    person: PersonId,
    key: NewKey,
}

fn main() -> Result<(), Failed> {
    let mut arguments = std::env::args_os().skip(1);
    let folder = arguments.next().map(PathBuf::from).ok_or("give a folder that may be written")?;
    let people: u32 =
        arguments.next().and_then(|count| count.to_str()?.parse().ok()).ok_or("give a number of people")?;
    let store = People::open(&folder.join("people.sqlite"), Rules::default())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let origin = format!("http://localhost:{}", listener.local_addr()?.port());
        let founders = [founder(&store, "Ana", 1)?, founder(&store, "Bob", 2)?];
        let mut out = io::stdout().lock();
        writeln!(out, "{origin}")?;
        for number in 0..people {
            writeln!(out, "{}", link(&store, &founders, number)?)?;
        }
        out.flush()?;
        let site = SignIn::new(store, Settings::of(&origin, Lang::En), frame, Timestamp::now, rng)?;
        serve(listener, &site, Router::new(), pending()).await;
        Ok(())
    })
}

fn frame(_: Lang, title: &str, content: &Markup) -> Markup {
    html! { title { (title) } (content) }
}

fn rng() -> io::Result<ChaCha20Rng> {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    Ok(ChaCha20Rng::seed_from_u64(NEXT.fetch_add(1, Ordering::Relaxed)))
}

/// Somebody whose key the store takes on our word: it verifies none.
fn founder(store: &People, name: &str, seed: u8) -> Result<Founder, Failed> {
    let (mut rng, now) = (rng()?, Timestamp::now());
    let request = store.found(name.parse()?, &mut rng, now)?;
    let link = store.give_link(&Actor::Machine, request.id, &mut rng, now)?.hash();
    let key = NewKey {
        id: CredentialId::new(&[seed; 16])?,
        credential: vec![seed; 64],
        label: "a key".parse()?,
        attested: false,
    };
    let visit = Visit { binding: Binding::Plain, address: None, agent: Agent::new("none") };
    let enrolled =
        store.enrol(&Enrolment { request: request.id, link, means: Means::Key(&key), visit: &visit }, &mut rng, now)?;
    Ok(Founder { person: enrolled.person.id, key })
}

/// What stands behind the # of the link of somebody new.
fn link(store: &People, founders: &[Founder], number: u32) -> Result<String, Failed> {
    let (mut rng, now) = (rng()?, Timestamp::now());
    let new = NewPerson {
        name: format!("Person {number}").parse()?,
        tie: Tie::Staff,
        role: Role::Member,
        groups: BTreeSet::new(),
        until: None,
    };
    let request = store.invite(&Actor::Machine, &new, &mut rng, now)?;
    for Founder { person, key } in founders {
        let used = Used { id: &key.id, before: &key.credential, after: &key.credential };
        let approval = Approval {
            request: request.id,
            approver: *person,
            used,
            digest: request.digest(),
            proof: b"none, and nobody asks for it here",
        };
        store.approve(&approval, now)?;
    }
    let token = store.give_link(&Actor::Machine, request.id, &mut rng, now)?;
    Ok(token.text().to_string())
}
