use super::*;

#[test]
fn a_dropped_key_is_wiped_where_it_was() {
    let canary = *b"canary-7f3a-hunter2-canary-7f3a-";
    let key = LockedKey::copy_of(&canary).unwrap();
    let place = key.0;
    assert!(*place.read().unwrap() == canary);
    drop(key);
    // Another test may have the place by now, with its own key in it.
    assert!(*place.read().unwrap() != canary);
}

#[test]
fn keys_of_another_length_are_none() {
    assert!(LockedKey::copy_of(&[0; 31]).is_none() && LockedKey::copy_of(&[0; 33]).is_none());
}

#[cfg(target_os = "linux")]
mod linux {
    use super::*;

    /// The kibibytes that the kernel counts as locked in the mapping that an address is in.
    fn locked_around(address: usize) -> u64 {
        let maps = std::fs::read_to_string("/proc/self/smaps").unwrap();
        let mut here = false;
        for line in maps.lines() {
            let range = line.split(' ').next().unwrap().split_once('-');
            let hex = |text| usize::from_str_radix(text, 16);
            if let Some((Ok(from), Ok(to))) = range.map(|(from, to)| (hex(from), hex(to))) {
                here = (from..to).contains(&address);
            } else if let Some(size) = line.strip_prefix("Locked:").filter(|_| here) {
                return size.trim().strip_suffix(" kB").unwrap().parse().unwrap();
            }
        }
        panic!("an address of ours is in a mapping")
    }

    fn locked_in_all() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmLck:"))
            .unwrap();
        line.trim().strip_suffix(" kB").unwrap().parse().unwrap()
    }

    #[test]
    fn a_held_key_is_locked_in_memory() {
        let key = LockedKey::fill(|bytes| bytes.fill(7));
        let address = key.with(|bytes| bytes.as_ptr().addr());
        assert!(locked_around(address) >= 4);
        let elsewhere = Box::new([7_u8; 32]);
        assert_eq!(locked_around(elsewhere.as_ptr().addr()), 0);
    }

    #[test]
    fn a_thousand_keys_share_a_few_pages() {
        let before = locked_in_all();
        let keys: Vec<LockedKey> = (0..1000).map(|_| LockedKey::fill(|_| ())).collect();
        let grown = locked_in_all() - before;
        drop(keys);
        // Eleven pages, and what other tests take at the same time; the limit is 8192 where it is set at all.
        assert!(grown <= 96, "{grown} kB");
    }
}
