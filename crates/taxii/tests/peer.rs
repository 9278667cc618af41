//! Somebody else's client walks every call of a server made of this crate. Runs where `VAUBAN_SLOW` is set and python3 has
//! taxii2-client; says so where it does not.

use std::{
    env,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

const OBJECTS: &str = "45";

/// The server, ended when it is dropped.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn taxii2_client_walks_every_call() {
    let python = PathBuf::from(env::var_os("VAUBAN_PYTHON").unwrap_or_else(|| "python3".into()));
    let has_client =
        || Command::new(&python).args(["-c", "import taxii2client.v21"]).output().is_ok_and(|run| run.status.success());
    if env::var_os("VAUBAN_SLOW").is_none() || !has_client() {
        println!("skipped: needs VAUBAN_SLOW=1 and a python3 with taxii2-client (VAUBAN_PYTHON names another)");
        return;
    }
    // Cargo builds the examples before it runs the tests.
    let serve = env::current_exe().unwrap().parent().unwrap().with_file_name("examples").join("serve");
    let mut server = Server(Command::new(serve).arg(OBJECTS).stdout(Stdio::piped()).spawn().unwrap());
    let mut discovery = String::new();
    BufReader::new(server.0.stdout.take().unwrap()).read_line(&mut discovery).unwrap();
    let script = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../conformance/taxii/walk.py"));
    let walk = Command::new(&python).arg(script).args([discovery.trim(), OBJECTS]).output().unwrap();
    let (said, wrong) = (String::from_utf8_lossy(&walk.stdout), String::from_utf8_lossy(&walk.stderr));
    assert!(walk.status.success(), "{said}{wrong}");
    assert_eq!(said.lines().count(), 5, "{said}");
}
