//! The product as stories; see `tests/stories`.
