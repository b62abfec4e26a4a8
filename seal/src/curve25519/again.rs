//! Points with which scalars agree again and again: those of recipients for whom many files are wrapped.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use curve25519_dalek::edwards::EdwardsBasepointTable;
use curve25519_dalek::montgomery::MontgomeryPoint;
use curve25519_dalek::traits::BasepointTable;
use zeroize::Zeroizing;

use super::{agree, agreed};

/// A table of a point's multiples takes as long to make as it spares in about so many agreements: a millisecond.
const OFTEN: u32 = 48;

/// So many points are remembered, each with a table of 30 KiB.
const POINTS: usize = 64;

static MET: LazyLock<Mutex<Points>> = LazyLock::new(Mutex::default);

/// The points met so far. They are public.
#[derive(Default)]
struct Points(HashMap<[u8; 32], Point>);

enum Point {
    Met(u32),
    Often(Arc<EdwardsBasepointTable>),
    /// It is of the twist, and has no table.
    Twisted,
}

/// As [`agree`], and twice as fast with a point that was met often.
pub(crate) fn agree_again(scalar: &[u8; 32], point: &[u8; 32]) -> Option<Zeroizing<[u8; 32]>> {
    let table = MET
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .table(point);
    match table {
        Some(table) => agreed(table.mul_base_clamped(*scalar).to_montgomery()),
        None => agree(scalar, point),
    }
}

impl Points {
    /// The table of a point that was met often.
    fn table(&mut self, bytes: &[u8; 32]) -> Option<Arc<EdwardsBasepointTable>> {
        if self.0.len() >= POINTS && !self.0.contains_key(bytes) {
            return None;
        }
        let point = self.0.entry(*bytes).or_insert(Point::Met(0));
        if let Point::Met(times) = point {
            *times += 1;
            if *times > OFTEN {
                *point = Point::often(bytes);
            }
        }
        match point {
            Point::Often(table) => Some(Arc::clone(table)),
            Point::Met(_) | Point::Twisted => None,
        }
    }
}

impl Point {
    fn often(bytes: &[u8; 32]) -> Self {
        match MontgomeryPoint(*bytes).to_edwards(0) {
            Some(point) => Self::Often(Arc::new(EdwardsBasepointTable::create(&point))),
            None => Self::Twisted,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use x25519_dalek::x25519;

    use super::*;

    fn with(number: u8) -> [u8; 32] {
        let mut point = [0; 32];
        point[0] = number;
        point
    }

    /// Whether the point has a table once it was met often.
    fn has_table(points: &mut Points, point: &[u8; 32]) -> bool {
        let tables: Vec<bool> = (0..=OFTEN).map(|_| points.table(point).is_some()).collect();
        let (last, before) = tables.split_last().unwrap();
        assert!(!before.contains(&true));
        *last
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        /// Most of the points are of no prime order, of which the ladder's clamped scalars leave nothing.
        #[test]
        fn a_table_agrees_on_what_the_ladder_says(scalar: [u8; 32], bytes: [u8; 32]) {
            if let Point::Often(table) = Point::often(&bytes) {
                let product = table.mul_base_clamped(scalar).to_montgomery();
                prop_assert_eq!(product.0, x25519(scalar, bytes));
            }
        }
    }

    #[test]
    fn a_point_that_is_met_often_has_a_table_unless_it_is_of_the_twist() {
        let mut points = Points::default();
        assert!(has_table(&mut points, &with(9)));
        assert!(!has_table(&mut points, &with(2)));
    }

    #[test]
    fn no_more_points_are_remembered_than_so_many() {
        let mut points = Points::default();
        let numbers = 0..=u8::try_from(POINTS).unwrap();
        numbers.for_each(|number| {
            points.table(&with(number));
        });
        assert_eq!(points.0.len(), POINTS);
        assert!(!has_table(
            &mut points,
            &with(u8::try_from(POINTS).unwrap())
        ));
    }

    #[test]
    fn agrees_on_the_same_before_and_after_it_was_met_often() {
        for scalar in 0..u8::try_from(2 * OFTEN).unwrap() {
            let agreed = agree_again(&[scalar; 32], &with(9)).map(|agreed| *agreed);
            assert_eq!(agreed, Some(x25519([scalar; 32], with(9))));
        }
    }
}
