//! Variables that say what runs, or whose code runs in it.

/// The loader's, shells', git's, editors', interpreters', builders' and our own, and those of files that name a program to run.
#[rustfmt::skip]
const NAMES: [&str; 155] = [
    "ANSIBLE_CONFIG", "AWS_CONFIG_FILE", "AWS_PAGER", "AWS_SHARED_CREDENTIALS_FILE", "BASHOPTS", "BASH_ENV", "BROWSER",
    "BUNDLE_GEMFILE", "CARGO", "CARGO_BUILD_RUSTC", "CARGO_BUILD_RUSTC_WRAPPER", "CARGO_BUILD_RUSTFLAGS",
    "CARGO_ENCODED_RUSTFLAGS", "CARGO_HOME", "CATALINA_OPTS", "CC", "CDPATH", "CLASSPATH", "CLOUDSDK_CONFIG",
    "CLOUDSDK_PYTHON", "CMAKE_TOOLCHAIN_FILE", "COMPILER_PATH", "COMPOSER_HOME", "CORECLR_PROFILER",
    "CORECLR_PROFILER_PATH", "COR_PROFILER", "COR_PROFILER_PATH", "CVS_RSH", "CXX", "DOCKER_CONFIG",
    "DOTNET_STARTUP_HOOKS", "EDITOR", "ENV", "ERL_AFLAGS", "ERL_FLAGS", "ERL_ZFLAGS", "EXINIT", "FPATH",
    "FZF_DEFAULT_COMMAND", "FZF_DEFAULT_OPTS", "GCONV_PATH", "GEM_HOME", "GEM_PATH", "GIT_ASKPASS", "GIT_COMMON_DIR",
    "GIT_DIR", "GIT_EDITOR", "GIT_EXEC_PATH", "GIT_EXTERNAL_DIFF", "GIT_PAGER", "GIT_PROXY_COMMAND",
    "GIT_SEQUENCE_EDITOR", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_TEMPLATE_DIR", "GLIBC_TUNABLES", "GNUPGHOME", "GOAUTH",
    "GOCACHEPROG", "GOENV", "GOFLAGS", "GOTOOLCHAIN", "GRADLE_OPTS", "GRADLE_USER_HOME", "GTK_MODULES", "GTK_PATH",
    "HELM_PLUGINS", "HG", "HOME", "IFS", "JAVA_HOME", "JAVA_OPTS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS",
    "JRUBY_OPTS", "JULIA_LOAD_PATH", "KRB5_CONFIG", "KREW_ROOT", "KUBECONFIG", "KUBECTL_EXTERNAL_DIFF", "KUBE_EDITOR",
    "LESSCLOSE", "LESSKEY", "LESSKEYIN", "LESSKEY_CONTENT", "LESSKEY_SYSTEM", "LESSOPEN", "LOCPATH", "MAKEFILES",
    "MAKEFLAGS", "MANPAGER", "MAVEN_OPTS", "NODE_OPTIONS", "NODE_PATH", "OPENSSL_CONF", "OPENSSL_ENGINES",
    "OPENSSL_MODULES", "PAGER", "PATH", "PERL5DB", "PERL5LIB", "PERL5OPT", "PERL5SHELL", "PERLLIB", "PHPRC",
    "PHP_INI_SCAN_DIR", "PROMPT_COMMAND", "PS4", "PSQLRC", "PSQL_EDITOR", "PSQL_PAGER", "PYTHONBREAKPOINT",
    "PYTHONHOME", "PYTHONINSPECT", "PYTHONPATH", "PYTHONPYCACHEPREFIX", "PYTHONSTARTUP", "PYTHONUSERBASE",
    "PYTHONWARNINGS", "QT_PLUGIN_PATH", "RIPGREP_CONFIG_PATH", "RSYNC_CONNECT_PROG", "RSYNC_RSH", "RUBYLIB", "RUBYOPT",
    "RUSTC", "RUSTC_WORKSPACE_WRAPPER", "RUSTC_WRAPPER", "RUSTDOC", "RUSTFLAGS", "RUSTUP_TOOLCHAIN", "R_PROFILE",
    "R_PROFILE_USER", "SBT_OPTS", "SHELL", "SHELLOPTS", "SOPS_AGE_KEY_CMD", "SOPS_EDITOR", "SSH_ASKPASS",
    "SUDO_ASKPASS", "SVN_SSH", "SYSTEMD_EDITOR", "SYSTEMD_PAGER", "TAR_OPTIONS", "TF_CLI_CONFIG_FILE", "VIM", "VIMINIT",
    "VIMRUNTIME", "VISUAL", "WGETRC", "XDG_CONFIG_DIRS", "XDG_CONFIG_HOME", "ZDOTDIR", "ZIPOPT", "_JAVA_OPTIONS",
];

const PREFIXES: [&str; 12] = [
    "BASH_FUNC_",
    "CARGO_TARGET_",
    "DYLD_",
    "GIT_CONFIG_",
    "LD_",
    "LUA_CPATH",
    "LUA_INIT",
    "LUA_PATH",
    "NPM_CONFIG_",
    "PIP_",
    "TF_CLI_ARGS",
    "npm_config_",
];

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
            "TAR_OPTIONS",
            "RSYNC_RSH",
            "DYLD_INSERT_LIBRARIES",
            "BASH_FUNC_ls",
            "PATH",
            "NODE_OPTIONS",
            "_JAVA_OPTIONS",
            "OPENSSL_CONF",
            "KUBECONFIG",
            "GOFLAGS",
            "MAKEFLAGS",
            "SOPS_AGE_KEY_CMD",
            "npm_config_script_shell",
            "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER",
            "GIT_COMMON_DIR",
            "PERLLIB",
            "WGETRC",
            "VIMRUNTIME",
            "GOCACHEPROG",
            "ZIPOPT",
            "COMPILER_PATH",
            "LUA_INIT_5_4",
            "LUA_PATH_5_4",
        ] {
            assert!(steers(name), "{name}");
        }
        for name in [
            "PASSWORD",
            "GIT_TOKEN",
            "LDAP_URL",
            "VIM_TOKEN",
            "MY_PATH",
            "AWS_SECRET_ACCESS_KEY",
            "CARGO_REGISTRY_TOKEN",
            "NPM_TOKEN",
            "SOPS_AGE_KEY",
        ] {
            assert!(!steers(name), "{name}");
        }
    }
}
