//! The bare object store.

mod beside;
mod handles;
mod incoming;
mod layout;
mod packs;
mod soundness;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use gix::{Repository, ThreadSafeRepository};
use signet_provenance::{Kind, Object, ObjectId, Objects, ReadError, TagRef, Task};
use thiserror::Error;
use tokio::time::Instant;

use handles::{Handles, Lent};
use incoming::Incoming;

pub(crate) use layout::{LARGEST_READ, system_error};

/// Where a store of ours keeps the tip that was fetched last: what it has to offer when the next
/// fetch is negotiated.
const FETCHED: &str = "refs/signet/fetched";

/// How many approvals that cannot be had are remembered.
const MOST_GIVEN_UP: usize = 1000;
/// For how long they are not asked for.
const GIVEN_UP: Duration = Duration::from_hours(1);

/// A bare object store: the agent's own, or the repository that a person works in.
///
/// Cloning is cheap and shares the store. Reading is safe from many threads at once.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

struct Shared {
    /// The folder that was asked for, which errors name.
    dir: PathBuf,
    /// Whether we made the store, so may throw it away.
    is_ours: bool,
    handles: Handles,
    fetching: Mutex<()>,
    trouble: Mutex<Trouble>,
}

/// Approvals that a remote names and that could not be had of it.
#[derive(Default)]
struct Trouble {
    /// Those that bring too much by themselves, until when they are not asked for, and why.
    given_up: BTreeMap<ObjectId, (Instant, String)>,
    /// Those of the last request that did not end well.
    suspects: BTreeSet<ObjectId>,
}

/// What a ref leads to, by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// There is no such ref.
    Absent,
    /// An object.
    Object(ObjectId),
    /// Another ref, of this full name.
    Symbolic(String),
}

impl Store {
    /// The store kept in this folder; an empty one where there is none yet, or where what is there
    /// is damaged beyond opening. What an interrupted fetch left behind is cleared away. The folder
    /// is made with mode 0700.
    ///
    /// # Errors
    /// [`StoreError::Write`] where the folder cannot be written, [`StoreError::Borrows`] where the
    /// store was made to take objects or history from elsewhere.
    pub fn create_or_open(dir: &Path) -> Result<Self, StoreError> {
        layout::create_folder(dir)?;
        let git = layout::store_path(dir);
        layout::check_borrows_nothing(&git)?;
        layout::sweep(&git).map_err(|source| StoreError::write(dir, source))?;
        let repository = match layout::open(&git) {
            Ok(repository) => repository,
            Err(_damaged_or_absent) => layout::create_anew(dir)?,
        };
        Ok(Self::new(dir, true, repository))
    }

    /// The repository that this folder lies in: a clone, one of its worktrees, or a bare one.
    ///
    /// # Errors
    /// [`StoreError::NotARepository`], [`StoreError::Borrows`].
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        let repository = layout::discover(dir)?;
        layout::check_borrows_nothing(repository.to_thread_local().common_dir())?;
        Ok(Self::new(dir, false, repository))
    }

    /// The store as a source of objects.
    pub fn objects(&self) -> Arc<dyn Objects> {
        Arc::new(self.clone())
    }

    /// The store as a source of objects, and of those of a push that is not let in yet. Git keeps them in a folder of
    /// their own, which it names to the hooks that decide (git-receive-pack(1), "Quarantine environment").
    ///
    /// # Errors
    /// [`StoreError::Incoming`].
    pub fn objects_and(&self, incoming: &Path) -> Result<Arc<dyn Objects>, StoreError> {
        let read = Incoming::read(self, incoming);
        let read = read.map_err(|source| StoreError::Incoming {
            dir: incoming.to_owned(),
            source,
        })?;
        Ok(Arc::new(read))
    }

    /// What a full ref name leads to, by itself.
    ///
    /// # Errors
    /// [`StoreError::Refs`].
    pub fn target(&self, reference: &str) -> Result<Target, StoreError> {
        let repository = self.repository();
        let found = repository.try_find_reference(reference);
        let found = found.map_err(|source| self.refs_error(source))?;
        Ok(match found.as_ref().map(gix::Reference::target) {
            None => Target::Absent,
            Some(gix::refs::TargetRef::Object(id)) => Target::Object(ours(id)),
            Some(gix::refs::TargetRef::Symbolic(to)) => Target::Symbolic(to.as_bstr().to_string()),
        })
    }

    /// The commit that a revision names, in git's words (gitrevisions): `HEAD~1`, `main`, `v1.2`,
    /// an abbreviated id.
    ///
    /// # Errors
    /// [`RevisionError`] where it names none, or more than one.
    pub fn resolve(&self, revision: &str) -> Result<ObjectId, RevisionError> {
        let repository = self.shared.handles.lend();
        let commit = format!("{revision}^{{commit}}");
        match repository.rev_parse_single(commit.as_str()) {
            Ok(id) => Ok(ours(&id)),
            Err(source) => Err(RevisionError {
                revision: revision.to_owned(),
                source,
            }),
        }
    }

    /// Where a branch stands that others follow, by its full name, as far as this repository knows: in a clone, what was
    /// fetched of it last, or pushed to it, from or to the remote that the branch has here, or else the default one. In a
    /// bare repository the branch itself; none where no remote has it, since commits that nobody else has come and go.
    ///
    /// # Errors
    /// [`StoreError::Refs`].
    pub fn followed(&self, branch: &str) -> Result<Option<ObjectId>, StoreError> {
        let reference = if self.is_served() {
            Some(branch.to_owned())
        } else {
            tracking(&self.repository(), branch)
        };
        Ok(
            match reference.map(|name| self.target(&name)).transpose()? {
                Some(Target::Object(commit)) => Some(commit),
                _ => None,
            },
        )
    }

    /// Whether it is a bare repository, to which others push.
    pub fn is_served(&self) -> bool {
        let repository = self.repository();
        repository.is_bare() && repository.workdir().is_none()
    }

    /// Whether HEAD is a branch that has no commit yet.
    pub fn is_unborn(&self) -> bool {
        let repository = self.repository();
        repository.head().is_ok_and(|head| head.is_unborn())
    }

    /// The folder with the objects and refs, which all worktrees of a clone share.
    pub fn common_dir(&self) -> PathBuf {
        self.repository().common_dir().to_owned()
    }

    /// The folder of one work tree: what it has checked out, and what is being merged into that.
    pub fn git_dir(&self) -> PathBuf {
        self.repository().git_dir().to_owned()
    }

    /// Throws away everything that the store holds, so that the next fetch brings it again: the
    /// remedy where reading an object shows that the disk lost or changed it.
    ///
    /// Call it on a store of [`create_or_open`](Self::create_or_open) alone: a person's repository
    /// is left as it is.
    ///
    /// # Errors
    /// [`StoreError::Write`].
    pub fn rebuild(&self) -> Result<(), StoreError> {
        // A fetch that nobody waits for any more may write still.
        let _others_wait = self.lock();
        self.rebuild_now()
    }

    /// The same for a fetch, which alone writes.
    pub(crate) fn rebuild_now(&self) -> Result<(), StoreError> {
        if self.shared.is_ours {
            let dir = &self.shared.dir;
            self.shared.handles.exchange(|| layout::create_anew(dir))?;
            *self.trouble() = Trouble::default();
        }
        Ok(())
    }

    /// Joins packs into one where there are too many: every fetch leaves one, and readers hold each
    /// open. Objects are found all the while; a store with a pack that cannot be read is thrown away, as where it is
    /// not sound. Only a fetch may call this.
    pub(crate) fn keep_packs_few(&self) -> Result<(), StoreError> {
        if !self.shared.is_ours {
            return Ok(());
        }
        let git = layout::store_path(&self.shared.dir);
        let joined = match packs::join_surplus(&git) {
            Err(error) if packs::is_damage(&error) => return self.rebuild_now(),
            joined => joined.map_err(|source| self.write_error(source))?,
        };
        if joined.is_empty() {
            return Ok(());
        }
        self.shared.handles.exchange(|| {
            let repository = layout::open(&git).map_err(|source| StoreError::Create {
                dir: self.shared.dir.clone(),
                source,
            })?;
            packs::remove(&joined).map_err(|source| self.write_error(source))?;
            Ok(repository)
        })
    }

    /// A view of the repository to read from, while whose files stay where they are.
    pub(crate) fn lend(&self) -> Lent<'_> {
        self.shared.handles.lend()
    }

    /// A view of the repository for this thread.
    pub(crate) fn repository(&self) -> Repository {
        self.shared.handles.fresh()
    }

    /// A view of the repository to receive objects into.
    pub(crate) fn receiving(&self) -> Result<Repository, gix::Error> {
        layout::receiving(self.repository())
    }

    /// Waits until no other fetch writes to the store.
    pub(crate) fn lock(&self) -> MutexGuard<'_, ()> {
        // The lock guards no data that a panic could leave half-changed.
        self.shared
            .fetching
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether what the last fetch left can be read.
    pub(crate) fn is_sound(&self) -> bool {
        soundness::is_sound(&self.repository(), FETCHED)
    }

    /// Keeps the tip for the next negotiation.
    pub(crate) fn record(&self, tip: gix::ObjectId) -> Result<(), gix::Error> {
        layout::set_ref(&self.repository(), FETCHED, tip)
    }

    /// Has an approval not asked for again for some time: by itself it brings too much.
    pub(crate) fn give_up(&self, approval: &TagRef, why: &str) {
        let mut trouble = self.trouble();
        // Who makes such tags makes others: any of them may go.
        if trouble.given_up.len() == MOST_GIVEN_UP {
            trouble.given_up.pop_first();
        }
        let until = Instant::now() + GIVEN_UP;
        trouble
            .given_up
            .insert(approval.tag, (until, why.to_owned()));
    }

    /// Why an approval is given up now, if it is.
    pub(crate) fn given_up(&self, approval: &TagRef) -> Option<String> {
        let trouble = self.trouble();
        let (until, why) = trouble.given_up.get(&approval.tag)?;
        (*until > Instant::now()).then(|| why.clone())
    }

    /// Has these approvals, and no others, be those that may be why a request does not end well.
    pub(crate) fn suspect(&self, approvals: &[&TagRef]) {
        self.trouble().suspects = approvals.iter().map(|one| one.tag).collect();
    }

    /// Whether an approval may be why the last request that did not end well did not.
    pub(crate) fn suspects(&self, approval: &TagRef) -> bool {
        self.trouble().suspects.contains(&approval.tag)
    }

    fn trouble(&self) -> MutexGuard<'_, Trouble> {
        let trouble = self.shared.trouble.lock();
        // Each change is whole.
        trouble.unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps these approvals and no others, where the store is ours.
    pub(crate) fn keep_approvals(&self, approvals: &[TagRef]) -> Result<(), StoreError> {
        let are_kept = |kept: Vec<TagRef>| kept == approvals;
        if !self.shared.is_ours || self.approvals().is_ok_and(are_kept) {
            return Ok(());
        }
        let git = layout::store_path(&self.shared.dir);
        layout::pack_refs(&git, approvals).map_err(|source| self.write_error(source))
    }

    /// A failure to read refs here.
    pub(crate) fn refs_error(&self, source: gix::Error) -> StoreError {
        let dir = self.shared.dir.clone();
        StoreError::Refs { dir, source }
    }

    /// A failure to write here.
    pub(crate) fn write_error(&self, source: io::Error) -> StoreError {
        StoreError::write(&self.shared.dir, source)
    }

    fn new(dir: &Path, is_ours: bool, repository: ThreadSafeRepository) -> Self {
        Self {
            shared: Arc::new(Shared {
                dir: dir.to_owned(),
                is_ours,
                handles: Handles::new(repository),
                fetching: Mutex::new(()),
                trouble: Mutex::default(),
            }),
        }
    }
}

impl Objects for Store {
    fn read(&self, id: &ObjectId) -> Result<Option<Object>, ReadError> {
        let repository = self.shared.handles.lend();
        let id = theirs(id);
        let header = repository.try_find_header(id);
        let size = header.map(|header| header.map(|header| header.size()));
        read(size, || {
            let found = repository.try_find_object(id)?;
            Ok(found.map(|object| (object.kind, object.detach().data)))
        })
    }

    fn both(&self, one: Task<'_>, other: Task<'_>) {
        beside::both(one, other);
    }
}

/// The ref that a clone keeps of a remote's branch (git-fetch(1), "Configured remote-tracking branches").
fn tracking(repository: &Repository, branch: &str) -> Option<String> {
    let short = branch.strip_prefix("refs/heads/")?;
    let fetch = gix::remote::Direction::Fetch;
    let names = repository.remote_names();
    let own = repository.branch_remote_name(short, fetch);
    let own = own.map(|name| name.as_bstr().to_owned());
    let remote = own.filter(|name| names.contains(name));
    let remote = remote.or_else(|| repository.remote_default_name(fetch))?;
    Some(format!("refs/remotes/{remote}/{short}"))
}

/// The object of this size, unless it is larger than what is handed out.
fn read(
    size: Result<Option<u64>, gix::Error>,
    find: impl FnOnce() -> Result<Option<(gix::object::Kind, Vec<u8>)>, gix::Error>,
) -> Result<Option<Object>, ReadError> {
    match size.map_err(ReadError::new)? {
        None => Ok(None),
        Some(bytes) if bytes > layout::LARGEST_READ => Err(ReadError::TooLarge { bytes }),
        Some(_) => {
            let found = find().map_err(unreadable)?;
            Ok(found.map(|(found, bytes)| Object {
                kind: kind(found),
                bytes,
            }))
        }
    }
}

fn unreadable(error: gix::Error) -> ReadError {
    if error.is_resource_exhausted() {
        ReadError::TooCostly
    } else {
        ReadError::new(error)
    }
}

/// Why a store cannot be used.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The folder cannot be written: it is full, read-only, or somebody else's.
    #[error("cannot write to the object store in {}", dir.display())]
    Write {
        /// The store's folder.
        dir: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The store cannot be set up, although its folder can be written.
    #[error("cannot set up the object store in {}", dir.display())]
    Create {
        /// The store's folder.
        dir: PathBuf,
        /// The cause.
        source: gix::Error,
    },
    /// What a push brings cannot be read.
    #[error("cannot read what a push brings in {}", dir.display())]
    Incoming {
        /// Where it was put.
        dir: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The refs cannot be read.
    #[error("cannot read the refs in {}", dir.display())]
    Refs {
        /// The store's folder.
        dir: PathBuf,
        /// The cause.
        source: gix::Error,
    },
    /// There is no repository in or above the folder.
    #[error("{} is not in a Git repository", dir.display())]
    NotARepository {
        /// The folder that was looked at.
        dir: PathBuf,
        /// The cause.
        source: gix::Error,
    },
    /// The repository takes objects or history from elsewhere, so what it shows is not what its
    /// commits say.
    #[error("{} {remedy}", path.display())]
    Borrows {
        /// The file or folder that does it.
        path: PathBuf,
        /// What it does, and what to do about it.
        remedy: &'static str,
    },
}

impl StoreError {
    fn write(dir: &Path, source: io::Error) -> Self {
        Self::Write {
            dir: dir.to_owned(),
            source,
        }
    }
}

/// The revision names no commit, or more than one.
#[derive(Debug, Error)]
#[error("`{revision}` does not name a commit")]
pub struct RevisionError {
    /// The revision as it was written.
    pub revision: String,
    /// The cause.
    pub source: gix::Error,
}

/// The object's name in the words of `provenance`.
pub(crate) fn ours(id: &gix::oid) -> ObjectId {
    let mut bytes = [0; 20];
    bytes.copy_from_slice(id.as_bytes());
    ObjectId::new(bytes)
}

/// The same in the words of gix.
pub(crate) fn theirs(id: &ObjectId) -> gix::ObjectId {
    gix::ObjectId::Sha1(*id.as_bytes())
}

fn kind(kind: gix::objs::Kind) -> Kind {
    match kind {
        gix::objs::Kind::Commit => Kind::Commit,
        gix::objs::Kind::Tree => Kind::Tree,
        gix::objs::Kind::Blob => Kind::Blob,
        gix::objs::Kind::Tag => Kind::Tag,
    }
}

#[cfg(test)]
mod tests;
