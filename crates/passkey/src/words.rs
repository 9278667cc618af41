//! What a person reads when a key is refused: one sentence of what happened, one of what to do, in French and English. Several refusals
//! share one: whoever attacks learns from it no more than that it did not work.

use crate::refused::Refused;

/// A text in both languages of the house.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// French.
    pub fr: &'static str,
    /// English.
    pub en: &'static str,
}

const AGAIN: Words = Words {
    fr: "Cela n’a pas fonctionné. Rechargez la page et recommencez.",
    en: "That did not work. Load the page again and try once more.",
};

const NOT_HERE: Words = Words {
    fr: "Cette réponse ne vient pas de notre page. Fermez-la et prévenez un administrateur : quelqu’un vous imite peut-être.",
    en: "This answer does not come from our page. Close it and tell an administrator: somebody may be imitating it.",
};

const UNLOCK: Words = Words {
    fr: "Votre clé n’a pas vérifié que c’était vous. Recommencez avec son code, votre empreinte ou votre visage.",
    en: "Your key did not verify that it was you. Try once more, with its code, your fingerprint or your face.",
};

const OTHER_KEY: Words = Words {
    fr: "Cette clé n’est pas celle qui était attendue. Prenez celle que vous avez enregistrée ici, ou demandez de l’aide à un administrateur.",
    en: "This is not the key that was expected. Take the one that you enrolled here, or ask an administrator for help.",
};

const OTHER_MODEL: Words = Words {
    fr: "Ce modèle de clé n’est pas accepté ici. Prenez une clé matérielle de la liste, ou demandez à un administrateur.",
    en: "This model of key is not accepted here. Take a hardware key that is on the list, or ask an administrator.",
};

const UNFIT: Words = Words {
    fr: "Cette clé ne peut pas servir ici. Prenez-en une autre : un téléphone récent, un ordinateur qui se déverrouille par empreinte, ou une clé de sécurité.",
    en: "This key cannot be used here. Take another: a recent telephone, a computer that unlocks by fingerprint, or a security key.",
};

const KNOWN: Words = Words {
    fr: "Cette clé est déjà enregistrée. Prenez-en une autre.",
    en: "This key is enrolled already. Take another one.",
};

const NOT_HARDWARE: Words = Words {
    fr: "Cette clé peut être copiée sur d’autres appareils. Prenez une clé de sécurité matérielle.",
    en: "This key can be copied to other devices. Take a security key of hardware.",
};

const COPIED: Words = Words {
    fr: "Cette clé répond comme si elle avait été copiée. Ne l’utilisez plus et prévenez un administrateur.",
    en: "This key answers as if it had been copied. Do not use it any more, and tell an administrator.",
};

const PROOF: Words = Words {
    fr: "Cette approbation ne peut pas être vérifiée. Demandez-la de nouveau.",
    en: "This approval cannot be verified. Ask for it again.",
};

pub(crate) fn words(refused: Refused) -> Words {
    match refused {
        Refused::Origin | Refused::CrossOrigin | Refused::TokenBinding | Refused::Host => NOT_HERE,
        Refused::NotPresent | Refused::NotVerified => UNLOCK,
        Refused::OtherCredential | Refused::NoHandle | Refused::OtherPerson => OTHER_KEY,
        Refused::Model => OTHER_MODEL,
        Refused::MayBeCopied => NOT_HARDWARE,
        Refused::Algorithm
        | Refused::PublicKey
        | Refused::IdLength
        | Refused::NotDiscoverable
        | Refused::AttestationFormat => UNFIT,
        Refused::Known => KNOWN,
        Refused::Counter | Refused::BackupChanged | Refused::BackupFlags => COPIED,
        Refused::Proof => PROOF,
        Refused::TooLong
        | Refused::NotACredential
        | Refused::NotAPublicKey
        | Refused::TwoIds
        | Refused::OtherCeremony
        | Refused::ClientData
        | Refused::ClientDataType
        | Refused::Challenge
        | Refused::AttestationObject
        | Refused::AuthenticatorData
        | Refused::AttestationStatement
        | Refused::Signature => AGAIN,
    }
}
