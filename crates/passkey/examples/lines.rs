//! The ceremonies over lines, for a real browser at the other end (`conformance/passkeys/chromium.mjs`): a command and a response in,
//! options or a verdict out. Its nonces count up, so it is for tests alone.
//!
//! ```text
//! lines HOST ORIGIN
//! ```

#![expect(clippy::print_stdout, reason = "the other end reads it")]

use std::{env, error::Error, io};

use jiff::Timestamp;
use uuid::Uuid;
use vauban_passkey::{Asked, Attestation, Credential, Door, Nonce, NotAsked, Refused, State, Verified, claim};

const DIGEST: [u8; 32] = [42; 32];

/// What is known: the door, the question that waits, the key that was made.
struct Table {
    door: Door,
    asked: u8,
    waiting: Option<State>,
    kept: Option<Credential>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [host, origin] = arguments.as_slice() else { return Err("usage: lines HOST ORIGIN".into()) };
    let door = Door::new(host, origin, "Example")?;
    let mut table = Table { door, asked: 0, waiting: None, kept: None };
    for line in io::stdin().lines() {
        let line = line?;
        let (command, response) = line.split_once(' ').unwrap_or((&line, ""));
        println!("{}", table.answer(command, response.as_bytes())?);
    }
    Ok(())
}

impl Table {
    fn answer(&mut self, command: &str, response: &[u8]) -> Result<String, Box<dyn Error>> {
        let keys: Vec<Credential> = self.kept.iter().cloned().collect();
        let ids: Vec<Vec<u8>> = keys.iter().map(|key| key.id().to_vec()).collect();
        self.asked += 1;
        let nonce = Nonce::new([self.asked; 32]);
        let person = Uuid::from_bytes([1; 16]);
        match command {
            "enrol" => self.ask(self.door.enrol(person, "Ana", &ids, Attestation::Any, nonce)),
            "enrol-administrator" => self.ask(self.door.enrol(person, "Ana", &[], Attestation::Required, nonce)),
            "sign-in" => self.ask(self.door.sign_in(nonce)),
            "refresh" => self.ask(self.door.refresh(&keys, nonce)),
            "approve" => self.ask(self.door.approve(&keys, DIGEST, nonce)),
            _ => Ok(self.verdict(command, response)),
        }
    }

    fn ask(&mut self, asked: Result<Asked, NotAsked>) -> Result<String, Box<dyn Error>> {
        let asked = asked?;
        self.waiting = Some(State::from_bytes(&asked.state.to_bytes())?);
        Ok(asked.options)
    }

    fn verdict(&mut self, command: &str, response: &[u8]) -> String {
        let Some(state) = self.waiting.take() else { return "nothing was asked".to_owned() };
        let verified = if command == "enrolled" {
            self.door.enrolled(&state, response, Timestamp::now())
        } else {
            self.kept
                .as_ref()
                .ok_or(Refused::OtherCredential)
                .and_then(|key| self.verified(command, &state, response, key))
                .map(|verified| verified.credential)
        };
        match verified {
            Ok(key) => {
                let verdict = format!("ok {key:?}");
                self.kept = Some(key);
                verdict
            }
            Err(refused) => format!("refused {}", refused.code()),
        }
    }

    fn verified(&self, command: &str, state: &State, response: &[u8], key: &Credential) -> Result<Verified, Refused> {
        if command == "signed-in" {
            let claim = claim(response)?;
            if claim.credential != key.id() || claim.person != key.person() {
                return Err(Refused::OtherCredential);
            }
            return self.door.signed_in(state, response, key);
        }
        if command == "refreshed" {
            return self.door.refreshed(state, response, key);
        }
        let approved = self.door.approved(state, response, key, DIGEST)?;
        self.door.proof_holds(&approved.proof, key, DIGEST)?;
        Ok(approved.verified)
    }
}
