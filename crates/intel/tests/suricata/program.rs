//! The real Suricata: it takes every rule, and they fire at the right boundaries in a capture.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use crate::{packets::Capture, rules, table};

const ROWS: &str = "domain-name,evil.example,,TLP:AMBER+STRICT,T1566.002\n\
    domain-name,xn--bcher-kva.example,a; \"b\" \\c,green,\n\
    ipv4-addr,192.0.2.7,,clear,\nipv4-addr,198.51.100.0/24,,clear,\nipv6-addr,2001:db8::/32,,clear,\n\
    url,http://shop.example/a;b?c=|d|\"e\"x,,clear,\nurl,https://shop.example:8443/%41/..//x+y,,clear,\n\
    ja3,e7d705a3286e19ea42f587b344ee6865,,clear,\nx509-certificate,da39a3ee5e6b4b0d3255bfef95601890afd80709,,clear,\n";

fn is_there() -> bool {
    let is_there = Command::new("suricata").arg("-V").output().is_ok();
    let runs = std::env::var_os("VAUBAN_SLOW").is_some() && is_there;
    if !runs {
        println!("skipped: needs VAUBAN_SLOW=1 and suricata");
    }
    runs
}

fn run(folder: &Path, more: &[&str]) -> String {
    let rules = folder.join("vauban.rules");
    let output = Command::new("suricata").arg("-S").arg(rules).arg("-l").arg(folder).args(more).output().unwrap();
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert!(output.status.success(), "{said}");
    said
}

#[test]
fn suricata_takes_every_rule() {
    if !is_there() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let text = rules(&table(ROWS)).text;
    fs::write(folder.path().join("vauban.rules"), &text).unwrap();
    let said = run(folder.path(), &["-T", "-v"]);
    let count = text.lines().count();
    assert!(said.contains(&format!("{count} rules successfully loaded, 0 rules failed")), "{said}");
}

#[test]
fn rules_fire_at_the_right_boundary() {
    if !is_there() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("vauban.rules"), rules(&table(ROWS)).text).unwrap();
    let mut capture = Capture::new();
    let other = [203, 0, 113, 9].into();
    for name in ["evil.example", "LOGIN.Evil.Example", "notevil.example", "evil.example.org", "shop.example"] {
        capture.dns(name);
    }
    for name in ["evil.example", "a.evil.example", "notevil.example"] {
        capture.tls(other, name);
        capture.http(other, name, "/");
    }
    for target in ["/a;b?c=|d|%22e%22x", "/a;b?c=|d|%22e%22xf", "/x/a;b?c=|d|%22e%22x"] {
        capture.http(other, "shop.example", target);
    }
    capture.http(other, "myshop.example", "/a;b?c=|d|%22e%22x");
    capture.http([192, 0, 2, 7].into(), "honest.example", "/");
    capture.http([192, 0, 2, 8].into(), "honest.example", "/");
    capture.http([198, 51, 100, 200].into(), "honest.example", "/");
    fs::write(folder.path().join("in.pcap"), capture.into_bytes()).unwrap();
    let pcap = folder.path().join("in.pcap");
    run(folder.path(), &["-k", "none", "-r", pcap.to_str().unwrap()]);
    // An address is told once for each direction.
    let seen: BTreeSet<String> = fs::read_to_string(folder.path().join("eve.json"))
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .filter(|event| event["event_type"] == "alert")
        .map(|event| {
            let what =
                ["/dns/query/0/rrname", "/tls/sni", "/http/hostname"].into_iter().find_map(|at| event.pointer(at));
            let url = event["http"]["url"].as_str().unwrap_or_default();
            let tlp = event["alert"]["metadata"]["tlp"][0].as_str().unwrap();
            let address = event["dest_ip"]
                .as_str()
                .filter(|to| !to.starts_with("10."))
                .unwrap_or(event["src_ip"].as_str().unwrap());
            format!("{}{url} {tlp}", what.map_or(address, |what| what.as_str().unwrap()))
        })
        .collect();
    let expected = [
        "192.0.2.7 TLP:CLEAR",
        "198.51.100.200 TLP:CLEAR",
        "a.evil.example TLP:AMBER+STRICT",
        "a.evil.example/ TLP:AMBER+STRICT",
        "evil.example TLP:AMBER+STRICT",
        "evil.example/ TLP:AMBER+STRICT",
        "shop.example/a;b?c=|d|%22e%22x TLP:CLEAR",
        "LOGIN.Evil.Example TLP:AMBER+STRICT",
        "evil.example TLP:AMBER+STRICT",
    ];
    assert_eq!(seen, expected.map(str::to_owned).into());
}
