//! The same pages in a real browser: both languages, wide and narrow, by axe-core, and by hand without scripts.

use std::process::Command;

use crate::world::{World, has_minisign, id, indicator};

#[test]
fn everybody_can_use_the_desk_in_a_real_browser() {
    let Some(modules) = std::env::var_os("VAUBAN_BROWSER") else {
        assert!(std::env::var_os("VAUBAN_SLOW").is_none() || std::env::var_os("CI").is_none(), "CI must not skip this");
        println!("skipped: the desk's pages in a browser, which needs chromium, playwright-core and axe-core");
        return;
    };
    if !has_minisign() {
        return;
    }
    let world = World::open();
    let mut claire = world.enter("claire");
    for name in ["claire", "marc"] {
        world.person(&mut claire, name);
    }
    let (_, [all, _]) = world.audience(&mut claire);
    let long = format!("[url:value = 'https://login.evil.example/{}']", "a".repeat(220));
    world.take(
        &mut claire,
        &[
            indicator(1, "Hameçonnage des boîtes de la campagne", "[domain-name:value = 'login.evil.example']"),
            indicator(2, "Serveur de commande", "[ipv4-addr:value = '198.51.100.7']"),
            indicator(3, "<script>alert(1)</script>", &long),
            indicator(4, "Outil connu d'une source", "[domain-name:value = 'quiet.example']"),
        ],
    );
    for (number, tier) in [(1, "open"), (4, "blind")] {
        let id = id(number);
        let fields = [("state", "imported"), ("object", &*id), ("marking", "TLP:AMBER"), ("tier", tier)];
        assert_eq!(claire.post("/objects/review", &fields).status, 303);
        let fields = [("state", "reviewed"), ("object", &*id), ("stream", &*all)];
        assert_eq!(claire.post("/objects/grant", &fields).status, 303);
    }
    let link = format!("http://127.0.0.1:{}{}", world.port, world.link("claire"));
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../conformance/portal/desk.mjs");
    let mut node = Command::new("node");
    node.arg(script).arg(modules).arg(link).arg(world.folder.path());
    node.args(std::env::var_os("VAUBAN_PICTURES"));
    let visit = node.output().unwrap();
    let said = String::from_utf8_lossy(&visit.stdout).into_owned();
    assert!(visit.status.success(), "{said} {}", String::from_utf8_lossy(&visit.stderr));
    println!("{said}");
}
