//! What a person is about to approve, and what would come of it.

use super::does_not_count;
use crate::belief::{Belief, Judged};
use crate::failure::{Explain, Result, refused};
use crate::random;
use crate::repository::Repository;
use crate::signing_key::{self, SETUP};
use jiff::Timestamp;
use signet_api::RepoPath;
use signet_provenance::{
    APPROVALS, Approval, Authority, Changed, Denial, Denied, ObjectId, Proposed, Sort, Statement,
    Step, Tree, TrustRoot, key_fingerprint,
};
use std::fmt::Write;

/// What somebody is called whom the policy does not know that the commit changes.
const NEWCOMER: &str = "newcomer";

/// An approval before it is signed.
pub(super) struct Proposal {
    commit: ObjectId,
    within: Option<RepoPath>,
    changed: Changed,
    /// How many paths the commit changes in all.
    all: usize,
    /// Who approves, once that is known.
    principal: Option<String>,
    approval: Approval,
    proposed: Proposed,
}

/// The folder, or file, that holds every path for which a step lacks somebody; none for all of the tree.
pub(super) fn narrowest(step: &Step) -> Option<RepoPath> {
    if step.untold > 0 {
        return None;
    }
    let paths: Vec<&str> = step.denied.iter().map(|denied| &*denied.path).collect();
    folder_of(paths)
}

fn folder_of(mut paths: Vec<&str>) -> Option<RepoPath> {
    // What comes with a change of the policy is judged after it.
    let is_policy = |path: &&str| {
        *path == signet_api::POLICY_PATH || path.starts_with(signet_api::CERTIFICATES)
    };
    if paths.iter().any(is_policy) {
        return None;
    }
    let first = paths.pop()?;
    let mut common: Vec<&str> = first.split('/').collect();
    for path in paths {
        let same = common.iter().zip(path.split('/'));
        let same = same.take_while(|(one, other)| *one == other).count();
        common.truncate(same);
    }
    common.join("/").parse().ok()
}

impl Proposal {
    /// The approval of what a step changes, by the person whose git this is.
    ///
    /// # Errors
    /// When nothing changes there, or git has no SSH key to sign with.
    pub(super) fn new(
        repository: &Repository,
        authority: &Authority,
        step: &Step,
        root: &TrustRoot,
        within: Option<RepoPath>,
        expires: Timestamp,
    ) -> Result<Self> {
        let objects = repository.store().objects();
        let tree = |commit| Tree::unverified(objects.clone(), commit).map(|tree| tree.id());
        let (old, new) = (tree(step.against)?, tree(step.commit)?);
        let all = Changed::between(&*objects, old, new, None)?;
        let changed = match &within {
            None => all.clone(),
            Some(path) => Changed::between(&*objects, old, new, Some(path))?,
        };
        let changed = changed.ok_or_else(|| {
            let place = within.as_ref().map_or("", RepoPath::as_str);
            refused(format!(
                "nothing changes at {place} between {} and {}",
                step.against.short(),
                step.commit.short()
            ))
        })?;
        let fingerprint = fingerprint(repository)?;
        let principal = authority.principal_of(&fingerprint).map(str::to_owned);
        let who = principal.as_deref().unwrap_or(NEWCOMER);
        let reference = format!("{APPROVALS}{}", name(who, step.commit));
        let approval = Approval {
            repository: root.repository.clone(),
            reference: root.reference.clone(),
            delta: changed.delta,
            expires,
        };
        Ok(Self {
            commit: step.commit,
            within,
            all: all.map_or(0, |all| all.paths.len()),
            changed,
            principal,
            proposed: Proposed {
                reference,
                statement: Statement::Approval(approval.clone()),
                fingerprint,
            },
            approval,
        })
    }

    /// What would become of the step.
    ///
    /// # Errors
    /// When the approval would not count, with why.
    pub(super) fn rehearsed(&mut self, belief: &Belief, judged: &Judged) -> Result<Step> {
        let step = belief.rehearse(self.commit, judged, &self.proposed)?;
        let step = step.expect("the commit was a step before");
        let is_ours = |reference: &str| reference == self.proposed.reference;
        let mut approvals = step.approvals.iter();
        if let Some(one) = approvals.find(|one| is_ours(&one.tag.reference)) {
            self.principal = Some(one.signer.principal.clone());
            return Ok(step);
        }
        if self.principal.is_none() {
            let why = format!("your key {} is of no principal", self.proposed.fingerprint);
            return Err(does_not_count(&why).hint(
                "signet/policy.yaml says who has which key; user.signingkey says which is yours",
            ));
        }
        let mut discounted = step.discounted.iter();
        let why = discounted.find(|one| is_ours(&one.tag.reference));
        let refused =
            does_not_count(why.map_or("no change that it covers lacks you", |one| &one.why));
        Err(refused.hint(then(&step)))
    }

    /// What a person looks at before they sign, with what is lacking now and what would be then.
    pub(super) fn shown(&self, before: &Step, after: &Step) -> String {
        let mut text = format!("commit    {}\n", self.commit);
        if let Some(signer) = &before.signer {
            let _ = writeln!(
                text,
                "signed    by {} ({})",
                signer.principal, signer.fingerprint
            );
        }
        let (some, all) = (self.changed.paths.len(), self.all);
        let place = match &self.within {
            Some(path) => format!(", at {path}"),
            None => String::new(),
        };
        let _ = writeln!(
            text,
            "approves  {some} of {all} changed paths since {}{place}:",
            before.against.short()
        );
        for (sort, path) in &self.changed.paths {
            let _ = writeln!(text, "          {} {path}", letter(*sort));
        }
        let approvers = before
            .approvals
            .iter()
            .map(|one| one.signer.principal.as_str());
        let approvers: Vec<&str> = approvers.collect();
        if !approvers.is_empty() {
            let _ = writeln!(text, "before    by {}", approvers.join(", "));
        }
        let _ = writeln!(text, "expires   {}", self.approval.expires);
        let _ = write!(text, "then      {}", then(after));
        text
    }

    /// Who approves.
    pub(super) fn principal(&self) -> &str {
        self.principal.as_deref().unwrap_or(NEWCOMER)
    }

    /// The commit that is tagged.
    pub(super) fn commit(&self) -> ObjectId {
        self.commit
    }

    /// The full name of the tag's ref.
    pub(super) fn reference(&self) -> &str {
        &self.proposed.reference
    }

    /// The tag's message.
    pub(super) fn message(&self) -> String {
        let place = match &self.within {
            Some(path) => format!(" at {path}"),
            None => String::new(),
        };
        format!(
            "Approve what {} changes{place}\n\n{}",
            self.commit.short(),
            self.approval
        )
    }
}

/// What a step would still lack.
fn then(after: &Step) -> String {
    let lacks = |denied: &Denied| {
        let Denial::NotMet(need) = &denied.denial else {
            return None;
        };
        Some(format!("{} {need}", denied.path))
    };
    let mut lacking: Vec<String> = after.denied.iter().filter_map(lacks).collect();
    if lacking.len() > 3 {
        let more = lacking.split_off(3).len();
        lacking.push(format!("and {more} more"));
    }
    match (&after.refused, &lacking[..]) {
        (None, _) => "the commit is good".to_owned(),
        (Some(refusal), []) => format!("{refusal}"),
        (Some(_), lacking) => format!("still missing: {}", lacking.join("; ")),
    }
}

fn letter(sort: Sort) -> char {
    match sort {
        Sort::Added => 'A',
        Sort::Modified => 'M',
        Sort::Deleted => 'D',
    }
}

/// The fingerprint of the key that git signs with.
pub(super) fn fingerprint(repository: &Repository) -> Result<String> {
    let git = repository.git();
    if git.config("gpg.format")?.as_deref() != Some("ssh") {
        return Err(refused("git does not sign with an SSH key").hint(SETUP));
    }
    let key = signing_key::of(&git)?;
    let key = key.ok_or_else(|| refused("git has no user.signingkey").hint(SETUP))??;
    key_fingerprint(&key)
        .context("read the key that user.signingkey names")
        .hint(SETUP)
}

/// A name that nobody else gives: who, which commit, and some chance.
pub(super) fn name(principal: &str, commit: ObjectId) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let who: String = principal.chars().map(plain).take(40).collect();
    let chance = random::identifier();
    format!("{who}-{}-{}", commit.short(), &chance[..6])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_narrowest_folder_holds_every_path_that_lacks_somebody() {
        let narrowest = |denied: &[&str]| folder_of(denied.to_vec()).map(|path| path.to_string());
        assert_eq!(narrowest(&["a/b/c"]).as_deref(), Some("a/b/c"));
        assert_eq!(narrowest(&["a/b/c", "a/b/d"]).as_deref(), Some("a/b"));
        assert_eq!(narrowest(&["a/b/c", "a/bc"]).as_deref(), Some("a"));
        assert_eq!(narrowest(&["a/b", "c/d"]), None);
        assert_eq!(narrowest(&["signet/policy.yaml"]), None);
        assert_eq!(narrowest(&["signet/keys/ABC.asc"]), None);
    }

    #[test]
    fn a_tag_has_a_name_that_git_takes() {
        let name = name("Alice .. /~^:", ObjectId::new([0xab; 20]));
        assert!(name.starts_with("Alice--------"), "{name}");
        assert!(name.contains("-abababababab-"), "{name}");
        assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'));
    }
}
