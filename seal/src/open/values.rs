//! Opened values, held until they are spliced.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretBox};
use signet_envelope::{LeafType, StandIn};

use crate::unlock::Value;

/// The values of stand-ins. It cannot be printed, copied, compared or serialised, and wipes them when dropped.
///
/// The default has none: what a plan without sealed values needs.
#[derive(Default)]
pub struct Opened(BTreeMap<StandIn, (LeafType, SecretBox<Vec<u8>>)>);

impl Opened {
    /// How many values there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn keep(&mut self, stand_in: StandIn, value: Value) {
        let mut bytes = value.bytes.into_own();
        let bytes = SecretBox::new(Box::new(std::mem::take(&mut *bytes)));
        self.0.insert(stand_in, (value.kind, bytes));
    }

    /// A value that no file held. Only the fuzz targets have this door.
    #[cfg(fuzzing)]
    pub fn for_fuzzing(stand_in: StandIn, kind: LeafType, bytes: &[u8]) -> Self {
        let value = SecretBox::new(Box::new(bytes.to_vec()));
        Self([(stand_in, (kind, value))].into())
    }

    /// Lends a value to the splicing.
    #[expect(
        clippy::disallowed_methods,
        reason = "splicing writes the value into the request's body"
    )]
    pub(crate) fn with<R>(
        &self,
        stand_in: &StandIn,
        f: impl FnOnce(LeafType, &[u8]) -> R,
    ) -> Option<R> {
        self.0
            .get(stand_in)
            .map(|(kind, value)| f(*kind, value.expose_secret()))
    }
}
