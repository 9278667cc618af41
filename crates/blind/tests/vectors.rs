//! The test vectors of RFC 9497 (appendix A.1), all three modes: the functions that this crate is built on, and for the
//! mode that it uses, its own keys, batches and evaluations, byte for byte.
#![expect(clippy::unwrap_used, reason = "a vector that is not there is a failure")]

use std::path::Path;

use data_encoding::HEXLOWER;
use rand::{CryptoRng, RngCore};
use serde_json::Value;
use vauban_blind::{Batch, BatchSize, Epoch, PublicKey, SecretKey, Signer};
use voprf::{OprfClient, OprfServer, PoprfClient, PoprfServer, Ristretto255, VoprfClient, VoprfServer};

#[expect(clippy::print_stdout, reason = "a test that skips says so")]
fn modes() -> Option<Vec<Value>> {
    let path = "/../../../shared/data/oprf/oprf_ristretto255_sha512_vectors.json";
    let path = format!("{}{path}", env!("CARGO_MANIFEST_DIR"));
    if !Path::new(&path).is_file() {
        println!("skipped: no shared data");
        return None;
    }
    Some(serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap())
}

fn bytes(value: &Value) -> Vec<u8> {
    HEXLOWER.decode(value.as_str().unwrap().as_bytes()).unwrap()
}

/// A field that holds one value for each element of the batch.
fn each(value: &Value) -> Vec<Vec<u8>> {
    value.as_str().unwrap().split(',').map(|text| HEXLOWER.decode(text.as_bytes()).unwrap()).collect()
}

/// Gives scalars that a vector names: each is asked for as 64 bytes, to be reduced.
struct Scalars(Vec<Vec<u8>>);

impl RngCore for Scalars {
    fn next_u32(&mut self) -> u32 {
        unreachable!("scalars are asked for as bytes")
    }

    fn next_u64(&mut self) -> u64 {
        unreachable!("scalars are asked for as bytes")
    }

    fn fill_bytes(&mut self, room: &mut [u8]) {
        assert_eq!(room.len(), 64);
        room.fill(0);
        room[..32].copy_from_slice(&self.0.remove(0));
    }

    fn try_fill_bytes(&mut self, room: &mut [u8]) -> Result<(), rand::Error> {
        self.fill_bytes(room);
        Ok(())
    }
}

impl CryptoRng for Scalars {}

fn vectors(mode: &Value) -> &Vec<Value> {
    mode["vectors"].as_array().unwrap()
}

#[test]
fn all_modes_are_there() {
    let Some(modes) = modes() else { return };
    let counts: Vec<_> = modes.iter().map(|mode| (mode["mode"].as_u64().unwrap(), vectors(mode).len())).collect();
    assert_eq!(counts, [(0, 2), (1, 3), (2, 3)]);
}

#[test]
fn the_plain_mode() {
    let Some(modes) = modes() else { return };
    let mode = &modes[0];
    let server = OprfServer::<Ristretto255>::new_from_seed(&bytes(&mode["seed"]), &bytes(&mode["keyInfo"])).unwrap();
    assert_eq!(server.serialize().to_vec(), bytes(&mode["skSm"]));
    for vector in vectors(mode) {
        let input = bytes(&vector["Input"]);
        let blinded = OprfClient::blind(&input, &mut Scalars(each(&vector["Blind"]))).unwrap();
        assert_eq!(blinded.message.serialize().to_vec(), bytes(&vector["BlindedElement"]));
        let evaluated = server.blind_evaluate(&blinded.message);
        assert_eq!(evaluated.serialize().to_vec(), bytes(&vector["EvaluationElement"]));
        let output = blinded.state.finalize(&input, &evaluated).unwrap();
        assert_eq!(output.to_vec(), bytes(&vector["Output"]));
        assert_eq!(server.evaluate(&input).unwrap().to_vec(), bytes(&vector["Output"]));
    }
}

#[test]
fn the_verifiable_mode() {
    let Some(modes) = modes() else { return };
    let mode = &modes[1];
    let server = VoprfServer::<Ristretto255>::new_from_seed(&bytes(&mode["seed"]), &bytes(&mode["keyInfo"])).unwrap();
    assert_eq!(server.serialize().to_vec(), [bytes(&mode["skSm"]), bytes(&mode["pkSm"])].concat());
    for vector in vectors(mode) {
        let inputs = each(&vector["Input"]);
        let mut blinds = Scalars(each(&vector["Blind"]));
        let blinded: Vec<_> = inputs.iter().map(|input| VoprfClient::blind(input, &mut blinds).unwrap()).collect();
        let (states, messages): (Vec<_>, Vec<_>) = blinded.into_iter().map(|both| (both.state, both.message)).unzip();
        let serialized: Vec<_> = messages.iter().map(|message| message.serialize().to_vec()).collect();
        assert_eq!(serialized, each(&vector["BlindedElement"]));

        let prepared: Vec<_> = server.batch_blind_evaluate_prepare(messages.iter()).collect();
        let mut r = Scalars(vec![bytes(&vector["Proof"]["r"])]);
        let result = server.batch_blind_evaluate_finish(&mut r, messages.iter(), &prepared).unwrap();
        let evaluations: Vec<_> = result.messages.collect();
        let serialized: Vec<_> = evaluations.iter().map(|evaluation| evaluation.serialize().to_vec()).collect();
        assert_eq!(serialized, each(&vector["EvaluationElement"]));
        assert_eq!(result.proof.serialize().to_vec(), bytes(&vector["Proof"]["proof"]));

        let key = server.get_public_key();
        let outputs = VoprfClient::batch_finalize(&inputs, &states, &evaluations, &result.proof, key).unwrap();
        let outputs: Vec<_> = outputs.map(|output| output.unwrap().to_vec()).collect();
        assert_eq!(outputs, each(&vector["Output"]));
    }
}

/// The verifiable mode again, through this crate's own types: the bytes of the answer are the vector's.
#[test]
fn the_signer_answers_as_the_vectors_say() {
    let Some(modes) = modes() else { return };
    let mode = &modes[1];
    let key = SecretKey::from_bytes(&bytes(&mode["skSm"])).unwrap();
    assert_eq!(key.public(), PublicKey::from_bytes(&bytes(&mode["pkSm"])).unwrap());
    let signer = Signer::new(key.clone(), Epoch::new(7));
    for vector in vectors(mode) {
        let elements = u16::try_from(vector["Batch"].as_u64().unwrap()).unwrap();
        let size = BatchSize::new(elements).unwrap();
        let frame = [&7_u32.to_be_bytes()[..], &elements.to_be_bytes(), key.public().as_bytes()].concat();
        let wire = [b"VBQ1".to_vec(), frame.clone(), each(&vector["BlindedElement"]).concat()].concat();
        let batch = Batch::from_bytes(&wire, size).unwrap();
        assert_eq!(batch.to_bytes(), wire);
        let evaluated = signer.evaluate(&batch, &mut Scalars(vec![bytes(&vector["Proof"]["r"])])).unwrap();
        let proof = bytes(&vector["Proof"]["proof"]);
        let expected = [b"VBE1".to_vec(), frame, proof, each(&vector["EvaluationElement"]).concat()].concat();
        assert_eq!(evaluated.to_bytes(), expected);
    }
}

#[test]
fn the_partially_oblivious_mode() {
    let Some(modes) = modes() else { return };
    let mode = &modes[2];
    let server = PoprfServer::<Ristretto255>::new_from_seed(&bytes(&mode["seed"]), &bytes(&mode["keyInfo"])).unwrap();
    assert_eq!(server.serialize().to_vec(), [bytes(&mode["skSm"]), bytes(&mode["pkSm"])].concat());
    for vector in vectors(mode) {
        let (inputs, info) = (each(&vector["Input"]), bytes(&vector["Info"]));
        let mut blinds = Scalars(each(&vector["Blind"]));
        let blinded: Vec<_> = inputs.iter().map(|input| PoprfClient::blind(input, &mut blinds).unwrap()).collect();
        let (states, messages): (Vec<_>, Vec<_>) = blinded.into_iter().map(|both| (both.state, both.message)).unzip();
        let serialized: Vec<_> = messages.iter().map(|message| message.serialize().to_vec()).collect();
        assert_eq!(serialized, each(&vector["BlindedElement"]));

        let state = server.batch_blind_evaluate_prepare(messages.iter(), Some(&info)).unwrap();
        let (prepared_state, prepared) = (state.prepared_tweak, state.prepared_evaluation_elements.collect::<Vec<_>>());
        let mut r = Scalars(vec![bytes(&vector["Proof"]["r"])]);
        let result =
            PoprfServer::batch_blind_evaluate_finish(&mut r, messages.iter(), &prepared, &prepared_state).unwrap();
        let evaluations: Vec<_> = result.messages.collect();
        let serialized: Vec<_> = evaluations.iter().map(|evaluation| evaluation.serialize().to_vec()).collect();
        assert_eq!(serialized, each(&vector["EvaluationElement"]));
        assert_eq!(result.proof.serialize().to_vec(), bytes(&vector["Proof"]["proof"]));

        let key = server.get_public_key();
        let inputs = inputs.iter().map(Vec::as_slice);
        let outputs =
            PoprfClient::batch_finalize(inputs, &states, &evaluations, &result.proof, key, Some(&info)).unwrap();
        let outputs: Vec<_> = outputs.map(|output| output.unwrap().to_vec()).collect();
        assert_eq!(outputs, each(&vector["Output"]));
    }
}
