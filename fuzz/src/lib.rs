//! What holds for every input. Each target of `targets/` is one of these functions.

mod canonical;
mod round_trip;
mod splice;
mod store;
mod yaml;

pub use canonical::equal_bytes_cover_equal_files;
pub use round_trip::what_is_sealed_opens_unchanged;
pub use splice::values_replace_stand_ins_and_nothing_else;
pub use store::{a_block_is_read_or_refused, a_file_is_read_or_refused};
pub use yaml::a_stream_is_read_or_refused;
