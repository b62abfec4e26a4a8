//! Variables that say what runs, or whose code runs in it.

/// The loader's, shells', git's and interpreters' own.
#[rustfmt::skip]
const NAMES: [&str; 31] = [
    "BASHOPTS", "BASH_ENV", "CDPATH", "CLASSPATH", "ENV", "GCONV_PATH", "GIT_ASKPASS", "GIT_EXEC_PATH",
    "GIT_EXTERNAL_DIFF", "GIT_PROXY_COMMAND", "GIT_SSH", "GIT_SSH_COMMAND", "HOME", "IFS", "JAVA_TOOL_OPTIONS",
    "JDK_JAVA_OPTIONS", "LOCPATH", "NODE_OPTIONS", "NODE_PATH", "PATH", "PERL5DB", "PERL5LIB", "PERL5OPT",
    "PROMPT_COMMAND", "PS4", "PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "RUBYLIB", "RUBYOPT", "SHELLOPTS",
];

const PREFIXES: [&str; 4] = ["BASH_FUNC_", "DYLD_", "GIT_CONFIG_", "LD_"];

/// Whether whoever sets this variable can run code of their own. What an unknown program makes of others, nobody can say.
pub(super) fn steers(name: &str) -> bool {
    NAMES.contains(&name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::steers;

    #[test]
    fn variables_that_run_somebody_elses_code_are_known() {
        for name in [
            "LD_PRELOAD",
            "DYLD_INSERT_LIBRARIES",
            "BASH_FUNC_ls",
            "PATH",
            "NODE_OPTIONS",
        ] {
            assert!(steers(name), "{name}");
        }
        for name in ["PASSWORD", "GIT_TOKEN", "LDAP_URL", "MY_PATH"] {
            assert!(!steers(name), "{name}");
        }
    }
}
