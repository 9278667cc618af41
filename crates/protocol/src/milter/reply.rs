//! What a filter says.

/// One answer, or one change before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// `SMFIR_CONTINUE`: go on; after the end of the message: take it with the changes.
    Continue,
    /// `SMFIR_ACCEPT`: take it as it is, and ask no more.
    Accept,
    /// `SMFIR_DISCARD`: say that it was taken, and drop it. The filter has it.
    Discard,
    /// `SMFIR_REPLYCODE`: refuse it with these words (`451 4.7.1 ...`).
    Refuse(String),
    /// `SMFIR_PROGRESS`: still working.
    Progress,
    /// `SMFIR_INSHEADER`: a header field in front of all others. The value begins with its space.
    InsertHeader(String, String),
    /// `SMFIR_CHGHEADER`: deletes the n-th header field of this name, counted from 1.
    DeleteHeader(u32, String),
    /// `SMFIR_CHGHEADER`: changes the n-th header field of this name, or adds it.
    ChangeHeader(u32, String, String),
    /// `SMFIR_DELRCPT`: this recipient does not get it (`<a@b.example>`, as the mail server named it).
    DeleteRecipient(String),
    /// `SMFIR_REPLBODY`: a piece of the new body.
    Body(Vec<u8>),
}

/// The longest piece of a body in one frame.
const PIECE: usize = 65_535;

impl Reply {
    /// Its bytes, frame and all.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut data = Vec::new();
        match self {
            Self::Continue => data.push(b'c'),
            Self::Accept => data.push(b'a'),
            Self::Discard => data.push(b'd'),
            Self::Refuse(words) => {
                data.push(b'y');
                put(&mut data, words);
            }
            Self::Progress => data.push(b'p'),
            Self::InsertHeader(name, value) => {
                data.extend([b'i', 0, 0, 0, 0]);
                put(&mut data, name);
                put(&mut data, value);
            }
            Self::DeleteHeader(number, name) => {
                data.push(b'm');
                data.extend(number.to_be_bytes());
                put(&mut data, name);
                data.push(0);
            }
            Self::ChangeHeader(number, name, value) => {
                data.push(b'm');
                data.extend(number.to_be_bytes());
                put(&mut data, name);
                put(&mut data, value);
            }
            Self::DeleteRecipient(address) => {
                data.push(b'-');
                put(&mut data, address);
            }
            Self::Body(piece) => {
                data.push(b'b');
                data.extend(piece.iter().take(PIECE));
            }
        }
        let mut bytes = u32::try_from(data.len()).unwrap_or(u32::MAX).to_be_bytes().to_vec();
        bytes.append(&mut data);
        bytes
    }

    /// A new body in as many pieces as it needs.
    pub fn body(body: &[u8]) -> impl Iterator<Item = Self> {
        body.chunks(PIECE).map(|piece| Self::Body(piece.to_vec()))
    }
}

/// A text and the zero that ends it; a zero inside would end it early, and a line end would begin another header field.
fn put(data: &mut Vec<u8>, text: &str) {
    data.extend(text.bytes().filter(|byte| *byte != 0 && *byte != b'\r'));
    data.push(0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_are_framed() {
        assert_eq!(Reply::Continue.to_bytes(), b"\0\0\0\x01c");
        assert_eq!(Reply::Refuse("451 4.7.1 later".to_owned()).to_bytes(), b"\0\0\0\x11y451 4.7.1 later\0");
        assert_eq!(
            Reply::InsertHeader("X-A".to_owned(), " b\0c".to_owned()).to_bytes(),
            b"\0\0\0\x0di\0\0\0\0X-A\0 bc\0"
        );
        assert_eq!(Reply::DeleteHeader(2, "X-A".to_owned()).to_bytes(), b"\0\0\0\x0am\0\0\0\x02X-A\0\0");
        assert_eq!(Reply::DeleteRecipient("<a@b>".to_owned()).to_bytes(), b"\0\0\0\x07-<a@b>\0");
        assert_eq!(Reply::body(&[b'a'; PIECE + 1]).count(), 2);
    }
}
