//! What somebody types who knows sops: its words are no verbs here, and each leads to the one that is.

use crate::failure::{Failure, usage};
use clap::error::{ContextKind, ContextValue};
use std::path::Path;

/// What to say instead of clap's error, where the command line is one of sops'.
pub(crate) fn explained(error: &clap::Error) -> Option<Failure> {
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
    Some(usage(format!("signet has no {word}")).hint(verb))
}

/// The verb for a word of sops.
fn verb(word: &str) -> Option<&'static str> {
    Some(match word {
        "decrypt" | "-d" | "--decrypt" => {
            "`signet open FILE` prints what was sealed; `signet edit FILE` changes it in place"
        }
        "encrypt" | "-e" | "--encrypt" => {
            "`signet seal FILE` seals a file in place, `signet seal -` what stands on stdin"
        }
        "-i" | "--in-place" => {
            "`signet seal FILE` seals in place by itself; `signet open FILE` only prints"
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
        "groups" => {
            "the key_groups of a .sops.yaml say which there are, and `signet seal FILE` follows them"
        }
        "version" => "`signet --version` says it",
        "filestatus" => "`signet check FILE` says what is wrong with a file, if anything",
        "--input-type" | "--output-type" => "`--type STORE` says of what form the file is",
        "--filename-override" => "`--filename FILE` says which file stdin stands for",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::explained;
    use crate::arguments::Arguments;
    use clap::Parser;

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
        ] {
            let words = ["signet"].into_iter().chain(line.split(' '));
            let error = Arguments::try_parse_from(words).err().expect(line);
            let failure = explained(&error).expect(line);
            let report = failure.report(false);
            assert!(
                report.starts_with("usage: signet has no ") && report.contains("hint: "),
                "{report}"
            );
        }
        let words = ["signet", "seel", "db.yaml"];
        let error = Arguments::try_parse_from(words).err().unwrap();
        assert!(explained(&error).is_none(), "clap knows better");
    }
}
