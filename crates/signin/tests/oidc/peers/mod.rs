//! Tools of others sign people in here, end to end, as their own programs do it.

mod apache;
mod chromium;
mod kept;
mod programs;
mod walk;
