//! Each program as a process, from start to end.

use std::fs;

use anyhow::Result;
use signet_tests::bench::{Table, median};

use crate::material::{Material, run, small};

const TURNS: usize = 51;
const FILES: usize = 1_000;
const ROTATIONS: usize = 3;
const ONE_EACH: &str = "there are files for each turn";

pub(crate) fn measure(material: &Material, table: &mut Table) -> Result<()> {
    open(material, table)?;
    seal(material, table)?;
    rotate(material, table)
}

fn open(material: &Material, table: &mut Table) -> Result<()> {
    let (what, sealed) = ("the program: open a small file", "process-sealed.yaml");
    if !table.wants(what) {
        return Ok(());
    }
    material.write_sealed(sealed, small(0))?;
    let pair = median(
        TURNS,
        || run(material.sops(&["decrypt", sealed])),
        || run(material.signet(&["open", sealed])),
    )?;
    table.times(what, pair, 2.0);
    Ok(())
}

fn seal(material: &Material, table: &mut Table) -> Result<()> {
    let (what, clear) = (
        "the program: seal a small file in place",
        "process-clear.yaml",
    );
    if !table.wants(what) {
        return Ok(());
    }
    let recipients: Vec<&str> = material
        .recipients
        .required
        .iter()
        .map(String::as_str)
        .collect();
    let age = material.age();
    let each = recipients.iter().flat_map(|recipient| ["--age", recipient]);
    let words: Vec<&str> = ["seal", clear].into_iter().chain(each).collect();
    let pair = median(
        TURNS,
        || {
            material.write(clear, small(0))?;
            run(material.sops(&["encrypt", "--in-place", "--age", &age, clear]))
        },
        || {
            material.write(clear, small(0))?;
            run(material.signet(&words))
        },
    )?;
    table.times(what, pair, 2.0);
    Ok(())
}

/// The same files: one after the other, which is all that sops knows, and together, on all cores and down to the disk.
///
/// Each turn has files of its own, and a link keeps what a file was: where many files were deleted within the last minutes,
/// ext4 looks past each of them whenever it makes one, which is not what is measured here.
fn rotate(material: &Material, table: &mut Table) -> Result<()> {
    let what = "the program: rotate 1,000 small files";
    if !table.wants(what) {
        return Ok(());
    }
    let turns = (0..ROTATIONS).map(|turn| make_files(material, turn));
    let turns: Vec<Vec<String>> = turns.collect::<Result<_>>()?;
    let (mut theirs, mut ours) = (turns.iter(), turns.iter());
    let pair = median(
        ROTATIONS,
        || {
            let mut names = theirs.next().expect(ONE_EACH).iter();
            names.try_for_each(|name| run(material.sops(&["rotate", "--in-place", name])))
        },
        || {
            let names = ours.next().expect(ONE_EACH).iter().map(String::as_str);
            let words: Vec<&str> = ["rotate"].into_iter().chain(names).collect();
            run(material.signet(&words))
        },
    )?;
    table.times(what, pair, 50.0);
    Ok(())
}

/// Makes the files of a turn, and gives their names.
fn make_files(material: &Material, turn: usize) -> Result<Vec<String>> {
    let names = (0..FILES).map(|number| format!("process-{turn}-{number}.yaml"));
    let names: Vec<String> = names.collect();
    for (number, name) in names.iter().enumerate() {
        material.write_sealed(name, small(number))?;
        let [file, kept] =
            [name.clone(), format!("{name}.kept")].map(|name| material.sops.path(&name));
        fs::hard_link(file, kept)?;
    }
    Ok(names)
}
