//! What a guest is asked for.

use serde::Serialize;

use crate::GuestError;

/// A program that renders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Renderer {
    /// `kustomize build`.
    Kustomize,
    /// `helm template`.
    Helm,
}

impl Renderer {
    /// The program's own name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kustomize => "Kustomize",
            Self::Helm => "Helm",
        }
    }
}

/// What to render: everything that the renderer can know.
#[derive(Debug, Clone, Copy)]
pub enum Request<'a> {
    /// A kustomization with all files that it may read.
    Kustomize(&'a Kustomize<'a>, &'a [File<'a>]),
    /// A chart with its values.
    Helm(&'a Helm<'a>, &'a [File<'a>]),
}

/// A file that the renderer finds.
#[derive(Debug, Clone, Copy)]
pub struct File<'a> {
    /// Relative, of names between single slashes; for Helm, to the chart's folder.
    pub path: &'a str,
    /// Its bytes.
    pub content: &'a [u8],
}

/// Options of Kustomize.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Kustomize<'a> {
    /// The folder of the kustomization, as the files' paths name it; empty where it is their root.
    pub folder: &'a str,
    /// Lets a kustomization read files beside and above its folder, of those in the request, as
    /// `--load-restrictor LoadRestrictionsNone` does.
    pub unrestricted: bool,
    /// Has documents say which file they come from. Kustomize notes that down in annotations, which are taken away
    /// again; but a JSON patch that adds to `/metadata/annotations` where there are none is an error only without this.
    pub origins: bool,
    /// Has documents be JSON, of which Kustomize makes the YAML that it prints.
    pub json: bool,
}

/// Options of Helm.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Helm<'a> {
    /// The release's name.
    pub release: &'a str,
    /// The release's namespace.
    pub namespace: &'a str,
    /// The cluster's version, `v1.34.1`; Helm's own guess where it is empty.
    pub kube_version: &'a str,
    /// All that the cluster has, `apps/v1` and `apps/v1/Deployment`; what Kubernetes brings with it where there is none.
    pub api_versions: Option<&'a [&'a str]>,
    /// Files of values in the order of `--values`: a later one has its way.
    pub values: &'a [&'a str],
    /// Asks for JSON in the place of a manifest in which a key stands twice. The last of them counts there, as when Helm installs it.
    pub last_keys: bool,
    /// Says that the one file is an archive of the chart (`.tgz`), of which `.helmignore` leaves nothing out.
    pub archive: bool,
}

impl Request<'_> {
    /// The program that answers it.
    pub fn renderer(&self) -> Renderer {
        match self {
            Self::Kustomize(..) => Renderer::Kustomize,
            Self::Helm(..) => Renderer::Helm,
        }
    }

    fn files(&self) -> &[File<'_>] {
        match self {
            Self::Kustomize(_, files) | Self::Helm(_, files) => files,
        }
    }

    /// Returns the request as bytes.
    #[cfg_attr(not(feature = "guests"), expect(dead_code, reason = "nobody is asked"))]
    pub(crate) fn encode(&self) -> Result<Vec<u8>, GuestError> {
        let options = match self {
            Self::Kustomize(options, _) => serde_json::to_vec(options),
            Self::Helm(options, _) => serde_json::to_vec(options),
        };
        let mut bytes = Vec::new();
        field(&mut bytes, &options.map_err(GuestError::Options)?)?;
        for file in self.files() {
            field(&mut bytes, file.path.as_bytes())?;
            field(&mut bytes, file.content)?;
        }
        Ok(bytes)
    }
}

fn field(bytes: &mut Vec<u8>, content: &[u8]) -> Result<(), GuestError> {
    let length = u32::try_from(content.len()).map_err(|_| GuestError::Request)?;
    bytes.extend(length.to_le_bytes());
    bytes.extend(content);
    Ok(())
}
