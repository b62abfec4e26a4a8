//! Observes and applies as a tenant.
