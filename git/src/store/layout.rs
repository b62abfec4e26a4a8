//! The store's files: made, opened, tidied.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use gix::ThreadSafeRepository;
use gix::config::tree::gitoxide::Objects;
use gix::open::Options;
use gix::refs::transaction::{Change, LogChange, PreviousValue, RefEdit};
use gix::sec::trust::Mapping;
use signet_provenance::TagRef;

use super::StoreError;

/// How much memory a reader spends on delta bases. With gix's default of none, reading a pack
/// takes several times as long.
pub(super) const DELTA_BASE_CACHE: &str = "16m";

/// The largest object that is handed out: no file, folder or commit that is larger is taken by anyone who reads.
pub(crate) const LARGEST_READ: u64 = 16 << 20;

/// The most memory that reading one object takes: it may be stored as what it differs in from one of
/// the largest that is received, and is put together in two buffers of that size.
pub(super) const READING: usize = 320 << 20;

/// The largest object that is received, which puts each into memory once to learn its name: more
/// than GitHub and GitLab take (100 MiB), and a quarter of the memory that `deploy/agent.yaml`
/// grants. A larger claim in a pack is an attempt to exhaust memory.
const LARGEST_RECEIVED: &str = "128m";

/// What makes a repository show objects or history other than its commits say, with the remedy.
/// Git consults each of these files silently.
const BORROWS: [(&str, &str); 4] = [
    (
        "objects/info/alternates",
        "borrows objects of another repository: run `git repack -a -d` and remove the file",
    ),
    (
        "info/grafts",
        "changes the parents that commits have: remove the file",
    ),
    (
        "shallow",
        "cuts the history short, so it cannot be verified: run `git fetch --unshallow`",
    ),
    (
        "refs/replace",
        "shows other objects in place of the signed ones: run `git replace -d` on each",
    ),
];

/// The place of the store inside the folder that was asked for. It has a name of its own so that
/// rebuilding can never remove anything else that is in the folder.
pub(super) fn store_path(dir: &Path) -> PathBuf {
    dir.join("store.git")
}

pub(super) fn create_folder(dir: &Path) -> Result<(), StoreError> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
        .map_err(|source| StoreError::write(dir, source))
}

/// An empty store in place of whatever was there.
pub(super) fn create_anew(dir: &Path) -> Result<ThreadSafeRepository, StoreError> {
    let git = store_path(dir);
    make_empty_folder(&git).map_err(|source| StoreError::write(dir, source))?;
    ThreadSafeRepository::init_opts(
        &git,
        gix::create::Kind::Bare,
        gix::create::Options::default(),
        options(),
    )
    .map_err(|source| match system_error(&source) {
        Some(source) => StoreError::write(dir, source),
        None => StoreError::Create {
            dir: dir.to_owned(),
            source,
        },
    })
}

pub(super) fn open(git: &Path) -> Result<ThreadSafeRepository, gix::Error> {
    // In a container the volume belongs to another user than the process, whose own it is still.
    options()
        .with(gix::sec::Trust::Full)
        .open_path_as_is(true)
        .open(git)
}

pub(super) fn discover(dir: &Path) -> Result<ThreadSafeRepository, StoreError> {
    let trusted_or_not = Mapping {
        full: options(),
        reduced: options(),
    };
    // What is checked out may look like a bare repository itself; what Git made beside it is the one to open.
    let upwards = gix::discover::upwards::Options {
        dot_git_only: dir.join(".git").symlink_metadata().is_ok(),
        ..Default::default()
    };
    ThreadSafeRepository::discover_opts(dir, upwards, trusted_or_not).map_err(|source| {
        StoreError::NotARepository {
            dir: dir.to_owned(),
            source,
        }
    })
}

pub(super) fn check_borrows_nothing(git: &Path) -> Result<(), StoreError> {
    let has_packed_replacements = fs::read_to_string(git.join("packed-refs"))
        .is_ok_and(|refs| refs.contains(" refs/replace/"));
    for (file, remedy) in BORROWS {
        let path = git.join(file);
        if holds_something(&path) || (file == "refs/replace" && has_packed_replacements) {
            return Err(StoreError::Borrows { path, remedy });
        }
    }
    Ok(())
}

/// Removes what an interrupted fetch left behind: temporary files, locks, packs without their
/// index, and packs still marked `.keep`, whose objects were not checked for completeness yet.
pub(super) fn sweep(git: &Path) -> io::Result<()> {
    let packs = git.join("objects/pack");
    for file in files(&packs)? {
        if is_leftover(&file) {
            fs::remove_file(&file)?;
        }
    }
    for folder in [git.to_owned(), git.join("refs/signet")] {
        for file in files(&folder)? {
            if file
                .extension()
                .is_some_and(|extension| extension == "lock")
            {
                fs::remove_file(&file)?;
            }
        }
    }
    Ok(())
}

/// Points a ref at an object, wherever it pointed before. No log is written: gix would want a name
/// and a mail address for it.
pub(super) fn set_ref(
    repository: &gix::Repository,
    name: &'static str,
    target: gix::ObjectId,
) -> Result<(), gix::Error> {
    let edit = RefEdit {
        change: Change::Update {
            log: LogChange::default(),
            expected: PreviousValue::Any,
            new: gix::refs::Target::Object(target),
        },
        name: name
            .try_into()
            .expect("the caller's constant is a valid name"),
        deref: false,
    };
    repository.edit_references_as(Some(edit), None)?;
    Ok(())
}

/// Has these be all the packed refs of a store of ours (git-pack-refs): one file however many they
/// are, written at once, in which no name can stand in another's way.
///
/// They are in the order of their names.
pub(super) fn pack_refs(git: &Path, refs: &[TagRef]) -> io::Result<()> {
    let lines = refs
        .iter()
        .map(|one| format!("{} {}\n", one.tag, one.reference));
    let text: String = std::iter::once("# pack-refs with: sorted \n".to_owned())
        .chain(lines)
        .collect();
    let new = git.join("packed-refs.new");
    fs::write(&new, text)?;
    fs::rename(new, git.join("packed-refs"))
}

/// The same repository, to be received into.
pub(super) fn receiving(mut repository: gix::Repository) -> Result<gix::Repository, gix::Error> {
    let mut config = repository.config_snapshot_mut();
    config.set_value(&Objects::ALLOC_LIMIT, LARGEST_RECEIVED)?;
    config.commit()?;
    Ok(repository)
}

/// The system's refusal to read or write a file that is behind a failure, if there is one.
pub(crate) fn system_error(error: &gix::Error) -> Option<io::Error> {
    error
        .iter_errors()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .find(|cause| cause.raw_os_error().is_some() || is_refusal(cause.kind()))
        .map(|cause| io::Error::new(cause.kind(), cause.to_string()))
}

/// Whether only the system has errors of this kind. Those with a path added by a library keep the
/// kind and lose the number.
fn is_refusal(kind: io::ErrorKind) -> bool {
    matches!(
        kind,
        io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::FileTooLarge
            | io::ErrorKind::ReadOnlyFilesystem
            | io::ErrorKind::PermissionDenied
    )
}

/// Nothing but the repository itself has a say: neither the environment, nor the configuration of
/// the machine, nor that of its user.
fn options() -> Options {
    Options::isolated().config_overrides([
        format!("core.deltaBaseCacheLimit={DELTA_BASE_CACHE}"),
        format!("gitoxide.objects.allocLimit={READING}"),
        // Each thread that resolves a received pack holds objects of its own.
        "pack.threads=1".to_owned(),
        "core.useReplaceRefs=false".to_owned(),
        "clone.rejectShallow=true".to_owned(),
    ])
}

fn make_empty_folder(git: &Path) -> io::Result<()> {
    match fs::remove_dir_all(git) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => fs::create_dir(git)?,
    }
    fs::set_permissions(git, fs::Permissions::from_mode(0o700))
}

fn holds_something(path: &Path) -> bool {
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => {
            fs::read_dir(path).is_ok_and(|mut files| files.next().is_some())
        }
        Ok(found) => found.len() > 0,
        Err(_) => false,
    }
}

fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    match fs::read_dir(folder) {
        Ok(entries) => entries
            .map(|entry| entry.map(|entry| entry.path()))
            .filter(|path| path.as_ref().map_or(true, |path| path.is_file()))
            .collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

fn is_leftover(file: &Path) -> bool {
    let is_part_of_a_pack = file
        .file_name()
        .is_some_and(|name| name.as_encoded_bytes().starts_with(b"pack-"));
    let has = |extension| file.with_extension(extension).exists();
    !is_part_of_a_pack || has("keep") || !has("pack") || !has("idx")
}
