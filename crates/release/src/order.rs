//! Orders: what a desk without a network tells its front to do, signed and in one row.
//!
//! An order names the digest of what is to be done, and of the order before it. So a front does each once, in its place: neither an
//! older one again (which would let somebody back in who was revoked) nor one whose forerunner is missing.

use serde::{Deserialize, Serialize};

use crate::{
    Digest, HubId, Number, Time, Words,
    line::{LineError, read, write},
    signing::{NotSigned, PublicKey, Signature, SigningKey},
};

const FORMAT: &str = "order/1";

/// Why a text is no order that may be done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OrderError {
    /// Not such a text in its one spelling.
    #[error("not an order: {0}")]
    Line(#[from] LineError),
    /// Another hub's.
    #[error("the order is another hub's")]
    OtherHub,
    /// Signed by another key, or changed.
    #[error("the order: {0}")]
    NotSigned(#[from] NotSigned),
    /// One is left out, or it is an older one.
    #[error("order {found} came where {due} is due")]
    NotNext {
        /// The number that is due; nothing after the last there can be.
        due: u64,
        /// The number that came.
        found: u64,
    },
    /// It follows another order than the one that was done before it.
    #[error("order {0} does not follow the one before it")]
    OtherBefore(Number),
}

impl OrderError {
    /// What a person reads, and what to do next.
    #[must_use]
    pub fn words(&self) -> Words {
        match self {
            Self::Line(_) => Words::new(
                "Ce n'est pas un ordre d'un bureau. Remettez-le sur la clé depuis le bureau.",
                "This is not an order of a desk. Put it on the stick again at the desk.",
            ),
            Self::OtherHub => Words::new(
                "Cet ordre est celui d'une autre agence. Vérifiez la clé USB.",
                "This order is another agency's. Check the stick.",
            ),
            Self::NotSigned(_) => Words::new(
                "Cet ordre n'est pas signé par le bureau, ou il a été modifié.",
                "This order is not signed by the desk, or it was changed.",
            ),
            Self::NotNext { due, found } => Words::new(
                format!("L'ordre {due} est attendu, et la clé porte l'ordre {found}."),
                format!("Order {due} is due, and the stick has order {found}."),
            ),
            Self::OtherBefore(number) => Words::new(
                format!("L'ordre {number} ne suit pas celui qui le précède."),
                format!("Order {number} does not follow the one before it."),
            ),
        }
    }
}

/// What an order says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    vauban: String,
    /// Whose front is meant.
    pub hub: HubId,
    /// Its place, from 1.
    pub number: Number,
    /// The digest of the order before; none before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Digest>,
    /// The digest of what is to be done.
    pub acts: Digest,
    /// How long that is, in bytes.
    pub length: u64,
    /// When it was given.
    pub time: Time,
}

/// An order and the desk's signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedOrder {
    order: Order,
    line: String,
    signature: Signature,
}

impl SignedOrder {
    /// Signs the order after another one.
    ///
    /// # Errors
    /// [`OrderError::NotNext`] after the last number there can be.
    pub fn sign(
        hub: HubId,
        before: Option<&Self>,
        acts: &[u8],
        desk: &SigningKey,
        time: Time,
    ) -> Result<Self, OrderError> {
        let number = before.map_or(Some(Number::FIRST), |before| before.order.number.next());
        let order = Order {
            vauban: FORMAT.to_owned(),
            hub,
            number: number.ok_or(OrderError::NotNext { due: 0, found: 0 })?,
            before: before.map(Self::digest),
            acts: Digest::of(acts),
            length: acts.len() as u64,
            time,
        };
        let line = write(&order)?;
        let comment = format!("order {} of hub {hub}", order.number).parse().map_err(LineError::Form)?;
        let signature = desk.sign(line.as_bytes(), comment);
        Ok(Self { order, line, signature })
    }

    /// What it says. Believe it only after [`Self::verify`].
    #[must_use]
    pub const fn order(&self) -> &Order {
        &self.order
    }

    /// What the next one names: the SHA-256 of the line.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(self.line.as_bytes())
    }

    /// The text: the line, then the four lines of its signature.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{}{}", self.line, self.signature)
    }

    /// Reads the text.
    ///
    /// # Errors
    /// [`OrderError::Line`]; the signature is checked by [`Self::verify`].
    pub fn from_text(text: &str) -> Result<Self, OrderError> {
        let (line, order, signature) = read::<Order>(text)?;
        if order.vauban != FORMAT {
            return Err(LineError::Shape.into());
        }
        Ok(Self { order, line, signature })
    }

    /// Checks that this desk gave it to the front of this hub.
    ///
    /// # Errors
    /// [`OrderError::NotSigned`] and [`OrderError::OtherHub`].
    pub fn verify(&self, desk: &PublicKey, hub: HubId) -> Result<(), OrderError> {
        // Said first, because it is what mostly happened to whoever confuses two sticks.
        if self.order.hub != hub {
            return Err(OrderError::OtherHub);
        }
        Ok(desk.verify(self.line.as_bytes(), &self.signature)?)
    }

    /// Checks that it comes right after the order that was done last.
    ///
    /// # Errors
    /// [`OrderError::NotNext`] and [`OrderError::OtherBefore`].
    pub fn follows(&self, last: Option<(Number, Digest)>) -> Result<(), OrderError> {
        let due = last.map_or(Some(Number::FIRST), |(number, _)| number.next());
        let Order { number, before, .. } = self.order;
        if due != Some(number) {
            return Err(OrderError::NotNext { due: due.map_or(0, Number::get), found: number.get() });
        }
        if before == last.map(|(_, digest)| digest) { Ok(()) } else { Err(OrderError::OtherBefore(number)) }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;
    use zeroize::Zeroizing;

    use super::*;

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_seed(&Zeroizing::new([seed; 32]), [seed; 8])
    }

    fn hub(number: u128) -> HubId {
        HubId::new(Uuid::from_u128(number))
    }

    fn after(before: Option<&SignedOrder>, acts: &[u8]) -> SignedOrder {
        SignedOrder::sign(hub(7), before, acts, &key(1), "2026-11-26T12:00:00Z".parse().unwrap()).unwrap()
    }

    fn mark(order: &SignedOrder) -> Option<(Number, Digest)> {
        Some((order.order().number, order.digest()))
    }

    #[test]
    fn orders_are_done_in_their_row_and_once() {
        let first = after(None, b"one");
        let (second, other) = (after(Some(&first), b"two"), after(Some(&first), b"else"));
        let third = after(Some(&second), b"three");
        assert_eq!(first.follows(None), Ok(()));
        assert_eq!(second.follows(mark(&first)), Ok(()));
        assert_eq!(third.follows(mark(&second)), Ok(()));
        assert_eq!(third.follows(mark(&first)), Err(OrderError::NotNext { due: 2, found: 3 }));
        assert_eq!(first.follows(mark(&second)), Err(OrderError::NotNext { due: 3, found: 1 }));
        assert_eq!(third.follows(mark(&other)), Err(OrderError::OtherBefore(third.order().number)));
        assert!(second.follows(None).is_err());
    }

    #[test]
    fn another_hub_key_or_byte_is_no_order() {
        let order = after(None, b"one");
        let read = SignedOrder::from_text(&order.to_text()).unwrap();
        assert_eq!((&read, read.verify(&key(1).public(), hub(7))), (&order, Ok(())));
        assert_eq!(read.verify(&key(1).public(), hub(8)), Err(OrderError::OtherHub));
        assert!(matches!(read.verify(&key(2).public(), hub(7)), Err(OrderError::NotSigned(_))));
        let text = order.to_text();
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            let read = String::from_utf8(bytes).ok().map(|text| SignedOrder::from_text(&text));
            let is_good = read.and_then(Result::ok).is_some_and(|read| read.verify(&key(1).public(), hub(7)).is_ok());
            assert!(!is_good, "byte {at}");
        }
    }
}
