//! `vauban people client change`: other addresses, with the secret that the tool has.

use vauban_oidc::Addresses;

use super::{address, addresses};
use crate::failure::Failure;

#[derive(Debug, clap::Args)]
#[group(id = "addresses", required = true, multiple = true)]
pub(super) struct Change {
    /// Where answers go, exactly as the tool says (redirect_uri), in place of all those before; several may be given
    #[arg(long, value_name = "URI")]
    redirect: Vec<String>,
    /// Where people may go after signing out (post_logout_redirect_uri), in place of all those before; several may be given
    #[arg(long, value_name = "URI")]
    after_logout: Vec<String>,
    /// Nowhere after signing out
    #[arg(long, conflicts_with = "after_logout")]
    no_after_logout: bool,
    /// Where the tool hears that a session ended (backchannel_logout_uri)
    #[arg(long, value_name = "URI")]
    told_of_logout: Option<String>,
    /// The tool is told no more that a session ended
    #[arg(long, conflicts_with = "told_of_logout")]
    no_told_of_logout: bool,
}

impl Change {
    /// What stands in place of what; nothing where nothing was said.
    pub(super) fn addresses(&self) -> Result<Addresses, Failure> {
        let told = self.told_of_logout.as_ref().map(|told| address(told)).transpose()?;
        Ok(Addresses {
            redirects: (!self.redirect.is_empty()).then(|| addresses(&self.redirect)).transpose()?,
            after_logout: (self.no_after_logout || !self.after_logout.is_empty())
                .then(|| addresses(&self.after_logout))
                .transpose()?,
            told_of_logout: (self.no_told_of_logout || told.is_some()).then_some(told),
        })
    }
}
