//! What a person is told after a command, in both languages.

use vauban_model::Text;

use crate::{Plan, Standing};

/// What a plan comes to, and that nothing was changed.
#[must_use]
pub fn planned(plan: &Plan) -> Vec<Text> {
    let rules = plan.rules();
    let mut lines = plan.summary().to_vec();
    lines.push(Text::new(
        format!("{rules} règles ; le noyau les accepterait. Rien n'a été changé."),
        format!("{rules} rules; the kernel would take them. Nothing was changed."),
    ));
    lines
}

/// That it is on trial, and what to do next.
#[must_use]
pub fn applied(plan: &Plan) -> Vec<Text> {
    let seconds = plan.confirm_seconds();
    vec![
        Text::new(
            format!("À l'essai pour {seconds} secondes ; sans confirmation, le noyau revient de lui-même en arrière."),
            format!("On trial for {seconds} seconds; unless it is confirmed, the kernel goes back by itself."),
        ),
        Text::new(
            "Ouvrez une nouvelle connexion, vérifiez que tout marche, puis : vauban guard network confirm",
            "Open a new connection, see that everything works, then: vauban guard network confirm",
        ),
    ]
}

/// That it holds from now on.
#[must_use]
pub fn confirmed() -> Text {
    Text::new(
        "Confirmé : c'est gardé, et remis en place après un redémarrage.",
        "Confirmed: it is kept, and put in place again after a restart.",
    )
}

/// That it was taken back.
#[must_use]
pub fn undone() -> Text {
    Text::new("Annulé : ce qui valait avant vaut de nouveau.", "Undone: what held before holds again.")
}

/// That the confirmed plan is in place after a restart.
#[must_use]
pub fn restored() -> Text {
    Text::new("Le plan confirmé est en place.", "The confirmed plan is in place.")
}

/// What holds now.
#[must_use]
pub fn standing(standing: &Standing) -> Vec<Text> {
    let mut lines = Vec::new();
    if standing.has_lapsed {
        lines.push(Text::new(
            "Le dernier plan n'a pas été confirmé à temps : il est annulé.",
            "The last plan was not confirmed in time: it is undone.",
        ));
    }
    lines.push(match (standing.is_in_place, standing.trial_seconds) {
        (_, Some(seconds)) => Text::new(
            format!("Un plan est à l'essai, encore {seconds} secondes : vauban guard network confirm"),
            format!("A plan is on trial, for {seconds} more seconds: vauban guard network confirm"),
        ),
        (true, None) => Text::new("Le plan confirmé est en place.", "The confirmed plan is in place."),
        (false, None) if standing.is_confirmed => Text::new(
            "Un plan est confirmé mais n'est PAS en place : vauban guard network restore",
            "A plan is confirmed but NOT in place: vauban guard network restore",
        ),
        (false, None) => Text::new("Le noyau n'a aucune règle de Vauban.", "The kernel has no rules of Vauban."),
    });
    for counted in &standing.counted {
        let (packets, counter) = (counted.packets, &counted.counter);
        let what = match counter.strip_prefix("refused_in_") {
            Some(name) => Text::new(format!("refusés à {name}"), format!("refused to {name}")),
            None if counter == "refused" => {
                Text::new("refusés à qui n'est dans aucun compartiment", "refused to whoever is in no compartment")
            }
            None => Text::new("d'une adresse usurpée", "with a spoofed address"),
        };
        lines.push(Text::new(format!("{packets} paquets {}", what.fr), format!("{packets} packets {}", what.en)));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Counted;

    #[test]
    fn what_holds_is_said_with_what_to_do_next() {
        let counted = |counter: &str, packets| Counted { counter: counter.to_owned(), packets };
        let mut now = Standing {
            is_in_place: true,
            is_confirmed: false,
            trial_seconds: Some(41),
            has_lapsed: false,
            counted: vec![counted("spoofed", 2), counted("refused", 0), counted("refused_in_work", 7)],
        };
        let said = |now: &Standing| standing(now).into_iter().map(|text| text.en).collect::<Vec<_>>();
        assert_eq!(
            said(&now),
            [
                "A plan is on trial, for 41 more seconds: vauban guard network confirm",
                "2 packets with a spoofed address",
                "0 packets refused to whoever is in no compartment",
                "7 packets refused to work",
            ]
        );
        now =
            Standing { is_in_place: false, is_confirmed: true, trial_seconds: None, has_lapsed: true, counted: vec![] };
        assert_eq!(
            said(&now),
            [
                "The last plan was not confirmed in time: it is undone.",
                "A plan is confirmed but NOT in place: vauban guard network restore",
            ]
        );
    }
}
