//! Approvals over HTTPS: tags that people push beside the ref.

use std::time::Duration;

use signet_provenance::ObjectId;
use signet_tests::git_remote::Fault;

use crate::fixture::{Fixture, credentials, remote};

impl Fixture {
    /// Tags what dave has checked out, pushes the tag, and returns it.
    pub(crate) fn approve(&self, name: &str) -> ObjectId {
        let name = format!("signet/approve/{name}");
        let words = ["tag", "--sign", "--force", "--message", "x", &name];
        self.dave.git(&words).unwrap();
        let full = format!("refs/tags/{name}");
        self.dave
            .git(&["push", "--quiet", "--force", "origin", &full])
            .unwrap();
        self.dave
            .git(&["rev-parse", &full])
            .unwrap()
            .parse()
            .unwrap()
    }

    pub(crate) fn approvals(&self) -> Vec<ObjectId> {
        let approvals = self.store.approvals().unwrap().into_iter();
        approvals.map(|tag| tag.tag).collect()
    }
}

#[tokio::test]
async fn arrive_with_and_without_a_new_commit_and_go_when_they_are_withdrawn() {
    let fixture = Fixture::new();
    let first = fixture.approve("first");
    fixture.fetch().await.unwrap();
    assert_eq!(fixture.approvals(), [first]);
    let tip = fixture.push("a", "1\n");
    let second = fixture.approve("second");
    let fetched = fixture.fetch().await.unwrap();
    assert_eq!((fetched.tip, fetched.received), (tip, true));
    assert_eq!(fixture.approvals(), [first, second]);
    let third = fixture.approve("third");
    let fetched = fixture.fetch().await.unwrap();
    assert_eq!((fetched.tip, fetched.received), (tip, false));
    assert_eq!(fixture.approvals(), [first, second, third]);
    let withdraw = [
        "push",
        "--quiet",
        "--delete",
        "origin",
        "refs/tags/signet/approve/second",
    ];
    fixture.dave.git(&withdraw).unwrap();
    fixture.fetch().await.unwrap();
    assert_eq!(fixture.approvals(), [first, third]);
    assert!(fixture.has_all_behind(&tip));
}

#[tokio::test]
async fn cost_no_question_more_when_nothing_is_new() {
    let fixture = Fixture::new();
    for name in ["a", "b", "c"] {
        fixture.approve(name);
    }
    fixture.fetch().await.unwrap();
    let before = fixture.server.requests();
    fixture.fetch().await.unwrap();
    assert_eq!(fixture.server.requests() - before, 1);
}

#[tokio::test]
async fn bring_a_branch_that_is_nowhere_else() {
    let fixture = Fixture::new();
    fixture.fetch().await.unwrap();
    let dave = &fixture.dave;
    dave.git(&["checkout", "--quiet", "-b", "proposed"])
        .unwrap();
    dave.write("clusters/prod/a", "1\n").unwrap();
    let proposed = dave.commit("Propose").unwrap().parse().unwrap();
    fixture.approve("proposed");
    fixture.fetch().await.unwrap();
    assert!(fixture.has_all_behind(&proposed));
}

#[tokio::test]
async fn that_bring_too_much_do_not_keep_the_ref_from_being_fetched() {
    let fixture = Fixture::new();
    let small = fixture.approve("small");
    fixture.fetch().await.unwrap();
    let dave = &fixture.dave;
    dave.git(&["checkout", "--quiet", "-b", "large"]).unwrap();
    dave.write("large", &"\0".repeat(129 << 20)).unwrap();
    dave.commit("Grow").unwrap();
    fixture.approve("large");
    dave.git(&["checkout", "--quiet", "main"]).unwrap();
    let tip = fixture.push("a", "1\n");
    let fetched = fixture.fetch().await.unwrap();
    assert_eq!(fetched.tip, tip);
    let shortfall = fetched.shortfall.unwrap();
    assert!(shortfall.contains("at most 128 MiB"), "{shortfall}");
    assert_eq!(fixture.approvals(), [small]);
    assert!(fixture.has_all_behind(&tip));
}

#[tokio::test]
async fn that_bring_too_much_keep_no_others_away_and_are_not_asked_for_again() {
    let fixture = Fixture::new();
    fixture.fetch().await.unwrap();
    let dave = &fixture.dave;
    let mut small: Vec<_> = (0..5)
        .map(|name| fixture.approve(&format!("{name}")))
        .collect();
    dave.git(&["checkout", "--quiet", "-b", "large"]).unwrap();
    dave.write("large", &"\0".repeat(129 << 20)).unwrap();
    dave.commit("Grow").unwrap();
    fixture.approve("2-large");
    dave.git(&["checkout", "--quiet", "main"]).unwrap();
    let fetched = fixture.fetch().await.unwrap();
    let shortfall = fetched.shortfall.unwrap();
    assert!(shortfall.contains("at most 128 MiB"), "{shortfall}");
    let mut here = fixture.approvals();
    here.sort();
    small.sort();
    assert_eq!(here, small);
    let before = fixture.server.requests();
    let fetched = fixture.fetch().await.unwrap();
    assert_eq!(fetched.shortfall, Some(shortfall));
    assert_eq!(fixture.server.requests() - before, 1);
}

#[tokio::test]
async fn that_take_too_long_keep_neither_the_ref_nor_others_away_nor_what_was_withdrawn() {
    let mut fixture = Fixture::new();
    fixture.approve("withdrawn");
    let early = fixture.approve("early");
    fixture.fetch().await.unwrap();
    let tip = fixture.push("a", "1\n");
    let good = fixture.approve("good");
    let late = fixture.approve("late");
    let withdrawn = [
        "push",
        "--quiet",
        "--delete",
        "origin",
        "signet/approve/withdrawn",
    ];
    fixture.dave.git(&withdrawn).unwrap();
    fixture
        .server
        .fail_with(Fault::HangAt(format!("want {late}")));
    let patient = fixture.remote.clone();
    let url = fixture.server.url();
    let patience = Duration::from_secs(5);
    fixture.remote = remote(
        &fixture.server,
        &url,
        credentials(&fixture.server),
        patience,
    );
    let fetched = fixture.fetch().await.unwrap();
    assert_eq!((fetched.tip, fetched.received), (tip, true));
    let shortfall = fetched.shortfall.unwrap();
    assert!(shortfall.contains("within 5 seconds"), "{shortfall}");
    assert_eq!(fixture.approvals(), [early]);
    // The next time those that may be to blame come one after the other.
    fixture.fetch().await.unwrap();
    assert_eq!(fixture.approvals(), [early, good]);
    fixture.server.mend();
    fixture.remote = patient;
    assert_eq!(fixture.fetch().await.unwrap().shortfall, None);
    assert_eq!(fixture.approvals(), [early, good, late]);
}

#[tokio::test]
async fn are_tags_and_nothing_else_whatever_the_refs_name() {
    let fixture = Fixture::new();
    let dave = &fixture.dave;
    dave.write("blob", "text\n").unwrap();
    dave.write("message", &"x".repeat(70_000)).unwrap();
    let blob = dave.git(&["hash-object", "-w", "blob"]).unwrap();
    let large = [
        "tag",
        "--annotate",
        "--file",
        "message",
        "signet/approve/large",
    ];
    dave.git(&large).unwrap();
    for (name, object) in [("blob", &*blob), ("commit", "HEAD")] {
        let full = format!("refs/tags/signet/approve/{name}");
        dave.git(&["update-ref", &full, object]).unwrap();
    }
    dave.git(&["push", "--quiet", "origin", "refs/tags/signet/approve/*"])
        .unwrap();
    let approval = fixture.approve("approval");
    fixture.fetch().await.unwrap();
    assert_eq!(fixture.approvals(), [approval]);
}
