//! `signet bootstrap`: puts Signet into a cluster.

mod credentials;
mod evidence;
mod incumbent;
mod own_ssh;
mod upstream;

use crate::consent::Consent;
use crate::failure::{Explain, Result, refused};
use crate::files::private;
use crate::output::Output;
use crate::pin::Trust;
use crate::session::{Session, wait_for};
use evidence::Evidence;
use kube::{Client, Config};
use secrecy::ExposeSecret;
use signet_api::crd::{
    AnchorRepository, IdentityRef, RepositoryCredentials, Suspend, TrustAnchorSpec,
};
use signet_api::{ClusterName, Duration, SYSTEM_NAMESPACE};
use signet_cluster::install::{Installation, Installed, agent_kubeconfig, install};
use signet_cluster::{CLUSTER_IDENTITY, GIT_CREDENTIALS};
use signet_git::{Proxy, is_ssh};
use std::env;
use std::path::PathBuf;

/// The one anchor of a cluster.
const ANCHOR: &str = "fleet";
/// How long an agent outside the cluster may use the token that it is given; the API server may shorten it.
const TOKEN_LIFETIME: std::time::Duration = std::time::Duration::from_hours(7 * 24);

/// Put Signet into the cluster of the current context: definitions, rights, anchor, identity, agent
#[derive(clap::Args)]
#[command(
    after_help = "With --identity, HEAD of this clone is verified from the introduction that it has pinned. With --recovery, the \
    repository is fetched and its anchor is checked with the recovery key: no clone is needed.\n\n\
    The file for --git-credentials is YAML with `username` and `password`, or `bearerToken`, or `githubAppID`, `githubAppInstallationID` and `githubAppPrivateKey`, with `tls.crt` and `tls.key` for a \
    server that asks for a certificate, and `ca.crt` (all three PEM), each optional, or one line https://USER:PASSWORD@HOST as \
    `git credential-store` writes it. For ssh://USER@HOST/PATH or USER@HOST:PATH it has \
    `sshKey`, a private key without a passphrase, and `known_hosts`, the lines that know the server. Without them \
    --recovery fetches as the person: with SSH_AUTH_SOCK, ~/.ssh/id_ed25519, id_ecdsa and id_rsa, and the known_hosts of \
    ~/.ssh and /etc/ssh. HTTPS goes through the proxy that HTTPS_PROXY and NO_PROXY name.\n\n\
    Example:\n  signet bootstrap --cluster prod --repository https://git.example.org/fleet.git \\\n    \
    --identity prod.key --git-credentials git.yaml \\\n    \
    --agent-image registry.example.org/signet-agent:0.1.0"
)]
#[command(group(clap::ArgGroup::new("key").required(true).args(["identity", "recovery"])))]
#[command(group(clap::ArgGroup::new("agent").required(true).args(["agent_image", "no_agent"])))]
pub(crate) struct Bootstrap {
    /// The cluster's name in the fleet
    #[arg(long, value_name = "NAME")]
    cluster: ClusterName,
    /// Where the agent fetches from, without credentials
    #[arg(long, value_name = "URL")]
    repository: String,
    /// The cluster's identity, as `cluster add --identity-out` wrote it
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
    /// The ClusterRole that the platform's account is bound to
    #[arg(long, value_name = "ROLE", default_value = "cluster-admin")]
    platform_role: String,
    /// The recovery key (`-` reads stdin), which says itself where trust begins
    #[arg(long, value_name = "FILE", conflicts_with = "introduction")]
    recovery: Option<PathBuf>,
    /// The ref to fetch with --recovery; the anchor must name the same
    #[arg(
        long = "ref",
        value_name = "REF",
        default_value = "refs/heads/main",
        requires = "recovery"
    )]
    reference: String,
    /// What the remote asks for
    #[arg(long, value_name = "FILE")]
    git_credentials: Option<PathBuf>,
    /// The agent's image
    #[arg(long, value_name = "IMAGE")]
    agent_image: Option<String>,
    /// Leave the agent out: it runs elsewhere
    #[arg(long)]
    no_agent: bool,
    /// Write a kubeconfig for the agent's account to this file (mode 0600)
    #[arg(long, value_name = "FILE", requires = "no_agent")]
    agent_kubeconfig: Option<PathBuf>,
    /// How often the agent looks at the remote
    #[arg(long, value_name = "TIME", default_value = "1m")]
    interval: Duration,
    /// Accept the history if it contains this commit
    #[arg(long, value_name = "COMMIT")]
    at_least: Option<String>,
    #[command(flatten)]
    trust: Trust,
    #[command(flatten)]
    consent: Consent,
}

impl Bootstrap {
    /// Installs everything once the history is accepted; running it again changes nothing that is right.
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        let out = &session.out;
        let credentials = credentials::read(self.git_credentials.as_deref())?;
        let evidence = self.evidence(session, &credentials)?;
        self.accept(&evidence, out)?;
        if is_ssh(&self.repository) && !credentials.is_for_ssh() {
            out.note(format!(
                "the agent cannot fetch until `sshKey` and `known_hosts` are in the Secret {SYSTEM_NAMESPACE}/{GIT_CREDENTIALS}"
            ));
        }
        let installation = self.installation(evidence, credentials);
        wait_for(async {
            let config = session.cluster().await?;
            let client = Client::try_from(config.clone())?;
            incumbent::gives_way(&client, &installation).await?;
            let mut unsaid = Ok(());
            install(&client, &installation, &mut |installed| {
                if unsaid.is_ok() {
                    unsaid = out.line(line(&installed));
                }
            })
            .await
            .hint("what was done stays; run the same command again once the cause is gone")?;
            unsaid?;
            self.write_agent_kubeconfig(&client, &config).await
        })
    }

    fn evidence(
        &self,
        session: &Session,
        credentials: &credentials::GitCredentials,
    ) -> Result<Evidence> {
        let upstream = |proxy| credentials.upstream(&self.repository, &self.reference, proxy);
        match (&self.identity, &self.recovery) {
            (Some(file), _) => {
                // The agent is to use them; nothing is fetched here, by whichever way.
                upstream(None)?;
                let (out, floor) = (&session.out, self.floor()?);
                Evidence::of_clone(out, &self.cluster, file, self.trust, floor)
            }
            (None, Some(file)) => {
                let proxy = Proxy::of(|name| env::var_os(name)).context("look for a proxy")?;
                let upstream = upstream(proxy)?;
                let key = evidence::recovery_key(file)?;
                wait_for(Evidence::of_remote(
                    &session.out,
                    &upstream,
                    &self.cluster,
                    &key,
                    self.floor()?,
                ))
            }
            (None, None) => Err(refused("neither --identity nor --recovery is given")),
        }
    }

    fn floor(&self) -> Result<Option<signet_provenance::ObjectId>> {
        let floor = self.at_least.as_deref().map(str::parse).transpose();
        floor
            .context("read --at-least")
            .hint("name the full commit")
    }

    /// The tip is new enough by --at-least, or a person says so.
    fn accept(&self, evidence: &Evidence, out: &Output) -> Result<()> {
        out.note(evidence.summary());
        match self.floor()? {
            Some(floor) => evidence.contains(floor),
            None => self.consent.to(&format!(
                "Is that the newest history of {} that you know of?",
                self.repository
            )),
        }
    }

    fn installation(
        &self,
        evidence: Evidence,
        credentials: credentials::GitCredentials,
    ) -> Installation {
        let verified = evidence.tip();
        let has_credentials = credentials.is_some() || is_ssh(&self.repository);
        let repository = AnchorRepository {
            url: self.repository.clone(),
            reference: evidence.root.reference,
            id: evidence.root.repository,
            credentials: has_credentials.then(|| RepositoryCredentials {
                secret_ref: GIT_CREDENTIALS.to_owned(),
            }),
            mirrors: Vec::new(),
            interval: self.interval,
        };
        Installation {
            name: ANCHOR.to_owned(),
            anchor: TrustAnchorSpec {
                cluster: self.cluster.clone(),
                repository,
                introduction: evidence.root.introduction.into(),
                identity: IdentityRef {
                    secret_ref: CLUSTER_IDENTITY.to_owned(),
                },
                revoked: Vec::new(),
                freshness: None,
                suspend: Suspend::default(),
            },
            identity: evidence.identity,
            credentials: credentials.for_cluster(),
            platform_role: self.platform_role.clone(),
            verified,
            agent_image: self.agent_image.clone(),
        }
    }

    async fn write_agent_kubeconfig(&self, client: &Client, config: &Config) -> Result<()> {
        let Some(file) = &self.agent_kubeconfig else {
            return Ok(());
        };
        let text = agent_kubeconfig(client, config, TOKEN_LIFETIME).await?;
        #[expect(
            clippy::disallowed_methods,
            reason = "the token goes to the file that the person named"
        )]
        private::replace(file, text.expose_secret())
            .with_context(|| format!("write the agent's kubeconfig to {}", file.display()))
    }
}

fn line(installed: &Installed) -> String {
    let outcome = installed.outcome;
    match &installed.namespace {
        Some(namespace) => format!("{} {outcome} (in {namespace})", installed.object),
        None => format!("{} {outcome}", installed.object),
    }
}
