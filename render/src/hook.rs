//! When an object is written that is a hook of Helm's.

use std::collections::BTreeSet;
use std::fmt;

/// When a hook is run, and what becomes of its object afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// The events at which it is run; at least one.
    pub events: BTreeSet<Event>,
    /// As the chart says; the hooks of one event are in Helm's order already.
    pub weight: i64,
    /// When its object is deleted. Helm's default where the chart says nothing.
    pub policies: BTreeSet<Deletion>,
}

/// What a hook waits for, of that which happens here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Event {
    /// The source is about to be written, and nothing of it is there.
    PreInstall,
    /// The source is about to be written, and something of it is there.
    PreUpgrade,
    /// The source was written for the first time.
    PostInstall,
    /// The source was written again.
    PostUpgrade,
}

/// When the object of a hook is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Deletion {
    /// Before the hook is run again.
    BeforeCreation,
    /// When all hooks of its event have succeeded.
    Succeeded,
    /// When it has failed.
    Failed,
}

impl Event {
    const ALL: [Self; 4] = [
        Self::PreInstall,
        Self::PreUpgrade,
        Self::PostInstall,
        Self::PostUpgrade,
    ];

    /// Helm's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PreInstall => "pre-install",
            Self::PreUpgrade => "pre-upgrade",
            Self::PostInstall => "post-install",
            Self::PostUpgrade => "post-upgrade",
        }
    }
}

impl Deletion {
    fn read(word: &str) -> Option<Self> {
        match word {
            "before-hook-creation" => Some(Self::BeforeCreation),
            "hook-succeeded" => Some(Self::Succeeded),
            "hook-failed" => Some(Self::Failed),
            _ => None,
        }
    }
}

impl Hook {
    /// What a chart says of a hook, if any of its events happens here; and what is to be warned of: events that do not, and
    /// policies that are none.
    pub(crate) fn read(hook: &signet_guests::Hook) -> (Option<Self>, Vec<String>) {
        let known = |word: &str| Event::ALL.into_iter().find(|event| event.as_str() == word);
        let events: BTreeSet<_> = hook.events.iter().filter_map(|word| known(word)).collect();
        let strange = hook.events.iter().filter(|word| known(word).is_none());
        let strange: Vec<_> = strange.map(String::as_str).collect();
        let mut warnings = Vec::new();
        if !strange.is_empty() {
            warnings.push(format!("no hook is run here at {}", strange.join(", ")));
        }
        let words = hook.deletion_policies.iter();
        let mut policies: BTreeSet<_> = words
            .clone()
            .filter_map(|word| Deletion::read(word))
            .collect();
        let unknown = words.filter(|word| Deletion::read(word).is_none());
        warnings.extend(unknown.map(|word| format!("{word} is no deletion policy of hooks")));
        if policies.is_empty() {
            policies.insert(Deletion::BeforeCreation);
        }
        let hook = (!events.is_empty()).then_some(Self {
            events,
            weight: hook.weight,
            policies,
        });
        (hook, warnings)
    }
}

/// The events: `pre-install, pre-upgrade`.
impl fmt::Display for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let events: Vec<_> = self.events.iter().map(|event| event.as_str()).collect();
        f.write_str(&events.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(events: &[&str], policies: &[&str]) -> (Option<Hook>, Vec<String>) {
        let words = |words: &[&str]| words.iter().map(ToString::to_string).collect();
        Hook::read(&signet_guests::Hook {
            events: words(events),
            weight: -5,
            deletion_policies: words(policies),
        })
    }

    #[test]
    fn a_hook_is_deleted_before_it_runs_again_unless_the_chart_says_otherwise() {
        let (hook, strange) = read(&["pre-upgrade", "pre-install"], &[]);
        let hook = hook.unwrap();
        assert_eq!(hook.to_string(), "pre-install, pre-upgrade");
        assert_eq!(hook.policies, [Deletion::BeforeCreation].into());
        assert_eq!((hook.weight, strange), (-5, Vec::new()));
        let (hook, _) = read(&["post-install"], &["hook-succeeded", "hook-failed"]);
        let deleted = [Deletion::Succeeded, Deletion::Failed];
        assert_eq!(hook.unwrap().policies, deleted.into());
    }

    #[test]
    fn what_happens_nowhere_here_makes_no_hook() {
        let (hook, strange) = read(&["pre-delete", "post-rollback"], &[]);
        assert_eq!(hook, None);
        assert_eq!(
            strange,
            ["no hook is run here at pre-delete, post-rollback"]
        );
        let (hook, strange) = read(&["post-install", "post-delete"], &[]);
        assert_eq!(hook.unwrap().events, [Event::PostInstall].into());
        assert_eq!(strange, ["no hook is run here at post-delete"]);
        let (hook, strange) = read(&["post-install"], &["hook-suceeded"]);
        assert_eq!(hook.unwrap().policies, [Deletion::BeforeCreation].into());
        assert_eq!(strange, ["hook-suceeded is no deletion policy of hooks"]);
    }
}
