//! The person's tool for Signet: what is typed becomes a command, results go to stdout, everything else to stderr.

mod applicable;
mod arguments;
mod audience;
mod belief;
mod beneath;
mod blobs;
mod candidates;
mod change;
mod clear;
mod clock;
mod command;
mod consent;
mod creation;
mod data_keys;
mod documents;
mod extract;
mod failure;
mod files;
mod fleet;
mod foreign;
mod gitcmd;
mod help;
mod identities;
mod inspection;
mod key_holders;
mod leavers;
mod left;
mod mistyped;
mod moment;
mod named_key;
mod new_identity;
mod opening;
mod output;
mod own_work;
mod parallel;
mod pin;
mod place;
mod plain;
mod private_folder;
mod random;
mod reading;
mod recovery_key;
mod remedy;
mod repository;
mod revisions;
mod rule_people;
mod sealing;
mod session;
mod signals;
mod signing_key;
mod sops_words;
mod store_args;
mod surroundings;
mod unmerged;
mod value;
mod value_path;
mod vouchers;

fn main() -> std::process::ExitCode {
    command::main()
}
