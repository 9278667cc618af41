//! What the private compartment asks for touches nothing that lasts.

use std::{fs, path::Path, process::Command};

use hickory_proto::rr::RecordType;

use super::{
    client::{ask_from, ask_tcp},
    upstream::Known,
    world::{GUEST, PRIVATE, WORK, World},
};

/// Every file below a folder that holds these bytes.
fn holding(folder: &Path, what: &[u8], found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            holding(&path, what, found);
        } else if fs::read(&path).is_ok_and(|bytes| bytes.windows(what.len()).any(|window| window == what)) {
            found.push(path.display().to_string());
        }
    }
}

#[test]
fn a_thousand_names_of_the_private_compartment_are_found_nowhere() {
    let mut world = World::start("");
    for number in 0..1000 {
        // Allowed ones, blocked ones, chains and names that do not exist.
        let name = match number % 4 {
            0 => format!("canary-{number}.example"),
            1 => format!("canary-{number}.evil.example"),
            2 => {
                let name = format!("canary-{number}.demo");
                world.above.knows(&name, Known::Is("web.whatsapp.com".to_owned()));
                name
            }
            _ => {
                let name = format!("canary-{number}.nowhere.demo");
                world.above.knows(&name, Known::Nowhere);
                name
            }
        };
        if number % 50 == 0 {
            ask_tcp(PRIVATE, world.port, "harmless.demo", RecordType::A);
        }
        let got = ask_from(PRIVATE, world.port, &name, RecordType::A);
        assert_eq!(got.rule().is_empty(), number % 4 != 1, "{name}");
    }
    // The others leave traces, so that this test sees what it looks for.
    world.ask(GUEST, "trace-guest.example");
    world.ask(WORK, "trace-work.evil.example");
    world.ask(WORK, "trace-allowed.example");
    let rows = |world: &World, what: &str| {
        let mut found = Vec::new();
        holding(world.guard.folder.path(), what.as_bytes(), &mut found);
        found
    };
    assert!(
        world.guard.waits_for(|_| !rows(&world, "trace-work").is_empty() && !rows(&world, "trace-guest").is_empty())
    );
    assert_eq!(rows(&world, "trace-allowed"), Vec::<String>::new(), "at work only what is blocked is kept");
    let metrics = world.guard.get("/metrics");
    assert!(metrics.contains("vauban_dns_answers_total"));
    assert!(!metrics.contains("canary") && !metrics.contains("trace"));
    world.guard.end();
    assert_eq!(rows(&world, "canary-"), Vec::<String>::new());
}

#[test]
fn what_is_kept_ends_with_its_time() {
    let mut world = World::prepare("");
    world.guard.begin();
    world.ask(WORK, "old.evil.example");
    let path = world.guard.path("state").join("names.sqlite");
    let count = |sql: &str| {
        let out = Command::new("sqlite3").arg(&path).arg(sql).output();
        out.ok().map(|out| String::from_utf8_lossy(&out.stdout).trim().to_owned())
    };
    assert!(world.guard.waits_for(|_| path.exists()));
    if count("SELECT 1").is_none() {
        println!("skipped: there is no sqlite3");
        return;
    }
    assert!(world.guard.waits_for(|_| count("SELECT count(*) FROM asked").as_deref() == Some("1")));
    world.guard.end();
    count("UPDATE asked SET until = 1");
    world.guard.begin();
    world.ask(WORK, "new.evil.example");
    assert!(
        world.guard.waits_for(|_| count("SELECT group_concat(name) FROM asked").as_deref() == Some("new.evil.example"))
    );
}
