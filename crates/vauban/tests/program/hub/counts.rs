//! Counts, from the agreement of a person at a party to the sums at the desk, by the program itself.

use std::{fs, path::Path};

use super::{
    parties::{days_later, has_faketime, party, said, works, works_with},
    road::published,
    roles::{Running, both, start_with},
    steps::{desk, does, does_with, has_minisign},
};

const HUB: [&str; 4] = ["intel", "hub", "counts", "cert"];

/// The front again where it was, under variables of its environment.
fn front_again(running: Running, here: &Path, variables: &[(String, String)]) -> Running {
    let config = here.join("front/front.toml");
    let listen = format!("listen = {:?}", running.address);
    drop(running);
    let text = fs::read_to_string(&config).unwrap().replace("listen = \"127.0.0.1:0\"", &listen);
    fs::write(&config, text).unwrap();
    start_with("front", &config, variables)
}

#[test]
fn an_agency_learns_numbers_from_who_agreed() {
    if !has_minisign() || !has_faketime() {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let here = home.path();
    let (id, stream, code) = published(here);
    let (mut front, _signer) = both(here, &here.join("front.sqlite").display().to_string());
    let (state, code_file, tree) = (here.join("state"), here.join("code"), here.join("tree"));
    fs::write(&code_file, &code).unwrap();
    let address = format!("hub:http://{}", front.address);
    works(&state, false, &["intel", "add", &address, "--name", "cert", "--code", &code_file.display().to_string()]);
    fs::create_dir(&tree).unwrap();
    fs::write(tree.join("loud.txt"), "http://www.loud.example/\n").unwrap();
    let sweep = ["sweep", "--no-starter", &tree.display().to_string()];
    assert_eq!(party(&state, false, &sweep).status.code(), Some(1));

    // To look is not to agree.
    let shown = works(&state, false, &HUB);
    assert!(shown.contains("Nothing is agreed to, and nothing is sent") && shown.contains("--agree"), "{shown}");
    let line = shown.lines().find(|line| line.contains("counts/1")).unwrap_or_else(|| panic!("{shown}")).to_owned();
    assert!(line.contains("\"open\":\"    1\",\"blind\":\"    0\"") && !line.contains("loud"), "{line}");
    let nobody = party(&state, false, &[&HUB[..], &["--agree"]].concat());
    assert!(!nobody.status.success() && said(&nobody).contains("--by"), "{}", said(&nobody));
    let agreed = works(&state, false, &[&HUB[..], &["--agree", "--by", "A. Martin"]].concat());
    assert!(agreed.contains("A. Martin agreed on") && agreed.contains("--stop"), "{agreed}");
    let updated = works(&state, false, &["intel", "update", "cert"]);
    assert!(!updated.contains("counts:"), "the week is not over: {updated}");

    // A week later what was shown is what is sent, once.
    let week = days_later(7);
    front = front_again(front, here, &week);
    let updated = works_with(&state, &week, &["intel", "update", "cert"]);
    assert!(updated.contains("counts: 1 taken, 0 wait"), "{updated}");
    let again = works_with(&state, &week, &["intel", "update", "cert"]);
    assert!(!again.contains("counts:"), "{again}");
    let listed = works_with(&state, &week, &HUB);
    assert!(listed.contains("taken by the agency") && listed.contains(&line), "{line}\n{listed}");

    let collected = does_with(here, &week, &["collect", "--front", "front.sqlite"]);
    let sum = format!("stream {stream}  parties that told: 1\n    readable: 1 (by 1)\n    blind: 0 (by 1)\n");
    assert!(collected.contains(&sum), "{collected}");
    assert!(
        collected.lines().all(|line| !line.contains("Party A") || line.contains("joined") || line.contains("received"))
    );
    let sums = does(here, &["counts"]);
    assert!(sums.contains(&sum) && !sums.contains("Party A") && !sums.contains(&id), "{sums}");
    let trail = does(here, &["audit"]);
    assert!(trail.contains("the trail is whole") && trail.contains(&format!("party {id} told counts of")), "{trail}");

    // Ended, and the week after that brings nothing.
    works_with(&state, &week, &[&HUB[..], &["--stop"]].concat());
    let two = days_later(14);
    let front = front_again(front, here, &two);
    let updated = works_with(&state, &two, &["intel", "update", "cert"]);
    assert!(!updated.contains("counts:"), "{updated}");
    assert!(works_with(&state, &two, &HUB).contains("Nothing is agreed to"));
    assert!(!does_with(here, &two, &["collect", "--front", "front.sqlite"]).contains("parties that told"));
    drop(front);

    // What was changed at the desk is told, and counted no more.
    let folder = here.join("desk/received/counts").join(&stream);
    let week = fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    fs::write(week.join(format!("{id}.txt")), "x").unwrap();
    let changed = desk(here, &["counts"]);
    assert_eq!(changed.status.code(), Some(1), "{}", String::from_utf8_lossy(&changed.stdout));
}
