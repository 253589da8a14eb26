//! Every Pinwheel function on one machine, on embedded parts.
