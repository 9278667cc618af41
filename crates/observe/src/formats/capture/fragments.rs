//! Packets that came in pieces.

use std::{collections::BTreeMap, net::IpAddr};

use super::layers::Network;

/// Packets that are put together at a time, the bytes of one, and its pieces.
const MOST: usize = 256;
const LONGEST: usize = 64 << 10;
const MOST_PIECES: usize = 128;

/// The packets that are not whole yet.
#[derive(Default)]
pub(super) struct Fragments {
    pending: BTreeMap<(IpAddr, IpAddr, u8, u32), Pieces>,
}

/// The pieces of one by their place, their length, and the length of the whole once its end came.
#[derive(Default)]
struct Pieces {
    by_place: BTreeMap<usize, Vec<u8>>,
    length: usize,
    whole: Option<usize>,
}

impl Fragments {
    /// Takes a piece; gives the whole of its packet when the last piece has come.
    pub(super) fn join(&mut self, network: &Network<'_>) -> Option<Vec<u8>> {
        let (id, offset, more) = network.fragment?;
        let key = (network.from, network.to, network.protocol, id);
        if self.pending.len() >= MOST && !self.pending.contains_key(&key) {
            self.pending.pop_first();
        }
        let pieces = self.pending.entry(key).or_default();
        if !pieces.add(offset, more, network.payload) {
            self.pending.remove(&key);
            return None;
        }
        let whole = pieces.whole.filter(|whole| pieces.length >= *whole)?;
        self.pending.remove(&key)?.joined(whole)
    }
}

impl Pieces {
    /// Whether the packet can still become whole. Of two pieces for one place the first counts. More bytes than a packet
    /// has, or very many pieces, come from nobody honest.
    fn add(&mut self, offset: usize, more: bool, payload: &[u8]) -> bool {
        let end = offset.saturating_add(payload.len());
        if !more {
            self.whole = Some(end);
        }
        if self.by_place.contains_key(&offset) {
            return true;
        }
        self.length += payload.len();
        self.by_place.insert(offset, payload.to_vec());
        end <= LONGEST && self.length <= LONGEST && self.by_place.len() <= MOST_PIECES
    }

    fn joined(self, whole: usize) -> Option<Vec<u8>> {
        let mut bytes = vec![0; whole];
        for (offset, piece) in self.by_place {
            let end = (offset + piece.len()).min(whole);
            let length = end.checked_sub(offset)?;
            bytes.get_mut(offset..end)?.copy_from_slice(piece.get(..length)?);
        }
        Some(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(id: u32, offset: usize, more: bool, payload: &[u8]) -> Network<'_> {
        let address = IpAddr::from([192, 0, 2, 1]);
        Network { from: address, to: address, protocol: 17, payload, fragment: Some((id, offset, more)) }
    }

    #[test]
    fn pieces_become_a_packet_in_whatever_order_they_come() {
        let mut fragments = Fragments::default();
        assert_eq!(fragments.join(&piece(1, 8, false, b"second")), None);
        assert_eq!(fragments.join(&piece(2, 0, true, b"of another")), None);
        assert_eq!(fragments.join(&piece(1, 0, true, b"firstone")).unwrap(), b"firstonesecond");
    }

    #[test]
    fn hostile_pieces_hold_no_more_than_a_packet() {
        let mut fragments = Fragments::default();
        let large = vec![0; 60 << 10];
        for round in 0..10_000_u32 {
            let offset = 8 * (round as usize % 500);
            let _ = fragments.join(&piece(round % 300, offset, true, &large[..round as usize % large.len()]));
        }
        let held: usize = fragments.pending.values().flat_map(|one| one.by_place.values()).map(Vec::len).sum();
        assert!(fragments.pending.len() <= MOST && held <= MOST * LONGEST);
        assert_eq!(fragments.join(&piece(900, 16, false, b"")), None);
        assert_eq!(fragments.join(&piece(901, usize::MAX, false, b"x")), None);
    }
}
