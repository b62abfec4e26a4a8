//! Each program as a process, from start to end.

use anyhow::Result;

use crate::material::{Material, run, small};
use crate::table::Table;
use crate::timing::median;

const TURNS: usize = 51;
const FILES: usize = 1_000;

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
fn rotate(material: &Material, table: &mut Table) -> Result<()> {
    let what = "the program: rotate 1,000 small files";
    if !table.wants(what) {
        return Ok(());
    }
    let names: Vec<String> = (0..FILES)
        .map(|number| format!("process-{number}.yaml"))
        .collect();
    for (number, name) in names.iter().enumerate() {
        material.write_sealed(name, small(number))?;
    }
    let words: Vec<&str> = ["rotate"]
        .into_iter()
        .chain(names.iter().map(String::as_str))
        .collect();
    let pair = median(
        3,
        || {
            let mut each = names.iter();
            each.try_for_each(|name| run(material.sops(&["rotate", "--in-place", name])))
        },
        || run(material.signet(&words)),
    )?;
    table.times(what, pair, 50.0);
    Ok(())
}
