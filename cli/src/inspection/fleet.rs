//! Files of a fleet: in their place, and for the right people.

use super::finding::Remedy;
use super::to_seal::By;
use super::{Finding, Kind, policy, sealed};
use crate::foreign;
use crate::mistyped;
use crate::output::visible::recipient;
use signet_api::{DocumentError, Fleet, Policy, RepoPath, SealedMode, is_steering, owner};
use signet_cluster::chain;
use signet_envelope::{
    Content, Enc, Recipients, Scope, ScopeError, SealScope, Sealed, check_place, check_recipients,
    head_field, normal_recipient, recipients,
};
use signet_provenance::{Certificates, check_policy, is_covered};
use signet_yaml::Position;

/// What is wrong with the fleet's own documents, of which the policy has this text and these certificates.
pub(super) fn documents(fleet: &Fleet, policy: &[u8], certificates: &Certificates) -> Vec<Finding> {
    let documents = fleet.problems.iter().map(document);
    let refused = check_policy(&fleet.policy, certificates).err();
    let refused = refused.map(|error| policy::refused(&error, &fleet.policy, policy));
    documents.chain(refused).collect()
}

/// What keeps a document from being read.
pub(super) fn document(problem: &DocumentError) -> Finding {
    let at = Position {
        line: problem.line,
        column: problem.column,
    };
    Finding::new(Kind::Document, &problem.path, at, &problem.message)
}

/// A path that nobody may change.
pub(super) fn uncovered(policy: &Policy, path: &RepoPath) -> Option<Finding> {
    (!is_covered(policy, path)).then(|| without_rule(path))
}

/// The finding about a path that nobody may change.
pub(super) fn without_rule(path: &RepoPath) -> Finding {
    let problem = "no rule of the policy names its path";
    Finding::new(Kind::Uncovered, path, None, problem)
}

/// Whether sources are read from here, so that what is no YAML stops them.
pub(super) fn is_rendered(path: &RepoPath) -> bool {
    is_steering(path) || is_of_source(path)
}

/// Whether sources are rendered from here.
pub(super) fn is_of_source(path: &RepoPath) -> bool {
    matches!(path.components().next(), Some("tenants" | "clusters"))
}

/// The finding about a link, a submodule or another repository among the files of a source.
pub(super) fn linked(path: &RepoPath) -> Finding {
    let problem = "a link or another repository stands in a folder that is rendered, which is refused as a whole";
    Finding::new(Kind::Linked, path, None, problem)
}

/// What is wrong with where a sealed file stands, and for whom it is sealed.
pub(super) fn placed(fleet: &Fleet, path: &RepoPath, file: &Sealed) -> Vec<Finding> {
    if fleet.policy.shares(path) {
        let problem = "it is sealed, but lies in a folder that all sources may read";
        return vec![Finding::new(Kind::Shared, path, None, problem)];
    }
    let demanded = match recipients(fleet, path) {
        Ok(demanded) => demanded,
        Err(error) => return vec![Finding::new(Kind::Unowned, path, None, chain(&error))],
    };
    let place = scopes(fleet, path, &demanded)
        .iter()
        .find_map(|scope| check_place(file, scope).err());
    let people = check_recipients(file, &demanded).err();
    // Another's file is nothing to seal for anybody.
    let people = people.filter(|_| !place.as_ref().is_some_and(is_of_another));
    // Of what no seal shows to be of its place, sealing and rotating ask.
    let is_shown = |claimed: &SealScope| claimed.path == path.as_str();
    let is_asked_about = !file.signet().is_some_and(is_shown);
    let has_extra =
        matches!(&people, Some(ScopeError::Recipients { extra, .. }) if !extra.is_empty());
    // Of a file that was moved, that it is for the people of its old place says the same once more.
    let claimed = file.signet().filter(|_| is_asked_about && place.is_some());
    let is_told = |people: &ScopeError| {
        claimed.is_some_and(|claimed| is_of_old_place(people, fleet, claimed))
    };
    let errors = place
        .into_iter()
        .chain(people.filter(|people| !is_told(people)));
    let mistyped = mistyped::in_fleet(fleet).into_iter().find(|(_, one)| {
        let recipient = normal_recipient(&one.recipient);
        demanded.required.contains(&recipient)
    });
    errors
        .map(|error| {
            let finding = finding(&error, path, file);
            let is_of_people = matches!(finding.kind, Kind::NoSeal | Kind::Recipients);
            let is_placed = is_of_people || finding.kind == Kind::Moved;
            if let Some((document, one)) = mistyped.as_ref().filter(|_| is_of_people) {
                let (document, one) = (document.as_str(), recipient(&one.recipient));
                finding.with_remedy(Remedy::around(
                    format!("put {one}, which is no recipient, right in {document} first; then signet seal "),
                    "",
                ))
            } else if let Some(remedy) = without_foreign(file)
                .filter(|_| !is_of_another(&error) && (is_placed || is_ambiguous(&finding)))
            {
                finding.sealed_by(By::Sops, remedy)
            } else if has_extra && is_placed {
                // Who is there too many loses it only with a new data key, and sealing makes none.
                let remedy = if is_asked_about {
                    "it asks whether the file belongs there: signet rotate FILE"
                } else {
                    "signet rotate FILE"
                };
                finding.sealed_by(By::Signet, remedy)
            } else if is_asked_about && is_placed && !is_of_another(&error) {
                finding.sealed_by(By::Signet, Kind::NoSeal.remedy())
            } else {
                finding
            }
        })
        .collect()
}

fn is_ambiguous(finding: &Finding) -> bool {
    finding.kind == Kind::TwoReadings
}

/// How the keys that only sops wraps leave a file of a fleet, which has none; nothing where there are no such.
fn without_foreign(file: &Sealed) -> Option<Remedy> {
    if !foreign::has_any(file) {
        return None;
    }
    if !foreign::has_own(file) {
        return Some("sops decrypt -i FILE && signet seal FILE".into());
    }
    let removals = foreign::removals(file);
    let take_in = if file.signet().is_none() {
        " --take-in"
    } else {
        ""
    };
    Some(Remedy::in_parts([
        format!("sops rotate -i{removals} "),
        format!(" && signet seal{take_in} "),
        String::new(),
    ]))
}

/// A file of a tenant that no source of it reads.
pub(super) fn unread(fleet: &Fleet, path: &RepoPath) -> Option<Finding> {
    let owner = owner(fleet, path).filter(|_| path.as_str().starts_with("tenants/"))?;
    let tenant = fleet.tenants.get(&owner.tenant)?;
    let mut sources = tenant.clusters.iter().flat_map(|on| &on.sources);
    if sources.any(|source| path.starts_with_dir(&source.path)) {
        return None;
    }
    let problem = format!(
        "no source of {} reads it here, so no agent applies it",
        owner.tenant
    );
    Some(Finding::new(Kind::NotRead, path, None, problem))
}

/// An object that no agent applies, since what says which one it is cannot be read before it is opened.
pub(super) fn sealed_head(path: &RepoPath, file: &Sealed) -> Option<Finding> {
    let slots = file.slots();
    let sealed = slots.iter().filter(|slot| slot.selected);
    let (at, field) = sealed.into_iter().find_map(|slot| match slot.content {
        Content::Scalar(node) if node.text().is_some_and(Enc::looks_sealed) => {
            Some((node.at, head_field(file.stream(), slot)?))
        }
        _ => None,
    })?;
    let problem =
        format!("it is an object of Kubernetes with a sealed {field}, so no agent applies it");
    Some(Finding::new(Kind::SealedHead, path, at, problem))
}

fn finding(error: &ScopeError, path: &RepoPath, file: &Sealed) -> Finding {
    let (kind, at) = match error {
        ScopeError::NoSeal { .. } => (Kind::NoSeal, sealed::place_in_block(file, &[])),
        ScopeError::Strict { source, .. } => (Kind::TwoReadings, sealed::ambiguous(source, file)),
        ScopeError::Recipients { .. } => (Kind::Recipients, sealed::place_in_block(file, &["age"])),
        ScopeError::Repository { .. } => (Kind::Moved, claim(file, "repository")),
        ScopeError::Tenant { .. } => (Kind::Moved, claim(file, "tenant")),
        ScopeError::Cluster { .. } => (Kind::Moved, claim(file, "clusters")),
        ScopeError::Path { .. } => (Kind::Moved, claim(file, "path")),
    };
    let found = Finding::new(kind, path, at, chain(error));
    if is_of_another(error) {
        found.with_remedy(
            "take FILE back to where it was, or have it written anew by somebody who may give away what it holds",
        )
    } else {
        found
    }
}

/// Whether a file has nobody too many but the people of the place that it claims.
fn is_of_old_place(error: &ScopeError, fleet: &Fleet, claimed: &SealScope) -> bool {
    let ScopeError::Recipients { extra, .. } = error else {
        return false;
    };
    let old = claimed.path.parse().ok();
    let old = old.and_then(|path| recipients(fleet, &path).ok());
    let is_there = |name: &String| {
        let mut allowed = old
            .iter()
            .flat_map(|old| old.required.union(&old.transitional));
        allowed.any(|one| one == name)
    };
    extra.iter().all(is_there)
}

/// Whether the file is another tenant's, or of another repository.
fn is_of_another(error: &ScopeError) -> bool {
    matches!(
        error,
        ScopeError::Repository { .. } | ScopeError::Tenant { .. }
    )
}

fn claim(file: &Sealed, field: &str) -> Option<Position> {
    sealed::place_in_block(file, &["signet", field])
}

/// The file as each cluster that opens it would look at it.
fn scopes(fleet: &Fleet, path: &RepoPath, demanded: &Recipients) -> Vec<Scope> {
    let Some(owner) = owner(fleet, path) else {
        return Vec::new();
    };
    let tenant = fleet.tenants.get(&owner.tenant);
    let mode = tenant.map_or(SealedMode::Strict, |tenant| tenant.sealed);
    let scope = |cluster| Scope {
        repository: fleet.policy.repository.clone(),
        tenant: owner.tenant.clone(),
        cluster: Some(cluster),
        path: path.clone(),
        recipients: demanded.clone(),
        mode,
    };
    owner.clusters.iter().cloned().map(scope).collect()
}
