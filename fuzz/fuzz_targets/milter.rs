//! Whatever a mail server, or somebody in its place, may say to the filter.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vauban_protocol::milter::{Command, Frames, Negotiation};

fuzz_target!(|bytes: &[u8]| {
    let mut frames = Frames::default();
    for piece in bytes.chunks(7) {
        frames.add(piece);
        while let Ok(Some((code, data))) = frames.take() {
            match Command::parse(code, data) {
                Ok(Command::Macros(_, values)) => drop(Command::macros(values).count()),
                Ok(Command::Negotiate { version, actions, steps }) => drop(Negotiation::answer(version, actions, steps)),
                _ => {}
            }
        }
    }
});
