//! Who signed: in this process, and by a process of git for each commit.

use std::fs;

use anyhow::{Result, ensure};
use jiff::Timestamp;
use signet_git::Store;
use signet_provenance::{State, verify};
use signet_tests::bench::{Table, median};

use crate::fleet::{Fleet, ours};

const COMMITS: usize = 200;
const TURNS: usize = 5;

/// git says who signed; Signet judges as well whether they may change what the commit changes.
pub(crate) fn measure(table: &mut Table) -> Result<()> {
    let what = "verify 200 commits signed with ssh-ed25519";
    if !table.wants(what) {
        return Ok(());
    }
    let fleet = Fleet::of(COMMITS)?;
    let allowed = fleet.repository.beside("allowed_signers");
    fs::write(&allowed, Fleet::allowed_signers()?)?;
    let allowed = format!("gpg.ssh.allowedSignersFile={}", allowed.display());
    let store = Store::open(fleet.repository.path())?;
    let now = Timestamp::from_second(fleet.clock)?;
    let tip = ours(fleet.commits[COMMITS]);
    let each = || {
        let mut names = fleet.commits[1..].iter().map(ToString::to_string);
        names.try_for_each(|name| {
            fleet
                .repository
                .git(&["-c", &allowed, "verify-commit", &name])
        })
    };
    let walk = || {
        let verdict = verify(
            store.objects(),
            tip,
            &[],
            &fleet.root,
            &State::default(),
            now,
        )?;
        ensure!(verdict.tree.commit() == tip, "{:?}", verdict.refused);
        ensure!(verdict.steps.len() == COMMITS, "not all were judged");
        Ok(())
    };
    let pair = median(TURNS, each, walk)?;
    table.times(what, pair, 150.0);
    Ok(())
}
