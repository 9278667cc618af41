//! What every request shares: who belongs here, where people sign in, the clock and randomness.

use std::{fmt, io, sync::Arc, time::Duration};

use axum::http::HeaderMap;
use jiff::Timestamp;
use maud::Markup;
use rand_chacha::ChaCha20Rng;
use vauban_model::Lang;
use vauban_passkey::{Door, Models, NoDoor};
use vauban_people::{Binding, People, PeopleError, SessionHash, SessionToken, Warning, Who};
use vauban_serve::Limits;

use crate::{
    KeptProvider, Reach, certificate,
    cookie::{self, Cookies},
    forward::{NoTool, Tool, Tools},
    lobby::Lobby,
    making::Making,
};

/// How long a body may take: none of ours is longer than some ten KiB, which come in seconds over the poorest line.
const BODY: Duration = Duration::from_secs(15);

/// What differs between organisations and machines.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The one origin of sign-in and pages, as browsers write it: `https://vauban.campagne.example`.
    pub origin: String,
    /// What browsers call it when they ask for a key.
    pub name: String,
    /// The language of whoever asks for none.
    pub lang: Lang,
    /// Whether a proxy stands before us, whose last word in `X-Forwarded-For` is the address of whoever asks.
    pub is_behind_proxy: bool,
    /// Whether that proxy asks browsers for certificates, verifies them, and hands them over in a `Client-Cert` of its own alone.
    pub has_client_certificates: bool,
    /// Where people go who have signed in.
    pub home: &'static str,
    /// Who may reach which tool.
    pub reach: Reach,
    /// The tools whose proxies ask here.
    pub tools: Vec<Tool>,
    /// A provider that the organisation keeps, where it keeps one.
    pub kept: Option<KeptProvider>,
    /// The models of keys that are vouched for, where the rules ask that of administrators.
    pub models: Models,
    /// How many may come at a time, and how slow they may be.
    pub limits: Limits,
}

impl Settings {
    /// The usual ones for an origin: a proxy stands before one with TLS.
    #[must_use]
    pub fn of(origin: &str, lang: Lang) -> Self {
        Self {
            origin: origin.to_owned(),
            name: "Vauban".to_owned(),
            lang,
            is_behind_proxy: origin.starts_with("https://"),
            has_client_certificates: false,
            home: "/mine",
            reach: Reach::everything(),
            tools: Vec::new(),
            kept: None,
            models: Models::default(),
            limits: Limits { body: BODY, ..Limits::default() },
        }
    }
}

/// Why people cannot sign in here.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The origin is no place for passkeys.
    #[error("the origin: {0}")]
    Door(#[from] NoDoor),
    /// A tool has no name of its own.
    #[error("a tool: {0}")]
    Tool(#[from] NoTool),
    /// Administrators need a key of a model that is vouched for, and none is: nobody could become one, or add a key.
    #[error("the rules ask for attested keys of administrators, and no model is vouched for")]
    NoModel,
}

/// The frame of a page: language, title, and what is on it.
pub(crate) type Frame = fn(Lang, &str, &Markup) -> Markup;

/// Signing in. Cheap to clone.
#[derive(Clone)]
pub struct SignIn(Arc<Inner>);

struct Inner {
    people: People,
    door: Door,
    settings: Settings,
    cookies: Cookies,
    tools: Tools,
    lobby: Lobby,
    making: Making,
    frame: Frame,
    now: fn() -> Timestamp,
    rng: fn() -> io::Result<ChaCha20Rng>,
}

impl SignIn {
    /// Sign-in for these people. `frame` puts a page around what is shown; it brings `/style.css` along.
    ///
    /// # Errors
    /// [`SignInError::Door`] for an origin where browsers would make no passkeys, or make them for others, too; [`SignInError::Tool`] for two
    /// things of one name; [`SignInError::NoModel`] where no administrator could have a key.
    pub fn new(
        people: People,
        settings: Settings,
        frame: fn(Lang, &str, &Markup) -> Markup,
        now: fn() -> Timestamp,
        rng: fn() -> io::Result<ChaCha20Rng>,
    ) -> Result<Self, SignInError> {
        if people.rules().attested_administrators && settings.models.is_empty() {
            return Err(SignInError::NoModel);
        }
        let door = Door::new(host(&settings.origin), &settings.origin, &settings.name)?;
        let door = door.trusting(settings.models.clone());
        let cookies = Cookies::of(&settings.origin);
        let tools = Tools::new(&settings.tools, authority(&settings.origin))?;
        let lobby = Lobby::of(&settings.limits);
        let making = Making::default();
        Ok(Self(Arc::new(Inner { people, door, settings, cookies, tools, lobby, making, frame, now, rng })))
    }

    /// Who holds the session that these headers show; nobody, where they show none that is live.
    ///
    /// # Errors
    /// What fails in the store: whoever asks is not let in then.
    pub fn who(&self, headers: &HeaderMap) -> Result<Option<Who>, PeopleError> {
        Ok(self.held(headers)?.map(|(_, who)| who))
    }

    /// What time does, about once a minute; a warning where too few administrators are left.
    ///
    /// # Errors
    /// What fails in the store.
    pub fn tend(&self) -> Result<Option<Warning>, PeopleError> {
        Ok(self.people().tend(self.now())?.warning)
    }

    /// Host and port as `Host` says them.
    #[must_use]
    pub fn authority(&self) -> &str {
        authority(&self.0.settings.origin)
    }

    /// The origin.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.0.settings.origin
    }

    /// The session that these headers show, and who holds it. Bound to a certificate, it is nobody's without this very one.
    pub(crate) fn held(&self, headers: &HeaderMap) -> Result<Option<(SessionHash, Who)>, PeopleError> {
        let Some(hash) = self.session(headers) else { return Ok(None) };
        let who = self.people().who(&hash, self.now())?;
        let is_here = |who: &Who| match who.binding {
            Binding::Certificate { .. } => who.binding == self.binding(headers),
            Binding::Plain | Binding::Device { .. } => true,
        };
        Ok(who.filter(is_here).map(|who| (hash, who)))
    }

    /// What a session that begins with this request is bound to.
    pub(crate) fn binding(&self, headers: &HeaderMap) -> Binding {
        let is_believed = self.settings().is_behind_proxy && self.settings().has_client_certificates;
        let sha256 = if is_believed { certificate::fingerprint(headers) } else { None };
        sha256.map_or(Binding::Plain, |sha256| Binding::Certificate { sha256 })
    }

    fn session(&self, headers: &HeaderMap) -> Option<SessionHash> {
        let token: SessionToken = cookie::value(headers, self.cookies().session)?.parse().ok()?;
        Some(token.hash())
    }

    /// Who belongs here.
    #[must_use]
    pub fn people(&self) -> &People {
        &self.0.people
    }

    pub(crate) fn door(&self) -> &Door {
        &self.0.door
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    pub(crate) fn tools(&self) -> &Tools {
        &self.0.tools
    }

    pub(crate) fn lobby(&self) -> &Lobby {
        &self.0.lobby
    }

    pub(crate) fn making(&self) -> &Making {
        &self.0.making
    }

    pub(crate) fn cookies(&self) -> &Cookies {
        &self.0.cookies
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.0.now)()
    }

    pub(crate) fn rng(&self) -> io::Result<ChaCha20Rng> {
        (self.0.rng)()
    }

    pub(crate) fn frame(&self, lang: Lang, title: &str, content: &Markup) -> Markup {
        (self.0.frame)(lang, title, content)
    }
}

impl fmt::Debug for SignIn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SignIn").field("origin", &self.0.settings.origin).finish_non_exhaustive()
    }
}

/// Host and port of an origin.
fn authority(origin: &str) -> &str {
    origin.split_once("://").map_or("", |(_, authority)| authority)
}

/// The host of an origin, without scheme and port.
fn host(origin: &str) -> &str {
    let authority = origin.split_once("://").map_or(origin, |(_, authority)| authority);
    authority.split_once(':').map_or(authority, |(host, _)| host)
}
