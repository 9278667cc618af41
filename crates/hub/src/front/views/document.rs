//! Indicators of a stream, read from its entries. What the store knows of an entry counts beside what the object says: the stricter
//! marking and the sooner end.

use std::collections::HashMap;

use jiff::Timestamp;
use vauban_intel::{Document, read_document};
use vauban_model::{Indicator, Marking};

use super::{
    context::context,
    walk::{Looking, Part},
};
use crate::{
    front::problem::Problem,
    store::{Detail, Entry},
};

/// Bytes of objects that one view is made of.
pub(super) const MOST: usize = 64 << 20;

/// An indicator, and when it came into the stream.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    pub(super) indicator: Indicator,
    pub(super) added: Timestamp,
}

/// The indicators that were added after `after` and before `before`.
pub(super) async fn indicators(
    looking: Looking<'_>,
    after: Option<Timestamp>,
    before: Option<Timestamp>,
) -> Result<Vec<Shown>, Problem> {
    let mut context = context(looking).await?;
    let mut walk = looking.walk(&Part { types: &["indicator"], after }, Detail::Objects);
    let (mut all, mut bytes) = (Vec::new(), 0);
    let most = if looking.view.info.is_for_one { Marking::AmberStrict } else { Marking::Amber };
    let is_early = |entry: &Entry| before.is_none_or(|before| entry.added < before);
    while let Some(mut page) = walk.next().await? {
        let is_last = !page.iter().all(is_early);
        page.retain(is_early);
        bytes += page.iter().filter_map(|entry| entry.json.as_ref()).map(String::len).sum::<usize>();
        if bytes > MOST {
            return Err(Problem::ViewTooLarge);
        }
        let now = looking.now;
        let read = tokio::task::spawn_blocking(move || {
            let shown = read(&page, &context);
            let may_leave = |one: &Shown| one.indicator.marking <= most && !one.indicator.validity.has_expired(now);
            (shown.into_iter().filter(may_leave).collect::<Vec<_>>(), context)
        });
        let shown;
        (shown, context) = read.await.map_err(|_| Problem::Internal)?;
        all.extend(shown);
        if is_last {
            break;
        }
    }
    Ok(all)
}

fn read(page: &[Entry], context: &str) -> Vec<Shown> {
    let objects: Vec<&str> = page.iter().filter_map(|entry| entry.json.as_deref()).collect();
    let bundle = format!("{{\"type\":\"bundle\",\"objects\":[{context}{}]}}", objects.join(","));
    let entries: HashMap<&str, &Entry> = page.iter().map(|entry| (entry.object.as_str(), entry)).collect();
    // What does not say a marking of its own has its entry's.
    let reading = read_document(&Document::new("", "", bundle.as_bytes()).with_marking(Marking::Clear));
    // What cannot be traced to an entry was not looked at by the question, and is left out.
    let shown = |mut indicator: Indicator| {
        let entry = entries.get(indicator.id.as_str())?;
        indicator.marking = indicator.marking.max(entry.marking);
        indicator.validity.until = [indicator.validity.until, entry.expires].into_iter().flatten().min();
        Some(Shown { indicator, added: entry.added })
    };
    reading.indicators.into_iter().filter_map(shown).collect()
}
