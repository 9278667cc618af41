//! A worker that does what its job says, however harmful: for the tests, and to see what confinement leaves.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    net::TcpStream,
    os::{fd::AsFd as _, unix::net::UnixStream},
    process::Command,
    time::Duration,
};

use vauban_workers::{Jobs, Prepared, serve};

fn main() {
    let control = UnixStream::from(io::stdin().as_fd().try_clone_to_owned().expect("standard input is open"));
    let outcome = serve(
        control,
        |setup, _| {
            let greeting = std::str::from_utf8(setup).map_err(|_| "not text".to_owned())?;
            Ok(Prepared { state: Box::from(greeting), memory: 64 << 20, answer: b"ready".to_vec() })
        },
        work,
    );
    std::process::exit(i32::from(outcome.is_err()));
}

#[expect(clippy::borrowed_box, reason = "what was prepared is handed over as it is")]
fn work(greeting: &Box<str>, jobs: &mut Jobs) {
    while let Some((job, file)) = jobs.next_job() {
        let replies = jobs.replies();
        let tried = |outcome: io::Result<()>| match outcome {
            Ok(()) => "done".to_owned(),
            Err(error) => format!("refused: {:?}", error.kind()),
        };
        let answer = match job.as_slice() {
            b"greet" => greeting.to_string(),
            b"read" => {
                let mut text = String::new();
                let read = file.map(File::from).map(|mut file| file.read_to_string(&mut text));
                if read.is_some_and(|read| read.is_ok()) { text } else { "nothing to read".to_owned() }
            }
            b"panic" => std::panic::catch_unwind(|| "not a number".parse::<u8>().expect("on request"))
                .map_or("survived".to_owned(), |_| String::new()),
            b"abort" => std::process::abort(),
            b"hang" => loop {
                std::thread::sleep(Duration::from_secs(1));
            },
            b"swallow" => {
                replies.reply(1, b"before");
                replies.flush();
                let mut held: Vec<Vec<u8>> = Vec::new();
                loop {
                    held.push(vec![1; 1 << 20]);
                }
            }
            b"thread" => std::thread::spawn(|| "from a thread".to_owned()).join().unwrap_or_default(),
            b"connect" => tried(TcpStream::connect("127.0.0.1:9").map(drop)),
            b"listen" => tried(std::net::TcpListener::bind("127.0.0.1:0").map(drop)),
            b"open" => tried(File::open("/etc/passwd").map(drop)),
            b"write" => tried(fs::write("/tmp/vauban-workers-must-not-write", b"x")),
            b"run" => tried(Command::new("/bin/true").status().map(drop)),
            _ => "unknown".to_owned(),
        };
        replies.reply(0, answer.as_bytes());
        jobs.done();
    }
}
