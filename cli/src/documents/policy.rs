//! Changes of the policy.

mod difference;

use super::{Draft, edited};
use crate::failure::{Explain, Result, refused, usage};
use signet_api::{Class, POLICY_PATH, Policy, Principal, RepoPath, Rule, Side};
use signet_yaml::quote;
use std::collections::BTreeMap;
use std::fs;
use std::str::FromStr;

pub(crate) use difference::{differing_fields, refuse_other};

/// Who signs: a principal of the policy, or a new one with a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Signer {
    /// The principal.
    pub(crate) name: String,
    /// The public key, in the form of OpenSSH; none for a principal that is there already.
    pub(crate) key: Option<String>,
}

impl FromStr for Signer {
    type Err = String;

    /// `NAME` or `NAME=PUBLICKEY`, where the key may also be a file that holds it.
    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let (name, key) = match text.split_once('=') {
            Some((name, key)) => (name.trim(), Some(key.trim())),
            None => (text.trim(), None),
        };
        if name.is_empty() || name.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err("a signer is NAME or NAME=PUBLICKEY".to_owned());
        }
        Ok(Self {
            name: name.to_owned(),
            key: key.map(public_key).transpose()?,
        })
    }
}

/// The public key itself, or the first line of the file that holds it.
pub(crate) fn public_key(text: &str) -> std::result::Result<String, String> {
    if text.contains("PRIVATE KEY") || text.starts_with("AGE-SECRET-KEY") {
        return Err("this is a private key; a signer's public key is wanted".to_owned());
    }
    if text.contains(' ') {
        return Ok(text.to_owned());
    }
    let held = fs::read_to_string(text).map_err(|error| {
        format!("{text} is neither a public key (ssh-ed25519 AAAA…) nor a file with one: {error}")
    })?;
    if held.contains("PRIVATE KEY") {
        return Err(format!(
            "{text} holds a private key; name the .pub file beside it"
        ));
    }
    Ok(held.lines().next().unwrap_or_default().trim().to_owned())
}

/// A new tenant in the policy: who its signers are, and that they alone change its folder.
pub(crate) struct NewTenant<'a> {
    /// The tenant; also the name of its group.
    pub(crate) name: &'a str,
    /// Who signs for it; nobody leaves it to the root group.
    pub(crate) signers: &'a [Signer],
    /// The version of the policy that the change will be judged by; several tenants may come in one commit.
    pub(crate) verified_version: u64,
}

impl NewTenant<'_> {
    /// The policy's text with the tenant in it, its version one above the verified one.
    ///
    /// # Errors
    /// When the tenant's group exists, or a signer is unknown or has another key.
    pub(crate) fn added_to(&self, text: &str) -> Result<String> {
        let new_keys = self.new_keys(&Policy::parse(text, &path())?)?;
        changed(
            text,
            self.verified_version,
            |policy| self.join(policy, &new_keys),
            |draft| self.edit(draft, &new_keys),
        )
    }

    /// The keys of principals that are not in the policy yet.
    fn new_keys(&self, policy: &Policy) -> Result<BTreeMap<String, String>> {
        let mut new = BTreeMap::new();
        for signer in self.signers {
            match (policy.principals.get(&signer.name), &signer.key) {
                (Some(_), None) => {}
                (Some(known), Some(key))
                    if known.keys.iter().any(|known| same_key(&known.key, key)) => {}
                (Some(_), Some(_)) => {
                    return Err(refused(format!("the principal {} has another key in the policy", signer.name))
                        .hint("choose another name, or change the principal's keys in signet/policy.yaml by hand"));
                }
                (None, Some(key)) => {
                    new.insert(signer.name.clone(), key.clone());
                }
                (None, None) => {
                    return Err(
                        usage(format!("the policy has no principal {}", signer.name)).hint(
                            format!("give the key with --signer {}=PUBLICKEY", signer.name),
                        ),
                    );
                }
            }
        }
        Ok(new)
    }

    fn join(&self, policy: &mut Policy, new_keys: &BTreeMap<String, String>) -> Result<()> {
        for (name, key) in new_keys {
            policy.principals.insert(name.clone(), principal(key));
        }
        if !self.signers.is_empty() {
            if policy.groups.contains_key(self.name) {
                return Err(
                    refused(format!("the policy has a group {} already", self.name))
                        .hint("a tenant's group has the tenant's name; choose another name"),
                );
            }
            policy.groups.insert(self.name.to_owned(), self.members());
        }
        policy.rules.push(self.rule()?);
        Ok(())
    }

    fn rule(&self) -> Result<Rule> {
        Ok(Rule {
            paths: vec![self.folder().parse()?],
            signers: self.group().to_owned(),
            threshold: 1,
            side: Side::Net,
            automation: None,
        })
    }

    fn edit(&self, draft: &mut Draft, new_keys: &BTreeMap<String, String>) -> Result<()> {
        for (name, key) in new_keys {
            let keys = format!("{{keys: [{}]}}", flow(key));
            draft.add_pair(&["spec", "principals"], &flow(name), &keys)?;
        }
        if !self.signers.is_empty() {
            let members: Vec<String> = self.members().iter().map(|name| flow(name)).collect();
            draft.add_pair(
                &["spec", "groups"],
                self.name,
                &format!("[{}]", members.join(", ")),
            )?;
        }
        let rule = format!(
            "{{paths: [{}], signers: {}}}",
            flow(&self.folder()),
            self.group()
        );
        draft.add_item(&["spec", "rules"], &rule)
    }

    fn members(&self) -> Vec<String> {
        let mut members: Vec<String> = Vec::new();
        for signer in self.signers {
            if !members.contains(&signer.name) {
                members.push(signer.name.clone());
            }
        }
        members
    }

    fn group(&self) -> &str {
        if self.signers.is_empty() {
            signet_api::ROOT_GROUP
        } else {
            self.name
        }
    }

    fn folder(&self) -> String {
        format!("tenants/{}/**", self.name)
    }
}

/// The policy's text with the version after the verified one.
///
/// # Errors
/// When the text is no policy.
pub(crate) fn following(text: &str, verified_version: u64) -> Result<String> {
    changed(text, verified_version, |_| Ok(()), |_| Ok(()))
}

/// The policy's text with a change in it, its version one above the verified one.
///
/// # Errors
/// Those of the change, and when the text is no policy, or would be none.
pub(super) fn changed(
    text: &str,
    verified_version: u64,
    change: impl FnOnce(&mut Policy) -> Result<()>,
    edit: impl FnOnce(&mut Draft) -> Result<()>,
) -> Result<String> {
    let path = path();
    let mut intended = Policy::parse(text, &path)?;
    intended.version = verified_version + 1;
    change(&mut intended)?;
    let edit = |draft: &mut Draft| {
        draft.set(&["spec", "version"], &intended.version.to_string())?;
        edit(draft)
    };
    let rewrite = |text: &str| Some(Policy::parse(text, &path).ok()?.to_yaml());
    let edited = edited(text, &intended.to_yaml(), edit, rewrite);
    Policy::parse(&edited, &path).context("the changed policy would be refused")?;
    Ok(edited)
}

/// Where the policy stands.
pub(super) fn path() -> RepoPath {
    POLICY_PATH.parse().expect("a valid path")
}

fn principal(key: &str) -> Principal {
    Principal {
        keys: vec![key.into()],
        class: Class::Person,
    }
}

/// Keys are the same whatever their comments say.
fn same_key(one: &str, other: &str) -> bool {
    one.split_whitespace()
        .take(2)
        .eq(other.split_whitespace().take(2))
}

/// A scalar for flow style, where a plain one might end too early.
pub(crate) fn flow(text: &str) -> String {
    let quoted = quote(text);
    if quoted.starts_with(['"', '\'']) || !quoted.contains([',', '[', ']', '{', '}', ' ', '*', '#'])
    {
        quoted
    } else {
        serde_json::Value::from(text).to_string()
    }
}

#[cfg(test)]
mod tests;
