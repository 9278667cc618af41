//! A provider with one tool and one person.

use std::{cell::Cell, collections::BTreeSet};

use jiff::{SignedDuration, Timestamp};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};
use serde_json::Value;
use tempfile::TempDir;
use uuid::Uuid;
use vauban_oidc::{
    Algorithm, Authentication, Call, Decision, MadeKey, NewClient, OidcError, Provider, SealingKey, Secret, Subject,
    Subjects,
};

/// RFC 7636, appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
pub(crate) const SESSION: Uuid = Uuid::from_bytes([1; 16]);

/// Whether the one session lives.
pub(crate) struct Door(pub(crate) Cell<bool>);

impl Subjects for Door {
    fn subject(&self, session: Uuid, now: Timestamp) -> Result<Option<Subject>, OidcError> {
        Ok((self.0.get() && session == SESSION).then(|| subject(now)))
    }

    fn may_reach(&self, _: &Subject, _: &str, _: Timestamp) -> bool {
        true
    }
}

fn subject(now: Timestamp) -> Subject {
    Subject {
        id: Uuid::from_bytes([2; 16]),
        name: "Ana".to_owned(),
        groups: BTreeSet::new(),
        session: SESSION,
        is_by_key: true,
        authenticated: Some(now),
    }
}

pub(crate) struct House {
    pub(crate) folder: TempDir,
    pub(crate) provider: Provider,
    pub(crate) door: Door,
    pub(crate) now: Timestamp,
    pub(crate) rng: ChaCha20Rng,
    pub(crate) secret: String,
}

impl House {
    pub(crate) fn new() -> Self {
        let (folder, now) = (tempfile::tempdir().unwrap(), Timestamp::from_second(1_800_000_000).unwrap());
        let mut rng = ChaCha20Rng::from_seed([3; 32]);
        let path = folder.path().join("oidc.sqlite");
        let provider = Provider::open(&path, "https://id.example", SealingKey::new([9; 32])).unwrap();
        let key = MadeKey::random(Algorithm::Es256, &mut rng).unwrap();
        provider.publish_key(&key, now, &mut rng).unwrap();
        let new = NewClient {
            id: "cloud".parse().unwrap(),
            name: "Cloud".to_owned(),
            host: "cloud.example".to_owned(),
            authentication: Authentication::Secret,
            redirects: vec!["https://cloud.example/cb".parse().unwrap()],
            after_logout: Vec::new(),
            told_of_logout: Some("https://cloud.example/told".parse().unwrap()),
            algorithm: Algorithm::Es256,
            pushes: false,
        };
        let secret = provider.add_client(new, now, &mut rng).unwrap().secret.unwrap().text().to_string();
        Self { folder, provider, door: Door(Cell::new(true)), now, rng, secret }
    }

    pub(crate) fn later(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
    }

    /// Asks, and is let in after so many seconds; the code.
    pub(crate) fn code(&mut self) -> String {
        let Decision::Answer(to) = self.decide(0) else { panic!("not let in") };
        to.split_once("code=").unwrap().1.split('&').next().unwrap().to_owned()
    }

    pub(crate) fn decide(&mut self, seconds: i64) -> Decision {
        let kept = self.kept();
        self.later(seconds);
        self.go_on(&kept)
    }

    pub(crate) fn request() -> String {
        format!(
            "client_id=cloud&redirect_uri=https://cloud.example/cb&response_type=code&scope=openid&code_challenge={CHALLENGE}&code_challenge_method=S256"
        )
    }

    /// A request that waits.
    pub(crate) fn kept(&mut self) -> Secret {
        self.provider.receive(Self::request().as_bytes(), self.now, &mut self.rng).unwrap().secret
    }

    pub(crate) fn go_on(&mut self, kept: &Secret) -> Decision {
        self.provider.decide(kept, Some(&subject(self.now)), &self.door, self.now, &mut self.rng).unwrap()
    }

    pub(crate) fn token(&mut self, rest: &str) -> Result<Value, OidcError> {
        let body = format!("client_id=cloud&client_secret={}&{rest}", self.secret);
        let call = Call { method: "POST", body: body.as_bytes(), ..Call::default() };
        self.provider.token(&call, &self.door, self.now, &mut self.rng)
    }

    pub(crate) fn redeem(&mut self, code: &str) -> Result<Value, OidcError> {
        self.token(&format!(
            "grant_type=authorization_code&code={code}&redirect_uri=https://cloud.example/cb&code_verifier={VERIFIER}"
        ))
    }

    pub(crate) fn refresh(&mut self, tokens: &Value) -> Result<Value, OidcError> {
        let token = tokens["refresh_token"].as_str().unwrap().to_owned();
        self.token(&format!("grant_type=refresh_token&refresh_token={token}"))
    }

    pub(crate) fn revoke(&mut self, tokens: &Value) -> Result<(), OidcError> {
        let body = format!(
            "client_id=cloud&client_secret={}&token={}",
            self.secret,
            tokens["refresh_token"].as_str().unwrap()
        );
        let call = Call { method: "POST", body: body.as_bytes(), ..Call::default() };
        self.provider.revoke(&call, self.now)
    }

    pub(crate) fn userinfo(&self, tokens: &Value) -> Result<Value, OidcError> {
        let header = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
        let call = Call { method: "GET", authorization: Some(&header), ..Call::default() };
        self.provider.userinfo(&call, &self.door, self.now)
    }
}
