//! The rooms under test, called as the command line calls them.

use secrecy::ExposeSecret;
use signet_api::{ClusterName, RepoPath, SealedMode, TenantName};
use signet_envelope::{Recipients, Rule, Scope, Store};
use signet_seal::{Identity, KeyGroups, OpenError, SealError, SealPlace, SealRequest, Voucher};

use crate::dice::Dice;
use crate::people::{Audience, identity, recipient};

pub(crate) const REPOSITORY: &str = "6f1c0d";

/// Who seals and opens the files of a path, for an audience.
pub(crate) struct Ours {
    pub(crate) path: RepoPath,
    pub(crate) tenant: TenantName,
    pub(crate) clusters: Vec<ClusterName>,
    pub(crate) recipients: Recipients,
    pub(crate) groups: KeyGroups,
    pub(crate) identities: Vec<Identity>,
}

impl Ours {
    /// Files of team-a on prod under a name.
    pub(crate) fn new(name: &str, audience: Audience) -> Self {
        let of_group = |group: Vec<u8>| group.into_iter().map(recipient).collect();
        let groups = KeyGroups {
            groups: audience.groups().into_iter().map(of_group).collect(),
            threshold: 2,
        };
        Self {
            path: format!("tenants/team-a/prod/{name}").parse().unwrap(),
            tenant: "team-a".parse().unwrap(),
            clusters: vec!["prod".parse().unwrap()],
            recipients: Recipients {
                required: groups.recipients(),
                transitional: [].into(),
            },
            groups,
            identities: audience.openers().into_iter().map(identity).collect(),
        }
    }

    pub(crate) fn request(&self, rule: Option<Rule>) -> SealRequest<'_> {
        SealRequest {
            path: &self.path,
            store: Store::of(&self.path),
            place: Some(SealPlace {
                repository: REPOSITORY,
                tenant: &self.tenant,
                clusters: &self.clusters,
                takes_incoming: false,
            }),
            in_fleet: true,
            recipients: &self.recipients,
            key_groups: Some(&self.groups),
            rule,
            mac_only_encrypted: false,
            identities: &self.identities,
            vouched_by: Voucher::Nobody,
            now: "2026-01-02T03:04:05Z".parse().unwrap(),
        }
    }

    /// Seals with a seal.
    pub(crate) fn seal(
        &self,
        plain: &[u8],
        rule: Option<Rule>,
        mac_only_encrypted: bool,
    ) -> Result<Vec<u8>, SealError> {
        let request = SealRequest {
            mac_only_encrypted,
            ..self.request(rule)
        };
        seal(plain, &request)
    }

    /// Seals as sops does, without a seal.
    pub(crate) fn seal_plainly(
        &self,
        plain: &[u8],
        rule: Rule,
        mac_only_encrypted: bool,
    ) -> Result<Vec<u8>, SealError> {
        let request = SealRequest {
            place: None,
            mac_only_encrypted,
            ..self.request(Some(rule))
        };
        seal(plain, &request)
    }

    pub(crate) fn open(&self, sealed: &[u8], mode: SealedMode) -> Result<Vec<u8>, OpenError> {
        let scope = Scope {
            repository: REPOSITORY.to_owned(),
            tenant: self.tenant.clone(),
            cluster: self.clusters.first().cloned(),
            path: self.path.clone(),
            recipients: self.recipients.clone(),
            mode,
        };
        #[expect(
            clippy::disallowed_methods,
            reason = "the tests open what they have sealed"
        )]
        let opened = signet_seal::open_file(
            text(sealed),
            Store::of(&self.path),
            &self.path,
            &self.identities,
            Some(&scope),
        )?
        .expose_secret()
        .to_vec();
        Ok(opened)
    }
}

fn seal(plain: &[u8], request: &SealRequest<'_>) -> Result<Vec<u8>, SealError> {
    let mut dice = Dice::new(7);
    signet_seal::seal_file(plain, request, &mut |bytes: &mut [u8]| {
        dice.fill(bytes);
    })
    .map(String::into_bytes)
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// An error with all its causes.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        message = format!("{message}: {error}");
        cause = error.source();
    }
    message
}
