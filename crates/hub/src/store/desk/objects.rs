//! Objects under review: they come in, are looked at, marked, given a tier, granted, withdrawn.

use jiff::Timestamp;
use vauban_model::Marking;

use super::{Act, DeskObject, DeskStore, Imported, State, Tier, audit};
use crate::store::{
    Digest, ObjectId, StoreError, StreamId, Version,
    engine::{Row, Session, values},
    front::{marking, rank},
    values::{end, ends, time},
};

pub(super) const COLUMNS: &str = "o.id, o.version, o.type, o.spec_version, o.json, o.tlp, o.tier, o.state, o.source, o.fingerprint, o.imported, o.expires";

impl DeskStore {
    /// Takes objects in, all or none; what became of each, in their order. What is new is looked at first: a version that is newer than
    /// a granted one is reviewed anew, and until then the granted one is what is released.
    ///
    /// # Errors
    /// What fails in the database.
    pub async fn import(&self, act: Act<'_>, objects: &[DeskObject]) -> Result<Vec<Imported>, StoreError> {
        let mut session = self.write().await?;
        let mut outcomes = Vec::with_capacity(objects.len());
        for object in objects {
            outcomes.push(import(&mut *session, object).await?);
        }
        let new = outcomes.iter().filter(|outcome| **outcome != Imported::Known).count();
        audit::write(&mut *session, act, &format!("{new} of {} objects imported", objects.len())).await?;
        session.commit().await?;
        Ok(outcomes)
    }

    /// The versions of an object, the newest first.
    ///
    /// # Errors
    /// What fails in the database.
    pub async fn object(&self, id: &ObjectId) -> Result<Vec<DeskObject>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM object o WHERE o.id = $1 ORDER BY o.version DESC");
        self.read().await?.rows(&sql, values![id]).await?.into_iter().map(object).collect()
    }

    /// The objects in a state, by id after one, up to so many versions.
    ///
    /// # Errors
    /// What fails in the database.
    pub async fn objects(
        &self,
        state: State,
        after: Option<&ObjectId>,
        most: u64,
    ) -> Result<Vec<DeskObject>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM object o WHERE o.state = $1 AND o.id > $2 ORDER BY o.id, o.version DESC LIMIT $3"
        );
        let after = after.map_or("", ObjectId::as_str);
        self.read().await?.rows(&sql, values![state.number(), after, most]).await?.into_iter().map(object).collect()
    }

    /// How many versions of objects are in a state.
    ///
    /// # Errors
    /// What fails in the database.
    pub async fn count(&self, state: State) -> Result<u64, StoreError> {
        let sql = "SELECT count(*) FROM object WHERE state = $1";
        self.read().await?.one(sql, values![state.number()]).await?.take()
    }

    /// Says how an object may be used: its marking, its tier, when it ends, which is never later than its author says. It counts as
    /// reviewed, unless it was further.
    ///
    /// # Errors
    /// [`StoreError::UnknownObject`] where this version is not there or is withdrawn; else what fails in the database.
    pub async fn review(
        &self,
        act: Act<'_>,
        id: &ObjectId,
        version: Version,
        marking: Marking,
        tier: Tier,
        expires: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let mut session = self.write().await?;
        let sql = "SELECT json FROM object WHERE id = $1 AND version = $2";
        let kept = session.row(sql, values![id, version.microseconds()]).await?;
        let own = author_end(&kept.ok_or(StoreError::UnknownObject)?.take::<String>()?);
        let expires = [expires, own].into_iter().flatten().min();
        let sql = "UPDATE object SET tlp = $3, tier = $4, expires = $5, state = CASE state WHEN 0 THEN 1 ELSE state END
                   WHERE id = $1 AND version = $2 AND state < 3";
        let values = values![id, version.microseconds(), rank(marking), tier.number(), end(expires)];
        if session.run(sql, values).await? == 0 {
            return Err(StoreError::UnknownObject);
        }
        let what = format!("{id} of {} reviewed: {}, {}", version.at(), marking.as_str(), tier.name());
        audit::write(&mut *session, act, &what).await?;
        session.commit().await
    }

    /// Grants an object to exactly these streams: the version that is named, and what is reviewed of older ones.
    ///
    /// # Errors
    /// [`StoreError::WrongState`] for what nobody reviewed or what is withdrawn, [`StoreError::UnknownObject`],
    /// [`StoreError::UnknownStream`], and what fails in the database.
    pub async fn grant(
        &self,
        act: Act<'_>,
        id: &ObjectId,
        version: Version,
        streams: &[StreamId],
    ) -> Result<(), StoreError> {
        let mut session = self.write().await?;
        let sql = "SELECT state FROM object WHERE id = $1 AND version = $2";
        let state =
            session.row(sql, values![id, version.microseconds()]).await?.ok_or(StoreError::UnknownObject)?.take()?;
        match State::from_number(state) {
            State::Reviewed | State::Granted => {}
            state => return Err(StoreError::WrongState(state.name())),
        }
        let sql = "UPDATE object SET state = 2 WHERE id = $1 AND version = $2";
        session.run(sql, values![id, version.microseconds()]).await?;
        session.run("DELETE FROM granted WHERE object = $1", values![id]).await?;
        for stream in streams {
            let sql = "INSERT INTO granted (object, stream) SELECT $1, id FROM stream WHERE id = $2
                       ON CONFLICT DO NOTHING";
            if session.run(sql, values![id, *stream]).await? == 0 && !streams_twice(streams, *stream) {
                return Err(StoreError::UnknownStream);
            }
        }
        let names: Vec<String> = streams.iter().map(|stream| stream.0.to_string()).collect();
        let what = format!("{id} of {} granted to {}", version.at(), names.join(", "));
        audit::write(&mut *session, act, &what).await?;
        session.commit().await
    }

    /// Withdraws an object: all its versions and grants.
    ///
    /// # Errors
    /// [`StoreError::UnknownObject`], and what fails in the database.
    pub async fn withdraw(&self, act: Act<'_>, id: &ObjectId) -> Result<(), StoreError> {
        let mut session = self.write().await?;
        if session.run("UPDATE object SET state = 3 WHERE id = $1", values![id]).await? == 0 {
            return Err(StoreError::UnknownObject);
        }
        session.run("DELETE FROM granted WHERE object = $1", values![id]).await?;
        audit::write(&mut *session, act, &format!("{id} withdrawn")).await?;
        session.commit().await
    }

    /// The streams that an object is granted to.
    ///
    /// # Errors
    /// What fails in the database.
    pub async fn granted(&self, id: &ObjectId) -> Result<Vec<StreamId>, StoreError> {
        let sql = "SELECT stream FROM granted WHERE object = $1 ORDER BY stream";
        self.read().await?.rows(sql, values![id]).await?.into_iter().map(|mut row| row.take()).collect()
    }
}

/// When the object ends by its author's word (STIX 2.1, section 4.7).
fn author_end(json: &str) -> Option<Timestamp> {
    serde_json::from_str::<serde_json::Value>(json).ok()?.get("valid_until")?.as_str()?.parse().ok()
}

fn streams_twice(streams: &[StreamId], stream: StreamId) -> bool {
    streams.iter().filter(|other| **other == stream).count() > 1
}

async fn import(session: &mut dyn Session, new: &DeskObject) -> Result<Imported, StoreError> {
    let sql = "SELECT max(version), max(CASE WHEN version = $2 THEN 1 ELSE 0 END) FROM object WHERE id = $1";
    let mut known = session.one(sql, values![&new.id, new.version.microseconds()]).await?;
    let newest: Option<i64> = known.take()?;
    if known.take::<Option<i64>>()? == Some(1) {
        return Ok(Imported::Known);
    }
    let same = others(session, new.fingerprint, &new.id).await?;
    let is_newest = newest.is_none_or(|newest| newest < new.version.microseconds());
    if is_newest {
        session.run("UPDATE object SET newest = 0 WHERE id = $1", values![&new.id]).await?;
    }
    insert(session, new, is_newest).await?;
    Ok(match (newest, same) {
        (Some(_), _) => Imported::Version,
        (None, same) if same.is_empty() => Imported::New,
        (None, same) => Imported::SameAs(same),
    })
}

async fn others(
    session: &mut dyn Session,
    fingerprint: Option<Digest>,
    id: &ObjectId,
) -> Result<Vec<ObjectId>, StoreError> {
    let Some(fingerprint) = fingerprint else { return Ok(Vec::new()) };
    let sql = "SELECT DISTINCT id FROM object WHERE fingerprint = $1 AND id <> $2 ORDER BY id";
    session.rows(sql, values![fingerprint, id]).await?.into_iter().map(|mut row| row.take()).collect()
}

/// An object begins as imported, whatever it says: a grant is a person's.
async fn insert(session: &mut dyn Session, new: &DeskObject, is_newest: bool) -> Result<(), StoreError> {
    let sql = "INSERT INTO object
                   (id, version, type, spec_version, json, tlp, tier, state, source, fingerprint, imported, expires, newest)
               VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, $10, $11, $12)";
    let fingerprint = new.fingerprint.map(|digest| digest.0.to_vec());
    let mut values = values![&new.id, new.version.microseconds(), &new.kind, &new.spec_version, new.json.as_str()];
    values.extend(values![rank(new.marking), new.tier.number(), new.source.as_str(), fingerprint]);
    values.extend(values![new.imported.as_microsecond(), end(new.expires), is_newest]);
    session.run(sql, values).await?;
    Ok(())
}

pub(super) fn object(mut row: Row) -> Result<DeskObject, StoreError> {
    Ok(DeskObject {
        id: row.take()?,
        version: Version::new(time(row.take()?)?),
        kind: row.take()?,
        spec_version: row.take()?,
        json: row.take()?,
        marking: marking(row.take()?),
        tier: Tier::from_number(row.take()?),
        state: State::from_number(row.take()?),
        source: row.take()?,
        fingerprint: row.take()?,
        imported: time(row.take()?)?,
        expires: ends(row.take()?),
    })
}
