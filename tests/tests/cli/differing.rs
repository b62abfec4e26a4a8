//! What would change in the clusters, said without a key.

use crate::fixture::{CANARY, Fleet, SECRET_PATH, signet, text};

const CONFIG: &str =
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop}\ndata:\n  currency: EUR\n";
const CONFIG_PATH: &str = "tenants/team-a/prod/config.yaml";

/// A fleet whose team-a has a sealed Secret and a ConfigMap, committed.
fn fleet() -> Fleet {
    let fleet = Fleet::new();
    fleet.seal_secret();
    fleet.alice.write(CONFIG_PATH, CONFIG).unwrap();
    fleet.alice.commit("Open the shop").unwrap();
    fleet
}

#[test]
fn what_comes_goes_and_changes_is_shown_with_its_source_and_its_file() {
    let fleet = fleet();
    let same = signet(&fleet.alice, &["diff"]).succeeded();
    assert_eq!(same.stdout, "");
    fleet
        .alice
        .write(CONFIG_PATH, &CONFIG.replace("EUR", "CHF"))
        .unwrap();
    fleet
        .alice
        .write("tenants/team-b/prod/new.yaml", CONFIG)
        .unwrap();
    fleet.alice.remove(SECRET_PATH).unwrap();
    let changed = signet(&fleet.alice, &["diff"]);
    assert_eq!(changed.code, 1, "{}", changed.stderr);
    for line in [
        "team-a/apps on prod\n",
        "  changed ConfigMap team-a/shop (tenants/team-a/prod/config.yaml)\n",
        "    -  currency: EUR\n    +  currency: CHF\n",
        "  removed Secret team-a/db (tenants/team-a/prod/db.yaml)\n",
        "team-b/apps on prod\n  added ConfigMap team-b/shop (tenants/team-b/prod/new.yaml)\n",
    ] {
        assert!(
            changed.stdout.contains(line),
            "no {line:?} in:\n{}",
            changed.stdout
        );
    }
    let names = signet(
        &fleet.alice,
        &["diff", "-o", "name", "--", "tenants/team-b"],
    );
    assert_eq!(
        names.stdout,
        "prod team-b/apps added ConfigMap team-b/shop\n"
    );
    fleet.alice.commit("Change the shop").unwrap();
    signet(&fleet.alice, &["diff"]).succeeded();
    let range = signet(&fleet.alice, &["diff", "HEAD~1..HEAD"]);
    assert_eq!((range.code, range.stdout), (1, changed.stdout));
}

#[test]
fn a_sealed_value_is_told_as_another_one_and_never_shown() {
    let fleet = fleet();
    signet(
        &fleet.alice,
        &[
            "set",
            SECRET_PATH,
            "/stringData/password",
            "\"canary-another\"",
            "--identity",
            &text(&fleet.recovery()),
        ],
    )
    .succeeded();
    for format in ["text", "json", "markdown", "name"] {
        let changed = signet(&fleet.alice, &["diff", "-o", format]);
        assert_eq!(changed.code, 1, "{}", changed.stderr);
        for hidden in ["canary-another", CANARY, "ENC[", "signetsealed"] {
            assert!(
                !changed.stdout.contains(hidden),
                "{format}: {}",
                changed.stdout
            );
        }
    }
    let shown = signet(&fleet.alice, &["diff"]).stdout;
    assert!(
        shown.contains("    ~ /data/password: the sealed value is another one\n"),
        "{shown}"
    );
    let json: serde_json::Value =
        serde_json::from_str(&signet(&fleet.alice, &["diff", "-o", "json"]).stdout).unwrap();
    let object = &json["sources"][0]["objects"][0];
    assert_eq!(object["resealed"], serde_json::json!(["/data/password"]));
    assert_eq!(
        object["after"]["data"]["password"],
        "(sealed: tenants/team-a/prod/db.yaml /0/stringData/password)"
    );
}

#[test]
fn a_value_of_a_secret_in_clear_text_is_told_as_another_one_and_never_shown() {
    let fleet = fleet();
    let path = "tenants/team-a/prod/clear.yaml";
    let clear = |password: &str| {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: clear}}\nstringData: {{user: shop-owner, password: {password}}}\n"
        )
    };
    fleet.alice.write(path, &clear("canary-before")).unwrap();
    let added = signet(&fleet.alice, &["diff"]).stdout;
    assert!(added.contains("+  password: \"***\"\n"), "{added}");
    fleet.alice.commit("Clear").unwrap();
    fleet.alice.write(path, &clear("canary-after")).unwrap();
    let changed = signet(&fleet.alice, &["diff"]).stdout;
    for line in [
        "    -  password: \"*** (before)\"\n    +  password: \"*** (after)\"\n",
        "       user: \"***\"\n",
    ] {
        assert!(changed.contains(line), "no {line:?} in:\n{changed}");
    }
    for format in ["text", "json", "markdown", "name"] {
        let shown = signet(&fleet.alice, &["diff", "-o", format]).stdout;
        for hidden in ["canary", "shop-owner", "Y2FuYXJ5", "c2hvcC1vd25lcg"] {
            assert!(!shown.contains(hidden), "{format}: {shown}");
        }
    }
}

#[test]
fn a_base_that_a_source_reads_is_of_that_source_and_a_folder_of_none_is_told() {
    let fleet = fleet();
    let base = "tenants/team-a/base/config.yaml";
    let own = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: own}\n";
    for (path, text) in [
        (
            "tenants/team-a/prod/kustomization.yaml",
            "resources: [../base]\n",
        ),
        (
            "tenants/team-a/base/kustomization.yaml",
            "resources: [config.yaml]\n",
        ),
        (base, CONFIG),
        ("tenants/team-b/prod/own.yaml", own),
        ("docs/x.md", "x\n"),
    ] {
        fleet.alice.write(path, text).unwrap();
    }
    fleet.alice.commit("Base").unwrap();
    fleet
        .alice
        .write(base, &CONFIG.replace("EUR", "CHF"))
        .unwrap();
    fleet.alice.remove("tenants/team-b/prod/own.yaml").unwrap();
    let names = |folder: &str| signet(&fleet.alice, &["diff", "-o", "name", "--", folder]);
    let changed = names("tenants/team-a/base");
    assert_eq!(
        changed.stdout,
        "prod team-a/apps changed ConfigMap team-a/shop\n"
    );
    assert_eq!(changed.stderr, "");
    let none = names("docs");
    assert_eq!((none.code, none.stdout.as_str()), (0, ""));
    assert!(
        none.stderr
            .contains("docs: no source stands there or reads anything there"),
        "{}",
        none.stderr
    );
}

#[test]
fn a_comment_for_a_pull_request_has_a_table_and_a_fold_for_each_object() {
    let fleet = fleet();
    let config = CONFIG.replace("EUR", "\"```</details>\"");
    fleet.alice.write(CONFIG_PATH, &config).unwrap();
    let comment = signet(&fleet.alice, &["diff", "-o", "markdown"]).stdout;
    for part in [
        "| prod | team-a/apps | ConfigMap team-a/shop | changed |\n",
        "<details><summary>changed ConfigMap team-a/shop (tenants/team-a/prod/config.yaml)</summary>\n\n````diff\n",
        "\n+  currency: \"```</details>\"\n",
        "\n````\n\n</details>\n",
    ] {
        assert!(comment.contains(part), "no {part:?} in:\n{comment}");
    }
    fleet.alice.commit("Change").unwrap();
    let same = signet(&fleet.alice, &["diff", "-o", "markdown"]).succeeded();
    assert_eq!(same.stdout, "No object changes.\n");
}

#[test]
fn what_does_not_render_is_told_with_its_side_and_a_code_of_its_own() {
    let fleet = fleet();
    fleet.alice.write(CONFIG_PATH, "a: [").unwrap();
    signet(&fleet.alice, &["diff"]).failed(
        2,
        &["render team-a/apps for prod as it will be", CONFIG_PATH],
    );
    signet(&fleet.alice, &["diff", "--", "tenants/team-b"]).succeeded();
    signet(&fleet.alice, &["diff", "nowhere"]).failed(2, &["nowhere"]);
}
