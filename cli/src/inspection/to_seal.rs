//! Of which files sealing puts something right: those that `check` finds, and that `seal` takes of a folder.

use super::{Finding, Kind};

/// Who seals a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// This program, which says why where it cannot.
    Signet,
    /// sops, which has the keys that the file's rule asks for.
    Sops,
    /// Nobody: it is a template.
    Nobody,
}

/// What sealing does about a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sealing {
    /// It puts the file right as it is.
    Mends(By),
    /// It comes last, when a person has changed the file.
    Follows,
    /// Nothing.
    Apart,
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
    let is_of_people = matches!(finding.kind, Kind::Recipients | Kind::NoSeal);
    match finding.sealing {
        Sealing::Mends(_) if are_named && is_of_people => None,
        Sealing::Mends(By::Sops) if are_named => Some(By::Signet),
        Sealing::Mends(by) => Some(by),
        Sealing::Follows | Sealing::Apart => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{By, Finding, Kind, by};

    fn found(kind: Kind) -> Finding {
        Finding::new(kind, &"db.yaml".parse().unwrap(), None, "x")
    }

    #[test]
    fn what_sealing_puts_right_is_to_be_sealed_and_nothing_else() {
        let mended = [
            Kind::ClearSecret,
            Kind::ClearValue,
            Kind::NotSealed,
            Kind::NoSeal,
            Kind::Recipients,
            Kind::Moved,
            Kind::StaleSeal,
        ];
        for kind in Kind::ALL {
            let expected = mended.contains(kind).then_some(By::Signet);
            assert_eq!(by(&[found(*kind)], false), expected, "{}", kind.id());
            let remedy = kind.remedy();
            let says_so = remedy == "signet seal FILE" || remedy.ends_with(": signet seal FILE");
            assert_eq!(says_so, expected.is_some(), "{}", kind.id());
        }
        let taken_back = found(Kind::NotSealed).with_remedy("git checkout COMMIT -- FILE");
        assert_eq!(by(&[taken_back], false), None);
        assert_eq!(by(&[], false), None);
        let several = [found(Kind::Document), found(Kind::ClearSecret)];
        assert_eq!(by(&several, false), Some(By::Signet));
    }

    #[test]
    fn what_only_sops_seals_is_its_own_unless_somebody_names_recipients() {
        let foreign = [found(Kind::NotSealed).sealed_by(By::Sops, "whatever it says")];
        assert_eq!(by(&foreign, false), Some(By::Sops));
        assert_eq!(by(&foreign, true), Some(By::Signet));
        let people = [found(Kind::Recipients), found(Kind::NoSeal)];
        assert_eq!(by(&people, false), Some(By::Signet));
        assert_eq!(by(&people, true), None);
    }
}
