//! What the operating system refuses, in words.

use std::io;

use vauban_intake::Problem;
use vauban_model::Reason;

/// What the operating system refused, in words.
#[must_use]
pub fn denied(error: &io::Error) -> Problem {
    let detail = match error.kind() {
        io::ErrorKind::NotFound => "no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    };
    Problem::new(Reason::Denied, detail)
}
