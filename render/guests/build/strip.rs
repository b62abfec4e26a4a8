//! What a snapshot has too much of.

use wasm_encoder::{ConstExpr, DataSection, Module, RawSection};
use wasmparser::{BinaryReader, DataKind, DataSectionReader, Operator, Parser, Payload};
use wasmtime::{Result, bail, ensure};

const CUSTOM: u8 = 0;
const DATA: u8 = 11;

/// Returns the module without passive data: the snapshot keeps each of Go's hundred thousand segments, empty, which is
/// more than a host accepts. Nothing of Go's asks for one.
pub(crate) fn strip(wasm: &[u8]) -> Result<Vec<u8>> {
    let mut module = Module::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload?;
        ensure!(
            !matches!(payload, Payload::DataCountSection { .. }),
            "the module names its data"
        );
        let Some((id, range)) = payload.as_section() else {
            continue;
        };
        let data = &wasm[range];
        match id {
            CUSTOM => {}
            DATA => {
                module.section(&active(data)?);
            }
            _ => {
                module.section(&RawSection { id, data });
            }
        }
    }
    Ok(module.finish())
}

fn active(section: &[u8]) -> Result<DataSection> {
    let mut data = DataSection::new();
    for segment in DataSectionReader::new(BinaryReader::new(section, 0))? {
        let segment = segment?;
        match segment.kind {
            DataKind::Passive => ensure!(segment.data.is_empty(), "a passive segment holds data"),
            DataKind::Active {
                memory_index,
                offset_expr,
            } => {
                let Operator::I32Const { value } = offset_expr.get_operators_reader().read()?
                else {
                    bail!("a segment's place is computed");
                };
                data.active(
                    memory_index,
                    &ConstExpr::i32_const(value),
                    segment.data.iter().copied(),
                );
            }
        }
    }
    Ok(data)
}
