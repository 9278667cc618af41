//! What to do next, in both languages.
//!
//! The advice of an agency's first phone call: keep the evidence, do not tip anybody off, change secrets from a clean
//! machine, and call somebody.

use vauban_model::{Exposure, ObservableKind, Severity, Text};

/// What to do about an observable of this kind that got this far.
#[must_use]
pub fn advice(kind: ObservableKind, exposure: Exposure, severity: Severity) -> Text {
    if severity == Severity::Low {
        return Text::new(
            "Indice faible : à lui seul il ne prouve rien. Regardez s'il est proche d'un autre signalement ; gardez le fichier en l'état.",
            "A weak sign: alone it proves nothing. See whether it lies near another sighting; keep the file as it is.",
        );
    }
    match exposure {
        Exposure::Executed => Text::new(
            "Débranchez cette machine du réseau sans l'éteindre, n'y tapez plus aucun mot de passe, et appelez votre agence nationale. Changez les mots de passe de la personne depuis une autre machine.",
            "Unplug this machine from the network without switching it off, type no more passwords on it, and call your national agency. Change the person's passwords from another machine.",
        ),
        Exposure::Contacted => Text::new(
            "Une machine a parlé à l'attaquant. Trouvez laquelle et qui l'utilise, isolez-la du réseau sans l'éteindre, changez les mots de passe depuis une autre machine, et fermez les sessions ouvertes. N'ouvrez pas l'adresse.",
            "A machine talked to the attacker. Find which one and who uses it, take it off the network without switching it off, change passwords from another machine and end open sessions. Do not open the address.",
        ),
        Exposure::Opened => Text::new(
            "Quelqu'un l'a ouvert. Parlez à cette personne, sans reproche : qu'a-t-elle vu, a-t-elle tapé un mot de passe ? Isolez sa machine et changez ses mots de passe depuis une autre.",
            "Somebody opened it. Talk to that person, without blame: what did they see, did they type a password? Isolate their machine and change their passwords from another one.",
        ),
        Exposure::Received => Text::new(
            "Ne cliquez pas, ne répondez pas, ne supprimez pas. Demandez au destinataire s'il a cliqué ou tapé un mot de passe ; si oui, changez-le depuis une autre machine. Cherchez le même message chez les autres.",
            "Do not click, reply or delete. Ask the recipient whether they clicked or typed a password; if so, change it from another machine. Look for the same message in other mailboxes.",
        ),
        Exposure::Present => match kind {
            ObservableKind::FileHash | ObservableKind::Bytes => Text::new(
                "Ce fichier ressemble à un outil d'attaque connu. Ne l'ouvrez pas, ne le supprimez pas. Notez sur quelle machine il était et depuis quand, isolez-la, et demandez de l'aide.",
                "This file looks like a known attack tool. Do not open or delete it. Note which machine it was on and since when, isolate that machine, and ask for help.",
            ),
            ObservableKind::Event => Text::new(
                "Le journal de cette machine montre un geste fréquent chez les attaquants. Demandez à qui s'en sert si c'était voulu ; sinon, isolez-la du réseau sans l'éteindre, gardez ses journaux, et demandez de l'aide.",
                "This machine's log shows something attackers often do. Ask whoever uses it whether it was meant; if not, take it off the network without switching it off, keep its logs, and ask for help.",
            ),
            ObservableKind::ProcessName
            | ObservableKind::AppId
            | ObservableKind::ConfigurationProfile
            | ObservableKind::FilePath => Text::new(
                "Cet appareil porte la trace d'un logiciel espion connu. N'effacez rien, ne le réinitialisez pas, ne le mettez pas à jour. N'y parlez plus de rien de sensible, et faites-le examiner par un spécialiste.",
                "This device bears a trace of known spyware. Delete nothing, do not reset or update it. Discuss nothing sensitive near it any more, and have a specialist examine it.",
            ),
            _ => Text::new(
                "Gardez ce fichier en l'état et cherchez comment il est arrivé là. Si quelqu'un a suivi ce lien ou contacté cette adresse, traitez sa machine comme compromise.",
                "Keep this file as it is and find out how it got there. If anybody followed this link or contacted this address, treat their machine as compromised.",
            ),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_has_advice_in_both_languages() {
        for exposure in
            [Exposure::Present, Exposure::Received, Exposure::Opened, Exposure::Contacted, Exposure::Executed]
        {
            for severity in [Severity::Low, Severity::Medium, Severity::High] {
                for kind in
                    [ObservableKind::FileHash, ObservableKind::DomainName, ObservableKind::AppId, ObservableKind::Event]
                {
                    let text = advice(kind, exposure, severity);
                    assert!(text.fr.len() > 40 && text.en.len() > 40 && text.fr != text.en);
                }
            }
        }
    }
}
