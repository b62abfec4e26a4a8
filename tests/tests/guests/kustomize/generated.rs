//! Overlays that chance puts together out of everything that kustomizations have.

mod fields;
mod objects;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use signet_tests::dice::Dice;

use crate::compared::{Outcome, each};
use crate::folder::Folder;

use objects::Object;

/// How many there are; the seed of each is its number. Nothing differs.
pub(crate) const OVERLAYS: u64 = 160;

/// Files by their paths, among them kustomizations that build on each other.
pub(crate) struct Overlay {
    dice: Dice,
    pub(crate) texts: BTreeMap<String, String>,
    /// What the kustomization that is being written finds in its resources.
    objects: Vec<Object>,
    /// The first of them that it finds: a base has its own alone.
    visible: usize,
    /// What is generated, by its names.
    generated: BTreeSet<String>,
}

/// The folder of the last one.
pub(crate) const TOP: &str = "overlays/top";

impl Overlay {
    pub(crate) fn of(seed: u64) -> Self {
        let mut overlay = Self {
            dice: Dice::new(seed),
            texts: BTreeMap::new(),
            objects: Vec::new(),
            visible: 0,
            generated: BTreeSet::new(),
        };
        let bases: Vec<String> = (0..=overlay.dice.below(3))
            .map(|index| overlay.base(index))
            .collect();
        overlay.visible = 0;
        let mut below = bases;
        if overlay.dice.once_in(2) {
            overlay.kustomization("overlays/middle", &below);
            below = vec!["../middle".to_owned()];
        }
        overlay.kustomization(TOP, &below);
        overlay
    }

    /// Writes a folder with objects of its own, and returns how overlays name it.
    fn base(&mut self, index: usize) -> String {
        let folder = format!("base-{index}");
        self.visible = self.objects.len();
        let mut text = String::new();
        for number in 0..=self.dice.below(5) {
            let object = Object::of(&mut self.dice, index * 10 + number);
            writeln!(text, "---\n{}", object.text).unwrap();
            self.objects.push(object);
        }
        self.texts.insert(format!("{folder}/objects.yaml"), text);
        let mut kustomization = "resources: [objects.yaml]\n".to_owned();
        for _ in 0..self.dice.below(3) {
            let field = self.field(&folder);
            add(&mut kustomization, &field);
        }
        self.texts
            .insert(format!("{folder}/kustomization.yaml"), kustomization);
        format!("../../{folder}")
    }

    fn kustomization(&mut self, folder: &str, below: &[String]) {
        let mut text = format!("resources: [{}]\n", below.join(", "));
        for _ in 0..=self.dice.below(7) {
            let field = self.field(folder);
            add(&mut text, &field);
        }
        if !self.texts.contains_key("component/kustomization.yaml") && self.dice.once_in(3) {
            self.component();
            add(&mut text, "components: [../../component]\n");
        }
        self.texts
            .insert(format!("{folder}/kustomization.yaml"), text);
    }

    fn component(&mut self) {
        let mut text = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n".to_owned();
        for _ in 0..=self.dice.below(3) {
            let field = self.field("component");
            add(&mut text, &field);
        }
        self.texts
            .insert("component/kustomization.yaml".to_owned(), text);
    }
}

/// Adds a field to a kustomization that does not have it yet.
fn add(kustomization: &mut String, field: &str) {
    let (name, _) = field.split_once(':').unwrap();
    let has = |line: &str| line.split_once(':').is_some_and(|(has, _)| has == name);
    if !kustomization.lines().any(has) {
        kustomization.push_str(field);
    }
}

#[test]
fn prints_what_kustomize_prints_of_overlays_that_chance_made() {
    let seeds: Vec<u64> = (0..OVERLAYS).collect();
    let outcomes = each(&seeds, |seed| {
        let texts = Overlay::of(*seed).texts;
        super::compared(&texts.iter().collect::<Folder>(), TOP)
    });
    let (mut same, mut refused, mut differing) = (0, 0, Vec::new());
    for (seed, outcome) in seeds.iter().zip(outcomes) {
        match outcome {
            Outcome::Same => same += 1,
            Outcome::Refused => refused += 1,
            Outcome::Differs(how) => differing.push((seed, how)),
        }
    }
    println!("{same} the same, {refused} refused by both");
    assert!(differing.is_empty(), "{differing:#?}");
    assert!(same > 100, "{same}");
}
