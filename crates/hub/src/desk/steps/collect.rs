//! What waits at a front, or on a stick that was there, comes to the desk: who joined, receipts, objects, sightings and counts that
//! parties sent. The desk keeps each before the
//! front is told, so that whoever is killed does it again and loses nothing.

use std::{collections::HashMap, path::PathBuf};

use vauban_intel::whole;
use vauban_model::Marking;
use vauban_release::{Countersignature, Joining, Moment, ReceiptError, SignedReceipt, SignedSighting};

use super::{Desk, DeskError, WeekSum};
use crate::{
    desk::{FrontSide, Reach, Rest, draft::LabelIds, read_manifest},
    front::Received,
    store::{
        self, Act, CredentialHash, ObjectId, Party, PartyId, Receipt, ReleaseNumber, State, StoreError, Submission,
        SubmissionKind,
    },
};

/// Submissions that are asked for at a time.
pub(super) const AT_ONCE: u64 = 100;
/// Objects of the blind tier among which a label is looked for.
const MOST: u64 = 1_000;

/// What came.
#[derive(Debug, Default)]
pub struct Collected {
    /// Parties that joined, with the fingerprint to compare over the telephone.
    pub joined: Vec<(PartyId, vauban_release::Digest)>,
    /// Receipts that were signed for: who, of which stream, which release.
    pub receipts: Vec<(PartyId, store::StreamId, ReleaseNumber)>,
    /// Sightings.
    pub sightings: Vec<Seen>,
    /// The sums of the streams and weeks of which counts came.
    pub counts: Vec<WeekSum>,
    /// Objects that wait for review, and who sent them.
    pub objects: Vec<(PartyId, usize)>,
    /// What does not hold: of whom, what, and why. It stays where it is.
    pub wrong: Vec<(PartyId, String)>,
    /// What is left to do until the front knows that it is here.
    pub rest: Rest,
}

/// A sighting that a party sent.
#[derive(Debug)]
pub struct Seen {
    /// Who.
    pub party: PartyId,
    /// Of what; nothing when the object is here no more.
    pub object: Option<ObjectId>,
    /// Who consented there.
    pub by: String,
    /// What they said.
    pub note: String,
    /// Where it is kept, with its signature.
    pub file: PathBuf,
}

impl Desk {
    /// Collects all that waits at a front.
    ///
    /// # Errors
    /// What fails in either database, on the stick or on the disk. What does not hold is told beside what does.
    pub async fn collect(&self, act: Act<'_>, front: &Reach) -> Result<Collected, DeskError> {
        let mut front = self.front(front, act.at).await?;
        let mut collected = Collected::default();
        self.collect_joined(act, &mut *front, &mut collected).await?;
        let parties = self.store().parties().await?;
        self.collect_receipts(act, &mut *front, &parties, &mut collected).await?;
        self.collect_submissions(act, &mut *front, &parties, &mut collected).await?;
        self.collect_counts(act, &mut *front, &parties, &mut collected).await?;
        collected.rest = front.finish().await?;
        Ok(collected)
    }

    async fn collect_joined(
        &self,
        act: Act<'_>,
        front: &mut dyn FrontSide,
        to: &mut Collected,
    ) -> Result<(), DeskError> {
        let parties: HashMap<CredentialHash, Party> =
            self.store().parties().await?.into_iter().map(|party| (party.party.credential, party)).collect();
        for joined in front.joined_parties().await? {
            let Some(party) = parties.get(&joined.credential) else { continue };
            let id = party.party.id;
            let text = String::from_utf8_lossy(&joined.bytes);
            match Joining::from_text(&text) {
                Ok(joining) if joining.key().bytes() == joined.receipt_key.0 => {
                    if party.party.receipt_key.is_none() {
                        whole::write(&self.received(&format!("joined/{}.txt", id.0)), &joined.bytes)
                            .map_err(told(self))?;
                        self.store().note_key(act, id, joined.receipt_key).await?;
                        to.joined.push((id, joining.key().fingerprint()));
                    } else if party.party.receipt_key != Some(joined.receipt_key) {
                        to.wrong.push((id, "the front says another key than before".to_owned()));
                    }
                }
                Ok(_) => to.wrong.push((id, "the front says another key than was signed".to_owned())),
                Err(error) => to.wrong.push((id, error.to_string())),
            }
        }
        Ok(())
    }

    async fn collect_receipts(
        &self,
        act: Act<'_>,
        front: &mut dyn FrontSide,
        parties: &[Party],
        to: &mut Collected,
    ) -> Result<(), DeskError> {
        for stream in self.store().streams().await? {
            for receipt in front.receipts(stream.info.id, ReleaseNumber(0)).await? {
                let Some(party) = parties.iter().find(|party| party.party.receipt_key == Some(receipt.key)) else {
                    continue;
                };
                match self.countersigned(&receipt, act) {
                    Ok(seen) => {
                        let name =
                            format!("receipts/{}/{:08}/{}", receipt.stream.0, receipt.number.0, party.party.id.0);
                        whole::write(&self.received(&format!("{name}.txt")), &receipt.bytes).map_err(told(self))?;
                        whole::write(&self.received(&format!("{name}.seen")), seen.as_bytes()).map_err(told(self))?;
                        front.countersign(&receipt, seen.as_bytes()).await?;
                        to.receipts.push((party.party.id, receipt.stream, receipt.number));
                    }
                    Err(why) => to.wrong.push((party.party.id, why)),
                }
            }
        }
        Ok(())
    }

    /// The hub's signature over a receipt that holds.
    fn countersigned(&self, receipt: &Receipt, act: Act<'_>) -> Result<String, String> {
        let told = |error: ReceiptError| error.words().en;
        let signed = SignedReceipt::from_text(&String::from_utf8_lossy(&receipt.bytes)).map_err(told)?;
        let release = read_manifest(&self.release_folder(receipt.stream, receipt.number));
        let release = release.map_err(|error| error.to_string())?;
        let key = signed.signature().by(&receipt.key.0).map_err(|_| "the key cannot be read".to_owned())?;
        signed.verify(&key, &release, Moment::new(act.at)).map_err(told)?;
        let seen = Countersignature::sign(&signed, &self.key, act.at.into()).map_err(told)?;
        Ok(seen.to_text())
    }

    async fn collect_submissions(
        &self,
        act: Act<'_>,
        front: &mut dyn FrontSide,
        parties: &[Party],
        to: &mut Collected,
    ) -> Result<(), DeskError> {
        loop {
            let waiting = front.waiting(AT_ONCE).await?;
            if waiting.is_empty() {
                return Ok(());
            }
            for submission in waiting {
                let sender = parties.iter().find(|party| party.party.credential == submission.credential);
                let status = match (sender, submission.kind) {
                    // Whoever is a party no more is not listened to.
                    (None, _) => "refused".to_owned(),
                    (Some(party), SubmissionKind::Objects) => self.collect_objects(act, party, &submission, to).await?,
                    (Some(party), SubmissionKind::Sighting) => {
                        self.collect_sighting(act, party, &submission, to).await?
                    }
                };
                front.taken(submission.id, &status).await?;
            }
        }
    }

    /// Objects that a party sent are a document like any other: they wait for review.
    async fn collect_objects(
        &self,
        act: Act<'_>,
        party: &Party,
        submission: &Submission,
        to: &mut Collected,
    ) -> Result<String, DeskError> {
        let (name, source) = (submission.id.to_string(), &party.party.name);
        let body = submission.body.as_deref().unwrap_or_default();
        let taken = self.import(act, (&name, source), body, Marking::AmberStrict).await?;
        to.objects.push((party.party.id, taken.to_review()));
        let refused: HashMap<&str, &str> =
            taken.refused.iter().map(|one| (one.what.as_str(), one.why.en.as_str())).collect();
        let decided = Received::from_text(&submission.status).unwrap_or_default();
        let decided = decided.decided(|id| refused.get(id).map_or(Ok(()), |why| Err((*why).to_owned())));
        Ok(decided.to_text())
    }

    async fn collect_sighting(
        &self,
        act: Act<'_>,
        party: &Party,
        submission: &Submission,
        to: &mut Collected,
    ) -> Result<String, DeskError> {
        let (id, body) = (party.party.id, submission.body.as_deref().unwrap_or_default());
        let text = String::from_utf8_lossy(body);
        let stream = vauban_release::StreamId::new(submission.stream.0);
        let read = SignedSighting::from_text(&text).and_then(|read| {
            let key = party.party.receipt_key.and_then(|key| read.signature().by(&key.0).ok());
            let key = key.ok_or(vauban_release::SightingError::OtherParty)?;
            read.verify(&key, self.id(), stream, Moment::new(act.at))?;
            Ok(read)
        });
        let read = match read {
            Ok(read) => read,
            Err(error) => {
                to.wrong.push((id, error.to_string()));
                return Ok(format!("refused: {error}"));
            }
        };
        let file = self.received(&format!("sightings/{}.txt", submission.id));
        whole::write(&file, body).map_err(told(self))?;
        let sighting = read.sighting();
        let object = self.labelled(&sighting.label).await?;
        let what = object.as_ref().map_or_else(|| sighting.label.clone(), ToString::to_string);
        self.store().note(act, &format!("party {} says that it met {what}", id.0)).await?;
        to.sightings.push(Seen { party: id, object, by: sighting.by.clone(), note: sighting.note.clone(), file });
        Ok("taken".to_owned())
    }

    /// The object that a label stands for.
    async fn labelled(&self, label: &str) -> Result<Option<ObjectId>, StoreError> {
        let ids = LabelIds::of(&self.key);
        for state in [State::Granted, State::Withdrawn, State::Reviewed] {
            let mut after: Option<ObjectId> = None;
            loop {
                let some = self.store().objects(state, after.as_ref(), MOST).await?;
                let Some(last) = some.last() else { break };
                after = Some(last.id.clone());
                let is_it = |id: &ObjectId| ids.id(id.as_str()).to_string() == label;
                if let Some(found) = some.into_iter().map(|object| object.id).find(is_it) {
                    return Ok(Some(found));
                }
            }
        }
        Ok(None)
    }

    pub(super) fn received(&self, name: &str) -> PathBuf {
        self.received_folder().join(name)
    }
}

/// What failed on the disk, and where.
pub(super) fn told(desk: &Desk) -> impl Fn(std::io::Error) -> DeskError {
    let folder = desk.received_folder();
    move |error| DeskError::File(folder.clone(), error)
}
