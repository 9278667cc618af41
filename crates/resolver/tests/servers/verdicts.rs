//! Every kind of answer from every kind of zone, judged here and by Unbound's validator: they must agree.

use std::{collections::BTreeMap, fmt::Write as _, sync::Arc};

use tokio::{runtime::Runtime, sync::Semaphore};
use vauban_resolver::{ExtendedError, Resolver, Security, Why};

use crate::{
    client::{Client, Said, name, question, resolver, verdict},
    programs::can_run,
    world::World,
    zones::Signing,
};

const A: u16 = 1;
const DS: u16 = 43;

/// Names in each zone, and types they are asked for.
const QUESTIONS: &[(&str, &[u16])] = &[
    ("", &[1, 2, 6, 15, 16, 43, 48]),
    ("www", &[1, 28, 15, 43, 5]),
    ("absent", &[1, 43]),
    ("a.b.absent", &[1]),
    ("x.wild", &[1, 16, 28, 43]),
    ("x.y.wild", &[1, 28]),
    ("there.wild", &[1, 16]),
    ("x.there.wild", &[1]),
    ("low.there.wild", &[1]),
    ("wild", &[1]),
    ("*.wild", &[1]),
    ("empty", &[1, 43]),
    ("er.empty", &[28]),
    ("deep.er.empty", &[1, 28]),
    ("x.er.empty", &[1]),
    ("call", &[35]),
    ("_sip._udp", &[33]),
    ("site", &[65, 64]),
    ("odd", &[65400]),
    ("many", &[16]),
    ("caa", &[257]),
    ("key", &[52]),
    ("to-here", &[1, 28, 16, 5]),
    ("to-nothing", &[28]),
    ("to-nowhere", &[1]),
    ("to-wildcard", &[1, 28]),
    ("to-secure", &[1, 15]),
    ("to-hashed", &[1, 15]),
    ("to-unsigned", &[1, 15]),
    ("to-optout", &[1]),
    ("to-broken", &[1]),
    ("to-gone", &[1]),
    ("to-gone3", &[1]),
    ("to-gone-unsigned", &[1]),
    ("to-gone-top", &[1]),
    ("to-wild-secure", &[1, 28]),
    ("to-twice", &[1, 28]),
    ("to-renamed", &[1]),
    ("x.wildalias", &[1, 28, 5]),
    ("moved", &[1, 39]),
    // Not CNAME: Unbound 1.17 finds its own synthesised alias bogus when it is asked for; BIND's delv does not.
    ("www.moved", &[1, 15, 43]),
    ("absent.moved", &[1]),
    ("www.stray", &[1]),
    ("inner", &[1, 2, 43, 48]),
    ("www.inner", &[1, 28]),
    ("absent.inner", &[1]),
    ("x.wild.inner", &[1]),
    ("open", &[1, 2, 43, 48]),
    ("www.open", &[1, 28]),
    ("absent.open", &[1]),
];

fn all(world: &World) -> Vec<(String, u16)> {
    let mut all = Vec::new();
    let tops = ["nsec", "hashed", "salted", "opt", "plain"].map(str::to_owned);
    let zones = world.leaves.iter().map(|(zone, _)| zone.clone()).chain(tops).chain([String::new()]);
    for zone in zones {
        for (label, kinds) in QUESTIONS {
            let asked = [*label, &*zone].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(".");
            all.extend(kinds.iter().map(|kind| (asked.clone(), *kind)));
        }
    }
    all
}

fn word(said: Said) -> &'static str {
    match said {
        Said { rcode: 2, .. } => "bogus",
        Said { is_authentic: true, .. } => "secure",
        _ => "insecure",
    }
}

#[test]
fn unbound_and_this_resolver_judge_alike() {
    if !can_run() {
        return;
    }
    let world = World::new("");
    let judge = world.judge();
    let mut client = Client::connect(judge.address);
    let theirs: BTreeMap<_, _> = all(&world)
        .into_iter()
        .map(|(asked, kind)| {
            let said = client.ask(&name(&asked), kind);
            ((asked, kind), said)
        })
        .collect();
    // Through a server that recurses, and through one that does not even follow aliases.
    for upstream in [world.upstream.address, world.authority.address] {
        let ours = resolver(&[format!("udp://{upstream}")], |settings| {
            settings.trust_anchors = Some(world.anchor.clone());
        });
        let ours = Arc::new(ours);
        let said = Runtime::new().unwrap().block_on(asked_at_once(Arc::clone(&ours), all(&world)));
        println!("{} questions, {} asked upstream", said.len(), ours.upstreams()[0].1.answered);
        compare(&said, &theirs);
    }
}

fn compare(ours: &BTreeMap<(String, u16), Said>, theirs: &BTreeMap<(String, u16), Said>) {
    let mut table: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut disagreements = String::new();
    for ((asked, kind), ours) in ours {
        let theirs = theirs[&(asked.clone(), *kind)];
        *table.entry((word(*ours), word(theirs))).or_default() += 1;
        if (word(*ours), ours.rcode, ours.answers == 0) != (word(theirs), theirs.rcode, theirs.answers == 0) {
            writeln!(disagreements, "{asked} {kind}: {ours:?} here, {theirs:?} there").unwrap();
        }
    }
    println!("here, Unbound: {table:?}");
    for verdict in ["secure", "insecure", "bogus"] {
        assert!(table.get(&(verdict, verdict)).is_some_and(|count| *count > 100), "too few to tell: {table:?}");
    }
    assert!(disagreements.is_empty(), "{table:?}\n{disagreements}");
}

async fn asked_at_once(resolver: Arc<Resolver>, all: Vec<(String, u16)>) -> BTreeMap<(String, u16), Said> {
    let places = Arc::new(Semaphore::new(16));
    let tasks: Vec<_> = all
        .into_iter()
        .map(|(asked, kind)| {
            let (resolver, places) = (Arc::clone(&resolver), Arc::clone(&places));
            tokio::spawn(async move {
                let _place = places.acquire().await.unwrap();
                let answer = resolver.resolve(&question(&asked, kind)).await;
                ((asked, kind), verdict(&answer))
            })
        })
        .collect();
    let mut said = BTreeMap::new();
    for task in tasks {
        said.extend([task.await.unwrap()]);
    }
    said
}

#[test]
fn what_is_bogus_is_said_and_can_be_excepted() {
    if !can_run() {
        return;
    }
    let world = World::new("");
    let upstream = [format!("udp://{}", world.upstream.address)];
    let anchors = Some(world.anchor.clone());
    Runtime::new().unwrap().block_on(async {
        let strict = resolver(&upstream, |settings| settings.trust_anchors = anchors.clone());
        for (zone, signing) in world.leaves.iter().filter(|(zone, _)| zone.ends_with(".nsec")) {
            let answer = strict.resolve(&question(&format!("www.{zone}"), A)).await;
            let expected = match signing {
                Signing::Good(_) => Security::Secure,
                Signing::Unsigned | Signing::Island | Signing::Unknown => Security::Insecure,
                Signing::Expired => Security::Bogus(Why::Expired),
                Signing::Future => Security::Bogus(Why::NotYetValid),
                Signing::WrongKey | Signing::Stripped => Security::Bogus(Why::KeyMissing),
                Signing::Tampered => Security::Bogus(Why::Bogus),
                Signing::Unsealed => Security::Bogus(Why::SignaturesMissing),
            };
            assert_eq!(answer.security, expected, "{zone}");
            if let Security::Bogus(why) = expected {
                assert_eq!((answer.rcode(), answer.error), (2, Some(ExtendedError::from(why))), "{zone}");
                assert_eq!(answer.error.unwrap().code, why as u16);
            }
        }
        // Who checks for itself gets it all the same.
        let unchecked = vauban_resolver::Question { checking_disabled: true, ..question("www.expired.nsec", A) };
        let answer = strict.resolve(&unchecked).await;
        assert_eq!((answer.rcode(), answer.addresses.len()), (0, 1));
        assert_eq!(answer.bytes[3] & 0x30, 0x10, "CD and not AD");
        // Signatures are not for everybody.
        let plain = vauban_resolver::Question { dnssec_ok: false, ..question("absent.good.nsec", A) };
        let (with, without) = (strict.resolve(&question("absent.good.nsec", A)).await, strict.resolve(&plain).await);
        assert_eq!((with.rcode(), without.rcode(), without.ttl_offsets.len()), (3, 3, 1), "only the SOA");
        assert!(with.ttl_offsets.len() > 3 && without.security == Security::Secure);
        assert!(without.is_absence && without.ttl <= 120);

        let lenient = resolver(&upstream, |settings| {
            settings.trust_anchors = anchors.clone();
            settings.insecure = vec!["expired.nsec".to_owned()];
        });
        for (asked, expected) in [
            ("www.expired.nsec", Security::Insecure),
            ("absent.expired.nsec", Security::Insecure),
            ("to-broken.good.nsec", Security::Insecure),
            ("site.expired.nsec", Security::Insecure),
            ("www.tampered.nsec", Security::Bogus(Why::Bogus)),
            ("www.good.nsec", Security::Secure),
        ] {
            assert_eq!(lenient.resolve(&question(asked, A)).await.security, expected, "{asked}");
        }
        let delegation = lenient.resolve(&question("expired.nsec", DS)).await;
        assert_eq!(delegation.rcode(), 0);

        let synthesised = strict.resolve(&question("www.moved.good.nsec", 5)).await;
        assert_eq!(synthesised.security, Security::Secure);

        let chain = strict.resolve(&question("to-twice.good.nsec", A)).await;
        let names: Vec<String> = chain.chain.iter().map(ToString::to_string).collect();
        assert_eq!(names, ["to-secure.good.nsec.", "www.good.nsec."]);
        assert_eq!(chain.addresses[0].value.to_string(), "192.0.2.80");
    });
}
