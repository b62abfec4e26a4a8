//! Pushing into a folder of this machine.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use gix::Repository;
use gix::prelude::Write as _;
use gix::refs::store::WriteReflog;
use gix::refs::transaction::{Change, LogChange, PreviousValue, RefEdit};
use signet_provenance::ObjectId;

use super::lacking::lacking;
use super::{Push, PushError};
use crate::store::theirs;
use crate::{FetchError, Store, Target};

/// The hooks that have a say in a push, or are told of one (githooks).
const HOOKS: [&str; 6] = [
    "pre-receive",
    "update",
    "proc-receive",
    "reference-transaction",
    "post-receive",
    "post-update",
];

/// Writes what the repository in this folder lacks, and moves its ref.
///
/// Git itself would start `git-receive-pack` for this. Copying objects needs no process, and no git on the machine; so
/// hooks do not run, and a repository that has some is left alone. Its reflog, if it keeps one, does not tell of it.
pub(super) fn push(push: &Push, folder: &Path) -> Result<(), PushError> {
    let session = &push.session;
    let target = session.folder(folder)?;
    if !target.is_served() {
        let remote = session.remote.to_string();
        return Err(PushError::WorkTree { remote });
    }
    let mut repository = target.repository();
    if let Some(hook) = hook(&repository) {
        return Err(PushError::Hook { hook });
    }
    push.check_place(place(push, &target)?)?;
    copy(push, &repository)?;
    push.begin()?;
    repository.refs.write_reflog = WriteReflog::Disable;
    let moved = repository.edit_references_as(Some(edit(push)), None);
    let Err(error) = moved else {
        return Ok(());
    };
    // It may have moved meanwhile.
    if let Ok(found) = place(push, &target) {
        push.check_place(found)?;
    }
    Err(push.rejected(&error.to_string(), ""))
}

/// Where the ref stands.
fn place(push: &Push, target: &Store) -> Result<Option<ObjectId>, PushError> {
    let found = target.target(push.session.remote.reference());
    match found.map_err(FetchError::from)? {
        Target::Absent => Ok(None),
        Target::Object(id) => Ok(Some(id)),
        Target::Symbolic(to) => Err(push.rejected(&format!("the ref is another name of {to}"), "")),
    }
}

/// A hook that git would run, in the folder that the repository's own configuration names, if it names one.
fn hook(repository: &Repository) -> Option<PathBuf> {
    let configured = repository.config_snapshot().string("core.hooksPath");
    let folder = configured.map_or("hooks".into(), |path| path.to_string());
    let hooks = HOOKS.map(|name| repository.common_dir().join(&folder).join(name));
    let is_run = |hook: &PathBuf| {
        // Whose home it would be is not known.
        folder.starts_with('~')
            || hook
                .metadata()
                .is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
    };
    hooks.into_iter().find(is_run)
}

/// Copies what the target lacks behind its refs: what else it has may have holes.
fn copy(push: &Push, target: &Repository) -> Result<(), PushError> {
    let session = &push.session;
    let unread = |error: gix::Error| push.unread(error);
    let refused = |error: gix::Error| push.rejected(&error.to_string(), "");
    let refs = target.references().map_err(refused)?;
    let refs = refs.all().map_err(refused)?.filter_map(Result::ok);
    let present = refs.filter_map(|reference| reference.try_id().map(gix::Id::detach));
    let source = session.store.lend();
    let objects = lacking(&source, theirs(&push.commit), present).map_err(unread)?;
    for id in objects.into_iter().rev() {
        session.check_patience()?;
        let object = source.find_object(id).map_err(unread)?;
        target
            .write_buf(object.kind, &object.data)
            .map_err(refused)?;
    }
    Ok(())
}

/// The move of the ref, for as long as it stands where it is expected to.
fn edit(push: &Push) -> RefEdit {
    let expected = match &push.expected {
        Some(id) => PreviousValue::MustExistAndMatch(gix::refs::Target::Object(theirs(id))),
        None => PreviousValue::MustNotExist,
    };
    let name = push.session.remote.reference();
    RefEdit {
        change: Change::Update {
            log: LogChange::default(),
            expected,
            new: gix::refs::Target::Object(theirs(&push.commit)),
        },
        name: name.try_into().expect("a remote's ref has a valid name"),
        deref: false,
    }
}
