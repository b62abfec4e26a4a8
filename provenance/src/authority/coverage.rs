//! Which paths the rules of a policy name.

use std::collections::BTreeSet;

use signet_api::{Glob, Policy, RepoPath, TenantName};

/// Whether a rule names the path: one that no rule names can be changed by nobody.
pub fn is_covered(policy: &Policy, path: &RepoPath) -> bool {
    globs(policy).any(|glob| glob.matches(path.as_bytes()))
}

/// The files that no rule names, a folder in place of them where no rule may name anything in it.
pub fn uncovered<'a>(
    policy: &Policy,
    paths: impl IntoIterator<Item = &'a RepoPath>,
) -> BTreeSet<RepoPath> {
    let is_reached = |folder: &RepoPath| globs(policy).any(|glob| reaches(glob, folder.as_str()));
    let outermost = |path: &RepoPath| {
        let above = std::iter::successors(path.parent(), RepoPath::parent);
        let unreached = above.take_while(|folder| !is_reached(folder));
        unreached.last().unwrap_or_else(|| path.clone())
    };
    let paths = paths.into_iter();
    let uncovered = paths.filter(|path| !is_covered(policy, path));
    uncovered.map(outermost).collect()
}

/// The tenants of whose folder no rule names a part. What the platform has is the clusters'.
pub fn tenants_without_rule<'a>(
    policy: &Policy,
    tenants: impl IntoIterator<Item = &'a TenantName>,
) -> Vec<&'a TenantName> {
    let is_named = |tenant: &TenantName| {
        let folder = format!("tenants/{tenant}");
        globs(policy).any(|glob| reaches(glob, &folder))
    };
    let tenants = tenants.into_iter();
    tenants
        .filter(|tenant| !tenant.is_platform() && !is_named(tenant))
        .collect()
}

/// Whether a pattern may match something below a folder.
pub(super) fn reaches(glob: &Glob, folder: &str) -> bool {
    let mut parts = glob.as_str().split('/');
    for name in folder.split('/') {
        match parts.next() {
            Some("**") => return true,
            Some(part) if matches_name(part, name) => {}
            _ => return false,
        }
    }
    parts.next().is_some()
}

fn matches_name(part: &str, name: &str) -> bool {
    let part: Result<Glob, _> = part.parse();
    part.is_ok_and(|part| part.matches(name.as_bytes()))
}

fn globs(policy: &Policy) -> impl Iterator<Item = &Glob> {
    policy.rules.iter().flat_map(|rule| &rule.paths)
}

#[cfg(test)]
mod tests;
