//! The product as stories, on embedded parts and moved time.
