//! L3: from a digest to incidents with a verdict each. Pure functions.
