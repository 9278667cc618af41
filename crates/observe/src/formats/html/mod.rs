//! HTML pages and fragments: the text as a person sees it, every attribute, scripts, styles and comments, and
//! the files that a page carries inside itself. It runs no script, resolves no relative address and loads nothing.

mod carried;
mod extract;
mod page;
mod quiet;
mod read;

pub(crate) use extract::extract;
pub use quiet::html_tokens;
pub(crate) use read::Html;
pub use read::decode as html_text;
