//! Turns a verified folder into desired objects, sealed values as stand-ins.
