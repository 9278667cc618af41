//! What strangers send, damaged in every way: nothing panics, no token comes of it, and no answer goes where no client is registered.

use rand_chacha::{
    ChaCha20Rng,
    rand_core::{RngCore as _, SeedableRng as _},
};
use vauban_oidc::{Call, Decision, Logout, NotKept};

use crate::house::{House, VERIFIER};

const REQUEST: &str = "client_id=cloud&redirect_uri=https://cloud.example/cb&response_type=code&scope=openid%20profile&state=a&nonce=b\
    &prompt=login&max_age=10&ui_locales=fr%20en&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";
/// A proof as one looks (RFC 9449, section 4.2); nothing signed it.
const PROOF: &str = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vaWQuZXhhbXBsZS9vaWRjL3Rva2VuIiwiaWF0IjoxODAwMDAwMDAwfQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";

/// One to four bytes are others, gone, doubled or cut off.
fn damaged(text: &[u8], rng: &mut ChaCha20Rng) -> Vec<u8> {
    let mut bytes = text.to_vec();
    for _ in 0..=rng.next_u32() % 4 {
        let at = rng.next_u32() as usize % bytes.len().max(1);
        match (rng.next_u32() % 5, bytes.len()) {
            (_, 0) => bytes.push(b'='),
            (0, _) => bytes[at] = rng.next_u32().to_le_bytes()[0],
            (1, _) => drop(bytes.remove(at)),
            (2, _) => bytes.insert(at, b"=&%+#\0\xff"[rng.next_u32() as usize % 7]),
            (3, _) => bytes.truncate(at),
            (_, length) => bytes.extend_from_within(at..length.min(at + 16)),
        }
    }
    bytes
}

#[test]
fn a_damaged_request_is_answered_to_the_client_or_to_nobody() {
    let mut house = House::new();
    let mut rng = ChaCha20Rng::from_seed([8; 32]);
    let (mut kept, mut answered, mut shown) = (0, 0, 0);
    for _ in 0..2_000 {
        let request = damaged(REQUEST.as_bytes(), &mut rng);
        match house.provider.receive(&request, house.now, &mut house.rng) {
            Ok(waits) => {
                kept += 1;
                let decided =
                    house.provider.decide(&waits.secret, None, &house.door, house.now, &mut house.rng).unwrap();
                assert!(matches!(decided, Decision::SignIn | Decision::Answer(_)), "{decided:?}");
                if let Decision::Answer(to) = decided {
                    assert!(to.starts_with("https://cloud.example/cb?") && !to.contains("code="), "{to}");
                }
            }
            Err(NotKept::Answered { to, .. }) => {
                answered += 1;
                assert!(to.starts_with("https://cloud.example/cb?"), "{to}");
            }
            Err(NotKept::Unanswerable(_)) => shown += 1,
            Err(NotKept::Failed(error)) => panic!("{error}: {}", String::from_utf8_lossy(&request)),
        }
    }
    assert!(kept > 50 && answered > 100 && shown > 100, "{kept} {answered} {shown}");
}

#[test]
fn no_token_comes_of_a_damaged_call() {
    let mut house = House::new();
    let code = house.code();
    let honest = format!(
        "client_id=cloud&client_secret={}&grant_type=authorization_code&code={code}&redirect_uri=https://cloud.example/cb&code_verifier={VERIFIER}",
        house.secret
    );
    let assertion = format!(
        "client_id=cloud&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer&client_assertion={PROOF}&grant_type=refresh_token&refresh_token={}",
        "A".repeat(43)
    );
    let mut rng = ChaCha20Rng::from_seed([9; 32]);
    for round in 0..3_000 {
        let whole = if round % 2 == 0 { &honest } else { &assertion };
        let body = damaged(whole.as_bytes(), &mut rng);
        let proof = String::from_utf8_lossy(&damaged(PROOF.as_bytes(), &mut rng)).into_owned();
        let header = String::from_utf8_lossy(&damaged(b"Basic Y2xvdWQ6c2VjcmV0", &mut rng)).into_owned();
        let proofs = [proof.as_str()];
        let call = Call {
            method: "POST",
            body: &body,
            proofs: if round % 3 == 0 { &proofs } else { &[] },
            authorization: (round % 5 == 0).then_some(header.as_str()),
        };
        // What is damaged where nothing is looked at is whole: what comes after it, and a parameter that nobody asked for.
        let is_whole =
            ["client_secret", "code", "grant_type", "redirect_uri", "code_verifier", "client_id"].iter().all(|name| {
                let value = |text: &[u8]| {
                    url::form_urlencoded::parse(text).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
                };
                value(&body) == value(honest.as_bytes())
            });
        let token = house.provider.token(&call, &house.door, house.now, &mut house.rng);
        assert!(is_whole || token.is_err(), "{}", String::from_utf8_lossy(&body));
        let _ = house.provider.push(&call, house.now, &mut house.rng);
        let _ = house.provider.revoke(&call, house.now);
        let _ = house.provider.userinfo(&call, &house.door, house.now);
        let hint = format!("id_token_hint={proof}&client_id=cloud&state=x");
        let out = house.provider.end_session(hint.as_bytes(), house.now, &mut house.rng);
        // Damaged to nothing, it is none, and a person is asked.
        let parted = out.and_then(|name| house.provider.part(&name, None, house.now));
        assert!(!matches!(parted, Ok(Logout::Ends { .. })), "a hint that we did not sign");
    }
}
