//! Changes as a comment on a pull request: a table of the objects, and a fold for each.

use super::changes::SourceChange;
use super::shown::{body, headline};
use std::fmt::Write;

/// The longest comment that GitHub takes has 65,536 characters (GitLab: a million), with room for what else is written into it.
const LONGEST: usize = 60_000;

/// The comment. Folds that would make it too long are left out, and counted.
pub(super) fn comment(changed: &[SourceChange]) -> String {
    if changed.is_empty() {
        return "No object changes.\n".to_owned();
    }
    let mut text = String::from("| cluster | source | object | change |\n|---|---|---|---|\n");
    for SourceChange { place, objects } in changed {
        for object in objects {
            let row = format!(
                "| {} | {}/{} | {} | {} |\n",
                place.cluster,
                place.tenant,
                place.source,
                cell(&object.title()),
                object.kind()
            );
            text.push_str(&row);
        }
    }
    let objects = changed.iter().flat_map(|source| &source.objects);
    let mut left_out = 0;
    for object in objects {
        let lines: Vec<String> = body(object).into_iter().map(|(_, line)| line).collect();
        let lines = lines.join("\n");
        let fence = fence(&lines);
        let fold = format!(
            "\n<details><summary>{}</summary>\n\n{fence}diff\n{lines}\n{fence}\n\n</details>\n",
            escaped(&headline(object))
        );
        if text.len() + fold.len() > LONGEST {
            left_out += 1;
        } else {
            text.push_str(&fold);
        }
    }
    if left_out > 0 {
        let _ = writeln!(
            text,
            "\n{left_out} more are too long to be shown here: `signet diff` shows them."
        );
    }
    text
}

/// What a file wrote into a name ends no cell of the table and no line.
fn cell(text: &str) -> String {
    escaped(text).replace('|', "\\|").replace('\n', " ")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('`', "&#96;")
}

/// More backticks than stand anywhere in the text in a row, so that no line of it ends the block.
fn fence(text: &str) -> String {
    let longest = text.split(|letter| letter != '`').map(str::len).max();
    "`".repeat(longest.unwrap_or_default().max(2) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_ends_its_block() {
        assert_eq!(fence("a"), "```");
        assert_eq!(fence("a ``` b ````"), "`````");
    }

    #[test]
    fn nothing_in_a_name_ends_its_cell_or_its_fold() {
        assert_eq!(cell("a|b</summary>\nc`"), "a\\|b&lt;/summary&gt; c&#96;");
    }
}
