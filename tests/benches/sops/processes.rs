//! Each program as a process, from start to end.

use anyhow::Result;

use crate::material::{Material, run, small};
use crate::table::Table;
use crate::timing::median;

const TURNS: usize = 51;

pub(crate) fn measure(material: &Material, table: &mut Table) -> Result<()> {
    let (clear, sealed) = ("process-clear.yaml", "process-sealed.yaml");
    material.write_sealed(sealed, small(0))?;
    let open = "the program: open a small file";
    if table.wants(open) {
        let pair = median(
            TURNS,
            || run(material.sops(&["decrypt", sealed])),
            || run(material.signet(&["open", sealed])),
        )?;
        table.times(open, pair, 2.0);
    }
    let seal = "the program: seal a small file in place";
    if table.wants(seal) {
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
        table.times(seal, pair, 2.0);
    }
    Ok(())
}
