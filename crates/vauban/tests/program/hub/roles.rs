//! Fronts and signers that run, each a process of its own.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

/// A process that is stopped by its number when the test is over.
pub(super) struct Running {
    pub(super) child: Child,
    /// Where it listens.
    pub(super) address: String,
    /// What it says: the file that its standard error goes to.
    pub(super) said: PathBuf,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts a role and waits until it says where it listens.
pub(super) fn start(role: &str, config: &Path) -> Running {
    start_with(role, config, &[])
}

/// The same under variables of its environment.
pub(super) fn start_with(role: &str, config: &Path, variables: &[(String, String)]) -> Running {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vauban"));
    command
        .envs(variables.iter().cloned())
        .args(["--lang", "en", "hub", role, "--config"])
        .arg(config)
        .current_dir(config.parent().unwrap());
    let mut child = command.stderr(Stdio::piped()).stdin(Stdio::null()).spawn().unwrap();
    let said = config.with_extension("said");
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let first = lines.find(|line| line.contains(" on ")).unwrap();
    let word = first.split(" on ").nth(1).unwrap().split(',').next().unwrap();
    let address = word.trim_start_matches("http://").to_owned();
    let mut file = fs::File::create(&said).unwrap();
    std::thread::spawn(move || {
        for line in lines {
            let _ = std::io::Write::write_all(&mut file, format!("{line}\n").as_bytes());
        }
    });
    Running { child, address, said }
}

/// The front and the signer of a desk, each in a folder of its own, on ports that were free.
pub(super) fn both(here: &Path, database: &str) -> (Running, Running) {
    let read = |name: &str| fs::read_to_string(here.join("desk/roles").join(name)).unwrap();
    let place = |role: &str| {
        let folder = here.join(role);
        fs::create_dir_all(&folder).unwrap();
        folder.join(format!("{role}.toml"))
    };
    let signer = place("signer");
    fs::write(&signer, read("signer.toml").replace("127.0.0.1:7021", "127.0.0.1:0")).unwrap();
    let signer = start("signer", &signer);
    let front = place("front");
    let text = read("front.toml").replace("127.0.0.1:7021", &signer.address).replace("127.0.0.1:7020", "127.0.0.1:0");
    fs::write(&front, text.replace("\"front.sqlite\"", &format!("{database:?}"))).unwrap();
    (start("front", &front), signer)
}
