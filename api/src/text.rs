//! Serde for values that are written as text: read through `FromStr`, written through `Display`.

/// Implements `Serialize` and `Deserialize` by `Display` and `FromStr`, and `JsonSchema` where there are schemas.
macro_rules! as_text {
    ($type:ty, $wants:literal, $($schema:tt)+) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(crate::text::TextVisitor { wants: $wants, made: std::marker::PhantomData })
            }
        }

        #[cfg(feature = "crd")]
        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", $($schema)+ })
            }
        }
    };
}
pub(crate) use as_text;

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

/// Parses a string, with the parser's own complaint as the error.
pub(crate) struct TextVisitor<T> {
    pub(crate) wants: &'static str,
    pub(crate) made: PhantomData<T>,
}

impl<T: FromStr<Err: fmt::Display>> serde::de::Visitor<'_> for TextVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.wants)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}
