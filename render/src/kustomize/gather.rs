//! Finds every file that building a kustomization reads, before it is built.

use std::collections::BTreeSet;

use signet_api::RepoPath;
use signet_provenance::{Mode, Tree};
use signet_yaml::{Node, Position};

use super::KustomizeError;
use super::origins::Origins;
use super::references::{self, Reference, Use};
use crate::inputs::{Inputs, Shape};
use crate::{Options, Place, RenderError};

/// The names that kustomize looks for (`api/konfig/general.go`).
pub(crate) const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// The files that the folder's kustomization reads, those of the folders that it names included, and what they describe.
///
/// # Errors
/// [`RenderError::Kustomize`] with the place for what must not be asked for and what is not there; others for files that
/// cannot be read.
pub(super) fn gather<M>(
    tree: &Tree<M>,
    options: &Options,
) -> Result<(Inputs, Origins), RenderError> {
    let mut walk = Walk {
        tree,
        options,
        inputs: Inputs::default(),
        origins: Origins::default(),
        seen: BTreeSet::new(),
        plugins: BTreeSet::new(),
        followed: 0,
        waiting: Vec::new(),
    };
    let folder = Folder {
        path: options.path.clone(),
        configures: None,
    };
    walk.waiting.push((folder, None));
    while let Some((folder, named)) = walk.waiting.pop() {
        if walk.seen.insert(folder.clone()) {
            walk.folder(&folder, named)?;
        }
    }
    Ok((walk.inputs, walk.origins))
}

/// A folder with a kustomization.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Folder {
    path: RepoPath,
    /// The folder from which paths count in its resources, where those configure generators, transformers or validators.
    configures: Option<RepoPath>,
}

/// How many files and folders all kustomizations of a source may name.
const REFERENCES: usize = 10_000;

/// Where a folder is named, and how it is written there.
type Named = (Place, String);

struct Walk<'a, M> {
    tree: &'a Tree<M>,
    options: &'a Options,
    inputs: Inputs,
    origins: Origins,
    seen: BTreeSet<Folder>,
    /// Files of plugins, and the folder from which they count.
    plugins: BTreeSet<(RepoPath, RepoPath)>,
    followed: usize,
    waiting: Vec<(Folder, Option<Named>)>,
}

impl<M> Walk<'_, M> {
    fn folder(&mut self, folder: &Folder, named: Option<Named>) -> Result<(), RenderError> {
        let mut found = false;
        for name in NAMES {
            let Ok(file) = folder.path.join(name) else {
                continue;
            };
            if self.entry(&file)?.is_some() {
                found = true;
                self.kustomization(&file, folder)?;
            }
        }
        match named {
            Some((place, path)) if !found => {
                let source = KustomizeError::NoKustomization { path };
                Err(RenderError::Kustomize { place, source })
            }
            _ => Ok(()),
        }
    }

    fn kustomization(&mut self, file: &RepoPath, folder: &Folder) -> Result<(), RenderError> {
        let roots = self.read(file, Shape::Documents)?;
        for root in &roots {
            self.origins.note_generated(root, file);
            let found = references::of_kustomization(root).map_err(|fault| placed(file, fault))?;
            for reference in found {
                self.follow(file, folder, &folder.path, reference)?;
            }
        }
        Ok(())
    }

    /// Reads what stands at a reference, which counts from `base`.
    fn follow(
        &mut self,
        file: &RepoPath,
        folder: &Folder,
        base: &RepoPath,
        reference: Reference,
    ) -> Result<(), RenderError> {
        self.followed += 1;
        if self.followed > REFERENCES {
            return Err(RenderError::TooLarge {
                path: self.options.path.clone(),
                limit: REFERENCES,
                what: "references in kustomizations",
            });
        }
        let Reference { path, at, usage } = reference;
        let fault = |source| placed(file, (at, source));
        let target = self.resolve(base, &path).map_err(fault)?;
        let entry = self.entry(&target)?;
        let Some(mode) = entry else {
            return Err(fault(missing(path)));
        };
        let configures = match usage {
            Use::Plugin => Some(folder.configures.as_ref().unwrap_or(&folder.path).clone()),
            _ => folder.configures.clone(),
        };
        match (mode, usage) {
            (Mode::Folder, Use::Resource | Use::Plugin) => {
                let place = place(file, at);
                let below = Folder {
                    path: target,
                    configures,
                };
                self.waiting.push((below, Some((place, path))));
                Ok(())
            }
            (Mode::Folder, _) => Err(fault(KustomizeError::Folder { path })),
            (_, Use::Resource | Use::Plugin) => match configures {
                Some(base) if self.plugins.insert((target.clone(), base.clone())) => {
                    let roots = self.read(&target, Shape::Documents)?;
                    self.plugins(&target, &base, folder, &roots)
                }
                Some(_) => Ok(()),
                None => self.resources(&target),
            },
            (_, Use::Structure) => self.take_in(&target, Shape::Documents),
            (_, Use::Env) => self.take_in(&target, Shape::Env),
            (_, Use::Content) => self.take_in(&target, Shape::Content),
            (_, Use::Settings) => self.take_in(&target, Shape::Settings),
        }
    }

    /// What the configurations in a file name; it counts from the kustomization that uses them.
    fn plugins(
        &mut self,
        file: &RepoPath,
        base: &RepoPath,
        folder: &Folder,
        roots: &[Node],
    ) -> Result<(), RenderError> {
        for root in roots {
            let found = references::of_plugin(root).map_err(|fault| placed(file, fault))?;
            for reference in found {
                self.follow(file, folder, base, reference)?;
            }
        }
        Ok(())
    }

    fn entry(&self, path: &RepoPath) -> Result<Option<Mode>, RenderError> {
        let entry = self.tree.entry(path).map_err(|source| RenderError::Tree {
            path: path.clone(),
            source,
        })?;
        Ok(entry.map(|entry| entry.mode))
    }

    /// Has a file of resources among the inputs.
    fn resources(&mut self, file: &RepoPath) -> Result<(), RenderError> {
        if self.inputs.shape(file) != Some(Shape::Documents) {
            let documents = self.read(file, Shape::Documents)?;
            let documents = documents.iter();
            documents.for_each(|document| self.origins.note(document, file));
        }
        Ok(())
    }

    /// Has a file among the inputs, whatever it says.
    fn take_in(&mut self, path: &RepoPath, shape: Shape) -> Result<(), RenderError> {
        if self.inputs.shape(path) == Some(shape) {
            return Ok(());
        }
        self.read(path, shape).map(drop)
    }

    fn read(&mut self, path: &RepoPath, shape: Shape) -> Result<Vec<Node>, RenderError> {
        self.inputs.read(self.tree, self.options, path, shape)
    }

    /// The place that a relative path means, if this source may read there.
    fn resolve(&self, base: &RepoPath, path: &str) -> Result<RepoPath, KustomizeError> {
        if path.starts_with('/') {
            return Err(KustomizeError::Absolute {
                path: path.to_owned(),
            });
        }
        let outside = || KustomizeError::Outside {
            path: path.to_owned(),
            own: self.options.own_folder().to_string(),
        };
        let target = base.resolve(path).ok_or_else(outside)?;
        let kustomization = target.join(NAMES[0]);
        let readable = self.options.may_read(&target)
            || kustomization.is_ok_and(|file| self.options.may_read(&file));
        readable.then_some(target).ok_or_else(outside)
    }
}

/// What is not in the repository: somewhere else, as kustomize would take it, or nowhere.
fn missing(path: String) -> KustomizeError {
    let is_url = ["://", "?ref=", "//"]
        .iter()
        .any(|mark| path.contains(mark));
    // `github.com/org/repo`, `git@github.com:org/repo`; a folder with a dot in its name is rather a slip.
    let host = path.split_once(['/', ':']).map_or("", |(host, _)| host);
    let is_host = host.contains('.') && !host.starts_with('.');
    if is_url || is_host || path.starts_with("git@") {
        KustomizeError::Remote { path }
    } else {
        KustomizeError::Missing { path }
    }
}

fn place(file: &RepoPath, at: Position) -> Place {
    Place {
        file: file.clone(),
        at: Some(at),
    }
}

fn placed(file: &RepoPath, (at, source): references::Fault) -> RenderError {
    RenderError::Kustomize {
        place: place(file, at),
        source,
    }
}
