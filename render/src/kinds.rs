//! Which kinds there are, and which of them stand in namespaces.

mod builtin;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// A kind in one version of its group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gvk {
    /// The API group; empty for the core group.
    pub group: String,
    /// The version.
    pub version: String,
    /// The kind.
    pub kind: String,
}

/// What must be known of a kind to write an object of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceKind {
    /// The last part of the collection's path: `deployments`.
    pub plural: String,
    /// Whether its objects stand in namespaces.
    pub namespaced: bool,
}

/// The kinds that a cluster serves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kinds(pub BTreeMap<Gvk, ResourceKind>);

impl Kinds {
    /// The kinds of a cluster without extensions, for rendering where there is no cluster.
    pub fn builtin() -> Self {
        builtin::TABLE
            .iter()
            .map(builtin::Row::entry)
            .collect::<BTreeMap<_, _>>()
            .into()
    }

    /// What is known of a kind, if it is served.
    pub fn get(&self, gvk: &Gvk) -> Option<&ResourceKind> {
        self.0.get(gvk)
    }

    /// What a chart is told of the API: each group and version, and each kind in it, as `apps/v1` and `apps/v1/Deployment`.
    pub(crate) fn api_versions(&self) -> BTreeSet<String> {
        let of = |gvk: &Gvk| {
            let version = match gvk.group.as_str() {
                "" => gvk.version.clone(),
                group => format!("{group}/{}", gvk.version),
            };
            let kind = format!("{version}/{}", gvk.kind);
            [version, kind]
        };
        self.0.keys().flat_map(of).collect()
    }

    /// Adds the kinds that an object defines, if it is a `CustomResourceDefinition` (`apiextensions.k8s.io/v1`).
    ///
    /// What is missing or malformed adds nothing: the API server says so better.
    pub(crate) fn define(&mut self, crd: &Value) {
        if crd["apiVersion"] != "apiextensions.k8s.io/v1"
            || crd["kind"] != "CustomResourceDefinition"
        {
            return;
        }
        let spec = &crd["spec"];
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let (Some(group), Some(kind), Some(plural)) = (
            text(&spec["group"]),
            text(&spec["names"]["kind"]),
            text(&spec["names"]["plural"]),
        ) else {
            return;
        };
        let namespaced = spec["scope"] == "Namespaced";
        let versions = spec["versions"].as_array().into_iter().flatten();
        for version in versions.filter(|version| version["served"] == true) {
            let Some(version) = text(&version["name"]) else {
                continue;
            };
            let gvk = Gvk {
                group: group.clone(),
                version,
                kind: kind.clone(),
            };
            let resource = ResourceKind {
                plural: plural.clone(),
                namespaced,
            };
            self.0.insert(gvk, resource);
        }
    }
}

impl From<BTreeMap<Gvk, ResourceKind>> for Kinds {
    fn from(kinds: BTreeMap<Gvk, ResourceKind>) -> Self {
        Self(kinds)
    }
}
