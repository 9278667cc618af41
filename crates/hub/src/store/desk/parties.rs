//! Parties, streams, and who reads what. The front is told the last of it by hashes alone.

use data_encoding::HEXLOWER;

use super::{Act, DeskStore, NewParty, Party, Stream, audit};
use crate::store::{
    Audience, Credential, PartyId, PublicKey, Reading, StoreError, StreamId, StreamInfo,
    engine::{Row, Session, values},
    values::time,
};

impl DeskStore {
    /// Takes a party in.
    ///
    /// # Errors
    /// [`StoreError::Taken`] for an id, a name or a credential that another has; else what fails in the database.
    pub async fn add_party(&self, act: Act<'_>, new: &NewParty) -> Result<(), StoreError> {
        let mut session = self.write().await?;
        let sql = "INSERT INTO party (id, name, credential, receipt_key, budget, created)
                   VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
        let key = new.receipt_key.map(|key| key.0.to_vec());
        let at = act.at.as_microsecond();
        let values = values![new.id, new.name.as_str(), new.credential, key, new.budget, at];
        if session.run(sql, values).await? == 0 {
            return Err(StoreError::Taken("party"));
        }
        audit::write(&mut *session, act, &format!("party {} taken in: {}", new.id.0, new.name)).await?;
        session.commit().await
    }

    /// Gives a party another credential and another key for its receipts: it enrolled anew.
    ///
    /// # Errors
    /// [`StoreError::UnknownParty`], [`StoreError::Taken`], and what fails in the database.
    pub async fn renew_party(&self, act: Act<'_>, new: &NewParty) -> Result<(), StoreError> {
        let mut session = self.write().await?;
        let sql = "UPDATE party SET credential = $2, receipt_key = $3, budget = $4 WHERE id = $1 AND revoked IS NULL";
        let key = new.receipt_key.map(|key| key.0.to_vec());
        changed(session.run(sql, values![new.id, new.credential, key, new.budget]).await?)?;
        audit::write(&mut *session, act, &format!("party {} enrolled anew", new.id.0)).await?;
        session.commit().await
    }

    /// Notes the key that a party signs with, once.
    ///
    /// # Errors
    /// [`StoreError::UnknownParty`] when there is no such party, or it signs with a key already; else what fails in the database.
    pub async fn note_key(&self, act: Act<'_>, party: PartyId, key: PublicKey) -> Result<(), StoreError> {
        let mut session = self.write().await?;
        let sql = "UPDATE party SET receipt_key = $2 WHERE id = $1 AND receipt_key IS NULL";
        changed(session.run(sql, values![party, key]).await?)?;
        let hex = HEXLOWER.encode(&key.0);
        audit::write(&mut *session, act, &format!("party {} joined with the key {hex}", party.0)).await?;
        session.commit().await
    }

    /// Serves a party no more. Its rows stay, because receipts name its key.
    ///
    /// # Errors
    /// [`StoreError::UnknownParty`], and what fails in the database.
    pub async fn revoke_party(&self, act: Act<'_>, party: PartyId) -> Result<(), StoreError> {
        let mut session = self.write().await?;
        let sql = "UPDATE party SET revoked = $2 WHERE id = $1 AND revoked IS NULL";
        changed(session.run(sql, values![party, act.at.as_microsecond()]).await?)?;
        audit::write(&mut *session, act, &format!("party {} revoked", party.0)).await?;
        session.commit().await
    }

    /// All parties, by name.
    ///
    /// # Errors
    /// What fails in the database.
    pub async fn parties(&self) -> Result<Vec<Party>, StoreError> {
        let sql = "SELECT id, name, credential, receipt_key, budget, created, revoked FROM party ORDER BY name";
        self.read().await?.rows(sql, values![]).await?.into_iter().map(party).collect()
    }

    /// Opens a stream.
    ///
    /// # Errors
    /// [`StoreError::Taken`] for an id that another has; else what fails in the database.
    pub async fn add_stream(&self, act: Act<'_>, new: &StreamInfo) -> Result<(), StoreError> {
        let mut session = self.write().await?;
        let sql = "INSERT INTO stream (id, title, description, is_for_one, members, created)
                   VALUES ($1, $2, $3, $4, 0, $5) ON CONFLICT DO NOTHING";
        let at = act.at.as_microsecond();
        let values = values![new.id, new.title.as_str(), new.description.as_str(), new.is_for_one, at];
        if session.run(sql, values).await? == 0 {
            return Err(StoreError::Taken("stream"));
        }
        audit::write(&mut *session, act, &format!("stream {} opened: {}", new.id.0, new.title)).await?;
        session.commit().await
    }

    /// All streams, by title.
    ///
    /// # Errors
    /// What fails in the database.
    pub async fn streams(&self) -> Result<Vec<Stream>, StoreError> {
        streams(&mut *self.read().await?).await
    }

    /// Lets a party read a stream.
    ///
    /// # Errors
    /// [`StoreError::OneParty`] when the stream is for one and has it, [`StoreError::UnknownParty`], [`StoreError::UnknownStream`],
    /// [`StoreError::Taken`] when it reads it already, and what fails in the database.
    pub async fn join(&self, act: Act<'_>, party: PartyId, reading: Reading) -> Result<(), StoreError> {
        let mut session = self.write().await?;
        let known = session.row("SELECT id FROM party WHERE id = $1 AND revoked IS NULL", values![party]).await?;
        known.ok_or(StoreError::UnknownParty)?;
        let known = session.row("SELECT id FROM stream WHERE id = $1", values![reading.stream]).await?;
        known.ok_or(StoreError::UnknownStream)?;
        let sql = "INSERT INTO membership (party, stream, may_write) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        if session.run(sql, values![party, reading.stream, reading.may_write]).await? == 0 {
            return Err(StoreError::Taken("membership"));
        }
        // TLP 2.0: AMBER+STRICT is for one organisation, so its stream must never get a second reader.
        let sql = "UPDATE stream SET members = members + 1 WHERE id = $1 AND (is_for_one = 0 OR members = 0)";
        if session.run(sql, values![reading.stream]).await? == 0 {
            return Err(StoreError::OneParty);
        }
        audit::write(&mut *session, act, &format!("party {} reads stream {}", party.0, reading.stream.0)).await?;
        session.commit().await
    }

    /// Lets a party read a stream no more.
    ///
    /// # Errors
    /// [`StoreError::UnknownParty`] when it does not, and what fails in the database.
    pub async fn leave(&self, act: Act<'_>, party: PartyId, stream: StreamId) -> Result<(), StoreError> {
        let mut session = self.write().await?;
        let sql = "DELETE FROM membership WHERE party = $1 AND stream = $2";
        changed(session.run(sql, values![party, stream]).await?)?;
        session.run("UPDATE stream SET members = members - 1 WHERE id = $1", values![stream]).await?;
        audit::write(&mut *session, act, &format!("party {} reads stream {} no more", party.0, stream.0)).await?;
        session.commit().await
    }

    /// The parties of a stream: names that stay here.
    ///
    /// # Errors
    /// What fails in the database.
    pub async fn members(&self, stream: StreamId) -> Result<Vec<Party>, StoreError> {
        let sql = "SELECT p.id, p.name, p.credential, p.receipt_key, p.budget, p.created, p.revoked
                   FROM party p JOIN membership m ON m.party = p.id WHERE m.stream = $1 ORDER BY p.name";
        self.read().await?.rows(sql, values![stream]).await?.into_iter().map(party).collect()
    }

    /// What a front needs to know of all this: streams, and what each hash opens. Revoked parties are not in it.
    ///
    /// # Errors
    /// What fails in the database.
    pub async fn audience(&self) -> Result<Audience, StoreError> {
        let mut session = self.read().await?;
        let streams = streams(&mut *session).await?.into_iter().map(|stream| stream.info).collect();
        let sql = "SELECT credential, receipt_key, budget, id FROM party WHERE revoked IS NULL ORDER BY credential";
        let mut credentials = Vec::new();
        for mut row in session.rows(sql, values![]).await? {
            let (hash, receipt_key, budget) = (row.take()?, row.take()?, row.take()?);
            let sql = "SELECT stream, may_write FROM membership WHERE party = $1 ORDER BY stream";
            let readings = session.rows(sql, values![row.take::<PartyId>()?]).await?;
            let reading = |mut row: Row| Ok(Reading { stream: row.take()?, may_write: row.take()? });
            let streams = readings.into_iter().map(reading).collect::<Result<_, StoreError>>()?;
            credentials.push(Credential { hash, receipt_key, budget, streams });
        }
        Ok(Audience { streams, credentials })
    }
}

fn changed(rows: u64) -> Result<(), StoreError> {
    if rows == 0 { Err(StoreError::UnknownParty) } else { Ok(()) }
}

async fn streams(session: &mut dyn Session) -> Result<Vec<Stream>, StoreError> {
    let sql = "SELECT id, title, description, is_for_one, members, created FROM stream ORDER BY title, id";
    session.rows(sql, values![]).await?.into_iter().map(stream).collect()
}

fn stream(mut row: Row) -> Result<Stream, StoreError> {
    let (id, title, description, is_for_one) = (row.take()?, row.take()?, row.take()?, row.take()?);
    let info = StreamInfo { id, title, description, is_for_one };
    Ok(Stream { info, members: row.take()?, created: time(row.take()?)? })
}

fn party(mut row: Row) -> Result<Party, StoreError> {
    let party = NewParty {
        id: row.take()?,
        name: row.take()?,
        credential: row.take()?,
        receipt_key: row.take()?,
        budget: row.take()?,
    };
    Ok(Party { party, created: time(row.take()?)?, revoked: row.take::<Option<i64>>()?.map(time).transpose()? })
}
