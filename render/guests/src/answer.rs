//! What a guest says.

use serde::Deserialize;

use crate::{GuestError, Renderer};

/// What came of a render.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// In the order in which the program prints them, but hooks in the order in which those of one event run.
    pub documents: Vec<Document>,
    /// What the program printed beside them, warnings mostly; the first 64 KiB.
    pub printed: String,
}

/// A YAML document, or several where a chart's file of custom resources has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// What it is to the program.
    pub role: Role,
    /// The file or, as Helm writes it behind `# Source:`, the template that it came from, where that is known.
    pub source: Option<String>,
    /// Exactly as the program prints it, without what stands between documents.
    pub text: String,
    /// Which keys stand twice, where the text is JSON for that.
    pub repeated: Option<String>,
}

/// What a document is to the program that rendered it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// To be applied.
    Manifest,
    /// Of a chart's `crds`: to be applied before anything else.
    CustomResourceDefinition,
    /// To be run when something happens to the release.
    Hook(Hook),
}

/// When a hook runs and goes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Hook {
    /// `pre-install` and such, without `test`.
    pub events: Vec<String>,
    /// Of one event, lower weights run first.
    pub weight: i64,
    /// `before-hook-creation` and such, as the chart says; none mostly means that one.
    pub deletion_policies: Vec<String>,
}

/// What a renderer has against its input.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Complaint {
    /// In the program's own words.
    pub message: String,
    /// The file, or the template as Helm names it, that it is about, where that is known.
    #[serde(default)]
    pub file: Option<String>,
    /// The line there, from 1.
    #[serde(default)]
    pub line: Option<u32>,
    /// The column there in bytes, from 1.
    #[serde(default)]
    pub column: Option<u32>,
    /// The function that a template must not call.
    #[serde(default)]
    pub refused: Option<String>,
}

impl std::fmt::Display for Complaint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.file, self.line, self.column) {
            (Some(file), Some(line), Some(column)) => write!(f, "{file}:{line}:{column}: ")?,
            (Some(file), Some(line), None) => write!(f, "{file}:{line}: ")?,
            (Some(file), None, _) => write!(f, "{file}: ")?,
            (None, ..) => {}
        }
        f.write_str(&self.message)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    role: HeadRole,
    #[serde(default)]
    source: Option<String>,
    #[serde(default)]
    hook: Option<Hook>,
    #[serde(default)]
    repeated: Option<String>,
    bytes: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum HeadRole {
    Manifest,
    Crd,
    Hook,
}

const DOCUMENTS: u8 = 0;
const COMPLAINT: u8 = 1;

/// Reads what the guest answered.
#[cfg_attr(not(feature = "guests"), expect(dead_code, reason = "nobody is asked"))]
pub(crate) fn decode(renderer: Renderer, bytes: &[u8]) -> Result<Vec<Document>, GuestError> {
    let garbled = |what: &'static str| GuestError::Garbled { renderer, what };
    let (status, rest) = bytes.split_first().ok_or(garbled("nothing"))?;
    let (length, rest) = rest.split_first_chunk().ok_or(garbled("no head"))?;
    let length = u32::from_le_bytes(*length) as usize;
    let (head, texts) = rest
        .split_at_checked(length)
        .ok_or(garbled("half a head"))?;
    match *status {
        DOCUMENTS => {
            let heads: Vec<Head> =
                serde_json::from_slice(head).map_err(|_| garbled("another head"))?;
            documents(renderer, heads, texts)
        }
        COMPLAINT => {
            let complaint =
                serde_json::from_slice(head).map_err(|_| garbled("another complaint"))?;
            Err(GuestError::Complained {
                renderer,
                complaint: Box::new(complaint),
            })
        }
        _ => Err(garbled("another status")),
    }
}

fn documents(
    renderer: Renderer,
    heads: Vec<Head>,
    mut texts: &[u8],
) -> Result<Vec<Document>, GuestError> {
    let garbled = |what: &'static str| GuestError::Garbled { renderer, what };
    let mut documents = Vec::with_capacity(heads.len());
    for head in heads {
        let (text, rest) = texts
            .split_at_checked(head.bytes)
            .ok_or(garbled("half a text"))?;
        texts = rest;
        let role = match (head.role, head.hook) {
            (HeadRole::Manifest, None) => Role::Manifest,
            (HeadRole::Crd, None) => Role::CustomResourceDefinition,
            (HeadRole::Hook, Some(hook)) => Role::Hook(hook),
            _ => return Err(garbled("a hook that is none")),
        };
        let source = head.source;
        let Ok(text) = String::from_utf8(text.to_vec()) else {
            return Err(GuestError::NotText {
                renderer,
                source_file: source,
            });
        };
        documents.push(Document {
            role,
            source,
            text,
            repeated: head.repeated,
        });
    }
    Ok(documents)
}
