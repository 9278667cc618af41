//! Somebody who makes security keys, and signs what they say of themselves.

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, SigningKey as _};
use vauban_softkey::{Enrolment, packed};

/// The maker, with the root that vouches for the keys.
pub(crate) struct Maker {
    issuer: Issuer<'static, KeyPair>,
    pub(crate) root: Vec<u8>,
}

impl Maker {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "Maker");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate().unwrap();
        let root = params.self_signed(&key).unwrap().der().to_vec();
        Self { issuer: Issuer::new(params, key), root }
    }

    /// What a key of this maker and model says.
    pub(crate) fn made(&self, model: [u8; 16]) -> impl FnOnce(&mut Enrolment) + use<> {
        let mut params = CertificateParams::default();
        for (kind, value) in [
            (DnType::CountryName, "FR"),
            (DnType::OrganizationName, "Maker"),
            (DnType::OrganizationalUnitName, "Authenticator Attestation"),
            (DnType::CommonName, "A batch"),
        ] {
            params.distinguished_name.push(kind, value);
        }
        params.is_ca = IsCa::ExplicitNoCa;
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap().der().to_vec();
        move |lie| {
            lie.model = model;
            lie.statement = packed(-7, move |message| key.sign(message).unwrap(), vec![certificate]);
        }
    }
}
