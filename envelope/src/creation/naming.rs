//! How much of a path a creation rule names.
//!
//! Most lists of rules end in one for every file of a kind (`.*\.yaml$`), so being matched says little. What a pattern asks
//! for shows in what else it matches: the same path with other names in it.

/// How closely a rule names a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Naming {
    /// At most by its ending: files of any name in any folder are meant too.
    Ending,
    /// By its folder: files of any name there are meant too.
    Folder,
    /// By its own name. The ending `.env` is one: other than `.yaml`, it says what the file is for.
    File,
}

/// Names of several forms: a pattern that asks for one of the forms alone takes any name of it.
const OTHER_NAMES: [&str; 5] = ["q", "quux", "corgegrault", "q-7", "Q_7.q"];

/// How closely a rule that is for these paths names one of them.
pub(super) fn of(path: &str, is_for: impl Fn(&str) -> bool) -> Naming {
    let (folder, name) = path
        .rfind('/')
        .map_or(("", path), |at| path.split_at(at + 1));
    let ending = name.rfind('.').map_or("", |at| &name[at..]);
    let endings = [".q", if ending == ".env" { ".q" } else { ending }];
    let takes_others = |folder: &dyn Fn(&str) -> String| {
        OTHER_NAMES.iter().any(|name| {
            let other = |ending: &&str| [&folder(name), *name, *ending].concat();
            endings.iter().any(|ending| is_for(&other(ending)))
        })
    };
    if takes_others(&|name| elsewhere(folder, name)) {
        Naming::Ending
    } else if takes_others(&|_| folder.to_owned()) {
        Naming::Folder
    } else {
        Naming::File
    }
}

/// As deep a folder in which nothing has its name.
fn elsewhere(folder: &str, name: &str) -> String {
    let depth = folder.matches('/').count();
    [name, "/"].concat().repeat(depth)
}

#[cfg(test)]
mod tests {
    use super::Naming::{self, Ending, File, Folder};
    use crate::CreationRules;

    fn naming(pattern: &str, path: &str) -> Naming {
        let text = format!("creation_rules: [{{path_regex: '{pattern}', age: age1a}}]\n");
        let rules = CreationRules::read(&text).unwrap().unwrap();
        rules.for_path(path).unwrap().naming(path)
    }

    #[test]
    fn a_rule_for_everything_or_for_all_files_of_a_kind_names_none() {
        for (pattern, path) in [
            ("", "apps/db.yaml"),
            (".*", "db.env"),
            (".*.yaml", "apps/db.yaml"),
            (r".*\.yaml$", "db.yaml"),
            (r"\.(ya?ml|json|env)$", "apps/prod/db.json"),
            (r"^[^/]+\.yaml$", "db.yaml"),
            (r"^[^/]+/[^/]+/[a-z]+\.yaml$", "apps/prod/db.yaml"),
            (r"(^|/)[\w.-]+\.yaml$", "a-b/c_d.yaml"),
            (r"^[a-z]{5,}/[a-z-]{5,}\.yaml$", "infra/database.yaml"),
            (".*", "Dockerfile"),
        ] {
            assert_eq!(naming(pattern, path), Ending, "{pattern} {path}");
        }
    }

    #[test]
    fn a_rule_for_a_folder_names_what_is_in_it_by_the_folder() {
        for (pattern, path) in [
            ("^secrets/", "secrets/db.yaml"),
            (r"secrets/.*\.yaml$", "apps/secrets/prod/db.yaml"),
            ("prod", "prod/db.yaml"),
            ("^secrets/", "secrets/.env"),
            (r"^clusters/prod/.*", "clusters/prod/kubeconfig"),
            (r"^apps/[a-z-]{5,}\.yaml$", "apps/database.yaml"),
        ] {
            assert_eq!(naming(pattern, path), Folder, "{pattern} {path}");
        }
    }

    #[test]
    fn a_rule_that_asks_for_something_in_the_name_names_the_file() {
        for (pattern, path) in [
            (r"db\.yaml$", "apps/db.yaml"),
            (r"\.enc\.yaml$", "db.enc.yaml"),
            ("secret", "apps/db-secret.yaml"),
            (r"^secrets\.(yaml|json)$", "secrets.json"),
            (r"\.prod\.", "values.prod.yaml"),
            (r"\.env$", ".env"),
            (r"\.(yaml|env)$", "apps/db.env"),
        ] {
            assert_eq!(naming(pattern, path), File, "{pattern} {path}");
        }
    }
}
