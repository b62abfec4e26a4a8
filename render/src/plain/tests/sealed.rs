use data_encoding::BASE64;

use super::*;

/// Made with sops 3.13: two Secrets, `^(data|stringData)$`; `user` stands in both maps of the first one.
const SECRETS: &str = include_str!("../sealed/secrets.yaml");
/// Made with sops 3.13, without a rule: every value is sealed, `kind` as well.
const EVERYTHING: &str = include_str!("../sealed/everything.yaml");

#[test]
fn a_sealed_value_becomes_a_stand_in_and_nothing_of_sops_remains() {
    let desired = rendered(&[("db.yaml", SECRETS)]).unwrap();
    assert_eq!(ids(&desired), ["Secret team-a/db", "Secret team-a/key"]);
    let [db, key] = &*desired.objects else {
        panic!("two Secrets")
    };
    let stand_in = |pointer: &str| {
        let named = desired
            .sealed
            .iter()
            .find(|(_, leaf)| leaf.pointer.as_str() == pointer);
        named.expect("the leaf is known").0.as_str()
    };
    assert_eq!(
        db.json["data"],
        serde_json::json!({
            "password": BASE64.encode(stand_in("/0/stringData/password").as_bytes()),
            "user": BASE64.encode(stand_in("/0/stringData/user").as_bytes()),
        })
    );
    assert_eq!(key.json["data"]["tls.key"], stand_in("/1/data/tls.key"));
    for object in [db, key] {
        assert!(object.json.get("sops").is_none() && object.json.get("stringData").is_none());
    }
    let fields: Vec<_> = db
        .stand_ins
        .iter()
        .map(|placed| placed.field.as_str())
        .collect();
    assert_eq!(fields.len(), 2);
    assert!(fields.contains(&"/data/password") && fields.contains(&"/data/user"));
}

#[test]
fn every_leaf_that_was_read_is_known_and_one_that_came_to_nothing_is_told() {
    let desired = rendered(&[("db.yaml", SECRETS), ("a.yaml", &config_map("a"))]).unwrap();
    let mut leaves: Vec<_> = desired
        .sealed
        .values()
        .map(|leaf| leaf.pointer.as_str())
        .collect();
    leaves.sort_unstable();
    let expected = [
        "/0/data/user",
        "/0/stringData/password",
        "/0/stringData/user",
        "/1/data/tls.key",
    ];
    assert_eq!(leaves, expected);
    assert!(
        desired
            .sealed
            .values()
            .all(|leaf| leaf.path.file_name() == "db.yaml")
    );
    assert_eq!(
        desired.warnings,
        ["tenants/team-a/prod/db.yaml: the sealed value /data/user is in no object"]
    );
}

#[test]
fn a_value_sealed_anew_or_moved_changes_the_digest() {
    let digest = |path: &str| {
        rendered(&[(path, SECRETS)]).unwrap().objects[0]
            .digest
            .clone()
    };
    assert_eq!(digest("db.yaml"), digest("db.yaml"));
    assert_ne!(digest("db.yaml"), digest("moved.yaml"));
}

#[test]
fn refuses_an_object_whose_kind_is_sealed() {
    let complaint = complaint(rendered(&[("a.yaml", EVERYTHING)]));
    assert_eq!(
        complaint,
        "tenants/team-a/prod/a.yaml: line 1, column 13: not an object that can be applied: \
         apiVersion is sealed: it must be readable to know which object this is"
    );
}

#[test]
fn refuses_a_text_that_names_a_stand_in() {
    let stand_in = "signetsealedaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    let encoded = |before: &str| BASE64.encode(format!("{before}{stand_in}").as_bytes());
    let cases = [
        format!("{}data:\n  k: {stand_in}\n", config_map("a")),
        format!("{}data:\n  {stand_in}: k\n", config_map("a")),
        format!("{}data:\n  k: \"\\x73ignetsealed\"\n", config_map("a")),
        format!("{}data:\n  k: \"signet\\\n    sealed\"\n", config_map("a")),
        format!("{}data:\n  k: {}\n", config_map("a"), encoded("")),
        format!("{}data:\n  k: {}\n", config_map("a"), encoded("1")),
        format!("{}data:\n  k: {}\n", config_map("a"), encoded("12")),
        format!("{}data:\n  k: {}\n", config_map("a"), encoded("123")),
        format!(
            "{}data:\n  k: {}\n",
            config_map("a"),
            BASE64.encode(encoded("1").as_bytes())
        ),
    ];
    for text in cases {
        let error = rendered(&[("a.yaml", &text)]).unwrap_err();
        let RenderError::ForeignStandIn(place) = error else {
            panic!("{text}\n  gives {error}")
        };
        assert_eq!(place.file.as_str(), "tenants/team-a/prod/a.yaml");
        assert_eq!(place.at.unwrap().line, 6, "{text}");
    }
}

#[test]
fn refuses_a_sealed_file_whose_clear_part_names_a_stand_in() {
    let text = SECRETS.replace("name: db", "name: signetsealed");
    let result = rendered(&[("db.yaml", &text)]);
    assert!(matches!(result, Err(RenderError::ForeignStandIn(_))));
}

#[test]
fn a_sealed_value_outside_of_a_secret_is_placed_where_it_stands() {
    let text = include_str!("../sealed/config-map.yaml");
    let desired = rendered(&[("a.yaml", text)]).unwrap();
    let placed = desired.objects[0].stand_ins.first().unwrap();
    assert_eq!(placed.field, "/data/password");
    assert_eq!(
        desired.objects[0].json["data"]["password"],
        placed.stand_in.as_str()
    );
}

#[test]
fn refuses_a_sealed_file_that_is_damaged() {
    let text = SECRETS.replace(",tag:", ",tga:");
    assert!(complaint(rendered(&[("db.yaml", &text)])).contains("tenants/team-a/prod/db.yaml"));
}
