//! Real mail servers: Postfix with the filter beside it, alone and as a gateway in front of another.

use std::{
    collections::HashMap,
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::TcpStream,
    os::unix::fs::{PermissionsExt as _, chown},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use crate::{
    milter::{doubtful, honest, trap},
    process::{Guard, free_port},
};

/// Whoever mail is delivered as: Postfix refuses to do so as root.
const NOBODY: u32 = 65534;

/// Where an instance hands mail over.
pub(crate) enum Delivers {
    /// Into one Maildir.
    Here,
    /// To another server.
    To(u16),
}

/// An instance of Postfix with files and ports of its own.
pub(crate) struct Postfix {
    folder: tempfile::TempDir,
    pub(crate) port: u16,
}

/// Whether Postfix can be had; else that is said.
pub(crate) fn can_run() -> bool {
    if std::env::var_os("VAUBAN_SLOW").is_none() {
        println!("skipped: VAUBAN_SLOW is not set");
        return false;
    }
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
    let is_there = Command::new("postconf").arg("-d").stdout(Stdio::null()).status().is_ok();
    if !is_root || !is_there {
        assert!(std::env::var_os("CI").is_none(), "CI must not skip this");
        println!("skipped: mail through a mail server, which needs postfix and root");
        return false;
    }
    true
}

impl Postfix {
    /// `milter` filters what arrives at its port; what arrives at `past` is not filtered.
    pub(crate) fn start(milter: Option<u16>, past: Option<u16>, delivers: &Delivers) -> Self {
        Self::start_with(milter, past, delivers, "")
    }

    /// The same, with these lines in its main.cf.
    pub(crate) fn start_with(milter: Option<u16>, past: Option<u16>, delivers: &Delivers, more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        let at = folder.path().display().to_string();
        for name in ["conf", "queue", "data", "mail"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        chown(folder.path().join("mail"), Some(NOBODY), Some(NOBODY)).unwrap();
        let owner = Command::new("id").args(["-u", "postfix"]).output().unwrap();
        let owner: u32 = String::from_utf8(owner.stdout).unwrap().trim().parse().unwrap();
        chown(folder.path().join("data"), Some(owner), None).unwrap();
        let milters = milter.map(|port| format!("inet:127.0.0.1:{port}")).unwrap_or_default();
        let delivery = match delivers {
            Delivers::Here => format!(
                "virtual_mailbox_domains = campagne.example\nvirtual_mailbox_base = {at}/mail\nvirtual_mailbox_maps = static:all/\n\
                 virtual_uid_maps = static:{NOBODY}\nvirtual_gid_maps = static:{NOBODY}\n"
            ),
            Delivers::To(port) => {
                format!("relay_domains = campagne.example\nrelay_transport = smtp:[127.0.0.1]:{port}\n")
            }
        };
        fs::write(
            folder.path().join("conf/main.cf"),
            format!(
                "compatibility_level = 3.6\nqueue_directory = {at}/queue\ndata_directory = {at}/data\n\
                 maillog_file_prefixes = {at}\nmaillog_file = {at}/maillog\ninet_interfaces = 127.0.0.1\ninet_protocols = ipv4\n\
                 myhostname = mx.campagne.example\nmydestination =\nmynetworks = 127.0.0.0/8\nsmtpd_peername_lookup = no\n\
                 smtpd_recipient_restrictions = permit_mynetworks, reject\ndisable_dns_lookups = yes\nsmtp_dns_support_level = disabled\n\
                 smtpd_milters = {milters}\nmilter_default_action = tempfail\nmilter_protocol = 6\nmilter_connect_timeout = 5s\n\
                 minimal_backoff_time = 1s\nmaximal_backoff_time = 2s\nqueue_run_delay = 1s\nmessage_size_limit = 209715200\n\
                 mailbox_size_limit = 0\nvirtual_mailbox_limit = 0\n{more}{delivery}"
            ),
        )
        .unwrap();
        let past = past
            .map(|port| format!("127.0.0.1:{port} inet n - n - - smtpd\n  -o smtpd_milters=\n"))
            .unwrap_or_default();
        fs::write(
            folder.path().join("conf/master.cf"),
            format!(
                "127.0.0.1:{port} inet n - n - - smtpd\n{past}pickup unix n - n 60 1 pickup\ncleanup unix n - n - 0 cleanup\n\
                 qmgr unix n - n 300 1 qmgr\nrewrite unix - - n - - trivial-rewrite\nbounce unix - - n - 0 bounce\n\
                 defer unix - - n - 0 bounce\ntrace unix - - n - 0 bounce\nverify unix - - n - 1 verify\nflush unix n - n 1000? 0 flush\n\
                 proxymap unix - - n - - proxymap\nproxywrite unix - - n - 1 proxymap\nsmtp unix - - n - - smtp\nrelay unix - - n - - smtp\n\
                 showq unix n - n - - showq\nerror unix - - n - - error\nretry unix - - n - - error\ndiscard unix - - n - - discard\n\
                 local unix - n n - - local\nvirtual unix - n n - - virtual\nlmtp unix - - n - - lmtp\nanvil unix - - n - 1 anvil\n\
                 scache unix - - n - 1 scache\npostlog unix-dgram n - n - 1 postlogd\n"
            ),
        )
        .unwrap();
        let server = Self { folder, port };
        let started = server.postfix("start");
        let answers = (0..200).any(|_| {
            thread::sleep(Duration::from_millis(50));
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        assert!(answers, "{started:?} {}", server.log());
        server
    }

    fn postfix(&self, what: &str) -> std::process::Output {
        Command::new("postfix").arg("-c").arg(self.folder.path().join("conf")).arg(what).output().unwrap()
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("maillog")).unwrap_or_default()
    }

    /// Messages that were delivered here.
    pub(crate) fn delivered(&self) -> Vec<String> {
        let folder = self.folder.path().join("mail/all/new");
        let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
        entries.map(|entry| String::from_utf8_lossy(&fs::read(entry.unwrap().path()).unwrap()).into_owned()).collect()
    }

    /// Waits until so many messages were delivered.
    pub(crate) fn waits_for(&self, number: usize) -> Vec<String> {
        for _ in 0..1200 {
            let delivered = self.delivered();
            if delivered.len() >= number {
                return delivered;
            }
            thread::sleep(Duration::from_millis(50));
        }
        let delivered = self.delivered();
        assert!(delivered.len() >= number, "{} of {number} delivered: {}", delivered.len(), self.log());
        delivered
    }

    /// Whether anything waits in its queue.
    fn is_empty(&self) -> bool {
        let count = |name: &str| count_files(&self.folder.path().join("queue").join(name));
        ["incoming", "active", "deferred"].iter().all(|name| count(name) == 0)
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        self.postfix("stop");
    }
}

fn count_files(folder: &Path) -> usize {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.iter().map(|path| if path.is_dir() { count_files(path) } else { 1 }).sum()
}

/// Hands a message over as another mail server does, and gives the answer to it.
fn send(port: u16, message: &str) -> String {
    send_from(port, "sender@lumiere.test", &["claire.martin@campagne.example"], message)
}

/// The same, from somebody to some.
pub(crate) fn send_from(port: u16, sender: &str, recipients: &[&str], message: &str) -> String {
    let Ok(stream) = TcpStream::connect(("127.0.0.1", port)) else { return "421 nobody there".to_owned() };
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let mut out = stream.try_clone().unwrap();
    let mut lines = BufReader::new(stream);
    let mut ask = |words: &str| {
        if !words.is_empty() {
            let _ = out.write_all(words.as_bytes());
        }
        let mut line = String::new();
        match lines.read_line(&mut line) {
            Ok(count) if count > 0 => line.trim_end().to_owned(),
            _ => "421 gone".to_owned(),
        }
    };
    let dotted = message.replace("\n.", "\n..").replace('\n', "\r\n");
    let begin =
        [String::new(), "HELO mail.sender.example\r\n".to_owned(), format!("MAIL FROM:<{sender}>\r\n")].into_iter();
    let to = recipients.iter().map(|recipient| format!("RCPT TO:<{recipient}>\r\n"));
    let steps = begin.chain(to).chain(["DATA\r\n".to_owned(), format!("{dotted}.\r\n")]);
    let mut last = String::new();
    for step in steps {
        last = ask(&step);
        if !last.starts_with(['2', '3']) {
            return last;
        }
    }
    let _ = ask("QUIT\r\n");
    last
}

/// The body of a delivered message, and its header without what every server adds.
fn essence(delivered: &str) -> String {
    let (header, body) = delivered.split_once("\n\n").unwrap();
    let mut kept = String::new();
    let mut keep = true;
    for line in header.lines() {
        if !line.starts_with([' ', '\t']) {
            let added = ["Return-Path:", "Delivered-To:", "X-Original-To:", "Received:", "X-Vauban-"];
            keep = !added.iter().any(|name| line.starts_with(name));
        }
        if keep {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    format!("{kept}\n{body}")
}

#[test]
fn mail_through_a_server_is_delivered_flagged_kept_back_and_released() {
    if !can_run() {
        return;
    }
    let mut guard = Guard::start("");
    let server = Postfix::start(Some(guard.milter), Some(guard.release), &Delivers::Here);
    assert!(send(server.port, &honest(1)).starts_with("250"), "{}", server.log());
    let delivered = server.waits_for(1);
    assert!(delivered[0].contains("X-Vauban-Verdict: deliver; score=0"), "{}", delivered[0]);
    assert_eq!(essence(&delivered[0]), honest(1));

    let forged = doubtful(2).replacen("From:", "X-Vauban-Verdict: deliver; score=0\nFrom:", 1);
    assert!(send(server.port, &forged).starts_with("250"));
    let delivered = server.waits_for(2);
    let flagged = delivered.iter().find(|message| message.contains("Hugo")).unwrap();
    assert!(flagged.contains("X-Vauban-Verdict: flag; score=5") && !flagged.contains("Verdict: deliver"), "{flagged}");
    assert!(flagged.contains("X-Vauban-Reasons: staff-name-outside=5"), "{flagged}");

    // Kept back: its sender is told that it was taken, and nobody gets it until it is released.
    let message = trap(3, "Voir la liste\u{e9}");
    assert!(send(server.port, &message).starts_with("250"));
    let listed = String::from_utf8(guard.run(&["mail", "quarantine", "list"]).stdout).unwrap();
    let id = listed.split_whitespace().next().unwrap().to_owned();
    assert_eq!(server.delivered().len(), 2);
    let [key, config] = ["key", "vauban.toml"].map(|name| guard.path(name).display().to_string());
    let released = guard.run(&["mail", "quarantine", "release", &id, "--identity", &key, "--config", &config]);
    assert!(released.status.success(), "{released:?}");
    let delivered = server.waits_for(3);
    let released = delivered.iter().find(|text| text.contains("p.lnk")).unwrap();
    assert_eq!(essence(released), message);

    // Without the filter nothing passes, and nothing is lost: the sender's server keeps it.
    guard.kill();
    assert!(send(server.port, &honest(4)).starts_with("451"), "{}", server.log());
    guard.begin();
    assert!(send(server.port, &honest(4)).starts_with("250"));
    server.waits_for(4);
}

#[test]
fn a_gateway_in_front_of_another_server_filters_for_it() {
    if !can_run() {
        return;
    }
    let guard = Guard::start("");
    let inner = Postfix::start(None, None, &Delivers::Here);
    let gateway = Postfix::start(Some(guard.milter), Some(guard.release), &Delivers::To(inner.port));
    assert!(send(gateway.port, &honest(1)).starts_with("250"));
    assert!(send(gateway.port, &doubtful(2)).starts_with("250"));
    assert!(send(gateway.port, &trap(3, "a")).starts_with("250"));
    let delivered = inner.waits_for(2);
    assert!(delivered.iter().all(|message| message.contains("X-Vauban-Verdict: ")), "{delivered:?}");
    assert!((0..200).any(|_| {
        thread::sleep(Duration::from_millis(50));
        gateway.is_empty() && inner.is_empty()
    }));
    assert_eq!(inner.delivered().len(), 2, "the third is kept back");
}

#[test]
fn a_filter_that_is_killed_again_and_again_loses_nothing_and_lets_nothing_pass() {
    if !can_run() {
        return;
    }
    const MESSAGES: usize = 500;
    let mut guard = Guard::start("");
    let server = Postfix::start(Some(guard.milter), Some(guard.release), &Delivers::Here);
    let (next, done, refused) = (AtomicUsize::new(0), AtomicBool::new(false), AtomicUsize::new(0));
    let accepted = Mutex::new(Vec::new());
    thread::scope(|scope| {
        // Ten senders, together some fifty messages a second while the filter works.
        let senders: Vec<_> = (0..10)
            .map(|_| {
                scope.spawn(|| {
                    loop {
                        let number = next.fetch_add(1, Ordering::SeqCst);
                        if number >= MESSAGES {
                            return;
                        }
                        let message =
                            if number % 5 == 0 { trap(number, &format!("trap{number}")) } else { honest(number) };
                        // A sender's server comes again as long as it is told to.
                        while !send(server.port, &message).starts_with("250") {
                            refused.fetch_add(1, Ordering::SeqCst);
                            thread::sleep(Duration::from_millis(200));
                        }
                        accepted.lock().unwrap().push(number);
                        thread::sleep(Duration::from_millis(150));
                    }
                })
            })
            .collect();
        let killer = scope.spawn(|| {
            let mut kills = 0;
            while !done.load(Ordering::SeqCst) {
                thread::sleep(Duration::from_millis(1500));
                guard.kill();
                kills += 1;
                thread::sleep(Duration::from_millis(300));
                guard.begin();
            }
            kills
        });
        senders.into_iter().for_each(|sender| sender.join().unwrap());
        done.store(true, Ordering::SeqCst);
        let kills: usize = killer.join().unwrap();
        println!("{kills} kills, {} answers to come again", refused.load(Ordering::SeqCst));
        assert!(kills >= 3 && refused.load(Ordering::SeqCst) > 0, "{kills} kills");
    });
    let honest_ones = MESSAGES - MESSAGES.div_ceil(5);
    let delivered = server.waits_for(honest_ones);
    let mut times: HashMap<String, usize> = HashMap::new();
    for message in &delivered {
        assert!(message.contains("X-Vauban-Verdict: deliver"), "unfiltered: {message}");
        let id = message.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap();
        *times.entry(id.to_owned()).or_default() += 1;
    }
    assert_eq!(times.len(), honest_ones, "none is lost");
    assert!(times.values().all(|count| *count == 1), "none is delivered twice: {times:?}");
    let listed = String::from_utf8(guard.run(&["mail", "quarantine", "list"]).stdout).unwrap();
    let kept = listed.matches("shortcut").count();
    assert!(kept >= MESSAGES.div_ceil(5), "{kept} kept back");
    println!("{} delivered, {kept} kept back, of them {} twice", delivered.len(), kept - MESSAGES.div_ceil(5));
    assert!(guard.run(&["record", "verify"]).status.success());
}
