//! The comments of a collection, three ways for each spot.

use std::collections::BTreeMap;

use super::part::{Remarks, Spot, texts};
use super::plan::Notes;

/// What stands in each spot if conflicts go to our side, and if they go to theirs.
pub(super) fn merged<'a>(
    base: Option<&Remarks<'a>>,
    ours: &Remarks<'a>,
    theirs: &Remarks<'a>,
) -> Notes<'a> {
    let spots = ours.keys().chain(theirs.keys());
    let both = |spot: &Spot| {
        let (our, their) = (written(ours, spot), written(theirs, spot));
        let before = base.map(|base| written(base, spot)).unwrap_or_default();
        if our == their || before == their {
            [our.clone(), our]
        } else if before == our {
            [their.clone(), their]
        } else {
            [our, their]
        }
    };
    spots.map(|spot| (spot.clone(), both(spot))).collect()
}

fn written<'a>(remarks: &Remarks<'a>, spot: &Spot) -> Vec<&'a str> {
    let comments = remarks.get(spot).map(|comments| texts(comments));
    comments.unwrap_or_default()
}

/// Whether the comments above and behind an entry are the same, which each side calls so.
pub(super) fn same_around(one: (&Remarks<'_>, &str), other: (&Remarks<'_>, &str)) -> bool {
    [Spot::Above, Spot::Beside].iter().all(|spot| {
        let of = |(remarks, name): (_, &str)| written(remarks, &spot(name.to_owned()));
        of(one) == of(other)
    })
}

/// The comments under the numbers that elements have in the result; those of elements that went, go.
pub(super) fn renamed<'a>(remarks: Remarks<'a>, numbers: &BTreeMap<String, String>) -> Remarks<'a> {
    let new = |number: String| numbers.get(&number).cloned();
    let renamed = remarks.into_iter().filter_map(|(spot, comments)| {
        let spot = match spot {
            Spot::Above(number) => Spot::Above(new(number)?),
            Spot::Beside(number) => Spot::Beside(new(number)?),
            Spot::Head => Spot::Head,
            Spot::End => Spot::End,
        };
        Some((spot, comments))
    });
    renamed.collect()
}
