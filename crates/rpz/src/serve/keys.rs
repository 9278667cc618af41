//! The keys that may sign a question.

use domain::{
    base::name::ToName,
    tsig::{Algorithm, KeyStore},
};

use crate::key::TsigKey;

/// All keys, few of them.
#[derive(Clone, Debug)]
pub(super) struct Keys(pub(super) Vec<TsigKey>);

impl KeyStore for Keys {
    type Key = TsigKey;

    fn get_key<N: ToName>(&self, name: &N, algorithm: Algorithm) -> Option<TsigKey> {
        self.0.iter().find(|key| key.inner().name().name_eq(name) && key.inner().algorithm() == algorithm).cloned()
    }
}
