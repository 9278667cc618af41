//! What checking one answer may cost. Answers exist that would keep a validator busy for minutes (CVE-2023-50387,
//! CVE-2023-50868); a real one needs a small part of this.

use crate::answer::Why;

/// What is left. When something runs out, the answer is bogus.
#[derive(Debug)]
pub(crate) struct Budget {
    signatures: u32,
    hashes: u32,
    questions: u32,
}

impl Default for Budget {
    fn default() -> Self {
        Self { signatures: 96, hashes: 96, questions: 64 }
    }
}

impl Budget {
    /// One signature is to be verified.
    pub(crate) fn signature(&mut self) -> Result<(), Why> {
        spend(&mut self.signatures)
    }

    /// One name is to be hashed for NSEC3.
    pub(crate) fn hash(&mut self) -> Result<(), Why> {
        spend(&mut self.hashes)
    }

    /// One question is to be asked upstream.
    pub(crate) fn question(&mut self) -> Result<(), Why> {
        spend(&mut self.questions)
    }
}

fn spend(left: &mut u32) -> Result<(), Why> {
    *left = left.checked_sub(1).ok_or(Why::Bogus)?;
    Ok(())
}
