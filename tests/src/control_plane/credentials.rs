//! Keys, certificates and the administrator's token of one control plane.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use data_encoding::{BASE64, HEXLOWER};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use sha2::{Digest, Sha256};

use super::components::{Folder, Ports};

/// How long a probe of readiness may take.
const PROBE: Duration = Duration::from_secs(2);

/// Writes a CA, the API server's certificate, the key that signs ServiceAccount
/// tokens, and a token and kubeconfig for a member of `system:masters`.
pub(super) fn write(folder: &Folder, ports: &Ports) -> Result<()> {
    let ca_key = KeyPair::generate()?;
    let mut ca = CertificateParams::new(Vec::new())?;
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca_pem = ca.self_signed(&ca_key)?.pem();
    let issuer = Issuer::new(ca, &ca_key);

    let server_key = KeyPair::generate()?;
    let server = CertificateParams::new(
        ["127.0.0.1", "localhost", "kubernetes.default.svc"].map(String::from),
    )?;
    let server_pem = server.signed_by(&server_key, &issuer)?.pem();

    let accounts_key = KeyPair::generate()?;
    // Unguessable is all a token must be: the hash of a fresh private key is.
    let token = HEXLOWER.encode(&Sha256::digest(ca_key.serialize_der()));

    save(folder, "ca.crt", &ca_pem)?;
    save(folder, "api-server.crt", &server_pem)?;
    save(folder, "api-server.key", &server_key.serialize_pem())?;
    save(
        folder,
        "service-accounts.key",
        &accounts_key.serialize_pem(),
    )?;
    save(
        folder,
        "service-accounts.pub",
        &accounts_key.public_key_pem(),
    )?;
    save(
        folder,
        "tokens.csv",
        &format!("{token},admin,admin,system:masters\n"),
    )?;
    save(
        folder,
        "admin.kubeconfig",
        &kubeconfig(&ports.url(), &ca_pem, &token),
    )
}

/// Tells whether the API server says that it is ready.
pub(super) fn is_ready(folder: &Folder, ports: &Ports) -> bool {
    probe(folder, ports).is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
}

fn probe(folder: &Folder, ports: &Ports) -> Result<String> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(folder.file("ca.crt"))?)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connection = ClientConnection::new(Arc::new(config), ServerName::try_from("127.0.0.1")?)?;
    let socket = TcpStream::connect_timeout(&ports.api_server.address(), PROBE)?;
    socket.set_read_timeout(Some(PROBE))?;
    let mut stream = StreamOwned::new(connection, socket);
    stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")?;
    let mut answer = [0; 12];
    stream.read_exact(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn kubeconfig(url: &str, ca_pem: &str, token: &str) -> String {
    let ca = BASE64.encode(ca_pem.as_bytes());
    format!(
        "apiVersion: v1
kind: Config
clusters:
- name: signet-test
  cluster: {{server: \"{url}\", certificate-authority-data: {ca}}}
users:
- name: admin
  user: {{token: \"{token}\"}}
contexts:
- name: signet-test
  context: {{cluster: signet-test, user: admin}}
current-context: signet-test
"
    )
}

fn save(folder: &Folder, name: &str, text: &str) -> Result<()> {
    let path = folder.file(name);
    fs::write(&path, text).with_context(|| format!("writing {}", path.display()))
}
