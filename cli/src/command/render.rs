//! `signet render`: the objects of a source, sealed values as stand-ins.

use crate::failure::{Explain, Result, refused};
use crate::files::Changes;
use crate::fleet;
use crate::output::Output;
use crate::repository::Repository;
use crate::session::Session;
use clap::ValueEnum;
use serde_json::{Value, json};
use signet_api::{Fleet, RepoPath, Tenant, TenantCluster, TenantSource};
use signet_provenance::{Tree, Unverified};
use signet_render::{Desired, DesiredObject, Kinds, Options};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Render a source without a key and without a cluster: sealed values appear as stand-ins
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  signet render tenants/team-a/prod\n  signet render tenants/team-a/prod --rev origin/main -o json"
)]
pub(crate) struct Render {
    /// The folder of a source
    path: PathBuf,
    /// Render this revision instead of the work tree
    #[arg(long, value_name = "REV")]
    rev: Option<String>,
    /// How to print the objects
    #[arg(short, long, value_enum, default_value_t)]
    output: Format,
}

/// How objects are printed.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Format {
    /// YAML documents
    #[default]
    Yaml,
    /// One JSON List
    Json,
    /// Kind, namespace and name, one a line
    Name,
}

impl Render {
    /// Prints the objects in the order of the files.
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        let repository = Repository::here(&session.out)?;
        let (tree, options) = self.look_up(&repository)?;
        let desired = signet_render::render(&tree, &options)?;
        for warning in &desired.warnings {
            session.out.warn(warning);
        }
        print(&desired, self.output, &session.out)
    }

    fn look_up(&self, repository: &Repository) -> Result<(Tree<Unverified>, Options)> {
        if let Some(rev) = &self.rev {
            let path = repository.path_at(&self.path)?;
            let tree = Tree::unverified(repository.store().objects(), repository.resolve(rev)?)?;
            let fleet = tree
                .fleet()
                .with_context(|| format!("read the fleet's documents at {rev}"))?;
            return Ok((tree, options(&fleet, path)?));
        }
        let path = folder(repository, &self.path)?;
        let fleet = fleet::proposed(repository, &Changes::to(repository.root()))?;
        let options = options(&fleet, path)?;
        Ok((repository.tree(&options.folders())?, options))
    }
}

fn folder(repository: &Repository, path: &Path) -> Result<RepoPath> {
    let folder = repository.folder_of(path)?;
    folder.ok_or_else(|| {
        refused("the repository as a whole is no source").hint("name the folder of a source")
    })
}

/// How the source that covers the path is rendered.
fn options(fleet: &Fleet, path: RepoPath) -> Result<Options> {
    for tenant in fleet.tenants.values() {
        for on in &tenant.clusters {
            let mut sources = on.sources.iter();
            if let Some(source) = sources.find(|source| path.starts_with_dir(&source.path)) {
                let options = options_of(fleet, tenant, on, source);
                return Ok(Options { path, ..options });
            }
        }
    }
    Err(refused(format!("{path} is in no source of any tenant"))
        .hint("signet tenant list shows the sources"))
}

/// How a source is rendered where there is no cluster.
pub(super) fn options_of(
    fleet: &Fleet,
    tenant: &Tenant,
    on: &TenantCluster,
    source: &TenantSource,
) -> Options {
    Options {
        tenant: tenant.name.clone(),
        source: source.name.clone(),
        path: source.path.clone(),
        namespace: on.namespaces.first().cloned(),
        kinds: Arc::new(Kinds::builtin()),
        shared: fleet.policy.shared.clone(),
    }
}

fn print(desired: &Desired<Unverified>, format: Format, out: &Output) -> Result<()> {
    let objects = &*desired.objects;
    let text = match format {
        Format::Yaml => joined(objects, yaml),
        Format::Json => list(
            &objects
                .iter()
                .map(|object| &object.json)
                .collect::<Vec<_>>(),
        )?,
        Format::Name => joined(objects, |object| format!("{}\n", object.id)),
    };
    Ok(out.bytes(text.as_bytes())?)
}

/// A document, with a comment that says when it is written, if that is not with the rest.
fn yaml(object: &DesiredObject) -> String {
    let document = signet_yaml::emit(&object.json);
    match &object.hook {
        None => format!("---\n{document}"),
        Some(hook) => format!("---\n# hook: {hook}\n{document}"),
    }
}

fn joined<T>(items: impl IntoIterator<Item = T>, text: impl Fn(T) -> String) -> String {
    items.into_iter().map(text).collect()
}

fn list(items: &[&Value]) -> Result<String> {
    let list = json!({"apiVersion": "v1", "kind": "List", "items": items});
    Ok(format!("{}\n", serde_json::to_string_pretty(&list)?))
}
