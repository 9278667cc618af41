//! A source of bytes that ends when an object takes too many of them: one string must not fill the memory before it is looked at.

use std::{
    cell::Cell,
    io::{self, Read},
    rc::Rc,
};

/// The bytes read since the beginning of the object in hand.
#[derive(Clone, Default)]
pub(super) struct Meter(Rc<Cell<usize>>);

impl Meter {
    pub(super) fn reset(&self) {
        self.0.set(0);
    }
}

/// Reads on until the meter shows too much.
pub(super) struct Metered<R> {
    pub(super) inner: R,
    pub(super) meter: Meter,
    pub(super) most: usize,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.meter.0.get() > self.most {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "an object is larger than its limit"));
        }
        let read = self.inner.read(buffer)?;
        self.meter.0.set(self.meter.0.get() + read);
        Ok(read)
    }
}
