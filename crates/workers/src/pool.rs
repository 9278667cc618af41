//! The host's side: a template process, the workers forked from it, and how they die.

use std::{
    io::{self, Read as _},
    net::Shutdown,
    os::{
        fd::{AsFd as _, BorrowedFd, OwnedFd},
        unix::net::UnixStream,
    },
    process::{Child, Command, Stdio},
    sync::{Mutex, PoisonError},
    thread,
    time::Duration,
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
    pipe::{PipeFlags, pipe_with},
    process::{Signal, pidfd_send_signal},
};

use crate::{
    Confinement,
    template::tag,
    wire::{Frame, HEADER, WireError, parse, receive, send},
};

/// Why there is no worker.
#[derive(Debug, thiserror::Error)]
pub enum PoolError {
    /// The template cannot be started, or a descriptor cannot be made.
    #[error("cannot start a worker: {0}")]
    Start(#[from] io::Error),
    /// The template or the worker does not speak as agreed.
    #[error("a worker does not answer: {0}")]
    Wire(#[from] WireError),
    /// The template could not prepare itself, and says why.
    #[error("{0}")]
    Refused(String),
    /// The template or the worker ended before it was of use; its last words.
    #[error("a worker ended at once: {0}")]
    Ended(String),
}

impl From<Errno> for PoolError {
    fn from(errno: Errno) -> Self {
        Self::Start(errno.into())
    }
}

/// Why a worker did not finish its job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Death {
    /// It ended by itself; its last words.
    Crashed(String),
    /// It asked for more memory than it may have.
    OutOfMemory,
    /// Whoever watches it had enough.
    Killed,
}

/// A template process to fork workers from. Ends, with all its workers, when it is dropped or its owner dies.
#[derive(Debug)]
pub struct Pool {
    control: Mutex<UnixStream>,
    template: Mutex<Child>,
    answer: Vec<u8>,
}

impl Pool {
    /// Starts the template: `command` must come to [`serve`](crate::serve) on its standard input, and gets `setup` and
    /// `descriptors` there.
    ///
    /// # Errors
    /// When it does not start, or cannot prepare itself.
    pub fn start(mut command: Command, setup: &[u8], descriptors: &[BorrowedFd<'_>]) -> Result<Self, PoolError> {
        let (control, theirs) = UnixStream::pair()?;
        let template = command.stdin(Stdio::from(OwnedFd::from(theirs))).stdout(Stdio::null()).spawn()?;
        // The command holds the other end of the pair: a template that dies must read as closed.
        drop(command);
        let mut pool = Self { control: Mutex::new(control), template: Mutex::new(template), answer: Vec::new() };
        let control = pool.control.get_mut().unwrap_or_else(PoisonError::into_inner);
        send(control, tag::PREPARE, setup, descriptors)?;
        match receive(control)? {
            Some(Frame { tag: tag::READY, payload, .. }) => pool.answer = payload,
            Some(Frame { tag: tag::REFUSED, payload, .. }) => {
                return Err(PoolError::Refused(String::from_utf8_lossy(&payload).into_owned()));
            }
            _ => return Err(PoolError::Ended("the template".to_owned())),
        }
        Ok(pool)
    }

    /// What the template said when it was ready.
    #[must_use]
    pub fn answer(&self) -> &[u8] {
        &self.answer
    }

    /// Forks a worker.
    ///
    /// # Errors
    /// When the template is gone, or the worker cannot shut itself in.
    pub fn worker(&self) -> Result<Worker, PoolError> {
        let (socket, theirs) = UnixStream::pair()?;
        let (last_words, their_words) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
        let process = {
            let control = self.control.lock().unwrap_or_else(PoisonError::into_inner);
            send(&control, tag::FORK, &[], &[theirs.as_fd(), their_words.as_fd()])?;
            match receive(&control)? {
                Some(Frame { tag: tag::FORKED, descriptors, .. }) => descriptors.into_iter().next(),
                _ => None,
            }
        };
        drop((theirs, their_words));
        let process = process.ok_or_else(|| PoolError::Ended("the template".to_owned()))?;
        let mut worker = Worker {
            socket,
            process,
            last_words: last_words.into(),
            confinement: Confinement::from_byte(0),
            piece: vec![0; 64 << 10],
        };
        match receive(&worker.socket)? {
            Some(Frame { tag: tag::CONFINED, payload, .. }) => {
                worker.confinement = Confinement::from_byte(payload.first().copied().unwrap_or(0));
                Ok(worker)
            }
            _ => Err(PoolError::Ended(worker.last_words())),
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        // A template whose host has left waits a moment for its workers and ends.
        let _ = self.control.get_mut().unwrap_or_else(PoisonError::into_inner).shutdown(Shutdown::Both);
        let template = self.template.get_mut().unwrap_or_else(PoisonError::into_inner);
        for _ in 0..100 {
            if matches!(template.try_wait(), Ok(Some(_)) | Err(_)) {
                return;
            }
            thread::sleep(Duration::from_millis(5));
        }
        let _ = template.kill();
        let _ = template.wait();
    }
}

/// A worker. Killed when dropped.
#[derive(Debug)]
pub struct Worker {
    socket: UnixStream,
    process: OwnedFd,
    last_words: std::fs::File,
    confinement: Confinement,
    /// Room for what is read of its answers.
    piece: Vec<u8>,
}

/// How long to wait for an answer before asking whether to go on waiting.
const WATCH: Timespec = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };
/// How long a worker that closed its socket may take to say its last words.
const PARTING: Duration = Duration::from_secs(2);

impl Worker {
    /// Which walls stand around it.
    #[must_use]
    pub const fn confinement(&self) -> Confinement {
        self.confinement
    }

    /// Gives it a job, and hands each reply over with its tag. `go_on` is asked several times a second; when it says no
    /// the worker is killed. After an error the worker is of no more use.
    ///
    /// # Errors
    /// How it died.
    pub fn run(
        &mut self,
        job: &[u8],
        file: Option<BorrowedFd<'_>>,
        go_on: &mut dyn FnMut() -> bool,
        reply: &mut dyn FnMut(u8, &[u8]),
    ) -> Result<(), Death> {
        let beside: Vec<BorrowedFd<'_>> = file.into_iter().collect();
        if send(&self.socket, tag::JOB, job, &beside).is_err() {
            return Err(self.death());
        }
        let mut come: Vec<u8> = Vec::new();
        loop {
            let mut used = 0;
            while let Some(header) = come.get(used..).and_then(|rest| rest.first_chunk::<HEADER>()) {
                let Ok((kind, length)) = parse(*header) else {
                    self.kill();
                    return Err(Death::Crashed("it does not answer as agreed".to_owned()));
                };
                let Some(payload) = come.get(used + HEADER..used + HEADER + length) else { break };
                match kind {
                    tag::DONE => return Ok(()),
                    _ => reply(kind.saturating_sub(tag::REPLY), payload),
                }
                used += HEADER + length;
            }
            come.drain(..used);
            if !go_on() {
                self.kill();
                return Err(Death::Killed);
            }
            match self.wait() {
                Ok(false) => {}
                Ok(true) => match (&self.socket).read(&mut self.piece) {
                    Ok(0) | Err(_) => return Err(self.death()),
                    Ok(count) => come.extend_from_slice(self.piece.get(..count).unwrap_or_default()),
                },
                Err(_) => return Err(self.death()),
            }
        }
    }

    /// Waits a little for something to read.
    fn wait(&self) -> io::Result<bool> {
        match poll(&mut [PollFd::new(&self.socket, PollFlags::IN)], Some(&WATCH)) {
            Ok(ready) => Ok(ready > 0),
            Err(Errno::INTR) => Ok(false),
            Err(errno) => Err(errno.into()),
        }
    }

    fn kill(&self) {
        // It may have died already.
        let _ = pidfd_send_signal(&self.process, Signal::KILL);
    }

    /// How it died, from its last words.
    fn death(&mut self) -> Death {
        self.kill();
        let words = self.last_words();
        if words.contains("memory allocation of") { Death::OutOfMemory } else { Death::Crashed(words) }
    }

    /// What it said last on its standard error: at most a line.
    fn last_words(&mut self) -> String {
        let patience = Timespec { tv_sec: PARTING.as_secs().cast_signed(), tv_nsec: 0 };
        // Readable when it has ended.
        let _ = poll(&mut [PollFd::new(&self.process, PollFlags::IN)], Some(&patience));
        let mut words = Vec::new();
        let _ = self.last_words.by_ref().take(4096).read_to_end(&mut words);
        let words = String::from_utf8_lossy(&words);
        words.lines().map(str::trim).filter(|line| !line.is_empty()).take(2).collect::<Vec<_>>().join("; ")
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.kill();
    }
}
