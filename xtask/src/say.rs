//! The one place of this crate that writes to the terminal. It decides nothing about what is said.

/// A result, on standard output.
#[expect(clippy::print_stdout, reason = "a task's output is its purpose")]
pub(crate) fn line(text: &str) {
    println!("{text}");
}

/// Something that went wrong, on standard error.
#[expect(clippy::print_stderr, reason = "a task's output is its purpose")]
pub(crate) fn problem(text: &str) {
    eprintln!("{text}");
}
