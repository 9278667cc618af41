//! Bombs and ten thousand damaged files: a sweep ends, accounts for each, stays within its memory, writes nothing outside
//! the state directory and connects to nothing.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use crate::runs::{Run, slow, sweep};
use serde_json::Value;

/// The most memory, in KiB, of all processes of a sweep with two workers.
const MOST_MEMORY: u64 = 512 << 10;

#[test]
fn bombs_are_survived() {
    if !slow() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let bombs = folder.path().join("bombs");
    let script = root().join("conformance/hostile/bombs.py");
    assert!(Command::new("python3").arg(script).arg(&bombs).stderr(Stdio::null()).status().unwrap().success());
    let watched = watched_sweep(folder.path(), &bombs);
    let run = &watched.run;
    accounted(run, fs::read_dir(&bombs).unwrap().count() as u64);
    for (end, reason) in [
        ("gzip-10g.gz", "too-large"),
        ("gzip-of-gzip.gz", "too-large"),
        ("xz.xz", "too-large"),
        ("bzip2.bz2", "too-large"),
        ("42.zip", "too-large"),
        ("overlap.zip", "too-large"),
        ("deep.zip", "too-deep"),
        ("quine.gz", "too-deep"),
        ("Inbox/message 2097156: attachment 1", "too-large"),
        ("inside.eml", "too-many"),
    ] {
        assert!(run.reason(end).contains(&reason.to_owned()), "{end}: {:?}", run.reason(end).first());
    }
    // Names may say what they like: no byte of theirs reaches a terminal as it is.
    assert!(!run.text.contains('\u{1b}') && !run.talk.contains('\u{1b}'));
    assert!(fs::metadata("/tmp/vauban-escaped").is_err());
    watched.check();
}

#[test]
fn ten_thousand_damaged_files_cost_themselves_only() {
    if !slow() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let tree = folder.path().join("damaged");
    fs::create_dir(&tree).unwrap();
    let fixtures = fixtures();
    assert!(fixtures.len() > 60, "{}", fixtures.len());
    let mut random = Random(0x5eed);
    for number in 0..10_000 {
        let (path, bytes) = &fixtures[number % fixtures.len()];
        let name = path.file_name().unwrap().to_string_lossy();
        let other = &fixtures[random.below(fixtures.len())].1;
        fs::write(tree.join(format!("{number:05}-{name}")), damaged(bytes, other, &mut random)).unwrap();
    }
    let watched = watched_sweep(folder.path(), &tree);
    accounted(&watched.run, 10_000);
    watched.check();
}

/// A member that needs more memory than a worker has kills it; the next worker reads everything but that member.
#[test]
fn a_death_costs_one_item() {
    let folder = tempfile::tempdir().unwrap();
    let evidence = folder.path().join("evidence.zip");
    let make = "import sys, zipfile\n\
        z = zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED)\n\
        z.writestr('first.txt', 'http://one.evil.example/')\n\
        z.writestr('large.bin', bytes(60 << 20))\n\
        z.writestr('last.txt', 'http://two.evil.example/')\n\
        z.close()";
    assert!(Command::new("python3").args(["-c", make]).arg(&evidence).status().unwrap().success());
    let list = folder.path().join("list.txt");
    fs::write(&list, "evil.example\n").unwrap();
    let (list, evidence) = (list.display().to_string(), evidence.display().to_string());
    let arguments = ["--no-starter", "--max-memory", "24", "--intel", &list, &evidence];
    let run = sweep(&folder.path().join("state"), &arguments);
    assert_eq!(run.reason("large.bin"), ["too-large"], "{:?}", run.lines);
    assert_eq!((run.number("items"), run.number("unread")), (3, 1));
    let seen: Vec<&str> = run.of("sighting").iter().map(|line| line["observable"]["value"].as_str().unwrap()).collect();
    for host in ["one.evil.example", "two.evil.example"] {
        assert!(seen.iter().any(|value| value.contains(host)), "{seen:?}");
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn accounted(run: &Run, files: u64) {
    assert!(matches!(run.status, 0 | 1 | 3), "{}: {}", run.status, run.talk);
    assert_eq!(run.number("files"), files);
    assert_eq!(run.number("files") + run.number("items"), run.number("read") + run.number("unread"));
    assert_eq!(run.number("unread"), run.of("unread").len() as u64);
}

/// A sweep and what it was seen to do.
struct Watched {
    run: Run,
    peak: u64,
    calls: String,
    state: String,
}

impl Watched {
    fn check(&self) {
        println!("peak memory of all processes: {} MiB", self.peak >> 10);
        assert!(self.peak <= MOST_MEMORY, "{} MiB", self.peak >> 10);
        for call in self.calls.lines() {
            assert!(!call.contains("connect(") && !call.contains("AF_INET"), "{call}");
            let writes = ["O_WRONLY", "O_RDWR", "O_CREAT", "mkdir", "rename", "unlink", "link("];
            // A call that another thread's came between has two lines, and the first of them says the place.
            let told = call.contains(" resumed>");
            if writes.iter().any(|word| call.contains(word)) && !told && !call.contains(" = -1 ") {
                let harmless = ["/dev/null", "/dev/tty", "memfd", &self.state];
                assert!(harmless.iter().any(|place| call.contains(place)), "{call}");
            }
        }
    }
}

/// Sweeps under `strace`, where there is one, and watches the memory of the whole tree of processes.
fn watched_sweep(folder: &Path, tree: &Path) -> Watched {
    let (state, trace, out) = (folder.join("state"), folder.join("trace"), folder.join("out"));
    let program = env!("CARGO_BIN_EXE_vauban");
    let traced = Command::new("strace").arg("-V").stdout(Stdio::null()).status().is_ok();
    let mut command = Command::new(if traced { "strace" } else { program });
    if traced {
        let calls = "trace=%network,openat,open,creat,mkdir,mkdirat,rename,renameat,renameat2,unlink,unlinkat,link,linkat,symlink,symlinkat";
        command.args(["--seccomp-bpf", "-f", "-qq", "-s", "200", "-e", calls, "-e", "signal=none", "-o"]);
        command.arg(&trace).arg(program);
    } else {
        println!("skipped: without strace nobody sees what a sweep opens and connects to");
    }
    let talk = folder.join("talk");
    let mut child = command
        .args(["--lang", "en", "--state"])
        .arg(&state)
        .args(["sweep", "--jobs", "2", "--format", "jsonl"])
        .arg(tree)
        .stdin(Stdio::null())
        .stdout(fs::File::create(&out).unwrap())
        .stderr(fs::File::create(&talk).unwrap())
        .spawn()
        .unwrap();
    let mut peak = 0;
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        peak = peak.max(below(child.id()).into_iter().filter(|pid| is_vauban(*pid)).map(resident).sum());
        thread::sleep(Duration::from_millis(20));
    };
    let text = fs::read_to_string(&out).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let talk = fs::read_to_string(&talk).unwrap();
    let run = Run { lines, status: status.code().unwrap_or(-1), text, talk };
    let calls = fs::read_to_string(&trace).unwrap_or_default();
    assert!(!traced || calls.contains("openat"), "strace saw something");
    assert!(peak > 0);
    Watched { run, peak, calls, state: state.display().to_string() }
}

/// This process and all below it.
fn below(pid: u32) -> Vec<u32> {
    let mut all = vec![pid];
    for task in fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten() {
        let children = fs::read_to_string(task.path().join("children")).unwrap_or_default();
        for child in children.split_whitespace().filter_map(|pid| pid.parse().ok()) {
            all.extend(below(child));
        }
    }
    all
}

fn is_vauban(pid: u32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| !name.starts_with("strace"))
}

/// Resident memory in KiB, what is shared counted in each process that has it.
fn resident(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// Every fixture of every reader.
fn fixtures() -> Vec<(PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    for format in fs::read_dir(root().join("crates/observe/src/formats")).unwrap().flatten() {
        for file in fs::read_dir(format.path().join("fixtures")).into_iter().flatten().flatten() {
            if file.path().extension().is_none_or(|extension| extension != "expected") && file.path().is_file() {
                all.push((file.path(), fs::read(file.path()).unwrap()));
            }
        }
    }
    all.sort();
    all
}

/// Bits turned, bytes replaced by numbers that parsers stumble over, pieces cut, doubled, moved, and taken from elsewhere.
fn damaged(bytes: &[u8], other: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=random.below(6) {
        let (at, end) = (random.below(bytes.len() + 1), random.below(bytes.len() + 1));
        let (start, end) = (at.min(end), at.max(end));
        match random.below(7) {
            0 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << random.below(8);
                }
            }
            1 => {
                for (index, byte) in [0xff, 0xff, 0xff, 0x7f].into_iter().enumerate() {
                    if let Some(place) = bytes.get_mut(at + index) {
                        *place = byte;
                    }
                }
            }
            2 => bytes.truncate(at),
            3 => drop(bytes.drain(start..end.min(start + 64))),
            4 => {
                let piece = bytes[start..end.min(start + 4096)].to_vec();
                bytes.splice(at..at, piece);
            }
            5 => {
                let from = random.below(other.len() + 1);
                let piece = other[from..other.len().min(from + 512)].to_vec();
                bytes.splice(at..at, piece);
            }
            _ => bytes[start..end.min(start + 16)].fill(0),
        }
    }
    bytes
}

/// Xorshift: the same files on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (end.max(1) as u64)).unwrap()
    }
}
