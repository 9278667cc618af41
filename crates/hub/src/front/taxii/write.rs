//! What a party may do where it may write: add objects, which wait for the desk, and take objects back.

use uuid::Uuid;
use vauban_stix::{Limits, Rules, judge, read_all};
use vauban_taxii::{Answer, Envelope, Filter, Missing, ObjectId, Refusal, Response, StatusId, Submitted};

use super::{
    Received,
    calls::Asker,
    door::refusal,
    pages::{milliseconds, question},
};
use crate::store::{Asked, Detail, StreamView, Submission, SubmissionKind, Version};

/// Versions that one request takes back at the most.
const MOST: u64 = 10_000;
/// Faults of one object that are told.
const FAULTS: usize = 5;

impl Asker<'_> {
    /// Judges each object. What is valid waits for the desk as it was sent, which decides; what is not is told why.
    pub(super) async fn add(self, stream: &StreamView, envelope: &Envelope<'_>) -> Result<Response, Refusal> {
        let now = (self.front.clock)();
        let (mut received, mut kept) = (Received::default(), Vec::new());
        let rules = Rules::default();
        for object in &envelope.objects {
            let stated = object.version.as_ref().ok().copied().flatten();
            let version = stated.unwrap_or_else(|| milliseconds(Version::new(now)));
            match why_not(object, &rules) {
                Some(reason) => received.refuse(object.id.clone(), version, reason),
                None => {
                    received.wait(object.id.clone(), version);
                    kept.push(object.json.get());
                }
            }
        }
        let body = (!kept.is_empty()).then(|| format!("{{\"objects\":[{}]}}", kept.join(",")).into_bytes());
        let submission = Submission {
            id: self.random_id()?,
            credential: self.credential,
            stream: stream.info.id,
            kind: SubmissionKind::Objects,
            received: now,
            status: received.to_text(),
            body,
        };
        self.front.store.submit(&submission).await.map_err(refusal)?;
        let status = received.status(submission.id, now).ok_or(Refusal::Internal)?;
        Ok(Answer::Added(&status).response())
    }

    pub(super) async fn status(self, id: &StatusId) -> Result<Response, Refusal> {
        let missing = || Refusal::NotFound(Missing::Status);
        let id = Uuid::try_parse(id.as_str()).map_err(|_| missing())?;
        let found = self.front.store.submission(self.credential, id).await.map_err(refusal)?;
        let found = found.filter(|found| found.kind == SubmissionKind::Objects).ok_or_else(missing)?;
        let received = Received::from_text(&found.status).unwrap_or_default();
        let status = received.status(found.id, found.received).ok_or(Refusal::Internal)?;
        Ok(Answer::Status(&status).response())
    }

    pub(super) async fn delete(self, stream: &StreamView, id: &ObjectId, filter: &Filter) -> Result<Response, Refusal> {
        let missing = || Refusal::NotFound(Missing::Object);
        let filter = question(filter).ok_or_else(missing)?;
        let asked = Asked { most: MOST, ..self.asked(stream, &filter) };
        let page = self.entries(asked, Detail::Manifest).await?;
        let versions: Vec<Version> = page.entries.iter().map(|entry| entry.version).collect();
        let object = crate::store::ObjectId::new(id.as_str()).ok_or_else(missing)?;
        let gone = match versions.as_slice() {
            [] => 0,
            versions => self
                .front
                .store
                .remove(self.credential, stream.info.id, &object, Some(versions))
                .await
                .map_err(refusal)?,
        };
        if gone == 0 { Err(missing()) } else { Ok(Answer::Deleted.response()) }
    }

    fn random_id(self) -> Result<Uuid, Refusal> {
        let mut bytes = [0; 16];
        (self.front.random)(&mut bytes).map_err(|error| {
            tracing::error!(%error, "there is no randomness");
            Refusal::Internal
        })?;
        Ok(uuid::Builder::from_random_bytes(bytes).into_uuid())
    }
}

/// Why an object is not taken: where, what, and which section of STIX says so.
fn why_not(object: &Submitted<'_>, rules: &Rules) -> Option<String> {
    if let Err(error) = &object.version {
        return Some(error.to_string());
    }
    let document = match read_all(object.json.get().as_bytes(), &Limits::default()) {
        Ok(document) => document,
        Err(error) => return Some(error.to_string()),
    };
    if let Some(refused) = document.refused.first() {
        return Some(format!("the object {}", refused.refusal));
    }
    let [read] = document.objects.as_slice() else { return Some("is not one object".to_owned()) };
    let faults = judge(read, rules);
    let told: Vec<String> =
        faults.iter().filter(|fault| rules.refuses(fault)).take(FAULTS).map(ToString::to_string).collect();
    (!told.is_empty()).then(|| told.join("; "))
}
