//! The gateway as it is built by hand: Unbound with the same names as local zones, and rules of nftables.

use std::fs;

use crate::{
    filter::{Filter, LIST, Process, Vauban},
    yard::{Yard, run},
};

/// What the compartment may never reach: the names by which the guard's built-in table knows it, and the canaries.
const NEVER: [&str; 9] = [
    "whatsapp.com",
    "dns.google",
    "cloudflare-dns.com",
    "one.one.one.one",
    "dns.quad9.net",
    "mask.icloud.com",
    "mask-h2.icloud.com",
    "torproject.org",
    "use-application-dns.net",
];

/// How the rules are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rules {
    /// Out through the ports of the web, nothing else.
    Web,
    /// Everything out but other resolvers.
    Open,
}

/// Unbound and nftables.
pub(crate) struct Plain {
    process: Process,
    rules: Rules,
    names: Vec<String>,
}

impl Plain {
    pub(crate) fn new(rules: Rules) -> Self {
        let names = LIST.lines().chain(NEVER).map(str::to_owned).collect();
        Self { process: Process::default(), rules, names }
    }

    fn write_zones(&self, yard: &Yard) {
        let zones: String =
            self.names.iter().map(|name| format!("local-zone: \"{name}.\" always_nxdomain\n")).collect();
        fs::write(yard.folder.path().join("zones.conf"), zones).unwrap();
    }
}

const UNBOUND: &str = r#"
server:
  interface: 10.20.0.1
  interface: 10.30.0.1
  interface: 10.40.0.1
  interface: fd20::1
  access-control: 10.0.0.0/8 allow
  access-control: fd20::/64 allow
  username: ""
  chroot: ""
  directory: "FOLDER"
  pidfile: "FOLDER/unbound.pid"
  logfile: "FOLDER/log"
  use-syslog: no
  module-config: "iterator"
  do-not-query-localhost: no
  private-address: 10.0.0.0/8
  private-address: 172.16.0.0/12
  private-address: 192.168.0.0/16
  private-address: 169.254.0.0/16
  private-address: 127.0.0.0/8
  private-address: fd00::/8
  private-address: fe80::/10
  private-address: ::1/128
  private-address: ::ffff:0:0/96
  include: "FOLDER/zones.conf"
forward-zone:
  name: "."
  forward-addr: 192.0.2.53
"#;

impl Filter for Plain {
    fn start(&mut self, yard: &Yard) {
        self.write_zones(yard);
        let folder = yard.folder.path();
        let config = UNBOUND.replace("FOLDER", &folder.display().to_string());
        fs::write(folder.join("unbound.conf"), config).unwrap();
        let out = match self.rules {
            Rules::Web => {
                "iifname work oifname wan tcp dport {80, 443} accept\n iifname work oifname wan udp dport 443 accept\n\
                 iifname {private, guest} oifname wan accept"
            }
            Rules::Open => "iifname {work, private, guest} accept",
        };
        let rules = format!(
            "table inet filter {{\n chain forward {{\n type filter hook forward priority 0; policy drop;\n\
             ct state established,related accept\n ct state invalid drop\n\
             iifname work meta l4proto {{tcp, udp}} th dport {{53, 853}} drop\n\
             iifname work ip daddr 203.0.113.71 drop\n\
             {out}\n }}\n}}\n"
        );
        fs::write(folder.join("rules.nft"), rules).unwrap();
        let rules = folder.join("rules.nft").display().to_string();
        run("ip", &format!("netns exec {} nft -f {rules}", yard.name("gateway")));
        self.begin(yard);
        Vauban::waits(yard, "www.harmless.example", |answer| {
            answer.is_some_and(|answer| !answer.addresses().is_empty())
        });
    }

    fn block(&mut self, yard: &Yard, name: &str) {
        self.names.push(name.to_owned());
        self.write_zones(yard);
        self.process.signal("HUP");
        Vauban::waits(yard, &format!("n1.{name}"), |answer| answer.is_some_and(|answer| answer.addresses().is_empty()));
    }

    fn kill(&mut self) {
        self.process.kill();
    }

    fn begin(&mut self, yard: &Yard) {
        let config = yard.folder.path().join("unbound.conf").display().to_string();
        self.process.begin(yard.command("gateway", "unbound").args(["-d", "-c", &config]));
    }

    fn log(&self, yard: &Yard) -> String {
        fs::read_to_string(yard.folder.path().join("log")).unwrap_or_default()
    }
}
