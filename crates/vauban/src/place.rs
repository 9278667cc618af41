//! Where state lives, and in which language we speak.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};
use vauban_model::Lang;
use zeroize::Zeroizing;

/// Where systemd puts what it hands a service.
const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";

/// The state directory and the language.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) state: PathBuf,
    pub(crate) lang: Lang,
}

impl Place {
    /// The directory a person named, else `$VAUBAN_STATE`, else the XDG state directory.
    pub(crate) fn new(named: Option<&Path>, lang: Lang) -> Self {
        let variable = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let state = named
            .map(Path::to_path_buf)
            .or_else(|| variable("VAUBAN_STATE"))
            .or_else(|| variable("XDG_STATE_HOME").map(|folder| folder.join("vauban")))
            .or_else(|| variable("HOME").map(|home| home.join(".local/state/vauban")))
            .unwrap_or_else(|| PathBuf::from("vauban-state"));
        Self { state, lang }
    }

    /// Makes the directory, readable by its owner alone: it says who was attacked.
    pub(crate) fn make(&self) -> io::Result<()> {
        fs::create_dir_all(&self.state)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(&self.state, fs::Permissions::from_mode(0o700))?;
        }
        Ok(())
    }

    /// The file of the record.
    pub(crate) fn record(&self) -> PathBuf {
        self.state.join("record.sqlite")
    }

    /// The folder of evidence put aside.
    pub(crate) fn evidence(&self) -> PathBuf {
        self.state.join("evidence")
    }

    /// The file of what the filter of mail remembers.
    pub(crate) fn correspondents(&self) -> PathBuf {
        self.state.join("correspondents.sqlite")
    }

    /// The file of what the filter of mail judged.
    pub(crate) fn journal(&self) -> PathBuf {
        self.state.join("journal.sqlite")
    }

    /// The file of messages that are kept back.
    pub(crate) fn quarantine(&self) -> PathBuf {
        self.state.join("quarantine.sqlite")
    }

    /// The file of names that were asked for.
    pub(crate) fn names(&self) -> PathBuf {
        self.state.join("names.sqlite")
    }

    /// The file of who belongs here.
    pub(crate) fn people(&self) -> PathBuf {
        self.state.join("people.sqlite")
    }

    /// The file of the OpenID Connect provider.
    pub(crate) fn provider(&self) -> PathBuf {
        self.state.join("oidc.sqlite")
    }

    /// The file of a secret that stands apart from what it opens: of systemd where it hands the service one, and nobody else may read it
    /// (`LoadCredential=NAME:…`), else in the state directory.
    pub(crate) fn secret(&self, name: &str) -> PathBuf {
        let handed = env::var_os(CREDENTIALS).map(|folder| PathBuf::from(folder).join(name));
        handed.filter(|path| path.exists()).unwrap_or_else(|| self.state.join(name))
    }

    /// What was printed last as the way into the pages.
    pub(crate) fn portal_link(&self) -> PathBuf {
        self.state.join("portal-link")
    }

    /// The file of what earlier sweeps know.
    pub(crate) fn known(&self) -> PathBuf {
        self.state.join("known.sqlite")
    }
}

/// Who gives the command: the person behind `sudo`, where there is one.
pub(crate) fn who() -> String {
    let named = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    named("SUDO_USER").or_else(|| named("USER")).unwrap_or_default()
}

/// Randomness for what wants a source of it.
pub(crate) fn rng() -> io::Result<ChaCha20Rng> {
    let mut seed = Zeroizing::new([0; 32]);
    random(&mut *seed)?;
    Ok(ChaCha20Rng::from_seed(*seed))
}

/// Fills bytes from the operating system's source of randomness.
pub(crate) fn random(bytes: &mut [u8]) -> io::Result<()> {
    getrandom::fill(bytes).map_err(io::Error::other)
}
