//! The one call of `fork`.

#![expect(unsafe_code, reason = "fork has no safe form; the child may do anything only because no other thread exists")]

use std::{fs, io};

use rustix::process::Pid;

/// Which side of the fork this is.
pub(crate) enum Side {
    Child,
    Parent(Pid),
}

/// Forks, if this process has one thread only: a lock held by another thread would stay locked in the child for ever.
pub(crate) fn fork() -> io::Result<Side> {
    if fs::read_dir("/proc/self/task")?.count() != 1 {
        return Err(io::Error::other("the template has more than one thread"));
    }
    // SAFETY: there is one thread, checked above, so the child starts with every lock free and every value whole.
    let pid = unsafe { libc::fork() };
    match Pid::from_raw(pid) {
        _ if pid < 0 => Err(io::Error::last_os_error()),
        Some(pid) => Ok(Side::Parent(pid)),
        None => Ok(Side::Child),
    }
}
