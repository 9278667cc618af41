//! The yard: five namespaces and the cables between them. Everything in it goes with it, also when a test fails.

#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

use std::{
    env,
    fs::{self, File},
    io::{Read as _, Write as _},
    net::{IpAddr, SocketAddr, TcpListener, TcpStream, UdpSocket},
    num::NonZeroU32,
    os::fd::AsFd as _,
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use rustix::{
    net::{AddressFamily, Protocol, SendFlags, SocketType, sendto, socket},
    thread::{LinkNameSpaceType, move_into_link_name_space},
};
use tempfile::TempDir;
use vauban_egress::{NetworkTable, Nft, OpenError, Opener, Plan, Switch};
use vauban_policy::{Policy, Rules};

/// Long enough for any packet that comes at all.
pub(crate) const COMES: Duration = Duration::from_secs(5);
/// Long enough for one that does not.
pub(crate) const STAYS: Duration = Duration::from_millis(300);

pub(crate) const POLICY: &str = r#"
    policy = { otherwise = "", always = ["192.0.2.99"] }
    compartment.work = { networks = ["10.20.0.0/24", "fd20::/64"], egress = "named", never = ["encrypted-dns"] }
    compartment.private = { networks = ["10.30.0.0/24"] }
    compartment.guest = { networks = ["10.40.0.0/24"] }
"#;
pub(crate) const NETWORK: &str = r#"
    outside = ["wan"]
    resolvers = ["10.20.0.1", "fd20::1"]
    gateways = ["10.30.0.1", "10.40.0.1"]
    administrators = ["10.20.0.5"]
    confirm_seconds = 10
"#;
/// Ports on which the internet answers, over TCP and UDP.
const PORTS: [u16; 4] = [53, 443, 853, 8443];
pub(crate) const DEVICE: &str = "10.20.0.7";
pub(crate) const DEVICE6: &str = "fd20::7";
pub(crate) const SERVER: &str = "192.0.2.10";
pub(crate) const OTHER: &str = "192.0.2.20";
pub(crate) const SERVER6: &str = "2001:db8::10";

pub(crate) struct Yard {
    names: String,
    pub(crate) state: TempDir,
    ends: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

/// Whether there can be a yard. It fails where there has to be one.
#[expect(clippy::print_stdout, reason = "a test that skips says so")]
pub(crate) fn can_run() -> bool {
    let runs = |program: &str, arguments: &[&str]| {
        Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success())
    };
    let name = format!("vauban-probe-{}", std::process::id());
    let can = runs("nft", &["--version"])
        && runs("tcpdump", &["--version"])
        && runs("ip", &["netns", "add", &name])
        && runs("ip", &["netns", "exec", &name, "nft", "add", "table", "inet", "probe"]);
    runs("ip", &["netns", "del", &name]);
    assert!(can || env::var_os("VAUBAN_SLOW").is_none(), "no namespaces, no nft or no tcpdump");
    if !can {
        println!("skipped: packets through the kernel, for want of root, nftables or tcpdump");
    }
    can
}

fn run(program: &str, arguments: &str) -> Output {
    let output = Command::new(program).args(arguments.split_whitespace()).output().unwrap();
    assert!(output.status.success(), "{program} {arguments}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

impl Yard {
    /// A yard with a route to everywhere, and no rules.
    pub(crate) fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let names = format!("vauban-{}-{number}", std::process::id());
        let ends = Arc::new(AtomicBool::new(false));
        // First, so that what is made is taken away when something fails.
        let mut yard = Self { names, state: tempfile::tempdir().unwrap(), ends, threads: Vec::new() };
        for place in ["gateway", "work", "private", "guest", "internet"] {
            run("ip", &format!("netns add {}", yard.name(place)));
            // Addresses of version 6 can be used at once, and not a second later.
            yard.inside(place, || {
                for which in ["all", "default"] {
                    fs::write(format!("/proc/sys/net/ipv6/conf/{which}/accept_dad"), "0").unwrap();
                }
            });
            yard.ip(place, "link set lo up");
        }
        for (place, port, near, far) in [
            ("work", "work", &["10.20.0.1/24", "fd20::1/64"][..], &["10.20.0.7/24", "fd20::7/64"][..]),
            ("private", "private", &["10.30.0.1/24"], &["10.30.0.7/24"]),
            ("guest", "guest", &["10.40.0.1/24"], &["10.40.0.7/24"]),
            ("internet", "wan", &["192.0.2.1/24", "2001:db8::1/64"], &["192.0.2.10/24", "2001:db8::10/64"]),
        ] {
            yard.ip("gateway", &format!("link add {port} type veth peer name eth0 netns {}", yard.name(place)));
            for (place, port, addresses) in [("gateway", port, near), (place, "eth0", far)] {
                for address in addresses {
                    yard.ip(place, &format!("addr add {address} dev {port}"));
                }
                yard.ip(place, &format!("link set {port} up"));
            }
            for gateway in near {
                let gateway = gateway.split('/').next().unwrap();
                let family = if gateway.contains("::") { "-6 " } else { "" };
                yard.ip(place, &format!("{family}route add default via {gateway}"));
            }
        }
        for address in [OTHER, "192.0.2.53", "192.0.2.99", "1.1.1.1"] {
            yard.ip("internet", &format!("addr add {address}/32 dev eth0"));
        }
        yard.ip("gateway", "route add 1.1.1.1 via 192.0.2.10");
        yard.inside("gateway", || {
            fs::write("/proc/sys/net/ipv4/ip_forward", "1").unwrap();
            fs::write("/proc/sys/net/ipv6/conf/all/forwarding", "1").unwrap();
        });
        yard.serve("internet");
        yard.serve("private");
        yard
    }

    pub(crate) fn name(&self, place: &str) -> String {
        format!("{}-{place}", self.names)
    }

    pub(crate) fn ip(&self, place: &str, arguments: &str) {
        run("ip", &format!("-n {} {arguments}", self.name(place)));
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

    /// Echoes on every port.
    fn serve(&mut self, place: &str) {
        let (name, ends) = (self.name(place), Arc::clone(&self.ends));
        let (ready, is_ready) = std::sync::mpsc::channel();
        self.threads.push(thread::spawn(move || {
            enter(&name);
            let tcp: Vec<_> = PORTS.map(|port| TcpListener::bind(("::", port)).unwrap()).into_iter().collect();
            let udp: Vec<_> = PORTS.map(|port| UdpSocket::bind(("::", port)).unwrap()).into_iter().collect();
            tcp.iter().for_each(|socket| socket.set_nonblocking(true).unwrap());
            udp.iter().for_each(|socket| socket.set_nonblocking(true).unwrap());
            ready.send(()).unwrap();
            let (mut open, mut bytes) = (Vec::new(), [0; 1500]);
            while !ends.load(Ordering::Relaxed) {
                open.extend(tcp.iter().filter_map(|socket| socket.accept().ok()).map(|(stream, _)| {
                    stream.set_nonblocking(true).unwrap();
                    stream
                }));
                for stream in &mut open {
                    if let Ok(length @ 1..) = stream.read(&mut bytes) {
                        // The other end may be cut off, which is what is tested.
                        let _ = stream.write(&bytes[..length]);
                    }
                }
                for socket in &udp {
                    if let Ok((length, from)) = socket.recv_from(&mut bytes) {
                        let _ = socket.send_to(&bytes[..length], from);
                    }
                }
                thread::sleep(Duration::from_millis(1));
            }
        }));
        is_ready.recv().unwrap();
    }

    pub(crate) fn plan(&self, policy: &str, network: &str) -> Plan {
        let rules = Rules::new(toml::from_str::<Policy>(policy).unwrap()).unwrap();
        let table: NetworkTable = toml::from_str(network).unwrap();
        Plan::new(&rules, &table, None, "2026-01-01T00:00:00Z".parse().unwrap()).unwrap()
    }

    pub(crate) fn switch(&self) -> Switch {
        Switch::new(self.state.path(), Nft::default())
    }

    /// Puts the usual plan in place, for good.
    pub(crate) fn guarded(&self) -> Opener {
        self.guarded_by(POLICY, NETWORK)
    }

    pub(crate) fn guarded_by(&self, policy: &str, network: &str) -> Opener {
        // However slow the machine is: this is not about a trial that ends.
        let patient = network.replace("confirm_seconds = 10", "confirm_seconds = 300");
        let (plan, switch) = (self.plan(policy, &patient), self.switch());
        self.inside("gateway", || {
            switch.check(&plan).unwrap();
            switch.apply(&plan).unwrap();
            switch.confirm().unwrap();
            Opener::start(plan.protected().to_vec()).unwrap()
        })
    }

    /// Whether a new TCP connection is let through: it echoes.
    pub(crate) fn connects(&self, place: &str, to: &str, port: u16) -> bool {
        self.inside(place, || talk(to, port).is_some())
    }

    /// A TCP connection that stays.
    pub(crate) fn connection(&self, place: &str, to: &str, port: u16) -> Option<TcpStream> {
        self.inside(place, || talk(to, port))
    }

    /// Whether a datagram is answered.
    pub(crate) fn answers(&self, place: &str, to: &str, port: u16) -> bool {
        self.inside(place, || {
            let any = if to.contains(':') { "[::]:0" } else { "0.0.0.0:0" };
            let socket = UdpSocket::bind(any).unwrap();
            asks(&socket, to, port)
        })
    }

    /// Sends a packet of some other protocol.
    pub(crate) fn sends(&self, place: &str, protocol: u32, to: &str) {
        self.inside(place, || {
            let protocol = Protocol::from_raw(NonZeroU32::new(protocol).unwrap());
            let socket = socket(AddressFamily::INET, SocketType::RAW, Some(protocol)).unwrap();
            let to: SocketAddr = SocketAddr::new(to.parse().unwrap(), 0);
            // A refusal may come back before the second one.
            for _ in 0..2 {
                let _ = sendto(&socket, &[0; 24], SendFlags::empty(), &to);
            }
        });
    }

    /// Listens to what arrives in the internet.
    pub(crate) fn capture(&self) -> Capture {
        let file = self.state.path().join("capture.pcap");
        let child = Command::new("ip")
            .args(["netns", "exec", &self.name("internet"), "tcpdump", "-i", "eth0", "-n", "-U", "-w"])
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut capture = Capture { child, file };
        // It says when it listens.
        let mut said = [0; 64];
        assert!(capture.child.stderr.as_mut().unwrap().read(&mut said).unwrap() > 0);
        capture
    }

    /// What the kernel has in one of our sets.
    pub(crate) fn listed(&self, set: &str) -> String {
        let output = run("ip", &format!("netns exec {} nft list set inet vauban {set}", self.name("gateway")));
        String::from_utf8(output.stdout).unwrap()
    }

    pub(crate) fn nft(&self, arguments: &str) -> String {
        let output = run("ip", &format!("netns exec {} nft {arguments}", self.name("gateway")));
        String::from_utf8(output.stdout).unwrap()
    }
}

impl Drop for Yard {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            // One that failed has said so.
            let _ = thread.join();
        }
        for place in ["gateway", "work", "private", "guest", "internet"] {
            // One that was never made cannot be taken away.
            let _ = Command::new("ip").args(["netns", "del", &self.name(place)]).stderr(Stdio::null()).status();
        }
    }
}

pub(crate) fn enter(name: &str) {
    let place = File::open(format!("/run/netns/{name}")).unwrap();
    move_into_link_name_space(place.as_fd(), Some(LinkNameSpaceType::Network)).unwrap();
}

fn talk(to: &str, port: u16) -> Option<TcpStream> {
    let to = SocketAddr::new(to.parse().unwrap(), port);
    let mut stream = TcpStream::connect_timeout(&to, STAYS).ok()?;
    echoes(&mut stream).then_some(stream)
}

/// Whether a connection still carries something there and back.
pub(crate) fn echoes(stream: &mut TcpStream) -> bool {
    stream.set_read_timeout(Some(COMES)).unwrap();
    let mut bytes = [0; 5];
    stream.write_all(b"hello").is_ok() && stream.read_exact(&mut bytes).is_ok()
}

/// Whether a datagram comes back.
pub(crate) fn asks(socket: &UdpSocket, to: &str, port: u16) -> bool {
    socket.set_read_timeout(Some(STAYS)).unwrap();
    let to = SocketAddr::new(to.parse().unwrap(), port);
    // What is refused comes back as an error.
    socket.send_to(b"hello", to).is_ok() && socket.recv_from(&mut [0; 16]).is_ok()
}

pub(crate) struct Capture {
    child: Child,
    file: PathBuf,
}

impl Capture {
    /// Ends, and tells what was heard.
    pub(crate) fn heard(&mut self) -> Heard {
        // One packet at the end says that all before it were written.
        thread::sleep(STAYS);
        run("kill", &format!("-INT {}", self.child.id()));
        self.child.wait().unwrap();
        Heard { file: self.file.clone() }
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        // It has ended when it was asked what it heard.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) struct Heard {
    file: PathBuf,
}

impl Heard {
    /// The packets of a filter of tcpdump.
    pub(crate) fn packets(&self, filter: &str) -> Vec<String> {
        let output = Command::new("tcpdump").arg("-nr").arg(&self.file).arg(filter).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
    }
}

/// Waits for something that comes by itself.
pub(crate) fn waits_until(what: &str, within: Duration, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < within, "{what}");
        thread::sleep(Duration::from_millis(50));
    }
}

pub(crate) fn addresses(texts: &[&str]) -> Vec<IpAddr> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

/// Waits for an answer of the kernel.
pub(crate) fn now<T>(future: impl Future<Output = Result<T, OpenError>>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future).unwrap()
}
