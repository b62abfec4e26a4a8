//! What the benches have in common: a table of figures with their bounds, and the times of two that take turns.

mod machine;
mod table;
mod timing;

pub use table::Table;
pub use timing::{Pair, each_of, median, median_of};
