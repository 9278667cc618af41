//! What is said of a decision, in both languages.

use vauban_model::Text;

use crate::{Exception, Kind};

/// What a word of the policy is called.
fn called(word: &str) -> Text {
    Kind::from_word(word).map_or_else(|| Text::new(word, word), Kind::text)
}

pub(crate) fn always(word: &str) -> Text {
    Text::new(format!("{word} ne peut jamais être bloqué."), format!("{word} can never be blocked."))
}

pub(crate) fn indicator() -> Text {
    Text::new(
        "C'est connu comme malveillant : des attaquants s'en servent.",
        "It is known to be bad: attackers use it.",
    )
}

pub(crate) fn list(name: &str) -> Text {
    Text::new(format!("La liste « {name} » le bloque."), format!("The list {name:?} blocks it."))
}

pub(crate) fn exception(exception: &Exception) -> Text {
    let Exception { owner, reason, until, .. } = exception;
    Text::new(
        format!("Une exception le permet jusqu'au {until} inclus ; {owner} en répond : {reason}"),
        format!("An exception allows it until the end of {until}; {owner} answers for it: {reason}"),
    )
}

pub(crate) fn never(compartment: &str, word: &str) -> Text {
    let what = called(word);
    Text::new(
        format!("Le compartiment « {compartment} » n'admet pas : {}.", what.fr),
        format!("The compartment {compartment:?} keeps this out: {}.", what.en),
    )
}

pub(crate) fn default(compartment: &str) -> Text {
    Text::new(
        format!("Rien ne l'interdit dans le compartiment « {compartment} »."),
        format!("Nothing forbids it in the compartment {compartment:?}."),
    )
}

pub(crate) fn nobody() -> Text {
    Text::new("Qui n'est dans aucun compartiment n'atteint rien.", "Whoever is in no compartment reaches nothing.")
}

pub(crate) fn other_target(word: &str) -> Text {
    let what = called(word);
    Text::new(format!("il s'agit d'autre chose que {}", what.fr), format!("it speaks of something else: {}", what.en))
}

pub(crate) fn other_subject(exception: &Exception) -> Text {
    let who = exception.who.join(", ");
    Text::new(format!("elle est pour {who}"), format!("it is for {who}"))
}

pub(crate) fn expired(exception: &Exception) -> Text {
    let until = exception.until;
    Text::new(format!("elle a pris fin le {until}"), format!("it ended on {until}"))
}

pub(crate) fn not_despite() -> Text {
    Text::new(
        "elle ne vaut pas contre ce qui est connu comme malveillant",
        "it does not hold against what is known to be bad",
    )
}
