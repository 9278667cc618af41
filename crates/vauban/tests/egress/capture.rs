//! What arrives in a place, as tcpdump hears it.

use std::{
    io::Read as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
};

use crate::yard::{STAYS, Yard, run};

pub(crate) struct Capture {
    child: Child,
    file: PathBuf,
}

impl Capture {
    /// Listens; when this comes back, nothing is missed any more.
    pub(crate) fn start(yard: &Yard, place: &str) -> Self {
        let file = yard.folder.path().join(format!("{place}.pcap"));
        let mut child = yard
            .command(place, "tcpdump")
            .args(["-i", "eth0", "-n", "-U", "--immediate-mode", "-Q", "in", "-w"])
            .arg(&file)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // It says when it listens.
        assert!(child.stderr.as_mut().unwrap().read(&mut [0; 64]).unwrap() > 0);
        Self { child, file }
    }

    /// Ends.
    pub(crate) fn end(mut self) -> Heard {
        thread::sleep(STAYS);
        run("kill", &format!("-INT {}", self.child.id()));
        self.child.wait().unwrap();
        Heard { file: self.file.clone() }
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        // It has ended when it was asked to.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What was heard.
pub(crate) struct Heard {
    file: PathBuf,
}

impl Heard {
    /// The packets of a filter of tcpdump.
    pub(crate) fn packets(&self, filter: &str) -> Vec<String> {
        packets(&self.file, filter)
    }
}

fn packets(file: &Path, filter: &str) -> Vec<String> {
    let output = Command::new("tcpdump").arg("-nr").arg(file).arg(filter).output().unwrap();
    assert!(output.status.success(), "{filter}: {output:?}");
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}
