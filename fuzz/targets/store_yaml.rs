#![no_main]

use libfuzzer_sys::fuzz_target;
use signet_envelope::Store;

fuzz_target!(|data: &[u8]| signet_fuzz::a_file_is_read_or_refused(Store::Yaml, data));
