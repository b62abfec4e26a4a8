//! What a fetch brings.

use signet_git::{Fetched, Store};
use signet_tests::git_remote::Fault;

use crate::fixture::{Fixture, PATIENCE, brought, credentials, remote};

#[tokio::test]
async fn brings_every_object_behind_the_ref() {
    let fixture = Fixture::new();
    fixture.push("clusters/prod/a.yaml", "a: 1\n");
    let tip = fixture.push("tenants/team-a/prod/b.yaml", "b: 1\n");
    let fetched = fixture.fetch().await.unwrap();
    assert_eq!(fetched, brought(tip));
    assert!(fixture.has_all_behind(&tip));
}

#[tokio::test]
async fn brings_what_is_new_since_the_last_time() {
    let fixture = Fixture::new();
    fixture.push_large("large", 1 << 20);
    fixture.fetch().await.unwrap();
    let tip = fixture.push("small", "text\n");
    let fetched = fixture.fetch().await.unwrap();
    assert_eq!(fetched, brought(tip));
    assert!(fixture.has_all_behind(&tip));
    let sizes = fixture
        .packs()
        .into_iter()
        .filter(|file| {
            file.extension()
                .is_some_and(|extension| extension == "pack")
        })
        .map(|file| file.metadata().unwrap().len());
    assert!(sizes.min().unwrap() < 10_000, "the history came again");
}

#[tokio::test]
async fn asks_one_question_when_nothing_is_new() {
    let fixture = Fixture::new();
    let tip = fixture.fetch().await.unwrap().tip;
    let before = fixture.server.requests();
    let fetched = fixture.fetch().await.unwrap();
    let nothing_new = Fetched {
        tip,
        received: false,
        shortfall: None,
    };
    assert_eq!(fetched, nothing_new);
    // Where the ref stands (ls-refs); what the server can do (info/refs) is known.
    assert_eq!(fixture.server.requests() - before, 1);
}

#[tokio::test]
async fn follows_a_repository_that_is_renamed_between_fetches_and_asks_one_question_there_too() {
    let fixture = Fixture::new();
    let fetched = fixture.fetch().await.unwrap();
    std::fs::rename(
        fixture.server.repository(),
        fixture.server.repository().with_file_name("new.git"),
    )
    .unwrap();
    let renamed = Fault::Moved("fleet.git".into(), "new.git".into());
    fixture.server.fail_with(renamed);
    let again = fixture.fetch().await.unwrap();
    assert_eq!(again.tip, fetched.tip);
    let before = fixture.server.requests();
    fixture.fetch().await.unwrap();
    assert_eq!(fixture.server.requests() - before, 1);
}

#[tokio::test]
async fn asks_again_what_a_server_can_do_that_does_not_understand_and_gives_up_then() {
    let fixture = Fixture::new();
    fixture.fetch().await.unwrap();
    let confused = b"0014ERR no such verb".to_vec();
    fixture
        .server
        .fail_with(Fault::Says(vec![("ls-refs", confused)]));
    let before = fixture.server.requests();
    fixture.fetch().await.unwrap_err();
    // Where the ref stands; then what the server can do, and the first once more.
    assert_eq!(fixture.server.requests() - before, 3);
    fixture.server.mend();
    fixture.fetch().await.unwrap();
}

#[tokio::test]
async fn leaves_nothing_but_packs_and_their_indexes() {
    let fixture = Fixture::new();
    fixture.fetch().await.unwrap();
    fixture.push("a", "b\n");
    fixture.fetch().await.unwrap();
    for file in fixture.packs() {
        let extension = file.extension().unwrap().to_owned();
        assert!(
            extension == "pack" || extension == "idx",
            "{}",
            file.display()
        );
    }
}

#[tokio::test]
async fn follows_a_rewritten_history_and_keeps_the_old_one() {
    let fixture = Fixture::new();
    let old = fixture.push("a", "old\n");
    fixture.fetch().await.unwrap();
    fixture
        .dave
        .git(&["reset", "--quiet", "--hard", "HEAD~1"])
        .unwrap();
    fixture.dave.write("a", "new\n").unwrap();
    let new = fixture.dave.commit("Rewrite").unwrap().parse().unwrap();
    fixture.dave.push_force().unwrap();
    let fetched = fixture.fetch().await.unwrap();
    assert_eq!(fetched.tip, new);
    assert!(fixture.has_all_behind(&new));
    assert!(fixture.has(&old));
}

#[tokio::test]
async fn goes_on_with_a_store_of_an_earlier_run() {
    let fixture = Fixture::new();
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create_or_open(folder.path()).unwrap();
    signet_git::fetch(&fixture.remote, &store).await.unwrap();
    drop(store);
    let store = Store::create_or_open(folder.path()).unwrap();
    let fetched = signet_git::fetch(&fixture.remote, &store).await.unwrap();
    assert!(!fetched.received);
}

#[tokio::test]
async fn follows_a_repository_that_moved_within_its_host() {
    let fixture = Fixture::new();
    let tip = fixture.push("a", "b\n");
    let renamed = Fault::Moved("old.git".into(), "fleet.git".into());
    fixture.server.fail_with(renamed);
    let url = fixture.server.url_of("old.git");
    let remote = remote(
        &fixture.server,
        &url,
        credentials(&fixture.server),
        PATIENCE,
    );
    let fetched = signet_git::fetch(&remote, &fixture.store).await.unwrap();
    assert_eq!(fetched.tip, tip);
    assert!(fixture.has_all_behind(&tip));
}

#[tokio::test]
async fn rebuilds_a_store_whose_pack_was_cut_short() {
    let fixture = Fixture::new();
    let tip = fixture.push_large("large", 100_000);
    fixture.fetch().await.unwrap();
    for pack in fixture.packs() {
        // Git makes packs read-only, so a copy takes its place, as after a restore from a bad disk.
        let bytes = std::fs::read(&pack).unwrap();
        std::fs::remove_file(&pack).unwrap();
        std::fs::write(&pack, &bytes[..bytes.len() / 2]).unwrap();
    }
    let fetched = fixture.fetch().await.unwrap();
    assert_eq!(fetched, brought(tip));
    assert!(fixture.has_all_behind(&tip));
}

#[tokio::test]
async fn comes_back_after_a_restart_of_the_server() {
    let fixture = Fixture::new();
    fixture.fetch().await.unwrap();
    fixture.server.restart().unwrap();
    let tip = fixture.push("a", "b\n");
    assert_eq!(fixture.fetch().await.unwrap().tip, tip);
}
