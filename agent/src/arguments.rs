//! The command line.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use signet_cluster::Access;

/// Brings a cluster to the state that a signed Git history describes.
#[derive(Debug, Clone, Parser)]
#[command(name = "signet-agent", version, after_help = EXAMPLE)]
pub struct Arguments {
    /// The name of the trust anchor to follow
    #[arg(long, value_name = "NAME", default_value = "fleet")]
    pub anchor: String,
    /// Where the Git objects are kept; nothing secret is written here, and what is lost is fetched again
    #[arg(long, value_name = "DIR")]
    pub data_dir: PathBuf,
    /// Speak to the cluster of this kubeconfig's current context instead of the one this Pod is in
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
    /// How log lines are written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub log_format: LogFormat,
}

const EXAMPLE: &str = "Example:
  signet-agent --anchor fleet --data-dir /var/lib/signet --kubeconfig agent.kubeconfig";

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl Arguments {
    /// The cluster to speak to.
    pub(crate) fn access(&self) -> Access {
        match &self.kubeconfig {
            Some(path) => Access::Kubeconfig {
                path: path.clone(),
                context: None,
            },
            None => Access::InCluster,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn takes_the_arguments_that_the_deployment_passes() {
        let manifest = include_str!("../../deploy/agent.yaml");
        let mut lines = manifest.lines().map(str::trim);
        let list = lines.find_map(|line| line.strip_prefix("args: [")?.strip_suffix(']'));
        let passed = list.unwrap().split(", ");
        let arguments = Arguments::try_parse_from(["signet-agent"].into_iter().chain(passed));
        assert_eq!(arguments.unwrap().data_dir, PathBuf::from("/data"));
        assert!(manifest.contains("mountPath: /data"));
    }

    #[test]
    fn speaks_to_its_own_cluster_unless_told_otherwise() {
        let arguments = Arguments::parse_from(["signet-agent", "--data-dir", "/data"]);
        assert!(matches!(arguments.access(), Access::InCluster));
        assert_eq!(
            (arguments.anchor.as_str(), arguments.log_format),
            ("fleet", LogFormat::Text)
        );
    }
}
