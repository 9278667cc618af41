//! A guard of names with three compartments on loopback, and somebody above it.

use hickory_proto::rr::RecordType;

use super::{
    client::{Got, ask_from},
    upstream::Upstream,
};
use crate::process::{Guard, free_port};

/// Addresses of askers.
pub(crate) const WORK: &str = "127.20.0.5";
pub(crate) const PRIVATE: &str = "127.30.0.5";
pub(crate) const GUEST: &str = "127.40.0.5";
/// A device of the press, at work.
pub(crate) const HUGO: &str = "127.20.0.9";

/// The policy of three compartments.
pub(crate) const POLICY: &str = "
[policy]
otherwise = \"guest\"
always = [\"resolver.campagne.example\"]
[compartment.work]
networks = [\"127.20.0.0/16\"]
egress = \"named\"
never = [\"private-messaging\", \"personal-mail\", \"encrypted-dns\", \"anonymiser\", \"203.0.113.0/24\"]
logging = \"blocked\"
keep_days = 30
[compartment.private]
networks = [\"127.30.0.0/16\"]
[compartment.guest]
networks = [\"127.40.0.0/16\"]
never = [\"anonymiser\"]
lists = [\"malware\"]
logging = \"all\"
[person.alice]
name = \"Alice Martin\"
[person.hugo]
groups = [\"press\"]
[device]
laptop-alice = { person = \"alice\", compartment = \"work\" }
laptop-hugo = { person = \"hugo\", compartment = \"work\", addresses = [\"127.20.0.9\"] }
[[exception]]
who = [\"group:press\"]
to = [\"tool:whatsapp\"]
owner = \"Claire Martin\"
reason = \"Volunteers are there until the vote.\"
until = \"2126-12-31\"
[[list]]
name = \"malware\"
from = \"FOLDER/malware.txt\"
[[list]]
name = \"adverts\"
from = \"FOLDER/adverts.hosts\"
";

/// Everything.
pub(crate) struct World {
    pub(crate) guard: Guard,
    pub(crate) above: Upstream,
    pub(crate) port: u16,
}

impl World {
    /// A world whose `[dns]` has these lines, too.
    pub(crate) fn start(more: &str) -> Self {
        let mut world = Self::prepare(more);
        world.guard.begin();
        world
    }

    /// The same, not started.
    pub(crate) fn prepare(more: &str) -> Self {
        let (above, port) = (Upstream::start(), free_port());
        let guard = Guard::of_names("");
        let world = Self { guard, above, port };
        std::fs::write(world.guard.path("malware.txt"), "evil.example\nphishing.example\ncollector.example\n").unwrap();
        std::fs::write(world.guard.path("adverts.hosts"), "0.0.0.0 ads.example\n0.0.0.0 banner.example\n").unwrap();
        world.configure(POLICY, more);
        world
    }

    /// Writes the configuration.
    pub(crate) fn configure(&self, policy: &str, more: &str) {
        let (port, above) = (self.port, self.above.port);
        self.guard.configure_names(&format!(
            "[dns]\nlisten = [\"127.0.0.1:{port}\"]\nupstream = [\"udp://127.0.0.1:{above}\"]\nvalidate = false\n{more}\n{policy}"
        ));
    }

    /// Asks for an address.
    pub(crate) fn ask(&self, from: &str, name: &str) -> Got {
        ask_from(from, self.port, name, RecordType::A)
    }

    /// Asks for something else.
    pub(crate) fn ask_for(&self, from: &str, name: &str, kind: RecordType) -> Got {
        ask_from(from, self.port, name, kind)
    }

    /// The rule that blocks a name for an asker; empty where nothing does.
    pub(crate) fn rule(&self, from: &str, name: &str) -> String {
        self.ask(from, name).rule().to_owned()
    }
}
