//! A document of Kubernetes that cannot be read, judged by its text: what stops a reader must not hide a Secret.

mod data;
mod spelling;

use signet_envelope::is_of_another_group;
use spelling::{Behind, Spelling};

/// The line of a document, from 1, that says `kind: Secret` where its data has a value that no template fills in.
///
/// It takes no more than a time that grows with the text: whoever may write a file must not hold up those who check it.
pub(super) fn secret(document: &str) -> Option<usize> {
    let spellings = [Spelling::of, Spelling::with_comments];
    spellings
        .iter()
        .find_map(|spelling| line_of_secret(&spelling(document)))
}

fn line_of_secret(text: &Spelling) -> Option<usize> {
    let columns = data::columns(text);
    if columns.is_empty() || is_foreign(text) {
        return None;
    }
    // Keys stand in one mapping by their indentation, unless one has none or something is merged.
    let is_of_any = text.merges || columns.contains(&None);
    let is_it = |kind: &Behind| {
        let is_of_any = is_of_any || kind.column.is_none() || text.word(kind) == "SecretList";
        is_secret(text, kind) && (is_of_any || columns.contains(&kind.column))
    };
    let kind = text.values("kind").find(is_it)?;
    Some(text.line_of(&kind))
}

/// Whether a document says that it is a Secret.
pub(super) fn says_secret(document: &str) -> bool {
    let text = Spelling::of(document);
    text.values("kind").any(|kind| is_secret(&text, &kind))
}

fn is_secret(text: &Spelling, kind: &Behind) -> bool {
    matches!(text.word(kind), "Secret" | "SecretList")
}

fn is_foreign(text: &Spelling) -> bool {
    let mut versions = text.values("apiVersion").peekable();
    let is_foreign = |version: Behind| is_of_another_group(text.word(&version));
    versions.peek().is_some() && versions.all(is_foreign)
}

#[cfg(test)]
mod tests {
    use super::secret;
    use rustix::time::{ClockId, clock_gettime};
    use std::time::Duration;

    /// The time that this thread has had a processor: others on the machine do not count.
    fn processor_time() -> Duration {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        Duration::try_from(time).expect("it only grows")
    }

    #[test]
    fn a_text_that_goes_on_and_on_is_judged_in_a_time_that_grows_with_it() {
        let nested = |key: &str| {
            let lines = (0..1_400).map(|depth| " ".repeat(depth) + key + "\n");
            lines.collect::<String>()
        };
        let texts = [
            "{".repeat(1 << 20),
            "{{/*".repeat(1 << 18),
            "${".repeat(1 << 19),
            "{{ \n".repeat(1 << 18),
            "data: {".repeat(150_000),
            "data: data: ".repeat(20_000),
            "data: \"\"\n".repeat(25_000),
            "kind:!".repeat(40_000),
            "kind: *a ".repeat(30_000),
            "&".repeat(1 << 18),
            format!("\"{}", " #".repeat(1 << 17)),
            nested("data:") + &"\n".repeat(100_000) + &" ".repeat(1_500) + "a: b",
            nested("data: {") + "a: b",
            "kind:".repeat(50_000) + &"\n".repeat(50_000),
        ];
        for text in texts {
            let begin = processor_time();
            let whole = format!("{text}\ndata: {{a: b}}\nkind: Secret\nx: &a b\n");
            assert!(secret(&whole).is_some());
            let taken = processor_time().checked_sub(begin).expect("it only grows");
            assert!(taken < Duration::from_secs(5), "{taken:?}: {}", &text[..20]);
        }
    }
}
