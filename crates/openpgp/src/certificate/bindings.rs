//! What the key itself signed: its names, its properties, its subkeys, its end (RFC 9580 sections 5.2.1 and 10.1).
//!
//! Verified once, without the time; asked again and again with it. Of several valid signatures the newest that is not
//! in the future decides (RFC 9580 section 5.2.3.10), so that an old copy of a key cannot overrule a newer one.
//! Revocations hold whatever date they bear: whoever revokes a key does not want mail for it.

use pgp::composed::{SignedPublicKey, SignedPublicSubKey};
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{KeyFlags, Signature, SignatureType, SubpacketData};
use pgp::types::{KeyDetails as _, KeyVersion, SignedUser, Tag};

use super::KeyError;

/// The most signatures that are verified for one key. Keys in use have a few dozen of their own.
const MOST_SIGNATURES: usize = 512;

/// The valid signatures of a key on itself.
#[derive(Clone, Debug)]
pub(super) struct Bindings {
    created: i64,
    version: KeyVersion,
    revoked: bool,
    direct: Vec<SelfSignature>,
    /// By user id: its place in the key, and its signatures. Revoked ones are not here.
    users: Vec<(usize, Vec<SelfSignature>)>,
    /// By subkey: its place in the key, when it was made, and its signatures. Revoked ones are not here.
    subkeys: Vec<(usize, i64, Vec<SelfSignature>)>,
}

/// A signature of the key on itself that was verified, reduced to what is asked of it.
#[derive(Clone, Debug)]
struct SelfSignature {
    /// Its place among the signatures of what it signs.
    index: usize,
    made: i64,
    ends: Option<i64>,
    lifetime: Option<i64>,
    flags: Option<KeyFlags>,
    seipd_v2: bool,
    primary: bool,
}

/// A subkey that its key says is for encryption, and is not over.
pub(super) struct Subkey {
    pub(super) index: usize,
    pub(super) expiry: Option<i64>,
}

impl Bindings {
    /// Verifies them all, up to a budget.
    pub(super) fn verify(key: &SignedPublicKey) -> Result<Bindings, KeyError> {
        let mut budget = MOST_SIGNATURES;
        let primary = &key.primary_key;
        let mut spend = |signature: &Signature| -> Result<bool, KeyError> {
            if !is_own(signature, key) || !is_sound(signature) {
                return Ok(false);
            }
            budget = budget.checked_sub(1).ok_or(KeyError::TooManySignatures)?;
            Ok(true)
        };

        let mut revoked = false;
        for signature in &key.details.revocation_signatures {
            revoked |= spend(signature)? && signature.verify_key(primary).is_ok();
        }
        let mut direct = Vec::new();
        for (index, signature) in key.details.direct_signatures.iter().enumerate() {
            if signature.typ() == Some(SignatureType::Key) && spend(signature)? && signature.verify_key(primary).is_ok()
            {
                direct.extend(SelfSignature::read(index, signature));
            }
        }
        let mut users = Vec::new();
        for (place, user) in key.details.users.iter().enumerate() {
            let mut valid = Vec::new();
            let mut gone: Option<i64> = None;
            for (index, signature) in user.signatures.iter().enumerate() {
                if !spend(signature)? || signature.verify_certification(primary, Tag::UserId, &user.id).is_err() {
                    continue;
                }
                let Some(read) = SelfSignature::read(index, signature) else { continue };
                if signature.typ() == Some(SignatureType::CertRevocation) {
                    gone = gone.max(Some(read.made));
                } else {
                    valid.push(read);
                }
            }
            // A name may be taken up again: unlike a key, it does not become unsafe by having been revoked.
            valid.retain(|signature| gone.is_none_or(|gone| signature.made > gone));
            if !valid.is_empty() {
                users.push((place, valid));
            }
        }
        let mut subkeys = Vec::new();
        for (place, subkey) in key.public_subkeys.iter().enumerate() {
            let mut valid = Vec::new();
            let mut gone = false;
            for (index, signature) in subkey.signatures.iter().enumerate() {
                if !spend(signature)? || signature.verify_subkey_binding(primary, &subkey.key).is_err() {
                    continue;
                }
                if signature.typ() == Some(SignatureType::SubkeyRevocation) {
                    gone = true;
                } else {
                    valid.extend(SelfSignature::read(index, signature));
                }
            }
            if !gone && !valid.is_empty() {
                subkeys.push((place, i64::from(subkey.created_at().as_secs()), valid));
            }
        }
        let created = i64::from(key.created_at().as_secs());
        Ok(Bindings { created, version: key.version(), revoked, direct, users, subkeys })
    }

    pub(super) fn are_any(&self) -> bool {
        self.revoked || !self.direct.is_empty() || !self.users.is_empty()
    }

    pub(super) fn is_revoked(&self) -> bool {
        self.revoked
    }

    /// The user ids that the key signed and did not revoke, by their place.
    pub(super) fn users(&self) -> impl Iterator<Item = usize> {
        self.users.iter().map(|(place, _)| *place)
    }

    /// When the key ends, as its newest signatures say. Where a name and the key itself say different things, the
    /// earlier end holds.
    pub(super) fn expiry(&self, now: i64) -> Option<i64> {
        let lifetimes = [self.newest_certification(now), newest(&self.direct, now)];
        lifetimes.into_iter().flatten().filter_map(|signature| signature.lifetime).min().map(|life| self.created + life)
    }

    /// Whether the primary key itself is marked for encryption.
    pub(super) fn primary_encrypts(&self, now: i64) -> bool {
        self.main(now).and_then(|signature| signature.flags.as_ref()).is_some_and(encrypts)
    }

    /// Whether its owner's software reads SEIPD version 2 (RFC 9580 section 5.2.3.32).
    pub(super) fn takes_seipd_v2(&self, now: i64) -> bool {
        self.main(now).is_some_and(|signature| signature.seipd_v2)
    }

    /// The subkeys for encryption that are not over.
    pub(super) fn subkeys(&self, now: i64) -> impl Iterator<Item = Subkey> {
        self.subkeys.iter().filter_map(move |(index, created, signatures)| {
            let binding = newest(signatures, now)?;
            let expiry = binding.lifetime.map(|life| created + life);
            // Without flags, a key that can only encrypt was meant to (RFC 9580 section 5.2.3.29 came after them).
            let marked = binding.flags.as_ref().is_none_or(encrypts);
            (marked && expiry.is_none_or(|expiry| expiry > now)).then_some(Subkey { index: *index, expiry })
        })
    }

    /// One user id with the signature that counts now.
    pub(super) fn certification(&self, key: &SignedPublicKey, place: usize, now: i64) -> Option<SignedUser> {
        let (_, signatures) = self.users.iter().find(|(known, _)| *known == place)?;
        let user = key.details.users.get(place)?;
        let signature = user.signatures.get(newest(signatures, now)?.index)?;
        Some(SignedUser::new(user.id.clone(), vec![signature.clone()]))
    }

    /// The direct key signature that counts now.
    pub(super) fn direct(&self, key: &SignedPublicKey, now: i64) -> Option<Signature> {
        key.details.direct_signatures.get(newest(&self.direct, now)?.index).cloned()
    }

    /// One subkey with the signature that counts now.
    pub(super) fn binding(&self, key: &SignedPublicKey, place: usize, now: i64) -> Option<SignedPublicSubKey> {
        let (_, _, signatures) = self.subkeys.iter().find(|(known, _, _)| *known == place)?;
        let subkey = key.public_subkeys.get(place)?;
        let signature = subkey.signatures.get(newest(signatures, now)?.index)?;
        Some(SignedPublicSubKey::new(subkey.key.clone(), vec![signature.clone()]))
    }

    /// The signature that says what the key is for: up to version 5 it stands on a name, then on the key itself.
    fn main(&self, now: i64) -> Option<&SelfSignature> {
        let direct = newest(&self.direct, now);
        match self.version {
            KeyVersion::V6 => direct,
            _ => self.newest_certification(now).or(direct),
        }
    }

    fn newest_certification(&self, now: i64) -> Option<&SelfSignature> {
        let of_users = self.users.iter().filter_map(|(_, signatures)| newest(signatures, now));
        of_users.reduce(|best, other| if other.rank() > best.rank() { other } else { best })
    }
}

impl SelfSignature {
    fn read(index: usize, signature: &Signature) -> Option<SelfSignature> {
        let made = i64::from(signature.created()?.as_secs());
        let seconds = |duration: Option<pgp::types::Duration>| {
            duration.map(|duration| i64::from(duration.as_secs())).filter(|seconds| *seconds != 0)
        };
        let flags = signature.config()?.hashed_subpackets().find_map(|subpacket| match &subpacket.data {
            SubpacketData::KeyFlags(flags) => Some(flags.clone()),
            _ => None,
        });
        Some(SelfSignature {
            index,
            made,
            ends: seconds(signature.signature_expiration_time()).map(|life| made + life),
            lifetime: seconds(signature.key_expiration_time()),
            flags,
            seipd_v2: signature.features().is_some_and(|features| features.seipd_v2()),
            primary: signature.is_primary(),
        })
    }

    /// Newer counts more; of one second, the primary name, then the one that ends the key sooner.
    fn rank(&self) -> (i64, bool, std::cmp::Reverse<i64>) {
        (self.made, self.primary, std::cmp::Reverse(self.lifetime.unwrap_or(i64::MAX)))
    }
}

fn newest(signatures: &[SelfSignature], now: i64) -> Option<&SelfSignature> {
    let live = signatures.iter().filter(|one| one.made <= now && one.ends.is_none_or(|ends| ends > now));
    live.max_by_key(|signature| signature.rank())
}

fn encrypts(flags: &KeyFlags) -> bool {
    flags.encrypt_comms() || flags.encrypt_storage()
}

/// Whether it claims to be made by the key itself. The signatures of others are many, and say nothing here.
fn is_own(signature: &Signature, key: &SignedPublicKey) -> bool {
    let (ids, prints) = (signature.issuer_key_id(), signature.issuer_fingerprint());
    let own_id = key.legacy_key_id();
    let own_print = key.fingerprint();
    (ids.is_empty() && prints.is_empty()) || ids.contains(&&own_id) || prints.contains(&&own_print)
}

/// MD5 and RIPEMD-160 prove nothing. SHA-1 is still on many old keys: rPGP refuses it where a collision was built in.
fn is_sound(signature: &Signature) -> bool {
    !matches!(signature.hash_alg(), None | Some(HashAlgorithm::Md5 | HashAlgorithm::Ripemd160))
}
