//! A party at a hub: its folder, its streams, one process at a time.

use std::{
    fs::{File, TryLockError},
    path::{Path, PathBuf},
};

use vauban_blind::{CryptoRng, RngCore};
use vauban_release::{Enrolment, HubId, Joining, Moment, StreamId, Time};

use crate::{
    Door, DoorError, Membership, MembershipError, Outcome, PartyError, Stream, StreamError, StreamUpdate,
    door::success,
    files,
    received::HUBS,
    stream::{Context, folder_manifest, read_streams},
};

const MEMBERSHIP: &str = "membership";
pub(crate) const STREAMS: &str = "streams";
/// The longest name of a hub.
const LONGEST_NAME: usize = 64;

/// One hub, as one party has it, in `hub/NAME` of the state directory. While it is open, no other process opens it.
#[derive(Debug)]
pub struct Party {
    folder: PathBuf,
    membership: Membership,
    streams: Vec<Stream>,
    _lock: File,
}

/// What an update did.
#[derive(Debug)]
pub struct Updated {
    /// Every stream that the hub lists.
    pub streams: Vec<StreamUpdate>,
    /// Streams that are here and that the hub lists no more: what they hold is kept, and expires by itself.
    pub unlisted: Vec<StreamId>,
}

impl Party {
    /// Enrols with a code that was handed over, and keeps what comes of it. The hub is not asked.
    ///
    /// # Errors
    /// [`MembershipError`], [`PartyError::Busy`] or [`PartyError::Io`].
    pub fn enrol<R: RngCore + CryptoRng>(
        state: &Path,
        name: &str,
        code: &Enrolment,
        url: &str,
        now: Time,
        rng: &mut R,
    ) -> Result<Self, PartyError> {
        let folder = place(state, name)?;
        let membership = Membership::enrol(code, url, now, rng)?;
        files::folder(&folder)?;
        let lock = lock(&folder)?;
        if folder.join(MEMBERSHIP).exists() {
            return Err(MembershipError::Taken.into());
        }
        vauban_intel::whole::write(&folder.join(MEMBERSHIP), membership.to_file()?.as_bytes())?;
        Ok(Self { folder, membership, streams: Vec::new(), _lock: lock })
    }

    /// Opens what was kept.
    ///
    /// # Errors
    /// Every reason why it cannot be gone on with.
    pub fn open(state: &Path, name: &str) -> Result<Self, PartyError> {
        let folder = place(state, name)?;
        let text = files::read(&folder.join(MEMBERSHIP))?.map(zeroize::Zeroizing::new);
        let text = text.ok_or_else(|| std::io::Error::new(std::io::ErrorKind::NotFound, "no such hub"))?;
        let text = std::str::from_utf8(&text).map_err(|_| MembershipError::Damaged)?;
        let membership = text.parse()?;
        let lock = lock(&folder)?;
        let mut streams = Vec::new();
        for name in files::names(&folder.join(STREAMS))? {
            let id = name.parse().map_err(|_| StreamError::Damaged)?;
            streams.push(Stream::open(&folder.join(STREAMS), id)?);
        }
        Ok(Self { folder, membership, streams, _lock: lock })
    }

    /// What enrolment left.
    #[must_use]
    pub const fn membership(&self) -> &Membership {
        &self.membership
    }

    /// Exchanges what follows from the code for this party's own credential, through `ticket`, which is
    /// [`Membership::joining_door`]. Whoever was killed while doing so finds out through `own` that the hub has it already.
    ///
    /// # Errors
    /// [`PartyError::Used`] when the code opens nothing and the credential neither: somebody else used it, or it was called back.
    pub fn join(&mut self, ticket: &dyn Door, own: &dyn Door, now: Time) -> Result<(), PartyError> {
        let joining = Joining::sign(self.membership.credential().digest(), self.membership.key(), now);
        let joining = joining.map_err(|_| MembershipError::Damaged)?;
        match success(ticket.put("/hub/v1/joining", joining.to_text().as_bytes())?) {
            Ok(_) => {}
            Err(DoorError::Refused(_)) => match success(own.get("/hub/v1/streams", None)?) {
                Ok(_) => {}
                Err(DoorError::Refused(_)) => return Err(PartyError::Used),
                Err(error) => return Err(error.into()),
            },
            Err(error) => return Err(error.into()),
        }
        let mut joined = self.membership.clone();
        joined.forget_ticket();
        vauban_intel::whole::write(&self.folder.join(MEMBERSHIP), joined.to_file()?.as_bytes())?;
        self.membership = joined;
        Ok(())
    }

    /// The streams, by their ids.
    #[must_use]
    pub fn streams(&self) -> &[Stream] {
        &self.streams
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Brings every stream up to date. One that is refused does not keep the others back.
    ///
    /// # Errors
    /// When the hub does not even list its streams, or the state directory cannot be used.
    pub fn update(&mut self, door: &dyn Door, moment: Moment) -> Result<Updated, PartyError> {
        let listed = read_streams(door)?;
        let mut updates = Vec::with_capacity(listed.len());
        for listed in &listed {
            let at = self.at(listed.id)?;
            // The first stream that is accepted tells which hub it is; all others must be the same hub's.
            let hub = self.hub();
            if let Some(stream) = self.streams.get_mut(at) {
                let context = Context { pin: self.membership.signer(), hub, key: self.membership.key(), moment };
                updates.push(stream.update(door, listed, &context));
            }
        }
        self.forget_empty()?;
        let is_listed = |id| listed.iter().any(|listed| listed.id == id);
        let unlisted = self.streams.iter().map(Stream::id).filter(|id| !is_listed(*id)).collect();
        Ok(Updated { streams: updates, unlisted })
    }

    /// Takes a release from a folder, as from a stick. A stream that is not known yet is taken only when a person said that it is theirs.
    ///
    /// # Errors
    /// As for a stream that is fetched, and [`StreamError::NotOurs`].
    pub fn take_folder(
        &mut self,
        folder: &Path,
        is_new_stream: bool,
        moment: Moment,
    ) -> Result<(StreamId, Outcome), PartyError> {
        let signed = folder_manifest(folder)?;
        let id = signed.manifest().stream;
        if !is_new_stream && !self.streams.iter().any(|stream| stream.id() == id) {
            return Err(StreamError::NotOurs.into());
        }
        let at = self.at(id)?;
        let hub = self.hub();
        let context = Context { pin: self.membership.signer(), hub, key: self.membership.key(), moment };
        let stream = self.streams.get_mut(at).ok_or(StreamError::Damaged)?;
        let outcome = stream.take_folder(folder, signed, &context);
        self.forget_empty()?;
        Ok((id, outcome?))
    }

    /// Forgets the hub and all that it gave. What a person sent to it, and evidence, goes with it.
    ///
    /// # Errors
    /// [`PartyError::Io`].
    pub fn remove(self) -> Result<(), PartyError> {
        Ok(std::fs::remove_dir_all(&self.folder)?)
    }

    /// Lets a stream go on that was stopped because the hub contradicted itself. A person decides it; the evidence stays.
    ///
    /// # Errors
    /// [`StreamError::Io`], or [`StreamError::NotOurs`] for a stream that is not here.
    pub fn resume(&self, stream: StreamId, who: &str, now: Time) -> Result<(), StreamError> {
        let stream = self.streams.iter().find(|own| own.id() == stream).ok_or(StreamError::NotOurs)?;
        stream.resume(who, now)
    }

    /// The hub, once a release of it was accepted.
    #[must_use]
    pub fn hub(&self) -> Option<HubId> {
        self.streams.iter().filter_map(Stream::current).map(|current| current.chain().hub()).next()
    }

    /// A hub that lists streams of which nothing can be accepted leaves no folders behind.
    fn forget_empty(&mut self) -> Result<(), PartyError> {
        let (kept, empty) = std::mem::take(&mut self.streams).into_iter().partition(Stream::has_something);
        self.streams = kept;
        let empty: Vec<Stream> = empty;
        empty.iter().try_for_each(Stream::remove)?;
        Ok(())
    }

    fn at(&mut self, id: StreamId) -> Result<usize, StreamError> {
        match self.streams.binary_search_by_key(&id, Stream::id) {
            Ok(at) => Ok(at),
            Err(at) => {
                self.streams.insert(at, Stream::open(&self.folder.join(STREAMS), id)?);
                Ok(at)
            }
        }
    }
}

fn place(state: &Path, name: &str) -> Result<PathBuf, MembershipError> {
    let is_sign = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    let is_name = (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(is_sign);
    if is_name { Ok(state.join(HUBS).join(name)) } else { Err(MembershipError::Name) }
}

fn lock(folder: &Path) -> Result<File, PartyError> {
    let file = files::lockable(&folder.join("lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(PartyError::Busy),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}
