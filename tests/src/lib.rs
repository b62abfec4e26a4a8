//! The harness: what the tests and the demo need to be about the real thing.
//!
//! [`tools`] installs programs, once, from source where there is some; [`sops`] runs the real sops. [`control_plane`]
//! runs etcd, kube-apiserver, kube-controller-manager, kube-scheduler and
//! simulated nodes; [`git_remote`] serves repositories over smart HTTPS, [`ssh_server`] over SSH, through a [`wire`] that
//! breaks where a test wants it to, or a [`proxy`];
//! [`person`] is somebody with a key and a clone, who commits with stock git;
//! [`binaries`] builds the programs under test and [`leaks`] looks
//! for plaintext that they left behind; [`dice`] is chance that repeats itself; [`bench`] is what the benches have in common. Nothing here imitates: what is
//! missing on a machine is a failure that names it and says how to get it.

pub mod agent_process;
pub mod bench;
pub mod binaries;
pub mod control_plane;
pub mod dice;
pub mod eventually;
pub mod fleet;
pub mod git_remote;
pub mod leaks;
pub mod person;
pub mod proxy;
pub mod sops;
pub mod ssh_server;
pub mod tools;
pub mod wire;

mod lifeline;
mod port;
