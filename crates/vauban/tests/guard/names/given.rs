//! A compartment's view given out as a zone: a real Unbound that takes it decides as the guard does.

use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use hickory_proto::{op::ResponseCode, rr::RecordType};

use super::{
    client::ask_from,
    upstream::Known,
    world::{POLICY, WORK, World},
};
use crate::process::free_port;

/// Unbound with our zone as its policy; it ends with the test.
struct Unbound {
    process: Child,
    port: u16,
}

impl Drop for Unbound {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Unbound {
    /// None where there is no Unbound.
    fn start(folder: &Path, zone_port: u16, above: u16) -> Option<Self> {
        let port = free_port();
        let folder = folder.join("unbound");
        fs::create_dir(&folder).unwrap();
        let config = format!(
            "server:\n  interface: 127.0.0.1@{port}\n  access-control: 127.0.0.0/8 allow\n  username: \"\"\n  chroot: \"\"\n  \
             directory: \"{0}\"\n  pidfile: \"{0}/pid\"\n  logfile: \"{0}/log\"\n  use-syslog: no\n  cache-max-ttl: 0\n  \
             cache-max-negative-ttl: 0\n  module-config: \"respip iterator\"\n  do-not-query-localhost: no\n\
             rpz:\n  name: \"rpz.campagne.example\"\n  primary: 127.0.0.1@{zone_port}\n  allow-notify: 127.0.0.1\n  \
             zonefile: \"{0}/rpz.zone\"\n\
             forward-zone:\n  name: \".\"\n  forward-addr: 127.0.0.1@{above}\n",
            folder.display()
        );
        fs::write(folder.join("unbound.conf"), config).unwrap();
        let mut command = Command::new("unbound");
        command.arg("-d").arg("-c").arg(folder.join("unbound.conf")).stdout(Stdio::null()).stderr(Stdio::null());
        match command.spawn() {
            Ok(process) => Some(Self { process, port }),
            Err(_) if std::env::var_os("VAUBAN_SLOW").is_none() => {
                println!("skipped: there is no unbound");
                None
            }
            Err(error) => panic!("unbound: {error}"),
        }
    }

    /// Whether it keeps a name out.
    fn blocks(&self, name: &str) -> bool {
        ask_from("127.0.0.1", self.port, name, RecordType::A).code == ResponseCode::NXDomain
    }

    /// Waits until it decides so: zones take their time to come.
    fn waits_for(&self, name: &str, blocked: bool) {
        let begun = Instant::now();
        while self.blocks(name) != blocked {
            assert!(begun.elapsed() < Duration::from_secs(60), "{name} never became {blocked}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

const EXCEPTION: &str = "
[[exception]]
who = [\"compartment:work\"]
to = [\"good.evil.example\", \"tool:telegram\"]
owner = \"Claire Martin\"
reason = \"Its owner cleaned it.\"
until = \"2126-12-31\"
";

/// Names that words of the policy speak of, and above, below and beside them.
fn names() -> Vec<String> {
    let bases = [
        "whatsapp.com",
        "telegram.org",
        "mail.google.com",
        "google.com",
        "gmail.com",
        "dns.google",
        "torproject.org",
        "mullvad.net",
        "dns.mullvad.net",
        "evil.example",
        "good.evil.example",
        "phishing.example",
        "ads.example",
        "resolver.campagne.example",
        "campagne.example",
        "known-bad.demo",
        "wikipedia.demo",
        "alias.demo",
        "leads-there.demo",
    ];
    let before = ["", "www.", "a.b.c.", "not", "x-", "good.", "ads.", "any-label."];
    let after = ["", ".demo", "x", ".evil.example", ".ads.example"];
    let all = bases.iter().flat_map(|base| before.map(|before| format!("{before}{base}")));
    all.flat_map(|name| after.map(|after| format!("{name}{after}"))).collect()
}

#[test]
fn unbound_with_our_zone_decides_as_we_do() {
    let mut world = World::prepare("");
    let zone_port = free_port();
    let policy = format!(
        "{POLICY}{EXCEPTION}[zone.work]\nlisten = [\"127.0.0.1:{zone_port}\"]\nzone = \"rpz.campagne.example\"\n\
         allow = [\"127.0.0.1/32\"]\n"
    );
    world.configure(&policy, "");
    world.above.knows("alias.demo", Known::Is("www.evil.example".to_owned()));
    world.above.knows("leads-there.demo", Known::At(vec!["203.0.113.9"]));
    world.guard.begin();
    let indicators = world.guard.path("indicators.txt");
    fs::write(&indicators, "known-bad.demo\n198.51.100.7\n").unwrap();
    assert!(world.guard.run(&["intel", "add", &indicators.display().to_string()]).status.success());
    assert!(world.guard.waits_for(|_| world.rule(WORK, "known-bad.demo").starts_with("indicator/")));
    let Some(unbound) = Unbound::start(&world.guard.path(""), zone_port, world.above.port) else { return };
    unbound.waits_for("known-bad.demo", true);

    let (names, mut blocked) = (names(), 0);
    for name in &names {
        let ours = world.ask(WORK, name);
        let is_blocked = !ours.rule().is_empty();
        assert_eq!(unbound.blocks(name), is_blocked, "{name}: we say {:?}", ours.why);
        blocked += usize::from(is_blocked);
    }
    assert!(blocked > 200 && names.len() - blocked > 200, "{blocked} of {}", names.len());
    world.above.knows("indicated.demo", Known::At(vec!["198.51.100.7"]));
    assert!(unbound.blocks("indicated.demo"));
    println!("{} names, {blocked} blocked: no disagreement", names.len());
}

#[test]
fn what_changes_is_given_out_with_a_serial_that_only_grows() {
    let mut world = World::prepare("");
    let zone_port = free_port();
    let policy = format!(
        "{POLICY}[zone.guest]\nlisten = [\"127.0.0.1:{zone_port}\"]\nzone = \"rpz.campagne.example\"\n\
         keys = [\"hmac-sha256:transfer.example:pmK3MjlI0k9kQ0lWJ0Vv5ntbbZVZ1u0tUJq4wqzF0Zs=\"]\n"
    );
    world.configure(&policy, "");
    world.guard.begin();
    let given = |number: usize| {
        move |guard: &crate::process::Guard| guard.log().matches("a zone is given out").count() >= number
    };
    assert!(world.guard.waits_for(given(1)), "{}", world.guard.log());
    let path = world.guard.path("state").join("zones/rpz.campagne.example.serial");
    let serial = || -> u32 { fs::read_to_string(&path).unwrap().parse().unwrap() };
    let first = serial();
    fs::write(world.guard.path("malware.txt"), "evil.example\nnew.example\n").unwrap();
    world.guard.signal("HUP");
    assert!(world.guard.waits_for(given(2)), "{}", world.guard.log());
    let second = serial();
    assert!(second > first);
    // A clock that was set back after the last one.
    world.guard.kill();
    fs::write(&path, (second + 1_000_000).to_string()).unwrap();
    world.guard.begin();
    assert!(world.guard.waits_for(|_| serial() == second + 1_000_001), "{}", world.guard.log());
    let refused = ask_from("127.0.0.1", zone_port, "rpz.campagne.example", RecordType::SOA);
    assert_eq!(refused.code, ResponseCode::Refused, "nobody without the key");
}
