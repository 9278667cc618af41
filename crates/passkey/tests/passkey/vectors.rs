//! The examples of the standard itself (§16), made by others with other code: each is taken or refused as we say, and with what it says of
//! its maker. Many of them verify no user, and are refused for that. One is left out, whose challenges have 128 bytes: ours have 32.

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use serde::Deserialize;
use serde_json::json;
use vauban_passkey::{Attestation, Door, Model, Models, Nonce, Refused};

use crate::support::{ana, now};

#[derive(Deserialize)]
struct Vectors {
    root: String,
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    name: String,
    id: String,
    aaguid: String,
    create: Create,
    get: Get,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Create {
    challenge: String,
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    attestation_object: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Get {
    challenge: String,
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    authenticator_data: String,
    signature: String,
}

/// Enrolled, and whether its model is vouched for; then what becomes of its assertion.
type Verdict = Result<(bool, Result<(), Refused>), Refused>;

const VERDICTS: [(&str, Verdict); 14] = [
    ("none-es256", Err(Refused::NotVerified)),
    ("packed-self-es256", Ok((false, Err(Refused::NotVerified)))),
    ("none-es256-crossOrigin", Err(Refused::CrossOrigin)),
    ("none-es256-topOrigin", Err(Refused::CrossOrigin)),
    ("none-es256-long-credential-id", Err(Refused::NotVerified)),
    ("packed-es256", Ok((true, Ok(())))),
    ("packed-es384", Err(Refused::NotVerified)),
    ("packed-rs256", Err(Refused::PublicKey)),
    ("packed-eddsa", Err(Refused::NotVerified)),
    ("packed-ed448", Err(Refused::NotVerified)),
    ("tpm-es256", Err(Refused::AttestationFormat)),
    ("android-key-es256", Err(Refused::AttestationFormat)),
    ("apple-es256", Err(Refused::AttestationFormat)),
    ("fido-u2f-es256", Err(Refused::AttestationFormat)),
];

#[test]
fn the_examples_of_the_standard() {
    let all: Vectors = serde_json::from_str(include_str!("vectors.json")).unwrap();
    let verdicts: Vec<_> =
        all.vectors.iter().map(|vector| (vector.name.as_str(), verdict(&all.root, vector))).collect();
    assert_eq!(verdicts, VERDICTS);
}

fn verdict(root: &str, vector: &Vector) -> Verdict {
    let mut models = Models::default();
    let model: Model = vector.aaguid.parse().unwrap();
    models.trust(&bytes(root), [model]).unwrap();
    let door = Door::new("example.org", "https://example.org", "Example").unwrap().trusting(models);

    let asked = door.enrol(ana(), "Ana", &[], Attestation::Any, nonce(&vector.create.challenge)).unwrap();
    let id = text(&vector.id);
    let response = json!({
        "id": id,
        "rawId": id,
        "type": "public-key",
        "response": {
            "clientDataJSON": text(&vector.create.client_data),
            "attestationObject": text(&vector.create.attestation_object),
        },
        "clientExtensionResults": {},
    });
    let credential = door.enrolled(&asked.state, response.to_string().as_bytes(), now())?;
    assert_eq!(credential.model(), Some(model));

    let asked = door.refresh(std::slice::from_ref(&credential), nonce(&vector.get.challenge)).unwrap();
    let response = json!({
        "id": id,
        "rawId": id,
        "type": "public-key",
        "response": {
            "clientDataJSON": text(&vector.get.client_data),
            "authenticatorData": text(&vector.get.authenticator_data),
            "signature": text(&vector.get.signature),
        },
        "clientExtensionResults": {},
    });
    let signed = door.refreshed(&asked.state, response.to_string().as_bytes(), &credential).map(|_| ());
    Ok((credential.is_attested(), signed))
}

fn bytes(hex: &str) -> Vec<u8> {
    HEXLOWER.decode(hex.as_bytes()).unwrap()
}

fn text(hex: &str) -> String {
    BASE64URL_NOPAD.encode(&bytes(hex))
}

fn nonce(hex: &str) -> Nonce {
    Nonce::new(bytes(hex).try_into().unwrap())
}
