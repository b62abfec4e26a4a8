//! The two renders of a source that reads sealed files, and what stands for a sealed value in each.

use signet_envelope::STAND_IN_PREFIX;

/// One of two renders that are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    /// The one that counts: a stand-in is what stands for a value.
    First,
    /// The one that it is compared with: a stand-in of another salt, and [`LEAD`] before it.
    Second,
}

/// What the second's stand-ins begin with, and are longer by: whoever cuts a value, counts its characters or folds its case
/// comes to something else. A multiple of three, so that base64 pads both alike, and of four, since a stand-in that is put
/// where base64 has to be is some.
pub(crate) const LEAD: &str = "LongerBeginsWithCAPITALS";

impl Look {
    /// The salt of the stand-ins.
    pub(crate) fn salt(self) -> &'static str {
        match self {
            Self::First => "",
            Self::Second => "2",
        }
    }

    /// What is before each stand-in.
    pub(crate) fn lead(self) -> &'static str {
        match self {
            Self::First => "",
            Self::Second => LEAD,
        }
    }

    /// The text, in which nothing but stand-ins begins like one, with what is before each.
    pub(crate) fn with_leads(self, text: String) -> String {
        match self {
            Self::First => text,
            Self::Second => text.replace(STAND_IN_PREFIX, &format!("{LEAD}{STAND_IN_PREFIX}")),
        }
    }
}
