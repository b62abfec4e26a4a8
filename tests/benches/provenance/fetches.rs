//! A fetch that finds nothing new, over the connection that was made for the one before.

use std::fs;
use std::time::Duration;

use anyhow::{Result, ensure};
use secrecy::SecretString;
use signet_git::{Credentials, Remote, SshKey, Store, fetch};
use signet_tests::bench::{Table, median};
use signet_tests::git_remote::GitRemote;
use signet_tests::person::{Person, WorkTree};
use signet_tests::ssh_server::SshServer;
use tokio::runtime::Runtime;

const TURNS: usize = 101;
const MAIN: &str = "refs/heads/main";
const LIMIT: Duration = Duration::from_mins(1);

pub(crate) fn measure(table: &mut Table) -> Result<()> {
    let https = "fetch nothing new over https";
    let ssh = "fetch nothing new over ssh";
    if !table.wants(https) && !table.wants(ssh) {
        return Ok(());
    }
    let server = GitRemote::start()?;
    let dave = Person::new("dave")?.clone_of(&server)?;
    dave.write("README.md", "A fleet.\n")?;
    dave.commit("Begin")?;
    dave.push()?;
    if table.wants(https) {
        let credentials = Credentials {
            username: Some(server.username().to_owned()),
            password: Some(SecretString::from(server.password())),
            ca: Some(server.ca_pem().as_bytes().to_vec()),
            ..Credentials::default()
        };
        let remote = Remote::new(&server.url(), MAIN, credentials, LIMIT)?;
        row(
            https,
            table,
            &dave,
            &remote,
            Some(Duration::from_millis(10)),
        )?;
    }
    if table.wants(ssh) {
        let sshd = SshServer::start()?;
        let person = dave.person();
        sshd.let_in("", &person.public_key()?)?;
        let known_hosts = person.home().join("known_hosts");
        fs::write(&known_hosts, sshd.known_hosts()?)?;
        let key = SecretString::from(fs::read_to_string(person.key_path())?);
        let credentials = Credentials {
            ssh_keys: vec![SshKey::read(&key)?],
            known_hosts: Some(sshd.known_hosts()?),
            ..Credentials::default()
        };
        let url = sshd.url_of(&server.repository());
        let remote = Remote::new(&url, MAIN, credentials, LIMIT)?;
        let command = format!(
            "ssh -F none -o IdentitiesOnly=yes -o UserKnownHostsFile={} -i {}",
            known_hosts.display(),
            person.key_path().display()
        );
        dave.git(&["config", "core.sshCommand", &command])?;
        dave.git(&["remote", "set-url", "origin", &url])?;
        row(ssh, table, &dave, &remote, None)?;
    }
    Ok(())
}

fn row(
    what: &str,
    table: &mut Table,
    clone: &WorkTree,
    remote: &Remote,
    at_most: Option<Duration>,
) -> Result<()> {
    let runtime = Runtime::new()?;
    let folder = tempfile::tempdir()?;
    let store = Store::create_or_open(folder.path())?;
    ensure!(
        runtime.block_on(fetch(remote, &store))?.received,
        "the first fetch brought nothing"
    );
    let pair = median(
        TURNS,
        || clone.git(&["fetch", "--quiet", "origin", "main"]).map(drop),
        || {
            let fetched = runtime.block_on(fetch(remote, &store))?;
            ensure!(!fetched.received, "there was something new");
            Ok(())
        },
    )?;
    table.within(what, Some(pair.theirs), pair.ours, at_most);
    Ok(())
}
