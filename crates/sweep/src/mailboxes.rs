//! A mailbox on a server: every message is a piece of evidence, fetched when its turn comes.
//!
//! This process speaks with the server and understands nothing of the messages; their bytes go to the workers like those
//! of any file. A message never changes under its number and the mailbox's validity, so that one that is known is not
//! fetched again.

use std::{
    fs::File,
    io::Write as _,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use vauban_examine::denied;
use vauban_intake::Problem;
use vauban_mailbox::{
    Account, Authorities, Circumstances, Connection, Envelope, Listing, Login, Mailbox, MailboxError,
};
use vauban_model::Reason;
use vauban_record::Stat;

use crate::{
    file::in_memory,
    unpack::{Held, Piece, Source},
};

/// Attempts on new connections before what a server does not give is given up.
const ATTEMPTS: u32 = 4;

/// The mailboxes of a user.
pub struct Mailboxes {
    server: Arc<Server>,
    /// The connection that lists, once it is open; fetching has connections of its own.
    lists: Mutex<Option<Connection>>,
}

struct Server {
    account: Account,
    login: Login,
    authorities: Authorities,
    circumstances: Circumstances,
    /// Connections that fetch nothing now: there are as many as readers at the most.
    idle: Mutex<Vec<Connection>>,
    /// Why there is no point in trying any more.
    given_up: Mutex<Option<Problem>>,
    /// What the server said when it refused the user: asking again and again would lock the person out.
    refused: Mutex<Option<String>>,
}

impl Mailboxes {
    /// The mailboxes of this account.
    #[must_use]
    pub fn new(account: Account, login: Login, authorities: Authorities, circumstances: Circumstances) -> Self {
        let (idle, given_up, refused) = (Mutex::default(), Mutex::default(), Mutex::default());
        let server = Server { account, login, authorities, circumstances, idle, given_up, refused };
        Self { server: Arc::new(server), lists: Mutex::default() }
    }

    /// Signs in, so that whoever named a mailbox that cannot be opened hears of it at once.
    ///
    /// # Errors
    /// When the server is not there, is not who it says, or refuses the user.
    pub fn sign_in(&self) -> Result<(), MailboxError> {
        *self.lists.lock().unwrap_or_else(PoisonError::into_inner) = Some(self.server.connect()?);
        Ok(())
    }

    /// The mailboxes to read.
    fn wanted(&self, connection: &mut Connection) -> Result<Vec<Mailbox>, Problem> {
        let all = connection.mailboxes().map_err(|error| problem(&error))?;
        let Some(name) = &self.server.account.mailbox else { return Ok(all) };
        match all.into_iter().find(|mailbox| mailbox.name == *name || mailbox.name.eq_ignore_ascii_case(name)) {
            Some(mailbox) => Ok(vec![mailbox]),
            None => Err(Problem::new(Reason::Denied, "no such mailbox")),
        }
    }

    /// Lists the messages of a mailbox, if need be on a new connection.
    fn messages(&self, connection: &mut Connection, mailbox: &Mailbox) -> Result<Listing, MailboxError> {
        let mut outcome = connection.messages(mailbox);
        for attempt in 1..ATTEMPTS {
            match &outcome {
                Err(error) if error.may_pass() => {}
                _ => break,
            }
            self.server.wait(attempt);
            outcome = self.server.connect().and_then(|new| {
                *connection = new;
                connection.messages(mailbox)
            });
        }
        outcome
    }
}

impl Source for Mailboxes {
    fn pieces(&self, held: &mut dyn FnMut(Held) -> bool) {
        let account = &self.server.account;
        let whole = PathBuf::from(account.mailbox(account.mailbox.as_deref().unwrap_or_default()));
        let open = self.lists.lock().unwrap_or_else(PoisonError::into_inner).take();
        let connection = open.map_or_else(|| self.server.connect(), Ok);
        let opened = connection.map_err(|error| problem(&error)).and_then(|mut connection| {
            let wanted = self.wanted(&mut connection)?;
            Ok((connection, wanted))
        });
        let (mut connection, wanted) = match opened {
            Ok(opened) => opened,
            Err(problem) => {
                held(Held::Unread(whole, problem));
                return;
            }
        };
        for mailbox in wanted {
            let path = PathBuf::from(account.mailbox(&mailbox.name));
            let Listing { validity, exists, messages } = match self.messages(&mut connection, &mailbox) {
                Ok(listed) => listed,
                Err(error) => {
                    if !held(Held::Unread(path, problem(&error))) {
                        return;
                    }
                    continue;
                }
            };
            let listed = messages.len();
            for envelope in messages {
                if !held(Held::Piece(piece(&self.server, &mailbox, validity, envelope))) {
                    return;
                }
            }
            // Nothing is passed over in silence, not even what a server keeps back.
            if u64::from(exists) > listed as u64 {
                let problem = Problem::new(Reason::Denied, format!("the server lists {listed} of {exists} messages"));
                if !held(Held::Unread(path, problem)) {
                    return;
                }
            }
        }
    }
}

fn piece(server: &Arc<Server>, mailbox: &Mailbox, validity: u32, envelope: Envelope) -> Piece {
    let received = envelope.received.unwrap_or(0).saturating_mul(1_000_000_000);
    let stat = Stat {
        device: u64::from(validity),
        inode: u64::from(envelope.uid),
        size: u64::from(envelope.size),
        modified: received,
        // A message cannot change after it came.
        changed: 0,
    };
    let path = PathBuf::from(server.account.message(&mailbox.name, validity, &envelope));
    let (server, mailbox) = (Arc::clone(server), mailbox.clone());
    Piece {
        path,
        inside: String::new(),
        stat: Some(stat),
        open: Box::new(move |limit| server.message(&mailbox, validity, envelope.uid, limit).map(|file| (file, None))),
    }
}

impl Server {
    fn connect(&self) -> Result<Connection, MailboxError> {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(said) = &*refused {
            return Err(MailboxError::SignIn(said.clone()));
        }
        let opened = Connection::open(&self.account, &self.login, &self.authorities, self.circumstances.clone());
        if let Err(MailboxError::SignIn(said)) = &opened {
            *refused = Some(said.clone());
        }
        opened
    }

    /// A message in memory.
    fn message(&self, mailbox: &Mailbox, validity: u32, uid: u32, limit: u64) -> Result<File, Problem> {
        let mut attempt = 0;
        loop {
            if let Some(problem) = &*self.given_up.lock().unwrap_or_else(PoisonError::into_inner) {
                return Err(problem.clone());
            }
            let file = in_memory().map_err(|error| denied(&error))?;
            let error = match self.attempt(mailbox, validity, uid, (&file, limit)) {
                Ok(outcome) => return outcome.map(|()| file),
                Err(error) => error,
            };
            attempt += 1;
            if !error.may_pass() {
                return Err(problem(&error));
            }
            if attempt == ATTEMPTS {
                *self.given_up.lock().unwrap_or_else(PoisonError::into_inner) = Some(problem(&error));
                return Err(problem(&error));
            }
            self.wait(attempt);
        }
    }

    /// Writes a message into the file. The inner error is about the message or this machine, not about the server.
    fn attempt(
        &self,
        mailbox: &Mailbox,
        validity: u32,
        uid: u32,
        (mut file, limit): (&File, u64),
    ) -> Result<Result<(), Problem>, MailboxError> {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = idle().pop();
        let mut connection = kept.map_or_else(|| self.connect(), Ok)?;
        let mut written = 0_u64;
        let mut outcome = Ok(());
        let fetched = connection.fetch(mailbox, validity, uid, &mut |bytes| {
            written = written.saturating_add(bytes.len() as u64);
            outcome = if written > limit {
                Err(Problem::too_large(format!("the message has more than {limit} bytes")))
            } else {
                file.write_all(bytes).map_err(|error| denied(&error))
            };
            outcome.is_ok()
        });
        // One that broke is dropped; after any other refusal it is as good as before.
        if !fetched.as_ref().is_err_and(MailboxError::may_pass) {
            idle().push(connection);
        }
        fetched.map(|()| outcome)
    }

    /// Waits before another attempt, longer each time.
    fn wait(&self, attempt: u32) {
        const TICK: Duration = Duration::from_millis(50);
        for _ in 0..(10_u32 << attempt.min(8)) {
            if self.circumstances.stop.is_raised() {
                return;
            }
            thread::sleep(TICK);
        }
    }
}

fn problem(error: &MailboxError) -> Problem {
    Problem::new(Reason::Denied, error.to_string())
}
