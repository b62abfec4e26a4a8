//! YAML as people publish it: every file of some charts and manifests, as kubectl and sops read it and as we do.

mod kubernetes;
mod sops;

use std::fs;
use std::path::{Path, PathBuf};

use signet_tests::tools::published_module;

/// Go modules with charts, manifests and test data, all under the Apache License 2.0.
const COLLECTIONS: [(&str, &str); 7] = [
    ("github.com/cert-manager/cert-manager", "v1.21.2"),
    ("github.com/fluxcd/flux2/v2", "v2.9.5"),
    (
        "github.com/prometheus-operator/prometheus-operator",
        "v0.85.0",
    ),
    ("github.com/tektoncd/pipeline", "v1.0.0"),
    ("helm.sh/helm/v3", "v3.22.0"),
    ("knative.dev/serving", "v0.51.0"),
    ("sigs.k8s.io/gateway-api", "v1.4.0"),
];

/// A published file.
struct Published {
    path: PathBuf,
    text: String,
}

impl Published {
    /// Whether it is the file of that name.
    fn is(&self, name: &str) -> bool {
        self.path.ends_with(name)
    }
}

/// All YAML files of all collections, in the order of their paths.
fn published() -> Vec<Published> {
    let mut files = Vec::new();
    for (module, version) in COLLECTIONS {
        let folder = published_module(module, version).unwrap_or_else(|error| panic!("{error:#}"));
        collect(&folder, &mut files);
    }
    files
}

fn collect(folder: &Path, files: &mut Vec<Published>) {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let mut entries: Vec<_> = entries.collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let (path, kind) = (entry.path(), entry.file_type().unwrap());
        if kind.is_dir() {
            collect(&path, files);
        } else if kind.is_file()
            && path
                .extension()
                .is_some_and(|end| end == "yaml" || end == "yml")
        {
            let text = fs::read_to_string(&path).unwrap();
            files.push(Published { path, text });
        }
    }
}
