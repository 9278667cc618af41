//! The policy as sentences: what stands in the configuration, for people who never saw it.

use std::net::IpAddr;

use vauban_guard::exceptions::Refused;
use vauban_model::{Text, printable};
use vauban_policy::{Compartment, Egress, Kind, Logging, Policy, Rules};
use vauban_record::AskedName;

/// Whom an exception is for.
pub(crate) fn subject(policy: &Policy, word: &str) -> Text {
    match word.split_once(':') {
        Some(("device", name)) => {
            let person =
                policy.device.get(name).map(|device| person(policy, &device.person)).filter(|name| !name.is_empty());
            let owner = person.map_or(String::new(), |name| format!(" ({name})"));
            Text::new(format!("l'appareil {name}{owner}"), format!("the device {name}{owner}"))
        }
        Some(("group", name)) => Text::new(format!("le groupe {name}"), format!("the group {name}")),
        Some(("compartment", name)) => {
            Text::new(format!("tout le compartiment {name}"), format!("everybody in the compartment {name}"))
        }
        _ => {
            let name = person(policy, word);
            Text::new(format!("{name}, sur tous ses appareils"), format!("{name}, on every device"))
        }
    }
}

/// A person as people say the name.
pub(crate) fn person(policy: &Policy, key: &str) -> String {
    let name = policy.person.get(key).map(|person| person.name.as_str()).filter(|name| !name.is_empty());
    printable(name.unwrap_or(key))
}

/// What a word in `never`, `to` or `always` means.
pub(crate) fn object(word: &str) -> Text {
    if let Some(kind) = Kind::from_word(word) {
        return kind.text();
    }
    if let Some(tool) = word.strip_prefix("tool:") {
        let tool = printable(tool);
        return Text::new(format!("{tool}, avec tous ses noms"), format!("{tool}, with all its names"));
    }
    let shown = printable(word);
    if word.contains('/') || word.parse::<IpAddr>().is_ok() {
        return Text::new(shown.clone(), shown);
    }
    Text::new(format!("{shown} et tout ce qui est en dessous"), format!("{shown} and everything below it"))
}

/// The sentences of a compartment.
pub(crate) fn compartment(policy: &Policy, name: &str, table: &Compartment) -> Vec<Text> {
    vec![who(policy, name, table), never(table), lists(policy, table), egress(table.egress), logging(table)]
}

fn who(policy: &Policy, name: &str, table: &Compartment) -> Text {
    let networks = table.networks.join(", ");
    let mut text = if networks.is_empty() {
        Text::new(
            "Aucun réseau n'y mène : en sont les appareils et personnes nommés plus bas",
            "No network leads into it: the devices and people named below are in it",
        )
    } else {
        Text::new(format!("En est ce qui vient de {networks}"), format!("What comes from {networks} is in it"))
    };
    if policy.policy.otherwise == name {
        text.fr.push_str(", et tout appareil inconnu");
        text.en.push_str(", and every unknown device");
    }
    text.fr.push('.');
    text.en.push('.');
    text
}

fn never(table: &Compartment) -> Text {
    if table.never.is_empty() {
        return Text::new("Rien n'y est interdit d'avance.", "Nothing is kept out beforehand.");
    }
    let objects: Vec<Text> = table.never.iter().map(|word| object(word)).collect();
    let joined = |pick: fn(&Text) -> &str| objects.iter().map(pick).collect::<Vec<_>>().join("; ");
    Text::new(
        format!("Jamais : {}.", joined(|text| &text.fr).replace(';', " ;")),
        format!("Never: {}.", joined(|text| &text.en)),
    )
}

fn lists(policy: &Policy, table: &Compartment) -> Text {
    let names: Vec<&str> = match &table.lists {
        Some(names) => names.iter().map(String::as_str).collect(),
        None => policy.list.iter().map(|list| list.name.as_str()).collect(),
    };
    if names.is_empty() {
        return Text::new("Aucune liste n'y vaut.", "No list holds here.");
    }
    let names = names.join(", ");
    Text::new(format!("Ces listes y bloquent : {names}."), format!("These lists block here: {names}."))
}

fn egress(egress: Egress) -> Text {
    match egress {
        Egress::Direct => {
            Text::new("On en sort vers n'importe quelle adresse.", "Its traffic may leave for any address.")
        }
        Egress::Named => Text::new(
            "On n'en sort que vers ce que notre propre résolveur vient de donner.",
            "Its traffic leaves only for what our own resolver just answered.",
        ),
    }
}

fn logging(table: &Compartment) -> Text {
    let days = usize::from(table.keep_days.max(1));
    let (fr, en) = (plural(days, "jour"), plural(days, "day"));
    match table.logging {
        Logging::None => Text::new(
            "De ce qui y est demandé, rien n'est noté nulle part.",
            "Of what is asked for here, nothing is written down anywhere.",
        ),
        Logging::Blocked => Text::new(
            format!("Ce qui y est bloqué est noté ; on l'oublie au bout de {fr}."),
            format!("What is blocked here is written down, and forgotten after {en}."),
        ),
        Logging::All => Text::new(
            format!("Tout ce qui y est demandé est noté ; on l'oublie au bout de {fr}."),
            format!("All that is asked for here is written down, and forgotten after {en}."),
        ),
    }
}

fn plural(number: usize, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}

/// What became of a name, with a sign that does not need colour.
pub(crate) fn verdict(word: &str) -> Text {
    match word {
        "block" => Text::new("× bloqué", "× blocked"),
        "allow" => Text::new("✓ répondu", "✓ answered"),
        "note" => Text::new("! remarqué", "! noted"),
        other => Text::new(printable(other), printable(other)),
    }
}

/// Why that became of it.
pub(crate) fn reason(rules: &Rules, row: &AskedName) -> Text {
    let through = printable(&row.through);
    let of_rule = match (row.verdict.as_str(), row.rule.as_str()) {
        (_, "") => Text::new("Rien ne l'interdit.", "Nothing forbids it."),
        (_, "rebinding") => {
            return Text::new(
                format!(
                    "Ce nom du dehors mène chez nous ({through}) : une page piégée s'en sert pour atteindre nos machines."
                ),
                format!(
                    "This outside name leads inside ({through}): a trap of a page uses that to reach our machines."
                ),
            );
        }
        ("note", "lookalike") => {
            return Text::new(
                format!("Il ressemble à {through} sans en être. Il a été répondu."),
                format!("It looks like {through} and is not. It was answered."),
            );
        }
        (_, "lookalike") => Text::new(
            "Il ressemble à l'un de vos noms, ou à ceux de vos fournisseurs, sans en être.",
            "It looks like a name of yours or of your providers, and is not.",
        ),
        (_, "tunnel") => {
            return strange(
                "des données pourraient sortir, cachées dans des noms",
                "data may leave, hidden in names",
                &through,
            );
        }
        (_, "generated-names") => {
            return strange(
                "un programme invente des noms, comme le font des virus",
                "a program makes names up, as malware does",
                &through,
            );
        }
        ("note", _) => Text::new(
            "Un indicateur confidentiel (TLP:RED) le connaît : rien n'en a été dit à qui demandait. Appelez l'agence qui l'a donné.",
            "A confidential indicator (TLP:RED) knows it: whoever asked was told nothing. Call the agency that gave it.",
        ),
        (_, id) => rules.reason_of(id).unwrap_or_else(|| {
            let id = printable(id);
            Text::new(format!("Par la règle {id}."), format!("By the rule {id}."))
        }),
    };
    if row.through.is_empty() {
        return of_rule;
    }
    Text::new(format!("Il mène à {through}. {}", of_rule.fr), format!("It leads to {through}. {}", of_rule.en))
}

fn strange(fr: &str, en: &str, detail: &str) -> Text {
    Text::new(
        format!("Inhabituel : {fr} ({detail}). Il a été répondu."),
        format!("Unusual: {en} ({detail}). It was answered."),
    )
}

/// Why there can be no exception, and what to do in its place.
pub(crate) fn refused(why: Refused) -> (Text, Text) {
    match why {
        Refused::Passed => (
            Text::new("Ce nom n'a pas été bloqué.", "This name was not blocked."),
            Text::new("Il n'y a rien à permettre.", "There is nothing to allow."),
        ),
        Refused::Indicator => (
            Text::new(
                "Ce nom est connu comme malveillant : des attaquants s'en servent. Il ne peut pas être permis d'ici.",
                "This name is known to be bad: attackers use it. It cannot be allowed from here.",
            ),
            Text::new(
                "Demandez à qui se sert de cet appareil ce qui a été ouvert, et appelez votre agence ou votre CERT. Si vous êtes sûr que c'est une erreur, la personne qui tient la configuration peut l'écrire dans vauban.toml (une exception avec despite_indicators).",
                "Ask whoever uses this device what was opened, and call your agency or CERT. If you are sure that it is a mistake, the person who keeps the configuration can write it into vauban.toml (an exception with despite_indicators).",
            ),
        ),
        Refused::Rebinding => (
            Text::new(
                "Un nom du dehors qui mène chez nous ne peut pas être permis d'ici.",
                "An outside name that leads inside cannot be allowed from here.",
            ),
            Text::new(
                "S'il est à vous, la personne qui tient la configuration l'ajoute à `internal` dans [dns].",
                "If it is yours, the person who keeps the configuration adds it to `internal` of [dns].",
            ),
        ),
        Refused::Lookalike => (
            Text::new(
                "Un nom qui en imite un autre ne peut pas être permis d'ici.",
                "A name that imitates another one cannot be allowed from here.",
            ),
            Text::new(
                "S'il est honnête, la personne qui tient la configuration l'ajoute à `always` dans [policy].",
                "If it is honest, the person who keeps the configuration adds it to `always` of [policy].",
            ),
        ),
        Refused::Nobody | Refused::Unknown => (
            Text::new(
                "La politique ne connaît pas l'appareil qui a demandé.",
                "The policy does not know the device that asked.",
            ),
            Text::new(
                "La personne qui tient la configuration lui donne une place : [device] dans vauban.toml.",
                "The person who keeps the configuration gives it a place: [device] in vauban.toml.",
            ),
        ),
    }
}
