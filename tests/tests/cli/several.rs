//! Files of several places named in one run.

use std::fs;

use crate::fixture::run;
use crate::plain::Plain;

const CLEAR: &str = "password: canary-9f3a1c\n";
const FILES: [&str; 4] = ["r1/a.yaml", "r2/b.yaml", "r1/inner/i.yaml", "c.yaml"];

/// A folder with two repositories, one within the first, and a file in none.
fn folder() -> Plain {
    let plain = Plain::new();
    for file in FILES {
        plain.write(file, CLEAR);
    }
    for tree in ["r1", "r2", "r1/inner"] {
        plain.git(&["init", "--quiet", tree]);
    }
    plain
}

#[test]
fn files_of_several_repositories_are_refused_in_one_run_and_changed_in_one_each() {
    let plain = folder();
    let home = plain.path().canonicalize().unwrap();
    let tree = |name: &str| format!("in the Git work tree {}", home.join(name).display());
    let pairs = [
        (["r1/a.yaml", "r2/b.yaml"], [tree("r1"), tree("r2")]),
        (
            ["r1/a.yaml", "r1/inner/i.yaml"],
            [tree("r1"), tree("r1/inner")],
        ),
        (
            ["c.yaml", "r2/b.yaml"],
            ["c.yaml lies in none".to_owned(), tree("r2")],
        ),
        (["r1/*.yaml", "r2"], [tree("r1"), tree("r2")]),
    ];
    let seal = ["seal", "--age", &plain.recipient];
    let refused = |words: &[&str], code| {
        for (names, places) in &pairs {
            let [first, second] = places;
            let told = [names[0], names[1], first, second, "by themselves"];
            plain.signet(&[words, names].concat()).failed(code, &told);
        }
    };
    refused(&seal, 1);
    refused(&["seal", "--check"], 2);
    assert!(FILES.iter().all(|file| plain.read(file) == CLEAR));
    for file in FILES {
        let said = plain.signet(&[&seal[..], &[file]].concat()).succeeded();
        assert_eq!(said.stdout.trim(), file);
    }
    let before = FILES.map(|file| plain.read(file));
    refused(&["rotate"], 1);
    assert_eq!(FILES.map(|file| plain.read(file)), before);
    for file in FILES {
        plain.signet(&["rotate", file]).succeeded();
    }
}

#[test]
fn outside_git_files_elsewhere_are_written_down_beside_them_and_not_at_the_root() {
    let plain = Plain::new();
    plain.write("there/a.yaml", CLEAR);
    plain.write("there/b.yaml", CLEAR);
    plain.write("here/x", "");
    fs::create_dir(plain.path().join("there/.signet-changes")).unwrap();
    let seal = || {
        let mut command = plain.command();
        command.current_dir(plain.path().join("here"));
        let files = ["../there/a.yaml", "../there/b.yaml"];
        run(
            command,
            &[&["seal", "--age", &plain.recipient][..], &files].concat(),
        )
    };
    seal().failed(1, &["there/.signet-changes"]);
    fs::remove_dir(plain.path().join("there/.signet-changes")).unwrap();
    let said = seal().succeeded();
    let there = plain.path().join("there").canonicalize().unwrap();
    let there = there.display();
    assert_eq!(said.stdout, format!("{there}/a.yaml\n{there}/b.yaml\n"));
}
