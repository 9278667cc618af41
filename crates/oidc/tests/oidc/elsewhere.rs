//! A provider elsewhere, played by a script: what it signs holds for this client, this attempt and this moment, or nobody comes in.

use std::sync::{Arc, Mutex};

use data_encoding::BASE64URL_NOPAD;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use p256::{ecdsa::SigningKey, pkcs8::EncodePrivateKey as _};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};
use serde_json::{Value, json};
use url::Url;
use vauban_oidc::elsewhere::{Answer, Carrier, Credentials, Elsewhere, ElsewhereError, Prompt, Reply, SignedIn, Trip};
use zeroize::Zeroizing;

const ISSUER: &str = "https://id.example/tenant/v2.0";
const REDIRECT: &str = "https://vauban.example/signin/elsewhere";

/// What the provider answers, and what it was asked.
struct Script {
    metadata: Value,
    keys: Value,
    tokens: (u16, Value),
    asked: Vec<String>,
}

/// The provider, its key, and us.
struct Stage {
    script: Arc<Mutex<Script>>,
    key: SigningKey,
    us: Elsewhere,
    now: Timestamp,
    trip: Trip,
    nonce: String,
}

struct Played(Arc<Mutex<Script>>);

impl Carrier for Played {
    fn get(&self, url: &str, _: u64) -> Result<Reply, String> {
        let mut script = self.0.lock().unwrap();
        script.asked.push(url.to_owned());
        let body = match url {
            "https://id.example/tenant/v2.0/.well-known/openid-configuration" => &script.metadata,
            "https://id.example/keys" => &script.keys,
            _ => return Err("no such host".to_owned()),
        };
        Ok(Reply { status: 200, body: body.to_string().into_bytes() })
    }

    fn post(&self, url: &str, form: &str, authorization: Option<&str>, _: u64) -> Result<Reply, String> {
        let mut script = self.0.lock().unwrap();
        script.asked.push(format!("{url} {form} {}", authorization.unwrap_or("-")));
        Ok(Reply { status: script.tokens.0, body: script.tokens.1.to_string().into_bytes() })
    }
}

fn signing_key(seed: u8) -> SigningKey {
    SigningKey::from_slice(&[seed; 32]).unwrap()
}

fn published(key: &SigningKey, id: &str) -> Value {
    let point = key.verifying_key().to_sec1_point(false);
    let coordinate = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
    json!({ "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": id,
            "x": coordinate(point.x().unwrap()), "y": coordinate(point.y().unwrap()) })
}

fn signed(key: &SigningKey, id: &str, claims: &Value) -> String {
    let header = Header { kid: Some(id.to_owned()), ..Header::new(Algorithm::ES256) };
    let der = key.to_pkcs8_der().unwrap();
    encode(&header, claims, &EncodingKey::from_ec_der(der.as_bytes())).unwrap()
}

impl Stage {
    fn new() -> Self {
        let key = signing_key(1);
        // Of what the library does not know nothing is made, and the others serve; a key that encrypts signs nothing.
        let odd = [
            json!({ "kty": "NEW", "kid": "odd" }),
            json!({ "kty": "RSA", "use": "enc", "alg": "RSA-OAEP", "kid": "enc", "n": "AQAB", "e": "AQAB" }),
        ];
        let script = Arc::new(Mutex::new(Script {
            metadata: json!({
                "issuer": ISSUER,
                "authorization_endpoint": "https://id.example/authorize?tenant=a",
                "token_endpoint": "https://id.example/token",
                "jwks_uri": "https://id.example/keys",
            }),
            keys: json!({ "keys": [odd[0], odd[1], published(&key, "one")] }),
            tokens: (200, json!({})),
            asked: Vec::new(),
        }));
        let credentials = Credentials {
            issuer: ISSUER.to_owned(),
            client: "vauban".to_owned(),
            secret: Zeroizing::new("a secret".to_owned()),
        };
        let us = Elsewhere::new(credentials, REDIRECT, Arc::new(Played(Arc::clone(&script)))).unwrap();
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let trip = Trip::random(Prompt::Usual, &mut ChaCha20Rng::from_seed([5; 32]));
        let way: Url = us.way(&trip, "the state", now).unwrap().parse().unwrap();
        let nonce = way.query_pairs().find(|(name, _)| name == "nonce").unwrap().1.into_owned();
        Self { script, key, us, now, trip, nonce }
    }

    fn claims(&self) -> Value {
        let now = self.now.as_second();
        json!({ "iss": ISSUER, "sub": "AAAA-1", "aud": "vauban", "iat": now, "exp": now + 3_600, "nonce": self.nonce,
                "preferred_username": "cleo@campagne.example", "email": "somebody.else@campagne.example" })
    }

    fn come_back_with(&self, token: &str) -> Result<SignedIn, ElsewhereError> {
        self.script.lock().unwrap().tokens = (200, json!({ "id_token": token, "access_token": "not used" }));
        self.us.signed_in(&Answer::read(b"code=the+code&state=the+state").unwrap(), &self.trip, self.now)
    }

    fn come_back(&self, claims: &Value) -> Result<SignedIn, ElsewhereError> {
        self.come_back_with(&signed(&self.key, "one", claims))
    }

    fn asked(&self, what: &str) -> usize {
        self.script.lock().unwrap().asked.iter().filter(|asked| asked.starts_with(what)).count()
    }
}

#[test]
fn somebody_comes_back_from_a_provider() {
    let stage = Stage::new();
    let way: Url = stage.us.way(&stage.trip, "the state", stage.now).unwrap().parse().unwrap();
    assert_eq!((way.host_str(), way.path()), (Some("id.example"), "/authorize"));
    let value = |name: &str| way.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    assert_eq!(value("tenant").as_deref(), Some("a"), "what the provider's address has stays");
    assert_eq!(value("response_type").as_deref(), Some("code"));
    assert_eq!(value("redirect_uri").as_deref(), Some(REDIRECT));
    assert_eq!(value("code_challenge_method").as_deref(), Some("S256"));
    assert_eq!(value("state").as_deref(), Some("the state"));

    let signed_in = stage.come_back(&stage.claims()).unwrap();
    assert_eq!(signed_in.subject, "AAAA-1");
    assert_eq!(signed_in.label.as_deref(), Some("cleo@campagne.example"));
    assert_eq!(signed_in.authenticated, None);
    let posted = stage.script.lock().unwrap().asked.pop().unwrap();
    let posted = if posted.contains("/keys") { stage.script.lock().unwrap().asked.pop().unwrap() } else { posted };
    let parts: Vec<&str> = posted.split(' ').collect();
    let verifier = parts[1].split('&').find_map(|pair| pair.strip_prefix("code_verifier=")).unwrap();
    let digest = <sha2::Sha256 as sha2::Digest>::digest(verifier.as_bytes());
    assert_eq!(value("code_challenge").unwrap(), BASE64URL_NOPAD.encode(&digest), "the verifier is the challenge's");
    assert!(parts[1].contains("code=the+code") && !parts[1].contains("secret"), "{posted}");
    assert_eq!(parts[2], "Basic", "the secret goes into the header");
}

#[test]
fn what_the_token_says_must_hold() {
    let stage = Stage::new();
    let now = stage.now.as_second();
    let other = signed(&signing_key(2), "one", &stage.claims());
    let bad: [(&str, Value, &str); 14] = [
        ("iss", json!("https://id.example/other/v2.0"), "another issuer"),
        ("iss", json!("https://id.example/tenant/v2.0/"), "another issuer"),
        ("aud", json!("somebody-else"), "for another client"),
        ("aud", json!(["vauban", "somebody-else"]), "for another client"),
        ("azp", json!("somebody-else"), "for another client"),
        ("nonce", json!("another"), "for another attempt"),
        ("nonce", Value::Null, "for another attempt"),
        ("exp", json!(now - 61), "it has expired"),
        ("exp", json!(i64::MIN), "it has expired"),
        ("iat", json!(now + 61), "it is of a time to come"),
        ("iat", json!(now - 400), "it is old"),
        ("iat", json!(i64::MAX), "it is of a time to come"),
        ("sub", json!(""), "no subject"),
        ("sub", json!("x".repeat(256)), "no subject"),
    ];
    for (claim, value, why) in bad {
        let mut claims = stage.claims();
        claims[claim] = value.clone();
        assert_eq!(stage.come_back(&claims), Err(ElsewhereError::Token(why)), "{claim} {value}");
    }
    let unsigned = ElsewhereError::Token("no key of the provider signed it");
    assert_eq!(stage.come_back_with(&other), Err(unsigned.clone()), "another key under the same name");
    let mut parts: Vec<String> = signed(&stage.key, "one", &stage.claims()).split('.').map(str::to_owned).collect();
    parts[0] = BASE64URL_NOPAD.encode(br#"{"alg":"none","kid":"one"}"#);
    assert_eq!(stage.come_back_with(&format!("{}.{}.", parts[0], parts[1])), Err(unsigned.clone()));
    let shared = published(&stage.key, "one").to_string();
    let header = Header { kid: Some("one".to_owned()), ..Header::new(Algorithm::HS256) };
    let confused = encode(&header, &stage.claims(), &EncodingKey::from_secret(shared.as_bytes())).unwrap();
    assert_eq!(stage.come_back_with(&confused), Err(unsigned), "a public key is no secret that was shared");
    let mut several = stage.claims();
    several["aud"] = json!(["vauban", "another"]);
    several["azp"] = json!("vauban");
    several["auth_time"] = json!(now - 7);
    let signed_in = stage.come_back(&several).unwrap();
    assert_eq!(signed_in.authenticated, Some(stage.now - SignedDuration::from_secs(7)));
}

#[test]
fn what_comes_back_must_be_an_answer() {
    let stage = Stage::new();
    let back = |query: &[u8]| {
        Answer::read(query).and_then(|answer| stage.us.signed_in(&answer, &stage.trip, stage.now)).unwrap_err()
    };
    assert_eq!(back(b"error=access_denied&state=a"), ElsewhereError::Declined("access_denied".to_owned()));
    assert_eq!(back(b"error=%1b%5B31m%0Ax&state=a"), ElsewhereError::Declined("[31mx".to_owned()));
    assert_eq!(back(b"state=a"), ElsewhereError::Answer("it has no code"));
    assert_eq!(back(b"code=a&code=b&state=a"), ElsewhereError::Answer("the query"));
    assert_eq!(back(b"code=a&iss=https://evil.example"), ElsewhereError::Answer("it is another provider's"));
    stage.script.lock().unwrap().tokens = (400, json!({ "error": "invalid_grant" }));
    assert_eq!(back(b"code=a&state=a"), ElsewhereError::Code);
    stage.script.lock().unwrap().tokens = (200, json!({ "access_token": "only" }));
    assert_eq!(back(b"code=a&state=a"), ElsewhereError::Token("there is none"));
}

#[test]
fn a_provider_speaks_for_itself_alone() {
    for (name, value, why) in [
        ("issuer", "https://id.example/common/v2.0", "it names another issuer"),
        ("issuer", "https://id.example/tenant/v2.0/", "it names another issuer"),
        ("token_endpoint", "http://id.example/token", "an address that is not https"),
        ("jwks_uri", "file:///etc/passwd", "an address that is not https"),
    ] {
        let mut stage = Stage::new();
        stage.script.lock().unwrap().metadata[name] = json!(value);
        // What is known is believed for an hour.
        stage.now += SignedDuration::from_hours(1);
        assert_eq!(stage.us.way(&stage.trip, "s", stage.now), Err(ElsewhereError::Metadata(why)), "{name}");
    }
    let credentials = |issuer: &str| Credentials {
        issuer: issuer.to_owned(),
        client: "a".to_owned(),
        secret: Zeroizing::new("b".to_owned()),
    };
    let script = Stage::new().script;
    for issuer in ["http://id.example", "id.example", "https://id.example/?a=b", ""] {
        let made = Elsewhere::new(credentials(issuer), REDIRECT, Arc::new(Played(Arc::clone(&script))));
        assert!(matches!(made, Err(ElsewhereError::Settings(_))), "{issuer}");
    }
}

#[test]
fn keys_that_change_are_asked_for_again_and_not_at_anybodys_word() {
    let mut stage = Stage::new();
    stage.come_back(&stage.claims()).unwrap();
    stage.come_back(&stage.claims()).unwrap();
    assert_eq!(stage.asked("https://id.example/keys"), 1);
    let forged = signed(&signing_key(2), "forged", &stage.claims());
    for _ in 0..10 {
        assert!(stage.come_back_with(&forged).is_err());
    }
    assert_eq!(stage.asked("https://id.example/keys"), 1, "within a minute");
    stage.now += SignedDuration::from_secs(60);
    let next = signing_key(3);
    stage.script.lock().unwrap().keys = json!({ "keys": [published(&next, "two")] });
    assert!(stage.come_back_with(&signed(&next, "two", &stage.claims())).is_ok());
    assert_eq!(stage.asked("https://id.example/keys"), 2);
    assert!(stage.come_back_with(&signed(&stage.key, "one", &stage.claims())).is_err(), "a key that was withdrawn");
    assert_eq!(stage.asked("https://id.example/.well-known"), 0);
    assert_eq!(stage.asked(&format!("{ISSUER}/.well-known")), 1);
}

#[test]
fn a_provider_that_takes_the_secret_in_the_form_gets_it_there() {
    let mut stage = Stage::new();
    stage.script.lock().unwrap().metadata["token_endpoint_auth_methods_supported"] = json!(["client_secret_post"]);
    stage.now += SignedDuration::from_hours(1);
    stage.come_back(&stage.claims()).unwrap();
    let script = stage.script.lock().unwrap();
    let posted = script.asked.iter().find(|asked| asked.contains("grant_type")).unwrap();
    assert!(posted.contains("client_secret=a+secret") && posted.ends_with(" -"), "{posted}");
}

#[test]
fn nothing_that_is_kept_of_an_attempt_prints_itself() {
    let stage = Stage::new();
    let kept = serde_json::to_string(&stage.trip).unwrap();
    let again: Trip = serde_json::from_str(&kept).unwrap();
    assert_eq!(format!("{again:?} {:?}", stage.us), format!("Trip(..) Elsewhere {{ issuer: {ISSUER:?}, .. }}"));
}

#[test]
fn a_provider_is_asked_how_to_sign_people_in_where_that_matters() {
    let stage = Stage::new();
    let mut rng = ChaCha20Rng::from_seed([6; 32]);
    let mut way = |prompt| {
        let trip = Trip::random(prompt, &mut rng);
        let way: Url = stage.us.way(&trip, "s", stage.now).unwrap().parse().unwrap();
        let value = |name: &str| way.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        (value("prompt"), value("max_age"), value("nonce").unwrap(), trip)
    };
    let (usual, none, ..) = way(Prompt::Usual);
    assert_eq!((usual, none), (None, None));
    assert_eq!(way(Prompt::Choose).0, None, "many providers refuse what they do not know");
    let (login, age, nonce, trip) = way(Prompt::Anew);
    assert_eq!((login.as_deref(), age.as_deref()), (Some("login"), Some("0")));
    let mut claims = stage.claims();
    claims["nonce"] = json!(nonce);
    let token = signed(&stage.key, "one", &claims);
    stage.script.lock().unwrap().tokens = (200, json!({ "id_token": token }));
    let signed_in = stage.us.signed_in(&Answer::read(b"code=a&state=s").unwrap(), &trip, stage.now).unwrap();
    assert_eq!(signed_in.authenticated, Some(stage.now), "just now, since it was asked to");
    // One that says that it lets people choose is asked to.
    let mut stage = Stage::new();
    stage.script.lock().unwrap().metadata["prompt_values_supported"] = json!(["none", "login", "select_account"]);
    stage.now += SignedDuration::from_hours(1);
    let trip = Trip::random(Prompt::Choose, &mut ChaCha20Rng::from_seed([6; 32]));
    assert!(stage.us.way(&trip, "s", stage.now).unwrap().ends_with("&prompt=select_account"));
}

#[test]
fn a_provider_that_does_not_answer_is_left_alone_for_a_moment() {
    let mut stage = Stage::new();
    stage.now += SignedDuration::from_hours(1);
    let told = std::mem::take(&mut stage.script.lock().unwrap().metadata);
    let way = |stage: &Stage| stage.us.way(&stage.trip, "s", stage.now);
    for _ in 0..10 {
        assert!(way(&stage).is_err());
    }
    assert_eq!(stage.asked(&format!("{ISSUER}/.well-known")), 2, "once at first, and once of these ten");
    stage.script.lock().unwrap().metadata = told;
    assert!(matches!(way(&stage), Err(ElsewhereError::Unreachable(_))));
    stage.now += SignedDuration::from_secs(10);
    assert!(way(&stage).is_ok());
}
