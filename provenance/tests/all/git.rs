//! Real repositories, made and judged by git and ssh-keygen as people have them.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use signet_provenance::{
    Changed, Kind, MemoryObjects, ObjectId, Objects, Reason, State, Tag, TagRef, Tree, TrustRoot,
    Verdict, VerifyError, introduction_of, verify,
};
use ssh_key::LineEnding;
use tempfile::TempDir;

use crate::crafted::{Facts, rows};
use crate::openpgp::{Keyring, fake};
use crate::support::{
    ApprovalText, BEGIN, PolicyText, REF, REPOSITORY, at, key, sign, tag_payload,
};

/// A repository with throw-away keys of its own.
struct Repository {
    folder: TempDir,
    second: i64,
}

impl Repository {
    /// A repository in which alice has introduced a policy; principals' keys are replaced by
    /// those that `ssh-keygen` makes.
    fn new(policy: &PolicyText, made: &[(&str, &[&str])]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("work")).unwrap();
        fs::create_dir_all(folder.path().join("keys")).unwrap();
        let mut repository = Self {
            folder,
            second: BEGIN,
        };
        for name in ["alice", "bob", "carol", "dave", "erin", "mallory"] {
            repository.write_key(name);
        }
        let mut policy = policy.clone();
        for (name, arguments) in made {
            let line = repository.generate_key(name, arguments);
            policy.principal(name, &format!("{{keys: [{line:?}]}}"));
        }
        repository.git(&["init", "-q", "-b", "main"]);
        repository.allow_signers();
        repository.commit("alice", &[("signet/policy.yaml", &policy.to_yaml())]);
        repository
    }

    fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    fn write_key(&self, name: &str) {
        let path = self.path(&format!("keys/{name}"));
        fs::write(&path, &*key(name).to_openssh(LineEnding::LF).unwrap()).unwrap();
        restrict(&path);
        let public = key(name).public_key().to_openssh().unwrap();
        fs::write(self.path(&format!("keys/{name}.pub")), public).unwrap();
    }

    fn generate_key(&self, name: &str, arguments: &[&str]) -> String {
        let path = self.path(&format!("keys/{name}"));
        for old in [path.clone(), path.with_extension("pub")] {
            fs::remove_file(old).ok();
        }
        run(
            Command::new("ssh-keygen")
                .args(["-q", "-N", "", "-C", name])
                .args(arguments)
                .arg("-f")
                .arg(&path),
            None,
        );
        fs::read_to_string(path.with_extension("pub"))
            .unwrap()
            .trim()
            .to_owned()
    }

    /// All keys are allowed to git: who may what is ours to say.
    fn allow_signers(&self) {
        let mut lines = String::new();
        for entry in fs::read_dir(self.path("keys")).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "pub") {
                let line = fs::read_to_string(path).unwrap();
                lines += "* namespaces=\"git\" ";
                lines += line.trim();
                lines.push('\n');
            }
        }
        fs::write(self.path("allowed"), lines).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let date = format!("@{} +0000", self.second);
        let mut git = Command::new("git");
        git.arg("-C").arg(self.path("work"));
        git.args([
            "-c",
            "gpg.format=ssh",
            "-c",
            "user.name=A",
            "-c",
            "user.email=a@example.org",
        ]);
        git.arg("-c").arg(format!(
            "gpg.ssh.allowedSignersFile={}",
            self.path("allowed").display()
        ));
        git.args(arguments)
            .env("GIT_COMMITTER_DATE", &date)
            .env("GIT_AUTHOR_DATE", &date)
            .env("TZ", "UTC");
        git.env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null");
        git
    }

    fn git(&self, arguments: &[&str]) -> String {
        String::from_utf8(run(&mut self.command(arguments), None))
            .unwrap()
            .trim()
            .to_owned()
    }

    fn write(&self, files: &[(&str, &str)]) {
        for (path, content) in files {
            let path = self.path("work").join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        self.git(&["add", "-A"]);
    }

    /// `git commit -S` as a person does it.
    fn commit(&mut self, signer: &str, files: &[(&str, &str)]) -> ObjectId {
        self.second += 60;
        self.write(files);
        let key = format!(
            "user.signingKey={}",
            self.path(&format!("keys/{signer}")).display()
        );
        self.git(&["-c", &key, "commit", "-q", "-S", "-m", "work"]);
        self.tip()
    }

    fn merge(&mut self, signer: &str, branch: &str) -> ObjectId {
        self.second += 60;
        let key = format!(
            "user.signingKey={}",
            self.path(&format!("keys/{signer}")).display()
        );
        self.git(&[
            "-c", &key, "merge", "-q", "--no-ff", "-S", "-m", "merge", branch,
        ]);
        self.tip()
    }

    fn tip(&self) -> ObjectId {
        self.git(&["rev-parse", "HEAD"]).parse().unwrap()
    }

    /// Whether `git verify-commit` accepts a commit.
    fn git_accepts(&self, commit: ObjectId) -> bool {
        let id = commit.to_string();
        let mut git = self.command(&["--no-replace-objects", "verify-commit", &id]);
        git.stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap()
            .success()
    }

    /// Every object of the repository, as `git cat-file --batch` gives it.
    fn objects(&self) -> Arc<MemoryObjects> {
        let listing = self
            .command(&["cat-file", "--batch", "--batch-all-objects"])
            .output()
            .unwrap();
        let objects = MemoryObjects::default();
        let mut rest = &listing.stdout[..];
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let header = std::str::from_utf8(&rest[..end]).unwrap();
            let [id, kind, length] = header.split(' ').collect::<Vec<_>>()[..] else {
                panic!("{header}")
            };
            let length: usize = length.parse().unwrap();
            let bytes = &rest[end + 1..end + 1 + length];
            let kind = [Kind::Commit, Kind::Tree, Kind::Blob, Kind::Tag]
                .into_iter()
                .find(|known| known.as_str() == kind);
            assert_eq!(objects.write(kind.unwrap(), bytes).to_string(), id);
            rest = &rest[end + 2 + length..];
        }
        Arc::new(objects)
    }

    fn root(&self, objects: Arc<dyn Objects>) -> TrustRoot {
        let first = self
            .git(&["rev-list", "--max-parents=0", "HEAD"])
            .parse()
            .unwrap();
        let introduction = introduction_of(objects, first).unwrap();
        TrustRoot {
            repository: REPOSITORY.to_owned(),
            reference: REF.to_owned(),
            introduction,
            revoked: Vec::new(),
        }
    }

    fn verify(&self, tip: ObjectId) -> Result<Verdict, VerifyError> {
        self.verify_with(tip, &[])
    }

    fn verify_with(&self, tip: ObjectId, approvals: &[TagRef]) -> Result<Verdict, VerifyError> {
        let objects = self.objects();
        let root = self.root(objects.clone());
        let (last, now) = (State::default(), at(self.second));
        verify(objects, tip, approvals, &root, &last, now)
    }

    /// `git tag -s` as a person does it.
    fn tag(&self, signer: &str, name: &str, message: &str) -> TagRef {
        let key = self.path(&format!("keys/{signer}"));
        let key = format!("user.signingKey={}", key.display());
        self.git(&["-c", &key, "tag", "-s", "-m", message, name]);
        let reference = format!("refs/tags/{name}");
        let tag = self.git(&["rev-parse", &reference]).parse().unwrap();
        TagRef { reference, tag }
    }

    /// Whether `git verify-tag` accepts a tag.
    fn git_accepts_tag(&self, tag: ObjectId) -> bool {
        let id = tag.to_string();
        let mut git = self.command(&["--no-replace-objects", "verify-tag", &id]);
        let git = git.stdout(Stdio::null()).stderr(Stdio::null());
        git.status().unwrap().success()
    }

    fn write_commit(&self, bytes: &[u8]) -> ObjectId {
        self.write_object("commit", bytes)
    }

    fn write_object(&self, kind: &str, bytes: &[u8]) -> ObjectId {
        let mut git = self.command(&["hash-object", "-t", kind, "-w", "--literally", "--stdin"]);
        String::from_utf8(run(&mut git, Some(bytes)))
            .unwrap()
            .trim()
            .parse()
            .unwrap()
    }
}

fn restrict(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

fn run(command: &mut Command, input: Option<&[u8]>) -> Vec<u8> {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}; git and ssh-keygen (apt install git openssh-client) must be installed"));
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.unwrap_or_default())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

#[test]
fn accepts_what_git_signs_with_each_sort_of_key() {
    let made: [(&str, &[&str]); 5] = [
        ("alice", &["-t", "ed25519"]),
        ("bob", &["-t", "rsa", "-b", "2048"]),
        ("carol", &["-t", "ecdsa", "-b", "256"]),
        ("dave", &["-t", "ecdsa", "-b", "384"]),
        ("erin", &["-t", "ecdsa", "-b", "521"]),
    ];
    let mut repository = Repository::new(&PolicyText::new(), &made);
    repository.commit("bob", &[("clusters/prod/x", "1")]);
    repository.commit("carol", &[("signet/note", "1")]);
    repository.commit("dave", &[("tenants/team-a/x", "1")]);
    let tip = repository.commit("erin", &[("tenants/team-b/ü \"x\"", "1")]);
    let verdict = repository.verify(tip).unwrap();
    assert_eq!(verdict.refused, None);
    assert_eq!(verdict.tree.commit(), tip);
    let algorithms: Vec<_> = verdict
        .steps
        .iter()
        .map(|step| step.algorithm.clone().unwrap())
        .collect();
    assert_eq!(
        algorithms,
        [
            "rsa-sha2-512",
            "ecdsa-sha2-nistp256",
            "ecdsa-sha2-nistp384",
            "ecdsa-sha2-nistp521"
        ]
    );
    for step in &verdict.steps {
        assert!(repository.git_accepts(step.commit));
    }
}

#[test]
fn accepts_what_git_signs_with_openpgp_keys() {
    let keyring = Keyring::new();
    let key = keyring.key("ed25519", "cert,sign");
    let subkey = keyring.subkey(&key, "rsa3072", "sign", "0");
    let mut repository = Repository::new(&PolicyText::new(), &[]);
    let certificate = format!("signet/keys/{key}.asc");
    let mut policy = PolicyText::new().next();
    policy.principal("dave", &format!("{{keys: [\"openpgp:{key}\"]}}"));
    let files = [
        ("signet/policy.yaml", &*policy.to_yaml()),
        (&*certificate, &*keyring.certificate(&key)),
    ];
    repository.commit("alice", &files);
    let program = format!("gpg.openpgp.program={}", keyring.program().display());
    let mut tip = repository.tip();
    for with in [&key, &subkey] {
        repository.second += 60;
        repository.write(&[("tenants/team-a/x", with)]);
        let with = format!("user.signingKey={with}!");
        let settings = ["-c", "gpg.format=openpgp", "-c", &program, "-c", &with];
        let commit = ["commit", "-q", "-S", "-m", "work"];
        let mut git = repository.command(&[&settings[..], &commit].concat());
        run(git.env("SIGNED_AT", fake(repository.second)), None);
        tip = repository.tip();
        let id = tip.to_string();
        let mut git = repository.command(&["-c", &program, "verify-commit", &id]);
        run(git.env("SIGNED_AT", fake(repository.second)), None);
    }
    let verdict = repository.verify(tip).unwrap();
    assert_eq!(verdict.refused, None);
    assert_eq!(verdict.tree.commit(), tip);
    let signers = verdict.steps.iter().skip(1);
    let signers: Vec<_> = signers.map(|step| step.signer.clone().unwrap()).collect();
    assert!(signers.iter().all(|signer| signer.principal == "dave"));
    assert_eq!(signers[0].subkey, None);
    assert_eq!(signers[1].subkey, Some(format!("openpgp:{subkey}")));
}

#[test]
fn judges_a_merge_as_people_make_it() {
    let mut repository = Repository::new(&PolicyText::new(), &[]);
    repository.git(&["checkout", "-q", "-b", "side"]);
    repository.commit("mallory", &[("tenants/team-a/x", "1")]);
    repository.git(&["checkout", "-q", "main"]);
    repository.commit("erin", &[("tenants/team-b/x", "1")]);
    let tip = repository.merge("dave", "side");
    let verdict = repository.verify(tip).unwrap();
    assert_eq!(verdict.refused, None);
    assert_eq!(verdict.steps.last().unwrap().paths.len(), 1);
    assert_eq!(verdict.steps.len(), 2);
}

#[test]
fn refuses_a_stranger_whom_git_accepts() {
    let mut repository = Repository::new(&PolicyText::new(), &[]);
    let good = repository.commit("dave", &[("tenants/team-a/x", "1")]);
    let tip = repository.commit("mallory", &[("tenants/team-a/x", "2")]);
    assert!(repository.git_accepts(tip));
    let verdict = repository.verify(tip).unwrap();
    assert_eq!(verdict.refused.unwrap().reason, Reason::UnknownKey);
    assert_eq!(verdict.tree.commit(), good);
}

#[test]
fn refuses_a_commit_that_a_replacement_makes_good_to_git() {
    let mut repository = Repository::new(&PolicyText::new(), &[]);
    let good = repository.commit("dave", &[("tenants/team-a/x", "1")]);
    repository.second += 60;
    repository.write(&[("tenants/team-a/x", "2")]);
    repository.git(&["commit", "-q", "-m", "unsigned"]);
    let tip = repository.tip();
    repository.git(&["replace", &tip.to_string(), &good.to_string()]);
    let id = tip.to_string();
    assert!(
        repository
            .command(&["verify-commit", &id])
            .output()
            .unwrap()
            .status
            .success()
    );
    let verdict = repository.verify(tip).unwrap();
    assert_eq!(verdict.refused.unwrap().reason, Reason::Unsigned);
}

#[test]
fn agrees_with_git_on_every_crafted_commit_that_it_accepts() {
    let mut repository = Repository::new(&PolicyText::new(), &[]);
    let parent = repository.tip();
    repository.second += 60;
    repository.write(&[("tenants/team-a/x", "1")]);
    let tree = repository.git(&["write-tree"]).parse().unwrap();
    let facts = Facts {
        tree,
        parent,
        second: repository.second,
        signer: key("dave"),
    };
    fs::remove_file(repository.path("keys/mallory.pub")).unwrap();
    repository.allow_signers();
    for row in rows(&facts) {
        let commit = repository.write_commit(&row.bytes);
        let (ours, git) = (row.refused.is_none(), repository.git_accepts(commit));
        assert!(!ours || git, "git refuses what we accept: {}", row.name);
        assert_eq!(git, row.git, "{}", row.name);
    }
}

#[test]
fn counts_an_approval_as_people_make_it_with_git() {
    let mut policy = PolicyText::new();
    policy.rules[1] = "{paths: [\"clusters/**\"], signers: platform, threshold: 2}".to_owned();
    let mut repository = Repository::new(&policy, &[("bob", &["-t", "ecdsa", "-b", "256"])]);
    let good = repository.tip();
    let old = Tree::unverified(repository.objects(), good).unwrap().id();
    let tip = repository.commit("alice", &[("clusters/prod/x", "1"), ("clusters/ü", "1")]);
    let objects = repository.objects();
    let new = Tree::unverified(objects.clone(), tip).unwrap().id();
    let changed = Changed::between(&*objects, old, new, None);
    let delta = changed.unwrap().unwrap().delta;
    let approval = ApprovalText {
        repository: REPOSITORY.to_owned(),
        reference: REF.to_owned(),
        delta: delta.to_string(),
        expires: at(repository.second + 3600).to_string(),
    };
    let tag = repository.tag("bob", "signet/approve/x", &approval.to_message());
    assert!(repository.git_accepts_tag(tag.tag));
    let alone = repository.verify(tip).unwrap();
    assert_eq!(alone.tree.commit(), good);
    let verdict = repository
        .verify_with(tip, std::slice::from_ref(&tag))
        .unwrap();
    assert_eq!(verdict.refused, None);
    assert_eq!(verdict.tree.commit(), tip);
    assert_eq!(verdict.steps[0].approvals[0].tag, tag);
    assert_eq!(verdict.steps[0].approvals[0].signer.principal, "bob");
}

/// A crafted tag, whether it has a reading and whether `git verify-tag` of 2.47 accepts it.
type CraftedTag = (&'static str, String, bool, bool);

fn crafted_tags(target: ObjectId) -> Vec<CraftedTag> {
    let payload = tag_payload(target, "signet/approve/x", BEGIN, "work\n");
    let by = |payload: &str| sign(&key("bob"), payload.as_bytes());
    let signed = |payload: String| payload.clone() + &by(&payload);
    let edited = |from: &str, to: &str| signed(payload.replacen(from, to, 1));
    let with_header = |line: &str| payload.replacen("\n\n", &format!("\n{line}\n\n"), 1);
    let good = signed(payload.clone());
    let quoted = signed(payload.clone() + &by("quoted"));
    let nested = format!("object {target}\ntype tag");
    let commit = format!("object {target}\ntype commit");
    vec![
        ("as git makes it", good.clone(), true, true),
        ("white space behind it", good.clone() + "\n \n", true, true),
        ("a signature in the message", quoted, true, true),
        ("text behind it", good.clone() + "more\n", false, true),
        (
            "another name",
            edited("approve/x", "approve/y"),
            false,
            true,
        ),
        (
            "an unsigned gpgsig header",
            with_header("gpgsig x") + &by(&payload),
            false,
            true,
        ),
        (
            "an unsigned gpgsig-sha256 header",
            with_header("gpgsig-sha256 x") + &by(&payload),
            false,
            true,
        ),
        (
            "a header of another name",
            signed(with_header("other x")),
            false,
            true,
        ),
        ("of another tag", edited(&commit, &nested), false, true),
        (
            "a NUL in the message",
            edited("work", "wo\0rk"),
            false,
            true,
        ),
    ]
}

#[test]
fn agrees_with_git_on_every_crafted_tag_that_it_accepts() {
    let repository = Repository::new(&PolicyText::new(), &[]);
    for (name, bytes, reads, git) in crafted_tags(repository.tip()) {
        let tag = repository.write_object("tag", bytes.as_bytes());
        let read = Tag::parse(bytes.as_bytes(), "refs/tags/signet/approve/x");
        assert_eq!(read.is_ok(), reads, "{name}: {read:?}");
        assert_eq!(repository.git_accepts_tag(tag), git, "{name}");
        assert!(git || !reads, "git refuses what we read: {name}");
    }
}
