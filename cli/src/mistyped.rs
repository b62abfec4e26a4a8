//! Recipients for whom nobody can wrap a key, and what names them.

use crate::failure::{Failure, Result};
use signet_api::{Cluster, Fleet, POLICY_PATH, RepoPath, Tenant, cluster_path, tenant_path};
use signet_envelope::{CreationRule, normal_recipient};
use signet_seal::{RecipientError, check_recipient};
use std::collections::BTreeSet;
use std::path::Path;

/// Such a recipient.
pub(crate) struct Mistyped {
    /// The text that stands there.
    pub(crate) recipient: String,
    /// Why it is none.
    pub(crate) error: RecipientError,
}

/// Those that the documents of a fleet name, each with its document.
pub(crate) fn in_fleet(fleet: &Fleet) -> Vec<(RepoPath, Mistyped)> {
    let mut named = Vec::new();
    let policy: RepoPath = POLICY_PATH.parse().expect("a valid path");
    let recovery = &fleet.policy.recovery;
    let recovery = recovery.recipients.iter().chain(&recovery.transitional);
    named.extend(recovery.map(|one| (policy.clone(), one)));
    for cluster in fleet.clusters.values() {
        let path = cluster_path(&cluster.name);
        named.extend(of_cluster(cluster).map(|one| (path.clone(), one)));
    }
    for tenant in fleet.tenants.values() {
        let path = tenant_path(&tenant.name);
        named.extend(of_tenant(tenant).map(|one| (path.clone(), one)));
    }
    let found = named.into_iter();
    found
        .filter_map(|(path, recipient)| Some((path, checked(recipient)?)))
        .collect()
}

/// Those that a creation rule names. One of a plugin is one, for sops.
pub(crate) fn in_rule(rule: &CreationRule) -> impl Iterator<Item = Mistyped> {
    let named = rule.age_recipients().into_iter();
    let found = named.filter_map(|recipient| checked(&recipient));
    found.filter(|one| !matches!(one.error, RecipientError::Plugin { .. }))
}

/// Refuses a path whose documents name somebody for whom nobody can wrap a key.
///
/// # Errors
/// A failure that names the document.
pub(crate) fn refuse_in_fleet(fleet: &Fleet, demanded: &BTreeSet<String>) -> Result<()> {
    let found = in_fleet(fleet).into_iter();
    let mut found = found.filter(|(_, one)| demanded.contains(&normal_recipient(&one.recipient)));
    found.next().map_or(Ok(()), |(document, one)| {
        let failure =
            Failure::from(one.error).context(format!("read the recipients in {document}"));
        Err(failure.hint(format!("correct {document} first")))
    })
}

/// Refuses a creation rule that names somebody for whom nobody can wrap a key.
///
/// # Errors
/// A failure that names the file and the rule.
pub(crate) fn refuse_in_rule(config: &Path, rule: &CreationRule) -> Result<()> {
    in_rule(rule).next().map_or(Ok(()), |one| {
        let (config, at) = (config.display(), rule.at);
        let doing = format!("follow the creation rule in {config}, {at}");
        Err(Failure::from(one.error)
            .context(doing)
            .hint("correct it there first"))
    })
}

fn of_cluster(cluster: &Cluster) -> impl Iterator<Item = &String> {
    std::iter::once(&cluster.recipient).chain(&cluster.transitional)
}

fn of_tenant(tenant: &Tenant) -> impl Iterator<Item = &String> {
    let clusters = tenant.clusters.iter();
    let clusters = clusters.flat_map(|on| std::iter::once(&on.recipient).chain(&on.transitional));
    tenant.editors.iter().chain(clusters)
}

fn checked(recipient: &str) -> Option<Mistyped> {
    let error = check_recipient(recipient).err()?;
    Some(Mistyped {
        recipient: recipient.to_owned(),
        error,
    })
}
