//! How much memory a large message takes. In a process of its own, whose peak Linux keeps.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use vauban_openpgp::{Certificate, EncryptError, Options, encrypt, is_encrypted};

/// The most memory that this process ever used, in bytes.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 1024
}

#[test]
fn large_messages_and_bombs_take_no_more_than_three_times_their_size() {
    let certificate = Certificate::parse(include_bytes!("keys/curve25519.asc")).unwrap();
    let now = "2024-06-01T00:00:00Z".parse().unwrap();
    let message = [b"Subject: x\r\n\r\n".as_slice(), &b"0123456789abcdef\r\n".repeat(2_000_000)].concat();
    let before = peak().max(message.len());
    let sealed = encrypt(&message, &[&certificate], now, &mut StdRng::seed_from_u64(1), &Options::default()).unwrap();
    let grown = peak().saturating_sub(before);
    assert!(grown + message.len() < 3 * message.len(), "{grown} on top of {}", message.len());
    assert!(is_encrypted(&sealed));

    // Bombs: millions of fields, and millions of parts within parts.
    let before = peak();
    let fields = b"a:\n".repeat(8_000_000);
    assert!(!is_encrypted(&fields));
    let sealed = encrypt(&fields, &[&certificate], now, &mut StdRng::seed_from_u64(1), &Options::default());
    assert_eq!(sealed, Err(EncryptError::HeaderTooLarge));
    let of = b"Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=x\n\n";
    let parts = [of.as_slice(), &b"--x\n\n".repeat(5_000_000)].concat();
    assert!(!is_encrypted(&parts));
    let within = b"--x\nContent-Type: multipart/mixed; boundary=y\n\n";
    let parts = [of.as_slice(), within, &b"--y\n\n".repeat(5_000_000), b"\n--x\n\n--x--\n"].concat();
    assert!(!is_encrypted(&parts));
    assert!(peak() - before < 100_000_000, "{}", peak() - before);
}
