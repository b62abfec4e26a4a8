//! What changed in a large tree.

use std::hint::black_box;
use std::time::Duration;

use anyhow::{Result, ensure};
use gix::objs::Kind;
use signet_api::RepoPath;
use signet_git::Store;
use signet_provenance::{Tree, Unverified};
use signet_tests::bench::{Table, median};

use crate::fleet::ours;
use crate::repository::{Folder, Repository};

const TENANTS: usize = 500;
const FILES: usize = 100;
const TURNS: usize = 51;

pub(crate) fn measure(table: &mut Table) -> Result<()> {
    let what = "the changed file of 50,000";
    if !table.wants(what) {
        return Ok(());
    }
    let repository = Repository::new()?;
    let mut folder = Folder::default();
    for tenant in 0..TENANTS {
        for file in 0..FILES {
            let blob = repository.write(Kind::Blob, format!("{tenant} {file}\n").as_bytes())?;
            folder.put(&format!("tenants/team-{tenant}/prod/{file}.yaml"), blob);
        }
    }
    let old = repository.write_folder(&mut folder)?;
    let changed = "tenants/team-321/prod/42.yaml";
    folder.put(changed, repository.write(Kind::Blob, b"changed\n")?);
    let new = repository.write_folder(&mut folder)?;
    let commit = format!(
        "tree {new}\nparent {}\nauthor A <a@example.org> 1 +0000\ncommitter A <a@example.org> 1 +0000\n\n",
        repository.write(Kind::Commit, format!("tree {old}\nauthor A <a@example.org> 0 +0000\ncommitter A <a@example.org> 0 +0000\n\n").as_bytes())?,
    );
    repository.pack(repository.write(Kind::Commit, commit.as_bytes())?)?;
    let store = Store::open(repository.path())?;
    let path: RepoPath = "tenants".parse()?;
    let names = [old, new].map(|id| id.to_string());
    let pair = median(
        TURNS,
        || repository.git(&["diff-tree", "-r", "--name-only", &names[0], &names[1]]),
        || {
            let [old, new] =
                [old, new].map(|id| Tree::<Unverified>::of_tree(store.objects(), ours(id)));
            let found = black_box(new.changed(&old, &path)?);
            ensure!(found == [changed.as_bytes()], "other files changed");
            Ok(())
        },
    )?;
    table.within(
        what,
        Some(pair.theirs),
        pair.ours,
        Some(Duration::from_millis(5)),
    );
    Ok(())
}
