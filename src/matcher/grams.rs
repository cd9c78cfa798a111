//! Which few short texts stand for all literals of a rule set.
//!
//! Every literal holds at least one chosen gram, so searching for the grams finds every
//! place where a literal can be. The choice is greedy: the gram that stands in most of
//! the literals not yet held, for its price, which is how common it is in logs.

use super::kernel::GRAM;
use std::collections::BTreeMap;

/// Grams of words and endings that are in logs everywhere.
const COMMON: &[&[u8]] = &[
    b"tion", b"ting", b"ing ", b"ion ", b"able", b"ment", b"atio", b"ates", b"ated", b"ther", b" for",
    b"for ", b"from", b" has", b"has ", b" not", b"not ", b" the", b"the ", b"ress", b"comp", b"read",
    b"writ", b"requ", b"resp", b"serv", b"time", b"imed", b" out", b"out ", b"name", b"user", b"info",
    b"warn", b"node", b"host", b"port", b"addr", b"file", b"path", b"http", b"data", b"load", b"star",
    b"stat", b"conn", b"onne", b"nnec", b"nect", b"ecti", b"ctio", b"erro", b"rror", b"fail", b"aile",
    b"iled", b"led ", b"exce", b"xcep", b"cept", b"epti", b"ptio", b"clie", b"lien", b"ient", b"mess",
    b"essa", b"sage", b"sess", b"thre", b"read", b"hand", b"proc", b"oces", b"cess", b"comm", b"mand",
    b"cont", b"onte", b"text", b"cach", b"ache", b"inva", b"vali", b"alid", b" and", b"and ", b"with",
    b" wit", b"rece", b"rver", b"erve", b"ver ", b"quer", b"uery", b"null", b"none", b"true", b"alse",
    b"java", b"main", b"reso", b"ound", b"curr", b"rent", b"seco", b"cond", b"onds", b"defa", b"ault",
    b"vice", b"ers ", b"ent ", b"ess ", b"ate ", b"ted ", b"ned ", b"ed t", b"ed b", b"key ", b"keys",
    b" key", b"cann", b"anno", b"nnot", b" can", b" is ", b" in ", b" to ", b" of ", b" no ", b"redi",
    b"edis", b"dire", b"irec", b"rect", b"has_", b"tate", b"plet", b"lete", b"all ", b" all", b"ing:",
    b"chan", b"hang", b"ange", b"nged", b"rted", b"form", b"orma", b"rati", b"ling", b"ring", b"ring",
    b"ding", b"ning",
];

/// A chosen gram and where it stands in which literals.
#[derive(Debug)]
pub(super) struct Gram {
    pub(super) text: Vec<u8>,
    /// Numbers of literals, with the gram's place in each.
    pub(super) stands_in: Vec<(u32, usize)>,
}

/// Chooses grams for the literals (lower case). Literals of fewer than three bytes get
/// none: their numbers are given back.
pub(super) fn choose(literals: &[Vec<u8>]) -> (Vec<Gram>, Vec<u32>) {
    let mut places: BTreeMap<&[u8], Vec<(u32, usize)>> = BTreeMap::new();
    let mut too_short = Vec::new();
    for (id, literal) in (0u32..).zip(literals) {
        let width = literal.len().min(GRAM);
        if width < 3 {
            too_short.push(id);
            continue;
        }
        for (at, gram) in literal.windows(width).enumerate() {
            places.entry(gram).or_default().push((id, at));
        }
    }
    let mut open: Vec<bool> = literals.iter().map(|literal| literal.len() >= 3).collect();
    // For each gram its price and in how many open literals it stands.
    let mut offers: Vec<(&[u8], f64, usize)> = places
        .iter_mut()
        .map(|(gram, stands_in)| {
            stands_in.dedup_by_key(|(id, _)| *id);
            (*gram, price(gram), stands_in.len())
        })
        .collect();
    let mut chosen = Vec::new();
    loop {
        let gain = |offer: &(&[u8], f64, usize)| offer.2 as f64 / offer.1;
        let best = offers.iter().max_by(|a, b| gain(a).total_cmp(&gain(b)).then_with(|| b.0.cmp(a.0)));
        let Some(&(gram, ..)) = best.filter(|offer| offer.2 > 0) else { break };
        // One place is enough to find a literal.
        let mut stands_in = places[gram].clone();
        stands_in.retain(|&(id, _)| std::mem::take(&mut open[id as usize]));
        for &(id, _) in &stands_in {
            let literal = &literals[id as usize];
            let mut theirs: Vec<&[u8]> = literal.windows(literal.len().min(GRAM)).collect();
            theirs.sort_unstable();
            theirs.dedup();
            for other in theirs {
                if let Ok(at) = offers.binary_search_by(|offer| offer.0.cmp(other)) {
                    offers[at].2 -= 1;
                }
            }
        }
        chosen.push(Gram { text: gram.to_vec(), stands_in });
    }
    (chosen, too_short)
}

/// Pairs of letters that English text is full of.
const COMMON_PAIRS: &[u8; 117] = b"\
    thheinerannreondenatouedhatooritishiesngstartesemeleveofrirotiasntioicllcoderalichcetaealneommaurelnsrsctecacunsoamfo";

/// How common a gram is, against one that is rare: a rough guess from its letters.
fn price(gram: &[u8]) -> f64 {
    if gram.iter().all(|&b| matches!(b, b'-' | b'=' | b' ' | b'.' | b'*' | b'#'))
        || gram.iter().all(u8::is_ascii_digit)
    {
        return 400.0;
    }
    let common = |pair: &[u8]| COMMON_PAIRS.chunks(2).any(|c| c == pair) || pair.contains(&b' ');
    let pairs = gram.windows(2).filter(|pair| common(pair)).count();
    let whole = if COMMON.contains(&gram) { 20.0 } else { 1.0 };
    whole * 3f64.powi(i32::try_from(pairs).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_literal_holds_a_chosen_gram_where_it_says() {
        let literals: Vec<Vec<u8>> =
            ["moved ", "movederror", "ask ", "->-", "ok", "slot is being trimmed", "connection"]
                .iter()
                .map(|l| l.as_bytes().to_vec())
                .collect();
        let (grams, too_short) = choose(&literals);
        assert_eq!(too_short, [4]);
        let mut held: Vec<u32> = Vec::new();
        for gram in &grams {
            for &(id, at) in &gram.stands_in {
                assert!(literals[id as usize][at..].starts_with(&gram.text));
                held.push(id);
            }
        }
        held.sort_unstable();
        assert_eq!(held, [0, 1, 2, 3, 5, 6]);
    }
}
