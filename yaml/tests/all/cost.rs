//! What hostile texts cost: each limit to the last unit, and time that grows with the length alone.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use signet_yaml::{Aliases, Limits, ParseError, kubernetes, parse, scalar_edit};

fn limits(bytes: usize, depth: usize, nodes: usize) -> Limits {
    Limits {
        bytes,
        depth,
        nodes,
    }
}

fn refusal(text: &str, limits: &Limits) -> Option<ParseError> {
    parse(text, limits, Aliases::Expand).err()
}

#[test]
fn a_text_may_have_as_many_bytes_as_the_limit_says_and_not_one_more() {
    let limit = Limits::SEALED;
    let text = format!("a: {}", "x".repeat(limit.bytes - 3));
    assert_eq!(refusal(&text, &limit), None);
    let error = refusal(&(text + "x"), &limit);
    assert_eq!(error, Some(ParseError::TooLarge { limit: limit.bytes }));
}

#[test]
fn collections_may_be_as_deep_as_the_limit_says_and_not_one_deeper() {
    let limit = Limits::SEALED;
    let flow = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    let block = |depth: usize| "- ".repeat(depth) + "a";
    let pairs = |depth: usize| {
        (0..depth)
            .map(|level| " ".repeat(level) + "a:\n")
            .collect::<Vec<_>>()
            .concat()
    };
    for text in [flow, block, pairs] as [fn(usize) -> String; 3] {
        assert_eq!(refusal(&text(limit.depth), &limit), None);
        let error = refusal(&text(limit.depth + 1), &limit);
        assert!(
            matches!(error, Some(ParseError::TooDeep { limit: 64, .. })),
            "{error:?}"
        );
    }
}

#[test]
fn a_text_may_have_as_many_nodes_as_the_limit_says_and_not_one_more() {
    let limit = Limits::SEALED;
    let elements = |count: usize| "- a\n".repeat(count - 1);
    let comments = |count: usize| "#\n".repeat(count);
    for text in [elements, comments] as [fn(usize) -> String; 2] {
        assert_eq!(refusal(&text(limit.nodes), &limit), None);
        let error = refusal(&text(limit.nodes + 1), &limit);
        assert!(
            matches!(error, Some(ParseError::TooManyNodes { limit: 200_000, .. })),
            "{error:?}"
        );
    }
}

#[test]
fn aliases_may_expand_to_as_many_nodes_and_bytes_as_the_limit_says_and_not_one_more() {
    // The sequence, the anchored one, its copy behind the anchor, and one for each alias, of two nodes each.
    let nodes = |aliases: usize| format!("[&a [x]{}]", ", *a".repeat(aliases));
    let limit = limits(1_000, 64, 5 + 2 * 10);
    assert_eq!(refusal(&nodes(10), &limit), None);
    let error = refusal(&nodes(11), &limit);
    assert!(
        matches!(error, Some(ParseError::TooManyNodes { limit: 25, .. })),
        "{error:?}"
    );
    let bytes = |aliases: usize| format!("[&a {}{}]", "x".repeat(100), ", *a".repeat(aliases));
    let limit = limits(1_000, 64, 1_000);
    assert_eq!(refusal(&bytes(9), &limit), None);
    assert_eq!(
        refusal(&bytes(10), &limit),
        Some(ParseError::TooLarge { limit: 1_000 })
    );
}

/// The time that this thread has had a processor, in nanoseconds: others on the machine do not count. The scheduler's own
/// statistics would do for Linux, but move by whole ticks.
fn processor_time() -> u64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    u64::try_from(Duration::try_from(time).unwrap().as_nanos()).unwrap()
}

fn cost(text: &str) -> u64 {
    let limits = limits(64 << 20, 64, 10_000_000);
    let once = || {
        let before = processor_time();
        if let Ok(stream) = parse(text, &limits, Aliases::Expand) {
            for root in stream
                .documents
                .iter()
                .filter_map(|document| document.root.as_ref())
            {
                drop(kubernetes::to_json(root));
            }
        }
        processor_time() - before
    };
    once().min(once())
}

/// Makes a text of about so many bytes.
type OfLength = Box<dyn Fn(usize) -> String>;

/// Pieces of text that parsers were seen to take long over when there are many of them.
fn hostile() -> Vec<(&'static str, OfLength)> {
    let repeated = |piece: &'static str| -> OfLength {
        Box::new(move |length| piece.repeat(length / piece.len()))
    };
    let behind = |head: &'static str, piece: &'static str| -> OfLength {
        Box::new(move |length| head.to_owned() + &piece.repeat(length / piece.len()))
    };
    vec![
        ("brackets that open", repeated("[")),
        ("braces that open", repeated("{a: ")),
        ("brackets", behind("a:\n", "- [[[[[[[[]]]]]]]]\n")),
        ("dashes", repeated("- ")),
        ("elements", repeated("- a\n")),
        ("absent elements", repeated("-\n")),
        ("question marks", repeated("? ")),
        ("colons", repeated(":")),
        ("comments", repeated("#\n")),
        ("comments between elements", repeated("- a # b\n# c\n")),
        (
            "comments below a deep end",
            behind("a:\n  b:\n    c: 1\n", "    # x\n  # y\n\n# z\n"),
        ),
        ("comments after one colon", behind("a:", " # x\n")),
        ("comments in brackets", behind("[", "# x\n")),
        ("blank lines", behind("a: b\n", "\n")),
        ("blank lines in quotes", behind("a: \"", " \n")),
        ("one long line", behind("a: ", "x y ")),
        ("words on lines", behind("a:", "\n x")),
        ("escapes", behind("a: \"", "\\n")),
        ("a quote that never ends", behind("a: '", "''")),
        ("a literal block", behind("a: |\n", "  x\n")),
        ("a folded block", behind("a: >\n", "  x\n\n")),
        ("blocks", repeated("- |\n  x\n\n")),
        (
            "blocks in front of blanks",
            Box::new(|length| "- |\n  x\n".repeat(length / 16) + &" ".repeat(length / 2)),
        ),
        ("anchors", repeated("- &a x\n")),
        ("aliases", behind("- &a x\n", "- *a\n")),
        ("aliases of an alias", behind("- &a [x]\n", "- &a [*a]\n")),
        ("tags", repeated("- !!str x\n")),
        (
            "tags of directives",
            behind("%TAG !e! tag:e,\n---\n", "- !e!x y\n"),
        ),
        ("directives", repeated("%A b\n")),
        ("documents", repeated("---\n")),
        ("documents with ends", repeated("--- a\n...\n")),
        ("spaces", repeated(" ")),
        ("tabs", behind("a: b\n", "\t")),
        ("byte order marks", repeated("\u{FEFF}")),
        ("keys in brackets", behind("[", "a: b, ")),
        (
            "keys",
            Box::new(|length| {
                (0..length / 10)
                    .map(|n| format!("k{n:06}: 1\n"))
                    .collect::<Vec<_>>()
                    .concat()
            }),
        ),
        (
            "keys of keys",
            Box::new(|length| {
                (0..length / 16)
                    .map(|n| format!("k{n:06}:\n  a: 1\n"))
                    .collect::<Vec<_>>()
                    .concat()
            }),
        ),
        (
            "merges",
            Box::new(|length| {
                "a: &a {k: 1}\nb:\n".to_owned() + &"- {<<: *a}\n".repeat(length / 11)
            }),
        ),
    ]
}

/// How long the shorter texts are: `HOSTILE_KIB`, else what takes a few seconds.
fn kibibytes() -> usize {
    let asked = std::env::var("HOSTILE_KIB").ok();
    asked.map_or(32, |kibibytes| kibibytes.parse().unwrap())
}

#[test]
fn twice_the_text_takes_no_more_than_about_twice_the_time() {
    let length = kibibytes() << 10;
    for (name, text) in hostile() {
        let (one, two) = (cost(&text(length)), cost(&text(2 * length)));
        // What takes less than 20 ms is measured too coarsely, and harms nobody.
        assert!(
            two < 20_000_000 || two < 3 * one,
            "{name}: {one} ns, and {two} ns for twice as much"
        );
    }
}

#[test]
fn the_longest_text_that_is_looked_at_is_refused_where_its_limit_runs_out() {
    for piece in ["[", "{a: ", "- ", "#\n", "- a\n", "a: &a *a\n"] {
        let text = piece.repeat((Limits::SEALED.bytes - 64) / piece.len());
        let before = processor_time();
        assert!(refusal(&text, &Limits::SEALED).is_some());
        let seconds = (processor_time() - before) / 1_000_000_000;
        assert!(seconds < 20, "{piece:?}: {seconds} s");
    }
}

#[test]
fn a_value_more_on_a_long_line_takes_no_longer_to_replace() {
    let cost = |elements: usize| {
        let text = format!("[{}]", vec!["x"; elements].join(","));
        let limits = limits(64 << 20, 64, 10_000_000);
        let stream = parse(&*text, &limits, Aliases::Refuse).unwrap();
        let root = stream.documents[0].root.as_ref().unwrap();
        let before = processor_time();
        for element in root.items() {
            assert_eq!(scalar_edit(&text, element, "some").len(), 1);
        }
        processor_time() - before
    };
    let (one, four) = (cost(8_000), cost(32_000));
    assert!(
        four < 8 * one,
        "{one} ns, and {four} ns for four times as many"
    );
}
