//! Does what only a key holder can: seals, opens, splices, rotates.
