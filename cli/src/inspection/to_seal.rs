//! Of which files sealing puts something right: those that `check` finds, and that `seal` takes of a folder.

use super::clear::{TEMPLATE, UNREAD};
use super::{Finding, Kind};

/// Who seals a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// This program, or nobody as the file is.
    Signet,
    /// sops, which has the keys that the file's rule asks for.
    Sops,
    /// Nobody: it is a template.
    Nobody,
}

/// Who has to seal the file with these findings; nobody where that puts none of them right. Whoever names recipients
/// (`are_named`) decides alone for whom it is sealed.
pub(crate) fn by(findings: &[Finding], are_named: bool) -> Option<By> {
    let found = findings.iter().filter_map(|finding| of(finding, are_named));
    let found: Vec<By> = found.collect();
    let others = [By::Sops, By::Nobody];
    let other = others.into_iter().find(|by| found.contains(by));
    other.or_else(|| found.first().copied())
}

fn of(finding: &Finding, are_named: bool) -> Option<By> {
    let remedy = finding.remedy_of_any();
    let is_of_people = matches!(finding.kind, Kind::Recipients | Kind::NoSeal);
    if are_named && is_of_people {
        return None;
    }
    if remedy.starts_with("sops encrypt ") {
        return Some(if are_named { By::Signet } else { By::Sops });
    }
    if remedy == TEMPLATE {
        return Some(By::Nobody);
    }
    // A Secret that does not read must not be passed by in silence.
    let is_ours = remedy.starts_with("signet seal ") || remedy == UNREAD;
    is_ours.then_some(By::Signet)
}

#[cfg(test)]
mod tests {
    use super::{By, Finding, Kind, by};

    fn found(kind: Kind) -> Finding {
        Finding::new(kind, &"db.yaml".parse().unwrap(), None, "x")
    }

    #[test]
    fn what_sealing_puts_right_is_to_be_sealed_and_nothing_else() {
        for kind in Kind::ALL {
            let is_sealed = kind.remedy().starts_with("signet seal FILE");
            let expected = is_sealed.then_some(By::Signet);
            assert_eq!(by(&[found(*kind)], false), expected, "{}", kind.id());
        }
        let taken_back = found(Kind::NotSealed).with_remedy("git checkout COMMIT -- FILE");
        assert_eq!(by(&[taken_back], false), None);
        assert_eq!(by(&[], false), None);
        let several = [found(Kind::Document), found(Kind::ClearSecret)];
        assert_eq!(by(&several, false), Some(By::Signet));
    }

    #[test]
    fn what_only_sops_seals_is_its_own_unless_somebody_names_recipients() {
        let foreign = [found(Kind::NotSealed).with_remedy("sops encrypt -i FILE")];
        assert_eq!(by(&foreign, false), Some(By::Sops));
        assert_eq!(by(&foreign, true), Some(By::Signet));
        let people = [found(Kind::Recipients), found(Kind::NoSeal)];
        assert_eq!(by(&people, false), Some(By::Signet));
        assert_eq!(by(&people, true), None);
    }
}
