//! Whether Kubernetes reads in the clear what the seal says.
//!
//! The seal covers keys and clear values as SOPS types them, and Kubernetes types some texts otherwise: `on` is a string to
//! the one and true to the other, `"on"` a string to both. What reads differently could be changed under the seal.

use serde_json::Value as Json;
use signet_yaml::sops::{self, Typed};
use signet_yaml::{Node, kubernetes};

/// Whether a clear value is the same to both.
pub(super) fn is_one_value(node: &Node) -> bool {
    let Ok(json) = kubernetes::to_json(node) else {
        return false;
    };
    match (sops::scalar(node), json) {
        (Ok(Typed::Null), Json::Null) => true,
        (Ok(Typed::Bool(ours)), Json::Bool(theirs)) => ours == theirs,
        (Ok(Typed::Int(ours)), Json::Number(theirs)) => theirs.as_i64() == Some(ours),
        (Ok(Typed::Float(ours)), Json::Number(theirs)) => theirs.as_f64() == Some(ours),
        (Ok(Typed::Str(ours)), Json::String(theirs)) => *ours == theirs,
        (Ok(Typed::Time(ours)), Json::String(theirs)) => ours == theirs,
        (Ok(Typed::Bytes(ours)), Json::String(theirs)) => ours == theirs.as_bytes(),
        _ => false,
    }
}

/// Whether a key is the same to both. A merge key, where the store has any, is one to SOPS and none to Kubernetes.
pub(super) fn is_one_key(key: &Node, merges: bool) -> bool {
    let is_merge = merges && key.text() == Some("<<");
    !is_merge && kubernetes::key_to_string(key).is_ok_and(|name| key.text() == Some(&name))
}
