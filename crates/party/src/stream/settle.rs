//! From releases that are all there to the one that counts: the chain decides, files are laid out, and one rename ends it.

use std::path::PathBuf;

use vauban_release::{
    Chain, ChainError, Content, HubId, MANIFEST_FILE, Manifest, PartName, SIGNATURE_FILE, SignedManifest,
    SignedReceipt, SignerPin, Step, Time,
};

use super::{
    Context, Current, Stream, StreamError, current::RELEASES, evidence, merge, receipts, stage::Staged, state,
};
use crate::files;

impl Stream {
    /// The chain that judges: the remembered one, or a new one whose key the code pinned.
    pub(super) fn judge(&self, manifest: &Manifest, context: &Context<'_>) -> Result<Chain, StreamError> {
        match self.chain() {
            Some(chain) => Ok(chain.clone()),
            None => first_chain(manifest, self, context.pin, context.hub),
        }
    }

    /// An error of the chain, after evidence was kept if it is a contradiction.
    pub(super) fn refuse(&self, theirs: &SignedManifest, error: ChainError) -> StreamError {
        if error.is_contradiction()
            && let Err(failed) = evidence::keep(&self.folder, self.current.as_ref(), theirs, &error)
        {
            return failed;
        }
        error.into()
    }

    /// Accepts a run of releases, or none of them.
    pub(super) fn settle(&mut self, run: Vec<Staged>, context: &Context<'_>) -> Result<Option<Step>, StreamError> {
        let Some(first) = run.first() else { return Ok(None) };
        let mut chain = self.judge(first.signed().manifest(), context)?;
        let wholes: Vec<_> = run.iter().map(|staged| staged.whole.clone()).collect();
        let steps = chain.accept_all(&wholes, context.moment).map_err(|(at, error)| match run.get(at) {
            Some(staged) => self.refuse(staged.signed(), error),
            None => error.into(),
        })?;
        let (Some(last), Some(step)) = (run.last(), steps.last()) else { return Ok(None) };
        if *step == Step::Same {
            self.clear()?;
            return Ok(Some(Step::Same));
        }
        let objects = self.objects(&run)?;
        let name = self.lay_out(last, objects, context)?;
        Current::commit(&self.folder, &name, self.current.as_ref(), &chain)?;
        self.current = Current::read(&self.folder)?;
        if let Some(current) = &self.current {
            receipts::keep(&self.folder, current)?;
        }
        self.clear()?;
        Ok(Some(*step))
    }

    /// The objects of the stream after all of these releases, in a file of the staging folder.
    fn objects(&self, run: &[Staged]) -> Result<Option<PathBuf>, StreamError> {
        let mut objects = self.current.as_ref().and_then(Current::objects);
        for (at, staged) in run.iter().enumerate() {
            let came = staged.part(PartName::Objects);
            objects = match staged.signed().manifest().content {
                Content::Full => {
                    came.as_deref().map(merge::check).transpose()?;
                    came
                }
                Content::Delta => {
                    let merged = self.staging().join(format!("objects-{at}"));
                    let gone = staged.part(PartName::Gone);
                    merge::merge(objects.as_deref(), gone.as_deref(), came.as_deref(), &merged)?;
                    Some(merged)
                }
            };
        }
        Ok(objects)
    }

    /// Makes the folder of the new release beside the old ones. It counts for nothing yet.
    fn lay_out(&self, last: &Staged, objects: Option<PathBuf>, context: &Context<'_>) -> Result<String, StreamError> {
        let signed = last.signed();
        let new = self.staging().join("new");
        files::folder(&new)?;
        for part in &signed.manifest().parts {
            if !matches!(part.name, PartName::Objects | PartName::Gone | PartName::History) {
                std::fs::rename(last.folder.join(part.name.as_str()), new.join(part.name.as_str()))?;
            }
        }
        if let Some(objects) = objects {
            std::fs::rename(objects, new.join(PartName::Objects.as_str()))?;
        }
        let receipt = SignedReceipt::sign(signed, context.key, Time::from(context.moment.now))?;
        let write = |name: &str, bytes: &[u8]| vauban_intel::whole::write(&new.join(name), bytes);
        write(receipts::FILE, receipt.to_text().as_bytes())?;
        write(SIGNATURE_FILE, signed.signature().to_string().as_bytes())?;
        write(MANIFEST_FILE, signed.bytes())?;
        files::sync(&new)?;

        let digest = signed.digest().to_string();
        let name = format!("{}-{}", signed.manifest().number, digest.get(..16).unwrap_or_default());
        let releases = self.folder.join(RELEASES);
        state::remove(&releases.join(&name))?;
        std::fs::rename(&new, releases.join(&name))?;
        files::sync(&releases)?;
        Ok(name)
    }
}

/// A stream that is met for the first time: its key must be the one of the code, or lead from it.
fn first_chain(manifest: &Manifest, stream: &Stream, pin: SignerPin, hub: Option<HubId>) -> Result<Chain, StreamError> {
    if hub.is_some_and(|hub| hub != manifest.hub) {
        return Err(ChainError::OtherHub.into());
    }
    let changes = manifest.changes.iter().filter_map(|change| change.verify(manifest.hub).ok());
    let known = std::iter::once(manifest.signer).chain(changes.map(|change| change.from));
    let signer = known.into_iter().find(|key| pin.check(key).is_ok());
    let signer = signer.ok_or(vauban_release::EnrolmentError::OtherKey)?;
    Ok(Chain::new(manifest.hub, stream.id, signer))
}
