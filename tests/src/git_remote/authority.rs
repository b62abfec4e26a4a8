//! The remote's private certificate authority.

use std::sync::Arc;

use anyhow::{Context, Result};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};

/// An authority made for one remote, and the certificate that it gave out.
pub(super) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// All three in PEM.
    ca: String,
    certificate: String,
    key: String,
}

/// A certificate for a client, and its private key, in PEM.
pub struct ClientPair {
    /// `tls.crt`
    pub certificate: String,
    /// `tls.key`
    pub key: String,
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
        let issuer = Issuer::new(ca, ca_key);
        let certificate = CertificateParams::new(names)?.signed_by(&key, &issuer)?;
        Ok(Self {
            issuer,
            ca: ca_pem,
            certificate: certificate.pem(),
            key: key.serialize_pem(),
        })
    }

    pub(super) fn ca_pem(&self) -> &str {
        &self.ca
    }

    /// A certificate for a client, good until the end of this year.
    pub(super) fn client_pair(&self, last_year: i32) -> Result<ClientPair> {
        let key = KeyPair::generate().context("generating the client's key")?;
        let mut params = CertificateParams::new(Vec::new())?;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        params.not_after = date_time_ymd(last_year, 12, 31);
        let certificate = params.signed_by(&key, &self.issuer)?;
        Ok(ClientPair {
            certificate: certificate.pem(),
            key: key.serialize_pem(),
        })
    }

    /// What a server needs to present the certificate; and where it lets in only whom this authority vouches for.
    pub(super) fn server_config(&self, asks_back: bool) -> Result<Arc<ServerConfig>> {
        let certificate = CertificateDer::from_pem_slice(self.certificate.as_bytes())?;
        let key = PrivateKeyDer::from_pem_slice(self.key.as_bytes())?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()?;
        let config = if asks_back {
            let mut roots = RootCertStore::empty();
            roots.add(CertificateDer::from_pem_slice(self.ca.as_bytes())?)?;
            let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider);
            config.with_client_cert_verifier(verifier.build()?)
        } else {
            config.with_no_client_auth()
        };
        let mut config = config.with_single_cert(vec![certificate], key)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}
