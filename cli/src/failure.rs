//! How a command ends when it does not end well: the whole chain of causes, then what to do about it.

use crate::output::paint;
use crate::output::visible::{one_remark, visible};
use signet_api::DocumentError;
use std::fmt::Display;
use std::process::ExitCode;

/// The result of everything in this crate that can go wrong.
pub(crate) type Result<T> = std::result::Result<T, Failure>;

/// An error with its causes, what sort of error it is, and hints for the person.
#[derive(Debug)]
pub(crate) struct Failure {
    kind: Kind,
    error: anyhow::Error,
    excerpt: Option<String>,
    hints: Vec<String>,
    /// The path of the file that it is about, and its name for the person.
    file: Option<(String, String)>,
    /// The exit code, where the kind of error does not say it.
    code: Option<u8>,
}

/// Who has to act, which decides the heading and the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Something did not work: a file, the network, the cluster.
    Failed,
    /// It would have worked, but a rule says no.
    Refused,
    /// The command line itself is wrong.
    Usage,
}

/// A refusal: nothing was done, because a rule forbids it.
pub(crate) fn refused(reason: impl Display) -> Failure {
    Failure::new(Kind::Refused, anyhow::Error::msg(reason.to_string()))
}

/// A refusal for a reason that whoever hears of it may look at.
pub(crate) fn refused_by(reason: impl std::error::Error + Send + Sync + 'static) -> Failure {
    Failure::new(Kind::Refused, anyhow::Error::new(reason))
}

/// A failure without a deeper cause.
pub(crate) fn failed(reason: impl Display) -> Failure {
    Failure::new(Kind::Failed, anyhow::Error::msg(reason.to_string()))
}

/// A command line that parses but makes no sense.
pub(crate) fn usage(reason: impl Display) -> Failure {
    Failure::new(Kind::Usage, anyhow::Error::msg(reason.to_string()))
}

impl Failure {
    fn new(kind: Kind, error: anyhow::Error) -> Self {
        Self {
            kind,
            error,
            excerpt: None,
            hints: Vec::new(),
            file: None,
            code: None,
        }
    }

    /// Adds what was being done, in front of the causes.
    pub(crate) fn context(mut self, doing: impl Display) -> Self {
        self.error = self.error.context(doing.to_string());
        self
    }

    /// Adds the line of a text that holds no secret.
    pub(crate) fn quoting(self, excerpt: Option<String>) -> Self {
        Self { excerpt, ..self }
    }

    /// Adds what the person can do about it.
    pub(crate) fn hint(mut self, hint: impl Display) -> Self {
        self.hints.push(hint.to_string());
        self
    }

    /// Adds what the person can do about it, where there is something.
    pub(crate) fn hint_if(self, hint: Option<&str>) -> Self {
        match hint {
            Some(hint) => self.hint(hint),
            None => self,
        }
    }

    /// The same with an exit code of its own.
    pub(crate) fn with_code(self, code: u8) -> Self {
        Self {
            code: Some(code),
            ..self
        }
    }

    /// The same with the file of this path named as the person names it from where they stand.
    pub(crate) fn naming(self, path: impl Display, name: String) -> Self {
        let file = Some((path.to_string(), name));
        Self { file, ..self }
    }

    /// A text of it, with the file's name in the place of its path.
    fn named(&self, text: &str) -> String {
        match &self.file {
            Some((path, name)) => replaced(text, path, name),
            None => text.to_owned(),
        }
    }

    /// The exit code of a command that ended so.
    pub(crate) fn exit_code(&self) -> ExitCode {
        let of_kind = match self.kind {
            Kind::Failed | Kind::Refused => 1,
            Kind::Usage => 2,
        };
        ExitCode::from(self.code.unwrap_or(of_kind))
    }

    /// The text for the person: a heading, one line for each cause, the line that it is about, and one for each hint.
    pub(crate) fn report(&self, color: bool) -> String {
        let heading = match self.kind {
            Kind::Failed => "error",
            Kind::Refused => "refused",
            Kind::Usage => "usage",
        };
        let heading = paint(heading, "1;31", color);
        let error = format!(
            "{heading} {}\n",
            one_remark(&self.named(&self.error.to_string()))
        );
        let causes = self.error.chain().skip(1);
        let causes = causes.map(|cause| self.named(&cause.to_string()));
        let causes = causes.map(|cause| format!("  caused by: {}\n", one_remark(&cause)));
        let lines = self.excerpt().map(|excerpt| excerpt.lines());
        let excerpt = lines
            .into_iter()
            .flatten()
            .map(|line| format!("    {}\n", visible(line)));
        let hint = paint("hint", "1;36", color);
        let hints = self.hints.iter();
        let hints = hints.map(|text| format!("{hint} {}\n", one_remark(&self.named(text))));
        std::iter::once(error)
            .chain(causes)
            .chain(excerpt)
            .chain(hints)
            .collect()
    }

    /// The error with its causes in one line.
    pub(crate) fn told(&self) -> String {
        format!("{:#}", self.error)
    }

    /// The same with what to do about it, for a failure that is told beside another one.
    pub(crate) fn remark(&self) -> String {
        let told = std::iter::once(self.told());
        let parts: Vec<String> = told.chain(self.hints.iter().cloned()).collect();
        parts.join("; ")
    }

    /// The cause of this type, if there is one.
    pub(crate) fn cause<E: std::error::Error + 'static>(&self) -> Option<&E> {
        self.error.chain().find_map(|cause| cause.downcast_ref())
    }

    fn excerpt(&self) -> Option<&str> {
        let of_document = self.cause::<DocumentError>();
        let of_document = of_document.and_then(|error| error.excerpt.as_deref());
        self.excerpt.as_deref().or(of_document)
    }
}

impl<E> From<E> for Failure
where
    E: std::error::Error + Send + Sync + 'static,
{
    fn from(error: E) -> Self {
        Self::new(Kind::Failed, anyhow::Error::new(error))
    }
}

/// Says more about an error on its way up.
pub(crate) trait Explain<T> {
    /// Adds what was being done.
    fn context(self, doing: impl Display) -> Result<T>;
    /// Adds what was being done, worked out only if it failed.
    fn with_context<D: Display>(self, doing: impl FnOnce() -> D) -> Result<T>;
    /// Adds what the person can do about it.
    fn hint(self, hint: impl Display) -> Result<T>;
}

impl<T, E: Into<Failure>> Explain<T> for std::result::Result<T, E> {
    fn context(self, doing: impl Display) -> Result<T> {
        self.map_err(|error| error.into().context(doing))
    }

    fn with_context<D: Display>(self, doing: impl FnOnce() -> D) -> Result<T> {
        self.map_err(|error| error.into().context(doing()))
    }

    fn hint(self, hint: impl Display) -> Result<T> {
        self.map_err(|error| error.into().hint(hint))
    }
}

/// The text with a name in the place of a path, where that is no part of another. A path that could be any word, as `key`, is
/// one where a text begins alone.
fn replaced(text: &str, path: &str, name: &str) -> String {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '-' | '_');
    let is_more = |c: char| is_part(c) && c != '.';
    let mut all = String::with_capacity(text.len());
    let mut done = 0;
    for (at, _) in text.match_indices(path) {
        let behind = at + path.len();
        let begins = if path.contains(['/', '.']) {
            !text[..at].ends_with(is_part)
        } else {
            at == 0
        };
        if begins && !text[behind..].starts_with(is_more) {
            all.extend([&text[done..at], name]);
            done = behind;
        }
    }
    all + &text[done..]
}

#[cfg(test)]
mod tests {
    use super::{Explain, Failure, Result, failed, refused};
    use std::io;

    fn disk_full() -> Result<()> {
        Err(io::Error::other("no space left on device"))
            .context("write signet/policy.yaml")
            .hint("free some space")
    }

    #[test]
    fn reports_every_cause_and_then_the_hint() {
        let failure: Failure = disk_full().expect_err("fails by construction");
        assert_eq!(
            failure.report(false),
            "error: write signet/policy.yaml\n  caused by: no space left on device\nhint: free some space\n"
        );
    }

    #[test]
    fn shows_the_line_of_a_document_that_is_never_sealed() {
        let path = "clusters/prod.yaml".parse().unwrap();
        let text = "apiVersion: signet.dev/v1alpha1\nkind: Cluster\nmetadata: [prod\n";
        let failure = Failure::from(signet_api::Cluster::parse(text, &path).unwrap_err());
        let report = failure.report(false);
        assert!(
            report.ends_with("\n    3 | metadata: [prod\n      |           ^\n"),
            "{report}"
        );
        let text = text.replace("[prod", "5");
        let failure = Failure::from(signet_api::Cluster::parse(&text, &path).unwrap_err());
        let report = failure.report(false);
        assert!(
            report.ends_with("\n    3 | metadata: 5\n      |           ^\n"),
            "{report}"
        );
    }

    #[test]
    fn the_file_is_named_as_the_person_names_it_and_no_other_is() {
        let failure = failed("sub/a.yaml is damaged")
            .context("open sub/a.yaml, not other/sub/a.yaml")
            .hint("`signet rotate ../sub/a.yaml`, sub/a.yaml-1 is left")
            .naming("sub/a.yaml", "a.yaml".to_owned());
        assert_eq!(
            failure.report(false),
            "error: open a.yaml, not other/sub/a.yaml\n  caused by: a.yaml is damaged\n\
             hint: `signet rotate ../sub/a.yaml`, sub/a.yaml-1 is left\n"
        );
    }

    #[test]
    fn a_file_that_is_called_as_a_word_is_named_where_a_text_begins_and_nowhere_else() {
        let failure = failed("key was sealed in another place, under another key")
            .naming("key", "../key".to_owned());
        assert_eq!(
            failure.report(false),
            "error: ../key was sealed in another place, under another key\n"
        );
    }

    #[test]
    fn a_refusal_says_that_it_is_one() {
        assert!(
            refused("not yours")
                .report(false)
                .starts_with("refused: not yours")
        );
    }

    #[test]
    fn colors_only_the_headings() {
        assert!(
            refused("x")
                .report(true)
                .contains("\x1b[1;31mrefused:\x1b[0m x")
        );
    }
}
