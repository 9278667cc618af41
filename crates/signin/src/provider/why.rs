//! What is wrong with a tool's request, for the person who sees it and the administrator whom they show it to: mostly a setting, here or in the
//! tool. Nothing of what was sent comes back.

use vauban_model::Text;
use vauban_oidc::Refusal;

/// What is wrong with a request to sign in: in a title, and in a sentence with what to compare.
pub(super) fn asked(why: Refusal) -> (Text, Text) {
    match why {
        Refusal::Client => (
            Text::new("Cet outil n'est pas connu ici", "This tool is not known here"),
            Text::new(
                "Aucun outil n'a été ajouté sous le nom qu'il donne (client_id), ou il a été retiré : « vauban people client list » les montre.",
                "No tool was added by the name that it gives (client_id), or it was removed: \"vauban people client list\" shows them.",
            ),
        ),
        Refusal::Missing("redirect_uri") | Refusal::Invalid("redirect_uri") => (
            Text::new("L'adresse de retour n'est pas la bonne", "The address to go back to is not the right one"),
            Text::new(
                "L'adresse où l'outil veut la réponse (redirect_uri) n'est pas une de celles qui ont été ajoutées, au caractère près : « vauban people client show » les montre, « client change » les remplace.",
                "The address at which the tool wants the answer (redirect_uri) is none of those that were added, to the letter: \"vauban people client show\" shows them, \"client change\" replaces them.",
            ),
        ),
        Refusal::Invalid("request_uri") => (
            Text::new("Cette demande n'est plus valable", "This request is over"),
            Text::new(
                "L'outil l'a déposée il y a plus d'une minute, ou elle a déjà servi.",
                "The tool left it here more than a minute ago, or it was used before.",
            ),
        ),
        why => (Text::new("Cette demande ne peut pas être lue", "This request cannot be read"), read(why)),
    }
}

/// What is wrong with a wish to sign out.
pub(super) fn wished(why: Refusal) -> Text {
    match why {
        Refusal::Hint => Text::new(
            "L'outil montre un jeton (id_token_hint) qui n'est pas d'ici, ou pas le sien.",
            "The tool shows a token (id_token_hint) that is not from here, or not its own.",
        ),
        Refusal::Invalid("post_logout_redirect_uri") => Text::new(
            "L'adresse où l'outil veut vous envoyer ensuite (post_logout_redirect_uri) n'est pas une de celles qui ont été ajoutées, au caractère près : « vauban people client show » les montre, « client change --after-logout » les remplace.",
            "The address to which the tool wants to send you afterwards (post_logout_redirect_uri) is none of those that were added, to the letter: \"vauban people client show\" shows them, \"client change --after-logout\" replaces them.",
        ),
        Refusal::Invalid("logout") => Text::new(
            "Cette demande a plus de dix minutes, ou elle a déjà été suivie.",
            "This was asked more than ten minutes ago, or is done already.",
        ),
        why => read(why),
    }
}

fn read(why: Refusal) -> Text {
    match why {
        Refusal::Twice => Text::new("Un paramètre y est deux fois.", "A parameter is there twice."),
        Refusal::TooLong => Text::new("Elle est trop longue.", "It is too long."),
        Refusal::Missing(name) => Text::new(format!("Il y manque {name}."), format!("{name} is missing.")),
        Refusal::Invalid(name) => {
            Text::new(format!("{name} n'est pas valable ici."), format!("{name} is not valid here."))
        }
        Refusal::TooMany => Text::new("Trop de demandes attendent.", "Too many requests are waiting."),
        // Other refusals are told to tools; whoever sees one all the same has the standard's word.
        why => Text::new(why.code(), why.code()),
    }
}

#[cfg(test)]
mod tests {
    use vauban_model::Lang;

    use super::*;

    #[test]
    fn each_mistake_has_a_title_or_a_sentence_of_its_own() {
        let whys = [
            Refusal::Client,
            Refusal::Invalid("redirect_uri"),
            Refusal::Invalid("request_uri"),
            Refusal::Twice,
            Refusal::TooLong,
            Refusal::Missing("name"),
            Refusal::Hint,
            Refusal::Invalid("post_logout_redirect_uri"),
            Refusal::Invalid("logout"),
        ];
        for lang in [Lang::Fr, Lang::En] {
            for words in [|why| asked(why).1, wished] {
                let mut texts: Vec<String> = whys.iter().map(|why| words(*why).get(lang).to_owned()).collect();
                texts.sort();
                texts.dedup();
                assert_eq!(texts.len(), whys.len(), "{texts:?}");
            }
        }
    }
}
