//! What the tests of this crate share: identities, requests, errors with their causes.

use std::error::Error;

use secrecy::ExposeSecret;
use signet_api::{ClusterName, RepoPath, SealedMode, TenantName};
use signet_envelope::{Recipients, Scope, Store, parse_unfinished_as};

use zeroize::Zeroizing;

use crate::{Identity, OpenError, Random, SealError, SealPlace, SealRequest, Voucher, seal_file};

/// A value that no error and no sealed text may hold.
pub(crate) const CANARY: &str = "canary-7f3a-hunter2";

/// An identity that is made of one byte.
pub(crate) fn identity(byte: u8) -> Identity {
    Identity::generate(&mut |bytes: &mut [u8]| bytes.fill(byte)).0
}

/// A post-quantum identity that is made of one byte.
pub(crate) fn post_quantum(byte: u8) -> Identity {
    Identity::generate_post_quantum(&mut |bytes: &mut [u8]| bytes.fill(byte)).0
}

/// A source of bytes that never repeats itself, so that each initialisation vector is another.
pub(crate) fn counting() -> impl FnMut(&mut [u8]) {
    let mut next = 0_u64;
    move |bytes| {
        for byte in bytes {
            next = next
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            *byte = next.to_be_bytes()[0];
        }
    }
}

/// As [`counting`], but none of the bytes that it begins with.
pub(crate) fn later() -> impl FnMut(&mut [u8]) {
    let mut rng = counting();
    rng(&mut [0; 4099]);
    rng
}

/// Where the tests' files stand, and who may open them.
pub(crate) struct Place {
    pub(crate) path: RepoPath,
    pub(crate) tenant: TenantName,
    pub(crate) clusters: Vec<ClusterName>,
    pub(crate) recipients: Recipients,
    pub(crate) identities: Vec<Identity>,
}

impl Place {
    /// `tenants/team-a/prod/db.yaml` of team-a on prod, for the identities 1 and 2.
    pub(crate) fn team_a() -> Self {
        let identities = vec![identity(1), identity(2)];
        let required = identities
            .iter()
            .map(|identity| identity.recipient().to_owned())
            .collect();
        Self {
            path: "tenants/team-a/prod/db.yaml".parse().unwrap(),
            tenant: "team-a".parse().unwrap(),
            clusters: vec!["prod".parse().unwrap()],
            recipients: Recipients {
                required,
                transitional: [].into(),
            },
            identities,
        }
    }

    pub(crate) fn request(&self) -> SealRequest<'_> {
        SealRequest {
            path: &self.path,
            store: Store::of(&self.path),
            place: Some(SealPlace {
                repository: "6f1c0d",
                tenant: &self.tenant,
                clusters: &self.clusters,
                takes_incoming: false,
            }),
            in_fleet: true,
            recipients: &self.recipients,
            key_groups: None,
            rule: None,
            mac_only_encrypted: false,
            identities: &self.identities,
            vouched_by: Voucher::Nobody,
            now: "2026-01-02T03:04:05Z".parse().unwrap(),
        }
    }

    /// The request of somebody who agreed to take in a file that no seal shows to be of the place.
    pub(crate) fn taking_in<'a>(&'a self, earlier: &'a [String]) -> SealRequest<'a> {
        let request = self.request();
        SealRequest {
            place: request.place.map(|place| SealPlace {
                takes_incoming: true,
                ..place
            }),
            vouched_by: Voucher::Earlier(earlier),
            ..request
        }
    }

    pub(crate) fn scope(&self) -> Scope {
        Scope {
            repository: "6f1c0d".to_owned(),
            tenant: self.tenant.clone(),
            cluster: self.clusters.first().cloned(),
            path: self.path.clone(),
            recipients: self.recipients.clone(),
            mode: SealedMode::Strict,
        }
    }

    pub(crate) fn seal(&self, text: &str) -> Result<String, SealError> {
        seal_file(text, &self.request(), &mut counting())
    }

    /// Seals again what was made of an earlier version.
    pub(crate) fn seal_again(&self, text: &str, earlier: &str) -> Result<String, SealError> {
        let request = SealRequest {
            vouched_by: Voucher::Earlier(&[earlier.to_owned()]),
            ..self.request()
        };
        seal_file(text, &request, &mut counting())
    }

    pub(crate) fn open(&self, text: &str) -> Result<String, OpenError> {
        let opened = open_file(text, &self.path, &self.identities[..1], Some(&self.scope()))?;
        Ok(String::from_utf8(opened.to_vec()).unwrap())
    }
}

/// An error with all its causes.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        message = format!("{message}: {error}");
        cause = error.source();
    }
    message
}

/// A text under a new key.
pub(crate) fn rotate_file(
    text: &str,
    request: &SealRequest<'_>,
    rng: &mut dyn Random,
) -> Result<String, SealError> {
    let sealed = parse_unfinished_as(request.store, text, request.path)?;
    crate::rotate_file(&sealed, request, rng)
}

/// As the command line opens a file.
#[expect(
    clippy::disallowed_methods,
    reason = "the tests open what they have sealed"
)]
pub(crate) fn open_file(
    text: &str,
    path: &RepoPath,
    identities: &[Identity],
    scope: Option<&Scope>,
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let opened = crate::open_file(text, Store::of(path), path, identities, scope)?;
    Ok(Zeroizing::new(opened.expose_secret().to_vec()))
}
