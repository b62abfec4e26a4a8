//! As much of Go as tells what a test writes and builds.

use std::collections::BTreeMap;

/// What happens in a function of a test, in order.
#[derive(Debug)]
pub(super) enum Step {
    /// A file is written.
    Write(String, String),
    /// The folder is built.
    Build(String),
    /// Another function is called.
    Call(String),
}

pub(super) type Function = Vec<Step>;

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Mark(char),
}

/// The functions of a file with their names.
pub(super) fn functions(source: &str) -> Vec<(String, Function)> {
    let tokens = tokens(source);
    let mut named = texts(&tokens);
    let mut functions: Vec<(String, Function)> = Vec::new();
    for at in 0..tokens.len() {
        let rest = &tokens[at..];
        if let [Token::Word(func), Token::Word(name), Token::Mark('('), ..] = rest
            && func == "func"
        {
            functions.push((name.clone(), Vec::new()));
        } else if let Some((name, text)) = assigned(rest) {
            named.insert(name, text);
        } else if let (Some(step), Some((_, steps))) = (step(rest, &named), functions.last_mut()) {
            steps.push(step);
        }
    }
    functions
}

/// All texts that have names; of one name the last, until another is assigned.
fn texts(tokens: &[Token]) -> BTreeMap<String, String> {
    (0..tokens.len())
        .filter_map(|at| assigned(&tokens[at..]))
        .collect()
}

fn assigned(tokens: &[Token]) -> Option<(String, String)> {
    match tokens {
        [Token::Word(name), Token::Mark('='), Token::Text(text), ..]
        | [
            Token::Word(name),
            Token::Mark(':'),
            Token::Mark('='),
            Token::Text(text),
            ..,
        ] => Some((name.clone(), text.clone())),
        _ => None,
    }
}

fn step(tokens: &[Token], named: &BTreeMap<String, String>) -> Option<Step> {
    match tokens {
        [
            Token::Word(on),
            Token::Mark('.'),
            Token::Word(method),
            Token::Mark('('),
            rest @ ..,
        ] if on.starts_with("th") => {
            let (first, rest) = argument(rest, named)?;
            let path = normal(&first);
            match method.as_str() {
                "Run" | "RunWithErr" => Some(Step::Build(path)),
                "WriteF" => Some(Step::Write(path, argument(rest, named)?.0)),
                "WriteK" => Some(kustomization(
                    &path,
                    "v1beta1\nkind: Kustomization",
                    &argument(rest, named)?.0,
                )),
                "WriteC" => Some(kustomization(
                    &path,
                    "v1alpha1\nkind: Component",
                    &argument(rest, named)?.0,
                )),
                _ => None,
            }
        }
        [Token::Word(name), Token::Mark('('), Token::Word(with), ..] if with == "th" => {
            Some(Step::Call(name.clone()))
        }
        _ => None,
    }
}

/// Its first lines are those that the harness of the tests writes.
fn kustomization(folder: &str, kind: &str, text: &str) -> Step {
    let path = normal(&format!("{folder}/kustomization.yaml"));
    let head = format!("apiVersion: kustomize.config.k8s.io/{kind}\n");
    Step::Write(path, head + text)
}

/// The path as the files of a tree have it, from its root on.
fn normal(path: &str) -> String {
    let names = path.split('/').filter(|name| !matches!(*name, "" | "."));
    names.collect::<Vec<_>>().join("/")
}

/// The text that an argument is, if that can be told, and what follows it.
fn argument<'a>(
    mut tokens: &'a [Token],
    named: &BTreeMap<String, String>,
) -> Option<(String, &'a [Token])> {
    let mut text = String::new();
    loop {
        text.push_str(match tokens.first()? {
            Token::Text(part) => part,
            Token::Word(name) => named.get(name)?,
            Token::Mark(_) => return None,
        });
        match tokens.get(1)? {
            Token::Mark('+') => tokens = &tokens[2..],
            Token::Mark(',' | ')') => return Some((text, &tokens[2..])),
            _ => return None,
        }
    }
}

fn tokens(source: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            '`' => {
                let end = rest[1..].find('`').expect("a raw text ends") + 1;
                tokens.push(Token::Text(rest[1..end].to_owned()));
                end + 1
            }
            '"' => {
                let (text, length) = quoted(rest);
                tokens.push(Token::Text(text));
                length
            }
            '\'' => 1 + rest[2..].find('\'').expect("a character ends") + 2,
            _ if is_of_word(first) => {
                let length = rest.find(|letter| !is_of_word(letter));
                let length = length.unwrap_or(rest.len());
                tokens.push(Token::Word(rest[..length].to_owned()));
                length
            }
            _ => {
                if !first.is_whitespace() {
                    tokens.push(Token::Mark(first));
                }
                first.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    tokens
}

fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// What a text between double quotes says, and how many bytes it takes.
fn quoted(source: &str) -> (String, usize) {
    let mut text = String::new();
    let mut letters = source.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (text, at + 1),
            '\\' => match letters.next() {
                Some((_, 'n')) => text.push('\n'),
                Some((_, 't')) => text.push('\t'),
                Some((_, other)) => text.push(other),
                None => break,
            },
            _ => text.push(letter),
        }
    }
    panic!("a text ends")
}
