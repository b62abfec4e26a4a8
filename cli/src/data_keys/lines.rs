//! What versions show line by line, for much less than it takes to read them: a history has thousands.

use std::collections::HashSet;

/// How a sealed value begins.
pub(super) const VALUE: &str = "ENC[AES256_GCM,";

/// Those that are more are read.
const LARGEST: usize = 64 << 10;

/// The text of a sealed file, to be compared with its other versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lines(String);

impl Lines {
    /// Those of a text that is not too large to be kept.
    pub(crate) fn of(text: &str) -> Option<Self> {
        (text.len() <= LARGEST).then(|| Self(text.to_owned()))
    }

    /// The text.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// Whether another version shows that it has the same data key, and is sealed for nobody whom this one does not name.
    pub(crate) fn cover(&self, other: &str) -> bool {
        let whole: HashSet<&str> = self.0.lines().collect();
        let around: HashSet<_> = self.0.lines().filter_map(around_value).collect();
        let is_known = |line: &str| {
            let is_around = || around_value(line).is_some_and(|parts| around.contains(&parts));
            whole.contains(line) || is_around() || is_stamp(line)
        };
        let is_kept = |line: &str| line.contains(VALUE) && whole.contains(line);
        other.lines().any(is_kept) && other.lines().all(is_known)
    }
}

/// What stands before and behind the one sealed value of a line.
fn around_value(line: &str) -> Option<(&str, &str)> {
    let (before, value) = line.split_once(VALUE)?;
    let (_, behind) = value.split_once(']')?;
    (!behind.contains(VALUE)).then_some((before, behind))
}

/// Whether a line is one of a `sops` block that each change writes anew, and nothing else.
fn is_stamp(line: &str) -> bool {
    const NAMES: [&str; 5] = [
        "lastmodified",
        "sops_lastmodified",
        "seal",
        "signet__map_seal",
        "sops_signet__map_seal",
    ];
    let name = line.trim_start().trim_start_matches('"');
    let name = name.split(['"', ':', '=', ' ']).next().unwrap_or_default();
    let is_one = NAMES.contains(&name);
    is_one && !line.contains(['{', '[', '#'])
}

#[cfg(test)]
mod tests {
    use super::Lines;

    const NOW: &str = "user: ENC[AES256_GCM,data:a,iv:b,tag:c,type:str]\n\
        password: ENC[AES256_GCM,data:d,iv:e,tag:f,type:str]\n\
        sops:\n  age:\n    - recipient: age1alice\n      enc: x\n\
        \x20 lastmodified: \"2026-01-01T00:00:00Z\"\n  mac: ENC[AES256_GCM,data:g,iv:h,tag:i,type:str]\n";

    fn covers(other: &str) -> bool {
        Lines::of(NOW).unwrap().cover(other)
    }

    #[test]
    fn a_version_with_other_values_and_stamps_is_covered() {
        let other = NOW
            .replace("data:d,iv:e", "data:x,iv:y")
            .replace("data:g", "data:z");
        assert!(covers(&other.replace("2026", "2024")));
        assert!(covers(NOW));
    }

    #[test]
    fn a_version_that_names_somebody_else_or_has_another_key_is_not() {
        let more = "    - recipient: age1bob\n      enc: x\n  lastmodified";
        assert!(!covers(&NOW.replace("  lastmodified", more)));
        assert!(!covers(&NOW.replace("age1alice", "age1bob")));
        let (first, second, third) = ("iv:b", "iv:e", "iv:h");
        let other = NOW
            .replace(first, "iv:1")
            .replace(second, "iv:2")
            .replace(third, "iv:3");
        assert!(!covers(&other));
    }

    #[test]
    fn nobody_hides_on_a_line_with_values_or_stamps() {
        let hidden = "user: ENC[AES256_GCM,data:a,iv:b,tag:c,type:str] age1bob ENC[AES256_GCM,data:a,iv:b,tag:c,type:str]";
        assert!(!covers(&format!("{NOW}{hidden}\n")));
        let hidden = "user: ENC[AES256_GCM,data:a,iv:b,tag:c,type:str] age1bob";
        assert!(!covers(&format!("{NOW}{hidden}\n")));
        assert!(!covers(&format!(
            "{NOW}lastmodified: {{recipient: age1bob}}\n"
        )));
    }
}
