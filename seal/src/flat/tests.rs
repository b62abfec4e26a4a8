use super::*;

const ENV: &str = "# how to get in\nUSER=app\nPASSWORD=hunter2\n\n# last\nKEY=a\\nb";
const INI: &str = "\
\u{feff}top = 1

; of the database
[db] ; main
user     = app ; who
password = `a;b`

[cache]
  host: h  ; where
";

fn steps(path: &[&str]) -> Vec<Step> {
    path.iter()
        .map(|key| Step::Key((*key).to_owned()))
        .collect()
}

fn put(store: Store, text: &str, path: &[&str], value: &str) -> String {
    set(store, text, &steps(path), value).unwrap().to_string()
}

fn without(store: Store, text: &str, path: &[&str]) -> String {
    remove(store, text, &steps(path)).unwrap().to_string()
}

#[test]
fn a_value_of_dotenv_is_replaced_added_and_taken_out() {
    let store = Store::Dotenv;
    assert_eq!(
        put(store, ENV, &["USER"], "till # \" "),
        ENV.replace("USER=app", "USER=till # \" ")
    );
    assert_eq!(
        put(store, ENV, &["NEW"], "a\nb"),
        format!("{ENV}\nNEW=a\\nb")
    );
    assert_eq!(put(store, "A=1\n", &["B"], ""), "A=1\nB=\n");
    assert_eq!(
        without(store, ENV, &["USER"]),
        ENV.replace("USER=app\n", "")
    );
    assert_eq!(
        without(store, ENV, &["KEY"]),
        ENV.replace("\nKEY=a\\nb", "")
    );
}

#[test]
fn a_name_that_is_exported_gets_no_second_line_but_from_a_merge() {
    let (store, text) = (Store::Dotenv, "export\t A=1\nexport B=2\nB=3\n");
    assert_eq!(put(store, text, &["A"], "x"), text.replace("A=1", "A=x"));
    let refused = set(store, text, &steps(&["B"]), "x").unwrap_err();
    assert!(matches!(refused, FlatError::Twice));
    let refused = remove(store, text, &steps(&["B"])).unwrap_err();
    assert!(matches!(refused, FlatError::Twice));
    assert_eq!(
        put(store, text, &["export B"], "x"),
        text.replace("B=2", "B=x")
    );
    assert_eq!(without(store, text, &["A"]), "export B=2\nB=3\n");
    let added = set_exactly(store, text, &steps(&["A"]), "x").unwrap();
    assert_eq!(*added, format!("{text}A=x\n"));
    let missing = remove_exactly(store, text, &steps(&["A"])).unwrap_err();
    assert!(matches!(missing, FlatError::Missing));
    assert_eq!(variable("exported"), "exported");
}

#[test]
fn a_value_of_ini_keeps_its_quotes_if_they_still_fit() {
    let put = |path: &[&str], value: &str| put(Store::Ini, INI, path, value);
    assert_eq!(put(&["db", "user"], "till"), INI.replace("= app", "= till"));
    assert_eq!(put(&["db", "password"], "x"), INI.replace("`a;b`", "`x`"));
    assert_eq!(
        put(&["db", "password"], "a`\nb"),
        INI.replace("`a;b`", "\"\"\"a`\nb\"\"\"")
    );
    assert_eq!(
        put(&["DEFAULT", "top"], ""),
        INI.replace("top = 1", "top = ")
    );
}

#[test]
fn a_new_key_of_ini_stands_with_its_section_and_looks_like_its_neighbours() {
    let put = |path: &[&str], value: &str| put(Store::Ini, INI, path, value);
    let below = |line: &str, new: &str| INI.replace(line, &format!("{line}{new}"));
    assert_eq!(
        put(&["db", "port"], "5432"),
        below("password = `a;b`\n", "port     = 5432\n")
    );
    assert_eq!(
        put(&["db", "name#1 of all"], "a # b"),
        below("password = `a;b`\n", "name#1 of all = `a # b`\n")
    );
    assert_eq!(put(&["cache", "port"], "1"), format!("{INI}  port: 1\n"));
    assert_eq!(
        put(&["DEFAULT", "a=b"], "2"),
        below("top = 1\n", "`a=b` = 2\n")
    );
    assert_eq!(
        put(&["new one", "a"], "2"),
        format!("{INI}\n[new one]\na = 2\n")
    );
}

#[test]
fn the_first_key_of_all_comes_before_the_first_section() {
    let put = |text: &str| put(Store::Ini, text, &["DEFAULT", "a"], "1");
    assert_eq!(put(""), "a = 1\n");
    assert_eq!(put("\u{feff}[s]\nb = 2"), "\u{feff}a = 1\n[s]\nb = 2");
}

#[test]
fn carriage_returns_stay_line_ends_in_ini_and_come_into_no_value_of_dotenv() {
    let ini = "[s]\r\na = 1\r\n";
    let after = put(Store::Ini, ini, &["s", "b"], "2");
    assert_eq!(after, format!("{ini}b = 2\r\n"));
    assert_eq!(without(Store::Ini, &after, &["s", "b"]), ini);
    assert_eq!(
        put(Store::Ini, ini, &["t", "b"], "2"),
        format!("{ini}\r\n[t]\r\nb = 2\r\n")
    );
    assert_eq!(put(Store::Dotenv, "A=1\r\n", &["B"], "2"), "A=1\r\nB=2\n");
}

#[test]
fn a_key_of_ini_goes_with_its_lines_and_a_section_with_its_comments() {
    let without = |path: &[&str]| without(Store::Ini, INI, path);
    assert_eq!(
        without(&["db", "user"]),
        INI.replace("user     = app ; who\n", "")
    );
    let start = INI.find("; of the").unwrap();
    let end = INI.find("[cache]").unwrap();
    assert_eq!(
        without(&["db"]),
        format!("{}{}", &INI[..start], &INI[end..])
    );
    let lines = "[s]\na = \"\"\"x\ny\"\"\"\nb = 1\n";
    let after = super::remove(Store::Ini, lines, &steps(&["s", "a"]));
    assert_eq!(*after.unwrap(), "[s]\nb = 1\n");
}

#[test]
fn what_reads_as_something_else_is_refused() {
    let refusal = |store, path: &[&str], value: &str| {
        let text = if store == Store::Dotenv { ENV } else { INI };
        set(store, text, &steps(path), value).unwrap_err()
    };
    for key in ["a=b", "#a", "a\nb=c", "sops_mac", "sops"] {
        let error = refusal(Store::Dotenv, &[key], "x");
        assert!(matches!(error, FlatError::Unreadable { .. }), "{key}");
    }
    for path in [
        ["db", ""],
        ["db", "a\nb = 1\nc"],
        ["a\nb", "c"],
        ["", "c"],
        ["db", "-"],
    ] {
        let error = refusal(Store::Ini, &path, "x");
        assert!(matches!(error, FlatError::Unreadable { .. }), "{path:?}");
    }
    let error = refusal(Store::Dotenv, &["USER"], "C:\\new");
    assert!(matches!(error, FlatError::Value { .. }));
    let error = refusal(Store::Ini, &["db", "user"], "\n`\"\"\"\n");
    assert!(matches!(error, FlatError::Value { .. }));
}

#[test]
fn a_line_that_goes_on_swallows_no_new_key() {
    let text = "[s]\na = one \\\n  two\\\n\n";
    let error = set(Store::Ini, text, &steps(&["s", "b"]), "x").unwrap_err();
    assert!(matches!(error, FlatError::Unreadable { .. }), "{error}");
}

#[test]
fn a_path_has_the_shape_of_the_store() {
    for (store, path) in [
        (Store::Dotenv, &["a", "b"][..]),
        (Store::Ini, &["a"]),
        (Store::Ini, &["a", "b", "c"]),
    ] {
        let text = if store == Store::Dotenv { ENV } else { INI };
        let error = set(store, text, &steps(path), "x").unwrap_err();
        assert!(matches!(error, FlatError::Path { .. }), "{path:?}");
    }
    let error = remove(Store::Ini, INI, &steps(&["db", "nothing"])).unwrap_err();
    assert!(matches!(error, FlatError::Missing));
}
