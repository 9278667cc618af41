//! What a person reads when a stick is refused, and what to do next.

use vauban_model::Text;

use super::StickError;

impl StickError {
    /// What a person reads.
    #[must_use]
    pub fn words(&self) -> Text {
        match self {
            Self::NoStick(path) => {
                let path = path.display();
                Text::new(format!("{path} : aucune clé USB n'est là"), format!("{path}: no stick is there"))
            }
            Self::File(path, error) => {
                Text::new(format!("{} : {error}", path.display()), format!("{}: {error}", path.display()))
            }
            Self::NotPlain(path) => Text::new(
                format!("{} n'est pas un simple fichier", path.display()),
                format!("{} is no plain file", path.display()),
            ),
            Self::TooLarge(path) => {
                Text::new(format!("{} est trop grand", path.display()), format!("{} is too large", path.display()))
            }
            Self::Missing(path) => Text::new(
                format!("{} manque : la clé est à moitié copiée, rien n'a été fait", path.display()),
                format!("{} is missing: the stick is half-copied, nothing was done", path.display()),
            ),
            Self::Changed(path) => Text::new(
                format!("{} n'est pas ce que le bureau a signé, rien n'a été fait", path.display()),
                format!("{} is not what the desk signed, nothing was done", path.display()),
            ),
            Self::Order(error) => {
                let words = error.words();
                Text::new(words.fr, words.en)
            }
            Self::Unknown(number) => Text::new(
                format!("l'ordre {number} demande une autre version de Vauban"),
                format!("order {number} needs another version of Vauban"),
            ),
            Self::Old { newest, done } => Text::new(
                format!(
                    "cette clé est ancienne : elle s'arrête à l'ordre {newest}, et l'ordre {done} est exécuté ; rien n'a été fait"
                ),
                format!(
                    "this stick is an old one: it ends with order {newest}, and order {done} was done; nothing was done"
                ),
            ),
            Self::Fork(number) => Text::new(
                format!("un autre ordre {number} est déjà connu, rien n'a été fait"),
                format!("another order {number} is known already, nothing was done"),
            ),
            Self::OldDesk(number) => Text::new(
                format!(
                    "la clé connaît l'ordre {number}, que ce bureau n'a pas donné : ce bureau est une ancienne copie"
                ),
                format!("the stick knows order {number}, which this desk did not give: this desk is an old copy"),
            ),
            Self::NoAnswer => {
                Text::new("rien de la façade n'est sur cette clé", "nothing of the front is on this stick")
            }
            Self::Answer => Text::new(
                "ce qui vient de la façade n'est pas de cette agence, ou a été modifié ; rien n'en a été pris",
                "what comes from the front is not this agency's, or was changed; nothing of it was taken",
            ),
            Self::Keys(path) => Text::new(
                format!("{} n'est pas ce que le bureau a écrit", path.display()),
                format!("{} is not what the desk wrote", path.display()),
            ),
            Self::Seal(error) => {
                Text::new(format!("impossible de sceller : {error}"), format!("it cannot be sealed: {error}"))
            }
            Self::Store(error) => {
                Text::new(format!("la base a répondu : {error}"), format!("the database answered: {error}"))
            }
        }
    }

    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Text {
        match self {
            Self::NoStick(_) => Text::new("branchez la clé et indiquez son dossier", "put it in and name its folder"),
            Self::File(..) => Text::new(
                "vérifiez qu'il reste de la place et recommencez : rien n'est fait deux fois",
                "check that there is room and do it again: nothing is done twice",
            ),
            Self::NotPlain(_) | Self::TooLarge(_) => Text::new("prenez une clé vide", "take an empty stick"),
            Self::Missing(_) | Self::Changed(_) | Self::Fork(_) | Self::Order(_) => Text::new(
                "au bureau : effacez `to-front` de la clé et redonnez `vauban hub desk audience --front stick:DOSSIER`",
                "at the desk: remove `to-front` from the stick and give `vauban hub desk audience --front stick:FOLDER` again",
            ),
            Self::Unknown(_) => {
                Text::new("installez la version du bureau à la façade", "install the desk's version at the front")
            }
            Self::Old { .. } => Text::new(
                "cherchez la clé la plus récente ; si personne n'en connaît, demandez-vous d'où vient celle-ci",
                "look for the newest stick; if nobody knows of one, ask where this one comes from",
            ),
            Self::OldDesk(_) => Text::new(
                "remettez la copie la plus récente du dossier du bureau",
                "put the newest copy of the desk's folder back",
            ),
            Self::NoAnswer => Text::new(
                "portez-la à la façade, et là : vauban hub front exchange DOSSIER",
                "take it to the front, and there: vauban hub front exchange FOLDER",
            ),
            Self::Answer => Text::new(
                "refaites l'échange à la façade avec une clé vide",
                "exchange at the front again with an empty stick",
            ),
            Self::Keys(_) => {
                Text::new("remettez une copie du dossier du bureau", "put a copy of the desk's folder back")
            }
            Self::Seal(_) | Self::Store(_) => Text::default(),
        }
    }
}
