//! Ways that need patience: what was open, what stands, what happens while the filter is away.

use std::{
    thread,
    time::{Duration, Instant},
};

use hickory_proto::rr::RecordType;

use super::way::{Sort, Way, way};
use crate::{ask, filter::Vauban, round::RESOLVER};

pub(crate) const TIME: &[Way] = &[
    Way {
        before: |round| {
            round.holds("n51.stale.example");
            // Both families, each asked for by itself.
            let six = round.ask_for("work", "n51.stale.example", RecordType::AAAA).unwrap().addresses()[0];
            let stream = round.yard().tcp("work", six, 443).unwrap();
            round.held.push(stream);
            round.field.filter.block(&round.field.yard, "stale.example");
        },
        ..way("a connection that stands when its name becomes blocked, over both families", |round| {
            round.goes_on();
            round.goes("work", "198.51.100.51");
            round.goes("work", "2001:db8:1::51");
        })
    },
    Way {
        before: |round| {
            round.ask("work", "n52.ttl2147483647.huge.example");
            round.field.filter.block(&round.field.yard, "huge.example");
        },
        ..way("an answer for 68 years whose name becomes blocked", |round| round.goes("work", "198.51.100.52"))
    },
    Way {
        before: |round| {
            round.ask("private", "n53.turned.example");
            round.ask("work", "n53.turned.example");
            round.field.filter.block(&round.field.yard, "turned.example");
        },
        ..way("a name that becomes blocked while its answer is remembered", |round| {
            round.must_not_learn("n53.turned.example", "198.51.100.53");
        })
    },
    Way {
        before: |round| {
            round.ask("work", "n54.ttl0.free.example");
            round.ask("work", "n55.ttl1.free.example");
            let asked = Instant::now();
            while asked.elapsed() < Duration::from_secs(36) {
                thread::sleep(Duration::from_millis(500));
            }
        },
        ..way("a new connection after the answer's time is over (0 and 1 second)", |round| {
            round.goes("work", "198.51.100.54");
            round.goes("work", "198.51.100.55");
        })
    },
    Way {
        before: |round| round.field.filter.kill(),
        ..way("while the resolver is killed (kill -9)", |round| {
            round.goes("work", "198.51.100.56");
            round.goes("work", "2001:db8:1::56");
            let told = round
                .yard()
                .inside("work", || ask::udp(RESOLVER, "n56.free.example", RecordType::A, Duration::from_millis(300)));
            if told.is_some() {
                round.wrong.push("a dead resolver answers".to_owned());
            }
            round.says("work", "203.0.113.53", 53, &ask::question("n56.free.example", RecordType::A));
            let field = &mut *round.field;
            field.filter.begin(&field.yard);
            let is_well = |told: Option<ask::Answer>| told.is_some_and(|told| !told.addresses().is_empty());
            let took = Vauban::waits(&field.yard, "www.harmless.example", is_well);
            round.said = format!("answers again after {} ms", took.as_millis());
        })
    },
    way("what is blocked is blocked again after the restart", |round| {
        round.must_not_learn("n57.blocked.example", "198.51.100.57");
        round.must_not_learn("n51.stale.example", "198.51.100.51");
    }),
    Way {
        sort: Sort::Limit,
        before: |round| {
            round.holds("n58.again.example");
            let field = &mut *round.field;
            field.filter.kill();
            field.filter.begin(&field.yard);
            Vauban::waits(&field.yard, "www.harmless.example", |told| {
                told.is_some_and(|told| !told.addresses().is_empty())
            });
            field.filter.block(&field.yard, "again.example");
        },
        ..way("a connection from before a restart, whose name becomes blocked after it", |round| round.goes_on())
    },
];
