//! Frames over a Unix stream socket: a tag, a length, a payload; and file descriptors beside the header.

use std::{
    io::{self, Read as _, Write as _},
    mem::MaybeUninit,
    os::{
        fd::{BorrowedFd, OwnedFd},
        unix::net::UnixStream,
    },
};

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags,
    recvmsg, sendmsg,
};

/// The longest payload of a frame. A worker that announces a longer one is taken for broken.
pub const LONGEST: usize = 64 << 20;
/// The most descriptors beside one frame.
const MOST_DESCRIPTORS: usize = 4;
pub(crate) const HEADER: usize = 5;

/// The other side does not speak as agreed.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// The socket failed or was closed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A frame longer than any can be.
    #[error("a frame of {0} bytes")]
    TooLong(usize),
}

impl From<rustix::io::Errno> for WireError {
    fn from(errno: rustix::io::Errno) -> Self {
        Self::Io(errno.into())
    }
}

/// A frame that came, and the descriptors beside it.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) tag: u8,
    pub(crate) payload: Vec<u8>,
    pub(crate) descriptors: Vec<OwnedFd>,
}

/// The header of a frame.
pub(crate) fn header(tag: u8, length: usize) -> Result<[u8; HEADER], WireError> {
    let length = u32::try_from(length).ok().filter(|_| length <= LONGEST).ok_or(WireError::TooLong(length))?;
    let [a, b, c, d] = length.to_le_bytes();
    Ok([tag, a, b, c, d])
}

/// Tag and length of a frame.
pub(crate) fn parse(header: [u8; HEADER]) -> Result<(u8, usize), WireError> {
    let [tag, a, b, c, d] = header;
    let length = u32::from_le_bytes([a, b, c, d]) as usize;
    if length > LONGEST { Err(WireError::TooLong(length)) } else { Ok((tag, length)) }
}

/// Sends a frame with descriptors beside it.
pub(crate) fn send(
    mut socket: &UnixStream,
    tag: u8,
    payload: &[u8],
    descriptors: &[BorrowedFd<'_>],
) -> Result<(), WireError> {
    let header = header(tag, payload.len())?;
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_DESCRIPTORS))];
    let mut beside = SendAncillaryBuffer::new(&mut space);
    if !descriptors.is_empty() {
        beside.push(SendAncillaryMessage::ScmRights(descriptors));
    }
    // Together where there is room for both: each half would wake the other side.
    let whole = [io::IoSlice::new(&header), io::IoSlice::new(payload)];
    let sent = sendmsg(socket, &whole, &mut beside, SendFlags::NOSIGNAL)?;
    socket.write_all(&header[sent.min(HEADER)..])?;
    socket.write_all(payload.get(sent.saturating_sub(HEADER)..).unwrap_or_default())?;
    Ok(())
}

/// Waits for a frame; none when the other side has closed.
pub(crate) fn receive(mut socket: &UnixStream) -> Result<Option<Frame>, WireError> {
    let mut header = [0; HEADER];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_DESCRIPTORS))];
    let mut beside = RecvAncillaryBuffer::new(&mut space);
    let got = loop {
        match recvmsg(socket, &mut [io::IoSliceMut::new(&mut header)], &mut beside, RecvFlags::CMSG_CLOEXEC) {
            Err(rustix::io::Errno::INTR) => {}
            outcome => break outcome?.bytes,
        }
    };
    if got == 0 {
        return Ok(None);
    }
    let mut descriptors = Vec::new();
    for message in beside.drain() {
        if let RecvAncillaryMessage::ScmRights(list) = message {
            descriptors.extend(list);
        }
    }
    socket.read_exact(&mut header[got..])?;
    let (tag, length) = parse(header)?;
    let mut payload = vec![0; length];
    socket.read_exact(&mut payload)?;
    Ok(Some(Frame { tag, payload, descriptors }))
}

#[cfg(test)]
mod tests {
    use std::{fs::File, os::fd::AsFd as _};

    use super::*;

    #[test]
    fn frames_and_descriptors_arrive() {
        let (here, there) = UnixStream::pair().unwrap();
        let file = File::open(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).unwrap();
        send(&here, 7, b"hello", &[file.as_fd()]).unwrap();
        send(&here, 8, b"", &[]).unwrap();
        let frame = receive(&there).unwrap().unwrap();
        assert_eq!((frame.tag, frame.payload.as_slice(), frame.descriptors.len()), (7, b"hello".as_slice(), 1));
        let mut text = String::new();
        File::from(frame.descriptors.into_iter().next().unwrap()).read_to_string(&mut text).unwrap();
        assert!(text.contains("vauban-workers"));
        assert_eq!(receive(&there).unwrap().unwrap().tag, 8);
        drop(here);
        assert!(receive(&there).unwrap().is_none());
    }

    #[test]
    fn a_frame_longer_than_any_can_be_is_refused() {
        let (mut here, there) = UnixStream::pair().unwrap();
        here.write_all(&[1, 0xff, 0xff, 0xff, 0xff]).unwrap();
        assert!(matches!(receive(&there), Err(WireError::TooLong(_))));
    }
}
