//! The cluster's own certificate authority.
//!
//! Must not write files. Certificates are X.509 version 3 with key identifiers, as rustls and Go both ask for.

use std::fmt;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};

use crate::Error;

/// The names under which the API server is reached: from here, and as pods would.
const SERVER_NAMES: [&str; 4] = ["127.0.0.1", "localhost", "kubernetes.default.svc", "kubernetes.default"];

/// Signs for one cluster, and is gone with it: its key is written nowhere.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: String,
}

/// A certificate and its key, as PEM.
#[derive(Debug)]
pub(crate) struct Identity {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

/// The pair that service account tokens are signed and checked with, as PEM.
pub(super) struct KeyHalves {
    pub(super) private: String,
    pub(super) public: String,
}

impl Authority {
    pub(super) fn new() -> Result<Self, Error> {
        let subject = "throwaway-cluster-authority";
        let mut parameters = parameters(subject, None);
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.key_usages =
            vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign, KeyUsagePurpose::DigitalSignature];
        let key = KeyPair::generate().map_err(failed(subject))?;
        let certificate = parameters.self_signed(&key).map_err(failed(subject))?.pem();
        Ok(Self { issuer: Issuer::new(parameters, key), certificate })
    }

    /// The authority's own certificate, as PEM.
    pub(crate) fn certificate(&self) -> &str {
        &self.certificate
    }

    /// For a user: Kubernetes takes the common name for the user's, the organization for the group's.
    pub(crate) fn client(&self, user: &str, group: Option<&str>) -> Result<Identity, Error> {
        let mut parameters = parameters(user, group);
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.sign(user, parameters)
    }

    /// For the API server.
    pub(super) fn server(&self) -> Result<Identity, Error> {
        let subject = "kube-apiserver";
        let mut parameters = parameters(subject, None);
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let named = CertificateParams::new(SERVER_NAMES.map(str::to_owned)).map_err(failed(subject))?;
        parameters.subject_alt_names = named.subject_alt_names;
        self.sign(subject, parameters)
    }

    fn sign(&self, subject: &str, mut parameters: CertificateParams) -> Result<Identity, Error> {
        parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyEncipherment];
        parameters.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate().map_err(failed(subject))?;
        let certificate = parameters.signed_by(&key, &self.issuer).map_err(failed(subject))?;
        Ok(Identity { certificate: certificate.pem(), key: key.serialize_pem() })
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Authority").finish_non_exhaustive()
    }
}

pub(super) fn service_account_keys() -> Result<KeyHalves, Error> {
    let key = KeyPair::generate().map_err(failed("service accounts"))?;
    Ok(KeyHalves { private: key.serialize_pem(), public: key.public_key_pem() })
}

fn parameters(common_name: &str, organization: Option<&str>) -> CertificateParams {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = rcgen::DistinguishedName::new();
    parameters.distinguished_name.push(DnType::CommonName, common_name);
    if let Some(organization) = organization {
        parameters.distinguished_name.push(DnType::OrganizationName, organization);
    }
    parameters
}

fn failed(subject: &str) -> impl FnOnce(rcgen::Error) -> Error {
    let subject = subject.to_owned();
    move |source| Error::Certificate { subject, source }
}
