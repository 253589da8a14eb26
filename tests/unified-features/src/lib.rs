//! Nothing: the package is its list of features (`Cargo.toml`), which `.ci/unify` keeps.
