//! Parties, streams, and the people who stand for releases.

use sha2::{Digest as _, Sha256};
use vauban_blind::{CryptoRng, RngCore};
use vauban_release::Enrolment;
use zeroize::Zeroizing;

use super::{Desk, DeskError, open::uuid};
use crate::{
    desk::Approvers,
    store::{Act, CredentialHash, NewParty, PartyId, Reading, StreamId, StreamInfo},
};

impl Desk {
    /// Names somebody who may draft and approve, by the text of their `minisign.pub`. All who may.
    ///
    /// # Errors
    /// [`DeskError::Approvers`], and what fails in the database.
    pub async fn person(&self, act: Act<'_>, name: &str, key: &str) -> Result<Approvers, DeskError> {
        let mut approvers = self.approvers()?;
        approvers.add(name, key)?;
        approvers.write(&self.approvers_file())?;
        self.store().note(act, &format!("{name} may draft and approve")).await?;
        Ok(approvers)
    }

    /// Takes a party in that may send so many blind batches a day. Its id, and the code that is given by hand: the desk keeps a digest
    /// of the credential that follows from it, and cannot show it again.
    ///
    /// # Errors
    /// [`StoreError::Taken`](crate::store::StoreError::Taken) for a name that another has, and what fails in the database.
    pub async fn party<R: RngCore + CryptoRng>(
        &self,
        act: Act<'_>,
        name: &str,
        budget: u64,
        rng: &mut R,
    ) -> Result<(PartyId, Enrolment), DeskError> {
        let mut secret = Zeroizing::new([0; 10]);
        rng.fill_bytes(&mut *secret);
        let code = Enrolment::new(&secret, &self.public());
        let credential = CredentialHash(Sha256::digest(code.credential().as_bytes()).into());
        let id = PartyId(uuid(rng));
        let new = NewParty { id, name: name.to_owned(), credential, receipt_key: None, budget };
        self.store().add_party(act, &new).await?;
        Ok((id, code))
    }

    /// Opens a stream of releases that these parties read. `is_for_one`: one organisation reads it, so that it may carry AMBER+STRICT.
    ///
    /// # Errors
    /// [`DeskError::NoParty`], [`StoreError::OneParty`](crate::store::StoreError::OneParty), and what fails in the database.
    pub async fn stream<R: RngCore + CryptoRng>(
        &self,
        act: Act<'_>,
        (title, description): (&str, &str),
        is_for_one: bool,
        parties: &[PartyId],
        rng: &mut R,
    ) -> Result<StreamId, DeskError> {
        let known = self.store().parties().await?;
        if let Some(stranger) = parties.iter().find(|party| !known.iter().any(|known| known.party.id == **party)) {
            return Err(DeskError::NoParty(stranger.0));
        }
        let id = StreamId(uuid(rng));
        let (title, description) = (title.to_owned(), description.to_owned());
        self.store().add_stream(act, &StreamInfo { id, title, description, is_for_one }).await?;
        for party in parties {
            self.store().join(act, *party, Reading { stream: id, may_write: false }).await?;
        }
        Ok(id)
    }
}
