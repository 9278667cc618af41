//! The template process and, after the fork, the worker in it.

use std::{
    io::{self, BufWriter, Write as _},
    os::{
        fd::{AsFd as _, OwnedFd},
        unix::net::UnixStream,
    },
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rustix::{
    process::{PidfdFlags, WaitOptions, pidfd_open, waitpid},
    stdio::dup2_stderr,
};

use crate::{
    confine::confine,
    fork::{Side, fork},
    wire::{Frame, WireError, header, receive, send},
};

/// What the host and the template say to each other, and a worker to its host.
pub(crate) mod tag {
    /// Host to template: prepare. The payload is the user's.
    pub(crate) const PREPARE: u8 = 1;
    /// Template to host: prepared.
    pub(crate) const READY: u8 = 2;
    /// Template to host: it cannot, and why.
    pub(crate) const REFUSED: u8 = 3;
    /// Host to template: fork. Two descriptors: the worker's socket and where its last words go.
    pub(crate) const FORK: u8 = 4;
    /// Template to host: forked. One descriptor: the worker's process.
    pub(crate) const FORKED: u8 = 5;
    /// Worker to host: shut in; one byte says how.
    pub(crate) const CONFINED: u8 = 6;
    /// Host to worker: a job. The payload is the user's.
    pub(crate) const JOB: u8 = 7;
    /// Worker to host: the job is done.
    pub(crate) const DONE: u8 = 8;
    /// Worker to host from here on: a reply of the user's.
    pub(crate) const REPLY: u8 = 16;
}

/// Why a template ended.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The host does not speak as agreed.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// A system call failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// What all workers need could not be prepared.
    #[error("{0}")]
    Prepare(String),
}

/// What a template holds ready for its workers.
#[derive(Debug)]
pub struct Prepared<P> {
    /// What every worker begins with.
    pub state: P,
    /// How many bytes a worker may allocate beyond that.
    pub memory: u64,
    /// What the host is told.
    pub answer: Vec<u8>,
}

/// Serves a host as its template until it closes `control`; in each worker, runs `work` until the host closes that.
///
/// `prepare` gets what the host gave to [`Pool::start`](crate::Pool::start); it may read and allocate at will but must
/// leave no thread behind. `work` runs confined.
///
/// # Errors
/// When the host is gone or unintelligible, or `prepare` fails (the host is told).
pub fn serve<P>(
    control: UnixStream,
    prepare: impl FnOnce(&[u8], Vec<OwnedFd>) -> Result<Prepared<P>, String>,
    work: impl Fn(&P, &mut Jobs),
) -> Result<(), ServeError> {
    let Some(frame) = receive(&control)? else { return Ok(()) };
    let prepared = match prepare(&frame.payload, frame.descriptors) {
        Ok(prepared) => prepared,
        Err(why) => {
            send(&control, tag::REFUSED, why.as_bytes(), &[])?;
            return Err(ServeError::Prepare(why));
        }
    };
    send(&control, tag::READY, &prepared.answer, &[])?;
    while let Some(Frame { tag: tag::FORK, descriptors, .. }) = receive(&control)? {
        reap();
        let Ok([socket, last_words]) = <[OwnedFd; 2]>::try_from(descriptors) else { break };
        match fork()? {
            Side::Parent(pid) => {
                let process = pidfd_open(pid, PidfdFlags::empty()).map_err(io::Error::from)?;
                send(&control, tag::FORKED, &[], &[process.as_fd()])?;
            }
            Side::Child => {
                drop(control);
                let outcome = become_worker(UnixStream::from(socket), last_words, prepared.memory, |jobs| {
                    work(&prepared.state, jobs);
                });
                // Nothing of the template's is to be undone here.
                std::process::exit(i32::from(outcome.is_err()));
            }
        }
    }
    // Workers whose host is gone end by themselves; whoever waits for this process learns what they cost, too.
    for _ in 0..20 {
        if !reap() {
            break;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

/// Takes leave of workers that have ended; whether others are left.
fn reap() -> bool {
    loop {
        match waitpid(None, WaitOptions::NOHANG) {
            Ok(Some(_)) => {}
            Ok(None) => return true,
            Err(_) => return false,
        }
    }
}

fn become_worker(
    socket: UnixStream,
    last_words: OwnedFd,
    memory: u64,
    work: impl FnOnce(&mut Jobs),
) -> Result<(), ServeError> {
    dup2_stderr(&last_words).map_err(io::Error::from)?;
    drop(last_words);
    let replies = Replies { socket: Arc::new(Mutex::new(BufWriter::with_capacity(64 << 10, socket.try_clone()?))) };
    let confinement = confine(memory)?;
    send(&socket, tag::CONFINED, &[confinement.to_byte()], &[])?;
    work(&mut Jobs { socket, replies });
    Ok(())
}

/// The jobs of one worker, one after the other.
#[derive(Debug)]
pub struct Jobs {
    socket: UnixStream,
    replies: Replies,
}

impl Jobs {
    /// Waits for the next job: what the host says of it, and the file that comes with it. None when the host is gone.
    pub fn next_job(&mut self) -> Option<(Vec<u8>, Option<OwnedFd>)> {
        match receive(&self.socket) {
            Ok(Some(Frame { tag: tag::JOB, payload, descriptors })) => Some((payload, descriptors.into_iter().next())),
            _ => None,
        }
    }

    /// Where answers go; may be cloned into other threads.
    #[must_use]
    pub fn replies(&self) -> Replies {
        self.replies.clone()
    }

    /// Says that the job is done.
    pub fn done(&mut self) {
        self.replies.write(tag::DONE, &[]);
        self.replies.flush();
    }
}

/// The way back to the host. What is written is held back until [`flush`](Self::flush) or until there is much of it.
#[derive(Debug, Clone)]
pub struct Replies {
    socket: Arc<Mutex<BufWriter<UnixStream>>>,
}

impl Replies {
    /// Answers with a tag of the user's choice, below 200. Whoever cannot be answered has gone: so does the worker.
    pub fn reply(&self, kind: u8, payload: &[u8]) {
        self.write(tag::REPLY.saturating_add(kind), payload);
    }

    /// Sends what was held back, so that it is not lost if the worker dies.
    pub fn flush(&self) {
        if self.socket.lock().unwrap_or_else(PoisonError::into_inner).flush().is_err() {
            std::process::exit(0);
        }
    }

    fn write(&self, tag: u8, payload: &[u8]) {
        let mut socket = self.socket.lock().unwrap_or_else(PoisonError::into_inner);
        let written = header(tag, payload.len())
            .map_err(io::Error::other)
            .and_then(|header| socket.write_all(&header).and_then(|()| socket.write_all(payload)));
        if written.is_err() {
            std::process::exit(1);
        }
    }
}
