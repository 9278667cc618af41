//! The page that a blocked name leads to. Whoever sees it is in a hurry, and knows nothing of resolvers.

use maud::{DOCTYPE, Markup, html};
use vauban_guard::sensors::dns::Shown;
use vauban_model::{Lang, Text};

const STYLE: &str = "body{font:18px/1.5 system-ui,sans-serif;max-width:40em;margin:3em auto;padding:0 1em;color:#1a1a1a;background:#fff}\
                     section{margin-bottom:2em}h1,h2{font-size:1.4em}";

/// The page for a name, in both languages: nobody knows which one its reader speaks.
#[must_use]
pub fn blocked(shown: &Shown) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="fr" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Bloqué – Blocked" }
                style { (maud::PreEscaped(STYLE)) }
            }
            body {
                main {
                    (part(shown, Lang::Fr))
                    (part(shown, Lang::En))
                    @if !shown.rule.is_empty() { p { code { (shown.rule) } } }
                }
            }
        }
    };
    page.into_string()
}

fn part(shown: &Shown, lang: Lang) -> Markup {
    let title = Text::new("Cette adresse a été bloquée", "This address was blocked");
    let next = Text::new(
        "Si vous en avez besoin pour votre travail, demandez à la personne chargée de l'informatique et donnez-lui la ligne du bas. Si vous suiviez un lien reçu par courriel, signalez ce courriel.",
        "If you need it for your work, ask whoever looks after your computers, and tell them the line at the bottom. If you followed a link in an e-mail, report that e-mail.",
    );
    let code = if lang == Lang::Fr { "fr" } else { "en" };
    html! {
        section lang=(code) {
            @if lang == Lang::Fr { h1 { (title.get(lang)) } } @else { h2 { (title.get(lang)) } }
            p { strong { (shown.host) } }
            p { (shown.reason.get(lang)) }
            p { (next.get(lang)) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_what_why_and_what_next_and_is_no_way_in() {
        let shown = Shown {
            host: "evil.example\"><script>".to_owned(),
            rule: "list/malware".to_owned(),
            reason: Text::new("La liste « malware » le bloque.", "The list \"malware\" blocks it."),
        };
        let page = blocked(&shown);
        for part in [
            "La liste « malware »",
            "The list &quot;malware&quot;",
            "list/malware",
            "signalez ce courriel",
            "ask whoever",
        ] {
            assert!(page.contains(part), "{part}: {page}");
        }
        assert!(!page.contains("<script"));
    }
}
