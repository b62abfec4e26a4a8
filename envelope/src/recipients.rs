//! For whom a file has to be sealed: a function of its path.

use std::collections::BTreeSet;

use signet_api::{
    ClusterName, Fleet, RepoPath, Tenant, cluster_identity_path, is_identity_path, owner,
};

use crate::Sealed;

/// For whom a file must be sealed, and for whom it may be during a rotation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recipients {
    /// All of these.
    pub required: BTreeSet<String>,
    /// Any of these beside.
    pub transitional: BTreeSet<String>,
}

/// A path at which no sealed file can stand: no document of the fleet says whose it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{path} belongs to no tenant or cluster that the fleet knows, so nobody can be named who may open it"
)]
pub struct RecipientsError {
    /// The file.
    pub path: RepoPath,
}

/// The recipients that a path demands.
///
/// A tenant's file: the tenant's recipient on each of its clusters, its editors, and recovery. A tenant's identity: the
/// cluster and recovery. A cluster's identity: recovery. While one of them is rotated, the documents also say whose place it
/// takes, who may be there too.
///
/// # Errors
/// [`RecipientsError`] if the path belongs to nobody that the fleet knows.
pub fn recipients(fleet: &Fleet, path: &RepoPath) -> Result<Recipients, RecipientsError> {
    demanded(fleet, path, &BTreeSet::new())
}

/// The recipients that are demanded of a file that an agent opens: those of [`recipients`], but that while an identity is
/// rotated the old one may stand in the place of the new one. Such a file is not right yet, and opens all the same: it may
/// come with a branch that was there before, or be signed by others than those who changed the documents.
///
/// # Errors
/// As [`recipients`].
pub fn recipients_in_transition(
    fleet: &Fleet,
    sealed: &Sealed,
) -> Result<Recipients, RecipientsError> {
    demanded(fleet, sealed.path(), &names_on(sealed))
}

/// For whom a file is sealed.
pub(crate) fn names_on(sealed: &Sealed) -> BTreeSet<String> {
    let keys = sealed.metadata().keys();
    keys.map(|key| normal_recipient(&key.recipient)).collect()
}

/// The recipients that a path demands of a file that is sealed for these.
fn demanded(
    fleet: &Fleet,
    path: &RepoPath,
    there: &BTreeSet<String>,
) -> Result<Recipients, RecipientsError> {
    let unknown = || RecipientsError { path: path.clone() };
    let owner = owner(fleet, path).ok_or_else(unknown)?;
    let mut recipients = Recipients::default();
    let recovery = &fleet.policy.recovery;
    recipients.require(recovery.staying());
    recipients.of_identities(recovery.successors(), &recovery.transitional, there);
    if !is_identity_path(path) {
        recipients.of_tenant(
            fleet.tenants.get(&owner.tenant).ok_or_else(unknown)?,
            &owner.clusters,
            there,
        );
        return Ok(recipients);
    }
    for cluster in owner
        .clusters
        .iter()
        .filter(|cluster| *path != cluster_identity_path(cluster))
    {
        let cluster = fleet.clusters.get(cluster).ok_or_else(unknown)?;
        let own = std::slice::from_ref(&cluster.recipient);
        recipients.of_identities(own, &cluster.transitional, there);
    }
    Ok(recipients)
}

impl From<BTreeSet<String>> for Recipients {
    /// These and nobody else.
    fn from(required: BTreeSet<String>) -> Self {
        Self {
            required,
            transitional: BTreeSet::new(),
        }
    }
}

impl Recipients {
    fn of_tenant(&mut self, tenant: &Tenant, clusters: &[ClusterName], there: &BTreeSet<String>) {
        self.require(&tenant.editors);
        for on in tenant
            .clusters
            .iter()
            .filter(|on| clusters.contains(&on.name))
        {
            let own = std::slice::from_ref(&on.recipient);
            self.of_identities(own, &on.transitional, there);
        }
    }

    /// Those that take the place of the others, in this order; of the last one it is the place of all others that are left. Where
    /// one is not there, another one may stand that it takes the place of.
    fn of_identities(&mut self, own: &[String], others: &[String], there: &BTreeSet<String>) {
        self.allow(others);
        let is_there = |one: &String| there.contains(&normal_recipient(one));
        for (number, one) in own.iter().enumerate() {
            let is_last = number + 1 == own.len();
            let mut others =
                others
                    .iter()
                    .skip(number)
                    .take(if is_last { others.len() } else { 1 });
            if !is_there(one) && others.any(is_there) {
                self.allow([one]);
            } else {
                self.require([one]);
            }
        }
    }

    fn require<'a>(&mut self, recipients: impl IntoIterator<Item = &'a String>) {
        self.required
            .extend(recipients.into_iter().map(|text| normal_recipient(text)));
    }

    fn allow<'a>(&mut self, recipients: impl IntoIterator<Item = &'a String>) {
        self.transitional
            .extend(recipients.into_iter().map(|text| normal_recipient(text)));
    }
}

/// Whether it is an age recipient of a plugin, which would be a program to run: its prefix says which.
///
/// Source: C2SP `age-plugin`; hybrid ones are age's own.
pub fn is_of_plugin(recipient: &str) -> bool {
    let is_written_so = |byte: u8| byte.is_ascii_alphanumeric() || b"+-._".contains(&byte);
    recipient.strip_prefix("age1").is_some_and(|rest| {
        rest.contains('1') && !rest.starts_with("pq1") && rest.bytes().all(is_written_so)
    })
}

/// The form in which recipients are compared: an SSH key without its comment.
pub fn normal_recipient(text: &str) -> String {
    let text = text.trim();
    if !text.starts_with("ssh-") {
        return text.to_owned();
    }
    text.split_whitespace()
        .take(2)
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests;
