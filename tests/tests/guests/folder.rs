//! Folders of cases, as the guests are given them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use signet_guests::File;

/// The files of a folder by their paths in it.
pub(crate) struct Folder(Vec<(String, Vec<u8>)>);

impl Folder {
    pub(crate) fn read(folder: &Path) -> Self {
        let mut files = Vec::new();
        read(folder, "", &mut files);
        Self(files)
    }

    pub(crate) fn files(&self) -> Vec<File<'_>> {
        self.0
            .iter()
            .map(|(path, content)| File { path, content })
            .collect()
    }

    /// Those that are text.
    pub(crate) fn texts(&self) -> impl Iterator<Item = (String, String)> {
        let files = self.0.iter();
        files.filter_map(|(path, bytes)| {
            let text = String::from_utf8(bytes.clone()).ok()?;
            Some((path.clone(), text))
        })
    }

    /// Has these files in this folder.
    pub(crate) fn write(&self, folder: &Path) {
        for (path, content) in &self.0 {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
    }
}

/// A folder of texts.
impl<'a> FromIterator<(&'a String, &'a String)> for Folder {
    fn from_iter<T: IntoIterator<Item = (&'a String, &'a String)>>(texts: T) -> Self {
        let texts = texts.into_iter();
        Self(
            texts
                .map(|(path, text)| (path.clone(), text.clone().into_bytes()))
                .collect(),
        )
    }
}

fn read(folder: &Path, prefix: &str, files: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{prefix}{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            read(&path, &format!("{name}/"), files);
        } else {
            files.push((name, fs::read(path).unwrap()));
        }
    }
    files.sort();
}

/// The folders in a folder beside this file.
pub(crate) fn cases(kind: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/guests")
        .join(kind);
    let cases = fs::read_dir(folder).unwrap();
    let mut cases: Vec<PathBuf> = cases.map(|case| case.unwrap().path()).collect();
    cases.sort();
    assert!(!cases.is_empty());
    cases
}

/// What a program prints, which must succeed.
pub(crate) fn printed(command: &mut Command) -> String {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let complaint = String::from_utf8_lossy(&stderr);
    assert!(status.success(), "{command:?}: {complaint}");
    String::from_utf8(stdout).unwrap()
}
