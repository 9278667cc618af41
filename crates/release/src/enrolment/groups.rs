//! The code's form: twelve groups of four signs and one that checks them, in an alphabet without signs that are taken for others.

use std::sync::LazyLock;

use data_encoding::{Encoding, Specification};
use zeroize::Zeroizing;

use super::EnrolmentError;

/// Without `I`, `L`, `O` and `U`, after Crockford's base 32.
const ALPHABET: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const BYTES: usize = 30;
const GROUPS: usize = 12;
/// Signs of a group that hold something.
const HELD: usize = 4;
/// The most that is read at all: the code with room for what people put between.
const LONGEST: usize = 256;

static BASE: LazyLock<Encoding> = LazyLock::new(|| {
    let mut specification = Specification::new();
    specification.symbols.push_str(ALPHABET);
    specification.encoding().expect("32 different signs are a base")
});

pub(super) fn write(bytes: &[u8; BYTES]) -> Zeroizing<String> {
    let signs = Zeroizing::new(BASE.encode(bytes));
    let mut code = Zeroizing::new(String::with_capacity(GROUPS * (HELD + 2)));
    for (at, group) in signs.as_bytes().chunks(HELD).enumerate() {
        if at > 0 {
            code.push('-');
        }
        code.extend(group.iter().map(|sign| char::from(*sign)));
        code.push(check_sign(at, group));
    }
    code
}

pub(super) fn read(text: &str) -> Result<[u8; BYTES], EnrolmentError> {
    let signs = signs(text)?;
    if signs.len() != GROUPS * (HELD + 1) {
        return Err(EnrolmentError::Length { typed: signs.len() });
    }
    let mut held = Zeroizing::new(Vec::with_capacity(GROUPS * HELD));
    for (at, group) in signs.chunks(HELD + 1).enumerate() {
        let (signs, check) = group.split_at(HELD);
        if check != [check_sign(at, signs) as u8] {
            return Err(EnrolmentError::Group { group: at + 1 });
        }
        held.extend_from_slice(signs);
    }
    let bytes = BASE.decode(&held).map(Zeroizing::new).map_err(|_| EnrolmentError::Checksum)?;
    bytes[..].try_into().map_err(|_| EnrolmentError::Checksum)
}

/// The signs of the alphabet, whatever a person typed for them.
fn signs(text: &str) -> Result<Zeroizing<Vec<u8>>, EnrolmentError> {
    if text.len() > LONGEST {
        return Err(EnrolmentError::Length { typed: text.len() });
    }
    let mut signs = Zeroizing::new(Vec::with_capacity(LONGEST));
    for character in text.chars().filter(|character| !character.is_whitespace() && !matches!(character, '-' | '–')) {
        let sign = match character.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        };
        if !ALPHABET.contains(sign) {
            return Err(EnrolmentError::Sign { group: signs.len() / (HELD + 1) + 1 });
        }
        signs.push(sign as u8);
    }
    Ok(signs)
}

/// Odd weights modulo 32 catch every single wrong sign; the place of the group is in the sum, so that two groups that changed places
/// are found, too.
fn check_sign(at: usize, group: &[u8]) -> char {
    let value = |sign: u8| ALPHABET.bytes().position(|own| own == sign).unwrap_or_default();
    let sum: usize = group.iter().enumerate().map(|(place, sign)| (2 * place + 1) * value(*sign)).sum();
    char::from(ALPHABET.as_bytes()[(sum + 11 * (at + 1)) % ALPHABET.len()])
}
