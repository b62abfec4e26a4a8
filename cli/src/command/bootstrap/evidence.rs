//! Why a history is believed before a cluster is told to: a clone's pin, or the recovery key.

use super::upstream::Upstream;
use crate::belief::Belief;
use crate::failure::{Explain, Result, failed, refused};
use crate::output::Output;
use crate::pin::Trust;
use crate::recovery_key::has_made;
use crate::repository::Repository;
use crate::{clock, pin};
use secrecy::SecretString;
use signet_api::crd::VerifiedTip;
use signet_api::{ClusterName, Fleet};
use signet_git::Store;
use signet_provenance::anchor::AnchorFacts;
use signet_provenance::{ObjectId, State, Tree, TrustRoot, Verdict, verify};
use signet_seal::{Identity, open_identity};
use std::io::Read;
use std::path::Path;
use std::{fs, io};
use tempfile::TempDir;

/// A verified history and the cluster's identity.
pub(super) struct Evidence {
    pub(super) root: TrustRoot,
    pub(super) identity: SecretString,
    verdict: Verdict,
    /// The objects that were fetched, for as long as the verdict is asked.
    _store: Option<TempDir>,
}

impl Evidence {
    /// From the clone around the current folder and its pin, with the cluster's identity from a file.
    ///
    /// # Errors
    /// When the history does not verify, or the identity is not that of the cluster.
    pub(super) fn of_clone(
        out: &Output,
        cluster: &ClusterName,
        identity: &Path,
        trust: Trust,
        floor: Option<ObjectId>,
    ) -> Result<Self> {
        let repository = Repository::here(out)?;
        let head = repository.resolve("HEAD")?;
        let belief = Belief::of_at_least(repository.store(), trust, floor, head)?;
        let verdict = belief.verdict(head)?;
        let text = fs::read_to_string(identity)
            .map(SecretString::from)
            .with_context(|| format!("read the identity file {}", identity.display()))?;
        let identity = identity_of(cluster, &verdict.tree.fleet()?, &text)?;
        Ok(Self {
            root: belief.root().clone(),
            identity,
            verdict,
            _store: None,
        })
    }

    /// From the remote, with the recovery key and nothing else.
    ///
    /// # Errors
    /// When the anchor was not made under that key, the history does not verify, or the identity does not open.
    pub(super) async fn of_remote(
        out: &Output,
        upstream: &Upstream,
        cluster: &ClusterName,
        recovery: &Identity,
        floor: Option<ObjectId>,
    ) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let store = Store::create_or_open(folder.path())?;
        let fetched = upstream.fetch(&store).await?;
        let tip = fetched.tip;
        if let Some(shortfall) = fetched.shortfall {
            out.warn(format!("not all approvals are looked at: {shortfall}"));
        }
        let root = authentic_root(&Tree::unverified(store.objects(), tip)?, recovery)?;
        if root.reference != upstream.reference() {
            return Err(refused(format!(
                "the anchor is for {}, but {} was fetched",
                root.reference,
                upstream.reference()
            ))
            .hint(format!("say --ref {}", root.reference)));
        }
        let last = State {
            floor,
            ..State::default()
        };
        let approvals = store.approvals()?;
        let verdict = verify(store.objects(), tip, &approvals, &root, &last, clock::now())
            .context("verify the history")?;
        let identity = open_identity(&verdict.tree, cluster, None, recovery)
            .with_context(|| format!("open the identity of the cluster {cluster}"))?;
        let identity = identity
            .to_text()
            .ok_or_else(|| failed("the cluster's identity is no age identity"))?;
        Ok(Self {
            root,
            identity,
            verdict,
            _store: Some(folder),
        })
    }

    /// What a person has to look at before saying yes.
    pub(super) fn summary(&self) -> String {
        let Verdict {
            tree,
            signer,
            committed,
            policy,
            refused,
            ..
        } = &self.verdict;
        let mut summary = format!(
            "tip             {}\ndate            {committed}\nsigned by       {} ({})\npolicy version  {}",
            tree.commit(),
            signer.principal,
            signer.fingerprint,
            policy.version
        );
        if let Some(refusal) = refused {
            summary.push_str("\nnewer commits are refused: ");
            summary.push_str(&refusal.to_string());
        }
        summary
    }

    /// The tip, as the anchor reports it.
    pub(super) fn tip(&self) -> VerifiedTip {
        VerifiedTip {
            commit: self.verdict.tree.commit().to_string(),
            signer: self.verdict.signer.principal.clone(),
            time: self.verdict.committed,
            policy_version: self.verdict.policy.version,
        }
    }

    /// Whether the history contains this commit, verified.
    ///
    /// # Errors
    /// When it does not: the remote may be showing an older history.
    pub(super) fn contains(&self, floor: ObjectId) -> Result<()> {
        self.verdict
            .past(floor)
            .map(|_| ())
            .context("look for the commit of --at-least")
            .hint("the remote may be showing an older history than you know of")
    }
}

/// The recovery key from a file, or from stdin.
pub(super) fn recovery_key(file: &Path) -> Result<Identity> {
    let text = if file == Path::new("-") {
        let mut text = String::new();
        io::stdin()
            .lock()
            .read_to_string(&mut text)
            .context("read the recovery key from stdin")?;
        SecretString::from(text)
    } else {
        fs::read_to_string(file)
            .map(SecretString::from)
            .with_context(|| format!("read the recovery key from {}", file.display()))?
    };
    Identity::parse(&text).context("read the recovery key")
}

/// The trust root that the anchor names, if it was made under this recovery key.
fn authentic_root<M>(tree: &Tree<M>, recovery: &Identity) -> Result<TrustRoot> {
    let bytes = tree
        .read(&pin::anchor_path())
        .context("look for the anchor")?;
    let text = std::str::from_utf8(&bytes).context("read the anchor")?;
    let anchor = pin::parse(text).context("read the anchor")?;
    let root = TrustRoot::try_from(&anchor)?;
    if has_made(recovery, &anchor, &AnchorFacts::from(&root))? {
        return Ok(root);
    }
    Err(refused("the anchor was not made under this recovery key")
        .hint("either it is the key of another repository, or this repository is not the one it claims to be"))
}

/// The identity in the text that is the private half of the cluster's recipient.
fn identity_of(cluster: &ClusterName, fleet: &Fleet, text: &SecretString) -> Result<SecretString> {
    let document = fleet.clusters.get(cluster).ok_or_else(|| {
        let names: Vec<&str> = fleet.clusters.keys().map(ClusterName::as_str).collect();
        refused(format!("no verified commit has a cluster {cluster}")).hint(
            match names.as_slice() {
                [] => "commit and sign what `signet cluster add` writes first".to_owned(),
                names => format!(
                    "the clusters are: {}; a new one must be committed and signed first",
                    names.join(", ")
                ),
            },
        )
    })?;
    let identities = Identity::parse_all(text).context("read the cluster's identity")?;
    let ours = identities
        .iter()
        .find(|identity| identity.recipient() == document.recipient);
    if let Some(text) = ours.and_then(Identity::to_text) {
        return Ok(text);
    }
    let found: Vec<&str> = identities.iter().map(Identity::recipient).collect();
    Err(refused(format!(
        "the file holds the identity of {}, but the cluster {cluster} has {}",
        found.join(", "),
        document.recipient
    )))
}
