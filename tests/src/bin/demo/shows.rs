//! What the demo shows, in the order in which it shows it.

mod figures;
mod leaks;
mod refusals;
mod rights;
mod secrets;
mod upkeep;

pub(crate) use figures::show as figures;
pub(crate) use leaks::show as leaks;
pub(crate) use refusals::show as refusals;
pub(crate) use rights::show as rights;
pub(crate) use secrets::show as secrets;
pub(crate) use upkeep::show as upkeep;

/// The value in the example fleet that only team-a may see.
const TEAM_A_PASSWORD: &str = "canary-team-a-5d1f0c7e";
/// The value in the example fleet that only team-b may see.
const TEAM_B_PASSWORD: &str = "canary-team-b-e83a4419";
