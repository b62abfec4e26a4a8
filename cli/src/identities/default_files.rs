//! Where sops looks for identities without being told.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Whose habits decide where a person's configuration lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Platform {
    /// Linux and every other Unix: the XDG Base Directory Specification.
    Unix,
    MacOs,
    Windows,
}

impl Platform {
    /// The one that this program was built for.
    pub(super) const HERE: Self = if cfg!(target_os = "macos") {
        Self::MacOs
    } else if cfg!(windows) {
        Self::Windows
    } else {
        Self::Unix
    };
}

/// The files that are there: age's `sops/age/keys.txt` in the folder of the person's configuration, then OpenSSH's keys.
pub(super) fn default_files(
    platform: Platform,
    variable: impl Fn(&str) -> Option<OsString>,
) -> Vec<PathBuf> {
    let mut places = places(platform, variable);
    places.retain(|file| file.exists());
    places
}

fn places(platform: Platform, variable: impl Fn(&str) -> Option<OsString>) -> Vec<PathBuf> {
    let folder = |name: &str| {
        variable(name)
            .filter(|folder| !folder.is_empty())
            .map(PathBuf::from)
    };
    let home = folder(match platform {
        Platform::Unix | Platform::MacOs => "HOME",
        Platform::Windows => "USERPROFILE",
    });
    let below = |place: &str| home.as_ref().map(|home| home.join(place));
    // `os.UserConfigDir` of Go, which on macOS does not know XDG_CONFIG_HOME: sops itself asks for that there.
    let configuration = match platform {
        Platform::Unix => match folder("XDG_CONFIG_HOME") {
            Some(folder) => Some(folder).filter(|folder| folder.is_absolute()),
            None => below(".config"),
        },
        Platform::MacOs => {
            folder("XDG_CONFIG_HOME").or_else(|| below("Library/Application Support"))
        }
        Platform::Windows => folder("AppData"),
    };
    let age =
        configuration.map(|folder| folder.join(Path::new("sops").join("age").join("keys.txt")));
    let ssh = ["id_ed25519", "id_rsa"].map(|name| Some(below(".ssh")?.join(name)));
    age.into_iter().chain(ssh.into_iter().flatten()).collect()
}

#[cfg(test)]
mod tests {
    use super::{Platform, places};
    use std::path::PathBuf;

    type Variables<'a> = &'a [(&'a str, &'a str)];

    fn of(platform: Platform, variables: Variables) -> Vec<PathBuf> {
        places(platform, |name| {
            let set = variables.iter().find(|(variable, _)| *variable == name);
            set.map(|(_, value)| (*value).into())
        })
    }

    #[test]
    fn age_keys_lie_where_sops_looks_on_each_platform() {
        let home = ("HOME", "/home/dave");
        let xdg = ("XDG_CONFIG_HOME", "/xdg");
        let windows = [("USERPROFILE", "/users/dave"), ("AppData", "/roaming")];
        let cases: [(Platform, Variables, &str); 7] = [
            (Platform::Unix, &[home], "/home/dave/.config"),
            (
                Platform::Unix,
                &[home, ("XDG_CONFIG_HOME", "")],
                "/home/dave/.config",
            ),
            (Platform::Unix, &[home, xdg], "/xdg"),
            (
                Platform::MacOs,
                &[home],
                "/home/dave/Library/Application Support",
            ),
            (Platform::MacOs, &[home, xdg], "/xdg"),
            (Platform::Windows, &windows, "/roaming"),
            (
                Platform::Windows,
                &[windows[0], windows[1], xdg],
                "/roaming",
            ),
        ];
        for (platform, variables, folder) in cases {
            let expected = PathBuf::from(folder).join("sops/age/keys.txt");
            assert_eq!(
                of(platform, variables)[0],
                expected,
                "{platform:?} {variables:?}"
            );
        }
    }

    #[test]
    fn a_relative_folder_of_configuration_is_not_believed_as_go_does_not() {
        let files = of(
            Platform::Unix,
            &[("HOME", "/h"), ("XDG_CONFIG_HOME", "rel")],
        );
        assert_eq!(
            files,
            ["/h/.ssh/id_ed25519", "/h/.ssh/id_rsa"].map(PathBuf::from)
        );
    }

    #[test]
    fn ssh_keys_lie_in_the_home_folder() {
        let unix = of(Platform::MacOs, &[("HOME", "/h")]);
        assert_eq!(
            unix[1..],
            ["/h/.ssh/id_ed25519", "/h/.ssh/id_rsa"].map(PathBuf::from)
        );
        let windows = of(Platform::Windows, &[("USERPROFILE", "/u")]);
        assert_eq!(
            windows,
            ["/u/.ssh/id_ed25519", "/u/.ssh/id_rsa"].map(PathBuf::from)
        );
    }

    #[test]
    fn without_a_home_there_is_nowhere_to_look() {
        for platform in [Platform::Unix, Platform::MacOs, Platform::Windows] {
            assert_eq!(of(platform, &[]), Vec::<PathBuf>::new());
        }
    }
}
