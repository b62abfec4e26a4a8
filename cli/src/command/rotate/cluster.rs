//! `signet rotate cluster`: a cluster's identity gives way to a new one.

use super::Rotate;
use super::chosen::Chosen;
use super::commits::Commits;
use super::transition::{How, Stage, Step, file, unknown};
use crate::command::Answer;
use crate::documents::transition::Named;
use crate::failure::{Explain, Failure, Result, usage};
use crate::files::Changes;
use crate::files::private::PrivateFile;
use crate::identities::{Found, Lock};
use crate::left::Left;
use crate::new_identity::NewIdentity;
use crate::output::Output;
use crate::output::shell::word;
use crate::sealing::Sealing;
use crate::session::Session;
use crate::surroundings::Surroundings;
use signet_api::{
    ClusterName, RepoPath, cluster_identity_path, cluster_path, is_identity_path, owner,
};
use signet_envelope::normal_recipient;
use signet_seal::{SealError, seal_file};
use std::fs;
use std::path::{Path, PathBuf};

/// Give a cluster a new identity, in two commits with its Secret in between
#[derive(clap::Args)]
#[command(
    after_help = "The first run makes the new identity and seals those of the cluster's tenants for it too. Once the agent has applied that \
    commit, `signet bootstrap` puts the new identity into the cluster, from --identity-out or by the recovery key; the agent opens with \
    either. The second run takes the old one away: the tenants' identities get new data keys, and those are listed that it could read. \
    Each writes to the work tree, all files or none, and leaves signing and committing to you; what is next follows from the documents, so it \
    may be run at any time.\n\
    It needs what opens the tenants' identities: the cluster's, or the recovery key. It asks before it rotates; without a terminal it takes --yes.\n\n\
    Example:\n  signet rotate cluster prod --identity-out prod-2.key -i recovery.key\n  \
    git add signet && git commit -S -m 'Rotate the identity of prod' && git push\n  \
    signet bootstrap --cluster prod --identity prod-2.key --repository … --agent-image …\n  \
    signet rotate cluster prod -i recovery.key"
)]
pub(super) struct RotateCluster {
    #[command(flatten)]
    subject: Subject,
    #[command(flatten)]
    how: How,
}

/// What is rotated, and where its private half goes besides.
#[derive(clap::Args)]
struct Subject {
    /// The cluster
    #[arg(value_name = "NAME")]
    cluster: ClusterName,
    /// Also write the new identity to this new file (mode 0600), for `signet bootstrap --identity`
    #[arg(long, value_name = "FILE")]
    identity_out: Option<PathBuf>,
}

impl RotateCluster {
    /// Does what is next.
    pub(super) fn run(self, session: &Session) -> Result<Answer> {
        self.subject.rotate(&self.how.rotate(), &session.out)
    }
}

impl Subject {
    fn rotate(&self, asked: &Rotate, out: &Output) -> Result<Answer> {
        let around = asked.surroundings(out)?;
        let stage = self.stage(&around)?;
        if self.identity_out.is_some() && stage.step != Step::Begin {
            return Err(usage("no new identity is made now: --identity-out has nothing to write")
                .hint("`signet open` shows what the recovery key opens, and `signet bootstrap --recovery` needs no file"));
        }
        let new = stage.agree_to_new(&self.what(), asked)?;
        let is_own = |path: &RepoPath| {
            *path == cluster_identity_path(&self.cluster) || self.has_tenants(path, &around)
        };
        let (all, left) = asked.own(&around, stage.step == Step::End, is_own, out)?;
        let commits = Commits::of(&around)?;
        let left = match stage.step {
            Step::Begin => {
                self.begin(&stage, around, &all, asked, out)?;
                left
            }
            Step::Commit => {
                let changes = around.changes();
                let around = around.with(&changes, new, out)?;
                self.join(&around, &all, changes, None, asked, out)?;
                left
            }
            Step::End => self.end(&stage, around, &all, left, asked, out)?,
        };
        if !asked.dry_run {
            self.tell(&stage, &commits, out)?;
        }
        left.answer(|failure| failure)
    }

    fn stage(&self, around: &Surroundings) -> Result<Stage<Named>> {
        let (believed, proposed) = around.fleets()?;
        let named = |fleet| {
            let named = Named::of_cluster(fleet, &self.cluster);
            named.ok_or_else(|| unknown(&format!("a cluster {}", self.cluster)))
        };
        Stage::of(&named(believed)?, named(proposed)?)
    }

    /// The new identity, and those of the tenants sealed for it too.
    fn begin(
        &self,
        stage: &Stage<Named>,
        around: Surroundings,
        all: &[Chosen],
        asked: &Rotate,
        out: &Output,
    ) -> Result<()> {
        let new = NewIdentity::generate("cluster");
        let mut changes = around.changes();
        let named = stage.named.replaced_by(new.recipient());
        self.name(&named, &mut changes, around.root())?;
        let around = around.with(&changes, vec![new.recipient().to_owned()], out)?;
        let sealer = around.sealer(asked.consent)?;
        let path = cluster_identity_path(&self.cluster);
        let before = file(all, &path)?.sealed.text().to_owned();
        let recipients = sealer.recipients(&path)?;
        let text = sealer.seal(&path, &recipients, new.document(), Sealing::default());
        let text = text.with_context(|| format!("seal the identity {path}"))?;
        changes.replace(path, before, text);
        let key = match &self.identity_out {
            Some(file) if !asked.dry_run => Some(PrivateFile::create(
                file,
                around.root(),
                &new.identity_file(),
            )?),
            _ => None,
        };
        self.join(&around, all, changes, key, asked, out)
    }

    /// Seals those identities of tenants for the cluster that are not yet, and writes all changes; a file with the cluster's new
    /// key is kept once they stand.
    fn join(
        &self,
        around: &Surroundings,
        all: &[Chosen],
        mut changes: Changes,
        key: Option<PrivateFile>,
        asked: &Rotate,
        out: &Output,
    ) -> Result<()> {
        let named = Named::of_cluster(around.fleets()?.1, &self.cluster);
        let new = named.map(|named| normal_recipient(&named.recipient));
        let joins = all.iter().filter(|file| {
            self.has_tenants(&file.path, around)
                && new.as_ref().is_some_and(|new| !file.people.contains(new))
        });
        let joins: Vec<&Chosen> = joins.collect();
        let locks: Vec<Lock> = joins.iter().map(|file| Lock::of(&file.sealed)).collect();
        let found = asked.identity.find_for(&locks)?;
        for Chosen { path, sealed, .. } in joins {
            let existing = around.existing(sealed, asked.consent)?;
            let text =
                existing.carry_out(&found.identities, asked.consent, None, |request, rng| {
                    seal_file(sealed.text(), request, rng)
                });
            let text = text.map_err(|failure| explained(failure, &found));
            let text = text.with_context(|| format!("seal {path} for the new identity"))?;
            changes.replace(path.clone(), sealed.text().to_owned(), text);
        }
        if !asked.dry_run {
            changes.apply()?;
        }
        if let Some(key) = key {
            key.keep();
        }
        changes.list(out)
    }

    /// Takes the old identity away.
    fn end(
        &self,
        stage: &Stage<Named>,
        around: Surroundings,
        all: &[Chosen],
        left: Left,
        asked: &Rotate,
        out: &Output,
    ) -> Result<Left> {
        asked.consent.to(&format!(
            "An agent that has the old identity of {0} opens nothing after this. Does the cluster have the new one, as `signet bootstrap` \
             puts it there?",
            self.cluster
        ))?;
        let mut documents = around.changes();
        self.name(&stage.named.alone(), &mut documents, around.root())?;
        let around = around.with(&documents, Vec::new(), out)?;
        asked.take_away(stage.gone.clone(), &around, all, left, documents, out)
    }

    /// Changes the cluster's document.
    fn name(&self, named: &Named, changes: &mut Changes, root: &Path) -> Result<()> {
        let path = cluster_path(&self.cluster);
        let text = fs::read_to_string(root.join(path.as_str()));
        let text = text.with_context(|| format!("read {path}"))?;
        let new = named.in_cluster(&text, &path)?;
        changes.replace(path, text, new);
        Ok(())
    }

    /// Whether a path is that of the identity of a tenant on the cluster.
    fn has_tenants(&self, path: &RepoPath, around: &Surroundings) -> bool {
        let owner = around
            .fleets()
            .ok()
            .and_then(|(_, fleet)| owner(fleet, path));
        let is_here = owner.is_some_and(|owner| owner.clusters.contains(&self.cluster));
        is_here && is_identity_path(path) && *path != cluster_identity_path(&self.cluster)
    }

    fn what(&self) -> String {
        format!("identity of {}", self.cluster)
    }

    fn tell(&self, stage: &Stage<Named>, commits: &Commits, out: &Output) -> Result<()> {
        let name = &self.cluster;
        let from = match &self.identity_out {
            Some(file) => format!("--identity {}", word(&file.to_string_lossy())),
            None => "--recovery FILE".to_owned(),
        };
        let then = format!(
            "once the agent has applied that (`signet status`), `signet bootstrap --cluster {name} {from}` with the rest as before puts the new \
             identity into the cluster, and `signet rotate cluster {name}` again takes the old one away; until then the agent opens with either"
        );
        stage.tell(commits, &self.what(), &then, out)?;
        if stage.step == Step::End {
            out.note(format!(
                "then: who had the old identity could read those of the tenants: `signet rotate identity TENANT --cluster {name}` for each"
            ));
        }
        Ok(())
    }
}

fn explained(failure: Failure, found: &Found) -> Failure {
    let error = failure.cause::<SealError>();
    if error.is_some_and(SealError::wants_identity) {
        found.explain(
            failure.hint("name the recovery key, or the cluster's identity, with --identity"),
        )
    } else {
        failure
    }
}
