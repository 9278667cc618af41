//! What is said of a network and of its plan, in both languages.

use std::collections::BTreeSet;

use vauban_model::Text;
use vauban_policy::{Egress, Rules};

use crate::{NetworkTable, Quic};

pub(crate) fn no_network() -> Text {
    Text::new("ni une adresse ni un réseau (10.20.0.1)", "neither an address nor a network (10.20.0.1)")
}

pub(crate) fn too_wide() -> Text {
    Text::new(
        "ce réseau est si grand que plus rien ne pourrait être bloqué",
        "this network is so wide that nothing could be blocked any more",
    )
}

pub(crate) fn no_interface() -> Text {
    Text::new("ce n'est pas un nom d'interface (eth0)", "this is no name of an interface (eth0)")
}

pub(crate) fn interface_twice() -> Text {
    Text::new("cette interface a déjà un autre rôle", "this interface has another role already")
}

pub(crate) fn no_compartment() -> Text {
    Text::new("aucun compartiment ne s'appelle ainsi", "no compartment has this name")
}

pub(crate) fn name_too_long() -> Text {
    Text::new("48 octets au plus, pour le noyau", "48 bytes at the most, for the kernel")
}

pub(crate) fn whole_internet() -> Text {
    Text::new(
        "ce réseau est presque tout Internet ; « otherwise » dit où sont les inconnus",
        "this network is almost all of the internet; \"otherwise\" says where strangers are",
    )
}

pub(crate) fn no_outside() -> Text {
    Text::new("par quelle interface va-t-on sur Internet ?", "which interface leads to the internet?")
}

pub(crate) fn no_administrator() -> Text {
    Text::new(
        "sans l'adresse d'un administrateur, rien ne dit qui doit toujours pouvoir revenir",
        "without an administrator's address nothing says who must always be able to come back",
    )
}

pub(crate) fn no_resolver() -> Text {
    Text::new(
        "un compartiment n'atteint que ce que notre résolveur répond : il en faut un",
        "a compartment reaches only what our resolver answers: there must be one",
    )
}

pub(crate) fn seconds() -> Text {
    Text::new("entre 10 et 3600 secondes", "between 10 and 3600 seconds")
}

pub(crate) fn never_holds_protected() -> Text {
    Text::new(
        "ce compartiment couperait l'administrateur, la passerelle ou le résolveur ; le plan est refusé",
        "this compartment would cut off an administrator, the gateway or the resolver; the plan is refused",
    )
}

pub(crate) fn you_are_elsewhere() -> Text {
    Text::new(
        "vous êtes connecté depuis cette adresse, qui n'est pas celle d'un administrateur ; le plan est refusé",
        "you are connected from this address, which is no administrator's; the plan is refused",
    )
}

/// What a plan comes to: one sentence for each compartment, then what holds for all.
pub(crate) fn summary(rules: &Rules, table: &NetworkTable) -> Vec<Text> {
    let mut lines = Vec::new();
    let with_networks: BTreeSet<&str> = rules
        .policy()
        .compartment
        .iter()
        .filter(|(_, found)| !found.networks.is_empty())
        .map(|(name, _)| name.as_str())
        .collect();
    for (name, compartment) in &rules.policy().compartment {
        let networks = compartment.networks.join(", ");
        let text = match (compartment.egress, with_networks.contains(name.as_str())) {
            (_, false) => Text::new(
                format!("{name} : sans réseau ; seulement ses appareils à adresse fixe."),
                format!("{name}: without a network; only its devices with fixed addresses."),
            ),
            (Egress::Named, true) => Text::new(
                format!("{name} ({networks}) : n'atteint que ce que notre résolveur vient de répondre à l'appareil."),
                format!("{name} ({networks}): reaches only what our resolver just answered to the device."),
            ),
            (Egress::Direct, true) => Text::new(
                format!("{name} ({networks}) : atteint tout, sauf ce qui est bloqué."),
                format!("{name} ({networks}): reaches everything but what is blocked."),
            ),
        };
        lines.push(text);
    }
    for between in &table.between {
        let (from, to) = (&between.from, &between.to);
        lines.push(Text::new(format!("{from} peut s'adresser à {to}."), format!("{from} may speak to {to}.")));
    }
    lines.push(match table.quic {
        Quic::Follow => Text::new("QUIC va où TCP peut aller.", "QUIC goes where TCP may go."),
        Quic::Refuse => Text::new("QUIC est refusé.", "QUIC is refused."),
    });
    let (never, outside) = ([&table.resolvers, &table.gateways, &table.administrators], table.outside.join(", "));
    let never: Vec<&str> = never.into_iter().flatten().map(String::as_str).collect();
    let never = never.join(", ");
    lines.push(Text::new(format!("Jamais bloqués : {never}."), format!("Never blocked: {never}.")));
    lines.push(Text::new(format!("Vers Internet par {outside}."), format!("To the internet by {outside}.")));
    lines
}
