//! Names, each a type of its own: a tenant's name never stands where a cluster's is wanted.

use std::fmt;
use std::str::FromStr;

use crate::text::as_text;

/// The tenant that owns what is below `clusters/`, and the only one that may have all namespaces.
pub const PLATFORM: &str = "platform";
/// The agent: its account and the field manager of what it reports.
pub const AGENT: &str = "signet-agent";
/// Where the agent, its identity and its state live.
pub const SYSTEM_NAMESPACE: &str = "signet-system";
/// Where the tenants' `ServiceAccount`s live, and nothing else.
pub const TENANTS_NAMESPACE: &str = "signet-tenants";

/// A text that is no DNS-1123 label, or that is reserved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidName {
    /// Not 1 to 63 of `a-z`, `0-9` and `-`, beginning and ending with a letter or digit.
    #[error(
        "{name:?} is not a name: 1 to 63 lower-case letters, digits and `-`, beginning and ending with a letter or digit"
    )]
    Label {
        /// What was given.
        name: String,
    },
    /// A tenant named `cluster`, whose identity would stand in the cluster's own file.
    #[error(
        "a tenant cannot be called {name:?}: the file of that name holds the cluster's own identity"
    )]
    Reserved {
        /// What was given.
        name: String,
    },
}

/// Whether the text is a DNS-1123 label (RFC 1123, section 2.1; what Kubernetes demands of a namespace's name).
fn check_label(name: &str) -> Result<(), InvalidName> {
    let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let is_label = (1..=63).contains(&name.len())
        && name.bytes().all(inner)
        && !name.starts_with('-')
        && !name.ends_with('-');
    if is_label {
        Ok(())
    } else {
        Err(InvalidName::Label {
            name: name.to_owned(),
        })
    }
}

fn check_tenant(name: &str) -> Result<(), InvalidName> {
    if name == "cluster" {
        return Err(InvalidName::Reserved {
            name: name.to_owned(),
        });
    }
    check_label(name)
}

macro_rules! name {
    ($(#[$doc:meta])* $type:ident, $wants:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type(String);

        impl $type {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $type {
            type Err = InvalidName;

            fn from_str(name: &str) -> Result<Self, InvalidName> {
                $check(name)?;
                Ok(Self(name.to_owned()))
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $type {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        as_text!($type, $wants, "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "maxLength": 63);
    };
}

name! {
    /// A tenant: a DNS-1123 label, but not `cluster`.
    TenantName, "a tenant's name", check_tenant
}
name! {
    /// A cluster: a DNS-1123 label.
    ClusterName, "a cluster's name", check_label
}
name! {
    /// A source of a tenant: a DNS-1123 label.
    SourceName, "a source's name", check_label
}
name! {
    /// A Kubernetes namespace: a DNS-1123 label.
    Namespace, "a namespace", check_label
}

impl TenantName {
    /// The platform's own name.
    pub fn platform() -> Self {
        Self(PLATFORM.to_owned())
    }

    /// Whether this is the platform.
    pub fn is_platform(&self) -> bool {
        self.0 == PLATFORM
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_labels_up_to_63_characters() {
        let longest = "a".repeat(63);
        for name in ["a", "team-a", "9", "a--b", longest.as_str()] {
            assert!(name.parse::<TenantName>().is_ok(), "{name}");
        }
    }

    #[test]
    fn rejects_what_is_no_label() {
        let too_long = "a".repeat(64);
        for name in [
            "",
            "-a",
            "a-",
            "A",
            "a.b",
            "a/b",
            "a_b",
            "ä",
            "..",
            too_long.as_str(),
        ] {
            assert!(name.parse::<Namespace>().is_err(), "{name}");
        }
    }

    #[test]
    fn rejects_a_tenant_whose_identity_would_be_the_clusters() {
        assert!(matches!(
            "cluster".parse::<TenantName>(),
            Err(InvalidName::Reserved { .. })
        ));
        assert!("cluster".parse::<SourceName>().is_ok());
    }
}
