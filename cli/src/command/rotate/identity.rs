//! `signet rotate identity`: a tenant's identity on a cluster gives way to a new one.

use super::commits::Commits;
use super::moves::Moves;
use super::transition::{How, Stage, Step, file, unknown};
use super::{Rotate, Rotation};
use crate::command::Answer;
use crate::documents::transition::Named;
use crate::failure::{Explain, Result, failed, refused};
use crate::files::Changes;
use crate::identities::{Found, Lock};
use crate::new_identity::NewIdentity;
use crate::opening;
use crate::output::Output;
use crate::sealing::Sealing;
use crate::session::Session;
use crate::surroundings::Surroundings;
use secrecy::{ExposeSecret, SecretString};
use signet_api::{
    ClusterName, Identity as Document, RepoPath, TenantName, TransitionalIdentity, owner,
    tenant_identity_path, tenant_path,
};
use signet_envelope::{Sealed, normal_recipient};
use signet_seal::Identity;
use std::fs;

/// Give a tenant a new identity on a cluster, in two commits
#[derive(clap::Args)]
#[command(
    after_help = "The first run makes the new identity, puts the tenant's files there under new data keys for it, and lists what the old \
    one could read. From then on the agent opens with either, so that nothing fails that a branch brings that was there before, or that others \
    have to sign. The second takes the old one away, with what such branches brought. Each writes to the work tree, all files \
    or none, and leaves signing and committing to you; what is next follows from the documents, so it may be run at any time.\n\
    It needs what opens the tenant's identity: the cluster's, or the recovery key. It asks before it rotates; without a terminal it takes --yes.\n\n\
    Example:\n  signet rotate identity team-a --cluster prod -i recovery.key\n  \
    git add signet tenants && git commit -S -m 'Rotate the identity of team-a on prod' && git push\n  \
    signet rotate identity team-a --cluster prod -i recovery.key"
)]
pub(super) struct RotateIdentity {
    #[command(flatten)]
    subject: Subject,
    #[command(flatten)]
    how: How,
}

/// What is rotated.
#[derive(clap::Args)]
struct Subject {
    /// The tenant
    #[arg(value_name = "TENANT")]
    tenant: TenantName,
    /// The cluster on which it gets a new identity
    #[arg(long, value_name = "NAME")]
    cluster: ClusterName,
}

impl RotateIdentity {
    /// Does what is next.
    pub(super) fn run(self, session: &Session) -> Result<Answer> {
        self.subject.rotate(&self.how.rotate(), &session.out)
    }
}

impl Subject {
    fn rotate(&self, asked: &Rotate, out: &Output) -> Result<Answer> {
        let around = asked.surroundings(out)?;
        let stage = self.stage(&around)?;
        let new = stage.agree_to_new(&self.what(), asked)?;
        let is_own = |path: &RepoPath| self.owns(path, &around);
        let (all, left) = asked.own(&around, stage.step == Step::End, is_own, out)?;
        let commits = Commits::of(&around)?;
        let next = || self.tell(&stage, &commits, out);
        let is_done = all.iter().all(|file| file.people.is_disjoint(&stage.gone));
        let sealed = &file(&all, &tenant_identity_path(&self.cluster, &self.tenant))?.sealed;
        let mut found = asked.identity.find_for(&[Lock::of(sealed)])?;
        let document = opened(sealed, &stage.named, &found, out)?;
        if stage.step == Step::Commit && is_done {
            next()?;
            return Ok(Answer::Done);
        }
        found.identities.extend(halves(&document)?);
        let mut documents = around.changes();
        let around = match after(
            stage.step,
            document,
            &normal_recipient(&stage.named.recipient),
        ) {
            Some(document) => {
                found.identities.extend(halves(&document)?);
                self.change(&mut documents, around, sealed, &document, asked, out)?
            }
            None => around.with(&documents, new, out)?,
        };
        let rotation = Rotation {
            asked,
            all: &all,
            moves: Moves {
                gone: stage.gone.clone(),
                come: [].into(),
            },
            around: &around,
            found,
            is_whole: stage.step == Step::End,
            out,
        };
        let left = rotation.run(left, documents)?;
        if !asked.dry_run {
            next()?;
        }
        left.answer(|failure| rotation.found.explain(failure))
    }

    fn stage(&self, around: &Surroundings) -> Result<Stage<Named>> {
        let (believed, proposed) = around.fleets()?;
        let named = |fleet| {
            let named = Named::of_tenant(fleet, &self.tenant, &self.cluster);
            named.ok_or_else(|| unknown(&format!("a tenant {} on {}", self.tenant, self.cluster)))
        };
        Stage::of(&named(believed)?, named(proposed)?)
    }

    /// Whether a file is the tenant's on the cluster.
    fn owns(&self, path: &RepoPath, around: &Surroundings) -> bool {
        let fleets = around.fleets().ok();
        let owner = fleets.and_then(|(_, fleet)| owner(fleet, path));
        owner.is_some_and(|owner| {
            owner.tenant == self.tenant && owner.clusters.contains(&self.cluster)
        })
    }

    /// Changes both documents, and returns the surroundings in which they are changed.
    fn change(
        &self,
        changes: &mut Changes,
        around: Surroundings,
        before: &Sealed,
        document: &Document,
        asked: &Rotate,
        out: &Output,
    ) -> Result<Surroundings> {
        let others = document.transitional.iter();
        let named = Named {
            recipient: document.recipient.clone(),
            transitional: others.map(|other| other.recipient.clone()).collect(),
        };
        let path = tenant_path(&self.tenant);
        let text = fs::read_to_string(around.root().join(path.as_str()));
        let text = text.with_context(|| format!("read {path}"))?;
        let new = named.in_tenant(&text, &path, &self.cluster)?;
        changes.replace(path, text, new);
        let around = around.with(changes, vec![named.recipient], out)?;
        let (path, sealer) = (before.path(), around.sealer(asked.consent)?);
        let recipients = sealer.recipients(path)?;
        let text = sealer.seal(path, &recipients, document.to_yaml(), Sealing::default());
        let text = text.with_context(|| format!("seal the identity {path}"))?;
        changes.replace(path.clone(), before.text().to_owned(), text);
        Ok(around)
    }

    fn what(&self) -> String {
        format!("identity of {} on {}", self.tenant, self.cluster)
    }

    fn tell(&self, stage: &Stage<Named>, commits: &Commits, out: &Output) -> Result<()> {
        let Self { tenant, cluster } = self;
        let then = format!(
            "once branches that were there before it are in, `signet rotate identity {tenant} --cluster {cluster}` again takes the \
             old identity away; until then the agent opens with either"
        );
        stage.tell(commits, &self.what(), &then, out)
    }
}

/// What the sealed document is to hold after a step; nothing where it stays.
///
/// The old identity is called by its own recipient: what a document says of it in the clear may be somebody else's.
fn after(step: Step, document: Document, old: &str) -> Option<Document> {
    match step {
        Step::Begin => Some(Document {
            transitional: vec![TransitionalIdentity {
                recipient: old.to_owned(),
                identity: document.identity,
            }],
            ..NewIdentity::generate(&document.name).in_document()
        }),
        Step::Commit => None,
        Step::End => Some(Document {
            transitional: Vec::new(),
            ..document
        }),
    }
}

/// The document of an identity, which has to be the one that the fleet's documents name.
#[expect(
    clippy::disallowed_methods,
    reason = "the identity is in the text, and gives way to another one"
)]
fn opened(sealed: &Sealed, named: &Named, found: &Found, out: &Output) -> Result<Document> {
    let path = sealed.path();
    let text = opening::open_sealed(sealed, found, out)?;
    let text =
        str::from_utf8(text.expose_secret()).map_err(|_| failed(format!("{path} is no text")))?;
    let document = Document::parse(text, path)?;
    let expected = normal_recipient(&named.recipient);
    let all = halves(&document)?;
    match all.first().map(Identity::recipient) {
        Some(found) if found == expected => Ok(document),
        _ => Err(refused(format!(
            "{path} does not hold the identity of {expected}, which the fleet's documents name"
        ))
        .hint("restore it from the last good commit")),
    }
}

/// The identities of a document, its own first.
fn halves(document: &Document) -> Result<Vec<Identity>> {
    let others = document.transitional.iter().map(|other| &other.identity);
    let all = std::iter::once(&document.identity).chain(others);
    let all = all.map(|text| Identity::parse(&SecretString::from(text.as_str())));
    let all: std::result::Result<_, _> = all.collect();
    all.with_context(|| format!("read the identity of {}", document.name))
}
