//! Putting a plan in place, on trial first, and taking it back.
//!
//! What undoes a plan that nobody confirmed is the kernel itself (`plan/document.rs`), so it holds when the process that applied was
//! killed, when the connection was cut, and when nothing of ours runs at all. The files only say what was confirmed; a plan on
//! trial is never put in place again after a restart.

use std::{io, path::Path};

use vauban_model::Text;

use crate::{
    Counted, Nft, NftError, Plan,
    kernel::{Present, counted, present},
    plan::{TRIAL, document, removal},
    store::{Kept, Store},
};

/// Why the rules were not changed.
#[derive(Debug, thiserror::Error)]
pub enum SwitchError {
    /// `nft` did not do it.
    #[error(transparent)]
    Nft(#[from] NftError),
    /// The state directory could not be read or written.
    #[error("the state of the network cannot be kept")]
    State(#[from] io::Error),
    /// There is a table of our name in the kernel, and no file says what it was.
    #[error("the kernel has a table of our name that this state directory does not know")]
    Unknown,
    /// Nothing is on trial (any more).
    #[error("no plan is on trial")]
    NoTrial,
    /// Nothing was ever confirmed.
    #[error("no plan was confirmed")]
    NoPlan,
}

impl SwitchError {
    /// What went wrong, and what to do about it.
    #[must_use]
    pub fn words(&self) -> (Text, Text) {
        match self {
            Self::Nft(NftError::Missing(_)) => (
                Text::new("nft ne peut pas être lancé", "nft cannot be started"),
                Text::new(
                    "installez le paquet nftables, et donnez cette commande en root",
                    "install the package nftables, and give this command as root",
                ),
            ),
            Self::Nft(error) => (
                Text::new(
                    format!("le noyau garde ses règles : {error}"),
                    format!("the kernel keeps its rules: {error}"),
                ),
                Text::new("rien n'a été changé ; êtes-vous root ?", "nothing was changed; are you root?"),
            ),
            Self::State(error) => (
                Text::new(
                    format!("le dossier d'état ne peut pas servir : {error}"),
                    format!("the state directory cannot be used: {error}"),
                ),
                Text::new("indiquez un autre dossier avec --state DOSSIER", "name another folder with --state DIR"),
            ),
            Self::Unknown => (
                Text::new(
                    "le noyau a déjà une table « vauban » que ce dossier d'état ne connaît pas",
                    "the kernel has a table \"vauban\" already, which this state directory does not know",
                ),
                Text::new(
                    "indiquez son dossier avec --state, ou enlevez-la : vauban guard network undo",
                    "name its folder with --state, or take it away: vauban guard network undo",
                ),
            ),
            Self::NoTrial => (
                Text::new(
                    "aucun plan n'est à l'essai : il n'y en avait pas, ou son temps est écoulé et il est annulé",
                    "no plan is on trial: there was none, or its time is over and it is undone",
                ),
                Text::new("vauban guard network apply le remet à l'essai", "vauban guard network apply tries it again"),
            ),
            Self::NoPlan => (
                Text::new("aucun plan n'a été confirmé", "no plan was confirmed"),
                Text::new("vauban guard network apply, puis confirm", "vauban guard network apply, then confirm"),
            ),
        }
    }
}

/// What holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Whether rules of ours are in the kernel.
    pub is_in_place: bool,
    /// Whether a plan was confirmed.
    pub is_confirmed: bool,
    /// For how many seconds a plan on trial still holds; none when there is none.
    pub trial_seconds: Option<u64>,
    /// Whether a plan was on trial and nobody confirmed it: it is undone.
    pub has_lapsed: bool,
    /// What was counted.
    pub counted: Vec<Counted>,
}

/// Puts plans in place.
#[derive(Debug, Clone)]
pub struct Switch {
    nft: Nft,
    store: Store,
}

impl Switch {
    /// With what is remembered in this state directory.
    #[must_use]
    pub fn new(state: &Path, nft: Nft) -> Self {
        Self { nft, store: Store::new(state) }
    }

    /// Whether the kernel would take the plan. Nothing is changed.
    ///
    /// # Errors
    /// It would not, or could not be asked.
    pub fn check(&self, plan: &Plan) -> Result<(), SwitchError> {
        let found = present()?.unwrap_or_default();
        Ok(self.nft.check(&document(&found, None, Some((plan, plan.confirm_seconds()))))?)
    }

    /// Puts a plan on trial: unless it is confirmed within its seconds, the kernel goes back to what was confirmed before, or
    /// to no rules of ours.
    ///
    /// # Errors
    /// The kernel keeps what it has.
    pub fn apply(&self, plan: &Plan) -> Result<(), SwitchError> {
        let _lock = self.store.lock()?;
        let found = self.known()?;
        let confirmed = self.store.read(Kept::Confirmed)?.flatten();
        let document = document(&found, confirmed.as_ref(), Some((plan, plan.confirm_seconds())));
        self.nft.check(&document)?;
        self.store.write(Kept::Trial, Some(plan))?;
        Ok(self.nft.apply(&document)?)
    }

    /// Confirms the plan on trial.
    ///
    /// # Errors
    /// None is, or its time is over; or the kernel keeps what it has.
    pub fn confirm(&self) -> Result<(), SwitchError> {
        let _lock = self.store.lock()?;
        let trial = self.store.read(Kept::Trial)?.flatten().ok_or(SwitchError::NoTrial)?;
        if self.trial_left()?.is_none() {
            self.settle()?;
            return Err(SwitchError::NoTrial);
        }
        let found = present()?.unwrap_or_default();
        let before = self.store.read(Kept::Confirmed)?.flatten();
        self.nft.apply(&document(&found, Some(&trial), None))?;
        self.store.write(Kept::Previous, before.as_ref())?;
        self.store.write(Kept::Confirmed, Some(&trial))?;
        Ok(self.store.forget(Kept::Trial)?)
    }

    /// Takes back: the plan on trial, else the confirmed one in favour of the one before it, else all rules of ours.
    ///
    /// # Errors
    /// The kernel keeps what it has.
    pub fn undo(&self) -> Result<(), SwitchError> {
        let _lock = self.store.lock()?;
        // Also where its time is over: whoever takes it back does not mean the one before it.
        if self.store.read(Kept::Trial)?.is_some() {
            return self.settle();
        }
        let before = self.store.read(Kept::Previous)?.flatten();
        self.stand(before.as_ref())?;
        match &before {
            Some(before) => self.store.write(Kept::Confirmed, Some(before))?,
            None => self.store.forget(Kept::Confirmed)?,
        }
        Ok(self.store.forget(Kept::Previous)?)
    }

    /// Puts the confirmed plan in place: after a restart of the machine, or when somebody emptied the kernel's rules. A plan on
    /// trial is forgotten: whoever restarts a machine may not be able to reach it.
    ///
    /// # Errors
    /// Nothing was ever confirmed; or the kernel keeps what it has.
    pub fn restore(&self) -> Result<(), SwitchError> {
        let _lock = self.store.lock()?;
        if self.store.read(Kept::Confirmed)?.flatten().is_none() {
            return Err(SwitchError::NoPlan);
        }
        self.settle()
    }

    /// What holds. A plan whose trial is over is cleared away; it decided nothing any more.
    ///
    /// # Errors
    /// The kernel could not be asked, or the state could not be read.
    pub fn standing(&self) -> Result<Standing, SwitchError> {
        let _lock = self.store.lock()?;
        let was_tried = self.store.read(Kept::Trial)?.is_some();
        let trial_seconds = self.trial_left()?;
        let has_lapsed = was_tried && trial_seconds.is_none();
        if has_lapsed {
            self.settle()?;
        }
        Ok(Standing {
            is_in_place: present()?.is_some(),
            is_confirmed: self.store.read(Kept::Confirmed)?.flatten().is_some(),
            trial_seconds,
            has_lapsed,
            counted: counted()?,
        })
    }

    /// What was confirmed, and nothing else.
    fn settle(&self) -> Result<(), SwitchError> {
        let confirmed = self.store.read(Kept::Confirmed)?.flatten();
        self.stand(confirmed.as_ref())?;
        Ok(self.store.forget(Kept::Trial)?)
    }

    fn stand(&self, plan: Option<&Plan>) -> Result<(), SwitchError> {
        let found = present()?;
        let document = match (plan, &found) {
            (Some(plan), _) => document(&found.unwrap_or_default(), Some(plan), None),
            (None, Some(_)) => removal(),
            (None, None) => return Ok(()),
        };
        Ok(self.nft.apply(&document)?)
    }

    fn trial_left(&self) -> Result<Option<u64>, SwitchError> {
        Ok(self.nft.time_left(TRIAL, 2)?)
    }

    /// What stands in the kernel, when this state directory knows of it.
    fn known(&self) -> Result<Present, SwitchError> {
        let Some(found) = present()? else { return Ok(Present::default()) };
        let is_known = self.store.read(Kept::Confirmed)?.flatten().is_some() || self.store.read(Kept::Trial)?.is_some();
        if is_known { Ok(found) } else { Err(SwitchError::Unknown) }
    }
}
