//! Renders of several tenants in one process.

use std::env;
use std::process::Command;
use std::thread;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use signet_guests::{Helm, Kustomize, Request};
use signet_tests::dice::Dice;

use crate::compared::{each, patient};
use crate::folder::{Folder, cases};
use crate::kustomize::generated::{Overlay, TOP};

const ALONE: &str = "SIGNET_TEST_ALONE";

/// One tenant's source.
enum Source {
    Kustomize { files: Folder, folder: &'static str },
    Helm { files: Folder, values: &'static str },
}

/// Schemas, kinds of fields and charts with their own kinds, which a library could keep for the next render.
fn sources() -> Vec<Source> {
    let overlays = cases("overlays").into_iter().map(|case| Source::Kustomize {
        files: Folder::read(&case),
        folder: "overlay",
    });
    let keeps = [
        "openapi:",
        "crds:",
        "configurations:",
        "vars:",
        "transformers:",
    ];
    let made = (0..160).map(|seed| Overlay::of(seed).texts);
    let made = made.filter(|texts| {
        let names = |field: &&str| texts.values().any(|text| text.contains(*field));
        keeps.iter().filter(|field| names(field)).count() > 1
    });
    let made = made.take(8).map(|texts| Source::Kustomize {
        files: texts.iter().collect(),
        folder: TOP,
    });
    let charts = cases("charts").into_iter().flat_map(|case| {
        [
            "",
            "replicas: 4\nglobal: {team: b}\n",
            "cache: {enabled: false}\n",
        ]
        .map(|values| Source::Helm {
            files: Folder::read(&case),
            values,
        })
    });
    overlays.chain(made).chain(charts).collect()
}

/// A digest of everything that a render answers, or complains of.
fn answered(source: &Source) -> String {
    let answer = match source {
        Source::Kustomize { files, folder } => {
            let options = Kustomize {
                folder,
                unrestricted: true,
                origins: true,
                json: true,
            };
            signet_guests::render(&Request::Kustomize(&options, &files.files()), &patient())
        }
        Source::Helm { files, values } => {
            let options = Helm {
                release: "release",
                namespace: "namespace",
                values: &[values],
                ..Helm::default()
            };
            signet_guests::render(&Request::Helm(&options, &files.files()), &patient())
        }
    };
    let answer = answer.map_err(|error| error.to_string());
    HEXLOWER.encode(&Sha256::digest(format!("{answer:?}")))
}

/// The same in a process that renders nothing else.
fn alone(index: usize) -> String {
    let name = "interleaved::renders_in_any_order_are_those_of_a_process_of_their_own";
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(ALONE, index.to_string())
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let (_, rest) = printed.split_once("answered: ").unwrap();
    rest.lines().next().unwrap().to_owned()
}

#[test]
fn renders_in_any_order_are_those_of_a_process_of_their_own() {
    let sources = sources();
    if let Some(index) = env::var_os(ALONE) {
        let index: usize = index.to_str().unwrap().parse().unwrap();
        println!("answered: {}", answered(&sources[index]));
        return;
    }
    let indices: Vec<usize> = (0..sources.len()).collect();
    let alone = each(&indices, |index| alone(*index));
    thread::scope(|scope| {
        for seed in 0..4 {
            let (sources, alone) = (&sources, &alone);
            scope.spawn(move || {
                let mut dice = Dice::new(seed);
                for turn in 0..40 {
                    let index = dice.below(sources.len());
                    assert_eq!(
                        answered(&sources[index]),
                        alone[index],
                        "{seed}, {turn}: {index}"
                    );
                }
            });
        }
    });
}
