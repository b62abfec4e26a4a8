//! The Helm renderer: what `helm template` makes of a chart, in a sandbox that holds no secret.

use serde_json::Value;
use signet_api::{Namespace, RepoPath};
use signet_guests::{Document, File, Request, Role};
use signet_provenance::{File as Entry, Mode, Tree};

use crate::inputs::{Inputs, Shape};
use crate::look::Look;
use crate::rendering::{self, Rendered};
use crate::salted::Names;
use crate::source::Source;
use crate::source_file::{self, Helm};
use crate::{Desired, Hook, Options, RenderError, guest, salted};

/// The file that makes a folder a chart.
pub(crate) const CHART: &str = "Chart.yaml";

/// What the chart, a folder or an archive, wants to be in the cluster, with the values that `signet-source.yaml` names.
///
/// # Errors
/// [`RenderError`], with the place where that can be known.
pub(crate) fn render<M>(source: &Source<'_, M>, helm: &Helm) -> Result<Desired<M>, RenderError> {
    let Source { tree, options, .. } = *source;
    let chart = match &helm.chart {
        Some(path) => source_file::resolve(options, "chart", path)?,
        None => options.path.clone(),
    };
    let archive = is_file(tree, &chart)?;
    let mut inputs = Inputs::default();
    let mut values = Vec::new();
    for name in &helm.values_files {
        let path = source_file::resolve(options, "valuesFiles", name)?;
        inputs.read(tree, options, &path, Shape::Values)?;
        values.push(path);
    }
    let files = if archive {
        inputs.read(tree, options, &chart, Shape::Settings)?;
        Vec::new()
    } else {
        chart_files(tree, &chart)?
    };
    for Entry { path, .. } in files {
        if inputs.shape(&path).is_none()
            && !source_file::is_in_folder(&path, source_file::NAME, &chart)
        {
            inputs.read(tree, options, &path, shape(&path, &chart))?;
        }
    }
    let placed = Options {
        namespace: helm.namespace.clone().or_else(|| options.namespace.clone()),
        ..options.clone()
    };
    let release = Release {
        source: &Source {
            options: &placed,
            ..*source
        },
        inputs: &inputs,
        chart: &chart,
        archive,
        values,
        helm,
    };
    salted::rendered(&inputs, Names::AsTheyAre, |look| release.build(look))
}

/// Whether the chart is a file, which is to be an archive.
fn is_file<M>(tree: &Tree<M>, chart: &RepoPath) -> Result<bool, RenderError> {
    let entry = tree.entry(chart).map_err(|source| RenderError::Tree {
        path: chart.clone(),
        source,
    })?;
    Ok(entry.is_some_and(|entry| matches!(entry.mode, Mode::File | Mode::Executable)))
}

fn chart_files<M>(tree: &Tree<M>, chart: &RepoPath) -> Result<Vec<Entry>, RenderError> {
    let files = tree.files(chart).map_err(|source| RenderError::Tree {
        path: chart.clone(),
        source,
    })?;
    let is_chart = |file: &Entry| source_file::is_in_folder(&file.path, CHART, chart);
    let no_chart = || RenderError::NoChart {
        folder: chart.clone(),
    };
    files
        .iter()
        .any(is_chart)
        .then_some(files)
        .ok_or_else(no_chart)
}

/// How a file of a chart is read: its own values and those of its dependencies may be sealed value by value, what the
/// templates take by `.Files` as a whole.
fn shape(path: &RepoPath, chart: &RepoPath) -> Shape {
    let below = path
        .as_str()
        .get(chart.as_str().len() + 1..)
        .unwrap_or_default();
    let mut components: Vec<&str> = below.split('/').collect();
    while let ["charts", _, _, ..] = components.as_slice() {
        components.drain(..2);
    }
    match components.as_slice() {
        ["values.yaml"] => Shape::Values,
        ["templates" | "crds", ..] | [CHART | "Chart.lock" | "values.schema.json"] => {
            Shape::Settings
        }
        _ => Shape::Content,
    }
}

/// A chart and what it is rendered with.
struct Release<'a, M> {
    source: &'a Source<'a, M>,
    inputs: &'a Inputs,
    /// A folder, or an archive.
    chart: &'a RepoPath,
    archive: bool,
    /// A later file has its way.
    values: Vec<RepoPath>,
    helm: &'a Helm,
}

impl<M> Release<'_, M> {
    fn build(&self, look: Look) -> Result<Desired<M>, RenderError> {
        let (options, helm) = (self.source.options, self.helm);
        let chart = format!("{}/", self.chart);
        let inputs = self.inputs.with(look)?;
        let files: Vec<File<'_>> = inputs
            .iter()
            .filter_map(|(path, content)| {
                let path = match self.archive {
                    true if *path == self.chart => path.file_name(),
                    true => return None,
                    false => path.as_str().strip_prefix(&chart)?,
                };
                Some(File { path, content })
            })
            .collect();
        let texts = self.values.iter().map(|wanted| {
            let (path, bytes) = inputs
                .iter()
                .find(|(path, _)| *path == wanted)
                .expect("values were read");
            let not_text = |_| RenderError::NotText {
                file: (*path).clone(),
            };
            std::str::from_utf8(bytes).map_err(not_text)
        });
        let own = helm
            .values
            .clone()
            .map(|own| Value::Object(own).to_string());
        let mut values = texts.collect::<Result<Vec<_>, _>>()?;
        values.extend(own.as_deref());
        let api_versions = options.kinds.api_versions();
        let api_versions: Vec<&str> = api_versions.iter().map(String::as_str).collect();
        let namespace = options
            .namespace
            .as_ref()
            .map_or("default", Namespace::as_str);
        let mut asked = signet_guests::Helm {
            release: helm
                .release_name
                .as_deref()
                .unwrap_or(options.source.as_str()),
            namespace,
            kube_version: helm.kube_version.as_deref().unwrap_or_default(),
            api_versions: Some(&api_versions),
            values: &values,
            archive: self.archive,
            ..signet_guests::Helm::default()
        };
        let mut warnings = Vec::new();
        let documents = guest::documents(options, &Request::Helm(&asked, &files))?;
        let rendered = match self.read_all(documents, &mut warnings) {
            // Helm lets that pass, and real charts have it.
            Err(error) if error.is_of_repeated_key() => {
                asked.last_keys = true;
                let documents = guest::documents(options, &Request::Helm(&asked, &files))?;
                warnings = documents
                    .iter()
                    .filter_map(|document| self.repeated(document))
                    .collect();
                self.read_all(documents, &mut warnings)
            }
            rendered => rendered,
        };
        let mut desired = rendering::of_guest(self.source, self.inputs, look, rendered?)?;
        desired.warnings.append(&mut warnings);
        Ok(desired)
    }

    fn read_all(
        &self,
        documents: Vec<Document>,
        warnings: &mut Vec<String>,
    ) -> Result<Vec<Rendered>, RenderError> {
        let rendered = documents
            .into_iter()
            .map(|document| self.read(document, warnings));
        Ok(rendered.collect::<Result<Vec<_>, _>>()?.concat())
    }

    /// That a key stands twice in a document.
    fn repeated(&self, document: &Document) -> Option<String> {
        let said = document.repeated.as_ref()?;
        let said: Vec<&str> = said.split_whitespace().collect();
        let file = self.file(document);
        let packed = document.source.as_deref().filter(|_| self.archive);
        let packed = packed.map_or_else(String::new, |template| format!(" ({template})"));
        Some(format!(
            "{file}{packed}: {}: the last one counts",
            said.join(" ")
        ))
    }

    /// The file of a template; the chart where that is not known, or is in an archive.
    fn file(&self, document: &Document) -> RepoPath {
        if self.archive {
            return self.chart.clone();
        }
        // The first component is the chart's name.
        let source = document.source.as_deref();
        let below = source.and_then(|source| Some(source.split_once('/')?.1));
        let file = below.and_then(|below| self.chart.join(below).ok());
        file.unwrap_or_else(|| self.chart.clone())
    }

    fn read(
        &self,
        document: Document,
        warnings: &mut Vec<String>,
    ) -> Result<Vec<Rendered>, RenderError> {
        let file = self.file(&document);
        let Document { role, text, .. } = document;
        match role {
            Role::Hook(hook) => {
                let (hook, strange) = Hook::read(&hook);
                warnings.extend(strange.iter().map(|strange| format!("{file}: {strange}")));
                let Some(hook) = hook else {
                    return Ok(Vec::new());
                };
                let rendered = Rendered::read(&text, &file)?.into_iter();
                let hooked = rendered.map(|rendered| Rendered {
                    hook: Some(hook.clone()),
                    ..rendered
                });
                Ok(hooked.collect())
            }
            Role::Manifest | Role::CustomResourceDefinition => Rendered::read(&text, &file),
        }
    }
}

#[cfg(test)]
mod tests;
