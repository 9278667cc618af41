//! What a client wants, as the parameters of a request (section 3.4): the inverse of what the server reads.

use std::{fmt::Display, num::NonZeroU32};

use url::form_urlencoded::Serializer;

use crate::{
    filter::{Filter, SpecVersions, Versions},
    ids::CollectionId,
    stamp::Stamp,
};

/// What a walk asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Only these collections; `None` is all that may be read.
    pub collections: Option<Vec<CollectionId>>,
    /// Which objects of them.
    pub filter: Filter,
    /// How many on a page. It is always said, because some servers know no page behind a cursor without it.
    pub limit: NonZeroU32,
}

impl Default for Wanted {
    /// The last version of everything that may be read, 1,000 on a page.
    fn default() -> Self {
        const LIMIT: NonZeroU32 = NonZeroU32::new(1_000).expect("it is not zero");
        Self { collections: None, filter: Filter::default(), limit: LIMIT }
    }
}

impl Wanted {
    /// The same, but only what was added later.
    #[must_use]
    pub fn after(mut self, after: Stamp) -> Self {
        self.filter.after = Some(after);
        self
    }

    /// The query of one page: behind this cursor, or behind this time instead of the filter's own.
    pub(super) fn query(&self, next: Option<&str>, after: Option<&Stamp>) -> String {
        let mut query = Serializer::new(String::new());
        let mut put = |name: &str, value: &str| _ = query.append_pair(name, value);
        if let Some(after) = after.or(self.filter.after.as_ref()) {
            put("added_after", &after.to_string());
        }
        put("limit", &self.limit.to_string());
        if let Some(next) = next {
            put("next", next);
        }
        if let Some(ids) = &self.filter.ids {
            put("match[id]", &joined(ids));
        }
        if let Some(types) = &self.filter.types {
            put("match[type]", &joined(types));
        }
        if let SpecVersions::Among(versions) = &self.filter.spec_versions {
            put("match[spec_version]", &joined(versions));
        }
        if self.filter.versions != Versions::last() {
            put("match[version]", &self.filter.versions.to_string());
        }
        query.finish()
    }
}

impl Display for Versions {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self::Chosen { first, last, at } = self else { return to.write_str("all") };
        let words = [(*first, "first"), (*last, "last")].into_iter().filter(|(is_meant, _)| *is_meant);
        let words = words.map(|(_, word)| word.to_owned()).chain(at.iter().map(ToString::to_string));
        to.write_str(&words.collect::<Vec<_>>().join(","))
    }
}

fn joined<T: ToString>(values: &[T]) -> String {
    values.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}
