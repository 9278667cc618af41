//! The desk's words for people: markings, tiers, states, and why a step was not taken.

use vauban_hub::{
    desk::{ApproversError, DeskError, DraftError, NotBlind, Stays},
    store::{State, StoreError, Tier},
};
use vauban_model::{Marking, Text};

/// All markings, the widest first.
pub(super) const MARKINGS: [Marking; 5] =
    [Marking::Clear, Marking::Green, Marking::Amber, Marking::AmberStrict, Marking::Red];
/// All tiers, the most open first.
pub(super) const TIERS: [Tier; 3] = [Tier::Open, Tier::Blind, Tier::Held];
/// All states, in their order.
pub(super) const STATES: [State; 4] = [State::Imported, State::Reviewed, State::Granted, State::Withdrawn];

/// A state, for the heading of a list.
pub(super) fn state(state: State) -> Text {
    match state {
        State::Imported => Text::new("À revoir", "To review"),
        State::Reviewed => Text::new("Revus, à accorder", "Reviewed, to grant"),
        State::Granted => Text::new("Accordés", "Granted"),
        State::Withdrawn => Text::new("Retirés", "Withdrawn"),
    }
}

/// A tier in one word.
pub(super) fn tier(tier: Tier) -> Text {
    match tier {
        Tier::Open => Text::new("lisible", "readable"),
        Tier::Blind => Text::new("aveugle", "blind"),
        Tier::Held => Text::new("retenu", "held"),
    }
}

/// What a tier means.
pub(super) fn tier_means(tier: Tier) -> Text {
    match tier {
        Tier::Open => Text::new(
            "Lisible : les destinataires reçoivent l'objet, et peuvent le lire.",
            "Readable: its readers get the object, and can read it.",
        ),
        Tier::Blind => Text::new(
            "Aveugle : ils ne lisent rien ; qui a vu la même chose apprend qu'il faut vous appeler. Une adresse IPv4 ou IPv6 ne peut pas l'être : il y en a si peu qu'on les essaierait toutes.",
            "Blind: they read nothing; whoever saw the same thing learns to call you. An IPv4 or IPv6 address cannot be: there are so few that all of them could be tried.",
        ),
        Tier::Held => Text::new("Retenu : rien ne quitte le bureau.", "Held: nothing leaves the desk."),
    }
}

/// Why an object cannot be blind.
pub(super) fn not_blind(why: NotBlind) -> Text {
    match why {
        NotBlind::NoChoice => Text::new(
            "ce n'est pas un simple choix de valeurs : rien ne pourrait y correspondre",
            "it is no plain choice of values: nothing could match it",
        ),
        NotBlind::Value(error) => match error.to_string() {
            words if words.starts_with("a bare address") => Text::new(
                "c'est une adresse ou un numéro : on pourrait les essayer tous",
                "it is an address or a number: all of them could be tried",
            ),
            words => Text::new(format!("une valeur ne peut pas être cherchée ainsi ({words})"), words),
        },
    }
}

/// Why an object would not leave in a stream.
pub(super) fn stays(why: Stays) -> Text {
    match why {
        Stays::Red => Text::new("TLP:RED ne quitte jamais le bureau", "TLP:RED never leaves the desk"),
        Stays::Strict => Text::new(
            "TLP:AMBER+STRICT ne part que dans un flux qu'une seule organisation lit",
            "TLP:AMBER+STRICT leaves only in a stream that one organisation reads",
        ),
        Stays::Held => Text::new("il est retenu", "it is held"),
        Stays::Ended => Text::new("il a pris fin", "it has ended"),
    }
}

/// Why a step was not taken.
pub(super) fn said(error: &DeskError) -> Text {
    let en = error.to_string();
    let fr = match error {
        DeskError::NotBlind { object, why } => {
            let why = not_blind(*why);
            return Text::new(
                format!("{object} ne peut pas être aveugle : {}", why.fr),
                format!("{object} cannot be blind: {}", why.en),
            );
        }
        DeskError::Stick(error) => return error.words(),
        DeskError::NoObject(id) => format!("aucun objet {id}"),
        DeskError::NoParty(id) => format!("aucune organisation {id}"),
        DeskError::Approvers(error) => approvers(error),
        DeskError::Store(error) => store(error),
        DeskError::Draft(DraftError::Store(error)) => store(error),
        DeskError::Draft(DraftError::NotBlind(object)) => {
            format!("{object} est aveugle, et n'est pas un simple choix de valeurs")
        }
        DeskError::Draft(DraftError::Enumerable { object, .. }) => {
            format!("{object} est aveugle, et nomme une adresse ou un numéro qu'on pourrait essayer")
        }
        _ => format!("la machine a répondu : {en}"),
    };
    Text::new(fr, en)
}

fn approvers(error: &ApproversError) -> String {
    match error {
        ApproversError::Key => "ce n'est pas une clé publique de minisign".to_owned(),
        ApproversError::Taken(name) => format!("{name} : ce nom ou cette clé est déjà là"),
        ApproversError::NotSigned => {
            "aucune des personnes qui peuvent approuver n'a fait cette signature sur ce manifeste".to_owned()
        }
        ApproversError::Unknown(name) => format!("personne qui puisse rédiger ne s'appelle {name}"),
        ApproversError::File(..) => format!("la liste des personnes : {error}"),
    }
}

fn store(error: &StoreError) -> String {
    match error {
        StoreError::SecondPerson => "il y faut une deuxième personne, autre que l'auteur".to_owned(),
        StoreError::NotWhatWasApproved => "ce qui est ici n'est pas ce qui a été approuvé".to_owned(),
        StoreError::UnknownStream => "ce flux n'existe pas".to_owned(),
        StoreError::UnknownParty => "cette organisation n'existe pas, ou n'est plus servie".to_owned(),
        StoreError::UnknownRelease => "ce brouillon n'existe pas".to_owned(),
        StoreError::OneParty => "ce flux est pour une seule organisation, et l'a déjà".to_owned(),
        StoreError::Taken(_) => "ce nom est déjà pris".to_owned(),
        StoreError::WrongState(_) => "un objet qui n'a pas été revu, ou qui a été retiré, n'est pas accordé".to_owned(),
        StoreError::Fork { number } => format!("une autre publication porte déjà le numéro {number}"),
        StoreError::NotNext { expected, found } => format!("le numéro {expected} est attendu, pas {found}"),
        StoreError::Busy => "la base est occupée ; essayez de nouveau".to_owned(),
        StoreError::Full => "le disque de la base est plein".to_owned(),
        other => format!("la base a répondu : {other}"),
    }
}
