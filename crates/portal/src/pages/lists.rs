//! Lists of others: what each holds, since when, and why a new copy was not taken.

use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use maud::{Markup, html};
use vauban_lists::{Meta, Store};
use vauban_model::printable;
use vauban_policy::{List, Policy};

use super::{
    overview::{beside, unreadable},
    policy::Now,
};
use crate::{
    page::{page, time},
    request::Visitor,
    serve::Shared,
    words::count,
};

pub(crate) async fn show(State(shared): State<Shared>, visitor: Visitor) -> Response {
    let portal = shared.portal.clone();
    let read = beside(move || {
        let policy = Now::read(&portal)?.config.policy();
        let store = Store::open(&portal.state);
        let meta = |list: &List| store.meta(&list.name).map_err(|error| error.to_string());
        let metas = policy.list.iter().map(meta).collect::<Result<Vec<Meta>, String>>()?;
        Ok((policy, metas))
    });
    match read.await {
        Ok((policy, metas)) => {
            page(&visitor, visitor.say("Listes", "Lists"), &content(&visitor, &policy, &metas)).into_response()
        }
        Err(why) => unreadable(&visitor, &why),
    }
}

fn content(visitor: &Visitor, policy: &Policy, metas: &[Meta]) -> Markup {
    let refused = metas.iter().filter(|meta| meta.refused.is_some()).count();
    html! {
        p { (visitor.say(
            "D'autres tiennent ces listes de noms à bloquer. Une nouvelle copie n'est prise que si elle est saine ; sinon la dernière bonne reste.",
            "Others keep these lists of names to block. A new copy is taken only if it is sound; else the last good one stays.",
        )) }
        @if policy.list.is_empty() {
            p.calm { (visitor.say("Aucune liste n'est écrite dans vauban.toml.", "No list is written in vauban.toml.")) }
        } @else {
            @if refused == 0 {
                p.calm { (visitor.say("Toutes sont en ordre.", "All of them are well.")) }
            } @else {
                p.alarm { (count(visitor.lang, refused, ("liste n'a pas pu être renouvelée", "listes n'ont pas pu être renouvelées"), ("list could not be renewed", "lists could not be renewed"))) "." }
            }
            @for (list, meta) in policy.list.iter().zip(metas) { (one(visitor, policy, list, meta)) }
        }
    }
}

fn one(visitor: &Visitor, policy: &Policy, list: &List, meta: &Meta) -> Markup {
    let holds = policy
        .compartment
        .iter()
        .filter(|(_, table)| table.lists.as_ref().is_none_or(|lists| lists.contains(&list.name)));
    let holds: Vec<String> = holds.map(|(name, _)| printable(name)).collect();
    html! {
        section.compartment aria-labelledby={ "l-" (list.name) } {
            h2 id={ "l-" (list.name) } { (printable(&list.name)) }
            dl.about {
                dt { (visitor.say("Vient de", "Comes from")) } dd.place { (printable(&plain(&list.from))) }
                dt { (visitor.say("Vaut dans", "Holds in")) } dd { @if holds.is_empty() { "-" } @else { (holds.join(", ")) } }
                dt { (visitor.say("Bonne copie", "Good copy")) }
                dd { @match &meta.good {
                    None => strong { (visitor.say("aucune encore : cette liste ne bloque rien", "none yet: this list blocks nothing")) },
                    Some(good) => {
                        (count(visitor.lang, usize::try_from(good.report.entries()).unwrap_or(usize::MAX), ("entrée", "entrées"), ("entry", "entries")))
                        ", " (visitor.say("du", "of")) " " (time(good.fetched))
                    }
                } }
                @if let Some(good) = &meta.good {
                    @if good.report.set_aside.count > 0 {
                        dt { (visitor.say("Mis de côté", "Set aside")) }
                        dd { (good.report.set_aside.count) " " (visitor.say("(ce que tout le monde utilise, ou ce qui est à vous)", "(what everybody uses, or what is yours)")) }
                    }
                    @if good.report.bad.count > 0 { dt { (visitor.say("Lignes fausses", "Wrong lines")) } dd { (good.report.bad.count) } }
                }
                @if let Some(tried) = meta.tried { dt { (visitor.say("Demandée le", "Last asked for")) } dd { (time(tried)) } }
            }
            @if let Some(refused) = &meta.refused {
                p.alarm { (visitor.say("La dernière copie n'a pas été prise. ", "The last copy was not taken. ")) (visitor.tell(&refused.why.text())) }
                p { (visitor.say("Aucune bonne copie depuis le", "No good copy since")) " " (time(refused.since)) ". "
                    @if meta.good.is_some() { (visitor.say("L'ancienne bloque encore ; on réessaie de soi-même. Si cela dure plus d'un jour, prévenez la personne qui tient la configuration.", "The old one still blocks; it is tried again by itself. If this lasts for more than a day, tell the person who keeps the configuration.")) }
                    @else { (visitor.say("Prévenez la personne qui tient la configuration.", "Tell the person who keeps the configuration.")) }
                }
            }
        }
    }
}

/// Where a list comes from, without what signs in there.
fn plain(from: &str) -> String {
    match from
        .split_once("://")
        .and_then(|(scheme, rest)| Some((scheme, rest, rest.split(['/', '?']).next()?.rfind('@')?)))
    {
        Some((scheme, rest, at)) => format!("{scheme}://{}", &rest[at + 1..]),
        None => from.to_owned(),
    }
    .split('?')
    .next()
    .unwrap_or_default()
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_signs_in_is_not_shown() {
        assert_eq!(plain("https://user:secret@lists.example/a.txt?token=x"), "https://lists.example/a.txt");
        assert_eq!(plain("/var/lib/lists/a@b.txt"), "/var/lib/lists/a@b.txt");
        assert_eq!(plain("axfr://192.0.2.1:53/rpz.example"), "axfr://192.0.2.1:53/rpz.example");
    }
}
