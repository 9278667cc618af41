//! Backups made by `adb backup` (.ab): four lines of header, then a tar archive, most often deflated. One with a
//! password is unread.

use vauban_intake::{Budget, Problem, Unpacked, archive, inflate_zlib};
use vauban_model::{Observable, ObservableKind};

use crate::{Context, Finding, Sink, member::hand_over};

pub(super) const MAGIC: &[u8] = b"ANDROID BACKUP\n";

/// Reads the archive behind the header.
pub(super) fn read(bytes: &[u8], budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
    let mut lines = bytes.splitn(5, |byte| *byte == b'\n').skip(1);
    let mut line = || lines.next().ok_or_else(|| Problem::corrupt("the header is cut short"));
    let (_version, compressed, encryption, body) = (line()?, line()?, line()?, line()?);
    if encryption != b"none" {
        return Err(Problem::encrypted("an Android backup with a password"));
    }
    if compressed == b"0" {
        return members(body, budget, sink);
    }
    let Unpacked { bytes, problem, .. } = inflate_zlib(body, budget);
    let outcome = members(&bytes, budget, sink);
    problem.map_or(outcome, Err)
}

fn members(tar: &[u8], budget: &Budget, sink: &mut dyn Sink) -> Result<(), Problem> {
    archive::tar(tar, budget, &mut |member| {
        // Each application's part begins with a manifest of its own.
        let app = member.path.strip_prefix("apps/").and_then(|rest| rest.strip_suffix("/_manifest"));
        if let Some(app) = app.filter(|app| !app.is_empty() && !app.contains('/')) {
            let observable = Observable::new(ObservableKind::AppId, app);
            let context = Context::default();
            sink.observable(Finding { observable, offset: None, how: &[], context, excerpt: member.path });
        }
        hand_over(member, sink);
    })
}

#[cfg(test)]
mod tests {
    use vauban_model::Reason;

    use super::super::Android;
    use crate::testing::read;

    #[test]
    fn a_password_is_said() {
        let (result, _) = read(&Android, "x.ab", b"ANDROID BACKUP\n5\n1\nAES-256\nABCD\n");
        assert_eq!(result.unwrap_err().reason, Reason::Encrypted);
    }

    #[test]
    fn a_header_alone_is_corrupt() {
        assert_eq!(read(&Android, "x.ab", b"ANDROID BACKUP\n5\n1").0.unwrap_err().reason, Reason::Corrupt);
        assert_eq!(read(&Android, "x.ab", b"ANDROID BACKUP\n5\n1\nnone\n??").0.unwrap_err().reason, Reason::Corrupt);
    }
}
