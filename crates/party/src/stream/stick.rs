//! A release from a folder, as it lies on a stick: another way in, the same judge.

use std::{io::Read as _, path::Path};

use vauban_release::{LONGEST_MANIFEST, MANIFEST_FILE, SIGNATURE_FILE, SignedManifest};

use super::{
    Context, Outcome, Stream, StreamError,
    stage::{copy, open_plain},
};

/// The manifest of a folder. A folder that was left half-written has none.
pub(crate) fn manifest(folder: &Path) -> Result<SignedManifest, StreamError> {
    let read = |name: &str| {
        let mut bytes = Vec::new();
        open_plain(&folder.join(name))?.take(LONGEST_MANIFEST as u64 + 1).read_to_end(&mut bytes)?;
        Ok::<_, StreamError>(bytes)
    };
    Ok(SignedManifest::read(&read(MANIFEST_FILE)?, &read(SIGNATURE_FILE)?)?)
}

impl Stream {
    /// Takes a release from a folder.
    pub(crate) fn take_folder(
        &mut self,
        folder: &Path,
        signed: SignedManifest,
        context: &Context<'_>,
    ) -> Result<Outcome, StreamError> {
        if let Some(words) = self.stopped()? {
            return Err(StreamError::Stopped(words));
        }
        let chain = self.judge(signed.manifest(), context)?;
        chain.look(&signed, context.moment).map_err(|error| self.refuse(&signed, error))?;
        self.clear()?;
        let staged = copy(signed, folder, self.staging().join("stick"));
        let step = staged.and_then(|staged| self.settle(vec![staged], context));
        self.clear()?;
        Ok(Outcome::of(step?))
    }
}
