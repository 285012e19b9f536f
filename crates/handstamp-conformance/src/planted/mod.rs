//! Stores with one bug each. A suite that does not catch them is worth nothing.
