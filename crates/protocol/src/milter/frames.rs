//! Cutting the stream into frames: four bytes of length, then so many bytes.

/// The longest frame that is taken: the protocol's largest negotiable data size (`SMFIP_MDS_1M`) and room for its name.
pub const LONGEST: usize = (1 << 20) + 64;

/// Why the stream makes no sense any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// A frame is longer than any mail server sends.
    #[error("a frame of {0} bytes, more than any mail server sends")]
    TooLong(u32),
    /// A frame without a command.
    #[error("an empty frame")]
    Empty,
}

/// Collects bytes until frames are whole.
#[derive(Debug, Default)]
pub struct Frames {
    buffer: Vec<u8>,
    /// Where the next frame begins.
    at: usize,
}

impl Frames {
    /// Adds what was received.
    pub fn add(&mut self, bytes: &[u8]) {
        if self.at > 0 {
            self.buffer.drain(..self.at);
            self.at = 0;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole frame: its command and its data; `None` when more bytes are needed.
    ///
    /// # Errors
    /// When the stream is none of this protocol: nothing that follows can be read.
    pub fn take(&mut self) -> Result<Option<(u8, &[u8])>, FrameError> {
        let rest = self.buffer.get(self.at..).unwrap_or_default();
        let Some((length, rest)) = rest.split_first_chunk::<4>() else { return Ok(None) };
        let length = u32::from_be_bytes(*length);
        let size = usize::try_from(length).unwrap_or(usize::MAX);
        if size > LONGEST {
            return Err(FrameError::TooLong(length));
        }
        if size == 0 {
            return Err(FrameError::Empty);
        }
        if rest.len() < size {
            return Ok(None);
        }
        let start = self.at + 4;
        self.at = start + size;
        let (command, data) = self.buffer.get(start..self.at).and_then(<[u8]>::split_first).ok_or(FrameError::Empty)?;
        Ok(Some((*command, data)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn frames_are_the_same_however_the_bytes_arrive(
            frames in prop::collection::vec((any::<u8>(), prop::collection::vec(any::<u8>(), 0..40)), 0..8),
            cuts in prop::collection::vec(1_usize..9, 1..20),
        ) {
            let mut stream = Vec::new();
            for (command, data) in &frames {
                stream.extend((u32::try_from(data.len()).unwrap() + 1).to_be_bytes());
                stream.push(*command);
                stream.extend(data);
            }
            let (mut reader, mut seen, mut rest) = (Frames::default(), Vec::new(), &stream[..]);
            for cut in cuts.iter().cycle() {
                let (now, later) = rest.split_at((*cut).min(rest.len()));
                reader.add(now);
                while let Some((command, data)) = reader.take().unwrap() {
                    seen.push((command, data.to_vec()));
                }
                rest = later;
                if rest.is_empty() {
                    break;
                }
            }
            prop_assert_eq!(seen, frames);
        }
    }

    #[test]
    fn nonsense_is_refused_before_it_is_held() {
        let mut frames = Frames::default();
        frames.add(b"\xff\xff\xff\xffX");
        assert_eq!(frames.take(), Err(FrameError::TooLong(u32::MAX)));
        let mut frames = Frames::default();
        frames.add(&[0; 4]);
        assert_eq!(frames.take(), Err(FrameError::Empty));
    }
}
