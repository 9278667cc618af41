//! `views/{format}`: one document for each format that indicators are exported in.

use std::sync::Arc;

use axum::{
    Extension,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use jiff::civil::Date;
use vauban_intel::export::{ExportFormat, Selection, export};
use vauban_model::{Indicator, IndicatorId, Marking};

use super::{
    Room,
    document::{MOST, indicators},
    feed,
    held::HeldBody,
    room::{Building, Held},
    tag::{Tag, tag},
    walk::{Looking, Part},
};
use crate::{
    front::{
        Front,
        party::{Party, is_known, with_tag},
        problem::Problem,
    },
    store::Detail,
};

/// How often a view is built when its stream changes meanwhile.
const TRIES: usize = 3;

pub(in crate::front) async fn view(
    State(front): State<Arc<Front>>,
    Extension(room): Extension<Arc<Room>>,
    party: Party,
    Path((stream, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let view = party.stream(&front, &stream).await?;
    let format = name.parse().map_err(|_| Problem::View)?;
    let looking = Looking { front: &front, credential: party.hash, view: &view, now: (front.clock)() };
    answered(looking, &room, &headers, &What::View(format)).await
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// All indicators in a format.
    View(ExportFormat),
    /// The list of a feed's events.
    Manifest,
    /// The hashes of all values in a feed, and their events.
    Hashes,
    /// The event of this UUID, which is of this day.
    Event(String, Date),
}

impl What {
    const fn media(&self) -> &'static str {
        match self {
            Self::View(ExportFormat::Stix) => "application/stix+json;version=2.1",
            Self::View(ExportFormat::Misp) | Self::Manifest | Self::Event(..) => "application/json",
            Self::View(ExportFormat::Csv) => "text/csv; charset=utf-8; header=present",
            Self::Hashes => "text/csv; charset=utf-8; header=absent",
            Self::View(ExportFormat::Rpz | ExportFormat::Hosts | ExportFormat::Yara | ExportFormat::Suricata) => {
                "text/plain; charset=utf-8"
            }
        }
    }

    async fn make(&self, looking: Looking<'_>, tag: &Tag) -> Result<String, Problem> {
        match self {
            Self::View(ExportFormat::Stix) => bundle(looking, tag).await,
            Self::View(format) => exported(looking, *format, tag).await,
            Self::Manifest => feed::manifest(looking).await,
            Self::Hashes => feed::hashes(looking).await,
            Self::Event(uuid, date) => feed::event(looking, uuid, *date).await,
        }
    }
}

/// The answer, when the client does not have it already.
pub(super) async fn answered(
    looking: Looking<'_>,
    room: &Room,
    headers: &HeaderMap,
    what: &What,
) -> Result<Response, Problem> {
    let mut known = tag(looking, what).await?;
    if is_known(headers, &known.quoted()) {
        return Ok(with_tag(StatusCode::NOT_MODIFIED.into_response(), &known.quoted()));
    }
    let building = room.enter(looking.credential).await.ok_or(Problem::Internal)?;
    for _ in 0..TRIES {
        let made = what.make(looking, &known).await?;
        let after = tag(looking, what).await?;
        if after == known {
            let Building { held, .. } = building;
            return Ok(with_tag(sent(made, what.media(), held), &known.quoted()));
        }
        known = after;
    }
    Err(Problem::Unavailable)
}

fn sent(text: String, media: &'static str, held: Held) -> Response {
    let mut response = Response::new(Body::new(HeldBody::new(text.into_bytes(), held)));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    response
}

async fn exported(looking: Looking<'_>, format: ExportFormat, tag: &Tag) -> Result<String, Problem> {
    let shown = indicators(looking, None, None).await?;
    let selection = Selection { clearance: Marking::AmberStrict, now: tag.stamp, expired_too: false };
    let write = move || {
        let indicators: Vec<Indicator> = shown.into_iter().map(|one| one.indicator).collect();
        export(&indicators, format, &selection).text
    };
    tokio::task::spawn_blocking(write).await.map_err(|_| Problem::Internal)
}

/// The objects themselves, so that nothing of them is lost: also those that are no indicators.
async fn bundle(looking: Looking<'_>, tag: &Tag) -> Result<String, Problem> {
    let stream = looking.view.info.id.0.to_string();
    let id = IndicatorId::derived("bundle", &stream, &tag.text);
    let mut text =
        format!("{{\"type\":\"bundle\",\"id\":\"bundle--{}\"", id.as_str().trim_start_matches("indicator--"));
    let mut walk = looking.walk(&Part::default(), Detail::Objects);
    let mut before = ",\"objects\":[";
    while let Some(page) = walk.next().await? {
        for json in page.iter().filter_map(|entry| entry.json.as_deref()) {
            if text.len() + json.len() > MOST {
                return Err(Problem::ViewTooLarge);
            }
            text.push_str(before);
            text.push_str(json);
            before = ",\n";
        }
    }
    // A list of objects is never empty (STIX 2.1, section 3.1): without objects there is no list.
    text.push_str(if before == ",\n" { "]}\n" } else { "}\n" });
    Ok(text)
}
