//! Ids that stay the same from run to run.

use crate::model::Endpoint;

/// FNV-1a over bytes, then a finaliser so that similar texts differ in all bits. Written
/// out because the standard hasher may change between compilers.
fn hash(parts: &[&str]) -> u64 {
    let mut state = 0xcbf2_9ce4_8422_2325u64;
    for part in parts {
        // A separator that no text holds keeps ("a", "bc") apart from ("ab", "c").
        for byte in part.bytes().chain([0xff]) {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    state ^= state >> 33;
    state = state.wrapping_mul(0xff51_afd7_ed55_8ccd);
    state ^= state >> 33;
    state = state.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    state ^ (state >> 33)
}

/// The stable part of an incident's id: signal family (or rule), targets, reporters. No
/// time, slot, cause or count.
pub(crate) fn stem(family: &str, targets: &[&Endpoint], reporters: &[&str]) -> String {
    let mut targets: Vec<String> = targets.iter().map(ToString::to_string).collect();
    targets.sort_unstable();
    let mut reporters: Vec<&str> = reporters.to_vec();
    reporters.sort_unstable();
    let mut parts = vec![family, "targets"];
    parts.extend(targets.iter().map(String::as_str));
    parts.push("reporters");
    parts.extend(reporters);
    format!("{:016x}", hash(&parts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixed_for_ever() {
        let node = Endpoint { host: "10.0.0.1".into(), port: Some(6379) };
        let other = Endpoint { host: "10.0.0.2".into(), port: Some(6379) };
        let id = stem("moved", &[&node, &other], &["pod/a", "pod/b"]);
        assert_eq!(id, stem("moved", &[&other, &node], &["pod/b", "pod/a"]));
        assert_ne!(id, stem("ask", &[&node, &other], &["pod/a", "pod/b"]));
        assert_ne!(id, stem("moved", &[&node], &["pod/a", "pod/b"]));
        assert_eq!(stem("moved", &[], &[]), "590fc3ee6f5cd202");
    }

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(hash(&["ab", "c"]), hash(&["a", "bc"]));
    }
}
