//! From the parameters of a request to a filter and a page. Malformed is 400, always (section 3.4).

use std::{borrow::Cow, num::NonZeroU32};

use super::{Filter, Page, Params, SpecVersions, Versions};
use crate::{
    cursor::{QueryDigest, QueryWriter},
    ids::{CollectionId, ObjectId, ObjectType, RootName},
    refusal::Refusal,
    request::Settings,
    stamp::Stamp,
};

/// Which parameters an endpoint has.
#[derive(Clone, Copy)]
pub(crate) struct Allowed {
    /// `added_after`, `limit` and `next`.
    pub(crate) pages: bool,
    /// `match[id]` and `match[type]`.
    pub(crate) objects: bool,
    /// `match[version]`; without it every version is meant.
    pub(crate) versions: bool,
    /// Its name, so that a cursor of one endpoint is none of another.
    pub(crate) endpoint: &'static str,
}

/// What the path of a request names.
pub(crate) struct Asked<'p> {
    pub(crate) root: &'p RootName,
    pub(crate) collection: &'p CollectionId,
    pub(crate) object: Option<&'p ObjectId>,
}

impl Allowed {
    /// Reads the filter and, where there are pages, the page.
    pub(crate) fn read(
        self,
        asked: &Asked<'_>,
        mut params: Params<'_>,
        settings: &Settings,
    ) -> Result<(Filter, Page), Refusal> {
        let filter = self.filter(asked, &mut params)?;
        let query = self.digest(asked, &filter);
        let page = self.page(query, &mut params, settings)?;
        params.finish()?;
        Ok((filter, page))
    }

    fn filter(self, asked: &Asked<'_>, params: &mut Params<'_>) -> Result<Filter, Refusal> {
        let mut filter = Filter::default();
        if self.pages
            && let Some(text) = params.take("added_after")
        {
            filter.after = Some(text.parse().map_err(|_| Refusal::malformed("added_after"))?);
        }
        if self.objects {
            filter.ids = values(params, "match[id]", |text| ObjectId::try_from(text).ok())?;
            filter.types = values(params, "match[type]", |text| ObjectType::try_from(text).ok())?;
        }
        if let Some(object) = asked.object {
            filter.ids = Some(vec![object.clone()]);
        }
        if let Some(versions) = values(params, "match[spec_version]", |text| text.parse().ok())? {
            filter.spec_versions = SpecVersions::Among(versions);
        }
        if !self.versions {
            filter.versions = Versions::All;
        } else if let Some(text) = params.take("match[version]") {
            filter.versions = versions(&text)?;
        }
        Ok(filter)
    }

    fn page(self, query: QueryDigest, params: &mut Params<'_>, settings: &Settings) -> Result<Page, Refusal> {
        let mut page = Page { limit: settings.page.min(settings.most), after: None, query };
        if self.pages
            && let Some(text) = params.take("limit")
        {
            page.limit = limit(&text).ok_or(Refusal::Limit)?.min(settings.most);
        }
        if self.pages
            && let Some(text) = params.take("next")
        {
            page.after = Some(settings.cursors.open(query, &text).ok_or(Refusal::Cursor)?);
        }
        Ok(page)
    }

    fn digest(self, asked: &Asked<'_>, filter: &Filter) -> QueryDigest {
        let mut writer = QueryWriter::default();
        writer.part(self.endpoint).part(asked.root.as_str()).part(asked.collection.as_str());
        filter.write(&mut writer);
        writer.finish()
    }
}

/// A list with commas, sorted, each value once.
fn values<T: Ord>(
    params: &mut Params<'_>,
    name: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Option<Vec<T>>, Refusal> {
    let Some(text): Option<Cow<'_, str>> = params.take(name) else { return Ok(None) };
    let mut values: Vec<T> =
        text.split(',').map(read).collect::<Option<_>>().ok_or_else(|| Refusal::malformed(name))?;
    values.sort();
    values.dedup();
    Ok(Some(values))
}

/// `match[version]`: no word and no time twice, and `all` only alone (section 3.4.1).
fn versions(text: &str) -> Result<Versions, Refusal> {
    if text == "all" {
        return Ok(Versions::All);
    }
    let malformed = || Refusal::malformed("match[version]");
    let (mut first, mut last, mut at) = (false, false, Vec::<Stamp>::new());
    for word in text.split(',') {
        let is_repeated = match word {
            "first" => std::mem::replace(&mut first, true),
            "last" => std::mem::replace(&mut last, true),
            time => {
                at.push(time.parse().map_err(|_| malformed())?);
                false
            }
        };
        if is_repeated {
            return Err(malformed());
        }
    }
    at.sort();
    if at.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(malformed());
    }
    Ok(Versions::Chosen { first, last, at })
}

/// A positive number. One that is too great for us is as good as the greatest.
fn limit(text: &str) -> Option<NonZeroU32> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let digits = text.trim_start_matches('0');
    (is_number && !digits.is_empty()).then(|| digits.parse().unwrap_or(NonZeroU32::MAX))
}
