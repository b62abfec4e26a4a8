//! Between `signet-git` and a real Git remote.

mod disk;
mod faults;
mod fetching;
mod fixture;
mod refusals;
