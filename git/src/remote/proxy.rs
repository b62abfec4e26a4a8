//! The proxy behind which HTTPS remotes are reached.

use std::ffi::OsString;
use std::fmt;
use std::sync::Arc;

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::{NoProxy, Url};
use secrecy::{ExposeSecret, SecretString};

/// The variables that name a proxy, the first of them first.
const PROXIES: [&str; 4] = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
/// The variables that name the hosts to reach without one.
const EXCEPTIONS: [&str; 2] = ["no_proxy", "NO_PROXY"];

/// An HTTP proxy that is asked for a tunnel to the remote (RFC 9110, section 9.3.6), and the hosts that are reached
/// without it. It sees the names of hosts and what is encrypted for them, and its own password, if it wants one. No `Debug`.
#[derive(Clone)]
pub struct Proxy(Arc<Way>);

struct Way {
    /// Without user and password.
    name: String,
    url: SecretString,
    exceptions: String,
    matcher: Matcher,
}

impl Proxy {
    /// Reads the proxy from the variables of an environment as curl and git do: `https_proxy`, else `all_proxy`, with
    /// the exceptions in `no_proxy`; in small letters, else in large ones. Without any, and where the first is empty,
    /// there is none.
    ///
    /// # Errors
    /// [`ProxyError`]: a proxy that cannot be used is not passed by.
    pub fn of(variable: impl Fn(&str) -> Option<OsString>) -> Result<Option<Self>, ProxyError> {
        let first = |names: &[&'static str]| {
            let mut found = names
                .iter()
                .filter_map(|name| Some((*name, variable(name)?)));
            found.next()
        };
        let Some((name, value)) = first(&PROXIES).filter(|(_, value)| !value.is_empty()) else {
            return Ok(None);
        };
        let exceptions = first(&EXCEPTIONS)
            .map(|(_, value)| value)
            .unwrap_or_default();
        let exceptions = exceptions.to_string_lossy().into_owned();
        // The client takes it for all names, and for no address.
        if exceptions
            .split(',')
            .any(|exception| exception.trim() == "*")
        {
            return Ok(None);
        }
        let value = value.into_string().map_err(|_| ProxyError { name })?;
        let url = address(&value).ok_or(ProxyError { name })?;
        let matcher = Matcher::builder().https(url.as_str());
        let matcher = matcher.no(exceptions.as_str()).build();
        Ok(Some(Self(Arc::new(Way {
            name: url.origin().ascii_serialization(),
            url: SecretString::from(String::from(url)),
            exceptions,
            matcher,
        }))))
    }

    /// What the proxy is called, if this URL is reached behind it.
    pub(crate) fn on_the_way_to(&self, url: &Url) -> Option<&str> {
        let url: http::Uri = url.as_str().parse().ok()?;
        self.0.matcher.intercept(&url).map(|_| self.0.name.as_str())
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the proxy's password goes to the client, which sends it to the proxy"
    )]
    pub(super) fn for_client(&self) -> Result<reqwest::Proxy, reqwest::Error> {
        let proxy = reqwest::Proxy::https(self.0.url.expose_secret())?;
        Ok(proxy.no_proxy(NoProxy::from_string(&self.0.exceptions)))
    }
}

/// Its URL without user and password.
impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.name)
    }
}

/// Why a proxy cannot be used. The message does not repeat the variable, which may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{name} of the environment names no proxy that can be used; write it as http://HOST:PORT or \
     http://USER:PASSWORD@HOST:PORT"
)]
pub struct ProxyError {
    /// The variable.
    pub name: &'static str,
}

/// The proxy's URL; without a scheme it is HTTP, as to curl.
fn address(text: &str) -> Option<Url> {
    let url = if text.contains("://") {
        Url::parse(text)
    } else {
        Url::parse(&format!("http://{text}"))
    };
    let url = url.ok()?;
    let is_usable = url.scheme() == "http"
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        // What the client would pass by in silence.
        && Matcher::builder().https(url.as_str()).build().intercept(&http::Uri::from_static("https://a")).is_some();
    is_usable.then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxy(variables: &[(&str, &str)]) -> Result<Option<Proxy>, ProxyError> {
        Proxy::of(|name| {
            let found = variables.iter().find(|(variable, _)| *variable == name);
            found.map(|(_, value)| value.into())
        })
    }

    fn way(variables: &[(&str, &str)], url: &str) -> Option<String> {
        let proxy = proxy(variables).unwrap()?;
        proxy
            .on_the_way_to(&url.parse().unwrap())
            .map(str::to_owned)
    }

    const REMOTE: &str = "https://git.example.org/fleet.git";

    #[test]
    fn the_variables_are_read_as_curl_does() {
        for (variables, name) in [
            (
                &[("HTTPS_PROXY", "http://proxy:3128")][..],
                Some("http://proxy:3128"),
            ),
            (
                &[
                    ("https_proxy", "proxy:3128"),
                    ("HTTPS_PROXY", "http://other"),
                ],
                Some("http://proxy:3128"),
            ),
            (
                &[("ALL_PROXY", "http://proxy:3128/")],
                Some("http://proxy:3128"),
            ),
            (
                &[("https_proxy", ""), ("ALL_PROXY", "http://proxy:3128")],
                None,
            ),
            (
                &[
                    ("http_proxy", "http://proxy:3128"),
                    ("HTTP_PROXY", "http://proxy:3128"),
                ],
                None,
            ),
            (&[], None),
        ] {
            assert_eq!(way(variables, REMOTE).as_deref(), name, "{variables:?}");
        }
    }

    #[test]
    fn exceptions_are_hosts_with_what_is_below_them_addresses_networks_or_all() {
        let with = |exceptions, url| {
            let variables = [
                ("HTTPS_PROXY", "http://proxy:3128"),
                ("NO_PROXY", exceptions),
            ];
            way(&variables, url).is_some()
        };
        for exceptions in [
            "example.org",
            ".example.org",
            "a.test, git.example.org",
            "*",
        ] {
            assert!(!with(exceptions, REMOTE), "{exceptions}");
        }
        for exceptions in ["", "ample.org", "other.git.example.org", "10.0.0.0/8"] {
            assert!(with(exceptions, REMOTE), "{exceptions}");
        }
        assert!(!with("*", "https://10.1.2.3/fleet.git"));
        assert!(!with("10.0.0.0/8", "https://10.1.2.3/fleet.git"));
        assert!(!with("10.1.2.3", "https://10.1.2.3:8443/fleet.git"));
    }

    #[test]
    fn a_proxy_that_cannot_be_used_is_neither_passed_by_nor_quoted() {
        for value in [
            "https://user:canary@proxy:3128",
            "socks5://user:canary@proxy:1080",
            "http://user:canary@proxy:3128/path",
            "http://user:canary@",
            "http://user:canary@proxy:port",
            "http://pro xy",
        ] {
            let error = proxy(&[("HTTPS_PROXY", value)])
                .err()
                .unwrap_or_else(|| panic!("{value}"));
            let text = format!("{error} {error:?}");
            assert!(
                text.contains("HTTPS_PROXY") && !text.contains("canary"),
                "{text}"
            );
        }
    }

    #[test]
    fn the_name_of_a_proxy_holds_no_password() {
        let variables = [("HTTPS_PROXY", "http://user:can%40ary@proxy:3128")];
        assert_eq!(
            way(&variables, REMOTE).as_deref(),
            Some("http://proxy:3128")
        );
    }
}
