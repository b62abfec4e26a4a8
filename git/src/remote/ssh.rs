//! Where a remote is that is reached over SSH.

use std::sync::{Arc, Mutex};

use super::RemoteError;
use super::known_hosts::KnownHost;
use crate::session::Connection;

/// The port of SSH (RFC 4253, section 4).
pub(super) const PORT: u16 = 22;

/// A repository behind an SSH server, and the connection to it that is kept between fetches.
pub(crate) struct Ssh {
    pub(crate) place: Place,
    pub(crate) known: Arc<KnownHost>,
    pub(crate) warm: Mutex<Option<Connection>>,
}

/// What an SSH URL says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// As git writes it.
    pub(crate) url: String,
    pub(crate) user: String,
    /// A name in lower case, or an address without brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
    /// As the server is asked for it.
    pub(crate) path: String,
}

impl Place {
    /// Reads `ssh://user@host:port/path`, with percent-encoding, or `user@host:path`, without (git-fetch, "GIT URLS").
    ///
    /// A part that begins with `-` could be taken for an option by a program on the way, so it is refused, as git does.
    pub(super) fn parse(text: &str, username: Option<&str>) -> Result<Self, RemoteError> {
        let url = gix::url::parse(text).map_err(|_| RemoteError::SshUrl("it cannot be read"))?;
        if url.password.is_some() {
            return Err(RemoteError::Password);
        }
        let user = match (url.user.as_deref(), username) {
            (Some(user), _) | (None, Some(user)) if !user.is_empty() => user.to_owned(),
            _ => return Err(RemoteError::SshUrl("it names no user")),
        };
        let host = url.host.as_deref().unwrap_or_default().to_lowercase();
        if host.is_empty() || !host.chars().all(is_of_host) {
            return Err(RemoteError::SshUrl("it names no host"));
        }
        let Ok(path) = String::from_utf8(url.path.to_vec()) else {
            return Err(RemoteError::SshUrl("its path is not UTF-8"));
        };
        for part in [&user, &host, &path] {
            if part.starts_with('-') {
                return Err(RemoteError::SshUrl("a part of it begins with `-`"));
            }
            if part.chars().any(char::is_control) {
                return Err(RemoteError::SshUrl("it holds a control character"));
            }
        }
        Ok(Self {
            url: url.to_bstring().to_string(),
            port: url.port.unwrap_or(PORT),
            user,
            host,
            path,
        })
    }
}

fn is_of_host(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.' | '_' | ':' | '%')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(url: &str) -> Place {
        Place::parse(url, None).unwrap_or_else(|error| panic!("{url}: {error}"))
    }

    fn parts(url: &str) -> (String, String, u16, String) {
        let place = place(url);
        (place.user, place.host, place.port, place.path)
    }

    fn expected(user: &str, host: &str, port: u16, path: &str) -> (String, String, u16, String) {
        (user.into(), host.into(), port, path.into())
    }

    #[test]
    fn reads_urls_as_git_does() {
        for (url, user, host, port, path) in [
            (
                "ssh://git@example.org/a/b.git",
                "git",
                "example.org",
                22,
                "/a/b.git",
            ),
            (
                "ssh://git@Example.ORG:2222/b",
                "git",
                "example.org",
                2222,
                "/b",
            ),
            ("ssh://git@[::1]:2222/b", "git", "::1", 2222, "/b"),
            ("ssh://git@[::1]/b", "git", "::1", 22, "/b"),
            (
                "ssh://git@example.org/~dave/b",
                "git",
                "example.org",
                22,
                "~dave/b",
            ),
            (
                "ssh://git@example.org/it%27s%20mine",
                "git",
                "example.org",
                22,
                "/it's mine",
            ),
            (
                "git@example.org:a/b.git",
                "git",
                "example.org",
                22,
                "a/b.git",
            ),
            (
                "git@example.org:/a/b.git",
                "git",
                "example.org",
                22,
                "/a/b.git",
            ),
            (
                "git@example.org:it%27s mine",
                "git",
                "example.org",
                22,
                "it%27s mine",
            ),
        ] {
            assert_eq!(parts(url), expected(user, host, port, path), "{url}");
        }
    }

    #[test]
    fn shows_the_url_that_was_given() {
        for url in [
            "ssh://git@example.org:2222/a/b.git",
            "git@example.org:a/b.git",
        ] {
            assert_eq!(place(url).url, url);
        }
    }

    #[test]
    fn takes_the_user_of_the_credentials_where_the_url_has_none() {
        let place = Place::parse("ssh://example.org/a", Some("forge")).unwrap();
        assert_eq!(place.user, "forge");
        let place = Place::parse("ssh://git@example.org/a", Some("forge")).unwrap();
        assert_eq!(place.user, "git");
        let error = Place::parse("ssh://example.org/a", None).unwrap_err();
        assert!(
            error.to_string().contains("ssh://user@host/path"),
            "{error}"
        );
    }

    #[test]
    fn refuses_a_password_without_repeating_it() {
        let error = Place::parse("ssh://git:canary-7f3a@example.org/a", None).unwrap_err();
        assert!(matches!(error, RemoteError::Password));
        assert!(!format!("{error:?} {error}").contains("canary"));
    }

    #[test]
    fn refuses_what_a_program_could_take_for_an_option_or_a_second_line() {
        for url in [
            "ssh://git@-oProxyCommand=touch/a",
            "ssh://-oProxyCommand=touch@example.org/a",
            "git@example.org:--upload-pack=touch",
            "ssh://git@example.org/a%0Ab",
            "ssh://git@example.org/a%00b",
            "ssh://git@exa%0Ample.org/a",
            "ssh://git@exam ple.org/a",
            "ssh://git@example.org",
        ] {
            let result = Place::parse(url, None);
            assert!(
                matches!(result, Err(RemoteError::SshUrl(_))),
                "{url}: {result:?}"
            );
        }
    }
}
