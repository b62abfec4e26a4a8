//! What can be wrong with a file, what it is called, and what to do about it.

use super::to_seal::{By, Sealing};
use crate::leavers;
use crate::output::shell::{pathspec, word};
use crate::place::Place;
use signet_api::RepoPath;
use signet_seal::KeyGroups;
use signet_yaml::Position;
use std::path::Path;

/// Something that is not right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    /// What sort of thing it is.
    pub(crate) kind: Kind,
    /// The file, from where the tree begins.
    pub(crate) path: String,
    /// The file, from where the person stands.
    pub(crate) shown: Box<str>,
    /// Where in the file, if not all of it.
    pub(crate) at: Option<Position>,
    /// What is wrong.
    pub(crate) problem: String,
    /// What to do about it, where it is not what its kind says.
    instead: Option<Remedy>,
    /// What sealing does about it.
    pub(super) sealing: Sealing,
}

/// What to do about a finding, but for the file's name. A text that somebody else wrote a part of never becomes that name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Remedy {
    /// A text in parts, between which the file's name stands.
    Parts(Vec<String>),
    /// Some are to lose the file who open it now; for whom it is sealed, and for whom it is to be.
    Leavers(Box<[KeyGroups; 2]>),
}

impl From<&'static str> for Remedy {
    /// A text of ours, in which `FILE` stands for the file, and `-- FILE` for what Git takes for it.
    fn from(text: &'static str) -> Self {
        Self::Parts(text.split("FILE").map(str::to_owned).collect())
    }
}

impl Remedy {
    /// A text before the file's name and one behind it.
    pub(super) fn around(before: String, behind: &str) -> Self {
        Self::in_parts([before, behind.to_owned()])
    }

    /// A text in parts, between which the file's name stands.
    pub(super) fn in_parts(parts: impl Into<Vec<String>>) -> Self {
        Self::Parts(parts.into())
    }

    /// The same, and the file is staged where the text ends with its name.
    fn and_staged(self) -> Self {
        match self {
            Self::Parts(mut parts)
                if parts.len() > 1 && parts.last().is_some_and(String::is_empty) =>
            {
                parts.pop();
                parts.extend([" && git add -- ".to_owned(), String::new()]);
                Self::Parts(parts)
            }
            other => other,
        }
    }

    /// The text about the file of this name.
    fn about(&self, name: &str) -> String {
        let (file, spec) = (word(name), pathspec(name));
        match self {
            Self::Parts(parts) => {
                let (last, others) = parts.split_last().expect("a split text has a part");
                let named = others.iter().map(|part| {
                    let is_for_git = part.ends_with("-- ");
                    part.clone() + if is_for_git { &spec } else { &file }
                });
                named.chain([last.clone()]).collect()
            }
            Self::Leavers(groups) => {
                let [own, wanted] = &**groups;
                leavers::remedy(&file, own, wanted).unwrap_or_default()
            }
        }
    }
}

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// A secret is in the open, or nobody will open the file.
    Error,
    /// It works, and probably not as it is meant.
    Warning,
    /// Nothing is wrong; somebody may expect more than is there.
    Note,
}

macro_rules! kinds {
    ($($kind:ident $id:literal $level:ident $what:literal, $remedy:literal;)*) => {
        /// The sorts of findings. Their names are for machines to rely on.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Kind {
            $(#[doc = $what] $kind,)*
        }

        impl Kind {
            /// All of them.
            pub(crate) const ALL: &[Self] = &[$(Self::$kind),*];

            /// Its name, which stays.
            pub(crate) fn id(self) -> &'static str {
                match self { $(Self::$kind => $id,)* }
            }

            /// How much it matters.
            pub(crate) fn level(self) -> Level {
                match self { $(Self::$kind => Level::$level,)* }
            }

            /// What it is, in a sentence.
            pub(crate) fn what(self) -> &'static str {
                match self { $(Self::$kind => $what,)* }
            }

            /// What to do about it; `FILE` stands for the file.
            pub(crate) fn remedy(self) -> &'static str {
                match self { $(Self::$kind => $remedy,)* }
            }
        }
    };
}

kinds! {
    ClearSecret "clear-secret" Error "A Secret stands in clear text.", "signet seal FILE";
    ClearValue "clear-value" Error "A sealed file holds a value in clear text that its rule wants sealed.", "signet seal FILE";
    NothingSealed "nothing-sealed" Error "A file with a sops block has values, and none of them is sealed.",
        "take the sops block out of FILE, and signet seal FILE";
    ClearIdentity "clear-identity" Error "A private age identity stands in clear text.",
        "take it out of FILE and of the history, make a new one with signet keygen, and rotate what it opens";
    NotSealed "not-sealed" Error "The file should be sealed and is not.", "signet seal FILE";
    NoSeal "no-seal" Error "A plain SOPS file stands where the tenant's agent takes sealed files only.",
        "it asks whether the file belongs there: signet seal FILE";
    Recipients "wrong-recipients" Error "The file is sealed for others than it should be, or for too few.", "signet seal FILE";
    KeptKey "kept-key" Warning "Somebody was taken out of a file and knows its data key.", "signet rotate FILE";
    Moved "moved" Error "The file was sealed for another place.", "signet seal FILE";
    SealedHead "sealed-head" Error "An object of Kubernetes is sealed in what says which object it is, so no agent applies it.",
        "signet open FILE, write the clear text in its place and signet seal FILE, where no rule selects more than data and stringData";
    Unowned "unowned" Error "A sealed file belongs to no tenant, so no agent opens it.", "move FILE to a folder of its tenant";
    Shared "shared" Error "A sealed file lies in a folder that several sources may read.", "move FILE to a folder of its tenant";
    Uncovered "uncovered" Error "No rule of the policy names the path, so nobody may change it.",
        "move FILE, or let the root group add a rule to signet/policy.yaml";
    Damaged "damaged" Error "A sealed file cannot be read as one.", "take back what was changed: git checkout COMMIT -- FILE";
    Unmerged "unmerged" Error "Git left both sides of a merge in a sealed file.",
        "leave the lines of one side of each conflict and no marker, then signet seal FILE; while the merge is open, git checkout --merge -- FILE starts again";
    StaleSeal "stale-seal" Error "A file has the MAC of another version of it, so nobody opens it.", "signet seal FILE";
    DuplicateKey "duplicate-key" Error "A key stands twice in one mapping, so its readers differ in what it says.",
        "take one of the two out of FILE";
    Unreadable "unreadable" Error "A manifest is not valid YAML.", "correct FILE where it says";
    TwoReadings "two-readings" Error "A sealed file has more than one reading.",
        "write what it names in FILE in another way, and signet seal FILE";
    Unexamined "unexamined" Error "A staged file has a path that Signet does not take, so nobody looked at it.",
        "give it a name in UTF-8 and without control characters: git mv";
    TooLarge "too-large" Error "A file that is to be sealed has more than 88 MiB, so nobody looked at it.",
        "take FILE out of the repository, or what is secret of it into a file of at most 64 MiB, and signet seal that";
    TenantRule "tenant-without-rule" Warning "No rule of the policy names a part of the tenant's folder, so nobody may change anything in it.",
        "let the root group add a rule for the folder to signet/policy.yaml";
    TooFew "too-few-signers" Warning "A rule needs more persons than there are with a key that counts, so nobody meets it.",
        "give the group a person or a person a key in FILE, or let the rule ask for fewer";
    LaxClusters "lax-clusters" Warning "Somebody may change what is applied to clusters who may not change the policy.",
        "let the rule in FILE ask for as many of group root as that of signet/**, or add one for clusters/** that does";
    Unused "unused-principal" Warning "A principal's signature lets nothing pass.",
        "put it into a group, or a program into a rule's automation, or take it out of FILE";
    Fieldless "no-fields" Warning "A rule lets programs change fields, and no file that it names has any that they could change.",
        "name files in FILE that are YAML or JSON and not sealed, or let programs change whole files";
    WeakKey "weak-key" Warning "An RSA key is shorter than 3072 bits.", "put another key in its place in FILE: ssh-keygen -t ed25519";
    Untouched "untouched-key" Warning "A security key signs without a touch.", "take touch: false out of FILE";
    EndedKey "ended-key" Warning "The validity of a key has ended.", "take the key out of FILE, or put another one in its place";
    RevokedKey "revoked-key" Warning "A key is revoked, and a principal's all the same.",
        "take the key out of the principal in FILE, or one that has no other out of it, and have it among those that are revoked, mode hard if others may have it";
    Unproven "unproven-recovery" Warning "The anchor has no code of a recovery key, so it proves nothing to who has that alone.",
        "have the key give way to one that makes a code: signet rotate recovery RECIPIENT";
    Document "bad-document" Error "A document of the fleet cannot be used.", "correct FILE where it says";
    Linked "linked" Error "A link or another repository stands where agents read nothing but files.",
        "put the files themselves in the place of FILE, or take it out of the folder";
    RuleMismatch "rule-mismatch" Warning "The file is sealed under another rule than .sops.yaml asks for.",
        "open it and seal the text anew, or correct the creation rule";
    Inapplicable "inapplicable" Warning "A Secret holds a value that Kubernetes refuses, and the object with it.",
        "signet edit FILE, and put quotes around it, as data and stringData hold texts";
    NoRule "no-rule" Warning "No creation rule of .sops.yaml is for this sealed file.", "add a creation rule for FILE to .sops.yaml";
    CreationRules "creation-rules" Warning "A .sops.yaml cannot be used, or not as it is meant.", "correct FILE where it says";
    NoPath "rule-without-path" Note "A creation rule names no files, so check takes none to be secret for it but Secrets of Kubernetes and what is sealed in Git.",
        "give the rule a path_regex that names the files to seal, such as ^secrets/ or \\.secret\\.yaml$";
    SealsNothing "seals-nothing" Note "A file with a sops block has values, and its creation rule selects none of them.",
        "nothing, unless something in FILE is secret";
    NotRead "not-read" Note "A sealed file lies where no source of its tenant reads it, so no agent applies it.",
        "move FILE below the path of a source, which signet tenant list shows, or give the tenant one for it";
    NotLookedAt "not-looked-at" Note "A file has more than 88 MiB, and nothing says that it is to be sealed.",
        "nothing, unless something in FILE is secret";
    OtherName "rules-not-read" Note "Creation rules stand in a file that neither sops nor Signet reads.", "rename FILE to .sops.yaml, or take it away";
}

impl Kind {
    /// What sealing does about it.
    fn sealing(self) -> Sealing {
        match self {
            Self::ClearSecret
            | Self::ClearValue
            | Self::NotSealed
            | Self::NoSeal
            | Self::Recipients
            | Self::Moved
            | Self::StaleSeal => Sealing::Mends(By::Signet),
            Self::NothingSealed | Self::TwoReadings => Sealing::Follows,
            _ => Sealing::Apart,
        }
    }
}

impl Level {
    /// Its name, which is SARIF's too.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

impl Finding {
    /// A finding about a file, or about a place in it.
    pub(crate) fn new(
        kind: Kind,
        path: &RepoPath,
        at: impl Into<Option<Position>>,
        problem: impl Into<String>,
    ) -> Self {
        let at = at.into();
        let problem = problem.into();
        Self {
            kind,
            path: path.to_string(),
            shown: path.as_str().into(),
            problem: bare(&problem, path, at).to_owned(),
            at,
            instead: None,
            sealing: kind.sealing(),
        }
    }

    /// The finding about a file whose path is none that Signet takes.
    pub(crate) fn unexamined(path: &Path) -> Self {
        let shown = path.to_string_lossy().escape_debug().to_string();
        Self {
            kind: Kind::Unexamined,
            shown: shown.as_str().into(),
            path: shown,
            at: None,
            problem: "Signet does not take its path, so nobody looked at it".to_owned(),
            instead: None,
            sealing: Sealing::Apart,
        }
    }

    /// The same as somebody calls it who stands in another folder than that in which the tree begins.
    pub(crate) fn seen_from(self, place: &Place) -> Self {
        let shown = place.name(&self.path).into();
        Self { shown, ..self }
    }

    /// The same about what is staged: what seals the file again is staged again.
    pub(crate) fn of_staged(self) -> Self {
        match self.sealing {
            Sealing::Mends(By::Signet | By::Sops) | Sealing::Follows => Self {
                instead: Some(self.own_remedy().and_staged()),
                ..self
            },
            Sealing::Mends(By::Nobody) | Sealing::Apart => self,
        }
    }

    /// The same with another remedy than that of its kind, in which the file is not sealed.
    pub(super) fn with_remedy(self, remedy: impl Into<Remedy>) -> Self {
        Self {
            instead: Some(remedy.into()),
            sealing: Sealing::Apart,
            ..self
        }
    }

    /// The same with another remedy than that of its kind, and who seals.
    pub(super) fn sealed_by(self, by: By, remedy: impl Into<Remedy>) -> Self {
        Self {
            sealing: Sealing::Mends(by),
            ..self.with_remedy(remedy)
        }
    }

    /// Whether it says that this program is to seal the file as it stands.
    pub(super) fn is_to_be_sealed(&self) -> bool {
        self.sealing == Sealing::Mends(By::Signet) && self.instead.is_none()
    }

    /// The verb that puts a file right as it stands, for its place and its people; none where sealing it does not.
    pub(crate) fn sealed_again_by(&self) -> Option<&'static str> {
        let is_of_place = matches!(self.kind, Kind::Recipients | Kind::NoSeal | Kind::Moved);
        let is_mended = is_of_place && self.sealing == Sealing::Mends(By::Signet);
        let is_rotated = || self.remedy().contains("signet rotate ");
        is_mended.then(|| if is_rotated() { "rotate" } else { "seal" })
    }

    fn own_remedy(&self) -> Remedy {
        let instead = self.instead.clone();
        instead.unwrap_or_else(|| self.kind.remedy().into())
    }

    /// What to do about it.
    pub(crate) fn remedy(&self) -> String {
        self.own_remedy().about(&self.shown)
    }
}

/// The problem without its place, which stands beside it.
fn bare<'a>(problem: &'a str, path: &RepoPath, at: Option<Position>) -> &'a str {
    let separators = [':', ' '];
    let rest = problem.strip_prefix(path.as_str()).unwrap_or(problem);
    let rest = rest.trim_start_matches(separators);
    let place = at.map(|at| at.to_string()).unwrap_or_default();
    let rest = rest.strip_prefix(&place).unwrap_or(rest);
    rest.trim_start_matches(separators)
}

#[cfg(test)]
mod tests {
    use super::{Finding, Kind, Remedy};
    use signet_seal::KeyGroups;
    use signet_yaml::Position;
    use std::collections::BTreeSet;

    #[test]
    fn each_kind_has_a_name_of_its_own_in_small_letters() {
        let names: BTreeSet<&str> = Kind::ALL.iter().map(|kind| kind.id()).collect();
        assert_eq!(names.len(), Kind::ALL.len());
        let is_plain = |name: &&str| name.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        assert!(names.iter().all(is_plain), "{names:?}");
    }

    #[test]
    fn a_remedy_can_be_pasted_whatever_the_name_of_the_file() {
        for (path, word) in [
            ("a/db.yaml", "a/db.yaml"),
            ("-x.yaml", "./-x.yaml"),
            ("a b.yaml", "'a b.yaml'"),
            ("-$(id)'.yaml", r"'./-$(id)'\''.yaml'"),
            ("größe.yaml", "größe.yaml"),
        ] {
            let finding = Finding::new(Kind::NotSealed, &path.parse().unwrap(), None, "x");
            assert_eq!(finding.remedy(), format!("signet seal {word}"));
        }
    }

    #[test]
    fn nothing_that_a_file_says_is_taken_for_its_name() {
        let path = "a;b.yaml".parse().unwrap();
        let finding = || Finding::new(Kind::Recipients, &path, None, "x");
        let groups = |label: &str| KeyGroups::one([label.to_owned()].into());
        for label in ["a FILE", "a \0"] {
            let leavers = Remedy::Leavers(Box::new([groups(label), groups("age1x")]));
            let remedies = [
                leavers,
                Remedy::around(format!("put {label} right in "), ""),
            ];
            for remedy in remedies {
                let said = finding().with_remedy(remedy).remedy();
                assert!(said.contains("'a;b.yaml'"), "{said}");
                assert!(said.contains(label) || said.contains(r"a \u{0}"), "{said}");
            }
        }
    }

    #[test]
    fn what_is_sealed_again_is_staged_again_and_nothing_else() {
        for (kind, is_staged) in [
            (Kind::ClearSecret, true),
            (Kind::NothingSealed, true),
            (Kind::TwoReadings, true),
            (Kind::Recipients, true),
            (Kind::Damaged, false),
            (Kind::DuplicateKey, false),
        ] {
            let finding = Finding::new(kind, &"a.yaml".parse().unwrap(), None, "x");
            let remedy = finding.of_staged().remedy();
            let ends = remedy.ends_with("signet seal a.yaml && git add -- a.yaml");
            assert_eq!(ends, is_staged, "{remedy}");
        }
    }

    #[test]
    fn the_place_stands_beside_the_problem_and_not_in_it() {
        let at = Position { line: 3, column: 5 };
        let path = "a/db.yaml".parse().unwrap();
        let finding = Finding::new(
            Kind::Damaged,
            &path,
            at,
            "a/db.yaml: line 3, column 5: /0/x is malformed",
        );
        assert_eq!(finding.problem, "/0/x is malformed");
        assert_eq!(
            finding.remedy(),
            "take back what was changed: git checkout COMMIT -- a/db.yaml"
        );
    }
}
