#![no_main]

libfuzzer_sys::fuzz_target!(
    |data: &[u8]| signet_fuzz::values_replace_stand_ins_and_nothing_else(data)
);
