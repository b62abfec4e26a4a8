//! How an identity gives way to another: what is next follows from the documents, wherever the last run ended.

use super::Rotate;
use super::chosen::{self, Chosen};
use crate::consent::{Consent, TakeIn};
use crate::creation::ConfigArgs;
use crate::documents::transition::Named;
use crate::failure::{Failure, Result, refused};
use crate::files;
use crate::identities::IdentityArgs;
use crate::left::{Left, Work};
use crate::output::Output;
use crate::output::listing::FormatArgs;
use crate::output::shell::word;
use crate::pin::Trust;
use crate::place::Place;
use crate::repository::folder_of_all;
use crate::store_args::StoreArgs;
use crate::surroundings::Surroundings;
use signet_api::{RepoPath, STEERING};
use std::collections::BTreeSet;
use std::path::Path;

/// What is asked of every such rotation.
#[derive(clap::Args)]
pub(super) struct How {
    /// Say what would be done, and change nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    #[command(flatten)]
    format: FormatArgs,
    #[command(flatten)]
    identity: IdentityArgs,
    #[command(flatten)]
    trust: Trust,
    #[command(flatten)]
    consent: Consent,
}

impl How {
    /// As the rotation of files that it is.
    pub(super) fn rotate(self) -> Rotate {
        let rotate = Rotate {
            what: None,
            files: Vec::new(),
            remove: Vec::new(),
            add: Vec::new(),
            dry_run: self.dry_run,
            config: ConfigArgs::default(),
            format: self.format,
            store: StoreArgs::default(),
            identity: self.identity,
            trust: self.trust,
            take_in: TakeIn::default(),
            consent: self.consent,
        };
        rotate.rehearsed()
    }
}

impl Rotate {
    /// Those of the fleet, once what an earlier run left there has come to its end.
    pub(super) fn surroundings(&self, out: &Output) -> Result<Surroundings> {
        let around = Surroundings::of(&folder_of_all(&[]), self.trust, out)?;
        if !self.dry_run {
            files::recover(around.root(), out)?;
        }
        Ok(around)
    }

    /// All sealed files of the fleet, and those of them that cannot be read.
    pub(super) fn sealed(
        &self,
        around: &Surroundings,
        out: &Output,
    ) -> Result<(Vec<Chosen>, Left)> {
        let mut left = Left::by(Work::Rotating);
        let all = chosen::sealed(&[], &self.store, around, &mut left, out)?;
        Ok((all, left))
    }
}

/// How far an identity has given way to another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// A new one takes the place of the one that is there, which opens files too from then on.
    Begin,
    /// The last step stands in the work tree alone.
    Commit,
    /// Those go that another one has taken the place of.
    End,
}

/// What is next, and for whom.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stage {
    pub(super) step: Step,
    /// What the work tree names.
    pub(super) named: Named,
    /// Those that no file is to be sealed for any more.
    pub(super) gone: BTreeSet<String>,
}

impl Stage {
    /// That of documents as the last commit that verifies has them and as the work tree does.
    pub(super) fn of(believed: &Named, proposed: Named) -> Self {
        let step = match (*believed == proposed, proposed.transitional.is_empty()) {
            (false, _) => Step::Commit,
            (true, true) => Step::Begin,
            (true, false) => Step::End,
        };
        let mut gone = &believed.all() | &proposed.all();
        if step != Step::Begin {
            gone.remove(&proposed.recipient);
        }
        Self {
            step,
            named: proposed,
            gone,
        }
    }

    /// Says how to commit what was done, and what then is next.
    pub(super) fn tell(&self, root: &Path, what: &str, then: &str, out: &Output) -> Result<()> {
        let place = Place::of(root)?;
        let all = [STEERING, "tenants", "clusters"];
        let all = all.iter().filter(|folder| root.join(folder).exists());
        let named = |folder: &&str| match place.name(folder) {
            here if here.is_empty() => ".".to_owned(),
            name => word(&name),
        };
        let all: Vec<String> = all.map(named).collect();
        let is_over = match self.step {
            Step::Begin => false,
            Step::Commit => self.named.transitional.is_empty(),
            Step::End => true,
        };
        let message = if is_over {
            "Take away the old identity of"
        } else {
            "Rotate the identity of"
        };
        out.note(format!(
            "next: git add {} && git commit -S -m '{message} {what}' && git push",
            all.join(" ")
        ));
        if !is_over {
            out.note(format!("then: {then}"));
        }
        Ok(())
    }
}

/// Why there is nothing to rotate.
pub(super) fn unknown(what: &str) -> Failure {
    refused(format!("no verified commit has {what}"))
        .hint("`signet tenant list` and `signet cluster list` show what is there; commit and sign what is new first")
}

/// The sealed file at a path.
pub(super) fn file<'a>(all: &'a [Chosen], path: &RepoPath) -> Result<&'a Chosen> {
    let file = all.iter().find(|file| file.path == *path);
    file.ok_or_else(|| refused(format!("there is no sealed file {path}")))
}

#[cfg(test)]
mod tests {
    use super::{Named, Stage, Step};

    fn named(recipient: &str, transitional: &[&str]) -> Named {
        Named {
            recipient: recipient.to_owned(),
            transitional: transitional.iter().map(|&one| one.to_owned()).collect(),
        }
    }

    #[test]
    fn what_is_next_follows_from_the_documents_alone() {
        let (old, both, new) = (named("old", &[]), named("new", &["old"]), named("new", &[]));
        for (believed, proposed, step, gone) in [
            (&old, &old, Step::Begin, "old"),
            (&old, &both, Step::Commit, "old"),
            (&both, &both, Step::End, "old"),
            (&both, &new, Step::Commit, "old"),
            (&new, &new, Step::Begin, "new"),
        ] {
            let stage = Stage::of(believed, proposed.clone());
            assert_eq!(stage.step, step, "{believed:?} {proposed:?}");
            assert_eq!(stage.gone, [gone.to_owned()].into());
        }
    }
}
