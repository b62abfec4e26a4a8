//! Histories in memory, signed by throw-away keys.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use jiff::Timestamp;
use signet_provenance::{
    Changed, Introduction, Kind, MemoryObjects, ObjectId, Objects, Reason, Refusal, State, TagRef,
    Tree, TrustRoot, Verdict, VerifyError, introduction_of, verify,
};
use ssh_key::private::Ed25519Keypair;
use ssh_key::{HashAlg, LineEnding, PrivateKey};

/// When every history begins: 2026-01-01.
pub(crate) const BEGIN: i64 = 1_767_225_600;
pub(crate) const RECOVERY: &str = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";
pub(crate) const REPOSITORY: &str = "6f1c0d5e9a7b4c2d8e3f1a0b9c8d7e6f";
pub(crate) const REF: &str = "refs/heads/main";

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// The throw-away key of somebody: the same each time for one name.
pub(crate) fn key(name: &str) -> PrivateKey {
    let mut seed = [0; 32];
    for (slot, byte) in seed.iter_mut().zip(name.bytes().cycle()) {
        *slot = byte;
    }
    PrivateKey::from(Ed25519Keypair::from_seed(&seed))
}

pub(crate) fn public(name: &str) -> String {
    key(name).public_key().to_openssh().unwrap()
}

pub(crate) fn fingerprint(name: &str) -> String {
    key(name).fingerprint(HashAlg::Sha256).to_string()
}

/// An armoured signature for git.
pub(crate) fn sign(key: &PrivateKey, payload: &[u8]) -> String {
    key.sign("git", HashAlg::Sha512, payload)
        .unwrap()
        .to_pem(LineEnding::LF)
        .unwrap()
}

/// A commit's payload with a signature in its header, where git puts it.
pub(crate) fn with_signature(payload: &[u8], signature: &str) -> Vec<u8> {
    let end = payload.windows(2).position(|pair| pair == b"\n\n").unwrap() + 1;
    let header = format!("gpgsig {}\n", signature.trim_end().replace('\n', "\n "));
    [&payload[..end], header.as_bytes(), &payload[end..]].concat()
}

/// A policy, written out.
#[derive(Clone)]
pub(crate) struct PolicyText {
    pub(crate) version: u64,
    pub(crate) repository: String,
    pub(crate) principals: BTreeMap<String, String>,
    pub(crate) groups: BTreeMap<String, String>,
    pub(crate) rules: Vec<String>,
    pub(crate) recovery: String,
    pub(crate) revoked: Vec<String>,
}

impl PolicyText {
    /// alice, bob and carol are root; alice and bob the platform; dave is team-a, erin team-b;
    /// bot is automation and hub a forge.
    pub(crate) fn new() -> Self {
        let mut policy = Self {
            version: 1,
            repository: REPOSITORY.to_owned(),
            principals: BTreeMap::new(),
            groups: BTreeMap::new(),
            rules: Vec::new(),
            recovery: format!("{{recipients: [{RECOVERY}]}}"),
            revoked: Vec::new(),
        };
        for name in ["alice", "bob", "carol", "dave", "erin"] {
            policy.principal(name, &format!("{{keys: [{:?}]}}", public(name)));
        }
        policy.principal(
            "bot",
            &format!("{{keys: [{:?}], class: automation}}", public("bot")),
        );
        policy.principal(
            "hub",
            &format!("{{keys: [{:?}], class: forge}}", public("hub")),
        );
        policy.group("root", "[alice, bob, carol]");
        policy.group("platform", "[alice, bob, hub]");
        policy.group("team-a", "[dave]");
        policy.group("team-b", "[erin]");
        policy.rule("{paths: [\"signet/**\"], signers: root}");
        policy.rule("{paths: [\"clusters/**\"], signers: platform}");
        policy.rule("{paths: [\"tenants/team-a/**\"], signers: team-a}");
        policy.rule("{paths: [\"tenants/team-b/**\"], signers: team-b}");
        policy.rule("{paths: [\"images/**\"], signers: platform, automation: {principals: [bot]}}");
        policy
    }

    pub(crate) fn principal(&mut self, name: &str, value: &str) {
        self.principals.insert(name.to_owned(), value.to_owned());
    }

    pub(crate) fn group(&mut self, name: &str, members: &str) {
        self.groups.insert(name.to_owned(), members.to_owned());
    }

    pub(crate) fn rule(&mut self, rule: &str) {
        self.rules.push(rule.to_owned());
    }

    pub(crate) fn next(&self) -> Self {
        let mut next = self.clone();
        next.version += 1;
        next
    }

    pub(crate) fn to_yaml(&self) -> String {
        let mut text = format!(
            "apiVersion: signet.dev/v1alpha1\nkind: Policy\nspec:\n  version: {}\n  repository: {}\n  ref: {REF}\n",
            self.version, self.repository
        );
        let mut map = |name: &str, entries: &BTreeMap<String, String>| {
            writeln!(text, "  {name}:").unwrap();
            for (key, value) in entries {
                writeln!(text, "    {key}: {value}").unwrap();
            }
        };
        map("principals", &self.principals);
        map("groups", &self.groups);
        let list = |name: &str, entries: &[String]| {
            let lines: Vec<String> = entries
                .iter()
                .map(|entry| format!("    - {entry}\n"))
                .collect();
            if lines.is_empty() {
                format!("  {name}: []\n")
            } else {
                format!("  {name}:\n{}", lines.concat())
            }
        };
        text += &list("rules", &self.rules);
        writeln!(text, "  recovery: {}", self.recovery).unwrap();
        text += &list("revoked", &self.revoked);
        text
    }
}

/// A history that grows: a work tree, a tip, a clock.
#[derive(Clone)]
pub(crate) struct History {
    pub(crate) objects: Arc<MemoryObjects>,
    pub(crate) files: BTreeMap<String, String>,
    pub(crate) policy: PolicyText,
    pub(crate) introduction: ObjectId,
    pub(crate) tip: ObjectId,
    pub(crate) clock: i64,
    pub(crate) root: TrustRoot,
    pub(crate) approvals: Vec<TagRef>,
}

impl History {
    pub(crate) fn new() -> Self {
        Self::with_policy(PolicyText::new())
    }

    /// A history that alice introduces with this policy.
    pub(crate) fn with_policy(policy: PolicyText) -> Self {
        Self::with_files(policy, BTreeMap::new())
    }

    /// A history that alice introduces with this policy and these files.
    pub(crate) fn with_files(policy: PolicyText, mut files: BTreeMap<String, String>) -> Self {
        let objects = Arc::new(MemoryObjects::default());
        files.insert("signet/policy.yaml".to_owned(), policy.to_yaml());
        let nowhere = ObjectId::new([0; 20]);
        let pinned = Introduction {
            commit: nowhere,
            payload_sha256: String::new(),
            signer: String::new(),
        };
        let root = TrustRoot {
            repository: policy.repository.clone(),
            reference: REF.to_owned(),
            introduction: pinned,
            revoked: Vec::new(),
        };
        let (introduction, tip) = (nowhere, nowhere);
        let mut history = Self {
            objects,
            files,
            policy,
            introduction,
            tip,
            clock: BEGIN,
            root,
            approvals: Vec::new(),
        };
        let tree = history.tree();
        history.introduction = history.commit_of(tree, &[], Some("alice"));
        history.tip = history.introduction;
        history.root.introduction =
            introduction_of(history.objects.clone(), history.introduction).unwrap();
        history
    }

    pub(crate) fn objects(&self) -> Arc<dyn Objects> {
        self.objects.clone()
    }

    pub(crate) fn write(&mut self, path: &str, content: &str) -> &mut Self {
        self.files.insert(path.to_owned(), content.to_owned());
        self
    }

    pub(crate) fn remove(&mut self, path: &str) -> &mut Self {
        self.files.remove(path).expect("there is such a file");
        self
    }

    pub(crate) fn write_policy(&mut self, policy: PolicyText) -> &mut Self {
        self.files
            .insert("signet/policy.yaml".to_owned(), policy.to_yaml());
        self.policy = policy;
        self
    }

    /// The work tree as a tree object.
    pub(crate) fn tree(&self) -> ObjectId {
        self.objects.write_files(&self.files)
    }

    /// Commits the work tree on the tip, signed by somebody.
    pub(crate) fn commit(&mut self, signer: &str) -> ObjectId {
        self.tip = self.commit_of(self.tree(), &[self.tip], Some(signer));
        self.tip
    }

    pub(crate) fn commit_unsigned(&mut self) -> ObjectId {
        self.tip = self.commit_of(self.tree(), &[self.tip], None);
        self.tip
    }

    /// Writes and commits one file.
    pub(crate) fn change(&mut self, signer: &str, path: &str, content: &str) -> ObjectId {
        self.write(path, content).commit(signer)
    }

    /// Commits the work tree as a merge of these into the tip.
    pub(crate) fn merge(&mut self, signer: &str, others: &[ObjectId]) -> ObjectId {
        let parents: Vec<ObjectId> = [&[self.tip], others].concat();
        self.tip = self.commit_of(self.tree(), &parents, Some(signer));
        self.tip
    }

    /// A commit of any tree and parents, a minute after the last one.
    pub(crate) fn commit_of(
        &mut self,
        tree: ObjectId,
        parents: &[ObjectId],
        signer: Option<&str>,
    ) -> ObjectId {
        self.clock += 60;
        let payload = payload(tree, parents, self.clock);
        match signer {
            Some(name) => {
                let bytes = with_signature(&payload, &sign(&key(name), &payload));
                self.objects.write(Kind::Commit, bytes)
            }
            None => self.objects.write(Kind::Commit, payload),
        }
    }

    /// An approval of what the work tree changes on the tip, or of what it changes at and below
    /// one path.
    pub(crate) fn approval(&self, within: Option<&str>) -> ApprovalText {
        let tip = Tree::unverified(self.objects(), self.tip).unwrap().id();
        let within = within.map(|path| path.parse().unwrap());
        let changed = Changed::between(&*self.objects, tip, self.tree(), within.as_ref());
        ApprovalText {
            repository: self.root.repository.clone(),
            reference: REF.to_owned(),
            delta: changed
                .unwrap()
                .expect("the work tree changes it")
                .delta
                .to_string(),
            expires: at(self.clock + 3600).to_string(),
        }
    }

    /// Tags the tip with an approval of what the work tree changes on it.
    pub(crate) fn approve(&mut self, approver: &str) -> TagRef {
        self.approve_with(approver, &self.approval(None))
    }

    /// Tags the tip with an approval.
    pub(crate) fn approve_with(&mut self, approver: &str, text: &ApprovalText) -> TagRef {
        let name = format!("signet/approve/{}", self.approvals.len());
        let payload = tag_payload(self.tip, &name, self.clock, &text.to_message());
        self.tag(
            &name,
            &(payload.clone() + &sign(&key(approver), payload.as_bytes())),
        )
    }

    /// Adds a tag of these bytes under a name.
    pub(crate) fn tag(&mut self, name: &str, bytes: &str) -> TagRef {
        let tag = TagRef {
            reference: format!("refs/tags/{name}"),
            tag: self.objects.write(Kind::Tag, bytes),
        };
        self.approvals.push(tag.clone());
        tag
    }

    /// What was on the tip at a commit, in the work tree again.
    pub(crate) fn branch_at(&self, tip: ObjectId, files: &BTreeMap<String, String>) -> Self {
        Self {
            tip,
            files: files.clone(),
            ..self.clone()
        }
    }

    pub(crate) fn verify(&self) -> Verdict {
        self.verify_from(&State::default()).unwrap()
    }

    /// Verifies at the time of the last commit.
    pub(crate) fn verify_from(&self, last: &State) -> Result<Verdict, VerifyError> {
        self.verify_at(last, self.clock)
    }

    pub(crate) fn verify_at(&self, last: &State, now: i64) -> Result<Verdict, VerifyError> {
        verify(
            self.objects(),
            self.tip,
            &self.approvals,
            &self.root,
            last,
            at(now),
        )
    }

    /// Asserts that the tip is refused, that the last good commit is this one, and gives the
    /// refusal.
    #[track_caller]
    pub(crate) fn refused(&self, good: ObjectId, reason: Reason) -> Refusal {
        let verdict = self.verify();
        assert_eq!(verdict.tree.commit(), good, "{:?}", verdict.refused);
        let refusal = verdict.refused.expect("the tip is refused");
        assert_eq!(refusal.reason, reason, "{refusal}");
        assert_eq!(refusal.commit, self.tip);
        refusal
    }

    /// Asserts that the tip is good.
    #[track_caller]
    pub(crate) fn good(&self) -> Verdict {
        let verdict = self.verify();
        assert_eq!(verdict.refused, None);
        assert_eq!(verdict.tree.commit(), self.tip);
        verdict
    }
}

/// What an approval says.
#[derive(Clone)]
pub(crate) struct ApprovalText {
    pub(crate) repository: String,
    pub(crate) reference: String,
    pub(crate) delta: String,
    pub(crate) expires: String,
}

impl ApprovalText {
    pub(crate) fn to_message(&self) -> String {
        let Self {
            repository,
            reference,
            delta,
            expires,
        } = self;
        format!(
            "looked at it\n\nSignet-Repository: {repository}\nSignet-Ref: {reference}\nSignet-Delta: {delta}\nSignet-Expires: {expires}\n"
        )
    }
}

/// The bytes of an unsigned tag.
pub(crate) fn tag_payload(target: ObjectId, name: &str, second: i64, message: &str) -> String {
    format!(
        "object {target}\ntype commit\ntag {name}\ntagger T <t@example.org> {second} +0000\n\n{message}"
    )
}

/// The bytes of an unsigned commit.
pub(crate) fn payload(tree: ObjectId, parents: &[ObjectId], second: i64) -> Vec<u8> {
    let mut text = format!("tree {tree}\n");
    for parent in parents {
        writeln!(text, "parent {parent}").unwrap();
    }
    write!(text, "author A <a@example.org> {second} +0000\ncommitter C <c@example.org> {second} +0000\n\nwork\n").unwrap();
    text.into_bytes()
}
