//! The documents people write and the custom resources the agent reads and reports.
