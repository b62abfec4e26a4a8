//! Variables that say what runs, or whose code runs in it.

/// The loader's, shells', git's, editors' and interpreters' own, and those of files that name a program to run.
#[rustfmt::skip]
const NAMES: [&str; 70] = [
    "BASHOPTS", "BASH_ENV", "BROWSER", "CDPATH", "CLASSPATH", "CORECLR_PROFILER", "COR_PROFILER", "DOCKER_CONFIG",
    "DOTNET_STARTUP_HOOKS", "EDITOR", "ENV", "EXINIT", "GCONV_PATH", "GIT_ASKPASS", "GIT_DIR", "GIT_EDITOR",
    "GIT_EXEC_PATH", "GIT_EXTERNAL_DIFF", "GIT_PAGER", "GIT_PROXY_COMMAND", "GIT_SEQUENCE_EDITOR", "GIT_SSH",
    "GIT_SSH_COMMAND", "GIT_TEMPLATE_DIR", "HOME", "IFS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "KUBECONFIG",
    "LESSCLOSE", "LESSOPEN", "LOCPATH", "LUA_CPATH", "LUA_INIT", "LUA_PATH", "MANPAGER", "MAVEN_OPTS",
    "NODE_OPTIONS", "NODE_PATH", "OPENSSL_CONF", "OPENSSL_ENGINES", "OPENSSL_MODULES", "PAGER", "PATH", "PERL5DB",
    "PERL5LIB", "PERL5OPT", "PERL5SHELL", "PHPRC", "PHP_INI_SCAN_DIR", "PROMPT_COMMAND", "PS4", "PYTHONBREAKPOINT",
    "PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "PYTHONUSERBASE", "PYTHONWARNINGS", "RUBYLIB", "RUBYOPT",
    "RUSTC_WRAPPER", "SHELL", "SHELLOPTS", "SSH_ASKPASS", "SUDO_ASKPASS", "VIMINIT", "VISUAL", "XDG_CONFIG_HOME",
    "ZDOTDIR", "_JAVA_OPTIONS",
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
            "_JAVA_OPTIONS",
            "OPENSSL_CONF",
            "KUBECONFIG",
        ] {
            assert!(steers(name), "{name}");
        }
        for name in ["PASSWORD", "GIT_TOKEN", "LDAP_URL", "MY_PATH"] {
            assert!(!steers(name), "{name}");
        }
    }
}
