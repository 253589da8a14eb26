//! Every place at which a publication can be cut, one by one and two by two.
