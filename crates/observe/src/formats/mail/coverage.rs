//! Which bytes of a message some part has claimed. The rest, be it a preamble, an epilogue or the ruins of a
//! broken structure, is handed over as it stands: mail programs differ in what they show of it.

/// The stretches claimed so far.
#[derive(Debug, Default)]
pub(super) struct Coverage(Vec<(usize, usize)>);

impl Coverage {
    /// Claims the bytes from `start` to `end`.
    pub(super) fn claim(&mut self, start: usize, end: usize) {
        if start < end {
            self.0.push((start, end));
        }
    }

    /// The stretches of `0..length` that nobody claimed, in order.
    pub(super) fn gaps(mut self, length: usize) -> Vec<(usize, usize)> {
        self.0.sort_unstable();
        let (mut gaps, mut at) = (Vec::new(), 0_usize);
        for (start, end) in self.0 {
            if start > at {
                gaps.push((at, start));
            }
            at = at.max(end);
        }
        if at < length {
            gaps.push((at, length));
        }
        gaps
    }
}

/// Whether an observable could stand in these bytes: a delimiter line alone is not worth a passage.
pub(super) fn could_say_something(bytes: &[u8]) -> bool {
    let bytes = bytes.trim_ascii();
    bytes.len() >= 32 || bytes.iter().any(|byte| b".@:%".contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_what_nobody_claimed() {
        let mut coverage = Coverage::default();
        coverage.claim(5, 9);
        coverage.claim(0, 2);
        coverage.claim(6, 7);
        coverage.claim(8, 3);
        assert_eq!(coverage.gaps(12), [(2, 5), (9, 12)]);
        assert_eq!(Coverage::default().gaps(3), [(0, 3)]);
    }
}
