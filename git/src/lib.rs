//! Brings objects and refs from a remote into a bare object store.
