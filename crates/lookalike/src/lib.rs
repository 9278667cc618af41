//! Names made to be taken for others: domains that look like the organisation's, its partners' or its providers', and
//! senders that call themselves what they are not.
//!
//! Pure: names in, an answer with its reason out. No network, no list of bad names (that is what indicators are for), and
//! no verdict: whoever asks decides what a likeness is worth.

mod brands;
mod distance;
mod domain;
mod names;
mod protected;
mod skeleton;

pub use brands::{Brand, Brands};
pub use distance::slips;
pub use domain::{in_unicode, is_under, owner, registrable};
pub use names::{folded_words, is_same_person};
pub use protected::{Likeness, Owner, Protected, Trick};
pub use skeleton::{mixes_scripts, skeleton};
