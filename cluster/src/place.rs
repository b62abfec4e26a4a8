//! Paths below the API server's address, in which no name can become something else.

use signet_render::{ObjectRef, ResourceKind};

/// The path of one object, or of a collection, below the API server's address.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) group: &'a str,
    pub(crate) version: &'a str,
    pub(crate) plural: &'a str,
    pub(crate) namespace: Option<&'a str>,
}

impl<'a> Place<'a> {
    /// Where an object is: a cluster-scoped one in no namespace, whatever its reference says.
    pub(crate) fn of(object: &'a ObjectRef, resource: &'a ResourceKind) -> Self {
        Self {
            group: &object.group,
            version: &object.version,
            plural: &resource.plural,
            namespace: object.namespace.as_deref().filter(|_| resource.namespaced),
        }
    }

    pub(crate) fn collection(&self) -> String {
        let root = match self.group {
            "" => format!("/api/{}", escape(self.version)),
            group => format!("/apis/{}/{}", escape(group), escape(self.version)),
        };
        match self.namespace {
            Some(namespace) => format!(
                "{root}/namespaces/{}/{}",
                escape(namespace),
                escape(self.plural)
            ),
            None => format!("{root}/{}", escape(self.plural)),
        }
    }

    pub(crate) fn object(&self, name: &str) -> String {
        format!("{}/{}", self.collection(), escape(name))
    }
}

/// One segment of a path, in which nothing can begin another one.
///
/// No name stays no name: a `DELETE` must not reach the collection because a name is empty.
pub(crate) fn escape(text: &str) -> String {
    match text {
        "" | "." => "%2E".into(),
        ".." => "%2E%2E".into(),
        _ => text.bytes().map(escaped).collect(),
    }
}

fn escaped(byte: u8) -> String {
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b':' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRETS: Place<'_> = Place {
        group: "",
        version: "v1",
        plural: "secrets",
        namespace: Some("team-a"),
    };

    #[test]
    fn names_an_object_of_the_core_group_and_of_another() {
        assert_eq!(SECRETS.object("db"), "/api/v1/namespaces/team-a/secrets/db");
        let roles = Place {
            group: "rbac.authorization.k8s.io",
            version: "v1",
            plural: "clusterroles",
            namespace: None,
        };
        assert_eq!(
            roles.object("system:node"),
            "/apis/rbac.authorization.k8s.io/v1/clusterroles/system:node"
        );
    }

    #[test]
    fn a_name_cannot_leave_its_segment() {
        let stray = "../../kube-system/secrets/token?watch=1#";
        assert_eq!(
            SECRETS.object(stray),
            "/api/v1/namespaces/team-a/secrets/..%2F..%2Fkube-system%2Fsecrets%2Ftoken%3Fwatch%3D1%23"
        );
        assert_eq!(SECRETS.object(""), "/api/v1/namespaces/team-a/secrets/%2E");
        assert_eq!(
            SECRETS.object(".."),
            "/api/v1/namespaces/team-a/secrets/%2E%2E"
        );
    }
}
