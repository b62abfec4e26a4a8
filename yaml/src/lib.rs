//! Reads YAML exactly as Kubernetes and as SOPS do, and edits it without touching any other byte.
