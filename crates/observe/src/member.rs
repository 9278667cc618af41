//! What all readers of archives share: a member becomes a child, whole, in part, or announced as unread.

use vauban_intake::archive::Member;

use crate::{Child, Context, Sink};

/// Hands a member of an archive over to the sink.
pub(crate) fn hand_over(member: Member<'_>, sink: &mut dyn Sink) {
    let Member { path, bytes, problem } = member;
    let name = file_name(path);
    let child = Child { segment: path, name, media_type: "", bytes, context: Context::default() };
    match problem {
        None => sink.child(child),
        Some(problem) if bytes.is_empty() => sink.unread_child(path, name, problem),
        Some(problem) => sink.partial_child(child, problem),
    }
}

/// The last component of a path, whichever way its slashes lean.
pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).find(|part| !part.is_empty()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_folders() {
        assert_eq!(file_name("a/b\\c.exe"), "c.exe");
        assert_eq!(file_name("../../x/"), "x");
        assert_eq!(file_name("///"), "");
    }
}
