//! What nothing that holds a secret may be able to do: this does not compile where one of them can.

use std::fmt::{Debug, Display};
use std::ops::Deref;

use serde::Serialize;

use crate::data_key::DataKey;
use crate::locked::LockedKey;
use crate::shamir::Share;
use crate::unlock::Value;
use crate::{Body, ClearText, Identity, Opened, OpenedText};

/// Two implementations fit a type that has the trait, so that none can be chosen.
macro_rules! lacks {
    ($type:ty: $($trait:path),+) => {
        const _: fn() = || {
            trait Either<Which> {
                fn is_one() {}
            }
            impl<T: ?Sized> Either<()> for T {}
            $({
                struct Has;
                impl<T: ?Sized + $trait> Either<Has> for T {}
            })+
            <$type as Either<_>>::is_one();
        };
    };
}

lacks!(Body: Debug, Display, Clone, PartialEq);
lacks!(ClearText: Debug, Display, Clone, PartialEq, Deref, AsRef<[u8]>, Serialize);
lacks!(DataKey: Debug, Display, Clone, PartialEq);
lacks!(Identity: Debug, Display, Clone, PartialEq);
lacks!(LockedKey: Debug, Display, Clone, PartialEq);
lacks!(Opened: Debug, Display, Clone, PartialEq);
lacks!(OpenedText: Debug, Display, Clone, PartialEq);
lacks!(Share: Debug, Display, Clone, PartialEq);
lacks!(Value: Debug, Display, Clone, PartialEq);
