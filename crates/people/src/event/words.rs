//! What a person reads of an event.

use vauban_model::Text;

use super::{By, Event, EventKind};
use crate::{Refusal, Role};

impl Event {
    /// The event as one sentence.
    #[must_use]
    pub fn text(&self) -> Text {
        let (fr, en) = self.what();
        let (by_fr, by_en) = self.by_whom();
        let (from_fr, from_en) = self.where_from();
        Text::new(format!("{fr}{by_fr}{from_fr}."), format!("{en}{by_en}{from_en}."))
    }

    fn what(&self) -> (String, String) {
        let who = self.subject.as_ref().map(|named| named.name.as_str());
        let (quelqu_un, someone) = (who.unwrap_or("Quelqu'un"), who.unwrap_or("Somebody"));
        let detail = self.detail.as_deref().unwrap_or("-");
        let pair = |fr: String, en: String| (fr, en);
        match self.kind {
            EventKind::Founded => {
                pair(format!("{quelqu_un} est invité comme fondateur"), format!("{someone} is invited as a founder"))
            }
            EventKind::InvitationAsked => {
                pair(format!("Demande d'inviter {quelqu_un}"), format!("A request to invite {someone}"))
            }
            EventKind::RecoveryAsked => pair(
                format!("Demande de récupération pour {quelqu_un} : si ce n'est pas voulu, opposez-vous maintenant"),
                format!("A request to recover {someone}: if this is not wanted, veto it now"),
            ),
            EventKind::RoleAsked => {
                let (fr, en) = role(detail);
                pair(
                    format!("Demande : {quelqu_un} deviendrait {fr}"),
                    format!("A request: {someone} would become {en}"),
                )
            }
            EventKind::BreakGlassKeysAsked => pair(
                "Demande de changer les clés de secours".to_owned(),
                "A request to change the break-glass keys".to_owned(),
            ),
            EventKind::Approved => pair(
                format!("Une première approbation, au sujet de {quelqu_un}"),
                format!("A first approval, about {someone}"),
            ),
            EventKind::RequestApproved => pair(
                format!(
                    "La demande au sujet de {quelqu_un} est approuvée : on peut s'y opposer tant qu'elle n'est pas faite"
                ),
                format!("The request about {someone} is approved: until it is done it can be vetoed"),
            ),
            EventKind::ApprovalRefused => {
                let (fr, en) = refusal(detail);
                pair(
                    format!("Approbation refusée, au sujet de {quelqu_un} ({fr})"),
                    format!("An approval was refused, about {someone} ({en})"),
                )
            }
            EventKind::BreakGlass => pair(
                format!("ALERTE : une clé de secours a approuvé la demande au sujet de {quelqu_un}"),
                format!("ALARM: a break-glass key approved the request about {someone}"),
            ),
            EventKind::Vetoed => pair(
                format!("Opposition à la demande au sujet de {quelqu_un}"),
                format!("A veto against the request about {someone}"),
            ),
            EventKind::Withdrawn => pair(
                format!("La demande au sujet de {quelqu_un} est retirée"),
                format!("The request about {someone} is withdrawn"),
            ),
            EventKind::RequestExpired => pair(
                format!("La demande au sujet de {quelqu_un} a expiré"),
                format!("The request about {someone} has expired"),
            ),
            EventKind::LinkGiven => {
                pair(format!("Le lien pour {quelqu_un} a été créé"), format!("The link for {someone} was made"))
            }
            EventKind::LinkRefused => {
                let (fr, en) = refusal(detail);
                pair(
                    format!("Un lien pour {quelqu_un} a été refusé ({fr})"),
                    format!("A link for {someone} was refused ({en})"),
                )
            }
            EventKind::Enrolled => pair(
                format!("{quelqu_un} a utilisé son invitation et fait partie de l'organisation"),
                format!("{someone} used the invitation and belongs to the organisation"),
            ),
            EventKind::Recovered => pair(
                format!("{quelqu_un} est récupéré ; les anciennes clés, les comptes et les sessions sont clos"),
                format!("{someone} was recovered; the old keys, accounts and sessions are closed"),
            ),
            EventKind::RoleChanged => {
                let (fr, en) = role(detail);
                pair(format!("{quelqu_un} est maintenant {fr}"), format!("{someone} is {en} now"))
            }
            EventKind::BreakGlassKeysChanged => {
                pair("Les clés de secours ont changé".to_owned(), "The break-glass keys were changed".to_owned())
            }
            EventKind::KeyAdded => {
                pair(format!("{quelqu_un} a ajouté une clé ({detail})"), format!("{someone} added a key ({detail})"))
            }
            EventKind::KeyRemoved => pair(
                format!("Une clé de {quelqu_un} a été retirée ({detail})"),
                format!("A key of {someone} was removed ({detail})"),
            ),
            EventKind::AccountAdded => pair(
                format!("Un compte d'un autre fournisseur fait entrer {quelqu_un} désormais ({detail})"),
                format!("An account of another provider lets {someone} in from now on ({detail})"),
            ),
            EventKind::AccountRemoved => pair(
                format!("Un compte ne fait plus entrer {quelqu_un} ({detail})"),
                format!("An account lets {someone} in no more ({detail})"),
            ),
            EventKind::SignedIn => {
                let (fr, en) = self.by_account();
                pair(format!("{quelqu_un} s'est connecté{fr}"), format!("{someone} signed in{en}"))
            }
            EventKind::SignedInAnew => {
                let (fr, en) = self.by_account();
                pair(
                    format!("{quelqu_un} s'est connecté depuis un nouvel appareil{fr}"),
                    format!("{someone} signed in from a new device{en}"),
                )
            }
            EventKind::TwoPlaces => pair(
                format!(
                    "La même clé, ou le même compte, de {quelqu_un} a servi en deux lieux à quelques minutes d'écart (l'autre : {detail})"
                ),
                format!(
                    "One key, or one account, of {someone} was used in two places within minutes (the other: {detail})"
                ),
            ),
            EventKind::SignInRefused => {
                let (fr, en) = refusal(detail);
                pair(
                    format!("Connexion refusée : {quelqu_un} ({fr})"),
                    format!("A sign-in was refused: {someone} ({en})"),
                )
            }
            EventKind::SessionBound => pair(
                format!("Une session de {quelqu_un} est liée à son appareil"),
                format!("A session of {someone} is bound to its device"),
            ),
            EventKind::SessionEnded => {
                pair(format!("Une session de {quelqu_un} a été fermée"), format!("A session of {someone} was ended"))
            }
            EventKind::SessionsEnded => pair(
                format!("Toutes les sessions de {quelqu_un} ont été fermées ({detail})"),
                format!("All sessions of {someone} were ended ({detail})"),
            ),
            EventKind::ToolEntered => pair(
                format!("{quelqu_un} est entré dans un outil ({detail})"),
                format!("{someone} came to a tool ({detail})"),
            ),
            EventKind::Suspended => pair(format!("{quelqu_un} est suspendu"), format!("{someone} is suspended")),
            EventKind::Resumed => {
                pair(format!("{quelqu_un} est de nouveau actif"), format!("{someone} is active again"))
            }
            EventKind::Left => {
                pair(format!("{quelqu_un} est parti : tout est fermé"), format!("{someone} left: everything is closed"))
            }
            EventKind::Ended => pair(
                format!("La date de fin de {quelqu_un} est passée : tout est fermé"),
                format!("The end of {someone} came: everything is closed"),
            ),
            EventKind::GroupsChanged => {
                pair(format!("Les groupes de {quelqu_un} ont changé"), format!("The groups of {someone} were changed"))
            }
            EventKind::EndChanged => pair(
                format!("La date de fin de {quelqu_un} a changé ({detail})"),
                format!("The end of {someone} was changed ({detail})"),
            ),
            EventKind::ChangeRefused => {
                let (fr, en) = refusal(detail);
                pair(
                    format!("Changement refusé, au sujet de {quelqu_un} ({fr})"),
                    format!("A change was refused, about {someone} ({en})"),
                )
            }
        }
    }

    /// The account that somebody signed in by, if it was one.
    fn by_account(&self) -> (String, String) {
        let told = |account: &String| (format!(" par le compte {account}"), format!(" by the account {account}"));
        self.detail.as_ref().map(told).unwrap_or_default()
    }

    /// Who did it, where that is somebody else.
    fn by_whom(&self) -> (String, String) {
        match &self.by {
            By::Person(named) if self.subject.as_ref() == Some(named) => (String::new(), String::new()),
            By::Person(named) => (format!(", par {}", named.name), format!(", by {}", named.name)),
            By::Machine => (", depuis la machine elle-même".to_owned(), ", from the machine itself".to_owned()),
            By::BreakGlass => (", par clé de secours".to_owned(), ", by break-glass key".to_owned()),
            By::Unknown | By::Time => (String::new(), String::new()),
        }
    }

    fn where_from(&self) -> (String, String) {
        match self.address {
            Some(address) => (format!(" (adresse {address})"), format!(" (address {address})")),
            None => (String::new(), String::new()),
        }
    }
}

fn role(word: &str) -> (String, String) {
    match Role::from_word(word) {
        Some(Role::Administrator) => ("administrateur".to_owned(), "an administrator".to_owned()),
        Some(Role::Member) => ("membre".to_owned(), "a member".to_owned()),
        None => (word.to_owned(), word.to_owned()),
    }
}

/// The reason without the stop of its sentence. A word that is no refusal's stands for itself.
fn refusal(word: &str) -> (String, String) {
    match Refusal::from_word(word) {
        Some(refusal) => {
            let text = refusal.text();
            let bare = |sentence: &str| sentence.trim_end_matches('.').to_owned();
            (bare(&text.fr), bare(&text.en))
        }
        None => (word.to_owned(), word.to_owned()),
    }
}
