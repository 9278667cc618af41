//! How blocks of data are disguised ([MS-PST] section 5.1). This keeps nobody out: there is no key, only tables that are
//! published with the format.

use super::header::Coding;

/// The tables mpbbR and mpbbS of [MS-PST] section 5.1 in hexadecimal. The third, mpbbI, is the first one backwards.
const R: [&str; 8] = [
    "41361362a8216ebbf416cc047f64e85d1ef2cb2a74c55e35d295479e962d9a88",
    "4c7d843fdbac31b6485ff6c4d8398be7233b388ec8c1df25b120a546604e9cfb",
    "aad35651457c550007c92b9d859b09a08fadb30f63ab894bd7a7155a716642bf",
    "264a6b98faea7753b270052cfd593a867ece06eb827857c78d43afb41cd45bcd",
    "e2e9274fc3087280cfb0eff5286dbe304d3492d50e3c2232e5e4f99fc2d10a81",
    "12e1ee918376e397e6618a1779a4b7dc907a5c8c02a6ca69de501a1193b95287",
    "58fced1d37491b6ae0293399bd6cd994f340546ff0c673b8d63e6518441fdd67",
    "10f10c19ecae03a1147ba90bfff8a3c0a201f72ebc2468750dfeba2fb5d0da3d",
];
const S: [&str; 8] = [
    "14530f56b3c87a9ceb65481716159f02cc547c83000d0c0ba262a876dbd9edc7",
    "c5a4dcac8574d6d0a79bae9a967166c36399b8dd73928e847da55ed15d93b157",
    "5150808952944f4e0a6bbc8d7f6e47464140440111cb033ff7f4e1a98f3c3af9",
    "fbf0193082092ec99da08649ee6f4d6dc42d813425871b88aafc06a11238fd4c",
    "4272641337246a757743ffe6b44b365ce4d8353d45b92cecb7312b290768a30e",
    "697b189e2139be281a5b78f523ca2ab0af3efe048ce7e5983295d3f64ae8a6ea",
    "e9f3d52f7020f21f0567ad5510cecde3273bdabad7c226d4911dd21c2233f8fa",
    "f15aefcf90b68bb5bdc0bf08971e6ce261e0c6c159abbb58de5fdf60797eb28a",
];

/// Undoes the disguise of blocks.
pub(super) struct Decoder {
    coding: Coding,
    r: [u8; 256],
    s: [u8; 256],
    i: [u8; 256],
}

impl Decoder {
    pub(super) fn new(coding: Coding) -> Self {
        let (r, s) = (table(&R), table(&S));
        let mut i = [0; 256];
        for (byte, coded) in (0..=u8::MAX).zip(r) {
            i[usize::from(coded)] = byte;
        }
        Self { coding, r, s, i }
    }

    /// `block` is the block's number, of which the cyclic coding makes its key.
    pub(super) fn decode(&self, bytes: &mut [u8], block: u64) {
        let at = |table: &[u8; 256], byte: u8| table[usize::from(byte)];
        match self.coding {
            Coding::Plain => {}
            Coding::Permuted => bytes.iter_mut().for_each(|byte| *byte = at(&self.i, *byte)),
            Coding::Cyclic => {
                let [low, next, third, fourth, ..] = block.to_le_bytes();
                let mut key = u16::from_le_bytes([low ^ third, next ^ fourth]);
                for byte in bytes {
                    let [low, high] = key.to_le_bytes();
                    let coded = at(&self.s, at(&self.r, byte.wrapping_add(low)).wrapping_add(high));
                    *byte = at(&self.i, coded.wrapping_sub(high)).wrapping_sub(low);
                    key = key.wrapping_add(1);
                }
            }
        }
    }
}

fn table(rows: &[&str; 8]) -> [u8; 256] {
    let digit = |digit: u8| match digit {
        b'0'..=b'9' => digit - b'0',
        _ => digit - b'a' + 10,
    };
    let mut table = [0; 256];
    let pairs = rows.iter().flat_map(|row| row.as_bytes().as_chunks::<2>().0);
    for (place, [high, low]) in table.iter_mut().zip(pairs) {
        *place = digit(*high) << 4 | digit(*low);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_permutations_and_the_cyclic_coding_undoes_itself() {
        let decoder = Decoder::new(Coding::Cyclic);
        for table in [decoder.r, decoder.s, decoder.i] {
            let mut sorted = table;
            sorted.sort_unstable();
            assert!((0..=u8::MAX).eq(sorted));
        }
        let text = b"Kind regards, and a hundred more bytes of it".to_vec();
        let mut twice = text.clone();
        decoder.decode(&mut twice, 0x1234_5678);
        assert_ne!(twice, text);
        decoder.decode(&mut twice, 0x1234_5678);
        assert_eq!(twice, text);
    }
}
