//! Index newtypes, one per index space, so that a node can never be used where an edge is meant.

use std::fmt;

macro_rules! index {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(transparent)]
        pub struct $name(pub u32);

        impl $name {
            /// The index as a subscript.
            #[inline]
            pub fn at(self) -> usize {
                self.0 as usize
            }
        }

        impl From<usize> for $name {
            /// Callers hold an index into an array whose length the parser capped at 2^32.
            #[inline]
            fn from(i: usize) -> Self {
                debug_assert!(u32::try_from(i).is_ok());
                Self(i as u32)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}#{}", stringify!($name), self.0)
            }
        }
    };
}

index!(
    /// A node's ordinal: its row in the `nodes` table (not its offset in the file's flat array).
    NodeIdx
);
index!(
    /// An edge's ordinal: its row in the `edges` table.
    EdgeIdx
);
index!(
    /// A string's position in the snapshot's string table.
    StrIdx
);
index!(
    /// A class's row in a class table.
    ClassIdx
);
