#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| signet_fuzz::equal_bytes_cover_equal_files(data));
