//! The gateway with `vauban guard`: its process, its rules, its list.

use std::{
    fs,
    process::{Child, Command, Output},
    thread,
    time::{Duration, Instant},
};

use hickory_proto::rr::RecordType;

use crate::{ask, yard::Yard};

/// What names of the list are in the beginning.
pub(crate) const LIST: &str = "blocked.example\n";

/// What stands between the devices and the internet.
pub(crate) trait Filter: Sync {
    /// Puts all of it in place.
    fn start(&mut self, yard: &Yard);
    /// Blocks a name and all below it, as an administrator does while it runs.
    fn block(&mut self, yard: &Yard, name: &str);
    /// Kills the resolver without a word.
    fn kill(&mut self);
    /// Starts the resolver again; does not wait.
    fn begin(&mut self, yard: &Yard);
    /// What it said.
    fn log(&self, yard: &Yard) -> String;
}

/// A process that ends with its owner.
#[derive(Default)]
pub(crate) struct Process(Option<Child>);

impl Process {
    pub(crate) fn begin(&mut self, command: &mut Command) {
        self.0 = Some(command.spawn().unwrap());
    }

    pub(crate) fn signal(&self, name: &str) {
        let id = self.0.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap().success());
    }

    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.0.take() {
            // It may have ended by itself, which its log says.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// The memory that it has, in MiB.
    pub(crate) fn resident(&self) -> u64 {
        let id = self.0.as_ref().unwrap().id();
        let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.split_whitespace().next().unwrap().parse::<u64>().unwrap() >> 10
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// `vauban guard`, with the network in the kernel.
#[derive(Default)]
pub(crate) struct Vauban {
    pub(crate) process: Process,
}

const CONFIG: &str = r#"
[organisation]
domains = ["campagne.example"]
[guard]
http = "127.0.0.1:9180"
[dns]
listen = ["10.20.0.1:53", "10.30.0.1:53", "10.40.0.1:53", "[fd20::1]:53"]
upstream = ["udp://192.0.2.53:53", "tcp://192.0.2.53:53"]
validate = false
[network]
outside = ["wan"]
resolvers = ["10.20.0.1", "fd20::1"]
gateways = ["10.30.0.1", "10.40.0.1"]
administrators = ["10.20.0.5"]
confirm_seconds = 20
[policy]
otherwise = "guest"
[compartment.work]
networks = ["10.20.0.0/24", "fd20::/64"]
egress = "named"
never = ["private-messaging", "personal-mail", "encrypted-dns", "anonymiser", "203.0.113.71"]
logging = "blocked"
[compartment.private]
networks = ["10.30.0.0/24"]
[compartment.guest]
networks = ["10.40.0.0/24"]
[[list]]
name = "malware"
from = "FOLDER/malware.txt"
"#;

impl Vauban {
    pub(crate) fn vauban(yard: &Yard, arguments: &[&str]) -> Command {
        let mut command = yard.command("gateway", env!("CARGO_BIN_EXE_vauban"));
        command.arg("--state").arg(yard.folder.path().join("state")).args(["--lang", "en"]).args(arguments);
        // The plan is not made from a desk: nobody is locked out here.
        command.env_remove("SSH_CONNECTION");
        command
    }

    fn runs(yard: &Yard, arguments: &[&str]) -> Output {
        let output = Self::vauban(yard, arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        output
    }

    /// Waits until a name is answered, or is not.
    pub(crate) fn waits(yard: &Yard, what: &str, is_so: impl Fn(Option<ask::Answer>) -> bool + Sync) -> Duration {
        let begun = Instant::now();
        yard.inside("work", || {
            while !is_so(ask::udp("10.20.0.1", what, RecordType::A, Duration::from_millis(200))) {
                assert!(begun.elapsed() < Duration::from_secs(60), "the resolver and {what}");
                thread::sleep(Duration::from_millis(20));
            }
        });
        begun.elapsed()
    }
}

impl Filter for Vauban {
    fn start(&mut self, yard: &Yard) {
        let folder = yard.folder.path();
        let list = folder.join("malware.txt");
        if !list.exists() {
            fs::write(&list, LIST).unwrap();
        }
        let config = folder.join("vauban.toml");
        fs::write(&config, CONFIG.replace("FOLDER", &folder.display().to_string())).unwrap();
        let config = config.display().to_string();
        Self::runs(yard, &["guard", "network", "plan", "--config", &config]);
        Self::runs(yard, &["guard", "network", "apply", "--config", &config]);
        Self::runs(yard, &["guard", "network", "confirm"]);
        self.begin(yard);
        Self::waits(yard, "n9.blocked.example", |answer| answer.is_some_and(|answer| answer.addresses().is_empty()));
        Self::waits(yard, "www.harmless.example", |answer| answer.is_some_and(|answer| !answer.addresses().is_empty()));
    }

    fn block(&mut self, yard: &Yard, name: &str) {
        let list = yard.folder.path().join("malware.txt");
        let before = fs::read_to_string(&list).unwrap();
        fs::write(&list, format!("{before}{name}\n")).unwrap();
        self.process.signal("HUP");
        Self::waits(yard, &format!("n1.{name}"), |answer| answer.is_some_and(|answer| answer.addresses().is_empty()));
    }

    fn kill(&mut self) {
        self.process.kill();
    }

    fn begin(&mut self, yard: &Yard) {
        let folder = yard.folder.path();
        let log = fs::OpenOptions::new().create(true).append(true).open(folder.join("log")).unwrap();
        let config = folder.join("vauban.toml").display().to_string();
        self.process.begin(Self::vauban(yard, &["guard", "--config", &config]).stderr(log));
    }

    fn log(&self, yard: &Yard) -> String {
        fs::read_to_string(yard.folder.path().join("log")).unwrap_or_default()
    }
}
