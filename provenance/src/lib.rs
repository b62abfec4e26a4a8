//! Decides whether a history may be believed, and hands out the tree it covers.
