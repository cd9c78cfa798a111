//! A hash whose values never change: stable ids and sampling by hash depend on it.

/// 64-bit FNV-1a with a finaliser (Fowler, Noll, Vo; `fmix64` of MurmurHash3), so that
/// the leading bits are as good as the trailing ones. Not for hostile hash tables.
#[derive(Clone, Copy, Debug)]
pub struct FixedHash(u64);

impl Default for FixedHash {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl FixedHash {
    /// Takes in bytes, and an end mark so that neighbouring fields do not run together.
    #[must_use]
    pub fn with(mut self, bytes: &[u8]) -> Self {
        for &b in bytes {
            self.0 = (self.0 ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        self.0 = (self.0 ^ 0xff).wrapping_mul(0x0000_0100_0000_01b3);
        self
    }

    /// Takes in a number.
    #[must_use]
    pub fn with_number(self, number: u64) -> Self {
        self.with(&number.to_le_bytes())
    }

    /// The hash value.
    pub fn finish(self) -> u64 {
        let mut h = self.0;
        h = (h ^ (h >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        h = (h ^ (h >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
        h ^ (h >> 33)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_never_change() {
        assert_eq!(FixedHash::default().with(b"moved").with_number(7638).finish(), 0x45c1_a32e_0644_9277);
    }
}
