//! Hash slots and sets of them.

use std::fmt;
use std::str::FromStr;

/// A hash slot, 0 to 16383.
///
/// A key's slot is CRC16/XMODEM of the key (or of its hash tag) modulo 16384
/// (Redis Cluster specification, "Key distribution model").
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Slot(u16);

impl Slot {
    /// How many hash slots a cluster has.
    pub const COUNT: u16 = 16_384;

    /// The slot with this number, or `None` above 16383.
    pub const fn new(number: u16) -> Option<Self> {
        if number < Self::COUNT { Some(Self(number)) } else { None }
    }

    /// The slot's number.
    pub const fn get(self) -> u16 {
        self.0
    }

    /// Reads one to five ASCII digits; `None` for anything else and above 16383.
    pub fn parse(digits: &[u8]) -> Option<Self> {
        if digits.is_empty() || digits.len() > 5 {
            return None;
        }
        let mut number = 0u32;
        for &b in digits {
            if !b.is_ascii_digit() {
                return None;
            }
            number = number * 10 + u32::from(b - b'0');
        }
        u16::try_from(number).ok().and_then(Self::new)
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A set of slots as a 2 KiB bitmap. Printed as ranges: `0-5460,7001`.
#[derive(Clone, PartialEq, Eq)]
pub struct SlotSet {
    words: Box<[u64; 256]>,
}

impl Default for SlotSet {
    fn default() -> Self {
        Self { words: Box::new([0; 256]) }
    }
}

impl SlotSet {
    /// Adds a slot; true when it was not there before.
    pub fn insert(&mut self, slot: Slot) -> bool {
        let word = &mut self.words[usize::from(slot.0 >> 6)];
        let bit = 1u64 << (slot.0 & 63);
        let new = *word & bit == 0;
        *word |= bit;
        new
    }

    /// Whether the slot is in the set.
    pub fn contains(&self, slot: Slot) -> bool {
        self.words[usize::from(slot.0 >> 6)] & (1u64 << (slot.0 & 63)) != 0
    }

    /// How many slots are in the set.
    pub fn len(&self) -> usize {
        self.words.iter().map(|w| w.count_ones() as usize).sum()
    }

    /// Whether no slot is in the set.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|&w| w == 0)
    }

    /// The slots in rising order.
    pub fn iter(&self) -> impl Iterator<Item = Slot> + '_ {
        (0..Slot::COUNT).map(Slot).filter(|&s| self.contains(s))
    }

    /// Adds every slot of the other set.
    pub fn union_with(&mut self, other: &Self) {
        for (a, b) in self.words.iter_mut().zip(other.words.iter()) {
            *a |= b;
        }
    }

    /// How many slots both sets hold.
    pub fn intersection_len(&self, other: &Self) -> usize {
        self.words.iter().zip(other.words.iter()).map(|(a, b)| (a & b).count_ones() as usize).sum()
    }

    /// The slots as closed ranges, in rising order.
    pub fn ranges(&self) -> Vec<(u16, u16)> {
        let mut out: Vec<(u16, u16)> = Vec::new();
        for slot in self.iter() {
            match out.last_mut() {
                Some((_, end)) if *end + 1 == slot.0 => *end = slot.0,
                _ => out.push((slot.0, slot.0)),
            }
        }
        out
    }
}

impl FromIterator<Slot> for SlotSet {
    fn from_iter<I: IntoIterator<Item = Slot>>(iter: I) -> Self {
        let mut set = Self::default();
        for slot in iter {
            set.insert(slot);
        }
        set
    }
}

impl fmt::Display for SlotSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (start, end)) in self.ranges().into_iter().enumerate() {
            if i > 0 {
                f.write_str(",")?;
            }
            if start == end {
                write!(f, "{start}")?;
            } else {
                write!(f, "{start}-{end}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for SlotSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SlotSet({self})")
    }
}

/// Why a text is not a slot set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a slot or a range of slots between 0 and 16383")]
pub struct SlotSetError(pub String);

impl FromStr for SlotSet {
    type Err = SlotSetError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut set = Self::default();
        for part in text.split(',').map(str::trim).filter(|p| !p.is_empty()) {
            let bad = || SlotSetError(part.to_owned());
            let (start, end) = part.split_once('-').unwrap_or((part, part));
            let start = Slot::parse(start.trim().as_bytes()).ok_or_else(bad)?;
            let end = Slot::parse(end.trim().as_bytes()).ok_or_else(bad)?;
            if start > end {
                return Err(bad());
            }
            for number in start.0..=end.0 {
                set.insert(Slot(number));
            }
        }
        Ok(set)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_end_at_16383() {
        assert_eq!(Slot::parse(b"16383").map(Slot::get), Some(16_383));
        assert_eq!(Slot::parse(b"0").map(Slot::get), Some(0));
        for bad in [&b"16384"[..], b"", b"-1", b"99999", b"123456", b"12a"] {
            assert_eq!(Slot::parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn sets_print_and_read_as_ranges() {
        let set: SlotSet = "0-3,7001, 5".parse().unwrap();
        assert_eq!(set.to_string(), "0-3,5,7001");
        assert_eq!(set.len(), 6);
        assert_eq!(set.to_string().parse::<SlotSet>().unwrap(), set);
        for bad in ["16384", "5-3", "a", "1-2-3"] {
            assert!(bad.parse::<SlotSet>().is_err(), "{bad}");
        }
    }
}
