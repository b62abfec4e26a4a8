//! Requests whose bytes matter: metadata only on the way in, bodies that are wiped on the way out.
//!
//! The client library's typed calls parse whole objects, and log an answer that does not parse. These do neither.

use bytes::Bytes;
use http::{
    Method, Request,
    header::{ACCEPT, CONTENT_TYPE},
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ListMeta, ObjectMeta};
use kube::{Client, client::Body};
use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    failure::{Echo, Failure},
    place,
};

/// Has the server leave out all but the metadata, so that no payload reaches our memory.
const METADATA: &str = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
const METADATA_LIST: &str = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
const JSON: &str = "application/json";
/// JSON is YAML; the name is what the API server asks for.
const APPLY: &str = "application/apply-patch+yaml";
const PAGE: usize = 500;

/// What `kubectl apply` leaves behind: the whole object, opened values included.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// How an object is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Write<'a> {
    pub(crate) manager: &'a str,
    pub(crate) echo: Echo,
}

/// What an object's metadata were after a write, and whether it was new.
pub(crate) struct Written {
    pub(crate) metadata: ObjectMeta,
    pub(crate) created: bool,
}

/// The metadata of one object, or `None` where there is none.
pub(crate) async fn get_metadata(
    client: &Client,
    path: &str,
) -> Result<Option<ObjectMeta>, Failure> {
    let request = request(Method::GET, path, METADATA, None);
    match exchange(client, request, Echo::Harmless).await {
        Ok(reply) => Ok(Some(
            reply.read::<Partial>("an object's metadata")?.metadata(),
        )),
        Err(failure) if failure.is_not_found() => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// The metadata of every object in a collection.
pub(crate) async fn list_metadata(client: &Client, path: &str) -> Result<Vec<ObjectMeta>, Failure> {
    let mut found = Vec::new();
    let mut after = String::new();
    loop {
        let page = format!("{path}?limit={PAGE}{after}");
        let reply = exchange(
            client,
            request(Method::GET, &page, METADATA_LIST, None),
            Echo::Harmless,
        )
        .await?;
        let list: PartialList = reply.read("a list of objects' metadata")?;
        found.extend(list.items.into_iter().map(Partial::metadata));
        match list.metadata.continue_.filter(|token| !token.is_empty()) {
            Some(token) => after = format!("&continue={}", place::escape(&token)),
            None => return Ok(found),
        }
    }
}

/// A whole object, read into a type that decides what is kept of it.
pub(crate) async fn get<T: DeserializeOwned>(
    client: &Client,
    path: &str,
    what: &str,
) -> Result<Option<T>, Failure> {
    match exchange(client, request(Method::GET, path, JSON, None), Echo::Secret).await {
        Ok(reply) => Ok(Some(reply.read(what)?)),
        Err(failure) if failure.is_not_found() => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// Posts `body` and reads the answer into a type that decides what is kept of it.
pub(crate) async fn post<T: DeserializeOwned>(
    client: &Client,
    path: &str,
    body: Bytes,
    what: &str,
) -> Result<T, Failure> {
    let request = request(Method::POST, path, JSON, Some((JSON, body)));
    exchange(client, request, Echo::Harmless).await?.read(what)
}

/// Server-side apply of `body`, forced: whose fields these are has been decided before.
pub(crate) async fn apply(
    client: &Client,
    path: &str,
    body: Bytes,
    write: Write<'_>,
) -> Result<Written, Failure> {
    let path = format!(
        "{path}?fieldManager={}&force=true&fieldValidation=Strict",
        place::escape(write.manager)
    );
    let reply = exchange(
        client,
        request(Method::PATCH, &path, METADATA, Some((APPLY, body))),
        write.echo,
    )
    .await?;
    let created = reply.code == http::StatusCode::CREATED.as_u16();
    Ok(Written {
        metadata: reply.read::<Partial>("an object's metadata")?.metadata(),
        created,
    })
}

/// Deletes the object that has this uid, its dependents in the background; `false` if it is gone already.
pub(crate) async fn delete(client: &Client, path: &str, uid: &str) -> Result<bool, Failure> {
    let options = serde_json::json!({
        "apiVersion": "v1",
        "kind": "DeleteOptions",
        "preconditions": {"uid": uid},
        "propagationPolicy": "Background",
    });
    let body = Bytes::from(options.to_string());
    match exchange(
        client,
        request(Method::DELETE, path, METADATA, Some((JSON, body))),
        Echo::Harmless,
    )
    .await
    {
        Ok(_) => Ok(true),
        Err(failure) if failure.is_not_found() => Ok(false),
        Err(failure) => Err(failure),
    }
}

fn request(
    method: Method,
    path: &str,
    accept: &'static str,
    body: Option<(&'static str, Bytes)>,
) -> Request<Body> {
    let builder = Request::builder()
        .method(method)
        .uri(path)
        .header(ACCEPT, accept);
    let built = match body {
        Some((kind, bytes)) => builder.header(CONTENT_TYPE, kind).body(Body::from(bytes)),
        None => builder.body(Body::empty()),
    };
    built.expect("every segment of the path is escaped")
}

/// A successful answer. No `Debug`.
struct Reply {
    code: u16,
    body: Bytes,
}

impl Reply {
    /// # Errors
    /// [`Failure::Garbled`], which says `what` was expected and nothing of what came.
    fn read<T: DeserializeOwned>(&self, what: &str) -> Result<T, Failure> {
        serde_json::from_slice(&self.body).map_err(|_| Failure::Garbled {
            what: format!("{what} was expected"),
        })
    }
}

async fn exchange(client: &Client, request: Request<Body>, echo: Echo) -> Result<Reply, Failure> {
    let response = client.send(request).await.map_err(Failure::of_kube)?;
    let code = response.status();
    let body = response
        .into_body()
        .collect_bytes()
        .await
        .map_err(Failure::of_kube)?;
    if code.is_success() {
        Ok(Reply {
            code: code.as_u16(),
            body,
        })
    } else {
        Err(Failure::of_response(code.as_u16(), &body, echo))
    }
}

#[derive(Deserialize)]
struct Partial {
    metadata: ObjectMeta,
}

#[derive(Deserialize)]
struct PartialList {
    #[serde(default)]
    metadata: ListMeta,
    items: Vec<Partial>,
}

impl Partial {
    fn metadata(self) -> ObjectMeta {
        without_last_applied(self.metadata)
    }
}

/// Drops the annotation that may hold plaintext, at the door.
pub(crate) fn without_last_applied(mut metadata: ObjectMeta) -> ObjectMeta {
    if let Some(annotations) = &mut metadata.annotations {
        annotations.remove(LAST_APPLIED);
    }
    metadata
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drops_last_applied_configuration_on_arrival() {
        let body = format!(
            r#"{{"metadata":{{"name":"db","annotations":{{"{LAST_APPLIED}":"canary","kept":"yes"}}}}}}"#
        );
        let partial: Partial = serde_json::from_str(&body).unwrap();
        let annotations = partial.metadata().annotations.unwrap();
        assert_eq!(annotations.keys().collect::<Vec<_>>(), ["kept"]);
    }
}
