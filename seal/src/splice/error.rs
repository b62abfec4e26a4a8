//! Why a value was not put in its place.

use signet_envelope::{LeafType, Pointer, StandIn, TooMuchWork};

/// Why a value was not put in its place. It names object and field, never the value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpliceError {
    /// A stand-in stands where no opened value may go.
    #[error("{object}: the field {field} may not hold an opened value")]
    NotPermitted {
        /// The object.
        object: String,
        /// The field.
        field: Pointer,
    },
    /// A stand-in stands in the name of a field.
    #[error("{object}: the name of the field {field} would be an opened value")]
    Key {
        /// The object.
        object: String,
        /// The field.
        field: Pointer,
    },
    /// The stand-in is none of those that were opened.
    #[error("{object}: nothing was opened for {stand_in} in the field {field}")]
    NotOpened {
        /// The object.
        object: String,
        /// The field.
        field: Pointer,
        /// The stand-in.
        stand_in: StandIn,
    },
    /// The value would end the quotes it stands in.
    #[error(
        "{object}: the value in the field {field} stands between double quotes and holds a quote, a backslash or a control character, which would end them; say `escape: json` in signet-source.yaml where a reader takes it for JSON, or seal the quoted text as a whole"
    )]
    Quotes {
        /// The object.
        object: String,
        /// The field.
        field: Pointer,
    },
    /// The value is not UTF-8, which a JSON string has to be.
    #[error("{object}: the value in the field {field} is not UTF-8 text")]
    NotText {
        /// The object.
        object: String,
        /// The field.
        field: Pointer,
    },
    /// The value cannot be JSON in its own type.
    #[error(
        "{object}: the value in the field {field} cannot be written as JSON of the type {kind}"
    )]
    Type {
        /// The object.
        object: String,
        /// The field.
        field: Pointer,
        /// The type.
        kind: LeafType,
    },
    /// The field was made to be searched for ever.
    #[error("{object}: searching the field {field}")]
    TooMuchWork {
        /// The object.
        object: String,
        /// The field.
        field: Pointer,
        /// Why it was given up.
        #[source]
        source: TooMuchWork,
    },
}
