//! An organisation with two people and a provider.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::Timestamp;
use jsonwebtoken::{DecodingKey, Validation, decode, decode_header};
use serde_json::Value;
use vauban_model::Text;
use vauban_oidc::{Algorithm, Authentication, JwkSet, MadeKey, NewClient, Provider, SealingKey, paths};
use vauban_people::{Actor, PersonId, Rules};
use vauban_signin::{
    Reach, Settings, SignIn,
    provider::{self, Desk},
};

use crate::{
    browser::Browser,
    tool::{Landed, Tool},
    world::{Person, World, rng},
};

/// What the tests share.
pub(crate) struct House {
    pub(crate) world: World,
    pub(crate) provider: Arc<Provider>,
    pub(crate) site: SignIn,
    pub(crate) ana: Person,
    pub(crate) bob: Person,
    /// Hosts that nobody may reach.
    pub(crate) closed: Arc<Mutex<BTreeSet<String>>>,
}

impl House {
    /// With a key for ES256: one for RSA takes long to find without optimisation.
    pub(crate) fn new() -> Self {
        Self::with(|_| ())
    }

    /// One that is set otherwise.
    pub(crate) fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let closed = Arc::new(Mutex::new(BTreeSet::<String>::new()));
        let asked = Arc::clone(&closed);
        let reach = Reach::new(move |_, host, _| {
            let closed = asked.lock().unwrap_or_else(PoisonError::into_inner);
            if closed.contains(host) { Err(Text::new("fermé", "closed")) } else { Ok(()) }
        });
        let mut made = None;
        let world = World::serving(
            &Rules::default(),
            |settings| {
                settings.reach = reach;
                change(settings);
            },
            |site, folder| {
                let provider =
                    Provider::open(&folder.join("oidc.sqlite"), site.origin(), SealingKey::new([7; 32])).unwrap();
                let provider = Arc::new(provider);
                made = Some((Arc::clone(&provider), site.clone()));
                provider::router(Desk::new(site.clone(), provider))
            },
        );
        let (provider, site) = made.unwrap();
        let key = MadeKey::random(Algorithm::Es256, &mut rng().unwrap()).unwrap();
        provider.publish_key(&key, Timestamp::now(), &mut rng().unwrap()).unwrap();
        let [ana, bob] = world.found();
        Self { world, provider, site, ana, bob, closed }
    }

    /// With a key for RSA, too.
    pub(crate) fn with_rsa() -> Self {
        let house = Self::new();
        let key = MadeKey::random(Algorithm::Rs256, &mut rng().unwrap()).unwrap();
        house.provider.publish_key(&key, Timestamp::now(), &mut rng().unwrap()).unwrap();
        house
    }

    /// A tool, as an administrator adds it.
    pub(crate) fn add(&self, id: &str, change: impl FnOnce(&mut NewClient)) -> Tool {
        let mut new = NewClient {
            id: id.parse().unwrap(),
            name: id.to_owned(),
            host: format!("{id}.example"),
            authentication: Authentication::Secret,
            redirects: vec![format!("https://{id}.example/cb").parse().unwrap()],
            after_logout: vec![format!("https://{id}.example/out").parse().unwrap()],
            told_of_logout: None,
            algorithm: Algorithm::Es256,
            pushes: false,
        };
        change(&mut new);
        let redirect = new.redirects[0].to_string();
        let added = self.provider.add_client(new, Timestamp::now(), &mut rng().unwrap()).unwrap();
        let secret = added.secret.map(|secret| secret.text().to_string());
        Tool { id: id.to_owned(), secret, redirect, has_pkce: true, address: self.world.address.clone() }
    }

    pub(crate) fn tool(&self) -> Tool {
        self.add("cloud", |_| {})
    }

    /// An old tool, which sends no challenge and may leave it out.
    pub(crate) fn legacy(&self, id: &str) -> Tool {
        let tool = self.add(id, |_| {});
        assert!(self.provider.set_legacy(&id.parse().unwrap(), true).unwrap().is_legacy);
        Tool { has_pkce: false, ..tool }
    }

    /// What a module asks of a provider, without a challenge as the modules do: any tool is told that it has to send one, an old tool lands.
    pub(crate) fn module(&mut self, name: &str, over: &[(&str, &str)]) -> (Tool, Landed) {
        let strict = Tool { has_pkce: false, ..self.add(&format!("{name}-strict"), |_| {}) };
        let refused = strict.ask(&mut self.ana.browser, over);
        assert_eq!(
            (refused.at.as_deref(), refused.error()),
            (Some(strict.redirect.as_str()), "invalid_request"),
            "{refused:?}"
        );
        assert!(!refused.params.contains_key("code"), "{refused:?}");
        let tool = self.legacy(name);
        let landed = tool.ask(&mut self.ana.browser, over);
        (tool, landed)
    }

    pub(crate) fn person(&self, name: &str) -> PersonId {
        self.world.people.find(name).unwrap().id
    }

    pub(crate) fn suspend(&self, name: &str) {
        self.world.people.suspend(&Actor::Machine, self.person(name), Timestamp::now()).unwrap();
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.world.address)
    }

    /// The claims of a token that the published keys signed.
    pub(crate) fn claims(&self, token: &str) -> Value {
        let keys: JwkSet = serde_json::from_str(&Browser::new(&self.world.address).get(paths::KEYS).body).unwrap();
        let header = decode_header(token).unwrap();
        let key = keys.find(header.kid.as_ref().unwrap()).unwrap();
        let mut validation = Validation::new(header.alg);
        validation.validate_aud = false;
        decode::<Value>(token, &DecodingKey::from_jwk(key).unwrap(), &validation).unwrap().claims
    }
}
