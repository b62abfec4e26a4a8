#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| signet_fuzz::a_stream_is_read_or_refused(data));
