//! What somebody types who knows sops: its words are no verbs here, and each leads to the one that is.

use crate::failure::{Failure, usage};
use crate::help::whole;
use clap::Command;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use std::ffi::OsString;
use std::path::Path;

/// What to say instead of clap's error, where the command line is one of sops'.
pub(crate) fn explained(
    error: &clap::Error,
    mut line: impl Iterator<Item = OsString>,
) -> Option<Failure> {
    let is_short = matches!(
        error.kind(),
        ErrorKind::MissingRequiredArgument | ErrorKind::InvalidValue
    );
    if is_short && line.any(|word| word == IN_PLACE) {
        let problem = format!("{IN_PLACE} names an identity, and took the name behind it");
        return Some(usage(problem).hint_if(verb(IN_PLACE)));
    }
    let word = [ContextKind::InvalidSubcommand, ContextKind::InvalidArg]
        .iter()
        .find_map(|kind| match error.get(*kind) {
            Some(ContextValue::String(word)) => Some(word.as_str()),
            _ => None,
        })?;
    let verb = verb(word).map(str::to_owned).or_else(|| {
        let is_file =
            error.get(ContextKind::InvalidSubcommand).is_some() && Path::new(word).is_file();
        is_file.then(|| format!("`signet edit {word}` opens the file in your editor"))
    })?;
    let problem = if is_ours(word) {
        format!("this command has no {word}")
    } else {
        format!("signet has no {word}")
    };
    Some(usage(problem).hint(verb))
}

/// What is `--in-place` to sops, and `--identity` here.
const IN_PLACE: &str = "-i";

/// Whether one of our commands has this flag.
fn is_ours(word: &str) -> bool {
    let program = whole();
    let mut verbs = program.get_subcommands();
    let flag = word.strip_prefix("--");
    let has = |verb: &Command| {
        verb.get_arguments()
            .any(|argument| argument.get_long() == flag)
    };
    flag.is_some() && verbs.any(has)
}

/// The verb for a word of sops.
fn verb(word: &str) -> Option<&'static str> {
    command(word)
        .or_else(|| flag_of_files(word))
        .or_else(|| flag_of_people(word))
        .or_else(|| flag_of_running(word))
}

fn command(word: &str) -> Option<&'static str> {
    Some(match word {
        "decrypt" | "-d" | "--decrypt" => {
            "`signet open FILE` prints what was sealed; `signet edit FILE` changes it in place"
        }
        "encrypt" | "-e" | "--encrypt" => {
            "`signet seal FILE` seals a file in place, `signet seal -` what stands on stdin"
        }
        "updatekeys" => {
            "`signet seal FILE`, or the folder of many, seals for those whom the rules name by now; `signet rotate FILE --remove RECIPIENT` takes somebody away"
        }
        "exec-env" => {
            "`signet exec FILE -- COMMAND` runs a command with the values in its environment"
        }
        "exec-file" => {
            "`signet exec --file FILE -- COMMAND {}` runs a command with the plaintext as a file in memory"
        }
        "-r" | "--rotate" => "`signet rotate FILE` puts a file under a new data key",
        "--set" => "`signet set FILE PATH VALUE` puts a value into a file",
        "groups" => {
            "the key_groups of a .sops.yaml say which there are, and `signet seal FILE` follows them"
        }
        "publish" => {
            "sops publishes what signet sealed; `signet open FILE` prints it for another program to take"
        }
        "keyservice" => OTHER_KEYS,
        "version" => "`signet --version` says it",
        "filestatus" => "`signet check FILE` says what is wrong with a file, if anything",
        _ => return None,
    })
}

/// Flags about the form of a file, and what of it is sealed.
fn flag_of_files(word: &str) -> Option<&'static str> {
    Some(match word {
        "-i" | "--in-place" => {
            "`signet seal`, `rotate`, `set` and `unset` change FILE in place by themselves; `signet open FILE` only prints"
        }
        "--output" => {
            "results go to stdout: `signet open FILE > OTHER`, `signet seal - < FILE > OTHER`"
        }
        "--input-type" | "--output-type" => "`--type STORE` says of what form the file is",
        "--filename-override" | "--filename" => {
            "`--filename FILE` of `signet seal -` and `signet open -` says which file stdin stands for"
        }
        "--extract" => "`signet open FILE --extract PATH` prints one value",
        "--encrypted-regex" => {
            "`signet seal FILE --only REGEX` seals what matches; encrypted_regex in .sops.yaml says it for all"
        }
        "--unencrypted-regex"
        | "--encrypted-suffix"
        | "--unencrypted-suffix"
        | "--encrypted-comment-regex"
        | "--unencrypted-comment-regex"
        | "--mac-only-encrypted" => {
            "a creation rule in .sops.yaml says it, under the same name with `_`; of `signet seal`, --only is encrypted_regex"
        }
        "--indent" => "the layout of a file stays as it is",
        "--ignore-mac" => {
            "what was altered is not opened: `signet check FILE` says what is wrong, and `git checkout COMMIT -- FILE` takes it back"
        }
        "--config" => {
            "`--config FILE` is for `seal`, `edit`, `rotate` and `check`; SOPS_CONFIG names a .sops.yaml too"
        }
        "--recursive" => {
            "a folder stands for the files below it: `signet seal FOLDER`, `rotate` and `check`"
        }
        _ => return None,
    })
}

/// Flags about who opens a file.
fn flag_of_people(word: &str) -> Option<&'static str> {
    Some(match word {
        "--age" | "-a" => {
            "`signet seal FILE --age RECIPIENT` seals for somebody, `signet rotate FILE --add RECIPIENT` for one more"
        }
        "--add-age" => "`signet rotate FILE --add RECIPIENT`",
        "--rm-age" => "`signet rotate FILE --remove RECIPIENT`",
        "--shamir-secret-sharing-threshold" => {
            "shamir_threshold beside key_groups in .sops.yaml says it"
        }
        "--show-master-keys" | "-s" => {
            "for whom a file is sealed stands in its sops block, in the clear"
        }
        "--decryption-order" => {
            "every identity that is found is tried; --identity FILE names another one"
        }
        "--kms"
        | "-k"
        | "--aws-profile"
        | "--gcp-kms"
        | "--hckms"
        | "--azure-kv"
        | "--hc-vault-transit"
        | "--pgp"
        | "-p"
        | "--encryption-context"
        | "--keyservice"
        | "--enable-local-keyservice" => OTHER_KEYS,
        _ if word.starts_with("--add-") || word.starts_with("--rm-") => OTHER_KEYS,
        _ => return None,
    })
}

/// Flags about how a command runs.
fn flag_of_running(word: &str) -> Option<&'static str> {
    Some(match word {
        "--background" | "--same-process" | "--user" => {
            "`signet exec` becomes the command: a `&` of the shell runs it in the background, `sudo -u USER signet exec …` as somebody else"
        }
        "--pristine" => "`signet exec --pristine FILE -- COMMAND` starts from an empty environment",
        "--no-fifo" => "`signet exec --file` hands over a file in memory, which can be read again",
        "--value-stdin" => "`-` in the place of the value reads it from stdin",
        "--idempotent" => {
            "what is there already writes nothing; `signet unset --idempotent` takes a missing value as done"
        }
        "--yes" | "-y" => {
            "nobody is asked here; `--yes` is for commands that ask before they write"
        }
        "--check-for-updates" | "--disable-version-check" => "`signet --version` asks nobody",
        _ => return None,
    })
}

const OTHER_KEYS: &str = "age's keys alone are wrapped here; files for PGP and the keys of clouds are for sops to seal, and open by \
     the age keys that they have too";

#[cfg(test)]
mod tests {
    use super::explained;
    use crate::arguments::Arguments;
    use clap::Parser;
    use std::ffi::OsString;

    #[test]
    fn each_word_of_sops_leads_to_a_verb_and_is_none_itself() {
        for line in [
            "decrypt db.yaml",
            "encrypt -i db.yaml",
            "-d db.yaml",
            "-e db.yaml",
            "--decrypt db.yaml",
            "-i -e db.yaml",
            "seal -e db.yaml",
            "open --input-type yaml db.yaml",
            "updatekeys -y db.yaml",
            "exec-env db.yaml env",
            "exec-file db.yaml env",
            "filestatus db.yaml",
            "version",
            "seal db.yaml -i",
            "publish db.yaml",
            "keyservice",
            "groups add",
            "seal -i db.yaml",
            "open -i db.yaml",
            "set --in-place db.yaml",
            "seal -a age1 db.yaml",
            "seal --input-type=yaml db.yaml",
            "rotate --add-age age1 db.yaml",
            "rotate --rm-pgp ABC db.yaml",
            "open --age age1 db.yaml",
            "open --output db.yaml db.enc.yaml",
            "open --ignore-mac db.yaml",
            "edit --ignore-mac db.yaml",
            "set --ignore-mac db.yaml /a b",
            "rotate --ignore-mac db.yaml",
        ] {
            let words = ["signet"].into_iter().chain(line.split(' '));
            let error = Arguments::try_parse_from(words.clone()).err();
            let failure = explained(&error.expect(line), words.map(OsString::from));
            let report = failure.expect(line).report(false);
            assert!(
                report.starts_with("usage: ") && report.contains("hint: "),
                "{report}"
            );
        }
        let words = ["signet", "seel", "db.yaml"];
        let error = Arguments::try_parse_from(words).err().unwrap();
        let words = words.iter().map(OsString::from);
        assert!(explained(&error, words).is_none(), "clap knows better");
    }
}
