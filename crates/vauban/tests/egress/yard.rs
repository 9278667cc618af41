//! The yard: a gateway, devices at work (two), in private and as guests, and an internet. All of it goes with its owner.

use std::{
    env,
    fs::{self, File},
    net::{IpAddr, SocketAddr, TcpStream, UdpSocket},
    os::fd::AsFd as _,
    process::{Command, Output, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::Duration,
};

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

/// Long enough for a packet that comes at all.
pub(crate) const COMES: Duration = Duration::from_secs(3);
/// Long enough for one that does not.
pub(crate) const STAYS: Duration = Duration::from_millis(250);

const PLACES: [&str; 6] = ["gateway", "work", "colleague", "private", "guest", "internet"];

/// Namespaces and the cables between them.
pub(crate) struct Yard {
    names: String,
    pub(crate) folder: tempfile::TempDir,
}

/// Whether there can be a yard. It fails where there has to be one.
pub(crate) fn can_run(programs: &[&str]) -> bool {
    let runs = |program: &str, arguments: &[&str]| {
        Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success())
    };
    let name = format!("vbp-try-{}", number());
    let has = |program: &&str| Command::new(program).arg("-V").output().is_ok();
    let can = programs.iter().all(has)
        && has(&"tcpdump")
        && runs("ip", &["netns", "add", &name])
        && runs("ip", &["netns", "exec", &name, "nft", "add", "table", "inet", "probe"]);
    runs("ip", &["netns", "del", &name]);
    assert!(can || env::var_os("VAUBAN_SLOW").is_none(), "no namespaces, no nft, no tcpdump or none of {programs:?}");
    if !can {
        println!("skipped: ways past the filter, for want of root, nftables, tcpdump or {programs:?}");
    }
    can
}

/// What no other yard is called after.
fn number() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    format!("{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed))
}

/// Runs a program that has to succeed.
pub(crate) fn run(program: &str, arguments: &str) -> Output {
    let output = Command::new("timeout").args(["20", program]).args(arguments.split_whitespace()).output().unwrap();
    assert!(output.status.success(), "{program} {arguments}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

impl Yard {
    /// Everything connected, routed, and not filtered.
    pub(crate) fn new() -> Self {
        // First, so that what is made is taken away when something fails.
        let yard = Self { names: format!("vbp-{}", number()), folder: tempfile::tempdir().unwrap() };
        for place in PLACES {
            run("ip", &format!("netns add {}", yard.name(place)));
            yard.inside(place, || {
                for which in ["all", "default"] {
                    fs::write(format!("/proc/sys/net/ipv6/conf/{which}/accept_dad"), "0").unwrap();
                }
            });
            yard.ip(place, "link set lo up");
        }
        yard.ip("gateway", "link add work type bridge");
        yard.ip("gateway", "link set work up");
        for (place, port) in
            [("work", "w1"), ("colleague", "w2"), ("private", "private"), ("guest", "guest"), ("internet", "wan")]
        {
            yard.ip("gateway", &format!("link add {port} type veth peer name eth0 netns {}", yard.name(place)));
            if port.len() == 2 {
                yard.ip("gateway", &format!("link set {port} master work"));
            }
            yard.ip("gateway", &format!("link set {port} up"));
            yard.ip(place, "link set eth0 up");
        }
        for (port, addresses) in [
            ("work", &["10.20.0.1/24", "fd20::1/64"][..]),
            ("private", &["10.30.0.1/24"]),
            ("guest", &["10.40.0.1/24"]),
            ("wan", &["192.0.2.1/24", "2001:db8::1/64"]),
        ] {
            addresses.iter().for_each(|address| yard.ip("gateway", &format!("addr add {address} dev {port}")));
        }
        for (place, addresses, gateways) in [
            ("work", &["10.20.0.7/24", "fd20::7/64"][..], &["10.20.0.1", "fd20::1"][..]),
            ("colleague", &["10.20.0.8/24", "fd20::8/64"], &["10.20.0.1", "fd20::1"]),
            ("private", &["10.30.0.7/24"], &["10.30.0.1"]),
            ("guest", &["10.40.0.7/24"], &["10.40.0.1"]),
            ("internet", &["192.0.2.53/24", "2001:db8::53/64"], &["192.0.2.1", "2001:db8::1"]),
        ] {
            addresses.iter().for_each(|address| yard.ip(place, &format!("addr add {address} dev eth0")));
            for gateway in gateways {
                let family = if gateway.contains(':') { "-6" } else { "-4" };
                yard.ip(place, &format!("{family} route add default via {gateway}"));
            }
        }
        // Whatever is sent to the internet gets there, and most of it is answered.
        yard.ip("gateway", "route add default via 192.0.2.53");
        yard.ip("gateway", "-6 route add default via 2001:db8::53");
        for network in ["192.0.2.80/32", "198.51.100.0/24", "203.0.113.0/24", "1.1.1.0/24"] {
            yard.ip("internet", &format!("route add local {network} dev lo"));
        }
        for network in ["2001:db8::80/128", "2001:db8:1::/64"] {
            yard.ip("internet", &format!("-6 route add local {network} dev lo"));
        }
        yard.inside("gateway", || {
            fs::write("/proc/sys/net/ipv4/ip_forward", "1").unwrap();
            fs::write("/proc/sys/net/ipv6/conf/all/forwarding", "1").unwrap();
        });
        yard
    }

    pub(crate) fn name(&self, place: &str) -> String {
        format!("{}-{place}", self.names)
    }

    pub(crate) fn ip(&self, place: &str, arguments: &str) {
        run("ip", &format!("-n {} {arguments}", self.name(place)));
    }

    /// A program in a namespace.
    pub(crate) fn command(&self, place: &str, program: &str) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.name(place), program]).stdout(Stdio::null());
        command
    }

    /// Does something in a namespace.
    pub(crate) fn inside<T: Send>(&self, place: &str, what: impl FnOnce() -> T + Send) -> T {
        let name = self.name(place);
        thread::scope(|scope| {
            let done = scope.spawn(|| {
                enter(&name);
                what()
            });
            done.join().unwrap()
        })
    }

    /// A new TCP connection, if it is let through and answered.
    pub(crate) fn tcp(&self, place: &str, to: IpAddr, port: u16) -> Option<TcpStream> {
        self.inside(place, || {
            let mut stream = TcpStream::connect_timeout(&SocketAddr::new(to, port), STAYS).ok()?;
            echoes(&mut stream).then_some(stream)
        })
    }

    /// Sends a datagram, and waits a little for what comes back.
    pub(crate) fn udp(&self, place: &str, to: IpAddr, port: u16, bytes: &[u8]) -> Option<Vec<u8>> {
        self.inside(place, || {
            let socket = UdpSocket::bind(if to.is_ipv6() { "[::]:0" } else { "0.0.0.0:0" }).unwrap();
            socket.set_read_timeout(Some(STAYS)).unwrap();
            let mut answer = vec![0; 65_535];
            // What is refused comes back as an error.
            socket.send_to(bytes, (to, port)).ok()?;
            let (length, _) = socket.recv_from(&mut answer).ok()?;
            Some(answer[..length].to_vec())
        })
    }
}

impl Drop for Yard {
    fn drop(&mut self) {
        for place in PLACES {
            // One that was never made cannot be taken away.
            let _ = Command::new("ip").args(["netns", "del", &self.name(place)]).stderr(Stdio::null()).status();
        }
    }
}

/// From here on this thread is in a namespace.
pub(crate) fn enter(name: &str) {
    let place = File::open(format!("/run/netns/{name}")).unwrap();
    move_into_link_name_space(place.as_fd(), Some(LinkNameSpaceType::Network)).unwrap();
}

/// Whether a connection still carries something there and back.
pub(crate) fn echoes(stream: &mut TcpStream) -> bool {
    use std::io::{Read as _, Write as _};
    stream.set_read_timeout(Some(COMES)).unwrap();
    stream.write_all(b"hello").is_ok() && stream.read_exact(&mut [0; 5]).is_ok()
}
