//! The ciphersuite ristretto255-SHA512 (RFC 9497, section 4.1), the crate `voprf`'s own, with one thing added: an element remembers how
//! it is written.
//!
//! A proof is over the written form of every element, and writing one takes an inversion. The elements of a batch were read from their written
//! form a moment ago, and evaluations are written into the answer anyway; without this, both are computed once more for the
//! proof. It saves a tenth of an evaluation. Every operation of the group is the crate's.

use std::{
    fmt,
    ops::{Add, Mul, Sub},
};

use rand::{CryptoRng, RngCore};
use sha2::{
    Sha512,
    digest::{
        FixedOutput, HashMarker,
        core_api::BlockSizeUser,
        generic_array::{
            GenericArray,
            typenum::{IsLess, IsLessOrEqual, U32, U256},
        },
    },
};
use subtle::{Choice, ConstantTimeEq};
use voprf::{CipherSuite, Group, InternalError, Ristretto255};
use zeroize::Zeroize;

type Point = <Ristretto255 as Group>::Elem;
type Number = <Ristretto255 as Group>::Scalar;

/// What the crate's types are made for.
pub(crate) struct Suite;

impl CipherSuite for Suite {
    const ID: &'static str = <Ristretto255 as CipherSuite>::ID;

    type Group = Self;

    type Hash = Sha512;
}

/// An element and, when it is known, its written form.
#[derive(Clone, Copy)]
pub(crate) struct Element {
    point: Point,
    written: Option<[u8; 32]>,
}

impl Element {
    fn unwritten(point: Point) -> Self {
        Self { point, written: None }
    }

    fn write(self) -> [u8; 32] {
        self.written.unwrap_or_else(|| Ristretto255::serialize_elem(self.point).into())
    }
}

impl fmt::Debug for Element {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Element(..)")
    }
}

impl ConstantTimeEq for Element {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.point.ct_eq(&other.point)
    }
}

impl Zeroize for Element {
    fn zeroize(&mut self) {
        self.point.zeroize();
        self.written.zeroize();
    }
}

impl Add<&Self> for Element {
    type Output = Self;

    fn add(self, other: &Self) -> Self {
        Self::unwritten(self.point + other.point)
    }
}

impl Mul<&Scalar> for Element {
    type Output = Self;

    /// Products are written out, all but those that a proof only adds up. Which is which hangs on what is multiplied with, and is no secret.
    fn mul(self, scalar: &Scalar) -> Self {
        let mut product = Self::unwritten(self.point * scalar.number);
        if !scalar.is_weight {
            product.written = Some(product.write());
        }
        product
    }
}

/// A scalar, and whether it is a weight: one of those that a proof draws from what everybody sees (section 2.2.1: `di`).
#[derive(Clone, Copy)]
pub(crate) struct Scalar {
    number: Number,
    is_weight: bool,
}

impl Scalar {
    fn of(number: Number) -> Self {
        Self { number, is_weight: false }
    }
}

impl fmt::Debug for Scalar {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Scalar(..)")
    }
}

impl ConstantTimeEq for Scalar {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.number.ct_eq(&other.number)
    }
}

impl Zeroize for Scalar {
    fn zeroize(&mut self) {
        self.number.zeroize();
    }
}

impl Add<&Self> for Scalar {
    type Output = Self;

    fn add(self, other: &Self) -> Self {
        Self::of(self.number + other.number)
    }
}

impl Mul<&Self> for Scalar {
    type Output = Self;

    fn mul(self, other: &Self) -> Self {
        Self::of(self.number * other.number)
    }
}

impl Sub<&Self> for Scalar {
    type Output = Self;

    fn sub(self, other: &Self) -> Self {
        Self::of(self.number - other.number)
    }
}

impl Group for Suite {
    type Elem = Element;

    type ElemLen = U32;

    type Scalar = Scalar;

    type ScalarLen = U32;

    fn hash_to_curve<H>(input: &[&[u8]], dst: &[&[u8]]) -> Result<Element, InternalError>
    where
        H: BlockSizeUser + Default + FixedOutput + HashMarker,
        H::OutputSize: IsLess<U256> + IsLessOrEqual<H::BlockSize>,
    {
        Ristretto255::hash_to_curve::<H>(input, dst).map(Element::unwritten)
    }

    fn hash_to_scalar<H>(input: &[&[u8]], dst: &[&[u8]]) -> Result<Scalar, InternalError>
    where
        H: BlockSizeUser + Default + FixedOutput + HashMarker,
        H::OutputSize: IsLess<U256> + IsLessOrEqual<H::BlockSize>,
    {
        // Secret keys are derived with it, too, under another tag.
        let is_weight = dst.first().is_some_and(|tag| tag.starts_with(b"HashToScalar-"));
        Ristretto255::hash_to_scalar::<H>(input, dst).map(|number| Scalar { number, is_weight })
    }

    fn base_elem() -> Element {
        Element::unwritten(Ristretto255::base_elem())
    }

    fn identity_elem() -> Element {
        Element::unwritten(Ristretto255::identity_elem())
    }

    fn serialize_elem(element: Element) -> GenericArray<u8, U32> {
        element.write().into()
    }

    /// Each element has one written form only, and others are refused (RFC 9496, section 4.3.1): what was read is what would be written.
    fn deserialize_elem(written: &[u8]) -> voprf::Result<Element> {
        let point = Ristretto255::deserialize_elem(written)?;
        Ok(Element { point, written: written.try_into().ok() })
    }

    fn random_scalar<R: RngCore + CryptoRng>(rng: &mut R) -> Scalar {
        Scalar::of(Ristretto255::random_scalar(rng))
    }

    fn invert_scalar(scalar: Scalar) -> Scalar {
        Scalar::of(Ristretto255::invert_scalar(scalar.number))
    }

    fn is_zero_scalar(scalar: Scalar) -> Choice {
        Ristretto255::is_zero_scalar(scalar.number)
    }

    fn serialize_scalar(scalar: Scalar) -> GenericArray<u8, U32> {
        Ristretto255::serialize_scalar(scalar.number)
    }

    fn deserialize_scalar(written: &[u8]) -> voprf::Result<Scalar> {
        Ristretto255::deserialize_scalar(written).map(Scalar::of)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};
    use voprf::{VoprfClient, VoprfServer};

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        /// With the same randomness, this suite and the crate's own give the same bytes in every step, one after the other or crossed.
        #[test]
        fn it_is_the_crates_own(seed: [u8; 32], count in 1..5_usize) {
            let rng = || ChaCha20Rng::from_seed(seed);
            let (ours, theirs) = (run::<Suite>(&mut rng(), count), run::<Ristretto255>(&mut rng(), count));
            prop_assert_eq!(ours, theirs);
        }
    }

    fn run<S>(rng: &mut ChaCha20Rng, count: usize) -> Vec<Vec<u8>>
    where
        S: CipherSuite<Hash = Sha512>,
        S::Group: Group<ElemLen = U32, ScalarLen = U32>,
    {
        let server = VoprfServer::<S>::new(rng).unwrap();
        let inputs: Vec<[u8; 1]> = (0..count).map(|number| [u8::try_from(number).unwrap()]).collect();
        let blinded: Vec<_> = inputs.iter().map(|input| VoprfClient::<S>::blind(input, rng).unwrap()).collect();
        let (states, messages): (Vec<_>, Vec<_>) = blinded.into_iter().map(|both| (both.state, both.message)).unzip();
        let prepared: Vec<_> = server.batch_blind_evaluate_prepare(messages.iter()).collect();
        let result = server.batch_blind_evaluate_finish(rng, messages.iter(), &prepared).unwrap();
        let evaluations: Vec<_> = result.messages.collect();
        let key = server.get_public_key();
        let outputs = VoprfClient::batch_finalize(&inputs, &states, &evaluations, &result.proof, key).unwrap();
        let mut bytes: Vec<Vec<u8>> = outputs.map(|output| output.unwrap().to_vec()).collect();
        bytes.push(server.serialize().to_vec());
        bytes.push(result.proof.serialize().to_vec());
        bytes.extend(states.iter().map(|state| state.serialize().to_vec()));
        bytes.extend(messages.iter().map(|message| message.serialize().to_vec()));
        bytes.extend(evaluations.iter().map(|evaluation| evaluation.serialize().to_vec()));
        bytes
    }
}
