//! The remote's private certificate authority.

use std::sync::Arc;

use anyhow::{Context, Result};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// An authority made for one remote, and the certificate that it gave out.
pub(super) struct Authority {
    /// All three in PEM.
    ca: String,
    certificate: String,
    key: String,
}

impl Authority {
    /// A fresh authority that vouches for this machine's loopback address.
    pub(super) fn generate() -> Result<Self> {
        let ca_key = KeyPair::generate().context("generating the authority's key")?;
        let mut ca = CertificateParams::new(Vec::new())?;
        ca.distinguished_name
            .push(DnType::CommonName, "throw-away authority of a Git remote");
        ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        ca.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let ca_pem = ca.self_signed(&ca_key)?.pem();

        let key = KeyPair::generate().context("generating the server's key")?;
        let names = ["127.0.0.1", "localhost"].map(String::from);
        let issuer = Issuer::new(ca, &ca_key);
        let certificate = CertificateParams::new(names)?.signed_by(&key, &issuer)?;
        Ok(Self {
            ca: ca_pem,
            certificate: certificate.pem(),
            key: key.serialize_pem(),
        })
    }

    pub(super) fn ca_pem(&self) -> &str {
        &self.ca
    }

    /// What a server needs to present the certificate.
    pub(super) fn server_config(&self) -> Result<Arc<ServerConfig>> {
        let certificate = CertificateDer::from_pem_slice(self.certificate.as_bytes())?;
        let key = PrivateKeyDer::from_pem_slice(self.key.as_bytes())?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}
