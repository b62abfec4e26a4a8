#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| signet_fuzz::what_is_sealed_opens_unchanged(data));
