//! What two or more Pinwheel functions need: the domain, the stores, the vault and Pinterest's dialect.
