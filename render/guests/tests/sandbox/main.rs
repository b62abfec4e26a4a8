//! Whatever a tenant wrote, a render ends, says why, and leaves nothing behind.

#![cfg(feature = "guests")]
#![expect(clippy::unwrap_used, reason = "what a test prepares must succeed")]

mod advisories;
mod archive;
mod charts;
mod isolation;
mod kustomizations;
mod limits;

use signet_guests::{
    Answer, Complaint, File, GuestError, Helm, Kustomize, Limits, Request, render,
};

/// Files as tests write them.
type Files<'a> = &'a [(&'a str, &'a str)];

fn files<'a>(files: Files<'a>) -> Vec<File<'a>> {
    let file = |&(path, content): &(&'a str, &'a str)| File {
        path,
        content: content.as_bytes(),
    };
    files.iter().map(file).collect()
}

fn kustomize(given: Files<'_>) -> Result<Answer, GuestError> {
    kustomize_within(given, &Limits::default())
}

fn kustomize_within(given: Files<'_>, limits: &Limits) -> Result<Answer, GuestError> {
    render(
        &Request::Kustomize(&Kustomize::default(), &files(given)),
        limits,
    )
}

/// Renders a chart that has this template alone, with these values.
fn template(text: &str, values: &str) -> Result<Answer, GuestError> {
    template_within(text, values, &Limits::default())
}

fn template_within(text: &str, values: &str, limits: &Limits) -> Result<Answer, GuestError> {
    helm_within(
        &[("Chart.yaml", CHART), ("templates/a.yaml", text)],
        values,
        limits,
    )
}

fn helm(given: Files<'_>, values: &str) -> Result<Answer, GuestError> {
    helm_within(given, values, &Limits::default())
}

fn helm_within(given: Files<'_>, values: &str, limits: &Limits) -> Result<Answer, GuestError> {
    let options = Helm {
        release: "release",
        namespace: "namespace",
        values: &[values],
        ..Helm::default()
    };
    render(&Request::Helm(&options, &files(given)), limits)
}

const CHART: &str = "apiVersion: v2\nname: chart\nversion: 0.1.0\n";

fn complaint(answer: Result<Answer, GuestError>) -> Complaint {
    match answer {
        Err(GuestError::Complained { complaint, .. }) => *complaint,
        other => panic!("no complaint: {other:?}"),
    }
}

fn texts(answer: Result<Answer, GuestError>) -> String {
    let answer = answer.unwrap();
    let texts: Vec<String> = answer
        .documents
        .into_iter()
        .map(|document| document.text)
        .collect();
    texts.join("---\n")
}
