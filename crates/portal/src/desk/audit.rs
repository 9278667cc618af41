//! The trail: who did what, and whether nothing of it was changed.

use axum::{
    extract::{Query, State},
    response::{IntoResponse as _, Response},
};
use maud::{Markup, html};
use serde::Deserialize;
use vauban_hub::{
    desk::DeskError,
    store::{AuditEntry, Audited, Sequence},
};
use vauban_model::printable;

use super::seat::{Seat, trouble};
use crate::{
    page::{page, time},
    request::Visitor,
};

/// Lines of a page.
const PAGE: u64 = 200;

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    after: Option<u64>,
}

pub(super) async fn show(State(seat): State<Seat>, visitor: Visitor, Query(asked): Query<Asked>) -> Response {
    match read(&seat, asked.after).await {
        Ok((audited, after, lines)) => {
            let title = visitor.say("Journal", "Trail");
            page(&visitor, title, &content(&visitor, audited, after, &lines)).into_response()
        }
        Err(error) => trouble(&visitor, &error),
    }
}

/// The last lines where none are asked for; around the first that was changed, where one was.
async fn read(seat: &Seat, after: Option<u64>) -> Result<(Audited, u64, Vec<AuditEntry>), DeskError> {
    let store = seat.desk.store();
    let audited = store.verify_audit(None).await?;
    let last = match audited {
        Audited::Whole(head) => head.sequence.0,
        Audited::Broken(at) => at.0.saturating_add(PAGE / 2),
    };
    let after = after.unwrap_or_else(|| last.saturating_sub(PAGE));
    // A database counts to half of what is asked here.
    let after = after.min(u64::from(u32::MAX));
    Ok((audited, after, store.audit(Sequence(after), PAGE).await?))
}

fn content(visitor: &Visitor, audited: Audited, after: u64, lines: &[AuditEntry]) -> Markup {
    html! {
        @match audited {
            Audited::Whole(head) => {
                p.calm { (visitor.say("Le journal est entier, jusqu'à la ligne", "The trail is whole, up to line")) " " (head.sequence) ". "
                    (visitor.say("Notez ailleurs sa tête :", "Note its head elsewhere:")) }
                pre tabindex="0" { (hex(&head.hash.0)) }
            },
            Audited::Broken(at) => p.alarm role="alert" { (visitor.say("Le journal a été changé à partir de la ligne", "The trail was changed from line")) " " (at) (visitor.say(".", " on.")) },
        }
        table {
            caption { (visitor.say("Les plus récentes en bas", "The latest at the bottom")) }
            thead { tr {
                th scope="col" { (visitor.say("Ligne", "Line")) } th scope="col" { (visitor.say("Quand", "When")) }
                th scope="col" { (visitor.say("Qui", "Who")) } th scope="col" { (visitor.say("Quoi", "What")) }
            } }
            tbody { @for line in lines {
                tr { td { (line.sequence) } td.asker { (time(line.at)) } td.asker { (printable(&line.who)) } td.place { (printable(&line.what)) } }
            } }
        }
        p {
            @if after > 0 { a href={ "/audit?after=" (after.saturating_sub(PAGE)) } { (visitor.say("Avant", "Before")) } " " }
            @if lines.len() as u64 == PAGE { a href={ "/audit?after=" (after.saturating_add(PAGE)) } { (visitor.say("Après", "After")) } }
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}
