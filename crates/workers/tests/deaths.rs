//! What a worker cannot do, how it dies, and that its death costs its job alone.
#![expect(clippy::unwrap_used, reason = "the helper of these tests fails with the test")]

use std::{
    fs::File,
    io::Write as _,
    os::fd::AsFd as _,
    path::PathBuf,
    process::Command,
    sync::atomic::{AtomicUsize, Ordering},
};

use vauban_workers::{Death, Pool, PoolError, Worker};

fn template() -> Command {
    let mut path: PathBuf = std::env::current_exe().unwrap();
    path.pop();
    path.pop();
    Command::new(path.join("examples/obedient"))
}

fn ask(worker: &mut Worker, job: &str) -> Result<String, Death> {
    let mut answer = String::new();
    worker.run(job.as_bytes(), None, &mut || true, &mut |kind, payload| {
        if kind == 0 {
            answer = String::from_utf8_lossy(payload).into_owned();
        }
    })?;
    Ok(answer)
}

#[test]
fn a_worker_answers_and_knows_what_was_prepared() {
    let pool = Pool::start(template(), b"hello", &[]).unwrap();
    assert_eq!(pool.answer(), b"ready");
    let mut worker = pool.worker().unwrap();
    assert_eq!(ask(&mut worker, "greet").unwrap(), "hello");
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(b"evidence").unwrap();
    std::io::Seek::rewind(&mut file).unwrap();
    let mut read = Vec::new();
    worker.run(b"read", Some(file.as_fd()), &mut || true, &mut |_, payload| read = payload.to_vec()).unwrap();
    assert_eq!(read, b"evidence");
    assert_eq!(ask(&mut worker, "thread").unwrap(), "from a thread");
    assert_eq!(ask(&mut worker, "panic").unwrap(), "survived");
}

#[test]
fn a_worker_reaches_nothing() {
    let pool = Pool::start(template(), b"", &[]).unwrap();
    let mut worker = pool.worker().unwrap();
    assert!(worker.confinement().seccomp);
    for job in ["connect", "listen", "open", "write", "run"] {
        let answer = ask(&mut worker, job).unwrap();
        assert!(answer.starts_with("refused"), "{job}: {answer}");
    }
    assert!(File::open("/tmp/vauban-workers-must-not-write").is_err());
}

#[test]
fn a_death_costs_one_job_and_is_explained() {
    let pool = Pool::start(template(), b"still here", &[]).unwrap();
    assert!(matches!(ask(&mut pool.worker().unwrap(), "abort"), Err(Death::Crashed(_))));
    let mut before = Vec::new();
    let outcome = pool
        .worker()
        .unwrap()
        .run(b"swallow", None, &mut || true, &mut |kind, payload| before.push((kind, payload.to_vec())));
    assert_eq!(outcome, Err(Death::OutOfMemory));
    assert_eq!(before, [(1, b"before".to_vec())], "what it said before it died is kept");
    let asked = AtomicUsize::new(0);
    let outcome =
        pool.worker().unwrap().run(b"hang", None, &mut || asked.fetch_add(1, Ordering::Relaxed) < 2, &mut |_, _| {});
    assert_eq!(outcome, Err(Death::Killed));
    assert_eq!(ask(&mut pool.worker().unwrap(), "greet").unwrap(), "still here");
}

#[test]
fn what_cannot_be_prepared_says_why() {
    assert!(matches!(Pool::start(template(), &[0xff], &[]), Err(PoolError::Refused(why)) if why == "not text"));
    assert!(Pool::start(Command::new("/bin/true"), b"", &[]).is_err());
    assert!(Pool::start(Command::new("/nonexistent"), b"", &[]).is_err());
}
