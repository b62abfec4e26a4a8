//! Reads what anyone can read on a sealed file: its rules, recipients, leaves and stand-ins. No cipher, no key.
