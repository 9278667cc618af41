//! Programs that are started on ports of their own, and stopped by their process.

use std::{
    fmt::Write as _,
    fs,
    net::{SocketAddr, TcpListener, TcpStream, UdpSocket},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

/// What everything here needs, and whether it can be had; else that is said.
pub(crate) fn can_run() -> bool {
    let programs = ["nsd", "unbound", "dnssec-signzone", "dnssec-keygen", "dnssec-dsfromkey", "ldns-signzone"];
    let is_there =
        |program: &&str| Command::new(program).arg("-h").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    let missing: Vec<_> = programs.into_iter().filter(|program| !is_there(program)).collect();
    if !missing.is_empty() {
        assert!(std::env::var_os("VAUBAN_SLOW").is_none() || std::env::var_os("CI").is_none(), "CI must not skip this");
        println!("skipped: validation with real servers, which needs {}", missing.join(", "));
    }
    missing.is_empty()
}

/// A port that is free for UDP and for TCP.
pub(crate) fn free_port() -> u16 {
    loop {
        let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = tcp.local_addr().unwrap().port();
        if UdpSocket::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// A program that ends with this value.
pub(crate) struct Program {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Program {
    fn start(command: &mut Command, port: u16, log: &Path) -> Self {
        let file = fs::File::create(log).unwrap();
        let child = command.stdin(Stdio::null()).stdout(file.try_clone().unwrap()).stderr(file).spawn().unwrap();
        let program = Self { child, address: SocketAddr::from(([127, 0, 0, 1], port)) };
        let listens = (0..200).any(|_| {
            thread::sleep(Duration::from_millis(50));
            TcpStream::connect(program.address).is_ok()
        });
        assert!(listens, "{command:?}: {}", fs::read_to_string(log).unwrap());
        program
    }

    pub(crate) fn stop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.stop();
    }
}

/// An authoritative server with zone files in a folder.
pub(crate) fn nsd(folder: &Path, zones: &[(String, String)]) -> Program {
    let (port, at) = (free_port(), folder.display());
    let mut text = format!(
        "server:\n ip-address: 127.0.0.1@{port}\n username: \"\"\n chroot: \"\"\n database: \"\"\n zonesdir: \"{at}\"\n\
         pidfile: \"{at}/nsd.pid\"\n xfrdfile: \"{at}/xfrd.state\"\n zonelistfile: \"{at}/zone.list\"\n server-count: 1\n\
         cookie-secret-file: \"{at}/cookies\"\n xfrdir: \"{at}\"\n rrl-ratelimit: 0\nremote-control:\n control-enable: no\n"
    );
    for (zone, file) in zones {
        write!(text, "zone:\n name: \"{zone}\"\n zonefile: \"{file}\"\n").unwrap();
    }
    let config = folder.join("nsd.conf");
    fs::write(&config, text).unwrap();
    Program::start(Command::new("nsd").arg("-d").arg("-c").arg(&config), port, &folder.join("nsd.log"))
}

/// An Unbound that asks the authoritative server for every zone, with these lines in its `server:`.
pub(crate) fn unbound(folder: &Path, tag: &str, authority: SocketAddr, zones: &[String], more: &str) -> Program {
    let (port, at) = (free_port(), folder.display());
    let mut text = format!(
        "server:\n interface: 127.0.0.1@{port}\n do-daemonize: no\n use-syslog: no\n username: \"\"\n chroot: \"\"\n\
         directory: \"{at}\"\n pidfile: \"{at}/{tag}.pid\"\n do-not-query-localhost: no\n do-ip6: no\n num-threads: 1\n\
         local-zone: \".\" transparent\n access-control: 127.0.0.0/8 allow\n outgoing-range: 200\n\
         infra-host-ttl: 1\n serve-expired: no\n logfile: \"\"\n{more}\nremote-control:\n control-enable: no\n"
    );
    for zone in zones {
        write!(text, "stub-zone:\n name: \"{zone}\"\n stub-addr: 127.0.0.1@{}\n", authority.port()).unwrap();
    }
    let config = folder.join(format!("{tag}.conf"));
    fs::write(&config, text).unwrap();
    Program::start(Command::new("unbound").arg("-c").arg(&config), port, &folder.join(format!("{tag}.log")))
}
