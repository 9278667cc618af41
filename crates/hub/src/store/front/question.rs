//! A reader's filter becomes one question. Who may see what is part of it: no entry that a reader may not see leaves the database.

use std::{collections::BTreeSet, fmt::Write as _};

use super::{Asked, Detail, Filter, Versions};
use crate::store::{
    ObjectType, StoreError,
    engine::{Value, values},
};

/// Values that one field of a filter may hold.
pub(super) const MOST_VALUES: usize = 1_024;
/// Types that one filter may ask for: each is a walk of its own.
pub(super) const MOST_TYPES: usize = 64;

/// The stream, if the credential opens it. Asked once for each question, so that the entries are read along one index.
const STREAM: &str =
    "(SELECT s.id FROM reader r JOIN stream s ON s.id = r.stream WHERE r.credential = $1 AND s.uuid = $2)";
/// What the stream may carry at the most.
const CEILING: &str = "(SELECT s.ceiling FROM stream s WHERE s.uuid = $2)";

/// SQL and its values.
#[derive(Debug)]
pub(super) struct Question {
    pub(super) sql: String,
    pub(super) values: Vec<Value>,
}

impl Question {
    /// The entries after a number, in order.
    pub(super) fn entries(asked: Asked<'_>, detail: Detail) -> Result<Self, StoreError> {
        let filter = asked.filter;
        check(filter)?;
        let now = asked.now.as_microsecond();
        let values = values![asked.credential, asked.stream, asked.after, now, asked.most];
        let mut question = Self { sql: String::new(), values };
        let columns = match detail {
            Detail::Manifest => "seq, added, object, version, type, spec_version, tlp, expires",
            Detail::Objects => "seq, added, object, version, type, spec_version, tlp, expires, json",
        };
        let conditions = question.conditions(filter);
        // Few versions of few objects: they are found by their ids and then sorted. What is computed is no column, so no engine is
        // tempted to walk the stream, or all of a type, until it meets them.
        let seq = if filter.objects.is_empty() { "seq" } else { "seq + 0" };
        let walk = |more: &str| {
            format!(
                "SELECT {columns} FROM entry WHERE stream = {STREAM} AND {seq} > $3 AND expires > $4
                 AND tlp <= {CEILING}{conditions}{more} ORDER BY {seq} LIMIT $5"
            )
        };
        let walked = if filter.objects.is_empty() { filter.types.as_slice() } else { &[] };
        let walked: BTreeSet<&ObjectType> = walked.iter().collect();
        let types: Vec<String> = walked.into_iter().map(|kind| question.place(kind.into())).collect();
        question.sql = match types.as_slice() {
            [] => walk(""),
            [one] => walk(&format!(" AND type = {one}")),
            // One walk for each type along the index of types; sorting all that are of any would read all of them.
            // Each type once: an object must not come twice.
            many => {
                let walks: Vec<String> = many
                    .iter()
                    .map(|one| format!("SELECT * FROM ({}) w", walk(&format!(" AND type = {one}"))))
                    .collect();
                format!("SELECT * FROM ({}) m ORDER BY seq LIMIT $5", walks.join(" UNION ALL "))
            }
        };
        Ok(question)
    }

    /// The same, put together by the database into one row.
    pub(super) fn joined(self) -> Self {
        let sql = format!(
            "SELECT count(*), min(added), max(added), max(seq), string_agg(json, ',' ORDER BY seq) FROM ({}) p",
            self.sql
        );
        Self { sql, ..self }
    }

    fn conditions(&mut self, filter: &Filter) -> String {
        let mut conditions = String::new();
        if !filter.objects.is_empty() {
            let list = self.list(filter.objects.iter().map(Value::from).collect());
            let _ = write!(conditions, " AND object IN ({list})");
            if !filter.types.is_empty() {
                let list = self.list(filter.types.iter().map(Value::from).collect());
                let _ = write!(conditions, " AND type || '' IN ({list})");
            }
        }
        if !filter.spec_versions.is_empty() {
            let list = self.list(filter.spec_versions.iter().map(Value::from).collect());
            let _ = write!(conditions, " AND spec_version IN ({list})");
        }
        if !filter.versions.is_all() {
            let _ = write!(conditions, " AND ({})", self.versions(&filter.versions));
        }
        conditions
    }

    fn versions(&mut self, versions: &Versions) -> String {
        let mut either = Vec::new();
        if versions.last {
            either.push("newest = 1".to_owned());
        }
        if versions.first {
            either.push("oldest = 1".to_owned());
        }
        if !versions.at.is_empty() {
            let list = self.list(versions.at.iter().map(|version| Value::from(version.microseconds())).collect());
            either.push(format!("version IN ({list})"));
        }
        either.join(" OR ")
    }

    /// Places for a list, the last value repeated up to a power of two: few lengths are few statements to prepare.
    fn list(&mut self, mut list: Vec<Value>) -> String {
        let length = list.len().next_power_of_two();
        if let Some(last) = list.last().cloned() {
            list.resize(length, last);
        }
        let places: Vec<String> = list.into_iter().map(|value| self.place(value)).collect();
        places.join(", ")
    }

    fn place(&mut self, value: Value) -> String {
        self.values.push(value);
        format!("${}", self.values.len())
    }
}

fn check(filter: &Filter) -> Result<(), StoreError> {
    let widest = filter.objects.len().max(filter.spec_versions.len()).max(filter.versions.at.len());
    if widest > MOST_VALUES {
        return Err(StoreError::FilterTooWide { most: MOST_VALUES });
    }
    if filter.types.len() > MOST_TYPES {
        return Err(StoreError::FilterTooWide { most: MOST_TYPES });
    }
    Ok(())
}

/// What is asked, to look at how it is carried out.
#[cfg(test)]
pub(in crate::store) fn question_for_tests(asked: Asked<'_>) -> (String, Vec<Value>) {
    let question = Question::entries(asked, Detail::Objects).unwrap();
    (question.sql, question.values)
}
